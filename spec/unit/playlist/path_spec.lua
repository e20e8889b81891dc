-- SPDX-License-Identifier: GPL-3.0-or-later

local lfs = require "lfs"
local path = require "redbook.playlist.path"
local sandbox = require "spec.support.sandbox"

describe("playlist.path", function()
  it("splits, joins and finds extensions", function()
    assert.same({ "a/b", "c.m3u" }, { path.split "a/b/c.m3u" })
    assert.same({ ".", "c.m3u" }, { path.split "c.m3u" })
    assert.same({ "/", "c.m3u" }, { path.split "/c.m3u" })
    assert.equal("/x", path.join("a", "/x"))
    assert.equal("a/x", path.join("a", "x"))
    assert.equal("/x", path.join("/", "x"))
    assert.equal("x", path.join(".", "x"))
    assert.equal("m3u", path.extension "a.b/c.M3U")
    assert.is_nil(path.extension "a.b/c")
    assert.is_nil(path.extension "a/.m3u")
  end)

  describe("finder", function()
    local folder, finder

    local function touch(name)
      sandbox.write(folder .. "/" .. name, "")
    end

    -- What a line leads to, below the list's folder.
    local function find(raw, decoded)
      local found, problem = finder:find(raw, decoded)
      return found and found:gsub("^" .. folder:gsub("%p", "%%%0") .. "/", ""), problem
    end

    before_each(function()
      folder = sandbox.folder()
      assert(lfs.mkdir(folder .. "/Music"))
      assert(lfs.mkdir(folder .. "/Music/Björk"))
      assert(lfs.mkdir(folder .. "/home"))
      for _, name in ipairs { "a.mp3", "Upper.MP3", "100%20%.mp3", "what?.mp3", "a#b.mp3",
        " led.mp3", "trailed.mp3 ", "-.mp3", "back\\slash.mp3", "Music/1.mp3",
        "Music/Björk/Jo\u{301}ga.mp3", "J\xF3ga.mp3", "home/h.mp3", "two.mp3", "TWO.mp3",
        "http:.mp3", "A: side.mp3" } do touch(name) end
      finder = path.finder(folder, { home = folder .. "/home" })
    end)

    after_each(function() sandbox.remove(folder) end)

    it("finds what is written", function()
      local cases = {
        { "a.mp3", "a.mp3" }, { "./a.mp3", "./a.mp3" }, { "Music/../a.mp3", "Music/../a.mp3" },
        { "100%20%.mp3", "100%20%.mp3" }, { "what?.mp3", "what?.mp3" },
        { "a#b.mp3", "a#b.mp3" }, { "-.mp3", "-.mp3" }, { " led.mp3", " led.mp3" },
        { "led.mp3 ", nil }, { "trailed.mp3 ", "trailed.mp3 " }, { " a.mp3 \t", "a.mp3" },
        { "~/h.mp3", "home/h.mp3" }, { "http:.mp3", "http:.mp3" },
        { "A: side.mp3", "A: side.mp3" }, { "Music", "Music" },
      }
      for _, case in ipairs(cases) do assert.equal(case[2], (find(case[1]))) end
      assert.equal("a.mp3", (find(folder .. "/a.mp3")))
    end)

    it("finds file URIs, percent-decoded, and only URIs are decoded", function()
      local cases = {
        { "file://" .. folder .. "/a%2emp3", "a.mp3" },
        { "FILE://localhost" .. folder .. "/a.mp3", "a.mp3" },
        { "file:" .. folder .. "/a%23b.mp3", "a#b.mp3" },
        { "file:" .. folder .. "/100%2520%25.mp3", "100%20%.mp3" },
        { "file:" .. folder .. "/100%2520%.mp3", "100%20%.mp3" }, -- a lone % stays
        { "file:Music/1.mp3", "Music/1.mp3" },
        { "file:///C:/Music/1.mp3", "Music/1.mp3" },
        { "file://C:/Music/1.mp3", "Music/1.mp3" },
        { "file://server/share/Music/1.mp3", "Music/1.mp3" },
        { "file://" .. folder .. "/Music/Bj%C3%B6rk/J%C3%B3ga.mp3",
          "Music/Björk/Jo\u{301}ga.mp3" },
      }
      for _, case in ipairs(cases) do assert.equal(case[2], (find(case[1]))) end
      assert.is_nil((find "a%2emp3"))
      assert.same({ nil, "the file URI names no file" }, { find "file://" })
      assert.same({ nil, "the file URI holds a NUL byte (%00)" }, { find "file:///a%00" })
    end)

    it("finds Windows paths by their end, beside the list", function()
      local cases = {
        { "Music\\1.mp3", "Music/1.mp3" }, { ".\\Music\\1.mp3", "./Music/1.mp3" },
        { "C:\\Users\\me\\Music\\1.mp3", "Music/1.mp3" }, { "D:\\a.mp3", "a.mp3" },
        { "D:/x/a.mp3", "a.mp3" }, { "d:a.mp3", "a.mp3" },
        { "\\\\server\\share\\Music\\1.mp3", "Music/1.mp3" }, { "\\Music\\1.mp3", "Music/1.mp3" },
        { "C:\\x\\UPPER.mp3", "Upper.MP3" }, { "back\\slash.mp3", "back\\slash.mp3" },
        { "C:\\music\\BJÖRK\\JÓGA.MP3", "Music/Björk/Jo\u{301}ga.mp3" },
      }
      for _, case in ipairs(cases) do assert.equal(case[2], (find(case[1]))) end
      assert.same({ nil, "no such file" }, { find "C:\\x\\none.mp3" })
    end)

    it("never takes a namesake for a file that is gone from this machine", function()
      assert.same({ nil, "no such file" }, { find "/nowhere/a.mp3" })
      assert.same({ nil, "no such file" }, { find "nowhere/a.mp3" })
    end)

    it("finds names in another case, composition or encoding", function()
      assert.equal("Upper.MP3", (find "upper.mp3"))
      assert.equal("Music/1.mp3", (find "MUSIC/1.Mp3"))
      assert.equal("Music/Björk/Jo\u{301}ga.mp3", (find "Music/Björk/Jóga.mp3"))
      assert.equal("Music/Björk/Jo\u{301}ga.mp3",
        (find("Music/Bj\xF6rk/J\xF3ga.mp3", "Music/Björk/Jóga.mp3")))
      assert.equal("J\xF3ga.mp3", (find("J\xF3ga.mp3", "Jóga.mp3"))) -- the file's own bytes
    end)

    it("does not choose between two", function()
      assert.equal("two.mp3", (find "two.mp3"))
      assert.same({ nil, "two files could be meant: TWO.mp3, two.mp3" }, { find "Two.mp3" })
    end)

    it("refuses what is no file by its scheme", function()
      for line, scheme in pairs { ["http://x/y.mp3"] = "http", ["HTTPS://x"] = "https",
        ["cdda:1"] = "cdda", ["rtsp://x"] = "rtsp", ["mms://x"] = "mms",
        ["svn+ssh://x"] = "svn+ssh" } do
        assert.same({ nil, scheme .. ": is not a file on this machine, and redbook burns files "
          .. "only" }, { find(line) })
      end
    end)

    it("refuses NUL bytes and says that a file is missing", function()
      assert.same({ nil, "holds a NUL byte, which no file name can" }, { find "a\0.mp3" })
      assert.same({ nil, "no such file" }, { find "b.mp3" })
      assert.same({ nil, "no such file" }, { find "note: b.mp3" })
    end)

    it("says why it could not look", function()
      assert.same({ nil, "file name too long" }, { find(("n"):rep(300)) })
      assert.equal("file name too long", path.missing(("n"):rep(300)))
      assert.equal("no such file", path.missing(folder .. "/nowhere/b.mp3"))
    end)

    it("lets a user map names of another machine", function()
      finder = path.finder(folder, { map = function(name)
        return (name:gsub("^X:\\Sound\\", folder .. "/Music/"))
      end })
      assert.equal("Music/1.mp3", (find "X:\\Sound\\1.mp3"))
      assert.equal("a.mp3", (find "a.mp3"))
    end)

    it("has one identity for two names of one file", function()
      assert(lfs.link(folder .. "/a.mp3", folder .. "/link", true))
      assert.equal(path.identity(folder .. "/a.mp3"), path.identity(folder .. "/link"))
      assert.not_equal(path.identity(folder .. "/a.mp3"), path.identity(folder .. "/-.mp3"))
      assert.is_nil(path.identity(folder .. "/none"))
    end)
  end)
end)
