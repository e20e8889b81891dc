-- SPDX-License-Identifier: GPL-3.0-or-later
-- Playlists and files as one list of entries, with every problem named by list and line.

local path = require "redbook.playlist.path"
local m3u = require "redbook.playlist.m3u"
local text = require "redbook.playlist.text"

local playlist = {}

---@class redbook.Entry
---@field path string of a file that exists
---@field title string?
---@field artist string?
---@field album string?
---@field start integer? sectors cut off at the front
---@field length integer? sectors that are taken
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

local M3U = { m3u = true, m3u8 = true }
local LATER = { pls = "PLS", xspf = "XSPF", cue = "CUE", wpl = "WPL", asx = "ASX", b4s = "B4S" }
local AN = { XSPF = true, ASX = true }

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
---@return string? kind "M3U"; "PLS", "XSPF", "CUE", ... (not read yet); nil: no playlist
function playlist.kind(name)
  local head = head_of(name)
  if head and is_sound(head) then return nil end
  local extension = path.extension(name)
  if M3U[extension] then return "M3U" end
  if LATER[extension] then return LATER[extension] end
  if not head then return nil end
  head = text.unmark(head):upper()
  if head:find("^%s*#EXTM3U") then return "M3U" end
  if head:find("^%s*%[PLAYLIST%]") then return "PLS" end
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
  local file, problem = io.open(name, "rb")
  if not file then return nil, (problem:gsub("^.*: ", "")) end
  local bytes, failure = file:read(BYTES + 1)
  file:close()
  if failure then return nil, failure end
  if bytes and #bytes > BYTES then return nil, "is no playlist: longer than 64 MiB" end
  if bytes and is_binary(bytes) then
    return nil, "is no playlist: it begins with binary data, not with lines of text"
  end
  return bytes or ""
end

local Collector = {}
Collector.__index = Collector

function Collector:complain(message, item, list)
  self.problems[#self.problems + 1] = { message = message, text = item and item.decoded,
    list = list, line = item and item.line }
end

-- A list, or a sound file that is named like one.
function Collector:is_list(name)
  if not self.lists[path.extension(name) or ""] then return false end
  if playlist.kind(name) then return true end
  self.remarks[#self.remarks + 1] = name .. ": a sound file, though it is named like a playlist"
  return false
end

-- Beside the list, then, for a list that is a link, beside the file that it leads to.
local function find(finders, item)
  local first_problem
  for _, finder in ipairs(finders) do
    local found, problem = finder:find(item.raw, item.decoded)
    if found then return found end
    first_problem = first_problem or problem
  end
  return nil, first_problem
end

-- One line of a list: a file, a list, or a problem.
function Collector:item(item, list, finders)
  local found, problem = find(finders, item)
  problem = problem or path.unreadable(found)
  if problem then return self:complain(problem, item, list) end
  if self:is_list(found) then return self:list(found, item, list) end
  self.entries[#self.entries + 1] = { path = found, title = item.title, artist = item.artist,
    album = item.album, start = item.start, length = item.length, list = list,
    line = item.line }
end

-- `item` and `from`: the line that names this list, nil for one from the command line.
function Collector:list(name, item, from)
  local kind, key = playlist.kind(name), path.identity(name)
  if kind ~= "M3U" then
    return self:complain(("is %s %s playlist; redbook reads M3U and M3U8 so far"):format(
      AN[kind] and "an" or "a", kind), item or { decoded = name }, from)
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
  self:lines(name, bytes)
  self.open[key], self.depth = nil, self.depth - 1
end

local function find_exact(finders, line)
  for _, finder in ipairs(finders) do
    if finder:exact(line) then return true end
  end
  return false
end

function Collector:lines(name, bytes)
  local finders = { path.finder((path.split(name)), self.options) }
  local target = path.resolve(name)
  if target ~= name then finders[2] = path.finder((path.split(target)), self.options) end
  local parsed = m3u.parse(bytes, function(line)
    return find_exact(finders, line) or find_exact(finders, text.trim(line))
  end)
  if self.depth == 1 and not self.title then self.title = parsed.title end
  for _, remark in ipairs(parsed.remarks) do
    self.remarks[#self.remarks + 1] = name .. ": " .. remark
  end
  for _, found in ipairs(parsed.problems) do
    found.list = name
    self.problems[#self.problems + 1] = found
  end
  for _, item in ipairs(parsed.items) do self:item(item, name, finders) end
  if #parsed.items == 0 and #parsed.problems == 0 then
    self:complain("names no file", { decoded = name })
  end
end

function Collector:argument(name)
  local finder = self.here
  local found, problem = finder:exact(name), nil
  if not found and name:find "^%a[%w+.-]+://" then found, problem = finder:find(name) end
  if not found then return self:complain(problem or "no such file", { decoded = name }) end
  problem = path.unreadable(found)
  if problem then return self:complain(problem, { decoded = name }) end
  local named_so = self.lists[path.extension(found) or ""]
  if named_so and self:is_list(found) or not named_so and playlist.kind(found) then
    return self:list(found)
  end
  self.entries[#self.entries + 1] = { path = found }
end

---Audio files and playlists, mixed, as entries in order. Everything is looked at before it
---answers: `problems` names all that is wrong, not the first.
---@param names string[] as on a command line, relative to the current folder
---@param options? { home: string?, map: fun(name: string): string? } for names of other
---machines, see `path.finder`
---@return { entries: redbook.Entry[], problems: redbook.Problem[], remarks: string[],
---title: string? }
function playlist.collect(names, options)
  local lists = {}
  for extension in pairs(M3U) do lists[extension] = true end
  for extension in pairs(LATER) do lists[extension] = true end
  local collector = setmetatable({ entries = {}, problems = {}, remarks = {}, open = {},
    depth = 0, options = options, lists = lists, here = path.finder(".", options) }, Collector)
  for _, name in ipairs(names) do collector:argument(name) end
  return { entries = collector.entries, problems = collector.problems,
    remarks = collector.remarks, title = collector.title }
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
