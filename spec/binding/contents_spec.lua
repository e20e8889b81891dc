-- SPDX-License-Identifier: GPL-3.0-or-later
-- DiscContents and read_image: every kind of disc, every kind of image, and what is refused.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local function text_file(path, ...)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(table.concat({ ... }, "\n"), "\n"))
end

-- A track of music as the tables have it, without what is false.
local function track(number, session, start, sectors, more)
  local row = { Number = number, Session = session, Start = start, Sectors = sectors, Open = false,
    Control = 0, Data = false, PreEmphasis = false, CopyPermitted = false, FourChannels = false }
  for name, value in pairs(more or {}) do row[name] = value end
  return row
end

local ATIP = { LeadIn = -11635, LeadInTime = "97:26:65", LastLeadOut = 359849,
  Rewritable = false, Power = 4, ReferenceSpeed = 0 }

describe("Recorder:DiscContents", function()
  local bench

  before_each(function() bench = burner.new() end)
  after_each(function() bench:close() end)

  local function burn(options, ...)
    local tao = bench.tao
    for name, value in pairs(options) do tao[name] = value end
    assert(tao:PrepareMedia())
    for index, isrc in ipairs { ... } do
      assert(tao:AddAudioTrack(bench:sound("t.wav", 300 + index), isrc ~= "" and { ISRC = isrc,
        CopyPermitted = true } or nil))
    end
    assert(tao:ReleaseMedia())
  end

  it("of a blank disc is its ATIP", function()
    assert.same({ Sessions = {}, Tracks = {}, CDText = {}, ATIP = ATIP },
      bench.recorder:DiscContents())
    assert.is_nil(lfs.attributes(bench.folder .. "/disc.bin")) -- a look creates nothing
  end)

  it("of a finished disc is all that was burned", function()
    burn({ MediaCatalogNumber = "0123456789012" }, "USRC17607839", "")
    assert.same({ ATIP = ATIP, CDText = {}, FirstTrack = 1, LastTrack = 2, LeadOut = 757,
      MediaCatalogNumber = "0123456789012",
      Sessions = { { Number = 1, FirstTrack = 1, LastTrack = 2, LeadOut = 757 } },
      Tracks = { track(1, 1, 0, 453, { ISRC = "USRC17607839", Control = 2, CopyPermitted = true }),
        track(2, 1, 453, 304) } }, bench.recorder:DiscContents())
  end)

  it("tells sessions from each other, and what is not closed from what is", function()
    burn({ DoNotFinalizeMedia = true }, "", "")
    burn({ Append = true, KeepSessionOpen = true }, "")
    local contents = assert(bench.recorder:DiscContents())
    assert.same({ { Number = 1, FirstTrack = 1, LastTrack = 2, LeadOut = 757 } },
      contents.Sessions)
    assert.same({ track(1, 1, 0, 453), track(2, 1, 453, 304),
      track(3, 2, 757 + 11400, 301, { Open = true }) }, contents.Tracks)
    burn({ Append = true, KeepSessionOpen = false, DoNotFinalizeMedia = false })
    contents = assert(bench.recorder:DiscContents())
    assert.same({ { Number = 1, FirstTrack = 1, LastTrack = 2, LeadOut = 757 },
      { Number = 2, FirstTrack = 3, LastTrack = 3, LeadOut = 757 + 11400 + 303 } },
      contents.Sessions)
    assert.same(track(3, 2, 757 + 11400, 303), contents.Tracks[3])
    assert.equal(757 + 11400 + 303, contents.LeadOut)
  end)

  it("is the same whatever the drive's manners are", function()
    burn({ MediaCatalogNumber = "0123456789012" }, "USRC17607839", "")
    local expected = assert(bench.recorder:DiscContents())
    bench.tao:Close()
    bench.recorder:Close()
    for _, name in ipairs { "pioneer", "lg", "nwa-150", "mitsumi", "slow", "tinybuf", "deferred",
      "early-ready", "bdesc", "short-2a", "short-2a-12", "no-getconfig", "no-atip" } do
      local drive = assert(core.VirtualRecorder { path = bench.disc, personality = name })
      local recorder <close> = assert(drive:Recorder())
      local contents = assert(recorder:DiscContents())
      if name == "no-atip" then contents.ATIP = ATIP end
      assert.same(expected, contents, name)
      drive:Close()
    end
  end)

  it("fails with a reason", function()
    bench.virtual:OpenTray()
    local contents, err = bench.recorder:DiscContents()
    assert.same({ nil, "E_IMAPI_RECORDER_MEDIA_NO_MEDIA" }, { contents, err.name })
    bench.virtual:SetReady(50)
    bench.virtual:CloseTray()
    contents, err = bench.recorder:DiscContents()
    assert.same({ nil, "E_IMAPI_RECORDER_MEDIA_BECOMING_READY" }, { contents, err.name })
  end)

  it("fails when the drive is gone", function()
    bench.virtual:AddFault { command = "READ DISC INFORMATION", host = 1 }
    local contents, err = bench.recorder:DiscContents()
    assert.same({ nil, "E_DEVICE_GONE" }, { contents, err.name })
  end)
end)

describe("read_image", function()
  local folder, here

  setup(function()
    here = lfs.currentdir()
    folder = os.tmpname()
    os.remove(folder)
    assert(lfs.mkdir(folder))
    text_file(folder .. "/a.bin")
    local file <close> = assert(io.open(folder .. "/a.bin", "wb"))
    file:write(("\0"):rep(900 * 2352))
    local short <close> = assert(io.open(folder .. "/short.bin", "wb"))
    short:write(("\0"):rep(10 * 2352 + 5))
  end)
  teardown(function()
    for name in lfs.dir(folder) do os.remove(folder .. "/" .. name) end
    lfs.rmdir(folder)
  end)

  local function read(name, ...)
    text_file(folder .. "/" .. name, ...)
    local contents, err = core.read_image(folder .. "/" .. name)
    return contents, err and err.message:gsub(folder .. "/", "")
  end

  local SHEET = { 'FILE "a.bin" BINARY', "  TRACK 01 AUDIO", "    INDEX 01 00:00:00",
    "  TRACK 02 AUDIO", "    FLAGS DCP PRE", "    ISRC USRC17607839", "    INDEX 00 00:05:00",
    "    INDEX 01 00:06:00" }
  local TRACKS = { track(1, 1, 0, 450, { Pregap = 150 }),
    track(2, 1, 450, 450, { Pregap = 75, ISRC = "USRC17607839", Control = 3,
      PreEmphasis = true, CopyPermitted = true }) }
  local SESSIONS = { { Number = 1, FirstTrack = 1, LastTrack = 2, LeadOut = 900 } }

  it("reads a cue sheet, whatever its data file is called, from any folder", function()
    local expected = { CDText = {}, FirstTrack = 1, LastTrack = 2, LeadOut = 900,
      MediaCatalogNumber = "1234567890123", Sessions = SESSIONS, Tracks = TRACKS }
    assert.same(expected, read("a.cue", "CATALOG 1234567890123", table.unpack(SHEET)))
    assert.same(expected, read("other.cue", "CATALOG 1234567890123", table.unpack(SHEET)))
    assert.same(expected, core.read_image(folder .. "/a.bin"))
    assert.equal(here, lfs.currentdir())
  end)

  it("reads the texts of a cue sheet", function()
    local contents = assert(read("a.cue", 'TITLE "Album"', 'PERFORMER "Caf\xE9"', SHEET[1],
      SHEET[2], '    TITLE "One"', SHEET[3]))
    assert.same({ { Language = "English", Album = { Title = "Album", Performer = "Caf\u{E9}" },
      Tracks = { { Title = "One" } } } }, contents.CDText)
  end)

  it("reads a .toc of cdrdao, also what cdrdao writes over several lines", function()
    local contents = assert(read("a.toc", "CD_DA", 'ARRANGER ""', 'CATALOG "1234567890123"',
      "CD_TEXT {",
      "  LANGUAGE_MAP {", "    0: 9", "    1: 8", "  }", "  LANGUAGE 0 {", '    TITLE "Album"',
      "    SIZE_INFO { 0, 1, 2,", "      3, 4 }", "  }", "  LANGUAGE 1 {", '    TITLE "Platte"',
      "  }", "}", "TRACK AUDIO", "NO COPY", 'FILE "a.bin" 0 00:06:00', "TRACK AUDIO", "COPY",
      "PRE_EMPHASIS", 'ISRC "USRC17607839"', 'FILE "a.bin" 00:05:00 00:07:00', "START 00:01:00"))
    local tracks = { TRACKS[1], TRACKS[2] }
    assert.same(tracks, contents.Tracks)
    assert.same({ { Language = "English", Album = { Title = "Album" }, Tracks = {} } },
      contents.CDText)
  end)

  it("says what libcdio cannot read, with the line", function()
    local function refused(name, ...)
      local contents, message = read(name, ...)
      assert.is_nil(contents)
      return message
    end
    local first, second, third = table.unpack(SHEET)
    local many = { first }
    for _ = 1, 100 do many[#many + 1] = "TRACK 01 AUDIO" end
    for message, sheet in pairs {
      ["x.cue: line 4: a second FILE; libcdio reads images in one file only"] =
        { first, second, third, 'FILE "b.bin" BINARY' },
      ["x.cue: line 1: the sound must be in a BINARY file, not WAVE"] = { 'FILE "a.bin" WAVE' },
      ["x.cue: line 3: libcdio does not count a PREGAP, which is not in the file: 00:03:00"] =
        { first, second, "PREGAP 00:03:00" },
      ["x.cue: line 101: more than 99 tracks"] = many,
      ["x.cue: line 2: warning: unrecognized keyword: TRAK"] = { first, "TRAK 01", second },
      ["x.cue: line 3: after word INDEX: Invalid MSF string mm:ss:ff"] = { first, second,
        "INDEX 01 mm:ss:ff" },
      ["x.cue: its data file none.bin: No such file or directory"] = { 'FILE "none.bin" BINARY',
        second, third },
      ["x.cue: it has no TRACK line"] = { first },
      ["x.cue: it has no FILE line"] = { second },
      ["x.cue: its tracks are in no order; libcdio reads images in one file only"] =
        { first, second, third, "TRACK 02 AUDIO", third },
      ["x.cue: its data file ends before its last track"] = { first, second, "INDEX 01 00:12:00" },
      ["x.cue: this disc has 2 sessions, which libcdio cannot tell"] =
        { "REM REDBOOK session 1 lead-out 300", "REM REDBOOK session 2 lead-out 20000", first,
          second, third },
      ["x.cue: no session of this disc is closed"] = { "REM REDBOOK version 1", first },
    } do
      assert.equal(message, refused("x.cue", table.unpack(sheet)))
    end
    for message, sheet in pairs {
      ["x.toc: line 2: this belongs behind a TRACK line: ISRC"] = { "CD_DA",
        'ISRC "USRC17607839"' },
      ["x.toc: line 3: libcdio does not count SILENCE"] = { "CD_DA", "TRACK AUDIO",
        "SILENCE 00:02:00" },
      ["x.toc: line 1: libcdio cannot measure tracks of MODE2"] = { "TRACK MODE2" },
      ["x.toc: line 2: can't open file `none.wav' for reading"] = { "TRACK AUDIO",
        'FILE "none.wav" 0' },
      ["x.toc: it has no TRACK line"] = { "CD_DA" },
      ["x.toc: libcdio takes its end for one behind that of its data file; give its last FILE a "
        .. "length"] = { "TRACK AUDIO", 'FILE "a.bin" 0 00:05:00', "TRACK AUDIO",
        'FILE "a.bin" 00:05:00' },
    } do
      assert.equal(message, refused("x.toc", table.unpack(sheet)))
    end
    assert.equal("x.iso: libcdio knows no image by this name", refused "x.iso")
    assert.equal("x.nrg: libcdio cannot read it", refused("x.nrg", ("x"):rep(5000)))
  end)

  it("survives damaged images of Nero", function()
    local footer = "NER5" .. string.pack(">I8", 0)
    for _, chunk in ipairs { "CUEX" .. string.pack(">I4", 0x7FFFFFF8), "DAOX\0\0\0\0", "CUES\0\0",
      "ETN2" .. string.pack(">I4", 0xFFFFFFE0), ("\xFF"):rep(64), "CDTX" .. string.pack(">I4", 18)
        .. ("\x80"):rep(18) .. "END!\0\0\0\0", "NER5\0\0\0\0" } do
      local contents, message = read("x.nrg", chunk .. ("\0"):rep(100) .. footer)
      assert.is_nil(contents)
      assert.is_truthy(message:find "^x%.nrg: .")
    end
  end)

  it("remarks on an image that is not quite right", function()
    local contents = assert(read("short.cue", 'FILE "short.bin" BINARY', SHEET[2], SHEET[3]))
    assert.equal(10, contents.LeadOut)
    assert.is_truthy(contents.Problem:find("not multiple of blocksize", 1, true))
  end)

  it("leaves nothing behind, writes nothing to the screen, and stays out of the way", function()
    text_file(folder .. "/other.cue", table.unpack(SHEET))
    text_file(folder .. "/a.toc", "TRACK AUDIO", 'FILE "a.bin" 0 00:05:00')
    text_file(folder .. "/bad.toc", "TRACK AUDIO", 'FILE "none.bin" 0')
    text_file(folder .. "/bad.cue", SHEET[1], "  TRACK 01 NOISE")
    local temporary = folder .. "/tmp"
    assert(lfs.mkdir(temporary))
    local code = [[local core = require "redbook.core"
      for _, name in ipairs { "other.cue", "a.toc", "bad.toc", "bad.cue", "none.cue" } do
        local contents = core.read_image(name)
        io.write(contents and contents.LeadOut or "-", " ")
      end
      local trap = assert(core.trap_signals { "USR1" }) -- the child has none of the host's signals
      assert(core.read_image "other.cue")]]
    assert.same({ 0, "900 375 - - - ", "" }, { sandbox.run(("TMPDIR=%s %s %s -e %s"):format(
      temporary, sandbox.env, sandbox.lua, sandbox.quote(code)), folder) })
    for name in lfs.dir(temporary) do assert.is_truthy(name:find "^%.%.?$", name) end
    assert(lfs.rmdir(temporary))
    code = 'local _, err = require("redbook.core").read_image "other.cue" io.write(err.message)'
    assert.same({ 0, "no temporary folder can be made in /nonexistent: No such file or directory",
      "" }, { sandbox.run(("TMPDIR=/nonexistent %s %s -e %s"):format(sandbox.env, sandbox.lua,
        sandbox.quote(code)), folder) })
  end)

  it("does not wait for pipes", function()
    assert.equal(0, (sandbox.run("mkfifo pipe.cue pipe.bin", folder)))
    assert(lfs.mkdir(folder .. "/d.nrg"))
    for name, message in pairs { ["pipe.cue"] = "pipe.cue: not a regular file",
      ["d.nrg"] = "d.nrg: not a regular file" } do
      local contents, err = core.read_image(folder .. "/" .. name)
      assert.same({ nil, message }, { contents, (err.message:gsub(folder .. "/", "")) })
    end
    lfs.rmdir(folder .. "/d.nrg")
    assert.same({ nil, "x.cue: pipe.bin is not a regular file" },
      { read("x.cue", 'FILE "pipe.bin" BINARY', SHEET[2], SHEET[3]) })
  end)

  it("names a file that cannot be read", function()
    local contents, err = core.read_image(folder .. "/none.cue")
    assert.is_nil(contents)
    assert.same({ "E_FILE_NOT_FOUND", "cannot read " .. folder
      .. "/none.cue: No such file or directory" }, { err.name, err.message })
    assert.has_error(function() core.read_image() end)
  end)
end)
