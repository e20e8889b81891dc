-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make install` with DESTDIR and PREFIX; the installed burn.lua works anywhere.

local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"
local installed = require "spec.install.installed"

describe("make install", function()
  local folder

  local function install(variables)
    local code, out, err = sandbox.run(
      ("env -u MAKEFLAGS -u MFLAGS make BUILD=%s %s install"):format(
        sandbox.quote(sandbox.build), variables), sandbox.root)
    assert(code == 0, out .. err)
  end

  setup(function()
    folder = sandbox.folder()
    install("PREFIX=" .. folder .. "/prefix")
  end)
  teardown(function() sandbox.remove(folder) end)

  it("puts modules where Lua 5.4 looks below the prefix, and nothing else", function()
    local prefix = folder .. "/prefix"
    assert.equal("file", lfs.attributes(prefix .. "/lib/lua/5.4/redbook/core.so", "mode"))
    assert.same(installed.modules(sandbox.root .. "/lua"),
                installed.modules(prefix .. "/share/lua/5.4"))
    local _, top = sandbox.run("ls . lib/lua/5.4 share/lua/5.4", prefix)
    assert.equal(".:\nbin\nlib\nshare\n\nlib/lua/5.4:\nredbook\n\nshare/lua/5.4:\nredbook\n", top)
  end)

  it("puts a manual page and completions of every program where they are looked for", function()
    local share = folder .. "/prefix/share/"
    for name in lfs.dir(folder .. "/prefix/bin") do
      if name:find "%.lua$" then
        for _, path in ipairs { "man/man1/%s.1", "bash-completion/completions/%s",
          "zsh/site-functions/_%s", "fish/vendor_completions.d/%s.fish" } do
          assert.equal("file", lfs.attributes(share .. path:format(name), "mode"), path .. name)
        end
      end
    end
    local _, docs = sandbox.run("ls doc/redbook", share)
    assert.equal("CHANGELOG.md\nREADME.md\nevents.md\nevents.schema.json\n", docs)
  end)

  it("installs an executable burn.lua that helps from any folder", function()
    assert.equal("rwxr-xr-x", lfs.attributes(folder .. "/prefix/bin/burn.lua", "permissions"))
    installed.helps(folder .. "/prefix/bin/burn.lua", folder)
  end)

  it("installs a burn.lua that burns from any folder", function()
    installed.burns(folder .. "/prefix/bin/burn.lua", folder)
  end)

  it("installs a vdrive.lua that other programs believe", function()
    installed.serves(folder .. "/prefix/bin/vdrive.lua", folder)
  end)

  it("installs what a host finds by package.path and package.cpath alone", function()
    installed.embeds(folder .. "/prefix", folder)
  end)

  it("stages below DESTDIR the same files, which name no staging folder", function()
    install(("DESTDIR=%s/stage PREFIX=%s/prefix"):format(folder, folder))
    local code, out = sandbox.run(
      ("diff -r prefix stage%s/prefix"):format(folder), folder)
    assert.same({ 0, "" }, { code, out })
  end)

  it("is undone by make uninstall, which leaves what is not redbook's", function()
    install(("PREFIX=%s/gone"):format(folder))
    sandbox.write(folder .. "/gone/bin/other", "")
    sandbox.write(folder .. "/gone/share/lua/5.4/other.lua", "")
    local code, _, err = sandbox.run(("env -u MAKEFLAGS -u MFLAGS make PREFIX=%s/gone uninstall")
      :format(folder), sandbox.root)
    assert.same({ 0, "" }, { code, err })
    local _, left = sandbox.run("find gone -type f | sort", folder)
    assert.equal("gone/bin/other\ngone/share/lua/5.4/other.lua\n", left)
  end)
end)
