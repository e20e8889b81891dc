-- SPDX-License-Identifier: GPL-3.0-or-later
-- A scheduler of plain coroutines: each has its turn, none blocks.

local job = require "spec.host.job"
local posix = require "posix"
local run = require "redbook.run"

describe("in a scheduler of coroutines", function()
  it("an operation yields while nothing is there, and the others go on", function()
    local work <close> = job.new()
    local yielded = {}
    local burning = coroutine.create(function() work:burn(run) end)
    local ticking = coroutine.wrap(function()
      while true do
        work:tick()
        coroutine.yield()
      end
    end)
    while coroutine.status(burning) ~= "dead" do
      local ok, operation = coroutine.resume(burning)
      assert.is_true(ok, tostring(operation))
      if operation then yielded[#yielded + 1] = operation:pollfd() end
      ticking()
      posix.sleep(0.02)
    end
    work:check(assert)
    assert.is_true(#yielded >= 10)
    for _, descriptor in ipairs(yielded) do assert.equal("integer", math.type(descriptor)) end
  end)

  it("a coroutine that is closed in the middle cancels, and the drive is free", function()
    local work <close> = job.new()
    local burning = coroutine.create(function() work:burn(run) end)
    work.gate:open()
    repeat
      assert.is_true((coroutine.resume(burning)))
      posix.sleep(0.005)
    until work.actions[2]
    assert.is_true(coroutine.close(burning))
    work.bench.tao:Close()
    local view = work.bench.virtual:View()
    assert.same({ false, false, 1 }, { view.Held, view.Prevented, view.DiscStatus })
  end)
end)
