-- SPDX-License-Identifier: GPL-3.0-or-later

local lfs = require "lfs"
local playlist = require "redbook.playlist"
local sandbox = require "spec.support.sandbox"

describe("playlist.collect", function()
  local folder, home

  local function write(name, content) sandbox.write(folder .. "/" .. name, content or "") end

  local function collect(...)
    return playlist.collect({ ... })
  end

  local function described(found)
    local list = {}
    for index, problem in ipairs(found.problems) do list[index] = playlist.describe(problem) end
    return list
  end

  before_each(function()
    folder, home = sandbox.folder(), lfs.currentdir()
    assert(lfs.mkdir(folder .. "/sub"))
    write "a.mp3"
    write "sub/b.flac"
    assert(lfs.chdir(folder))
  end)

  after_each(function()
    assert(lfs.chdir(home))
    sandbox.remove(folder)
  end)

  it("mixes files and playlists in the order given", function()
    write("l.m3u8", "#EXTM3U\n#EXTALB:L\n#EXTINF:1,A - T\nsub/b.flac\na.mp3\na.mp3\n")
    local found = collect("a.mp3", "l.m3u8", "sub/b.flac")
    assert.same({ entries = { { path = "a.mp3" },
      { path = "sub/b.flac", title = "T", artist = "A", album = "L", list = "l.m3u8", line = 4 },
      { path = "a.mp3", album = "L", list = "l.m3u8", line = 5 },
      { path = "a.mp3", album = "L", list = "l.m3u8", line = 6 }, { path = "sub/b.flac" } },
      problems = {}, remarks = {} }, found)
  end)

  it("reads names relative to the list's folder, not the current one", function()
    write("sub/l.m3u", "b.flac\n../a.mp3\n#PLAYLIST:x\n")
    local found = collect "sub/l.m3u"
    assert.same({ { path = "sub/b.flac", list = "sub/l.m3u", line = 1 },
      { path = "sub/../a.mp3", list = "sub/l.m3u", line = 2 } }, found.entries)
    assert.equal("x", found.title)
  end)

  it("names every problem with list and line", function()
    write("l.m3u", "a.mp3\nnone.mp3\nhttp://x/y\nsub\n#EXTVLCOPT:stop-time=x\na.mp3\nn\0.mp3\n"
      .. "other.wpl\n")
    write("other.wpl", "[playlist]\n")
    local found = collect("l.m3u", "missing.wav", "sub", "ftp://x/z.mp3")
    assert.same({ "l.m3u:5: #EXTVLCOPT:stop-time=x: stop-time=x is not a time in seconds",
      "l.m3u:2: none.mp3: no such file",
      "l.m3u:3: http://x/y: http: is not a file on this machine, and redbook burns files only",
      "l.m3u:4: sub: is a folder; name the files in it",
      "l.m3u:7: n?.mp3: holds a NUL byte, which no file name can",
      "l.m3u:8: other.wpl: is a playlist of a kind that redbook does not read (WPL); save it as "
        .. "M3U8",
      "missing.wav: no such file", "sub: is a folder; name the files in it",
      "ftp://x/z.mp3: ftp: is not a file on this machine, and redbook burns files only",
    }, described(found))
    assert.equal(2, #found.entries)
  end)

  it("does not wait at a pipe", function()
    assert.equal(0, (sandbox.run("mkfifo pipe", folder)))
    write("l.m3u", "pipe\n")
    assert.same({ "pipe: is a named pipe, not a file",
      "l.m3u:1: pipe: is a named pipe, not a file",
      "/dev/null: is a char device, not a file" },
      described(collect("pipe", "l.m3u", "/dev/null")))
  end)

  it("says which lists it cannot read", function()
    write("x.wpl")
    write("x.ASX")
    assert.same({
      "x.wpl: is a playlist of a kind that redbook does not read (WPL); save it as M3U8",
      "x.ASX: is a playlist of a kind that redbook does not read (ASX); save it as M3U8" },
      described(collect("x.wpl", "x.ASX")))
  end)

  it("knows every kind of list by its name, or by its first bytes", function()
    write("l.pls", "[playlist]\nFile1=a.mp3\nTitle1=A - T\n")
    write("pls.txt", "\xEF\xBB\xBF[Playlist]\nfile1=a.mp3\n")
    write("l.xspf", '<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>X</title>\n'
      .. '<trackList><track><location>sub/b.flac</location></track></trackList></playlist>')
    write("xspf.xml", "<?xml version='1.0'?>\n<playlist><trackList><track>\n<location>a.mp3"
      .. "</location></track></trackList></playlist>")
    write("l.cue", 'FILE "a.mp3" MP3\n TRACK 01 AUDIO\n  INDEX 01 00:00:00\n')
    write("cue.txt", 'TITLE "T"\r\nFILE a.mp3 MP3\r\n TRACK 01 AUDIO\r\n  INDEX 01 00:00:00\r\n')
    local found = collect("l.pls", "pls.txt", "l.xspf", "xspf.xml", "l.cue", "cue.txt")
    assert.same({ entries = {
      { path = "a.mp3", title = "T", artist = "A", list = "l.pls", line = 2 },
      { path = "a.mp3", list = "pls.txt", line = 2 },
      { path = "sub/b.flac", list = "l.xspf", line = 2 },
      { path = "a.mp3", list = "xspf.xml", line = 2 },
      { path = "a.mp3", list = "l.cue", line = 2 },
      { path = "a.mp3", album = "T", list = "cue.txt", line = 3 } }, problems = {}, remarks = {},
      title = "X" }, found)
  end)

  it("takes what is there of several locations, spellings and extensions", function()
    write "a b.mp3"
    write("l.pls", "[playlist]\nFile1=a%20b.mp3\nFile2=none%20b.mp3\n")
    write("l.xspf", "<playlist><trackList xml:base='sub/'><track><location>http://x/y</location>"
      .. "<location>b.flac</location></track>\n<track><location>../a%20b.mp3</location></track>\n"
      .. "<track><location>none</location></track></trackList></playlist>")
    write("l.cue", 'FILE "sub\\b.wav" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\n'
      .. 'INDEX 01 01:00:00\nFILE "none.wav" WAVE\nTRACK 03 AUDIO\nINDEX 01 00:00:00\n')
    local found = collect("l.pls", "l.xspf", "l.cue")
    local paths = {}
    for index, entry in ipairs(found.entries) do paths[index] = entry.path end
    assert.same({ "a b.mp3", "sub/b.flac", "sub/../a b.mp3", "sub/b.flac", "sub/b.flac" }, paths)
    assert.same({ "l.pls:3: none%20b.mp3: no such file", "l.xspf:3: sub/none: no such file",
      "l.cue:7: none.wav: no such file" }, described(found))
    assert.same({ "l.cue: sub\\b.wav is not there, sub/b.flac is taken" }, found.remarks)
  end)

  it("gives the catalog number of the one cue sheet", function()
    write("l.cue", 'CATALOG 4006381333931\nFILE "a.mp3" MP3\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n')
    assert.equal("4006381333931", collect "l.cue".catalog)
    assert.is_nil(collect("l.cue", "a.mp3").catalog)
  end)

  it("knows an M3U by its first line when its name does not tell", function()
    write("list.txt", "#EXTM3U\na.mp3")
    assert.same({ { path = "a.mp3", list = "list.txt", line = 2 } },
      collect "list.txt".entries)
  end)

  it("reads lists within lists, the same one twice", function()
    write("sub/inner.m3u", "b.flac")
    write("outer.m3u", "sub/inner.m3u\na.mp3\nsub/inner.m3u")
    local found = collect "outer.m3u"
    assert.same({ { path = "sub/b.flac", list = "sub/inner.m3u", line = 1 },
      { path = "a.mp3", list = "outer.m3u", line = 2 },
      { path = "sub/b.flac", list = "sub/inner.m3u", line = 1 } }, found.entries)
    assert.same({}, found.problems)
  end)

  it("does not follow lists that name each other, by any name", function()
    write("x.m3u", "y.m3u\na.mp3")
    write("y.m3u", "sub/../x.m3u\na.mp3")
    local found = collect "x.m3u"
    assert.same({ "y.m3u:1: sub/../x.m3u: names a list that is being read: lists that name each "
      .. "other never end" }, described(found))
    assert.equal(2, #found.entries)
  end)

  it("goes 8 lists deep and no further", function()
    for depth = 1, 9 do write(depth .. ".m3u", depth + 1 .. ".m3u\n") end
    write("10.m3u", "a.mp3\n")
    assert.same({ "8.m3u:1: 9.m3u: is a list within a list, more than 8 deep" },
      described(collect "1.m3u"))
    assert.same({}, collect "3.m3u".problems)
  end)

  it("does not take an empty list for success", function()
    write("empty.m3u", "#EXTM3U\n\n")
    assert.same({ "empty.m3u: names no file" }, described(collect "empty.m3u"))
  end)

  it("takes a # line for the file of that name", function()
    write "#1.mp3"
    write("l.m3u", "#1.mp3\n# 1.mp3\n#2.mp3\n")
    assert.same({ { path = "#1.mp3", list = "l.m3u", line = 1 } }, collect "l.m3u".entries)
  end)

  it("reads 100 000 entries in a time that grows with their number, in any case", function()
    local function seconds(entries)
      write("long.m3u", ("#EXTINF:1,A - B\nsub/b.flac\nSUB/B.FLAC\n"):rep(entries // 2))
      local before = os.clock()
      local found = collect "long.m3u"
      assert.equal(entries, #found.entries)
      assert.same({}, found.problems)
      assert.same({ path = "sub/b.flac", list = "long.m3u", line = entries // 2 * 3 },
        found.entries[entries])
      return os.clock() - before
    end
    local few = seconds(5000)
    assert.is_true(seconds(100000) < 20 * few * 4)
  end)

  it("does not swallow a file that is no list", function()
    write("film.m3u", "")
    local file <close> = io.open("film.m3u", "r+b")
    file:seek("set", 64 * 1024 * 1024)
    file:write "x"
    file:flush()
    assert.same({ "film.m3u: is no playlist: longer than 64 MiB" },
      described(collect "film.m3u"))
  end)

  it("reads a very long line", function()
    local name = ("x"):rep(1000000)
    write("l.m3u", name .. "\na.mp3")
    local found = collect "l.m3u"
    assert.equal(1, #found.entries)
    assert.same({ { message = "no such file", text = name, list = "l.m3u", line = 1 } },
      found.problems)
  end)

  it("takes a sound file for one, whatever it is named", function()
    local heads = { ["wav.m3u"] = "RIFF\36\0\0\0WAVEfmt ", ["aiff.m3u8"] = "FORM\0\0\0\46AIFFCOMM",
      ["flac.m3u"] = "fLaC\0\0\0\34", ["ogg.pls"] = "OggS\0\2\0\0", ["id3.m3u"] = "ID3\4\0\0",
      ["mp3.m3u"] = "\xFF\xFB\x90\x64\0\0" }
    local names = {}
    for name, head in pairs(heads) do
      write(name, head .. ("\n\1\2\xFF"):rep(1000))
      names[#names + 1] = name
    end
    table.sort(names)
    write("list.m3u", table.concat(names, "\n"))
    local found = collect("list.m3u", table.unpack(names))
    assert.same({}, found.problems)
    local paths, remarks = {}, {}
    for index, name in ipairs(names) do
      paths[index], paths[#names + index] = name, name
      remarks[index] = name .. ": a sound file, though it is named like a playlist"
    end
    for index, entry in ipairs(found.entries) do found.entries[index] = entry.path end
    assert.same({ paths, remarks }, { found.entries, found.remarks })
  end)

  it("has one problem with binary data, and none with UTF-16 or padding", function()
    write("noise.m3u", ("\0\1\0\n"):rep(3000))
    write("padded.m3u", "a.mp3\r\n\26" .. ("\0"):rep(200))
    write("wide.m3u", "\xFF\xFE" .. ("a.mp3"):gsub(".", "%0\0"))
    local found = collect("noise.m3u", "padded.m3u", "wide.m3u")
    assert.same({ "noise.m3u: is no playlist: it begins with binary data, not with lines of text" },
      described(found))
    assert.equal(2, #found.entries)
  end)

  it("looks beside a link to a list, then beside the list itself", function()
    write("sub/l.m3u", "b.flac\na.mp3\n#2.mp3\nnone.mp3\n")
    write "sub/#2.mp3"
    write "sub/a.mp3"
    assert(lfs.mkdir(folder .. "/links"))
    assert(lfs.link("../sub/l.m3u", "links/middle.m3u", true))
    assert(lfs.link("links/middle.m3u", "link.m3u", true))
    local found = collect "link.m3u"
    assert.same({ { path = "links/../sub/b.flac", list = "link.m3u", line = 1 },
      { path = "a.mp3", list = "link.m3u", line = 2 },
      { path = "links/../sub/#2.mp3", list = "link.m3u", line = 3 } }, found.entries)
    assert.same({ "link.m3u:4: none.mp3: no such file" }, described(found))
  end)
end)
