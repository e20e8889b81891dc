-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which of a playlist's tracks are on a disc already.

local match = require("redbook.recipe.resume").match

-- Tracks of a disc by their lengths; a negative one was cut off and is not closed.
local function disc(...)
  local tracks = {}
  for number, sectors in ipairs { ... } do
    tracks[number] = { Number = number, Sectors = math.abs(sectors), Complete = sectors > 0 }
  end
  return tracks
end

-- The disc's numbers of the playlist's first tracks; the cut-off ones as "track:entry"; where the
-- playlist begins.
local function matched(tracks, lengths, closed)
  local found = match(tracks, lengths, closed)
  if not found then return nil end
  local parts = {}
  for index, part in ipairs(found.cut_off) do
    parts[index] = ("%d:%d"):format(part.track, part.entry)
  end
  return { found.on_disc, parts, found.first }
end

describe("resume.match", function()
  local LIST = { 1000, 2000, 900, 300 }

  it("begins at the beginning on a blank disc", function()
    assert.same({ {}, {}, 1 }, matched(disc(), LIST))
  end)

  it("finds whole tracks by order and length", function()
    assert.same({ { 1 }, {}, 1 }, matched(disc(1000), LIST))
    assert.same({ { 1, 2 }, {}, 1 }, matched(disc(1000, 2000), LIST))
  end)

  it("lets a drive count run-out and pregap", function()
    assert.same({ { 1, 2 }, {}, 1 }, matched(disc(1002, 2152), LIST))
    assert.is_nil(matched(disc(1000, 2153), LIST))
  end)

  it("takes a shorter track for a beginning", function()
    assert.same({ { 1 }, { "2:2" }, 1 }, matched(disc(1000, 700), LIST))
    assert.same({ { 1 }, { "2:2" }, 1 }, matched(disc(1000, -50), LIST))
    assert.same({ { 1, 3 }, { "2:2" }, 1 }, matched(disc(1000, 700, 2000), LIST))
    assert.same({ { 1, 4 }, { "2:2", "3:2", "5:3" }, 1 },
      matched(disc(1000, 700, 1999, 2000, -1), LIST))
  end)

  it("does not trust a track that was never closed", function()
    assert.same({ { 1 }, { "2:2" }, 1 }, matched(disc(1000, -2000), LIST))
  end)

  it("does not trust a last track of 4 seconds, which may have been filled up", function()
    assert.same({ { 1, 2, 3 }, { "4:4" }, 1 }, matched(disc(1000, 2000, 900, 300), LIST))
    assert.same({ { 1, 2, 3, 4 }, {}, 1 }, matched(disc(1000, 2000, 900, 300), LIST, true))
    assert.same({ { 1, 2 }, {}, 1 }, matched(disc(300, 500), { 300, 500, 600 }))
  end)

  it("finds the playlist behind tracks that were there before", function()
    assert.same({ { 3, 4 }, {}, 3 }, matched(disc(5000, 4000, 1000, 2000), LIST))
    assert.same({ { 3 }, { "4:2" }, 3 }, matched(disc(5000, 4000, 1000, -2), LIST))
  end)

  it("takes the longest run of equal tracks", function()
    assert.same({ { 1, 2, 3 }, {}, 1 }, matched(disc(800, 800, 800), { 800, 800, 800, 800 }))
  end)

  it("goes by a beginning alone only when it is the last thing on the disc", function()
    assert.same({ {}, { "1:1" }, 1 }, matched(disc(-20), LIST))
    assert.same({ {}, { "1:1" }, 1 }, matched(disc(400), LIST))
    assert.same({ {}, { "3:1" }, 3 }, matched(disc(5000, 4000, -20), LIST))
    assert.is_nil(matched(disc(400, 500), LIST))
    assert.is_nil(matched(disc(5000, 400), LIST))
  end)

  it("refuses a disc that holds something else", function()
    assert.is_nil(matched(disc(5000, 4000), LIST))
    assert.is_nil(matched(disc(1000, 2000, 900, 300, 1234), LIST))
    assert.is_nil(matched(disc(5000, 700, 800, 4000), LIST))
  end)
end)
