-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench BENCH=memory`: the largest resident set of rendering the corpus with two threads,
-- and of burning it to a virtual disc, the FIFO of 64 MiB in it.

local bench = require "spec.support.bench"
local sandbox = require "spec.support.sandbox"

local MIB <const> = 1 << 20
local corpus <const> = bench.corpus()
local room <close> = bench.folder()
local list = sandbox.quote(corpus.list)

local function measure(name, command, hold)
  local rss = bench.run(command).rss
  return { name = name, rss = rss, hold = hold, held = rss <= hold * MIB }
end

local result = { bench = "memory", scale = bench.scale, jobs = {
  measure("render.lua, 2 threads", ("%s --raw --threads 2 --out %s %s"):format(
    bench.script "render", sandbox.quote(room.path), list), 16),
  measure("burn.lua, FIFO of 64 MiB", ("rm -f %s/*; %s --yes --no-verify --device "
    .. "'virtual:%s/disc.cue' %s"):format(sandbox.quote(room.path),
    bench.script "burn", room.path, list), 90),
} }
local rows = { { "", "MiB at most", "" } }
for _, job in ipairs(result.jobs) do
  rows[#rows + 1] = { job.name, ("%.1f"):format(job.rss / MIB),
    ("<= %d: %s"):format(job.hold, job.held and "held" or "missed") }
end
bench.show("memory: the largest resident set of one process", rows, result)
