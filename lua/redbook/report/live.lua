-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is going on, in one line that is redrawn: track, title, time, speed, how full the FIFO and
-- the drive's buffer are. Pure: an event in, a line out.

local columns = require "redbook.report.columns"
local msf = require "redbook.msf"
local text = require "redbook.playlist.text"

local live = {}

-- From so many columns on there is room for words before the bars.
local WIDE = 60
-- A title of fewer columns tells nobody anything.
local LEAST_TITLE = 4

-- Steps of a rescue, while they last.
local STEPS = { settle = "waiting for the drive", forget_test = "forgetting the simulation",
  close_track = "closing the track", close_session = "closing the session" }

local DOING = { preparing = "calibrating", finishing = "finishing", verifying = "checking",
  unknown = "waiting" }

local DOING_ERASE = { preparing = "preparing", verifying = "checking", unknown = "waiting" }

local EIGHTHS = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" }

---@param percent number
---@param cells integer columns of the bar
---@param ascii boolean? for terminals without UTF-8
---@return string
function live.bar(percent, cells, ascii)
  local parts = ascii and 2 or 8 -- of a cell that can be told apart
  local filled = math.floor(math.min(math.max(percent, 0), 100) * cells * parts / 100 + 0.5)
  local whole, rest = filled // parts, filled % parts
  local bar = (ascii and "#" or "█"):rep(whole)
  if rest > 0 then
    bar, whole = bar .. (ascii and "=" or EIGHTHS[rest]), whole + 1
  end
  return bar .. (ascii and "-" or "░"):rep(cells - whole)
end

---@param event table a "progress" event of an erase
---@return string
function live.erasing(event)
  local total = event.elapsed + event.remaining
  return ("%s: %s of about %s"):format(event.action == "erasing" and "erasing"
    or DOING_ERASE[event.action], msf.clock(event.elapsed * 75), msf.clock_up(total * 75))
end

-- The figures from left to right, the most important ones first; how much room there is decides
-- how many are shown.
local function figures(event, wide, ascii)
  local parts = { ("%s of %s"):format(msf.clock(event.done), msf.clock(event.sectors)) }
  if event.speed then
    parts[2] = (wide and "%5.1fx" or "%.1fx"):format(event.speed)
  elseif wide then
    parts[2] = (" "):rep(6) -- so that nothing moves when it is known
  end
  local cells = wide and 6 or 2
  for _, buffer in ipairs { { "fifo ", event.fifo_percent }, { "drive ",
    event.drive_buffer_percent } } do
    if buffer[2] then
      parts[#parts + 1] = (wide and " " .. buffer[1] or "") .. live.bar(buffer[2], cells, ascii)
    end
  end
  return parts
end

-- As many as there is room for, the first one always; half a figure misleads.
local function join(parts, room)
  local line = parts[1]
  for index = 2, #parts do
    local more = line .. " " .. parts[index]
    if columns.width(more) > room then break end
    line = more
  end
  return (line:gsub(" +$", ""))
end

local function tail_of(event, room, wide, ascii)
  local doing = DOING[event.action] or event.action
  if event.action == "writing" then return join(figures(event, wide, ascii), room) end
  if event.action ~= "verifying" or not event.speed then return doing end
  -- Read back as a whole, not only in a few places.
  local figure = join(figures({ done = event.done, sectors = event.sectors, speed = event.speed },
    wide), room - #doing - 1)
  local both = doing .. " " .. figure
  return columns.width(both) <= room and both or figure
end

local function of_track(event, width, ascii)
  local wide = width >= WIDE
  local head = ("%s%d/%d "):format(wide and "track " or "", event.index, event.count)
  local tail = tail_of(event, width - #head, wide, ascii)
  local room = width - #head - columns.width(tail) - (wide and 2 or 1)
  if room < LEAST_TITLE then return head .. tail end
  local title = columns.pad(text.printable(event.title or ""), room)
  return head .. title .. (wide and "  " or " ") .. tail
end

---@param event table a "progress" event
---@param width integer columns; the line is never wider
---@param options? { ascii: boolean? } ascii: no bars of Unicode blocks
---@return string
function live.line(event, width, options)
  local line
  if event.step == "erase" then
    line = live.erasing(event)
  elseif event.step then
    line = ("%s: %ds"):format(STEPS[event.step] or event.step, event.elapsed or 0)
  elseif not event.number then
    line = ("closing: %s, %ds"):format(DOING[event.action] or event.action, event.elapsed or 0)
  else
    line = of_track(event, width, options and options.ascii)
  end
  return columns.fit(line, width)
end

return live
