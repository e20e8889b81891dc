-- SPDX-License-Identifier: GPL-3.0-or-later
-- Recorder: IDiscRecorder2 and MediaSummary, on a virtual drive.

local core = require "redbook.core"
local burner = require "spec.support.burner"

describe("Recorder", function()
  local bench, recorder

  before_each(function()
    bench = burner.new()
    recorder = bench.recorder
  end)
  after_each(function() bench:close() end)

  it("is made from a name, and opens nothing by that", function()
    local path = bench.folder .. "/new.cue"
    local named <close> = assert(core.Recorder("virtual:" .. path .. "?medium=cd-rw&minutes=74"))
    assert.equal("virtual:" .. path .. "?medium=cd-rw&minutes=74", named.ActiveDiscRecorder)
    assert.is_nil(io.open(path))
    assert.equal(3, assert(named:MediaSummary()).MediaType)
    assert.is_nil(io.open(path))
  end)

  it("is made on a drive that the program holds", function()
    assert.equal("virtual:" .. bench.disc, recorder.ActiveDiscRecorder)
    local odd <close> = assert(core.VirtualRecorder { path = bench.folder .. "/a?b%c.cue" })
    local on_odd <close> = assert(odd:Recorder())
    assert.equal("virtual:" .. bench.folder .. "/a%3Fb%25c.cue", on_odd.ActiveDiscRecorder)
  end)

  it("of a drive that is not there is an error", function()
    local made, err = core.Recorder "/dev/no-such-drive"
    assert.is_nil(made)
    assert.equal(0x80070037, err.code)
    assert.equal("Check the name; DiscMaster lists the drives that are there.", err.advice)
    made, err = core.Recorder "virtual:x.cue?colour=red"
    assert.is_nil(made)
    assert.equal(0x80070057, err.code)
    assert.has_error(function() core.Recorder() end)
    assert.has_error(function() core.Recorder {} end)
  end)

  it("binds to another drive", function()
    assert.is_true(recorder:InitializeDiscRecorder("virtual:" .. bench.folder .. "/b.cue"))
    assert.equal("virtual:" .. bench.folder .. "/b.cue", recorder.ActiveDiscRecorder)
    local ok, err = recorder:InitializeDiscRecorder "/dev/no-such-drive"
    assert.is_nil(ok)
    assert.equal(0x80070037, err.code)
    assert.equal("virtual:" .. bench.folder .. "/b.cue", recorder.ActiveDiscRecorder)
    assert(recorder:AcquireExclusiveAccess(false, "spec"))
    ok, err = recorder:InitializeDiscRecorder "virtual:"
    assert.is_nil(ok)
    assert.equal(0xC0AA0210, err.code)
  end)

  it("keeps its tray shut from PrepareMedia to ReleaseMedia, whoever holds it besides", function()
    local tao = bench.tao
    for _, held in ipairs { false, true } do
      if held then assert(recorder:AcquireExclusiveAccess(false, "me")) end
      assert(tao:PrepareMedia())
      for _, move in ipairs { "EjectMedia", "CloseTray" } do
        local ok, err = recorder[move](recorder)
        assert.is_nil(ok)
        assert.equal(0xC0AA0210, err.code)
        assert.equal('the recorder is held by the burn of "spec"', err.message)
        assert.equal("End the burn first: ReleaseMedia, or Close of the TrackAtOnce.", err.advice)
      end
      assert(tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 }))
      assert.is_nil(recorder:EjectMedia())
      assert(tao:ReleaseMedia())
      assert(recorder:EjectMedia())
      assert(recorder:CloseTray())
      if not held then assert(bench.virtual:Insert { path = bench.folder .. "/second.cue" }) end
    end
  end)

  it("tells who the drive is", function()
    assert.equal("VIRTUAL", recorder.VendorId)
    assert.equal("CD-R/RW RECORDER", recorder.ProductId)
    assert.equal("string", type(recorder.ProductRevision))
    assert.is_true(#recorder.ProductRevision <= 4)
    assert.truthy(recorder.VolumeName:find "^virtual%-%x+$")
    assert.same({}, recorder.VolumePathNames)
    assert.is_true(recorder.DeviceCanLoadMedia)
    local err = burner.raised(function() return recorder.LegacyDeviceNumber end)
    assert.equal(0x80004005, err.code)
  end)

  it("lists features, profiles and mode pages", function()
    local feature, profile = core.IMAPI_FEATURE_PAGE_TYPE, core.IMAPI_PROFILE_TYPE
    local function set(list)
      local known = {}
      for _, code in ipairs(list) do
        assert.equal("integer", math.type(code))
        known[code] = true
      end
      return known
    end
    local supported = set(recorder.SupportedFeaturePages)
    local current = set(recorder.CurrentFeaturePages)
    assert.is_true(supported[feature.PROFILE_LIST] and supported[feature.CORE])
    assert.is_true(supported[feature.CD_TRACK_AT_ONCE])
    assert.is_true(current[feature.CD_TRACK_AT_ONCE])
    for code in pairs(current) do assert.is_true(supported[code]) end
    assert.is_true(set(recorder.SupportedProfiles)[profile.CD_REWRITABLE])
    assert.same({ profile.CD_RECORDABLE }, recorder.CurrentProfiles)
    local pages = set(recorder.SupportedModePages)
    assert.is_true(pages[core.IMAPI_MODE_PAGE_TYPE.WRITE_PARAMETERS])
    assert.is_true(pages[core.IMAPI_MODE_PAGE_TYPE.LEGACY_CAPABILITIES])
  end)

  it("raises its error object when the drive does not answer", function()
    bench.virtual:AddFault { vanish = true }
    for _, member in ipairs { "VendorId", "ProductId", "ProductRevision", "DeviceCanLoadMedia",
      "SupportedFeaturePages", "CurrentFeaturePages", "SupportedProfiles", "CurrentProfiles",
      "SupportedModePages" } do
      local err = burner.raised(function() return recorder[member] end)
      assert.equal("redbook.Error", getmetatable(err).__name, member)
      assert.equal(0x80070037, err.code, member)
    end
    assert.equal("", recorder.ExclusiveAccessOwner)
  end)

  it("locks, nests, names the owner, unlocks", function()
    assert.equal("", recorder.ExclusiveAccessOwner)
    assert.is_true(recorder:AcquireExclusiveAccess(false, "mixtape"))
    assert.equal("mixtape", recorder.ExclusiveAccessOwner)
    assert.equal(("redbook.Recorder (virtual:%s, locked)"):format(bench.disc), tostring(recorder))
    assert.is_true(bench.virtual:View().Held)
    assert.is_true(bench.virtual:View().Prevented)
    assert.is_true(recorder:AcquireExclusiveAccess(true, "mixtape"))
    assert.is_true(recorder:ReleaseExclusiveAccess())
    assert.is_true(bench.virtual:View().Held)
    assert.is_true(recorder:ReleaseExclusiveAccess())
    assert.is_false(bench.virtual:View().Held)
    assert.is_false(bench.virtual:View().Prevented)
    assert.equal(("redbook.Recorder (virtual:%s)"):format(bench.disc), tostring(recorder))
  end)

  it("refuses another holder and says who holds the drive", function()
    local other <close> = assert(bench.virtual:Recorder())
    assert(recorder:AcquireExclusiveAccess(false, "the first"))
    local ok, err = other:AcquireExclusiveAccess(false, "the second")
    assert.is_nil(ok)
    assert.equal(0xC0AA0210, err.code)
    assert.truthy(err.message:find("the first", 1, true))
    assert.equal(("Close the other program, or wait until it has finished; unmount the disc if it "
      .. "is mounted; doctor.lua --device %s tells more."):format(other.ActiveDiscRecorder),
      err.advice)
    assert.equal("the first", other.ExclusiveAccessOwner)
  end)

  it("checks the arguments of AcquireExclusiveAccess", function()
    local ok, err = recorder:AcquireExclusiveAccess(false, "caf\xC3\xA9")
    assert.is_nil(ok)
    assert.equal(0xC0AA0211, err.code)
    assert.has_error(function() recorder:AcquireExclusiveAccess(0, "spec") end)
    assert.has_error(function() recorder:AcquireExclusiveAccess(false) end)
    assert.has_error(function() recorder:AcquireExclusiveAccess(false, "a\0b") end)
  end)

  it("releases only what it has acquired", function()
    local ok, err = recorder:ReleaseExclusiveAccess()
    assert.is_nil(ok)
    assert.equal(0x80004005, err.code)
    assert(bench.tao:PrepareMedia())
    ok, err = recorder:ReleaseExclusiveAccess()
    assert.is_nil(ok)
    assert.equal(0x80004005, err.code)
    assert.is_true(bench.virtual:View().Held)
  end)

  it("lets go of what it holds when it is closed or collected", function()
    for _ = 1, 3 do assert(recorder:AcquireExclusiveAccess(false, "spec")) end
    recorder:Close()
    assert.is_false(bench.virtual:View().Held)
    do
      local dropped = assert(bench.virtual:Recorder())
      assert(dropped:AcquireExclusiveAccess(false, "dropped"))
      assert.is_true(bench.virtual:View().Held)
    end
    collectgarbage()
    collectgarbage()
    assert.is_false(bench.virtual:View().Held)
  end)

  it("may be closed while a TrackAtOnce goes on with the drive", function()
    assert(bench.tao:PrepareMedia())
    recorder:Close()
    assert.is_true(bench.virtual:View().Held)
    assert(bench.tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 }))
    assert(bench.tao:ReleaseMedia())
    assert.equal(1, bench.virtual:View().Tracks)
  end)

  it("moves the tray", function()
    assert.is_true(recorder:EjectMedia())
    assert.is_true(bench.virtual:View().TrayOpen)
    assert.equal("none", assert(recorder:MediaSummary()).State)
    assert.is_true(recorder:CloseTray())
    assert.is_false(bench.virtual:View().TrayOpen)
  end)

  it("counts DisableMcn and EnableMcn", function()
    assert.is_true(recorder:DisableMcn())
    assert.is_true(recorder:DisableMcn())
    assert.is_true(recorder:EnableMcn())
    assert.is_true(recorder:EnableMcn())
  end)

  it("sums up a blank disc", function()
    assert.same({ MediaType = 2, State = "blank", Erasable = false, SessionOpen = false,
      Damaged = false, LastTrackIncomplete = false, NumberOfTracks = 0, NumberOfSessions = 0,
      NextTrack = 1,
      NextWritableAddress = 0, TotalSectors = 359847, FreeSectors = 359847, UsedSectors = 0 },
      recorder:MediaSummary())
  end)

  it("sums up an empty drive", function()
    local empty <close> = assert(core.VirtualRecorder {})
    local on_empty <close> = assert(empty:Recorder())
    assert.same({ MediaType = 0, State = "none", Erasable = false, SessionOpen = false,
      Damaged = false, LastTrackIncomplete = false, NumberOfTracks = 0, NumberOfSessions = 0,
      TotalSectors = 0, FreeSectors = 0, UsedSectors = 0 }, on_empty:MediaSummary())
  end)

  it("sums up a disc with an open session, and a complete one", function()
    local tao = bench.tao
    tao.KeepSessionOpen = true
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(burner.feeder(burner.pcm(400)), { length = 400 }))
    assert(tao:ReleaseMedia())
    local open = assert(recorder:MediaSummary())
    assert.equal("appendable", open.State)
    assert.is_true(open.SessionOpen)
    assert.equal(1, open.NumberOfTracks)
    assert.equal(2, open.NextTrack)
    assert.equal(552, open.NextWritableAddress)
    assert.equal(359847 - 552, open.FreeSectors)
    tao.KeepSessionOpen, tao.Append = false, true
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 }))
    assert(tao:ReleaseMedia())
    local complete = assert(recorder:MediaSummary())
    assert.equal("complete", complete.State)
    assert.equal(2, complete.NumberOfTracks)
    assert.equal(1, complete.NumberOfSessions)
    assert.is_nil(complete.NextTrack)
    assert.is_nil(complete.NextWritableAddress)
    assert.equal(0, complete.FreeSectors)
  end)

  it("waits for a disc to become ready", function()
    assert.is_true(recorder:WaitReady(0))
    bench.virtual:SetReady(5)
    assert(bench.virtual:Insert { path = bench.folder .. "/next.cue" })
    local before = bench.virtual:View().ClockUs
    assert.is_true(recorder:WaitReady(30))
    assert.is_true(bench.virtual:View().ClockUs - before >= 5e6)
    bench.virtual:SetReady(60)
    assert(bench.virtual:Insert { path = bench.folder .. "/late.cue" })
    local ok, err = recorder:WaitReady(2)
    assert.is_nil(ok)
    assert.equal(0xC0AA0205, err.code)
    assert(bench.virtual:Insert(nil))
    ok, err = recorder:WaitReady(60)
    assert.is_nil(ok)
    assert.equal(0xC0AA0202, err.code)
    assert.has_error(function() recorder:WaitReady(-1) end)
    assert.has_error(function() recorder:WaitReady() end)
  end)

  it("writes a trace", function()
    local path = bench.folder .. "/trace.ndjson"
    do
      local traced <close> = assert(bench.virtual:Recorder { trace = path })
      assert.equal("VIRTUAL", traced.VendorId)
    end
    local text = bench:read "trace.ndjson"
    assert.equal('{"redbook_trace":1', text:sub(1, 18))
    assert.truthy(text:find('"cdb":"12 00 00 00', 1, true))
  end)

  it("is busy while an operation runs", function()
    local operation <close> = assert(bench.tao:BeginPrepareMedia())
    assert.equal(("redbook.Recorder (virtual:%s, busy)"):format(bench.disc), tostring(recorder))
    local summary, err = recorder:MediaSummary()
    assert.is_nil(summary)
    assert.equal(0xC0AA0500, err.code)
    assert.equal(0xC0AA0500, burner.raised(function() return recorder.VendorId end).code)
    assert.equal("virtual:" .. bench.disc, recorder.ActiveDiscRecorder)
    while operation:step() do end
    assert.is_true(operation:result())
    assert.equal("VIRTUAL", recorder.VendorId)
  end)
end)
