-- SPDX-License-Identifier: GPL-3.0-or-later
-- The bytes of a playlist as lines of UTF-8, whatever program wrote them.

local core = require "redbook.core"
local is_shift_jis = require "redbook.playlist.shift_jis"

local text = {}

-- CP1252's difference from Latin-1: 0x80..0x9F. The five bytes it leaves undefined (81 8D 8F 90
-- 9D) stay C1 controls, as every decoder in the field does.
local CP1252 = {
  [0x80] = 0x20AC, [0x82] = 0x201A, [0x83] = 0x0192, [0x84] = 0x201E, [0x85] = 0x2026,
  [0x86] = 0x2020, [0x87] = 0x2021, [0x88] = 0x02C6, [0x89] = 0x2030, [0x8A] = 0x0160,
  [0x8B] = 0x2039, [0x8C] = 0x0152, [0x8E] = 0x017D, [0x91] = 0x2018, [0x92] = 0x2019,
  [0x93] = 0x201C, [0x94] = 0x201D, [0x95] = 0x2022, [0x96] = 0x2013, [0x97] = 0x2014,
  [0x98] = 0x02DC, [0x99] = 0x2122, [0x9A] = 0x0161, [0x9B] = 0x203A, [0x9C] = 0x0153,
  [0x9E] = 0x017E, [0x9F] = 0x0178,
}

local function from_bytes(map)
  return function(bytes)
    return (bytes:gsub("[\x80-\xFF]", function(c)
      local byte = c:byte()
      return utf8.char(map[byte] or byte)
    end))
  end
end

local from_cp1252, from_latin1 = from_bytes(CP1252), from_bytes {}

-- What the machine's iconv(3) knows; a line that is none is CP1252 then, as without a declaration.
local function from_iconv(encoding)
  return function(bytes) return core.to_utf8(bytes, encoding) or from_cp1252(bytes) end
end

local from_shift_jis = from_iconv "CP932"

-- Names as lists spell them in `#EXTENC:`, in lower case without `-`, `_` and spaces.
local DECODERS = {
  utf8 = false, usascii = false, ascii = false,
  windows1252 = from_cp1252, cp1252 = from_cp1252, ansi = from_cp1252,
  iso88591 = from_latin1, latin1 = from_latin1, l1 = from_latin1,
  shiftjis = from_shift_jis, sjis = from_shift_jis, cp932 = from_shift_jis,
  windows31j = from_shift_jis, mskanji = from_shift_jis, eucjp = from_iconv "EUC-JP",
  gbk = from_iconv "GBK", gb2312 = from_iconv "GBK", gb18030 = from_iconv "GB18030",
  big5 = from_iconv "BIG5", euckr = from_iconv "CP949", cp949 = from_iconv "CP949",
  windows1250 = from_iconv "CP1250", windows1251 = from_iconv "CP1251",
  koi8r = from_iconv "KOI8-R", iso88592 = from_iconv "ISO-8859-2",
  iso885915 = from_iconv "ISO-8859-15",
}

local REPLACEMENT = utf8.char(0xFFFD)

---UTF-16 without its mark, surrogate pairs joined, a lone surrogate as U+FFFD.
---@param bytes string
---@param format string `string.unpack` format of one unit, `"<I2"` or `">I2"`
---@return string utf8
local function from_utf16(bytes, format)
  local out, position, last = {}, 1, #bytes - 1
  while position <= last do
    local unit = string.unpack(format, bytes, position)
    position = position + 2
    if unit >= 0xD800 and unit < 0xDC00 and position <= last then
      local low = string.unpack(format, bytes, position)
      if low >= 0xDC00 and low < 0xE000 then
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
        position = position + 2
      end
    end
    local lone = unit >= 0xD800 and unit < 0xE000
    out[#out + 1] = lone and REPLACEMENT or utf8.char(unit)
  end
  return table.concat(out)
end

---Takes the byte order mark off and turns UTF-16 into UTF-8.
---@param bytes string a whole file
---@return string bytes without a mark
---@return string? encoding "UTF-8" or "UTF-16" when a mark proves it
function text.unmark(bytes)
  if bytes:sub(1, 3) == "\xEF\xBB\xBF" then return bytes:sub(4), "UTF-8" end
  if bytes:sub(1, 2) == "\xFF\xFE" then return from_utf16(bytes:sub(3), "<I2"), "UTF-16" end
  if bytes:sub(1, 2) == "\xFE\xFF" then return from_utf16(bytes:sub(3), ">I2"), "UTF-16" end
  return bytes, nil
end

---The decoder for an encoding's name.
---@param name string as in `#EXTENC: windows-1252`
---@return (fun(bytes: string): string)|false|nil decoder false: UTF-8; nil: not known here
function text.decoder(name)
  return DECODERS[(name:lower():gsub("[-_%s]", ""))]
end

---The decoder for lines that are not UTF-8 in a list that does not say what they are. All of them
---are looked at together.
---@param bytes string a whole file without its mark
---@return (fun(bytes: string): string)? decoder nil: CP1252
function text.guess(bytes)
  if utf8.len(bytes) then return nil end
  local other = {}
  for _, line in ipairs(text.lines(bytes)) do
    if not utf8.len(line) then other[#other + 1] = line end
  end
  local all = table.concat(other, "\n")
  return is_shift_jis(all) and core.to_utf8(all, "CP932") and from_shift_jis or nil
end

---One line as UTF-8. Valid UTF-8 is never taken for anything else: text in another encoding is
---practically never valid UTF-8 by accident. The choice is made line by line, because lists
---grow by several programs' hands.
---@param bytes string
---@param decoder? fun(bytes: string): string|false as declared or guessed; without one CP1252
---@return string
function text.to_utf8(bytes, decoder)
  if utf8.len(bytes) then return bytes end
  return (decoder or from_cp1252)(bytes)
end

---Lines ended by CR, LF or CRLF, mixed at will; the last one needs no end.
---@param bytes string
---@return string[]
function text.lines(bytes)
  local lines, position = {}, 1
  while position <= #bytes do
    local stop = bytes:find("[\r\n]", position)
    if not stop then break end
    lines[#lines + 1] = bytes:sub(position, stop - 1)
    if bytes:byte(stop) == 13 and bytes:byte(stop + 1) == 10 then stop = stop + 1 end
    position = stop + 1
  end
  if position <= #bytes then lines[#lines + 1] = bytes:sub(position) end
  return lines
end

local SPACES = { [9] = true, [10] = true, [11] = true, [12] = true, [13] = true, [32] = true }

-- Patterns that begin anew at each place take hours for a line of some MiB of spaces; this looks
-- at every byte once.
local function trim(value, no_break)
  local from, to = 1, #value
  while from <= to do
    local byte = value:byte(from)
    if SPACES[byte] then
      from = from + 1
    elseif no_break and byte == 0xC2 and value:byte(from + 1) == 0xA0 then
      from = from + 2
    else
      break
    end
  end
  while to >= from do
    local byte = value:byte(to)
    if SPACES[byte] then
      to = to - 1
    elseif no_break and byte == 0xA0 and to > from and value:byte(to - 1) == 0xC2 then
      to = to - 2
    else
      break
    end
  end
  return value:sub(from, to)
end

---@param value string
---@return string without white space at its ends
function text.strip(value) return trim(value, false) end

---@param value string
---@return string without spaces, tabs and no-break spaces at its ends
function text.trim(value) return trim(value, true) end

---@param bytes string a whole file
---@return string without padding and DOS' end-of-file mark
function text.unpadded(bytes) return bytes:match "^.*[^%z\26]" or "" end

---@param value string without white space at its ends
---@return string? before what stands before the last white space
---@return string last what stands behind it; all when there is none
function text.last_word(value)
  local at = value:match "^.*%s()"
  if not at then return nil, value end
  return trim(value:sub(1, at - 1), false), value:sub(at)
end

-- What moves, hides or breaks the text around it: direction marks and overrides, separators of
-- lines and paragraphs, invisible characters. The joiners U+200C and U+200D stay: without them
-- Persian and Indic words and many emoji are spelled wrong.
local UNSEEN = {}
for _, range in ipairs { { 0x80, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C }, { 0x180E, 0x180E },
  { 0x200B, 0x200B }, { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
  { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB } } do
  for codepoint = range[1], range[2] do UNSEEN[utf8.char(codepoint)] = "?" end
end

---Text from outside as it may be shown on a terminal: valid UTF-8 on one line, nothing that
---controls the terminal or hides and reorders what stands there.
---@param value string
---@return string
function text.printable(value)
  return (text.to_utf8(value):gsub("[%c\127]", "?"):gsub("[\xC2-\xF4][\x80-\xBF]+", UNSEEN))
end

return text
