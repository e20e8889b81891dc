-- SPDX-License-Identifier: GPL-3.0-or-later

local plan = require "redbook.plan"

local function medium(fields)
  local made = { FreeSectors = 359847, NextWritableAddress = 0, NextTrack = 1 }
  for name, value in pairs(fields or {}) do made[name] = value end
  return made
end

describe("plan", function()
  it("lays tracks out as a track-at-once drive does", function()
    local made = plan.make({ { sectors = 1000, path = "a.wav", title = "A", artist = "X",
      album = "L" }, { sectors = 299, path = "b.wav", title = "B" },
      { sectors = 4500, path = "c.wav", title = "C" } }, medium())
    assert.same({
      tracks = {
        { number = 1, start = 0, start_msf = "00:02:00", sectors = 1000, length = "0:13",
          padding = 0, gap = 0, path = "a.wav", title = "A", artist = "X", album = "L" },
        { number = 2, start = 1152, start_msf = "00:17:27", sectors = 300, length = "0:04",
          padding = 1, gap = 152, path = "b.wav", title = "B" },
        { number = 3, start = 1604, start_msf = "00:23:29", sectors = 4500, length = "1:00",
          padding = 0, gap = 152, path = "c.wav", title = "C" },
      },
      audio = 5800, gaps = 304, needed = 6104, free = 359847, left = 353743, fits = true,
      problems = {},
      remarks = { "track at once: 2 seconds of silence between tracks",
        "track 2 is shorter than 4 seconds and is padded with 1 sector of silence" },
    }, made)
  end)

  it("names the tracks that are one continuous sound", function()
    local function remark_of(...)
      local entries = {}
      for index, continues in ipairs { ... } do
        entries[index] = { sectors = 300, continues = continues or nil }
      end
      local made = plan.make(entries, medium())
      for index, entry in ipairs(entries) do
        assert.equal(entry.continues, made.tracks[index].continues)
      end
      return made.remarks[1]
    end
    local plain = "track at once: 2 seconds of silence between tracks"
    assert.equal(plain, remark_of(false, false))
    assert.equal(plain .. ", also between tracks 1 and 2, which are one continuous sound",
      remark_of(false, true))
    assert.equal(plain .. ", also between tracks 2 to 4, 5 and 6, which are one continuous sound",
      remark_of(false, false, true, true, false, true, false))
  end)

  it("goes on where the medium's next track begins", function()
    local made = plan.make({ { sectors = 300 }, { sectors = 300 } },
      medium { NextWritableAddress = 452, NextTrack = 2, FreeSectors = 752 })
    assert.same({ 2, 3 }, { made.tracks[1].number, made.tracks[2].number })
    assert.same({ 452, 904 }, { made.tracks[1].start, made.tracks[2].start })
    assert.is_true(made.fits)
    assert.equal(0, made.left)
  end)

  it("fits to the very sector and not one more", function()
    assert.is_true(plan.make({ { sectors = 359847 } }, medium()).fits)
    local made = plan.make({ { sectors = 300000 }, { sectors = 59696 } }, medium())
    assert.is_false(made.fits)
    assert.equal(-1, made.left)
    assert.same({ "359848 sectors of audio and gaps, 359847 sectors are free: 1 sector "
      .. "(0:01) too much" }, made.problems)
    assert.is_true(plan.make({ { sectors = 300000 }, { sectors = 59695 } }, medium()).fits)
  end)

  it("counts the padding when it asks whether it fits", function()
    assert.is_true(plan.make({ { sectors = 1 } }, medium { FreeSectors = 300 }).fits)
    assert.is_false(plan.make({ { sectors = 1 } }, medium { FreeSectors = 299 }).fits)
  end)

  it("knows that a disc ends at track 99", function()
    local entries = {}
    for index = 1, 99 do entries[index] = { sectors = 300 } end
    assert.is_true(plan.make(entries, medium()).fits)
    assert.same({ "a disc holds 99 tracks; the last one would be number 100" },
      plan.make(entries, medium { NextTrack = 2 }).problems)
  end)

  it("has a problem with nothing", function()
    assert.same({ "there is nothing to burn" }, plan.make({}, medium()).problems)
    assert.is_false(plan.make({}, medium()).fits)
  end)

  it("remarks on a disc that is closed for little", function()
    local function remarks(options) return plan.make({ { sectors = 4500 } }, medium(),
      options).remarks end
    assert.same({ "only 1:00 of 79:57 are used, and the disc will be closed for good" },
      remarks { finalise = true })
    assert.same({}, remarks { finalise = false })
  end)

  it("assumes 80 minutes when no drive is asked", function()
    assert.equal(359847, plan.blank_disc().FreeSectors)
    assert.equal("blank", plan.blank_disc().State)
  end)
end)
