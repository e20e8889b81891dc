-- SPDX-License-Identifier: GPL-3.0-or-later
-- A handful of spec/burn/matrix.lua's cells through the whole of SG_IO: burn.lua on /dev/sr0 of
-- vdrive.lua, where host status, residual and both formats of sense come from an ioctl.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

local SECTOR = room_of.SECTOR
local TRACKS = { burner.pcm(300, 1), burner.pcm(480, 2) }
local MIDDLE = 452 + 320 -- in the 13th WRITE of track 2: 312 sectors are on the disc
local WRITE, CLOSE = { command = "WRITE", lba = MIDDLE }, { command = "CLOSE TRACK SESSION" }

local function with(base, more)
  local fault = {}
  for name, value in pairs(base) do fault[name] = value end
  for name, value in pairs(more) do fault[name] = value end
  return fault
end

-- Name, fault, and what comes of it: exit code, code of the error, disc, complete tracks.
local WHOLE = { exit = 0, disc = "finalised", tracks = 2 }
local function broken(code, more)
  return with({ exit = 10, code = 0xC0AA0000 | code, disc = "open", tracks = 2 }, more or {})
end

local CELLS = {
  { "host status 1 in a track", with(WRITE, { vanish = true }),
    { exit = 10, code = 0x80070037, disc = "unknown", tracks = 1 } },
  { "host status 3 once, asked where the drive is", with(WRITE, { host = 3, times = 1 }), WHOLE },
  { "three bytes of a WRITE's data", with(WRITE, { short = 3, times = 1 }), WHOLE },
  { "a write error in descriptor format", with(WRITE,
    { sense = { key = 3, asc = 0x0C, ascq = 0, descriptor = true }, times = 1 }), broken(0x0301) },
  { "mode parameters changed before CLOSE SESSION", with(CLOSE, { sense = "6/2A/01", times = 1 }),
    WHOLE },
}
local LONG = {
  { "host status 1 for one command", with(WRITE, { host = 1, times = 1 }),
    broken(0, { code = 0x80070037 }) },
  { "host status 3 for ever", with(WRITE, { host = 3 }), broken(0x020D) },
  { "host status 3 at CLOSE SESSION", with(CLOSE, { host = 3, times = 1 }), broken(0x020D) },
  { "three bytes of every WRITE's data", with(WRITE, { short = 3 }), broken(0x02FF) },
  { "buffer full as descriptors", with(WRITE,
    { sense = { key = 2, asc = 4, ascq = 8, descriptor = true }, times = 100 }), WHOLE },
  { "a deferred error as descriptors", with(WRITE, { times = 1,
    sense = { key = 3, asc = 0x0C, ascq = 0, deferred = true, descriptor = true } }),
    broken(0x0301) },
  { "link CRC errors", with(WRITE, { sense = "4/08/03", times = 3 }), WHOLE },
  { "a recovered error at every WRITE", { command = "WRITE", sense = "1/0C/00" }, WHOLE },
  { "a short table of contents", { command = "READ TOC", short = 3, after = 4, times = 1 },
    { exit = 10, code = 0xC0AA02FF, disc = "finalised", tracks = 2 } },
}

describe("a sense through SG_IO #clients", function()
  local room
  before_each(function()
    room = room_of.new()
    for number, pcm in ipairs(TRACKS) do room:write(number .. ".wav", burner.wav(pcm)) end
  end)
  after_each(function() room:close() end)

  local function complete(tracks)
    local count = 0
    for number, track in ipairs(tracks) do
      local there = track.Complete and room:sectors("disc.bin", track.StartLba, track.Sectors)
      if there then
        count = count + 1
        assert.is_true(there == TRACKS[number]:sub(1, #there))
      end
    end
    return count
  end

  local STATES = { [0] = "untouched", "open", "finalised" }

  local function check(fault, wanted)
    room:write("faults.json", cjson.encode { fault })
    local code, out, err = room:drive("--disc disc.cue --minutes 74 --faults faults.json", ("%s "
      .. "%s/scripts/burn.lua --json --device /dev/sr0 1.wav 2.wav"):format(
      sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", ""), sandbox.root), true)
    assert.are.equal(wanted.exit, code, out .. err)
    local told
    for line in out:gmatch "[^\n]+" do
      local event = cjson.decode(line)
      told = event.event == "error" and event.err or event.event == "summary" and event or told
    end
    assert.same({ wanted.code or false, wanted.disc }, { told.code or false, told.disc })
    local tracks, view = room:tracks "disc.cue"
    assert.are.equal(wanted.tracks, complete(tracks))
    local state = STATES[view.DiscStatus]
    assert.are.equal(wanted.disc == "unknown" and "open" or wanted.disc, state)
    if wanted.exit == 0 then
      assert.is_true(room:read "disc.bin" == TRACKS[1] .. ("\0"):rep(152 * SECTOR) .. TRACKS[2]
        .. ("\0"):rep(2 * SECTOR))
    end
  end

  for _, cell in ipairs(CELLS) do
    it(cell[1], function() check(cell[2], cell[3]) end)
  end
  for _, cell in ipairs(LONG) do
    it(cell[1] .. " #long", function() check(cell[2], cell[3]) end)
  end
end)
