-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench BENCH=render`: the whole corpus to 44.1 kHz, 16 bit, stereo, in files without a
-- header, in memory: by render.lua, by ffmpeg with its own resampler and with soxr, by sox.
-- One thread each. What counts is processor time (user and system); for two threads against one
-- it is the time by the clock, which means something on an idle machine only.

local bench = require "spec.support.bench"
local sandbox = require "spec.support.sandbox"

local corpus <const> = bench.corpus()
local room <close> = bench.folder()
local out <const> = sandbox.quote(room.path)
local empty <const> = ("rm -rf %s/*"):format(out)

local function ours(threads, files)
  return ("%s --raw --threads %d --out %s %s"):format(bench.script "render", threads, out, files)
end

-- ffmpeg and sox have a process for each file, as people use them.
local function each(command)
  return ("cd %s && for f in [0-9]*; do %s || exit 1; done"):format(
    sandbox.quote(corpus.folder), command)
end

local function ffmpeg(filter)
  return each(("ffmpeg -v error -nostdin -threads 1 -i \"$f\" -filter_threads 1 %s -f s16le -y "
    .. "%s/\"$f\".raw"):format(filter, out))
end

local soxr = "-ac 2 -af aresample=44100:resampler=soxr:precision=%d:dither_method=triangular"

-- sox of Debian has no Opus.
local rest = {}
for _, path in ipairs(corpus.files) do
  if not path:find "%.opus$" then rest[#rest + 1] = sandbox.quote(path) end
end
local sox = each(("case $f in *.opus) continue ;; esac; sox --single-threaded -V1 \"$f\" -t raw "
  .. "-e signed -b 16 -c 2 %s/\"$f\".raw rate -v 44100 dither"):format(out))

local list = sandbox.quote(corpus.list)
local seconds = 4350 * bench.scale
local rows = { { "", "CPU s", "x real time", "redbook / it", "" } }
local result = { bench = "render", scale = bench.scale, runs = bench.runs, tools = {} }
local results = bench.turns {
  { name = "redbook", command = ours(1, list), between = empty },
  { name = "ffmpeg swr default", command = ffmpeg "-ac 2 -ar 44100", between = empty },
  { name = "ffmpeg soxr 20, triangular", command = ffmpeg(soxr:format(20)), between = empty },
  { name = "ffmpeg soxr 28, triangular", command = ffmpeg(soxr:format(28)), between = empty },
  { name = "redbook without Opus", command = ours(1, table.concat(rest, " ")), between = empty },
  { name = "sox rate -v, dither, without Opus", command = sox, between = empty },
}

local function row(name, mine, hold)
  local cpu = bench.median(bench.column(results[name], "cpu"))
  local audio = name:find "without Opus" and seconds * 3990 / 4350 or seconds
  local entry = { name = name, cpu_seconds = cpu, times_real_time = audio / cpu,
    rss = math.max(table.unpack(bench.column(results[name], "rss"))) }
  local cell, verdict = "", ""
  if mine then
    entry.ratio, entry.hold = bench.ratio(results[mine], results[name], "cpu"), hold
    cell, verdict = bench.cell(entry.ratio, hold)
  end
  rows[#rows + 1] = { name, ("%.2f"):format(cpu), ("%.0f"):format(audio / cpu), cell,
    verdict or "" }
  table.insert(result.tools, entry)
end

row "redbook"
row("ffmpeg swr default", "redbook", 0.95)
row("ffmpeg soxr 20, triangular", "redbook", 0.82)
row("ffmpeg soxr 28, triangular", "redbook")
row "redbook without Opus"
row("sox rate -v, dither, without Opus", "redbook without Opus", 0.55)

local threads = bench.turns {
  { name = "1", command = ours(1, list), between = empty },
  { name = "2", command = ours(2, list), between = empty },
}
result.two_threads = { wall_seconds = bench.median(bench.column(threads["2"], "wall")),
  ratio = bench.ratio(threads["2"], threads["1"], "wall"), hold = 0.65 }
local cell, verdict = bench.cell(result.two_threads.ratio, 0.65)
rows[#rows + 1] = { "2 threads / 1, by the clock", "", "", cell, verdict }

bench.show(("render: %.1f minutes of music, medians of %d runs in turns"):format(seconds / 60,
  bench.runs), rows, result)
