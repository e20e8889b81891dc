-- SPDX-License-Identifier: GPL-3.0-or-later
-- How late a host's 10 ms timer comes while a disc is burned: the programs of scripts/examples/,
-- one after the other, each with a source that has to be resampled.

local cjson = require "cjson"
local examples = require "spec.host.examples"
local sandbox = require "spec.support.sandbox"

local bench = examples.new()
local code, _, err = sandbox.run("sox -R one.wav -r 48000 -b 24 two.wav", bench.folder)
assert(code == 0, err)

local function measure(name, add)
  bench.commands = {}
  add(name)
  bench:run()
  local run = bench:told(name)
  assert(run.code == 0, run.out .. run.err)
  for _, host in ipairs(run) do
    print(("jitter: %-14s %4d ticks, late by %5.2f ms (half), %5.2f ms (99 %%), %5.2f ms (most)")
      :format(name, host.ticks, host.half, host.p99, host.most))
    print(cjson.encode { bench = "jitter", host = name, ticks = host.ticks, half_ms = host.half,
      p99_ms = host.p99, most_ms = host.most, woken = host.woken })
  end
end

for _, name in ipairs(examples.NAMES) do
  measure(name, function() bench:add_lua(name, name, bench.device(name) .. " two.wav") end)
end
bench:build_c_host()
measure("c_host", function(name)
  bench:add_c_host(name, ("%s %s two.wav"):format(bench.device "a", bench.device "b"))
end)
bench:close()
