-- SPDX-License-Identifier: GPL-3.0-or-later
-- A disc of a set that was begun before: what is on it, what still fits, what has to go elsewhere.

local aftermath = require "redbook.recipe.aftermath"
local learn = require "redbook.recipe.set_found"
local match = require "redbook.set.match"
local planner = require "redbook.plan"
local rescue = require "redbook.recipe.rescue"
local set_begin = require "redbook.recipe.set_begin"
local split = require "redbook.split"

local set_rest = {}

---The tracks of a disc that are not on it yet.
---@param disc redbook.SetDisc
---@param slot redbook.SetSlot
---@return integer[] places in the list
function set_rest.of(disc, slot)
  return table.move(disc.tracks, #slot.on_disc + 1, #disc.tracks, 1, {})
end

-- Fewer of its tracks fit on the disc than were to go there, as the beginning of one takes room:
-- the others go onto the discs that come after.
local function move_rest(burn, slot, many)
  local data, disc = burn.data, burn.data.discs[slot.disc]
  local kept = #slot.on_disc + many
  local pool = table.move(disc.tracks, kept + 1, #disc.tracks, 1, {})
  for index = slot.disc + 1, #data.discs do
    if data.discs[index].state == "waiting" then
      table.move(data.discs[index].tracks, 1, #data.discs[index].tracks, #pool + 1, pool)
    end
  end
  table.sort(pool)
  local tracks, before = {}, #data.discs
  for place, index in ipairs(pool) do
    local track = data.tracks[index]
    tracks[place] = { sectors = track.sectors, album = track.album,
      album_artist = track.album_artist,
      continues = pool[place - 1] == index - 1 and track.continues or nil }
  end
  local moved = #disc.tracks - kept
  disc.tracks = table.move(disc.tracks, 1, kept, 1, {})
  for index = before, slot.disc + 1, -1 do
    if data.discs[index].state == "waiting" then table.remove(data.discs, index) end
  end
  for _, list in ipairs(split.split(tracks, data.capacity, data.split).discs) do
    for place, index in ipairs(list) do list[place] = pool[index] end
    table.insert(data.discs, set_begin.discs({ list })[1])
  end
  local more = #data.discs > before and ("; the set has %d discs now"):format(#data.discs) or ""
  burn:remark(("the beginning of a track takes room on disc %d: %d track%s onto later discs%s")
    :format(slot.disc, moved, moved == 1 and " goes" or "s go", more), "set_moved")
end

local function by_number(tracks)
  local map = {}
  for _, track in ipairs(tracks) do map[track.Number] = track end
  return map
end

local function note_cut(disc, cut_off, tracks)
  local map = by_number(tracks)
  disc.cut = {}
  for place, part in ipairs(cut_off) do
    local track = map[part.track]
    disc.cut[place] = { number = part.track, start = track.StartLba, sectors = track.Sectors }
  end
end

-- A track that was cut off is closed where it ends; then the drive tells what room is left.
local function mend(burn, slot)
  local options = burn.options
  local mended, err = rescue(slot.recorder, { action = "close_track",
    client_name = options.client_name, stop = options.stop, waiter = options.waiter,
    wait = options.wait }, aftermath.steps_only(function(event)
    burn:tell(event, slot.recorder)
  end))
  if not mended then return nil, err end
  slot.examination = mended.examination
  -- All of it may have been written, and only its end not told.
  local disc, tracks = burn.data.discs[slot.disc], mended.examination.Tracks
  local on = match(disc, burn.data.tracks, tracks, false, true)
  if not on then return true end
  slot.on_disc, slot.cut_off = on.on_disc, on.cut_off
  note_cut(disc, on.cut_off, tracks)
  return burn:save()
end

---A burn has failed: the beginning of a track that was closed then would pass for another
---disc's, if it were not written down.
---@param burn table of burn_set
---@param slot redbook.SetSlot
function set_rest.remember(burn, slot)
  local found = slot.recorder:Examine()
  local disc, tracks = burn.data.discs[slot.disc], found and found.Tracks or {}
  local on = match(disc, burn.data.tracks, tracks, false, true)
  if not on or #on.cut_off == #disc.cut then return end
  note_cut(disc, on.cut_off, tracks)
  burn:keep()
end

---What is known of an open disc, before more is written to it.
---@param burn table of burn_set
---@param slot redbook.SetSlot
function set_rest.adopt(burn, slot)
  local disc = burn.data.discs[slot.disc]
  note_cut(disc, slot.cut_off, slot.examination.Tracks)
  local list = {}
  for place, number in ipairs(slot.on_disc) do
    local entry = burn.data.entries[disc.tracks[place]]
    list[place] = { number = number, title = burn.data.tracks[disc.tracks[place]].title,
      path = entry.path }
  end
  local cut_off = {}
  for place, part in ipairs(slot.cut_off) do
    for at, index in ipairs(disc.tracks) do
      if index == part.entry then cut_off[place] = { track = part.track, entry = at } end
    end
  end
  burn:tell({ event = "resume", on_disc = list, left = #disc.tracks - #list,
    count = #disc.tracks, cut_off = cut_off }, slot.recorder)
end

-- Whether a disc that is begun can take any of what is missing; nil: nothing is.
local function room_on(burn, slot)
  local disc, found = burn.data.discs[slot.disc], slot.examination
  local rest = set_rest.of(disc, slot)
  if #rest == 0 then return nil end
  local many = found.NextTrack and split.prefix(burn.data.tracks, rest, found.FreeSectors,
    planner.TRACKS + 1 - found.NextTrack) or 0
  if many < #rest and (many > 0 or #slot.on_disc > 0) then
    move_rest(burn, slot, many)
  elseif many == 0 then
    return false
  end
  return many > 0 or nil
end

local function begin_anew(burn, slot)
  local disc = burn.data.discs[slot.disc]
  if #disc.written > 0 or #disc.cut > 0 then
    burn:remark(("disc %d of %d was begun on another disc; it is begun anew on this blank one")
      :format(slot.disc, #burn.data.discs), "set_anew")
  end
  disc.written, disc.cut = {}, {}
end

---Brings what lies in the drive into the state from which it is written to.
---@param burn table of burn_set
---@param slot redbook.SetSlot
---@return boolean? ok false: none of what is missing fits on the disc, or it is another one
---@return redbook.Failure? err
function set_rest.prepare(burn, slot)
  local disc = burn.data.discs[slot.disc]
  if slot.kind == "blank" then
    begin_anew(burn, slot)
    return true
  end
  if slot.examination.LastTrackIncomplete then
    local ok, err = mend(burn, slot)
    if not ok then return nil, err end
  end
  local ok, err = learn(burn, slot)
  if err then return nil, err end
  if not ok then
    burn.full[slot.recorder] = true
    burn:remark(("the disc is none of the set %s: its first track holds another sound"):format(
      burn.name), "set_other")
    return false
  end
  if slot.kind == "open" and room_on(burn, slot) == false then
    burn.full[slot.recorder] = true
    burn:remark(("none of what is missing on disc %d of %d fits on it any more; it is begun "
      .. "anew on a blank disc"):format(slot.disc, #burn.data.discs), "set_anew")
    disc.written, disc.cut = {}, {}
    return false
  end
  return true
end

return set_rest
