-- SPDX-License-Identifier: GPL-3.0-or-later
-- cdrskin on a drive that takes its time: a whole disc as long as the curve says, and a host that
-- stops feeding it.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local core = require "redbook.core"
local room_of = require "spec.clients.room"

local SECTOR = room_of.SECTOR
local CDRSKIN = "cdrskin dev=/dev/sr0 -tao -audio -swab speed=52 "
local WRITE, SYNC = "2a", "35"

describe("cdrskin on a paced drive #long #clients", function()
  local room
  before_each(function() room = room_of.new() end)
  after_each(function() room:close() end)

  -- The commands of a trace with that opcode.
  local function sent(opcode)
    local found = {}
    for line in room:read("disc.trace"):gmatch "[^\n]+" do
      local command = cjson.decode(line)
      if command.cdb and command.cdb:sub(1, 2) == opcode then found[#found + 1] = command end
    end
    return found
  end

  -- Runs a command on a drive of this process: exit code, what it said, and what can be seen of
  -- the drive.
  local function burn(command)
    local drive <close> = assert(core.VirtualRecorder { path = room.folder .. "/disc.cue",
      clock = "real" })
    local server <close> = assert(drive:Serve { trace = room.folder .. "/disc.trace" })
    room:write("burn.sh", ("cd %s && exec >said 2>&1 </dev/null\n%s"):format(room.folder, command))
    local code = server:Run({ "sh", room.folder .. "/burn.sh" }, "/dev/sr0")
    return code, room:read "said", drive:View()
  end

  -- Page 05h as the last MODE SELECT before the burn had it: byte 2.
  local function byte2()
    local selects = sent "55"
    return tonumber(selects[#selects].data:sub(31, 32), 16)
  end

  it("writes 74 minutes in the time of the curve", function()
    local sectors = 333000
    local file <close> = assert(io.open(room.folder .. "/silence.raw", "wb"))
    assert(file:seek("set", sectors * SECTOR - 1))
    assert(file:write "\0")
    assert(file:flush())
    -- Its prediction counts the file in blocks of 2048 bytes; -force goes on nevertheless.
    local code, out, view = burn(CDRSKIN .. "-force silence.raw")
    assert.equal(0, code, out)
    assert.equal(0x41, byte2()) -- BUFE, TAO
    -- 8 s of start; then all but what the drive's buffer holds, 332108 sectors, from 22x inside
    -- to 52x at the rim: 122.443 s (integrated numerically). What the laser waits for a host on a
    -- busy machine, and half a second to go on each time, is the machine's.
    local took = (sent(SYNC)[1].t_us - sent(WRITE)[1].t_us) / 1e6 - view.IdleSeconds
      - view.Underruns * 0.5
    assert.is_true(math.abs(took / (8 + 122.443) - 1) < 0.02, took)
    local tracks = room:tracks "disc.cue"
    assert.same({ 1, 0, sectors, true },
      { #tracks, tracks[1].StartLba, tracks[1].Sectors, tracks[1].Complete })
  end)

  -- Seconds: long times between two WRITEs. The buffer lasts 0.54 s inside.
  local function pauses()
    local found, before = {}, nil
    for _, command in ipairs(sent(WRITE)) do
      local pause = before and command.t_us / 1e6 - before or 0
      if pause > 0.4 then found[#found + 1] = pause end
      before = command.t_us / 1e6 + command.ms / 1e3
    end
    return found
  end

  -- Burns 3000 sectors; 2000 in, nothing comes for 2 s. Once more if the machine has stood still
  -- for another while.
  local function stalled(options)
    local pcm = burner.pcm(3000)
    local feeder = ("{ head -c %d sound.raw; sleep 2; tail -c +%d sound.raw; }"):format(
      2000 * SECTOR, 2000 * SECTOR + 1)
    local code, out, found
    for _ = 1, 10 do
      room:close()
      room = room_of.new()
      room:write("sound.raw", pcm)
      code, out = burn(("%s | %s --fifo_disable %s tsize=%d -"):format(feeder, CDRSKIN, options,
        #pcm))
      found = pauses()
      if #found == 1 and found[1] > 1.5 and found[1] < 3 then break end
    end
    assert.equal(1, #found)
    assert.is_true(found[1] > 1.5 and found[1] < 3, found[1])
    return code, out, pcm
  end

  it("underruns without protection when its feeder stops", function()
    local code, out = stalled "driveropts=noburnfree"
    assert.equal(0x01, byte2()) -- no BUFE
    assert.is_true(code ~= 0, out)
    local senses = {}
    for _, opcode in ipairs { WRITE, SYNC } do
      for _, command in ipairs(sent(opcode)) do
        if command.status ~= 0 then senses[#senses + 1] = command end
      end
    end
    local first = senses[1]
    -- 3/0C/09 WRITE ERROR - LOSS OF STREAMING, and not before the stop.
    assert.same({ WRITE, "03", "0c 09" },
      { first.cdb:sub(1, 2), first.sense:sub(7, 8), first.sense:sub(37, 41) })
    assert.is_true(tonumber(first.cdb:sub(7, 17):gsub(" ", ""), 16) > 1900)
    local tracks = room:tracks "disc.cue"
    assert.same({ 1, false }, { #tracks, tracks[1].Complete })
  end)

  it("loses nothing with protection", function()
    local code, out, pcm = stalled ""
    assert.equal(0x41, byte2())
    assert.equal(0, code, out)
    local tracks = room:tracks "disc.cue"
    assert.same({ 1, 3000, true }, { #tracks, tracks[1].Sectors, tracks[1].Complete })
    assert.is_true(room:sectors("disc.bin", 0, 3000) == pcm)
  end)
end)
