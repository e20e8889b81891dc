-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a verification has found, as lines for people. Pure: tables in, strings out.

local msf = require "redbook.msf"
local rows = require "redbook.report.table"
local text = require "redbook.playlist.text"

local verified = {}

local function samples(count)
  return ("%d sample%s"):format(count, count == 1 and "" or "s")
end

---@param result { offset: integer?, cached: boolean? } of a disc on which all is identical
---@return string[] sentences
function verified.lines(result)
  local list = { "Read back and compared: every track is as it was sent." }
  local offset = result.offset or 0
  -- Drives shift what they write and read by a constant that has nothing to do with the disc.
  if offset ~= 0 then
    list[2] = ("Offset %+d: %s at one end of each track could not be compared."):format(offset,
      samples(math.abs(offset)))
  end
  if result.cached then
    list[#list + 1] = "Note: so short a disc may have been read from the drive's buffer."
  end
  return list
end

---@param track table a track of a verification's result, or a "track_verified" event
---@return string line
function verified.track(track)
  if track.verdict == "identical" then
    return ("track %d: identical%s"):format(track.number, track.reread_seconds
      and track.reread_seconds > 0 and ", after reading some of it again" or "")
  elseif track.verdict == "none" then
    return ("track %d: not looked at"):format(track.number)
  end
  return (track.message:gsub("^track %d+", "%0:"))
end

local WORDS = { identical = "identical", differs = "DIFFERS", unreadable = "UNREADABLE",
  none = "not looked at" }

-- Under so many columns a track takes two lines.
local WIDE = 60

local NUMBER = { head = " #", right = true, text = function(track) return ("%2d"):format(
  track.number) end }
local TITLE = { head = "title", flexible = true, text = function(track)
  return text.printable(track.title or "")
end }
local FIGURES = {
  { head = "length", right = true, text = function(track) return msf.short(track.sectors) end },
  { head = "start", text = function(track) return msf.of_lba(track.start) end },
  { head = "verdict", text = function(track) return WORDS[track.verdict] end },
}

---@param result table of the recipe `verify`
---@param width integer
---@param said string? message of a failure that is shown below: what it tells is not told twice
---@return string[]
function verified.table(result, width, said)
  local list = width < WIDE and rows.doubled({ NUMBER, TITLE }, FIGURES, result.tracks, width, 4)
    or rows.lines({ NUMBER, TITLE, table.unpack(FIGURES) }, result.tracks, width)
  for _, track in ipairs(result.tracks) do
    if track.verdict ~= "identical" and not (said and track.message == said) then
      list[#list + 1] = verified.track(track)
    end
  end
  return list
end

return verified
