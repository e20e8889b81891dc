-- SPDX-License-Identifier: GPL-3.0-or-later
-- What lies on a disc in files, read by code that shares nothing with the recorder's: the cue
-- sheet, the samples, the CD-TEXT packs.

local sandbox = require "spec.support.sandbox"

local disc = {}

local function frames(msf)
  local m, s, f = msf:match "^(%d+):(%d+):(%d+)$"
  return (tonumber(m) * 60 + tonumber(s)) * 75 + tonumber(f)
end

---The ordinary lines of a cue sheet.
---@param path string
---@return table sheet { catalog, [n] = { flags, isrc, [0] = sectors, [1] = sectors } }
function disc.sheet(path)
  local sheet = {}
  local track
  for line in sandbox.read(path):gmatch "[^\r\n]+" do
    local word, rest = line:match "^%s*(%u+)%s+(.*)$"
    if word == "CATALOG" then
      sheet.catalog = rest
    elseif word == "TRACK" then
      track = {}
      table.insert(sheet, track)
    elseif word == "FLAGS" or word == "ISRC" then
      track[word:lower()] = rest
    elseif word == "INDEX" then
      track[tonumber(rest:match "^%d+")] = frames(rest:match "%S+$")
    end
  end
  return sheet
end

---The value of the `REM REDBOOK session N lead-out` line.
function disc.lead_out(path, session)
  return tonumber(sandbox.read(path):match("REM REDBOOK session " .. session .. " lead%-out (%d+)"))
end

-- CRC of a CD-TEXT pack: x^16 + x^12 + x^5 + 1, inverted.
local function crc(bytes)
  local sum = 0
  for i = 1, #bytes do
    sum = sum ~ bytes:byte(i) << 8
    for _ = 1, 8 do
      sum = sum & 0x8000 ~= 0 and (sum << 1 ~ 0x1021) & 0xFFFF or sum << 1
    end
  end
  return ~sum & 0xFFFF
end

local KINDS = { [0x80] = "title", [0x81] = "performer", [0x82] = "songwriter", [0x8E] = "code" }

---The texts of a file of 18-byte packs, all of which must have a right CRC: by kind a list, the
---album's first.
---@param path string
---@return table<string, string[]>
function disc.text(path)
  local content, texts = sandbox.read(path), {}
  assert(#content % 18 == 0, "not a whole number of packs")
  for at = 1, #content, 18 do
    local pack = content:sub(at, at + 17)
    assert(crc(pack:sub(1, 16)) == string.unpack(">I2", pack, 17), "CRC of pack " .. at // 18)
    local kind = KINDS[pack:byte(1)]
    if kind then texts[kind] = (texts[kind] or "") .. pack:sub(5, 16) end
  end
  for kind, joined in pairs(texts) do
    local list = {}
    for text in joined:gsub("\0+$", "\0"):gmatch "(%Z*)\0" do list[#list + 1] = text end
    texts[kind] = list
  end
  return texts
end

---The id that freedb, and `cd-discid`, give a disc: from the starts of its tracks and its
---lead-out.
---@param starts integer[] LBAs
---@param lead_out integer
---@return string line as cd-discid prints it
function disc.id(starts, lead_out)
  local sum = 0
  for _, start in ipairs(starts) do
    for digit in tostring((start + 150) // 75):gmatch "%d" do sum = sum + tonumber(digit) end
  end
  local seconds = (lead_out + 150) // 75 - (starts[1] + 150) // 75
  local words = { ("%08x"):format(sum % 255 << 24 | seconds << 8 | #starts), tostring(#starts) }
  for _, start in ipairs(starts) do words[#words + 1] = tostring(start + 150) end
  words[#words + 1] = tostring((lead_out + 150) // 75)
  return table.concat(words, " ") .. "\n"
end

return disc
