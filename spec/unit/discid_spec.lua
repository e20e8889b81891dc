-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ids of discs, against libdiscid's and published ones of discs with data tracks.

local discid = require "redbook.discid"
local libdiscid = require "libdiscid"

-- Starts as LBAs; `data` says which tracks are none of music.
local function disc(starts, lead_out, data)
  local tracks = {}
  for index, start in ipairs(starts) do
    tracks[index] = { Number = index, Start = start, Open = false,
      Data = (data or {})[index] or false }
  end
  return { Tracks = tracks, LeadOut = lead_out, FirstTrack = 1, LastTrack = #starts }
end

local function theirs(contents)
  local offsets = { contents.LeadOut + 150 }
  for index, track in ipairs(contents.Tracks) do offsets[index + 1] = track.Start + 150 end
  return { libdiscid.ids(contents.Tracks[1].Number, contents.Tracks[#contents.Tracks].Number,
    offsets) }
end

local function ours(contents)
  return { discid.musicbrainz(contents), discid.freedb(contents) }
end

-- An enhanced CD and a mixed mode CD whose ids by EAC, dBpoweramp and libdiscid are published in
-- ARver's notes on data tracks.
local ENHANCED = disc({ 0, 12617, 40337, 63075, 93260, 117965, 151715, 184190, 215110, 247305,
  281585 }, 333651, { [11] = true })
local MIXED = { 150, 66728, 76502, 85963, 93760, 104048, 116066, 124743, 134206, 142916, 151852,
  160720, 169425, 178731, 188459, 196711, 206354, 214845, 223686, 225746, 226384, 232668, 239447,
  239931, 244989, 254264, 260066, 261222, 261674 }
for index, offset in ipairs(MIXED) do MIXED[index] = offset - 150 end

describe("disc ids", function()
  it("are libdiscid's, for any table of contents", function()
    local cases = 0
    local function same(contents)
      assert.same(theirs(contents), ours(contents))
      cases = cases + 1
    end
    same(disc({ 0 }, 300))
    same(disc({ 0, 450, 900 }, 1800))
    same(disc({ 33 }, 404849))
    math.randomseed(7)
    for count = 1, 99 do
      local starts, at = {}, math.random(0, 200)
      for index = 1, count do
        starts[index] = at
        at = at + math.random(300, 3900)
      end
      local contents = disc(starts, at)
      same(contents)
      local first = math.random(1, 100 - count) -- tracks need not begin with 1
      for index, track in ipairs(contents.Tracks) do track.Number = first + index - 1 end
      assert.equal(theirs(contents)[1], discid.musicbrainz(contents)) -- its freedb id counts from 1
    end
    assert.equal(3 + 99, cases)
  end)

  it("leave the data session of an enhanced CD out, where its users do", function()
    assert.same({ musicbrainz = "9AQWqQ0eCCwktwPPrIUIYkUw2Uo-", freedb = "9e11600b",
      accuraterip = "010-00164419-00b9f6e2-9e11600b" }, discid.all(ENHANCED))
  end)

  it("count a data track in front as MusicBrainz and as AccurateRip do", function()
    local contents = disc(MIXED, 261976 - 150, { true })
    assert.equal("028-00517a54-05a845d2-af0da31d", discid.accuraterip(contents))
    assert.equal(theirs(contents)[1], discid.musicbrainz(contents))
  end)

  it("are those of the closed tracks only", function()
    local contents = disc({ 0, 450, 900 }, 1800)
    local before = discid.all(contents)
    table.insert(contents.Tracks, { Number = 4, Start = 13350, Open = true, Data = false })
    assert.same(before, discid.all(contents))
  end)

  it("are none of a disc without music", function()
    assert.same({}, discid.all { Tracks = {} })
    assert.same({ freedb = "02000401" }, discid.all(disc({ 0 }, 300, { true })))
  end)
end)
