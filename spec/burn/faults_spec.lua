-- SPDX-License-Identifier: GPL-3.0-or-later
-- What goes wrong in the middle: the error or success that is documented, the disc's state told
-- truly (compared with what another user of the disc finds), the lock gone.

local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

local BLOCK = 8192

-- A source whose every 8 KiB differ, the same however it is asked.
local function noise(sectors, seed)
  local position, length = 0, sectors * 2352
  return function(bytes)
    if position == length then return nil end
    local offset = position % BLOCK
    local n = math.min(bytes, length - position, BLOCK - offset)
    local block = string.pack("<I4I4", position // BLOCK, seed):rep(BLOCK // 8)
    position = position + n
    return block:sub(offset + 1, offset + n)
  end
end

local function bytes_of(sectors, seed)
  local parts, read = {}, noise(sectors, seed)
  for part in function() return read(65536) end do parts[#parts + 1] = part end
  return table.concat(parts)
end

describe("a burn with", function()
  local folder, virtual, tao

  before_each(function()
    folder = sandbox.folder()
    virtual = assert(core.VirtualRecorder { path = folder .. "/disc.cue", minutes = 74 })
    tao = core.TrackAtOnce()
    tao.Recorder, tao.ClientName = virtual:Recorder(), "faults"
  end)

  after_each(function()
    tao:Close()
    sandbox.remove(folder)
  end)

  local function add(sectors, seed)
    return tao:AddAudioTrack(noise(sectors, seed), { length = sectors })
  end

  -- What another program finds after the drive was let go.
  local function afterwards()
    tao:Close()
    assert.is_false(virtual:View().Held)
    assert.is_false(virtual:View().Prevented)
    local recorder <close> = assert(core.Recorder("virtual:" .. folder .. "/disc.cue"))
    assert(recorder:AcquireExclusiveAccess(false, "somebody else"))
    local summary = assert(recorder:MediaSummary())
    assert(recorder:ReleaseExclusiveAccess())
    return summary
  end

  local function on_disc(start, sectors)
    return sandbox.read(folder .. "/disc.bin"):sub(start * 2352 + 1, (start + sectors) * 2352)
  end

  it("a drive that becomes ready after 5 s", function()
    virtual:SetReady(5)
    virtual:Insert { path = folder .. "/other.cue" }
    local ok, err = tao:PrepareMedia()
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0205, err.code)
    assert.is_true(err.transient)
    local before = virtual:View().ClockUs
    assert(tao.Recorder:WaitReady(20))
    local waited = (virtual:View().ClockUs - before) / 1e6
    assert.is_true(waited > 3 and waited < 8, "waited " .. waited)
    assert(tao:PrepareMedia())
    assert(tao:ReleaseMedia())
  end)

  it("a drive that does not become ready in time", function()
    virtual:SetReady(60)
    virtual:Insert { path = folder .. "/other.cue" }
    local ok, err = tao.Recorder:WaitReady(10)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0205, err.code)
  end)

  it("a full buffer 1000 times", function()
    virtual:AddFault { command = "WRITE", sense = "2/04/08", after = 3, times = 1000 }
    assert(tao:PrepareMedia())
    assert(add(500, 1))
    assert(tao:ReleaseMedia())
    assert.are.equal(1000, virtual:View().FaultHits)
    assert.are.equal("complete", afterwards().State)
    assert.are.equal(bytes_of(500, 1), on_disc(0, 500))
  end)

  it("a buffer that stays full for ever", function()
    virtual:AddFault { command = "WRITE", sense = "2/04/08", after = 3 }
    assert(tao:PrepareMedia())
    local ok, err = add(500, 1)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0207, err.code)
    assert.are.equal("WRITE(10)", err.command:sub(1, 9))
  end)

  it("a write error in the middle of track 2", function()
    virtual:AddFault { command = "WRITE", lba = 900, sense = "3/0C/00", times = 1 }
    assert(tao:PrepareMedia())
    assert(add(500, 1))
    local ok, err = add(800, 2)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0301, err.code)
    assert.are.equal("open", err.disc)
    assert.same({ 3, 0x0C, 0 }, { err.sense.key, err.sense.asc, err.sense.ascq })
    assert.is_true(err.lba >= 875 and err.lba <= 900)
    assert.are.equal("prepared", tao.State)
    local summary = afterwards()
    assert.are.equal("appendable", summary.State)
    assert.is_true(summary.SessionOpen)
    assert.are.equal(bytes_of(500, 1), on_disc(0, 500))
  end)

  it("a deferred write error", function()
    virtual:AddFault { command = "WRITE", after = 10, times = 1,
      sense = { key = 3, asc = 0x0C, ascq = 0, deferred = true } }
    assert(tao:PrepareMedia())
    local ok, err = add(500, 1)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0301, err.code)
    assert.are.equal("open", err.disc)
  end)

  it("a drive that does not say any more how the disc is: the track counts all the same", function()
    assert(tao:PrepareMedia())
    virtual:AddFault { command = "TEST UNIT READY", sense = "2/04/00" }
    assert(add(500, 1))
    assert.same({ 1, 500 }, { #tao.WrittenTracks, tao.WrittenTracks[1].Sectors })
    virtual:ClearFaults()
    assert(tao:ReleaseMedia())
    assert.are.equal("complete", afterwards().State)
  end)

  it("a first WRITE that fails, and a disc that is still blank", function()
    virtual:AddFault { command = "WRITE", sense = "3/0C/00" }
    assert(tao:PrepareMedia())
    local ok, err = add(500, 1)
    assert.is_nil(ok)
    assert.same({ 0xC0AA0301, "untouched" }, { err.code, err.disc })
    assert(tao:ReleaseMedia()) -- nothing to close (imapi2 1.3)
    assert.are.equal("blank", afterwards().State)
  end)

  it("loss of streaming", function()
    virtual:AddFault { command = "WRITE", after = 10, times = 1, sense = "3/0C/09" }
    assert(tao:PrepareMedia())
    local _, err = add(500, 1)
    assert.are.equal(0xC0AA0300, err.code)
  end)

  it("a drive that vanishes in a track", function()
    virtual:AddFault { command = "WRITE", after = 10, vanish = true }
    assert(tao:PrepareMedia())
    local ok, err = add(500, 1)
    assert.is_nil(ok)
    assert.are.equal(0x80070037, err.code)
    assert.are.equal("unknown", err.disc)
    ok, err = tao:ReleaseMedia()
    assert.is_nil(ok)
    assert.are.equal(0x80070037, err.code)
    assert.are.equal("idle", tao.State)
    virtual:ClearFaults()
    assert.is_false(virtual:View().Held)
  end)

  it("a drive that lies about writing", function()
    virtual:AddFault { command = "WRITE", lie = true }
    assert(tao:PrepareMedia())
    local ok, err = add(3000, 1)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0007, err.code)
  end)

  it("a drive that lies about some of the writing, looked at quickly", function()
    tao.BurnVerificationLevel = 1
    virtual:AddFault { command = "WRITE", lba = 10, lie = true }
    assert(tao:PrepareMedia())
    local ok, err = add(3000, 1)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0007, err.code)
  end)

  it("a drive that lies about closing", function()
    virtual:AddFault { command = "CLOSE TRACK SESSION", lie = true }
    assert(tao:PrepareMedia())
    assert(add(500, 1))
    local ok, err = tao:ReleaseMedia()
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0007, err.code)
    assert.are.equal("open", err.disc)
    assert.are.equal("idle", tao.State)
    assert.is_true(afterwards().SessionOpen)
  end)

  it("an error while closing", function()
    virtual:AddFault { command = "CLOSE TRACK SESSION", sense = "3/72/01" }
    assert(tao:PrepareMedia())
    assert(add(500, 1))
    local ok, err = tao:ReleaseMedia()
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0301, err.code)
    assert.are.equal("open", err.disc)
    assert.is_true(afterwards().SessionOpen)
  end)

  it("an error in SYNCHRONIZE CACHE", function()
    virtual:AddFault { command = "SYNCHRONIZE CACHE", sense = "3/0C/00", times = 1 }
    assert(tao:PrepareMedia())
    local ok, err = add(500, 1)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0301, err.code)
    assert.are.equal("open", err.disc)
  end)

  it("no room for track 3", function()
    assert(tao:PrepareMedia())
    assert(add(1000, 1))
    assert(add(1000, 2))
    local free = tao.FreeSectorsOnMedia
    local before = sandbox.read(folder .. "/disc.bin")
    local ok, err = tao:AddAudioTrack(function() return nil end, { length = free + 1 })
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0509, err.code)
    assert.are.equal(before, sandbox.read(folder .. "/disc.bin"))
    assert(tao:ReleaseMedia())
    assert.are.equal("complete", afterwards().State)
  end)

  it("a source that ends early", function()
    assert(tao:PrepareMedia())
    local ok, err = tao:AddAudioTrack(noise(400, 1), { length = 500 })
    assert.is_nil(ok)
    assert.are.equal(0xC0AA050D, err.code)
    assert.truthy(err.message:find("sector 400 of 500", 1, true), err.message)
  end)

  it("a cancelled track, which stays as a shorter one", function()
    tao.FifoBytes = 1 << 20 -- the end of the track has to wait for us
    assert(tao:PrepareMedia())
    tao.OnUpdate = function(object, args)
      if args.CurrentAction == 2 and args.LastWrittenLba > 2000 then
        assert(object:CancelAddTrack())
      end
    end
    local ok, err = add(8000, 1)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0002, err.code)
    assert.are.equal("open", err.disc)
    assert.are.equal(1, tao.NumberOfExistingTracks)
    local written = tao.WrittenTracks[1]
    assert.is_true(written.Sectors > 2000 and written.Sectors < 8000)
    tao.OnUpdate = nil
    assert(add(300, 2))
    assert(tao:ReleaseMedia())
    assert.are.equal(bytes_of(written.Sectors, 1), on_disc(0, written.Sectors))
    assert.are.equal(bytes_of(300, 2), on_disc(written.Sectors + 152, 300))
  end)

  it("a track cancelled before its first WRITE", function()
    assert(tao:PrepareMedia())
    tao.OnUpdate = function(object) object:CancelAddTrack() end
    local ok, err = add(8000, 1)
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0002, err.code)
  end)

  it("a callback that raises", function()
    assert(tao:PrepareMedia())
    local thrown = setmetatable({}, { __tostring = function() return "thrown" end })
    tao.OnUpdate = function(_, args)
      if args.CurrentAction == 2 then error(thrown) end
    end
    local fine, err = pcall(add, 8000, 1)
    assert.is_false(fine)
    assert.are.equal(thrown, err)
    assert.are.equal("prepared", tao.State)
    assert.are.equal(0, virtual:View().ForeignCommands)
  end)

  it("a callback that yields", function()
    assert(tao:PrepareMedia())
    tao.OnUpdate = function() coroutine.yield "tick" end
    local ticks = 0
    local burn = coroutine.wrap(function()
      assert(add(3000, 1))
      return "done"
    end)
    while burn() == "tick" do ticks = ticks + 1 end
    assert.is_true(ticks >= 4)
    assert(coroutine.wrap(function() return tao:ReleaseMedia() end)() == "tick")
  end)
end)
