-- SPDX-License-Identifier: GPL-3.0-or-later
-- A playlist whose burn was cut off, to its end on the same disc: finds out which of its tracks
-- are there, closes the one that was cut off, burns the rest behind it.

local accept = require "redbook.recipe.accept"
local burn_playlist = require "redbook.recipe.burn_playlist"
local failure = require "redbook.failure"
local loudness = require "redbook.recipe.loudness"
local merged = require "redbook.merged"
local planner = require "redbook.plan"
local rescue = require "redbook.recipe.rescue"
local scan = require "redbook.recipe.scan"
local verify = require "redbook.recipe.verify"

-- What a drive may count as a track's size besides its sound: run-out, the next pregap, both
-- (unverified).
local MORE = { [0] = true, [2] = true, [150] = true, [152] = true }

local resume = {}

---@param track table of `Recorder:Examine()`
---@param sectors integer that it would have
---@return boolean whether it is one of that length
function resume.is_whole(track, sectors)
  return track.Complete and MORE[track.Sectors - sectors] or false
end

-- Its writing was cut off, or it was closed where that happened. One that was never closed is not
-- trusted even when all its sectors were sent, nor is its length, which drives tell as they like.
---@param track table of `Recorder:Examine()`
---@param sectors integer that it would have
---@return boolean
function resume.is_part(track, sectors)
  return not track.Complete or track.Sectors < sectors
end

-- The tracks of a disc from `first` on, against the playlist from its beginning. The beginning of
-- what ought to stand there stays, and what was cut off comes again behind it. Nil when something
-- else stands there. A last track of 4 seconds may also be a shorter beginning that was filled up
-- (a burn that is stopped ends so): better twice than never whole, unless it is known.
local function align(tracks, lengths, first, known)
  local found = { first = first, on_disc = {}, cut_off = {} }
  for index = first, #tracks do
    local entry = #found.on_disc + 1
    local track, sectors = tracks[index], lengths[entry]
    if not sectors then return nil end
    local doubtful = index == #tracks and sectors == planner.MINIMUM
      and not (known == true or known[track.Number])
    if resume.is_whole(track, sectors) and not doubtful then
      found.on_disc[entry] = track.Number
    elseif resume.is_part(track, sectors) or doubtful then
      found.cut_off[#found.cut_off + 1] = { track = track.Number, entry = entry }
    else
      return nil
    end
  end
  return found
end

-- Behind tracks that were there before, the playlist has to begin with a whole one. With nothing
-- whole to go by, a cut-off track alone says little: only the last one of a disc, when it is not
-- closed yet or the only one there is.
local function is_credible(found, tracks)
  local begins_whole = tracks[found.first] and found.on_disc[1] == tracks[found.first].Number
  if #found.on_disc > 0 then return found.first == 1 or begins_whole end
  if #tracks == 0 then return true end
  return found.first == #tracks and (#tracks == 1 or not tracks[#tracks].Complete)
end

---Which of a playlist's tracks are on a disc, by number, order and length. Pure.
---@param tracks table[] of `Recorder:Examine()`
---@param lengths integer[] sectors of the playlist's tracks as they are burned (at least 300), as
---many as there are tracks on the disc and one more, where the playlist has so many
---@param known table<integer, any>|true|nil numbers of tracks that are known to be whole; true: the
---disc was closed as it was meant to be
---@return { on_disc: integer[], cut_off: { track: integer, entry: integer }[], first: integer }?
---found on_disc: the disc's track numbers of the playlist's first tracks; first: where on the
---disc the playlist begins; nil when the disc holds something else
function resume.match(tracks, lengths, known)
  local best
  for first = 1, math.max(#tracks, 1) do
    local found = align(tracks, lengths, first, known or {})
    if found and is_credible(found, tracks)
      and (not best or #found.on_disc > #best.on_disc) then
      best = found
    end
  end
  return best
end

local Resume = {}
Resume.__index = Resume

function Resume:emit(event, fields)
  fields.event = event
  self.on_event(fields)
end

local RESCUE = { "client_name", "multi", "wait", "stop", "waiter", "commands" }
local BURN = { "client_name", "catalog", "speed", "multi", "keep_open", "eject", "wait", "confirm",
  "stop", "waiter", "commands", "no_verify", "verify_speed", "on_written", "gain",
  "clip", "quality", "dither", "render_ahead", "gapless" }

function Resume:pick(names, more)
  local picked = more
  for _, name in ipairs(names) do picked[name] = self.options[name] end
  return picked
end

-- What can be done about the disc in between is being done.
function Resume:rescue(action)
  return rescue(self.recorder, self:pick(RESCUE, { action = action }), function(event)
    if event.event ~= "diagnosis" or action == "close" then self.on_event(event) end
  end)
end

-- Every track as loud as it was, or was to be: that can depend on all of the playlist, and is
-- decided before the rest of it is burned alone.
function Resume:keep_gains(tracks)
  for index, entry in ipairs(self.entries) do
    self.entries[index] = merged(entry)
    self.entries[index].gain = tracks[index].gain
  end
  self.options.gain = "off"
  if self.options.clip ~= "limit" then self.options.clip = "clamp" end
end

-- Lengths of the first entries, as they lie on a disc.
function Resume:measure(count)
  local decides = loudness.decides(self.options)
  local options = merged(self.options)
  options.last = decides and #self.entries or math.min(count, #self.entries)
  local tracks, err = scan(self.entries, options, self.on_event)
  if not tracks then return nil, err end
  local lengths = {}
  for index, track in ipairs(tracks) do
    lengths[index] = math.max(track.sectors, planner.MINIMUM)
  end
  self.scanned = tracks
  if decides then self:keep_gains(tracks) end
  return lengths
end

local function refuse(diagnosis, message, advice)
  return nil, failure.new { stage = "medium", disc = diagnosis.disc, code = 0xC0AA0506,
    name = "E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK", transient = false, diagnosis = diagnosis,
    message = message, advice = advice }
end

-- What a manifest says was written must be there, or it is of another disc.
function Resume:check_known(diagnosis, tracks)
  local by_number = {}
  for _, track in ipairs(tracks) do by_number[track.Number] = track end
  for number, known in pairs(self.known) do
    local track = by_number[number]
    if not (track and track.StartLba == known.start and resume.is_whole(track, known.sectors)) then
      return refuse(diagnosis, ("the manifest is of another disc: track %d, %d sectors at %d, is "
        .. "not on this one"):format(number, known.sectors, known.start),
        "put the disc in that is to be continued, or go on without the manifest")
    end
  end
  return true
end

local BURNABLE = { blank = true, open = true, incomplete = true, appendable = true }

function Resume:find(looked)
  local diagnosis, tracks = looked.after, looked.examination.Tracks or {}
  if not BURNABLE[diagnosis.state] and diagnosis.state ~= "finalised" then
    return refuse(diagnosis, diagnosis.sentence, "put the disc in that is to be continued")
  end
  local same, other = self:check_known(diagnosis, tracks)
  if not same then return nil, other end
  local lengths, err = self:measure(#tracks + 1)
  if not lengths then return nil, err end
  local found = resume.match(tracks, lengths, diagnosis.state == "finalised" or self.known)
  if not found then
    return refuse(diagnosis, "none of the playlist's tracks is on the disc: lengths differ",
      "look whether the right disc and the right playlist are there; burn.lua --append adds all "
      .. "of a playlist")
  end
  if diagnosis.state == "finalised" and #found.on_disc < #self.entries then
    return refuse(diagnosis, ("the disc is closed, with %d of the playlist's %d tracks on it")
      :format(#found.on_disc, #self.entries), "burn the rest to another disc")
  end
  return found
end

function Resume:tell(found)
  local list = {}
  for entry, number in ipairs(found.on_disc) do
    list[entry] = { number = number, title = self.scanned[entry].title,
      path = self.entries[entry].path }
  end
  self:emit("resume", { on_disc = list, left = #self.entries - #list, count = #self.entries,
    cut_off = found.cut_off })
end

-- Everything is there: what is missing is the end.
function Resume:close()
  if self.options.keep_open then return { tracks = 0, disc = "open" } end
  local closed, err = self:rescue "close"
  if not closed then return nil, err end
  return { tracks = 0, disc = closed.after.disc }
end

-- The tracks that were there before are compared too, as far as it is known what was sent.
function Resume:compare(result)
  local options = self.options
  if #(options.manifest or {}) == 0 or options.no_verify or options.keep_open then
    return result
  end
  local compared, err = verify.verify(self.recorder, options.manifest,
    { client_name = options.client_name, waiter = options.waiter }, self.on_event)
  if not compared then return nil, err end
  result.compared = compared
  return result
end

function Resume:run()
  local looked, err = self:rescue "look"
  if not looked then return nil, err end
  local found
  found, err = self:find(looked)
  if not found then return nil, err end
  self:tell(found)
  if looked.after.state == "incomplete" then
    local mended
    mended, err = self:rescue "close_track"
    if not mended then return nil, err end
  end
  local result
  if #found.on_disc == #self.entries then
    result, err = self:close()
  else
    result, err = burn_playlist(self.recorder, self.entries,
      self:pick(BURN, { append = true, first = #found.on_disc + 1 }), self.on_event)
  end
  if not result then return nil, err end
  result.on_disc = #found.on_disc
  return self:compare(result)
end

---Burns what of a playlist is not on the disc yet, and closes the disc.
---@param recorder redbook.Recorder
---@param entries redbook.Entry[] the whole playlist
---@param options? table `client_name`, `catalog`, `speed`, `multi`, `keep_open`, `eject`, `wait`,
---`confirm`, `stop`, `waiter`, `commands`, `no_verify`, `verify_speed`, `on_written`,
---`gain`, `clip`, `quality`, `dither` as
---`burn_playlist` and `rescue` have them; `manifest`: what is known to have been written, a list of
---redbook.VerifiedTrack, compared with the disc at the end
---@param on_event? fun(event: table) gets the events of both, and "resume"
---@return table? result of `burn_playlist`, with `on_disc` = tracks that were there already; only
---`tracks` (0), `on_disc` and `disc` when all were
---@return redbook.Failure? err
function resume.continue_playlist(recorder, entries, options, on_event)
  options = options or {}
  accept.resume(recorder, entries, options, on_event)
  local known = {}
  for _, track in ipairs(options.manifest or {}) do known[track.number] = track end
  return setmetatable({ recorder = recorder, entries = merged(entries),
    options = merged(options), known = known,
    on_event = on_event or function() end }, Resume):run()
end

return resume
