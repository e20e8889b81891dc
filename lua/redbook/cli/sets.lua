-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua with --split, or --resume.

local advice = require "redbook.cli.advice"
local core = require "redbook.core"
local device = require "redbook.cli.device"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local finding = require "redbook.doctor.finding"
local manifest = require "redbook.manifest"
local recipe = require "redbook.recipe"
local redbook = require "redbook"
local set = require "redbook.set"
local sound = require "redbook.cli.sound"
local state = require "redbook.set.state"

local sets = {}

-- Less holds hardly a track, more no disc.
local function minutes(value)
  local number = tonumber(value)
  if number and number >= 0.1 and number <= 99 then return number end
  return nil, ("--minutes %s: a number, 0.1 to 99"):format(value)
end

---Adds the options to a command line.
---@param parser table of argparse
---@return table ... the options, for a group of its help
function sets.define(parser)
  return parser:option("--split", "Burn it on as many discs as it takes: order (the next disc "
      .. "when one is full), album (the same, each album on one disc) or fit (as few discs as "
      .. "possible)."):argname "HOW":choices { "order", "album", "fit" },
    parser:option("--minutes", "With --split: use so much of each disc at most. Default: as much "
      .. "as the blank disc in the drive has, 80 where no drive is asked."):argname "N"
      :convert(minutes),
    parser:option("--resume", "Go on with a set that is not finished; NAME chooses one of "
      .. "several."):argname "[=NAME]",
    parser:flag("--restart", "With --split: begin anew, also where that set is not finished.")
end

---@param options table of args.parse
---@return boolean
function sets.wanted(options)
  return options.split ~= nil or options.resume ~= nil or options.minutes ~= nil
    or options.restart or false
end

local WITH_NEITHER = { "append", "multi", "keep_open", "copies" }
-- What the set knows, or what makes no sense of what is to be burned.
local NOT_RESUMED = { "plan", "dummy", "restart", "minutes", "hidden_track", "no_embedded_cue" }

local function spelt(name) return "--" .. name:gsub("_", "-") end

local function is_virtual(id) return id:find "^virtual:" ~= nil end

local function check_devices(options)
  local seen = {}
  for _, id in ipairs(options.devices or {}) do
    if seen[id] then return nil, ("--device %s is there twice"):format(id) end
    seen[id] = true
  end
  if options.trace and options.devices then
    return nil, "--trace is of one drive: leave out further --device"
  end
  return true
end

local function check_resume(options)
  if #options.files > 0 then
    return nil, ("'%s': --resume burns what the set was begun with; leave out the files"):format(
      options.files[1])
  elseif options.split then
    return nil, "--split begins a set, --resume goes on with one: choose one"
  end
  for _, name in ipairs(NOT_RESUMED) do
    if options[name] then
      return nil, ("%s does not go with --resume"):format(spelt(name))
    end
  end
  if sound.given(options) then
    return nil, "--gain, --clip, --quality, --dither and --gapless are as when the set was begun"
  elseif options.resume ~= "" and not set.is_name(options.resume) then
    return nil, ("--resume=%s: no name of a set; --resume alone lists them"):format(options.resume)
  end
  return true
end

---@param options table of args.parse
---@return true?
---@return string? problem a sentence
function sets.check(options)
  for _, name in ipairs { "restart", "minutes" } do
    if options[name] and not options.split and not options.resume then
      return nil, ("--%s is for --split"):format(name)
    end
  end
  for _, name in ipairs(WITH_NEITHER) do
    if options[name] then
      return nil, ("%s does not go with a set of several discs (%s)"):format(spelt(name),
        options.resume and "--resume" or "--split")
    end
  end
  local ok, problem = check_devices(options)
  if ok and options.resume then ok, problem = check_resume(options) end
  return ok, problem
end

local function open(job)
  local options = job.options
  local named = options.device or (os.getenv "CDR_DEVICE" or "") ~= ""
  if options.plan and not named then return {}, {} end
  local ids, recorders = options.devices, {}
  if not ids then
    local id, err = device.choose(options.device, os.getenv, device.connected)
    if not id then return nil, nil, err end
    ids = { id }
  end
  job.device = ids[1]
  for index, id in ipairs(ids) do
    local recorder, problem = core.Recorder(id, { trace = options.trace })
    if not recorder then
      job.device = id
      return nil, nil, failure.from(problem, "device", { disc = "untouched" })
    end
    recorders[index], job.drives[index] = recorder, recorder
  end
  return recorders, ids
end

-- "mix.json" of disc 2: "mix.2.json".
local function manifest_path(path, told)
  if told.of == 1 then return path end
  local stem, ending = path:match "^(.*[^/])(%.[^./]+)$"
  return ("%s.%d%s"):format(stem or path, told.disc, ending or "")
end

local function writer(job)
  local options = job.options
  return function(told)
    local path = manifest_path(options.manifest, told)
    local code = told.err and exit.code(told.err, options) or exit.OK
    local ok, err = core.replace_file(path)
    if ok and not manifest.read.replaceable(path) then
      ok, err = nil, { message = path .. " would destroy a file that is no manifest" }
    end
    if ok then
      ok, err = core.replace_file(path, manifest.encode(told.manifest:finish(code, told)))
    end
    if not ok then
      job.emit { event = "remark", name = "set_manifest", message = "the manifest "
        .. tostring(err.message) }
    end
  end
end

-- What is needed of the command line to go on with it. Discs in files are used up.
local function command(job, name, ids)
  local words = { (job:settings().commands.prefix or "") .. "burn.lua" }
  for _, id in ipairs(ids) do
    words[#words + 1] = "--device " .. (is_virtual(id) and "virtual:NEXT.cue" or finding.quote(id))
    if is_virtual(id) then break end
  end
  words[#words + 1] = "--resume=" .. name
  return table.concat(words, " ")
end

-- A disc that was not touched has no diagnosis that would tell how to go on.
local function fit(job, err, ids)
  local about = err.set
  if not about or not about.disc or err.diagnosis or job.options.plan or job.options.dummy then
    return err
  end
  advice.fit(err, { device = job.device, trace = job.options.trace })
  err.remedies = { { name = "continue", command = command(job, about.name, ids),
    does = ("goes on with disc %d of %d"):format(about.disc, about.of) } }
  if not err.advice or err.advice == "" then
    err.advice = "put a blank disc in, and go on: the command below does it"
  end
  return err
end

local function settings_of(job, ids)
  local options = job.options
  local settings = job:settings()
  settings.append, settings.multi, settings.keep_open = nil, nil, nil
  settings.split, settings.restart = options.split, options.restart
  if options.resume then
    settings.resume = options.resume ~= "" and options.resume or true
    settings.plan_only, settings.simulate = nil, nil
    for _, name in ipairs { "gain", "clip", "quality", "dither", "gapless" } do
      settings[name] = nil
    end
  else
    settings.name, settings.title = set.name(options.files)
    settings.title = #options.files == 1 and job.title or settings.title
    settings.capacity = options.minutes and math.floor(options.minutes * 4500)
  end
  if ids[1] and is_virtual(ids[1]) then settings.exchange = false end
  if options.manifest then
    settings.manifest = sound.copy(options, { speed = options.speed, multi = false,
      keep_open = false, append = false, simulate = options.dummy or false,
      verify = not options.no_verify, plan_only = options.plan or false,
      catalog = job.catalog })
    settings.on_disc = writer(job)
  end
  return settings
end

-- That there is no such set is said before any drive is looked for.
local function check_set(options)
  local folder = set.folder()
  if not (options.resume and folder) then return true end
  local name, err = options.resume, nil
  if name == "" then name, err = state.only(folder) end
  if not name then return nil, err end
  return state.read(folder, name)
end

---Burns a set, or what is missing of it.
---@param job table of cli/burn.lua: options, emit, settings, stay_awake, title
---@param entries redbook.Entry[]? nil with --resume
---@return table? result
---@return redbook.Failure? err
function sets.burn(job, entries)
  local options = job.options
  local known, none = check_set(options)
  if not known then return nil, none end
  local recorders, ids, err = open(job)
  if not recorders then return nil, err end
  job.emit { event = "begin", version = redbook.version, device = ids[1],
    devices = options.devices, simulate = options.dummy or false,
    plan_only = options.plan or false }
  local _ <close> = job:stay_awake(ids)
  local result
  result, err = recipe.burn_set(recorders[1] and recorders, entries, settings_of(job, ids),
    job.emit)
  return result, err and fit(job, err, ids)
end

return sets
