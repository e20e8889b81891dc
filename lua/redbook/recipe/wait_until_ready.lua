-- SPDX-License-Identifier: GPL-3.0-or-later
-- Waits for a drive to know its disc.

local accept = require "redbook.recipe.accept"
local failure = require "redbook.failure"
local operate = require "redbook.recipe.operate"
local pause = require "redbook.pause"

-- A drive takes up to half a minute to recognise a disc; a slim one with a bad disc longer.
local READY_LIMIT = 60
-- How often an empty drive is looked at: whoever puts a disc in is not to be kept waiting. A drive
-- that somebody holds, or that does not answer, is asked less and less often.
local INTERVAL = 1
local FACTOR = 2
local LONGEST = 8
-- One operation lasts no longer; without a limit another one follows.
local LONG = 86400

local NO_MEDIA = 0xC0AA0202
local LOCKED = 0xC0AA0210

-- For people; what the drive really said is the event's `detail`.
local REASONS = {
  [0xC0AA0205] = "waiting: the drive is becoming ready",
  [0xC0AA0206] = "waiting: the drive is formatting the disc",
  [0xC0AA0207] = "waiting: the drive is busy",
  [0xC0AA020D] = "waiting: the drive does not answer",
}

---@class redbook.WaitOptions
---@field limit number? seconds, default 60; 0 looks once; math.huge: as long as it takes
---@field insertion boolean? also waits for a disc to be put in, or for whoever holds the drive
---@field pause? fun(seconds: number): string? how to wait for a person; a signal's name ends it
---@field waiter? fun(operation: redbook.Operation) see `redbook.run`

local function no_medium()
  return { code = NO_MEDIA, name = "E_IMAPI_RECORDER_MEDIA_NO_MEDIA", transient = false,
    message = "there is no disc in the drive", disc = "untouched",
    advice = "put a blank CD-R or CD-RW in; --wait-for-disc waits for it" }
end

-- The summary of a disc that can be worked with, or why not yet.
local function look(recorder)
  local summary, err = recorder:MediaSummary()
  if summary and summary.State == "none" then return nil, no_medium() end
  return summary, err
end

local Wait = {}
Wait.__index = Wait

-- Once for each reason; then each time that the drive is going to be asked once more.
function Wait:announce(reason, detail)
  if reason ~= self.reason then self.attempt, self.delay = 0, INTERVAL end
  self.attempt = self.attempt + 1
  local again = self.attempt > 1
  if self.on_event and (again or reason ~= self.reason) then
    self.on_event { event = "wait", reason = reason, detail = detail,
      limit = self.limit < math.huge and self.limit or nil,
      attempt = again and self.attempt or nil,
      again = again and self:next_delay() or nil }
  end
  self.reason = reason
end

function Wait:next_delay()
  return math.min(self.delay, self.limit - self.waited)
end

-- Until the drive is asked again; a signal ends it.
function Wait:rest(factor)
  local seconds = self:next_delay()
  self.waited, self.delay = self.waited + seconds, math.min(self.delay * factor, LONGEST)
  return self.pause(seconds)
end

-- Until the drive is ready, by the drive's own clock. One that says so and then does not answer all
-- the same is asked once in a while, as long as the limit lets.
function Wait:for_drive(because)
  local reason, message = REASONS[because.code], tostring(because.message)
  if self.waited >= self.limit then return nil, because end
  self:announce(reason or "waiting: " .. message, reason and message)
  local interrupted = self.attempt > 1 and self:rest(FACTOR)
  if interrupted then return nil, nil, interrupted end
  local operation, begin_err = self.recorder:BeginWaitReady(math.min(self.limit, LONG))
  local ok, err, signal = operate(operation, begin_err, nil, { waiter = self.waiter })
  return ok, err, signal
end

-- Until a person has put something in, or another program has let go, or the limit is over.
function Wait:for_others(err, reason)
  local factor = err.code == LOCKED and FACTOR or 1
  self:announce(reason)
  while self.waited < self.limit do
    local signal = self:rest(factor)
    if signal then return nil, nil, signal end
    local summary, now = look(self.recorder)
    if summary or now.code ~= err.code then return true end
    if factor > 1 and self.waited < self.limit then self:announce(reason) end
  end
  return nil, err
end

function Wait:wait(err)
  local others = err.code == NO_MEDIA or err.code == LOCKED
  local kind = others and err.code or "drive"
  if kind ~= self.kind then self.kind, self.waited = kind, 0 end -- each has its own limit
  if self.limit <= 0 or not (others and self.insertion or err.transient and not others) then
    return nil, err
  elseif not others then
    return self:for_drive(err)
  end
  return self:for_others(err, err.code == NO_MEDIA and "waiting for a disc"
    or "waiting: " .. tostring(err.message))
end

---Waits while the drive says that it is becoming ready or busy (and, with `insertion`, while it
---is empty or held by somebody). The reason of the wait goes to `on_event` when it changes, and
---whenever a drive that is held or does not answer is going to be asked again. Nothing is written
---meanwhile, so that asking spoils nothing; an error that is not `transient` ends it at once.
---@param recorder redbook.Recorder
---@param options? redbook.WaitOptions
---@param on_event? fun(event: table) gets { event = "wait", reason, detail, limit, attempt,
---again }
---@return table? summary as `MediaSummary()` gives it
---@return redbook.Failure? err stage "medium", or "interrupted"
local function wait_until_ready(recorder, options, on_event)
  options = options or {}
  accept.wait("wait_until_ready: options", options)
  local wait = setmetatable({ recorder = recorder, on_event = on_event,
    limit = options.limit or READY_LIMIT, insertion = options.insertion,
    pause = options.pause or pause, waiter = options.waiter, waited = 0 }, Wait)
  while true do
    local summary, err = look(recorder)
    if summary then return summary end
    local ok, problem, signal = wait:wait(err)
    if signal then
      return nil, failure.interrupted(signal, "untouched",
        "interrupted while waiting for the disc")
    elseif not ok then
      return nil, failure.from(problem, "medium", { disc = "untouched" })
    end
  end
end

return wait_until_ready
