-- SPDX-License-Identifier: GPL-3.0-or-later
-- Several Lua states in one process, each in its own thread. #threads

local burner = require "spec.support.burner"
local posix = require "posix"
local states = require "states"

local HEAD = [[
  local number = ...
  local core = require "redbook.core"
  local burner = require "spec.support.burner"
  local folder = %q
  local function drive(name)
    local virtual = assert(core.VirtualRecorder { path = folder .. "/" .. name .. ".cue" })
    local tao = core.TrackAtOnce()
    tao.Recorder, tao.ClientName = assert(virtual:Recorder()), "state " .. name
    return tao, virtual
  end
]]

describe("several states #threads", function()
  local bench

  before_each(function() bench = burner.new() end)
  after_each(function() bench:close() end)

  local function code(body) return HEAD:format(bench.folder) .. body end

  it("burn at the same time, each its own disc", function()
    local burn = code [[
      local tao, virtual = drive(number)
      assert(tao:PrepareMedia())
      for n = 1, 3 do
        local pcm = burner.pcm(300 + n, number)
        assert(tao:AddAudioTrack(burner.feeder(pcm), { length = 300 + n }))
      end
      assert(tao:ReleaseMedia())
      return ("%d %d %d"):format(virtual:View().Tracks, virtual:View().DiscStatus,
        virtual:View().ForeignCommands)
    ]]
    assert.same({ "3 2 0", "3 2 0", "3 2 0", "3 2 0" }, { states.run(burn, burn, burn, burn) })
    for number = 1, 4 do
      assert.equal(burner.pcm(301, number), bench:read(number .. ".bin"):sub(1, 301 * 2352))
    end
  end)

  it("close without letting go of each other's drives", function()
    local brief = code [[
      local tao = drive(number)
      assert(tao:PrepareMedia())
      return "brief"
    ]]
    assert(bench.tao:PrepareMedia())
    assert.same({ "brief", "brief" }, { states.run(brief, brief) })
    assert.is_true(bench.virtual:View().Held)
    assert.is_true(bench.tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 }))
    assert.is_true(bench.tao:ReleaseMedia())
    local give_up = posix.monotonic() + 60
    for number = 1, 2 do
      local path = bench.folder .. "/" .. number .. ".bin"
      while posix.locked(path) and posix.monotonic() < give_up do posix.sleep(0.01) end
      assert.is_false(posix.locked(path))
    end
  end)

  it("respect each other's locks", function()
    assert(bench.tao:PrepareMedia())
    local thief = ([[
      local core = require "redbook.core"
      local recorder = assert(core.Recorder("virtual:%s"))
      local ok, err = recorder:AcquireExclusiveAccess(false, "thief")
      return tostring(ok) .. " " .. err.name
    ]]):format(bench.disc)
    assert.equal("nil E_IMAPI_RECORDER_LOCKED", (states.run(thief)))
  end)
end)
