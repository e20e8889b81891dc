-- SPDX-License-Identifier: GPL-3.0-or-later
-- Addresses and lengths on a CD: 75 sectors a second, MSF 00:02:00 is LBA 0 (Red Book, MMC).

local msf = {}

msf.SECTORS_PER_SECOND = 75
-- LBA 0 lies 150 sectors after the beginning of the program area.
local OFFSET = 150

local function minutes(sectors)
  local seconds = sectors // 75
  return seconds // 60, seconds % 60, sectors % 75
end

---@param lba integer 0 or more, or down to -150
---@return string "MM:SS:FF", e.g. "00:02:00" for 0
function msf.of_lba(lba)
  return ("%02d:%02d:%02d"):format(minutes(lba + OFFSET))
end

---@param sectors integer
---@return string "MM:SS:FF" of a length
function msf.of_length(sectors)
  return ("%02d:%02d:%02d"):format(minutes(sectors))
end

---@param sectors integer
---@return string "M:SS", rounded down, as players show it
function msf.short(sectors)
  local m, s = minutes(sectors)
  return ("%d:%02d"):format(m, s)
end

---@param sectors integer
---@return string "M:SS", rounded up: what is missing is never less than it says
function msf.short_up(sectors)
  return msf.short((sectors + 74) // 75 * 75)
end

---@param sectors integer
---@return string "2.0 s", "3.98 s", rounded down to a hundredth
function msf.seconds(sectors)
  return ("%d.%02d"):format(sectors // 75, sectors % 75 * 100 // 75):gsub("0$", "") .. " s"
end

---@param sectors integer
---@return string "MM:SS", rounded down, always as wide
function msf.clock(sectors)
  local m, s = minutes(sectors)
  return ("%02d:%02d"):format(m, s)
end

---@param sectors integer
---@return string "MM:SS", rounded up
function msf.clock_up(sectors)
  return msf.clock((sectors + 74) // 75 * 75)
end

---@param text string "MM:SS:FF" or "MMM:SS:FF"
---@return integer? sectors of that length; nil when it is none
function msf.parse(text)
  local m, s, f = text:match "^(%d%d%d?):(%d%d):(%d%d)$"
  if not m or tonumber(s) >= 60 or tonumber(f) >= 75 then return nil end
  return math.tointeger((tonumber(m) * 60 + tonumber(s)) * 75 + tonumber(f))
end

return msf
