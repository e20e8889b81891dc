-- SPDX-License-Identifier: GPL-3.0-or-later
-- Measured tracks and the room of a disc in, discs out: which track goes on which. Pure.

local planner = require "redbook.plan"

local split = {}

split.MODES = { order = true, album = true, fit = true }

---@param value any of an option `split`
---@return boolean
---@return string expected
function split.is_mode(value)
  return split.MODES[value] == true, "'order', 'album' or 'fit'"
end

-- How many placements of `fit` are tried for one disc less: a blink's work.
local TRIALS = 20000

---@class redbook.Split
---@field discs integer[][] of each disc its tracks, as places in the list, ascending
---@field cuts { kind: "album"|"sound", first: integer, last: integer }[] what is longer than a
---disc, and had to be cut; first, last: places in the list

-- What a track takes, the gap behind it included. A disc has room for one gap more, then: the
-- last track has none.
local function weight(track) return math.max(track.sectors, planner.MINIMUM) + planner.GAP end

---@param tracks { sectors: integer }[]
---@param list integer[] places
---@return integer sectors of a disc with these, gaps included
function split.needed(tracks, list)
  local sum = 0
  for _, index in ipairs(list) do sum = sum + weight(tracks[index]) end
  return math.max(sum - planner.GAP, 0)
end

-- Tracks that stay together: { first, last, weight }.
local function unit(tracks, first, last)
  local made = { first = first, last = last, count = last - first + 1, weight = 0 }
  for index = first, last do made.weight = made.weight + weight(tracks[index]) end
  return made
end

-- Neighbours that belong together, as units.
local function runs(tracks, first, last, belongs)
  local list, start = {}, first
  for index = first + 1, last + 1 do
    if index > last or not belongs(index) then
      list[#list + 1] = unit(tracks, start, index - 1)
      start = index
    end
  end
  return list
end

local function album_of(track)
  return track.album and track.album ~= ""
    and track.album .. "\0" .. (track.album_artist or "") or nil
end

-- From the largest that can stay together down to single tracks.
local LEVELS = {
  { kind = "album", belongs = function(tracks, index)
    local album = album_of(tracks[index])
    return tracks[index].continues or album ~= nil and album == album_of(tracks[index - 1])
  end },
  { kind = "sound", belongs = function(tracks, index) return tracks[index].continues end },
  { kind = "track", belongs = function() return false end },
}

local Splitter = {}
Splitter.__index = Splitter

function Splitter:fits(sum, count)
  return sum - planner.GAP <= self.capacity and count <= planner.TRACKS
end

-- What the next level tells of.
function Splitter:is_sound(made, level)
  if level > 1 then return false end
  for index = made.first + 1, made.last do
    if not self.tracks[index].continues then return false end
  end
  return true
end

-- Units between two places, none longer than a disc as far as that is possible.
function Splitter:units(first, last, level, into)
  local rule = LEVELS[level]
  for _, made in ipairs(runs(self.tracks, first, last, function(index)
    return index > first and rule.belongs(self.tracks, index)
  end)) do
    if self:fits(made.weight, made.count) or level == #LEVELS then
      into[#into + 1] = made
    else
      if made.count > 1 and not self:is_sound(made, level) then
        self.cuts[#self.cuts + 1] = { kind = rule.kind, first = made.first, last = made.last }
      end
      self:units(made.first, made.last, level + 1, into)
    end
  end
  return into
end

-- Bins: { weight, count, units }.
local function add(bin, item, sign)
  bin.weight = bin.weight + sign * item.weight
  bin.count = bin.count + sign * item.count
end

local function new_bin() return { weight = 0, count = 0, units = {} } end

function Splitter:room_for(bin, item)
  return self:fits(bin.weight + item.weight, bin.count + item.count)
end

local function put(bin, item)
  add(bin, item, 1)
  bin.units[#bin.units + 1] = item
end

-- Each on the first disc with room for it; of those begun only the last may be taken, or any.
function Splitter:fill(units, only_last)
  local bins = {}
  for _, item in ipairs(units) do
    local at = only_last and math.max(#bins, 1) or 1
    while bins[at] and not self:room_for(bins[at], item) do at = at + 1 end
    bins[at] = bins[at] or new_bin()
    put(bins[at], item)
  end
  return bins
end

-- All placements on so many discs are tried, as long as that takes no time; nil: none was found.
function Splitter:search(units, count)
  local bins, trials = {}, 0
  for index = 1, count do bins[index] = new_bin() end
  local function place(index)
    local item = units[index]
    if not item then return true end
    local tried = {}
    for _, bin in ipairs(bins) do
      -- Discs that are as full are alike.
      local key = bin.weight .. ":" .. bin.count
      if not tried[key] and self:room_for(bin, item) then
        tried[key], trials = true, trials + 1
        if trials > TRIALS then return false end
        put(bin, item)
        if place(index + 1) then return true end
        bin.units[#bin.units] = nil
        add(bin, item, -1)
      end
    end
    return false
  end
  return place(1) and bins or nil
end

-- The longest first, and then fewer discs as long as that can be.
function Splitter:as_few(units)
  table.sort(units, function(a, b)
    if a.weight ~= b.weight then return a.weight > b.weight end
    return a.first < b.first
  end)
  local best, sum, count = self:fill(units), 0, 0
  for _, item in ipairs(units) do sum, count = sum + item.weight, count + item.count end
  local least = math.max((sum + self.capacity + planner.GAP - 1) // (self.capacity + planner.GAP),
    (count + planner.TRACKS - 1) // planner.TRACKS)
  while #best > least do
    local better = self:search(units, #best - 1)
    if not better then break end
    best = better
  end
  return best
end

local function discs_of(bins)
  local discs = {}
  for place, bin in ipairs(bins) do
    local list = {}
    for _, item in ipairs(bin.units) do
      for index = item.first, item.last do list[#list + 1] = index end
    end
    table.sort(list)
    discs[place] = list
  end
  table.sort(discs, function(a, b) return a[1] < b[1] end)
  return discs
end

---Which tracks no disc has room for.
---@param tracks { sectors: integer }[]
---@param capacity integer sectors
---@return integer[] places
function split.too_long(tracks, capacity)
  local list = {}
  for index, track in ipairs(tracks) do
    if track.sectors > capacity then list[#list + 1] = index end
  end
  return list
end

---Splits a list.
---
---"order": in the order of the list, the next disc when one is full. "album": the same, neighbours
---of one album on one disc. "fit": as few discs as possible; on each the order of the list.
---Tracks that are one continuous sound stay together. What is longer than a disc is cut.
---@param tracks { sectors: integer, continues: boolean?, album: string?, album_artist: string? }[]
---none longer than a disc
---@param capacity integer sectors of an empty disc
---@param mode "order"|"album"|"fit"
---@return redbook.Split
function split.split(tracks, capacity, mode)
  local self = setmetatable({ tracks = tracks, capacity = capacity, cuts = {} }, Splitter)
  local units = self:units(1, #tracks, mode == "album" and 1 or 2, {})
  local bins = mode == "fit" and self:as_few(units) or self:fill(units, true)
  return { discs = discs_of(bins), cuts = self.cuts }
end

---How many of some tracks still go on a disc that is begun, sounds kept whole if possible.
---@param tracks { sectors: integer, continues: boolean? }[]
---@param list integer[] places of those that are to go there, in order
---@param free integer sectors for one more track
---@param count integer tracks that the disc can take
---@return integer many of the first of them
function split.prefix(tracks, list, free, count)
  local sum, most, whole = 0, 0, 0
  for place, index in ipairs(list) do
    sum = sum + weight(tracks[index])
    if sum - planner.GAP > free or place > count then break end
    most = place
    local following = list[place + 1]
    local goes_on = following == index + 1 and tracks[following].continues
    if not goes_on then whole = place end
  end
  return whole > 0 and whole or most
end

return split
