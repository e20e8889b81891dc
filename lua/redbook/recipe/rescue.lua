-- SPDX-License-Identifier: GPL-3.0-or-later
-- A disc whose burn was cut off: what state it is in, and into a better one, in the order that
-- recorders need (wait, let it record what it holds, look, forget a simulation, close the track,
-- close the session, look again). Nothing is written that was not asked for.

local accept = require "redbook.recipe.accept"
local diagnose = require "redbook.recipe.diagnose"
local failure = require "redbook.failure"
local merged = require "redbook.merged"
local operate = require "redbook.recipe.operate"
local pause = require "redbook.pause"
local progress = require "redbook.recipe.progress"
local wait_until_ready = require "redbook.recipe.wait_until_ready"

local VERIFICATION_FAILED = 0xC0AA0007
local LOCKED = 0xC0AA0210
-- A drive may be busy with what it was left with for so long.
local PATIENCE = 600
-- Sizes may include the run-out and, on some drives, the next pregap (unverified).
local SIZE_TOLERANCE = 152

---@class redbook.RescueOptions
---@field action "look"|"close_track"|"close"|nil default "look": says what could be done
---@field multi boolean? close: leave the disc appendable
---@field client_name string? who holds the drive, default "redbook rescue"
---@field commands redbook.DiagnoseOptions? for the commands in the diagnosis
---@field patience number? seconds that a drive may stay busy, default 600
---@field wait redbook.WaitOptions? for a disc, or for a drive that somebody holds
---@field stop? fun(): string? asked between steps; a signal's name ends the job there
---@field waiter? fun(operation: redbook.Operation) see `redbook.run`

---@class redbook.RescueResult
---@field before redbook.Diagnosis
---@field after redbook.Diagnosis the same when nothing was done
---@field examination table of `Recorder:Examine()`, afterwards
---@field steps string[] what was done: "settle", "forget_test", "close_track", "close_session"
---@field simulated boolean the drive only pretended that something was written, and forgot it
---@field remarks string[]

local Rescue = {}
Rescue.__index = Rescue

local DOING = {
  settle = "Waiting until the drive has recorded what it still holds.",
  forget_test = "Making the drive forget a simulated burn.",
  close_track = "Closing the track that was cut off.",
  close_session = "Closing the session.",
}

function Rescue:emit(event, fields)
  fields.event = event
  self.on_event(fields)
end

function Rescue:remark(message)
  self.remarks[#self.remarks + 1] = message
  self:emit("remark", { message = message })
end

function Rescue:diagnosis(found, failed)
  return diagnose(found, merged({ failed = failed }, self.options.commands))
end

function Rescue:examine()
  local ok, found, err = pcall(self.recorder.Examine, self.recorder)
  if not ok then return nil, found end
  return found, err
end

function Rescue:interrupted(signal)
  return nil, failure.interrupted(signal, self:diagnosis(self:examine()).disc,
    "interrupted by SIG" .. signal)
end

-- One step of the core. Those that write run to their end when a signal comes.
function Rescue:step(name)
  local options = self.options
  self:emit("step", { step = name, message = DOING[name] })
  local watch = progress.new()
  local operation, begin_err = self.recorder:BeginRescue(name, { client = self.client,
    multi = options.multi or false, patience = self.patience })
  local ok, err, signal = operate(operation, begin_err, function(update)
    local event = watch(update)
    event.step = name
    self.on_event(event)
  end, { shielded = name ~= "settle", waiter = options.waiter })
  self.signal = self.signal or signal
  if not ok then return nil, err end
  self.steps[#self.steps + 1] = name
  return true
end

function Rescue:stopped()
  self.signal = self.signal or self.options.stop and self.options.stop()
  return self.signal
end

local function same_tracks(one, other)
  return one.NumberOfTracks == other.NumberOfTracks and one.State == other.State
end

-- The drive is set to simulate: what it shows may never have been written.
function Rescue:forget(found)
  if not found.TestWrite or found.State == "blank" then return found end
  local ok, err = self:step "forget_test"
  if not ok then return nil, err end
  local now
  now, err = self:examine()
  if now and not same_tracks(found, now) then
    self.simulated = true
    self:remark("the disc only looked written: a simulated burn had left the drive so, and it "
      .. "has been made to forget it")
  elseif now then
    -- ACER's 8x4x32 (MMC reference 6).
    self:remark("the drive was set to simulate; if nothing was ever written to this disc, open "
      .. "the tray, close it, and look again: some drives only then forget a simulation")
  end
  return now, err
end

function Rescue:wait_options(limit)
  return merged({ waiter = self.options.waiter }, self.options.wait, { limit = limit })
end

-- Without the exclusive lock, unless the drive has to be made to forget something.
function Rescue:look()
  local wait = self.options.wait
  local ready, err = wait_until_ready(self.recorder,
    self:wait_options(not (wait and wait.limit) and self.patience or nil), self.on_event)
  if not ready then return nil, err end
  local found
  found, err = self:examine()
  if not found then return nil, err end
  return self:forget(found)
end

-- Whoever is to be rescued may not answer yet: only what does not pass by itself ends it here.
function Rescue:meet()
  local wait = self.options.wait
  local ready, err = wait_until_ready(self.recorder,
    self:wait_options(not (wait and wait.insertion) and 0 or nil), self.on_event)
  if ready then return true end
  if err.stage ~= "interrupted" and err.transient and err.code ~= LOCKED then return true end
  return nil, err
end

local function find(tracks, number)
  for _, track in ipairs(tracks or {}) do
    if track.Number == number then return track end
  end
end

local function differs(message)
  return nil, { code = VERIFICATION_FAILED, name = "E_IMAPI_BURN_VERIFICATION_FAILED",
    transient = false, message = message,
    advice = "look at the disc in a player, and in another drive, before it is used" }
end

-- Every track that was complete before is there, as it was; on a closed disc players find it.
local function check_tracks(before, after)
  for _, track in ipairs(before.Tracks) do
    local now = find(after.Tracks, track.Number)
    if track.Complete and (not now or not now.Complete) then
      return differs(("track %d was complete before, and is not there now"):format(track.Number))
    elseif track.Complete and (now.StartLba ~= track.StartLba or now.Sectors < track.Sectors
      or now.Sectors > track.Sectors + SIZE_TOLERANCE) then
      return differs(("track %d was %d sectors at %d before, and is %d at %d now"):format(
        track.Number, track.Sectors, track.StartLba, now.Sectors, now.StartLba))
    elseif track.Complete and after.State == "complete" and not now.Listed then
      return differs(("the disc was closed, but its table of contents does not list track %d")
        :format(track.Number))
    end
  end
  return true
end

-- What the drive called a success must be seen on the disc.
local function check_state(after, action)
  if after.LastTrackIncomplete then
    return differs "the drive reported success, but the disc's last track is still open"
  elseif action == "close" and after.SessionOpen then
    return differs "the drive reported success, but the disc's session is still open"
  elseif action == "close" and after.Damaged then
    return differs "the drive reported success, but still calls the disc's last session damaged"
  end
  return true
end

-- Not even an empty session can be closed in many drives: what follows the last track is there
-- for another one.
function Rescue:note_appendable(before, after)
  if before.State == "appendable" and after.State == "appendable" and not before.SessionOpen
    and not self.options.multi then
    self:remark("the drive leaves the disc appendable: it plays, but only a drive that writes "
      .. "another session can close it for good")
  end
end

-- A track that cannot be closed by itself may still be by closing the session.
function Rescue:close(found)
  local action, first = self.options.action, nil
  if found.LastTrackIncomplete then
    local ok, err = self:step "close_track"
    if not ok and action ~= "close" then return nil, err end
    first = err
  end
  if action ~= "close" or self:stopped() then return true end
  local ok, err = self:step "close_session"
  if not ok then return nil, first or err end
  return true
end

local RESCUABLE = { open = true, incomplete = true, damaged = true, appendable = true }

function Rescue:save()
  local ok, err = self:step "settle"
  if not ok or self:stopped() then return nil, err end
  local found
  found, err = self:examine()
  if found then found, err = self:forget(found) end
  if not found then return nil, err end
  self.before = self:diagnosis(found)
  if not RESCUABLE[self.before.state] or self:stopped() then return found end
  ok, err = self:close(found)
  local after, look_err = self:examine()
  if not ok then return nil, err end
  if not after then return nil, look_err end
  ok, err = check_tracks(found, after)
  if ok and not self.signal then ok, err = check_state(after, self.options.action) end
  if not ok then return nil, err end
  self:note_appendable(found, after)
  return after
end

-- How often a drive is tried that is too busy even to be locked.
local INTERVAL = 1

-- Waiting must not hold up a host that runs this in a coroutine and did not say how to wait.
function Rescue:pauser()
  local wait = self.options.wait or {}
  return wait.pause or not coroutine.isyieldable() and pause or nil
end

-- Locking takes a command (PREVENT), which a drive may refuse as long as it is busy.
function Rescue:acquire()
  local wait, waited = self:pauser(), 0
  while true do
    local ok, err = self.recorder:AcquireExclusiveAccess(false, self.client)
    local passes = not ok and err.transient and err.code ~= LOCKED
    if not passes or not wait or waited >= self.patience then return ok, err end
    if waited == 0 then
      self:emit("wait", { reason = "waiting: the drive is busy", detail = tostring(err.message),
        limit = self.patience })
    end
    self.signal = wait(INTERVAL)
    if self.signal then return nil, err end
    waited = waited + INTERVAL
  end
end

local function closer(recorder)
  return setmetatable({}, { __close = function() recorder:ReleaseExclusiveAccess() end })
end

function Rescue:hold_and_save()
  local ok, err = self:meet()
  if not ok then return nil, err end
  ok, err = self:acquire()
  if self.signal then return self:interrupted(self.signal) end
  if not ok then return nil, failure.from(err, "medium", { disc = "untouched" }) end
  local _held <close> = closer(self.recorder)
  local found
  found, err = self:save()
  if self.signal then return self:interrupted(self.signal) end
  if found then return found end
  local fields = { disc = self:diagnosis(self:examine()).disc }
  return nil, failure.from(err, err.code == VERIFICATION_FAILED and "verify" or "burn", fields)
end

function Rescue:run()
  local action = self.options.action or "look"
  local found, err
  if action == "look" then
    found, err = self:look()
    if self.signal then return self:interrupted(self.signal) end
  else
    found, err = self:hold_and_save()
  end
  if not found then
    err = failure.from(err, "medium")
    err.diagnosis = self:diagnosis(self:examine(), err.stage == "burn" or err.stage == "verify")
    return nil, err
  end
  local after = self:diagnosis(found)
  self:emit("diagnosis", { diagnosis = after, examination = found })
  return { before = self.before or after, after = after, examination = found,
    steps = self.steps, simulated = self.simulated or false, remarks = self.remarks }
end

---Tells what state a disc is in and, when asked, closes what a burn left open.
---@param recorder redbook.Recorder
---@param options? redbook.RescueOptions
---@param on_event? fun(event: table) gets "wait", "step", "progress", "remark", "diagnosis"
---@return redbook.RescueResult? result
---@return redbook.Failure? err its `disc` and `diagnosis` say what the disc is then
---Wrong use (an unknown option, a wrong type, no recorder) raises.
local function rescue(recorder, options, on_event)
  options = options or {}
  accept.rescue(recorder, options, on_event)
  return setmetatable({ recorder = recorder, options = options,
    client = options.client_name or "redbook rescue", patience = options.patience or PATIENCE,
    on_event = on_event or function() end, steps = {}, remarks = {} }, Rescue):run()
end

return rescue
