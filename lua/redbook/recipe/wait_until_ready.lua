-- SPDX-License-Identifier: GPL-3.0-or-later
-- Waits for a drive to know its disc.

local failure = require "redbook.failure"
local pause = require "redbook.pause"

-- A drive takes up to half a minute to recognise a disc; a slim one with a bad disc longer.
local READY_LIMIT = 60
local INTERVAL = 0.5

local NO_MEDIA = 0xC0AA0202

---@class redbook.WaitOptions
---@field limit number? seconds, default 60; 0 looks once
---@field insertion boolean? also waits for a disc to be put in
---@field pause? fun(seconds: number): string? how to wait; a signal's name ends the waiting

local function no_medium()
  return { code = NO_MEDIA, name = "E_IMAPI_RECORDER_MEDIA_NO_MEDIA", transient = false,
    message = "there is no disc in the drive", disc = "untouched",
    advice = "put a blank CD-R or CD-RW in; --wait waits for it" }
end

-- The clock of a virtual recorder is simulated: its commands move it (0.5 ms each), nobody sleeps.
-- Asking it is what lets its time pass.
local QUESTIONS = 500

local function is_virtual(recorder)
  local id = recorder.ActiveDiscRecorder
  return id ~= nil and id:sub(1, 8) == "virtual:"
end

-- The summary of a disc that can be worked with, or why not yet.
local function look(recorder)
  local summary, err = recorder:MediaSummary()
  if summary and summary.State == "none" then return nil, no_medium() end
  return summary, err
end

local function questions(recorder)
  for _ = 1, QUESTIONS do
    local summary, err = look(recorder)
    if summary or not err.transient then return end
  end
end

local Wait = {}
Wait.__index = Wait

function Wait:announce(reason)
  if reason ~= self.reason and self.on_event then
    self.on_event { event = "wait", reason = reason, limit = self.limit }
  end
  self.reason = reason
end

---@return string? signal
function Wait:let_time_pass(empty)
  self.waited = self.waited + INTERVAL
  local simulated = not empty and is_virtual(self.recorder)
  if simulated then questions(self.recorder) end
  return self.pause(simulated and 0 or INTERVAL)
end

-- One look: the summary, a failure, or nothing when it is worth looking again.
function Wait:once()
  local summary, err = look(self.recorder)
  if summary then return summary end
  local empty = err.code == NO_MEDIA
  local worth = err.transient or (empty and self.insertion)
  if not worth or self.waited >= self.limit then
    return nil, failure.from(err, "medium", { disc = "untouched" })
  end
  self:announce(empty and "waiting for a disc" or tostring(err.message))
  local signal = self:let_time_pass(empty)
  if not signal then return nil end
  return nil, failure.interrupted(signal, "untouched", "interrupted while waiting for the disc")
end

---Polls `recorder:MediaSummary()` while the drive says that it is becoming ready or busy (and,
---with `insertion`, while it is empty). The reason of the wait goes to `on_event` when it
---changes.
---@param recorder redbook.Recorder
---@param options? redbook.WaitOptions
---@param on_event? fun(event: table) gets { event = "wait", reason, limit }
---@return table? summary as `MediaSummary()` gives it
---@return redbook.Failure? err stage "medium", or "interrupted"
local function wait_until_ready(recorder, options, on_event)
  options = options or {}
  local wait = setmetatable({ recorder = recorder, on_event = on_event, waited = 0,
    limit = options.limit or READY_LIMIT, insertion = options.insertion,
    pause = options.pause or pause }, Wait)
  while true do
    local summary, err = wait:once()
    if summary or err then return summary, err end
  end
end

return wait_until_ready
