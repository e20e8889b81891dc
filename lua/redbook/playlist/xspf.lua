-- SPDX-License-Identifier: GPL-3.0-or-later
-- XSPF, the XML playlist (xspf.org, versions 0 and 1), read by expat. A document type is refused:
-- it could name entities, and no player writes one.

local lxp = require "lxp"
local text = require "redbook.playlist.text"

local xspf = {}

-- Between a namespace and a name, as lxp gives them; no URI holds it.
local SEPARATOR = "\n"
local NAMESPACE = "^http://xspf%.org/ns/[01]/?$"
-- Deeper than this is no playlist.
local DEPTH = 64

-- "playlist/tracklist/track/title" -> the field of a track that it fills.
local FIELDS = { title = "title", creator = "artist", album = "album" }

local function unescape(uri)
  return (uri:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- A reference resolved against xml:base as far as files need it (RFC 3986, 5.2): what has a scheme
-- or begins with / stands for itself, the rest lies in the base's folder.
local function resolve(base, reference)
  if not base or reference:find "^%a[%w+.-]+:" then return reference end
  if reference:find "^/" then
    return (base:match "^(%a[%w+.-]+://[^/]*)" or "") .. reference
  end
  return (base:match "^(.*/)" or "") .. reference
end

-- What the finder looks for: a file URI goes to it as it is, a relative reference percent-decoded.
local function spelling(uri)
  if uri:find "^%a[%w+.-]+:" then return { raw = uri, decoded = uri } end
  local name = unescape((uri:gsub("[?#].*$", "")))
  return { raw = name, decoded = text.to_utf8(name) }
end

local Reader = {}
Reader.__index = Reader

function Reader:complain(message, line, value)
  self.problems[#self.problems + 1] = { line = line or (self.parser:pos()), message = message,
    text = value }
end

function Reader:stop(message)
  self:complain(message)
  self.stopped = true
  self.parser:stop()
end

-- Names in XSPF's namespace or in none; anything else is an extension, and so is what lies in it.
local function local_name(name)
  local space, rest = name:match("^(.*)" .. SEPARATOR .. "(.*)$")
  if not space then return name:lower() end
  return space:find(NAMESPACE) and rest:lower() or "?"
end

function Reader:start(name, attributes)
  if #self.path >= DEPTH then return self:stop "is nested too deep for a playlist" end
  local parent = self.path[#self.path]
  local here = (parent and parent.name .. "/" or "") .. local_name(name)
  local base = attributes["http://www.w3.org/XML/1998/namespace" .. SEPARATOR .. "base"]
  self.path[#self.path + 1] = { name = here, text = {},
    base = base and resolve(parent and parent.base, base) or parent and parent.base }
  if #self.path == 1 and here ~= "playlist" then
    return self:stop(("is no XSPF playlist: its first element is <%s>"):format(
      (name:gsub("^.*" .. SEPARATOR, ""))))
  elseif here == "playlist/tracklist/track" then
    self.track = { line = (self.parser:pos()), spellings = {} }
  end
end

function Reader:ended()
  local element = table.remove(self.path)
  local value = text.trim(table.concat(element.text))
  local field = element.name:match "^playlist/tracklist/track/(%a+)$"
  if element.name == "playlist/tracklist/track" then
    self:track_ended()
  elseif element.name == "playlist/title" then
    self.title = value ~= "" and value or nil
  elseif field == "location" and value ~= "" then
    local list = self.track.spellings
    list[#list + 1] = spelling(resolve(element.base, value))
  elseif FIELDS[field] and value ~= "" and not self.track[FIELDS[field]] then
    self.track[FIELDS[field]] = value
  end
end

function Reader:track_ended()
  local track = self.track
  local first = track.spellings[1]
  self.count = self.count + 1
  if not first then
    return self:complain("has no <location>: redbook burns files, it cannot look one up",
      track.line, ("track %d"):format(self.count))
  end
  track.raw, track.decoded = first.raw, first.decoded
  self.items[#self.items + 1] = track
end

local function callbacks(reader)
  return {
    StartElement = function(_, name, attributes)
      if not reader.stopped then reader:start(name, attributes) end
    end,
    EndElement = function() if not reader.stopped then reader:ended() end end,
    CharacterData = function(_, value)
      local element = reader.path[#reader.path]
      if element then element.text[#element.text + 1] = value end
    end,
    StartDoctypeDecl = function()
      reader:stop "has a document type (<!DOCTYPE>), which no playlist needs; take it out"
    end,
  }
end

---Reads a list.
---@param bytes string a whole file
---@return { items: table[], problems: table[], remarks: string[], title: string? } as
---`m3u.parse`; an item's `spellings` are its locations, of which the first that is there counts
function xspf.parse(bytes)
  local reader = setmetatable({ items = {}, problems = {}, path = {}, count = 0 }, Reader)
  reader.parser = lxp.new(callbacks(reader), SEPARATOR)
  local ok, problem, line = reader.parser:parse(bytes)
  if ok and not reader.stopped then ok, problem, line = reader.parser:parse() end
  if not ok and not reader.stopped then
    reader:complain(("is no well-formed XML: %s"):format(problem), line)
  end
  pcall(reader.parser.close, reader.parser)
  return { items = reader.items, problems = reader.problems, remarks = {}, title = reader.title }
end

return xspf
