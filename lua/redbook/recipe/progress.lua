-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the updates of an operation to progress events: what is done, how fast, how full.

local progress = {}

local ACTIONS = { [0] = "unknown", "preparing", "writing", "finishing", "verifying" }

local WRITING = 2

local function percent(used, total)
  if not total or total <= 0 then return nil end
  return math.floor(used * 100 / total + 0.5)
end

-- Times 1x over the last whole seconds that differ; ElapsedTime has no finer grain. The time
-- before the first sector (calibration, spinning up) does not count.
local function speedometer()
  local from_time, from_sectors, speed
  return function(elapsed, done)
    if not from_time or elapsed < from_time or from_sectors == 0 then
      from_time, from_sectors = elapsed, done
    elseif elapsed > from_time then
      speed = (done - from_sectors) / (elapsed - from_time) / 75
      from_time, from_sectors = elapsed, done
    end
    return speed
  end
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
    local drive_total = update.TotalDriveBuffer or 0
    return { event = "progress", action = ACTIONS[update.CurrentAction] or "unknown",
      number = track and track.number, index = index, count = count,
      title = track and track.title, done = done, sectors = update.SectorCount,
      elapsed = update.ElapsedTime, remaining = update.RemainingTime,
      speed = update.CurrentAction == WRITING and measure(update.ElapsedTime, done) or nil,
      fifo_percent = percent(update.UsedSystemBuffer, update.TotalSystemBuffer),
      drive_buffer_percent = percent(drive_total - (update.FreeDriveBuffer or 0), drive_total) }
  end
end

return progress
