-- SPDX-License-Identifier: GPL-3.0-or-later
-- The operation protocol: step, events, cancel, result, poll, each, close. #threads

local core = require "redbook.core"
local burner = require "spec.support.burner"
local posix = require "posix"

local UPDATE = { "type", "CurrentAction", "CurrentTrackNumber", "ElapsedTime", "RemainingTime",
  "StartLba", "SectorCount", "LastReadLba", "LastWrittenLba", "TotalSystemBuffer",
  "UsedSystemBuffer", "FreeSystemBuffer", "TotalDriveBuffer", "FreeDriveBuffer",
  "ElapsedSeconds" }

describe("an operation #threads", function()
  local bench, tao

  before_each(function()
    bench = burner.new()
    tao = bench.tao
  end)
  after_each(function() bench:close() end)

  local function finish(operation)
    local events = {}
    while true do
      local event, why = operation:step()
      if event then
        events[#events + 1] = event
      elseif why == "finished" then
        return events
      end
    end
  end

  local function prepare() assert(tao:PrepareMedia()) end

  local function begin_track(sectors)
    return assert(tao:BeginAddAudioTrack((bench:sound("sound.wav", sectors or 300))))
  end

  it("changes the state that Lua sees with its event 'done'", function()
    local operation = assert(tao:BeginPrepareMedia())
    assert.equal("preparing", tao.State)
    posix.sleep(0.05)
    assert.equal("preparing", tao.State)
    local event
    repeat
      assert.equal("preparing", tao.State)
      event = operation:step()
    until event and event.type == "done"
    assert.equal("prepared", tao.State)
    operation = assert(tao:BeginReleaseMedia())
    assert.equal("releasing", tao.State)
    finish(operation)
    assert.equal("idle", tao.State)
  end)

  it("delivers updates, then done once, then 'finished' for ever", function()
    prepare()
    local operation = begin_track()
    local events = finish(operation)
    assert.same({ type = "done" }, events[#events])
    local actions, last = {}, nil
    for n = 1, #events - 1 do
      local event = events[n]
      assert.equal("update", event.type)
      if event.CurrentAction ~= last then
        last = event.CurrentAction
        actions[#actions + 1] = last
      end
    end
    local action = core.IMAPI_FORMAT2_TAO_WRITE_ACTION
    assert.equal(action.PREPARING, actions[1])
    assert.equal(action.WRITING, actions[2])
    assert.equal(action.FINISHING, actions[3])
    for _ = 1, 3 do
      local event, why = operation:step(0)
      assert.is_nil(event)
      assert.equal("finished", why)
    end
    assert.is_true(operation:result())
    assert.is_true(operation:result())
  end)

  it("gives every field of IDiscFormat2TrackAtOnceEventArgs and IWriteEngine2EventArgs", function()
    prepare()
    local seen
    for event in begin_track(400):each() do
      if event.CurrentAction == 2 then seen = event end
    end
    local names = {}
    for name, value in pairs(seen) do
      names[#names + 1] = name
      assert.equal(name == "type" and "string" or "number", type(value))
      local kind = name == "ElapsedSeconds" and "float" or "integer"
      if name ~= "type" then assert.equal(kind, math.type(value), name) end
    end
    table.sort(names)
    table.sort(UPDATE)
    assert.same(UPDATE, names)
    assert.equal(1, seen.CurrentTrackNumber)
    assert.equal(0, seen.StartLba)
    assert.equal(400, seen.SectorCount)
    assert.equal(seen.TotalSystemBuffer, seen.UsedSystemBuffer + seen.FreeSystemBuffer)
    assert.is_true(seen.LastWrittenLba < 400)
  end)

  it("raises for a result that is not there yet", function()
    local operation = assert(tao:BeginPrepareMedia())
    local message = burner.raised(operation.result, operation)
    assert.truthy(message:find("operation_spec.lua:%d+: the operation has not ended") or
      message:find("the operation has not ended; step it until its event 'done'", 1, true))
    finish(operation)
    assert.is_true(operation:result())
  end)

  it("is waited for together with others", function()
    prepare()
    local source <close> = assert(core.AudioSource(bench:sound("scan.wav", 300)))
    local idle = assert(tao:BeginAddAudioTrack(function() end, { length = 300 }))
    while idle:step(0) do end
    local before = posix.monotonic()
    assert.is_false(core.wait({}, 0.02))
    assert.is_true(posix.monotonic() - before >= 0.02)
    local scan = assert(source:BeginScan())
    assert.is_true(core.wait({ idle, scan }, 60))
    finish(scan)
    finish(idle)
    assert.is_false(core.wait({ idle, scan }, 0)) -- they have no more to tell
    scan:close()
    assert.is_false(core.wait({ scan }, 0))
    for _, wrong in ipairs { { 5, 0 }, { {}, "x" }, { { 5 }, 0 }, { { bench.tao }, 0 } } do
      burner.raised(core.wait, wrong[1], wrong[2])
    end
  end)

  it("never blocks with 0 and waits no longer than it is told", function()
    prepare()
    local operation = assert(tao:BeginAddAudioTrack(function() end, { length = 300 }))
    local before = posix.monotonic()
    while operation:step(0) do end
    assert.is_true(posix.monotonic() - before < 30)
    for _, wrong in ipairs { -1, 0 / 0, "x", {}, true } do
      local message = burner.raised(operation.step, operation, wrong)
      assert.truthy(message:find("step: a number of seconds", 1, true), message)
    end
    finish(operation)
    local ok, err = operation:result()
    assert.is_nil(ok)
    assert.equal(0xC0AA050D, err.code)
  end)

  it("says 'again' when nothing has come in time", function()
    prepare()
    local release
    local operation = assert(tao:BeginAddAudioTrack(function()
      return not release and coroutine.yield() or nil
    end, { length = 300 }))
    local stuck = coroutine.wrap(function()
      repeat local event = operation:step() until event and event.type == "done"
    end)
    stuck()
    operation:cancel()
    release = true
    stuck()
    local ok, err = operation:result()
    assert.is_nil(ok)
    assert.equal(0xC0AA0002, err.code)
  end)

  it("has a descriptor that is readable while an event is there", function()
    prepare()
    local operation = begin_track()
    local fd = operation:pollfd()
    assert.equal(fd, operation:getfd())
    assert.equal("r", operation:events())
    assert.is_nil(operation:timeout())
    assert.is_false(operation:dirty())
    local events = 0
    repeat
      assert.is_true(posix.readable(fd, 60))
      local event = operation:step(0)
      if event then events = events + 1 end
    until event and event.type == "done"
    assert.is_true(events >= 4)
    assert.is_false(posix.readable(fd, 0))
  end)

  it("is cancelled, and says so in its result", function()
    tao.FifoBytes = 1048576 -- 445 sectors: not all is fed when 500 are written
    prepare()
    local operation = assert(tao:BeginAddAudioTrack(burner.feeder(burner.pcm(3000)),
      { length = 3000 }))
    for event in operation:each() do
      if event.type == "update" and event.LastWrittenLba > 500 then
        assert.is_true(tao:CancelAddTrack())
      end
    end
    local ok, err = operation:result()
    assert.is_nil(ok)
    assert.equal(0xC0AA0002, err.code)
    assert.equal("E_IMAPI_REQUEST_CANCELLED", err.name)
    assert.equal("open", err.disc)
    assert.equal("prepared", tao.State)
    assert.equal(1, tao.NumberOfExistingTracks)
    assert.is_true(tao.WrittenTracks[1].Sectors < 3000)
  end)

  it("may be cancelled before it does anything, and after its end", function()
    local operation = assert(tao:BeginPrepareMedia())
    operation:cancel()
    finish(operation)
    local ok = operation:result()
    assert.is_true(ok == nil or ok == true)
    assert.equal(ok and "prepared" or "idle", tao.State)
    assert.is_true(operation:cancel())
    assert.is_true(operation:cancel())
  end)

  it("runs one at a time", function()
    prepare()
    local _operation <close> = begin_track()
    for _, call in ipairs { "BeginAddAudioTrack", "AddAudioTrack", "BeginReleaseMedia",
      "ReleaseMedia" } do
      local other, err = tao[call](tao, function() end)
      assert.is_nil(other)
      assert.equal(0xC0AA0500, err.code, call)
    end
    local other, err = tao:BeginPrepareMedia()
    assert.is_nil(other)
    assert.equal(0xC0AA0503, err.code)
  end)

  it("shows its state as a string", function()
    local operation = assert(tao:BeginPrepareMedia())
    assert.equal("redbook.Operation (running)", tostring(operation))
    operation:cancel()
    assert.equal("redbook.Operation (cancelled)", tostring(operation))
    finish(operation)
    assert.equal("redbook.Operation (finished)", tostring(operation))
    operation:close()
    assert.equal("redbook.Operation (closed)", tostring(operation))
  end)

  it("keeps its TrackAtOnce alive", function()
    local operation
    do
      local other = core.TrackAtOnce()
      other.Recorder, other.ClientName = bench.recorder, "kept"
      operation = assert(other:BeginPrepareMedia())
    end
    collectgarbage()
    collectgarbage()
    finish(operation)
    assert.is_true(operation:result())
    assert.is_true(bench.virtual:View().Held)
  end)

  describe("that is closed while it runs", function()
    it("is cancelled and drained, and the drive is free for the next", function()
      prepare()
      do
        local _operation <close> = begin_track(3000)
      end
      assert.equal("prepared", tao.State)
      assert.is_true(tao:AddAudioTrack((bench:sound("next.wav", 300))))
      assert.is_true(tao:ReleaseMedia())
    end)

    it("is closed for good", function()
      local operation = assert(tao:BeginPrepareMedia())
      operation:close()
      assert.has_error(function() operation:step(0) end)
      assert.has_error(function() operation:result() end)
      assert.is_true(operation:close())
    end)
  end)

  it("that is dropped ends by itself", function()
    prepare()
    begin_track(3000)
    collectgarbage()
    collectgarbage()
    tao:Close()
    assert.is_false(bench.virtual:View().Held)
  end)

  describe("iterated by each", function()
    it("gives every event and leaves the result to be asked for", function()
      prepare()
      local operation = begin_track()
      local last
      for event in operation:each() do last = event end
      assert.equal("done", last.type)
      assert.is_true(operation:result())
    end)

    it("is closed by break", function()
      prepare()
      local operation = begin_track(3000)
      for event in operation:each() do
        if event.CurrentAction == 2 then break end
      end
      assert.equal("redbook.Operation (closed)", tostring(operation))
      assert.equal("prepared", tao.State)
    end)

    it("is closed by an error", function()
      prepare()
      local operation = begin_track(3000)
      local err = burner.raised(function()
        for _ in operation:each() do error("mine", 0) end
      end)
      assert.equal("mine", err)
      assert.equal("redbook.Operation (closed)", tostring(operation))
    end)

    it("is not closed by a break at done", function()
      prepare()
      local operation = begin_track()
      for event in operation:each() do
        if event.type == "done" then break end
      end
      assert.is_true(operation:result())
    end)

    it("ends when nothing comes in the time given, and can go on", function()
      prepare()
      local operation = begin_track(400)
      local done = false
      while not done do
        for event in operation:each(0) do done = event.type == "done" end
        assert.is_true(done or posix.readable(operation:getfd(), 60))
      end
      assert.is_true(operation:result())
    end)
  end)
end)
