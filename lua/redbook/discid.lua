-- SPDX-License-Identifier: GPL-3.0-or-later
-- The names that databases give a disc, computed from its table of contents alone. Pure: what
-- Recorder:DiscContents or read_image gave, in; strings out.

local core = require "redbook.core"

local discid = {}

-- LBA 0 is two seconds into the disc.
local PREGAP = 150
-- Between the sessions of an enhanced CD: lead-out, lead-in and pregap, 90 + 60 + 2 seconds.
local BETWEEN = (90 + 60 + 2) * 75

-- Tracks of open sessions have no place in a table of contents.
local function closed(contents)
  local tracks = {}
  for _, track in ipairs(contents.Tracks) do
    if not track.Open then tracks[#tracks + 1] = track end
  end
  return tracks
end

-- Data tracks before the last audio track count, those behind it do not: the audio then ends where
-- its session does (libdiscid's rules).
local function audio_part(contents)
  local tracks = closed(contents)
  local last = #tracks
  while last > 0 and tracks[last].Data do last = last - 1 end
  if last == 0 then return nil end
  local behind = tracks[last + 1]
  return table.move(tracks, 1, last, 1, {}), behind and behind.Start - BETWEEN or contents.LeadOut
end

---The id of musicbrainz.org: SHA-1 of the first and last track's numbers, the lead-out and the
---starts of tracks 1 to 99 in hexadecimal, in their own spelling of base64.
---@param contents redbook.DiscContents
---@return string? id 28 characters; nil for a disc without audio tracks
function discid.musicbrainz(contents)
  local tracks, lead_out = audio_part(contents)
  if not tracks then return nil end
  local offsets = {}
  for number = 0, 99 do offsets[number] = 0 end
  offsets[0] = lead_out + PREGAP
  for _, track in ipairs(tracks) do offsets[track.Number] = track.Start + PREGAP end
  local words = { ("%02X%02X"):format(tracks[1].Number, tracks[#tracks].Number) }
  for number = 0, 99 do words[#words + 1] = ("%08X"):format(offsets[number]) end
  return (core.base64(core.sha1(table.concat(words))):gsub("[+/=]", { ["+"] = ".", ["/"] = "_",
    ["="] = "-" }))
end

local function sum_of_digits(number)
  local sum = 0
  for digit in tostring(number):gmatch "%d" do sum = sum + tonumber(digit) end
  return sum
end

local function seconds(lba)
  return (lba + PREGAP) // 75
end

---The id of freedb and CDDB, over all tracks, data too, as cd-discid and EAC have it (libdiscid
---leaves data tracks out).
---@param contents redbook.DiscContents
---@return string? id 8 hexadecimal digits; nil for a disc without closed tracks
function discid.freedb(contents)
  local tracks, sum = closed(contents), 0
  if #tracks == 0 then return nil end
  for _, track in ipairs(tracks) do sum = sum + sum_of_digits(seconds(track.Start)) end
  local length = seconds(contents.LeadOut) - seconds(tracks[1].Start)
  return ("%08x"):format(sum % 255 << 24 | length << 8 | #tracks)
end

---AccurateRip's: the number of audio tracks, two sums over their starts and the disc's lead-out,
---and the freedb id, as they stand in the name of its file.
---@param contents redbook.DiscContents
---@return string? id "010-00164419-00b9f6e2-9e11600b"; nil for a disc without audio tracks
function discid.accuraterip(contents)
  local sum, product, count = contents.LeadOut or 0, 0, 0
  for _, track in ipairs(closed(contents)) do
    if not track.Data then
      count = count + 1
      sum = sum + track.Start
      product = product + math.max(track.Start, 1) * count
    end
  end
  if count == 0 then return nil end
  product = product + contents.LeadOut * (count + 1)
  return ("%03d-%08x-%08x-%s"):format(count, sum & 0xFFFFFFFF, product & 0xFFFFFFFF,
    discid.freedb(contents))
end

---@param contents redbook.DiscContents
---@return { musicbrainz: string?, freedb: string?, accuraterip: string? }
function discid.all(contents)
  return { musicbrainz = discid.musicbrainz(contents), freedb = discid.freedb(contents),
    accuraterip = discid.accuraterip(contents) }
end

return discid
