-- SPDX-License-Identifier: GPL-3.0-or-later

local report = require "redbook.report"
local verified = require "redbook.report.verified"

describe("report.verified", function()
  local GOOD = { number = 1, verdict = "identical", start = 0, sectors = 375, title = "One\27[m" }
  local BAD = { number = 2, verdict = "differs", start = 527, sectors = 450,
    message = "track 2 differs from what was burned at 00:10:00 (LBA 600)" }

  it("sums up", function()
    assert.same({ "Read back and compared: every track is as it was sent." },
      verified.lines { offset = 0 })
    assert.same({ "Read back and compared: every track is as it was sent.",
      "Offset -1: 1 sample at one end of each track could not be compared.",
      "Note: so short a disc may have been read from the drive's buffer." },
      verified.lines { offset = -1, cached = true })
  end)

  it("has a line for a track", function()
    assert.equal("track 1: identical", verified.track(GOOD))
    assert.equal("track 1: identical, after reading some of it again", verified.track {
      number = 1, verdict = "identical", reread_seconds = 2 })
    assert.equal("track 2: differs from what was burned at 00:10:00 (LBA 600)",
      verified.track(BAD))
    assert.equal("track 3: not looked at", verified.track { number = 3, verdict = "none" })
  end)

  it("has a table of all", function()
    assert.same({ " #  title   length  start     verdict",
      " 1  One?[m    0:05  00:02:00  identical",
      " 2            0:06  00:09:02  DIFFERS",
      "track 2: differs from what was burned at 00:10:00 (LBA 600)" },
      verified.table({ tracks = { GOOD, BAD } }, 60))
    assert.same({ " #  title", "    length  start     verdict",
      " 1  One?[m", "      0:05  00:02:00  identical",
      " 2", "      0:06  00:09:02  DIFFERS",
      "track 2: differs from what was burned at 00:10:00 (LBA 600)" },
      verified.table({ tracks = { GOOD, BAD } }, 40))
  end)

  it("does not tell what the failure below it tells", function()
    local third = { number = 3, verdict = "differs", start = 977, sectors = 450,
      message = "track 3 is missing" }
    assert.same({ " #  title  length  start     verdict",
      " 2           0:06  00:09:02  DIFFERS",
      " 3           0:06  00:15:02  DIFFERS", "track 3: is missing" },
      verified.table({ tracks = { BAD, third } }, 60, BAD.message))
  end)

  it("is part of what is shown of a burn", function()
    local text = {}
    local out = { write = function(_, ...) text[#text + 1] = table.concat { ... } end,
      flush = function() end }
    local show = report.text { out = out }
    show { event = "verify", tracks = 2, sectors = 825 }
    local event = { event = "track_verified" }
    for name, value in pairs(GOOD) do event[name] = value end
    show(event)
    for name, value in pairs(BAD) do event[name] = value end
    show(event)
    event.number, event.message = 3, "track 3 is missing"
    show(event)
    -- The failure, which comes last, has the first difference.
    assert.equal("Reading the disc back.\n  track 3: is missing\n", table.concat(text))
    local said = {}
    show = report.text { out = out, err = { write = function(_, ...)
      said[#said + 1] = table.concat { ... } end, flush = function() end } }
    for name, value in pairs(BAD) do event[name] = value end
    show(event)
    show { event = "error", exit = 11, err = { stage = "verify", message = "the drive is gone",
      disc = "unknown" } }
    assert.equal("  track 2: differs from what was burned at 00:10:00 (LBA 600)\n", text[#text])
    assert.truthy(said[1]:find("the drive is gone", 1, true))
  end)
end)
