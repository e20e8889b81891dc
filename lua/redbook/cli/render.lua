-- SPDX-License-Identifier: GPL-3.0-or-later
-- render.lua: the samples that a burn would write, as files.

local common = require "redbook.cli.common"
local exit = require "redbook.cli.exit"
local msf = require "redbook.msf"
local lists = require "redbook.cli.lists"
local recipe = require "redbook.recipe"
local render_disc = require "redbook.cli.render_disc"
local sound = require "redbook.cli.sound"
local text = require "redbook.playlist.text"

-- How many processors this process may use (proc(5), "Cpus_allowed_list"): "0-3,8" are five.
local function processors()
  local file = io.open("/proc/self/status", "r")
  local status = file and file:read "a" or ""
  if file then file:close() end
  local count = 0
  for first, last in (status:match "Cpus_allowed_list:%s*([%d,-]+)" or "0"):gmatch "(%d+)-?(%d*)" do
    count = count + (tonumber(last) or tonumber(first)) - tonumber(first) + 1
  end
  return math.max(count, 1)
end

local function threads(value)
  local number = math.tointeger(tonumber(value))
  if number and number >= 1 and number <= 64 then return number end
  return nil, ("--threads %s: a number from 1 to 64"):format(value)
end

local function define(parser)
  parser:argument("files", "Playlists and audio files."):args("*"):argname "FILE":hidden(true)
  parser:group("What to write",
    parser:option("--out", "Folder for the files; made when it is not there. No file in it is "
      .. "replaced."):argname "DIR"
      :default ".",
    parser:flag("--wav", "'01 Title.wav' and so on (default)."),
    parser:flag("--raw", "01.raw and so on: 44.1 kHz, 16-bit, stereo, little-endian, no header."),
    parser:flag("--bin-cue", "disc.bin and disc.cue, the whole disc with its gaps, as the virtual "
      .. "recorder leaves it."),
    parser:flag("--hidden-track", "Sound before the first track of a cue sheet is a track of its "
      .. "own."),
    parser:flag("--no-embedded-cue", "A file with a cue sheet in its tags is one track."),
    parser:option("--threads", "How many tracks at once. Default: one for each processor.")
      :argname "N":convert(threads))
  parser:group("What to do with the sound", sound.define(parser))
end

local function check(options)
  local count = 0
  for _, name in ipairs { "wav", "raw", "bin_cue" } do
    count = count + (options[name] and 1 or 0)
  end
  if #options.files == 0 then return nil, "name a playlist or audio files" end
  if options.out == "" then return nil, "--out: the name of a folder is empty" end
  if count > 1 then return nil, "--wav, --raw and --bin-cue are three forms: choose one" end
  return true
end

local function entries_of(job)
  return lists.collect(job.options, function(remark)
    job:say("Note: " .. text.printable(remark))
    job:emit { event = "remark", message = remark }
  end)
end

-- ", -6.20 dB, 12 samples clipped"
local function figures(event)
  local line = event.gain and (", %+.2f dB"):format(event.gain) or ""
  for _, kind in ipairs { { "clipped_samples", "sample", "clipped" },
    { "limited_frames", "frame", "limited" } } do
    local count = event[kind[1]] or 0
    if count > 0 then
      line = ("%s, %d %s%s %s"):format(line, count, kind[2], count == 1 and "" or "s", kind[3])
    end
  end
  return line
end

local function show(job)
  return function(event)
    job:emit(event)
    if event.event ~= "rendered" then return end
    job:say(text.printable(("%s  %s%s"):format(event.file, msf.short(event.sectors),
      figures(event))))
  end
end

local function disc(job, found)
  local options = sound.copy(job.options, { stop = function() return job.trap.pause(0) end })
  local result, err = render_disc(job.options.out, found, options, function(event)
    if event.event ~= "track_done" then return end
    job:emit(event)
    job:say(text.printable(("%2d  %s  %s%s"):format(event.number, msf.short(event.sectors),
      event.title or "", figures(event))))
  end)
  if not result then return nil, err end
  job:say(text.printable(("%s: %d track%s"):format(result.path, result.tracks,
    result.tracks == 1 and "" or "s")))
  return true
end

local function run(job)
  local options = job.options
  local found, err = entries_of(job)
  if not found then return nil, err end
  if options.bin_cue then return disc(job, found) end
  local result
  result, err = recipe.render(found.entries, sound.copy(options, { folder = options.out,
    format = options.raw and "raw" or "wav", threads = options.threads or processors(),
    stop = function() return job.trap.pause(0) end }), show(job))
  if not result then return nil, err end
  return exit.OK
end

return common.program { name = "render", usage = "[OPTION]... PLAYLIST|FILE...",
  summary = "Writes the samples that a burn would write into files, without a drive.",
  epilog = "Exit: 0 done; 2 usage, or a file is there already; 6 a source cannot be rendered, or "
    .. "a file not written; 7 more than a disc holds (--bin-cue); 130, 143, 129 interrupted.",
  looks = true, events = true, signals = true, define = define, check = check, run = run }
