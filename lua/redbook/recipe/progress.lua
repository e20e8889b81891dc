-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the updates of an operation to progress events: what is done, how fast, how full.

local progress = {}

local ACTIONS = { [0] = "unknown", "preparing", "writing", "finishing", "verifying" }

local WRITING = 2

local function percent(used, total)
  if not total or total <= 0 then return nil end
  return math.floor(used * 100 / total + 0.5)
end

-- Seconds over which the speed is a mean: drives write in bursts, and a mean over less jumps.
local WINDOW = 3
-- Less than this is too little to tell a speed from.
local LEAST = 1

-- Times 1x over the last seconds. The time before the first sector (calibration, spinning up)
-- does not count.
local function speedometer()
  local times, sectors, first = {}, {}, 1
  return function(now, done)
    local last = #times
    if last < first or now < times[last] or sectors[last] == 0 then
      times, sectors, first = { now }, { done }, 1
    elseif now > times[last] then
      last = last + 1
      times[last], sectors[last] = now, done
      while first < last - 1 and now - times[first + 1] >= WINDOW do first = first + 1 end
    end
    local span = times[#times] - times[first]
    if span < LEAST then return nil end
    return (sectors[#sectors] - sectors[first]) / span / 75
  end
end

-- Before anything is known the core says 0.
local function remaining(update, done)
  local seconds = update.RemainingTime
  if not seconds or seconds < 0 or (seconds == 0 and done == 0) then return nil end
  return seconds
end

---@param track? redbook.PlannedTrack nil while the session is being closed
---@param index? integer
---@param count? integer
---@return fun(update: table): table from an update event to a progress event
function progress.new(track, index, count)
  local measure = speedometer()
  return function(update)
    local done = 0
    if update.SectorCount > 0 and update.LastWrittenLba >= update.StartLba then
      done = math.min(update.LastWrittenLba - update.StartLba + 1, update.SectorCount)
    end
    -- ElapsedTime is in whole seconds, which is too coarse for a speed.
    local now = update.ElapsedSeconds or update.ElapsedTime
    local drive_total = update.TotalDriveBuffer or 0
    return { event = "progress", action = ACTIONS[update.CurrentAction] or "unknown",
      number = track and track.number, index = index, count = count,
      title = track and track.title, done = done, sectors = update.SectorCount,
      elapsed = update.ElapsedTime, remaining = remaining(update, done),
      speed = update.CurrentAction == WRITING and measure(now, done) or nil,
      fifo_percent = percent(update.UsedSystemBuffer, update.TotalSystemBuffer),
      drive_buffer_percent = percent(drive_total - (update.FreeDriveBuffer or 0), drive_total) }
  end
end

return progress
