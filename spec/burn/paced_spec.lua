-- SPDX-License-Identifier: GPL-3.0-or-later
-- Burns in real time: the drive takes what its curve and its delays say, and a host that stops
-- feeding it is found out.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local posix = require "posix"

-- Three quarters of the drive's buffer are 669 sectors: then the laser starts. 700 sectors at 52x
-- last 0.42 s inside.
local BEFORE, PAUSE = 700, 0.9

local WRITING, FINISHING = 2, 3 -- of IMAPI_FORMAT2_TAO_WRITE_ACTION

-- Gives `pcm`, and stops once for PAUSE seconds.
local function stumbling(pcm)
  local feed, given = burner.feeder(pcm), 0
  return function(bytes)
    local left = BEFORE * burner.SECTOR - given
    if left == 0 then posix.sleep(PAUSE) end
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

  it("survives a feeder that stops, with buffer underrun protection", function()
    begin()
    local pcm = burner.pcm(2000)
    local before, drive_before = posix.monotonic(), bench.virtual:View().ClockUs
    assert(bench.tao:AddAudioTrack(stumbling(pcm), { length = 2000 }))
    local took = posix.monotonic() - before
    local drive_took = (bench.virtual:View().ClockUs - drive_before) / 1e6
    assert.is_true(math.abs(took - drive_took) < 0.05, took)
    -- 0.25 s OPC, 0.4 s of start, the pause, 0.025 s of link, 1300 sectors 0.78 s, 0.15 s of
    -- run-out; at most two seconds until the end is noticed.
    assert.is_true(took > 2.4 and took < 5.5, took)
    assert(bench.tao:ReleaseMedia())
    assert.are.equal(1, bench.virtual:View().Underruns)
    assert.is_true(bench:on_disc(0, 2000) == pcm)
    assert.is_true(bench.virtual:Tracks()[1].Complete)
  end)

  it("loses the track without", function()
    begin()
    bench.tao.BufferUnderrunFreeDisabled = true
    local ok, err = bench.tao:AddAudioTrack(stumbling(burner.pcm(2000)), { length = 2000 })
    assert.is_nil(ok)
    assert.same({ "WRITE(10)", "open", 3, 0x0C, 9 },
      { err.command, err.disc, err.sense.key, err.sense.asc, err.sense.ascq })
    assert.are.equal(1, bench.virtual:View().Underruns)
    assert.is_false(bench.virtual:Tracks()[1].Complete)
  end)

  it("knows two clocks", function()
    bench = burner.new()
    local before = posix.monotonic()
    for _, kind in ipairs { "simulated", "real" } do
      local virtual <close> = assert(core.VirtualRecorder { clock = kind })
      assert.is_true(virtual:View().ClockUs < 1000000)
      posix.sleep(0.02)
      assert.are.equal(kind == "real", virtual:View().ClockUs >= 20000)
    end
    assert.is_true(posix.monotonic() - before < 1)
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
