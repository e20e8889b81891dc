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

-- The summary of a disc that can be worked with, or why not yet.
local function look(recorder)
  local summary, err = recorder:MediaSummary()
  if summary and summary.State == "none" then return nil, no_medium() end
  return summary, err
end

---Polls `recorder:MediaSummary()` while the drive says that it is becoming ready or busy (and,
---with `insertion`, while it is empty). The reason of the wait goes to `on_event` when it
---changes.
---@param recorder redbook.Recorder
---@param options? redbook.WaitOptions
---@param on_event? fun(event: table) gets { event = "wait", reason, limit }
---@return table? summary as `MediaSummary()` gives it
---@return redbook.Failure? err stage "medium", "device" when the drive cannot be used, or
---"interrupted"
local function wait_until_ready(recorder, options, on_event)
  options = options or {}
  local limit, waited, reason = options.limit or READY_LIMIT, 0, nil
  while true do
    local summary, err = look(recorder)
    if summary then return summary end
    local empty = err.code == NO_MEDIA
    local wait = err.transient or (empty and options.insertion)
    if not wait or waited >= limit then
      return nil, failure.from(err, "medium", { disc = "untouched" })
    end
    local now = empty and "waiting for a disc" or tostring(err.message)
    if now ~= reason and on_event then
      on_event { event = "wait", reason = now, limit = limit }
    end
    reason = now
    local signal = (options.pause or pause)(INTERVAL)
    if signal then
      return nil, failure.interrupted(signal, "untouched",
        "interrupted while waiting for the disc")
    end
    waited = waited + INTERVAL
  end
end

return wait_until_ready
