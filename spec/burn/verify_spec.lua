-- SPDX-License-Identifier: GPL-3.0-or-later
-- A disc read back and compared with what was sent: what is found on a disc that was changed
-- behind the drive's back, and on drives that misbehave.

local burner = require "spec.support.burner"
local core = require "redbook.core"

local SECTOR = burner.SECTOR

-- Sound of which no two seconds are equal, the same at every call.
local function sound(sectors, seed)
  local parts, x = {}, seed
  for n = 1, sectors * 588 do
    x = (x * 1664525 + 1013904223) & 0xffffffff
    parts[n] = string.pack("<I4", x)
  end
  return table.concat(parts)
end

describe("a verification", function()
  local bench, tracks, sources
  local ONE, TWO = sound(400, 1), sound(330, 2)

  before_each(function()
    bench = burner.new()
    sources = {}
    local tao = bench.tao
    assert(tao:PrepareMedia())
    for index, pcm in ipairs { ONE, TWO } do
      sources[index] = assert(core.AudioSource(bench:write(index .. ".wav", burner.wav(pcm))))
      assert(tao:AddAudioTrack(sources[index]))
    end
    assert(tao:ReleaseMedia())
    tracks = tao.WrittenTracks
  end)

  after_each(function() bench:close() end)

  local function verification(with_sources)
    local it = assert(core.Verification())
    it.Recorder, it.ClientName = bench.recorder, "verify spec"
    for index, track in ipairs(tracks) do
      track.Source = with_sources and sources[index] or nil
      assert(it:AddTrack(track))
    end
    return it
  end

  -- Another process would find the new contents: the drive keeps none of the disc in memory.
  local function change(at, bytes)
    local image = bench:read "disc.bin"
    bench:write("disc.bin", image:sub(1, at) .. bytes .. image:sub(at + #bytes + 1))
  end

  local function flip(lba, byte, mask)
    local at = lba * SECTOR + byte
    change(at, string.char(bench:read("disc.bin"):byte(at + 1) ~ mask))
  end

  local function shift(frames)
    local image = bench:read "disc.bin"
    local size = #image
    if frames > 0 then
      image = (("\0"):rep(frames * 4) .. image):sub(1, size)
    else
      image = image:sub(-frames * 4 + 1) .. ("\0"):rep(-frames * 4)
    end
    bench:write("disc.bin", image)
  end

  local function results(it)
    local list = {}
    for index, result in ipairs(it.Results) do
      list[index] = { result.Verdict, result.Difference, result.Lba, result.Exact,
        edge = result.EdgeSamples, differing = result.DifferingBlocks,
        unreadable = result.UnreadableSectors }
    end
    return list
  end

  local GOOD = { "identical", edge = 0, differing = 0, unreadable = 0 }

  local function failed(it)
    local ok, err = it:VerifyMedia()
    assert.is_nil(ok)
    assert.equal(0xC0AA0007, err.code)
    assert.is_false(bench.virtual:View().Held)
    assert.is_false(bench.virtual:View().Prevented)
    assert.equal(0, bench.virtual:View().ForeignCommands)
    return err
  end

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

  it("finds an unreadable sector, after trying again and slower", function()
    bench.virtual:AddFault { command = "READ CD", lba = 700, sense = "3/11/05", times = 0 }
    local it = verification()
    it.Retries = 2
    assert.equal("track 2 cannot be read at 00:11:25 (LBA 700): sense 3/11/05; 1 sector could "
      .. "not be read", failed(it).message)
    local result = it.Results[2]
    assert.same({ "unreadable", nil, 700, true, edge = 0, differing = 0, unreadable = 1 },
      results(it)[2])
    assert.same({ 3, 0x11, 5 }, { result.Sense.key, result.Sense.asc, result.Sense.ascq })
    assert.same(GOOD, results(it)[1])
  end)

  it("forgives a sector that can be read at the second try", function()
    bench.virtual:AddFault { command = "READ CD", lba = 700, sense = "3/11/05", times = 3 }
    local it = verification()
    assert(it:VerifyMedia())
    assert.equal(3, bench.virtual:View().FaultHits)
  end)

  it("waits for a drive that is spinning up", function()
    bench.virtual:AddFault { command = "READ CD", sense = "2/04/01", after = 9, times = 20 }
    assert(verification():VerifyMedia())
    assert.equal(20, bench.virtual:View().FaultHits)
    bench.virtual:AddFault { command = "READ CD", sense = "2/04/01", times = 0 }
    local _, err = verification():VerifyMedia()
    assert.equal(0xC0AA0205, err.code)
  end)

  it("does not blame the disc for what the drive misread once", function()
    -- The first chunk of 26 sectors; looking for the offset does not touch it.
    bench.virtual:AddFault { command = "READ CD", lba = 5, times = 1,
      reply = ("\1"):rep(26 * SECTOR) }
    local it = verification()
    assert(it:VerifyMedia())
    assert.same({ "identical", 1, 0 }, { it.Results[1].Verdict, it.Results[1].RereadBlocks,
      it.Results[1].DifferingBlocks })
  end)

  it("reads in a drive that knows nothing of writing", function()
    for _, command in ipairs { 0x51, 0x52, 0xBB } do
      bench.virtual:AddFault { command = command, sense = "5/20/00", times = 0 }
    end
    assert(verification():VerifyMedia())
  end)

  it("does not wait for hours for a disc that is all scratches", function()
    for lba = 0, 399 do
      bench.virtual:AddFault { command = "READ CD", lba = lba, sense = "3/11/05", times = 0 }
    end
    local it = verification()
    failed(it)
    local first = it.Results[1]
    assert.equal("unreadable", first.Verdict)
    assert.is_true(first.UnreadableSectors >= 26 and first.UnreadableSectors < 250,
      first.UnreadableSectors)
    assert.equal("identical", it.Results[2].Verdict)
  end)

  it("gives the drive's error when the drive goes", function()
    bench.virtual:AddFault { command = "READ CD", after = 20, vanish = true }
    local it = verification()
    local ok, err = it:VerifyMedia()
    assert.is_nil(ok)
    assert.equal(0x80070037, err.code)
    assert.equal("none", it.Results[2].Verdict)
    bench.virtual:ClearFaults()
    assert(it:VerifyMedia())
  end)

  it("reads the payload of the tracks, nothing of the gaps, at a capped speed", function()
    local trace = bench.folder .. "/trace"
    local recorder <close> = assert(bench.virtual:Recorder { trace = trace })
    local it = verification()
    it.Recorder = recorder
    assert(it:VerifyMedia())
    recorder:Close()
    local read, speeds, locked = {}, {}, nil
    for line in io.lines(trace) do
      local cdb = line:match '"cdb":"([%x ]+)"'
      cdb = cdb and cdb:gsub(" ", "")
      local lba, count = (cdb or ""):match "^be04(%x%x%x%x%x%x%x%x)(%x%x%x%x%x%x)"
      if lba then
        for n = tonumber(lba, 16), tonumber(lba, 16) + tonumber(count, 16) - 1 do
          read[n] = true
        end
        assert.is_true(locked)
      end
      if cdb and cdb:match "^1e00000001" then locked = true end
      local speed = (cdb or ""):match "^bb00(%x%x%x%x)"
      if speed then speeds[#speeds + 1] = tonumber(speed, 16) end
    end
    for n = 0, 399 do assert.is_true(read[n], n) end
    for n = 400, 551 do assert.is_nil(read[n], n) end
    for n = 552, 881 do assert.is_true(read[n], n) end
    assert.is_nil(read[882])
    assert.same({ 2822, 65535 }, speeds)
  end)

  it("can be cancelled", function()
    local it = verification()
    local operation = assert(it:BeginVerifyMedia())
    operation:cancel()
    repeat local event = operation:step() until event.type == "done"
    local ok, err = operation:result()
    if not ok then assert.equal(0xC0AA0002, err.code) end
    assert.is_false(bench.virtual:View().Held)
    assert(it:VerifyMedia())
  end)

  it("reports where it is", function()
    local it = verification()
    local operation = assert(it:BeginVerifyMedia())
    local last
    for event in operation:each() do
      if event.type == "update" then
        assert.equal(4, event.CurrentAction)
        last = event
      end
    end
    assert.same({ 2, 552, 330, 881 }, { last.CurrentTrackNumber, last.StartLba, last.SectorCount,
      last.LastReadLba })
    assert(operation:result())
  end)

  -- One track, read `frames` later than it was sent.
  local function shifted(pcm, frames)
    local room <close> = burner.new()
    local sectors = #pcm // SECTOR
    assert(room.tao:PrepareMedia())
    assert(room.tao:AddAudioTrack(burner.feeder(pcm), { length = sectors }))
    assert(room.tao:ReleaseMedia())
    local image = room:read "disc.bin"
    room:write("disc.bin", frames > 0 and (("\0"):rep(frames * 4) .. image):sub(1, #image)
      or image:sub(-frames * 4 + 1) .. ("\0"):rep(-frames * 4))
    local it = assert(core.Verification())
    it.Recorder = room.recorder
    assert(it:AddTrack(room.tao.WrittenTracks[1]))
    local ok, err = it:VerifyMedia()
    return ok or err.message, it.Offset
  end

  it("finds the offset of a steady tone, which fits at each of its periods", function()
    local period = {}
    for n = 1, 100 do period[n] = string.pack("<i2i2", n * 300, -n * 200) end
    local tone = table.concat(period):rep(400 * 588 // 100)
    for _, frames in ipairs { 0, 60, -45, -70, 588, -588 } do
      assert.same({ true, frames }, { shifted(tone, frames) })
    end
  end)

  it("finds the offset by sound at an end alone", function()
    local click, silence = sound(1, 7):sub(1, 400), ("\0"):rep(400 * SECTOR - 400)
    for _, frames in ipairs { 0, 30, -30, -99, 588 } do
      assert.same({ true, frames }, { shifted(click .. silence, frames) })
      assert.same({ true, -frames }, { shifted(silence .. click, -frames) })
    end
  end)

  it("finds silence identical at offset 0", function()
    local room <close> = burner.new()
    assert(room.tao:PrepareMedia())
    assert(room.tao:AddAudioTrack(burner.feeder(("\0"):rep(300 * SECTOR)), { length = 300 }))
    assert(room.tao:ReleaseMedia())
    local it = assert(core.Verification())
    it.Recorder = room.recorder
    assert(it:AddTrack(room.tao.WrittenTracks[1]))
    assert(it:VerifyMedia())
    assert.same({ 0, "identical" }, { it.Offset, it.Results[1].Verdict })
  end)

  it("reads tracks of an open session", function()
    local room <close> = burner.new()
    room.tao.KeepSessionOpen = true
    assert(room.tao:PrepareMedia())
    assert(room.tao:AddAudioTrack(burner.feeder(TWO), { length = 330 }))
    assert(room.tao:ReleaseMedia())
    local it = assert(core.Verification())
    it.Recorder = room.recorder
    assert(it:AddTrack(room.tao.WrittenTracks[1]))
    assert(it:VerifyMedia())
    assert.equal("identical", it.Results[1].Verdict)
  end)

  it("says when the drive's buffer could have answered", function()
    local it = verification()
    assert(it:VerifyMedia())
    assert.is_true(it.Cached) -- 730 sectors, 2 MiB of buffer
  end)

  it("reloads a disc whose TOC cannot be read, once", function()
    bench.virtual:AddFault { command = 0x43, sense = "5/24/00", times = 1 }
    assert(verification():VerifyMedia())
    assert.same({ 1, false, false }, { bench.virtual:View().FaultHits,
      bench.virtual:View().Prevented, bench.virtual:View().TrayOpen })
  end)

  it("refuses what is no track", function()
    local it = assert(core.Verification())
    it.Recorder = bench.recorder
    local _, err = it:VerifyMedia()
    assert.equal(0x80070057, err.code)
    assert(it:AddTrack(tracks[1]))
    _, err = it:AddTrack(tracks[1])
    assert.equal("track 1 is there already", err.message)
    for _, wrong in ipairs { { Number = 0 }, { Sectors = 299 }, { Sectors = 500 },
      { Fingerprint = {} }, { Fingerprint = "x" }, { CRC32 = -1 }, { Source = "x" },
      { Number = "1" }, { Nothing = 1 } } do
      local copy = {}
      for name, value in pairs(tracks[2]) do copy[name] = value end
      for name, value in pairs(wrong) do copy[name] = value end
      assert.has_error(function() it:AddTrack(copy) end)
    end
    assert.has_error(function() it.Retries = -1 end)
    assert.has_error(function() it.ReadSpeed = 0 end)
    assert.has_error(function() it.ClientName = "" end)
    assert.has_error(function() it.Recorder = 1 end)
  end)

  it("has sums that an independent program computes", function()
    -- accuraterip-checksum of Debian's whipper 0.10.0, of 312 sectors of the generator above
    -- from 2026 on, alone and with the run-out that a ripper reads behind the last track.
    local room <close> = burner.new()
    assert(room.tao:PrepareMedia())
    assert(room.tao:AddAudioTrack(burner.feeder(sound(312, 2026)), { length = 312 }))
    assert.same({ First = { 0x91DD191A, 0x87BE4A5A }, Middle = { 0xE81C0D50, 0xDE1DDFDF },
      Last = { 0x4D2784FE, 0x39A13FF2 }, Only = { 0xF6E890C8, 0xE341AA6D } },
      room.tao.WrittenTracks[1].AccurateRip)
  end)
end)
