-- SPDX-License-Identifier: GPL-3.0-or-later
-- How many columns of a terminal a text takes: most characters one, East Asian wide ones two,
-- combining ones none (Unicode UAX #11, in ranges coarse enough for titles).

local columns = {}

local WIDE = { { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 },
  { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 },
  { 0x1F300, 0x1FAFF }, { 0x20000, 0x3FFFD } }
local NONE = { { 0x300, 0x36F }, { 0x200B, 0x200F }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F } }

local function within(codepoint, ranges)
  for _, range in ipairs(ranges) do
    if codepoint >= range[1] and codepoint <= range[2] then return true end
  end
  return false
end

local function width_of(codepoint)
  if codepoint < 0x300 then return 1 end
  return within(codepoint, NONE) and 0 or within(codepoint, WIDE) and 2 or 1
end

---@param value string UTF-8
---@return integer
function columns.width(value)
  local sum = 0
  for _, codepoint in utf8.codes(value) do sum = sum + width_of(codepoint) end
  return sum
end

---@param value string UTF-8
---@param width integer
---@return string cut with an ellipsis when it is wider
function columns.fit(value, width)
  if columns.width(value) <= width then return value end
  if width < 1 then return "" end
  local sum = 1 -- of the ellipsis
  for position, codepoint in utf8.codes(value) do
    sum = sum + width_of(codepoint)
    if sum > width then return value:sub(1, position - 1) .. "…" end
  end
end

---@param value string words with single spaces between them
---@param width integer
---@return string[] lines no wider than that, unless a single word is
function columns.wrap(value, width)
  local list = {}
  for word in value:gmatch "%S+" do
    local longer = #list > 0 and list[#list] .. " " .. word
    if longer and columns.width(longer) <= width then
      list[#list] = longer
    else
      list[#list + 1] = word
    end
  end
  return list
end

-- What explains a command stands below it, so far in.
local EXPLAINS = "    "

---A sentence for a terminal, broken between words. Lines of tables, commands to be copied (both
---begin with a space or two) and what has several spaces in a row stay as they are.
---@param line string
---@param width integer
---@return string[]
function columns.sentence(line, width)
  local indent, rest = line:match "^( *)(.*)$"
  local breakable = indent == "" or indent == EXPLAINS
  if columns.width(line) <= width or not breakable or rest:find "%s%s" then return { line } end
  local list = columns.wrap(rest, width - #indent)
  for index, part in ipairs(list) do list[index] = indent .. part end
  return list
end

return columns
