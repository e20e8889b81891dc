-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is on a disc, for programs and for people. Pure: tables in; a plain table, or lines, out.

local columns = require "redbook.report.columns"
local discid = require "redbook.discid"
local json = require "redbook.report.json"
local msf = require "redbook.msf"
local text = require "redbook.playlist.text"

local disc = {}

local TYPES = { [0] = "unknown", "CD-ROM", "CD-R", "CD-RW" }

-- Under 60 columns a track takes two lines.
local WIDE = 60
local LABEL = 13

---@param summary redbook.MediaSummary
---@return "blank"|"open"|"appendable"|"finalised"|"other"
function disc.state(summary)
  if summary.State == "complete" then return "finalised" end
  if summary.State == "appendable" and summary.SessionOpen then return "open" end
  return summary.State
end

-- "MediaCatalogNumber" -> "media_catalog_number"
local function snake(name)
  return (name:gsub("(%l)(%u)", "%1_%2"):lower())
end

local function texts_of(texts)
  local plain = {}
  for name, value in pairs(texts or {}) do plain[snake(name)] = value end
  return plain
end

local function cd_text(blocks)
  local list = json.list {}
  for index, block in ipairs(blocks) do
    local numbers, tracks = {}, json.list {}
    for number in pairs(block.Tracks) do numbers[#numbers + 1] = number end
    table.sort(numbers)
    for _, number in ipairs(numbers) do
      local track = texts_of(block.Tracks[number])
      track.number = number
      tracks[#tracks + 1] = track
    end
    list[index] = { language = block.Language, genre = block.GenreName,
      album = texts_of(block.Album), tracks = tracks }
  end
  return list
end

-- The first language is the disc's own.
local function track_of(track, texts)
  local plain = { number = track.Number, session = track.Session, open = track.Open,
    start = track.Start, start_msf = msf.of_lba(track.Start), sectors = track.Sectors,
    length = msf.of_length(track.Sectors), pregap = track.Pregap,
    type = track.Data and "data" or "audio", control = track.Control,
    copy_permitted = track.CopyPermitted, pre_emphasis = track.PreEmphasis,
    channels = track.FourChannels and 4 or 2, isrc = track.ISRC }
  plain.title, plain.performer = (texts or {}).Title, (texts or {}).Performer
  return plain
end

local function sessions_of(contents)
  local list = json.list {}
  for index, session in ipairs(contents.Sessions) do
    list[index] = { number = session.Number, first_track = session.FirstTrack,
      last_track = session.LastTrack, lead_out = session.LeadOut }
  end
  return list
end

---@param summary redbook.MediaSummary
---@return table plain data, for JSON
function disc.medium(summary)
  return { type = TYPES[summary.MediaType] or "unknown", state = disc.state(summary),
    erasable = summary.Erasable, damaged = summary.Damaged,
    last_track_incomplete = summary.LastTrackIncomplete, session_open = summary.SessionOpen,
    next_track = summary.NextTrack, next_writable_address = summary.NextWritableAddress,
    total_sectors = summary.TotalSectors, used_sectors = summary.UsedSectors,
    free_sectors = summary.FreeSectors }
end

local function atip_of(atip)
  return { lead_in = atip.LeadIn, lead_in_msf = atip.LeadInTime, last_lead_out = atip.LastLeadOut,
    last_lead_out_msf = msf.of_lba(atip.LastLeadOut), rewritable = atip.Rewritable,
    power = atip.Power, reference_speed = atip.ReferenceSpeed }
end

---The "disc" event of discinfo.lua; README describes it.
---@param contents redbook.DiscContents
---@param drive? { device: string, summary: redbook.MediaSummary, vendor: string, product: string,
---revision: string, speeds: integer[] } nil for an image
---@param image? string path
---@return table
function disc.describe(contents, drive, image)
  local block = contents.CDText[1] or { Album = {}, Tracks = {} }
  local tracks = json.list {}
  for index, track in ipairs(contents.Tracks) do
    tracks[index] = track_of(track, block.Tracks[track.Number])
  end
  local event = { event = "disc", image = image, sessions = sessions_of(contents),
    tracks = tracks, lead_out = contents.LeadOut, first_track = contents.FirstTrack,
    last_track = contents.LastTrack, media_catalog_number = contents.MediaCatalogNumber,
    title = block.Album.Title, performer = block.Album.Performer,
    cd_text = cd_text(contents.CDText), ids = discid.all(contents), problem = contents.Problem }
  if drive then
    event.device, event.medium = drive.device, disc.medium(drive.summary)
    event.drive = { vendor = drive.vendor, product = drive.product, revision = drive.revision }
    event.write_speeds = json.list(drive.speeds)
    event.atip = contents.ATIP and atip_of(contents.ATIP)
  end
  return event
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

-- A word that is too long for its column gets a line of its own.
local function row(list, label, value, width)
  if not value or value == "" then return end
  for index, line in ipairs(columns.wrap(text.printable(value), width - LABEL)) do
    local head = index == 1 and label or ""
    if columns.width(line) > width - LABEL then
      if head ~= "" then list[#list + 1] = head end
      list[#list + 1] = "  " .. line
    else
      list[#list + 1] = ("%-" .. LABEL .. "s%s"):format(head, line)
    end
  end
end

local STATES = { blank = "blank", open = "open session", finalised = "finalised",
  appendable = "appendable", other = "in another state" }

local function medium_line(event)
  local medium = event.medium
  local parts = { medium.type == "unknown" and "no CD" or medium.type, STATES[medium.state],
    #event.sessions > 0 and plural(#event.sessions, "closed session") or nil }
  if #event.tracks > 0 then parts[#parts + 1] = plural(#event.tracks, "track") end
  if medium.damaged then parts[#parts + 1] = "damaged" end
  if medium.last_track_incomplete then parts[#parts + 1] = "last track cut off" end
  return table.concat(parts, ", ")
end

local function image_line(event)
  return table.concat({ "image", plural(#event.tracks, "track") }, ", ")
end

local function capacity_line(medium)
  return ("%s total, %s used, %s free"):format(msf.of_length(medium.total_sectors),
    msf.of_length(medium.used_sectors), msf.of_length(medium.free_sectors))
end

local function atip_line(atip)
  return ("lead-in %s, lead-out at %s or before, reference speed code %d"):format(
    atip.lead_in_msf, atip.last_lead_out_msf, atip.reference_speed)
end

local function speeds_line(speeds)
  local words = {}
  for index, speed in ipairs(speeds) do words[index] = ("%.3gx"):format(speed / 75) end
  return table.concat(words, " ")
end

local function label(track)
  local both = track.title and track.performer
  return both and track.performer .. " - " .. track.title or track.title or track.performer
end

local function heading(list, event, width)
  local drive = event.drive
  row(list, "Drive", drive and ("%s %s %s, %s"):format(drive.vendor, drive.product,
    drive.revision, event.device), width)
  row(list, "Image", event.image, width)
  row(list, "Disc", drive and medium_line(event) or image_line(event), width)
  row(list, "Capacity", drive and capacity_line(event.medium), width)
  row(list, "ATIP", event.atip and atip_line(event.atip), width)
  row(list, "Write speeds", drive and speeds_line(event.write_speeds), width)
  row(list, "Album", label(event), width)
  row(list, "Catalog no.", event.media_catalog_number, width)
  row(list, "MusicBrainz", event.ids.musicbrainz, width)
  row(list, "freedb", event.ids.freedb, width)
  row(list, "AccurateRip", event.ids.accuraterip, width)
  row(list, "Note", event.problem and (drive and "CD-TEXT is not whole: " or "")
    .. event.problem, width)
end

-- Flags as letters: C copies permitted, P pre-emphasis, 4 channels, D data, O session open.
local function flags(track)
  return (track.copy_permitted and "C" or "-") .. (track.pre_emphasis and "P" or "-")
    .. (track.channels == 4 and "4" or "-") .. (track.type == "data" and "D" or "-")
    .. (track.open and "O" or "-")
end

local function track_lines(list, track, width)
  local head = ("%2d  %s  %s  %s"):format(track.number, track.start_msf, track.length,
    flags(track))
  local title = text.printable(label(track) or "")
  if width >= WIDE then
    head = ("%s  %-12s  "):format(head, track.isrc or "")
    list[#list + 1] = ((head .. columns.fit(title, width - #head)):gsub(" +$", ""))
    return
  end
  list[#list + 1] = head
  local rest = track.isrc and track.isrc .. "  " .. title or title
  rest = rest:gsub(" +$", "")
  if rest ~= "" then list[#list + 1] = "    " .. columns.fit(rest, width - 4) end
end

local function session_line(event, number)
  for _, session in ipairs(event.sessions) do
    if session.number == number then
      return ("    session %d ends at %s"):format(number, msf.of_lba(session.lead_out))
    end
  end
end

local function table_of_tracks(list, event, width)
  list[#list + 1] = " #  start     length    flags"
    .. (width >= WIDE and "  ISRC          title" or "")
  for index, track in ipairs(event.tracks) do
    track_lines(list, track, width)
    local after = event.tracks[index + 1]
    if not after or after.session ~= track.session then
      list[#list + 1] = session_line(event, track.session)
    end
  end
end

---@param event table of `disc.describe`
---@param width integer columns, 40 or more
---@return string[]
function disc.lines(event, width)
  local list = {}
  heading(list, event, width)
  if #event.tracks > 0 then
    list[#list + 1] = ""
    table_of_tracks(list, event, width)
    list[#list + 1] = ""
    for _, line in ipairs(columns.wrap("Flags: C copies permitted, P pre-emphasis, 4 channels, "
      .. "D data, O in the open session, which players do not see. A length goes to the start of "
      .. "the next track, so the pause between them is in it.", width)) do
      list[#list + 1] = line
    end
  end
  return list
end

return disc
