-- SPDX-License-Identifier: GPL-3.0-or-later
-- A disc read back in drives that misbehave, and how a verification goes about it.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local read_back = require "spec.burn.read_back"

local SECTOR, GOOD = burner.SECTOR, read_back.GOOD
local TWO, sound = read_back.TWO, read_back.sound

describe("a verification in a drive", function()
  local bench, tracks
  local rig = read_back.prepare(function(...) bench, tracks = ... end)
  local verification, results, failed = rig.verification, rig.results, rig.failed

  before_each(rig.set_up)
  after_each(rig.close)

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
    return ok or err.message, it.Offset, it.Results[1]
  end

  it("finds the offset of a steady tone, which fits at each of its periods", function()
    local period = {}
    for n = 1, 100 do period[n] = string.pack("<i2i2", n * 300, -n * 200) end
    local tone = table.concat(period):rep(400 * 588 // 100)
    for _, frames in ipairs { 0, 60, -45, -70, 588, -588 } do
      assert.same({ true, frames }, { table.unpack({ shifted(tone, frames) }, 1, 2) })
    end
  end)

  it("finds the offset by sound at an end alone", function()
    local click, silence = sound(1, 7):sub(1, 400), ("\0"):rep(400 * SECTOR - 400)
    for _, frames in ipairs { 0, 30, -30, -99, 588 } do
      assert.same({ true, frames }, { table.unpack({ shifted(click .. silence, frames) }, 1, 2) })
      assert.same({ true, -frames }, { table.unpack({ shifted(silence .. click, -frames) }, 1, 2) })
    end
  end)

  -- What is shifted out of the track lies in its last two seconds, and the fingerprint keeps only
  -- the last sector: no difference may be made up of the rest.
  it("finds nothing different in the last whole second before a very short rest", function()
    for _, case in ipairs { { 301, 700 }, { 302, 1300 }, { 303, 2000 }, { 301, 1176 } } do
      local message, offset, result = shifted(sound(case[1], 5), case[2])
      assert.same({ case[2], "differs", "edge", 0 },
        { offset, result.Verdict, result.Difference, result.DifferingBlocks }, message)
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

  it("has a hold of its own of a source that is closed meanwhile", function()
    local room <close> = burner.new()
    local source = assert(core.AudioSource(room:write("two.wav", burner.wav(TWO))))
    assert(room.tao:PrepareMedia())
    assert(room.tao:AddAudioTrack(source))
    assert(room.tao:ReleaseMedia())
    local it, track = assert(core.Verification()), room.tao.WrittenTracks[1]
    it.Recorder, track.Source = room.recorder, source
    assert(it:AddTrack(track))
    source:Close()
    local image = room:read "disc.bin"
    room:write("disc.bin", image:sub(1, 200 * SECTOR) .. "\1\2\3\4" .. image:sub(200 * SECTOR + 5))
    local ok, err = it:VerifyMedia()
    assert.same({ nil, 0xC0AA0007, 200 }, { ok, err.code, err.lba })
    assert.is_true(it.Results[1].Exact)
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
