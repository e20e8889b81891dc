-- SPDX-License-Identifier: GPL-3.0-or-later
-- One burn for every host: prepare, a track, release, on a drive that takes real time and stands
-- still until the host's own timer has gone on, so that there is something to wait for; and what
-- must be true of it afterwards.

local burner = require "spec.support.burner"
local gate = require "spec.support.gate"

local job = {}
job.__index = job

local SECTORS = 1500
local TICKS = 10 -- for which the drive waits
-- IMAPI_FORMAT2_TAO_WRITE_ACTION
local WRITING, FINISHING = 2, 3

---@return table job
function job.new()
  local self = setmetatable({ ticks = 0, actions = {}, dones = 0 }, job)
  self.bench = burner.new { clock = "real", personality = "brisk" }
  self.gate = gate.new(self.bench.folder)
  self.recorder = assert(self.bench.virtual:Recorder { trace = self.gate.path })
  self.bench.tao.Recorder = self.recorder
  self.gate:shut()
  self.path, self.pcm = self.bench:sound("one.wav", SECTORS)
  return self
end

---Every event of the host's operations comes here.
function job:see(event)
  if event.type == "done" then self.dones = self.dones + 1 end
  if event.CurrentAction then self.actions[event.CurrentAction] = true end
end

---Called by the host's own timer.
function job:tick()
  if not self.over then self.ticks = self.ticks + 1 end
  if self.ticks == TICKS then self.gate:open() end
end

---The three operations one after the other.
---@param run fun(operation: table, on_event: function): any, any brings one to its end
function job:burn(run)
  local tao = self.bench.tao
  local function see(event) self:see(event) end
  assert(run(assert(tao:BeginPrepareMedia()), see))
  assert(run(assert(tao:BeginAddAudioTrack(self.path)), see))
  assert(run(assert(tao:BeginReleaseMedia()), see))
  self.over = true
end

---@param assert table busted's
function job:check(assert)
  assert.is_true(self.over)
  assert.equal(3, self.dones)
  assert.is_true(self.actions[WRITING] and self.actions[FINISHING])
  assert.is_true(self.ticks >= TICKS, "ticks: " .. self.ticks)
  local view = self.bench.virtual:View()
  assert.same({ 1, 0, 2, false, false }, { view.Tracks, view.IncompleteTracks, view.DiscStatus,
    view.Held, view.Prevented })
  assert.is_true(self.bench:on_disc(0, SECTORS) == self.pcm)
end

function job:close()
  self.gate:open()
  self.bench.tao:Close()
  self.recorder:Close()
  self.bench:close()
end

job.__close = job.close

return job
