-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a track is called and coded as: the file's tags, the list's words, the file's name.

local sources = require "redbook.recipe.sources"

local TAGS = { title = "Tag", artist = "Band", album = "Box", album_artist = "Choir",
  isrc = "GBAYE6800011" }

describe("recipe.sources", function()
  it("takes a file's own words first, the list's next, then its name", function()
    local entry = { path = "sub/song.01.mp3", title = "List", artist = "Somebody", album = "L" }
    assert.same({ title = "Tag", artist = "Band", album = "Box", album_artist = "Choir" },
      sources.label(entry, TAGS))
    assert.same({ title = "List", artist = "Somebody", album = "L" }, sources.label(entry, {}))
    assert.same({ title = "song.01" }, sources.label({ path = "sub/song.01.mp3" }, { title = "" }))
  end)

  it("takes the list's words first for a part of a file", function()
    for _, cut in ipairs { { start = 75 }, { length = 750 }, { embedded = true } } do
      local entry = { path = "album.flac", title = "List", start = cut.start, length = cut.length,
        embedded = cut.embedded }
      assert.same({ title = "List", artist = "Band", album = "Box", album_artist = "Choir" },
        sources.label(entry, TAGS))
    end
  end)

  it("has the artist of the album when a track has none", function()
    assert.equal("Choir", sources.label({ path = "a" }, { album_artist = "Choir" }).artist)
    assert.equal("B", sources.label({ path = "a", artist = "B" }, { album_artist = "C" }).artist)
  end)

  it("takes a file's ISRC for the whole of it only, and the list's first", function()
    assert.equal("GBAYE6800011", sources.isrc({ path = "a" }, TAGS))
    assert.equal("USRC17607839", sources.isrc({ path = "a", isrc = "USRC17607839" }, TAGS))
    assert.is_nil(sources.isrc({ path = "a", start = 75 }, TAGS))
    assert.is_nil(sources.isrc({ path = "a", embedded = true }, TAGS))
    assert.is_nil(sources.isrc({ path = "a" }, {}))
  end)
end)
