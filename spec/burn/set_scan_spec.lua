-- SPDX-License-Identifier: GPL-3.0-or-later
-- The sources of a set are decoded in batches, and again when it is their turn: the sound must be
-- that of one go, also where tracks are one continuous sound.

local sandbox = require "spec.support.sandbox"
local scan = require "redbook.recipe.scan"
local set_scan = require "redbook.recipe.set_scan"

local FILES, PARTS, SECTORS = 4, 70, 20

describe("the sources of a set", function()
  local folder, entries, whole, data
  setup(function()
    folder, entries = sandbox.folder(), {}
    for file = 1, FILES do
      local path = ("%s/%d.wav"):format(folder, file)
      -- Its parts are converted as one: what one gets depends on those before.
      assert(0 == sandbox.run(("sox -D -R -r 48000 -n -b 24 -c 2 %s synth %g pinknoise gain -6")
        :format(path, PARTS * SECTORS / 75)))
      for part = 1, PARTS do
        entries[#entries + 1] = { path = path, start = (part - 1) * SECTORS,
          length = part < PARTS and SECTORS or nil }
      end
    end
    whole = assert(scan(entries, {}, function() end))
    data = { entries = entries, tracks = {} }
    for index, track in ipairs(whole) do
      data.tracks[index] = { sectors = track.sectors, crc32 = track.crc32,
        continues = track.continues }
    end
  end)
  teardown(function() sandbox.remove(folder) end)

  local function figures(tracks)
    local list = {}
    for index, track in ipairs(tracks) do
      list[index] = { track.sectors, track.crc32, track.continues or false }
    end
    return list
  end

  it("are the same in batches, and told as if it were one go", function()
    local events = {}
    local tracks, open = set_scan.all({ options = {}, tell = function(_, event)
      events[#events + 1] = event
    end }, entries)
    assert.same(figures(whole), figures(tracks))
    assert.is_true(whole[2].continues and not whole[71].continues)
    local last, count = 0, 0
    for index in pairs(open) do count, last = count + 1, math.max(last, index) end
    assert.is_true(count == last and last < 200)
    local ahead, scanned = 0, {}
    for _, event in ipairs(events) do
      ahead = ahead + (event.event == "ahead" and 1 or 0)
      if event.event == "scanned" then
        assert.equal(#entries, event.count)
        scanned[event.index] = true
      end
    end
    assert.same({ 1, #entries }, { ahead, #scanned })
  end)

  it("name all that cannot be read", function()
    local broken = table.move(entries, 1, #entries, 1, {})
    broken[3], broken[250] = { path = folder .. "/none.wav" }, { path = folder .. "/nor.wav" }
    local tracks, err = set_scan.all({ options = {}, tell = function() end }, broken)
    assert.is_nil(tracks)
    assert.same({ "source", "2 of 280 sources cannot be burned", folder .. "/none.wav",
      folder .. "/nor.wav" }, { err.stage, err.message, err.problems[1].path,
      err.problems[2].path })
  end)

  it("are the same when some of them come again", function()
    local burn = { options = {}, data = data, tell = function() end }
    for _, list in ipairs { { 1 }, { 75, 76, 200 }, { 140, 141 }, { 280 }, { 2, 71, 72, 210 } } do
      local tracks = assert(set_scan.some(burn, list))
      for place, index in ipairs(list) do
        assert.same(figures { whole[index] }, figures { tracks[place] })
      end
    end
    data.tracks[5].crc32 = data.tracks[5].crc32 ~ 1
    local tracks, err = set_scan.some(burn, { 4, 5 })
    assert.is_nil(tracks)
    assert.is_truthy(err.message:find("1.wav gives another sound than when the set was begun", 1,
      true))
  end)
end)
