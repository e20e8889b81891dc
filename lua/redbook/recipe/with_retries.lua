-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tries again what failed for a passing reason.

local accept = require "redbook.recipe.accept"
local pause = require "redbook.pause"

---@class redbook.RetryPolicy
---@field attempts integer? how often in all, default 5
---@field first number? seconds before the second attempt, default 1
---@field factor number? each wait is so many times the one before, default 2
---@field longest number? seconds no wait exceeds, default 30
---@field retryable? fun(err: any): boolean default: `err.transient`
---@field pause? fun(seconds: number): string? how to wait; a signal's name ends the trying
---@field on_event? fun(event: table) gets { event = "retry", attempt, of, wait, message }

local function is_transient(err)
  return type(err) ~= "string" and err ~= nil and err.transient == true
end

---Calls `fn(attempt)` until it gives something, an error comes that is not worth retrying, or
---the attempts are used up. Every wait is announced, so nobody thinks it hangs.
---@param fn fun(attempt: integer): any, any a value, or nil and an error object
---@param policy? redbook.RetryPolicy
---@return any value nil when it failed
---@return any err the last error; or the success's remark
---@return integer attempts made
local function with_retries(fn, policy)
  policy = policy or {}
  accept.retries(policy)
  local attempts, wait = policy.attempts or 5, policy.first or 1
  local retryable = policy.retryable or is_transient
  for attempt = 1, attempts do
    local value, err = fn(attempt)
    if value ~= nil or attempt == attempts or not retryable(err) then
      return value, err, attempt
    end
    if policy.on_event then
      policy.on_event { event = "retry", attempt = attempt, of = attempts, wait = wait,
        message = tostring(err) }
    end
    if (policy.pause or pause)(wait) then return nil, err, attempt end
    wait = math.min(wait * (policy.factor or 2), policy.longest or 30)
  end
end

return with_retries
