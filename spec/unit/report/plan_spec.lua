-- SPDX-License-Identifier: GPL-3.0-or-later

local columns = require "redbook.report.columns"
local planner = require "redbook.plan"
local plan = require "redbook.report.plan"

describe("report.plan", function()
  local MEDIUM = { FreeSectors = 359847, NextWritableAddress = 0, NextTrack = 1 }
  local made = planner.make({ { sectors = 13575, title = "Jóga", artist = "Björk" },
    { sectors = 299, path = "b.wav" }, { sectors = 4500, title = ("long "):rep(30) },
    { sectors = 600, title = "無罪モラトリアム 丸の内サディスティック という長い曲名", artist = "椎名林檎" },
    { sectors = 600, title = "Cafe\u{301}\27[31m", artist = "A\u{301}" } }, MEDIUM)

  it("is a table in 80 columns", function()
    assert.same({
      " #  title                                      artist    length  start       gap",
      " 1  Jóga                                       Björk       3:01  00:02:00      -",
      " 2  b.wav                                                  0:04  03:05:02  2.0 s",
      " 3  long long long long long long long long …              1:00  03:11:04  2.0 s",
      " 4  無罪モラトリアム 丸の内サディスティック …  椎名林檎    0:08  04:13:06  2.0 s",
      " 5  Cafe\u{301}?[31m                                  "
        .. "A\u{301}           0:08  04:23:08  2.0 s",
      "5 tracks, 4:21 of music, 4:29 with gaps; 79:57 free, 75:28 left.",
      "Note: track at once: 2 seconds of silence between tracks",
      "Note: track 2 is shorter than 4 seconds and is padded with 1 sector of silence",
    }, plan.lines(made, 80))
  end)

  it("takes two lines for a track in 40", function()
    assert.same({
      " #  title",
      "    length  start       gap",
      " 1  Björk - Jóga",
      "      3:01  00:02:00      -",
      " 2  b.wav",
      "      0:04  03:05:02  2.0 s",
      " 3  long long long long long long long …",
      "      1:00  03:11:04  2.0 s",
      " 4  椎名林檎 - 無罪モラトリアム 丸の内…",
      "      0:08  04:13:06  2.0 s",
      " 5  A\u{301} - Cafe\u{301}?[31m",
      "      0:08  04:23:08  2.0 s",
      "5 tracks, 4:21 of music, 4:29 with gaps;",
      "79:57 free, 75:28 left.",
      "Note: track at once: 2 seconds of silence between tracks",
      "Note: track 2 is shorter than 4 seconds and is padded with 1 sector of silence",
    }, plan.lines(made, 40))
  end)

  it("is nowhere wider than the terminal, but for sentences that are broken later", function()
    for width = 34, 140 do
      for _, line in ipairs(plan.lines(made, width)) do
        assert.is_true(line:find "^Note:" ~= nil or columns.width(line) <= width, line)
      end
    end
  end)

  it("says what does not fit", function()
    assert.same({
      " #  title  length  start     gap",
      " 1           0:05  00:02:00    -",
      "1 track, 0:05 of music; 0:05 free, 0:01 too little.",
      "Problem: 400 sectors of audio and gaps, 399 sectors are free: 1 sector (0:01) too much",
    }, plan.lines(planner.make({ { sectors = 400 } }, { FreeSectors = 399, NextTrack = 1,
      NextWritableAddress = 0 }), 80))
  end)
end)
