-- SPDX-License-Identifier: GPL-3.0-or-later
-- Playlists and files as one list of entries, with every problem named by list and line.

local content = require "redbook.content"
local core = require "redbook.core"
local cue_tracks = require "redbook.playlist.cue_tracks"
local m3u = require "redbook.playlist.m3u"
local merged = require "redbook.merged"
local msf = require "redbook.msf"
local path = require "redbook.playlist.path"
local pls = require "redbook.playlist.pls"
local text = require "redbook.playlist.text"
local xspf = require "redbook.playlist.xspf"

local playlist = {}

---@class redbook.Entry
---@field path string of a file that exists
---@field title string?
---@field artist string?
---@field album string?
---@field start integer? sectors cut off at the front
---@field length integer? sectors that are taken
---@field raw string? "little" or "big": headerless 16-bit samples, as BINARY and MOTOROLA files of
---cue sheets hold them
---@field isrc string?
---@field pre_emphasis boolean?
---@field copy_permitted boolean?
---@field gain number? dB, decided already
---@field continues boolean? the sound of the file before goes on in this one
---@field replaygain_track_gain number? dB; the four of a cue sheet
---@field replaygain_track_peak number? 1 = full scale
---@field replaygain_album_gain number?
---@field replaygain_album_peak number?
---@field embedded boolean? a track of the cue sheet that its file carries in its tags
---@field list string? the playlist that names it
---@field line integer? the line there

---@class redbook.Problem
---@field message string what is wrong, the rest of a sentence
---@field text string? what stands there
---@field list string?
---@field line integer?

-- Lists within lists: deeper than this is a mistake.
local DEPTH = 8
-- No list of 99 tracks, nor one of 100 000, is longer.
local BYTES = 64 * 1024 * 1024

local KINDS = { m3u = "M3U", m3u8 = "M3U", pls = "PLS", xspf = "XSPF", cue = "CUE", wpl = "WPL",
  asx = "ASX", b4s = "B4S" }
local READERS = { M3U = m3u, PLS = pls, XSPF = xspf, CUE = cue_tracks }

-- Where a sound file shows what it is.
local HEAD = 512

local function head_of(name)
  local file = io.open(name, "rb")
  local head = file and file:read(HEAD)
  if file then file:close() end
  return head
end

-- FF FB and its like: 11 bits of frame sync, a layer, a bit rate and a sampling rate that exist
-- (ISO 11172-3 2.4.2.3). FF FE begins UTF-16, and MPEG layer I only besides.
local function is_mpeg(head)
  local first, second, third = head:byte(1, 3)
  return third ~= nil and first == 0xFF and second & 0xE0 == 0xE0 and second ~= 0xFE
    and second & 0x06 ~= 0 and third & 0xF0 ~= 0xF0 and third & 0x0C ~= 0x0C
end

-- First bytes of the sound files that get the names of playlists.
local function is_sound(head)
  local four, form = head:sub(1, 4), head:sub(9, 12)
  if four == "RIFF" or four == "RF64" then return form == "WAVE" end
  if four == "FORM" then return form == "AIFF" or form == "AIFC" end
  return four == "fLaC" or four == "OggS" or head:sub(1, 3) == "ID3" or is_mpeg(head)
end

---What kind of playlist a file is, by its name, else by its first bytes. A sound file is none,
---whatever its name says.
---@param name string
---@return string? kind "M3U", "PLS", "XSPF", "CUE"; "WPL", "ASX", "B4S", which are not read; nil:
---no playlist
function playlist.kind(name)
  local head = head_of(name)
  if head and is_sound(head) then return nil end
  local kind = KINDS[path.extension(name)]
  if kind or not head then return kind end
  head = text.unmark(head):upper()
  if head:find("^%s*#EXTM3U") then return "M3U" end
  if head:find("^%s*%[PLAYLIST%]") then return "PLS" end
  if head:find("^%s*<") and head:find("<[%w:]*PLAYLIST[%s>]") then return "XSPF" end
  if ("\n" .. head):find("[\r\n]%s*FILE%s[^\r\n]+[\r\n]+%s*TRACK%s+%d") then return "CUE" end
end

-- Two NULs near the beginning are in no text but UTF-16 with its mark; behind the end of a list
-- they are padding.
local function is_binary(bytes)
  local _, encoding = text.unmark(bytes:sub(1, HEAD))
  if encoding == "UTF-16" then return false end
  local last = bytes:sub(1, HEAD):match "^.*()[^%z\26]"
  return last ~= nil and select(2, bytes:sub(1, last):gsub("%z", "")) > 1
end

local function read_all(name)
  local bytes, problem, long = content.of(name, BYTES)
  if not bytes then return nil, long and "is no playlist: " .. problem or problem end
  if is_binary(bytes) then
    return nil, "is no playlist: it begins with binary data, not with lines of text"
  end
  return bytes
end

local Collector = {}
Collector.__index = Collector

function Collector:complain(message, item, list)
  self.problems[#self.problems + 1] = { message = message, text = item and item.decoded,
    list = list, line = item and item.line }
end

-- A list, or a sound file that is named like one.
function Collector:is_list(name)
  if not KINDS[path.extension(name)] then return false end
  if playlist.kind(name) then return true end
  self:remark(name .. ": a sound file, though it is named like a playlist")
  return false
end

-- Beside the list, then, for a list that is a link, beside the file that it leads to.
local function find(finders, spelling)
  local first_problem
  for _, finder in ipairs(finders) do
    local found, problem = finder:find(spelling.raw, spelling.decoded)
    if found then return found end
    first_problem = first_problem or problem
  end
  return nil, first_problem
end

-- The first of an item's spellings (locations, other extensions) that is there.
local function find_item(item, finders)
  local first_problem
  for _, spelling in ipairs(item.spellings or { item }) do
    local found, problem = find(finders, spelling)
    if found then return found, nil, spelling.instead end
    first_problem = first_problem or problem
  end
  return nil, first_problem
end

-- How many sectors a file has that a sheet names and that may not be burned; nil: why nobody knows.
local function measure(item, finders)
  local found, problem = find_item(item, finders)
  problem = problem or path.unreadable(found)
  if problem then return nil, problem end
  local source <close>, err = core.AudioSource(item.raw_sound
    and { path = found, raw = item.raw_sound } or found)
  if not source then return nil, err.message end
  local format = source.Format
  if format.announced_frames then
    return math.ceil(format.announced_frames * msf.SECTORS_PER_SECOND / format.sample_rate)
  end
  local ok, damage = source:Scan()
  return ok and source.Sectors or nil, damage and damage.message
end

-- Each is said once, however many tracks a file holds.
function Collector:remark(message)
  if self.said[message] then return end
  self.said[message] = true
  self.remarks[#self.remarks + 1] = message
end

-- What a list, or a sheet, says of one track.
local function entry_of(found, item, list)
  return { path = found, title = item.title, artist = item.artist, album = item.album,
    start = item.start, length = item.length, raw = item.raw_sound, isrc = item.isrc,
    pre_emphasis = item.pre_emphasis, copy_permitted = item.copy_permitted,
    replaygain_track_gain = item.replaygain_track_gain,
    replaygain_track_peak = item.replaygain_track_peak,
    replaygain_album_gain = item.replaygain_album_gain,
    replaygain_album_peak = item.replaygain_album_peak, continues = item.continues, list = list,
    line = item.line }
end

-- A file that carries a cue sheet is the tracks of it.
function Collector:sheet_of(found)
  if self.options.no_embedded_cue then return nil end
  local tags = core.file_tags(found)
  if not (tags and tags.cue_sheet) then return nil end
  local parsed, remark = cue_tracks.embedded(tags.cue_sheet, self.options)
  if remark then self:remark(("%s: %s"):format(found, remark)) end
  return parsed, tags
end

function Collector:sound(found, item, list)
  local parsed, tags = self:sheet_of(found)
  if not parsed then
    self.entries[#self.entries + 1] = entry_of(found, item, list)
    return
  end
  self:remark(("%s: the cue sheet in it makes %d tracks of it; --no-embedded-cue burns it as one")
    :format(found, #parsed.items))
  for _, remark in ipairs(parsed.remarks) do self:remark(found .. ": " .. remark) end
  for _, part in ipairs(parsed.items) do
    local entry = entry_of(found, part, list)
    entry.line, entry.embedded = item.line, true
    entry.artist = entry.artist or tags.artist or tags.album_artist
    entry.album = entry.album or tags.album
    self.entries[#self.entries + 1] = entry
  end
  self.catalogs[#self.catalogs + 1] = parsed.catalog
  if self.depth == 0 then self.title = self.title or parsed.title end
end

-- One line of a list: a file, a list, or a problem.
function Collector:item(item, list, finders, whole)
  local found, problem, instead = find_item(item, finders)
  if instead then self:remark(("%s: %s is not there, %s is taken"):format(list, instead, found)) end
  problem = problem or path.unreadable(found)
  if problem then return self:complain(problem, item, list) end
  if not item.raw_sound and self:is_list(found) then return self:list(found, item, list) end
  if whole and not (item.start or item.length) then return self:sound(found, item, list) end
  self.entries[#self.entries + 1] = entry_of(found, item, list)
end

-- `item` and `from`: the line that names this list, nil for one from the command line.
function Collector:list(name, item, from)
  local kind, key = playlist.kind(name), path.identity(name)
  if not READERS[kind] then
    return self:complain(("is a playlist of a kind that redbook does not read (%s); save it as "
      .. "M3U8"):format(kind), item or { decoded = name }, from)
  elseif self.open[key] then
    return self:complain("names a list that is being read: lists that name each other never end",
      item, from)
  elseif self.depth >= DEPTH then
    return self:complain(("is a list within a list, more than %d deep"):format(DEPTH), item, from)
  end
  local bytes, problem = read_all(name)
  if not bytes then
    return self:complain(problem, item or { decoded = name }, from)
  end
  self.open[key], self.depth = true, self.depth + 1
  self:lines(name, bytes, READERS[kind])
  self.open[key], self.depth = nil, self.depth - 1
end

local function find_exact(finders, line)
  for _, finder in ipairs(finders) do
    if finder:exact(line) then return true end
  end
  return false
end

function Collector:lines(name, bytes, reader)
  local finders = { path.finder((path.split(name)), self.options) }
  local target = path.resolve(name)
  if target ~= name then finders[2] = path.finder((path.split(target)), self.options) end
  local parsed = reader.parse(bytes, function(line)
    return find_exact(finders, line) or find_exact(finders, text.trim(line))
  end, merged({ measure = function(item) return measure(item, finders) end }, self.options))
  if self.depth == 1 and not self.title then self.title = parsed.title end
  self.catalogs[#self.catalogs + 1] = parsed.catalog
  for _, remark in ipairs(parsed.remarks) do self:remark(name .. ": " .. remark) end
  for _, found in ipairs(parsed.problems) do
    found.list = name
    self.problems[#self.problems + 1] = found
  end
  local whole = reader ~= cue_tracks -- a cue sheet says itself what the tracks are
  for _, item in ipairs(parsed.items) do self:item(item, name, finders, whole) end
  if #parsed.items == 0 and #parsed.problems == 0 then
    self:complain("names no file", { decoded = name })
  end
end

function Collector:argument(name)
  local finder = self.here
  local found, problem = finder:exact(name), nil
  if not found and name:find "^%a[%w+.-]+://" then found, problem = finder:find(name) end
  if not found then
    return self:complain(problem or path.missing(name), { decoded = name })
  end
  problem = path.unreadable(found)
  if problem then return self:complain(problem, { decoded = name }) end
  local named_so = KINDS[path.extension(found)]
  if named_so and self:is_list(found) or not named_so and playlist.kind(found) then
    return self:list(found)
  end
  self:sound(found, {})
end

---Audio files and playlists, mixed, as entries in order. Everything is looked at before it
---answers: `problems` names all that is wrong, not the first.
---@param names string[] as on a command line, relative to the current folder
---@param options? { home: string?, map: (fun(name: string): string?)?, hidden_track: boolean?,
---no_embedded_cue: boolean? } the first two for names of other machines, see `path.finder`;
---`hidden_track`: sound before the first track of a cue sheet is burned as a track of its own;
---`no_embedded_cue`: cue sheets in the tags of sound files are passed over
---@return { entries: redbook.Entry[], problems: redbook.Problem[], remarks: string[],
---title: string?, catalog: string? } title: of the first of the names that has one of its own
---(`#PLAYLIST`, XSPF's `<title>`, a cue sheet's); catalog: the disc's MCN, when all that is burned
---comes from one cue sheet that has one
function playlist.collect(names, options)
  local collector = setmetatable({ entries = {}, problems = {}, remarks = {}, said = {}, open = {},
    depth = 0, options = options or {}, catalogs = {}, here = path.finder(".", options) },
    Collector)
  for _, name in ipairs(names) do collector:argument(name) end
  return { entries = collector.entries, problems = collector.problems,
    remarks = collector.remarks, title = collector.title,
    catalog = #names == 1 and #collector.catalogs == 1 and collector.catalogs[1] or nil }
end

---A problem as one line that is safe for a terminal: `list.m3u:12: song.mp3: no such file`.
---@param problem redbook.Problem
---@return string
function playlist.describe(problem)
  local parts = {}
  if problem.list then
    parts[1] = problem.line and problem.list .. ":" .. problem.line or problem.list
  end
  parts[#parts + 1] = problem.text
  parts[#parts + 1] = problem.message
  return text.printable(table.concat(parts, ": "))
end

return playlist
