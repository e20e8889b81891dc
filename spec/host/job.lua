-- SPDX-License-Identifier: GPL-3.0-or-later
-- One burn for every host: prepare, a track, release, on a drive that takes real time, so that
-- there is something to wait for; and what must be true of it afterwards.

local burner = require "spec.support.burner"

local job = {}
job.__index = job

local SECTORS = 1500
-- IMAPI_FORMAT2_TAO_WRITE_ACTION
local WRITING, FINISHING = 2, 3

---@return table job
function job.new()
  local self = setmetatable({ ticks = 0, actions = {}, dones = 0 }, job)
  self.bench = burner.new { clock = "real", personality = "brisk" }
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
  -- 1500 sectors at 22x and the start take more than a second; 20 ms are one tick.
  assert.is_true(self.ticks >= 10, "ticks: " .. self.ticks)
  local view = self.bench.virtual:View()
  assert.same({ 1, 0, 2, false, false }, { view.Tracks, view.IncompleteTracks, view.DiscStatus,
    view.Held, view.Prevented })
  assert.is_true(self.bench:on_disc(0, SECTORS) == self.pcm)
end

function job:close() self.bench:close() end

job.__close = job.close

return job
