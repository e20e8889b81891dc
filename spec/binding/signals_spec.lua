-- SPDX-License-Identifier: GPL-3.0-or-later
-- trap_signals: signals as events. #threads

local core = require "redbook.core"
local burner = require "spec.support.burner"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"

describe("trap_signals #threads", function()
  local bench, trap

  before_each(function()
    bench = burner.new()
    trap = assert(core.trap_signals { "INT", "TERM", "HUP" })
  end)
  after_each(function()
    trap:close()
    bench:close()
  end)

  local function send(name) assert(posix.kill(posix.getpid(), posix["SIG" .. name])) end

  it("catches signals and gives them one by one", function()
    assert.is_nil(trap:take())
    assert.is_false(posix.readable(trap:getfd(), 0))
    send "TERM"
    send "INT"
    assert.is_true(posix.readable(trap:getfd(), 0))
    assert.equal(trap:getfd(), trap:pollfd())
    local caught = { [trap:take()] = true }
    caught[trap:take()] = true
    assert.same({ INT = true, TERM = true }, caught)
    assert.is_nil(trap:take())
    assert.is_false(posix.readable(trap:getfd(), 0))
  end)

  it("waits for one", function()
    local before = posix.monotonic()
    assert.is_nil(trap:wait(0.02))
    assert.is_true(posix.monotonic() - before >= 0.02)
    send "HUP"
    before = posix.monotonic()
    assert.equal("HUP", trap:wait(600))
    assert.is_true(posix.monotonic() - before < 60)
    assert.has_error(function() trap:wait(-1) end)
    assert.has_error(function() trap:wait() end)
  end)

  it("is one at a time", function()
    local other, err = core.trap_signals { "INT" }
    assert.is_nil(other)
    assert.equal(0x80004005, err.code)
    trap:close()
    trap = assert(core.trap_signals { "USR1" })
    send "USR1"
    assert.equal("USR1", trap:take())
  end)

  it("takes names only", function()
    assert.has_error(function() core.trap_signals() end)
    assert.has_error(function() core.trap_signals {} end)
    assert.has_error(function() core.trap_signals { 2 } end)
    assert.has_error(function() core.trap_signals { "SIGINT" } end)
    assert.has_error(function() core.trap_signals { "KILL" } end)
  end)

  it("is an event of a running operation, which goes on", function()
    local operation = assert(bench.tao:BeginPrepareMedia())
    send "INT"
    local event = operation:step()
    assert.same({ type = "signal", signal = "INT" }, event)
    for _ in operation:each() do end
    assert.is_true(operation:result())
  end)

  it("ends a blocking method, which names the signal", function()
    assert(bench.tao:PrepareMedia())
    local feeder, sent = burner.feeder(burner.pcm(3000)), false
    local ok, err = bench.tao:AddAudioTrack(function(bytes)
      if not sent then send "TERM" end
      sent = true
      return feeder(math.min(bytes, 235200))
    end, { length = 3000 })
    assert.is_nil(ok)
    assert.equal(0xC0AA0002, err.code)
    assert.equal("TERM", err.signal)
    assert.equal("prepared", bench.tao.State)
  end)

  it("is never lost: a method that succeeds all the same says so in its remark", function()
    local sent = false
    bench.tao.OnUpdate = function()
      if bench.tao.State == "releasing" and not sent then
        sent = true
        send "HUP"
      end
    end
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 }))
    local ok, remark = bench.tao:ReleaseMedia()
    assert.is_true(sent)
    assert.equal("HUP", remark.signal)
    assert.equal(ok and 0 or 0xC0AA0002, remark.code)
    assert.is_false(bench.virtual:View().Held)
  end)

  it("shows its state as a string", function()
    assert.equal("redbook.SignalTrap (armed)", tostring(trap))
    trap:close()
    assert.equal("redbook.SignalTrap (closed)", tostring(trap))
  end)

  -- Until the last handler of the process has run: lua_close alone would bring SIGTERM back.
  it("is ignored by a process that is ending", function()
    trap:close()
    local code, out = sandbox.run(([[%s %s -e 'local core = require "redbook.core"
      local trap = core.trap_signals { "TERM" }
      assert(trap:ignore() == true and tostring(trap) == "redbook.SignalTrap (closed)")
      assert(not pcall(trap.take, trap) and not pcall(trap.ignore, trap) and trap:close())
      os.execute "kill -TERM $PPID"
      print "there"
      os.exit(7, true)']]):format(sandbox.env, sandbox.lua))
    assert.same({ 7, "there\n" }, { code, out })
    trap = assert(core.trap_signals { "TERM" })
    send "TERM"
    assert.equal("TERM", trap:take())
  end)

  it("is disarmed by the collector", function()
    trap:close()
    do assert(core.trap_signals { "USR2" }) end
    collectgarbage()
    collectgarbage()
    trap = assert(core.trap_signals { "USR2" })
  end)
end)
