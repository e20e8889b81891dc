-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench BENCH=startup`: what it takes until a program has begun: burn.lua's version, the plan
-- of a list of one short track (which decodes it), an empty Lua, and for comparison cdrskin and
-- ffmpeg. A run here is fifty starts.

local bench = require "spec.support.bench"
local burner = require "spec.support.burner"
local sandbox = require "spec.support.sandbox"

local STARTS <const> = 50
local room <close> = bench.folder()
local list = sandbox.quote(room.path .. "/list.m3u")
sandbox.write(room.path .. "/one.wav", burner.wav(burner.pcm(300, 1)))
sandbox.write(room.path .. "/list.m3u", "one.wav\n")

local programs = {
  { "lua", sandbox.lua .. " -e ''" },
  { "burn.lua --version", bench.script "burn" .. " --version" },
  { "burn.lua --plan, one track", bench.script "burn"
    .. (" --plan --device 'virtual:%s/disc.cue' "):format(room.path) .. list },
  { "cdrskin --version", "cdrskin --version" },
  { "ffmpeg -version", "ffmpeg -version" },
}
local contenders = {}
for index, program in ipairs(programs) do
  contenders[index] = { name = program[1], command =
    ("i=0; while [ $i -lt %d ]; do %s || exit 1; i=$((i+1)); done"):format(STARTS, program[2]) }
end
local results = bench.turns(contenders)

local rows = { { "", "CPU ms", "ms by the clock" } }
local result = { bench = "startup", runs = bench.runs, starts = STARTS, programs = {} }
for _, program in ipairs(programs) do
  local runs = results[program[1]]
  local cpu = bench.median(bench.column(runs, "cpu")) / STARTS * 1000
  local wall = bench.median(bench.column(runs, "wall")) / STARTS * 1000
  rows[#rows + 1] = { program[1], ("%.1f"):format(cpu), ("%.1f"):format(wall) }
  table.insert(result.programs, { name = program[1], cpu_ms = cpu, wall_ms = wall })
end
bench.show(("startup: one start, medians of %d runs of %d"):format(bench.runs, STARTS), rows,
  result)
