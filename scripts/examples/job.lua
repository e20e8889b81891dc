-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the hosts in this folder have in common: a disc to burn, a timer that is asked how late it
-- comes, a cancel. What they are there for, how each of them waits, is in their own files.

-- In a checkout the modules lie two folders up; installed, Lua finds them.
local root = (arg[0]:match "^.*/" or "./") .. "../.."
local build = os.getenv "REDBOOK_BUILD" or root .. "/build"
package.path = ("%s;%s/lua/?.lua;%s/lua/?/init.lua"):format(package.path, root, root)
package.cpath = ("%s;%s/?.so"):format(package.cpath, build)

local redbook = require "redbook"

local WRITING = redbook.IMAPI_FORMAT2_TAO_WRITE_ACTION.WRITING

local job = {
  TICK = 0.01, -- seconds between two ticks of a host's timer
}
job.__index = job

local USAGE = "usage: lua5.4 %s [--cancel] DEVICE FILE...\n"
  .. "Burns the files as one disc. --cancel: a tick cancels it in the first track.\n"

---@param words string[] `arg`
---@return table job
function job.new(words)
  local files = table.move(words, 1, #words, 1, {})
  local self = setmetatable({ files = files, late = {}, woken = 0, events = 0 }, job)
  self.cancelling = files[1] == "--cancel" and table.remove(files, 1) ~= nil
  local device = table.remove(files, 1)
  if not device or #files == 0 then
    io.stderr:write(USAGE:format(words[0]))
    os.exit(2)
  end
  self.recorder = assert(redbook.Recorder(device))
  self.tao = redbook.TrackAtOnce()
  self.tao.Recorder, self.tao.ClientName = self.recorder, "example host"
  return self
end

---For the host's timer, every 10 ms: remembers by how much it comes late.
function job:tick()
  local now = redbook.now()
  if self.last_tick then
    table.insert(self.late, math.max(now - self.last_tick - job.TICK, 0) * 1000)
  end
  self.last_tick = now
  if self.cancelling and self.writing then self.operation:cancel() end
end

---For every event of an operation.
function job:see(event)
  self.events = self.events + 1
  if event.type ~= "update" then return end
  -- Until the first sector is written, a cancel leaves the disc untouched.
  self.writing = event.CurrentAction == WRITING and event.LastWrittenLba >= event.StartLba
end

---The whole disc, as a coroutine's body or wherever `run` may wait.
---@param run fun(operation: redbook.Operation, on_event: function): any, any brings one to its end
function job:burn(run)
  local tao = self.tao
  local function finish(begun, problem)
    if not begun then return nil, problem end
    self.operation = begun
    return run(begun, function(event) self:see(event) end)
  end
  local ok, err = finish(tao:BeginPrepareMedia())
  for _, file in ipairs(self.files) do
    if ok then ok, err = finish(tao:BeginAddAudioTrack(file)) end
  end
  if ok then ok, err = finish(tao:BeginReleaseMedia()) end
  self.ok, self.err, self.over = ok, err, true
end

local function at(sorted, part)
  return sorted[math.max(math.ceil(#sorted * part), 1)] or 0
end

---Lets go of the drive, whatever happened, and says how it was.
---@return integer code for os.exit
function job:finish()
  self.tao:Close()
  self.recorder:Close()
  if self.ok then
    print(("burned: %d track(s), the disc is closed"):format(#self.files))
  else
    print(("not burned: %s (disc: %s)"):format(self.err.name, self.err.disc))
  end
  table.sort(self.late)
  print(("woken %d times for %d events; %d ticks, late by %.2f ms (half), %.2f ms (99 %%), "
    .. "%.2f ms (most)"):format(self.woken, self.events, #self.late, at(self.late, 0.5),
    at(self.late, 0.99), at(self.late, 1)))
  return self.ok and 0 or 1
end

return job
