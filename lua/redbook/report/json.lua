-- SPDX-License-Identifier: GPL-3.0-or-later
-- Events as NDJSON: one object a line, keys in fixed order, the schema's number first. README
-- describes the schema; a change that breaks a reader raises VERSION.

local cjson = require "cjson"
local content = require "redbook.content"
local text = require "redbook.playlist.text"

local json = {}

json.VERSION = 1

-- Lists, even when empty.
local LISTS = { tracks = true, problems = true, remarks = true, devices = true,
  remedies = true, on_disc = true, cut_off = true, left = true,
  discs = true }

local LIST = {}

---Marks a list, so that it is one in JSON also while it is empty.
---@generic T: table
---@param list T
---@return T list
function json.list(list)
  return setmetatable(list, LIST)
end

-- Names of files: what is not UTF-8 goes beside them byte for byte, or nobody could open them.
local NAMES = { path = true, list = true, device = true }

local encode

---@param name string
---@return string? hexadecimal its bytes, when it is no UTF-8
function json.bytes(name)
  if utf8.len(name) then return nil end
  return content.hexadecimal(name)
end

---The keys of a table in order.
---@param object table<string, any>
---@return string[]
function json.sorted_keys(object)
  local keys = {}
  for key in pairs(object) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

---@param epoch integer? seconds; default: now
---@return string time ISO 8601 in UTC
function json.time(epoch)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", epoch) --[[@as string]]
end

---An object that people may read, one member a line.
---@param members { [1]: string, [2]: string }[] name, and its value as JSON
---@return string JSON with a line end
function json.object(members)
  local lines = {}
  for place, member in ipairs(members) do
    lines[place] = ('  "%s": %s'):format(member[1], member[2])
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n}\n"
end

local function encode_list(list)
  local parts = {}
  for index, value in ipairs(list) do parts[index] = encode(value) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function encode_members(object, parts)
  for _, key in ipairs(json.sorted_keys(object)) do
    local value = object[key]
    parts[#parts + 1] = cjson.encode(key) .. ":" .. encode(value, key)
    local bytes = NAMES[key] and type(value) == "string" and json.bytes(value)
    if bytes then parts[#parts + 1] = ('"%s_bytes":"%s"'):format(key, bytes) end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- File names may be any bytes; JSON is UTF-8.
local function encode_scalar(value)
  -- cjson escapes every slash; JSON does not ask for it, and paths read better without.
  if type(value) == "string" then
    return (cjson.encode(text.to_utf8(value)):gsub("\\/", "/"))
  end
  if math.type(value) == "float" then value = math.floor(value * 1000 + 0.5) / 1000 end
  return cjson.encode(value)
end

function encode(value, key)
  if type(value) ~= "table" then return encode_scalar(value) end
  local list = LISTS[key] or getmetatable(value) == LIST
  if list and next(value) == nil then return "[]" end
  if #value > 0 then return encode_list(value) end
  return encode_members(value, {})
end

-- The plan's tables as the schema has them: units in the names, sums flat.
local function flatten_plan(event)
  local plan, medium = event.plan, event.medium
  return { event = "plan", simulate = event.simulate, tracks = plan.tracks,
    audio_sectors = plan.audio, gap_sectors = plan.gaps, needed_sectors = plan.needed,
    free_sectors = plan.free, left_sectors = plan.left, fits = plan.fits,
    problems = plan.problems, remarks = plan.remarks, medium = { type = medium.MediaType,
      state = medium.State, track_count = medium.NumberOfTracks, next_track = medium.NextTrack,
      next_writable_address = medium.NextWritableAddress, total_sectors = medium.TotalSectors } }
end

local function plain_diagnosis(diagnosis)
  return { state = diagnosis.state, sentence = diagnosis.sentence, disc = diagnosis.disc,
    plays = diagnosis.plays, track_count = diagnosis.tracks, cut_off = diagnosis.cut_off,
    remedies = diagnosis.remedies }
end

local function flatten_diagnosis(event)
  local flat = plain_diagnosis(event.diagnosis)
  flat.event, flat.tracks = "diagnosis", {}
  for index, track in ipairs(event.examination.Tracks or {}) do
    flat.tracks[index] = { number = track.Number, session = track.Session, start = track.StartLba,
      sectors = track.Sectors, complete = track.Complete, damaged = track.Damaged,
      listed = track.Listed }
  end
  return flat
end

-- Plain data instead of the failure object.
local function plain_error(event)
  local err = event.err:as_table()
  err.diagnosis = err.diagnosis and plain_diagnosis(err.diagnosis)
  return { event = "error", exit = event.exit, simulate = event.simulate, err = err }
end

---@param event table plain data as the schema has it
---@return string line without its end
function json.plain_line(event)
  local rest = {}
  for key, value in pairs(event) do
    if key ~= "event" then rest[key] = value end
  end
  return encode_members(rest, { ('"redbook":%d'):format(json.VERSION),
    '"event":' .. cjson.encode(event.event) })
end

---@param event table as recipes make it, with a field `event`
---@return string line without its end
function json.line(event)
  local device = event.device
  if event.event == "plan" then event = flatten_plan(event) end
  if event.event == "diagnosis" then event = flatten_diagnosis(event) end
  if event.event == "error" then event = plain_error(event) end
  event.device = device
  return json.plain_line(event)
end

---@param value any plain data
---@param key? string the member that it is the value of
---@return string
function json.encode(value, key)
  return encode(value, key)
end

return json
