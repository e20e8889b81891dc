-- SPDX-License-Identifier: GPL-3.0-or-later

local fake = require "spec.unit.recipe.fake_core"
local progress = require "redbook.recipe.progress"

describe("recipe.progress", function()
  it("tells what is done, how fast and how full", function()
    local watch = progress.new({ number = 2, title = "T" }, 1, 3)
    local function at(elapsed, last, action)
      return watch(fake.update { StartLba = 452, LastWrittenLba = last, SectorCount = 2000,
        ElapsedTime = elapsed, RemainingTime = 1, TotalDriveBuffer = 9408,
        FreeDriveBuffer = 2352, CurrentAction = action })
    end
    assert.is_nil(at(0, 451).speed)
    assert.is_nil(at(8, 461).speed) -- spinning up took 8 seconds, and does not count
    assert.is_nil(at(8, 1051).speed)
    assert.same({ event = "progress", action = "writing", number = 2, index = 1, count = 3,
      title = "T", done = 1210, sectors = 2000, elapsed = 10, remaining = 1, speed = 8.0,
      fifo_percent = 50, drive_buffer_percent = 75 }, at(10, 1661))
    assert.equal(6.0, at(11, 1811).speed) -- 1350 sectors since second 8
    assert.equal(6.0, at(11, 1900).speed)
    assert.is_nil(at(15, 1901, 3).speed)
  end)

  it("has no speed before a second has passed, and no buffer that is not told", function()
    local watch = progress.new({ number = 1 }, 1, 1)
    local event = watch(fake.update { LastWrittenLba = -1 })
    assert.same({ 0, nil, nil }, { event.done, event.speed, event.drive_buffer_percent })
    assert.equal(300, watch(fake.update { LastWrittenLba = 999 }).done)
  end)

  it("measures by fractions of a second, as a mean over three seconds", function()
    local watch = progress.new({ number = 1 }, 1, 1)
    local function speed(seconds, done)
      return watch(fake.update { SectorCount = 9000, LastWrittenLba = done - 1,
        ElapsedTime = math.floor(seconds), ElapsedSeconds = seconds }).speed
    end
    assert.is_nil(speed(5.5, 0))
    assert.is_nil(speed(5.75, 150)) -- the first sectors: the clock starts here
    assert.is_nil(speed(6.5, 600))
    assert.equal(8.0, speed(6.75, 750)) -- 600 sectors in 1 s
    -- Bursts of 600 sectors each second: always about 8x, never 16x or 0x.
    assert.equal(8.0, speed(7.75, 1350))
    assert.equal(8.0, speed(8.75, 1950))
    assert.equal(1800 / 3.25 / 75, speed(9.0, 1950))
    assert.equal(8.0, speed(9.75, 2550))
    assert.equal(2.0, speed(20.75, 4200)) -- a gap longer than the window is one measurement
  end)

  it("does not take the filling of the drive's buffer for speed", function()
    local watch = progress.new({ number = 1 }, 1, 1)
    local function speed(seconds, done, buffered)
      return watch(fake.update { SectorCount = 9000, LastWrittenLba = done - 1,
        ElapsedTime = math.floor(seconds), ElapsedSeconds = seconds,
        TotalDriveBuffer = 1000 * 2352, FreeDriveBuffer = (1000 - buffered) * 2352 }).speed
    end
    assert.is_nil(speed(1, 600, 600)) -- nothing is on the disc yet
    assert.is_nil(speed(1.5, 1100, 1000))
    assert.equal(8.0, speed(2.5, 1700, 1000)) -- 600 sectors in 1 s
  end)

  it("says what remains as soon as something is known", function()
    local function left(done, seconds)
      return progress.new({ number = 1 }, 1, 1)(fake.update { LastWrittenLba = done - 1,
        RemainingTime = seconds }).remaining
    end
    for _, case in ipairs { { 0, 0 }, { 0, -1 }, { 10, 0 }, { 10, -1 } } do
      assert.is_nil(left(table.unpack(case)))
    end
    assert.same({ 9, 5, 0 }, { left(0, 9), left(10, 5), left(300, 0) })
  end)

  it("names all actions, also while closing", function()
    local names = {}
    for action = 0, 5 do
      names[#names + 1] = progress.new()(fake.update { CurrentAction = action }).action
    end
    assert.same({ "unknown", "preparing", "writing", "finishing", "verifying", "unknown" },
      names)
    assert.is_nil(progress.new()(fake.update()).number)
  end)
end)
