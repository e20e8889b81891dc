-- SPDX-License-Identifier: GPL-3.0-or-later

local fake = require "spec.unit.recipe.fake_core"
local progress = require "redbook.recipe.progress"

describe("recipe.progress", function()
  it("tells what is done, how fast and how full", function()
    local watch = progress.new({ number = 2, title = "T" }, 1, 3)
    local function at(elapsed, last, action)
      return watch(fake.update { StartLba = 452, LastWrittenLba = last, SectorCount = 2000,
        ElapsedTime = elapsed, RemainingTime = 1, TotalDriveBuffer = 2000,
        FreeDriveBuffer = 500, CurrentAction = action })
    end
    assert.is_nil(at(0, 451).speed)
    assert.is_nil(at(8, 461).speed) -- spinning up took 8 seconds, and does not count
    assert.is_nil(at(8, 1051).speed)
    assert.same({ event = "progress", action = "writing", number = 2, index = 1, count = 3,
      title = "T", done = 1210, sectors = 2000, elapsed = 10, remaining = 1, speed = 8.0,
      fifo_percent = 50, drive_buffer_percent = 75 }, at(10, 1661))
    assert.equal(2.0, at(11, 1811).speed)
    assert.equal(2.0, at(11, 1900).speed)
    assert.is_nil(at(15, 1901, 3).speed)
  end)

  it("has no speed before a second has passed, and no buffer that is not told", function()
    local watch = progress.new({ number = 1 }, 1, 1)
    local event = watch(fake.update { LastWrittenLba = -1 })
    assert.same({ 0, nil, nil }, { event.done, event.speed, event.drive_buffer_percent })
    assert.equal(300, watch(fake.update { LastWrittenLba = 999 }).done)
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
