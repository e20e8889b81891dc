-- SPDX-License-Identifier: GPL-3.0-or-later

local failure = require "redbook.failure"
local lines = require "redbook.report.lines"
local plan = require "redbook.plan"

describe("report.lines", function()
  it("shows a plan in 80 columns", function()
    local made = plan.make({ { sectors = 13575, title = "Jóga", artist = "Björk" },
      { sectors = 299, path = "b.wav" }, { sectors = 4500, title = ("long "):rep(30) } },
      { FreeSectors = 359847, NextWritableAddress = 0, NextTrack = 1 })
    assert.same({
      " #  start     length  title",
      " 1  00:02:00    3:01  Björk - Jóga",
      " 2  03:05:02    0:04  b.wav",
      " 3  03:11:04    1:00  " .. ("long "):rep(11) .. "lo…",
      "3 tracks, 4:05 of music, 4:09 with gaps; 79:57 free, 75:48 left.",
      "Note: track at once: 2 seconds of silence between tracks",
      "Note: track 2 is shorter than 4 seconds and is padded with 1 sector of silence",
    }, lines.plan(made, 80))
    local narrow = lines.plan(made, 40)
    assert.same({ "3 tracks, 4:05 of music, 4:09 with gaps;", "79:57 free, 75:48 left." },
      { narrow[5], narrow[6] })
  end)

  it("says in a plan what does not fit", function()
    local made = plan.make({ { sectors = 400 } }, { FreeSectors = 399, NextTrack = 1,
      NextWritableAddress = 0 })
    assert.same({
      " #  start     length  title",
      " 1  00:02:00    0:05  ",
      "1 track, 0:05 of music; 0:05 free, 0:01 too little.",
      "Problem: 400 sectors of audio and gaps, 399 sectors are free: 1 sector (0:01) too much",
    }, lines.plan(made, 80))
  end)

  local writing = { event = "progress", action = "writing", number = 2, index = 2, count = 12,
    title = "Jóga", done = 6300, sectors = 13575, elapsed = 10, remaining = 12, speed = 8.04,
    fifo_percent = 100, drive_buffer_percent = 97 }

  it("shows progress in a line that fits", function()
    assert.equal("track 2 of 12  Jóga  1:24 of 3:01  8.0x  fifo 100%  drive 97%",
      lines.progress(writing, 79))
    assert.equal("track 2 of 12  1:24 of 3:01  8.0x  fifo 100%  drive 97%",
      lines.progress(writing, 58))
    assert.equal("track 2 of 12  Jóga  1:24 of 3:01  8.0x", lines.progress(writing, 40))
    for width = 1, 79 do
      assert.is_true(utf8.len(lines.progress(writing, width)) <= width)
    end
  end)

  it("shows only figures that are known", function()
    assert.equal("track 1 of 1  T  0:00 of 0:04", lines.progress({ action = "writing",
      number = 1, index = 1, count = 1, title = "T", done = 0, sectors = 300 }, 79))
  end)

  it("names the other actions", function()
    local function line(action)
      return lines.progress({ action = action, number = 1, index = 1, count = 2, title = "T",
        done = 0, sectors = 300 }, 79)
    end
    assert.equal("track 1 of 2  T  calibrating", line "preparing")
    assert.equal("track 1 of 2  T  finishing", line "finishing")
    assert.equal("track 1 of 2  T  checking", line "verifying")
    assert.equal("closing: finishing, 12s", lines.progress({ action = "finishing",
      elapsed = 12 }, 79))
  end)

  it("keeps escape sequences of a title from the terminal", function()
    assert.equal("?[31mred", lines.label { title = "\27[31mred" })
  end)

  it("tells a failure in three lines", function()
    assert.same({ "burn: the write failed", "disc: The disc is open: its tracks are safe, but "
      .. "players cannot see them before its session is closed. 2 tracks are written whole.",
      "what to do: try a slower speed" },
      lines.failure(failure.new { stage = "burn", message = "the write failed",
        advice = "try a slower speed", disc = "open", tracks_written = 2 }))
    assert.same({ "burn: gone", "disc: What state the disc is in could not be found out.",
      "what to do: look at the disc in a player before it is used" },
      lines.failure(failure.new { stage = "burn", message = "gone", disc = "unknown" }))
    assert.same({ "burn: wrong", "disc: The disc is doubtful; it is closed.",
      "what to do: nothing" },
      lines.failure(failure.new { stage = "verify", message = "wrong", disc = "finalised" }))
  end)

  it("names all problems before it", function()
    assert.same({ "l.m3u:2: no.mp3: no such file", "x.mp3 is not audio",
      "burn: 2 sources cannot be burned", "disc: The disc is untouched.",
      "what to do: nothing was lost; try again" },
      lines.failure(failure.new { stage = "source", message = "2 sources cannot be burned",
        problems = { { list = "l.m3u", line = 2, text = "no.mp3", message = "no such file" },
          { path = "x.mp3", message = "x.mp3 is not audio" } } }))
  end)

  it("names twenty of many problems", function()
    local problems = {}
    for index = 1, 22 do problems[index] = { list = "l.m3u", line = index, message = "m" } end
    local shown = lines.failure(failure.new { stage = "source", message = "22 sources",
      problems = problems })
    assert.same({ "l.m3u:20: m", "and 2 problems more", "burn: 22 sources" },
      { table.unpack(shown, 20, 22) })
    problems[22], problems[21] = nil, nil
    assert.equal("burn: 22 sources", lines.failure(failure.new { stage = "source",
      message = "22 sources", problems = problems })[21])
  end)

  it("calls no tracks safe when there are none", function()
    local function disc(fields)
      fields.stage, fields.message, fields.disc = "burn", "m", "open"
      return lines.failure(failure.new(fields))[2]
    end
    assert.equal("disc: The disc is open, and no track on it is complete.",
      disc { tracks_written = 0 })
    assert.equal("disc: The disc is open: its tracks are safe, but players cannot see them "
      .. "before its session is closed.", disc { tracks_written = 0, tracks_before = 2 })
  end)

  it("says numbers of sense data once", function()
    local err = failure.new { stage = "burn", message = "WRITE(10) failed: (3/0C/00)",
      name = "E_FAIL", code = 0x80004005, command = "WRITE(10)",
      sense = { key = 3, asc = 12, ascq = 0, text = "write error" } }
    assert.same({ "burn: WRITE(10) failed: (3/0C/00) (E_FAIL, 0x80004005)",
      "sense: write error, command WRITE(10)" }, { table.unpack(lines.failure(err,
      { verbose = true }), 1, 2) })
  end)

  it("puts a single problem in the place of the message", function()
    assert.same({ "burn: l.m3u:2: no.mp3: no such file", "disc: The disc is untouched.",
      "what to do: repair it" }, lines.failure(failure.new { stage = "source", message = "m",
      advice = "repair it", problems = { { list = "l.m3u", line = 2, text = "no.mp3",
      message = "no such file" } } }))
  end)

  it("adds codes and sense when asked", function()
    assert.same({ "burn: bad (E_FAIL, 0x80004005)",
      "sense: 3/0C/00 write error, command WRITE(10)", "disc: The disc is spoiled.",
      "what to do: look at the disc in a player before it is used" },
      lines.failure(failure.new { stage = "burn", message = "bad", name = "E_FAIL",
        code = 0x80004005, disc = "spoiled", command = "WRITE(10)",
        sense = { key = 3, asc = 12, ascq = 0, text = "write error" } }, { verbose = true }))
  end)

  it("sums up, and never calls a simulation a burn", function()
    assert.same({ "2 tracks burned, 4:01 of music.", "The disc is closed and plays.",
      "1 sample had to be limited (clipped).", "Note: slower" },
      lines.summary { tracks = 2, sectors = 18075, disc = "finalised", simulated = false,
        clipped_samples = 1, remarks = { "slower" } })
    assert.same({ "1 track simulated, 0:04 of music.",
      "The laser was off. The disc is untouched." }, lines.summary { tracks = 1, sectors = 300,
      disc = "untouched", simulated = true, clipped_samples = 0, remarks = {} })
  end)

  it("says what is on a disc before it is erased, how far it is, and the end", function()
    local medium = { state = "complete", track_count = 2, session_open = false, damaged = false,
      cut_off = false, used_sectors = 75 * 61, total_sectors = 359847 }
    for wanted, changes in pairs {
      ["it is closed"] = {},
      ["its session is open"] = { state = "appendable", session_open = true },
      ["it can be added to"] = { state = "appendable" },
      ["it is damaged"] = { damaged = true },
      ["its last track was cut off"] = { damaged = true, cut_off = true },
      ["what state it is in is not known"] = { state = "other" },
    } do
      local event = {}
      for key, value in pairs(medium) do event[key] = value end
      for key, value in pairs(changes) do event[key] = value end
      assert.equal(("The disc is a CD-RW with 2 tracks, 1:01 of 79:57 used; %s."):format(wanted),
        lines.medium(event))
    end
    local blank = { state = "blank", session_open = false }
    assert.equal("The disc is a CD-RW; it is blank.", lines.medium(blank))
    local step = { step = "erase", action = "erasing", elapsed = 61, remaining = 59 }
    assert.equal("erasing: 1:01 of about 2:00", lines.progress(step, 80))
    assert.equal("erasing: 1…", lines.progress(step, 11))
    step.action = "verifying"
    assert.equal("checking: 1:01 of about 2:00", lines.progress(step, 80))
    local done = { erased = true, full = false, seconds = 32.4, free_sectors = 359847 }
    assert.equal("The disc is blank, 79:57 free. Erasing took 0:32.", lines.erased(done))
    done.full = true
    assert.equal("The disc is blank, 79:57 free. Erasing all of it took 0:32.",
      lines.erased(done))
    assert.equal("The disc is blank already, 79:57 free.",
      lines.erased { erased = false, full = false, free_sectors = 359847 })
  end)
end)
