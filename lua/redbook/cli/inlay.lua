-- SPDX-License-Identifier: GPL-3.0-or-later
-- inlay.lua: the paper of a jewel case, from what burn.lua takes or has written.

local common = require "redbook.cli.common"
local contents = require "redbook.inlay.contents"
local core = require "redbook.core"
local failure = require "redbook.failure"
local inlay = require "redbook.inlay"
local lists = require "redbook.cli.lists"
local manifest = require "redbook.manifest"
local paths = require "redbook.playlist.path"
local playlist = require "redbook.playlist"
local scan = require "redbook.recipe.scan"
local terminal = require "redbook.cli.terminal"
local text = require "redbook.playlist.text"

local function define(parser)
  parser:argument("files", "A manifest of burn.lua --manifest; or playlists and audio files.")
    :args("*"):argname "FILE":hidden(true)
  parser:group("What to draw",
    parser:option("--title", "Of the disc. Default: the album, if all tracks are of one, else the "
      .. "playlist's own title, else the name of its file."):argname "TEXT",
    parser:option("--artist", "Of the disc; tracks of others then name theirs. Default: the one "
      .. "that all tracks have, if any."):argname "TEXT",
    parser:flag("--front", "Also the front, 120 x 120 mm."),
    parser:flag("--hidden-track", "Sound before the first track of a cue sheet is a track of its "
      .. "own."),
    parser:flag("--no-embedded-cue", "A file with a cue sheet in its tags is one track."),
    parser:flag("--gapless", "The tracks of an album are cut as burn.lua --gapless cuts them."))
  parser:group("Where to",
    parser:option("--out", "SVG file; one that is no inlay is not replaced. Default: standard "
      .. "output."):argname "FILE")
end

local function check(options)
  if #options.files == 0 then
    return nil, "name a manifest of burn.lua, a playlist or audio files"
  elseif options.json and not options.out then
    return nil, "--json: the drawing cannot go to standard output, too: name its file with --out"
  elseif not options.out and terminal.is_tty(1) then
    return nil, "the drawing is nothing for a terminal: name its file with --out inlay.svg"
  end
  return true
end

local function refuse(message, advice)
  return nil, failure.new { stage = "arguments", message = message, advice = advice }
end

-- An inlay of ours, or a file that is empty, may be replaced; a device or a pipe is written to.
local function replaceable(path)
  local file <close> = io.open(path, "rb")
  local head = file and file:read(#inlay.HEAD)
  return not head or head == inlay.HEAD
end

-- Found out before anything is decoded.
local function check_out(path)
  if not path then return true end
  local ok, err = core.replace_file(path)
  if not ok then
    return refuse("the drawing " .. err.message,
      "name a file for --out that you may write, in a folder that is there")
  end
  if replaceable(path) then return true end
  return refuse(("the drawing %s would destroy a file that is no inlay"):format(path),
    "remove it, or choose another name with --out")
end

-- JSON begins so, no playlist and no sound file does.
local function is_manifest(path)
  local file <close> = io.open(path, "rb")
  local head = file and file:read(512) or ""
  return text.unmark(head):find "^%s*{" ~= nil
end

local function from_manifest(path)
  local data, err = manifest.read.file(path)
  if not data then return nil, err end
  for _, track in ipairs(data.tracks) do
    local tags = type(track.tags) == "table" and track.tags or {}
    track.album_artist = tags.album_artist
  end
  return data.tracks, nil, data.set
end

-- Lengths are known when everything has been decoded, as for a burn.
local function from_sources(job)
  local found, err = lists.collect(job.options, function(remark)
    io.stderr:write("Note: ", text.printable(remark), "\n")
  end)
  if not found then return nil, err end
  if #found.entries > 99 then
    return refuse(("%d tracks: a disc holds 99"):format(#found.entries),
      "name the tracks of one disc")
  end
  local tracks
  tracks, err = scan(found.entries, { plan_only = true, gapless = job.options.gapless,
    stop = function() return job.trap.pause(0) end }, function() end)
  return tracks, err, found.title
end

-- A playlist's own title, else the name of its file.
local function name_of(files, title)
  local file = files[1]
  return #files == 1 and playlist.kind(file) and (title or paths.stem(file)) or nil
end

local function deliver(job, drawing)
  local path = job.options.out
  local ok, err
  if path then
    ok, err = core.replace_file(path, drawing)
    err = err and err.message
  else
    ok, err = io.stdout:write(drawing)
    if ok then ok, err = io.stdout:flush() end
    err = err and "cannot be written to standard output: " .. err
  end
  if ok then return true end
  return refuse("the drawing " .. err, "make room, or choose another place with --out")
end

local function run(job)
  local options = job.options
  local ok, err = check_out(options.out)
  if not ok then return nil, err end
  local tracks, set, name
  if #options.files == 1 and is_manifest(options.files[1]) then
    tracks, err, set = from_manifest(options.files[1])
  else
    local title
    tracks, err, title = from_sources(job)
    name = name_of(options.files, title)
  end
  if not tracks then return nil, err end
  local data = contents(tracks, { title = options.title, artist = options.artist,
    name = name, set = set })
  ok, err = deliver(job, inlay.svg(data, { front = options.front or false }))
  if not ok then return nil, err end
  job:emit { event = "inlay", file = options.out, title = data.title, artist = data.artist,
    tracks = #data.tracks, front = options.front or false }
  return true
end

return common.program { name = "inlay", usage = "[OPTION]... MANIFEST|PLAYLIST|FILE...",
  summary = "Draws the paper of a jewel case: back with two spines, tracks, times; also the front.",
  epilog = "The drawing is an SVG of one page of A4 in real size: print it at 100 %.\n\nExit: 0 "
    .. "done; 2 usage, or a file that cannot be written; 6 a source cannot be read; 130, 143, 129 "
    .. "interrupted.",
  looks = true, signals = true, define = define, check = check, run = run }
