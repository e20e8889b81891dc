-- SPDX-License-Identifier: GPL-3.0-or-later
-- The same disc several times, on one drive or on several at once: decoded once, each drive's burn
-- a coroutine of its own, and one loop that lets those go on whose drive has something to tell. A
-- drive that fails drops out; the others do not notice.

local accept = require "redbook.recipe.accept"
local burn_playlist = require "redbook.recipe.burn_playlist"
local core = require "redbook.core"
local failure = require "redbook.failure"
local medium = require "redbook.recipe.medium"
local merged = require "redbook.merged"
local shared = require "redbook.recipe.shared"
local wait_until_ready = require "redbook.recipe.wait_until_ready"

-- How long a drive waits for its next disc, and how many wrong ones are given back.
local INSERTION_LIMIT = 600
local WRONG_DISCS = 5
-- Between two looks at what has no descriptor: a signal that came while nothing was read.
local SLICE = 0.1

---@class redbook.CopiesOptions : redbook.BurnOptions
---@field copies integer? how many discs in all, default one for each drive

---@class redbook.CopiedDisc
---@field device string
---@field copy integer 1 ... `wanted`
---@field ok boolean
---@field disc string what became of it
---@field result table? of burn_playlist
---@field err redbook.Failure? why it is not good

local Copies = {}
Copies.__index = Copies

-- The disc that a drive makes next; nil when enough have been begun.
function Copies:next_copy()
  if self.begun == self.wanted then return nil end
  self.begun = self.begun + 1
  return self.begun
end

function Copies:caught()
  local options = self.options
  self.signal = self.signal or options.stop and options.stop() or nil
  return self.signal
end

-- Called in a drive's coroutine: the others go on until this may.
local function idle_until(job, condition)
  job.may_go_on = condition
  while not condition() do coroutine.yield() end
  job.may_go_on = nil
end

function Copies:every(what)
  for _, job in ipairs(self.jobs) do
    if not job[what] then return false end
  end
  return true
end

-- A drive's clock for people and retries.
local function pause_for(self, job)
  return function(seconds)
    job.wake = core.now() + seconds
    idle_until(job, function() return self.signal ~= nil or core.now() >= job.wake end)
    job.wake = nil
    return self.signal
  end
end

local function told_by(self, job)
  return function(event)
    event.device = job.device
    self.on_event(event)
  end
end

-- Nobody begins before all have a disc and a plan; then the host is asked once.
local function gate_for(self, job)
  return function(plan)
    job.plan, job.at_gate = plan, true
    idle_until(job, function() return self.gate ~= nil end)
    return self.gate.ok, self.gate.err
  end
end

function Copies:burn_options(job)
  local options = merged(self.options)
  options.copies = nil
  local wait = merged(options.wait, { pause = pause_for(self, job) })
  options.wait, options.confirm = wait, gate_for(self, job)
  options.stop = function() return self.signal end
  options.waiter = function(operation)
    job.operation = operation
    coroutine.yield()
    job.operation = nil
  end
  -- A drive that cannot burn drops out before anything is decoded.
  options.scan = function(_, given)
    job.at_scan = true
    idle_until(job, function() return self:every "at_scan" end)
    return self.sound:tracks_for(job, given, function(condition) idle_until(job, condition) end)
  end
  local commands = { device = job.device }
  for name, value in pairs(options.commands or {}) do commands[name] = commands[name] or value end
  options.commands = options.commands and commands
  return options
end

-- The disc that is done goes out, a blank one has to come in.
function Copies:exchange(job, copy, options)
  local tell, message = told_by(self, job), nil
  local wait = { limit = INSERTION_LIMIT, insertion = true, pause = options.wait.pause,
    waiter = options.waiter }
  if options.wait.insertion and options.wait.limit then wait.limit = options.wait.limit end
  for _ = 1, WRONG_DISCS do
    local ok, err = job.recorder:EjectMedia()
    if not ok then return nil, failure.from(err, "medium", { disc = "untouched" }) end
    tell { event = "insert", copy = copy, of = self.wanted, limit = wait.limit, message = message }
    local summary
    summary, err = wait_until_ready(job.recorder, wait, tell)
    if not summary then return nil, err end
    ok, err = medium.check(summary, options.append)
    if ok then return true end
    message = err.message
  end
  return nil, failure.new { stage = "medium", disc = "untouched", code = 0xC0AA0506,
    name = "E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK", message = message,
    advice = "put a blank disc in" }
end

function Copies:record(job, copy, result, err)
  local disc = { device = job.device, copy = copy, ok = result ~= nil, result = result, err = err,
    disc = result and result.disc or err and err.disc }
  -- That the sources cannot be burned is no drive's failure.
  if err and err == self.sound.err then return end
  self.discs[#self.discs + 1] = disc
  if err and err.signal then self.signal = self.signal or err.signal end
  if result then self.made = self.made + 1 end
  if self.options.plan_only then return end
  self.on_event { event = "copy", device = job.device, copy = copy, of = self.wanted,
    ok = disc.ok, disc = disc.disc, err = err }
end

-- What a drive does, from its first disc to its last; in its coroutine.
function Copies:work(job)
  local options = self:burn_options(job)
  local copy, first = job.copy, true
  while copy do
    local ok, result, err = true, nil, nil
    if not first then ok, err = self:exchange(job, copy, options) end
    if ok then
      result, err = burn_playlist(job.recorder, self.entries, options, told_by(self, job))
    end
    self:record(job, copy, result, err)
    local again = result and not (options.simulate or options.plan_only) and not self.signal
    copy, first = again and self:next_copy(), false
  end
end

function Copies:start(recorder)
  local copy = self:next_copy()
  if not copy then return end
  local job = { recorder = recorder, device = recorder.ActiveDiscRecorder, copy = copy }
  job.thread = coroutine.create(function() self:work(job) end)
  self.jobs[#self.jobs + 1] = job
end

function Copies:open_gate()
  if self.gate or not self.jobs[1] or not self:every "at_gate" then return end
  local confirm = self.options.confirm
  local ok, err = true, nil
  if confirm and not self.signal then ok, err = confirm(self.jobs[1].plan) end
  self.gate = { ok = ok, err = err }
end

-- Each drive goes on as far as it can; one that is done leaves.
function Copies:turn()
  for _, job in ipairs { table.unpack(self.jobs) } do
    local fine, problem = coroutine.resume(job.thread)
    if not fine then error(debug.traceback(job.thread, tostring(problem)), 0) end
    job.over = coroutine.status(job.thread) == "dead"
  end
  for place = #self.jobs, 1, -1 do
    if self.jobs[place].over then table.remove(self.jobs, place) end
  end
end

-- Until one of them may go on.
function Copies:wait()
  local operations, most = {}, SLICE
  for _, job in ipairs(self.jobs) do
    operations[#operations + 1] = job.operation
    if job.may_go_on and job.may_go_on() then most = 0 end
    if job.wake then most = math.max(math.min(most, job.wake - core.now()), 0) end
  end
  if coroutine.isyieldable() then
    (self.options.waiter or coroutine.yield)(operations)
  elseif #self.jobs > 0 then
    core.wait(operations, most)
  end
end

function Copies:result()
  local result = { wanted = self.wanted, made = self.made, discs = self.discs }
  table.sort(self.discs, function(a, b) return a.copy < b.copy end)
  if self.sound.err then
    self.sound.err.discs = self.discs
    return nil, self.sound.err
  end
  if not self.options.plan_only then
    local discs = {}
    for index, disc in ipairs(self.discs) do
      discs[index] = { device = disc.device, copy = disc.copy, ok = disc.ok, disc = disc.disc }
    end
    self.on_event { event = "copies", wanted = self.wanted, made = self.made, discs = discs }
  end
  local worst
  for _, disc in ipairs(self.discs) do
    if disc.err and (not worst or disc.err.signal and not worst.signal) then worst = disc.err end
  end
  if not worst then return result end
  worst.discs, worst.made, worst.wanted = result.discs, result.made, result.wanted
  return nil, worst
end

function Copies:run()
  local _closed <close> = setmetatable({}, { __close = function()
    for _, job in ipairs(self.jobs) do coroutine.close(job.thread) end
  end })
  while #self.jobs > 0 do
    self:caught()
    self:turn()
    self:open_gate()
    self:wait()
  end
  return self:result()
end

---Burns entries onto several discs, decoding them once. Every drive begins when all have a disc
---and a plan; with more copies than drives, each drive that is done gives its disc out and waits
---for the next. Events are those of `burn_playlist` with `device`, and "insert", "copy", "copies".
---In a coroutine it never blocks: `options.waiter(operations)`, or `coroutine.yield(operations)`;
---`on_event` must not yield.
---@param recorders redbook.Recorder[]
---@param entries redbook.Entry[]
---@param options? redbook.CopiesOptions
---@param on_event? fun(event: table)
---@return { wanted: integer, made: integer, discs: redbook.CopiedDisc[] }? result all are good
---@return redbook.Failure? err of the first disc that is not; its `discs` tells of all, its `made`
---how many are good. Wrong use raises.
local function copies(recorders, entries, options, on_event)
  options = options or {}
  accept.copies(recorders, entries, options, on_event)
  local self = setmetatable({ entries = entries, options = options,
    on_event = on_event or function() end, begun = 0, made = 0, discs = {}, jobs = {} }, Copies)
  self.wanted = options.copies or #recorders
  if options.simulate or options.plan_only then self.wanted = math.min(self.wanted, #recorders) end
  self.sound = shared(entries, self.on_event)
  for _, recorder in ipairs(recorders) do self:start(recorder) end
  return self:run()
end

return copies
