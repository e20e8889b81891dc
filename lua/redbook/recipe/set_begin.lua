-- SPDX-License-Identifier: GPL-3.0-or-later
-- A set before its first disc: its sources measured and split, or read from where it was left.

local accept = require "redbook.recipe.accept"
local failure = require "redbook.failure"
local lfs = require "lfs"
local loudness = require "redbook.recipe.loudness"
local medium = require "redbook.recipe.medium"
local merged = require "redbook.merged"
local msf = require "redbook.msf"
local paths = require "redbook.playlist.path"
local planner = require "redbook.plan"
local set_scan = require "redbook.recipe.set_scan"
local split = require "redbook.split"
local state = require "redbook.set.state"
local wait_until_ready = require "redbook.recipe.wait_until_ready"

local set_begin = {}

local SOUND = { "gain", "clip", "quality", "dither", "gapless" }

-- Names that hold wherever the program is started next time.
local function located(entries)
  local list = {}
  for index, entry in ipairs(entries) do
    list[index] = merged(entry)
    list[index].path = paths.absolute(entry.path)
    list[index].list = entry.list and paths.absolute(entry.list)
  end
  return list
end

local function look_at(path)
  local attributes = lfs.attributes(path) or {}
  return { path = path, size = attributes.size, mtime = attributes.modification }
end

-- Each file once, as it is before it is read.
local function sources_of(entries)
  local list, seen = {}, {}
  for _, entry in ipairs(entries) do
    if not seen[entry.path] then list[#list + 1] = look_at(entry.path) end
    seen[entry.path] = true
  end
  return list
end

-- A file that is another one now would be other sound.
local function check_sources(sources, advice)
  local problems = {}
  for _, source in ipairs(sources) do
    local found = look_at(source.path)
    local problem = not found.size and "it is not there any more"
      or (found.size ~= source.size or found.mtime ~= source.mtime) and "it has changed" or nil
    if problem then
      problems[#problems + 1] = { path = source.path, text = source.path, message = problem }
    end
  end
  if #problems == 0 then return true end
  return nil, failure.new { stage = "source", problems = problems, code = 0xC0AA050D,
    name = "E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED", advice = advice, message = #problems == 1
      and problems[1].path .. ": " .. problems[1].message
      or ("%d sources have changed since they were measured"):format(#problems) }
end

-- What counts of a track when it is not decoded again.
local function measured(tracks)
  local list = {}
  for index, track in ipairs(tracks) do
    list[index] = { sectors = track.sectors, crc32 = track.crc32, title = track.title,
      artist = track.artist, album = track.album, album_artist = track.album_artist,
      continues = track.continues or nil, gain = loudness.told(track.gain) }
  end
  return list
end

local function capacity_of(burn)
  local options, recorder = burn.options, burn.recorders[1]
  if not recorder then return planner.blank_disc() end
  local wait = merged(options.wait, { waiter = options.waiter })
  local summary, err = wait_until_ready(recorder, wait, function(event)
    burn:tell(event, recorder)
  end)
  if not summary then return nil, err end
  local ok
  ok, err = medium.check(summary, false)
  return ok and summary, err
end

local function check_lengths(tracks, capacity)
  local list = split.too_long(tracks, capacity)
  if #list == 0 then return true end
  local problems = {}
  for place, index in ipairs(list) do
    local track = tracks[index]
    problems[place] = { path = track.path, text = track.path, list = track.list,
      line = track.line, message = ("it lasts %s, and a disc %s"):format(
        msf.short_up(track.sectors), msf.short(capacity)) }
  end
  return nil, failure.new { stage = "space", code = 0xC0AA0509, problems = problems,
    name = "E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE", message = #list == 1
      and problems[1].text .. " is longer than a disc" or ("%d tracks are longer than a disc")
        :format(#list), advice = "take them out of the list, or cut them" }
end

local CUT = { album = "the album '%s' is longer than a disc, and is cut",
  sound = "tracks %d to %d are one continuous sound that is longer than a disc; it is cut" }

local function tell_cuts(burn, made, tracks)
  for _, cut in ipairs(made.cuts) do
    burn:remark(cut.kind == "sound" and CUT.sound:format(cut.first, cut.last)
      or CUT.album:format(tracks[cut.first].album or tracks[cut.last].album or "?"))
  end
end

-- Discs of a split, none begun.
---@param lists integer[][]
---@return redbook.SetDisc[]
function set_begin.discs(lists)
  local discs = {}
  for index, list in ipairs(lists) do
    discs[index] = { state = "waiting", tracks = list, written = {}, cut = {} }
  end
  return discs
end

-- Each as loud as it was decided to be with all of them known.
local function with_gains(entries, tracks)
  for index, entry in ipairs(entries) do entry.gain = loudness.told(tracks[index].gain) end
end

local function settings_of(options)
  local settings = {}
  for _, name in ipairs(SOUND) do settings[name] = options[name] end
  return settings
end

local function check_folder(burn)
  if burn.folder then return true end
  return nil, failure.new { stage = "arguments", message = "there is no folder for what is known "
    .. "of a set", advice = "set HOME, or XDG_STATE_HOME" }
end

local function take(burn)
  local options = burn.options
  if options.plan_only or options.simulate then return true end
  local there, none = check_folder(burn)
  if not there then return nil, none end
  local taken, err = state.take(burn.folder, burn.name)
  if not taken then return nil, err end
  burn.state = taken
  if not taken:exists() or options.restart then return true end
  taken:close()
  burn.state = nil
  return nil, failure.new { stage = "arguments", set = { name = burn.name },
    message = ("the set %s was begun before, and is not finished"):format(burn.name),
    advice = ("burn.lua --resume=%s goes on with it; --restart forgets it, and begins anew")
      :format(burn.name) }
end

---Measures and splits.
---@param burn table of burn_set; gets `data`, `tracks` (scanned), `medium`, and unless nothing is
---burned `state`, which holds the set
---@param entries redbook.Entry[]
---@return true? ok
---@return redbook.Failure? err
function set_begin.new(burn, entries)
  local ok, err = take(burn)
  if not ok then return nil, err end
  burn.medium, err = capacity_of(burn)
  if not burn.medium then return nil, err end
  local options = burn.options
  local capacity = math.min(burn.medium.FreeSectors, options.capacity or math.huge)
  entries = located(entries)
  local sources = sources_of(entries)
  local tracks, open = set_scan.all(burn, entries)
  if not tracks then return nil, open end
  ok, err = check_sources(sources, "burn again, when nobody writes to it")
  if ok then ok, err = check_lengths(tracks, capacity) end
  if not ok then return nil, err end
  local made = split.split(tracks, capacity, options.split)
  tell_cuts(burn, made, tracks)
  if loudness.decides(options) then with_gains(entries, tracks) end
  burn.tracks, burn.measured = open, tracks
  burn.data = { title = burn.title, split = options.split, capacity = capacity,
    settings = settings_of(options), catalog = options.catalog, sources = sources,
    entries = entries, tracks = measured(tracks), discs = set_begin.discs(made.discs) }
  if burn.state then burn.state.data = burn.data end
  return true
end

-- Gains that were decided with all tracks known are not decided again.
local function adopt(burn, data)
  local settings = data.settings
  for _, name in ipairs(SOUND) do burn.options[name] = settings[name] end
  burn.options.catalog = data.catalog
  if not loudness.decides(settings) then return end
  burn.options.gain = "off"
  if settings.clip ~= "limit" then burn.options.clip = "clamp" end
end

-- Those that are still to be read: what is on a disc that is done may be gone.
local function needed(data)
  local list, read, needed_sources = {}, {}, {}
  for _, disc in ipairs(data.discs) do
    if disc.state ~= "done" then table.move(disc.tracks, 1, #disc.tracks, #list + 1, list) end
  end
  for _, place in ipairs((set_scan.with_neighbours(data.tracks, list))) do
    read[data.entries[place].path] = true
  end
  for _, source in ipairs(data.sources) do
    if read[source.path] then needed_sources[#needed_sources + 1] = source end
  end
  return needed_sources
end

-- What stands there is held to what a caller is held to.
local function check_data(kept)
  local data = kept.data
  local options = { plan_only = true, catalog = data.catalog }
  for _, name in ipairs(SOUND) do options[name] = data.settings[name] end
  local ok, problem = pcall(accept.burn, nil, data.entries, options, nil, kept.path)
  if ok then return true end
  problem = tostring(problem)
  return nil, failure.new { stage = "arguments", disc = "untouched",
    message = problem:sub((problem:find(kept.path, 1, true)) or 1),
    advice = "remove it, and begin the set anew" }
end

---Goes on where it was left.
---@param burn table of burn_set; gets `data`, `state`, `tracks` (none scanned)
---@return true? ok
---@return redbook.Failure? err
function set_begin.resume(burn)
  local there, err = check_folder(burn)
  if not there then return nil, err end
  local name = burn.name
  if not name then name, err = state.only(burn.folder) end
  if not name then return nil, err end
  local ok
  -- A name that is none must not leave a lock.
  ok, err = state.read(burn.folder, name)
  if not ok then return nil, err end
  burn.name = name
  burn.state, err = state.take(burn.folder, name)
  if not burn.state then return nil, err end
  ok, err = burn.state:load()
  if not ok then return nil, err end
  ok, err = check_data(burn.state)
  if not ok then return nil, err end
  burn.data, burn.tracks = burn.state.data, {}
  burn.title = burn.data.title
  adopt(burn, burn.data)
  return check_sources(needed(burn.data),
    "bring the files back as they were, or begin the set anew: --split with --restart")
end

---Tracks that were measured before, ready to be burned.
---@param burn table
---@param list integer[] places
---@return redbook.ScannedTrack[]? tracks
---@return redbook.Failure? err
function set_begin.scan(burn, list)
  local missing = {}
  for _, index in ipairs(list) do
    if not burn.tracks[index] then missing[#missing + 1] = index end
  end
  if #missing > 0 then
    local made, err = set_scan.some(burn, missing)
    if not made then return nil, err end
    for place, index in ipairs(missing) do burn.tracks[index] = made[place] end
  end
  local tracks = {}
  for place, index in ipairs(list) do tracks[place] = burn.tracks[index] end
  return tracks
end

---What is on a disc is not needed any more: files and memory are given back. One sound may reach
---over several discs, and its parts are read together.
---@param burn table
---@param list integer[] places
function set_begin.give_back(burn, list)
  for _, index in ipairs(list) do
    local track = burn.tracks[index]
    if track and not track.joined then track.source:Close() end
    burn.tracks[index] = nil
  end
end

return set_begin
