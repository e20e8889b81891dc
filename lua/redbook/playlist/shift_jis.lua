-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether bytes are Shift-JIS (as Windows writes it, CP932), which rippers in Japan have put into
-- cue sheets for decades. Nothing in them says so: it is a matter of what is likely.

-- One character: ASCII, half-width katakana, or two bytes. F0..F9 are private, nobody's text.
local SINGLE = "^[\x01-\x7F\xA1-\xDF]"
local DOUBLE = "^[\x81-\x9F\xE0-\xEA\xED\xEE\xFA-\xFC][\x40-\x7E\x80-\xFC]"

-- Full-width letters, hiragana, katakana, the 2965 kanji of everyday use, punctuation.
local function is_common(first, second)
  if first == 0x82 then return second >= 0x4F and second <= 0xF1 end
  if first == 0x83 then return second <= 0x96 end
  return first == 0x81 or first >= 0x88 and first <= 0x98
end

---@class redbook.ShiftJisCount
---@field doubles integer characters of two bytes
---@field common integer of these what Japanese is written with
---@field joined integer of these what stands beside another one

---@param bytes string
---@return redbook.ShiftJisCount? count nil: this is no Shift-JIS
local function count(bytes)
  local at, doubles, common, joined, run = 1, 0, 0, 0, 0
  while at <= #bytes do
    if bytes:find(DOUBLE, at) then
      local first, second = bytes:byte(at, at + 1)
      doubles, run, at = doubles + 1, run + 1, at + 2
      common = common + (is_common(first, second) and 1 or 0)
      joined = joined + (run > 2 and 1 or run == 2 and 2 or 0)
    elseif bytes:find(SINGLE, at) then
      run, at = 0, at + 1
    else
      return nil
    end
  end
  return { doubles = doubles, common = common, joined = joined }
end

---Valid Shift-JIS, nearly all of it everyday characters, and most of these beside each other. In
---CP1252 the first bytes are quotation marks and dashes, alone between letters; accented letters
---make no valid Shift-JIS, or characters that nobody uses.
---@param bytes string that are no UTF-8
---@return boolean
local function is_shift_jis(bytes)
  local found = count(bytes)
  return found ~= nil and found.joined >= 3 and found.joined * 2 >= found.doubles
    and found.common * 10 >= found.doubles * 8
end

return is_shift_jis
