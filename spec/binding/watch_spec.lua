-- SPDX-License-Identifier: GPL-3.0-or-later
-- DiscMaster:Watch on a tree of its own and a socket of its own, in place of the kernel's.

local core = require "redbook.core"
local cqueues = require "cqueues"
local posix = require "posix"
local run = require "redbook.run"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"
local unix = require "socket.unix"
local uv = require "luv"

describe("DeviceWatch", function()
  local folder, master, kernel, listener, watch

  before_each(function()
    folder = sandbox.folder()
    assert.equal(0, (sandbox.run("mkdir -p sys/class/block/sr0 dev/disk/by-id && : >dev/sr0 && "
      .. "ln -s ../../sr0 dev/disk/by-id/ata-OLD", folder)))
    master = core.DiscMaster { sys = folder .. "/sys", dev = folder .. "/dev" }
    listener, kernel = unix.dgram(), unix.dgram()
    assert(listener:bind(folder .. "/uevents"))
    assert(kernel:connect(folder .. "/uevents"))
    watch = assert(master:Watch { uevents = listener:getfd(), settle = 10 })
  end)
  after_each(function()
    watch:close()
    listener:close()
    kernel:close()
    sandbox.remove(folder)
  end)

  local OLD = "/dev/disk/by-id/ata-OLD"
  local NEW = "/dev/disk/by-id/usb-NEW"

  local function say(action, node)
    assert(kernel:send(("%s@/devices/block/%s\0ACTION=%s\0SUBSYSTEM=block\0DEVNAME=%s\0")
      :format(action, node, action, node)))
  end

  local function plug()
    assert.equal(0, (sandbox.run("mkdir sys/class/block/sr1 && : >dev/sr1 && "
      .. "ln -s ../../sr1 dev/disk/by-id/usb-NEW", folder)))
    say("add", "sr1")
  end

  local function unplug()
    assert.equal(0, (sandbox.run("rm -r sys/class/block/sr1 dev/sr1 dev/disk/by-id/usb-NEW",
      folder)))
    say("remove", "sr1")
  end

  local function came(kind)
    return { type = kind, id = folder .. NEW, node = folder .. "/dev/sr1" }
  end
  local function added() return came "added" end
  local function removed() return came "removed" end

  it("tells what is plugged in and out, by the id that Item gives", function()
    assert.same({ nil, "again" }, { watch:step(0) })
    plug()
    local event = watch:step(60)
    assert.same(added(), event)
    assert.equal(master:Item(1), event.id)
    assert.same({ nil, "again" }, { watch:step(0.05) })
    unplug()
    assert.same(removed(), watch:step(60))
    assert.equal(1, master.Count)
    say("remove", "sr0")
    assert.same({ type = "removed", id = folder .. OLD, node = folder .. "/dev/sr0" },
      watch:step(60))
  end)

  it("is an iterator", function()
    plug()
    local seen = {}
    for event in watch:each() do
      seen[#seen + 1] = event
      if #seen == 1 then unplug() end
      if #seen == 2 then watch:cancel() end
    end
    assert.same({ added(), removed() }, seen)
    assert.is_true(watch:result())
    for _ in watch:each() do error "it has ended" end
  end)

  it("ends its loop when nothing comes in time", function()
    local before = posix.monotonic()
    for _ in watch:each(0.1) do error "nothing has come" end
    assert.is_true(posix.monotonic() - before >= 0.1)
    plug()
    local first
    for event in watch:each(60) do
      first = event
      if event.type == "added" then break end
    end
    assert.same(added(), first)
    unplug()
    assert.same(removed(), watch:step(60)) -- leaving the loop has not closed it
  end)

  it("ends like an operation", function()
    assert.equal("redbook.DeviceWatch (watching)", tostring(watch))
    assert.has_error(function() watch:result() end)
    watch:cancel()
    assert.same({ type = "done" }, watch:step())
    assert.same({ nil, "finished" }, { watch:step() })
    assert.is_true(watch:result())
    assert.equal("redbook.DeviceWatch (finished)", tostring(watch))
    watch:close()
    watch:close()
    assert.equal("redbook.DeviceWatch (closed)", tostring(watch))
    for _, member in ipairs { "step", "cancel", "result", "pollfd", "getfd", "events", "timeout",
      "dirty", "each" } do
      assert.has_error(function() watch[member](watch) end, nil, member)
    end
  end)

  it("ends with its error when the drives cannot be listed", function()
    assert.equal(0, (sandbox.run("rm -r sys/class/block && : >sys/class/block", folder)))
    say("add", "sr1")
    assert.same({ type = "done" }, watch:step(60))
    local ok, err = watch:result()
    assert.is_nil(ok)
    assert.equal(0x80004005, err.code)
    assert.truthy(err.message:find("cannot list the drives in ", 1, true))
  end)

  it("is run by redbook.run, blocking and in a coroutine", function()
    plug()
    local seen = {}
    local function on_event(event)
      seen[#seen + 1] = event
      if event.type == "added" then unplug() end
      if event.type == "removed" then watch:cancel() end
    end
    assert.is_true(run(watch, on_event))
    assert.same({ added(), removed(), { type = "done" } }, seen)
    local other <close> = assert(master:Watch { uevents = listener:getfd() })
    seen, watch = {}, other
    local queue, waits = cqueues.new(), 0
    queue:wrap(function()
      assert.is_true(run(other, on_event, function(it)
        waits = waits + 1
        cqueues.poll(it)
      end))
    end)
    queue:wrap(function()
      cqueues.sleep(0.05)
      plug()
    end)
    assert(queue:loop())
    assert.same({ added(), removed(), { type = "done" } }, seen)
    assert.is_true(waits >= 1)
  end)

  it("is selected by LuaSocket", function()
    assert.same({}, (socket.select({ watch }, nil, 0)))
    plug()
    local event
    repeat
      local ready = socket.select({ watch }, nil, 60)
      assert.equal(watch, ready[1])
      event = watch:step(0)
    until event
    assert.same(added(), event)
  end)

  it("is polled by luv", function()
    local poll, seen = uv.new_poll(watch:pollfd()), {}
    local timer = uv.new_timer()
    timer:start(60000, 0, function() uv.stop() end)
    poll:start("r", function()
      local event = watch:step(0)
      if not event then return end
      seen[#seen + 1] = event
      if #seen == 1 then unplug() else uv.stop() end
    end)
    plug()
    uv.run()
    poll:close()
    timer:close()
    uv.run()
    assert.same({ added(), removed() }, seen)
  end)

  it("hands trapped signals on", function()
    local trap <close> = assert(core.trap_signals { "USR1" })
    posix.kill(posix.getpid(), posix.SIGUSR1)
    assert.same({ type = "signal", signal = "USR1" }, watch:step(60))
    assert.same({ nil, "again" }, { watch:step(0) })
    assert.is_nil(trap:take())
  end)

  it("looks at the kernel's messages by default, or says that it cannot", function()
    local own, err = master:Watch()
    if own then
      assert.same({ nil, "again" }, { own:step(0) })
      own:close()
    else
      assert.truthy(err.message:find("cannot listen to the kernel's messages", 1, true))
    end
  end)

  it("checks its options", function()
    for _, options in ipairs { { settle = -1 }, { settle = "2" }, { uevents = -1 },
      { uevents = 1.5 }, { no_such = 1 } } do
      assert.has_error(function() master:Watch(options) end)
    end
    local made, err = master:Watch { uevents = 1000 }
    assert.is_nil(made)
    assert.equal(0x80070006, err.code)
  end)
end)
