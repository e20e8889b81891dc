-- SPDX-License-Identifier: GPL-3.0-or-later
-- libuv's loop: an operation's descriptor is polled like any other.

local job = require "spec.host.job"
local run = require "redbook.run"
local uv = require "luv"

describe("in luv", function()
  local function finish()
    uv.walk(function(handle)
      if not handle:is_closing() then handle:close() end
    end)
    uv.run()
  end

  it("an operation is waited for by a poll handle, and timers go on", function()
    local work <close> = job.new()
    local burning, problem
    local function go_on()
      local ok, err = coroutine.resume(burning)
      problem = problem or (not ok and err or nil)
      if coroutine.status(burning) == "dead" then uv.stop() end
    end
    burning = coroutine.create(function()
      work:burn(function(operation, on_event)
        local poll = uv.new_poll(operation:pollfd())
        poll:start("r", go_on)
        local value, err = run(operation, on_event, coroutine.yield)
        poll:close()
        return value, err
      end)
    end)
    local timer = uv.new_timer()
    timer:start(0, 20, function() work:tick() end)
    go_on()
    uv.run()
    finish()
    assert.is_nil(problem)
    work:check(assert)
  end)

  it("an operation is stepped by callbacks, as README shows it", function()
    local work <close> = job.new()
    local tao, steps = work.bench.tao, {}
    local function start(operation, then_do)
      local poll = uv.new_poll(operation:pollfd())
      poll:start("r", function()
        local event = operation:step(0)
        while event do
          work:see(event)
          if event.type == "done" then
            poll:close()
            steps[#steps + 1] = { operation:result() }
            return then_do()
          end
          event = operation:step(0)
        end
      end)
    end
    local timer = uv.new_timer()
    timer:start(0, 20, function() work:tick() end)
    start(assert(tao:BeginPrepareMedia()), function()
      start(assert(tao:BeginAddAudioTrack(work.path)), function()
        start(assert(tao:BeginReleaseMedia()), function()
          work.over = true
          uv.stop()
        end)
      end)
    end)
    uv.run()
    finish()
    assert.same({ { true }, { true }, { true } }, steps)
    work:check(assert)
  end)
end)
