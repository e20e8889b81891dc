-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which neighbours of a list are one continuous sound, and their sources: they go through one
-- conversion, so that nothing is heard where one ends and the next begins.

local core = require "redbook.core"
local loudness = require "redbook.recipe.loudness"

local joints = {}

---@class redbook.Joint neighbours that are one continuous sound
---@field first integer
---@field last integer
---@field joined boolean by one conversion; else each has the same sectors by itself
---@field parts { path: string, start: integer?, length: integer? }[]? of those that are joined

-- A track shorter than 4 seconds is filled up with silence: nothing goes on behind it.
local SHORTEST = 4

local function start_of(entry) return entry.start or 0 end

-- Parts of one file, the second where the first ends.
local function touch(one, other)
  return one.path == other.path and math.type(one.length) == "integer"
    and math.type(start_of(one)) == "integer" and start_of(one) + one.length == start_of(other)
end

local function same_format(one, other)
  for _, name in ipairs { "sample_rate", "channels", "exact" } do
    if one[name] ~= other[name] then return false end
  end
  return one.sample_rate ~= nil
end

local function too_short(format)
  local frames = format.announced_frames
  return frames ~= nil and frames < SHORTEST * format.sample_rate
end

local function album_of(entry, tags)
  local album = tags.album or entry.album
  return album, album and (tags.album_artist or "")
end

-- Two whole files of which the tags say, or whoever burns them, that the sound goes on.
local function agree(one, other, gapless)
  local album, artist = album_of(one.entry, one.traits.tags)
  local next_album, next_artist = album_of(other.entry, other.traits.tags)
  if album ~= next_album or artist ~= next_artist then return false end
  if gapless then return album ~= nil or one.entry.list == other.entry.list end
  return album ~= nil and one.traits.tags.gapless == true and other.traits.tags.gapless == true
end

-- Whether it is worth opening the next one to ask it.
local function may_follow(one, other, gapless)
  if one.entry.length ~= nil or start_of(other.entry) ~= 0 then return false end
  return other.entry.continues or gapless or one.traits.tags.gapless == true
end

-- What counts of a source here: a whole album is not kept open for it.
local function look(slot)
  if slot.traits then return true end
  local source = slot:open_alone()
  if not source then return false end
  slot.traits = { tags = source.Tags or {}, format = source.Format }
  return true
end

-- "parts" of one file, "files" that continue each other, or nil.
local function relation(one, other, options)
  local first, second = one.entry, other.entry
  if first.raw or second.raw or first.gain ~= second.gain then return nil end
  if not look(one) then return nil end
  local parts = touch(first, second)
  if parts then other.traits = one.traits end
  if not parts and not may_follow(one, other, options.gapless) then return nil end
  if not look(other) then return nil end
  local format = one.traits.format
  if not same_format(format, other.traits.format) then return nil end
  if parts then return "parts" end
  local go_on = second.continues or agree(one, other, options.gapless)
  return go_on and not too_short(format) and "files" or nil
end

local function part_of(entry)
  return { path = entry.path, start = entry.start, length = entry.length }
end

-- Sectors of parts that pass bit-exactly are the same by themselves.
local function needs_joining(slots, group, options)
  local gain = loudness.decides(options) or slots[group.first].entry.gain
  return group.files or gain or not slots[group.first].traits.format.exact
end

local function join(slots, group)
  local parts, processing = {}, slots[group.first].processing
  for index = group.first, group.last do
    parts[#parts + 1] = part_of(slots[index].entry)
    slots[index]:close()
  end
  local list = core.JoinedSources(parts, processing)
  if not list then return false end
  group.parts = parts
  for place, source in ipairs(list) do slots[group.first + place - 1].source = source end
  local gain = slots[group.first].entry.gain
  if gain then list[1].Gain = gain end
  return true
end

---Decides about the slots from `first` on, as far as they belong to it.
---@param slots redbook.Slot[] of `sources.open_all`; those up to `first` are decided already
---@param first integer
---@param options { gapless: boolean?, gain: string?, clip: string?,
---apart: table<integer, boolean>? } apart: slots that are known not to continue the one before
---@return integer last slot that is decided now
function joints.decide(slots, first, options)
  local group = { first = first, last = first }
  while slots[group.last + 1] do
    local apart = options.apart and options.apart[group.last + 1]
    local kind = not apart and relation(slots[group.last], slots[group.last + 1], options)
    if not kind then break end
    group.files = group.files or kind == "files"
    slots[group.last]:close()
    group.last = group.last + 1
  end
  for index = group.first, group.last do slots[index].decided = true end
  if group.last == first then return first end
  group.joined = needs_joining(slots, group, options)
  if group.joined and not join(slots, group) then return group.last end
  for index = group.first, group.last do
    slots[index].joint, slots[index].continues = group, index > first
  end
  return group.last
end

---The sources of a group are opened each by itself from now on.
---@param slots redbook.Slot[]
---@param group redbook.Joint
function joints.separate(slots, group)
  for index = group.first, group.last do
    local slot = slots[index]
    slot:close()
    slot.joint, slot.continues = nil, nil
  end
end

return joints
