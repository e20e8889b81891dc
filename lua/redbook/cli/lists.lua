-- SPDX-License-Identifier: GPL-3.0-or-later
-- The playlists and files of a command line, for every program that takes some.

local advice = require "redbook.cli.advice"
local failure = require "redbook.failure"
local lfs = require "lfs"
local paths = require "redbook.playlist.path"
local playlist = require "redbook.playlist"

local lists = {}

-- The tracks of a job file, named one by one.
local function of_tracks(options)
  local found = { entries = options.tracks, catalog = options.catalog, remarks = {}, problems = {} }
  for _, track in ipairs(options.tracks) do
    local there = lfs.attributes(track.path, "mode")
    local problem = there and paths.unreadable(track.path)
      or not there and paths.missing(track.path)
    if problem then
      found.problems[#found.problems + 1] = { message = problem, text = track.path,
        path = track.path }
    end
  end
  return found
end

---@param options { files: string[], tracks: redbook.Entry[]?, hidden_track: boolean?,
---no_embedded_cue: boolean? } of the command line, or of a job
---@param on_remark fun(remark: string)
---@return table? found of `playlist.collect`, without problems
---@return redbook.Failure? err stage "source", with all problems
function lists.collect(options, on_remark)
  local found = options.tracks and of_tracks(options)
    or playlist.collect(options.files, { hidden_track = options.hidden_track or false,
      no_embedded_cue = options.no_embedded_cue or false })
  for _, remark in ipairs(found.remarks) do on_remark(remark) end
  if #found.problems == 0 then return found end
  return nil, failure.new { stage = "source", problems = found.problems,
    message = #found.problems == 1 and "a source is missing or cannot be used"
      or ("%d sources are missing or cannot be used"):format(#found.problems),
    advice = advice.of_sources(found.problems) }
end

return lists
