-- SPDX-License-Identifier: GPL-3.0-or-later
-- A long operation to its end, in whatever the host is: a plain script or a coroutine.

-- The usual mistake is to pass on what a Begin* method gave when it failed: nil, err.
local function check(operation, second)
  if operation == nil then
    local why = second ~= nil and type(second) ~= "function" and ": " .. tostring(second) or ""
    error("redbook.run: an operation expected, got nil; a Begin* method gives nil and an error "
      .. "when it fails: use redbook.run(assert(...))" .. why, 3)
  elseif type(operation) ~= "userdata" and type(operation) ~= "table" then
    error("redbook.run: an operation expected, got a " .. type(operation), 3)
  elseif second ~= nil and type(second) ~= "function" and not (getmetatable(second) or {}).__call
  then
    error("redbook.run: on_event: a function expected, got a " .. type(second), 3)
  end
end

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
  check(operation, on_event)
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
