-- SPDX-License-Identifier: GPL-3.0-or-later
-- libuv's loop (lua-luv): `lua5.4 luv_host.lua [--cancel] DEVICE FILE...`
--
-- An operation's descriptor is polled like a socket's; `redbook.run` yields to the loop.

local job = dofile((arg[0]:match "^.*/" or "./") .. "job.lua")
local redbook = require "redbook"
local uv = require "luv"

local work = job.new(arg)

local function run(operation, on_event)
  local task, poll = coroutine.running(), uv.new_poll(operation:pollfd())
  poll:start("r", function()
    work.woken = work.woken + 1
    assert(coroutine.resume(task))
  end)
  local value, err = redbook.run(operation, on_event, coroutine.yield)
  poll:close()
  return value, err
end

local timer = uv.new_timer()
timer:start(0, math.floor(job.TICK * 1000), function() work:tick() end)

local burning = coroutine.create(function()
  work:burn(run)
  timer:close()
end)
assert(coroutine.resume(burning))
uv.run() -- until nothing is left to wait for

os.exit(work:finish(), true)
