-- SPDX-License-Identifier: GPL-3.0-or-later
-- M3U and M3U8: lines in, entries out. Knows the directives, not the file system; what a line
-- names is found by playlist/path.lua.
--
-- There is no standard. What is taken for granted here: `#EXTM3U` is optional; `#EXTINF` and
-- `#EXTVLCOPT` belong to the next path line only; `#EXTALB` and `#EXTART` hold until the next
-- of their kind; a `#` line that is no directive is a comment unless a file has that name.

local split_label = require "redbook.playlist.label"
local text = require "redbook.playlist.text"

local m3u = {}

---@class redbook.M3UItem
---@field raw string the path line's bytes
---@field decoded string the same in UTF-8
---@field line integer
---@field title string?
---@field artist string?
---@field album string?
---@field start integer? sectors cut off at the front
---@field length integer? sectors that are taken

---Takes `key="value"` and `key=value` attributes off the front of an EXTINF's rest.
---@param rest string
---@return string
local function without_attributes(rest)
  local at, after = 1, 1
  while after do
    at = after
    after = rest:match('^%s+[%w_-]+%s*=%s*"[^"]*"()', at)
      or rest:match("^%s+[%w_-]+=[^%s,\"]*()", at)
  end
  return rest:sub(at)
end

---@param value string "12.5", "12,5", "90"
---@return integer? sectors nearest; nil when it is no time
local function sectors_of(value)
  local seconds = tonumber((text.trim(value):gsub(",", ".")))
  if not seconds or seconds < 0 or seconds > 359999 then return nil end
  return math.floor(seconds * 75 + 0.5)
end

local VLC_TIMES = { ["start-time"] = "start", ["stop-time"] = "stop", ["run-time"] = "run" }

local directives = {}

function directives.EXTINF(state, value)
  local seconds, rest = value:match("^%s*([-+]?[%d.]+)(.*)$")
  rest = without_attributes(seconds and rest or value)
  state.title, state.artist = split_label(rest:match("^%s*,(.*)$") or rest)
end

function directives.EXTALB(state, value)
  value = text.trim(value)
  state.album = value ~= "" and value or nil
end

function directives.EXTART(state, value)
  value = text.trim(value)
  state.list_artist = value ~= "" and value or nil
end

function directives.PLAYLIST(state, value)
  local title = text.trim(value)
  if title ~= "" then state.list.title = title end
end

function directives.EXTVLCOPT(state, value)
  local name, time = text.trim(value):match("^:?([%a-]+)%s*=%s*(.*)$")
  local field = name and VLC_TIMES[name:lower()]
  if not field then return end
  local sectors = sectors_of(time)
  if sectors then
    state[field] = sectors
  else
    state:complain(("%s=%s is not a time in seconds"):format(name, time))
  end
end

-- Taken before anything else is read (m3u.parse), so that it counts for the whole file.
function directives.EXTENC() end

local State = {}
State.__index = State

function State:complain(message)
  local problems = self.list.problems
  problems[#problems + 1] = { line = self.line, text = self.decoded, message = message }
end

-- The cut that start-time, stop-time and run-time ask for.
function State:cut()
  local start, stop = self.start, self.stop
  if self.run and not stop then stop = (start or 0) + self.run end
  if stop and stop <= (start or 0) then
    self:complain "stop-time is not after start-time: nothing would be left"
    return nil, nil
  end
  return start, stop and stop - (start or 0)
end

function State:path(raw)
  local start, length = self:cut()
  local items = self.list.items
  items[#items + 1] = { raw = raw, decoded = self.decoded, line = self.line, title = self.title,
    artist = self.artist or self.list_artist, album = self.album, start = start,
    length = length }
  self.title, self.artist, self.start, self.stop, self.run = nil, nil, nil, nil, nil
end

---@return boolean hls true when the line belongs to an HTTP stream's list
function State:comment(raw)
  local name, value = self.decoded:match("^%s*#([%a%d]+)[:%s]?(.*)$")
  local directive = name and directives[name:upper()]
  if directive then
    directive(self, value)
  elseif self.decoded:upper():find("^%s*#EXT%-X%-") then
    return true
  elseif not self.decoded:upper():find("^%s*#EXT") and self.exists(raw) then
    self:path(raw)
  end
  return false
end

function State:take(raw)
  if not raw:find("%S") then return false end
  if raw:find("^%s*#") then return self:comment(raw) end
  self:path(raw)
  return false
end

-- `#EXTENC:` anywhere re-decodes the whole file, as it may stand after the first titles.
local function declared_decoder(bytes, list)
  local line = ("\n" .. bytes):match("[\r\n][ \t]*#[Ee][Xx][Tt][Ee][Nn][Cc]:([^\r\n]*)")
  if not line then return nil end
  local decoder = text.decoder(line)
  if decoder == nil then
    list.remarks[#list.remarks + 1] = ("#EXTENC:%s is an encoding that redbook does not know; "
      .. "titles may look wrong, files are found by their bytes"):format(text.printable(line))
  end
  return decoder
end

---Reads a list.
---@param bytes string a whole file
---@param exists fun(name: string): boolean whether a file of that name lies beside the list
---@return { items: redbook.M3UItem[], problems: table[], remarks: string[], title: string? }
function m3u.parse(bytes, exists)
  local list = { items = {}, problems = {}, remarks = {} }
  bytes = text.unpadded((text.unmark(bytes)))
  local decoder = declared_decoder(bytes, list)
  if decoder == nil then decoder = text.guess(bytes) end
  local state = setmetatable({ list = list, exists = exists }, State)
  for number, raw in ipairs(text.lines(bytes)) do
    state.line, state.decoded = number, text.to_utf8(raw, decoder)
    if state:take(raw) then
      list.items = {}
      list.problems = { { line = number, text = state.decoded, message =
        "this is the list of a network stream (HLS), not of files on this machine" } }
      break
    end
  end
  return list
end

return m3u
