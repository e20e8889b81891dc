-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the specs of sets share: a folder with sounds and a place for state, burn.lua run and
-- interrupted in it, and what lies on its discs, told from the files and by sox alone.

local burn_lua = require "spec.burn.burn_lua"
local cjson = require "cjson"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local SECTOR = burn_lua.SECTOR

local set_room = {}

local Room = {}

---@return table room of burn_lua.room, with more
function set_room.new()
  local room = burn_lua.room()
  for name, method in pairs(Room) do room[name] = method end
  room.environment = ("XDG_STATE_HOME=%s/state "):format(room.folder)
  room.sound = {}
  return room
end

---A sound whose PCM is asked of sox once.
---@param name string
---@param seconds number
function Room:add(name, seconds)
  self.count = (self.count or 0) + 1
  self:must(("sox -D -r 44100 -n -b 16 -c 2 %s synth %s sine %d sine %d gain -6"):format(name,
    seconds, 200 + 37 * self.count, 900 - 23 * self.count))
  self.sound[name] = self:pcm(name)
end

---@return integer code
---@return table[] events
---@return string err
function Room:go(words) return self:events("--yes " .. words, self.environment) end

---Starts burn.lua, sends it a signal as soon as a pattern of grep stands among its events.
---@return integer code
---@return table[] events
---@return string err
function Room:stop(words, pattern, signal)
  local code = sandbox.run(burn_lua.meanwhile(("%s %s %s %s/scripts/burn.lua --yes --json %s")
    :format(sandbox.env, self.environment, sandbox.lua, sandbox.root, words),
    burn_lua.said(pattern), ("kill -%s $pid 2>/dev/null"):format(signal)), self.folder)
  -- Of a line that was being written when it was killed nobody knows the end.
  return code, burn_lua.decode((self:read "out":gsub("[^\n]*$", ""))), self:read "err"
end

---The names of the files of state that are there, and what the only set's says.
---@return string[] names
---@return table? state
function Room:state()
  local names, folder, data = {}, self.folder .. "/state/redbook/sets", nil
  if lfs.attributes(folder) then
    for name in lfs.dir(folder) do
      if not name:find "^%.%.?$" then names[#names + 1] = name end
      if name:find "%.json$" then data = cjson.decode(sandbox.read(folder .. "/" .. name)) end
    end
  end
  table.sort(names)
  return names, data
end

-- Which sound it is: whole, or the beginning of one and silence.
local function identify(self, bytes)
  for name, pcm in pairs(self.sound) do
    if bytes == pcm then return { name, true } end
  end
  for name, pcm in pairs(self.sound) do
    local same, step = 0, 100 * SECTOR
    while pcm:sub(same + 1, same + step) == bytes:sub(same + 1, same + step) and same < #bytes do
      same = same + step
    end
    while same < #bytes and bytes:byte(same + 1) == pcm:byte(same + 1) do same = same + 1 end
    if same >= SECTOR and not bytes:find("[^\0]", same + 1) then return { name, false } end
  end
  return { "something else", false }
end

---The tracks of a disc that is closed.
---@param name string "d1"
---@return { [1]: string, [2]: boolean }[] the sound of each, and whether it is whole
function Room:tracks(name)
  local sheet, list = self:read(name .. ".cue"), {}
  assert(sheet:find("finalised yes", 1, true), name .. " is not closed")
  for start, sectors in sheet:gmatch "REM REDBOOK track %d+ session 1 start (%d+) sectors (%d+)" do
    list[#list + 1] = identify(self, self:sectors(name .. ".bin", tonumber(start),
      tonumber(sectors)))
  end
  return list
end

return set_room
