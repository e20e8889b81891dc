-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the specs of vdrive.lua share: a folder, programs run on the virtual drive in it, discs.

local cjson = require "cjson"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local room = {}
room.__index = room

room.SECTOR = 2352

-- A sanitizer's library comes first in LD_PRELOAD; foreign programs are run without it.
room.FOREIGN = os.getenv "REDBOOK_PRELOAD" and
  [[sh -c 'LD_PRELOAD=${LD_PRELOAD##*:}; export LD_PRELOAD; exec "$@"' sh ]] or ""

---@return table room
function room.new()
  return setmetatable({ folder = sandbox.folder() }, room)
end

function room:close()
  sandbox.remove(self.folder)
end

function room:write(name, content) sandbox.write(self.folder .. "/" .. name, content) end
function room:read(name) return sandbox.read(self.folder .. "/" .. name) end
function room:has(name) return lfs.attributes(self.folder .. "/" .. name) ~= nil end

---Runs a command line in the folder; it must succeed.
---@return string out
function room:must(command)
  local code, out, err = sandbox.run(command, self.folder)
  assert(code == 0, command .. "\n" .. out .. err)
  return out
end

---A command line for sh that runs a program on the drive.
---@param options string vdrive.lua's
---@param command string
---@param own? boolean a Lua of ours: it is run with the sanitizer of this pass
---@return string
function room.line(options, command, own)
  return ("%s %s %s/scripts/vdrive.lua %s -- %s%s"):format(sandbox.env, sandbox.lua, sandbox.root,
    options, own and "" or room.FOREIGN, command)
end

---@param words string burn.lua's
---@return string command that burns in /dev/sr0, for `room.line` with `own`
function room.burn(words)
  return ("%s %s/scripts/burn.lua --yes --device /dev/sr0 %s"):format(
    sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", ""), sandbox.root, words)
end

---@return integer code
---@return string out
---@return string err
function room:drive(options, command, own)
  return sandbox.run(room.line(options, command, own), self.folder)
end

-- What a script on the drive starts with: the node's calls, bytes from hexadecimal.
local PRELUDE = [[
local node, posix, cjson = require "node", require "posix", require "cjson"
local function hex(text)
  return (text:gsub("%x%x ?", function(h) return string.char(tonumber(h, 16)) end))
end
local function bytes(text)
  return (text:gsub(".", function(c) return ("%02X "):format(c:byte()) end):sub(1, -2))
end
local function try(...) local value, why = ... return value == nil and why or value end
local SR0 = "/dev/sr0"
local _ENV = setmetatable({ node = node, posix = posix, hex = hex, bytes = bytes, try = try,
  SR0 = SR0 }, { __index = _G })
local function main()
]]

---Runs Lua code on the drive.
---@param options string vdrive.lua's
---@param code string body of a function; what it returns, one value, goes through JSON
---@return any
function room:lua(options, code)
  self:write("script.lua", PRELUDE .. code .. "\nend\nio.write(cjson.encode(main()))\n")
  local status, out, err = self:drive(options, sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", "")
    .. " script.lua", true)
  assert(status == 0, ("exit %d\n%s%s"):format(status, out, err))
  return cjson.decode(out)
end

---The tracks of a disc in the folder, and what its drive shows.
---@return table[] tracks
---@return table view
function room:tracks(disc)
  local core = require "redbook.core"
  local drive = assert(core.VirtualRecorder { path = self.folder .. "/" .. disc })
  local tracks, view = drive:Tracks(), drive:View()
  drive:Close()
  return tracks, view
end

---Sectors of a disc's image.
---@return string bytes
function room:sectors(image, first, count)
  local file <close> = assert(io.open(self.folder .. "/" .. image, "rb"))
  assert(file:seek("set", first * room.SECTOR))
  return file:read(count * room.SECTOR) or ""
end

return room
