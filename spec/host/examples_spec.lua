-- SPDX-License-Identifier: GPL-3.0-or-later
-- The hosts of scripts/examples/, each as it stands: its timer goes on through a burn, it is woken
-- only for events, and a cancel from its timer leaves the disc open with a complete track.

local examples = require "spec.host.examples"

describe("the example", function()
  local bench

  setup(function()
    bench = examples.new()
    for _, name in ipairs(examples.NAMES) do
      bench:add_lua(name, name, bench.device(name) .. " one.wav")
      bench:add_lua(name .. "-cancelled", name,
        ("--cancel %s long.wav one.wav one.wav"):format(bench.device(name .. "-cancelled")))
      bench:add_lua(name .. "-usage", name, "")
    end
    bench:run()
  end)
  teardown(function() bench:close() end)

  for _, name in ipairs(examples.NAMES) do
    it(name .. " burns, and its timer goes on", function()
      bench:burned(bench:told(name), name)
    end)

    it(name .. " cancels, and the disc is open", function()
      bench:cancelled(bench:told(name .. "-cancelled"), name .. "-cancelled")
    end)

    it(name .. " says how it is used", function()
      local run = bench:told(name .. "-usage")
      assert.equal(2, run.code)
      assert.truthy(run.err:find("^usage: lua5.4 .*" .. name .. "%.lua %[%-%-cancel%] DEVICE FILE"))
    end)
  end
end)
