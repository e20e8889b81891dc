-- SPDX-License-Identifier: GPL-3.0-or-later
-- Text for a terminal that shows ASCII only (locale C): letters without their marks, typographic
-- signs by their plain ones, a question mark for each column of anything else.

local columns = require "redbook.report.columns"
local fold = require "redbook.playlist.fold"

local ascii = {}

local PLAIN = {
  ["ß"] = "ss", ["æ"] = "ae", ["Æ"] = "AE", ["ø"] = "o", ["Ø"] = "O", ["œ"] = "oe", ["Œ"] = "OE",
  ["đ"] = "d", ["Đ"] = "D", ["ð"] = "d", ["Ð"] = "D", ["þ"] = "th", ["Þ"] = "Th", ["ł"] = "l",
  ["Ł"] = "L", ["ħ"] = "h", ["Ħ"] = "H", ["ŧ"] = "t", ["Ŧ"] = "T", ["ŋ"] = "ng", ["Ŋ"] = "NG",
  ["ı"] = "i", ["‘"] = "'", ["’"] = "'", ["‚"] = "'", ["′"] = "'", ["´"] = "'", ["“"] = '"',
  ["”"] = '"', ["„"] = '"', ["″"] = '"', ["«"] = "<<", ["»"] = ">>", ["‹"] = "<", ["›"] = ">",
  ["‐"] = "-", ["‑"] = "-", ["‒"] = "-", ["–"] = "-", ["—"] = "-", ["―"] = "-", ["−"] = "-",
  ["…"] = "...", ["•"] = "*", ["·"] = ".", ["×"] = "x", ["¡"] = "!", ["¿"] = "?", ["©"] = "(c)",
  ["®"] = "(r)", ["™"] = "(tm)", ["\u{A0}"] = " ", ["\u{202F}"] = " ",
}
for codepoint = 0xFF01, 0xFF5E do -- full width forms
  PLAIN[utf8.char(codepoint)] = string.char(codepoint - 0xFF01 + 0x21)
end
PLAIN["\u{3000}"] = " "

local function plain_char(char)
  return #char == 1 and char or PLAIN[char] or ("?"):rep(columns.width(char))
end

---@param value string UTF-8; what is not comes back as it is
---@return string
function ascii.text(value)
  if not value:find "[\x80-\xFF]" or not utf8.len(value) then return value end
  return (fold.decompose(value):gsub(utf8.charpattern, plain_char))
end

---A copy of plain data with every text in it as `ascii.text`; other values stay the same ones.
---@generic T
---@param value T
---@return T
function ascii.copy(value)
  if type(value) == "string" then return ascii.text(value) end
  if type(value) ~= "table" then return value end
  local copy = setmetatable({}, getmetatable(value))
  for key, field in pairs(value) do copy[key] = ascii.copy(field) end
  return copy
end

---A line whose texts are ASCII already, but which may have been cut: the ellipsis takes the
---place of up to two characters before it, so that the line stays as wide as it was.
---@param line string
---@return string
function ascii.line(line)
  return ascii.text((line:gsub("([^\x80-\xFF]?[^\x80-\xFF]?)…", function(before)
    return ("."):rep(#before + 1)
  end)))
end

return ascii
