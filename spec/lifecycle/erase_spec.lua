-- SPDX-License-Identifier: GPL-3.0-or-later
-- However a process ends while its drive erases, it waits for the drive, and the drive is free
-- afterwards; after SIGKILL the disc is what it was or blank.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local lifecycle = require "spec.support.lifecycle"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"
local sounds = require "spec.support.lifecycle_sounds"

describe("a process whose drive erases", function()
  local case

  local function burn()
    local virtual <close> = assert(core.VirtualRecorder { path = case.disc, medium = "cd-rw" })
    local tao <close> = core.TrackAtOnce()
    tao.Recorder, tao.ClientName = assert(virtual:Recorder()), "spec"
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(burner.feeder(sounds.first()), { length = sounds.FIRST }))
    assert(tao:ReleaseMedia())
  end

  before_each(function()
    case = lifecycle.case()
    burn()
  end)
  after_each(function() case:close() end)

  local SCRIPT = [[
    local core, posix = child.core, child.posix
    local function begin(drive, trace)
      local erase = core.Erase()
      erase.Recorder = assert(drive:Recorder { trace = trace })
      erase.ClientName = "lifecycle"
      return erase, assert(erase:BeginEraseMedia())
    end
    local function within(operation)
      repeat local event = operation:step() until event.CurrentAction == 2
    end
  ]]

  -- Erasing takes 1.5 seconds on this drive.
  local PACED = SCRIPT .. [[
    local drive = assert(core.VirtualRecorder { path = arg[1], clock = "real",
      personality = "brisk" })
  ]]

  -- On this one it takes a thousand questions whether it is ready: more than the trace's pipe holds
  -- while nobody reads it. So the drive erases until the spec lets it run.
  local HELD = SCRIPT .. [[
    local drive = assert(core.VirtualRecorder { path = arg[1], faults = {
      { command = "TEST UNIT READY", after = 1, times = 1000, sense = "2/04/07" } } })
    local erase, operation = begin(drive, %q)
    within(operation)
  ]]

  -- Starts such a script; the drive is in the middle of erasing when it stands still.
  local function erasing(script, environment)
    local trace = case:trace()
    return case:start(HELD:format(trace.path) .. script, environment), trace
  end

  local function is_held(process)
    lifecycle.stand_still(process.pid)
    assert.is_true(case:held())
    local _, err = case:look()
    assert.are.equal(0xC0AA0210, err.code)
    assert.is_truthy(err.message:find('"lifecycle"', 1, true), err.message)
  end

  local function blank_and_free()
    assert.is_false(case:held())
    assert.are.equal("blank", assert(case:look()).state)
  end

  for name, row in pairs {
    ["at the end of the script"] = { "", 0 },
    ["by os.exit(7)"] = { "os.exit(7)", 7 },
    ["by os.exit(7, true)"] = { "os.exit(7, true)", 7 },
    ["by an error"] = { "error('this one', 0)", 1 },
    ["after Close of the operation"] = { "operation:close()", 0 },
    ["after Close of the Erase"] = { "erase:Close()", 0 },
    ["with everything dropped"] = {
      "erase, operation, drive = nil, nil, nil collectgarbage() collectgarbage() os.exit(7)", 7 },
    ["after a cancel that came too late"] = { "operation:cancel()", 0 },
  } do
    it("waits when it ends " .. name, function()
      local process, trace = erasing(([[
        child.say "erasing"
        %s
      ]]):format(row[1]))
      assert.are.equal("erasing", process:line())
      is_held(process)
      trace:run(process)
      local how, number, _, text = process:finish()
      assert.are.same({ "exit", row[2] }, { how, number })
      if not row[1]:find "error" then assert.are.equal("", text) end
      blank_and_free()
    end)
  end

  it("waits when it ends before the drive has begun, or does not begin", function()
    for _, ending in ipairs { "operation:close()", "operation = nil collectgarbage()", "" } do
      local process = case:start(PACED .. "local erase, operation = begin(drive) " .. ending)
      local how, number, _, text = process:finish()
      assert.are.same({ "exit", 0, "" }, { how, number, text })
      assert.is_false(case:held())
      local look = assert(case:look())
      assert.is_truthy(look.state == "complete" or look.state == "blank", look.state)
    end
  end)

  it("leaves everything to its parent when it is a forked child", function()
    -- The line that the drive's thread is about to write is nobody's in the child; the leak
    -- checker needs the whole stack to know it.
    sandbox.write(case.folder .. "/known", "leak:redbook_trace_format\n")
    local process, trace = erasing([[
      child.wait()
      local pid = assert(posix.fork())
      if pid == 0 then
        posix.alarm(180)
        local seen = drive:View().Commands
        local event, why = operation:step(0)
        local ok, err = pcall(function() erase.FullErase = true end)
        local good = not event and why == "finished" and not ok and err.code == 0x80004005
        erase:Close()
        operation:close()
        os.exit(good and 3 or 4, true)
      end
      local _, how, number = posix.waitpid(pid)
      child.say(how .. " " .. number)
      repeat local event = operation:step() until event.type == "done"
      assert(operation:result())
      assert(drive:View().ForeignCommands == 0)
    ]], "ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=0 LSAN_OPTIONS=print_suppressions=0:"
      .. "suppressions=" .. case.folder .. "/known")
    is_held(process)
    process:go()
    assert.are.equal("exit 3", process:line())
    is_held(process)
    trace:run(process)
    local how, number, _, text = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, text })
    blank_and_free()
  end)

  it("leaves the disc as it was or blank when it is killed", function()
    for round = 0, 4 do
      local last, process = round == 4
      if last then
        process = erasing 'child.say "erasing" child.wait()'
        assert.are.equal("erasing", process:line())
        is_held(process)
      else
        process = case:start(PACED .. [[
          child.say "beginning"
          local erase, operation = begin(drive)
          repeat local event = operation:step() until event.type == "done"
          child.wait()
        ]])
        assert.are.equal("beginning", process:line())
        posix.sleep(round * 0.1)
      end
      process:kill(posix.SIGKILL)
      assert.are.equal("signal", (process:finish()))
      lifecycle.await("the lock is gone", function() return not case:held() end)
      local look = assert(case:look())
      if look.state == "complete" and not last then
        assert.is_true(case:sound(look.tracks[1]) == sounds.first())
      else
        assert.are.same({ "blank", 0 }, { look.state, #look.tracks })
        burn()
      end
    end
  end)
end)
