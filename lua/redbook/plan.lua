-- SPDX-License-Identifier: GPL-3.0-or-later
-- Measured tracks and a medium in, the exact layout of a track-at-once disc out. Pure.

local msf = require "redbook.msf"

local plan = {}

-- Red Book: a track lasts at least 4 seconds; redbook pads a shorter one with silence.
plan.MINIMUM = 300
-- From the end of a track to the start of the next, track at once: 2 run-out sectors and the 150
-- of the next track's pregap (MMC-3 4.2.3). Every drive of which a log is known moves its next
-- writable address by length + 152.
plan.GAP = 152
plan.TRACKS = 99
-- A blank of 80 minutes: last lead-out start 79:59:74, first address 0, 2 run-out sectors.
plan.EIGHTY_MINUTES = 359847

---@class redbook.PlannedTrack
---@field number integer on the disc, 1..99
---@field start integer LBA of its first sector
---@field start_msf string "MM:SS:FF"
---@field sectors integer on the disc, padding to 4 seconds included
---@field length string "M:SS"
---@field padding integer sectors of silence added to reach 4 seconds
---@field gap integer sectors between the track before and this one, 0 for the first
---@field gain number? dB that it is turned up or down by; nil: not at all
---@field clipped_samples integer? beyond full scale; nil: none
---@field limited_frames integer? turned down by the limiter; nil: none
---@field continues boolean? the sound of the track before goes on in this one
---@field path string?
---@field title string?
---@field artist string?
---@field album string?

---@class redbook.Plan
---@field tracks redbook.PlannedTrack[]
---@field audio integer sectors of all tracks
---@field gaps integer sectors between them
---@field needed integer both together
---@field free integer sectors for one more track, as the drive says
---@field left integer free - needed, negative when it does not fit
---@field fits boolean
---@field problems string[] why not
---@field remarks string[]

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

-- A figure where there is something to tell.
local function told(value) return value ~= 0 and value or nil end

---@param entry table
---@param number integer
---@param start integer
---@param gap integer
---@return redbook.PlannedTrack
local function place(entry, number, start, gap)
  local sectors = math.max(entry.sectors, plan.MINIMUM)
  return { number = number, start = start, start_msf = msf.of_lba(start), sectors = sectors,
    length = msf.short(sectors), padding = sectors - entry.sectors, gap = gap,
    continues = entry.continues or nil, path = entry.path, title = entry.title,
    artist = entry.artist, album = entry.album, gain = told(entry.gain),
    clipped_samples = told(entry.clipped), limited_frames = told(entry.limited) }
end

local function lay_out(entries, medium)
  local tracks, audio = {}, 0
  local number = math.max(medium.NextTrack or 1, 1)
  local start = math.max(medium.NextWritableAddress or 0, 0)
  for index, entry in ipairs(entries) do
    local gap = index > 1 and plan.GAP or 0
    local track = place(entry, number + index - 1, start + gap, gap)
    tracks[index] = track
    audio = audio + track.sectors
    start = track.start + track.sectors
  end
  return tracks, audio
end

local function judge(result)
  local problems, count = {}, #result.tracks
  if count == 0 then problems[1] = "there is nothing to burn" end
  local last = count > 0 and result.tracks[count].number or 0
  if last > plan.TRACKS then
    problems[#problems + 1] = ("a disc holds %d tracks; the last one would be number %d")
      :format(plan.TRACKS, last)
  end
  if result.left < 0 then
    problems[#problems + 1] = ("%s of audio and gaps, %s are free: %s (%s) too much"):format(
      plural(result.needed, "sector"), plural(result.free, "sector"),
      plural(-result.left, "sector"), msf.short_up(-result.left))
  end
  return problems
end

local function remark_clipping(tracks)
  local numbers, samples = {}, 0
  for _, track in ipairs(tracks) do
    if track.clipped_samples then
      numbers[#numbers + 1], samples = tostring(track.number), samples + track.clipped_samples
    end
  end
  if samples == 0 then return nil end
  return ("%s beyond full scale in track%s %s will be clipped; --clip=scale-track, scale-disc or "
    .. "limit prevent that"):format(plural(samples, "sample"), #numbers == 1 and "" or "s",
    table.concat(numbers, ", "))
end

-- "2 to 5", "7 and 8": tracks that are one continuous sound.
local function sounds(tracks)
  local list, first = {}, nil
  for index, track in ipairs(tracks) do
    local following = tracks[index + 1]
    local goes_on = following and following.continues
    if goes_on then
      first = first or track.number
    elseif first then
      list[#list + 1] = ("%d %s %d"):format(first, track.number == first + 1 and "and" or "to",
        track.number)
      first = nil
    end
  end
  return list
end

local function remark_gaps(tracks)
  if #tracks < 2 then return nil end
  local remark, list = "track at once: 2 seconds of silence between tracks", sounds(tracks)
  if #list == 0 then return remark end
  return ("%s, also between tracks %s, which are one continuous sound"):format(remark,
    table.concat(list, ", "))
end

local function remark(result, options)
  local remarks = { remark_gaps(result.tracks) }
  for _, track in ipairs(result.tracks) do
    if track.padding > 0 then
      remarks[#remarks + 1] = ("track %d is shorter than 4 seconds and is padded with %s of "
        .. "silence"):format(track.number, plural(track.padding, "sector"))
    end
  end
  remarks[#remarks + 1] = remark_clipping(result.tracks)
  if options.finalise and result.fits and result.needed * 10 < result.free then
    remarks[#remarks + 1] = ("only %s of %s are used, and the disc will be closed for good")
      :format(msf.short(result.needed), msf.short(result.free))
  end
  return remarks
end

---@param entries table[] each with `sectors` as measured, and `path`, `title`, `artist`, `album`,
---`continues`
---@param medium table the fields of `MediaSummary()` that count here: `FreeSectors`,
---`NextWritableAddress` (LBA of the next track), `NextTrack`
---@param options? { finalise: boolean } whether the disc will be closed for good
---@return redbook.Plan
function plan.make(entries, medium, options)
  local tracks, audio = lay_out(entries, medium)
  local gaps = plan.GAP * math.max(#tracks - 1, 0)
  local result = { tracks = tracks, audio = audio, gaps = gaps, needed = audio + gaps,
    free = medium.FreeSectors }
  result.left = result.free - result.needed
  result.problems = judge(result)
  result.fits = #result.problems == 0
  result.remarks = remark(result, options or {})
  return result
end

---The medium to plan for when no drive is asked.
---@return table fields of a `MediaSummary()` of a blank CD-R of 80 minutes
function plan.blank_disc()
  return { MediaType = 2, State = "blank", FreeSectors = plan.EIGHTY_MINUTES,
    TotalSectors = plan.EIGHTY_MINUTES, UsedSectors = 0, NextWritableAddress = 0, NextTrack = 1,
    NumberOfTracks = 0, NumberOfSessions = 0, SessionOpen = false, Erasable = false,
    Damaged = false, LastTrackIncomplete = false }
end

return plan
