-- SPDX-License-Identifier: GPL-3.0-or-later
-- From a parsed cue sheet to what track-at-once recording can burn: every track from its INDEX 01
-- to the next one's, so that the sound between them is kept, at the end of the track before.

local cue = require "redbook.playlist.cue"
local msf = require "redbook.msf"
local plan = require "redbook.plan"
local text = require "redbook.playlist.text"

-- What people have instead of the file that a sheet names: ripped to WAV, kept as FLAC.
local EXTENSIONS = { "flac", "wav", "aiff", "aif", "wv", "ape", "mp3", "ogg", "opus", "m4a", "w64",
  "caf" }

-- Headerless sound: little-endian, or big-endian as on a Macintosh.
local RAW = { BINARY = "little", MOTOROLA = "big" }

local function spellings(file, decoder)
  local list = { { raw = file.raw, decoded = file.decoded } }
  local stem = file.raw:match "^(.+)%.[^./\\]*$"
  for _, extension in ipairs(stem and EXTENSIONS or {}) do
    local name = stem .. "." .. extension
    list[#list + 1] = { raw = name, decoded = text.to_utf8(name, decoder),
      instead = file.decoded }
  end
  return list
end

-- Where a track ends: at the next one's INDEX 01 in the same file, else with the file.
local function length_of(track, next_track)
  local from, to = track.indexes[1], next_track and next_track.indexes[1]
  if not to or to.file ~= from.file then return nil end
  return to.at - from.at
end

local function item_of(sheet, track, file, start, length)
  return { raw = file.raw, decoded = file.decoded, spellings = spellings(file, sheet.decoder),
    line = track.line, title = track.title, artist = track.performer or sheet.performer,
    album = sheet.title, start = (start > 0 or length) and start or nil, length = length,
    raw_sound = RAW[file.type],
    isrc = track.isrc, pre_emphasis = track.flags.PRE, copy_permitted = track.flags.DCP,
    replaygain_track_gain = track.replaygain_track_gain,
    replaygain_track_peak = track.replaygain_track_peak,
    replaygain_album_gain = sheet.replaygain_album_gain,
    replaygain_album_peak = sheet.replaygain_album_peak }
end

local function remark(sheet, message, ...)
  sheet.remarks[#sheet.remarks + 1] = message:format(...)
end

-- The length of a whole file, which only who finds it can tell.
local function measure(item, options)
  if not options.measure then return nil, "its length is not known" end
  return options.measure(item)
end

-- A file before the one that a track begins in, with nothing in it but the track's gap.
local function own_gap(track, previous)
  local gap = track.indexes[0]
  if not gap or gap.file == track.indexes[1].file then return nil end
  return not (previous and previous.indexes[1].file == gap.file) and gap.file or nil
end

local BEFORE = "sound before the first track"

-- What a part of it is, when it is burned; else a word is said.
local function hidden_part(sheet, item, sectors, options)
  local enough = sectors >= plan.MINIMUM
  if options.hidden_track and enough then return item end
  remark(sheet, "%s%s of %s are left out%s", item.length and "" or item.decoded .. ": ",
    msf.seconds(sectors), BEFORE, not enough and ": too short for a track of their own"
      or ", as players do; --hidden-track burns them as a track of their own")
end

-- Sound before the first INDEX 01, at the beginning of its file or in one of its own: players do
-- not show it, and track at once cannot hide it.
local function hidden(sheet, first, options)
  local items, at, file = {}, first.indexes[1].at, own_gap(first)
  local function add(item, sectors)
    item.title, item.isrc = "hidden track", nil
    item.replaygain_track_gain, item.replaygain_track_peak = nil, nil
    items[#items + 1] = hidden_part(sheet, item, sectors, options)
  end
  if file then
    local item = item_of(sheet, first, file, 0)
    local sectors, problem = measure(item, options)
    item.line = file.line
    if sectors then
      add(item, sectors)
    elseif options.hidden_track then
      add(item, plan.MINIMUM) -- whoever opens it says what is wrong with it
    else
      remark(sheet, "%s (%s) is left out: %s", file.decoded, problem, BEFORE)
    end
  end
  if at > 0 then
    local item = item_of(sheet, first, first.indexes[1].file, 0, at)
    item.continues = items[1] and true
    add(item, at)
  end
  return items
end

-- Sound that lies before INDEX 01 at the beginning of another file than the track before.
local function own_pregap(track, previous)
  local index = track.indexes[1]
  return previous and previous.indexes[1].file ~= index.file and index.at or 0
end

-- At the beginning of another file, and the sheet puts nothing between the two: what was cut into
-- files for a disc is one sound.
local function continues(track, previous)
  return previous ~= nil and previous.indexes[1].file ~= track.indexes[1].file
    and not track.pregap and not previous.postgap and not own_gap(track, previous) or nil
end

-- One source holds one file: a gap that is a file of its own cannot end the track before.
local function remark_own_gap(sheet, track, previous, options)
  local file = own_gap(track, previous)
  if not (previous and file) then return end
  local sectors, problem = measure(item_of(sheet, track, file, 0), options)
  remark(sheet, "%s (%s) is left out: a gap (INDEX 00 of track %02d) in a file of its own; join it "
    .. "to the file before to keep its sound", file.decoded,
    sectors and msf.seconds(sectors) or problem, track.number)
end

local function remark_gaps(sheet)
  for _, track in ipairs(sheet.tracks) do
    local odd = track.pregap and track.pregap ~= 150 and track ~= sheet.tracks[1]
    if odd or (track.postgap or 0) > 0 then
      return remark(sheet, "the sheet asks for pauses of its own (PREGAP, POSTGAP); track at once "
        .. "always makes them 2 seconds")
    end
  end
end

-- One track, behind what is there already.
local function add(items, sheet, index, options)
  local track, previous = sheet.tracks[index], sheet.tracks[index - 1]
  local length, pregap = length_of(track, sheet.tracks[index + 1]), own_pregap(track, previous)
  if length == 0 then
    sheet.problems[#sheet.problems + 1] = { line = track.line, message =
      "would have no length: the next track begins where this one does",
      text = ("TRACK %02d"):format(track.number) }
    return
  end
  remark_own_gap(sheet, track, previous, options)
  local first = track.indexes[1]
  local item = item_of(sheet, track, first.file, first.at - pregap, length and length + pregap)
  item.continues = continues(track, previous)
  local last = items[#items]
  if not previous and last and first.at == 0 then item.continues = not track.pregap or nil end
  items[#items + 1] = item
end

local function lay_out(sheet, options)
  local items = hidden(sheet, sheet.tracks[1], options)
  for index in ipairs(sheet.tracks) do add(items, sheet, index, options) end
  remark_gaps(sheet)
  return items
end

local cue_tracks = {}

---Reads a sheet.
---@param bytes string a whole file
---@param _ any unused, as `m3u.parse` has it
---@param options { hidden_track: boolean?, measure: (fun(item: table): integer?, string?)? }
---`hidden_track`: whether sound before the first track is burned; `measure`: the sectors of the
---whole file of an item, or why they cannot be told
---@return { items: table[], problems: table[], remarks: string[], title: string?,
---catalog: string? } as `m3u.parse`
function cue_tracks.parse(bytes, _, options)
  local sheet = cue.parse(bytes)
  local items = {}
  if #sheet.problems == 0 and #sheet.tracks > 0 then items = lay_out(sheet, options) end
  return { items = items, problems = sheet.problems, remarks = sheet.remarks, title = sheet.title,
    catalog = sheet.catalog }
end

local function no_use(line, message)
  return nil, ("its embedded cue sheet is not used (line %d: %s)"):format(line, message)
end

---Reads a sheet that a sound file carries in its tags. Whatever file it names, that one is meant;
---several cannot be.
---@param bytes string
---@param options { hidden_track: boolean? }
---@return table? parsed as `parse`; nil: it makes no tracks of the file
---@return string? remark why, where it is not plain
function cue_tracks.embedded(bytes, options)
  local sheet = cue.parse(bytes)
  local file
  for _, track in ipairs(sheet.tracks) do
    for number = 0, 99 do
      local index = track.indexes[number]
      file = file or index and index.file
      if index and index.file ~= file then
        return no_use(index.file.line, "it names more than this file")
      end
    end
    track.title = track.title or ("Track %02d"):format(track.number)
  end
  local items = #sheet.problems == 0 and file and lay_out(sheet, options) or {}
  local problem = sheet.problems[1]
  if problem then return no_use(problem.line, problem.text .. ": " .. problem.message) end
  if #items == 0 or #items == 1 and not items[1].start then return nil end
  return { items = items, remarks = sheet.remarks, title = sheet.title, catalog = sheet.catalog }
end

return cue_tracks
