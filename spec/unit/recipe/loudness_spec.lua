-- SPDX-License-Identifier: GPL-3.0-or-later
-- How loud tracks become: tags, albums, peaks, clipping. Loudness of several is the mean here.

local function album_loudness(sources)
  local sum = 0
  for _, source in ipairs(sources) do
    if not source.lufs then return nil end
    sum = sum + source.lufs
  end
  return sum / #sources
end

describe("recipe.loudness", function()
  local loudness

  setup(function()
    local core = require "redbook.core"
    package.loaded["redbook.core"] = setmetatable({ album_loudness = album_loudness },
      { __index = core })
    package.loaded["redbook.recipe.loudness"] = nil
    loudness = require "redbook.recipe.loudness"
    package.loaded["redbook.core"] = core
    package.loaded["redbook.recipe.loudness"] = nil
  end)

  -- A track of this loudness, with the highest sample at `peak` dBFS.
  local function track(lufs, peak, tags, entry)
    return { entry = entry or { path = "a" }, tags = tags or {}, source = { lufs = lufs },
      peak = 10 ^ (peak / 20), ceiling = 1 }
  end

  local function gains(levels, options)
    loudness.decide(levels, options)
    local list = {}
    for index, level in ipairs(levels) do list[index] = level.gain end
    return list
  end

  it("decides nothing unless it is asked to", function()
    assert.is_false(loudness.decides {})
    assert.is_false(loudness.decides { gain = "off", clip = "clamp" })
    assert.is_false(loudness.decides { clip = "limit" })
    for _, options in ipairs { { gain = "track" }, { gain = "album" }, { clip = "scale-track" },
      { clip = "scale-disc" } } do
      assert.is_true(loudness.decides(options))
    end
    assert.is_nil(loudness.processing { quality = "hq", dither = "tpdf", clip = "scale-disc" })
    assert.same({ quality = "vhq", dither = "none", limit = true },
      loudness.processing { quality = "vhq", dither = "none", clip = "limit" })
  end)

  it("takes the list's word first, then ReplayGain's, then R128's, for whole files", function()
    local tags = { replaygain_track_gain = -3, replaygain_track_peak = 0.5, r128_track_gain = -1,
      replaygain_album_gain = -4 }
    local function tagged(entry, file, kind)
      return table.pack(loudness.tagged({ entry = entry, tags = file }, kind or "track"))
    end
    assert.same({ -3, 0.5, n = 2 }, tagged({}, tags))
    assert.same({ -7, n = 2 }, tagged({ replaygain_track_gain = -7 }, tags))
    assert.same({ 4, n = 2 }, tagged({}, { r128_track_gain = -1 }))
    assert.same({ n = 2 }, tagged({ start = 0, length = 1 }, tags))
    assert.same({ -4, n = 2 }, tagged({ start = 0 }, tags, "album"))
    assert.same({ n = 2 }, tagged({}, {}))
  end)

  it("measures what has no tags, and guesses the rest", function()
    local levels = { track(-10, -1), track(-30, -20, { replaygain_track_gain = 30,
      replaygain_track_peak = 0.1 }), track(-20, 0, { r128_track_gain = -8.5 }) }
    loudness.guess(levels, "track")
    assert.same({ true, false, false }, { levels[1].measure, levels[2].measure,
      levels[3].measure })
    assert.same({ 0, 20, -3.5 }, { levels[1].guess, levels[2].guess, levels[3].guess })
    loudness.guess(levels, "off")
    assert.same({ 0, false }, { levels[3].guess, levels[1].measure })
  end)

  it("aims at -18 LUFS and lifts no peak over full scale", function()
    assert.same({ -8, 4.56, 2, 0, 0, 0 }, gains({ track(-10, -1), track(-22.567, -6),
      track(-28, -2), track(-28, 0), track(-28, 3), track(-math.huge, -90) }, { gain = "track" }))
    -- What the file brings along beyond full scale is for --clip.
    assert.same({ -1 }, gains({ track(-17, 3) }, { gain = "track" }))
    assert.same({ -3 }, gains({ track(-17, 3) }, { gain = "track", clip = "scale-track" }))
  end)

  it("keeps albums together: by title and artist, by sheet, or all without a title", function()
    local one, other = { album = "A", album_artist = "X" }, { album = "A", album_artist = "Y" }
    local sheet = { path = "c.wav", list = "c.cue", start = 0, album = "A" }
    local levels = { track(-10, -1, one), track(-14, -1, one), track(-20, -9, other),
      track(-8, -1, {}, sheet), track(-12, -1, {}, sheet), track(-18, -1), track(-16, -1) }
    assert.same({ -6, -6, 2, -8, -8, -1, -1 }, gains(levels, { gain = "album" }))
    -- The loudest peak of an album holds for all of it.
    assert.same({ 1, 1 }, gains({ track(-30, -9, one), track(-30, -1, one) }, { gain = "album" }))
  end)

  it("believes an album's tags only when they agree", function()
    local function tagged(gain)
      return track(-10, -9, { album = "A", replaygain_album_gain = gain })
    end
    assert.same({ -2.5, -2.5 }, gains({ tagged(-2.5), tagged(-2.5) }, { gain = "album" }))
    assert.same({ -8, -8 }, gains({ tagged(-2.5), tagged(-3.5) }, { gain = "album" }))
    assert.same({ -8, -8 }, gains({ tagged(-2.5), tagged(nil) }, { gain = "album" }))
  end)

  it("gives tracks that are one sound one gain", function()
    local levels = { track(-10, -1), track(-14, 2), track(-20, -1) }
    levels[1].joint, levels[2].joint = "j", "j"
    assert.same({ -6, -6, 1 }, gains(levels, { gain = "track" }))
    assert.same({ -2, -2, 0 }, gains(levels, { clip = "scale-track" }))
  end)

  it("scales a track, or the disc, until it fits", function()
    local levels = { track(-10, 2.005), track(-10, -1), track(-10, 0.5) }
    assert.same({ -2.01, 0, -0.5 }, gains(levels, { clip = "scale-track" }))
    assert.same({ -2.01, -2.01, -2.01 }, gains(levels, { clip = "scale-disc" }))
    assert.same({ 0, 0 }, gains({ track(-10, -3), track(-10, -1) }, { clip = "scale-disc" }))
  end)

  it("leaves what passes bit by bit as it is, and makes room for dither elsewhere", function()
    local exact = track(-10, 0)
    exact.exact, exact.ceiling = true, 10 ^ (-0.001 / 20)
    assert.same({ 0 }, gains({ exact }, { clip = "scale-track" }))
    assert.same({ 0 }, gains({ exact }, { clip = "scale-disc" }))
    assert.same({ -0.5, -0.5 }, gains({ exact, track(-10, 0.5) }, { clip = "scale-disc" }))
  end)

  it("says only figures that say something", function()
    assert.is_nil(loudness.told(0.0))
    assert.equal(-1, loudness.told(-1))
    assert.is_nil(loudness.finite(-math.huge))
    assert.equal(-20, loudness.finite(-20))
  end)
end)
