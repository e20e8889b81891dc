-- SPDX-License-Identifier: GPL-3.0-or-later

describe("recipe.ahead", function()
  local ahead, room, limits
  local MIB = 1 << 20

  before_each(function()
    room, limits = { folder = "/spool", free = 1000 * MIB, in_memory = false }, {}
    package.loaded["redbook.core"] = { temporary_room = function() return room end }
    package.loaded["redbook.recipe.ahead"] = nil
    ahead = require "redbook.recipe.ahead"
  end)
  after_each(function()
    package.loaded["redbook.core"], package.loaded["redbook.recipe.ahead"] = nil, nil
  end)

  local function source(kept)
    return { Kept = kept, Keep = function(_, limit, plain)
      limits[#limits + 1] = { limit, plain }
      return true
    end }
  end

  it("takes half of what is free, for all sources together", function()
    local budget = ahead.budget()
    assert.same({ 500 * MIB, "/spool" }, { budget.limit, budget.folder })
    local one, two = source(300 * MIB), source(0)
    budget:keep(one)
    assert.equal(300 * MIB, budget:count(one))
    budget:keep(two)
    assert.equal(0, budget:count(two))
    assert.same({ { 500 * MIB, false }, { 200 * MIB, false } }, limits)
    assert.equal(500 * MIB, budget.limit)
  end)

  it("takes less when others have taken the room meanwhile", function()
    local budget = ahead.budget "auto"
    room.free = 100 * MIB
    budget:keep(source(0))
    assert.same({ { 50 * MIB, false } }, limits)
  end)

  it("takes no more than half of the free memory where files are memory", function()
    room = { folder = "/spool", free = 1 << 60, in_memory = true }
    local limit = ahead.budget().limit
    assert.is_true(limit > 0 and limit < 1 << 50, limit)
  end)

  it("takes what it is told, or nothing", function()
    assert.equal(3 * MIB, ahead.budget(3).limit)
    assert.equal(0, ahead.budget(0).limit)
    assert.equal(0, ahead.budget("off").limit)
    room = nil
    assert.equal(0, ahead.budget().limit)
    ahead.budget():keep(source(0))
    ahead.budget(1, true):keep(source(0))
    assert.same({ { 0, false }, { MIB, true } }, limits)
  end)

  it("knows what it can be told", function()
    for _, value in ipairs { 0, 700, "auto", "off" } do assert.is_true(ahead.is_option(value)) end
    for _, value in ipairs { -1, 1.5, "700", "on", 1 << 41, true } do
      assert.is_false(ahead.is_option(value))
    end
  end)
end)
