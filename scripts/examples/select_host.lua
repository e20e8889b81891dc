-- SPDX-License-Identifier: GPL-3.0-or-later
-- A loop of LuaSocket's select (lua-socket): `lua5.4 select_host.lua [--cancel] DEVICE FILE...`
--
-- An operation has getfd and dirty, so that `socket.select` takes it among the sockets.

local job = dofile((arg[0]:match "^.*/" or "./") .. "job.lua")
local redbook = require "redbook"
local socket = require "socket"

local work = job.new(arg)

local burning = coroutine.wrap(function() work:burn(redbook.run) end)
local operation = burning() -- `redbook.run` yields the operation that it waits for
local next_tick = redbook.now()
while operation do
  local ready = socket.select({ operation }, nil, math.max(next_tick - redbook.now(), 0))
  if ready[operation] then
    work.woken = work.woken + 1
    operation = burning()
  end
  if redbook.now() >= next_tick then
    work:tick()
    next_tick = redbook.now() + job.TICK
  end
end

os.exit(work:finish(), true)
