-- SPDX-License-Identifier: GPL-3.0-or-later
-- Erasing CD-RWs: whatever state they are in, every code that it can end with, the disc's state
-- told truly, the lock gone.

local core = require "redbook.core"
local burner = require "spec.support.burner"

local READ_DISC = "READ DISC INFORMATION"

describe("erasing", function()
  local bench, erase

  local function setup_bench(options)
    options = options or {}
    options.medium = options.medium or "cd-rw"
    bench = burner.new(options)
    erase = core.Erase()
    erase.Recorder, erase.ClientName = bench.recorder, "eraser"
  end

  after_each(function()
    erase:Close()
    bench:close()
  end)

  local function burn(settings, tracks)
    for name, value in pairs(settings or {}) do bench.tao[name] = value end
    assert(bench.tao:PrepareMedia())
    for n = 1, tracks or 1 do
      assert(bench.tao:AddAudioTrack((bench:sound("sound.wav", 400, n))))
    end
    assert(bench.tao:ReleaseMedia())
  end

  -- Lets go of the drive, whatever fails then.
  local function new_tao()
    bench.tao:Close()
    bench.virtual:ClearFaults()
    core.last_release_error()
    bench.tao = core.TrackAtOnce()
    bench.tao.Recorder, bench.tao.ClientName = bench.recorder, "spec"
  end

  local function state()
    local recorder <close> = assert(core.Recorder("virtual:" .. bench.disc))
    return assert(recorder:MediaSummary()).State
  end

  local function burns_again()
    assert(bench.tao:PrepareMedia())
    local path, pcm = bench:sound("again.wav", 333, 7)
    assert(bench.tao:AddAudioTrack(path))
    assert(bench.tao:ReleaseMedia())
    assert.equal(pcm, bench:on_disc(0, 333))
  end

  local function erases()
    local ok, err = erase:EraseMedia()
    assert.is_true(ok, tostring(err))
    local view = bench.virtual:View()
    assert.same({ false, false, 0, 0, 0, 0 }, { view.Held, view.Prevented, view.ForeignCommands,
      view.DiscStatus, view.SessionStatus, view.Tracks })
  end

  local function fails(code, disc, left)
    local ok, err = erase:EraseMedia()
    assert.is_nil(ok)
    assert.same({ ("%08X"):format(code), disc }, { ("%08X"):format(err.code), err.disc },
      tostring(err))
    local view = bench.virtual:View()
    assert.same({ false, false, 0 }, { view.Held, view.Prevented, view.ForeignCommands })
    bench.virtual:ClearFaults()
    if left then assert.equal(left, state()) end
    return err
  end

  describe("takes every disc back to blank:", function()
    for name, make in pairs {
      ["a blank one"] = function() end,
      ["a closed one"] = function() burn({}, 3) end,
      ["one with an open session"] = function() burn { KeepSessionOpen = true } end,
      ["an appendable one"] = function() burn { DoNotFinalizeMedia = true } end,
      ["one with a cut-off track"] = function()
        bench.virtual:AddFault { command = "SYNCHRONIZE CACHE", sense = "3/0C/00" }
        assert(bench.tao:PrepareMedia())
        assert.is_nil((bench.tao:AddAudioTrack((bench:sound("cut.wav", 900)))))
        new_tao()
        assert.is_true(assert(bench.recorder:MediaSummary()).LastTrackIncomplete)
      end,
      ["one that a test write has left pretending"] = function()
        burn()
        assert(erase:EraseMedia())
        bench.tao.TestWrite = true
        assert(bench.tao:PrepareMedia())
        assert(bench.tao:AddAudioTrack((bench:sound("test.wav", 400))))
        bench.virtual:AddFault { command = "MODE SELECT", sense = "4/44/00" }
        new_tao()
        assert.equal("appendable", assert(bench.recorder:MediaSummary()).State)
      end,
    } do
      for _, full in ipairs { false, true } do
        it(("%s, %s"):format(name, full and "full" or "quick"), function()
          setup_bench()
          make()
          erase.FullErase = full
          erases()
          for setting in pairs { KeepSessionOpen = 1, DoNotFinalizeMedia = 1 } do
            bench.tao[setting] = false
          end
          burns_again()
        end)
      end
    end
  end)

  for _, personality in ipairs { "pioneer", "lg", "nwa-150", "mitsumi", "slow", "tinybuf",
    "early-ready", "bdesc", "short-2a", "short-2a-12", "no-getconfig", "no-atip" } do
    it("works on " .. personality, function()
      setup_bench { personality = personality }
      burn()
      erases()
      erase.FullErase = true
      erases()
      burns_again()
    end)
  end

  it("waits as long as the drive takes, also when TEST UNIT READY lies", function()
    for _, personality in ipairs { "strict", "pioneer" } do
      setup_bench { personality = personality }
      burn()
      local begin = bench.virtual:View().ClockUs
      erase.FullErase = true
      erases()
      assert.is_true(bench.virtual:View().ClockUs - begin > 100e6)
      if personality == "strict" then
        erase:Close()
        bench:close()
      end
    end
  end)

  -- A disc that nothing has touched yet is what it was.
  for _, row in ipairs {
    { "BLANK", { sense = "3/51/00" }, 0x80AA0905, "finalised" },
    { "BLANK", { sense = "3/51/01" }, 0x80AA0905, "finalised" },
    { "BLANK", { sense = "5/30/00" }, 0x80AA0907, "untouched" },
    { "BLANK", { sense = "5/30/05" }, 0xC0AA020F, "untouched" },
    { "BLANK", { sense = "5/2C/00" }, 0x80AA0907, "untouched" },
    { "BLANK", { sense = "5/20/00" }, 0xC0AA090A, "untouched" },
    { "BLANK", { sense = "4/44/00" }, 0x80AA0907, "finalised" },
    { "BLANK", { sense = "7/27/00" }, 0xC0AA0209, "untouched" },
    { "BLANK", { sense = "6/28/00" }, 0xC0AA0205, "untouched" },
    { "BLANK", { errno = "EIO" }, 0x80AA0907, "untouched" },
    { "BLANK", { lie = true }, 0x80AA0907, "finalised" },
    { "START STOP UNIT", { sense = "4/15/01" }, 0x80AA0908, "untouched" },
    { "MODE SENSE", { reply = string.char(0, 8, 0, 0, 0, 0, 0, 0, 0x2A, 0) }, 0x80AA0903,
      "untouched" },
    { READ_DISC, { short = 2 }, 0x80AA0902, "untouched" },
    { READ_DISC, { reply = string.char(0, 32, 0x0E, 1, 1, 1, 1) .. ("\0"):rep(27) }, 0x80AA0904,
      "untouched" },
    { "TEST UNIT READY", { sense = "2/04/01" }, 0xC0AA0205, "untouched" },
    { "TEST UNIT READY", { sense = "2/04/07" }, 0xC0AA0207, "untouched" },
    { "TEST UNIT READY", { sense = "2/06/00" }, 0xC0AA0204, "untouched" },
    { "TEST UNIT READY", { sense = "2/30/00" }, 0xC0AA0203, "untouched" },
  } do
    local command, fault, code, disc = table.unpack(row)
    local what = next(fault) .. " " .. tostring(fault[next(fault)]):gsub("[^%g]", "?"):sub(1, 8)
    it(("ends with %08X after %s: %s"):format(code, command, what), function()
      setup_bench()
      burn()
      fault.command = command
      assert(bench.virtual:AddFault(fault))
      fails(code, disc, "complete")
    end)
  end

  -- The drive has taken the command: what came after is told, and what is on the disc asked.
  for _, row in ipairs {
    { { command = "TEST UNIT READY", after = 1, times = 1, sense = "3/51/00" }, 0x80AA0905,
      "unknown" },
    { { command = "TEST UNIT READY", after = 1, times = 1, sense = "4/09/00" }, 0x80AA0907,
      "blank" },
    { { command = "TEST UNIT READY", after = 1, times = 1, sense = "6/29/00" }, 0x80AA0907,
      "blank" },
    { { command = "TEST UNIT READY", after = 1, times = 1, host = 3 }, 0xC0AA020D, "blank" },
    { { command = "TEST UNIT READY", after = 1, sense = "2/04/07" }, 0x80AA0906, "unknown" },
  } do
    local fault, code, disc = table.unpack(row)
    it(("ends with %08X after %s while it erases"):format(code, fault.sense or "a timeout"),
      function()
        setup_bench()
        burn()
        assert(bench.virtual:AddFault(fault))
        local begin = bench.virtual:View().ClockUs
        fails(code, disc)
        local took = (bench.virtual:View().ClockUs - begin) / 1e6
        if code == 0x80AA0906 then assert.is_true(took > 3600 and took < 3700, took .. " s") end
      end)
  end

  it("tells a CD-R, other discs, and no disc apart", function()
    setup_bench { medium = "cd-r" }
    burn()
    local err = fails(0x80AA0904, "untouched", "complete")
    assert.is_truthy(err.message:find("CD-R", 1, true), err.message)
    erase:Close()
    bench:close()
    setup_bench()
    assert(bench.virtual:Insert(nil))
    fails(0xC0AA0202, "untouched")
    erase:Close()
    bench:close()
    setup_bench()
    local dvd = string.char(0, 0, 0, 4, 0, 0, 0, 0x10)
    assert(bench.virtual:AddFault { command = "GET CONFIGURATION", reply = dvd })
    fails(0xC0AA0909, "untouched")
  end)

  it("does not turn a quick erase into a full one", function()
    setup_bench()
    burn()
    assert(bench.virtual:AddFault { command = "BLANK", sense = "5/30/00" })
    local err = fails(0x80AA0907, "untouched", "complete")
    assert.is_truthy(err.advice:find("full erase", 1, true), err.advice)
    erase.FullErase = true
    assert(bench.virtual:AddFault { command = "BLANK", sense = "5/30/00" })
    err = fails(0x80AA0907, "untouched", "complete")
    assert.equal("Use another disc.", err.advice)
    erases()
  end)

  it("says that the disc is blank when only the tray stays locked", function()
    setup_bench()
    burn()
    bench.virtual:AddFault { command = "PREVENT ALLOW MEDIUM REMOVAL", after = 1, times = 1,
      sense = "4/44/00" }
    local ok, err = erase:EraseMedia()
    assert.same({ nil, "blank", "PREVENT ALLOW MEDIUM REMOVAL" }, { ok, err.disc, err.command })
    assert.is_false(bench.virtual:View().Held)
    assert.equal("blank", state())
  end)

  it("stops for a cancel before the drive has begun, and only then", function()
    setup_bench()
    burn()
    local operation = assert(erase:BeginEraseMedia())
    operation:cancel()
    repeat local event = operation:step() until event.type == "done"
    local ok, err = operation:result()
    if not ok then
      assert.same({ 0xC0AA0002, "untouched" }, { err.code, err.disc })
      assert.equal("complete", state())
    else -- the drive was faster
      assert.equal("blank", state())
    end
    operation = assert(erase:BeginEraseMedia())
    repeat local event = operation:step() until event.CurrentAction == 4
    operation:cancel()
    repeat local event = operation:step() until event.type == "done"
    assert.is_true(operation:result())
    assert.equal("blank", state())
  end)

  it("is refused by a drive that somebody else holds", function()
    setup_bench()
    burn()
    local other <close> = assert(core.Recorder("virtual:" .. bench.disc))
    assert(other:AcquireExclusiveAccess(false, "somebody"))
    local ok, err = erase:EraseMedia()
    assert.same({ nil, 0xC0AA0210, "untouched" }, { ok, err.code, err.disc })
    assert(other:ReleaseExclusiveAccess())
    erases()
  end)
end)
