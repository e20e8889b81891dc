-- SPDX-License-Identifier: GPL-3.0-or-later
-- discinfo.lua on discs and images of others' making, its whole JSON; and what cd-info and
-- cd-discid say of the same.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local core = require "redbook.core"
local disc = require "spec.clients.disc"
local jobs_of = require "spec.clients.jobs"
local libdiscid = require "libdiscid"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

-- CD-TEXT as cdrskin wants it; the codes are its own options.
local SHEET = [[
Input Sheet Version = 0.7T
Text Code           = 8859
Language Code       = English
Album Title         = An Album
Artist Name         = Somebody
UPC / EAN           = 1234567890123
Track 01 Title      = First
Track 01 Artist     = Somebody
Track 02 Title      = Second
Track 02 Artist     = Somebody Else
Track 03 Title      = Third
Track 03 Artist     = Somebody
ISRC 01             = USRC17607839
]]

local TOC = [[
CD_DA
CATALOG "1234567890123"
TRACK AUDIO
COPY
ISRC "USRC17607839"
FILE "one.wav" 0
TRACK AUDIO
FILE "two.wav" 0
START 00:01:00
TRACK AUDIO
PRE_EMPHASIS
FILE "three.wav" 0
]]

local CDINFO = "cd-info --no-cddb --no-device-info "

describe("discinfo.lua #clients", function()
  local room

  -- The image of a disc as Nero writes it: sound, then chunks about it (session at once, audio).
  local function nrg(pcm, starts, lead_out)
    local cues = { string.pack(">BBBBi4", 1, 0, 0, 0, -150) }
    local function cue(track, index, lba)
      cues[#cues + 1] = string.pack(">BBBBi4", 1, track, index, 0, lba)
    end
    for number, start in ipairs(starts) do
      cue(number, 0, number == 1 and -150 or start)
      cue(number, 1, start)
    end
    cue(0xAA, 1, lead_out)
    local dao = { string.pack("<I4c13I4B", 0, "1234567890123", 1 << 24, #starts) }
    for number, start in ipairs(starts) do
      local offset = (start + 150) * 2352
      dao[#dao + 1] = string.pack(">c12I2BBI2I8I8I8", number == 1 and "USRC17607839" or "", 2352,
        7, 0, 1, offset, offset, ((starts[number + 1] or lead_out) + 150) * 2352)
    end
    local parts = { ("\0"):rep(150 * 2352), pcm }
    local function chunk(id, data) parts[#parts + 1] = id .. string.pack(">s4", data) end
    chunk("CUEX", table.concat(cues))
    chunk("DAOX", table.concat(dao))
    chunk("END!", "")
    parts[#parts + 1] = "NER5" .. string.pack(">I8", #parts[1] + #pcm)
    return table.concat(parts)
  end

  local function sound(name, sectors) room:write(name, burner.wav(burner.pcm(sectors))) end

  setup(function()
    room = room_of.new()
    sound("one.wav", 375)
    sound("two.wav", 525)
    sound("three.wav", 900)
    room:write("sheet.v07t", SHEET)
    room:write("disc.toc", TOC)
    local burned = jobs_of.run(room, {
      cdrskin = { "cdrskin dev=/dev/sr0 -sao -multi input_sheet_v07t=sheet.v07t -copy -audio "
        .. "one.wav two.wav -preemp three.wav" },
      sao = { "cdrdao write --device /dev/sr0 --driver generic-mmc -n disc.toc" } })
    for name, job in pairs(burned) do
      assert(job[1].code == 0, name .. ": " .. job[1].out)
    end
    room:write("nero.nrg", nrg(burner.pcm(1800), { 0, 450, 900 }, 1800))
    room:write("foreign.cue", 'REM GENRE Noise\r\nTITLE "An Album"\r\nPERFORMER "Somebody"\r\n'
      .. 'FILE "sao.bin" BINARY\r\n  TRACK 01 AUDIO\r\n    TITLE "First"\r\n    ISRC '
      .. "USRC17607839\r\n    INDEX 01 00:00:00\r\n  TRACK 02 AUDIO\r\n    INDEX 00 00:05:00\r\n"
      .. "    INDEX 01 00:06:00\r\n")
  end)
  teardown(function() room:close() end)

  local function discinfo(words)
    return sandbox.run(("%s %s %s/scripts/discinfo.lua %s"):format(sandbox.env, sandbox.lua,
      sandbox.root, words), room.folder)
  end

  local function json(words)
    local code, out, err = discinfo("--json " .. words)
    assert.same({ 0, "" }, { code, err })
    return cjson.decode(out)
  end

  local function track(number, start, sectors, more)
    local function msf(frames) return ("00:%02d:%02d"):format(frames // 75, frames % 75) end
    local row = { number = number, session = 1, open = false, start = start, sectors = sectors,
      start_msf = msf(start + 150), length = msf(sectors), type = "audio", control = 0,
      channels = 2, copy_permitted = false, pre_emphasis = false }
    for name, value in pairs(more or {}) do row[name] = value end
    return row
  end

  local function ids_of(starts, lead_out)
    local offsets, sum, product = { lead_out + 150 }, lead_out, lead_out * (#starts + 1)
    for index, start in ipairs(starts) do
      offsets[index + 1] = start + 150
      sum, product = sum + start, product + math.max(start, 1) * index
    end
    local musicbrainz, freedb = libdiscid.ids(1, #starts, offsets)
    return { musicbrainz = musicbrainz, freedb = freedb,
      accuraterip = ("%03d-%08x-%08x-%s"):format(#starts, sum, product, freedb) }
  end

  local DRIVE = { vendor = "VIRTUAL", product = "CD-R/RW RECORDER", revision = "1.00" }
  local SPEEDS = { 3900, 3600, 3000, 2400, 1800, 1200, 600, 300 }
  local ATIP = { lead_in = -11635, lead_in_msf = "97:26:65", last_lead_out = 359849,
    last_lead_out_msf = "79:59:74", rewritable = false, power = 4, reference_speed = 0 }

  local function medium(state, used, more)
    local row = { type = "CD-R", state = state, erasable = false, damaged = false,
      last_track_incomplete = false, session_open = false, total_sectors = 359847,
      used_sectors = used, free_sectors = 0 }
    for name, value in pairs(more or {}) do row[name] = value end
    return row
  end

  -- Track at once, by redbook itself.
  local function burn(name, settings, ...)
    local drive = assert(core.VirtualRecorder { path = ("%s/%s.cue"):format(room.folder, name) })
    local tao = core.TrackAtOnce()
    tao.Recorder, tao.ClientName = assert(drive:Recorder()), "spec"
    for setting, value in pairs(settings) do tao[setting] = value end
    assert(tao:PrepareMedia())
    for _, file in ipairs { ... } do assert(tao:AddAudioTrack(room.folder .. "/" .. file)) end
    assert(tao:ReleaseMedia())
    tao:Close()
    drive:Close()
  end

  it("tells all of a disc that cdrskin burned with texts and codes", function()
    local texts = { { number = 1, title = "First", performer = "Somebody" },
      { number = 2, title = "Second", performer = "Somebody Else" },
      { number = 3, title = "Third", performer = "Somebody" } }
    texts[1].isrc = "USRC17607839"
    local next_address = 1800 + 11400
    assert.same({ redbook = 1, event = "disc", device = "virtual:cdrskin.cue", drive = DRIVE,
      write_speeds = SPEEDS, atip = ATIP, first_track = 1, last_track = 3, lead_out = 1800,
      medium = medium("appendable", next_address, { next_track = 4,
        next_writable_address = next_address, free_sectors = 359847 - next_address }),
      media_catalog_number = "1234567890123", title = "An Album", performer = "Somebody",
      sessions = { { number = 1, first_track = 1, last_track = 3, lead_out = 1800 } },
      tracks = { track(1, 0, 375, { isrc = "USRC17607839", copy_permitted = true, control = 2,
        title = "First", performer = "Somebody" }),
        track(2, 375, 525, { copy_permitted = true, control = 2, title = "Second",
          performer = "Somebody Else" }),
        track(3, 900, 900, { copy_permitted = true, control = 3, pre_emphasis = true,
          title = "Third", performer = "Somebody" }) },
      cd_text = { { language = "English", tracks = texts, album = { title = "An Album",
        performer = "Somebody", media_catalog_number = "1234567890123" } } },
      ids = ids_of({ 0, 375, 900 }, 1800) }, json "virtual:cdrskin.cue")
  end)

  it("tells the same through a device node, also where the kernel filters commands", function()
    local expected = json "virtual:cdrskin.cue"
    expected.device = "/dev/sr0"
    for _, options in ipairs { "--disc cdrskin.cue", "--disc cdrskin.cue --filter" } do
      local code, out, err = room:drive(options, sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", "")
        .. " " .. sandbox.root .. "/scripts/discinfo.lua --json /dev/sr0", true)
      assert.same({ 0, "" }, { code, err })
      assert.same(expected, cjson.decode(out))
    end
  end)

  it("remarks on texts that it cannot understand", function()
    local packs = room:read "cdrskin.cdt"
    room:must "mkdir damaged; cp cdrskin.* damaged"
    -- Without the three packs (of type 8Fh) that tell languages and the number of packs.
    room:write("damaged/cdrskin.cdt", packs:sub(1, -3 * 18 - 1))
    local found = json "virtual:damaged/cdrskin.cue"
    assert.same({ {}, "CD-TEXT: No blocksize information available for block 0." },
      { found.cd_text, found.problem })
    local _, out = discinfo "virtual:damaged/cdrskin.cue"
    assert.is_truthy(out:find("\nNote         CD-TEXT is not whole: CD-TEXT: No", 1, true))
  end)

  it("remarks on an image whose data end within a sector", function()
    room:write("odd.bin", ("\0"):rep(400 * 2352 + 5))
    room:write("odd.cue", 'FILE "odd.bin" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n')
    local _, out = discinfo "odd.cue"
    assert.is_truthy(out:find("\nNote         image odd.bin size (940805) not multiple", 1, true))
    assert.equal(400, json("odd.cue").lead_out)
  end)

  it("tells all of a blank disc, and of an open session", function()
    assert.same({ redbook = 1, event = "disc", device = "virtual:new.cue", drive = DRIVE,
      write_speeds = SPEEDS, atip = ATIP, sessions = {}, tracks = {}, cd_text = {}, ids = {},
      medium = medium("blank", 0, { next_track = 1, next_writable_address = 0,
        free_sectors = 359847 }) }, json "--device virtual:new.cue")
    burn("open", { KeepSessionOpen = true }, "one.wav")
    assert.same({ redbook = 1, event = "disc", device = "virtual:open.cue", drive = DRIVE,
      write_speeds = SPEEDS, atip = ATIP, sessions = {}, cd_text = {}, ids = {},
      tracks = { track(1, 0, 375, { open = true }) },
      medium = medium("open", 527, { next_track = 2, next_writable_address = 527,
        session_open = true, free_sectors = 359847 - 527 }) }, json "virtual:open.cue")
  end)

  it("tells all of a pressed disc", function()
    local found = json "virtual:foreign.cue"
    assert.same({ "CD-ROM", "finalised", nil }, { found.medium.type, found.medium.state,
      found.atip })
    assert.same(ids_of({ 0, 450 }, 1800), found.ids)
  end)

  local function image(name, more)
    local event = { redbook = 1, event = "disc", image = name, first_track = 1, last_track = 3,
      lead_out = 1800, sessions = { { number = 1, first_track = 1, last_track = 3,
        lead_out = 1800 } }, cd_text = {}, media_catalog_number = "1234567890123",
      ids = ids_of({ 0, 450, 900 }, 1800) }
    for key, value in pairs(more) do event[key] = value end
    return event
  end

  it("tells all of images: our own, a foreign cue sheet, Nero's", function()
    local first = { isrc = "USRC17607839", pregap = 150 }
    assert.same(image("sao.cue", { tracks = { track(1, 0, 450, { isrc = "USRC17607839",
      pregap = 150, copy_permitted = true, control = 2 }), track(2, 450, 450, { pregap = 75 }),
      track(3, 900, 900, { pregap = 0, pre_emphasis = true, control = 1 }) } }), json "sao.cue")
    assert.same(image("nero.nrg", { tracks = { track(1, 0, 450, first),
      track(2, 450, 450, { pregap = 0 }), track(3, 900, 900, { pregap = 0 }) } }), json "nero.nrg")
    local foreign = image("foreign.cue", { last_track = 2, title = "An Album",
      performer = "Somebody", ids = ids_of({ 0, 450 }, 1800),
      sessions = { { number = 1, first_track = 1, last_track = 2, lead_out = 1800 } },
      cd_text = { { language = "English", album = { title = "An Album", performer = "Somebody" },
        tracks = { { number = 1, title = "First" } } } },
      tracks = { track(1, 0, 450, { isrc = "USRC17607839", pregap = 150, title = "First" }),
        track(2, 450, 1350, { pregap = 75 }) } })
    foreign.media_catalog_number = nil
    assert.same(foreign, json "foreign.cue")
  end)

  it("reads what cdrdao makes of a disc with texts", function()
    local read = jobs_of.run(room, { image = { "cdrdao read-cd --device /dev/sr0 --driver "
      .. "generic-mmc read.toc", disc = "cdrskin" } }).image[1]
    assert(read.code == 0, read.out)
    local found = json "image/read.toc"
    assert.same({ "An Album", "Somebody", 1800, { 0, 375, 900 }, "Second" }, { found.title,
      found.performer, found.lead_out, { found.tracks[1].start, found.tracks[2].start,
        found.tracks[3].start }, found.tracks[2].title })
    assert.same(ids_of({ 0, 375, 900 }, 1800), found.ids)
  end)

  -- What cd-info prints of tracks: start and, for the lead-out, its address.
  local function listed(text)
    local list = {}
    for number, lsn, kind in text:gmatch "\n *(%d+): %d+:%d+:%d+ +(%d+) (%l+)" do
      list[#list + 1] = { tonumber(number), tonumber(lsn), kind }
    end
    return list
  end

  local function ours(event)
    local list = {}
    for _, one in ipairs(event.tracks) do list[#list + 1] = { one.number, one.start, one.type } end
    list[#list + 1] = { 170, event.lead_out, "leadout" }
    return list
  end

  it("agrees with cd-info on discs and images", function()
    local seen = jobs_of.run(room, {
      a = { CDINFO .. "--access-mode=MMC_RDWR_EXCL --cdrom-device=/dev/sr0", disc = "cdrskin" },
      b = { CDINFO .. "--access-mode=MMC_RDWR_EXCL --cdrom-device=/dev/sr0", disc = "sao" } })
    assert.same(listed(seen.a[1].out), ours(json "virtual:cdrskin.cue"))
    assert.same(listed(seen.b[1].out), ours(json "virtual:sao.cue"))
    for _, name in ipairs { "sao.cue", "nero.nrg" } do
      assert.same(listed(room:must(CDINFO .. name .. " 2>&1")), ours(json(name)))
    end
  end)

  it("agrees with cd-discid on discs", function()
    local seen = jobs_of.run(room, { c = { "cd-discid /dev/sr0", disc = "cdrskin" },
      d = { "cd-discid /dev/sr0", disc = "sao" } })
    assert.equal(seen.c[1].out:match "^%x+", json("virtual:cdrskin.cue").ids.freedb)
    assert.equal(seen.d[1].out:match "^%x+", json("virtual:sao.cue").ids.freedb)
    assert.equal(disc.id({ 0, 375, 900 }, 1800), seen.c[1].out)
  end)

  it("agrees with libdiscid, which reads the disc in the drive itself", function()
    burn("two", { DoNotFinalizeMedia = true }, "one.wav", "two.wav")
    burn("two", { Append = true }, "three.wav")
    for _, name in ipairs { "cdrskin", "sao", "two" } do
      local theirs = room:lua(("--disc %s.cue"):format(name),
        'return assert(require("libdiscid").read(SR0))')
      local event = json(("virtual:%s.cue"):format(name))
      local codes, offsets = {}, { 1, #event.tracks,
        ("%d"):format(event.lead_out + 150) }
      for index, one in ipairs(event.tracks) do
        codes[index], offsets[index + 3] = one.isrc or "",
          ("%d"):format(one.start + 150)
      end
      assert.same(theirs, { musicbrainz = event.ids.musicbrainz, freedb = event.ids.freedb,
        catalog = event.media_catalog_number or "", codes = codes,
        offsets = table.concat(offsets, " ") })
    end
  end)

  it("fits 80 and 40 columns", function()
    local expected = { [80] = {
      "Drive        VIRTUAL CD-R/RW RECORDER 1.00, virtual:cdrskin.cue",
      "Disc         CD-R, appendable, 1 closed session, 3 tracks",
      "Capacity     79:57:72 total, 02:56:00 used, 77:01:72 free",
      "ATIP         lead-in 97:26:65, lead-out at 79:59:74 or before, reference speed",
      "             code 0",
      "Write speeds 52x 48x 40x 32x 24x 16x 8x 4x",
      "Album        Somebody - An Album",
      "Catalog no.  1234567890123",
      "MusicBrainz  " .. ids_of({ 0, 375, 900 }, 1800).musicbrainz,
      "freedb       " .. ids_of({ 0, 375, 900 }, 1800).freedb,
      "AccurateRip  " .. ids_of({ 0, 375, 900 }, 1800).accuraterip,
      "",
      " #  start     length    flags  ISRC          title",
      " 1  00:02:00  00:05:00  C----  USRC17607839  Somebody - First",
      " 2  00:07:00  00:07:00  C----                Somebody Else - Second",
      " 3  00:14:00  00:12:00  CP---                Somebody - Third",
      "    session 1 ends at 00:26:00",
      "",
      "Flags: C copies permitted, P pre-emphasis, 4 channels, D data, O in the open",
      "session, which players do not see. A length goes to the start of the next track,",
      "so the pause between them is in it.", "" }, [40] = {
      " #  start     length    flags",
      " 1  00:02:00  00:05:00  C----",
      "    USRC17607839  Somebody - First",
      " 2  00:07:00  00:07:00  C----",
      "    Somebody Else - Second" } }
    for width, lines in pairs(expected) do
      local _, out = sandbox.run(("COLUMNS=%d %s %s %s/scripts/discinfo.lua virtual:cdrskin.cue")
        :format(width, sandbox.env, sandbox.lua, sandbox.root), room.folder)
      for line in out:gmatch "[^\n]+" do assert.is_true(#line <= width, line) end
      assert.is_truthy(out:find(table.concat(lines, "\n"), 1, true), out)
    end
  end)

  it("says in a sentence what is in the way", function()
    assert.same({ 5, "", "discinfo: there is no disc in the drive\n"
      .. "disc: No disc was written to.\nwhat to do: Insert a disc and close the tray.\n" },
      { discinfo "virtual:" })
    assert.is_truthy(select(3, discinfo "-v virtual:"):find "\nsense: [^\n]*2/3A/01[^\n]*\n")
    assert.same({ 5, "", "discinfo: the drive is still getting the disc ready\n"
      .. "disc: No disc was written to.\nwhat to do: Wait some seconds and try again.\n" },
      { discinfo "'virtual:new.cue?ready=100'" })
    local code, out, err = discinfo "one.wav"
    assert.same({ 6, "" }, { code, out })
    assert.is_truthy(err:find "^discinfo: one%.wav: libcdio knows no image by this name\ndisc: No ")
    code, out = discinfo "--json none.cue"
    assert.equal(6, code)
    assert.same({ 6, "source", "cannot read none.cue: No such file or directory" },
      { cjson.decode(out).exit, cjson.decode(out).err.stage, cjson.decode(out).err.message })
    assert.equal(2, (discinfo "--device virtual: sao.cue"))
    local drive = assert(core.VirtualRecorder { path = room.folder .. "/sao.cue" })
    local recorder = assert(drive:Recorder())
    assert(recorder:AcquireExclusiveAccess(false, "a spec"))
    code, out, err = discinfo "virtual:sao.cue"
    recorder:Close()
    drive:Close()
    assert.same({ 4, "" }, { code, out })
    assert.is_truthy(err:find("a spec", 1, true), err)
  end)
end)
