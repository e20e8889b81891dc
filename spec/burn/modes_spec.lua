-- SPDX-License-Identifier: GPL-3.0-or-later
-- TrackAtOnce beyond the plain burn: what the disc is afterwards, byte for byte.

local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

local function pattern(sectors, seed)
  local left = sectors
  return function()
    if left == 0 then return nil end
    left = left - 1
    return string.pack("<I4I4", left, seed):rep(294)
  end
end

local function content(sectors, seed)
  local parts, read = {}, pattern(sectors, seed)
  for part in read do parts[#parts + 1] = part end
  return table.concat(parts)
end

describe("TrackAtOnce", function()
  local folder, virtual, tao

  local function new(options)
    local object = core.TrackAtOnce()
    object.Recorder, object.ClientName = virtual:Recorder(), "modes"
    for name, value in pairs(options or {}) do object[name] = value end
    return object
  end

  before_each(function()
    folder = sandbox.folder()
    virtual = assert(core.VirtualRecorder { path = folder .. "/disc.cue", medium = "cd-rw" })
    tao = new()
  end)

  after_each(function()
    tao:Close()
    sandbox.remove(folder)
  end)

  local function add(object, sectors, seed, options)
    return assert(object:AddAudioTrack(pattern(sectors, seed), options))
  end

  local function disc() return sandbox.read(folder .. "/disc.bin") end
  local function summary() return assert(tao.Recorder:MediaSummary()) end

  it("writes tracks 150 sectors of pregap and 2 of run-out apart", function()
    assert(tao:PrepareMedia())
    assert.are.equal(359847, tao.TotalSectorsOnMedia)
    assert.are.equal(359847, tao.FreeSectorsOnMedia)
    assert.are.equal(0, tao.UsedSectorsOnMedia)
    add(tao, 300, 1)
    add(tao, 500, 2)
    assert.are.equal(1104, tao.UsedSectorsOnMedia)
    assert.are.equal(359847 - 1104, tao.FreeSectorsOnMedia)
    assert.are.equal(359847, tao.TotalSectorsOnMedia)
    assert.are.equal(2, tao.NumberOfExistingTracks)
    assert(tao:ReleaseMedia())
    local gap = ("\0"):rep(152 * 2352)
    assert.are.equal(content(300, 1) .. gap .. content(500, 2) .. ("\0"):rep(2 * 2352), disc())
    assert.same({ 2, 3, 1 }, { virtual:View().DiscStatus, virtual:View().SessionStatus,
      virtual:View().Sessions })
  end)

  it("pads the last sector and a track shorter than 300 sectors", function()
    assert(tao:PrepareMedia())
    local once = true
    assert(tao:AddAudioTrack(function()
      local data = once and ("\1\2\3\4"):rep(600) or nil
      once = false
      return data
    end))
    assert.are.equal(300, tao.WrittenTracks[1].Sectors)
    assert(tao:ReleaseMedia())
    assert.are.equal(("\1\2\3\4"):rep(600) .. ("\0"):rep(302 * 2352 - 2400), disc())
  end)

  it("tells the coming table of contents", function()
    assert(tao:PrepareMedia())
    add(tao, 300, 1, { PreEmphasis = true })
    add(tao, 500, 2, { CopyPermitted = true })
    local toc = tao.ExpectedTableOfContents
    assert.are.equal(1, #toc)
    assert.are.equal(string.pack(">I2BB" .. ("BBBBi4"):rep(3), 26, 1, 2,
      0, 0x11, 1, 0, 0, 0, 0x12, 2, 0, 452, 0, 0x12, 0xAA, 0, 954), toc[1])
    assert(tao:ReleaseMedia())
  end)

  it("writes ISRC, catalog number and control bits into the disc", function()
    tao.MediaCatalogNumber = "4006381333931"
    assert(tao:PrepareMedia())
    add(tao, 300, 1, { ISRC = "US-RC1-76-07839", PreEmphasis = true })
    add(tao, 300, 2, { ISRC = "GBAAA0000003", CopyPermitted = true })
    assert(tao:ReleaseMedia())
    local cue = sandbox.read(folder .. "/disc.cue")
    assert.truthy(cue:find("CATALOG 4006381333931", 1, true))
    local tracks = virtual:Tracks()
    assert.same({ "USRC17607839", "GBAAA0000003" }, { tracks[1].ISRC, tracks[2].ISRC })
    assert.same({ 1, 2 }, { tracks[1].Control, tracks[2].Control })
  end)

  it("refuses a bad ISRC and a bad catalog number", function()
    local ok, err = pcall(function() tao.MediaCatalogNumber = "4006381333932" end)
    assert.is_false(ok)
    assert.are.equal(0xC0AA050C, err.code)
    assert(tao:PrepareMedia())
    local added
    added, err = tao:AddAudioTrack(pattern(300, 1), { ISRC = "12345" })
    assert.is_nil(added)
    assert.are.equal(0xC0AA050B, err.code)
    assert.are.equal("untouched", err.disc)
    assert(tao:ReleaseMedia())
    assert.are.equal("blank", summary().State)
  end)

  it("leaves a blank disc blank when no track was written", function()
    assert(tao:PrepareMedia())
    assert(tao:ReleaseMedia())
    assert.are.equal("blank", summary().State)
  end)

  it("simulates without touching the disc", function()
    tao:Close()
    tao = new { TestWrite = true }
    assert(tao:PrepareMedia())
    add(tao, 300, 1)
    assert.are.equal(359847 - 452, tao.FreeSectorsOnMedia)
    add(tao, 500, 2)
    assert(tao:ReleaseMedia())
    assert.are.equal("blank", summary().State)
    assert.are.equal("", disc())
    assert.is_nil((io.open(folder .. "/disc.cue")))
    local real = new()
    assert(real:PrepareMedia())
    assert(real:ReleaseMedia())
  end)

  it("closes the session and leaves the disc appendable", function()
    tao:Close()
    tao = new { DoNotFinalizeMedia = true }
    assert(tao:PrepareMedia())
    add(tao, 300, 1)
    assert(tao:ReleaseMedia())
    local now = summary()
    assert.same({ "appendable", false, 1, 11702 },
      { now.State, now.SessionOpen, now.NumberOfTracks, now.NextWritableAddress })
    local plain = new()
    local ok, err = plain:PrepareMedia()
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0506, err.code)
    local more = new { Append = true }
    assert(more:PrepareMedia())
    add(more, 300, 2)
    assert(more:ReleaseMedia())
    now = summary()
    assert.same({ "complete", 2, 2 }, { now.State, now.NumberOfTracks, now.NumberOfSessions })
    local tracks = virtual:Tracks()
    assert.same({ 0, 1, 11702, 2 },
      { tracks[1].StartLba, tracks[1].Session, tracks[2].StartLba, tracks[2].Session })
  end)

  it("leaves the session itself open and goes on in it", function()
    tao:Close()
    tao = new { KeepSessionOpen = true }
    assert(tao:PrepareMedia())
    add(tao, 300, 1)
    assert(tao:ReleaseMedia())
    local now = summary()
    assert.same({ "appendable", true, 452 },
      { now.State, now.SessionOpen, now.NextWritableAddress })
    local more = new { Append = true }
    assert(more:PrepareMedia())
    assert.are.equal(1, more.NumberOfExistingTracks)
    assert.are.equal(string.pack(">I2BB" .. ("BBBBi4"):rep(2), 18, 1, 1,
      0, 0x10, 1, 0, 0, 0, 0x10, 0xAA, 0, 302), more.ExpectedTableOfContents[1])
    add(more, 500, 2)
    assert.are.equal(2, more.NumberOfExistingTracks)
    assert(more:ReleaseMedia())
    now = summary()
    assert.same({ "complete", 2, 1 }, { now.State, now.NumberOfTracks, now.NumberOfSessions })
  end)

  it("closes an open session when nothing more is added", function()
    tao:Close()
    tao = new { KeepSessionOpen = true }
    assert(tao:PrepareMedia())
    add(tao, 300, 1)
    assert(tao:ReleaseMedia())
    local finish = new { Append = true }
    assert(finish:PrepareMedia())
    assert(finish:ReleaseMedia())
    assert.are.equal("complete", summary().State)
  end)

  -- As kill -9 leaves it: sectors behind the last recorded track.
  local function cut_off(sectors)
    tao:Close()
    tao = new { KeepSessionOpen = true }
    assert(tao:PrepareMedia())
    add(tao, 300, 1)
    assert(tao:ReleaseMedia())
    local file <close> = assert(io.open(folder .. "/disc.bin", "r+b"))
    assert(file:seek("set", 452 * 2352))
    assert(file:write((content(sectors, 2))))
  end

  it("closes a track that was cut off, and goes on behind it", function()
    cut_off(200)
    local before = summary()
    assert.same({ true, true, 1 },
      { before.SessionOpen, before.LastTrackIncomplete, before.NumberOfTracks })
    local _, err = new():PrepareMedia()
    assert.are.equal(0xC0AA0506, err.code)
    local more = new { Append = true }
    assert(more:PrepareMedia())
    assert.are.equal(2, more.NumberOfExistingTracks)
    add(more, 500, 3)
    assert(more:ReleaseMedia())
    local tracks = virtual:Tracks()
    assert.same({ 452, 300, 904, 500 },
      { tracks[2].StartLba, tracks[2].Sectors, tracks[3].StartLba, tracks[3].Sectors })
    assert.are.equal("complete", summary().State)
    assert.are.equal(content(200, 2) .. ("\0"):rep(252 * 2352) .. content(500, 3),
      disc():sub(452 * 2352 + 1, 1404 * 2352))
  end)

  it("does not simulate on a disc with a track that was cut off", function()
    cut_off(200)
    local test = new { Append = true, TestWrite = true }
    local ok, err = test:PrepareMedia()
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0506, err.code)
  end)

  it("writes the next track behind one that failed, not into it", function()
    virtual:AddFault { command = "WRITE", sense = "3/0C/00", after = 4, times = 1 }
    assert(tao:PrepareMedia())
    local ok, err = tao:AddAudioTrack(pattern(500, 1), { length = 500 })
    assert.is_nil(ok)
    assert.are.equal("open", err.disc)
    add(tao, 500, 2)
    assert(tao:ReleaseMedia())
    local tracks = virtual:Tracks()
    assert.same({ 0, 300, 452, 500 },
      { tracks[1].StartLba, tracks[1].Sectors, tracks[2].StartLba, tracks[2].Sectors })
    assert.are.equal(content(500, 2), disc():sub(452 * 2352 + 1, 952 * 2352))
  end)

  it("forgets a simulation that failed or was dropped", function()
    for _, finish in ipairs { "ReleaseMedia", "Close" } do
      local test = new { TestWrite = true }
      assert(test:PrepareMedia())
      assert.is_nil((test:AddAudioTrack(function() end, { length = 300 })))
      add(test, 300, 1)
      assert(test[finish](test))
      test:Close()
      assert.are.equal("blank", summary().State)
    end
  end)

  it("fills a disc to the last sector and not beyond", function()
    tao:Close()
    virtual = assert(core.VirtualRecorder { path = folder .. "/full.cue" })
    tao = new()
    assert(tao:PrepareMedia())
    local free = tao.FreeSectorsOnMedia
    local ok, err = tao:AddAudioTrack(pattern(1, 1), { length = free + 1 })
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0509, err.code)
    assert.are.equal("untouched", err.disc)
    local sector, left = ("\1"):rep(2352 * 25), free
    assert(tao:AddAudioTrack(function(bytes)
      local sectors = math.min(left, math.max(bytes // 2352, 1), 25)
      if left == 0 then return nil end
      if bytes < 2352 then sectors = 0 end
      left = left - sectors
      return sectors > 0 and sector:sub(1, sectors * 2352) or nil
    end))
    assert(tao:ReleaseMedia())
    assert.are.equal("complete", summary().State)
    assert.are.equal((359847 + 2) * 2352, require "lfs".attributes(folder .. "/full.bin", "size"))
  end)

  it("stops at 99 tracks", function()
    assert(tao:PrepareMedia())
    for number = 1, 99 do add(tao, 300, number) end
    local ok, err = tao:AddAudioTrack(pattern(300, 100))
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0508, err.code)
    assert.are.equal(99, tao.NumberOfExistingTracks)
    assert(tao:ReleaseMedia())
    assert.are.equal(99, virtual:View().Tracks)
    assert.are.equal("complete", summary().State)
  end)

  it("adjusts speed and rotation, and says so", function()
    assert(tao:PrepareMedia())
    local speeds = tao.SupportedWriteSpeeds
    assert.is_true(#speeds > 1)
    local ok, remark = tao:SetWriteSpeed(speeds[1], true)
    assert.is_true(ok)
    assert.is_nil(remark)
    assert.are.equal(speeds[1], tao.CurrentWriteSpeed)
    ok, remark = tao:SetWriteSpeed(speeds[#speeds] - 1, false)
    assert.is_true(ok)
    assert.are.equal(0x00AA0004, remark.code)
    assert.are.equal(speeds[#speeds], tao.CurrentWriteSpeed)
    assert.are.equal(speeds[#speeds] - 1, tao.RequestedWriteSpeed)
    ok, remark = tao:SetWriteSpeed(speeds[#speeds], true)
    assert.is_true(ok)
    assert.are.equal(0x00AA0005, remark.code)
    ok, remark = tao:SetWriteSpeed(speeds[#speeds] - 1, true)
    assert.is_true(ok)
    assert.are.equal(0x00AA0006, remark.code)
    assert.has_error(function() tao:SetWriteSpeed(0, false) end)
    ok, remark = core.TrackAtOnce():SetWriteSpeed(-1, false)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0003, remark.code)
  end)

  it("keeps a speed that was set before PrepareMedia", function()
    local slow = tao.SupportedWriteSpeeds[#tao.SupportedWriteSpeeds]
    assert(tao:SetWriteSpeed(slow, false))
    assert.are_not.equal(slow, tao.CurrentWriteSpeed)
    assert(tao:PrepareMedia())
    assert.are.equal(slow, tao.CurrentWriteSpeed)
    add(tao, 300, 1)
    assert.are.equal(slow, tao.CurrentWriteSpeed)
  end)

  it("knows no full verification and no FIFO beyond its bounds", function()
    for name, value in pairs { BurnVerificationLevel = 2, FifoBytes = 4096 } do
      local ok, err = pcall(function() tao[name] = value end)
      assert.is_false(ok)
      assert.are.equal(0x80070057, err.code, name)
    end
    tao.FifoBytes = 1 << 20
    assert(tao:PrepareMedia())
    add(tao, 1000, 7)
    assert(tao:ReleaseMedia())
    assert.are.equal(content(1000, 7), disc():sub(1, 1000 * 2352))
  end)

  it("leaves the drive to its worker", function()
    assert(tao:PrepareMedia())
    tao.OnUpdate = function(object)
      local _ = object.FreeSectorsOnMedia
      pcall(function() return object.NumberOfExistingTracks end)
      assert.are.equal(0xC0AA0500, select(2, object.Recorder:MediaSummary()).code)
    end
    add(tao, 1000, 7)
    assert(tao:ReleaseMedia())
    assert.are.equal(0, virtual:View().ForeignCommands)
  end)
end)
