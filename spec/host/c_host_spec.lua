-- SPDX-License-Identifier: GPL-3.0-or-later
-- scripts/examples/c_host.c as it stands: two states in two threads. #threads

local examples = require "spec.host.examples"

describe("a C program with two states in two threads #threads", function()
  local bench

  setup(function()
    bench = examples.new()
    bench:build_c_host()
    bench:add_c_host("usage", "")
    bench:add_c_host("burned", ("%s %s one.wav"):format(bench.device "a", bench.device "b"))
    bench:add_c_host("cancelled", ("--cancel %s %s long.wav one.wav"):format(bench.device "c",
      bench.device "d"))
    bench:run()
  end)
  teardown(function() bench:close() end)

  it("burns two discs at once, and its timers go on", function()
    local run = bench:told "burned"
    assert.equal(2, #run)
    bench:burned(run, "a", "b")
  end)

  it("cancels, and both discs are open", function()
    local run = bench:told "cancelled"
    assert.equal(2, select(2, run.out:gsub("not burned: E_IMAPI_REQUEST_CANCELLED", "")), run.out)
    bench:cancelled(run, "c", "d")
  end)

  it("says how it is used", function()
    local run = bench:told "usage"
    assert.equal(2, run.code)
    assert.truthy(run.err:find "^usage: %./c_host %[%-%-cancel%] DEVICE DEVICE FILE")
  end)
end)
