-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is known of a set, in one file: written as a whole before a disc is begun and after every
-- track, so that whatever ends the program, the next one knows where to go on. README describes
-- it; a change that breaks a reader raises VERSION.

local cjson = require "cjson"
local content = require "redbook.content"
local core = require "redbook.core"
local failure = require "redbook.failure"
local json = require "redbook.report.json"
local lfs = require "lfs"
local read = require "redbook.manifest.read"
local set = require "redbook.set"

local state = { VERSION = 1 }

-- A disc that is burned takes 200 kB of it.
local LARGEST = 64 << 20

---@class redbook.SetDisc
---@field state "waiting"|"begun"|"done"
---@field tracks integer[] places in the list
---@field written table[] as a manifest has them, each with `entry`, its place in the list
---@field cut { number: integer, start: integer, sectors: integer }[] beginnings of tracks on it

---@class redbook.SetState
---@field name string
---@field path string of its file
---@field data table title, split, settings, capacity, sources, entries, tracks, discs, begun
local State = {}
State.__index = State

-- One a line, or one for each element.
local MEMBERS = { "title", "begun", "changed", "program", "split", "capacity", "settings",
  "catalog" }
local LISTS = { "discs", "sources", "tracks", "entries" }

-- What has been said of a track does not change any more: it is encoded once.
local function line_of(self, element)
  local line = self.lines[element] or json.encode(element)
  self.lines[element] = line
  return line
end

local function encode_disc(self, disc)
  local written = {}
  for place, track in ipairs(disc.written) do written[place] = line_of(self, track) end
  return ('{"state":"%s","tracks":%s,"cut":%s,"written":[%s]}'):format(disc.state,
    json.encode(json.list(disc.tracks)), json.encode(json.list(disc.cut)),
    table.concat(written, ","))
end

local function encode(self)
  local data = self.data
  local members = { { "redbook", json.VERSION }, { "set", state.VERSION },
    { "name", json.encode(self.name) } }
  for _, name in ipairs(MEMBERS) do
    if data[name] ~= nil then
      members[#members + 1] = { name, json.encode(data[name], name) }
    end
  end
  for _, name in ipairs(LISTS) do
    local list = {}
    for index, element in ipairs(data[name]) do
      list[index] = "    " .. (name == "discs" and encode_disc or line_of)(self, element)
    end
    members[#members + 1] = { name, ("[\n%s\n  ]"):format(table.concat(list, ",\n")) }
  end
  return json.object(members)
end

-- Null is nothing, whole numbers are integers, and names are the bytes that they were.
local function plain(value)
  if value == cjson.null then return nil end
  if type(value) == "number" then return math.tointeger(value) or value end
  if type(value) ~= "table" then return value end
  local made = {}
  for key, element in pairs(value) do made[key] = plain(element) end
  for key, element in pairs(value) do
    local name = type(key) == "string" and key:match "^(.*)_bytes$"
    if name and type(element) == "string" then
      made[name], made[key] = content.bytes(element) or made[name], nil
    end
  end
  return made
end

local STATES = { waiting = true, begun = true, done = true }

local function problem_of_disc(disc, seen, count)
  if type(disc) ~= "table" or not STATES[disc.state] then return "has no state" end
  for _, name in ipairs { "tracks", "written", "cut" } do
    if type(disc[name]) ~= "table" then return ("has no list '%s'"):format(name) end
  end
  for _, index in ipairs(disc.tracks) do
    if math.type(index) ~= "integer" or index < 1 or index > count or seen[index] then
      return ("names track %s, which is not there or on another disc"):format(tostring(index))
    end
    seen[index] = true
  end
  for place, track in ipairs(disc.written) do
    local problem = read.problem_of_track(track)
    if not problem and math.type(track.entry) ~= "integer" then problem = "has no 'entry'" end
    if problem then return ("written[%d]: %s"):format(place, problem) end
  end
  for _, part in ipairs(disc.cut) do
    for _, name in ipairs { "number", "start", "sectors" } do
      if math.type(type(part) == "table" and part[name]) ~= "integer" then
        return ("a track that was cut off has no '%s'"):format(name)
      end
    end
  end
end

local function is_named(element)
  return type(element) == "table" and type(element.path) == "string" and element.path ~= ""
end

-- A list whose first element is null has a hole: none is passed over.
local function problem_of_lists(data)
  for index = 1, #data.tracks do
    local track = data.tracks[index]
    local sectors = type(track) == "table" and track.sectors
    if math.type(sectors) ~= "integer" or sectors < 0 or sectors > 449850 then
      return ("tracks[%d] has no 'sectors'"):format(index)
    end
  end
  for _, name in ipairs { "entries", "sources" } do
    for index = 1, #data[name] do
      if not is_named(data[name][index]) then
        return ("%s[%d] has no 'path'"):format(name, index)
      end
    end
  end
end

local function problem_of(data)
  if type(data) ~= "table" or data.set == nil then return "it tells of no set" end
  if data.set ~= state.VERSION then
    return ("it is of version %s; this redbook knows version %d"):format(tostring(data.set),
      state.VERSION)
  end
  for _, name in ipairs { "settings", "entries", "tracks", "discs", "sources" } do
    if type(data[name]) ~= "table" then return ("it has no '%s'"):format(name) end
  end
  if #data.entries == 0 or #data.entries ~= #data.tracks or #data.discs == 0 then
    return "its lists do not fit together"
  end
  local problem = problem_of_lists(data)
  if problem then return problem end
  local seen = {}
  for index, disc in ipairs(data.discs) do
    problem = problem_of_disc(disc, seen, #data.tracks)
    if problem then return ("disc %d %s"):format(index, problem) end
  end
  if #seen ~= #data.tracks then return "not all of its tracks are on a disc" end
end

local function refuse(message, advice)
  return nil, failure.new { stage = "arguments", message = message, advice = advice }
end

---The only set that is not finished.
---@param folder string
---@return string? name
---@return redbook.Failure? err lists those that there are
function state.only(folder)
  local names = set.list(folder)
  if #names == 1 then return names[1] end
  return nil, failure.new { stage = "arguments", message = #names == 0
      and "there is no set that is not finished" or ("%d sets are not finished: %s"):format(#names,
      table.concat(names, ", ")), advice = #names == 0 and "burn.lua --split begins one"
      or ("choose one: --resume=%s"):format(names[1]) }
end

---Reads what is known of a set, without taking it.
---@param folder string
---@param name string
---@return table? data
---@return redbook.Failure? err
function state.read(folder, name)
  local path = set.file(folder, name)
  if lfs.attributes(path, "mode") ~= "file" then
    local there = set.list(folder)
    return refuse(("there is no set %s: %s: %s"):format(name, path, lfs.attributes(path, "mode")
      and "no file" or "No such file or directory"), there[1] and "there are: "
      .. table.concat(there, ", ") or "burn.lua --split begins one")
  end
  local data, problem = content.json(path, LARGEST)
  data = plain(data)
  problem = problem or problem_of(data)
  if problem then
    return refuse(("%s: %s"):format(path, problem), "remove it, and begin the set anew")
  end
  return data
end

-- A program that was killed while it wrote has left what it had begun.
local function sweep(folder, name)
  local begins = name .. ".json."
  for entry in lfs.dir(folder) do
    if entry:sub(1, #begins) == begins and entry:find "%.%d+%.new$" then
      os.remove(folder .. "/" .. entry)
    end
  end
end

---Takes a set for this process; nobody else can have it until it is closed.
---@param folder string
---@param name string
---@return redbook.SetState? state without `data` yet
---@return redbook.Failure? err
function state.take(folder, name)
  local ok, err = set.make_folder(folder)
  local held
  if ok then held, err = core.hold_file(("%s/%s.lock"):format(folder, name)) end
  if held == nil then
    return nil, failure.from(err, "arguments", { disc = "untouched",
      advice = "what is known of a set is kept in $XDG_STATE_HOME, else in ~/.local/state: let it "
        .. "be a folder that you may write to" })
  elseif not held then
    return nil, failure.new { stage = "device", code = 0xC0AA0210, set = { name = name },
      name = "E_IMAPI_RECORDER_LOCKED", transient = true,
      message = ("another program is burning the set %s"):format(name),
      advice = "wait until it has ended" }
  end
  sweep(folder, name)
  return setmetatable({ name = name, folder = folder, path = set.file(folder, name),
    held = held, lines = setmetatable({}, { __mode = "k" }) }, State)
end

---Reads it.
---@return true? ok
---@return redbook.Failure? err
function State:load()
  local data, err = state.read(self.folder, self.name)
  if not data then return nil, err end
  self.data = data
  return true
end

---@return boolean whether it was begun, and is not finished
function State:exists() return lfs.attributes(self.path) ~= nil end

---Writes it, whole or not at all, down to the disk.
---@return true? ok
---@return redbook.Error? err
function State:save()
  local data = self.data
  data.program, data.changed = "redbook " .. core.version, json.time()
  data.begun = data.begun or data.changed
  return core.replace_file(self.path, encode(self))
end

---Nothing more is to be done: what is known of it is removed.
---@return true? ok
---@return string? problem
function State:finish()
  local ok, problem = os.remove(self.path)
  os.remove(("%s/%s.lock"):format(self.folder, self.name))
  self:close()
  return ok, problem
end

---Lets others have it. A set that was never written leaves nothing behind.
function State:close()
  if not self.held then return end
  if not self:exists() then os.remove(("%s/%s.lock"):format(self.folder, self.name)) end
  self.held:close()
  self.held = nil
end

State.__close = State.close

return state
