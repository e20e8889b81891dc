-- SPDX-License-Identifier: GPL-3.0-or-later
-- What IDiscRecorder2Ex's members give is what other programs read from the same drive: libburn's
-- list of features and disc information (cdrskin), and wodim's reading of mode page 2Ah.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local room_of = require "spec.clients.room"

local DISCS = { { name = "a blank CD-R", medium = "cd-r" },
  { name = "a blank CD-RW", medium = "cd-rw" },
  { name = "an appendable CD-R", medium = "cd-r", sectors = 400 } }

local function hex(text)
  return (text:gsub(".", function(c) return ("%02x "):format(c:byte()) end))
end

describe("IDiscRecorder2Ex #clients", function()
  local room

  before_each(function() room = room_of.new() end)
  after_each(function() room:close() end)

  -- The disc's drive here, once the other program has let go of it.
  local function recorder_of(disc)
    return assert(core.Recorder(("virtual:%s/disc.cue?medium=%s"):format(room.folder, disc.medium)))
  end

  local function prepare(disc)
    local recorder <close> = recorder_of(disc)
    local tao <close> = core.TrackAtOnce()
    tao.Recorder, tao.ClientName, tao.DoNotFinalizeMedia = recorder, "spec", true
    assert(tao:PrepareMedia())
    if disc.sectors then
      local pcm = burner.pcm(disc.sectors)
      assert(tao:AddAudioTrack(burner.feeder(pcm), { length = disc.sectors }))
    end
    assert(tao:ReleaseMedia())
  end

  local function said(disc, command)
    local options = ("--disc disc.cue --medium %s"):format(disc.medium)
    local _, out, err = room:drive(options, command)
    return out .. err
  end

  for _, disc in ipairs(DISCS) do
    it("reads the features of a drive with " .. disc.name .. " as cdrskin does", function()
      prepare(disc)
      local theirs = {}
      local text = said(disc, "cdrskin dev=/dev/sr0 --list_features")
      for code, current, version, persistent, data in text:gmatch
        "\n(%x%x%x%x) ([+-]) : [^\n]- : (%d+),([PN]) *\n +([%x ]-) *\n" do
        theirs[tonumber(code, 16)] = { current == "+", tonumber(version), persistent == "P", data }
      end
      local recorder <close> = recorder_of(disc)
      local ours = {}
      for _, code in ipairs(recorder:GetSupportedFeaturePages(false)) do
        local page = assert(recorder:GetFeaturePage(code, false))
        assert.equal(#page, 4 + page:byte(4))
        local flags = page:byte(3)
        ours[code] = { flags & 1 == 1, flags >> 2 & 15, flags & 2 == 2,
          hex(page:sub(5)):sub(1, -2) }
      end
      assert.is_true(#recorder:GetSupportedFeaturePages(false) >= 9)
      assert.same(theirs, ours)
    end)

    it("reads the disc of a drive with " .. disc.name .. " as cdrskin does", function()
      prepare(disc)
      local text = said(disc, "cdrskin dev=/dev/sr0 -minfo")
      local recorder <close> = recorder_of(disc)
      local information = assert(recorder:GetDiscInformation())
      local status = information:byte(3)
      local names = { [0] = "empty", "incomplete/appendable", "complete" }
      assert.same({ text:match "disk status: +(%S+)", text:match "\nfirst track: +(%d+)",
        text:match "number of sessions: +(%d+)", text:match "last track in last sess: +(%d+)",
        text:match "Disk (Is n?o?t? ?erasable)" },
        { names[status & 3], tostring(information:byte(4)), tostring(information:byte(5)),
          tostring(information:byte(7)), status & 0x10 > 0 and "Is erasable" or "Is not erasable" })
      local by = core.IMAPI_READ_TRACK_ADDRESS_TYPE
      local track = assert(recorder:GetTrackInformation(0xFF, by.TRACK))
      local next_writable, free = string.unpack(">I4I4", track, 13)
      assert.same({ text:match "Next writable address: +(%d+)",
        text:match "Remaining writable size: +(%d+)" },
        { tostring(next_writable), tostring(free) })
    end)
  end

  it("reads mode page 2Ah as wodim does", function()
    local disc = DISCS[2]
    prepare(disc)
    local text = said(disc, "wodim dev=/dev/sr0 -prcap")
    local recorder <close> = recorder_of(disc)
    local page = assert(recorder:GetModePage(core.IMAPI_MODE_PAGE_TYPE.LEGACY_CAPABILITIES, 0))
    local function number(at) return (string.unpack(">I2", page, at + 1)) end
    local theirs = { text:match "Maximum read  speed: +(%d+)",
      text:match "Maximum write speed: +(%d+)", text:match "Current write speed: +(%d+)",
      text:match "Buffer size in KB: (%d+)", text:match "Number of supported write speeds: (%d+)" }
    local ours = { number(8), number(18), number(28), number(12), number(30) }
    for speed, rotation in text:gmatch "Write speed # %d+: +(%d+) kB/s (%u+)" do
      theirs[#theirs + 1] = speed
      theirs[#theirs + 1] = rotation
    end
    for at = 32, 32 + 4 * (number(30) - 1), 4 do
      ours[#ours + 1] = number(at + 2)
      ours[#ours + 1] = page:byte(at + 2) & 3 == 1 and "CAV" or "CLV"
    end
    for i, value in ipairs(ours) do ours[i] = tostring(value) end
    assert.equal(5 + 2 * 8, #ours)
    assert.same(theirs, ours)
    local flags = { [" write CD%-R media"] = { 3, 0x01 }, [" write CD%-RW media"] = { 3, 0x02 },
      [" support test writing"] = { 3, 0x04 }, [" support Buffer%-Underrun"] = { 4, 0x80 },
      [" read multi%-session CDs"] = { 4, 0x40 }, [" read R%-W subcode"] = { 5, 0x04 },
      [" return CD ISRC"] = { 5, 0x20 }, [" return CD media catalog"] = { 5, 0x40 },
      [" support C2 error"] = { 5, 0x10 }, [" play audio CDs"] = { 4, 0x01 },
      [" read CD bar code"] = { 5, 0x80 }, [" write DVD%-R media"] = { 3, 0x10 } }
    for words, bit in pairs(flags) do
      local does = text:match("\n +Does( ?n?o?t?)" .. words)
      assert.truthy(does, words)
      assert.equal(page:byte(bit[1] + 1) & bit[2] > 0, does == "", words)
    end
  end)

  -- The same members by way of a node: SG_IO, read-only and exclusive descriptors, the kernel's
  -- limits and its filter. What differs from the direct way would be the transport's fault.
  it("is the same by way of /dev/sr0, but for what the kernel's filter refuses", function()
    local disc = DISCS[1]
    prepare(disc)
    local code = [[
      local core = require "redbook.core"
      local recorder <close> = assert(core.Recorder(...))
      local function all(...)
        local list = table.pack(...)
        for i = 1, list.n do
          local value = list[i]
          if type(value) == "table" then value = ("%08X: %s"):format(value.code, value.message)
          elseif type(value) == "string" then value = bytes(value) end
          list[i] = value == nil and "nil" or value
        end
        list.n = nil
        return list
      end
      local said = {
        all(recorder:SendCommand(hex "12 00 00 00 24 00", { data_in_length = 36 })),
        all(recorder:SendCommand(hex "43 00 00 00 00 00 00 00 24 00", { data_in_length = 36 })),
        all(recorder:SendCommandNoData(hex "1b 00 00 00 00 00")),
        all(recorder:GetDiscInformation()), all(recorder:GetTrackInformation(1, 1)),
        all(recorder:GetFeaturePage(0x2D, true)), all(recorder:GetModePage(0x2A, 0)),
        all(recorder:GetAdapterDescriptor()), all(recorder:GetDeviceDescriptor()),
        all(recorder:GetByteAlignmentMask()), all(recorder:GetMaximumPageAlignedTransferSize()),
        all(recorder:ReadDvdStructure(0, 0, 0, 0)) }
      assert(recorder:AcquireExclusiveAccess(false, "spec"))
      local page = recorder:GetModePage(5, 0):gsub("^(..)...", "%1\x41\0\0")
      said[#said + 1] = all(recorder:SetModePage(0, page))
      said[#said + 1] = all(recorder:GetModePage(5, 0))
      local inquiry = hex "12 00 00 00 24 00"
      said[#said + 1] = all(recorder:SendCommandGetDataFromDevice(inquiry, 131072))
      said[#said + 1] = all(recorder:SendCommandGetDataFromDevice(inquiry, 131073))
      said[#said + 1] = all(recorder:SendCommandNoData(hex "01 00 00 00 00 00"))
      assert(recorder:ReleaseExclusiveAccess())
      return said]]
    local options = "--disc disc.cue --medium cd-r "
    local function by(id) return (code:gsub("%.%.%.", function() return id end, 1)) end
    local direct = room:lua("", by(("%q"):format("virtual:" .. room.folder .. "/disc.cue")))
    assert.same(direct, room:lua(options, by "SR0"))
    assert.same({ true }, direct[#direct])
    local filtered = room:lua(options .. "--filter", by "SR0")
    assert.same({ "nil", "80070005: the kernel does not let REZERO UNIT through to the drive" },
      table.remove(filtered))
    table.remove(direct)
    assert.same(direct, filtered)
  end)
end)
