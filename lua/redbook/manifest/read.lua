-- SPDX-License-Identifier: GPL-3.0-or-later
-- A manifest from its file, and its tracks as the recipe `verify` takes them.

local cjson = require "cjson"
local content = require "redbook.content"
local core = require "redbook.core"
local failure = require "redbook.failure"
local lfs = require "lfs"

local read = {}

-- The newest version that is understood.
local VERSION = 1
-- Larger ones are none: a disc of 99 minutes makes one of 250 kB.
local LARGEST = 64 << 20

local function refuse(path, problem)
  return nil, failure.new { stage = "arguments", message = ("%s: %s"):format(path, problem),
    advice = "name a file that burn.lua --manifest has written", disc = "unknown" }
end

local function digits(value, count, empty)
  return type(value) == "string" and (#value == count or (empty and value == ""))
    and value:find "^%x*$" ~= nil
end

local function blocks(sectors) return (sectors + 74) // 75 end

-- What is wrong with a track, nil when nothing is. Numbers become integers.
local function check_track(track)
  if type(track) ~= "table" then return "is no object" end
  for name, range in pairs { number = { 1, 99 }, start = { 0, 449849 },
    sectors = { 300, 449850 } } do
    local value = math.tointeger(track[name])
    if not value or value < range[1] or value > range[2] then
      return ("'%s' is no integer from %d to %d"):format(name, range[1], range[2])
    end
    track[name] = value
  end
  if not digits(track.crc32, 8) then return "'crc32' is no string of 8 hexadecimal digits" end
  if not digits(track.blocks, 28 * blocks(track.sectors)) then
    return ("'blocks' is no string of 28 hexadecimal digits for each of its %d seconds"):format(
      blocks(track.sectors))
  end
  for _, name in ipairs { "head", "tail" } do
    if not digits(track[name], 4704, true) then
      return ("'%s' is no string of 4704 hexadecimal digits, or none"):format(name)
    end
  end
end

---What is wrong with a written track of a file, nil when nothing is; its numbers become integers.
---@param track any
---@return string? problem
read.problem_of_track = check_track

local function check(data)
  if type(data) ~= "table" or data.redbook == nil or data.manifest == nil then
    return "it is no manifest of redbook"
  end
  if data.manifest ~= VERSION then
    return ("it is a manifest of version %s; this redbook knows version %d"):format(
      tostring(math.tointeger(data.manifest) or data.manifest), VERSION)
  end
  if type(data.tracks) ~= "table" or #data.tracks == 0 then
    return "it is of a job that has written no track"
  end
  local seen = {}
  for index, track in ipairs(data.tracks) do
    local problem = check_track(track)
    if problem then return ("tracks[%d]: %s"):format(index, problem) end
    if seen[track.number] then return ("tracks[%d]: number %d twice"):format(index,
      track.number) end
    seen[track.number] = true
  end
end

---@param path string
---@return table? data as the file has it, its tracks checked
---@return redbook.Failure? err stage "arguments", names the file and the field
function read.file(path)
  local data, problem, kind = content.json(path, LARGEST)
  if kind == "long" then problem = "it is too large for a manifest" end
  problem = problem or check(data)
  if problem then return refuse(path, problem) end
  return data
end

local function present(value)
  if value == cjson.null then return nil end
  return value
end

local function words(value)
  return type(value) == "string" and value or nil
end

local function bytes_of(source)
  return content.bytes(source.path_bytes) or source.path
end

local function integer(value)
  return math.tointeger(value) or value
end

-- One of several that were converted as one; those of the same parts are made together.
local function open_joined(joined, asked, reels)
  local parts, key = {}, { tostring(asked.quality), tostring(asked.dither), tostring(asked.limit) }
  for index, part in ipairs(joined.parts) do
    local start, length = integer(present(part.start)), integer(present(part.length))
    parts[index] = { path = bytes_of(part), start = start, length = length }
    table.move({ parts[index].path, tostring(start), tostring(length) }, 1, 3, #key + 1, key)
  end
  local name = table.concat(key, "\0")
  reels[name] = reels[name] or core.JoinedSources(parts, asked)
  return reels[name] and reels[name][integer(joined.place)]
end

-- The source again, when it is there and as large as it was. Whether it still gives the sound that
-- was burned is found out when it is needed: what it renders must have the same sums.
local function open_source(source, reels)
  if type(source) ~= "table" or type(source.path) ~= "string" then return nil end
  local path = bytes_of(source)
  local attributes = lfs.attributes(path)
  if not attributes or attributes.size ~= source.size then return nil end
  local start, length = integer(present(source.start)), integer(present(source.length))
  local asked = { quality = present(source.quality), dither = present(source.dither),
    limit = present(source.limit) }
  local part = { path = path, raw = present(source.raw), start = start or 0, length = length,
    quality = asked.quality, dither = asked.dither, limit = asked.limit }
  local gain, plain = present(source.gain), true
  for name in pairs(part) do plain = plain and (name == "path" or name == "start") end
  local ok, opened = pcall(function()
    local joined = present(source.joined)
    local made = joined and open_joined(joined, asked, reels)
      or not joined and core.AudioSource(plain and not start and path or part) or nil
    if made and gain and made.Gain ~= gain then made.Gain = gain end
    return made
  end)
  return ok and opened or nil -- what a stranger wrote there must not raise
end

local function head_of(path)
  local file <close> = io.open(path, "rb")
  return file and file:read(64)
end

local function begins_as_one(head)
  return head:find '^{%s*"redbook":%s*%d+,%s*"manifest":' ~= nil
end

---@param path string of a file
---@return boolean whether it begins as a manifest does
function read.is_manifest(path) return begins_as_one(head_of(path) or "") end

---Whether a file may be replaced by a manifest: there is none, it is empty, or it is one.
---@param path string
---@return boolean
function read.replaceable(path)
  if lfs.attributes(path, "mode") ~= "file" then return true end
  local head = head_of(path)
  return not head or begins_as_one(head)
end

---@param data table of `read.file`
---@return redbook.VerifiedTrack[]
---@return integer[] without numbers of the tracks whose source is gone or another
function read.tracks(data)
  local list, without, reels = {}, {}, {}
  for index, track in ipairs(data.tracks) do
    local title, artist = words(track.title), words(track.artist)
    local source = open_source(track.source, reels)
    list[index] = { number = track.number, start = track.start, sectors = track.sectors,
      crc32 = tonumber(track.crc32, 16), source = source,
      title = title and artist and artist .. " - " .. title or title,
      fingerprint = { blocks = track.blocks, head = track.head, tail = track.tail } }
    if not source then without[#without + 1] = track.number end
  end
  return list, without
end

return read
