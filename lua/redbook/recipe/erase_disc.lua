-- SPDX-License-Identifier: GPL-3.0-or-later
-- A CD-RW from whatever it is to blank: waits for it, says what is on it, asks, erases, looks.

local accept = require "redbook.recipe.accept"
local core = require "redbook.core"
local failure = require "redbook.failure"
local operate = require "redbook.recipe.operate"
local wait_until_ready = require "redbook.recipe.wait_until_ready"

local CD_R, CD_RW = 2, 3
local CANCELLED = 0xC0AA0002
-- CurrentAction of an erase's events (BeginEraseMedia).
local ACTIONS = { [1] = "preparing", [2] = "erasing", [4] = "verifying" }

---@class redbook.EraseOptions
---@field full boolean? all of the disc, not only what makes it readable
---@field client_name string? who holds the drive, default "redbook erase"
---@field wait redbook.WaitOptions? for a disc, or for a drive that somebody holds
---@field confirm? fun(medium: table): true?, redbook.Failure? asked before a disc that is not blank
---is erased, with its `MediaSummary()`
---@field stop? fun(): string? asked before the drive begins; a signal's name ends the job there
---@field waiter? fun(operation: redbook.Operation) see `redbook.run`

---@class redbook.EraseResult
---@field erased boolean false: it was blank already
---@field before table `MediaSummary()` of the disc as it was
---@field after table the same afterwards
---@field seconds number? by the drive's clock

local Job = {}
Job.__index = Job

function Job:emit(event, fields)
  fields.event = event
  self.on_event(fields)
end

local function refuse(code, message)
  return nil, failure.new { stage = "medium", code = code, name = core.errors[code].name,
    message = message, advice = "put a CD-RW in", transient = false }
end

local function check(medium)
  if medium.MediaType == CD_RW then return true end
  if medium.MediaType == CD_R then
    return refuse(0x80AA0904, "the disc is a CD-R: it can be written only once, not erased")
  end
  return refuse(0xC0AA0909, "the disc in the drive is no CD-RW")
end

-- What lies there, and what will be lost.
function Job:tell(medium)
  self:emit("medium", { state = medium.State, track_count = medium.NumberOfTracks,
    session_count = medium.NumberOfSessions, session_open = medium.SessionOpen,
    damaged = medium.Damaged, cut_off = medium.LastTrackIncomplete,
    used_sectors = medium.UsedSectors, total_sectors = medium.TotalSectors,
    full = self.options.full or false })
end

local function interrupted(signal, disc, message)
  return nil, failure.interrupted(signal, disc, message)
end

function Job:may_begin(medium)
  local options = self.options
  local signal = options.stop and options.stop()
  if signal then
    return interrupted(signal, "untouched", "interrupted before anything was erased")
  end
  if medium.State == "blank" or not options.confirm then return true end
  return options.confirm(medium)
end

function Job:report(event)
  self.seconds = event.ElapsedSeconds
  self:emit("progress", { step = "erase", action = ACTIONS[event.CurrentAction]
    or "unknown", elapsed = event.ElapsedTime, remaining = event.RemainingTime })
end

-- What a signal came to: in time, or while nothing could stop the drive any more.
local function stopped(signal, ok, err)
  if not ok and err.code == CANCELLED then
    return interrupted(signal, err.disc, "interrupted before anything was erased")
  elseif ok then
    return interrupted(signal, "blank", "interrupted, but the drive had begun and cannot be "
      .. "stopped: the disc is erased")
  end
  return nil, failure.from(err, "erase", { signal = signal })
end

function Job:erase()
  local erase <close>, none = core.Erase()
  if not erase then return nil, failure.from(none, "erase", { disc = "untouched" }) end
  local options = self.options
  erase.ClientName = options.client_name or "redbook erase"
  local taken, problem = pcall(function() erase.Recorder = self.recorder end)
  if not taken then return nil, failure.from(problem, "device", { disc = "untouched" }) end
  erase.FullErase = options.full or false
  local operation, begin_err = erase:BeginEraseMedia()
  local ok, err, signal = operate(operation, begin_err, function(event) self:report(event) end,
    { waiter = options.waiter })
  if signal then return stopped(signal, ok, err) end
  return ok, err and not ok and failure.from(err, "erase") or nil
end

-- The disc as it is now; the drive may be reading it anew.
function Job:afterwards()
  local wait = { waiter = self.options.waiter }
  return wait_until_ready(self.recorder, wait)
end

function Job:run()
  local before, err = wait_until_ready(self.recorder, self.options.wait, self.on_event)
  if not before then return nil, err end
  local fine
  fine, err = check(before)
  if not fine then return nil, err end
  self:tell(before)
  local result = { erased = false, before = before, after = before }
  if before.State ~= "blank" or before.Damaged or self.options.full then
    fine, err = self:may_begin(before)
    if fine then fine, err = self:erase() end
    if not fine then return nil, err end
    result.erased, result.seconds = true, self.seconds
    result.after, err = self:afterwards()
    if not result.after then return nil, err end
  end
  self:emit("erased", { erased = result.erased, full = self.options.full or false,
    seconds = result.seconds, free_sectors = result.after.FreeSectors })
  return result
end

---Erases a CD-RW, in whatever state it is. One that is blank already is left as it is, unless
---`full` is asked for. Once the drive has begun nothing stops it: a signal then only makes a
---failure of the success, with `disc` "blank".
---@param recorder redbook.Recorder
---@param options? redbook.EraseOptions
---@param on_event? fun(event: table) "wait", "medium", "progress", "erased": README, "JSON events"
---@return redbook.EraseResult?
---@return redbook.Failure? err stage "medium", "device", "erase" or "interrupted"
local function erase_disc(recorder, options, on_event)
  options = options or {}
  accept.erase(recorder, options, on_event)
  return setmetatable({ recorder = recorder, options = options,
    on_event = on_event or function() end }, Job):run()
end

return erase_disc
