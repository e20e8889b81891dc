-- SPDX-License-Identifier: GPL-3.0-or-later
-- inspect_node and identity against the system's own programs.

local core = require "redbook.core"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local function ask(command)
  local code, out = sandbox.run(command)
  assert.equal(0, code, command)
  return (out:gsub("\n$", ""))
end

describe("inspect_node", function()
  local folder, path

  before_each(function()
    folder = sandbox.folder()
    path = folder .. "/node"
    sandbox.write(path, "")
    assert.equal(0, (sandbox.run("chmod 640 node && ln -s node link", folder)))
  end)
  after_each(function() sandbox.remove(folder) end)

  it("agrees with stat", function()
    local facts = assert(core.inspect_node(folder .. "/link"))
    local uid, gid, owner, group = ask("stat -c '%u %g %U %G' " .. path)
      :match "^(%d+) (%d+) (%S+) (%S+)$"
    assert.same({ kind = "file", target = path, device = 0, major = 0, minor = 0, mode = 416,
      uid = tonumber(uid), gid = tonumber(gid), owner = owner, group = group, readable = true,
      writable = true, acl = {}, mounts = {} }, facts)
  end)

  it("tells nodes from each other", function()
    local null = assert(core.inspect_node "/dev/null")
    assert.same({ "character", 1, 3, lfs.attributes("/dev/null", "rdev") },
      { null.kind, null.major, null.minor, null.device })
    assert.equal("directory", assert(core.inspect_node(folder)).kind)
  end)

  it("finds mounts in the table it is given", function()
    sandbox.write(folder .. "/mounts", ("36 35 0:99 / /mnt/My\\040Disc ro - iso9660 %s ro\n")
      :format(path) .. "37 35 0:98 / /mnt/other ro - iso9660 /dev/sr9 ro\n")
    local facts = assert(core.inspect_node(path, { mountinfo = folder .. "/mounts" }))
    assert.same({ "/mnt/My Disc" }, facts.mounts)
  end)

  it("says what is not there", function()
    local facts, err = core.inspect_node(folder .. "/none")
    assert.is_nil(facts)
    assert.same({ 0x80070037, 2 }, { err.code, err.errno })
    assert.has_error(function() core.inspect_node() end)
    assert.has_error(function() core.inspect_node(path, { mounts = "x" }) end)
  end)
end)

describe("identity", function()
  it("agrees with id", function()
    local me = core.identity()
    assert.same({ ask "id -u", ask "id -un" }, { tostring(me.uid), me.user })
    local function ids(list)
      local found = {}
      for index, group in ipairs(list) do found[index] = tostring(group.id) end
      table.sort(found)
      return table.concat(found, " ")
    end
    local function sorted(text)
      local list = {}
      for word in text:gmatch "%d+" do list[#list + 1] = word end
      table.sort(list)
      return table.concat(list, " ")
    end
    assert.equal(sorted(ask "id -G"), ids(me.groups))
    assert.equal(sorted(ask("id -G " .. me.user)), ids(me.login_groups))
  end)
end)
