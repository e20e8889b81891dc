-- SPDX-License-Identifier: GPL-3.0-or-later
-- How much of the sound that the scan decodes is kept for the burn, so that everything is decoded
-- once: room in the folder for temporary files, shared by all sources of a disc.

local core = require "redbook.core"

local ahead = {}

local MIB = 1 << 20

local Budget = {}
Budget.__index = Budget

-- What Linux would give without swapping; nil where nobody tells.
local function available_memory()
  local file = io.open "/proc/meminfo"
  if not file then return nil end
  local kilobytes = file:read("a"):match "MemAvailable:%s*(%d+)"
  file:close()
  return kilobytes and tonumber(kilobytes) * 1024
end

-- Half of what is free: the rest is for everybody else, and for what has to be decoded into a
-- temporary file first.
local function half_of_room()
  local room = core.temporary_room()
  if not room then return 0 end
  local free = room.free
  if room.in_memory then free = math.min(free, available_memory() or 0) end
  return free // 2, room.folder
end

---@param value any of an option `render_ahead`
---@return boolean
---@return string expected
function ahead.is_option(value)
  local amount = math.type(value) == "integer" and value >= 0 and value <= 1 << 40
  return amount or value == "auto" or value == "off", "a number of MiB, 'auto' or 'off'"
end

---@param wanted integer|"auto"|"off"|nil MiB; auto, the default: half of what is free
---@param plain boolean? also for sound that needs no decoding
---@return redbook.Budget
function ahead.budget(wanted, plain)
  local half, folder = half_of_room()
  local auto = wanted == nil or wanted == "auto"
  local limit = wanted == "off" and 0 or auto and half or wanted * MIB
  return setmetatable({ limit = limit, left = limit, auto = auto, folder = folder,
    plain = plain or false }, Budget)
end

---@class redbook.Budget
---@field limit integer bytes for all sources
---@field left integer
---@field folder string? where they are

---Before a source is scanned.
---@param source redbook.AudioSource
function Budget:keep(source)
  local limit = self.left
  if self.auto and limit > 0 then limit = math.min(limit, (half_of_room())) end
  source:Keep(limit, self.plain)
end

---After its scan.
---@param source redbook.AudioSource
---@return integer bytes that it has kept
function Budget:count(source)
  local kept = source.Kept
  self.left = self.left - kept
  return kept
end

---What a source had kept is gone: it will be scanned again.
---@param bytes integer
function Budget:give_back(bytes) self.left = self.left + bytes end

return ahead
