-- SPDX-License-Identifier: GPL-3.0-or-later
-- Colours, for terminals that have some and people who want them (no-color.org).

local paint = {}

local RED, YELLOW, GREEN, BOLD, END = "\27[1;31m", "\27[33m", "\27[32m", "\27[1m", "\27[0m"

-- What a line begins with, or has in it, and its colour.
local WORDS = {
  { "^Problem:", RED }, { "^PROBLEM", RED }, { "^  PROBLEM", RED }, { "^Note:", YELLOW },
  { "^  warning", YELLOW }, { "^disc:", BOLD }, { "^what to do:", BOLD },
  { "^left to burn:", BOLD }, { "DIFFERS", RED }, { "UNREADABLE", RED },
  { "^Read back and compared:", GREEN },
}

---@param line string printable text, not painted yet
---@return string as wide as before
function paint.line(line)
  if line:find "^ ?#  " then return BOLD .. line .. END end
  for _, word in ipairs(WORDS) do
    local first, last = line:find(word[1])
    if first then
      return line:sub(1, first - 1) .. word[2] .. line:sub(first, last) .. END
        .. line:sub(last + 1)
    end
  end
  return line
end

---The first line of a failure: who says it, in red.
---@param line string
---@return string
function paint.failure(line)
  return (line:gsub("^[^:]*:", RED .. "%0" .. END, 1))
end

return paint
