-- SPDX-License-Identifier: GPL-3.0-or-later
-- How many columns of a terminal a text takes: most characters one, East Asian wide ones two,
-- combining ones none (report/widths.lua), and texts that are cut, filled up and broken by that.

local widths = require "redbook.report.widths"

local columns = {}

-- Two lists, the first and the last character of each range, both ascending.
local function ranges(text)
  local firsts, lasts = {}, {}
  for range in text:gmatch "%S+" do
    local first, last = range:match "^(%x+)%-?(%x*)$"
    firsts[#firsts + 1] = tonumber(first, 16)
    lasts[#lasts + 1] = tonumber(last ~= "" and last or first, 16)
  end
  return { firsts = firsts, lasts = lasts }
end

local NONE, WIDE = ranges(widths.none), ranges(widths.wide)

local function within(codepoint, list)
  local low, high = 1, #list.firsts
  while low <= high do
    local middle = (low + high) // 2
    if codepoint < list.firsts[middle] then
      high = middle - 1
    elseif codepoint > list.lasts[middle] then
      low = middle + 1
    else
      return true
    end
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

---@param value string UTF-8
---@param width integer
---@param right boolean? the text stands at the right side
---@return string cut, or filled up with spaces, to exactly that many columns
function columns.pad(value, width, right)
  local cut = columns.fit(value, width)
  local space = (" "):rep(width - columns.width(cut))
  return right and space .. cut or cut .. space
end

-- Whether a word belongs to the command before it, as in "rescue.lua --continue PLAYLIST": a
-- program and its options stay together, as does an option and its value, in capitals or a path.
local function continues(word, before, inside)
  if not inside then return word:find "^[%w_./-]*%.lua$" and before == "lua5.4" end
  if word:find "^%-%-?%w" then return true end
  return before:find "^%-%-?%w" ~= nil
    and (word:find "^[%u%d_]+$" or word:find "^/" or word:find "^virtual:") ~= nil
end

-- Words, and commands that are to be copied as if they were one.
local function pieces(value)
  local list, before, inside = {}, "", false
  for word in value:gmatch "%S+" do
    if continues(word, before, inside) then
      list[#list] = list[#list] .. " " .. word
    else
      list[#list + 1] = word
      inside = false
    end
    inside = inside or word:find "%.lua$" ~= nil
    before = word
  end
  return list
end

---@param value string words with single spaces between them
---@param width integer
---@return string[] lines no wider than that, unless a single word or a command of redbook's is
function columns.wrap(value, width)
  local list = {}
  for _, piece in ipairs(pieces(value)) do
    local longer = #list > 0 and list[#list] .. " " .. piece
    if longer and columns.width(longer) <= width then
      list[#list] = longer
    else
      list[#list + 1] = piece
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
