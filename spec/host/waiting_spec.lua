-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a host's thread does not wait for, and what it is woken for.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local posix = require "posix"

local SECTORS = 300

describe("a host's thread", function()
  -- Each begins something on a drive whose next command takes 1.5 seconds.
  local STALL = 1.5

  local function stalled(virtual)
    assert(virtual:AddFault { stall = STALL, times = 1 })
    return virtual
  end

  -- On the simulated clock the track is there at once; then the drive's time is the host's.
  local function burned(bench, finish)
    local tao = bench.tao
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack((bench:sound("one.wav", SECTORS))))
    local track = tao.WrittenTracks[1]
    if finish then assert(tao:ReleaseMedia()) else tao:Close() end
    local virtual = stalled(assert(core.VirtualRecorder { path = bench.disc, clock = "real",
      personality = "brisk" }))
    return assert(virtual:Recorder()), track
  end

  local REAL = { clock = "real", personality = "brisk" }

  local begins = {
    { "BeginPrepareMedia", REAL, function(bench)
      stalled(bench.virtual)
      return bench.tao:BeginPrepareMedia()
    end },
    { "BeginAddAudioTrack", REAL, function(bench)
      local path = bench:sound("one.wav", SECTORS)
      assert(bench.tao:PrepareMedia())
      stalled(bench.virtual)
      return bench.tao:BeginAddAudioTrack(path)
    end },
    { "BeginReleaseMedia", REAL, function(bench)
      assert(bench.tao:PrepareMedia())
      stalled(bench.virtual)
      return bench.tao:BeginReleaseMedia()
    end },
    { "BeginWaitReady", REAL, function(bench)
      stalled(bench.virtual)
      return bench.recorder:BeginWaitReady(60)
    end },
    { "BeginEraseMedia", { clock = "real", personality = "brisk", medium = "cd-rw" },
      function(bench)
        local erase = core.Erase()
        erase.Recorder, erase.ClientName = bench.recorder, "spec"
        stalled(bench.virtual)
        return erase:BeginEraseMedia()
      end },
    { "BeginVerifyMedia", {}, function(bench)
      local check = core.Verification()
      local track
      check.Recorder, track = burned(bench, true)
      assert(check:AddTrack(track))
      return check:BeginVerifyMedia()
    end },
    { "BeginRescue", {}, function(bench) return burned(bench):BeginRescue "close_session" end },
  }

  it("never waits for the drive in Begin*, and steps with 0 meanwhile", function()
    local benches, running = {}, {}
    for index, case in ipairs(begins) do
      benches[index] = burner.new(case[2])
    end
    for index, case in ipairs(begins) do
      local operation = assert(case[3](benches[index]))
      -- That command has not been answered, or there would be an end.
      local event, why = operation:step(0)
      while event and event.type == "update" do event, why = operation:step(0) end
      assert.same({ case[1], nil, "again" }, { case[1], event, why })
      running[index] = operation
    end
    for index, operation in ipairs(running) do
      for event in operation:each() do assert.not_equal("signal", event.type) end
      assert.same({ begins[index][1], true }, { begins[index][1], operation:result() })
      benches[index]:close()
    end
  end)

  it("is not kept by a scan or a render, and its cancel is heard", function()
    local bench <close> = burner.new()
    -- Hours of silence to be resampled, in a sparse file: there is time for a cancel.
    local bytes = 4 * 48000 * 20000
    local path = bench:write("long.wav", string.pack("<c4I4c4c4I4I2I2I4I4I2I2c4I4", "RIFF",
      36 + bytes, "WAVE", "fmt ", 16, 1, 2, 48000, 192000, 4, 16, "data", bytes))
    do
      local file <close> = assert(io.open(path, "r+b"))
      assert(file:seek("set", 44 + bytes - 1))
      assert(file:write "\0")
    end
    for _, how in ipairs { "BeginScan", "BeginRender" } do
      local source <close> = assert(core.AudioSource(path))
      local out <close> = assert(io.open("/dev/null", "wb"))
      local operation = assert(source[how](source, how == "BeginRender" and out or nil))
      operation:cancel()
      repeat local event = operation:step() until event and event.type == "done"
      local _, err = operation:result()
      assert.equal("E_IMAPI_REQUEST_CANCELLED", err.name)
    end
  end)

  -- Waits only for the descriptor; every wake-up must find something.
  local function woken(operation)
    local count, events = 0, 0
    while true do
      assert.is_true(posix.readable(operation:pollfd(), 60))
      count = count + 1
      local event = operation:step(0)
      while event do
        events = events + 1
        if event.type == "done" then return count, events end
        event = operation:step(0)
      end
    end
  end

  it("is woken for events alone", function()
    local bench <close> = burner.new { clock = "real", personality = "brisk" }
    local path = bench:sound("one.wav", 3 * SECTORS)
    for _, operation in ipairs { "BeginPrepareMedia", "BeginAddAudioTrack", "BeginReleaseMedia" } do
      local count, events = woken(assert(bench.tao[operation](bench.tao,
        operation == "BeginAddAudioTrack" and path or nil)))
      assert.is_true(count <= events, operation)
      -- A report in half a second and a change of action: a few in the second that it takes.
      assert.is_true(events < 40, operation .. ": " .. events)
    end
  end)

  it("is woken for each request of a function's data, and no more", function()
    for _, length in ipairs { 3 * SECTORS, false } do -- into the FIFO, or spooled
      local bench <close> = burner.new()
      bench.tao.FifoBytes = 1 << 20
      assert(bench.tao:PrepareMedia())
      local feed, calls = burner.feeder(burner.pcm(3 * SECTORS)), 0
      local operation = assert(bench.tao:BeginAddAudioTrack(function(bytes)
        calls = calls + 1
        return feed(bytes)
      end, { length = length or nil }))
      local count, events = woken(operation)
      assert.is_true(operation:result())
      assert.is_true(count <= events + calls, ("%d, %d, %d"):format(count, events, calls))
      -- 64 KiB each; while the ring is full, what the drive has taken.
      assert.is_true(calls <= 3 * SECTORS, "calls: " .. calls)
    end
  end)

  it("finds no time-out and nothing buffered beside the descriptor", function()
    local bench <close> = burner.new()
    local operation <close> = assert(bench.tao:BeginPrepareMedia())
    local watch <close> = assert(core.DiscMaster():Watch())
    for _, object in ipairs { operation, watch } do
      assert.same({ "r", nil, false }, { object:events(), object:timeout(), object:dirty() })
      assert.equal(object:pollfd(), object:getfd())
    end
  end)
end)
