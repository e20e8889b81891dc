-- SPDX-License-Identifier: GPL-3.0-or-later
-- What every program but burn.lua shares: --help, --version, --json, --verbose; wrong usage;
-- failures for people and as JSON; the drive that is meant; signals.
--
--   return common.program {
--     name = "blank", summary = "Erases a CD-RW.", usage = "[OPTION]...", device = true,
--     define = function(parser) parser:flag("--fast", "...") end,
--     run = function(job) ... return true  -- or nil, failure; or an exit code
--     end,
--   }

local argparse = require "argparse"
local core = require "redbook.core"

local advice = require "redbook.cli.advice"
local args = require "redbook.cli.args"
local ascii = require "redbook.report.ascii"
local device = require "redbook.cli.device"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local json = require "redbook.report.json"
local mistake = require "redbook.cli.mistake"
local report = require "redbook.report"
local signals = require "redbook.cli.signals"
local terminal = require "redbook.cli.terminal"
local traced = require "redbook.cli.traced"
local waiting = require "redbook.cli.waiting"

local common = {}

---@class redbook.Program what common.program takes
---@field name string "blank"; people call it blank.lua
---@field summary string what it does, for --help
---@field usage string what follows its name there
---@field epilog string? examples, exit codes
---@field device boolean? has --device and --trace
---@field looks boolean? never writes to a disc: failures say nothing of the disc
---@field events boolean? --json is a stream of events, closed by "end"; else a single object
---@field signals boolean? INT, TERM and HUP become `job.trap`, as in burn.lua
---@field define fun(parser: table)? adds arguments and options of its own
---@field rewrite fun(words: string[]): string[]?, string? other people's spellings of its options,
---or what is wrong with them, a sentence
---@field check fun(options: table): true?, string? what is wrong with them, a sentence
---@field run fun(job: redbook.Job): any, redbook.Failure? true or an exit code; nil and a failure

---@class redbook.Job what `run` is given
---@field options table by the long options' names
---@field name string of the program
---@field look redbook.TextOptions how text for people is shown
---@field width integer columns, as it began
---@field tty boolean whether somebody sees lines that are redrawn
---@field show fun(event: table) for people
---@field clear fun() takes away what would be redrawn
---@field say_line fun(line: string)
---@field trap table? of cli/signals.lua
---@field device string? id of the drive, once `recorder` has been called
local Job = {}
Job.__index = Job

-- Once, whatever is written after it.
local function complain(name, more)
  io.stderr:write(name, ".lua: standard output cannot be written", more or "", ".\n")
end

---A line for people.
---@param line string
function Job:say(line)
  self.say_line(line)
end

-- Who was asked to show something and could not has not done it.
function Job:shown(code)
  local lost = self.look.out.lost
  if lost then complain(self.name) end
  return (lost or self.mute) and self.look.looks and code == exit.OK and exit.USAGE or code
end

---Data as the terminal can show it: what is measured before it is laid out must be final. A log
---keeps names as they are.
---@generic T
---@param data T
---@return T
function Job:plain(data)
  return (self.look.utf8 or not self.tty) and data or ascii.copy(data)
end

---An object for programs; nothing without --json.
---@param event table plain data with a field `event`
function Job:emit(event)
  if not self.options.json or self.mute then return end
  if io.stdout:write(json.line(event), "\n") and io.stdout:flush() then return end
  self.mute = true
  complain(self.name, "; going on without it")
end

---The drive that is meant: --device, $CDR_DEVICE, the only one there is. Sends nothing to it.
---@return redbook.Recorder? recorder closed when the program ends
---@return redbook.Failure? err
function Job:recorder()
  local id, err = device.choose(self.options.device, os.getenv, device.connected)
  if not id then return nil, err end
  self.device = id
  local recorder, problem = core.Recorder(id, { trace = self.options.trace })
  if not recorder then return nil, failure.from(problem, "device", { disc = "untouched" }) end
  self.drives[#self.drives + 1] = recorder
  return recorder
end

-- Nothing of a drive is used after that.
function Job:leave(events)
  traced(self.name, self.options.trace, self.drives, function(event)
    if events then self:emit(event) end
  end)
  for _, recorder in ipairs(self.drives) do recorder:Close() end
end

-- The same three lines, the same object and the same exit codes as burn.lua's.
function Job:fail(err)
  local options = self.options
  advice.fit(err, { device = self.device or options.device, trace = options.trace })
  local code = exit.code(err)
  io.stdout:flush()
  self.show { event = "error", exit = code, err = err }
  self:emit { event = "error", exit = code, err = err }
  return code
end

local function add_shared(parser, spec)
  if spec.device then
    parser:option("--device", "Drive: /dev/sr0, a link to it, or virtual:disc.cue (a disc in "
      .. "files). Default: $CDR_DEVICE, else the only one there is."):argname "ID"
    parser:option("--trace", "Write every command to the drive to FILE (NDJSON)."):argname "FILE"
  end
  parser:flag("--json", spec.events
    and "One event a line on standard output (NDJSON); text goes to standard error."
    or "One JSON object on standard output; text goes to standard error.")
  if spec.events then parser:flag("--quiet", "Show nothing but errors.") end
  parser:flag("--verbose", "More figures, codes of errors."):count "*"
  parser:flag("--help", "Show this text.")
  parser:flag("--version", "Show the version.")
end

local function build(spec)
  local name = spec.name .. ".lua"
  local parser = argparse(name, spec.summary):add_help(false)
    :usage_max_width(79):help_max_width(79):usage(("Usage: %s %s"):format(name, spec.usage))
  if spec.epilog then parser:epilog(spec.epilog) end
  if spec.define then spec.define(parser) end
  add_shared(parser, spec)
  return parser
end

local SHORT = { ["-h"] = "--help", ["-v"] = "--verbose", ["-vv"] = "--verbose",
  ["-q"] = "--quiet" }

-- cdrecord's `dev=ID` means the drive here too, and the usual short spellings.
local function rewrite(words, spec)
  local list = {}
  for index, word in ipairs(words) do
    if word == "--" then return table.move(words, index, #words, #list + 1, list) end
    local id = spec.device and word:match "^%-?%-?dev=(.*)$"
    list[index] = id and "--device=" .. id or spec.device and word == "--dev" and "--device"
      or SHORT[word] or word
  end
  return list
end

local function parse(spec, words)
  local list, unknown = words, nil
  if spec.rewrite then list, unknown = spec.rewrite(words) end
  if not list then return nil, unknown end
  local ok, options = build(spec):pparse(rewrite(list, spec))
  if not ok then return nil, options end
  options.verbose = (options.verbose or 0) > 0
  if options.quiet and options.verbose then return nil, args.QUIET_AND_VERBOSE end
  if not (options.help or options.version) and spec.check then
    local fine, problem = spec.check(options)
    if not fine then return nil, problem end
  end
  return options
end

-- A stream that remembers whether anything was lost: the next line may fit again.
local function remembering(file)
  local out = { lost = false }
  local function note(ok)
    out.lost = out.lost or not ok
    return ok
  end
  function out:write(...) return note(file:write(...)) and self end
  function out:flush() return note(file:flush()) and self end
  return out
end

local function new_job(spec, options)
  local look = terminal.look(options, os.getenv)
  look.out = remembering(look.out)
  look.program, look.looks = spec.name, spec.looks or false
  local job = { options = options, name = spec.name, look = look, tty = look.tty,
    width = look.width(), drives = {} }
  job.show, job.clear, job.say_line = report.text(look)
  return setmetatable(job, Job)
end

-- Whoever reads JSON gets it also when nothing else of the command line makes sense.
local function usage(spec, problem, words)
  local job = new_job(spec, { json = args.wants_json(words) })
  job:fail(failure.new { stage = "arguments", message = args.one_line(problem),
    advice = ("%s.lua --help lists the options"):format(spec.name) })
  if spec.events then job:emit { event = "end", exit = exit.USAGE } end
  return exit.USAGE
end

local function run(spec, options)
  local job = new_job(spec, options)
  if spec.signals then job.trap = signals.arm() end
  local ok, code = xpcall(function()
    local result, err = spec.run(job)
    if err then return job:fail(err) end
    return math.type(result) == "integer" and result or exit.OK
  end, debug.traceback)
  if not ok then
    job.clear()
    io.stderr:write(mistake(spec.name, code))
    code = exit.BUG
  end
  job:leave(spec.events)
  code = spec.events and code or job:shown(code)
  if spec.events then job:emit { event = "end", exit = code } end
  return code
end

---What --help and --version show.
---@param name string of the program
---@param words string
---@return integer exit code
function common.print(name, words)
  if io.stdout:write(words, "\n") and io.stdout:flush() then return exit.OK end
  complain(name)
  return exit.USAGE
end

---A program of `scripts/`.
---@param spec redbook.Program
---@return { main: (fun(words: string[]): integer), help: (fun(): string), parse: function,
---parser: fun(): table }
---main: words of the command line in, exit code out (cli/exit.lua); parse: options, or nil and a
---sentence
function common.program(spec)
  local program = {}

  function program.parse(words) return parse(spec, words) end

  function program.parser() return build(spec) end

  function program.help() return waiting.help(build(spec):get_help()) end

  function program.main(words)
    local options, problem = parse(spec, words)
    if not options then return usage(spec, problem, words) end
    if not (options.help or options.version) then return run(spec, options) end
    return common.print(spec.name, options.help and program.help() or "redbook " .. core.version)
  end

  return program
end

return common
