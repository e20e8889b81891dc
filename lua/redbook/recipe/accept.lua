-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the recipes take; all else raises in the caller's line, before anything is touched.

local ahead = require "redbook.recipe.ahead"
local merged = require "redbook.merged"
local set = require "redbook.set"
local split = require "redbook.split"
local codes = require "redbook.codes"
local loudness = require "redbook.recipe.loudness"
local msf = require "redbook.msf"
local shape = require "redbook.shape"

local accept = {}

-- From an `error` here to the line that called the recipe.
local LEVEL = 3

local FUNCTION = "function"

local function is_speed(value)
  return value == "max" or value == "min" or (type(value) == "number" and value > 0),
    "a number above 0 (times 1x), 'min' or 'max'"
end

local function is_path(value)
  return type(value) == "string" and value ~= "", "the name of a file"
end

-- The drive is told these with the track, when others are on the disc already.
local function is_isrc(value)
  return type(value) == "string" and codes.is_isrc((value:gsub("-", ""))),
    "an ISRC (two letters, three letters or digits, seven digits)"
end

local function is_catalog(value)
  return type(value) == "string" and (value == "" or codes.is_catalog(value)),
    "a Media Catalog Number (13 digits, the last one checks the others)"
end

local function is_time(least)
  return function(value)
    local sectors = type(value) == "string" and msf.parse(value) or value
    return math.type(sectors) == "integer" and sectors >= least,
      ("sectors, %d or more, or 'MM:SS:FF'"):format(least)
  end
end

local function is_order(value)
  return value == "little" or value == "big", "'little' or 'big'"
end

local function is_attempts(value)
  return math.type(value) == "integer" and value >= 1, "an integer, 1 or more,"
end

-- What a failure's diagnosis needs to name whole commands.
local function is_commands(value)
  if type(value) ~= "table" then return false, "a table" end
  shape.check("commands", value, { device = "string", prefix = "string", sources = "table",
    flags = "table", multi = "boolean", set = "string" }, LEVEL + 3)
  return true
end

local BURN = { client_name = "string", catalog = is_catalog, speed = is_speed, simulate = "boolean",
  multi = "boolean", keep_open = "boolean", append = "boolean", eject = "boolean",
  no_verify = "boolean", verify_speed = is_speed, on_written = FUNCTION, scan = FUNCTION,
  render_ahead = ahead.is_option, gain = loudness.is_gain, clip = loudness.is_clip,
  quality = loudness.is_quality, dither = loudness.is_dither, gapless = "boolean",
  first = "integer", plan_only = "boolean", wait = "table", confirm = FUNCTION,
  stop = FUNCTION, waiter = FUNCTION, commands = is_commands }

local function is_resume(value)
  return value == true or set.is_name(value), "true, or the name of a set,"
end

local function is_name(value) return set.is_name(value), "a name for a set" end

local function is_capacity(value)
  return math.type(value) == "integer" and value >= 300, "a number of sectors, 300 or more,"
end

local SET = { split = split.is_mode, capacity = is_capacity, resume = is_resume,
  restart = "boolean", name = is_name, title = "string", folder = is_path, exchange = "boolean",
  manifest = "table", on_disc = FUNCTION }
-- What a disc of a set cannot be.
local NOT_OF_SETS = { "append", "multi", "keep_open", "first", "scan" }

local WAIT = { limit = shape.at_least(0, "seconds"), insertion = "boolean", pause = FUNCTION,
  waiter = FUNCTION }

local function is_action(value)
  return value == "look" or value == "close_track" or value == "close",
    "'look', 'close_track' or 'close'"
end

local RESCUE = { action = is_action, multi = "boolean", client_name = "string",
  patience = shape.at_least(0, "seconds"), wait = "table", stop = FUNCTION, waiter = FUNCTION,
  commands = is_commands }

local RESUME = { client_name = "string", catalog = is_catalog, speed = is_speed, multi = "boolean",
  keep_open = "boolean", eject = "boolean", wait = "table", confirm = FUNCTION, stop = FUNCTION,
  waiter = FUNCTION, commands = is_commands, no_verify = "boolean", verify_speed = is_speed,
  on_written = FUNCTION, manifest = "table", render_ahead = ahead.is_option,
  gain = loudness.is_gain, clip = loudness.is_clip, quality = loudness.is_quality,
  dither = loudness.is_dither, gapless = "boolean" }

local ERASE = { full = "boolean", client_name = "string", wait = "table", confirm = FUNCTION,
  stop = FUNCTION, waiter = FUNCTION }

local ENTRY = { path = is_path, title = "string", artist = "string", album = "string",
  start = is_time(0), length = is_time(1), raw = is_order, isrc = is_isrc,
  pre_emphasis = "boolean", copy_permitted = "boolean", list = "string", line = "integer",
  gain = "number", replaygain_track_gain = "number", replaygain_track_peak = "number",
  replaygain_album_gain = "number", replaygain_album_peak = "number", embedded = "boolean",
  continues = "boolean" }

local VERIFY = { client_name = "string", speed = is_speed, retries = "integer",
  waiter = FUNCTION, stop = FUNCTION }

local TRACK = { number = "integer", start = "integer", sectors = "integer", crc32 = "integer",
  fingerprint = "table", source = "userdata|table", title = "string" }

local RETRIES = { attempts = is_attempts, first = shape.at_least(0, "seconds"),
  factor = shape.at_least(0, "times"), longest = shape.at_least(0, "seconds"),
  retryable = FUNCTION, pause = FUNCTION, on_event = FUNCTION }

---@param what string
---@param options any of `wait_until_ready`
---@param level? integer
function accept.wait(what, options, level)
  shape.check(what, options, WAIT, level or LEVEL)
end

---@param policy any of `with_retries`
function accept.retries(policy)
  shape.check("with_retries: policy", policy, RETRIES, LEVEL)
end

local function check_recorder(what, recorder, optional)
  local kind = type(recorder)
  if recorder == nil and not optional then
    error(what .. ": a recorder is needed; when Recorder() finds none it gives nil and an error: "
      .. "use assert", LEVEL + 1)
  elseif recorder ~= nil and kind ~= "userdata" and kind ~= "table" then
    error(("%s: recorder: a Recorder expected, got a %s"):format(what, kind), LEVEL + 1)
  end
end

---@param recorder any
---@param options any
---@param on_event any
function accept.rescue(recorder, options, on_event)
  shape.check("rescue: options", options, RESCUE, LEVEL)
  if options.wait then accept.wait("rescue: options.wait", options.wait, LEVEL + 1) end
  check_recorder("rescue", recorder)
  shape.check("rescue", { on_event = on_event }, { on_event = FUNCTION }, LEVEL)
end

---@param recorder any
---@param options any
---@param on_event any
function accept.erase(recorder, options, on_event)
  shape.check("erase_disc: options", options, ERASE, LEVEL)
  if options.wait then accept.wait("erase_disc: options.wait", options.wait, LEVEL + 1) end
  check_recorder("erase_disc", recorder)
  shape.check("erase_disc", { on_event = on_event }, { on_event = FUNCTION }, LEVEL)
end

---@param recorder any
---@param entries any
---@param options any
---@param on_event any
function accept.resume(recorder, entries, options, on_event)
  shape.check("continue_playlist: options", options, RESUME, LEVEL)
  if options.wait then accept.wait("continue_playlist: options.wait", options.wait, LEVEL + 1) end
  shape.check_list("continue_playlist: entries", entries, ENTRY, "path", LEVEL)
  check_recorder("continue_playlist", recorder)
  shape.check("continue_playlist", { on_event = on_event }, { on_event = FUNCTION }, LEVEL)
end

---@param recorder any
---@param tracks any
---@param options any
---@param on_event any
function accept.verify(recorder, tracks, options, on_event)
  shape.check("verify: options", options, VERIFY, LEVEL)
  check_recorder("verify", recorder)
  shape.check_list("verify: tracks", tracks, TRACK, "fingerprint", LEVEL)
  shape.check("verify", { on_event = on_event }, { on_event = FUNCTION }, LEVEL)
end

---@param recorder any
---@param entries any
---@param options any
---@param on_event any
---@param what string? who asks, "burn_playlist"
---@param level integer?
function accept.burn(recorder, entries, options, on_event, what, level)
  what, level = what or "burn_playlist", level or LEVEL
  shape.check(what .. ": options", options, BURN, level)
  if options.wait then accept.wait(what .. ": options.wait", options.wait, level + 1) end
  if options.multi and options.keep_open then
    error(what .. ": options: multi closes the session, keep_open leaves it open: choose "
      .. "one", level)
  end
  shape.check_list(what .. ": entries", entries, ENTRY, "path", level)
  check_recorder(what, recorder, options.plan_only)
  shape.check(what, { on_event = on_event }, { on_event = FUNCTION }, level)
end

---@param recorders any
---@param entries any
---@param options any
---@param on_event any
function accept.copies(recorders, entries, options, on_event)
  if type(recorders) ~= "table" or #recorders == 0 then
    error("copies: recorders: a list of recorders expected", LEVEL)
  end
  for _, recorder in ipairs(recorders) do check_recorder("copies", recorder) end
  local burn = merged(options)
  burn.copies = nil
  shape.check("copies: options", { copies = options.copies }, { copies = is_attempts }, LEVEL)
  accept.burn(recorders[1], entries, burn, on_event, "copies", LEVEL + 1)
end

---@param recorders any a recorder, a list of some, or nil
---@param entries any
---@param options any
---@param on_event any
function accept.set(recorders, entries, options, on_event)
  if type(options) ~= "table" then error("burn_set: options: a table expected", LEVEL) end
  local own, burn = {}, {}
  for name, value in pairs(options) do
    if SET[name] then own[name] = value else burn[name] = value end
  end
  shape.check("burn_set: options", own, SET, LEVEL)
  for _, name in ipairs(NOT_OF_SETS) do
    if options[name] then error("burn_set: options: no " .. name .. " with a set", LEVEL) end
  end
  if (entries == nil) ~= (options.resume ~= nil) then
    error("burn_set: either entries, or the option resume", LEVEL)
  elseif entries and #entries == 0 then
    error("burn_set: entries: there is nothing to burn", LEVEL)
  elseif options.resume and (options.plan_only or options.simulate) then
    error("burn_set: options: resume burns", LEVEL)
  end
  local list = type(recorders) == "table" and recorders[1] and recorders or { recorders }
  for _, recorder in ipairs(list) do check_recorder("burn_set", recorder) end
  accept.burn(list[1], entries or {}, burn, on_event, "burn_set", LEVEL + 1)
end

return accept
