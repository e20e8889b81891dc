-- SPDX-License-Identifier: GPL-3.0-or-later
-- Waits for a disc that may be written: blank ones only, any other is given back.

local failure = require "redbook.failure"
local medium = require "redbook.recipe.medium"
local pause = require "redbook.pause"
local wait_until_ready = require "redbook.recipe.wait_until_ready"

-- How often the same disc is given to somebody who does not take it.
local OFFERS = 5

local function offer(recorder, err, on_event)
  if on_event then
    on_event { event = "remark", name = "given_back", message = tostring(err.message)
      .. "; it is given back" }
  end
  local ok, problem = recorder:EjectMedia()
  if ok then return true end
  return nil, failure.from(problem, "medium", { disc = "untouched" })
end

---Waits as `wait_until_ready` does; a disc that is not blank is ejected. Nothing is ever written,
---appended to or erased here.
---@param recorder redbook.Recorder
---@param options? redbook.WaitOptions without `insertion` the first disc that is not blank ends it
---@param on_event? fun(event: table) gets "wait" and "remark"
---@return table? summary as `MediaSummary()` gives it
---@return redbook.Failure? err stage "medium", or "interrupted"
local function wait_for_blank(recorder, options, on_event)
  options = options or {}
  local offers = 0
  local function listen(event)
    if event.event == "wait" and event.reason == "waiting for a disc" then offers = 0 end
    if on_event then on_event(event) end
  end
  while true do
    local summary, err = wait_until_ready(recorder, options, listen)
    if not summary then return nil, err end
    local ok
    ok, err = medium.check(summary, false)
    if ok then return summary end
    offers = offers + 1
    local out, problem = offer(recorder, err, on_event)
    if not out then return nil, problem end
    if not options.insertion or offers == OFFERS then return nil, err end
    local signal = (options.pause or pause)(1)
    if signal then
      return nil, failure.interrupted(signal, "untouched",
        "interrupted while waiting for the disc")
    end
  end
end

return wait_for_blank
