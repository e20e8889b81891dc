-- SPDX-License-Identifier: GPL-3.0-or-later
-- After a burn has failed: the disc is brought into the best state that needs no asking, and the
-- failure says what that is, what is left to burn, and how to go on.

local diagnose = require "redbook.recipe.diagnose"
local merged = require "redbook.merged"
local rescue = require "redbook.recipe.rescue"

local aftermath = {}

-- How long a drive that has just failed is waited for.
local PATIENCE = 60

---Of a rescue in the course of a burn only what it does is told.
---@param on_event fun(event: table)
---@return fun(event: table)
function aftermath.steps_only(on_event)
  return function(event)
    if event.event == "step" then on_event(event) end
  end
end

-- What the drive says of the disc; nil when it says nothing.
local function look(recorder)
  local ask = recorder.Examine or recorder.MediaSummary
  local ok, found = pcall(ask, recorder)
  return ok and found or nil
end

-- A track whose writing was cut off is closed where it ends, so that the disc can be gone on with.
local function close_cut_off(burn, found)
  local recorder = burn.recorder
  if not (found and found.LastTrackIncomplete and recorder.BeginRescue) then return found end
  rescue(recorder, { action = "close_track", client_name = burn.options.client_name,
    patience = PATIENCE, waiter = burn.options.waiter }, aftermath.steps_only(burn.on_event))
  return look(recorder)
end

local function left(tracks, written)
  local list = {}
  for index = written + 1, #tracks do
    list[#list + 1] = { index = index, path = tracks[index].path, title = tracks[index].title }
  end
  return list
end

-- Nothing is burned behind what is doubtful.
local function diagnosis_of(burn, found, err)
  return diagnose(found, merged({ multi = burn.options.multi,
    whole = burn.written == #burn.tracks or err.stage == "verify" }, burn.options.commands))
end

---The drive has been let go; what it says about the disc now beats what was feared.
---@param burn table the burn of burn_playlist
---@param err redbook.Failure why it failed; gets `disc`, `diagnosis`, `left`, `tracks_written` and
---`tracks_before`
---@return redbook.Failure err
function aftermath.tell(burn, err)
  if burn.options.simulate then
    err.disc = "untouched"
  elseif err.disc ~= "untouched" then
    local diagnosis = diagnosis_of(burn, close_cut_off(burn, look(burn.recorder)), err)
    if diagnosis.disc ~= "unknown" and err.disc ~= "spoiled" then err.disc = diagnosis.disc end
    if err.disc == "untouched" and burn.written > 0 then err.disc = "unknown" end
    err.diagnosis, err.left = diagnosis, left(burn.tracks, burn.written)
  end
  err.tracks_written, err.tracks_before = burn.written, burn.summary.NumberOfTracks
  return err
end

return aftermath
