-- SPDX-License-Identifier: GPL-3.0-or-later

local plan = require "redbook.plan"
local split = require "redbook.split"

local function tracks(...)
  local list = {}
  for index, sectors in ipairs { ... } do list[index] = { sectors = sectors } end
  return list
end

local function discs(list, capacity, mode) return split.split(list, capacity, mode).discs end

describe("split", function()
  it("fills one disc after the other, gaps counted", function()
    local list = tracks(1000, 1000, 1000)
    assert.same({ { 1, 2, 3 } }, discs(list, 3304, "order"))
    assert.same({ { 1, 2 }, { 3 } }, discs(list, 3303, "order"))
    assert.same({ { 1 }, { 2 }, { 3 } }, discs(list, 2151, "order"))
    assert.equal(3304, split.needed(list, { 1, 2, 3 }))
    assert.equal(0, split.needed(list, {}))
  end)

  it("counts short tracks as 4 seconds, and no more than 99 on a disc", function()
    assert.same({ { 1, 2 }, { 3 } }, discs(tracks(1, 1, 1), 900, "order"))
    local list = {}
    for index = 1, 150 do list[index] = { sectors = 300 } end
    for _, mode in ipairs { "order", "album", "fit" } do
      local made = discs(list, 359847, mode)
      assert.same({ 2, 99, 51 }, { #made, #made[1], #made[2] })
    end
  end)

  it("keeps albums on one disc, and cuts one that is longer, which it says", function()
    local list = tracks(1000, 1000, 1000, 1000, 1000)
    for index, album in ipairs { "A", "B", "B", "C", "A" } do list[index].album = album end
    local made = split.split(list, 2152, "album")
    assert.same({ { { 1 }, { 2, 3 }, { 4, 5 } }, {} }, { made.discs, made.cuts })
    assert.same({ { 1, 2 }, { 3, 4 }, { 5 } }, discs(list, 2152, "order"))
    made = split.split(list, 2000, "album")
    assert.same({ { 1 }, { 2 }, { 3 }, { 4 }, { 5 } }, made.discs)
    assert.same({ { kind = "album", first = 2, last = 3 } }, made.cuts)
    list[3].album_artist = "another" -- another album of that name
    assert.same({ { 1, 2 }, { 3, 4 }, { 5 } }, discs(list, 2152, "album"))
    -- What names no album stays with nobody.
    assert.same({ { 1, 2 }, { 3 } }, discs(tracks(1000, 1000, 1000), 2152, "album"))
  end)

  it("does not separate one continuous sound, unless it is longer than a disc", function()
    for _, mode in ipairs { "order", "album", "fit" } do
      local list = tracks(1000, 1000, 1000)
      list[3].continues = true
      assert.same({ { 1 }, { 2, 3 } }, discs(list, 2152, mode))
      local made = split.split(list, 1500, mode)
      assert.same({ { { 1 }, { 2 }, { 3 } }, { { kind = "sound", first = 2, last = 3 } } },
        { made.discs, made.cuts })
    end
  end)

  it("needs as few discs as possible for fit, in the list's order", function()
    -- First fit, the longest first, would take three.
    local gap = plan.GAP
    local list = tracks(30000 - gap, 20000 - gap, 20000 - gap, 30000 - gap, 50000 - gap,
      20000 - gap, 30000 - gap)
    local made = discs(list, 100000 - gap, "fit")
    assert.equal(2, #made)
    assert.same({ { 1, 4 }, { 2, 3 } }, discs(tracks(6000, 4000, 4000, 2000), 8400, "fit"))
  end)

  it("tells of tracks that no disc has room for", function()
    assert.same({ 2, 4 }, split.too_long(tracks(1000, 1001, 5, 2000), 1000))
    assert.same({}, split.too_long(tracks(1000), 1000))
  end)

  it("tells how much goes on a disc that is begun", function()
    local list = tracks(1000, 1000, 1000, 1000)
    assert.equal(2, split.prefix(list, { 1, 2, 4 }, 2152, 99))
    assert.equal(1, split.prefix(list, { 1, 2, 4 }, 2151, 99))
    assert.equal(0, split.prefix(list, { 1, 2 }, 999, 99))
    assert.equal(1, split.prefix(list, { 1, 2 }, 9999, 1))
    list[3].continues = true
    assert.equal(1, split.prefix(list, { 1, 2, 3, 4 }, 2500, 99))
    assert.equal(3, split.prefix(list, { 1, 2, 3, 4 }, 3304, 99))
    assert.equal(1, split.prefix(list, { 2, 3 }, 1500, 99)) -- rather a part than nothing
  end)

  it("puts every track on one disc, and nothing that does not fit", function()
    math.randomseed(20261128)
    for _ = 1, 100 do
      local list, capacity = {}, math.random(2000, 20000)
      for index = 1, math.random(1, 60) do
        list[index] = { sectors = math.random(1, capacity), album = ({ "A", "B" })[math.random(3)],
          continues = index > 1 and math.random(6) == 1 or nil }
      end
      for mode in pairs(split.MODES) do
        local seen, before = {}, 0
        local made = split.split(list, capacity, mode)
        for _, disc in ipairs(made.discs) do
          assert.is_true(split.needed(list, disc) <= capacity and #disc <= plan.TRACKS)
          assert.is_true(plan.make((function()
            local chosen = {}
            for place, index in ipairs(disc) do chosen[place] = list[index] end
            return chosen
          end)(), { FreeSectors = capacity }).fits)
          for place, index in ipairs(disc) do
            assert.is_nil(seen[index])
            seen[index] = true
            assert.is_true(place == 1 or disc[place - 1] < index)
            assert.is_true(mode == "fit" or index == before + 1)
            before = index
          end
        end
        assert.equal(#list, #seen)
        local ordered = #discs(list, capacity, "order")
        assert.is_true(mode ~= "fit" or #made.discs <= ordered)
        if #made.cuts == 0 then
          for _, disc in ipairs(made.discs) do
            for place, index in ipairs(disc) do
              assert.is_true(not list[index].continues or disc[place - 1] == index - 1)
            end
          end
        end
      end
    end
  end)
end)
