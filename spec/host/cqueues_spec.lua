-- SPDX-License-Identifier: GPL-3.0-or-later
-- cqueues polls an operation itself: it has pollfd, events and timeout.

local cqueues = require "cqueues"
local job = require "spec.host.job"
local run = require "redbook.run"

describe("in cqueues", function()
  it("an operation is polled, and other coroutines go on", function()
    local work <close> = job.new()
    local queue = cqueues.new()
    queue:wrap(function()
      work:burn(function(operation, on_event) return run(operation, on_event, cqueues.poll) end)
    end)
    queue:wrap(function()
      while not work.over do
        work:tick()
        cqueues.sleep(0.02)
      end
    end)
    assert(queue:loop())
    work:check(assert)
  end)
end)
