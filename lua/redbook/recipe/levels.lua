-- SPDX-License-Identifier: GPL-3.0-or-later
-- The gains of a list's sources: guessed from tags before they are scanned, settled afterwards.
-- What is decided, and why, is in loudness.lua.

local loudness = require "redbook.recipe.loudness"

local Levels = {}
Levels.__index = Levels

local levels = {}

-- Those that cannot be opened are left out; who scans them hears why.
local function level_of(slot)
  local source = slot:open()
  if not source then return nil end
  local joint = slot.joint and slot.joint.joined and slot.joint or nil
  return { entry = slot.entry, source = source, joint = joint, tags = source.Tags or {},
    ceiling = source.Ceiling, exact = source.Format.exact }
end

---Opens all sources and sets them up for their first scan.
---@param slots redbook.Slot[]
---@param options { gain: string?, clip: string? }
---@return redbook.Levels? levels nil when nothing has to be decided
function levels.open(slots, options)
  if not loudness.decides(options) then return nil end
  local self = setmetatable({ options = options, slots = slots }, Levels)
  self:renew()
  return self
end

---The same anew: tracks that were one sound have become several.
function Levels:renew()
  self.list, self.by_slot = {}, {}
  for _, slot in ipairs(self.slots) do
    local level = level_of(slot)
    if level then
      self.list[#self.list + 1], self.by_slot[slot] = level, level
    end
  end
  loudness.guess(self.list, self.options.gain or "off")
  for _, level in ipairs(self.list) do
    if level.source.MeasureLoudness ~= level.measure then
      level.source.MeasureLoudness = level.measure
    end
    if level.source.Gain ~= level.guess then level.source.Gain = level.guess end
  end
end

---Decides, when all have been scanned, and sets the gains.
---@return table<redbook.Slot, boolean> changed those that have to be scanned again
function Levels:settle()
  for _, level in ipairs(self.list) do
    level.peak = level.source.Peak / 10 ^ (level.guess / 20)
  end
  loudness.decide(self.list, self.options)
  for _, level in ipairs(self.list) do level.source.Gain = level.gain end
  local changed = {}
  for slot, level in pairs(self.by_slot) do changed[slot] = level.gain ~= level.guess or nil end
  return changed
end

return levels
