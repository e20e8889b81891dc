-- SPDX-License-Identifier: GPL-3.0-or-later
-- Small WAV files (44.1 kHz, 16 bit, stereo) made from notes: no other program is needed.

local tone = {}

local RATE = 44100

---16-bit little-endian stereo samples of notes one after the other; each note dies away.
---@param notes number[] frequencies in Hz
---@param seconds number length of each note
---@return string
function tone.pcm(notes, seconds)
  local frames = math.floor(seconds * RATE + 0.5)
  local out = {}
  for _, hertz in ipairs(notes) do
    local step = 2 * math.pi * hertz / RATE
    for n = 0, frames - 1 do
      local loud = 9000 * (1 - n / frames)
      local left = math.floor(loud * math.sin(step * n))
      local right = math.floor(loud * (math.sin(step * n) + math.sin(2 * step * n)) / 2)
      out[#out + 1] = string.pack("<i2i2", left, right)
    end
  end
  return table.concat(out)
end

---@param pcm string as `tone.pcm` makes it
---@return string a complete WAV file
function tone.wav(pcm)
  local format = string.pack("<I2I2I4I4I2I2", 1, 2, RATE, RATE * 4, 4, 16)
  return string.pack("<c4I4c4c4s4c4s4", "RIFF", 4 + 8 + #format + 8 + #pcm, "WAVE", "fmt ", format,
                     "data", pcm)
end

return tone
