-- SPDX-License-Identifier: GPL-3.0-or-later

local columns = require "redbook.report.columns"
local live = require "redbook.report.live"

describe("report.live", function()
  local function writing(changes)
    local event = { event = "progress", action = "writing", number = 2, index = 2, count = 12,
      title = "Jóga", done = 6300, sectors = 13575, elapsed = 10, remaining = 12, speed = 8.04,
      fifo_percent = 100, drive_buffer_percent = 97 }
    for name, value in pairs(changes or {}) do event[name] = value end
    return event
  end

  it("shows track, title, time, speed and two bars in 80 columns", function()
    assert.equal(
      "track 2/12 Jóga            01:24 of 03:01   8.0x  fifo ██████  drive █████▉",
      live.line(writing(), 75))
    assert.equal(
      "track 2/12 Jóga            01:24 of 03:01  48.0x  fifo ███░░░  drive ▏░░░░░",
      live.line(writing { speed = 48, fifo_percent = 50, drive_buffer_percent = 2 }, 75))
    assert.equal(
      "track 2/12 Jóga            01:24 of 03:01   8.0x  fifo ######  drive #####=",
      live.line(writing { drive_buffer_percent = 90 }, 75, { ascii = true }))
  end)

  it("shows the same in 40, the bars without words", function()
    assert.equal("2/12 Jóga     01:24 of 03:01 8.0x ██ ██", live.line(writing(), 39))
    assert.equal("2/12 Jóga     01:24 of 03:01 8.0x ## #=",
      live.line(writing { drive_buffer_percent = 70 }, 39, { ascii = true }))
    assert.equal("2/12 無罪モ… 01:24 of 03:01 8.0x ██ ██",
      live.line(writing { title = "無罪モラトリアム" }, 38))
  end)

  it("leaves out first the title, then bars, then the speed", function()
    assert.equal("2/12 01:24 of 03:01 8.0x ██ ██", live.line(writing(), 34))
    assert.equal("2/12 01:24 of 03:01 8.0x ██", live.line(writing(), 29))
    assert.equal("2/12 01:24 of 03:01 8.0x", live.line(writing(), 24))
    assert.equal("2/12 01:24 of 03:01", live.line(writing(), 23))
    assert.equal("2/12 01:24 of…", live.line(writing(), 14))
  end)

  it("is never wider than it may be", function()
    for width = 1, 140 do
      for _, title in ipairs { "", "Jóga", "無罪モラトリアム 丸の内サディスティック", ("e\u{301}"):rep(99) } do
        for _, ascii in ipairs { true, false } do
          local line = live.line(writing { title = title }, width, { ascii = ascii })
          assert.is_true(columns.width(line) <= width, line)
        end
      end
    end
  end)

  it("shows only figures that are known, each in its place", function()
    assert.equal("track 1/1 T                                   00:00 of 00:04",
      live.line({ action = "writing", number = 1, index = 1, count = 1, title = "T", done = 0,
        sectors = 300 }, 60))
    assert.equal("1/1 T                    00:00 of 00:04", live.line({ action = "writing",
      number = 1, index = 1, count = 1, title = "T", done = 0, sectors = 300 }, 39))
  end)

  it("names the other actions", function()
    local function line(action)
      return live.line({ action = action, number = 1, index = 1, count = 2, title = "T",
        done = 0, sectors = 300 }, 39)
    end
    assert.equal("1/2 T                       calibrating", line "preparing")
    assert.equal("1/2 T                         finishing", line "finishing")
    assert.equal("1/2 T                          checking", line "verifying")
    assert.equal("1/2 T                           waiting", line "unknown")
    assert.equal("closing: finishing, 12s", live.line({ action = "finishing", elapsed = 12 }, 79))
    assert.equal("closing the track: 3s", live.line({ step = "close_track", elapsed = 3 }, 79))
  end)

  it("shows how a disc is read back", function()
    local event = { action = "verifying", number = 1, index = 1, count = 2, title = "One",
      done = 750, sectors = 1500, speed = 16 }
    assert.equal("track 1/2 One                   checking 00:10 of 00:20  16.0x",
      live.line(event, 62))
    assert.equal("1/2 One    checking 00:10 of 00:20 16.0x", live.line(event, 40))
    assert.equal("1/2 One    00:10 of 00:20", live.line(event, 25))
  end)

  it("shows how far an erase is", function()
    local step = { step = "erase", action = "erasing", elapsed = 61, remaining = 59 }
    assert.equal("erasing: 01:01 of about 02:00", live.line(step, 80))
    assert.equal("erasing: 0…", live.line(step, 11))
    step.action = "verifying"
    assert.equal("checking: 01:01 of about 02:00", live.line(step, 80))
  end)

  it("fills bars by eighths, or by halves in ASCII", function()
    local bars = {}
    for _, percent in ipairs { -5, 0, 6, 50, 56, 94, 100, 120 } do
      bars[#bars + 1] = live.bar(percent, 4) .. " " .. live.bar(percent, 4, true)
    end
    assert.same({ "░░░░ ----", "░░░░ ----", "▎░░░ ----", "██░░ ##--", "██▎░ ##--", "███▊ ####",
      "████ ####", "████ ####" }, bars)
  end)
end)
