-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tracks of a disc of a set that nobody wrote down: complete just before the program was killed,
-- or so long that they may be. What was sent for one can be told from its source.

local core = require "redbook.core"
local failure = require "redbook.failure"
local operate = require "redbook.recipe.operate"
local planner = require "redbook.plan"
local set_begin = require "redbook.recipe.set_begin"
local verify = require "redbook.recipe.verify"

local SECTOR = 2352

-- A file for sound that has no name any more, beside what is kept of the set.
local function unnamed(burn)
  local path = ("%s/%s.sound"):format(burn.folder, burn.name)
  local file, problem = io.open(path, "w+b")
  if not file then
    return nil, failure.new { stage = "arguments", message = problem,
      advice = "make room, or let it be a file that you may write" }
  end
  os.remove(path)
  return file
end

-- What its burn would have told of it.
local function as_written(burn, index, track)
  local tracks, err = set_begin.scan(burn, { index })
  if not tracks then return nil, err end
  local scanned = tracks[1]
  local file <close>, none = unnamed(burn)
  if not file then return nil, none end
  local operation, begin_err = scanned.source:BeginRender(file)
  local ok, problem, signal = operate(operation, begin_err, nil, burn.options)
  if signal then
    return nil, failure.interrupted(signal, "open", "interrupted while reading " .. scanned.path)
  elseif not ok then
    return nil, failure.from(problem, "source", { disc = "open" })
  end
  local sectors = math.max(scanned.sectors, planner.MINIMUM)
  file:seek "end"
  file:write(("\0"):rep((sectors - scanned.sectors) * SECTOR))
  file:seek "set"
  local told
  told, problem = core.fingerprint(file, sectors)
  if not told then return nil, failure.from(problem, "source", { disc = "open" }) end
  told.Number, told.StartLba, told.Sectors = track.Number, track.StartLba, sectors
  told.ISRC, told.ClippedSamples = scanned.isrc or "", scanned.clipped
  return told, scanned
end

local function is_as_sent(burn, slot, told, scanned)
  local options = burn.options
  return verify.verify(slot.recorder, { verify.of_written(told, nil, scanned.title) },
    { client_name = options.client_name, speed = options.verify_speed, waiter = options.waiter,
      stop = options.stop }, function(event)
      if event.event == "progress" then burn:tell(event, slot.recorder) end
    end)
end

-- A hole does not make every second differ.
local function is_other(err)
  local result = err.verification and err.verification.tracks[1]
  return result ~= nil and result.seconds > 0 and result.differing_seconds == result.seconds
end

-- The last one of an open disc is compared at once, as there may be a hole in it: it comes again
-- when it differs, or cannot be read yet. False: nothing on the disc is known, and this is
-- something else.
local function keep(burn, slot, place, told, scanned)
  local disc, number = burn.data.discs[slot.disc], slot.on_disc[place]
  if slot.kind == "open" and number == #slot.examination.Tracks then
    local same, err = is_as_sent(burn, slot, told, scanned)
    if err and err.signal then return nil, err end
    if not same and number == 1 and is_other(err) then return false end
    if not same then
      slot.on_disc[place] = nil
      table.insert(slot.cut_off, { track = number, entry = disc.tracks[place] })
      return true
    end
  end
  burn:record(slot.disc, told, scanned, disc.tracks[place])
  burn:remark(("track %d of the disc was written just before the burn was cut off; it was found "
    .. "by its length"):format(number), "set_found")
  return true
end

---Learns what was sent for those that are on a disc and were not written down.
---@param burn table of burn_set
---@param slot redbook.SetSlot
---@return boolean? ok false: it is another disc, which only has a track of such a length
---@return redbook.Failure? err
local function found(burn, slot)
  local disc, by_number = burn.data.discs[slot.disc], {}
  for _, track in ipairs(slot.examination.Tracks or {}) do by_number[track.Number] = track end
  for place = #disc.written + 1, #slot.on_disc do
    local told, scanned = as_written(burn, disc.tracks[place], by_number[slot.on_disc[place]])
    if not told then return nil, scanned end
    local ok, err = keep(burn, slot, place, told, scanned)
    if not ok then return ok, err end
  end
  return true
end

return found
