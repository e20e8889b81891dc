-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua: words in, exit code out.

local args = require "redbook.cli.args"
local common = require "redbook.cli.common"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local jobfile = require "redbook.cli.jobfile"
local mistake = require "redbook.cli.mistake"
local new_job = require "redbook.cli.job"
local redbook = require "redbook"
local report = require "redbook.report"
local signals = require "redbook.cli.signals"
local terminal = require "redbook.cli.terminal"

local cli = { parser = args.parser }

local function events_to(out)
  return report.json(out, function(problem)
    io.stderr:write("burn.lua: the events cannot be written (", tostring(problem),
      "); the burn goes on without them.\n")
  end)
end

-- People's text, and with --json the events besides.
local function reporter(options)
  local show, clear = report.text(terminal.look(options, os.getenv))
  if not options.json then return show, clear end
  local log = events_to(io.stdout)
  return function(event)
    log(event)
    show(event)
  end, clear
end

-- Whoever reads events gets them also when nothing else of the command line makes sense.
local function usage(problem, words)
  local emit = reporter { json = args.wants_json(words) }
  emit { event = "error", exit = exit.USAGE, simulate = false,
    err = type(problem) == "table" and problem or failure.new { stage = "arguments",
      message = args.one_line(problem), advice = "burn.lua --help lists the options" } }
  emit { event = "end", exit = exit.USAGE }
  return exit.USAGE
end

local function write_job(job)
  return jobfile.run(job.options, args.parser(), function() return job:entries() end, job.emit)
end

---Does what a command line asks for. From then on INT, TERM and HUP are trapped in this process.
---@param words string[] the command line
---@return integer exit code, see cli/exit.lua
function cli.main(words)
  local options, problem = args.parse(words)
  if not options then return usage(problem, words) end
  if options.help or options.version then
    return common.print("burn", options.help and args.help() or "redbook " .. redbook.version)
  end
  local emit, clear = reporter(options)
  local job = new_job(options, emit, signals.arm())
  local ok, code = xpcall(options.write_job and write_job or job.run, debug.traceback, job)
  if not ok then
    clear()
    io.stderr:write(mistake("burn", code))
    code = exit.BUG
  end
  emit { event = "end", exit = code }
  return code
end

return cli
