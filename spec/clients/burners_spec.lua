-- SPDX-License-Identifier: GPL-3.0-or-later
-- Debian's own burners, unmodified, on the virtual recorder: what they were given is what lies on
-- the disc. All burn at the same time, each its own disc: they mostly sleep.

local burner = require "spec.support.burner"
local disc = require "spec.clients.disc"
local jobs_of = require "spec.clients.jobs"
local room_of = require "spec.clients.room"

local SECTOR = room_of.SECTOR
local CDRSKIN = "cdrskin dev=/dev/sr0 "
local WODIM = "wodim dev=/dev/sr0 gracetime=2 "
local CDRDAO = " --device /dev/sr0 --driver generic-mmc:0x10 -n "
local ONE, TWO, THREE = 375, 525, 320

-- A CD-TEXT definition of cdrskin (Sony's input sheet).
local SHEET = [[
Input Sheet Version = 0.7T
Text Code = 8859
Language Code = English
Album Title = An Album
Artist Name = Somebody
First Track Number = 1
Last Track Number = 2
Track 01 Title = First
Track 01 Artist = Somebody
Track 02 Title = The second song, of a longer name
Track 02 Artist = Somebody Else
]]

-- Two tracks with all that cdrdao can say: catalog number, codes, flags, texts, a pregap that is
-- heard (the first two seconds of two.wav), one of silence.
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
PRE_EMPHASIS
ISRC "DEA120300012"
CD_TEXT { LANGUAGE 0 { TITLE "Second" PERFORMER "Somebody Else" } }
FILE "two.wav" 0
START 00:02:00
TRACK AUDIO
CD_TEXT { LANGUAGE 0 { TITLE "Third" PERFORMER "Somebody" } }
PREGAP 00:01:00
FILE "three.wav" 0
]]

-- Sound before track 1, a second of it from LBA 0 on.
local HIDDEN = [[
CD_DA
TRACK AUDIO
FILE "one.wav" 0
START 00:01:00
TRACK AUDIO
FILE "two.wav" 0
]]

describe("Debian's burners on the virtual drive #clients", function()
  local room, results
  local pcm = {}

  setup(function()
    room = room_of.new()
    for name, sectors in pairs { one = ONE, two = TWO, three = THREE } do
      pcm[name] = burner.pcm(sectors, #name)
      room:write(name .. ".wav", burner.wav(pcm[name]))
    end
    -- Not a whole number of sectors: filled up with silence by -pad.
    room:write("odd.wav", burner.wav(pcm.three:sub(1, 310 * SECTOR + 1000)))
    pcm.odd = pcm.three:sub(1, 310 * SECTOR + 1000) .. ("\0"):rep(SECTOR - 1000)
    room:write("text.v07t", SHEET)
    room:write("disc.toc", TOC)
    room:write("hidden.toc", HIDDEN)
    results = jobs_of.run(room, {
      cdrskin_tao2 = { CDRSKIN .. "-tao -audio one.wav two.wav" },
      cdrskin_tao3 = { CDRSKIN .. "-tao -audio -pad one.wav odd.wav two.wav" },
      cdrskin_sao = { CDRSKIN .. "-sao mcn=1234567890123 input_sheet_v07t=text.v07t -audio "
        .. "isrc=USRC17607839 one.wav isrc=DEA120300012 two.wav" },
      cdrskin_multi = { CDRSKIN .. "-multi -tao -audio one.wav", CDRSKIN .. "-tao -audio two.wav" },
      cdrskin_dummy = { CDRSKIN .. "-dummy -tao -audio one.wav two.wav" },
      cdrskin_dummy_sao = { CDRSKIN .. "-dummy -sao -audio one.wav" },
      cdrskin_fast = { medium = "cd-rw", CDRSKIN .. "-tao -audio one.wav",
        CDRSKIN .. "blank=fast -tao -audio two.wav" },
      cdrskin_all = { medium = "cd-rw", CDRSKIN .. "-tao -audio one.wav", CDRSKIN .. "blank=all" },
      wodim_tao = { WODIM .. "-tao -audio -pad one.wav odd.wav" },
      wodim_dao = { WODIM .. "-dao mcn=1234567890123 -audio isrc=USRC17607839 one.wav two.wav" },
      wodim_dummy = { WODIM .. "-dummy -tao -audio one.wav two.wav" },
      wodim_multi = { WODIM .. "-multi -tao -audio one.wav", WODIM .. "-tao -audio two.wav" },
      wodim_blank = { medium = "cd-rw", WODIM .. "-tao -audio one.wav", WODIM .. "blank=fast" },
      wodim_all = { medium = "cd-rw", WODIM .. "-tao -audio one.wav", WODIM .. "blank=all" },
      cdrdao_write = { "cdrdao write" .. CDRDAO .. "disc.toc" },
      cdrdao_hidden = { "cdrdao write" .. CDRDAO .. "hidden.toc" },
      cdrskin_user = { options = " --filter", CDRSKIN .. "-tao -audio one.wav" },
      wodim_user = { options = " --filter", WODIM .. "-dao -audio one.wav" },
      cdrdao_user = { options = " --filter", "cdrdao write" .. CDRDAO .. "disc.toc" },
      cdrdao_simulate = { "cdrdao simulate" .. CDRDAO .. "disc.toc" },
      cdrdao_blank = { medium = "cd-rw", "cdrdao write" .. CDRDAO .. "disc.toc",
        "cdrdao blank" .. CDRDAO .. "--blank-mode minimal" },
    })
  end)
  teardown(function() room:close() end)

  -- All commands of a job ended with 0.
  local function succeeded(job)
    for index, result in ipairs(results[job]) do
      assert(result.code == 0, ("%s, command %d: exit %d\n%s"):format(job, index, result.code,
        result.out))
    end
  end

  local function sheet(job) return disc.sheet(("%s/%s.cue"):format(room.folder, job)) end
  local function lead_out(job, session)
    return disc.lead_out(("%s/%s.cue"):format(room.folder, job), session or 1)
  end

  -- The image from LBA `first` on, in sectors.
  local function holds(job, first, bytes)
    local found = room:sectors(job .. ".bin", first, #bytes // SECTOR)
    assert(found == bytes, ("%s: the %d sectors from %d on are not what was given")
      :format(job, #bytes // SECTOR, first))
  end

  local function silence(sectors) return ("\0"):rep(sectors * SECTOR) end

  local function blank(job)
    succeeded(job)
    local tracks, view = room:tracks(job .. ".cue")
    assert.same({}, tracks)
    assert.same({ 0, 0 }, { view.DiscStatus, view.SessionStatus })
  end

  it("cdrskin -tao of two tracks", function()
    succeeded "cdrskin_tao2"
    assert.same({ { [1] = 0 }, { [0] = 377, [1] = 527 } }, sheet "cdrskin_tao2")
    assert.equal(527 + TWO + 2, lead_out "cdrskin_tao2")
    holds("cdrskin_tao2", 0, pcm.one .. silence(152) .. pcm.two)
  end)

  it("cdrskin -tao of three tracks, one filled up with -pad", function()
    succeeded "cdrskin_tao3"
    assert.same({ { [1] = 0 }, { [0] = 377, [1] = 527 }, { [0] = 840, [1] = 990 } },
      sheet "cdrskin_tao3")
    assert.equal(990 + TWO + 2, lead_out "cdrskin_tao3")
    holds("cdrskin_tao3", 0, pcm.one .. silence(152) .. pcm.odd .. silence(152) .. pcm.two)
  end)

  it("cdrskin -sao with CD-TEXT by v07t, ISRC and MCN", function()
    succeeded "cdrskin_sao"
    assert.same({ catalog = "1234567890123", { isrc = "USRC17607839", [1] = 0 },
      { isrc = "DEA120300012", [1] = ONE } }, sheet "cdrskin_sao")
    assert.equal(ONE + TWO, lead_out "cdrskin_sao")
    holds("cdrskin_sao", 0, pcm.one .. pcm.two)
    local text = disc.text(room.folder .. "/cdrskin_sao.cdt")
    assert.same({ "An Album", "First", "The second song, of a longer name" }, text.title)
    assert.same({ "Somebody", "Somebody", "Somebody Else" }, text.performer)
  end)

  it("cdrskin -multi, then another session", function()
    succeeded "cdrskin_multi"
    local second = ONE + 2 + 11400
    assert.same({ { [1] = 0 }, { [1] = second, [0] = sheet "cdrskin_multi"[2][0] } },
      sheet "cdrskin_multi")
    assert.same({ ONE + 2, second + TWO + 2 },
      { lead_out("cdrskin_multi", 1), lead_out("cdrskin_multi", 2) })
    holds("cdrskin_multi", 0, pcm.one)
    holds("cdrskin_multi", second, pcm.two)
    local tracks, view = room:tracks "cdrskin_multi.cue"
    assert.same({ 1, 2 }, { tracks[1].Session, tracks[2].Session })
    assert.equal(2, view.DiscStatus)
  end)

  it("cdrskin -dummy writes nothing", function()
    blank "cdrskin_dummy"
    blank "cdrskin_dummy_sao"
  end)

  it("cdrskin blank=fast, then another burn", function()
    succeeded "cdrskin_fast"
    assert.same({ { [1] = 0 } }, sheet "cdrskin_fast")
    assert.equal(TWO + 2, lead_out "cdrskin_fast")
    holds("cdrskin_fast", 0, pcm.two)
  end)

  it("cdrskin blank=all", function() blank "cdrskin_all" end)

  it("wodim -tao, one track filled up with -pad", function()
    succeeded "wodim_tao"
    assert.same({ { [1] = 0 }, { [0] = 377, [1] = 527 } }, sheet "wodim_tao")
    assert.equal(527 + 311 + 2, lead_out "wodim_tao")
    holds("wodim_tao", 0, pcm.one .. silence(152) .. pcm.odd)
  end)

  it("wodim -dao with ISRC and MCN", function()
    succeeded "wodim_dao"
    -- wodim puts track 2's pregap into the last two seconds of track 1, without a break.
    assert.same({ catalog = "1234567890123", { isrc = "USRC17607839", [1] = 0 },
      { [0] = ONE - 150, [1] = ONE } }, sheet "wodim_dao")
    assert.equal(ONE + TWO, lead_out "wodim_dao")
    holds("wodim_dao", 0, pcm.one .. pcm.two)
  end)

  it("wodim -dummy writes nothing", function() blank "wodim_dummy" end)

  it("wodim -multi, then another session", function()
    succeeded "wodim_multi"
    local second = ONE + 2 + 11400
    assert.equal(second, sheet "wodim_multi"[2][1])
    holds("wodim_multi", 0, pcm.one)
    holds("wodim_multi", second, pcm.two)
  end)

  it("wodim blank=fast and blank=all", function()
    blank "wodim_blank"
    blank "wodim_all"
  end)

  it("cdrdao write with CD-TEXT, ISRC, MCN, flags and a pregap with audio", function()
    succeeded "cdrdao_write"
    local third = ONE + TWO + 75
    assert.same({ catalog = "1234567890123", { flags = "DCP", isrc = "USRC17607839", [1] = 0 },
      { flags = "PRE", isrc = "DEA120300012", [0] = ONE, [1] = ONE + 150 },
      { [0] = ONE + TWO, [1] = third } }, sheet "cdrdao_write")
    assert.equal(third + THREE, lead_out "cdrdao_write")
    holds("cdrdao_write", 0, pcm.one .. pcm.two .. silence(75) .. pcm.three)
    local text = disc.text(room.folder .. "/cdrdao_write.cdt")
    assert.same({ "An Album", "First", "Second", "Third" }, text.title)
    assert.same({ "Somebody", "Somebody", "Somebody Else", "Somebody" }, text.performer)
  end)

  it("cdrdao write with sound before track 1", function()
    succeeded "cdrdao_hidden"
    assert.equal(75, sheet "cdrdao_hidden"[1][1])
    holds("cdrdao_hidden", 0, pcm.one .. pcm.two)
  end)

  it("all of them burn as users whose commands Linux filters", function()
    for job, bytes in pairs { cdrskin_user = pcm.one, wodim_user = pcm.one,
      cdrdao_user = pcm.one .. pcm.two .. silence(75) .. pcm.three } do
      succeeded(job)
      holds(job, 0, bytes)
    end
  end)

  it("cdrdao simulate writes nothing", function() blank "cdrdao_simulate" end)
  it("cdrdao blank", function() blank "cdrdao_blank" end)
end)
