-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the entries of a list to their AudioSources, and to what people call them.

local core = require "redbook.core"
local failure = require "redbook.failure"
local joints = require "redbook.recipe.joints"
local loudness = require "redbook.recipe.loudness"
local operate = require "redbook.recipe.operate"
local paths = require "redbook.playlist.path"

local sources = {}

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
    title = present(first.title) or present(second.title) or paths.stem(entry.path),
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

local function interrupted(signal, entry)
  return failure.interrupted(signal, "untouched", "interrupted while reading " .. entry.path)
end

-- With the gain that was decided before, if any.
local function open(entry, processing)
  local asked = processing or {}
  local plain = not (entry.start or entry.length or entry.raw or processing)
  local source, err = core.AudioSource(plain and entry.path or { path = entry.path,
    start = entry.start or 0, length = entry.length, raw = entry.raw, quality = asked.quality,
    dither = asked.dither, limit = asked.limit })
  if source and entry.gain then source.Gain = entry.gain end
  if err and err.signal then return nil, interrupted(err.signal, entry) end
  return source, err
end

---@class redbook.Slot an entry and its source, opened when it is asked for
---@field entry redbook.Entry
---@field index integer in its list
---@field source redbook.AudioSource? once it is open
---@field processing { quality: string?, dither: string?, limit: boolean? }?
---@field joint redbook.Joint? the neighbours that it is one sound with, once it has been opened
---@field continues boolean? the one before
---@field decided boolean? whether it is joined
---@field traits table? of `joints`
local Slot = {}
Slot.__index = Slot

---@return redbook.AudioSource? source the same every time
---@return redbook.Error? err
function Slot:open()
  local list = self.list
  while not self.decided do list.decided = joints.decide(list, list.decided + 1, list.options) end
  return self:open_alone()
end

---By itself, unless it is open already.
---@return redbook.AudioSource? source
---@return redbook.Error? err
function Slot:open_alone()
  if self.source then return self.source end
  local source, err = open(self.entry, self.processing)
  self.source = source
  return source, err
end

---Opens it and decodes it once.
---@param options { waiter: function? }
---@param before fun(source: redbook.AudioSource) told of the source before it is decoded
---@return redbook.AudioSource? source
---@return redbook.Error|redbook.Failure? err a Failure of stage "interrupted" when a signal came
function Slot:scan(options, before)
  local source, err = self:open()
  if not source then return nil, err end
  before(source)
  local operation, begin_err = source:BeginScan()
  local ok, problem, signal = operate(operation, begin_err, nil, options)
  if signal then return nil, interrupted(signal, self.entry) end
  if not ok then return nil, problem end
  return source
end

---Each of the tracks that it is converted with is opened by itself from now on.
---@return boolean done false when it is by itself already
function Slot:separate()
  if not (self.joint and self.joint.joined) then return false end
  joints.separate(self.list, self.joint)
  return true
end

---What `JoinedSources` makes it of.
---@return { parts: table[], place: integer }? joined nil when it is converted by itself
function Slot:joined()
  local joint = self.joint
  return joint and joint.joined and { parts = joint.parts, place = self.index - joint.first + 1 }
    or nil
end

---The last of those that are read one after the other, by one thread.
---@return integer index
function Slot:last()
  return self.joint and self.joint.joined and self.joint.last or self.index
end

---The source's files and memory are given back. `open` opens it anew, but not one that is joined.
function Slot:close()
  if self.source then self.source:Close() end
  self.source = nil
end

---The sources of a list. None is opened yet: a disc has up to 99, and few are read at once.
---Neighbours that are one continuous sound are converted as one (joints.lua).
---@param entries redbook.Entry[] all of them, also when not all will be read: what a track is may
---depend on the one before
---@param options? { quality: string?, dither: string?, clip: string?, gain: string?,
---gapless: boolean? }
---@return redbook.Slot[] slots one for each entry
function sources.open_all(entries, options)
  local slots = { decided = 0, options = options or {} }
  local processing = loudness.processing(slots.options)
  for index, entry in ipairs(entries) do
    slots[index] = setmetatable({ entry = entry, processing = processing, index = index,
      list = slots }, Slot)
  end
  return slots
end

return sources
