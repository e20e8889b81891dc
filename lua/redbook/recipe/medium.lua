-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether a disc may be written, and what state it is in after things went wrong.

local failure = require "redbook.failure"

local medium = {}

local CD_R, CD_RW = 2, 3

local function refuse(code, name, message, advice)
  return nil, failure.new { stage = "medium", code = code, name = name, message = message,
    advice = advice, transient = false }
end

local function not_blank(message, advice)
  return refuse(0xC0AA0506, "E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK", message, advice)
end

local function tracks_on(summary)
  local count = summary.NumberOfTracks or 0
  return ("%d track%s"):format(count, count == 1 and "" or "s")
end

local ERASE = "erase this CD-RW first: blank.lua"

-- "advice", or for a disc that can be erased "advice, or erase this CD-RW first: blank.lua".
local function or_erase(summary, advice)
  return summary.Erasable and ("%s, or %s"):format(advice, ERASE) or advice
end

-- A disc with tracks on it that is to be continued.
local function check_appendable(summary)
  if summary.Damaged then
    return not_blank(("the disc cannot be continued: it holds %s, and its last track or session "
      .. "is damaged"):format(tracks_on(summary)), or_erase(summary,
        "look at it with rescue.lua, or put another disc in"))
  elseif not summary.NextTrack then
    return refuse(0xC0AA0508, "E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED",
      ("the disc holds %s and can take no more"):format(tracks_on(summary)),
      or_erase(summary, "put another disc in"))
  end
  return true
end

---Whether PrepareMedia with Append can close the track that was cut off.
---@param summary table of `MediaSummary()`
---@return boolean
function medium.mendable(summary)
  return summary.State == "appendable" and summary.LastTrackIncomplete or false
end

---Refuses what must not or cannot be written, before anything is decoded.
---@param summary table of `MediaSummary()`
---@param append boolean whether a disc with room left may be continued
---@return true?
---@return redbook.Failure? err
function medium.check(summary, append)
  if summary.MediaType ~= CD_R and summary.MediaType ~= CD_RW then
    return refuse(0xC0AA0507, "E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED",
      "the disc in the drive is neither a CD-R nor a CD-RW", "put a blank CD-R or CD-RW in")
  elseif summary.State == "blank" and not summary.Damaged then
    return true
  elseif summary.State == "appendable" and append then
    return check_appendable(summary)
  elseif summary.State == "appendable" then
    return not_blank(("the disc is not blank: it holds %s, with room for more")
      :format(tracks_on(summary)),
      or_erase(summary, "put a blank disc in, or go on with this one: --append"))
  end
  return not_blank(("the disc is not blank: it holds %s and is %s"):format(tracks_on(summary),
    summary.Damaged and "damaged" or "closed"), or_erase(summary, "put a blank disc in"))
end

---@param summary table? of `MediaSummary()`
---@return string disc as error objects spell it
function medium.disc_state(summary)
  if not summary then return "unknown" end
  if summary.State == "blank" then return "untouched" end
  if summary.State == "complete" then return "finalised" end
  if summary.State == "appendable" then return summary.SessionOpen and "open" or "appendable" end
  return "unknown"
end

return medium
