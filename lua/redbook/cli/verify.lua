-- SPDX-License-Identifier: GPL-3.0-or-later
-- verify.lua: is what a manifest tells still on the disc.

local common = require "redbook.cli.common"
local core = require "redbook.core"
local failure = require "redbook.failure"
local json = require "redbook.report.json"
local manifest = require "redbook.manifest"
local recipe = require "redbook.recipe"
local verified = require "redbook.report.verified"

local function speed(value)
  if value == "max" then return value end
  local number = tonumber((value:gsub("x$", "")))
  if not number or number < 1 or number > 100 or number ~= number then
    return nil, ("--speed %s: a number like 16 (times 1x) or 'max'"):format(value)
  end
  return number
end

local function retries(value)
  local number = math.tointeger(tonumber(value))
  if not number or number < 0 or number > 100 then
    return nil, ("--retries %s: a number from 0 to 100"):format(value)
  end
  return number
end

local function define(parser)
  parser:argument("disc", "The drive with the disc: /dev/sr0, a link to it, or "
    .. "virtual:disc.cue."):argname "DISC":args "?"
  parser:argument("manifest", "What burn.lua --manifest has written."):argname "MANIFEST"
    :args "?"
  parser:group("How to read",
    parser:option("--speed", "How fast at most, times 1x, or max (16).")
      :argname "N":convert(speed),
    parser:option("--retries", "How often a sector that cannot be read is tried again (3).")
      :argname "N":convert(retries))
end

-- Both are needed, but not for --help and --version.
local function check(options)
  if not options.disc then return nil, "name the drive, and the manifest of the burn" end
  if options.manifest then return true end
  return nil, ("name the manifest of the burn behind '%s'"):format(options.disc)
end

-- The table at the end has all that is told of tracks on the way.
local SHOWN = { verify = true, progress = true }

local function reporter(job)
  return function(event)
    job:emit(event)
    if SHOWN[event.event] then job.show(event) end
  end
end

-- What the failure says below the table is not said in it too.
local function show_table(job, result, failed)
  job.clear()
  local list = verified.table(job:plain(result), job.look.width(),
    failed and job:plain({ message = failed.message }).message)
  for _, line in ipairs(list) do job:say(line) end
end

-- What kept the disc from being read at all says nothing about it.
local function not_read(err)
  if err.verification or err.signal then return err end
  err.stage, err.disc = "device", "untouched"
  return err
end

-- A look without a lock first: a virtual disc that is not there must not be made by this.
local function is_written(recorder)
  local summary = recorder:MediaSummary()
  if not summary or summary.State ~= "blank" then return true end
  return nil, failure.new { stage = "verify", code = 0xC0AA0007, disc = "unknown",
    name = "E_IMAPI_BURN_VERIFICATION_FAILED", message = "the disc is blank",
    advice = "put the disc in that the manifest is of" }
end

local function run(job)
  local data, err = manifest.read.file(job.options.manifest)
  if not data then return nil, err end
  local tracks, without = manifest.read.tracks(data)
  job.options.device = job.options.disc
  local recorder, problem = job:recorder()
  if not recorder then return nil, problem end
  local written, blank = is_written(recorder)
  if not written then return nil, blank end
  job:emit { event = "begin", version = core.version, device = job.device,
    manifest = job.options.manifest, without_source = json.list(without) }
  local result, failed = recipe.verify(recorder, tracks, { client_name = "redbook verify.lua",
    speed = job.options.speed, retries = job.options.retries }, reporter(job))
  local found = result or failed.verification
  if found then show_table(job, found, failed) end
  if not result then return nil, not_read(failed) end
  for _, line in ipairs(verified.lines(result)) do job:say(line) end
  return true
end

return common.program {
  name = "verify", usage = "[OPTION]... DISC MANIFEST", events = true, signals = true,
  looks = true, define = define, check = check, run = run,
  summary = "Reads a burned disc back and compares every track with the manifest of its burn.",
  epilog = "A source that is still there names the very sector of a difference; without it the "
    .. "second is named.\n\nExit: 0 every track is as it was sent; 2 usage, or a file that is no "
    .. "manifest; 3 no such drive; 4 no permission or busy; 5 no disc; 11 the disc differs or "
    .. "cannot be read; 130, 143, 129 interrupted.",
}
