-- SPDX-License-Identifier: GPL-3.0-or-later
-- The sources of a set: many more than one disc has, so that not all can be open at once.

local failure = require "redbook.failure"
local loudness = require "redbook.recipe.loudness"
local merged = require "redbook.merged"
local scan = require "redbook.recipe.scan"

local set_scan = {}

-- So many sources stay open after they were measured, each with its file and what is kept of it;
-- a process may usually have 1024. Others are decoded again when it is their disc's turn.
local MANY = 250
local BATCH = 99

-- As if the whole list were scanned at once.
local function teller(burn, first, count)
  return function(event)
    if event.event == "ahead" and first > 1 then return end
    if event.index then event.index, event.count = event.index + first - 1, count end
    burn:tell(event)
  end
end

-- Where the last tracks that belong together begin: what comes behind them may belong to them.
local function last_group(tracks)
  local place = #tracks
  while place > 1 and tracks[place].continues do place = place - 1 end
  return place
end

-- A batch from `first` on that ends where a sound ends.
local function batch(burn, entries, first, size)
  local last = math.min(first + size - 1, #entries)
  local tracks, err = scan(table.move(entries, first, last, 1, {}), burn.options,
    teller(burn, first, #entries))
  if not tracks or last == #entries then return tracks, err end
  local following = last_group(tracks)
  if following == 1 then return batch(burn, entries, first, 2 * size) end
  for place = #tracks, following, -1 do
    tracks[place].source:Close()
    tracks[place] = nil
  end
  return tracks
end

local function merge(failures, count)
  local first = failures[1]
  if #failures == 1 then return first end
  local problems = {}
  for _, err in ipairs(failures) do
    table.move(err.problems, 1, #err.problems, #problems + 1, problems)
  end
  return failure.new { stage = "source", code = first.code, name = first.name,
    problems = problems, advice = "repair them, or take them out of the list",
    message = ("%d of %d sources cannot be burned"):format(#problems, count) }
end

---Decodes all of a list once.
---@param burn table of burn_set
---@param entries redbook.Entry[]
---@return redbook.ScannedTrack[]? tracks
---@return redbook.Failure|table<integer, redbook.ScannedTrack> err or those of them that are open
function set_scan.all(burn, entries)
  if #entries <= MANY or loudness.decides(burn.options) then
    local tracks, err = scan(entries, burn.options, function(event) burn:tell(event) end)
    return tracks, err or table.move(tracks, 1, #tracks, 1, {})
  end
  local tracks, open, failures, first = {}, {}, {}, 1
  while first <= #entries do
    local made, err = batch(burn, entries, first, BATCH)
    if not made and not err.problems then return nil, err end
    if not made then
      failures[#failures + 1] = err
      made = table.move(entries, first, math.min(first + BATCH - 1, #entries), 1, {})
    end
    for place, track in ipairs(made) do
      local index = first + place - 1
      tracks[index] = track
      if index > MANY - BATCH and track.source then
        track.source:Close()
      else
        open[index] = track
      end
    end
    first = first + #made
    -- Operations that have ended hold their sources until they are collected.
    collectgarbage()
  end
  if #failures > 0 then return nil, merge(failures, #entries) end
  return tracks, open
end

---With those that they are one sound with, which decides how they are converted.
---@param tracks { continues: boolean? }[] of the set
---@param list integer[] places
---@return integer[] places ascending
---@return integer[] only of these the places of those that were asked for
---@return boolean[] apart of these whether a sound begins there
function set_scan.with_neighbours(tracks, list)
  local needed, places, apart, wanted = {}, {}, {}, {}
  for _, index in ipairs(list) do
    local first, last = index, index
    while tracks[first].continues do first = first - 1 end
    while tracks[last + 1] and tracks[last + 1].continues do last = last + 1 end
    for at = first, last do needed[at] = true end
  end
  for index in ipairs(tracks) do
    if needed[index] then
      places[#places + 1] = index
      apart[#places] = not tracks[index].continues
      wanted[index] = #places
    end
  end
  local only = {}
  for place, index in ipairs(list) do only[place] = wanted[index] end
  return places, only, apart
end

---Decodes some that were measured before.
---@param burn table of burn_set
---@param list integer[] places
---@return redbook.ScannedTrack[]? tracks
---@return redbook.Failure? err also when one is not what it was
function set_scan.some(burn, list)
  local data, entries = burn.data, {}
  local places, only, apart = set_scan.with_neighbours(data.tracks, list)
  for place, index in ipairs(places) do entries[place] = data.entries[index] end
  local tracks, err = scan(entries, merged(burn.options, { only = only, apart = apart }),
    function(event) burn:tell(event) end)
  if not tracks then return nil, err end
  for place, index in ipairs(list) do
    local track, known = tracks[place], data.tracks[index]
    if track.sectors ~= known.sectors or track.crc32 ~= known.crc32 then
      return nil, failure.new { stage = "source", code = 0xC0AA050D,
        name = "E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED",
        message = track.path .. " gives another sound than when the set was begun",
        advice = "begin the set anew: --split with --restart" }
    end
  end
  return tracks
end

return set_scan
