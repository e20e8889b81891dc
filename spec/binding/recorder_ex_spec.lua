-- SPDX-License-Identifier: GPL-3.0-or-later
-- Recorder: IDiscRecorder2Ex on a virtual drive.

local core = require "redbook.core"
local burner = require "spec.support.burner"

local function hex(text)
  return (text:gsub("%x%x ?", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function bytes(text)
  return (text:gsub(".", function(c) return ("%02x "):format(c:byte()) end):sub(1, -2))
end

-- What a failed call gave, in short: "code: message".
local function failure(value, err)
  assert.is_nil(value)
  return ("%08X: %s"):format(err.code, err.message)
end

local TUR = hex "00 00 00 00 00 00"
local INQUIRY = hex "12 00 00 00 24 00"
local START = hex "1b 00 00 00 00 00"
local TOC = hex "43 00 00 00 00 00 00 00 24 00"
local WHO = "05 80 05 02 1f 00 00 00 56 49 52 54 55 41 4c 20 43 44 2d 52 2f 52 57 20 52 45 43 4f "
  .. "52 44 45 52 31 2e 30 30"
local PAGE_08 = "08 0a 04 00 00 00 00 00 00 00 00 00"

describe("Recorder", function()
  local bench, recorder, commands

  before_each(function()
    bench = burner.new()
    recorder = bench.recorder
    commands = bench.virtual:View().Commands
  end)
  after_each(function() bench:close() end)

  local function held(call)
    assert(recorder:AcquireExclusiveAccess(false, "spec"))
    call()
    assert(recorder:ReleaseExclusiveAccess())
  end

  it("sends a caller's commands", function()
    assert.same({ true }, { recorder:SendCommand(TUR) })
    assert.equal(WHO, bytes((recorder:SendCommand(INQUIRY, { data_in_length = 36 }))))
    assert.equal(WHO, bytes((recorder:SendCommandGetDataFromDevice(INQUIRY, 36))))
    assert.equal(WHO:sub(1, 14),
      bytes((recorder:SendCommand(hex "12 00 00 00 05 00", { data_in_length = 9, timeout = 1.5 }))))
    assert.same({ true }, { recorder:SendCommandNoData(TUR, 30) })
    held(function()
      local select = hex "55 10 00 00 00 00 00 00 14 00"
      local list = ("\0"):rep(8) .. hex(PAGE_08)
      assert.same({ true }, { recorder:SendCommand(select, { data_out = list }) })
      assert.same({ true }, { recorder:SendCommandSendDataToDevice(select, list) })
    end)
  end)

  it("takes sense data for a success with a remark", function()
    local data, remark = recorder:SendCommandGetDataFromDevice(TOC, 36)
    assert.equal("", data)
    assert.equal(0x00AA0200, remark.code)
    assert.equal("S_IMAPI_COMMAND_HAS_SENSE_DATA", remark.name)
    assert.equal("READ TOC/PMA/ATIP", remark.command)
    assert.equal("the drive answered READ TOC/PMA/ATIP: illegal request, invalid field in command "
      .. "(5/24/00)", remark.message)
    assert.equal("70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 00 00 00", bytes(remark.sense.raw))
    bench.virtual:AddFault { command = "TEST UNIT READY", sense = "6/28/00", times = 1 }
    local ok
    ok, remark = recorder:SendCommandNoData(TUR)
    assert.is_true(ok)
    assert.same({ 6, 0x28, 0 }, { remark.sense.key, remark.sense.asc, remark.sense.ascq })
    assert.same({ true }, { recorder:SendCommandNoData(TUR) })
  end)

  it("fails when no answer comes", function()
    local faults = { { { host = 1 }, 0x80070037 }, { { host = 3 }, 0xC0AA020D },
      { { status = 8 }, 0xC0AA0207 }, { { status = 0x18 }, 0xC0AA0210 },
      { { errno = "EPERM" }, 0x80070005 }, { { errno = "EIO" }, 0x80004005 },
      { { stall = 11 }, 0xC0AA020D } }
    for _, row in ipairs(faults) do
      bench.virtual:ClearFaults()
      row[1].times = 1
      bench.virtual:AddFault(row[1])
      local ok, err = recorder:SendCommand(TUR)
      assert.is_nil(ok)
      assert.equal(row[2], err.code)
      assert.equal("TEST UNIT READY", err.command)
    end
    bench.virtual:AddFault { stall = 11, times = 1 }
    assert.is_true(recorder:SendCommand(TUR, { timeout = 12 }))
  end)

  it("holds a CDB to the rules of IMAPI2", function()
    assert.equal("80070057: a CDB has 6 to 16 bytes, this one has 5",
      failure(recorder:SendCommand(("\0"):rep(5))))
    assert.equal("80070057: a CDB has 6 to 16 bytes, this one has 17",
      failure(recorder:SendCommandNoData(("\xC0"):rep(17))))
    assert.equal("80070057: the CDB of 12h has 10 bytes: opcodes 00h to 1Fh have 6",
      failure(recorder:SendCommandGetDataFromDevice("\x12" .. ("\0"):rep(9), 36)))
    assert.equal(commands, bench.virtual:View().Commands)
  end)

  it("wants exclusive access for what does not only read", function()
    local refused = "80070005: %s is sent to a drive only under exclusive access: "
      .. "it is none of the commands that only read"
    assert.equal(refused:format "START STOP UNIT", failure(recorder:SendCommandNoData(START)))
    assert.equal(refused:format "command D8h",
      failure(recorder:SendCommandNoData("\xD8" .. ("\0"):rep(11))))
    assert.equal(refused:format "MODE SELECT(10)", failure(recorder:SetModePage(0, hex(PAGE_08))))
    assert.equal(refused:format "SEND DISC STRUCTURE", failure(recorder:SendDvdStructure(4, "x")))
    local _, err = recorder:SendCommandNoData(START)
    assert.equal("Call AcquireExclusiveAccess first, ReleaseExclusiveAccess after.", err.advice)
    assert.equal(commands, bench.virtual:View().Commands)
    held(function() assert.is_true(recorder:SendCommandNoData(START)) end)
  end)

  it("leaves a prepared drive and a running operation alone", function()
    assert(bench.tao:PrepareMedia())
    assert.equal('C0AA0210: the recorder is held by the burn of "spec"',
      failure(recorder:SendCommandNoData(START)))
    assert.equal('C0AA0210: the recorder is held by the burn of "spec"',
      failure(recorder:SetModePage(0, hex(PAGE_08))))
    assert.is_true(recorder:SendCommand(TUR))
    assert.equal("05 32", bytes(recorder:GetModePage(5, 0):sub(1, 2)))
    assert(bench.tao:ReleaseMedia())
    local operation <close> = assert(bench.tao:BeginPrepareMedia())
    local members = { "GetDiscInformation", "GetAdapterDescriptor", "GetDeviceDescriptor",
      "GetByteAlignmentMask", "GetMaximumPageAlignedTransferSize",
      "GetMaximumNonPageAlignedTransferSize" }
    for _, member in ipairs(members) do
      local value, err = recorder[member](recorder)
      assert.is_nil(value, member)
      assert.equal(0xC0AA0500, err.code, member)
    end
    for _, call in ipairs { { "SendCommand", TUR }, { "SendCommandNoData", START },
      { "GetTrackInformation", 1, 1 }, { "GetFeaturePage", 0, false }, { "GetModePage", 5, 0 },
      { "SetModePage", 0, hex(PAGE_08) }, { "ReadDvdStructure", 0, 0, 0, 0 },
      { "SendDvdStructure", 0, "" }, { "GetSupportedModePages", 0 },
      { "GetSupportedFeaturePages", false }, { "GetSupportedProfiles", false } } do
      local value, err = recorder[call[1]](recorder, table.unpack(call, 2))
      assert.is_nil(value, call[1])
      assert.equal(0xC0AA0500, err.code, call[1])
    end
    while operation:step() do end
  end)

  it("is told who holds the drive", function()
    local other <close> = assert(bench.virtual:Recorder())
    assert(other:AcquireExclusiveAccess(false, "somebody"))
    local held_by = 'C0AA0210: the drive is held by "somebody"'
    assert.equal(held_by, failure(recorder:SendCommand(TUR)))
    assert.equal(held_by, failure(recorder:GetDiscInformation()))
  end)

  it("gives disc and track information as the drive does", function()
    assert.equal("00 20 00 01 01 01 01 20 ff 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 "
      .. "00 00 00 00 00 00 00 00", bytes(recorder:GetDiscInformation()))
    local blank = "00 22 01 01 00 07 4f 01 00 00 00 00 00 00 00 00 00 05 7d a7 00 00 00 00 00 05 "
      .. "7d a7 00 00 00 00 00 00 00 00"
    local by = core.IMAPI_READ_TRACK_ADDRESS_TYPE
    assert.equal(blank, bytes(recorder:GetTrackInformation(1, by.TRACK)))
    assert.equal(blank, bytes(recorder:GetTrackInformation(0xFF, by.TRACK)))
    assert.equal(blank, bytes(recorder:GetTrackInformation(0, by.LBA)))
    local reply, err = recorder:GetTrackInformation(9, by.TRACK)
    assert.is_nil(reply)
    assert.same({ 5, 0x24 }, { err.sense.key, err.sense.asc })
    bench.virtual:AddFault { command = "READ DISC INFORMATION", short = 3 }
    reply, err = recorder:GetDiscInformation()
    assert.is_nil(reply)
    assert.equal(0xC0AA02FF, err.code)
  end)

  it("knows that a CD has no DVD structures", function()
    local reply, err = recorder:ReadDvdStructure(0, 0, 0, 0)
    assert.is_nil(reply)
    assert.equal(0xC0AA020E, err.code)
    held(function()
      assert.equal("C0AA020A: the drive does not know the structures of DVDs",
        failure(recorder:SendDvdStructure(4, "abc")))
    end)
  end)

  it("gives single features", function()
    local feature = core.IMAPI_FEATURE_PAGE_TYPE
    assert.equal("00 2d 01 04 46 00 01 01",
      bytes(recorder:GetFeaturePage(feature.CD_TRACK_AT_ONCE, true)))
    assert.equal("00 37 00 04 00 07 00 00",
      bytes(recorder:GetFeaturePage(feature.CD_RW_MEDIA_WRITE_SUPPORT, false)))
    assert.equal("C0AA020B: the drive has feature 0037h, but not with this medium",
      failure(recorder:GetFeaturePage(feature.CD_RW_MEDIA_WRITE_SUPPORT, true)))
    assert.equal("C0AA020A: the drive does not have feature 0106h",
      failure(recorder:GetFeaturePage(feature.DVD_CSS, false)))
    assert.same(recorder.SupportedFeaturePages, recorder:GetSupportedFeaturePages(false))
    assert.same(recorder.CurrentFeaturePages, recorder:GetSupportedFeaturePages(true))
    assert.same(recorder.SupportedProfiles, recorder:GetSupportedProfiles(false))
    assert.same({ core.IMAPI_PROFILE_TYPE.CD_RECORDABLE }, recorder:GetSupportedProfiles(true))
    bench.virtual:AddFault { command = "GET CONFIGURATION", sense = "5/20/00" }
    for _, call in ipairs { { "GetFeaturePage", 1, true }, { "GetSupportedFeaturePages", true },
      { "GetSupportedProfiles", true } } do
      local reply, err = recorder[call[1]](recorder, table.unpack(call, 2))
      assert.is_nil(reply)
      assert.equal(0xC0AA020C, err.code)
    end
  end)

  it("gives and sets mode pages", function()
    local page, kind = core.IMAPI_MODE_PAGE_TYPE, core.IMAPI_MODE_PAGE_REQUEST_TYPE
    assert.equal(PAGE_08, bytes(recorder:GetModePage(page.CACHING, kind.CURRENT_VALUES)))
    assert.equal("7f cf 0f", bytes(recorder:GetModePage(page.WRITE_PARAMETERS, kind.CHANGEABLE)
      :sub(3, 5)))
    assert.same({ 1, 5, 8, 0x2A }, recorder:GetSupportedModePages(kind.CURRENT_VALUES))
    assert.same({ 1, 5, 8, 0x2A }, recorder:GetSupportedModePages(kind.DEFAULT))
    assert.equal(0xC0AA0201, select(2, recorder:GetSupportedModePages(kind.SAVED)).code)
    assert.equal("C0AA0201: the drive has no mode page 1Ah",
      failure(recorder:GetModePage(page.POWER_CONDITION, kind.CURRENT_VALUES)))
    held(function()
      local tao = recorder:GetModePage(page.WRITE_PARAMETERS, kind.CURRENT_VALUES)
      tao = tao:sub(1, 2) .. "\x41\x00\x00" .. tao:sub(6)
      assert.is_true(recorder:SetModePage(kind.CURRENT_VALUES, tao))
      assert.equal(bytes(tao), bytes(recorder:GetModePage(page.WRITE_PARAMETERS, 0)))
      local ok, err = recorder:SetModePage(kind.CURRENT_VALUES, tao:gsub("^(..).", "%1\x47"))
      assert.is_nil(ok)
      assert.equal(0xC0AA0208, err.code)
      assert.equal("80070057: only CURRENT_VALUES and SAVED can be set, not request type 2",
        failure(recorder:SetModePage(kind.DEFAULT, tao)))
      assert.equal("80070057: not one mode page: its head says 52 bytes, 51 are given",
        failure(recorder:SetModePage(kind.CURRENT_VALUES, tao:sub(1, -2))))
    end)
  end)

  it("describes the way to the drive", function()
    local most = recorder:GetMaximumPageAlignedTransferSize()
    assert.equal(131072, most)
    assert.equal(131072 - 4096, recorder:GetMaximumNonPageAlignedTransferSize())
    assert.equal(4, recorder:GetByteAlignmentMask())
    local adapter = recorder:GetAdapterDescriptor()
    assert.same({ 32, 32, most, 32, 3, 0, 2, 0, 0, 0, 33 },
      { string.unpack("<I4I4I4I4I4I4BxI2I2I2", adapter) })
    local device = recorder:GetDeviceDescriptor()
    local version, size, kind, _, removable, _, vendor, product, revision, serial, bus, raw =
      string.unpack("<I4I4BBBBI4I4I4I4I4I4", device)
    assert.same({ 40, #device, 5, 1, 0, 2, 36 },
      { version, size, kind, removable, serial, bus, raw })
    assert.equal(WHO, bytes(device:sub(37, 72)))
    assert.same({ "VIRTUAL ", "CD-R/RW RECORDER", "1.00" }, {
      (string.unpack("z", device, vendor + 1)), (string.unpack("z", device, product + 1)),
      (string.unpack("z", device, revision + 1)) })
  end)

  it("sends as much as fits, and no byte more", function()
    local most = recorder:GetMaximumPageAlignedTransferSize()
    assert.equal(WHO, bytes((recorder:SendCommandGetDataFromDevice(INQUIRY, most))))
    assert.equal("80070057: 131073 bytes of data are more than the 131072 that one command carries",
      failure(recorder:SendCommandGetDataFromDevice(INQUIRY, most + 1)))
    assert.equal("80070057: a transfer of no bytes",
      failure(recorder:SendCommand(INQUIRY, { data_out = "" })))
  end)

  it("raises on wrong use", function()
    for _, call in ipairs {
      { "SendCommand" }, { "SendCommand", 18 }, { "SendCommand", TUR, { timeout = 0 } },
      { "SendCommand", TUR, { timeout = 86401 } }, { "SendCommand", TUR, { data_in_length = 0 } },
      { "SendCommand", TUR, { data_in_length = 1.5 } }, { "SendCommand", TUR, { data = "x" } },
      { "SendCommand", TUR, { data_in_length = 1, data_out = "x" } },
      { "SendCommand", TUR, { data_out = 7 } },
      { "SendCommandNoData", TUR, 0 }, { "SendCommandGetDataFromDevice", INQUIRY },
      { "SendCommandGetDataFromDevice", INQUIRY, 0 },
      { "SendCommandGetDataFromDevice", INQUIRY, 1 << 40 },
      { "SendCommandSendDataToDevice", INQUIRY }, { "GetTrackInformation", 1 },
      { "GetTrackInformation", 1, 3 }, { "GetTrackInformation", 1 << 32, 0 },
      { "ReadDvdStructure", 256, 0, 0, 0 }, { "ReadDvdStructure", 0, 0, 0, 4 },
      { "SendDvdStructure", 0 }, { "GetFeaturePage", 1 }, { "GetFeaturePage", 65536, true },
      { "GetFeaturePage", 1, 0 }, { "GetModePage", 63, 0 }, { "GetModePage", 5, 4 },
      { "SetModePage", 0, {} }, { "SetModePage", 4, "x" }, { "GetSupportedModePages" },
      { "GetSupportedProfiles" }, { "GetSupportedFeaturePages", 1 } } do
      assert.has_error(function() recorder[call[1]](recorder, table.unpack(call, 2)) end,
        nil, call[1])
    end
    assert.equal(commands, bench.virtual:View().Commands)
    local closed = recorder
    closed:Close()
    assert.has_error(function() closed:SendCommand(TUR) end)
    assert.has_error(function() closed:GetDiscInformation() end)
  end)
end)
