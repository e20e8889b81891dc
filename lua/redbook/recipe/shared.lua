-- SPDX-License-Identifier: GPL-3.0-or-later
-- One rendering for several drives: the sources are decoded once, and each drive reads what was
-- kept through AudioSources of its own. What found no room is decoded for each drive by itself.

local failure = require "redbook.failure"
local merged = require "redbook.merged"
local scan = require "redbook.recipe.scan"
local sources = require "redbook.recipe.sources"

---@class redbook.Shared
---@field entries redbook.Entry[]
---@field on_event fun(event: table)
---@field tracks redbook.ScannedTrack[]? once they are scanned
---@field err redbook.Failure? why they cannot be
local Shared = {}
Shared.__index = Shared

-- The first that comes scans; the others wait for it.
function Shared:scan(options, idle_until)
  idle_until(function() return not self.scanning end)
  if self.tracks or self.err then return self.tracks, self.err end
  self.scanning = true
  local own = merged({ shared = not options.plan_only }, options)
  self.tracks, self.err = scan(self.entries, own, self.on_event)
  self.scanning = false
  return self.tracks, self.err
end

-- Once more from the file, which must be what it was.
local function decode_again(slot, track, options)
  local source, err = slot:scan(options, function(opened)
    if (track.gain or 0) ~= opened.Gain then opened.Gain = track.gain or 0 end
  end)
  if not source then
    return nil, err.stage == "interrupted" and err or failure.from(err, "source")
  elseif source.CRC32 ~= track.crc32 then
    return nil, failure.new { stage = "source", code = 0xC0AA050D,
      name = "E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED",
      message = track.path .. " has changed since it was scanned", advice = "burn it again" }
  end
  return source
end

local function with_source(track, source)
  local copy = { source = source }
  for name, value in pairs(track) do copy[name] = copy[name] or value end
  return copy
end

function Shared:tell(alone)
  if alone == 0 or self.told then return end
  self.told = true
  self.on_event { event = "remark", name = "decoded_for_each", message = ("%d of %d tracks found "
    .. "no room for temporary files; each drive decodes them for itself"):format(alone,
    #self.tracks) }
end

---The tracks of one drive; the same at every call for it.
---@param owner any the drive
---@param options redbook.BurnOptions of its burn
---@param idle_until fun(condition: fun(): boolean) lets the other drives go on
---@return redbook.ScannedTrack[]? tracks
---@return redbook.Failure? err
function Shared:tracks_for(owner, options, idle_until)
  local tracks, err = self:scan(options, idle_until)
  if not tracks then return nil, err end
  self.first = self.first or owner
  if self.first == owner or options.plan_only then return tracks end
  if self.of[owner] then return self.of[owner] end
  local slots, list, alone = sources.open_all(self.entries, options), {}, 0
  for index, track in ipairs(tracks) do
    local source = track.kept > 0 and track.source:Clone()
    if not source then
      alone = alone + 1
      self:tell(alone)
      source, err = decode_again(slots[index], track, options)
      if not source then return nil, err end
    end
    list[index] = with_source(track, source)
  end
  self.of[owner] = list
  return list
end

---@param entries redbook.Entry[]
---@param on_event fun(event: table) gets what `scan` tells
---@return redbook.Shared
local function shared(entries, on_event)
  return setmetatable({ entries = entries, on_event = on_event, of = {} }, Shared)
end

return shared
