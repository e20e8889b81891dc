-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cue sheets as playlists: the sound between the cuts, sample for sample as sox cuts it, the codes
-- and the control bits on the disc.

local burn_lua = require "spec.burn.burn_lua"


local SHEET = [[
CATALOG 4006381333931
TITLE "Album"
FILE "%s" %s
  TRACK 01 AUDIO
    TITLE "First"
    ISRC USRC17607839
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    FLAGS DCP
    INDEX 00 00:06:10
    INDEX 01 00:08:33
  TRACK 03 AUDIO
    FLAGS PRE
    INDEX 01 00:13:01
]]
local CUTS = { 0, 8 * 75 + 33, 13 * 75 + 1 } -- sectors

describe("burn.lua with a cue sheet", function()
  local room

  before_each(function()
    room = burn_lua.room()
    room:wav("image.wav", "20.0137")
  end)
  after_each(function() room:close() end)

  local function disc_of(sound) return room:disc_of(sound, CUTS) end

  local function burn(sheet, words)
    room:write("album.cue", sheet)
    local code, events, err = room:events("--yes --device virtual:d.cue " .. (words or "")
      .. " album.cue")
    assert.equal(0, code, err)
    return events
  end

  local function tracks()
    local list = {}
    for _, line in ipairs(room:remarks "d.cue") do
      if line:find "^track" then
        list[#list + 1] = line:match "start.*":gsub(" state complete", "")
      end
    end
    return list
  end

  it("cuts one file exactly, with codes and control bits", function()
    local events = burn(SHEET:format("image.wav", "WAVE"))
    local image = room:read "d.bin"
    local expected = disc_of "image.wav"
    assert.is_true(expected == image:sub(1, #expected))
    assert.equal(#expected + 2 * burn_lua.SECTOR, #image)
    assert.same({ "start 0 sectors 633 control 0 isrc USRC17607839 mcn 4006381333931",
      "start 785 sectors 343 control 2 isrc - mcn 4006381333931",
      "start 1280 sectors 526 control 1 isrc - mcn 4006381333931" }, tracks())
    local plan = burn_lua.find(events, "plan")
    assert.same({ "First", "Album" }, { plan.tracks[1].title, plan.tracks[1].album })
  end)

  it("finds a FLAC where the sheet says WAV", function()
    room:must "flac -s -f image.wav && mv image.wav kept.wav"
    burn(SHEET:format("IMAGE.wav", "WAVE"))
    local expected = disc_of "kept.wav"
    assert.is_true(expected == room:read "d.bin":sub(1, #expected))
  end)

  it("reads headerless files of both byte orders", function()
    for type, order in pairs { BINARY = "-L", MOTOROLA = "-B" } do
      room:must(("rm -f d.*; sox image.wav -t raw -e signed -b 16 %s image.bin"):format(order))
      burn(SHEET:format("image.bin", type))
      local expected = disc_of "image.wav"
      assert.is_true(expected == room:read "d.bin":sub(1, #expected), type)
    end
  end)

  it("burns the hidden track when asked", function() -- the second is filled up to 4 seconds
    burn(SHEET:format("image.wav", "WAVE"):gsub("00:00:00", "00:05:00"), "--hidden-track")
    assert.same({ "0", "527", "979", "1474" }, { room:read "d.cue":match(
      "start (%d+) .*start (%d+) .*start (%d+) .*start (%d+)") })
  end)

  it("loses no sound of files that hold a gap only without a word", function()
    local SHEETS = { hidden = 'FILE "h.wav" WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:00\n'
      .. 'FILE "image.wav" WAVE\nINDEX 01 00:00:00\n',
      gap = 'FILE "image.wav" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nFILE "h.wav" WAVE\n'
      .. 'TRACK 02 AUDIO\nINDEX 00 00:00:00\nFILE "image.wav" WAVE\nINDEX 01 00:00:00\n' }
    room:must "sox -D -r 44100 -n -b 16 -c 2 h.wav synth 6 sine 300 gain -6"
    local function notes(words)
      local code, events, err = room:events("--plan " .. words)
      assert.equal(0, code, err)
      local list = {}
      for _, event in ipairs(events) do
        if event.event == "remark" and event.message:find "album" then
          list[#list + 1] = event.message
        end
      end
      return list
    end
    room:write("album.cue", SHEETS.gap)
    local gap = "album.cue: h.wav (6.0 s) is left out: a gap (INDEX 00 of track 02) in a file of "
      .. "its own; join it to the file before to keep its sound"
    assert.same({ gap }, notes "album.cue")
    room:write("album.cue", SHEETS.hidden)
    assert.same({ "album.cue: h.wav: 6.0 s of sound before the first track are left out, as "
      .. "players do; --hidden-track burns them as a track of their own" }, notes "album.cue")
    burn(SHEETS.hidden, "--hidden-track")
    local h, image = room:pcm "h.wav", room:pcm "image.wav"
    local expected = h .. ("\0"):rep(152 * burn_lua.SECTOR) .. image
    assert.is_true(expected == room:read "d.bin":sub(1, #expected))
  end)

  it("refuses an index beyond the end, and headers in headerless files", function()
    room:write("album.cue", (SHEET:format("image.wav", "WAVE"):gsub("00:13:01", "00:20:02")))
    local code, events = room:events "--yes --device virtual:d.cue album.cue"
    assert.equal(6, code)
    assert.truthy(burn_lua.find(events, "error").err.message:find("image.wav", 1, true))
    room:write("album.cue", SHEET:format("image.wav", "BINARY"))
    code, events = room:events "--yes --device virtual:d.cue album.cue"
    assert.equal(6, code)
    assert.truthy(burn_lua.find(events, "error").err.problems[1].message:find(
      "image.wav is a sound file with a header", 1, true))
    assert.is_false(room:has "d.bin")
  end)

  it("copies a disc of the virtual recorder", function()
    burn(SHEET:format("image.wav", "WAVE"))
    local code, _, err = room:burn "--yes --device virtual:copy.cue d.cue"
    assert.equal(0, code, err)
    -- Track at once adds its own gap behind what was the gap of the first disc.
    local first = room:read "d.bin":sub(1, 785 * burn_lua.SECTOR)
    assert.is_true(first == room:read "copy.bin":sub(1, #first))
  end)
end)
