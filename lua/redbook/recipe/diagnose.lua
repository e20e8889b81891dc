-- SPDX-License-Identifier: GPL-3.0-or-later
-- What state a disc is in, in a word and in a sentence, and what can be done about it. Pure: the
-- tables of Recorder:Examine() or MediaSummary() in, a table out.

local medium = require "redbook.recipe.medium"

local CD_ROM, CD_R, CD_RW = 1, 2, 3

---@class redbook.Remedy
---@field name string "close", "multi", "close_track", "continue", "clear", "look", "blank",
---"replace" (another disc), "other_drive"
---@field does string what it does, as the end of a sentence
---@field command string? how to have it done; nil when it is no command

---@alias redbook.DiscCondition "none"|"unsuitable"|"pressed"|"blank"|"open"|"incomplete"
---|"damaged"|"appendable"|"finalised"|"simulated"|"unknown"

---@class redbook.Diagnosis
---@field state redbook.DiscCondition
---@field sentence string
---@field disc string as error objects spell it
---@field plays boolean a player finds tracks on it
---@field tracks integer complete ones
---@field cut_off integer? number of the track whose writing was cut off
---@field remedies redbook.Remedy[] the best first

---@class redbook.DiagnoseOptions
---@field device string? for the commands
---@field prefix string? stands before their programs' names
---@field sources string[]? what was to be burned, as the command line named it
---@field flags string[]? options of burn.lua that hold for going on with them, too
---@field set string? name of the set that the disc is of: it is gone on with as a whole
---@field multi boolean? the session is to be closed for another one
---@field whole boolean? nothing of them is missing on the disc
---@field failed boolean? closing it has just failed

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

-- One word for sh, as it is where that is safe.
local function quote(word)
  if word ~= "" and not word:find "[^%w@%%+=:,./_-]" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function command(program, options, words)
  local parts = { (options.prefix or "") .. program }
  if options.device then parts[#parts + 1] = "--device " .. quote(options.device) end
  for _, word in ipairs(words) do parts[#parts + 1] = word end
  return table.concat(parts, " ")
end

local function continue_words(options)
  local words = { "--continue" }
  for _, flag in ipairs(options.flags or {}) do words[#words + 1] = quote(flag) end
  for index, name in ipairs(options.sources or { "PLAYLIST" }) do
    if index == 1 and name:sub(1, 1) == "-" then words[#words + 1] = "--" end
    words[#words + 1] = options.sources and quote(name) or name
  end
  return words
end

local REMEDIES = {}

function REMEDIES.close(options, found)
  return { does = found.cut_off
      and "closes track %d where it ends, and the disc for good, so that it plays"
      or "closes the disc for good, so that it plays",
    command = command("rescue.lua", options, { "--close" }) }
end

function REMEDIES.multi(options)
  return { does = "closes the session, so that the disc plays, and leaves room for another one",
    command = command("rescue.lua", options, { "--multi" }) }
end

function REMEDIES.close_track(options)
  return { does = "closes track %d where it ends and leaves the session open",
    command = command("rescue.lua", options, { "--close-track" }) }
end

REMEDIES["continue"] = function(options)
  if options.set then
    return { does = "burns what of the set is missing, on this disc first",
      command = command("burn.lua", options, { "--resume=" .. quote(options.set) }) }
  end
  return { does = "burns what of a playlist is not on the disc yet, and closes it",
    command = command("rescue.lua", options, continue_words(options)) }
end

function REMEDIES.clear(options)
  return { does = "makes the drive forget the simulation",
    command = command("rescue.lua", options, {}) }
end

function REMEDIES.look(options)
  return { does = "tells what state the disc is in, once the drive answers",
    command = command("rescue.lua", options, {}) }
end

function REMEDIES.blank(options)
  return { does = "erases the disc, with all that is on it",
    command = command("blank.lua", options, {}) }
end

function REMEDIES.other_drive()
  return { does = "another recorder may be able to close the disc" }
end

function REMEDIES.replace()
  return { does = "another disc has to be taken" }
end

local STATES = {}

function STATES.none()
  return "There is no disc in the drive.", {}
end

function STATES.unsuitable()
  return "The disc in the drive is no CD that can be written.", { "replace" }
end

function STATES.pressed()
  return "This is a pressed CD; nothing on it can change.", {}
end

function STATES.blank()
  return "The disc is blank; there is nothing to rescue.", {}
end

function STATES.open(found)
  local list = { "close", "multi" }
  if found.NextTrack then table.insert(list, 1, "continue") end
  return ("The disc's session is open, with %s; players cannot see %s before it is closed.")
    :format(plural(found.tracks, "track"), found.tracks == 1 and "it" or "them"), list
end

function STATES.incomplete(found)
  local before = found.tracks == 0 and "no track is complete"
    or found.tracks == 1 and "the track before it is safe"
    or ("the %d tracks before it are safe"):format(found.tracks)
  return ("The writing of track %d was cut off; %s. Players cannot see the disc's open session.")
    :format(found.cut_off, before), { "continue", "close", "close_track", "multi" }
end

function STATES.damaged(found)
  return ("The drive calls the disc's last session damaged; %s on it %s complete.")
    :format(plural(found.tracks, "track"), found.tracks == 1 and "is" or "are"),
    { "close", "multi" }
end

function STATES.appendable(found)
  return ("The disc plays: its %s closed, with %s, and another one may follow."):format(
    found.NumberOfSessions == 1 and "session is" or "sessions are",
    plural(found.tracks, "track")), {}
end

function STATES.finalised(found)
  return ("The disc is closed and plays; it holds %s."):format(plural(found.tracks, "track")), {}
end

function STATES.simulated(found)
  return ("The drive is set to simulate, and may only pretend that the disc holds %s: a "
    .. "simulated burn can leave it so."):format(plural(found.tracks, "track")), { "clear" }
end

function STATES.unknown()
  return "What state the disc is in could not be found out.", { "look" }
end

local function is_recordable(found)
  return found.MediaType == CD_R or found.MediaType == CD_RW
end

local function state_of(found)
  if found.State == "none" then return "none" end
  if found.MediaType == CD_ROM then return "pressed" end
  if not is_recordable(found) then return "unsuitable" end
  if found.TestWrite and found.State ~= "blank" then return "simulated" end
  if found.LastTrackIncomplete then return "incomplete" end
  if found.Damaged then return "damaged" end
  if found.State == "complete" then return "finalised" end
  if found.State == "blank" then return "blank" end
  if found.State ~= "appendable" then return "unknown" end
  return found.SessionOpen and "open" or "appendable"
end

-- The track that was begun and not ended stands behind all complete ones.
local function cut_off(found)
  if not found.LastTrackIncomplete then return nil end
  for _, track in ipairs(found.Tracks or {}) do
    if not track.Complete then return track.Number end
  end
  return (found.NumberOfTracks or 0) + 1
end

-- Tracks of closed sessions are seen by players whatever became of the session that is open.
local function plays(found, state)
  if state == "finalised" or state == "appendable" or state == "pressed" then return true end
  for _, track in ipairs(found.Tracks or {}) do
    if track.Listed and state ~= "simulated" then return true end
  end
  return false
end

local function remedy(name, options, found)
  local made = REMEDIES[name](options, found)
  made.name, made.does = name, made.does:format(found.cut_off)
  return made
end

-- A CD-RW that holds nothing whole, or nothing that can be closed, is soonest helped by erasing
-- it; anything else may be as well, when nothing helps.
local function with_blank(names, found, state)
  if not found.Erasable then return names end
  local worthless = found.tracks == 0 and state == "incomplete"
  if worthless then
    table.insert(names, 1, "blank")
  elseif state == "damaged" or state == "incomplete" then
    names[#names + 1] = "blank"
  end
  return names
end

-- To close a disc of a set would keep the rest of it from being burned.
local OF_ONE_DISC = { close = true, multi = true, close_track = true }

-- What was asked for comes first, what is of no use not at all.
local function wanted(names, options)
  local list = {}
  for _, name in ipairs(names) do
    if options.set and OF_ONE_DISC[name] then
      if name == "close" then list[1] = list[1] or "continue" end
    elseif name ~= "continue" or options.set or not options.whole then
      list[#list + 1] = name
    end
  end
  if options.failed and #list > 0 then
    table.insert(list, 1, "other_drive")
    if list[#list] == "blank" then table.insert(list, 2, table.remove(list)) end
  end
  for index, name in ipairs(list) do
    if options.multi and name == "close" then
      list[index] = "multi"
    elseif options.multi and name == "multi" then
      list[index] = "close"
    end
  end
  return list
end

---@param examination table? of `Recorder:Examine()`, or of `MediaSummary()`, which knows less;
---nil when the drive does not tell
---@param options? redbook.DiagnoseOptions
---@return redbook.Diagnosis
local function diagnose(examination, options)
  options = options or {}
  local found = setmetatable({}, { __index = examination or {} })
  found.tracks = found.NumberOfTracks or 0
  found.cut_off = cut_off(found)
  local state = examination and state_of(found) or "unknown"
  local sentence, names = STATES[state](found)
  local remedies = {}
  for index, name in ipairs(wanted(with_blank(names, found, state), options)) do
    remedies[index] = remedy(name, options, found)
  end
  local disc = state == "damaged" and "spoiled" or state == "simulated" and "unknown"
    or medium.disc_state(examination)
  return { state = state, sentence = sentence, disc = disc, plays = plays(found, state),
    tracks = found.tracks, cut_off = found.cut_off, remedies = remedies }
end

return diagnose
