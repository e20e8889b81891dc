-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua with --copies, or with --device more than once.

local advice = require "redbook.cli.advice"
local core = require "redbook.core"
local device = require "redbook.cli.device"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local recipe = require "redbook.recipe"
local redbook = require "redbook"

local several = {}

local function open(options)
  local ids, recorders = options.devices, {}
  if not ids then
    local id, err = device.choose(options.device, os.getenv, device.connected)
    if not id then return nil, nil, err end
    ids = { id }
  end
  for index, id in ipairs(ids) do
    local recorder, problem = core.Recorder(id)
    if not recorder then
      return nil, nil, advice.fit(failure.from(problem, "device", { disc = "untouched" }),
        { device = id })
    end
    recorders[index] = recorder
  end
  return recorders, ids
end

-- A drive that fails says so at once, under its name, while the others go on.
local function listener(job)
  return function(event)
    local err = event.event == "copy" and event.err
    if err then
      event.err = nil
      advice.fit(err, { device = event.device })
      event.exit = exit.code(err, job.options)
      job.emit { event = "error", device = event.device, exit = event.exit, err = err,
        simulate = job.options.dummy or false }
      err.told = true
    end
    job.emit(event)
  end
end

---Burns onto all of them.
---@param job table of cli/job.lua: options, emit, settings, stay_awake
---@param entries redbook.Entry[]
---@return table? result
---@return redbook.Failure? err `told`: it has been
function several.burn(job, entries)
  local options = job.options
  local recorders, ids, err = open(options)
  if not recorders then return nil, err end
  job.emit { event = "begin", version = redbook.version, device = ids[1], devices = ids,
    simulate = options.dummy or false, plan_only = options.plan or false }
  local _ <close> = job:stay_awake(ids)
  local settings = job:settings()
  settings.copies = options.copies
  local result, problem = recipe.copies(recorders, entries, settings, listener(job))
  if problem then problem.discs = nil end
  return result, problem
end

return several
