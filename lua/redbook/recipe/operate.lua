-- SPDX-License-Identifier: GPL-3.0-or-later
-- An operation run inside a recipe: progress goes to the recipe, a trapped signal stops it.

local run = require "redbook.run"

---@param operation redbook.Operation?
---@param err any why there is none
---@param on_update? fun(event: table)
---@param options? { shielded: boolean, waiter: function, stop: function } shielded: a signal is
---noted, but the operation goes on to its end, because stopping it would leave a worse disc; stop:
---in a coroutine also asked for a signal after each wait, as another burn may have been told of it
---@return any value nil when it failed
---@return any err error object, or the remark of a success
---@return string? signal the first that came, "INT", "TERM" or "HUP"
local function operate(operation, err, on_update, options)
  if not operation then return nil, err end
  options = options or {}
  local signal
  local function on_event(event)
    if event.type == "signal" then
      signal = signal or event.signal
      if not options.shielded then operation:cancel() end
    elseif event.type == "update" and on_update then
      on_update(event)
    end
  end
  local function wait(waiting)
    (options.waiter or coroutine.yield)(waiting)
    local caught = options.stop and options.stop()
    if caught then on_event { type = "signal", signal = caught } end
  end
  local value, problem = run(operation, on_event, wait)
  return value, problem, signal
end

return operate
