-- SPDX-License-Identifier: GPL-3.0-or-later
-- Damaged, cut, lying, renamed and joined sound files, made the same way each time from good ones
-- of every kind that is read. damage_heads.lua has those whose header lies.

local bytes_of = require "spec.support.damage_bytes"
local sandbox = require "spec.support.sandbox"

local damage = {}

---@class redbook.Good
---@field name string of the file
---@field make string command for sh; `a.wav` is 1.3 s of 44.1 kHz 16-bit stereo sound
---@field sums boolean? check sums over all of the sound, which are looked at
---@field open boolean? nothing says how long it is: what is left of it is a good file
---@field exact boolean? passes bit for bit

local FFMPEG = "ffmpeg -v error -i a.wav -bitexact "

---@type redbook.Good[]
damage.goods = {
  { name = "pcm16.wav", exact = true, make = "cp a.wav pcm16.wav" },
  { name = "pcm24x.wav", make = "sox a.wav -r 48000 -b 24 pcm24x.wav" },
  { name = "pcm32.wav", make = "sox a.wav -b 32 pcm32.wav" },
  { name = "float.wav", make = "sox a.wav -e float -b 32 float.wav" },
  { name = "u8.wav", exact = true, make = "sox -D a.wav -b 8 u8.wav" },
  { name = "ulaw.wav", make = "sox -D a.wav -e u-law ulaw.wav" },
  { name = "ima.wav", make = "sox -D a.wav -e ima-adpcm ima.wav" },
  { name = "ms.wav", make = "sox -D a.wav -e ms-adpcm ms.wav" },
  { name = "pcm.rf64", exact = true, make = FFMPEG .. "-f wav -rf64 always pcm.rf64" },
  { name = "pcm.w64", exact = true, make = "sox a.wav pcm.w64" },
  { name = "pcm.aiff", exact = true, make = "sox a.wav pcm.aiff" },
  { name = "pcm.aifc", exact = true, make = "sox a.wav pcm.aifc" },
  { name = "pcm.caf", exact = true, make = "sox a.wav pcm.caf" },
  { name = "pcm.au", exact = true, make = "sox a.wav pcm.au" },
  { name = "pcm.sph", exact = true, make = "sox a.wav pcm.sph" },
  { name = "a.flac", sums = true, make = "flac -s a.wav -o a.flac" },
  { name = "b.flac", sums = true, make = "flac -s pcm24x.wav -o b.flac" },
  { name = "a.oga", sums = true, make = "flac -s --ogg --serial-number=7 a.wav -o a.oga" },
  { name = "a.ogg", sums = true, make = "oggenc -Q -s 1 a.wav -o a.ogg" },
  { name = "a.opus", sums = true, make = "opusenc --quiet --serial 2 a.wav a.opus" },
  { name = "cbr.mp3", sums = true, make = "lame --quiet -b 128 a.wav cbr.mp3" },
  { name = "vbr.mp3", sums = true, make = "lame --quiet -V 4 a.wav vbr.mp3" },
  { name = "bare.mp3", open = true, make = "lame --quiet -t -b 128 a.wav bare.mp3" },
  { name = "sum.mp3", open = true, make = "lame --quiet -t -p -b 128 a.wav sum.mp3" },
  { name = "a.mp2", open = true, make = FFMPEG .. "a.mp2" },
  { name = "aac.m4a", make = FFMPEG .. "aac.m4a" },
  { name = "alac.m4a", make = FFMPEG .. "-c:a alac alac.m4a" },
  { name = "a.aac", open = true, make = FFMPEG .. "-f adts a.aac" },
  { name = "a.wma", make = FFMPEG .. "a.wma" },
  { name = "a.wv", sums = true, make = FFMPEG .. "a.wv" },
  { name = "a.tta", sums = true, make = FFMPEG .. "a.tta" },
  { name = "flac.mka", sums = true, make = FFMPEG .. "-c:a flac flac.mka" },
  { name = "a.ac3", sums = true, open = true, make = FFMPEG .. "a.ac3" },
}

local put, noise, flip = bytes_of.put, bytes_of.noise, bytes_of.flip

---@class redbook.Blow
---@field name string
---@field make fun(bytes: string): string
---@field expect fun(good: redbook.Good): string what must come of it:
---"refused": an error with its reason
---"same": the sound of the good file, bit for bit
---"safe": one of these two
---"local": refused, or as long as the good file and the same but for a short place
---"part": refused, or what another decoder hears in it
---"both": refused, or the sound twice

local function always(what) return function() return what end end
local function cut(good) return good.open and "part" or "refused" end
local function hurt(good) return good.sums and "refused" or "local" end

---What may happen to any file.
---@type redbook.Blow[]
damage.blows = {
  { name = "cut at the half", expect = cut,
    make = function(b) return b:sub(1, #b // 2) end },
  { name = "cut at nine tenths", expect = cut,
    make = function(b) return b:sub(1, #b * 9 // 10) end },
  { name = "without its last byte", expect = always "safe",
    make = function(b) return b:sub(1, -2) end },
  { name = "cut in its header", expect = always "refused",
    make = function(b) return b:sub(1, 26) end },
  { name = "with four bytes only", expect = always "refused",
    make = function(b) return b:sub(1, 4) end },
  { name = "with noise in the middle", expect = hurt,
    make = function(b) return put(b, #b // 2, noise(1500, 11)) end },
  { name = "with a little noise", expect = hurt,
    make = function(b) return put(b, #b * 2 // 3, noise(40, 12)) end },
  { name = "with zeros in the middle", expect = hurt,
    make = function(b) return put(b, #b // 2, ("\0"):rep(1500)) end },
  { name = "with one bit turned", expect = hurt,
    make = function(b) return flip(b, #b * 3 // 5, 4) end },
  { name = "with a stretch missing", expect = always "refused",
    make = function(b) return b:sub(1, #b // 2) .. b:sub(#b // 2 + 1001) end },
  { name = "with its header in noise", expect = function(good)
      return good.name == "a.mp2" and "local" or "refused" -- layer II: nothing to judge by
    end, make = function(b) return put(b, 8, noise(24, 13)) end },
  { name = "without its beginning", expect = function(good)
      return good.name:find "mp[23]$" and "part" or "refused" -- no head is left that says more
    end, make = function(b) return b:sub(#b // 3) end },
  { name = "behind noise", expect = always "safe",
    make = function(b) return noise(3000, 14) .. b end },
  { name = "before noise", expect = always "safe",
    make = function(b) return b .. noise(3000, 15) end },
  { name = "before zeros", expect = always "safe",
    make = function(b) return b .. ("\0"):rep(3000) end },
  { name = "twice", expect = function(good)
      return good.name == "a.tta" and "safe" or "both" -- its header counts the first one
    end, make = function(b) return b .. b end },
}

-- Tags behind the sound are no damage, and none of the sound.
local ITEM = string.pack("<I4I4", 3000, 0) .. "Title\0" .. ("x"):rep(3000)
local function ape_frame(flags)
  return "APETAGEX" .. string.pack("<I4I4I4I4I8", 2000, #ITEM + 32, 1, flags, 0)
end
local TAGS = {
  ["before an ID3v1 tag"] = "TAG" .. ("\0"):rep(125),
  ["before an APE tag"] = ape_frame(0xA0000000) .. ITEM .. ape_frame(0x80000000),
}
-- ffmpeg takes tags there for damage.
local UNTAGGED = { ["a.wv"] = true, ["a.ac3"] = true }

-- Names that do not fit; the content counts.
local SUFFIXES = { "wav", "mp3", "flac", "ogg", "aiff", "m4a", "txt", "cue" }

---@class redbook.DamagedFile
---@field name string of a file in the folder
---@field good redbook.Good? what it was made from
---@field expect string as redbook.Blow's
---@field make fun(bytes: string?): string from the good file's bytes

---All of them, in the same order each time.
---@return redbook.DamagedFile[]
function damage.files()
  local heads = require "spec.support.damage_heads"
  local files, by_name = {}, {}
  local function add(name, good, expect, make)
    files[#files + 1] = { name = name, good = good, expect = expect, make = make }
  end
  for index, good in ipairs(damage.goods) do
    by_name[good.name] = good
    add(("%s renamed.%s"):format(good.name, SUFFIXES[index % #SUFFIXES + 1]), good, "same",
      function(bytes) return bytes end)
    for name, tag in pairs(TAGS) do
      add(("%s, %s"):format(good.name, name), good, UNTAGGED[good.name] and "safe" or "same",
        function(bytes) return bytes .. tag end)
    end
    for _, blow in ipairs(damage.blows) do
      add(("%s, %s"):format(good.name, blow.name), good, blow.expect(good), blow.make)
    end
  end
  for _, lie in ipairs(heads.lies) do
    add(("%s, %s"):format(lie.from, lie.name), by_name[lie.from], lie.expect, lie.make)
  end
  for _, stranger in ipairs(heads.strangers) do
    add(stranger.name, nil, "refused", function() return stranger.bytes end)
  end
  table.sort(files, function(a, b) return a.name < b.name end)
  return files
end

---Makes the good files in `folder`.
---@param folder string
function damage.make_goods(folder)
  local commands = { "set -e", "sox -R -V1 -n -r 44100 -c 2 -b 16 a.wav synth 1.3 pinknoise sine "
    .. "300-3000 remix 1,2v0.5 1v0.5,2 norm -1" }
  for _, good in ipairs(damage.goods) do commands[#commands + 1] = good.make end
  local code, _, err = sandbox.run(table.concat(commands, "\n"), folder)
  assert(code == 0, err)
end

return damage
