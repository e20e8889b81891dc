-- SPDX-License-Identifier: GPL-3.0-or-later
-- `luarocks make` without a network into a private tree; the installed burn.lua works anywhere.

local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"
local installed = require "spec.install.installed"

describe("luarocks make", function()
  local folder, tree

  -- A build folder of its own: LuaRocks compiles with other flags than the checkout's build.
  local function luarocks(words, where)
    local code, out, err = sandbox.run(
      ("env -u MAKEFLAGS -u MFLAGS BUILD=%s HOME=%s LUAROCKS_CONFIG=%s"
        .. " luarocks --lua-version=5.4 %s"):format(
        sandbox.quote(sandbox.build .. "/luarocks"),
        sandbox.quote(folder),
        sandbox.quote(sandbox.root .. "/spec/support/luarocks-debian.lua"),
        words
      ),
      where
    )
    assert(code == 0, out .. err)
  end

  setup(function()
    folder = sandbox.folder()
    tree = folder .. "/tree"
    luarocks(("make --tree %s rockspec/redbook-scm-1.rockspec"):format(tree), sandbox.root)
  end)

  teardown(function() sandbox.remove(folder) end)

  it("installs the C module and every Lua module", function()
    assert.equal("file", lfs.attributes(tree .. "/lib/lua/5.4/redbook/core.so", "mode"))
    assert.same(installed.modules(sandbox.root .. "/lua"),
                installed.modules(tree .. "/share/lua/5.4"))
  end)

  it("makes a burn.lua that helps from any folder", function()
    installed.helps(tree .. "/bin/burn.lua", folder)
  end)

  it("makes a burn.lua that burns from any folder", function()
    installed.burns(tree .. "/bin/burn.lua", folder)
  end)

  it("makes a vdrive.lua that other programs believe", function()
    installed.serves(tree .. "/bin/vdrive.lua", folder)
  end)

  it("is packed, and the rock works in another, empty tree", function()
    luarocks(("--tree %s pack redbook"):format(tree), folder)
    local away = folder .. "/away"
    assert(os.rename(tree, away))
    local other = folder .. "/other"
    luarocks(("--tree %s install redbook-scm-1.*.rock"):format(other), folder)
    local work = folder .. "/packed"
    assert(lfs.mkdir(work))
    installed.helps(other .. "/bin/burn.lua", work)
    installed.burns(other .. "/bin/burn.lua", work)
    installed.serves(other .. "/bin/vdrive.lua", work)
    installed.embeds(other, work)
    local _, named = sandbox.run(("grep -rl '%s/' other | grep -v '[.]so$'"):format(tree), folder)
    assert.equal("", named) -- nothing remembers the tree that it was packed from
    assert(os.rename(away, tree))
  end)
end)
