-- SPDX-License-Identifier: GPL-3.0-or-later
-- How wide a text is at most when it is printed in some sans-serif font. Which one that will be is
-- known only where the page is shown: what counts here are the advances of DejaVu Sans, which is
-- wider than Helvetica, Arial, Liberation Sans and Noto Sans, so that what fits here fits there.

local columns = require "redbook.report.columns"

local measure = {}

local function numbers(text)
  local list = {}
  for number in text:gmatch "%d+" do list[#list + 1] = tonumber(number) end
  return list
end

-- Hundredths of an em, U+0020 to U+007E.
local ASCII = numbers [[
 32 41 46 84 64 96 78 28 40 40 50 84 32 37 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 54
 100 69 69 70 78 64 58 78 76 30 30 66 56 87 75 79 61 79 70 64 62 74 69 99 69 62 69 40 34 40 84 50
 50 62 64 55 64 62 36 64 64 28 28 58 28 98 64 62 64 64 42 53 40 64 60 82 60 60 53 64 34 64 84]]
local BOLD_ASCII = numbers [[
 35 46 53 84 70 101 88 31 46 46 53 84 38 42 38 37 70 70 70 70 70 70 70 70 70 70 40 40 84 84 84 59
 100 78 77 74 84 69 69 83 84 38 38 78 64 100 84 86 74 86 78 73 69 82 78 111 78 73 73 46 37 46 84 50
 50 68 72 60 72 68 44 72 72 35 35 67 35 105 72 69 72 72 50 60 48 72 66 93 65 66 59 72 37 72 84]]

-- The widest that a character can be, by the block it is in: { last of it, hundredths of an em }.
-- Capitals decide; the few that are wider than that (U+01C4 and its like) are rounded off by
-- those that are narrower.
local BLOCKS = { { 0xBF, 100 }, { 0xDF, 80 }, { 0xFF, 65 }, { 0x24F, 80 }, { 0x36F, 70 },
  { 0x3FF, 82 }, { 0x42F, 90 }, { 0x52F, 85 }, { 0x1FFF, 95 }, { 0x20CF, 100 }, { 0x2BFF, 110 },
  { 0x1EFFF, 100 } }
local WIDER = { [0xC6] = 98, [0xE6] = 99, [0xF7] = 84, [0x152] = 107, [0x153] = 103,
  [0x416] = 108, [0x428] = 108, [0x429] = 109, [0x42E] = 108, [0x42B] = 97 }
local EMOJI = 135
-- Of DejaVu Sans Bold to DejaVu Sans, where the table does not tell.
local BOLD = 1.2

local function of_regular(codepoint)
  local known = ASCII[codepoint - 0x1F] or WIDER[codepoint]
  if known then return known end
  if codepoint >= 0x300 and columns.width(utf8.char(codepoint)) == 0 then return 0 end
  for _, block in ipairs(BLOCKS) do
    if codepoint <= block[1] then return block[2] end
  end
  return codepoint < 0x20000 and EMOJI or 100
end

-- What is as wide as it is high stays so.
local function of_codepoint(codepoint, bold)
  local known = bold and BOLD_ASCII[codepoint - 0x1F]
  if known then return known end
  local width = of_regular(codepoint)
  return bold and codepoint < 0x2E80 and width * BOLD or width
end

---@param value string UTF-8
---@param bold boolean?
---@return number em
function measure.width(value, bold)
  local sum = 0
  for _, codepoint in utf8.codes(value) do sum = sum + of_codepoint(codepoint, bold) end
  return sum / 100
end

---@param value string UTF-8
---@param em number
---@param bold boolean?
---@return string cut with an ellipsis when it is wider; then at least one character is left
function measure.cut(value, em, bold)
  if measure.width(value, bold) <= em then return value end
  local left = em - measure.width("…", bold)
  for position, codepoint in utf8.codes(value) do
    left = left - of_codepoint(codepoint, bold) / 100
    if left < 0 and position > 1 then
      return (value:sub(1, position - 1):gsub("%s+$", "")) .. "…"
    end
  end
  return value
end

---Made smaller where it is too wide, and cut where that is not enough.
---@param value string UTF-8
---@param width number of the place, in any unit
---@param sizes { [1]: number, [2]: number } the largest and the smallest font, in the same unit
---@param bold boolean?
---@return string value
---@return number size
function measure.fit(value, width, sizes, bold)
  local em = measure.width(value, bold)
  local size = em > 0 and math.min(sizes[1], width / em) or sizes[1]
  size = math.max(size, sizes[2])
  return measure.cut(value, width / size, bold), size
end

-- Lines of whole words.
local function wrap(value, em, bold)
  local lines = {}
  for word in value:gmatch "%S+" do
    local longer = #lines > 0 and lines[#lines] .. " " .. word
    if longer and measure.width(longer, bold) <= em then
      lines[#lines] = longer
    else
      lines[#lines + 1] = word
    end
  end
  return lines
end

local function all_fit(lines, em, bold)
  for _, line in ipairs(lines) do
    if measure.width(line, bold) > em then return false end
  end
  return true
end

---Lines of whole words in the largest font in which they fit; in the smallest the rest is cut.
---@param value string UTF-8
---@param width number as `fit`
---@param sizes number[] descending
---@param most integer lines
---@param bold boolean?
---@return string[] lines
---@return number size
function measure.wrap(value, width, sizes, most, bold)
  local lines, size
  for _, candidate in ipairs(sizes) do
    size = candidate
    lines = wrap(value, width / size, bold)
    if #lines <= most and all_fit(lines, width / size, bold) then return lines, size end
  end
  if #lines > most then lines[most] = table.concat(lines, " ", most) end
  local cut = {}
  for index = 1, math.min(#lines, most) do
    cut[index] = measure.cut(lines[index], width / size, bold)
  end
  return cut, size
end

return measure
