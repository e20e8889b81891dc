-- SPDX-License-Identifier: GPL-3.0-or-later
-- Erase as Lua sees it: defaults, what a property takes, states, events. #threads

local core = require "redbook.core"
local burner = require "spec.support.burner"
local posix = require "posix"

describe("Erase #threads", function()
  local bench, erase

  before_each(function()
    bench = burner.new { medium = "cd-rw" }
    erase = core.Erase()
    erase.Recorder, erase.ClientName = bench.recorder, "eraser"
  end)
  after_each(function()
    erase:Close()
    bench:close()
  end)

  local function read(member) return erase[member] end
  local function write(member, value) erase[member] = value end

  local function burn()
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack((bench:sound("a.wav", 400))))
    assert(bench.tao:ReleaseMedia())
  end

  local function slowly() bench.virtual:AddFault { command = "BLANK", times = 1, stall = 1 } end

  it("begins with IMAPI's defaults", function()
    local new <close> = core.Erase()
    assert.is_nil(new.Recorder)
    assert.equal("", new.ClientName)
    assert.is_false(new.FullErase)
    assert.is_nil(new.OnUpdate)
    assert.same({ core.IMAPI_MEDIA_PHYSICAL_TYPE.CDRW }, new.SupportedMediaTypes)
    assert.equal("redbook.Erase (idle)", tostring(new))
  end)

  it("keeps what is set, and clears it by nil", function()
    erase.FullErase = true
    assert.is_true(erase.FullErase)
    local update = function() end
    erase.OnUpdate = update
    assert.equal(update, erase.OnUpdate)
    erase.OnUpdate = nil
    assert.is_nil(erase.OnUpdate)
    assert.equal(bench.recorder, erase.Recorder)
    erase.Recorder = nil
    assert.is_nil(erase.Recorder)
    erase.ClientName = nil
    assert.equal("", erase.ClientName)
  end)

  it("refuses wrong values by their codes, wrong types by a sentence", function()
    local long = ("x"):rep(64)
    for _, name in ipairs { "", "a/b", long } do
      assert.equal(0xC0AA090B, burner.raised(write, "ClientName", name).code)
    end
    local other <close> = assert(bench.virtual:Recorder())
    assert.equal(0x80AA0901, burner.raised(write, "Recorder", other).code)
    erase.Recorder = bench.recorder -- the same again is none
    assert.is_truthy(burner.raised(write, "FullErase", 1):find("boolean expected", 1, true))
    assert.is_truthy(burner.raised(write, "Recorder", 1):find("redbook.Recorder or nil", 1, true))
    assert.is_truthy(burner.raised(write, "OnUpdate", 1):find("function or nil", 1, true))
    assert.is_truthy(burner.raised(write, "SupportedMediaTypes", {}):find("read-only", 1, true))
    assert.is_truthy(burner.raised(write, "Speed", 4):find("no such member", 1, true))
  end)

  it("needs a recorder and a name", function()
    erase.ClientName = nil
    local ok, err = erase:EraseMedia()
    assert.same({ nil, 0xC0AA090B, "untouched" }, { ok, err.code, err.disc })
    erase.Recorder = nil
    ok, err = erase:EraseMedia()
    assert.same({ nil, 0xC0AA0003, "untouched" }, { ok, err.code, err.disc })
    assert.equal(0xC0AA0003, burner.raised(read, "MediaPhysicallyBlank").code)
    assert.equal(0xC0AA0003, burner.raised(read, "CurrentPhysicalMediaType").code)
  end)

  it("answers what IDiscFormat2 asks", function()
    assert.is_true(erase:IsRecorderSupported(bench.recorder))
    assert.is_true(erase:IsCurrentMediaSupported(bench.recorder))
    assert.equal(core.IMAPI_MEDIA_PHYSICAL_TYPE.CDRW, erase.CurrentPhysicalMediaType)
    assert.is_true(erase.MediaPhysicallyBlank)
    burn()
    assert.is_false(erase.MediaPhysicallyBlank)
    assert.is_false(erase.MediaHeuristicallyBlank)
    assert.is_true(erase:IsCurrentMediaSupported(bench.recorder))
    assert(bench.virtual:Insert { path = bench.folder .. "/other.cue" })
    assert.is_false(erase:IsCurrentMediaSupported(bench.recorder))
    assert(bench.virtual:OpenTray())
    local answer, err = erase:IsCurrentMediaSupported(bench.recorder)
    assert.same({ nil, 0xC0AA0202 }, { answer, err.code })
    assert.is_true(erase:IsRecorderSupported(bench.recorder))
  end)

  it("does not take a drive that cannot erase", function()
    local page = string.char(0, 28, 0, 0, 0, 0, 0, 0, 0x2A, 20, 3, 1) .. ("\0"):rep(18)
    bench.virtual:AddFault { command = "MODE SENSE", reply = page }
    erase.Recorder = nil
    assert.is_false(erase:IsRecorderSupported(bench.recorder))
    assert.is_false(erase:IsCurrentMediaSupported(bench.recorder))
    assert.equal(0xC0AA090A, burner.raised(write, "Recorder", bench.recorder).code)
    bench.virtual:ClearFaults()
    erase.Recorder = bench.recorder
    bench.virtual:AddFault { command = "MODE SENSE", reply = page }
    local ok, err = erase:EraseMedia()
    assert.same({ nil, 0xC0AA090A, "untouched" }, { ok, err.code, err.disc })
  end)

  for _, full in ipairs { false, true } do
    it(("tells elapsed and estimated seconds, full = %s"):format(full), function()
      burn()
      local begin, calls, last = bench.virtual:View().ClockUs, 0, nil
      erase.FullErase = full
      erase.OnUpdate = function(sender, elapsed, total)
        assert.equal(erase, sender)
        assert.equal("integer", math.type(elapsed))
        assert.equal("integer", math.type(total))
        assert.is_true(elapsed >= 0 and total > elapsed and total <= 1200)
        calls, last = calls + 1, elapsed
      end
      assert.is_true(erase:EraseMedia())
      local took = (bench.virtual:View().ClockUs - begin) / 1e6
      assert.is_true(calls >= 3, "calls: " .. calls)
      assert.is_true(last <= took and last >= took - 5, ("%d of %g s"):format(last, took))
      assert.is_true(erase.MediaPhysicallyBlank)
      assert.is_false(bench.virtual:View().Held)
    end)
  end

  it("reports its actions in order, then done", function()
    burn()
    local operation = assert(erase:BeginEraseMedia())
    assert.equal("redbook.Erase (erasing)", tostring(erase))
    local actions = {}
    for event in operation:each() do
      if event.type == "update" and event.CurrentAction ~= actions[#actions] then
        actions[#actions + 1] = event.CurrentAction
      end
    end
    assert.same({ 1, 2, 4 }, actions)
    assert.is_true(operation:result())
    assert.equal("redbook.Erase (idle)", tostring(erase))
  end)

  it("is 0900 for its settings and 0500 for others while it erases", function()
    local operation = assert(erase:BeginEraseMedia())
    for member, value in pairs { ClientName = "x", FullErase = true, Recorder = bench.recorder } do
      assert.equal(0x80AA0900, burner.raised(write, member, value).code, member)
    end
    local again, err = erase:BeginEraseMedia()
    assert.same({ nil, 0x80AA0900 }, { again, err.code })
    assert.equal(0xC0AA0500, burner.raised(read, "MediaPhysicallyBlank").code)
    for _, call in ipairs {
      function() return bench.recorder:MediaSummary() end,
      function() return bench.recorder:AcquireExclusiveAccess(false, "x") end,
      function() return bench.tao:PrepareMedia() end,
      function() return erase:IsCurrentMediaSupported(bench.recorder) end,
    } do
      local ok, problem = call()
      assert.same({ nil, 0xC0AA0500 }, { ok, problem.code })
    end
    posix.sleep(0.05) -- even when the drive is done: until the host has heard of it
    assert.equal(0x80AA0900, burner.raised(write, "FullErase", true).code)
    repeat local event = operation:step() until event.type == "done"
    erase.FullErase = true
    assert.equal("blank", assert(bench.recorder:MediaSummary()).State)
  end)

  it("is 0210 while a TrackAtOnce has the drive", function()
    assert(bench.tao:PrepareMedia())
    local ok, err = erase:EraseMedia()
    assert.same({ nil, 0xC0AA0210, "untouched" }, { ok, err.code, err.disc })
    assert.is_truthy(err.message:find('"spec"', 1, true), err.message)
  end)

  it("goes on to the end when OnUpdate raises, and raises the same", function()
    burn()
    local mine = {}
    erase.OnUpdate = function(_, elapsed) if elapsed > 1 then error(mine) end end
    assert.equal(mine, burner.raised(erase.EraseMedia, erase))
    erase.OnUpdate = nil
    assert.equal("blank", assert(bench.recorder:MediaSummary()).State)
    assert.is_false(bench.virtual:View().Held)
    assert.is_true(erase:EraseMedia())
  end)

  it("lets OnUpdate yield", function()
    burn()
    erase.OnUpdate = function(_, elapsed) coroutine.yield(elapsed) end
    local routine, seen = coroutine.wrap(function() return "end", erase:EraseMedia() end), 0
    repeat
      local value, ok = routine()
      if value ~= "end" then seen = seen + 1 end
      if value == "end" then assert.is_true(ok) end
    until value == "end"
    assert.is_true(seen >= 3)
  end)

  it("is joined by Close, and no second thread sends a command", function()
    burn()
    slowly()
    local operation = assert(erase:BeginEraseMedia())
    erase:Close()
    local view = bench.virtual:View()
    assert.same({ false, false, 0 }, { view.Held, view.Prevented, view.ForeignCommands })
    repeat local event, why = operation:step() until not event and why == "finished"
    assert.is_truthy(burner.raised(function() return erase.FullErase end):find("closed", 1, true))
  end)

  it("frees the recorder by itself when the operation is dropped", function()
    burn()
    assert(erase:BeginEraseMedia())
    collectgarbage()
    collectgarbage()
    local limit = posix.monotonic() + 60
    local summary
    repeat summary = bench.recorder:MediaSummary() until summary or posix.monotonic() > limit
    assert.is_truthy(summary)
    erase.FullErase = true
    assert.is_true(erase:EraseMedia())
    assert.is_false(bench.virtual:View().Held)
  end)

  it("is done with by Close", function()
    erase:Close()
    erase:Close()
    assert.equal("redbook.Erase (closed)", tostring(erase))
    assert.is_truthy(burner.raised(erase.EraseMedia, erase):find("closed Erase", 1, true))
  end)
end)
