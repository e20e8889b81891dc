-- SPDX-License-Identifier: GPL-3.0-or-later
-- Debian's readers, unmodified, on discs of the virtual recorder: samples, table of contents,
-- texts and codes come back as they were burned.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local disc = require "spec.clients.disc"
local jobs_of = require "spec.clients.jobs"
local room_of = require "spec.clients.room"

local SECTOR = room_of.SECTOR
-- Track at once by redbook itself: 375, 525 and 900 sectors, 152 between them.
local TAO = { 0, 527, 1204 }
local TAO_END = 1204 + 900 + 2
-- Session at once by cdrdao: no gap, a pregap of a second with sound in it.
local SAO = { 0, 450, 900 }
local SAO_END = 1800

local TOC = [[
CD_DA
CATALOG "1234567890123"
CD_TEXT {
  LANGUAGE_MAP { 0: EN }
  LANGUAGE 0 { TITLE "An Album" PERFORMER "Somebody" }
}
TRACK AUDIO
COPY
ISRC "USRC17607839"
CD_TEXT { LANGUAGE 0 { TITLE "First" PERFORMER "Somebody" } }
FILE "one.wav" 0
TRACK AUDIO
ISRC "DEA120300012"
CD_TEXT { LANGUAGE 0 { TITLE "Second" PERFORMER "Somebody Else" } }
FILE "two.wav" 0
START 00:01:00
TRACK AUDIO
PRE_EMPHASIS
CD_TEXT { LANGUAGE 0 { TITLE "Third" PERFORMER "Somebody" } }
FILE "three.wav" 0
]]

local CDINFO = "cd-info --no-cddb --access-mode=MMC_RDWR_EXCL --cdrom-device=/dev/sr0"

-- Samples of which no two stretches are alike: paranoia looks for the same sound in what it reads
-- twice, and would find it everywhere in sectors of one value.
local function noise(sectors, seed)
  local words, state = {}, seed
  for n = 1, sectors * SECTOR // 4 do
    state = state * 1664525 + 1013904223 & 0xFFFFFFFF
    words[n] = string.pack("<I4", (state ~ state >> 15) & 0x3FFF3FFF)
  end
  return table.concat(words)
end

describe("Debian's readers on the virtual drive #clients", function()
  local room, results
  local pcm, whole = {}, {}

  local function burn_tao()
    local drive = assert(core.VirtualRecorder { path = room.folder .. "/tao.cue" })
    local tao = core.TrackAtOnce()
    tao.Recorder, tao.ClientName = assert(drive:Recorder()), "spec"
    assert(tao:PrepareMedia())
    for _, name in ipairs { "one", "two", "three" } do
      assert(tao:AddAudioTrack(room.folder .. "/" .. name .. ".wav"))
    end
    assert(tao:ReleaseMedia())
    tao:Close()
    drive:Close()
  end

  -- Each reader has a copy of the disc in a folder of its own: a disc is in one drive at a time.
  local function reading(name)
    local list = {}
    for program, command in pairs {
      cdparanoia = "cdparanoia -d /dev/sr0 -B", cd_paranoia = "cd-paranoia -d /dev/sr0 -B",
      icedax = "icedax -D /dev/sr0 -B -cddb=0", info = CDINFO, discid = "cd-discid /dev/sr0",
      cdrdao = "cdrdao read-cd --device /dev/sr0 --driver generic-mmc read.toc",
      table = "cdrdao read-toc --device /dev/sr0 --driver generic-mmc table.toc",
      toc = "cdrskin dev=/dev/sr0 -toc", cdtext = "cdrskin dev=/dev/sr0 cdtext_to_v07t=-",
    } do
      list[name .. "_" .. program] = { command, disc = name }
    end
    return list
  end

  setup(function()
    room = room_of.new()
    for name, sectors in pairs { one = 375, two = 525, three = 900 } do
      pcm[name] = noise(sectors, sectors)
      room:write(name .. ".wav", burner.wav(pcm[name]))
    end
    room:write("disc.toc", TOC)
    burn_tao()
    local burned = jobs_of.run(room, { sao = {
      "cdrdao write --device /dev/sr0 --driver generic-mmc:0x10 -n disc.toc" } }).sao[1]
    assert(burned.code == 0, burned.out)
    local gap = ("\0"):rep(152 * SECTOR)
    whole.tao = pcm.one .. gap .. pcm.two .. gap .. pcm.three .. ("\0"):rep(2 * SECTOR)
    whole.sao = pcm.one .. pcm.two .. pcm.three
    local list = reading "tao"
    for name, job in pairs(reading "sao") do list[name] = job end
    results = jobs_of.run(room, list)
  end)
  teardown(function() room:close() end)

  local function output(name)
    local result = results[name][1]
    assert(result.code == 0, ("%s: exit %d\n%s"):format(name, result.code, result.out))
    return result.out
  end

  -- The samples of a WAV file with a header of 44 bytes.
  local function samples(path) return room:read(path):sub(45) end

  local function part(name, first, last)
    return whole[name]:sub(first * SECTOR + 1, last * SECTOR)
  end

  local function same_tracks(name, program, pattern)
    output(name .. "_" .. program)
    local starts = name == "tao" and TAO or SAO
    local ends = { starts[2], starts[3], name == "tao" and TAO_END or SAO_END }
    for track, start in ipairs(starts) do
      local got = samples(("%s_%s/%s"):format(name, program, pattern:format(track)))
      assert(got == part(name, start, ends[track]), ("%s, %s: track %d is not what was burned")
        :format(name, program, track))
    end
  end

  for _, name in ipairs { "tao", "sao" } do
    local starts, lead_out = name == "tao" and TAO or SAO, name == "tao" and TAO_END or SAO_END

    it("cdparanoia, cd-paranoia and icedax read the samples of " .. name, function()
      same_tracks(name, "cdparanoia", "track%02d.cdda.wav")
      same_tracks(name, "cd_paranoia", "track%02d.cdda.wav")
      same_tracks(name, "icedax", "audio_%02d.wav")
    end)

    it("cd-info lists the tracks of " .. name, function()
      local out, found = output(name .. "_info"), {}
      for lsn in out:gmatch "\n *%d+: %d+:%d+:%d+ +(%d+) %l+" do
        found[#found + 1] = tonumber(lsn)
      end
      assert.same({ starts[1], starts[2], starts[3], lead_out }, found)
    end)

    it("cd-discid gives the id of " .. name, function()
      assert.equal(disc.id(starts, lead_out), output(name .. "_discid"))
    end)

    it("cdrdao reads the whole of " .. name, function()
      output(name .. "_cdrdao")
      local raw = room:read(name .. "_cdrdao/data.bin") -- big-endian samples
      assert.equal(#part(name, 0, lead_out), #raw)
      assert.is_true(raw:gsub("(.)(.)", "%2%1") == part(name, 0, lead_out))
    end)
  end

  it("cdrdao finds flags, codes, texts and the pregap", function()
    output "sao_table"
    local found = {}
    for line in room:read("sao_table/table.toc"):gmatch "[^\n]+" do
      local words = line:match "^%s*(%u[%u_ ]*.*)$"
      if words and not words:find "^CD_TEXT" and not words:find "^LANGUAGE" and
        not words:find "^SIZE_INFO" and not words:find "^FILE" then
        found[#found + 1] = words
      end
    end
    assert.same({ "CD_DA", 'CATALOG "1234567890123"', 'TITLE "An Album"', 'PERFORMER "Somebody"',
      "TRACK AUDIO", "COPY", "NO PRE_EMPHASIS", "TWO_CHANNEL_AUDIO", 'ISRC "USRC17607839"',
      'TITLE "First"', 'PERFORMER "Somebody"',
      "TRACK AUDIO", "NO COPY", "NO PRE_EMPHASIS", "TWO_CHANNEL_AUDIO", 'ISRC "DEA120300012"',
      'TITLE "Second"', 'PERFORMER "Somebody Else"', "START 00:01:00",
      "TRACK AUDIO", "NO COPY", "PRE_EMPHASIS", "TWO_CHANNEL_AUDIO",
      'TITLE "Third"', 'PERFORMER "Somebody"' }, found)
  end)

  it("cdrskin lists tracks and texts", function()
    local starts = {}
    for lba in output("sao_toc"):gmatch "\ntrack: *%w+ lba: *(%d+)" do
      starts[#starts + 1] = tonumber(lba)
    end
    assert.same({ 0, 450, 900, 1800 }, starts)
    local out = output "sao_cdtext"
    for _, line in ipairs { "Album Title *= An Album", "Track 01 Title *= First",
      "Track 02 Artist *= Somebody Else", "Track 03 Title *= Third" } do
      assert.truthy(out:find(line), out)
    end
  end)

  it("cd-info shows CD-TEXT, catalog number and codes", function()
    local out = output "sao_info"
    for _, text in ipairs { "TITLE: An Album", "PERFORMER: Somebody", "TITLE: First",
      "TITLE: Second", "PERFORMER: Somebody Else", "TITLE: Third", "1234567890123", "USRC17607839",
      "DEA120300012" } do
      assert.truthy(out:find(text, 1, true), text .. "\n" .. out)
    end
  end)
end)
