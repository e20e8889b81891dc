-- SPDX-License-Identifier: GPL-3.0-or-later
-- A source that stops in the middle of a burn in real time, without buffer underrun protection: the
-- FIFO carries the laser over it. Printed: how low it and the drive's buffer ever were.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"

local WRITING = 2 -- of IMAPI_FORMAT2_TAO_WRITE_ACTION
local X = 75 -- sectors per second at 1x
local FIFO = (64 << 20) // burner.SECTOR

-- Cheap sound without end.
local SOUND = ("\1\2\3\4"):rep(588 * 26)

-- Gives `sectors` sectors and stops for `seconds` when `at` of them are given.
local function stopping(sectors, at, seconds)
  local left, until_stop = sectors * burner.SECTOR, at * burner.SECTOR
  return function(bytes)
    if until_stop == 0 then posix.sleep(seconds) end
    local part = SOUND:sub(1, math.min(bytes, left, until_stop > 0 and until_stop or left))
    left, until_stop = left - #part, until_stop - #part
    return #part > 0 and part or nil
  end
end

-- The least that the FIFO held while something was still to come.
local function watch_fifo(tao)
  local low = FIFO
  tao.OnUpdate = function(_, args)
    if args.CurrentAction ~= WRITING then return end
    local used = args.UsedSystemBuffer // burner.SECTOR
    local written = args.LastWrittenLba - args.StartLba + 1
    if written + used < args.SectorCount then low = math.min(low, used) end
  end
  return function() return low end
end

local function tao_on(virtual)
  local tao = core.TrackAtOnce()
  tao.Recorder, tao.ClientName = assert(virtual:Recorder()), "stall"
  return tao
end

describe("a source that stops #long", function()
  local folder
  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  -- The first `before` sectors of the disc are written beforehand, in no time.
  local function fill(before)
    if before == 0 then return end
    local virtual <close> = assert(core.VirtualRecorder { path = folder .. "/disc.cue",
      minutes = 80 })
    local tao <close> = tao_on(virtual)
    tao.KeepSessionOpen = true
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(stopping(before, before, 0), { length = before }))
    assert(tao:ReleaseMedia())
  end

  -- Burns one track whose source stops when the FIFO is full and the laser is on.
  local function burn(speed, seconds, before)
    fill(before)
    local virtual <close> = assert(core.VirtualRecorder { path = folder .. "/disc.cue",
      minutes = 80, clock = "real", personality = "brisk" })
    local tao <close> = tao_on(virtual)
    tao.Append = before > 0
    assert(tao:SetWriteSpeed(speed * X, speed > 24)) -- above 24x the drive turns evenly
    assert(tao:PrepareMedia())
    tao.BufferUnderrunFreeDisabled = true
    local sectors = FIFO + math.ceil((seconds + 6) * speed * X)
    local low, began = watch_fifo(tao), posix.monotonic()
    assert(tao:AddAudioTrack(stopping(sectors, FIFO + 3 * speed * X, seconds),
      { length = sectors }))
    local rate = sectors / (posix.monotonic() - began) / X
    assert(tao:ReleaseMedia())
    local view = virtual:View()
    print(("# %d s at %dx (%.1fx in all): FIFO never under %.0f %%, drive buffer never under %d "
      .. "bytes, %d underruns, idle %g s"):format(seconds, speed, rate, 100 * low() / FIFO,
      view.BufferLow, view.Underruns, view.IdleSeconds))
    assert.same({ 0, 0.0 }, { view.Underruns, view.IdleSeconds })
    assert.is_true(view.BufferLow > 0)
    -- It did stop: what was written meanwhile came from the FIFO, and there was still some. (It
    -- is looked at when the source goes on, which fills it at once.)
    local taken = (FIFO - low()) / (speed * X)
    assert.is_true(low() > 0 and taken > 0.6 * seconds and taken < 1.5 * seconds, taken)
    return rate
  end

  it("for 2 s does not stop a burn at 52x, at the disc's rim", function()
    assert.is_true(burn(52, 2, 299000) > 40)
  end)

  it("for 10 s does not stop a burn at 8x", function()
    burn(8, 10, 0)
  end)
end)
