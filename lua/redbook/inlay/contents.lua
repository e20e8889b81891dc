-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an inlay shows: of the tracks of a manifest, or of those that were measured. Pure.

local plan = require "redbook.plan"
local text = require "redbook.playlist.text"

-- Neither printed nor allowed in XML, or what reorders the text around it.
local UNSEEN = { { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x200B, 0x200B }, { 0x200E, 0x200F },
  { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB },
  { 0xFFFE, 0xFFFF } }

local function is_seen(codepoint)
  for _, range in ipairs(UNSEEN) do
    if codepoint >= range[1] and codepoint <= range[2] then return false end
  end
  return codepoint >= 0x20
end

-- One line of what can be printed; nil when nothing is left. A manifest may hold anything.
local function clean(value)
  if type(value) ~= "string" then return nil end
  local kept = {}
  for _, codepoint in utf8.codes((text.to_utf8(value):gsub("%s", " "))) do
    if is_seen(codepoint) then kept[#kept + 1] = utf8.char(codepoint) end
  end
  local line = text.trim(table.concat(kept):gsub("  +", " "))
  return line ~= "" and line or nil
end

-- What all tracks have alike.
local function common(tracks, name)
  local first = tracks[1] and clean(tracks[1][name])
  for _, track in ipairs(tracks) do
    if clean(track[name]) ~= first then return nil end
  end
  return first
end

---@param tracks { number: integer?, title: any, artist: any, album: any, album_artist: any,
---sectors: integer }[] number: else their order; shorter ones are 4 seconds long on the disc
---@param options { title: string?, artist: string?, name: string?, set: table? } what people have
---said; `name` of the disc, where nothing else tells; `set` of a manifest
---@return redbook.Inlay
return function(tracks, options)
  local set = type(options.set) == "table" and options.set or {}
  local disc, of = math.tointeger(set.disc), math.tointeger(set.of)
  local made = { tracks = {}, disc = disc and of and ("disc %d of %d"):format(disc, of) or nil,
    title = clean(options.title) or common(tracks, "album") or clean(options.name)
      or clean(set.name) or "Audio CD",
    artist = clean(options.artist) or common(tracks, "album_artist") or common(tracks, "artist") }
  for index, track in ipairs(tracks) do
    local artist, number = clean(track.artist), track.number or index
    made.tracks[index] = { number = number, sectors = math.max(track.sectors, plan.MINIMUM),
      title = clean(track.title) or ("Track %d"):format(number),
      artist = artist ~= made.artist and artist or nil }
  end
  return made
end
