-- SPDX-License-Identifier: GPL-3.0-or-later
-- What IMAPI2's pages leave open, as redbook has chosen and documents it.

local core = require "redbook.core"
local burner = require "spec.support.burner"

local CAPACITY = 359847 -- of 80 minutes: last lead-out by ATIP, less 2 sectors of run-out

describe("where IMAPI2 is silent", function()
  local bench, tao

  before_each(function()
    bench = burner.new()
    tao = bench.tao
  end)
  after_each(function() bench:close() end)

  local function set(member, value) tao[member] = value end

  local function add(sectors)
    return tao:AddAudioTrack(burner.feeder(burner.pcm(sectors)), { length = sectors })
  end

  it("a length is padded to whole sectors, half a stereo sample is refused", function()
    assert(tao:PrepareMedia())
    local pcm = burner.pcm(301):sub(1, 300 * 2352 + 4)
    assert(tao:AddAudioTrack(burner.feeder(pcm)))
    assert.equal(301, tao.WrittenTracks[1].Sectors)
    assert.equal(pcm .. ("\0"):rep(2348), bench:on_disc(0, 301))
    local ok, err = tao:AddAudioTrack(burner.feeder(pcm .. "xy"))
    assert.is_nil(ok)
    assert.equal(0xC0AA050D, err.code)
    assert.equal(1, #tao.WrittenTracks)
  end)

  it("sectors on the medium follow the next writable address", function()
    assert(tao:PrepareMedia())
    assert.equal(0, tao.UsedSectorsOnMedia)
    assert.equal(CAPACITY, tao.FreeSectorsOnMedia)
    assert.equal(CAPACITY, tao.TotalSectorsOnMedia)
    assert(add(400))
    assert.equal(552, tao.UsedSectorsOnMedia) -- 400, run-out 2, pregap 150
    assert.equal(CAPACITY - 552, tao.FreeSectorsOnMedia)
    assert.equal(CAPACITY, tao.TotalSectorsOnMedia)
  end)

  -- Every half second one is queued; a host that comes late finds those of the meantime joined
  -- into one. While it is away the drive can go on by what the FIFO holds, and no further.
  it("updates of a track come every half second of the drive's time", function()
    local late = (1 << 20) / 2352 / 300 -- s, the FIFO at 4x
    tao.FifoBytes = 1 << 20
    assert(tao:PrepareMedia())
    local before, events, writing = 0, 0, 0
    local action = core.IMAPI_FORMAT2_TAO_WRITE_ACTION
    tao.OnUpdate = function(_, args)
      if args.CurrentAction ~= action.WRITING then return end
      writing = writing + 1
      -- The first WRITE, with spin-up and calibration, is one command of several seconds.
      if writing > 2 then
        assert.is_true(args.ElapsedSeconds - before <= 0.6 + late,
          ("%.3f s after %.3f s"):format(args.ElapsedSeconds, before))
        events = events + 1
      end
      before = args.ElapsedSeconds
    end
    tao:SetWriteSpeed(300)
    assert(add(6000)) -- 20 s at 4x
    assert.is_true(events >= 20 // (0.6 + late), events .. " events")
  end)

  it("ReleaseMedia tells of closing and of verifying", function()
    local action = core.IMAPI_FORMAT2_TAO_WRITE_ACTION
    tao.BurnVerificationLevel = 1
    assert(tao:PrepareMedia())
    assert(add(400))
    local seen = {}
    tao.OnUpdate = function(_, args) seen[args.CurrentAction] = true end
    assert(tao:ReleaseMedia())
    assert.same({ [action.FINISHING] = true, [action.VERIFYING] = true }, seen)
  end)

  it("ReleaseMedia without a track leaves the disc as it is and the drive free", function()
    assert(tao:PrepareMedia())
    assert(tao:ReleaseMedia())
    assert.equal("idle", tao.State)
    assert.equal("blank", bench.recorder:MediaSummary().State)
    assert.equal("", bench.recorder.ExclusiveAccessOwner)
    assert(tao:PrepareMedia())
  end)

  it("a track being written: PrepareMedia 0503, SetWriteSpeed and DisableMcn 0500", function()
    assert(tao:PrepareMedia())
    local codes
    tao.OnUpdate = function()
      tao.OnUpdate = nil
      local _, prepare = tao:BeginPrepareMedia()
      local _, speed = tao:SetWriteSpeed(300)
      local _, polling = bench.recorder:DisableMcn()
      codes = { prepare.code, speed.code, polling.code }
    end
    assert(add(600))
    assert.same({ 0xC0AA0503, 0xC0AA0500, 0xC0AA0500 }, codes)
  end)

  it("the MCN that is read-only while prepared: catalogue number and notifications", function()
    assert.is_true(bench.recorder:DisableMcn())
    assert(tao:PrepareMedia())
    for _, member in ipairs { "MediaCatalogNumber", "BurnVerificationLevel" } do
      local err = burner.raised(set, member, member == "MediaCatalogNumber" and "" or 1)
      assert.equal(0xC0AA0503, err.code)
    end
    for _, method in ipairs { "DisableMcn", "EnableMcn" } do
      local ok, err = bench.recorder[method](bench.recorder)
      assert.is_nil(ok)
      assert.equal(0xC0AA0503, err.code)
    end
    assert(tao:ReleaseMedia())
    assert.is_true(bench.recorder:EnableMcn())
    local ok, err = bench.recorder:EnableMcn()
    assert.is_nil(ok)
    assert.equal(0x80004005, err.code)
  end)

  it("BufferUnderrunFreeDisabled keeps its value over ReleaseMedia", function()
    assert(tao:PrepareMedia())
    tao.BufferUnderrunFreeDisabled = true
    assert(tao:ReleaseMedia())
    assert.is_true(tao.BufferUnderrunFreeDisabled)
    assert(tao:PrepareMedia())
    assert.is_true(tao.BufferUnderrunFreeDisabled)
  end)
end)
