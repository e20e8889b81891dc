-- SPDX-License-Identifier: GPL-3.0-or-later
-- How loud tracks become: by their tags, or as measured, to ReplayGain 2's -18 LUFS; and what is
-- done about samples beyond full scale. Gains are whole hundredths of a dB, so that what a manifest
-- says is what was burned.

local core = require "redbook.core"

local loudness = {}

-- ReplayGain 2.0's reference; R128 tags of Opus aim at -23 LUFS (RFC 7845, 5.2.1).
loudness.REFERENCE = -18
local R128_TO_REPLAYGAIN = 5
-- What AudioSource takes; beyond it is silence or a mistake.
local MOST = 60

local GAINS = { off = true, track = true, album = true }
local CLIPS = { clamp = true, ["scale-track"] = true, ["scale-disc"] = true, limit = true }

function loudness.is_gain(value) return GAINS[value] == true, "'off', 'track' or 'album'" end

function loudness.is_clip(value)
  return CLIPS[value] == true, "'clamp', 'scale-track', 'scale-disc' or 'limit'"
end

function loudness.is_quality(value) return value == "hq" or value == "vhq", "'hq' or 'vhq'" end

function loudness.is_dither(value)
  return value == "tpdf" or value == "shaped" or value == "none", "'tpdf', 'shaped' or 'none'"
end

---The options by which sources are opened, nil when they are the usual ones.
---@param options { quality: string?, dither: string?, clip: string? }
---@return { quality: string?, dither: string?, limit: boolean? }?
function loudness.processing(options)
  local asked = { quality = options.quality ~= "hq" and options.quality or nil,
    dither = options.dither ~= "tpdf" and options.dither or nil,
    limit = options.clip == "limit" or nil }
  return next(asked) and asked or nil
end

---A figure that is only told where there is something to tell.
---@param value number?
---@return number?
function loudness.told(value) return value ~= 0 and value or nil end

---The loudness of silence is minus infinity, which JSON does not know.
---@param value number?
---@return number?
function loudness.finite(value) return value ~= -math.huge and value or nil end

local function decibels(factor) return 20 * math.log(factor, 10) end

-- Downwards, a hair above counting as whole: -6.0 stays -6.0.
local function floor(gain) return math.floor(gain * 100 + 1e-6) / 100 end

local function clamp(gain) return math.max(-MOST, math.min(MOST, gain)) end

---@class redbook.Level what is known of a track's loudness
---@field entry redbook.Entry
---@field tags table
---@field joint any? tracks with the same one are one continuous sound, and get one gain
---@field peak number? measured, without a gain; 1 = full scale
---@field ceiling number? the highest peak that fits
---@field exact boolean? passes bit-exactly without a gain: fits then, whatever its peak
---@field source any for `album_loudness`

local KINDS = {
  track = { "replaygain_track_gain", "replaygain_track_peak", "r128_track_gain" },
  album = { "replaygain_album_gain", "replaygain_album_peak", "r128_album_gain" },
}

---What a list or a file says of a track: the list first, as it was written for this track.
---@param level redbook.Level
---@param kind "track"|"album"
---@return number? gain dB to -18 LUFS
---@return number? peak
function loudness.tagged(level, kind)
  local entry, tags = level.entry, level.tags
  local gain, peak, r128 = table.unpack(KINDS[kind])
  -- A file that holds several tracks tells nothing of one of them.
  local part = entry.start ~= nil or entry.length ~= nil or entry.embedded
  if part and kind == "track" then tags = {} end
  if entry[gain] then return entry[gain], entry[peak] end
  local wanted = tags[gain] or tags[r128] and tags[r128] + R128_TO_REPLAYGAIN
  return wanted, wanted and tags[peak]
end

-- One cue sheet, or the sheet inside a file.
local function sheet_of(entry)
  local list = entry.list
  if list and (entry.embedded or list == entry.path or list:lower():find "%.cue$") then
    return "sheet " .. list
  end
end

local function album_of(level)
  local entry, tags = level.entry, level.tags
  local album = tags.album or entry.album
  if sheet_of(entry) then return sheet_of(entry) end
  if not album or album == "" then return "no album" end
  return "album " .. album .. "\0" .. (tags.album_artist or "")
end

-- Which tracks get one gain: {levels, kind}. Tracks that name no album are one together.
local function group(levels, mode)
  local groups, by_key = {}, {}
  for index, level in ipairs(levels) do
    local key = mode == "album" and album_of(level) or level.joint or index
    local kind = (mode == "album" or level.joint) and "album" or "track"
    if not by_key[key] then
      by_key[key] = { kind = kind }
      groups[#groups + 1] = by_key[key]
    end
    table.insert(by_key[key], level)
  end
  return groups
end

-- What the tags of all in a group agree on, and the highest peak they name.
local function agreed(members)
  local gain, highest
  for _, level in ipairs(members) do
    local own, peak = loudness.tagged(level, members.kind)
    if not own or (gain and math.abs(own - gain) > 0.011) then return nil end
    gain = gain or own
    if peak then highest = math.max(highest or 0, peak) end
  end
  return gain, highest
end

-- Turned up no further than the peak allows, but not turned down for it: samples beyond full scale
-- that the sound brings along are what --clip is about.
local function guarded(gain, peak, ceiling)
  if gain <= 0 or not peak or peak <= 0 then return gain end
  return math.min(gain, math.max(0, decibels(ceiling / peak)))
end

local function highest_of(members)
  local peak, ceiling = 0, 1
  for _, level in ipairs(members) do
    peak, ceiling = math.max(peak, level.peak or 0), math.min(ceiling, level.ceiling or 1)
  end
  return peak, ceiling
end

local function measured(members)
  local list = {}
  for index, level in ipairs(members) do list[index] = level.source end
  local lufs = core.album_loudness(list)
  if not lufs or lufs == -math.huge then return 0 end
  return clamp(loudness.REFERENCE - lufs)
end

local function loudness_gains(levels, mode)
  for _, members in ipairs(group(levels, mode)) do
    local gain = agreed(members) or measured(members)
    gain = floor(guarded(clamp(gain), highest_of(members)))
    for _, level in ipairs(members) do level.gain = gain end
  end
end

-- How many dB a track is too loud, 0 when it fits.
local function excess(level)
  if level.exact and level.gain == 0 or level.peak == 0 then return 0 end
  return math.max(0, level.gain - floor(decibels(level.ceiling / level.peak)))
end

-- The same for tracks that are one sound: what one needs, all get.
local function lower(members, by)
  for _, level in ipairs(members) do level.gain = clamp(floor(level.gain - by)) end
end

local function most_excess(members)
  local most = 0
  for _, level in ipairs(members) do most = math.max(most, excess(level)) end
  return most
end

local SCALE = {}

SCALE["scale-track"] = function(levels)
  for _, members in ipairs(group(levels, "track")) do lower(members, most_excess(members)) end
end

-- Twice: a track that was exact and full scale fits no more once it is turned down by a hair.
SCALE["scale-disc"] = function(levels)
  for _ = 1, 2 do lower(levels, most_excess(levels)) end
end

---Whether anything has to be known of the tracks before it is clear how loud they become.
---@param options { gain: string?, clip: string? }
---@return boolean
function loudness.decides(options)
  return (options.gain or "off") ~= "off" or SCALE[options.clip] ~= nil
end

---Which tracks have to be measured, and a first guess at the others' gains: what tags say.
---@param levels redbook.Level[] gets `guess` (dB) and `measure` (boolean) in each
---@param mode "off"|"track"|"album"
function loudness.guess(levels, mode)
  for _, level in ipairs(levels) do level.guess, level.measure = 0, false end
  if mode == "off" then return end
  for _, members in ipairs(group(levels, mode)) do
    local gain, peak = agreed(members)
    for _, level in ipairs(members) do
      level.measure = gain == nil
      level.guess = gain and floor(guarded(clamp(gain), peak, level.ceiling or 1)) or 0
    end
  end
end

---How loud each becomes.
---@param levels redbook.Level[] scanned: with `peak`, and `source` measured where `guess` asked for
---it; gets `gain` (dB) in each
---@param options { gain: string?, clip: string? }
function loudness.decide(levels, options)
  local mode = options.gain or "off"
  for _, level in ipairs(levels) do level.gain = 0 end
  if mode ~= "off" then loudness_gains(levels, mode) end
  if SCALE[options.clip] then SCALE[options.clip](levels) end
end

return loudness
