-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the programs of `make bench` share: runs that take turns, ratios, a table and JSON.
--
-- A machine is never quite idle and never twice equally fast, so two programs are only ever
-- compared by runs that follow each other: A B A B. What counts is the ratio of each such pair,
-- and of these ratios the median with the least and the greatest.

local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"
local usage = require "usage"

local bench = { root = sandbox.root, build = sandbox.build }

---How much of the corpus: 1 is 72.5 minutes of music.
bench.scale = tonumber(os.getenv "BENCH_SCALE" or "1") or error "BENCH_SCALE is no number"
---How many times each program runs, after one run that warms up and is not counted.
bench.runs = math.tointeger(tonumber(os.getenv "BENCH_RUNS" or "5")) or error "BENCH_RUNS: integer"
assert(bench.scale > 0 and bench.runs > 0, "BENCH_SCALE and BENCH_RUNS are greater than 0")

---@param values number[]
---@return number
function bench.median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  local middle = (#sorted + 1) // 2
  return #sorted % 2 == 1 and sorted[middle] or (sorted[middle] + sorted[middle + 1]) / 2
end

---Median, least and greatest.
---@param values number[]
---@return { median: number, min: number, max: number }
function bench.spread(values)
  return { median = bench.median(values), min = math.min(table.unpack(values)),
    max = math.max(table.unpack(values)) }
end

---The words that start one of this checkout's programs.
---@param name string of scripts/, without .lua
---@return string
function bench.script(name)
  return ("%s %s %s"):format(sandbox.env, sandbox.lua,
    sandbox.quote(("%s/scripts/%s.lua"):format(sandbox.root, name)))
end

---A folder in memory where there is one, so that no disk is measured; with `<close>` it goes.
---@return table folder `path`
function bench.folder()
  local shm = io.open("/dev/shm/.", "r")
  if shm then shm:close() end
  local pipe <close> = assert(io.popen("mktemp -d -p " .. (shm and "/dev/shm" or "/tmp")
    .. " redbook-bench-XXXXXX", "r"))
  local path = assert(pipe:read "l", "mktemp made no folder")
  return setmetatable({ path = path }, { __close = function()
    os.execute("rm -rf " .. sandbox.quote(path))
  end })
end

---The thirteen tracks of corpus.sh, made when they are not there.
---@param scale? number default: bench.scale
---@return { folder: string, list: string, files: string[] }
function bench.corpus(scale)
  local folder = ("%s/bench/corpus-%g"):format(sandbox.build, scale or bench.scale)
  local made = os.execute(("sh %s/spec/bench/corpus.sh %s/bench/corpus %s %g"):format(
    sandbox.quote(sandbox.root), sandbox.quote(sandbox.build), sandbox.quote(folder),
    scale or bench.scale))
  assert(made, "the corpus cannot be made")
  local corpus = { folder = folder, list = folder .. "/corpus.m3u8", files = {} }
  for line in io.lines(corpus.list) do
    if line:sub(1, 1) ~= "#" then table.insert(corpus.files, folder .. "/" .. line) end
  end
  return corpus
end

---Runs a command line of sh. It must succeed.
---@param command string
---@return { user: number, system: number, cpu: number, wall: number, rss: number }
function bench.run(command)
  local log = os.tmpname()
  local result = usage.run(command, log)
  local said = sandbox.read(log)
  os.remove(log)
  if result.code ~= 0 then
    error(("exit %d of: %s\n%s"):format(result.code, command, said), 2)
  end
  return result
end

---@class redbook.Contender
---@field name string
---@field command string of sh; between two runs `between` is run, and not measured
---@field between string?

---Lets the contenders run in turns, `bench.runs` rounds after one that is not counted.
---@param contenders redbook.Contender[]
---@return table<string, { user: number, system: number, cpu: number, wall: number, rss: number }[]>
function bench.turns(contenders)
  local results = {}
  for round = 0, bench.runs do
    for _, contender in ipairs(contenders) do
      if contender.between then assert(os.execute(contender.between), contender.between) end
      local result = bench.run(contender.command)
      results[contender.name] = results[contender.name] or {}
      if round > 0 then table.insert(results[contender.name], result) end
    end
  end
  return results
end

---One figure of all runs.
---@param runs table[]
---@param what string "cpu", "wall", "rss"
---@return number[]
function bench.column(runs, what)
  local values = {}
  for index, run in ipairs(runs) do values[index] = run[what] end
  return values
end

---The ratios of runs that followed each other.
---@param ours table[]
---@param theirs table[]
---@param what string
---@return { median: number, min: number, max: number }
function bench.ratio(ours, theirs, what)
  local ratios = {}
  for index, run in ipairs(ours) do ratios[index] = run[what] / theirs[index][what] end
  return bench.spread(ratios)
end

---Lines for people, and then one line of JSON with everything.
---@param title string
---@param rows string[][] the first is the head
---@param result table
function bench.show(title, rows, result)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, utf8.len(cell)) end
  end
  print(title)
  for _, row in ipairs(rows) do
    local line = {}
    for i, cell in ipairs(row) do
      local space = (" "):rep(widths[i] - utf8.len(cell))
      line[i] = i == 1 and cell .. space or space .. cell
    end
    print("  " .. table.concat(line, "  "))
  end
  print(cjson.encode(result))
  print()
end

---A ratio with its range as a cell, and whether it keeps to a limit.
---@param ratio { median: number, min: number, max: number }
---@param hold? number
---@return string, string?
function bench.cell(ratio, hold)
  local text = ("%.2f (%.2f-%.2f)"):format(ratio.median, ratio.min, ratio.max)
  if not hold then return text end
  return text, ("<= %.2f: %s"):format(hold, ratio.median <= hold and "held" or "missed")
end

return bench
