-- SPDX-License-Identifier: GPL-3.0-or-later
-- A set that is only planned or simulated.

local burn_playlist = require "redbook.recipe.burn_playlist"
local planner = require "redbook.plan"
local set_begin = require "redbook.recipe.set_begin"

---Plans all discs, or simulates them, on one disc that stays blank.
---@param burn table of burn_set
---@return table? result
---@return redbook.Failure? err
local function pretend(burn)
  local recorder, count = burn.recorders[1], #burn.data.discs
  for index, disc in ipairs(burn.data.discs) do
    burn:tell { event = "set_disc", disc = index, of = count, name = burn.name, on_disc = 0,
      label = ("%d of %d"):format(index, count), track_count = #disc.tracks }
    local tracks, plan = {}, nil
    if burn.options.plan_only then
      for place, at in ipairs(disc.tracks) do tracks[place] = burn.measured[at] end
      plan = planner.make(tracks, burn.medium, { finalise = true })
      burn:tell({ event = "plan", plan = plan, medium = burn.medium, simulate = false }, recorder)
    else
      local scanned, err = set_begin.scan(burn, disc.tracks)
      if not scanned then return burn:failed(err, index) end
      local result
      result, err = burn_playlist(recorder, burn:entries_of(disc.tracks),
        burn:burn_options(recorder, { scan = function() return scanned end }),
        function(event) burn:tell(event, recorder) end)
      if not result then return burn:failed(err, index) end
    end
    burn.results[index] = { plan = plan }
  end
  return burn:outcome()
end

return pretend
