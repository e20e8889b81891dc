-- SPDX-License-Identifier: GPL-3.0-or-later
-- A plan as a table for people. Pure: a plan in, lines out.

local columns = require "redbook.report.columns"
local msf = require "redbook.msf"
local rows = require "redbook.report.table"
local text = require "redbook.playlist.text"

-- Under so many columns a track takes two lines.
local WIDE = 60
local INDENT = 4

local plan = {}

local NUMBER = { head = " #", right = true, text = function(track) return ("%2d"):format(
  track.number) end }
local TITLE = { head = "title", flexible = true, text = function(track)
  return text.printable(track.title or track.path or "")
end }
local ARTIST = { head = "artist", flexible = true, text = function(track)
  return text.printable(track.artist or "")
end }
local LABEL = { head = "title", flexible = true, text = function(track)
  local title = track.title or track.path or ""
  return text.printable(track.artist and track.artist .. " - " .. title or title)
end }

-- Columns of figures; one with `of` is there when any track has something in it.
local FIGURES = {
  { head = "length", right = true, text = function(track) return track.length end },
  { head = "start", text = function(track) return track.start_msf end },
  { head = "gap", right = true, text = function(track)
    return track.gap > 0 and ("%.1f s"):format(track.gap / msf.SECTORS_PER_SECOND) or "-"
  end },
  { head = "gain", right = true, of = function(track) return track.gain end,
    text = function(track) return track.gain and ("%+.2f dB"):format(track.gain) or "-" end },
}

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

-- Gaps are no music, but they take room.
local function totals(made)
  local gaps = made.gaps > 0 and (", %s with gaps"):format(msf.short(made.needed)) or ""
  local left = made.left < 0 and msf.short_up(-made.left) .. " too little"
    or msf.short(made.left) .. " left"
  return ("%s, %s of music%s; %s free, %s."):format(plural(#made.tracks, "track"),
    msf.short(made.audio), gaps, msf.short(made.free), left)
end

local function shown(column, tracks)
  if not column.of then return true end
  for _, track in ipairs(tracks) do
    if column.of(track) then return true end
  end
  return false
end

local function with_figures(list, tracks)
  for _, column in ipairs(FIGURES) do
    if shown(column, tracks) then list[#list + 1] = column end
  end
  return list
end

local function table_of(tracks, width)
  if width < WIDE then
    return rows.doubled({ NUMBER, LABEL }, with_figures({}, tracks), tracks, width, INDENT)
  end
  local list = { NUMBER, TITLE }
  for _, track in ipairs(tracks) do
    if track.artist and not list[3] then list[3] = ARTIST end
  end
  return rows.lines(with_figures(list, tracks), tracks, width)
end

---@param made redbook.Plan
---@param width integer
---@return string[]
function plan.lines(made, width)
  local list = table_of(made.tracks, width)
  for _, line in ipairs(columns.wrap(totals(made), width)) do list[#list + 1] = line end
  for _, problem in ipairs(made.problems) do list[#list + 1] = "Problem: " .. problem end
  for _, remark in ipairs(made.remarks) do list[#list + 1] = "Note: " .. remark end
  return list
end

return plan
