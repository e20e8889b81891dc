-- SPDX-License-Identifier: GPL-3.0-or-later
-- A disc read back and compared with what was sent: what is found on a disc that was changed
-- behind the drive's back.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local read_back = require "spec.burn.read_back"

local SECTOR, GOOD = burner.SECTOR, read_back.GOOD
local ONE, TWO, sound = read_back.ONE, read_back.TWO, read_back.sound

describe("a verification", function()
  local bench, tracks
  local rig = read_back.prepare(function(...) bench, tracks = ... end)
  local verification, change, flip, shift = rig.verification, rig.change, rig.flip, rig.shift
  local results, failed = rig.results, rig.failed

  before_each(rig.set_up)
  after_each(rig.close)

  it("finds a good disc identical", function()
    local it = verification()
    assert.is_nil(it.Offset)
    assert(it:VerifyMedia())
    assert.same({ GOOD, GOOD }, results(it))
    assert.same({ 0, "" }, { it.Offset, it.Results[1].Message })
    assert.is_false(bench.virtual:View().Held)
    assert(it:VerifyMedia(), "and again")
  end)

  it("finds one flipped bit, at its sector with the source", function()
    for _, case in ipairs { { 0, 0, 1 }, { 399, 2351, 128 }, { 200, 1000, 4 },
      { 552, 3, 16 }, { 552 + 329, 2349, 2 } } do
      flip(case[1], case[2], case[3])
      local it = verification(true)
      local err = failed(it)
      local number = case[1] < 552 and 1 or 2
      assert.same({ "differs", "sound", case[1], true, edge = 0, differing = 1, unreadable = 0 },
        results(it)[number])
      assert.same(GOOD, results(it)[3 - number])
      assert.equal(case[1], err.lba)
      flip(case[1], case[2], case[3])
    end
    assert(verification():VerifyMedia())
  end)

  it("names place and track in a sentence", function()
    flip(200, 1000, 4)
    assert.equal("track 1 differs from what was burned at 00:04:50 (LBA 200); 1 of its 6 seconds "
      .. "differs", failed(verification(true)).message)
    assert.equal("track 1 differs from what was burned in the second that begins at 00:04:00 "
      .. "(LBA 150); 1 of its 6 seconds differs", failed(verification()).message)
  end)

  it("finds the sector of one changed sample from the sums alone", function()
    flip(203, 2002, 32) -- right channel: a change of 2^16 and more
    local it = verification()
    failed(it)
    assert.same({ "differs", "sound", 203, true, edge = 0, differing = 1, unreadable = 0 },
      results(it)[1])
  end)

  it("counts the seconds that differ", function()
    for _, lba in ipairs { 80, 90, 160, 310, 399 } do flip(lba, 4, 1) end
    local it = verification(true)
    failed(it)
    assert.same({ "differs", "sound", 80, true, edge = 0, differing = 4, unreadable = 0 },
      results(it)[1])
  end)

  for _, frames in ipairs { 30, -30, 588, -588, 1, -1 } do
    it("accepts a shift of " .. frames .. " samples, and tells it", function()
      shift(frames)
      local it = verification()
      assert(it:VerifyMedia())
      local edge = { "identical", edge = math.abs(frames), differing = 0, unreadable = 0 }
      assert.same({ edge, edge }, results(it))
      assert.equal(frames, it.Offset)
    end)

    it("finds a flipped bit at a shift of " .. frames, function()
      shift(frames)
      -- The last frame that is compared, or the first.
      local frame = frames > 0 and 552 * 588 + 330 * 588 - 1 or 552 * 588
      flip(frame // 588, frame % 588 * 4, 1)
      local it = verification(true)
      failed(it)
      local lba = 552 + (frame - 552 * 588 - frames) // 588
      assert.same({ "differs", "sound", lba, true, edge = math.abs(frames), differing = 1,
        unreadable = 0 }, results(it)[2])
      assert.equal("identical", it.Results[1].Verdict)
    end)
  end

  for _, frames in ipairs { 589, -589, 2000, -2000 } do
    it("calls a shift of " .. frames .. " samples a difference", function()
      shift(frames)
      local it = verification()
      local err = failed(it)
      local late = frames > 0
      assert.same({ "differs", "edge", late and 399 or 0, true, edge = math.abs(frames),
        differing = 0, unreadable = 0 }, results(it)[1])
      assert.equal(frames, it.Offset)
      assert.is_truthy(err.message:find(("read %d samples %s than it was sent"):format(
        math.abs(frames), late and "later" or "earlier"), 1, true), err.message)
    end)
  end

  it("finds what was changed at random, and only that, at random offsets", function()
    local random = math.random
    math.randomseed(20261128)
    local clean = bench:read "disc.bin"
    for _ = 1, 25 do
      local n, count = random(-588, 588), random(0, 4)
      bench:write("disc.bin", clean)
      shift(n)
      local first, blocks = {}, { {}, {} }
      for _ = 1, count do
        local frame = random(0, 881 * 588)
        flip(frame // 588, frame % 588 * 4 + random(0, 3), 1 << random(0, 7))
        for number, track in ipairs(tracks) do
          -- The frame of the track that is read there; those beyond its ends are not compared.
          local x = frame - n - track.StartLba * 588
          local y, length = x + n, track.Sectors * 588
          if x >= 0 and x < length and y >= 0 and y < length then
            first[number] = math.min(first[number] or x, x)
            blocks[number][x // 44100] = true
          end
        end
      end
      local it = verification(true)
      local ok = it:VerifyMedia()
      assert.equal(not (first[1] or first[2]), ok == true)
      assert.equal(n, it.Offset)
      for number, track in ipairs(tracks) do
        local differing = 0
        for _ in pairs(blocks[number]) do differing = differing + 1 end
        local x = first[number]
        assert.same({ x and "differs" or "identical", x and "sound", x and track.StartLba
          + x // 588, x and true, edge = math.abs(n), differing = differing, unreadable = 0 },
          results(it)[number])
      end
    end
  end)

  it("finds no offset beyond the window", function()
    shift(2001)
    local it = verification()
    failed(it)
    assert.is_nil(it.Offset)
    assert.same({ "differs", "sound" }, { it.Results[1].Verdict, it.Results[1].Difference })
  end)

  it("wants one offset for the whole disc", function()
    local image = bench:read "disc.bin"
    bench:write("disc.bin", image:sub(1, 551 * SECTOR) .. ("\0"):rep(40)
      .. image:sub(551 * SECTOR + 1, -41))
    local it = verification()
    failed(it)
    local verdicts = { it.Results[1].Verdict, it.Results[2].Verdict }
    table.sort(verdicts)
    assert.same({ "differs", "identical" }, verdicts)
  end)

  it("finds tracks in each other's place", function()
    change(0, TWO .. sound(70, 3))
    change(552 * SECTOR, ONE:sub(1, #TWO))
    local it = verification()
    failed(it)
    assert.same({ "differs", "differs" }, { it.Results[1].Verdict, it.Results[2].Verdict })
    assert.is_nil(it.Offset)
  end)

  it("finds another disc in the drive, and none", function()
    bench.virtual:OpenTray()
    assert(bench.virtual:Insert { path = bench.folder .. "/other.cue" })
    bench.virtual:CloseTray()
    local it = verification()
    assert.equal("track 1 is not on the disc", failed(it).message)
    assert.same({ "missing", "missing" }, { it.Results[1].Difference, it.Results[2].Difference })
    bench.virtual:OpenTray()
    bench.virtual:Insert(nil)
    bench.virtual:CloseTray()
    local _, err = verification():VerifyMedia()
    assert.equal(0xC0AA0202, err.code)
  end)

  it("finds a track elsewhere", function()
    tracks[2].StartLba = 560
    local it = verification()
    local err = failed(it)
    assert.equal("track 2 begins at 00:09:27 (LBA 552) instead of 00:09:35 (LBA 560)",
      err.message)
    assert.same({ "identical", "start" }, { it.Results[1].Verdict, it.Results[2].Difference })
  end)

  it("finds a missing last sector", function()
    local cue = bench:read "disc.cue"
    bench.recorder:Close()
    bench.virtual:Close()
    cue = cue:gsub("start 552 sectors 330", "start 552 sectors 329"):gsub("lead%-out 884",
      "lead-out 883")
    bench:write("disc.cue", cue)
    bench:write("disc.bin", bench:read("disc.bin"):sub(1, (552 + 329) * SECTOR))
    bench.virtual = assert(core.VirtualRecorder { path = bench.disc })
    bench.recorder = assert(bench.virtual:Recorder())
    local it = verification()
    assert.equal("track 2 ends at 00:13:56 (LBA 881), 1 sector too early", failed(it).message)
    assert.same({ "identical", "length" }, { it.Results[1].Verdict, it.Results[2].Difference })
  end)
end)
