-- SPDX-License-Identifier: GPL-3.0-or-later
-- Opens every source and decodes it once, so that lengths are measured and nothing that cannot
-- be played gets as far as the laser.

local ahead = require "redbook.recipe.ahead"
local failure = require "redbook.failure"
local levels = require "redbook.recipe.levels"
local loudness = require "redbook.recipe.loudness"
local sources = require "redbook.recipe.sources"

---@class redbook.ScannedTrack : redbook.Entry
---@field source redbook.AudioSource
---@field sectors integer measured
---@field crc32 integer
---@field clipped integer samples that had to be clamped
---@field limited integer frames that the limiter turned down
---@field gain number dB
---@field loudness number? LUFS without the gain, where it was measured
---@field peak number of the sound with the gain, 1 = full scale
---@field processing { quality: string?, dither: string?, limit: boolean? }?
---@field joined { parts: table[], place: integer }? what it is converted with
---@field format table
---@field kept integer bytes in a temporary file, from which it is burned

local function measured(slot, source)
  local entry = slot.entry
  local tags = source.Tags or {}
  local names = sources.label(entry, tags)
  return { path = entry.path, list = entry.list, line = entry.line, title = names.title,
    artist = names.artist, album = names.album,
    album_artist = names.album_artist, start = entry.start, length = entry.length,
    raw = entry.raw, isrc = sources.isrc(entry, tags), pre_emphasis = entry.pre_emphasis,
    copy_permitted = entry.copy_permitted, continues = slot.continues,
    source = source, sectors = source.Sectors, crc32 = source.CRC32,
    clipped = source.ClippedSamples or 0, limited = source.LimitedFrames or 0,
    gain = source.Gain or 0, loudness = source.Loudness, peak = source.Peak,
    format = source.Format }
end

local function scan_one(slot, options, budget)
  local source, err = slot:scan(options, function(opened) budget:keep(opened) end)
  if not source then return nil, err end
  local track = measured(slot, source)
  track.processing, track.joined = slot.processing, slot:joined()
  track.kept = budget:count(source)
  return track
end

local ACCESS_DENIED = 0x80070005

-- The message names the path already when the core made it. Its advice on permissions is for
-- drives.
local function complaint(entry, err)
  local message = type(err) == "string" and err or err.message
  return { message = message, list = entry.list, line = entry.line, path = entry.path,
    name = err.name, code = err.code,
    advice = err.code == ACCESS_DENIED and "make the file readable for you"
      or entry.embedded and "--no-embedded-cue burns the file as one track" or err.advice }
end

-- The one thing that mends them all, or what can be done about any file.
local function advice_for(problems)
  local advice, listed = sources.present(problems[1].advice), true
  for _, problem in ipairs(problems) do
    if problem.advice ~= advice then advice = nil end
    listed = listed and problem.list ~= nil
  end
  if advice then return advice end
  local what = #problems == 1 and "this file" or "these files"
  return listed and ("repair %s, or take %s out of the list"):format(what,
    #problems == 1 and "it" or "them") or ("repair %s, or burn without %s"):format(what,
    #problems == 1 and "it" or "them")
end

-- Nothing is read again after a mere plan.
local function budget_for(options, on_event)
  local budget = ahead.budget(options.plan_only and "off" or options.render_ahead,
    options.shared)
  if not options.plan_only then
    on_event { event = "ahead", limit = budget.limit, folder = budget.folder }
  end
  return budget
end

local Scan = {}
Scan.__index = Scan

-- Nil when it is the whole scan that has to end, else the index of the one that is next.
function Scan:one(index, again)
  local slot = self.slots[index]
  local entry = slot.entry
  self.on_event { event = "scan", index = index, count = #self.slots, path = entry.path,
    again = again }
  local track, err = scan_one(slot, self.options, self.budget)
  if not track and err.stage == "interrupted" then return nil, err end
  self.tracks[index] = track
  if not track and not again and slot:separate() then return self:apart(index) end
  if not track then self.problems[#self.problems + 1] = complaint(entry, err) end
  return index + 1
end

-- Of tracks that are converted as one, one has failed: each by itself shows all that is wrong.
function Scan:apart(index)
  local first = index
  while first > 1 and self.slots[first].continues do first = first - 1 end
  for place = first, index do
    local track = self.tracks[place]
    if track then self.budget:give_back(track.kept) end
    self.tracks[place] = nil
  end
  if self.levels then self.levels:renew() end
  return first
end

function Scan:tell(index)
  local track = self.tracks[index]
  if not track then return end
  self.on_event { event = "scanned", index = index, count = #self.slots, path = track.path,
    title = track.title, sectors = track.sectors, crc32 = track.crc32,
    clipped_samples = track.clipped, limited_frames = loudness.told(track.limited),
    gain = loudness.told(track.gain), loudness = loudness.finite(track.loudness),
    peak = self.levels and track.peak or nil, kept = track.kept }
end

-- Every source once; what each has shown is told when it is final.
function Scan:first()
  local index = 1
  while index <= #self.slots do
    local following, err = self:one(index)
    if not following then return nil, err end
    if following > index and not self.levels then self:tell(index) end
    index = following
  end
  return true
end

-- Now that all are known, their gains: those whose first guess was not it are scanned again.
function Scan:second()
  if not self.levels or #self.problems > 0 then return true end
  local changed = self.levels:settle()
  for index, slot in ipairs(self.slots) do
    if changed[slot] then
      self.budget:give_back(self.tracks[index].kept)
      local ok, err = self:one(index, true)
      if not ok then return nil, err end
    end
    self:tell(index)
  end
  return true
end

-- The whole list is looked at: what a track is may depend on the one before.
local function chosen(entries, options)
  local slots = sources.open_all(entries, options)
  if options.only then
    local list = {}
    for place, index in ipairs(options.only) do list[place] = slots[index] end
    return list
  end
  return table.move(slots, options.first or 1, options.last or #slots, 1, {})
end

---@param entries redbook.Entry[]
---@param options { waiter: function?, render_ahead: integer|string|nil, plan_only: boolean?,
---gain: string?, clip: string?, quality: string?, dither: string?, gapless: boolean?,
---shared: boolean?, first: integer?, last: integer?, only: integer[]?,
---apart: table<integer, boolean>? } shared: several read it, so that all of it is kept; first,
---last, or only: the entries that are scanned; apart: as `joints.decide` takes it
---@param on_event fun(event: table) gets "ahead", then "scan" before a source is decoded, with
---`again` when it is for its gain, and "scanned" when what is told of it is final
---@return redbook.ScannedTrack[]? tracks
---@return redbook.Failure? err stage "source" with all problems, or "interrupted"
local function scan(entries, options, on_event)
  local slots = chosen(entries, options)
  local self = setmetatable({ slots = slots, options = options, on_event = on_event,
    budget = budget_for(options, on_event), levels = levels.open(slots, options), tracks = {},
    problems = {} }, Scan)
  local ok, err = self:first()
  if ok then ok, err = self:second() end
  if not ok then return nil, err end
  local problems = self.problems
  if #problems == 0 then return self.tracks end
  local first = problems[1]
  return nil, failure.new { stage = "source", problems = problems, code = first.code,
    name = first.name, message = #problems == 1 and first.message
      or ("%d of %d sources cannot be burned"):format(#problems, #slots),
    advice = advice_for(problems) }
end

return scan
