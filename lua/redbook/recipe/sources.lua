-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the entries of a list to their AudioSources, and to what people call them.

local core = require "redbook.core"
local loudness = require "redbook.recipe.loudness"

local sources = {}

local function basename(path)
  return (path:match("[^/]+$") or path):gsub("(.)%.[^.]+$", "%1")
end

function sources.present(value)
  return value ~= nil and value ~= "" and value or nil
end

-- A track of a file that holds several: the file's tags speak of all of them.
local function is_part(entry)
  return entry.start ~= nil or entry.length ~= nil or entry.embedded or false
end

-- What the file itself says counts more than the list, the list more than the name. Of a part of
-- a file the list knows more.
---@param entry redbook.Entry
---@param tags table of AudioSource
---@return { title: string, artist: string?, album: string?, album_artist: string? }
function sources.label(entry, tags)
  local present, first, second = sources.present, tags, entry
  if is_part(entry) then first, second = entry, tags end
  return {
    title = present(first.title) or present(second.title) or basename(entry.path),
    artist = present(first.artist) or present(second.artist) or present(tags.album_artist),
    album = present(first.album) or present(second.album),
    album_artist = present(tags.album_artist),
  }
end

-- The list's, else the file's, which is checked already. Of a part of a file only the list's.
---@param entry redbook.Entry
---@param tags table of AudioSource
---@return string? isrc
function sources.isrc(entry, tags)
  if entry.isrc or is_part(entry) then return entry.isrc end
  return tags.isrc
end

-- With the gain that was decided before, if any.
local function open(entry, processing)
  local asked = processing or {}
  local plain = not (entry.start or entry.length or entry.raw or processing)
  local source, err = core.AudioSource(plain and entry.path or { path = entry.path,
    start = entry.start or 0, length = entry.length, raw = entry.raw, quality = asked.quality,
    dither = asked.dither, limit = asked.limit })
  if source and entry.gain then source.Gain = entry.gain end
  return source, err
end

---@class redbook.Slot an entry and its source, opened when it is asked for
---@field entry redbook.Entry
---@field source redbook.AudioSource? once it is open
---@field processing { quality: string?, dither: string?, limit: boolean? }?
local Slot = {}
Slot.__index = Slot

---@return redbook.AudioSource? source the same every time
---@return redbook.Error? err
function Slot:open()
  if self.source then return self.source end
  local source, err = open(self.entry, self.processing)
  self.source = source
  return source, err
end

---The source's files and memory are given back. `open` opens it anew.
function Slot:close()
  if self.source then self.source:Close() end
  self.source = nil
end

---The sources of a list. None is opened yet: a disc has up to 99, and few are read at once.
---@param entries redbook.Entry[]
---@param options? { quality: string?, dither: string?, clip: string? }
---@return redbook.Slot[] slots one for each entry
function sources.open_all(entries, options)
  local slots, processing = {}, loudness.processing(options or {})
  for index, entry in ipairs(entries) do
    slots[index] = setmetatable({ entry = entry, processing = processing }, Slot)
  end
  return slots
end

return sources
