-- SPDX-License-Identifier: GPL-3.0-or-later

local diagnose = require "redbook.recipe.diagnose"

-- What Recorder:Examine() gives for a CD-R, with these fields.
local function disc(fields)
  local found = { State = "appendable", MediaType = 2, Erasable = false, SessionOpen = false,
    Damaged = false, LastTrackIncomplete = false, NumberOfTracks = 2, NumberOfSessions = 1,
    NextTrack = 3, TestWrite = false, Tracks = {
      { Number = 1, StartLba = 0, Sectors = 400, Complete = true, Listed = false },
      { Number = 2, StartLba = 552, Sectors = 400, Complete = true, Listed = false } } }
  for name, value in pairs(fields) do found[name] = value end
  return found
end

local function cut_off(fields)
  local found = disc(fields)
  found.SessionOpen, found.LastTrackIncomplete, found.NextTrack = true, true, nil
  found.Tracks[3] = { Number = 3, StartLba = 1104, Sectors = 77, Complete = false,
    Listed = false }
  return found
end

local function names(diagnosis)
  local list = {}
  for index, remedy in ipairs(diagnosis.remedies) do list[index] = remedy.name end
  return list
end

describe("recipe.diagnose", function()
  local CASES = {
    { disc { State = "none", MediaType = 0 }, "none", "unknown", {} },
    { disc { MediaType = 0 }, "unsuitable", "open", { "replace" }, open = true },
    { disc { MediaType = 1, State = "complete" }, "pressed", "finalised", {} },
    { disc { State = "blank", NumberOfTracks = 0 }, "blank", "untouched", {} },
    { disc { State = "blank", NumberOfTracks = 0, TestWrite = true }, "blank", "untouched", {} },
    { disc { SessionOpen = true }, "open", "open", { "continue", "close", "multi" } },
    { cut_off {}, "incomplete", "open", { "continue", "close", "close_track", "multi" } },
    { cut_off { Damaged = true }, "incomplete", "open",
      { "continue", "close", "close_track", "multi" } },
    { cut_off { Erasable = true, MediaType = 3 }, "incomplete", "open",
      { "continue", "close", "close_track", "multi", "blank" } },
    { cut_off { Erasable = true, MediaType = 3, NumberOfTracks = 0 }, "incomplete", "open",
      { "blank", "continue", "close", "close_track", "multi" } },
    { disc { Damaged = true }, "damaged", "spoiled", { "close", "multi" } },
    { disc { Damaged = true, Erasable = true, MediaType = 3 }, "damaged", "spoiled",
      { "close", "multi", "blank" } },
    { disc {}, "appendable", "appendable", {} },
    { disc { State = "complete" }, "finalised", "finalised", {} },
    { disc { State = "complete", TestWrite = true }, "simulated", "unknown", { "clear" } },
    { disc { State = "other" }, "unknown", "unknown", { "look" } },
  }

  for index, case in ipairs(CASES) do
    it(("calls disc %d %s"):format(index, case[2]), function()
      if case.open then case[1].SessionOpen = true end
      local found = diagnose(case[1])
      assert.same({ case[2], case[3], case[4] }, { found.state, found.disc, names(found) })
      assert.is_truthy(found.sentence:find "%.$")
    end)
  end

  it("knows nothing without a drive's answer", function()
    assert.same({ state = "unknown", disc = "unknown", plays = false, tracks = 0,
      remedies = { { name = "look",
        does = "tells what state the disc is in, once the drive answers",
        command = "rescue.lua --device /dev/sr0" } },
      sentence = "What state the disc is in could not be found out." },
      diagnose(nil, { device = "/dev/sr0" }))
  end)

  it("says which track was cut off, also without a list of tracks", function()
    local found = cut_off {}
    assert.same({ 3, 2, false }, { diagnose(found).cut_off, diagnose(found).tracks,
      diagnose(found).plays })
    assert.equal("The writing of track 3 was cut off; the 2 tracks before it are safe. Players "
      .. "cannot see the disc's open session.", diagnose(found).sentence)
    found.Tracks = nil
    assert.equal(3, diagnose(found).cut_off)
    assert.is_truthy(diagnose(cut_off { NumberOfTracks = 1 }).sentence
      :find("the track before it is safe", 1, true))
    assert.is_truthy(diagnose(cut_off { NumberOfTracks = 0 }).sentence
      :find("no track is complete", 1, true))
  end)

  it("says that a disc plays as far as its sessions are closed", function()
    local found = disc { SessionOpen = true }
    assert.is_false(diagnose(found).plays)
    found.Tracks[1].Listed = true
    assert.is_true(diagnose(found).plays)
    assert.is_true(diagnose(disc {}).plays)
  end)

  it("does not offer to go on where no track can follow", function()
    local found = disc { SessionOpen = true, NumberOfTracks = 99 }
    found.NextTrack = nil
    assert.same({ "close", "multi" }, names(diagnose(found)))
  end)

  it("offers what was asked for first, and nothing that is of no use", function()
    assert.same({ "continue", "multi", "close" }, names(diagnose(disc { SessionOpen = true },
      { multi = true })))
    assert.same({ "close", "close_track", "multi" }, names(diagnose(cut_off {},
      { whole = true })))
    assert.same({ "other_drive", "blank", "continue", "close", "close_track", "multi" },
      names(diagnose(cut_off { Erasable = true, MediaType = 3 }, { failed = true })))
    assert.same({}, names(diagnose(disc { State = "complete" }, { failed = true })))
  end)

  it("names whole commands, safe for a shell", function()
    local found = diagnose(cut_off { Erasable = true, MediaType = 3 }, { device = "/dev/sr0",
      sources = { "my list.m3u", "it's.wav", "ok.flac" }, flags = { "--hidden-track" } })
    local commands = {}
    for index, remedy in ipairs(found.remedies) do commands[index] = remedy.command end
    assert.same({ "rescue.lua --device /dev/sr0 --continue --hidden-track 'my list.m3u' "
      .. "'it'\\''s.wav' ok.flac", "rescue.lua --device /dev/sr0 --close",
      "rescue.lua --device /dev/sr0 --close-track", "rescue.lua --device /dev/sr0 --multi",
      "blank.lua --device /dev/sr0" }, commands)
    assert.equal("closes track 3 where it ends, and the disc for good, so that it plays",
      found.remedies[2].does)
    assert.equal("rescue.lua --continue -- -a.wav", diagnose(disc { SessionOpen = true },
      { sources = { "-a.wav" } }).remedies[1].command)
    assert.equal("rescue.lua --continue PLAYLIST",
      diagnose(disc { SessionOpen = true }).remedies[1].command)
    assert.equal("lua5.4 scripts/rescue.lua --continue PLAYLIST",
      diagnose(disc { SessionOpen = true }, { prefix = "lua5.4 scripts/" }).remedies[1].command)
  end)
end)
