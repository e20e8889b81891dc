-- SPDX-License-Identifier: GPL-3.0-or-later
-- A burn as a JSON file: what is burned, and how. README describes it ("Jobs"); a change that
-- breaks a reader raises VERSION.

local cjson = require "cjson"
local codes = require "redbook.codes"
local content = require "redbook.content"
local failure = require "redbook.failure"
local json = require "redbook.report.json"
local lfs = require "lfs"
local msf = require "redbook.msf"
local place = require "redbook.jobs.place"

local jobs = { VERSION = 1 }

-- A list of 99 tracks takes 30 kB.
local LARGEST = 16 << 20
-- Sectors of a day: no file of sound is longer.
local LONGEST = 86400 * 75

---@class redbook.JobFile
---@field path string of the file
---@field files string[]? playlists and audio files, as they are to be opened from here
---@field tracks redbook.Entry[]? instead of them
---@field catalog string? of `tracks`: the disc's Media Catalog Number
---@field comment string? whatever its writer wants to find again
---@field settings table<string, any>

local MEMBERS = { redbook = true, job = true, files = true, tracks = true, catalog = true,
  comment = true, settings = true }

-- As a message names what stands in a file.
local function shown(value)
  if value == cjson.null then return "null" end
  if type(value) == "table" then return #value > 0 and "a list" or "an object" end
  if type(value) == "number" then return tostring(math.tointeger(value) or value) end
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

local function expected(where, what, value)
  return ("%s: %s expected, got %s"):format(where, what, shown(value))
end

local function known_names(set)
  return table.concat(json.sorted_keys(set), ", ")
end

-- Sectors, from a number or from MM:SS:FF.
local function time(least)
  return function(value)
    local sectors = type(value) == "number" and math.tointeger(value)
      or type(value) == "string" and msf.parse(value)
    if not sectors or sectors < least or sectors > LONGEST then return nil end
    return sectors
  end, ("a number of sectors from %d on, or MM:SS:FF,"):format(least)
end

local function words(value)
  return type(value) == "string" and not value:find("\0", 1, true) and value or nil
end

local function flag(value)
  if type(value) == "boolean" then return value end
end

-- As ISO 3901 has it, with or without its hyphens.
local function isrc(value)
  local code = type(value) == "string" and value:gsub("-", ""):upper() or ""
  return codes.is_isrc(code) and code or nil
end

local function order(value)
  if value == "little" or value == "big" then return value end
end

local function rule(accept, what) return { accept = accept, what = what } end

-- A mistake in one of them must be found before the first track is burned.
local TRACK = { path = rule(words, "a string"), path_bytes = rule(words, "a string"),
  title = rule(words, "a string"), artist = rule(words, "a string"),
  album = rule(words, "a string"), raw = rule(order, "'little' or 'big'"),
  isrc = rule(isrc, "two letters, three letters or digits, seven digits"),
  start = rule(time(0)), length = rule(time(1)), pre_emphasis = rule(flag, "true or false"),
  copy_permitted = rule(flag, "true or false") }

local function name_of(value, where, folder)
  local name = value
  if type(value) == "table" then
    name = value.path
    if type(value.path_bytes) == "string" then
      name = content.bytes(value.path_bytes)
      if not name then
        return nil, where .. ".path_bytes: pairs of hexadecimal digits expected"
      end
    end
  end
  if type(name) ~= "string" or name == "" or name:find("\0", 1, true) then
    return nil, expected(where, "the name of a file", name)
  end
  return place.resolve(folder, name)
end

local function check_list(value, where)
  if type(value) == "table" and next(value) == nil then -- JSON's {} and [] are the same here
    return where .. ": a list that is not empty expected, got an empty one"
  elseif type(value) ~= "table" or #value == 0 then
    return expected(where, "a list that is not empty", value)
  end
  for key in pairs(value) do
    if math.type(key) ~= "integer" then return expected(where, "a list", value) end
  end
end

local function files_of(list, folder)
  local problem, files = check_list(list, "files"), {}
  if problem then return nil, problem end
  for index, value in ipairs(list) do
    files[index], problem = name_of(value, ("files[%d]"):format(index), folder)
    if not files[index] then return nil, problem end
  end
  return files
end

local function track_of(value, where, folder)
  if type(value) ~= "table" or #value > 0 then return nil, expected(where, "an object", value) end
  local track = {}
  for _, key in ipairs(json.sorted_keys(value)) do
    local wanted, field = TRACK[key], value[key]
    if not wanted then
      return nil, ("%s: unknown member '%s'; known are: %s"):format(where, key,
        known_names(TRACK))
    end
    track[key] = wanted.accept(field)
    if track[key] == nil then
      return nil, expected(("%s.%s"):format(where, key), wanted.what, field)
    end
  end
  local path, problem = name_of(track, where, folder)
  if not path then return nil, problem end
  track.path, track.path_bytes = path, nil
  return track
end

local function tracks_of(list, folder)
  local problem, tracks = check_list(list, "tracks"), {}
  if problem then return nil, problem end
  for index, value in ipairs(list) do
    tracks[index], problem = track_of(value, ("tracks[%d]"):format(index), folder)
    if not tracks[index] then return nil, problem end
  end
  return tracks
end

local function check_head(data)
  if type(data) ~= "table" or data.redbook == nil or data.job == nil then
    return "it is no job of redbook: the members 'redbook' and 'job' are missing"
  end
  for name, version in pairs { redbook = json.VERSION, job = jobs.VERSION } do
    if data[name] ~= version then
      return ("%s: it is of version %s; this redbook knows version %d"):format(name,
        shown(data[name]), version)
    end
  end
  for _, key in ipairs(json.sorted_keys(data)) do
    if not MEMBERS[key] then
      return ("unknown member '%s'; known are: %s"):format(key, known_names(MEMBERS))
    end
  end
  if data.files ~= nil and data.tracks ~= nil then
    return "it has both 'files' and 'tracks': choose one"
  elseif data.files == nil and data.tracks == nil then
    return "it has neither 'files' nor 'tracks': nothing is to be burned"
  elseif data.comment ~= nil and type(data.comment) ~= "string" then
    return expected("comment", "a string", data.comment)
  elseif data.catalog ~= nil and not (type(data.catalog) == "string"
    and data.catalog:find("^" .. ("%d"):rep(13) .. "$")) then
    return expected("catalog", "a string of 13 digits", data.catalog)
  elseif data.catalog ~= nil and not codes.check_digit_fits(data.catalog) then
    return ("catalog: the last digit of %s does not fit the others"):format(data.catalog)
  elseif data.catalog ~= nil and data.tracks == nil then
    return "catalog: it belongs to 'tracks'; playlists have their own"
  end
end

local function settings_of(given, accept, folder)
  if given == nil then return {} end
  if type(given) ~= "table" or #given > 0 then
    return nil, expected("settings", "an object", given)
  end
  local settings = {}
  for _, name in ipairs(json.sorted_keys(given)) do
    local value, problem = accept(name, given[name], folder)
    if value == nil then return nil, ("settings.%s: %s"):format(name, problem) end
    settings[name] = value
  end
  return settings
end

local function read(data, accept, folder)
  local problem = check_head(data)
  if problem then return nil, problem end
  local job = { catalog = data.catalog, comment = data.comment }
  if data.files ~= nil then job.files, problem = files_of(data.files, folder) end
  if not problem and data.tracks ~= nil then
    job.tracks, problem = tracks_of(data.tracks, folder)
  end
  if not problem then job.settings, problem = settings_of(data.settings, accept, folder) end
  if problem then return nil, problem end
  return job
end

local function refuse(path, problem)
  return nil, failure.new { stage = "arguments", disc = "untouched",
    message = ("%s: %s"):format(path, problem),
    advice = "correct the job file; burn.lua --write-job writes one that is right" }
end

---Reads a job file.
---@param path string
---@param accept fun(name: string, value: any, folder: string): any, string? a setting as it is
---to be used, or nil and what is wrong with it
---@param folder? string with its slash, which names are relative to; default: the file's own
---@return redbook.JobFile? job
---@return redbook.Failure? err stage "arguments"; names the file and the field
---@return boolean? broken it is no JSON: perhaps it is still being written
function jobs.read(path, accept, folder)
  local data, problem, kind = content.json(path, LARGEST)
  if problem then
    local _, err = refuse(path, problem)
    return nil, err, kind == "broken" or nil
  end
  local job
  job, problem = read(data, accept, folder or place.folder(path))
  if not job then return refuse(path, problem) end
  job.path = path
  return job
end

local function file_member(name)
  return utf8.len(name) and name or { path = name }
end

---@param job { files: string[], settings: table<string, any>, comment: string? } names as they are
---opened from here
---@param path string of the file that it is for
---@return string JSON, one member a line
function jobs.encode(job, path)
  local folder, files = place.folder(path), {}
  for index, name in ipairs(job.files) do
    files[index] = "    " .. json.encode(file_member(place.within(folder, name)))
  end
  local members = { { "redbook", json.VERSION }, { "job", jobs.VERSION },
    { "files", ("[\n%s\n  ]"):format(table.concat(files, ",\n")) } }
  local settings = {}
  for _, name in ipairs(json.sorted_keys(job.settings)) do
    local value = job.settings[name]
    if type(value) == "table" then value = json.list(value) end
    settings[#settings + 1] = ('    "%s": %s'):format(name, json.encode(value))
  end
  if settings[1] then
    members[#members + 1] = { "settings", ("{\n%s\n  }"):format(table.concat(settings, ",\n")) }
  end
  return json.object(members)
end

---Whether a file may be replaced by a job: there is none, it is empty, or it is one.
---@param path string
---@return boolean
function jobs.replaceable(path)
  if lfs.attributes(path, "mode") ~= "file" then return true end
  local file <close> = io.open(path, "rb")
  local head = file and file:read(64)
  return not head or head:find '^{%s*"redbook":%s*%d+,%s*"job":' ~= nil
end

return jobs
