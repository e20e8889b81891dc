-- SPDX-License-Identifier: GPL-3.0-or-later
-- watch.lua: burns the job files that are put into a folder, one after the other.

local args = require "redbook.cli.args"
local common = require "redbook.cli.common"
local core = require "redbook.core"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local job_folder = require "redbook.jobs.folder"
local jobfile = require "redbook.cli.jobfile"
local jobs = require "redbook.jobs"
local json = require "redbook.report.json"
local manifest = require "redbook.manifest"
local medium = require "redbook.recipe.medium"
local mistake = require "redbook.cli.mistake"
local new_job = require "redbook.cli.job"
local recipe = require "redbook.recipe"
local waiting = require "redbook.cli.waiting"

-- How often the folder is looked at.
local INTERVAL = 1
-- How often a job is begun in all, when the drive was busy or held and nothing was written.
local ATTEMPTS = 3

local function define(parser)
  parser:argument("folder", "The folder that job files are put into."):argname "FOLDER"
    :args "?":hidden(true)
  parser:group("What to do",
    parser:flag("--once", "Burn what is there, and end."),
    waiting.define(parser, "Wait for a blank disc at most SECONDS (600), then end and leave the "
      .. "jobs where they are. Default: as long as it takes; with --once: not at all."),
    parser:flag("--no-inhibit", "Do not keep the machine awake while a disc is burned."))
end

-- What a job may not ask for here, and why.
local REFUSED = {
  { "append", "settings.append: watch.lua burns blank discs only" },
  { "device", "settings.device: watch.lua burns on its own --device" },
  { "copies", "settings.copies: put the job in as often as it is to be burned" },
  { "split", "settings.split: a set of several discs is burned by burn.lua" },
  { "trace", "settings.trace: watch.lua has its own --trace" },
  { "wait", "settings.wait_for_disc: watch.lua has its own --wait-for-disc" },
}

local function refuse(path, problem)
  return nil, failure.new { stage = "arguments", disc = "untouched",
    message = ("%s: %s"):format(path, problem), advice = "correct the job file, and put it in "
      .. "again" }
end

local Watch = {}
Watch.__index = Watch

-- What a job file asks for; its names are relative to the folder, wherever it lies now.
function Watch:options_of(path)
  local job, err, broken = jobs.read(path, jobfile.acceptor(args.parser()), self.folder.root)
  if not job then return nil, err, broken end
  local options, problem = args.of_job(job)
  if not options then return refuse(path, problem) end
  for _, rule in ipairs(REFUSED) do
    if options[rule[1]] ~= nil then return refuse(path, rule[2]) end
  end
  options.yes, options.eject = true, not options.dummy
  options.no_inhibit = options.no_inhibit or self.options.no_inhibit
  options.verbose, options.comment = self.options.verbose, job.comment
  return options
end

-- The only result of a job that has been taken.
function Watch:finish(name, result)
  local err = result.err
  result.err, result.ended, result.device = nil, json.time(), self.device
  result.ok = result.exit == exit.OK
  if err then result.error = err:as_table() end
  if result.manifest then result.manifest.redbook = json.VERSION end
  result.disc = result.manifest and result.manifest.result.disc or err and err.disc or "untouched"
  local path, written = self.folder:finish(name, result)
  if not path then
    return nil, failure.new { stage = "arguments", disc = result.disc,
      message = ("the result of %s cannot be written: %s"):format(name, written),
      advice = ("look at %sworking/; what became of the disc stands above"):format(
        self.folder.root) }
  end
  self.failed = self.failed or not result.ok and result.exit or nil
  self.tell { event = "job", job = path, state = result.ok and "done" or "failed",
    result = written, exit = result.exit, disc = result.disc }
  return true
end

-- The folder cannot be worked in any more.
local function unusable(what, problem)
  return failure.new { stage = "arguments", disc = "untouched",
    message = ("%s %s"):format(what, problem),
    advice = "let it be a folder that you may write to, with room, and begin again" }
end

-- Its path in `working/`, and true; nothing and true when somebody has taken it away.
function Watch:take(name)
  local path, problem, gone = self.folder:take(name)
  if path or gone then return path, true end
  return nil, nil, unusable(self.folder.root .. name, "cannot be taken: " .. tostring(problem))
end

-- A job that cannot be burned, whatever disc there is.
function Watch:reject(name, err)
  local begun = json.time()
  local path, ok, problem = self:take(name)
  if not path then return ok, problem end
  local code = exit.code(err)
  self.tell { event = "job", job = self.folder.root .. name, state = "taken" }
  self.tell { event = "error", exit = code, err = err, simulate = false }
  return self:finish(name, { begun = begun, exit = code, err = err })
end

-- A burn as burn.lua's, that leaves what it did as `record`.
function Watch:burn_of(options)
  local burn = new_job(options, self.tell, self.trap)
  burn.opened, burn.device, burn.recording = self.recorder, self.device, true
  return burn
end

-- A drive that was busy or held is no fault of the job's, which waits in the folder again. Never
-- when anything may have been written.
function Watch:put_back(name, err)
  local passing = err and err.transient and err.disc == "untouched" and not err.signal
  if not passing then return false end
  local attempt = (self.attempts[name] or 0) + 1
  self.attempts[name] = attempt
  if attempt >= ATTEMPTS or not self.folder:give_back(name) then return false end
  self.tell { event = "job", job = self.folder.root .. name, state = "left", disc = err.disc }
  return true
end

-- A disc that something was written to is not the next job's.
function Watch:give_out(disc)
  if disc == "untouched" then return end
  local ok, err = self.recorder:EjectMedia()
  if not ok then
    self.tell { event = "remark", message = "the disc could not be ejected: "
      .. tostring(err.message) }
  end
end

function Watch:burn(name)
  local begun = json.time()
  local path, free, problem = self:take(name)
  if not path then return free, problem end -- taken away while a disc was waited for
  self.tell { event = "job", job = self.folder.root .. name, state = "taken" }
  local options, err = self:options_of(path)
  if not options then
    self.tell { event = "error", exit = exit.USAGE, err = err, simulate = false }
    return self:finish(name, { begun = begun, exit = exit.USAGE, err = err })
  end
  local burn = self:burn_of(options)
  local fine, code = xpcall(burn.run, debug.traceback, burn)
  if not fine then
    io.stderr:write(mistake("watch", code))
    burn.err, code = failure.new { stage = "burn", disc = "unknown", message = "a mistake in "
      .. "redbook: " .. tostring(code):match "^[^\n]*" }, exit.BUG
  end
  if self:put_back(name, burn.err) then return true end
  self.attempts[name] = nil
  local ok
  ok, problem = self:finish(name, { begun = begun, exit = code, err = burn.err,
    comment = options.comment, manifest = burn.record })
  local signal = burn.err and burn.err.signal
  if not signal and burn.err then self:give_out(burn.err.disc) end
  if not fine then return nil, nil, exit.BUG end
  if signal then return nil, nil, code end
  return ok, problem
end

-- A disc is waited for before the job is taken: until then it can be taken back, or changed.
function Watch:blank_disc(name)
  local options = self.options
  local patient = options.wait ~= nil or not options.once
  return recipe.wait_for_blank(self.recorder, { insertion = patient,
    limit = options.wait or patient and math.huge or nil, pause = self.trap.pause },
    function(event)
      if event.reason == "waiting for a disc" then
        event.reason = "waiting for a blank disc for " .. name
      end
      self.tell(event)
    end)
end

-- How the program ends, nil when it goes on.
local function over_after(ok, err, code)
  if code then return { code = code } end
  return not ok and { err = err } or nil
end

-- Whether something was done about a job.
function Watch:try(item)
  local options, err, broken = self:options_of(item.path)
  if not options then
    if broken and item.young then return false end
    return true, over_after(self:reject(item.name, err))
  end
  local entries
  entries, err = self:burn_of(options):entries()
  if not entries then return true, over_after(self:reject(item.name, err)) end
  local summary
  summary, err = self:blank_disc(item.name)
  if summary then return true, over_after(self:burn(item.name)) end
  if err.signal then return true, { code = exit.OK } end
  return true, { err = err }
end

-- The first job that can be worked on; whether there was one, or may be one soon.
function Watch:step()
  local list, more = self.folder:jobs()
  if not list then return true, { err = unusable(self.options.folder, more) } end
  for _, item in ipairs(list) do
    -- A job may have its manifest written beside itself.
    if not manifest.read.is_manifest(item.path) then
      local done, over = self:try(item)
      if done then return true, over end
      more = true
    end
  end
  return false, nil, more
end

function Watch:run()
  while true do
    if self.trap.pause(0) then return exit.OK end
    local busy, over, more = self:step()
    if over then return over.code, over.err end
    if not busy then
      if self.options.once and not more then return self.failed or exit.OK end
      if self.trap.pause(INTERVAL) then return exit.OK end
    end
  end
end

-- What the drive says of its disc: for a failure, and in words.
function Watch:disc_now()
  local summary, err = recipe.wait_until_ready(self.recorder, { pause = self.trap.pause },
    self.tell)
  if summary then
    return medium.disc_state(summary), ("the disc that is in the drive now is %s"):format(
      summary.State)
  end
  return "unknown", tostring(err.message) .. " now"
end

-- A job that an earlier process was working on is not burned again: nobody knows how far it came.
function Watch:interrupted(name)
  local disc, words = self:disc_now()
  local path = self.folder.root .. "working/" .. name
  self.tell { event = "job", job = path, state = "taken" }
  local err = failure.new { stage = "burn", disc = disc, transient = false,
    message = "watch.lua was ended while it worked on this job; " .. words,
    advice = "look at the disc with rescue.lua; the job is burned again when its file is put in "
      .. "again" }
  self.tell { event = "error", exit = exit.BURN, err = err, simulate = false }
  return self:finish(name, { begun = json.time(), exit = exit.BURN, err = err })
end

-- The folder; or how the program ends: somebody else works in it, or nobody can.
local function open(job)
  local path = job.options.folder
  local folder, problem, held = job_folder.open(path)
  if folder then return folder end
  local err = failure.new { stage = "arguments", disc = "untouched",
    message = ("%s %s"):format(path, problem), advice = held and "let that one burn the jobs"
      or "name a folder that is there and that you may write to" }
  if not held then return nil, err end
  job.show { event = "error", exit = exit.BUSY, err = err }
  job:emit { event = "error", exit = exit.BUSY, err = err }
  return nil, nil, exit.BUSY
end

local function run(job)
  local folder <close>, err, busy = open(job)
  if not folder then return busy, err end
  local recorder, none = job:recorder()
  if not recorder then return nil, none end
  local watch = setmetatable({ folder = folder, recorder = recorder, device = job.device,
    options = job.options, trap = job.trap, attempts = {}, tell = function(event)
      job:emit(event)
      job.show(event)
    end }, Watch)
  watch.tell { event = "watch", folder = job.options.folder, device = job.device,
    once = job.options.once or false, version = core.version }
  for _, name in ipairs(folder:recover()) do
    local ok, problem = watch:interrupted(name)
    if not ok then return nil, problem end
  end
  local code, problem = watch:run()
  job.clear()
  return code, problem
end

return common.program {
  name = "watch", summary = "Burns the job files that are put into a folder, one after the other, "
    .. "each on a blank disc.", usage = "[OPTION]... FOLDER",
  epilog = "Jobs are what burn.lua --write-job writes. They end in FOLDER/done or FOLDER/failed, "
    .. "each with its result beside it.\n\nExit: 0 stopped by INT, TERM or HUP between two jobs, "
    .. "or --once and all are done; 2 usage; 3 no such drive; 4 no permission or busy; 5 no blank "
    .. "disc in time, the jobs are left; 6, 7, 10, 11 with --once: as burn.lua, of the first job "
    .. "that has failed; 130, 143, 129 a burn was interrupted.",
  device = true, events = true, signals = true, define = define, rewrite = waiting.all,
  check = function(options)
    if options.folder then return true end
    return nil, "name the folder that job files are put into"
  end, run = run,
}
