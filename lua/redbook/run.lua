-- SPDX-License-Identifier: GPL-3.0-or-later
-- A long operation to its end, in whatever the host is: a plain script or a coroutine.

---Steps an operation until it is done. Outside a coroutine it blocks in `step`; inside one it
---never blocks: each time nothing has happened yet it calls `waiter(operation)`, which comes
---back when the operation's descriptor may be readable (`cqueues.poll`), or by default
---`coroutine.yield(operation)`.
---@param operation redbook.Operation
---@param on_event? fun(event: table) called for every event, here on this thread; it may raise
---(then the operation is cancelled and goes on ending by itself) or yield
---@param waiter? fun(operation: redbook.Operation)
---@return any ... what the operation's `result()` gives: a value, or nil and an error object
local function run(operation, on_event, waiter)
  local finished = false
  local _guard <close> = setmetatable({}, { __close = function()
    if not finished then operation:cancel() end
  end })
  while true do
    local inside = coroutine.isyieldable()
    local event, why = operation:step(inside and 0 or nil)
    if event then
      finished = event.type == "done"
      if on_event then on_event(event) end
    end
    if finished or why == "finished" then
      finished = true
      return operation:result()
    elseif not event and inside then
      (waiter or coroutine.yield)(operation)
    end
  end
end

return run
