-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether what lies in a drive is a disc of a set, by what its file says was written, and by the
-- order and lengths of what it does not say: the last track may have been written just before
-- the program was killed. Pure.

local planner = require "redbook.plan"
local resume = require "redbook.recipe.resume"

local function by_number(list)
  local map = {}
  for _, track in ipairs(list) do map[track.number] = track end
  return map
end

local Match = {}
Match.__index = Match

local function is_at(track, known) return track.StartLba == known.start end

-- "whole", "part", or nil: something else stands there.
function Match:kind(track, index)
  local written, cut = self.written[track.Number], self.cut[track.Number]
  local entry = self.disc.tracks[#self.found.on_disc + 1]
  local sectors = entry and math.max(self.tracks[entry].sectors, planner.MINIMUM)
  if written then
    return written.entry == entry and is_at(track, written)
      and resume.is_whole(track, written.sectors) and "whole" or nil
  elseif not sectors then
    return nil
  elseif cut then
    return is_at(track, cut) and resume.is_part(track, sectors + 1) and "part" or nil
  end
  -- Of 4 seconds may also be what was filled up; better twice than never whole.
  local doubtful = index == #self.on and sectors == planner.MINIMUM and not self.closed
  if resume.is_whole(track, sectors) and track.Complete and not doubtful then return "whole" end
  return (resume.is_part(track, sectors) or doubtful) and "part" or nil
end

-- What the file says must be there. Without anything it says: one track that goes by its length,
-- or one beginning alone, which was never closed; a track that somebody has closed may be of
-- anything that is shorter.
function Match:is_credible()
  local known = #self.disc.written + #self.disc.cut
  for _, list in ipairs { self.disc.written, self.disc.cut } do
    for _, track in ipairs(list) do
      if not self.seen[track.number] then return false end
    end
  end
  return known > 0 or #self.found.on_disc > 0
    or #self.on == 1 and (self.own or not self.on[1].Complete)
end

---@param disc redbook.SetDisc one that is begun
---@param tracks { sectors: integer }[] of the set, as measured
---@param on table[] tracks of `Recorder:Examine()`
---@param closed boolean the disc was closed as it was meant to be
---@param own boolean? it is known to be this disc
---@return { on_disc: integer[], cut_off: { track: integer, entry: integer }[] }? found on_disc: the
---disc's numbers of the first of `disc.tracks`; nil: it is another disc
local function match(disc, tracks, on, closed, own)
  local self = setmetatable({ disc = disc, tracks = tracks, on = on, closed = closed, own = own,
    seen = {}, written = by_number(disc.written), cut = by_number(disc.cut),
    found = { on_disc = {}, cut_off = {} } }, Match)
  for index, track in ipairs(on) do
    local kind = track.Number == index and self:kind(track, index)
    if not kind then return nil end
    self.seen[track.Number] = true
    local found = self.found
    if kind == "whole" then
      found.on_disc[#found.on_disc + 1] = track.Number
    else
      found.cut_off[#found.cut_off + 1] = { track = track.Number,
        entry = disc.tracks[#found.on_disc + 1] }
    end
  end
  return #on > 0 and self:is_credible() and self.found or nil
end

return match
