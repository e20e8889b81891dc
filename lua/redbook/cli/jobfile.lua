-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua's options as the settings of a job file, and back. The settings are read off the
-- command line's own parser, so that both take the same and say the same of what they refuse.

local core = require "redbook.core"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local jobs = require "redbook.jobs"
local json = require "redbook.report.json"
local place = require "redbook.jobs.place"

local jobfile = {}

-- How it is shown, whether it is done at all, and what burns no list of its own.
local NOT_IN_FILE = { help = true, version = true, json = true, quiet = true, verbose = true,
  plan = true, yes = true, job = true, write_job = true, resume = true, restart = true }
-- What the command line says of one of them holds for the other.
local EXCLUSIVE = { multi = "keep_open", keep_open = "multi" }

---Adds the options to a command line.
---@param parser table of argparse
---@return table ... the options, for a group of its help
function jobfile.define(parser)
  return parser:option("--job", "Burn what FILE (JSON) says, as it says; the command line's own "
      .. "options come first."):argname "FILE",
    parser:option("--write-job", "Write this command line as a job to FILE, and burn nothing.")
      :argname "FILE"
end

local function is_file(element) return element._argname == "FILE" end

local function plain_name(option) return (option:gsub("^%-+", ""):gsub("-", "_")) end

-- The options of a parser by the names that they have as settings.
local function settings_of(parser)
  local found = {}
  for _, element in ipairs(parser._options) do
    local name = plain_name(element._name)
    if not element._hidden and not NOT_IN_FILE[name] then
      found[name] = { element = element, key = element._target or name }
    end
  end
  return found
end

local function shown(value)
  if type(value) == "string" then return ("'%s'"):format(value) end
  if type(value) == "number" then return tostring(math.tointeger(value) or value) end
  return type(value) == "boolean" and tostring(value) or "something else"
end

local function expected(what, value)
  return nil, ("%s expected, got %s"):format(what, shown(value))
end

local function accept_devices(value, folder)
  local list = type(value) == "table" and value or { value }
  local ids = {}
  for index, id in ipairs(list) do
    if type(id) ~= "string" or id == "" then
      return expected("the name of a drive, or a list of some,", id)
    end
    ids[index] = place.resolve_device(folder, id)
  end
  if #ids == 0 then return expected("the name of a drive, or a list of some,", value) end
  return ids
end

local function accept_choice(element, value)
  for _, word in ipairs(element._choices) do
    if value == word then return value end
  end
  return expected(("one of '%s'"):format(table.concat(element._choices, "', '")), value)
end

-- Converters speak of "--speed 900" and "--wait-for-disc=x".
local function convert(element, text)
  local value, problem = element._convert(text)
  if value ~= nil then return value end
  return nil, (problem:gsub("^%-%-[%l-]+[ =]", ""))
end

local function has_nul(value)
  for _, text in ipairs(type(value) == "table" and value or { value }) do
    if type(text) == "string" and text:find("\0", 1, true) then return true end
  end
end

local function accept_value(name, element, value, folder)
  if has_nul(value) then return nil, "a name without the character U+0000 expected" end
  if name == "device" then return accept_devices(value, folder) end
  if element._maxargs == 0 then
    if type(value) == "boolean" then return value end
    return expected("true or false", value)
  elseif element._choices then
    return accept_choice(element, value)
  elseif element._convert then
    if type(value) ~= "string" and type(value) ~= "number" then
      return expected("a number or a string", value)
    end
    return convert(element, tostring(type(value) == "number" and math.tointeger(value) or value))
  elseif type(value) ~= "string" or value == "" then
    return expected("a string", value)
  end
  return is_file(element) and place.resolve(folder, value) or value
end

---@param parser table of argparse
---@return fun(name: string, value: any, folder: string): any, string? for `jobs.read`
function jobfile.acceptor(parser)
  local known = settings_of(parser)
  return function(name, value, folder)
    if NOT_IN_FILE[name] then return nil, "it belongs on the command line" end
    if not known[name] then
      return nil, "there is no such setting; known are: "
        .. table.concat(json.sorted_keys(known), ", ")
    end
    return accept_value(name, known[name].element, value, folder)
  end
end

---What a job says, where the command line says nothing.
---@param options table of the command line, as argparse gives it; gets it
---@param job redbook.JobFile
---@param parser table of argparse
function jobfile.apply(options, job, parser)
  local known, own = settings_of(parser), {}
  for key, value in pairs(options) do own[key] = value end
  if own.device and #own.device == 0 then own.device = nil end
  for name, value in pairs(job.settings) do
    local key = known[name].key
    if own[key] == nil and not own[EXCLUSIVE[key]] and value ~= false then options[key] = value end
  end
  options.files, options.tracks, options.catalog = job.files, job.tracks, job.catalog
  if not job.tracks then return end
  options.files = {}
  for index, track in ipairs(job.tracks) do
    options.files[index] = track.path
    options.parts = options.parts or track.start ~= nil or track.length ~= nil or track.raw ~= nil
  end
end

---Reads the job of a command line into it.
---@param options table as argparse gives it
---@param parser table of argparse
---@return true?
---@return redbook.Failure? err
function jobfile.load(options, parser)
  if options.files[1] then
    return nil, failure.new { stage = "arguments", disc = "untouched", message =
      ("'%s': what is burned stands in the job %s"):format(options.files[1], options.job),
      advice = "leave out the files, or --job" }
  end
  local job, err = jobs.read(options.job, jobfile.acceptor(parser))
  if not job then return nil, err end
  jobfile.apply(options, job, parser)
  return true
end

local function setting_for(folder, element, name, options)
  if name == "device" then
    local ids = options.devices or { options.device }
    for index, id in ipairs(ids) do ids[index] = place.device_within(folder, id) end
    return ids[2] and ids or ids[1]
  end
  local value = options[element._target or name]
  return value and is_file(element) and place.within(folder, value) or value
end

-- The settings that a command line asks for; nil and a name that JSON cannot hold.
local function gather(options, parser, folder)
  local settings = {}
  for name, known in pairs(settings_of(parser)) do
    local value = setting_for(folder, known.element, name, options)
    for _, text in ipairs(type(value) == "table" and value or { value }) do
      if type(text) == "string" and not utf8.len(text) then return nil, text end
    end
    if value ~= nil and value ~= false then settings[name] = value end
  end
  return settings
end

local function refuse(message, advice)
  return nil, failure.new { stage = "arguments", disc = "untouched", message = message,
    advice = advice }
end

---Writes what a command line asks for.
---@param options table of args.parse
---@param parser table of argparse
---@return true?
---@return redbook.Failure? err
function jobfile.write(options, parser)
  local path = options.write_job
  local settings, odd = gather(options, parser, place.folder(path))
  if not settings then
    return refuse(("'%s' is not UTF-8 and cannot stand in a job"):format(odd), "rename it")
  elseif not jobs.replaceable(path) then
    return refuse(("the job %s would destroy a file that is no job"):format(path),
      "name another file for --write-job")
  end
  local ok, err = core.replace_file(path, jobs.encode({ files = options.files,
    settings = settings }, path))
  if ok then return true end
  return refuse("the job " .. tostring(err.message),
    "name a file for --write-job that you may write, in a folder that is there")
end

---@param options table of args.parse
---@return true?
---@return string? problem a sentence
function jobfile.check(options)
  if not options.write_job then return true end
  for _, name in ipairs { "plan", "job", "resume", "restart" } do
    if options[name] then
      return nil, ("--write-job writes what this command line would burn: leave out --%s")
        :format(name)
    end
  end
  return true
end

---`--write-job`, instead of a burn.
---@param options table of args.parse
---@param parser table of argparse
---@param collect fun(): table?, redbook.Failure? the sources, so that a job names none that is not
---there
---@param emit fun(event: table)
---@return integer exit code
function jobfile.run(options, parser, collect, emit)
  local ok, err = collect()
  if ok then ok, err = jobfile.write(options, parser) end
  if ok then
    emit { event = "job", job = options.write_job, state = "written" }
    return exit.OK
  end
  local code = exit.code(err)
  emit { event = "error", exit = code, err = err, simulate = false }
  return code
end

return jobfile
