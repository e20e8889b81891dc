-- SPDX-License-Identifier: GPL-3.0-or-later
-- A host of nothing but coroutines: `lua5.4 coroutine_host.lua [--cancel] DEVICE FILE...`
--
-- Every task is a coroutine that yields when it has nothing to do. The scheduler sleeps in
-- `step`, at most until the next tick is due, and hands on what it was woken for.

local job = dofile((arg[0]:match "^.*/" or "./") .. "job.lua")
local redbook = require "redbook"

local work = job.new(arg)

-- In a task: waits for the operation's events; the scheduler brings them.
local function run(operation, on_event)
  repeat
    local event = coroutine.yield(operation)
    on_event(event)
  until event.type == "done"
  return operation:result()
end

local ticking = coroutine.wrap(function()
  while true do
    work:tick()
    coroutine.yield()
  end
end)

local burning = coroutine.wrap(function() work:burn(run) end)
local operation = burning()
local next_tick = redbook.now()
while operation do
  local left = next_tick - redbook.now()
  if left <= 0 then
    ticking()
    next_tick = redbook.now() + job.TICK
  else
    local event = operation:step(left)
    if event then
      work.woken = work.woken + 1
      operation = burning(event)
    end
  end
end

os.exit(work:finish(), true)
