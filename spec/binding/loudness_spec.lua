-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an AudioSource is asked to do to its sound, and what it measures. Loudness against ffmpeg's
-- ebur128 filter.

local core = require "redbook.core"
local burner = require "spec.support.burner"
local sandbox = require "spec.support.sandbox"

local function run(format, ...)
  assert(os.execute(format:format(...) .. " >/dev/null 2>&1"))
end

-- "I:  -20.2 LUFS" at the end of what the filter says.
local function ffmpeg_loudness(path)
  local pipe <close> = assert(io.popen(("ffmpeg -nostdin -hide_banner -i '%s' -af ebur128 "
    .. "-f null - 2>&1"):format(path)))
  return tonumber(pipe:read("a"):match "Summary:.-I:%s+(%S+) LUFS")
end

describe("the processing of an AudioSource", function()
  local folder

  setup(function()
    folder = sandbox.folder()
    run("sox -R -n -r 48000 -b 24 %s/noise.wav synth 20 pinknoise pinknoise tremolo 0.3 80 vol 0.5",
      folder)
    run("sox -R -n -r 44100 -b 16 -c 2 %s/tone.wav synth 5 sine 440 vol 0.1", folder)
    run("sox -R -n -r 32000 -b 16 -c 1 %s/mono.wav synth 5 sine 100-5000 vol 0.3", folder)
    run("sox -D -n -r 44100 -b 16 -c 2 %s/silence.wav trim 0 4", folder)
  end)

  teardown(function() sandbox.remove(folder) end)

  local function opened(name, options)
    local table = { path = folder .. "/" .. name }
    for key, value in pairs(options or {}) do table[key] = value end
    return assert(core.AudioSource(table))
  end

  it("measures the loudness as ffmpeg does, gain or not", function()
    -- At 44.1 kHz, as it is on the disc: noise has a tenth of a dB of its own above that.
    run("cd %s && sox noise.wav cd.wav rate 44100", folder)
    for name, same in pairs { ["noise.wav"] = "cd.wav", ["tone.wav"] = "tone.wav" } do
      local want = ffmpeg_loudness(folder .. "/" .. same)
      for _, gain in ipairs { 0, -7 } do
        local source <close> = opened(name, { loudness = true })
        source.Gain = gain
        assert.is_nil(source.Loudness)
        assert(source:Scan())
        assert.near(want, source.Loudness, 0.1)
      end
    end
    -- In one channel it is half as much; on the disc both have it.
    local source <close> = opened("mono.wav", { loudness = true })
    assert(source:Scan())
    run("sox %s/mono.wav %s/both.wav remix 1 1", folder, folder)
    assert.near(ffmpeg_loudness(folder .. "/both.wav"), source.Loudness, 0.1)
  end)

  it("measures an album as if its tracks were one", function()
    local one <close> = opened("noise.wav", { loudness = true })
    local two <close> = opened "tone.wav"
    assert.is_nil(core.album_loudness { one, two })
    assert(one:Scan() and two:Scan())
    assert.is_nil(core.album_loudness { one, two })
    assert.is_false(two.MeasureLoudness)
    two.MeasureLoudness = true
    assert(two:Scan())
    run("cd %s && sox noise.wav cd.wav rate 44100 && sox cd.wav tone.wav album.wav", folder)
    assert.near(ffmpeg_loudness(folder .. "/album.wav"), core.album_loudness { one, two }, 0.1)
    assert.equal(one.Loudness, core.album_loudness { one })
  end)

  it("knows silence", function()
    local source <close> = opened("silence.wav", { loudness = true })
    source.Gain = 20
    assert(source:Scan())
    assert.equal(-math.huge, source.Loudness)
    assert.equal(0, source.Peak)
    assert.equal(0, source.ClippedSamples)
  end)

  it("keeps the loudness when the gain is set, and forgets the rest", function()
    local source <close> = opened("tone.wav", { loudness = true })
    assert(source:Scan())
    local loudness, crc, peak = source.Loudness, source.CRC32, source.Peak
    source.Gain = -6
    assert.equal(loudness, source.Loudness)
    assert.is_false(source.Format.exact)
    assert.not_equal(crc, source.CRC32)
    assert.near(-6, 20 * math.log(source.Peak / peak, 10), 1e-4)
    source.Gain = 0
    assert.equal(crc, source.CRC32)
    assert.is_true(source.Format.exact)
  end)

  it("cannot be measured of a clone, whose sound has the gain in it", function()
    local source <close> = opened "tone.wav"
    assert(source:Keep(1 << 26, true) and source:Scan())
    local clone <close> = assert(source:Clone())
    local ok, err = pcall(function() clone.MeasureLoudness = true end)
    assert.is_false(ok)
    assert.matches("the loudness of a clone of .*tone%.wav cannot be measured", tostring(err))
    assert.is_nil(clone.Loudness)
    assert.equal(source.CRC32, clone.CRC32)
  end)

  it("limits instead of clipping", function()
    local clipped <close> = opened "tone.wav"
    local limited <close> = opened("tone.wav", { limit = true })
    clipped.Gain, limited.Gain = 26, 26
    assert.is_true(clipped.ClippedSamples > 10000)
    assert.equal(0, clipped.LimitedFrames)
    assert.equal(0, limited.ClippedSamples)
    assert.is_true(limited.LimitedFrames > 10000)
    assert.equal(clipped.Peak, limited.Peak)
  end)

  it("has a ceiling for every dither", function()
    local highest = { tpdf = 32766, shaped = 32753, none = 32767 }
    for dither, lsb in pairs(highest) do
      local source <close> = opened("tone.wav", { dither = dither })
      assert.equal(lsb / 32768, source.Ceiling)
      source.Gain = math.log(source.Ceiling / source.Peak, 10) * 20
      assert.equal(0, source.ClippedSamples)
      assert.near(source.Ceiling, source.Peak, 1e-6)
    end
  end)

  it("refuses what it does not know, and gains out of range", function()
    for _, options in ipairs { { quality = "best" }, { dither = "rectangular" } } do
      local name, value = next(options)
      local ok, message = pcall(opened, "tone.wav", options)
      assert.is_false(ok)
      assert.matches(("option '%s' is \".-, got \"%s\""):format(name, value), message)
    end
    local source <close> = opened "tone.wav"
    local err = burner.raised(function() source.Gain = 61 end)
    assert.equal(0x80070057, err.code)
    assert.matches("tone.wav is 61 dB, not %-60 to 60", err.message)
    assert.has_error(function() source.Gain = "6" end)
    assert.has_error(function() source.Peak = 1 end)
    assert.equal(0, source.Gain)
  end)

  it("does not let a source be changed that is being read", function()
    local source <close> = opened "noise.wav"
    local _scan <close> = assert(source:BeginScan())
    local err = burner.raised(function() source.Gain = 1 end)
    assert.equal(0xC0AA0500, err.code)
    err = burner.raised(function() source.MeasureLoudness = true end)
    assert.equal(0xC0AA0500, err.code)
  end)
end)
