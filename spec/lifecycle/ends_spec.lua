-- SPDX-License-Identifier: GPL-3.0-or-later
-- However a burn ends, the drive is free for other programs; a disc that ReleaseMedia did not
-- close stays open, with every track complete.

local lifecycle = require "spec.support.lifecycle"

describe("the lock is let go", function()
  local case

  before_each(function() case = lifecycle.case() end)
  after_each(function() case:close() end)

  -- While the process lives on: held until it says so, free from then on.
  local function at_a_line(script)
    local process = case:start(script)
    assert.are.equal("burned", process:line())
    assert.is_true(case:held())
    local _, err = case:look()
    assert.are.equal(0xC0AA0210, err.code)
    assert.is_truthy(err.message:find('"lifecycle"', 1, true), err.message)
    process:go()
    assert.are.equal("left", process:line())
    return process
  end

  local function ends_well(process)
    process:go()
    local how, number, _, err = process:finish()
    assert.are.equal("", err)
    assert.are.same({ "exit", 0 }, { how, number })
  end

  it("by ReleaseMedia, which closes the disc", function()
    local process = at_a_line [[
      local tao = child.prepared()
      child.whole(tao)
      child.say "burned" child.wait()
      assert(tao:ReleaseMedia())
      child.say "left" child.wait()
    ]]
    case:expect_finalised(1)
    ends_well(process)
    case:expect_finalised(1)
  end)

  it("at the end of a <close> scope", function()
    local process = at_a_line [[
      do
        local tao <close> = child.prepared()
        child.whole(tao)
        child.say "burned" child.wait()
      end
      child.say "left" child.wait()
    ]]
    case:expect_open()
    ends_well(process)
  end)

  it("at the end of a <close> scope in the middle of a track", function()
    local process = at_a_line [[
      do
        local tao <close> = child.prepared()
        child.whole(tao)
        child.begun(tao)
        child.say "burned" child.wait()
      end
      child.say "left" child.wait()
    ]]
    case:expect_open "cut"
    ends_well(process)
  end)

  it("at the end of a <close> scope by an error, which is kept", function()
    local process = at_a_line [[
      local mine = {}
      local ok, err = pcall(function()
        local tao <close> = child.prepared()
        child.whole(tao)
        child.say "burned" child.wait()
        error(mine)
      end)
      assert(not ok and err == mine)
      child.say "left" child.wait()
    ]]
    case:expect_open()
    ends_well(process)
  end)

  it("by an error that nobody catches", function()
    local process = case:start [[
      local tao <close> = child.prepared()
      child.whole(tao)
      error("this one", 0)
    ]]
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 1 }, { how, number })
    assert.is_truthy(err:find "this one")
    case:expect_open()
  end)

  for name, second in pairs { ["between tracks"] = false, ["in the middle of a track"] = "cut" } do
    it(("by the collector, %s"):format(name), function()
      local process = at_a_line(([[
        local function burn()
          local tao = child.prepared()
          child.whole(tao)
          if %s then child.begun(tao) end
          child.say "burned" child.wait()
        end
        burn()
        collectgarbage()
        child.say "left" child.wait()
      ]]):format(second ~= false))
      local look = lifecycle.await("free", function() return case:look() end)
      case:expect_open(second or nil, look)
      ends_well(process)
    end)
  end

  it("by the collector when only the operation is dropped, without unlocking", function()
    local process = case:start [[
      local tao = child.prepared()
      child.whole(tao)
      child.begun(tao)
      collectgarbage()
      local limit = child.posix.monotonic() + 120
      repeat
        local speed = pcall(tao.SetWriteSpeed, tao, -1, false) and tao:SetWriteSpeed(-1, false)
      until speed or child.posix.monotonic() > limit
      child.say(tostring(tao)) child.wait()
      assert(tao:ReleaseMedia())
    ]]
    assert.are.equal("redbook.TrackAtOnce (prepared)", process:line())
    assert.is_true(case:held())
    process:go()
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
    assert.are.equal("complete", case:look().state)
  end)

  it("at the end of the script", function()
    local process = case:start [[
      tao = child.prepared()
      child.whole(tao)
    ]]
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
    case:expect_open()
  end)

  it("at the end of the script in the middle of a track", function()
    local process = case:start [[
      tao = child.prepared()
      child.whole(tao)
      operation = child.begun(tao)
    ]]
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
    case:expect_open "cut"
  end)

  for _, call in ipairs { "os.exit(7)", "os.exit(7, true)" } do
    it(("by %s"):format(call), function()
      local process = case:start(([[
        local tao = child.prepared()
        child.whole(tao)
        %s
      ]]):format(call))
      local how, number, _, err = process:finish()
      assert.are.same({ "exit", 7, "" }, { how, number, err })
      case:expect_open()
    end)

    it(("by %s inside a <close> scope"):format(call), function()
      local process = case:start(([[
        local tao <close> = child.prepared()
        child.whole(tao)
        %s
      ]]):format(call))
      local how, number, _, err = process:finish()
      assert.are.same({ "exit", 7, "" }, { how, number, err })
      case:expect_open()
    end)

    it(("by %s in the function that feeds a track"):format(call), function()
      local process = case:start(([[
        local tao <close> = child.prepared()
        child.whole(tao)
        tao:AddAudioTrack(child.long(function() %s end))
      ]]):format(call))
      local how, number, _, err = process:finish()
      assert.are.same({ "exit", 7, "" }, { how, number, err })
      case:expect_open "cut"
    end)

    it(("by %s in OnUpdate, inside a coroutine"):format(call), function()
      local process = case:start(([[
        local tao = child.prepared()
        child.whole(tao)
        local inside = false
        tao.OnUpdate = function() if inside then %s end end
        coroutine.wrap(function()
          tao:AddAudioTrack(child.long(function() inside = true end))
        end)()
      ]]):format(call))
      local how, number, _, err = process:finish()
      assert.are.same({ "exit", 7, "" }, { how, number, err })
      local look = assert(case:look())
      assert.is_true(look.open)
      assert.are.equal(0, look.incomplete)
      assert.are.equal(2, #look.tracks)
    end)
  end

  it("while the data of a function are still collected", function()
    local process = at_a_line [[
      do
        local tao <close> = child.prepared()
        child.whole(tao)
        local calls = 0
        local operation = assert(tao:BeginAddAudioTrack(function(bytes)
          calls = calls + 1
          return ("\0"):rep(bytes)
        end))
        repeat operation:step(0) until calls == 3
        child.say "burned" child.wait()
      end
      child.say "left" child.wait()
    ]]
    case:expect_open()
    ends_well(process)
  end)

  for name, ending in pairs {
    ["by Close"] = "tao:Close()",
    ["by the collector"] = "tao, operation = nil, nil collectgarbage()",
    ["by os.exit()"] = "os.exit(0)",
  } do
    it(("%s while PrepareMedia runs"):format(name), function()
      local process = case:start(([[
        local drive = assert(child.core.VirtualRecorder { path = arg[1] })
        local tao = child.core.TrackAtOnce()
        tao.Recorder, tao.ClientName = drive:Recorder(), "lifecycle"
        local operation = assert(tao:BeginPrepareMedia())
        %s
        child.say "left" child.wait()
      ]]):format(ending))
      local look = lifecycle.await("free", function() return case:look() end)
      assert.are.same({ "blank", 0 }, { look.state, #look.tracks })
      ends_well(process)
      assert.is_false(case:held())
    end)

    it(("%s while ReleaseMedia runs: closed or open, nothing between"):format(name), function()
      local process = case:start(([[
        local tao = child.prepared()
        child.whole(tao)
        local operation = assert(tao:BeginReleaseMedia())
        %s
        child.say "left" child.wait()
      ]]):format(ending))
      if name ~= "by os.exit()" then assert.are.equal("left", process:line()) end
      ends_well(process)
      local look = assert(case:look())
      if look.state == "complete" then case:expect_finalised(1) else case:expect_open(nil, look) end
    end)
  end

  it("by coroutine.close", function()
    local process = at_a_line [[
      local burn = coroutine.create(function()
        local tao <close> = child.prepared()
        child.whole(tao)
        local operation = child.begun(tao)
        coroutine.yield()
      end)
      assert(coroutine.resume(burn))
      child.say "burned" child.wait()
      assert(coroutine.close(burn))
      child.say "left" child.wait()
    ]]
    case:expect_open "cut"
    ends_well(process)
  end)

  it("by the collector, with a coroutine that nobody resumes", function()
    local process = at_a_line [[
      do
        local burn = coroutine.create(function()
          local tao <close> = child.prepared()
          child.whole(tao)
          local operation <close> = child.begun(tao)
          coroutine.yield()
        end)
        assert(coroutine.resume(burn))
        child.say "burned" child.wait()
      end
      collectgarbage()
      child.say "left" child.wait()
    ]]
    local look = lifecycle.await("free", function() return case:look() end)
    case:expect_open("cut", look)
    ends_well(process)
  end)
end)

describe("letting go", function()
  local case

  before_each(function() case = lifecycle.case() end)
  after_each(function() case:close() end)

  it("is harmless when repeated", function()
    local process = case:start [[
      local tao = child.prepared()
      child.whole(tao)
      local operation = child.begun(tao)
      assert(tao:Close() == true)
      assert(tao:Close() == true)
      assert(operation:close() == true)
      assert(operation:close() == true)
      local other = child.prepared { disc = arg[1] .. ".other.cue" }
      child.whole(other)
      assert(other:ReleaseMedia())
      local again, err = other:ReleaseMedia()
      assert(again == nil and err.code == 0xC0AA0502)
      assert(other:Close() and other:Close())
      assert(child.core.last_release_error() == nil)
    ]]
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
    case:expect_open "cut"
  end)

  it("leaves objects whose use is a mistake in the caller's line", function()
    local process = case:start [[
      local tao = child.prepared()
      local operation = child.begun(tao)
      tao:Close()
      for _, use in ipairs {
        function() return tao:PrepareMedia() end,
        function() return tao:AddAudioTrack("x.wav") end,
        function() return tao:ReleaseMedia() end,
        function() return tao.ClientName end,
        function() tao.ClientName = "other" end,
      } do
        local ok, err = pcall(use)
        assert(not ok)
        child.say(err)
      end
      repeat
        local event, why = operation:step(0)
      until why == "finished"
      local ok, err = operation:result()
      child.say(err.code == 0xC0AA0002)
    ]]
    for _ = 1, 5 do
      local line = process:line()
      assert.is_truthy(line:find "script.lua:%d+: attempt to use a closed TrackAtOnce$", line)
    end
    assert.are.equal("true", process:line())
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
  end)

  it("keeps what failed in the collector for last_release_error", function()
    local process = case:start [[
      local function burn()
        local tao = child.prepared { faults = {
          { command = "SYNCHRONIZE CACHE", after = 1, sense = "3/0C/00" } } }
        child.whole(tao)
        child.begun(tao)
      end
      burn()
      collectgarbage()
      local limit, err = child.posix.monotonic() + 120
      repeat err = child.core.last_release_error() until err or child.posix.monotonic() > limit
      child.say(err.name)
      child.say(("%X/%02X/%02X"):format(err.sense.key, err.sense.asc, err.sense.ascq))
      child.say(err.command)
      child.say(err.disc)
      child.say(child.core.last_release_error())
      child.wait()
    ]]
    local lines = {}
    for n = 1, 5 do lines[n] = process:line() end
    assert.are.equal("3/0C/00", lines[2])
    assert.are.equal("SYNCHRONIZE CACHE", lines[3])
    assert.are.equal("nil", lines[5])
    assert.are.equal("E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE", lines[1])
    assert.are.equal("open", lines[4])
    lifecycle.await("free", function() return not case:held() end)
    process:go()
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
    case:expect_broken()
  end)
end)
