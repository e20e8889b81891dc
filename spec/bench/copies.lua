-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench BENCH=copies`: the corpus burned on one virtual drive and on four at once, from one
-- rendering. A disc costs processor time by itself, whatever is on it (the virtual drive's work is
-- in it, too): the same is burned from WAV files that need no decoding and taken off. What is left
-- is the rendering, of which four drives may cost no more than 1.3 times what one does.

local bench = require "spec.support.bench"
local sandbox = require "spec.support.sandbox"

local DRIVES <const>, HOLD <const> = 4, 1.3

local corpus = bench.corpus(math.min(bench.scale, 0.25)) -- 18 minutes of music
local room <close> = bench.folder()
local rendered = room.path .. "/rendered"
bench.run(("%s --out %s %s"):format(bench.script "render", sandbox.quote(rendered),
  sandbox.quote(corpus.list)))

local fresh = ("rm -f %s/disc*"):format(sandbox.quote(room.path))

local function burn(drives, what, options)
  local devices = {}
  for index = 1, drives do
    devices[index] = ("--device 'virtual:%s/disc%d.cue?minutes=99'"):format(room.path, index)
  end
  return ("TMPDIR=%s %s --yes --no-verify %s %s %s"):format(sandbox.quote(room.path),
    bench.script "burn", options or "", table.concat(devices, " "), what)
end

local list, plain = sandbox.quote(corpus.list), sandbox.quote(rendered) .. "/*.wav"
local results = bench.turns {
  { name = "one", between = fresh, command = burn(1, list) },
  { name = "four", between = fresh, command = burn(DRIVES, list) },
  { name = "plain_one", between = fresh, command = burn(1, plain) },
  { name = "plain_four", between = fresh, command = burn(DRIVES, plain) },
  { name = "apart", between = fresh, command = burn(DRIVES, list, "--render-ahead off") },
}

local cpu = {}
for name, runs in pairs(results) do cpu[name] = bench.column(runs, "cpu") end
local rendering = {}
for run = 1, #cpu.one do
  rendering[run] = (cpu.four[run] - cpu.plain_four[run]) / (cpu.one[run] - cpu.plain_one[run])
end
local result = { bench = "copies", drives = DRIVES, runs = bench.runs, hold = HOLD,
  rendering = bench.spread(rendering), all = bench.ratio(results.four, results.one, "cpu") }
local rows = { { "", "CPU s", "s by the clock" } }
for _, name in ipairs { "one", "four", "plain_one", "plain_four", "apart" } do
  local taken, wall = bench.median(cpu[name]), bench.median(bench.column(results[name], "wall"))
  result[name] = { cpu_seconds = taken, wall_seconds = wall }
  rows[#rows + 1] = { (name:gsub("_", " ")), ("%.2f"):format(taken), ("%.2f"):format(wall) }
end
rows[#rows + 1] = { "four / one, all", (bench.cell(result.all)), "" }
rows[#rows + 1] = { "four / one, rendering", (bench.cell(result.rendering)), "" }
bench.show(("copies: the corpus on %d virtual drives; rendering costs at most %g times that of one")
  :format(DRIVES, HOLD), rows, result)
if result.rendering.median > HOLD then
  error(("rendering for %d drives costs %.2f times that of one"):format(DRIVES,
    result.rendering.median), 0)
end
