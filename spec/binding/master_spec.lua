-- SPDX-License-Identifier: GPL-3.0-or-later
-- DiscMaster on a tree of its own, in place of /sys and /dev.

local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

describe("DiscMaster", function()
  local folder

  before_each(function()
    folder = sandbox.folder()
    assert.equal(0, (sandbox.run(([[mkdir -p sys/class/block dev/disk/by-id &&
      for n in 0 1; do mkdir -p sys/class/block/sr$n && echo 11:$n >sys/class/block/sr$n/dev &&
      : >dev/sr$n; done]]), folder)))
  end)
  after_each(function() sandbox.remove(folder) end)

  local function master()
    return core.DiscMaster { sys = folder .. "/sys", dev = folder .. "/dev" }
  end

  it("counts the drives and numbers them from 0", function()
    local drives = master()
    assert.equal(2, drives.Count)
    assert.equal(2, #drives)
    assert.equal(folder .. "/dev/sr0", drives:Item(0))
    assert.equal(folder .. "/dev/sr1", drives:Item(1))
    for _, index in ipairs { 2, -1, math.maxinteger, math.mininteger } do
      local id, err = drives:Item(index)
      assert.is_nil(id)
      assert.equal(0x80070057, err.code)
    end
    assert.has_error(function() drives:Item() end)
    assert.has_error(function() drives:Item "first" end)
    assert.has_error(function() drives:Item(0.5) end)
  end)

  it("iterates over the drives as they are at the beginning", function()
    local drives, found = master(), {}
    for id in drives:each() do
      found[#found + 1] = id
      sandbox.run("rm -rf sys/class/block/sr1", folder)
    end
    assert.same({ folder .. "/dev/sr0", folder .. "/dev/sr1" }, found)
    assert.equal(1, drives.Count)
  end)

  it("takes no plain file for a drive that can be used", function()
    assert.is_false(master().IsSupportedEnvironment)
  end)

  it("names a drive by its stable link", function()
    sandbox.run("ln -s ../../sr1 dev/disk/by-id/ata-ACME_BURNER_1", folder)
    assert.equal(folder .. "/dev/disk/by-id/ata-ACME_BURNER_1", master():Item(1))
  end)

  it("of a machine without drives is empty", function()
    sandbox.run("rm -rf sys/class/block/sr*", folder)
    local drives = master()
    assert.equal(0, drives.Count)
    assert.is_false(drives.IsSupportedEnvironment)
    for _ in drives:each() do error "nothing to iterate over" end
    assert.equal("redbook.DiscMaster", tostring(drives))
  end)

  it("looks at this machine by default", function()
    local drives = core.DiscMaster()
    assert.equal("integer", math.type(drives.Count))
    assert.equal("boolean", type(drives.IsSupportedEnvironment))
  end)
end)
