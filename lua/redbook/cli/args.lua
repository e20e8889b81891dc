-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua's arguments: GNU long options, and the words that cdrecord's users type from memory.

local argparse = require "argparse"
local lfs = require "lfs"
local sound = require "redbook.cli.sound"
local waiting = require "redbook.cli.waiting"

local discs = require "redbook.cli.discs"
local jobfile = require "redbook.cli.jobfile"
local sets = require "redbook.cli.sets"

local args = {}

-- cdrecord and cdrskin options with one dash, and what they are here; false: what redbook does
-- anyway.
local WORDS = {
  ["-dummy"] = "--dummy", ["-multi"] = "--multi", ["-eject"] = "--eject", ["-v"] = "--verbose",
  ["-vv"] = "--verbose", ["-h"] = "--help", ["-n"] = "--yes", ["-q"] = "--quiet",
  ["--simulate"] = "--dummy",
  ["--dev"] = "--device", ["-tao"] = false, ["-audio"] = false, ["-pad"] = false,
}
-- Others of theirs, and why they are not here.
local REFUSED = {
  ["-sao"] = "redbook burns track at once only", ["-dao"] = "redbook burns track at once only",
  ["-overburn"] = "redbook burns no more than the disc says it holds",
  ["-nofix"] = "--keep-open leaves the session open",
}
-- Options whose value may be the next word.
local TAKES_VALUE = { ["--device"] = true, ["--speed"] = true, ["--trace"] = true,
  ["--manifest"] = true, ["--render-ahead"] = true, ["--copies"] = true, ["--split"] = true,
  ["--minutes"] = true, ["--job"] = true, ["--write-job"] = true }

local function assignment(word)
  local name, value = word:match("^(%l+)=(.*)$")
  if name == "dev" then return "--device=" .. value end
  if name == "speed" then return "--speed=" .. value end
  if not name or lfs.attributes(word, "mode") then return word end
  return nil, ("'%s' looks like an option of cdrecord that redbook does not have; write ./%s "
    .. "for a file of that name"):format(word, word)
end

-- One word, nothing when it asks for what redbook does anyway.
local function rewrite_word(word)
  local long = WORDS[word]
  if long ~= nil then return long end
  if REFUSED[word] then return nil, ("'%s': %s"):format(word, REFUSED[word]) end
  if word:sub(1, 6) == "--dev=" then return "--device=" .. word:sub(7) end
  if word == "--resume" then return "--resume=" end
  if word:sub(1, 1) == "-" then return waiting.rewrite(word) end
  return assignment(word)
end

---Turns cdrecord's spellings into redbook's.
---@param words string[]
---@return string[]? words
---@return string? problem
function args.rewrite(words)
  local list, value_next = {}, false
  for index, word in ipairs(words) do
    if word == "--" then return table.move(words, index, #words, #list + 1, list) end
    local new, problem = word, nil
    if not value_next then new, problem = rewrite_word(word) end
    if new == nil then return nil, problem end
    if value_next and word:find "^%-%d" then -- `--speed -1`
      list[#list] = list[#list] .. "=" .. word
    elseif new then
      list[#list + 1] = new
    end
    value_next = not value_next and TAKES_VALUE[new] or false
  end
  return list
end

---@param value string "8", "8x", "2.5", "0" or "min" (slowest, as cdrskin), "-1" or "max"
---@return number|string|nil speed
---@return string? problem
function args.speed(value)
  local word = value:lower()
  if word == "max" or word == "-1" then return "max" end
  if word == "min" then return "min" end
  local number = tonumber((word:gsub("x$", "")))
  if number == 0 then return "min" end
  if not number or number < 0.5 or number > 100 or number ~= number then
    return nil, ("--speed %s: a number like 8 (times 1x), 'min' or 'max'"):format(value)
  end
  return number
end

---@param value string
---@return integer?
---@return string? problem
function args.copies(value)
  local number = value:match "^%d+$" and math.tointeger(tonumber(value))
  if number and number >= 1 and number <= 999 then return number end
  return nil, ("--copies %s: a number, 1 to 999"):format(value)
end

---@param value string "off" or MiB
---@return integer|string|nil
---@return string? problem
function args.ahead(value)
  local number = value:match "^%d+$" and math.tointeger(tonumber(value))
  if value == "off" or (number and number <= 1 << 20) then return number or value end
  return nil, ("--render-ahead %s: a number of MiB, or 'off'"):format(value)
end

---@return table parser of argparse, also for manual pages and completions
function args.parser()
  local parser = argparse("burn.lua",
    "Burns playlists and audio files as an audio CD, track at once.")
    :add_help(false):usage_max_width(79):help_max_width(79)
    :usage "Usage: burn.lua [OPTION]... PLAYLIST|FILE..."
    :epilog(table.concat({
      "PLAYLIST is M3U, M3U8, PLS, XSPF or a cue sheet; FILE is WAV, RF64, W64, AIFF, "
        .. "AU, CAF, NIST SPHERE, FLAC, MP3, MP2, Ogg Vorbis or Opus, or what an installed "
        .. "ffmpeg decodes (M4A, WMA, WavPack, APE, Musepack, Matroska, AC-3 ...). Several are "
        .. "burned in the order given.",
      "cdrecord's dev=, speed=, -dummy, -multi, -eject and -v mean what they mean there.",
      "Exit: 0 done and checked; 2 usage; 3 no such drive; 4 no permission or busy; 5 no suitable "
        .. "disc; 6 a source cannot be burned; 7 does not fit; 10 burn failed; 11 check failed; "
        .. "12 plan or simulation found problems; 130, 143, 129 interrupted.",
    }, "\n\n"))
  parser:argument("files", "Playlists and audio files."):args("*"):argname "FILE"
    :hidden(true)
  parser:group("Where",
    parser:option("--device", "Recorder: /dev/sr0, a link to it, or virtual:disc.cue (a disc in "
      .. "files). Default: $CDR_DEVICE, else the only recorder there is. More than once: all of "
      .. "them burn the same disc at once."):argname "ID":count "*",
    parser:option("--copies", "Burn N discs; a drive that is done waits for its next one.")
      :argname "N":convert(args.copies),
    waiting.define(parser))
  parser:group("A list longer than a disc", sets.define(parser))
  parser:group("Jobs", jobfile.define(parser))
  parser:group("What to do with the disc",
    parser:option("--speed", "Speed, times 1x; min, max. Default: the drive's own choice.")
      :argname "N":convert(args.speed),
    parser:flag("--dummy", "Simulate: everything but the laser."),
    parser:flag("--multi", "Close the session, leave the disc open for another one."),
    parser:flag("--keep-open", "Leave the session open; players see its tracks only when it is "
      .. "closed."),
    parser:flag("--hidden-track", "Burn sound before the first track of a cue sheet as a track of "
      .. "its own."),
    parser:flag("--no-embedded-cue", "Burn a file with a cue sheet in its tags as one track."),
    parser:flag("--append", "Go on with a disc that holds tracks and is not closed."),
    parser:flag("--no-verify", "Do not read the disc back and compare it with what was sent."),
    parser:option("--render-ahead", "Keep at most MIB of the sound that is decoded in temporary "
      .. "files, so that it is decoded once. Default: half of what is free there.")
      :argname "MIB|off":convert(args.ahead),
    parser:flag("--no-inhibit", "Do not keep the machine awake meanwhile."),
    parser:flag("--eject", "Open the tray afterwards."))
  parser:group("What to do with the sound", sound.define(parser))
  parser:group("What to show",
    parser:flag("--plan", "Show what would be burned, and stop. Needs no drive."),
    parser:flag("--json", "One event a line on standard output (NDJSON); text goes to standard "
      .. "error."),
    parser:flag("--yes", "No countdown before burning."),
    parser:flag("--quiet", "Show nothing but errors; no countdown."),
    parser:flag("--verbose", "More figures, codes of errors."):count "*",
    parser:option("--manifest", "Write what was burned, from what and how to FILE (JSON); "
      .. "verify.lua compares a disc with it."):argname "FILE",
    parser:option("--trace", "Write every command to the drive to FILE (NDJSON)."):argname "FILE",
    parser:flag("--help", "Show this text."),
    parser:flag("--version", "Show the version."))
  return parser
end

---@return string text of --help
function args.help()
  return waiting.help(args.parser():get_help())
end

args.QUIET_AND_VERBOSE = "--quiet shows less, --verbose more: choose one"

---@param problem string of argparse, which sometimes asks on a second line what was meant
---@return string
function args.one_line(problem)
  return (problem:gsub("%s*\n%s*", "; "))
end

-- One drive is `device`; of several, that is the first of `devices`.
local function take_devices(options)
  local ids = options.device or {}
  options.device, options.devices = ids[1], ids[2] and ids or nil
end

local function check(options)
  if options.help or options.version then return true end
  if #options.files == 0 and not options.resume then
    return nil, "name a playlist or audio files"
  end
  if options.quiet and options.verbose then return nil, args.QUIET_AND_VERBOSE end
  if options.multi and options.keep_open then
    return nil, "--multi closes the session, --keep-open leaves it open: choose one"
  end
  if options.trace and options.trace == options.manifest then
    return nil, "--trace and --manifest name one file: name two"
  end
  local ok, problem = jobfile.check(options)
  if not ok then return nil, problem end
  if sets.wanted(options) then return sets.check(options) end
  return discs.check(options)
end

---@param words string[] the command line, also a wrong one
---@return boolean whether --json is among its options
function args.wants_json(words)
  for _, word in ipairs(words) do
    if word == "--" then return false end
    if word == "--json" then return true end
  end
  return false
end

local function finish(options, parser)
  options.verbose = (options.verbose or 0) > 0
  local shown = options.help or options.version
  local ok, problem = true, nil
  if options.job and not shown then ok, problem = jobfile.load(options, parser) end
  if not ok then return nil, problem end
  take_devices(options)
  ok, problem = check(options)
  if not ok then return nil, options.job and ("%s: %s"):format(options.job, problem) or problem end
  return options
end

---@param words string[] the command line
---@return table? options named as the long options, `files` a list; with --job also what that says
---@return string|redbook.Failure|nil problem a sentence; of a job file a failure
function args.parse(words)
  local list, problem = args.rewrite(words)
  if not list then return nil, problem end
  local parser = args.parser()
  local ok, options = parser:pparse(list)
  if not ok then return nil, options end
  return finish(options, parser)
end

---@param job redbook.JobFile
---@return table? options as `args.parse` gives them for a command line that says the same
---@return string? problem a sentence
function args.of_job(job)
  local options, parser = { files = {} }, args.parser()
  jobfile.apply(options, job, parser)
  return finish(options, parser)
end

return args
