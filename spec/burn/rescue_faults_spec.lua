-- SPDX-License-Identifier: GPL-3.0-or-later
-- Rescues that meet a drive with a fault: what is told is true, and the disc no worse.

local diagnose = require "redbook.recipe.diagnose"
local rescue = require "redbook.recipe.rescue"
local rescued = require "spec.burn.rescued"

local SECTOR = 2352
local ONE, TWO, SECOND = rescued.ONE, rescued.TWO, rescued.SECOND

describe("recipe.rescue, with a fault in it, #threads", function()
  local disc, bench

  after_each(function()
    disc:close()
  end)

  local function cut_off()
    disc = rescued.new()
    bench = disc.bench
    disc:burn({ KeepSessionOpen = true }, ONE)
    disc:power_cut("strict", SECOND, TWO:sub(1, 310 * SECTOR))
  end

  -- A disc that was not rescued is as it was.
  local function still(state, tracks)
    bench.virtual:ClearFaults()
    local now = diagnose(bench.recorder:Examine())
    assert.same({ state, tracks }, { now.state, now.tracks })
    assert.is_true(disc:first_is_whole())
  end

  it("at CLOSE TRACK, tells it", function()
    cut_off()
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", sense = "4/09/00" }
    local result, err = disc:rescue { action = "close" }
    assert.is_nil(result)
    assert.same({ "burn", "open", "incomplete", 4, 9 }, { err.stage, err.disc,
      err.diagnosis.state, err.sense.key, err.sense.asc })
    still("incomplete", 1)
    disc:rescue({ action = "close" }, "incomplete", "finalised")
  end)

  it("at CLOSE SESSION, tells that the track is closed", function()
    cut_off()
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, sense = "3/72/01" }
    local result, err = disc:rescue { action = "close" }
    assert.is_nil(result)
    assert.same({ "burn", "open", "open" }, { err.stage, err.disc, err.diagnosis.state })
    still("open", 2)
    disc:rescue({ action = "close" }, "open", "finalised")
  end)

  it("at CLOSE SESSION, which first complains of the track, goes on", function()
    cut_off()
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, times = 2,
      sense = "5/72/03" }
    disc:rescue({ action = "close" }, "incomplete", "finalised")
    assert.is_true(disc:first_is_whole())
  end)

  it("for ever at CLOSE SESSION, ends", function()
    cut_off()
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, sense = "5/72/03" }
    local result, err = disc:rescue { action = "close" }
    assert.is_nil(result)
    assert.same({ "burn", "open", 0x72, 3 }, { err.stage, err.diagnosis.state, err.sense.asc,
      err.sense.ascq })
  end)

  it("does not believe a drive that only says that it closed", function()
    cut_off()
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", lie = true }
    local result, err = disc:rescue { action = "close_track" }
    assert.is_nil(result)
    assert.same({ "verify", "incomplete", 0xC0AA0007 }, { err.stage, err.diagnosis.state,
      err.code })
    bench.virtual:ClearFaults()
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, lie = true }
    result, err = disc:rescue { action = "close" }
    assert.is_nil(result)
    assert.same({ "verify", "open", 0xC0AA0007 }, { err.stage, err.diagnosis.state, err.code })
    still("open", 2)
  end)

  it("at SYNCHRONIZE CACHE, does not mind", function()
    cut_off()
    bench.virtual:AddFault { command = "SYNCHRONIZE CACHE", sense = "5/2C/00" }
    disc:rescue({ action = "close" }, "incomplete", "finalised")
  end)

  it("waits for a drive that is busy, and shows it", function()
    cut_off()
    bench.virtual:AddFault { command = "READ DISC INFORMATION", times = 40, sense = "2/04/08" }
    local before = bench.virtual:View().ClockUs
    local _, _, events = disc:rescue({ action = "close" }, "incomplete", "finalised")
    assert.is_true(bench.virtual:View().ClockUs - before > 35e6)
    local longest = 0
    for _, event in ipairs(events) do
      if event.step == "settle" and event.event == "progress" then
        longest = math.max(longest, event.elapsed)
      end
    end
    assert.is_true(longest >= 30, longest)
  end)

  it("waits before it looks, also where TEST UNIT READY says GOOD", function()
    cut_off()
    bench.virtual:AddFault { command = "READ DISC INFORMATION", times = 40, sense = "2/04/08" }
    local before = bench.virtual:View()
    local _, _, events = disc:rescue({}, "incomplete", "incomplete")
    local after = bench.virtual:View()
    assert.is_true(after.ClockUs - before.ClockUs > 18e6, "it did not wait")
    assert.is_true(after.Commands - before.Commands < 200, "it asked without a pause")
    assert.same({ "wait", "waiting: the drive is busy" }, { events[1].event, events[1].reason })
  end)

  it("waits for a drive that is too busy to be locked", function()
    cut_off()
    local waits = 0
    bench.virtual:AddFault { command = "PREVENT ALLOW MEDIUM REMOVAL", times = 7,
      sense = "2/04/07" }
    local settings = { action = "close", wait = { pause = function() waits = waits + 1 end } }
    disc:rescue(settings, "incomplete", "finalised")
    assert.equal(7, waits)
    bench.virtual:AddFault { command = "PREVENT ALLOW MEDIUM REMOVAL", sense = "2/04/07" }
    settings.patience = 5
    local result, err = disc:rescue(settings)
    assert.is_nil(result)
    assert.same({ 0xC0AA0207, 12, "untouched" }, { err.code, waits, err.disc })
    settings.wait.pause = function() return "INT" end
    result, err = disc:rescue(settings)
    assert.is_nil(result)
    assert.same({ "INT", "finalised" }, { err.signal, err.disc })
  end)

  it("gives a drive up that stays busy, or does not answer", function()
    cut_off()
    bench.virtual:AddFault { command = "READ DISC INFORMATION", sense = "2/04/07" }
    local result, err = disc:rescue { action = "close", patience = 100 }
    assert.is_nil(result)
    assert.same({ 0xC0AA0207, "unknown" }, { err.code, err.disc })
    assert.is_truthy(err.advice:find("off and on", 1, true))
    bench.virtual:ClearFaults()
    bench.virtual:AddFault { command = "TEST UNIT READY", host = 3 }
    result, err = disc:rescue { action = "close", patience = 100 }
    assert.is_nil(result)
    assert.equal(0xC0AA020D, err.code)
    assert.is_truthy(err.advice:find("off and on", 1, true))
    still("incomplete", 1)
  end)

  it("ends between two steps when a signal comes", function()
    cut_off()
    local asked = 0
    local result, err = disc:rescue { action = "close", stop = function()
      asked = asked + 1
      return asked == 3 and "TERM" or nil
    end }
    assert.is_nil(result)
    assert.same({ "interrupted", "TERM", "open" }, { err.stage, err.signal, err.disc })
    still("open", 2)
  end)

  it("leaves a drive to who holds it", function()
    cut_off()
    local other <close> = assert(bench.virtual:Recorder())
    assert(other:AcquireExclusiveAccess(false, "somebody"))
    local result, err = rescue(bench.recorder, { action = "close" })
    assert.is_nil(result)
    assert.same({ 0xC0AA0210, "untouched" }, { err.code, err.disc })
    assert.is_truthy(err.message:find("somebody", 1, true))
  end)
end)
