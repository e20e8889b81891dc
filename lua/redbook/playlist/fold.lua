-- SPDX-License-Identifier: GPL-3.0-or-later
-- Two spellings of one file name: composed or decomposed (NFC, NFD), upper or lower case.

local decompositions = require "redbook.playlist.decompositions"

local fold = {}

local DECOMPOSED = {}
for mark, pairs_of in pairs(decompositions) do
  local base
  for _, codepoint in utf8.codes(pairs_of) do
    local char = utf8.char(codepoint)
    if base then
      DECOMPOSED[char] = base .. mark
      base = nil
    else
      base = char
    end
  end
end
local again = true
while again do -- U+1EA6 is U+00C2 and a mark, and U+00C2 is A and a mark
  again = false
  for char, parts in pairs(DECOMPOSED) do
    local first = parts:match(utf8.charpattern)
    local deeper = DECOMPOSED[first]
    if deeper then
      DECOMPOSED[char] = deeper .. parts:sub(#first + 1)
      again = true
    end
  end
end

-- Hangul syllables decompose by arithmetic (Unicode 3.12).
local function hangul(codepoint)
  local index = codepoint - 0xAC00
  local lead, vowel, tail = index // 588, index % 588 // 28, index % 28
  local jamo = utf8.char(0x1100 + lead, 0x1161 + vowel)
  return tail == 0 and jamo or jamo .. utf8.char(0x11A7 + tail)
end

local function decompose_char(char)
  local parts = DECOMPOSED[char]
  if parts then return parts end
  local codepoint = utf8.codepoint(char)
  if codepoint >= 0xAC00 and codepoint <= 0xD7A3 then return hangul(codepoint) end
end

---Canonical decomposition of the letters in `decompositions`, without reordering of marks.
---What is not UTF-8 comes back as it is.
---@param name string
---@return string
function fold.decompose(name)
  if not name:find("[\x80-\xFF]") or not utf8.len(name) then return name end
  return (name:gsub(utf8.charpattern, decompose_char))
end

-- Letters that have no decomposition; Greek and Cyrillic lie at fixed distances.
local LOWER = {
  ["Æ"] = "æ", ["Ð"] = "ð", ["Ø"] = "ø", ["Þ"] = "þ", ["Đ"] = "đ", ["Ħ"] = "ħ", ["Ł"] = "ł",
  ["Ŋ"] = "ŋ", ["Œ"] = "œ", ["Ŧ"] = "ŧ",
}
for codepoint = 0x391, 0x3A9 do LOWER[utf8.char(codepoint)] = utf8.char(codepoint + 0x20) end
for codepoint = 0x410, 0x42F do LOWER[utf8.char(codepoint)] = utf8.char(codepoint + 0x20) end
for codepoint = 0x400, 0x40F do LOWER[utf8.char(codepoint)] = utf8.char(codepoint + 0x50) end

---A key that is the same for two names which differ in case or composition only.
---@param name string
---@return string
function fold.key(name)
  local decomposed = fold.decompose(name)
  if not decomposed:find("[\x80-\xFF]") or not utf8.len(decomposed) then
    return decomposed:lower()
  end
  return (decomposed:gsub(utf8.charpattern, LOWER):gsub("%u", string.lower))
end

return fold
