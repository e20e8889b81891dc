-- SPDX-License-Identifier: GPL-3.0-or-later
-- The next disc of a set: what lies in the drive, whether it can be used, and waiting for another
-- one when it cannot.

local diagnose = require "redbook.recipe.diagnose"
local failure = require "redbook.failure"
local match = require "redbook.set.match"
local merged = require "redbook.merged"
local msf = require "redbook.msf"
local rescue = require "redbook.recipe.rescue"
local split = require "redbook.split"
local wait_until_ready = require "redbook.recipe.wait_until_ready"

local NO_MEDIA = 0xC0AA0202
local LOCKED = 0xC0AA0210
-- How long a disc is waited for, and how many wrong ones are given back.
local INSERTION_LIMIT = 600
local WRONG_DISCS = 5
-- States in which a disc of the set may be when its burn was cut off.
local OPEN = { open = true, incomplete = true }

local set_disc = {}

---@class redbook.SetSlot a disc that lies in a drive and can be used
---@field recorder redbook.Recorder
---@field disc integer which of the set
---@field kind "blank"|"open"|"finished"
---@field on_disc integer[] numbers of its tracks that are on it already, in order
---@field cut_off { track: integer, entry: integer }[]
---@field examination table of `Recorder:Examine()`

local function refused(message, code, name)
  return { message = message, code = code or 0xC0AA0506,
    name = name or "E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK" }
end

local function label(burn, disc) return ("disc %d of %d"):format(disc, #burn.data.discs) end

local function blank(burn, found)
  local disc = burn:next_disc()
  local needed = split.needed(burn.data.tracks, burn.data.discs[disc].tracks)
  if needed > found.FreeSectors then
    return nil, refused(("the disc has room for %s, and %s needs %s"):format(
      msf.short(found.FreeSectors), label(burn, disc), msf.short_up(needed)), 0xC0AA0509,
      "E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE")
  end
  return { kind = "blank", disc = disc, on_disc = {}, cut_off = {}, examination = found }
end

-- One of those that are begun, or one that is finished already.
local function own(burn, found, closed)
  for index, disc in ipairs(burn.data.discs) do
    local on = disc.state ~= "waiting"
      and match(disc, burn.data.tracks, found.Tracks or {}, closed)
    if on and (disc.state == "begun" or closed) then return index, disc, on end
  end
end

local function used(burn, found, diagnosis)
  local closed = diagnosis.state == "finalised"
  local index, disc, on
  if closed or OPEN[diagnosis.state] then index, disc, on = own(burn, found, closed) end
  if not index then
    return nil, refused(("the disc is none of the set %s: %s"):format(burn.name,
      diagnosis.sentence:gsub("^%u", string.lower):gsub("%.$", "")))
  elseif disc.state == "done" then
    return nil, refused(("this is %s, which is done"):format(label(burn, index)))
  elseif closed and #on.on_disc < #disc.tracks then
    return nil, refused(("this is %s, closed with %d of its %d tracks"):format(
      label(burn, index), #on.on_disc, #disc.tracks))
  end
  return { kind = closed and "finished" or "open", disc = index, on_disc = on.on_disc,
    cut_off = on.cut_off, examination = found }
end

-- What a disc can be used for; else why it cannot.
local function judge(burn, found)
  local diagnosis = diagnose(found)
  if diagnosis.state == "blank" then return blank(burn, found) end
  return used(burn, found, diagnosis)
end

-- A drive that somebody holds is waited for where that is wanted; an empty one is prompted for.
local function look_when_free(burn, recorder, again)
  local options = burn.options
  local wait = merged(options.wait, { waiter = options.waiter })
  if not again then wait.insertion, wait.limit = nil, nil end
  local looked, err = rescue(recorder, { client_name = options.client_name, wait = wait,
    stop = options.stop, waiter = options.waiter }, function(event)
    if event.event == "wait" or event.event == "remark" then burn:tell(event, recorder) end
  end)
  local held = err and err.code == LOCKED and options.wait and options.wait.insertion
  if held and not again then return look_when_free(burn, recorder, true) end
  if err then err.diagnosis = nil end -- nothing was begun
  return looked, err
end

-- Nil without anything: the drive is empty.
local function look(burn, recorder)
  local looked, err = look_when_free(burn, recorder)
  if looked then return judge(burn, looked.examination) end
  if err.code == NO_MEDIA then return nil end
  return nil, nil, err
end

-- The first drive with a disc that can be used, those first that come next.
local function any(burn)
  local why
  for step = 0, #burn.recorders - 1 do
    local place = (burn.place + step - 1) % #burn.recorders + 1
    local recorder = burn.recorders[place]
    if not burn.full[recorder] then
      local slot, problem, err = look(burn, recorder)
      if err then return nil, nil, err end
      if slot then
        slot.recorder, burn.place = recorder, place
        return slot
      end
      why = why or problem
    end
  end
  return nil, why
end

local function give_up(why)
  return nil, failure.new { stage = why and why.code == 0xC0AA0509 and "space" or "medium",
    disc = "untouched", transient = false, code = why and why.code or NO_MEDIA,
    name = why and why.name or "E_IMAPI_RECORDER_MEDIA_NO_MEDIA",
    message = why and why.message or "there is no blank disc for it" }
end

local function wait_for_next(burn, why)
  local options, recorder = burn.options, burn.recorders[burn.place]
  local wait = merged(options.wait, { insertion = true, waiter = options.waiter })
  wait.limit = options.wait and options.wait.insertion and options.wait.limit or INSERTION_LIMIT
  if why or burn.full[recorder] then
    local ok, err = recorder:EjectMedia()
    if not ok then return nil, failure.from(err, "medium", { disc = "untouched" }) end
  end
  burn.full[recorder] = nil
  local disc = burn:next_disc()
  burn:tell({ event = "insert", disc = disc, of = #burn.data.discs, limit = wait.limit,
    begun = burn.data.discs[disc].state == "begun", message = why and why.message }, recorder)
  return wait_until_ready(recorder, wait, function(event) burn:tell(event, recorder) end)
end

---The next disc that can be used, waited for if need be.
---@param burn table of burn_set: data, name, options, recorders, place, full, tell, next_disc
---@return redbook.SetSlot? slot
---@return redbook.Failure? err
function set_disc.get(burn)
  local wrong = 0
  while true do
    local slot, why, err = any(burn)
    if slot or err then return slot, err end
    wrong = wrong + (why and 1 or 0)
    if wrong > WRONG_DISCS or burn.options.exchange == false then return give_up(why) end
    local ready
    ready, err = wait_for_next(burn, why)
    if not ready then return nil, err end
  end
end

return set_disc
