-- SPDX-License-Identifier: GPL-3.0-or-later
-- demo.lua FOLDER: makes three short tracks and a playlist there, burns them to a virtual disc
-- and lists the disc with libcdio's cd-info. A disc that is there already is only listed.

local lfs = require "lfs"

package.path = "./?.lua;" .. package.path
local tone = require "spec.support.tone"

local folder = assert(arg[1], "usage: demo.lua FOLDER")
local lua = os.getenv "LUA" or "lua5.4"
local disc, playlist = folder .. "/disc.cue", folder .. "/playlist.m3u"

local tracks = {
  { name = "Up the stairs", notes = { 262, 294, 330, 349, 392, 440, 494, 523, 523, 523 } },
  { name = "And down again", notes = { 523, 494, 440, 392, 349, 330, 294, 262, 262, 262 } },
  { name = "A call", notes = { 392, 330, 392, 330, 392, 330, 523, 523, 392, 392 } },
}

local function write(path, content)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(content))
end

local function run(command)
  print("$ " .. command)
  local _, how, code = os.execute(command)
  return how == "exit" and code or 1
end

local function make_playlist()
  local lines = { "#EXTM3U" }
  for number, track in ipairs(tracks) do
    local name = ("%02d.wav"):format(number)
    write(folder .. "/" .. name, tone.wav(tone.pcm(track.notes, 0.5)))
    lines[#lines + 1] = ("#EXTINF:5,%s\n%s"):format(track.name, name)
  end
  write(playlist, table.concat(lines, "\n") .. "\n")
end

local function burn()
  make_playlist()
  local code = run(("%s scripts/burn.lua --device virtual:%s --yes %s"):format(lua, disc, playlist))
  if code ~= 0 then
    io.stderr:write("The burn failed with exit code " .. code .. ".\n")
    os.exit(code, true)
  end
end

-- cd-info's exit code is 0 for nearly anything: its list decides.
local function show()
  local command = "cd-info --no-header --no-device-info --no-cddb --cue-file " .. disc
  print("$ " .. command)
  local listing <close> = assert(io.popen(command))
  local audio = 0
  for line in listing:lines() do
    print(line)
    if line:match "^%s*%d+: .* audio " then audio = audio + 1 end
  end
  if audio == #tracks then return end
  io.stderr:write(("The disc holds %d of %d tracks. Remove %s and run this again.\n"):format(
    audio, #tracks, folder))
  os.exit(1, true)
end

assert(os.execute(("mkdir -p '%s'"):format(folder)))
local there = (lfs.attributes(disc, "size") or 0) > 0
if not there then burn() end
show()
if there then
  print(([[

The disc was burned by an earlier run and is left as it is. To burn another, name another file:
  %s scripts/burn.lua --device virtual:%s/another.cue %s]]):format(lua, folder, playlist))
end
