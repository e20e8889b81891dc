-- SPDX-License-Identifier: GPL-3.0-or-later
-- Burns in real time: the drive takes what its curve and its delays say, and a host that stops
-- feeding it is found out.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local lfs = require "lfs"
local posix = require "posix"

local FIFO = (1 << 20) // burner.SECTOR -- sectors
-- Three quarters of the drive's buffer are 669 sectors: the laser starts with the WRITE that ends
-- here, the ninth after the FIFO's end. So many last 0.41 s inside. What comes after the pause does
-- not fill three quarters: the laser starts for it when all is there, and never waits again.
local BEFORE, PAUSE, AFTER = FIFO + 9 * 26, 0.9, 620

local WRITING, FINISHING = 2, 3 -- of IMAPI_FORMAT2_TAO_WRITE_ACTION

-- Gives `pcm`, and stops once for PAUSE seconds, from when the drive has got all that was given.
local function stumbling(bench, pcm)
  local feed, given = burner.feeder(pcm), 0
  return function(bytes)
    local left = BEFORE * burner.SECTOR - given
    if left == 0 then
      local give_up = posix.monotonic() + 120
      while lfs.attributes(bench.folder .. "/disc.bin", "size") < given do
        assert(posix.monotonic() < give_up, "the drive does not get what was given")
        posix.sleep(0.001)
      end
      posix.sleep(PAUSE)
    end
    local part = feed(left > 0 and math.min(bytes, left) or bytes)
    given = given + #(part or "")
    return part
  end
end

describe("a burn in real time #threads", function()
  local bench
  after_each(function() bench:close() end)

  local function begin()
    bench = burner.new { clock = "real", personality = "brisk" }
    bench.tao.FifoBytes, bench.tao.KeepSessionOpen = 1 << 20, true
    assert(bench.tao:PrepareMedia())
  end

  -- How long it took by our clock, which the drive's must agree with.
  local function survives()
    begin()
    local pcm = burner.pcm(BEFORE + AFTER)
    local before, drive_before, began = posix.monotonic(), bench.virtual:View().ClockUs,
      posix.monotonic()
    assert(bench.tao:AddAudioTrack(stumbling(bench, pcm), { length = BEFORE + AFTER }))
    local ended, drive_after, after = posix.monotonic(), bench.virtual:View().ClockUs,
      posix.monotonic()
    local drive_took = (drive_after - drive_before) / 1e6
    assert.is_true(drive_took > ended - began - 1e-5 and drive_took < after - before + 1e-5,
      drive_took)
    assert(bench.tao:ReleaseMedia())
    assert.are.equal(1, bench.virtual:View().Underruns)
    assert.is_true(bench:on_disc(0, BEFORE + AFTER) == pcm)
    assert.is_true(bench.virtual:Tracks()[1].Complete)
    return ended - began
  end

  it("survives a feeder that stops, with buffer underrun protection", function()
    -- 0.25 s OPC, 0.4 s of start, the pause, 0.025 s of link, 620 sectors 0.38 s, 0.15 s of
    -- run-out; at most two seconds until the end is noticed. A machine that is busy with other
    -- things makes it last longer, but not each time.
    local took
    for attempt = 1, 5 do
      if attempt > 1 then bench:close() end
      took = survives()
      assert.is_true(took > 2, took)
      if took < 5.1 then break end
    end
    assert.is_true(took < 5.1, took)
  end)

  it("loses the track without", function()
    begin()
    bench.tao.BufferUnderrunFreeDisabled = true
    local ok, err = bench.tao:AddAudioTrack(stumbling(bench, burner.pcm(2000)),
      { length = 2000 })
    assert.is_nil(ok)
    assert.same({ "WRITE(10)", "open", 3, 0x0C, 9 },
      { err.command, err.disc, err.sense.key, err.sense.asc, err.sense.ascq })
    assert.are.equal(1, bench.virtual:View().Underruns)
    assert.is_false(bench.virtual:Tracks()[1].Complete)
  end)

  it("knows two clocks", function()
    bench = burner.new()
    for _, kind in ipairs { "simulated", "real" } do
      local before = posix.monotonic()
      local virtual <close> = assert(core.VirtualRecorder { clock = kind })
      local first, took = virtual:View().ClockUs, posix.monotonic() - before
      assert.is_true(first <= (kind == "real" and took * 1e6 or 0), first)
      posix.sleep(0.02)
      local later = virtual:View().ClockUs
      assert.are.equal(kind == "real", later >= 20000)
      assert.is_true(later <= (posix.monotonic() - before) * 1e6)
    end
    local recorder <close> = assert(core.Recorder("virtual:" .. bench.disc .. "?clock=real"))
    assert.are.equal("VIRTUAL", recorder.VendorId)
    local ok, message = pcall(core.VirtualRecorder, { clock = "wall" })
    assert.is_false(ok)
    assert.truthy(message:find("option 'clock' is \"wall\"; write simulated or real", 1, true))
  end)
end)

describe("74 minutes at 52x #long", function()
  it("last as long as the curve says", function()
    local sectors = 333000
    local bench <close> = burner.new { clock = "real" }
    bench.tao.KeepSessionOpen = true
    local seen = {}
    bench.tao.OnUpdate = function(_, args)
      seen[args.CurrentAction] = seen[args.CurrentAction] or posix.monotonic()
    end
    assert(bench.tao:PrepareMedia())
    local sound, left = ("\1\2\3\4"):rep(588 * 26), sectors * burner.SECTOR
    assert(bench.tao:AddAudioTrack(function(bytes)
      local part = sound:sub(1, math.min(bytes, left, #sound))
      left = left - #part
      return #part > 0 and part or nil
    end, { length = sectors }))
    -- 8 s of start; then all but what the drive's buffer holds, 332108 sectors, from 22x inside
    -- to 52x at the rim: 122.443 s (integrated numerically).
    local took = seen[FINISHING] - seen[WRITING]
    assert.is_true(math.abs(took / (8 + 122.443) - 1) < 0.02, took)
    assert(bench.tao:ReleaseMedia())
    assert.same({ 0, 1 }, { bench.virtual:View().Underruns, #bench.virtual:Tracks() })
    assert.are.equal(sectors, bench.virtual:Tracks()[1].Sectors)
  end)
end)
