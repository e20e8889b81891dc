-- SPDX-License-Identifier: GPL-3.0-or-later
-- The recipes on the real core, with drives that misbehave: what is reported, which exit code it
-- would be, and what really became of the disc.

local burn_lua = require "spec.burn.burn_lua"
local exit = require "redbook.cli.exit"
local gate = require "spec.support.gate"
local lines = require "redbook.report.lines"
local redbook = require "redbook"

describe("recipe.burn_playlist on a drive", function()
  local room, entries

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "5")
    room:wav("two.wav", "6")
    entries = { { path = room.folder .. "/one.wav" }, { path = room.folder .. "/two.wav" } }
  end)

  teardown(function() room:close() end)

  before_each(function() room:must "rm -f d.*" end)

  local function burn(faults, options)
    local drive = assert(redbook.VirtualRecorder { path = room.folder .. "/d.cue",
      faults = faults })
    local recorder = assert(drive:Recorder())
    local events = {}
    local result, err = redbook.recipe.burn_playlist(recorder, entries, options, function(event)
      events[#events + 1] = event
    end)
    return result, err, drive:View(), events
  end

  -- What the disc holds: complete tracks, is it closed, is the drive free.
  local function seen(view)
    return { tracks = view.Tracks - view.IncompleteTracks, status = view.DiscStatus,
      held = view.Held, prevented = view.Prevented, foreign = view.ForeignCommands }
  end

  it("burns", function()
    local result, err, view = burn {}
    assert.is_nil(err)
    assert.same({ 2, 375 + 450, 375 + 152 + 450, "finalised", 0 }, { result.tracks,
      result.sectors, result.needed, result.disc, result.clipped_samples })
    assert.same({ tracks = 2, status = 2, held = false, prevented = false, foreign = 0 },
      seen(view))
  end)

  it("ejects when asked", function()
    local _, err, view = burn({}, { eject = true })
    assert.is_nil(err)
    assert.same({ true, false, false }, { view.TrayOpen, view.Held, view.Prevented })
  end)

  it("that fails in track 2, leaves track 1 on an open disc", function()
    local result, err, view = burn { { command = "WRITE", lba = 700, times = 0,
      sense = { key = 3, asc = 0x0C, ascq = 0 } } }
    assert.is_nil(result)
    assert.same({ "burn", 0xC0AA0301, "open", 1, 10 }, { err.stage, err.code, err.disc,
      err.tracks_written, exit.code(err) })
    assert.same({ 3, 0x0C, 0 }, { err.sense.key, err.sense.asc, err.sense.ascq })
    local after = seen(view)
    assert.same({ 1, false, false, 0 }, { after.status, after.held, after.prevented,
      after.foreign })
    assert.is_true(room:sectors("d.bin", 0, 375) == room:pcm "one.wav")
  end)

  it("that fails in track 1, leaves a disc on which nothing is called safe", function()
    local FAULT = { command = "WRITE", lba = 20, times = 0, sense = { key = 3, asc = 0x0C,
      ascq = 0 } }
    local _, err = burn { FAULT }
    assert.same({ 0, 0 }, { err.tracks_written, err.tracks_before })
    assert.is_nil(table.concat(lines.failure(err), "\n"):find("safe", 1, true))
    room:must "rm -f d.*"
    assert(burn({}, { keep_open = true }))
    FAULT.lba = 1200
    _, err = burn({ FAULT }, { append = true })
    assert.same({ "open", 0, 2 }, { err.disc, err.tracks_written, err.tracks_before })
    assert.is_truthy(table.concat(lines.failure(err), "\n"):find("its tracks are safe", 1, true))
  end)

  it("that vanishes, does not claim to know the disc", function()
    local _, err = burn { { command = "WRITE", lba = 700, vanish = true } }
    assert.same({ "burn", 0x80070037, "unknown", 1, 10 }, { err.stage, err.code, err.disc,
      err.tracks_written, exit.code(err) })
  end)

  it("that lies about a track, is found out", function()
    local result, err, view = burn { { command = "WRITE", lba = 0, times = 0, lie = true } }
    assert.is_nil(result)
    assert.same({ "verify", 0xC0AA0007, "open", 0, 11 }, { err.stage, err.code, err.disc,
      err.tracks_written, exit.code(err) })
    assert.same({ 1, false, false }, { view.DiscStatus, view.Held, view.Prevented })
  end)

  it("that lies about closing, is found out", function()
    local _, err = burn { { command = "CLOSE TRACK SESSION", times = 0, lie = true } }
    assert.same({ "verify", 0xC0AA0007, "open", 2, 11 }, { err.stage, err.code, err.disc,
      err.tracks_written, exit.code(err) })
  end)

  it("whose buffer is full a thousand times, succeeds", function()
    local result, err, view = burn { { command = "WRITE", times = 1000,
      sense = { key = 2, asc = 4, ascq = 8 } } }
    assert.is_nil(err)
    assert.equal(2, result.tracks)
    assert.equal(1000, view.FaultHits)
  end)

  it("that refuses a simulation, is unusable for it", function()
    local _, err, view = burn({ { command = "MODE SELECT", times = 0,
      sense = { key = 5, asc = 0x26, ascq = 0 } } }, { simulate = true })
    assert.same({ 0xC0AA0208, "untouched", 3 }, { err.code, err.disc,
      exit.code(err, { dummy = true }) })
    assert.same({ tracks = 0, status = 0, held = false, prevented = false, foreign = 0 },
      seen(view))
  end)

  it("lets go when the script's own handler raises, and the disc stays open", function()
    local drive = assert(redbook.VirtualRecorder { path = room.folder .. "/d.cue" })
    local mine = {}
    local ok, raised = pcall(redbook.recipe.burn_playlist, assert(drive:Recorder()), entries,
      nil, function(event)
        if event.event == "progress" and event.number == 2 then error(mine) end
      end)
    assert.is_false(ok)
    assert.equal(mine, raised)
    local after = seen(drive:View())
    assert.same({ 1, false, false }, { after.status, after.held, after.prevented })
  end)

  it("never blocks a host that runs it in a coroutine", function()
    local drive = assert(redbook.VirtualRecorder { path = room.folder .. "/d.cue" })
    local held <close> = gate.new(room.folder)
    local recorder = assert(drive:Recorder { trace = held.path })
    local turns, shut, result = 0, false, nil
    local job = coroutine.wrap(function()
      result = assert(redbook.recipe.burn_playlist(recorder, entries, nil, function(event)
        -- The drive stands still in the first track, until the host has had its turns.
        if event.event == "track" and not shut then
          held:shut()
          shut = true
        end
      end))
      return "over"
    end)
    repeat
      local operation = job()
      if operation ~= "over" then
        turns = turns + (shut and 1 or 0)
        assert.equal("number", math.type(operation:pollfd()) and "number")
        if turns == 5 then held:open() end
        redbook.wait({ operation }, 0.01)
      end
    until operation == "over"
    assert.is_true(turns > 4)
    recorder:Close()
    assert.equal("finalised", result.disc)
  end)

  it("finds the drives of this machine without touching them", function()
    local drives = redbook.drives()
    assert.equal(redbook.DiscMaster().Count, #drives)
    for _, drive in ipairs(drives) do assert.equal("string", type(drive.id)) end
  end)

  it("waits by the drive's clock", function()
    local drive = assert(redbook.VirtualRecorder { path = room.folder .. "/d.cue", ready = 20 })
    local recorder = assert(drive:Recorder())
    local before, events = drive:View().ClockUs, {}
    local summary = assert(redbook.recipe.wait_until_ready(recorder, nil, function(event)
      events[#events + 1] = event.event
    end))
    assert.equal("blank", summary.State)
    assert.same({ "wait" }, events)
    local waited = (drive:View().ClockUs - before) / 1e6
    assert.is_true(waited >= 19 and waited < 25, waited)
  end)
end)
