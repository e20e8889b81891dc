-- SPDX-License-Identifier: GPL-3.0-or-later

local failure = require "redbook.failure"
local lines = require "redbook.report.lines"

describe("report.lines", function()
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

  it("names the drive where there are several, and says when none was written to", function()
    local err = failure.new { stage = "medium", message = "there is no disc",
      advice = "insert one" }
    assert.same({ "burn: sr1: there is no disc", "disc: The disc is untouched.",
      "what to do: insert one" }, lines.failure(err, { device = "sr1" }))
    assert.same({ "verify: there is no disc", "disc: No disc was written to.",
      "what to do: insert one" }, lines.failure(err, { program = "verify", looks = true }))
    assert.equal("disc: The disc is doubtful; it was only read.", lines.failure(failure.new {
      stage = "verify", message = "m", verification = {} }, { looks = true })[2])
  end)

  it("recommends the best of the commands below it", function()
    local function advice(name, command)
      return lines.advice(failure.new { stage = "burn", message = "m", disc = "open",
        diagnosis = { remedies = { { name = name, command = command } } } })
    end
    assert.equal("go on with this disc: the first command below burns the rest and closes it",
      advice("continue", "rescue.lua --continue a.m3u"))
    assert.equal("close this disc: the first command below does it",
      advice("close", "rescue.lua --close"))
    assert.equal("go on with this disc: rescue.lua --continue PLAYLIST burns the rest and closes "
      .. "it", advice("other_drive", nil))
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
      "1 sample beyond full scale had to be clipped.", "Note: slower" },
      lines.summary { tracks = 2, sectors = 18075, disc = "finalised", simulated = false,
        clipped_samples = 1, remarks = { "slower" } })
    assert.same({ "1 track simulated, 0:04 of music.",
      "The laser was off. The disc is untouched." }, lines.summary { tracks = 1, sectors = 300,
      disc = "untouched", simulated = true, clipped_samples = 0, remarks = {} })
  end)

  it("says what is on a disc before it is erased, and at the end", function()
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
    local done = { erased = true, full = false, seconds = 32.4, free_sectors = 359847 }
    assert.equal("The disc is blank, 79:57 free. Erasing took 0:32.", lines.erased(done))
    done.full = true
    assert.equal("The disc is blank, 79:57 free. Erasing all of it took 0:32.",
      lines.erased(done))
    assert.equal("The disc is blank already, 79:57 free.",
      lines.erased { erased = false, full = false, free_sectors = 359847 })
  end)
end)
