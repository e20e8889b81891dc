-- SPDX-License-Identifier: GPL-3.0-or-later
-- Signals that nobody traps, in plain lua5.4: ^C ends a blocking call and frees the drive; what
-- ends the process at once leaves the drive to the kernel.

local lifecycle = require "spec.support.lifecycle"
local posix = require "posix"

local WRITE, SYNCHRONIZE, CLOSE_SESSION, PREVENT = "2a", "35", "5b", "1e"

-- Burns the first track, then the long one from an open file, so that the Lua thread sleeps in
-- the blocking method.
local SCRIPT = [[
  local tao <close> = child.prepared { trace = "%s", by_name = true }
  child.whole(tao)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "w+b"))
  os.remove(path)
  file:write(child.sounds.long():rep(8))
  file:seek("set", 0)
  child.say "ready"
  %s
  tao:AddAudioTrack(file)
]]

describe("lua5.4", function()
  local case

  before_each(function() case = lifecycle.case() end)
  after_each(function() case:close() end)

  -- The script's process, its drive standing still in the middle of the long track: the pipe of
  -- the trace holds fewer commands than are still to come.
  local function within(before)
    local trace = case:trace()
    local process = case:start(SCRIPT:format(trace.path, before or ""))
    trace:read_until(process, SYNCHRONIZE, 1)
    assert.are.equal("ready", process:line())
    trace:read_until(process, WRITE, 20)
    lifecycle.stand_still(process.pid)
    return process, trace
  end

    it("is stopped by ^C in a blocking AddAudioTrack", function()
    local process, trace = within()
    assert.is_true(case:held())
    process:signal(posix.SIGINT)
    local opcodes = trace:run(process)
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 1 }, { how, number })
    assert.is_truthy(err:find "interrupted!", err)
    case:expect_open("cut", nil, 8)
    assert.is_falsy(table.concat(opcodes, " "):find(CLOSE_SESSION))
    assert.are.equal(PREVENT, opcodes[#opcodes])
  end)

  it("is ended by a second ^C while it lets go; the kernel frees the drive", function()
    local process, trace = within [[
      local _late <close> = setmetatable({}, { __close = function()
        child.say "letting go"
        child.wait()
      end })
    ]]
    process:signal(posix.SIGINT)
    trace:read_until(process, SYNCHRONIZE, 1)
    assert.are.equal("letting go", process:line())
    assert.is_true(case:held())
    process:kill(posix.SIGINT)
    local opcodes = trace:run(process)
    local how, number = process:finish()
    assert.are.same({ "signal", posix.SIGINT }, { how, number })
    -- The blocking call had ended its track before the second one came.
    case:expect_open("cut", nil, 8)
    assert.is_falsy(table.concat(opcodes, " "):find(CLOSE_SESSION))
  end)

  it("is ended by a second ^C within a track that is being ended", function()
    local process = within()
    process:signal(posix.SIGINT)
    -- The drive stands still: the blocking call waits for the end of its track.
    process:kill(posix.SIGINT)
    local how, number = process:finish()
    assert.are.same({ "signal", posix.SIGINT }, { how, number })
    case:expect_broken()
  end)

  for _, name in ipairs { "SIGTERM", "SIGHUP", "SIGKILL" } do
    it(("is ended by %s in the middle of a track"):format(name), function()
      local process = within()
      assert.is_true(case:held())
      process:kill(posix[name])
      local how, number = process:finish()
      assert.are.same({ "signal", posix[name] }, { how, number })
      case:expect_broken()
    end)
  end

  it("is ended by kill -9 between two tracks", function()
    local process = case:start [[
      local tao <close> = child.prepared()
      child.whole(tao)
      child.say "between"
      child.wait()
    ]]
    assert.are.equal("between", process:line())
    assert.is_true(case:held())
    process:kill(posix.SIGKILL)
    local how, number = process:finish()
    assert.are.same({ "signal", posix.SIGKILL }, { how, number })
    case:expect_open()
  end)
end)
