-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tracks of an inlay in as many columns as let their titles be largest. Pure.

local measure = require "redbook.inlay.measure"
local msf = require "redbook.msf"

-- More are too narrow for any title.
local COLUMNS = 4
local GUTTER = 5
-- A font larger than this (mm) looks like a child's book, lines further apart than that like none.
local LARGEST, LEADING = 4, 1.75
local TIGHTEST = 1.28
-- All become smaller, down to this, until so many of the titles are whole; others are cut.
local SHRINK, WHOLE = 0.75, 0.95
-- One column is not wider than it needs to be, unless that looks lost.
local NARROWEST = 80

-- In em: a number of two digits, and between it and the title; between title and time; the time.
local NUMBER = measure.width "99"
local AFTER_NUMBER, BEFORE_TIME = 0.7, 1
local TIME = measure.width "00:00"
local AROUND = NUMBER + AFTER_NUMBER + BEFORE_TIME + TIME

local function label_of(track)
  return track.artist and track.artist .. " – " .. track.title or track.title
end

-- The font in which nearly all titles are whole, if the rows allow it; and the mean of the fonts in
-- which each would be.
local function try(count, widths, width, height)
  local rows = math.ceil(#widths / count)
  local made = { count = count, rows = rows, width = (width - (count - 1) * GUTTER) / count }
  local most = math.min(LARGEST, height / rows / TIGHTEST)
  local sizes = {}
  for index, em in ipairs(widths) do
    sizes[index] = math.min(most, made.width / (em + AROUND))
  end
  table.sort(sizes)
  made.size = math.max(sizes[#sizes - math.ceil(#sizes * WHOLE) + 1], most * SHRINK)
  local sum = 0
  for _, size in ipairs(sizes) do sum = sum + math.min(size, made.size) end
  made.mean = sum / #sizes
  return made
end

local function choose(widths, width, height)
  local best
  for count = 1, math.min(COLUMNS, #widths) do
    local made = try(count, widths, width, height)
    -- A column more has to be worth it.
    if not best or made.mean > best.mean * 1.05 then best = made end
  end
  return best
end

---@param tracks redbook.InlayTrack[]
---@param width number mm
---@param height number mm
---@return { size: number, number: number, label: number, width: number, rows: table[] } plan the
---font; ends of numbers, beginnings of titles and ends of times, from a column's left; each row
---with `x`, `y` (its base line), `number`, `label`, `time`
return function(tracks, width, height)
  local widths, widest = {}, 0
  for index, track in ipairs(tracks) do
    widths[index] = measure.width(label_of(track))
    widest = math.max(widest, widths[index])
  end
  local made = choose(widths, width, height)
  local size, column = made.size, made.width
  if made.count == 1 then
    column = math.min(column, math.max(NARROWEST, (widest + AROUND) * size))
  end
  local pitch = math.min(height / made.rows, size * LEADING)
  local rows = {}
  for index, track in ipairs(tracks) do
    local at, row = (index - 1) // made.rows, (index - 1) % made.rows
    rows[index] = { x = at * (made.width + GUTTER), y = row * pitch + pitch / 2 + size * 0.36,
      number = track.number, time = msf.clock(track.sectors),
      label = measure.cut(label_of(track), column / size - AROUND) }
  end
  return { size = size, number = NUMBER * size, label = (NUMBER + AFTER_NUMBER) * size,
    width = column, rows = rows }
end
