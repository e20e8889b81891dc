-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make install` with DESTDIR and PREFIX; the installed burn.lua works anywhere.

local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"
local installed = require "spec.install.installed"

describe("make install", function()
  local folder, prefix

  setup(function()
    folder = sandbox.folder()
    prefix = folder .. "/stage/opt/redbook"
    local code, out, err = sandbox.run(
      ("env -u MAKEFLAGS -u MFLAGS make BUILD=%s DESTDIR=%s PREFIX=/opt/redbook install"):format(
        sandbox.quote(sandbox.build),
        sandbox.quote(folder .. "/stage")
      ),
      sandbox.root
    )
    assert(code == 0, out .. err)
  end)

  teardown(function() sandbox.remove(folder) end)

  it("puts modules where Lua 5.4 looks below the prefix, and nothing else", function()
    assert.equal("file", lfs.attributes(prefix .. "/lib/lua/5.4/redbook/core.so", "mode"))
    assert.same(installed.modules(sandbox.root .. "/lua"),
                installed.modules(prefix .. "/share/lua/5.4"))
    local _, top = sandbox.run("ls", prefix)
    assert.equal("bin\nlib\nshare\n", top)
  end)

  it("installs an executable burn.lua that helps from any folder", function()
    assert.equal("rwxr-xr-x", lfs.attributes(prefix .. "/bin/burn.lua", "permissions"))
    installed.helps(prefix .. "/bin/burn.lua", folder)
  end)

  it("installs a burn.lua that burns from any folder", function()
    installed.burns(prefix .. "/bin/burn.lua", folder)
  end)
end)
