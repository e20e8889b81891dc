-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the specs of rescues share: a virtual drive with a disc that is left in some state.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local rescue = require "redbook.recipe.rescue"

local SECTOR = burner.SECTOR

local rescued = { ONE = burner.pcm(400, 1), TWO = burner.pcm(500, 2) }
rescued.__index = rescued

-- The second track begins 152 sectors after the first, a third one after that.
rescued.SECOND, rescued.THIRD = 552, 1204

---A drive with a blank disc in it.
---@param options? table as burner.new
---@return table rescued its burner is `bench`
function rescued.new(options)
  return setmetatable({ bench = burner.new(options) }, rescued)
end

function rescued:close() self.bench:close() end

function rescued:another_tao()
  local bench = self.bench
  bench.tao:Close()
  bench.tao = core.TrackAtOnce()
  bench.tao.Recorder, bench.tao.ClientName = bench.recorder, "spec"
end

---@param settings table of the TrackAtOnce
function rescued:burn(settings, ...)
  local tao = self.bench.tao
  for name, value in pairs(settings) do tao[name] = value end
  assert(tao:PrepareMedia())
  for _, pcm in ipairs { ... } do
    assert(tao:AddAudioTrack(burner.feeder(pcm), { length = #pcm // SECTOR }))
  end
  assert(tao:ReleaseMedia())
end

---What the disc is like after a power cut in the middle of a track: `sound` lies at `lba`, behind
---the last complete one. The drive is another one then.
function rescued:power_cut(personality, lba, sound)
  local bench = self.bench
  bench.tao:Close()
  bench.recorder:Close()
  bench.virtual:Close()
  local file <close> = assert(io.open(bench.folder .. "/disc.bin", "r+b"))
  file:seek("set", lba * SECTOR)
  file:write(sound)
  file:close()
  bench.virtual = assert(core.VirtualRecorder { path = bench.disc, personality = personality })
  bench.recorder = assert(bench.virtual:Recorder())
  self:another_tao()
end

---A second track under 4 seconds, whose end the drive refuses: it can be gone on with.
function rescued:short_track()
  local bench = self.bench
  bench.virtual:AddFault { command = "WRITE", lba = rescued.SECOND + 120, sense = "4/09/00" }
  bench.virtual:AddFault { command = "CLOSE TRACK SESSION", sense = "5/2C/00" }
  bench.tao.KeepSessionOpen = true
  assert(bench.tao:PrepareMedia())
  assert(bench.tao:AddAudioTrack(burner.feeder(rescued.ONE), { length = 400 }))
  assert(not bench.tao:AddAudioTrack(burner.feeder(rescued.TWO), { length = 500 }))
  bench.tao:Close()
  bench.virtual:ClearFaults()
end

---The drive does not forget a simulated track.
function rescued:simulation()
  local bench = self.bench
  bench.tao.TestWrite = true
  assert(bench.tao:PrepareMedia())
  assert(bench.tao:AddAudioTrack(burner.feeder(rescued.ONE), { length = 400 }))
  bench.virtual:AddFault { command = "MODE SELECT", sense = "5/26/00" }
  self:another_tao()
  bench.virtual:ClearFaults()
end

---Runs the recipe; the drive is free afterwards. With `before` it must succeed, and find and leave
---these states.
---@return table? result
---@return table? err
---@return table[] events
function rescued:rescue(settings, before, after)
  local events = {}
  local result, err = rescue(self.bench.recorder, settings, function(event)
    events[#events + 1] = event
  end)
  local view = self.bench.virtual:View()
  assert(not view.Held and not view.Prevented, "the drive is still held")
  if before then
    assert(result, tostring(err))
    assert(result.before.state == before and result.after.state == after,
      ("%s became %s"):format(result.before.state, result.after.state))
  end
  return result, err, events
end

---Whether the first track is what was burned.
function rescued:first_is_whole()
  return self.bench:on_disc(0, 400) == rescued.ONE
end

return rescued
