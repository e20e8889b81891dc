-- SPDX-License-Identifier: GPL-3.0-or-later
-- The 26 codes that Microsoft lists for PrepareMedia: 25 provoked through discs, arguments and
-- faults. E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT (020E) is not raised: it belongs to READ DISC
-- STRUCTURE, which preparing a CD never sends (imapi2 5.2).

local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

local FAULTS = {
  { "E_INVALIDARG", 0x80070057, { errno = "EINVAL" } },
  { "E_POINTER", 0x80004003, { errno = "EFAULT" } },
  { "E_FAIL", 0x80004005, { sense = "4/1B/00" } },
  { "E_OUTOFMEMORY", 0x8007000E, { errno = "ENOMEM" } },
  { "0201 no such mode page", 0xC0AA0201, { command = "MODE SENSE", sense = "5/24/00" } },
  { "0203 incompatible", 0xC0AA0203, { command = "TEST UNIT READY", sense = "2/30/00" } },
  { "0204 upside down", 0xC0AA0204, { command = "TEST UNIT READY", sense = "2/06/00" } },
  { "0206 format in progress", 0xC0AA0206, { command = "TEST UNIT READY", sense = "2/04/04" } },
  { "0207 busy", 0xC0AA0207, { command = "TEST UNIT READY", sense = "2/04/07" } },
  { "0208 mode parameters", 0xC0AA0208, { command = "MODE SELECT", sense = "5/26/00" } },
  { "0209 write protected", 0xC0AA0209, { command = "TEST UNIT READY", sense = "7/27/00" } },
  { "020D timeout", 0xC0AA020D, { command = "READ DISC INFORMATION", host = 3 } },
  { "020F speed mismatch", 0xC0AA020F, { command = "SET CD SPEED", sense = "5/30/05" } },
  { "02FF invalid response", 0xC0AA02FF, { command = "READ DISC INFORMATION", short = 3 } },
  { "02FF garbled response", 0xC0AA02FF, { command = "GET CONFIGURATION", reply = "\xFF" } },
  { "0300 loss of streaming", 0xC0AA0300, { command = "TEST UNIT READY", sense = "3/0C/09" } },
  { "80070006 invalid handle", 0x80070006, { errno = "EBADF" } },
  { "80070037 device gone", 0x80070037, { command = "GET CONFIGURATION", vanish = true } },
}

describe("PrepareMedia fails with", function()
  local folder

  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  local function drive(options)
    options = options or {}
    options.path = options.path or folder .. "/disc.cue"
    return assert(core.VirtualRecorder(options))
  end

  local function tao_on(virtual)
    local tao = core.TrackAtOnce()
    tao.Recorder, tao.ClientName = virtual:Recorder(), "codes"
    return tao
  end

  -- The code, after a look from outside: idle, unlocked, and the disc as it was.
  local function prepare(virtual, tao)
    tao = tao or tao_on(virtual)
    local ok, err = tao:PrepareMedia()
    assert.is_nil(ok)
    assert.are.equal("idle", tao.State)
    local view = virtual:View()
    assert.is_false(view.Held)
    assert.is_false(view.Prevented)
    assert.are.equal("untouched", err.disc)
    return err.code
  end

  for _, case in ipairs(FAULTS) do
    it(case[1], function()
      local virtual = drive()
      local tao = tao_on(virtual)
      local fault = case[3]
      virtual:AddFault(fault)
      local code = prepare(virtual, tao)
      assert.are.equal(case[2], code)
    end)
  end

  it("0202 no medium", function()
    assert.are.equal(0xC0AA0202, prepare(assert(core.VirtualRecorder {})))
  end)

  it("0205 becoming ready", function()
    local virtual = drive { ready = 60 }
    local tao = tao_on(virtual)
    assert.are.equal(0xC0AA0205, prepare(virtual, tao))
  end)

  it("0210 held by another, who is named", function()
    local virtual = drive()
    local first, second = tao_on(virtual), tao_on(virtual)
    first.ClientName = "the first"
    assert(first:PrepareMedia())
    local ok, err = second:PrepareMedia()
    assert.is_nil(ok)
    assert.are.equal(0xC0AA0210, err.code)
    assert.truthy(err.message:find("the first", 1, true))
    assert(first:ReleaseMedia())
    assert(second:PrepareMedia())
    assert(second:ReleaseMedia())
  end)

  it("0210 also for a second TrackAtOnce on the same Recorder", function()
    local first, second = tao_on(drive()), core.TrackAtOnce()
    second.Recorder, second.ClientName = first.Recorder, "second"
    assert(first:PrepareMedia())
    local _, err = second:PrepareMedia()
    assert.are.equal(0xC0AA0210, err.code)
    assert(first:ReleaseMedia())
  end)

  it("0503 prepared already", function()
    local tao = tao_on(drive())
    assert(tao:PrepareMedia())
    local _, err = tao:PrepareMedia()
    assert.are.equal(0xC0AA0503, err.code)
    assert(tao:ReleaseMedia())
  end)

  it("0506 not blank", function()
    local virtual = drive()
    local tao = tao_on(virtual)
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(function() end, { length = 1 }) == nil)
    local left = 300 * 2352
    assert(tao:AddAudioTrack(function(bytes)
      local n = math.min(bytes, left)
      left = left - n
      return n > 0 and ("\1\2"):rep(n // 2) or nil
    end))
    assert(tao:ReleaseMedia())
    assert.are.equal(0xC0AA0506, prepare(virtual, tao))
  end)

  it("0507 not a recordable disc", function()
    sandbox.write(folder .. "/pressed.bin", ("\0"):rep(2352 * 400))
    sandbox.write(folder .. "/pressed.cue",
      'FILE "pressed.bin" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n')
    assert.are.equal(0xC0AA0507, prepare(drive { path = folder .. "/pressed.cue" }))
  end)

  it("050A no recorder", function()
    local tao = core.TrackAtOnce()
    tao.ClientName = "codes"
    local _, err = tao:PrepareMedia()
    assert.are.equal(0xC0AA050A, err.code)
  end)

  it("050F client name", function()
    local tao = core.TrackAtOnce()
    tao.Recorder = drive():Recorder()
    local _, err = tao:PrepareMedia()
    assert.are.equal(0xC0AA050F, err.code)
    assert.has_error(function() tao.ClientName = "bad/name" end)
  end)
end)
