-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the updates of an operation to progress events: what is done, how fast, how full.

local progress = {}

local ACTIONS = { [0] = "unknown", "preparing", "writing", "finishing", "verifying" }

local WRITING = 2
progress.VERIFYING = 4
local SECTOR = 2352

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

-- The core says 0 as long as it knows nothing, and again at the end.
local function remaining(update, done, speed)
  local seconds = update.RemainingTime
  if not seconds or seconds < 0 then return nil end
  if seconds == 0 and not speed and done < update.SectorCount then return nil end
  return seconds
end

---@param track? redbook.PlannedTrack nil while the session is being closed
---@param index? integer
---@param count? integer
---@param measured? integer the action whose speed is told, default WRITING
---@return fun(update: table): table from an update event to a progress event
function progress.new(track, index, count, measured)
  local measure = speedometer()
  return function(update)
    local done = 0
    if update.SectorCount > 0 and update.LastWrittenLba >= update.StartLba then
      done = math.min(update.LastWrittenLba - update.StartLba + 1, update.SectorCount)
    end
    -- ElapsedTime is in whole seconds, which is too coarse for a speed.
    local now = update.ElapsedSeconds or update.ElapsedTime
    local drive_total = update.TotalDriveBuffer or 0
    local in_drive = drive_total - (update.FreeDriveBuffer or 0)
    -- What still lies in the drive's buffer is not on the disc: filling it is no speed.
    local speed = update.CurrentAction == (measured or WRITING)
      and measure(now, math.max(done - in_drive / SECTOR, 0)) or nil
    return { event = "progress", action = ACTIONS[update.CurrentAction] or "unknown",
      number = track and track.number, index = index, count = count,
      title = track and track.title, done = done, sectors = update.SectorCount,
      elapsed = update.ElapsedTime, remaining = remaining(update, done, speed), speed = speed,
      fifo_percent = percent(update.UsedSystemBuffer, update.TotalSystemBuffer),
      drive_buffer_percent = percent(in_drive, drive_total) }
  end
end

return progress
