-- SPDX-License-Identifier: GPL-3.0-or-later
-- TrackAtOnce as Lua sees it: types, defaults, what a property takes, whole burns.

local core = require "redbook.core"
local burner = require "spec.support.burner"

describe("TrackAtOnce", function()
  local bench, tao

  before_each(function()
    bench = burner.new()
    tao = bench.tao
  end)
  after_each(function() bench:close() end)

  local function read(member) return tao[member] end
  local function write(member, value) tao[member] = value end

  it("begins with IMAPI's defaults and ours", function()
    local new <close> = core.TrackAtOnce()
    assert.is_nil(new.Recorder)
    assert.equal("", new.ClientName)
    assert.is_nil(new.OnUpdate)
    assert.is_false(new.DoNotFinalizeMedia)
    assert.is_false(new.BufferUnderrunFreeDisabled)
    assert.is_false(new.TestWrite)
    assert.is_false(new.Append)
    assert.is_false(new.KeepSessionOpen)
    assert.is_true(new.Prescan)
    assert.equal(67108864, new.FifoBytes)
    assert.equal("", new.MediaCatalogNumber)
    assert.equal(0, new.BurnVerificationLevel)
    assert.equal(-1, new.RequestedWriteSpeed)
    assert.is_false(new.RequestedRotationTypeIsPureCAV)
    assert.same({ 2, 3 }, new.SupportedMediaTypes)
    assert.same({}, new.WrittenTracks)
    assert.equal("idle", new.State)
    assert.equal("redbook.TrackAtOnce (idle)", tostring(new))
  end)

  it("keeps what is set", function()
    for _, flag in ipairs { "DoNotFinalizeMedia", "TestWrite", "Append", "KeepSessionOpen",
      "Prescan" } do
      for _, value in ipairs { true, false, true } do
        tao[flag] = value
        assert.equal(value, tao[flag])
      end
    end
    tao.ClientName = "Mixtape 1.0: side-A; b_c, d."
    assert.equal("Mixtape 1.0: side-A; b_c, d.", tao.ClientName)
    tao.FifoBytes = 1048576
    assert.equal(1048576, tao.FifoBytes)
    tao.MediaCatalogNumber = "4006381333931"
    assert.equal("4006381333931", tao.MediaCatalogNumber)
    tao.MediaCatalogNumber = ""
    assert.equal("", tao.MediaCatalogNumber)
    tao.BurnVerificationLevel = core.IMAPI_BURN_VERIFICATION_LEVEL.QUICK
    assert.equal(1, tao.BurnVerificationLevel)
    local update = function() end
    tao.OnUpdate = update
    assert.equal(update, tao.OnUpdate)
    tao.OnUpdate = nil
    assert.is_nil(tao.OnUpdate)
    assert.equal(bench.recorder, tao.Recorder)
    tao.Recorder = nil
    assert.is_nil(tao.Recorder)
  end)

  it("has its ClientName cleared by nil, when idle", function()
    tao.ClientName = nil
    assert.equal("", tao.ClientName)
    local ok, err = tao:PrepareMedia()
    assert.is_nil(ok)
    assert.equal(0xC0AA050F, err.code)
    tao.ClientName = "spec"
    assert(tao:PrepareMedia())
    assert.equal(0xC0AA0503, burner.raised(write, "ClientName", nil).code)
    assert.equal("spec", tao.ClientName)
  end)

  it("keeps its Recorder object alive", function()
    tao.Recorder = assert(bench.virtual:Recorder())
    collectgarbage()
    collectgarbage()
    assert.equal("virtual:" .. bench.disc, tao.Recorder.ActiveDiscRecorder)
    assert(tao:PrepareMedia())
  end)

  it("raises its error objects for values that are refused", function()
    local cases = {
      { "ClientName", "", 0xC0AA050F }, { "ClientName", ("x"):rep(64), 0xC0AA050F },
      { "ClientName", "caf\xC3\xA9", 0xC0AA050F }, { "FifoBytes", 1048575, 0x80070057 },
      { "FifoBytes", 1073741825, 0x80070057 }, { "FifoBytes", -1, 0x80070057 },
      { "MediaCatalogNumber", "4006381333932", 0xC0AA050C },
      { "MediaCatalogNumber", "400638133393", 0xC0AA050C },
      { "MediaCatalogNumber", "400638133393x", 0xC0AA050C },
      { "BurnVerificationLevel", 2, 0x80070057 },
      { "BufferUnderrunFreeDisabled", true, 0xC0AA0502 },
    }
    for _, case in ipairs(cases) do
      local before = tao[case[1]]
      local err = burner.raised(write, case[1], case[2])
      assert.equal("redbook.Error", getmetatable(err).__name)
      assert.equal(case[3], err.code, case[1])
      assert.equal(before, tao[case[1]])
    end
  end)

  it("raises for values of a wrong type, naming member and line", function()
    local cases = {
      { "Recorder", 5, "redbook.Recorder or nil expected, got number" },
      { "Recorder", io.stdout, "redbook.Recorder or nil expected, got userdata" },
      { "ClientName", 5, "string expected, got number" },
      { "ClientName", "a\0b", "it holds a zero byte" },
      { "OnUpdate", "x", "function or nil expected, got string" },
      { "OnUpdate", setmetatable({}, { __call = print }), "function or nil expected, got table" },
      { "DoNotFinalizeMedia", 1, "boolean expected, got number" },
      { "TestWrite", nil, "boolean expected, got nil" },
      { "Append", "true", "boolean expected, got string" },
      { "KeepSessionOpen", {}, "boolean expected, got table" },
      { "Prescan", 0, "boolean expected, got number" },
      { "BufferUnderrunFreeDisabled", 0, "boolean expected, got number" },
      { "FifoBytes", "1048576", "number expected, got string" },
      { "FifoBytes", 1048576.5, "an integer expected" },
      { "MediaCatalogNumber", 4006381333931, "string expected, got number" },
      { "BurnVerificationLevel", "QUICK", "number expected, got string" },
      { "BurnVerificationLevel", 3, "0 to 2 expected, got 3" },
      { "BurnVerificationLevel", -1, "0 to 2 expected, got -1" },
    }
    for _, case in ipairs(cases) do
      local message = burner.raised(write, case[1], case[2])
      assert.equal(("cannot set '%s': %s"):format(case[1], case[3]),
        message:match "tao_spec.lua:%d+: (.*)")
    end
  end)

  it("raises for figures that the state does not have", function()
    for member, code in pairs {
      NumberOfExistingTracks = 0xC0AA0502, TotalSectorsOnMedia = 0xC0AA0502,
      FreeSectorsOnMedia = 0xC0AA0502, UsedSectorsOnMedia = 0xC0AA0502,
      ExpectedTableOfContents = 0xC0AA0502,
    } do
      assert.equal(code, burner.raised(read, member).code, member)
    end
    tao.Recorder = nil
    for _, member in ipairs { "CurrentPhysicalMediaType", "CurrentWriteSpeed",
      "CurrentRotationTypeIsPureCAV", "SupportedWriteSpeeds", "SupportedWriteSpeedDescriptors",
      "MediaPhysicallyBlank", "MediaHeuristicallyBlank" } do
      assert.equal(0xC0AA050A, burner.raised(read, member).code, member)
    end
    local ok, err = tao:SetWriteSpeed(-1)
    assert.is_nil(ok)
    assert.equal(0xC0AA0003, err.code)
  end)

  it("tells of medium and drive", function()
    assert.equal(2, tao.CurrentPhysicalMediaType)
    assert.is_true(tao.MediaPhysicallyBlank)
    assert.is_true(tao.MediaHeuristicallyBlank)
    assert.is_true(tao:IsRecorderSupported(bench.recorder))
    assert.is_true(tao:IsCurrentMediaSupported(bench.recorder))
    local empty <close> = assert(core.VirtualRecorder {})
    local on_empty <close> = assert(empty:Recorder())
    assert.is_true(tao:IsRecorderSupported(on_empty))
    local supported, err = tao:IsCurrentMediaSupported(on_empty)
    assert.is_nil(supported)
    assert.equal(0xC0AA0202, err.code)
    assert.has_error(function() tao:IsRecorderSupported() end)
    assert.has_error(function() tao:IsCurrentMediaSupported(tao) end)
  end)

  it("lists speeds and takes the nearest", function()
    assert.same({ 3900, 3600, 3000, 2400, 1800, 1200, 600, 300 }, tao.SupportedWriteSpeeds)
    local descriptors = tao.SupportedWriteSpeedDescriptors
    assert.equal(8, #descriptors)
    assert.same({ MediaType = 2, RotationTypeIsPureCAV = true, WriteSpeed = 2400 }, descriptors[4])
    assert.same({ MediaType = 2, RotationTypeIsPureCAV = false, WriteSpeed = 1800 }, descriptors[5])
    assert(tao:PrepareMedia())
    local ok, remark = tao:SetWriteSpeed(600)
    assert.is_true(ok)
    assert.is_nil(remark)
    assert.equal(600, tao.CurrentWriteSpeed)
    ok, remark = tao:SetWriteSpeed(620)
    assert.is_true(ok)
    assert.equal(0x00AA0004, remark.code)
    assert.equal("S_IMAPI_SPEEDADJUSTED", remark.name)
    assert.equal(620, tao.RequestedWriteSpeed)
    assert.equal(600, tao.CurrentWriteSpeed)
    ok, remark = tao:SetWriteSpeed(300, true)
    assert.is_true(ok)
    assert.equal(0x00AA0005, remark.code)
    assert.is_true(tao.RequestedRotationTypeIsPureCAV)
    assert.is_false(tao.CurrentRotationTypeIsPureCAV)
    ok, remark = tao:SetWriteSpeed(-1, true)
    assert.is_true(ok)
    assert.is_nil(remark)
    assert.equal(-1, tao.RequestedWriteSpeed)
    assert.equal(3900, tao.CurrentWriteSpeed)
    assert.is_true(tao.CurrentRotationTypeIsPureCAV)
    ok, remark = tao:SetWriteSpeed(-1, false)
    assert.is_true(ok)
    assert.equal("S_IMAPI_ROTATIONADJUSTED", remark.name)
    for _, wrong in ipairs { 0, -2, 2 ^ 31, 1.5, "fast" } do
      assert.equal("SetWriteSpeed: sectors per second (75 is 1x) or -1 for the fastest expected, "
        .. "got " .. tostring(wrong), burner.raised(tao.SetWriteSpeed, tao, wrong):match ": (.*)")
    end
    assert.has_error(function() tao:SetWriteSpeed(300, 1) end)
  end)

  it("burns a disc", function()
    local first, first_pcm = bench:sound("first.wav", 400, 1)
    local second, second_pcm = bench:sound("second.wav", 301, 2)
    tao.MediaCatalogNumber = "4006381333931"
    assert.is_true(tao:PrepareMedia())
    assert.equal("redbook.TrackAtOnce (prepared)", tostring(tao))
    assert.equal(0, tao.NumberOfExistingTracks)
    assert.equal(359847, tao.TotalSectorsOnMedia)
    assert.equal(359847, tao.FreeSectorsOnMedia)
    assert.equal(0, tao.UsedSectorsOnMedia)
    assert.equal(0xC0AA0505, burner.raised(read, "ExpectedTableOfContents").code)
    assert.is_true(tao:AddAudioTrack(first, { ISRC = "US-RC1-76-07839", CopyPermitted = true }))
    assert.is_true(tao:AddAudioTrack(second, { PreEmphasis = true }))
    assert.equal(2, tao.NumberOfExistingTracks)
    assert.equal(359847 - 552 - 453, tao.FreeSectorsOnMedia)
    assert.same({ "\x00\x1A\x01\x02" .. "\0\x12\1\0\0\0\0\0" .. "\0\x11\2\0\0\0\x02\x28"
      .. "\0\x11\xAA\0\0\0\x03\x57" }, tao.ExpectedTableOfContents)
    local written = tao.WrittenTracks
    for _, track in ipairs(written) do
      assert.is_true(track.Seconds > 0)
      assert.equal(28 * ((track.Sectors + 74) // 75), #track.Fingerprint.Blocks)
      assert.same({ 4704, 4704 }, { #track.Fingerprint.Head, #track.Fingerprint.Tail })
      assert.equal(2, #track.AccurateRip.Only)
      track.Seconds, track.Fingerprint, track.AccurateRip = nil, nil, nil
    end
    assert.same({
      { Number = 1, StartLba = 0, Sectors = 400, CRC32 = 0x516595D0, ClippedSamples = 0,
        ISRC = "USRC17607839" },
      { Number = 2, StartLba = 552, Sectors = 301, CRC32 = 0xC3F7F0E6, ClippedSamples = 0,
        ISRC = "" },
    }, written)
    assert.is_true(tao:ReleaseMedia())
    assert.equal("idle", tao.State)
    assert.equal(first_pcm, bench:on_disc(0, 400))
    assert.equal(second_pcm, bench:on_disc(552, 301))
    assert.same({
      { Number = 1, Session = 1, StartLba = 0, Sectors = 400, Control = 2, Complete = true,
        ISRC = "USRC17607839" },
      { Number = 2, Session = 1, StartLba = 552, Sectors = 301, Control = 1, Complete = true,
        ISRC = "" },
    }, bench.virtual:Tracks())
    local view = bench.virtual:View()
    assert.equal(2, view.DiscStatus)
    assert.equal(0, view.ForeignCommands)
    assert.is_false(view.Held)
  end)

  it("refuses a wrong ISRC and names what is wrong", function()
    assert(tao:PrepareMedia())
    for _, isrc in ipairs { "USRC1760783", "USRC176078391", "1SRC17607839", "US/RC1/76/07839",
      "usrc1760783x" } do
      local ok, err = tao:AddAudioTrack(function() end, { ISRC = isrc })
      assert.is_nil(ok)
      assert.equal(0xC0AA050B, err.code, isrc)
      assert.truthy(err.message:find(isrc, 1, true))
    end
    assert.equal(0, tao.NumberOfExistingTracks)
  end)

  it("tells a wrong state before it looks at the source", function()
    local ok, err = tao:AddAudioTrack("/no/such/file", { ISRC = "wrong" })
    assert.is_nil(ok)
    assert.equal(0xC0AA0502, err.code)
    assert.equal("untouched", err.disc)
    ok, err = tao:CancelAddTrack()
    assert.is_nil(ok)
    assert.equal(0xC0AA0501, err.code)
  end)

  it("says what state the disc is in when something fails", function()
    assert(tao:PrepareMedia())
    local ok, err = tao:AddAudioTrack "/no/such/file"
    assert.is_nil(ok)
    assert.equal("untouched", err.disc)
    assert(tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 }))
    ok, err = tao:AddAudioTrack "/no/such/file"
    assert.is_nil(ok)
    assert.equal(0x80070002, err.code)
    assert.equal("open", err.disc)
    assert.equal("open", burner.raised(write, "ClientName", "late").disc)
  end)

  it("lets go without closing the session when it is closed", function()
    core.last_release_error() -- forgets what other specs left
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 }))
    tao:Close()
    local view = bench.virtual:View()
    assert.is_false(view.Held)
    assert.is_false(view.Prevented)
    assert.equal(1, view.DiscStatus)
    assert.equal(1, view.Tracks)
    assert.is_nil(core.last_release_error())
  end)

  it("lets go when it is collected", function()
    do
      local dropped = core.TrackAtOnce()
      dropped.Recorder, dropped.ClientName = assert(bench.virtual:Recorder()), "dropped"
      assert(dropped:PrepareMedia())
    end
    collectgarbage()
    collectgarbage()
    local other = core.TrackAtOnce()
    other.Recorder, other.ClientName = bench.recorder, "next"
    local posix = require "posix"
    local give_up = posix.monotonic() + 60
    while bench.virtual:View().Held and posix.monotonic() < give_up do posix.sleep(0.01) end
    assert.is_false(bench.virtual:View().Held)
    assert(other:PrepareMedia())
    other:Close()
  end)

  it("keeps what failed while letting go", function()
    assert(tao:PrepareMedia())
    bench.virtual:AddFault { command = "PREVENT ALLOW MEDIUM REMOVAL", sense = "4/44/00" }
    tao:Close()
    assert.is_false(bench.virtual:View().Held)
    local err = core.last_release_error()
    assert.equal("redbook.Error", getmetatable(err).__name)
    assert.equal(4, err.sense.key)
    assert.is_nil(core.last_release_error())
  end)
end)

describe("redbook.speed", function()
  it("turns x into sectors per second", function()
    assert.equal(75, core.speed(1))
    assert.equal(1200, core.speed(16))
    assert.equal(180, core.speed(2.4))
    assert.equal("integer", math.type(core.speed(2.4)))
    for _, wrong in ipairs { 0, -1, 0 / 0, 1001 } do
      assert.has_error(function() core.speed(wrong) end)
    end
    assert.has_error(function() core.speed() end)
  end)
end)

describe("the module", function()
  it("has its version and IMAPI's enumerations, both ways", function()
    assert.equal("0.1.0", core.version)
    assert.equal(3, core.IMAPI_MEDIA_PHYSICAL_TYPE.CDRW)
    assert.equal("CDRW", core.IMAPI_MEDIA_PHYSICAL_TYPE[3])
    assert.equal(0x13, core.IMAPI_MEDIA_PHYSICAL_TYPE.BDRE)
    assert.equal(0xFFFF, core.IMAPI_PROFILE_TYPE.NON_STANDARD)
    assert.equal(0x2D, core.IMAPI_FEATURE_PAGE_TYPE.CD_TRACK_AT_ONCE)
    assert.equal(0x110, core.IMAPI_FEATURE_PAGE_TYPE.VCPS)
    assert.equal(0x2A, core.IMAPI_MODE_PAGE_TYPE.LEGACY_CAPABILITIES)
    assert.same({ UNKNOWN = 0, PREPARING = 1, WRITING = 2, FINISHING = 3, VERIFYING = 4,
      [0] = "UNKNOWN", "PREPARING", "WRITING", "FINISHING", "VERIFYING" },
      core.IMAPI_FORMAT2_TAO_WRITE_ACTION)
    assert.same({ NONE = 0, QUICK = 1, FULL = 2, [0] = "NONE", "QUICK", "FULL" },
      core.IMAPI_BURN_VERIFICATION_LEVEL)
    assert.equal(3, core.IMAPI_MODE_PAGE_REQUEST_TYPE.SAVED)
    assert.equal(2, core.IMAPI_READ_TRACK_ADDRESS_TYPE.SESSION)
  end)
end)
