-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the specs of burn.lua share: a folder with sound files, the script run in it, the disc.

local cjson = require "cjson"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local burn_lua = {}

burn_lua.SECTOR = 2352

local Room = {}
Room.__index = Room

---A folder to run burn.lua in. Everything in it is named relative to it.
---@return table room
function burn_lua.room()
  return setmetatable({ folder = sandbox.folder() }, Room)
end

function Room:close()
  sandbox.remove(self.folder)
end

function Room:write(name, content) sandbox.write(self.folder .. "/" .. name, content) end
function Room:read(name) return sandbox.read(self.folder .. "/" .. name) end
function Room:has(name) return lfs.attributes(self.folder .. "/" .. name) ~= nil end

---Runs a command in the folder; it must succeed.
---@return string out
function Room:must(command)
  local code, out, err = sandbox.run(command, self.folder)
  assert(code == 0, command .. "\n" .. out .. err)
  return out
end

---@param seconds string of sox' synth, "100000s" counts samples
---@param effects? string for another tone than 440 Hz
function Room:wav(name, seconds, effects)
  self:must(("sox -D -r 44100 -n -b 16 -c 2 %s synth %s %s gain -6"):format(name, seconds,
    effects or "sine 440 sine 550"))
end

---The PCM of a 44.1 kHz 16-bit file as sox decodes it, filled up to whole sectors and to 4
---seconds.
function Room:pcm(name)
  local bytes = self:must(("sox %s -t raw -e signed -b 16 -L -"):format(name))
  local sectors = math.max((#bytes + burn_lua.SECTOR - 1) // burn_lua.SECTOR, 300)
  return bytes .. ("\0"):rep(sectors * burn_lua.SECTOR - #bytes)
end

---A disc of tracks as sox cuts them from a sound file, padded, with the drive's gaps between.
---@param cuts integer[] sectors where tracks begin
function Room:disc_of(sound, cuts)
  local parts = {}
  for index, cut in ipairs(cuts) do
    local stop = cuts[index + 1] and ("=%ds"):format(cuts[index + 1] * 588) or ""
    local bytes = self:must(("sox %s -t raw -e signed -b 16 -L - trim =%ds %s"):format(sound,
      cut * 588, stop))
    parts[index] = bytes .. ("\0"):rep(-#bytes % burn_lua.SECTOR)
  end
  return table.concat(parts, ("\0"):rep(152 * burn_lua.SECTOR))
end

---@param words string the command line after the script's name, for sh
---@param before? string assignments for the environment
---@return integer code
---@return string out
---@return string err
function Room:burn(words, before)
  return sandbox.run(("%s %s %s %s/scripts/burn.lua %s"):format(sandbox.env, before or "",
    sandbox.lua, sandbox.root, words), self.folder)
end

---The same with --json.
---@return integer code
---@return table[] events
---@return string err
function Room:events(words, before)
  local code, out, err = self:burn("--json " .. words, before)
  return code, burn_lua.decode(out), err
end

function burn_lua.decode(out)
  local events = {}
  for line in out:gmatch "([^\n]*)\n" do events[#events + 1] = cjson.decode(line) end
  return events
end

---@return table? event the first of that name
function burn_lua.find(events, name)
  for _, event in ipairs(events) do
    if event.event == name then return event end
  end
end

---The `REM REDBOOK` lines of a disc, without the words that all have.
---@return string[]
function Room:remarks(disc)
  local list = {}
  for line in self:read(disc):gmatch "REM REDBOOK ([^\r\n]*)" do list[#list + 1] = line end
  return list
end

---Sectors of a disc's image.
---@return string bytes
function Room:sectors(image, first, count)
  local file <close> = assert(io.open(self.folder .. "/" .. image, "rb"))
  assert(file:seek("set", first * burn_lua.SECTOR))
  return file:read(count * burn_lua.SECTOR) or ""
end

return burn_lua
