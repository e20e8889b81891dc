-- SPDX-License-Identifier: GPL-3.0-or-later
-- rescue.lua: what state a disc is in after a burn that was cut off, and into a better one.

local advice = require "redbook.cli.advice"
local args = require "redbook.cli.args"
local common = require "redbook.cli.common"
local exit = require "redbook.cli.exit"
local inhibit = require "redbook.cli.inhibit"
local lfs = require "lfs"
local manifest = require "redbook.manifest"
local lists = require "redbook.cli.lists"
local recipe = require "redbook.recipe"
local sound = require "redbook.cli.sound"
local text = require "redbook.playlist.text"
local waiting = require "redbook.cli.waiting"

local CLIENT = "redbook rescue.lua"

local function define(parser)
  parser:argument("files", "Playlists and audio files."):args("*"):argname "FILE":hidden(true)
  parser:group("What to do (default: look, and say what could be done)",
    parser:flag("--close", "Close the track that was cut off, where it ends, and the session, for "
      .. "good: the disc plays."),
    parser:flag("--multi", "The same, but leave the disc open for another session."),
    parser:flag("--close-track", "Close the track that was cut off, and leave the session open."),
    parser:flag("--continue", "Burn what of PLAYLIST or the FILEs is not on the disc yet, and "
      .. "close it (with --multi: for this session only; with --keep-open: not)."),
    parser:flag("--keep-open", "With --continue: leave the session open."),
    parser:flag("--hidden-track", "With --continue: as it was with burn.lua."),
    parser:flag("--no-embedded-cue", "With --continue: as it was with burn.lua."),
    parser:flag("--no-verify", "With --continue: do not read the disc back and compare it."),
    parser:option("--manifest", "With --continue: what burn.lua --manifest has written of the "
      .. "burn, if it came to that. What it lists is known to be there, and compared at the end.")
      :argname "FILE",
    parser:option("--speed", "With --continue: speed, times 1x; min, max."):argname "N"
      :convert(args.speed))
  parser:group("With --continue, as it was with burn.lua (a manifest knows it)",
    sound.define(parser))
  parser:group("The drive",
    parser:flag("--no-inhibit", "Do not keep the machine awake meanwhile."),
    waiting.define(parser),
    parser:option("--patience", "How long the drive may stay busy with what it was left with.")
      :argname "SECONDS":default "600":convert(waiting.converter "--patience %s"))
end

local function count(...)
  local number = 0
  for _, value in ipairs { ... } do number = number + (value and 1 or 0) end
  return number
end

local function check(options)
  local go_on = options["continue"] or false
  if go_on and #options.files == 0 then
    return nil, "--continue: name the playlist, or the audio files, that were to be burned"
  elseif not go_on and #options.files > 0 then
    return nil, ("'%s': files are for --continue"):format(options.files[1])
  elseif not go_on and (options.keep_open or options.speed or options.hidden_track
    or options.no_embedded_cue or options.no_verify or options.manifest
    or sound.given(options)) then
    return nil, "--keep-open, --speed, --hidden-track, --no-embedded-cue, --no-verify, "
      .. "--manifest, --gain, --clip, --quality, --dither and --gapless belong to --continue"
  elseif count(options.close or false, options.close_track or false, go_on) > 1 then
    return nil, "--close, --close-track and --continue are three different things: choose one"
  elseif options.close_track and options.multi then
    return nil, "--close-track leaves the session open, --multi closes it: choose one"
  elseif options.keep_open and options.multi then
    return nil, "--multi closes the session, --keep-open leaves it open: choose one"
  end
  return true
end

local function action_of(options)
  if options.close_track then return "close_track" end
  return (options.close or options.multi) and "close" or "look"
end

-- What both recipes take.
local function settings(job, more)
  local options, pause = job.options, job.trap.pause
  more.client_name, more.multi = CLIENT, options.multi or false
  more.wait = { limit = options.wait, insertion = options.wait ~= nil, pause = pause }
  more.stop = function() return pause(0) end
  more.commands = { device = job.device, multi = options.multi,
    prefix = advice.prefix(arg and arg[0], os.getenv "PATH") }
  if options["continue"] then
    more.commands.sources = options.files
    local flags = { options.hidden_track and "--hidden-track" or nil }
    flags[#flags + 1] = options.no_embedded_cue and "--no-embedded-cue" or nil
    table.move(sound.flags(options), 1, 5, #flags + 1, flags)
    more.commands.flags = #flags > 0 and flags or nil
  end
  return more
end

local function sources_of(job)
  return lists.collect(job.options, function(remark)
    job:say("Note: " .. text.printable(remark))
  end)
end

-- What a burn's manifest says of the sound holds where the command line says nothing.
local function adopt(options, data)
  if type(data.settings) == "table" then sound.adopt(options, data.settings) end
end

-- A burn that was killed has left none, one that failed early lists no track: then the lengths of
-- the tracks have to do.
local function written_tracks(options, on_event)
  local path = options.manifest
  if not path then return {} end
  local problem = path .. ": no such file"
  if lfs.attributes(path) then
    local data, err = manifest.read.file(path)
    if data then
      adopt(options, data)
      return (manifest.read.tracks(data))
    end
    problem = err.message
    if not problem:find("lists no written track", 1, true) then return nil, err end
  end
  on_event { event = "remark", name = "manifest", message = problem
    .. "; which tracks are on the disc is told by their lengths alone" }
  return {}
end

local function go_on(job, recorder, on_event)
  local found, err = sources_of(job)
  if not found then return nil, err end
  local options = job.options
  local written, problem = written_tracks(options, on_event)
  if not written then return nil, problem end
  local result
  result, err = recipe.continue_playlist(recorder, found.entries,
    settings(job, sound.copy(options, {
    manifest = written, no_verify = options.no_verify or false,
    catalog = found.catalog, speed = options.speed, keep_open = options.keep_open or false })),
    on_event)
  return result and exit.OK, err
end

local function save(job, recorder, on_event)
  local result, err = recipe.rescue(recorder, settings(job, { action = action_of(job.options),
    patience = job.options.patience }), on_event)
  return result and exit.OK, err
end

-- A mere look may be interrupted by anything.
local function stay_awake(job)
  local options = job.options
  if not options["continue"] and action_of(options) == "look" then return nil end
  return inhibit.hold("Closing an audio CD", { job.device }, options, function(line)
    job:say(line)
  end)
end

local function run(job)
  local recorder, err = job:recorder()
  if not recorder then return nil, err end
  job:emit { event = "begin", version = require("redbook.core").version, device = job.device }
  local _ <close> = stay_awake(job)
  local code
  code, err = (job.options["continue"] and go_on or save)(job, recorder, function(event)
    job:emit(event)
    job.show(event)
  end)
  job.clear()
  return code, err
end

return common.program {
  name = "rescue", summary = "Tells the state of a disc whose burn was cut off, and closes or "
    .. "continues it.", usage = "[OPTION]... [--continue PLAYLIST|FILE...]",
  epilog = "Without an option nothing is written.\n\nExit: 0 done, or looked; 2 usage; 3 no such "
    .. "drive; 4 no permission or busy; 5 no suitable disc; 6 a source cannot be burned; 7 does "
    .. "not fit; 10 it failed; 11 check failed; 130, 143, 129 interrupted.",
  device = true, events = true, signals = true, define = define, rewrite = waiting.join,
  check = check, run = run,
}
