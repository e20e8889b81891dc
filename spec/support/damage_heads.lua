-- SPDX-License-Identifier: GPL-3.0-or-later
-- Files whose headers lie, and what only has the name of a sound file; for damage.lua.

local bytes_of = require "spec.support.damage_bytes"

local heads = {}

local put, noise = bytes_of.put, bytes_of.noise

local function le32(value) return string.pack("<I4", value & 0xFFFFFFFF) end
local function be32(value) return string.pack(">I4", value & 0xFFFFFFFF) end

-- Where the content of a chunk begins, counted from 0.
local function chunk(bytes, id)
  return assert(bytes:find(id, 1, true), "no " .. id) + 7
end

-- A list of lies about one file: each puts `value` at an offset from a chunk's content.
local function at(id, offset, value)
  return function(bytes) return put(bytes, chunk(bytes, id) + offset, value) end
end

local function from_start(offset, value)
  return function(bytes) return put(bytes, offset, value) end
end

-- Of a head that is text.
local function said(words, others)
  return function(bytes) return put(bytes, assert(bytes:find(words, 1, true)) - 1, others) end
end

-- LAME's tag: "Info" or "Xing", flags, frames.
local function xing_frames(change)
  return function(bytes)
    local tag = assert(bytes:find("Info", 1, true) or bytes:find("Xing", 1, true))
    return put(bytes, tag + 7, be32(string.unpack(">I4", bytes, tag + 8) + change))
  end
end

-- RFC 3533's check sum of an Ogg page, with which a page is made to fit again.
local function ogg_sum(page)
  local crc = 0
  for index = 1, #page do
    crc = crc ~ page:byte(index) << 24
    for _ = 1, 8 do
      crc = crc & 0x80000000 ~= 0 and (crc << 1 ~ 0x04C11DB7) & 0xFFFFFFFF or crc << 1
    end
  end
  return crc
end

-- The pages of an Ogg file; `change` gets each with its number and gives it back, or nothing.
local function ogg(change)
  return function(bytes)
    local pages, place = {}, 1
    while place <= #bytes do
      local count, length = bytes:byte(place + 26), 0
      for index = 1, count do length = length + bytes:byte(place + 26 + index) end
      local size = 27 + count + length
      pages[#pages + 1] = bytes:sub(place, place + size - 1)
      place = place + size
    end
    local all = {}
    for number, page in ipairs(pages) do
      page = change(page, number, #pages)
      if page then
        page = put(page, 22, "\0\0\0\0")
        all[#all + 1] = put(page, 22, le32(ogg_sum(page)))
      end
    end
    return table.concat(all)
  end
end

local function granule(value)
  return ogg(function(page, number, count)
    return number == count and put(page, 6, string.pack("<i8", value)) or page
  end)
end

-- An ID3v2 tag whose size is a lie, in front.
local function id3(size, body)
  local four = string.char(size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127)
  return function(bytes) return "ID3\4\0\0" .. four .. body .. bytes end
end

local function fact(change)
  return function(bytes)
    local place = chunk(bytes, "fact")
    return put(bytes, place, le32(string.unpack("<I4", bytes, place + 1) + change))
  end
end

-- STREAMINFO: 36 bits of total samples at byte 21 of the file, its upper four in another's byte.
local function flac_total(change)
  return function(bytes) return put(bytes, 22, be32(string.unpack(">I4", bytes, 23) + change)) end
end

---@class redbook.Lie
---@field from string name of a good file
---@field name string
---@field make fun(bytes: string): string
---@field expect string as redbook.Blow's; "longer": refused, or the same and at most a block more

-- A rate that is another changes what is heard, and nothing in the file tells: only those out of
-- range are lies that can be known.
---@type redbook.Lie[]
heads.lies = {}

local function lies(from, expect, list)
  for name, make in pairs(list) do
    heads.lies[#heads.lies + 1] = { from = from, expect = expect, name = name, make = make }
  end
end

for _, from in ipairs { "pcm16.wav", "pcm24x.wav", "float.wav", "u8.wav" } do
  lies(from, "refused", {
    ["data chunk a byte too long"] = function(b)
      local place = chunk(b, "data")
      return put(b, place - 4, le32(string.unpack("<I4", b, place - 3) + 1))
    end,
    ["data chunk far too long"] = at("data", -4, le32(0x20000000)),
    ["data chunk too short"] = function(b)
      local place = chunk(b, "data")
      return put(b, place - 4, le32(string.unpack("<I4", b, place - 3) // 8 // 12 * 12))
    end,
    ["rate of 0"] = at("fmt ", 4, le32(0)),
    ["rate of 4 GHz"] = at("fmt ", 4, le32(4000000000)),
    ["rate of 3999 Hz"] = at("fmt ", 4, le32(3999)),
    ["no channels"] = at("fmt ", 2, "\0\0"),
    ["9 channels"] = at("fmt ", 2, "\9\0"),
    ["255 channels"] = at("fmt ", 2, "\255\0"),
    ["65535 channels"] = at("fmt ", 2, "\255\255"),
    ["a format that nobody has"] = at("fmt ", 0, "\x77\x77"),
    ["an fmt chunk of no length"] = at("fmt ", -4, le32(0)),
    ["an fmt chunk of 2 GiB"] = at("fmt ", -4, le32(0x7FFFFFFF)),
    ["an fmt chunk of 4 GiB"] = at("fmt ", -4, le32(0xFFFFFFFF)),
    ["bits of no width"] = at("fmt ", 14, "\0\0"),
  })
  lies(from, "same", {
    ["data length left 0 by a pipe"] = function(b)
      return put(put(b, 4, le32(0)), chunk(b, "data") - 4, le32(0))
    end,
    ["data length left FFFFFFFFh by a pipe"] = function(b)
      return put(put(b, 4, le32(0xFFFFFFFF)), chunk(b, "data") - 4, le32(0xFFFFFFFF))
    end,
    ["RIFF size of 0"] = from_start(4, le32(0)),
    ["RIFF size of 4 GiB"] = from_start(4, le32(0xFFFFFFFF)),
  })
  lies(from, "safe", {
    ["block align of 0"] = at("fmt ", 12, "\0\0"),
    ["block align of 65535"] = at("fmt ", 12, "\255\255"),
    ["bytes per second of 0"] = at("fmt ", 8, le32(0)),
    ["bits of 255"] = at("fmt ", 14, "\255\0"),
  })
end
lies("ulaw.wav", "safe", { ["a fact chunk of one frame"] = function(b)
  return b:find("fact", 1, true) and at("fact", 0, le32(1))(b) or b
end })
for _, from in ipairs { "ima.wav", "ms.wav" } do
  lies(from, "longer", {
    ["a fact chunk with a third of the frames"] = fact(-38220),
    ["a fact chunk with 10000 frames less"] = fact(-10000),
    ["a fact chunk with too many frames"] = fact(100000),
    ["a fact chunk of 4 G frames"] = at("fact", 0, le32(0xFFFFFFFF)),
    ["a fact chunk of no frames"] = at("fact", 0, le32(0)),
    ["block align of 0"] = at("fmt ", 12, "\0\0"),
    ["block align of 1"] = at("fmt ", 12, "\1\0"),
    ["block align of 65535"] = at("fmt ", 12, "\255\255"),
    ["frames per block of 0"] = at("fmt ", 18, "\0\0"),
    ["frames per block of 65535"] = at("fmt ", 18, "\255\255"),
  })
end
lies("pcm.rf64", "refused", {
  ["ds64 with twice the data"] = at("ds64", 8, string.pack("<I8", 458640)),
  ["ds64 with 2^62 bytes"] = at("ds64", 8, string.pack("<I8", 1 << 62)),
  ["ds64 with -1 bytes"] = at("ds64", 8, ("\255"):rep(8)),
})
lies("pcm.w64", "refused", {
  ["data of no length"] = at("data\xF3", 8, string.pack("<I8", 24)),
  ["data of a negative length"] = at("data\xF3", 8, string.pack("<i8", -5)),
  ["data of 2^62 bytes"] = at("data\xF3", 8, string.pack("<I8", 1 << 62)),
  ["data an eighth as long"] = at("data\xF3", 8, string.pack("<I8", 24 + 28664)),
})
lies("pcm.w64", "safe", { ["another file length"] = from_start(16, string.pack("<I8", 99)) })
for _, from in ipairs { "pcm.aiff", "pcm.aifc" } do
  lies(from, "refused", {
    ["twice the frames"] = at("COMM", 2, be32(114660)),
    ["an eighth of the frames"] = at("COMM", 2, be32(7000)),
    ["no frames"] = at("COMM", 2, be32(0)),
    ["9 channels"] = at("COMM", 0, "\0\9"),
    ["no channels"] = at("COMM", 0, "\0\0"),
    ["rate of 0"] = at("COMM", 8, ("\0"):rep(10)),
    ["rate of infinity"] = at("COMM", 8, "\x7F\xFF" .. ("\0"):rep(8)),
    ["a COMM chunk of no length"] = at("COMM", -4, be32(0)),
  })
  lies(from, "safe", {
    ["bits of 0"] = at("COMM", 6, "\0\0"),
    ["an SSND chunk of no length"] = at("SSND", -4, be32(0)),
    ["an SSND chunk of 4 GiB"] = at("SSND", -4, be32(0xFFFFFFFF)),
    ["an offset in SSND"] = at("SSND", 0, be32(0x7FFFFFFF)),
    ["FORM of no length"] = from_start(4, be32(0)),
  })
end
lies("pcm.caf", "refused", {
  ["data twice as long"] = at("data", 0, be32(458640)),
  ["data of 2^62 bytes"] = at("data", -4, "\x40\0\0\0\0\0\0\0"),
  ["data of -2 bytes"] = at("data", -4, ("\255"):rep(7) .. "\254"),
  ["rate not a number"] = at("desc", 4, ("\255"):rep(8)),
  ["9 channels"] = at("desc", 28, "\0\0\0\9"),
  ["another encoding"] = at("desc", 12, "zzzz"),
})
lies("pcm.caf", "safe", { ["data up to the end"] = at("data", -4, ("\255"):rep(8)),
  ["bits of 0"] = at("desc", 32, ("\0"):rep(4)) })
lies("pcm.au", "refused", {
  ["data twice as long"] = from_start(8, be32(458640)),
  ["data of no length"] = from_start(8, be32(0)),
  ["data an eighth as long"] = from_start(8, be32(28000)),
  ["data behind the end"] = from_start(4, be32(0x7FFFFFFF)),
  ["an unknown encoding"] = from_start(12, be32(99)),
  ["rate of 0"] = from_start(16, be32(0)),
  ["9 channels"] = from_start(20, be32(9)),
})
lies("pcm.sph", "refused", {
  ["a length ten times as long"] = said("count -i 57330", "count -i573300"),
  ["a length a tenth as long"] = said("count -i 57330", "count -i 05733"),
  ["a negative length"] = said("count -i 57330", "count -i -5733"),
  ["a length of words"] = said("count -i 57330", "count -i many!"),
  ["no word of its length"] = said("sample_count", "example_coun"),
  ["9 channels"] = said("channel_count -i 2", "channel_count -i 9"),
  ["samples of 9 bytes"] = said("n_bytes -i 2", "n_bytes -i 9"),
  ["rate of 0"] = said("rate -i 44100", "rate -i 00000"),
  ["no end of its head"] = said("end_head", "end-head"),
  ["compressed samples"] = said("pcm\nend_head", "pcm,embedded-shorten\nend_head"),
})
lies("pcm.au", "same", { ["a length left open"] = from_start(8, be32(0xFFFFFFFF)) })
for _, from in ipairs { "a.flac", "b.flac" } do
  lies(from, "refused", {
    ["10000 samples too many in STREAMINFO"] = flac_total(10000),
    ["10000 samples too few in STREAMINFO"] = flac_total(-10000),
    ["one sample too few in STREAMINFO"] = flac_total(-1),
    ["one sample too many in STREAMINFO"] = flac_total(1),
    ["no STREAMINFO"] = from_start(4, "\4"),
    ["STREAMINFO of a wrong length"] = from_start(5, "\0\0\33"),
    ["a block of 16 MiB"] = from_start(4 + 38 + 1, "\255\255\255"),
  })
  lies(from, "safe", {
    ["no samples in STREAMINFO"] = function(b) return put(b, 22, be32(0)) end,
    ["a wrong MD5 in STREAMINFO"] = from_start(26, noise(16, 21)),
    ["another rate in STREAMINFO"] = from_start(18, "\1\2"),
  })
end
for _, from in ipairs { "a.ogg", "a.opus", "a.oga" } do
  lies(from, "refused", {
    ["a page missing"] = ogg(function(page, number, count)
      return (number ~= count - 1 or number <= 2) and page or nil end),
    ["the first page missing"] = ogg(function(page, number) return number > 1 and page or nil end),
    ["the last page missing"] = ogg(function(page, n, count) return n < count and page or nil end),
    ["pages of two streams"] = ogg(function(page, number)
      return number == 2 and put(page, 14, "\9\9\9\9") or page end),
    ["a second beginning within"] = ogg(function(page, number)
      return number == 2 and put(page, 5, "\2") or page end),
    ["another codec's name"] = ogg(function(page, number)
      return number == 1 and put(page, 28, "nobody's") or page end),
    ["a granule of twice the length"] = granule(2 * 62400 + 312),
  })
  lies(from, "safe", {
    ["a granule of -1 at the end"] = granule(-1),
    ["a granule of 0 at the end"] = granule(0),
    ["a granule of 2^62"] = granule(1 << 62),
    ["a granule of half the length"] = granule(28000),
  })
end
for _, from in ipairs { "cbr.mp3", "vbr.mp3" } do
  lies(from, "refused", {
    ["20 frames more in its tag"] = xing_frames(20),
    ["2^31 frames more in its tag"] = xing_frames(1 << 31),
    ["20 frames fewer in its tag"] = xing_frames(-20),
  })
  lies(from, "safe", {
    ["4000 bytes of delay in its tag"] = function(b)
      return put(b, assert(b:find("LAME", 1, true)) + 20, "\255\255\255")
    end,
  })
end
for _, from in ipairs { "cbr.mp3", "bare.mp3", "a.flac", "a.mp2" } do
  lies(from, "same", { ["behind an ID3 tag"] = id3(300, ("\0"):rep(300)) })
  lies(from, "refused", {
    ["behind an ID3 tag of 256 MiB"] = id3((1 << 28) - 1, ("\0"):rep(300)),
  })
  lies(from, "safe", { ["behind an ID3 tag that is too short"] = id3(0, noise(500, 22)),
    ["behind an ID3 tag that is too long"] = id3(900, ("\0"):rep(300)) })
end
lies("float.wav", "refused", {
  ["a NaN"] = at("data", 100000, "\0\0\xC0\x7F"),
  ["an infinity"] = at("data", 200000, "\0\0\x80\xFF"),
})

-- Sorted: pairs() above has no order.
table.sort(heads.lies, function(a, b)
  return a.from .. "\0" .. a.name < b.from .. "\0" .. b.name
end)

local strangers = {
  ["empty.wav"] = "",
  ["one byte.flac"] = "f",
  ["page.mp3"] = "<!DOCTYPE html><html><body>404 Not Found</body></html>\n",
  ["text.wav"] = ("All work and no play\n"):rep(500),
  ["picture.mp3"] = "\xFF\xD8\xFF\xE0\0\16JFIF\0" .. noise(50000, 31),
  ["program.ogg"] = "\x7FELF\2\1\1\0" .. noise(50000, 32),
  ["zeros.mp3"] = ("\0"):rep(100000),
  ["ones.mp3"] = ("\xFF"):rep(100000),
  ["archive.flac"] = "PK\3\4" .. noise(5000, 33),
  ["only RIFF.wav"] = "RIFF\0\0\0\0WAVE",
  ["only OggS.ogg"] = "OggS",
  ["only fLaC.flac"] = "fLaC",
  ["only ftyp.m4a"] = "\0\0\0\24ftypM4A \0\0\2\0isomiso2",
  ["only EBML.mka"] = "\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\0",
  ["only FORM.aiff"] = "FORM\0\0\0\4AIFF",
  ["only caff.caf"] = "caff\0\1\0\0",
  ["headerless.mp3"] = (noise(40000, 34):gsub("\xFF", "\0")),
}
for seed = 41, 60 do
  local suffix = ({ "wav", "flac", "mp3", "ogg", "m4a" })[seed % 5 + 1]
  strangers[("noise %d.%s"):format(seed, suffix)] = noise(20000, seed)
end

---What is no sound at all; all of it must be refused.
---@type { name: string, bytes: string }[]
heads.strangers = {}
for name, bytes in pairs(strangers) do
  heads.strangers[#heads.strangers + 1] = { name = name, bytes = bytes }
end
table.sort(heads.strangers, function(a, b) return a.name < b.name end)

return heads
