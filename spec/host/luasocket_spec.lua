-- SPDX-License-Identifier: GPL-3.0-or-later
-- LuaSocket's select takes an operation: it has getfd and dirty.

local job = require "spec.host.job"
local socket = require "socket"

describe("in a loop of LuaSocket's select", function()
  it("an operation becomes readable like a socket, and time-outs go on", function()
    local work <close> = job.new()
    local readable = 0
    local next_tick = socket.gettime()
    work:burn(function(operation, on_event)
      while true do
        local ready = socket.select({ operation }, nil, math.max(next_tick - socket.gettime(), 0))
        if ready[operation] then
          readable = readable + 1
          local event = operation:step(0)
          if event then on_event(event) end
          if event and event.type == "done" then return operation:result() end
        end
        if socket.gettime() >= next_tick then
          work:tick()
          next_tick = socket.gettime() + 0.02
        end
      end
    end)
    work:check(assert)
    assert.is_true(readable >= 3)
  end)
end)
