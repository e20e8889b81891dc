-- SPDX-License-Identifier: GPL-3.0-or-later
-- How scripts/burn.lua is started, and what it says when it cannot be.

local burn_lua = require "spec.burn.burn_lua"
local sandbox = require "spec.support.sandbox"

describe("burn.lua", function()
  local room

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "200000s")
  end)

  teardown(function() room:close() end)

  it("shows help and version on standard output", function()
    local code, out, err = room:burn "--help"
    assert.same({ 0, "" }, { code, err })
    assert.is_truthy(out:find "^Usage: burn.lua %[OPTION%]... PLAYLIST|FILE...\n")
    assert.same({ 0, "redbook 0.1.0\n", "" }, { room:burn "--version" })
    for _, words in ipairs { "burn.lua --help", "burn.lua --version", "vdrive.lua --help" } do
      local name = words:match "^%S+"
      assert.same({ 2, "", name .. ": standard output cannot be written.\n" },
        { sandbox.run(("%s %s %s/scripts/%s >/dev/full"):format(sandbox.env, sandbox.lua,
          sandbox.root, words), room.folder) })
    end
  end)

  it("is found through links to it and to its folder", function()
    room:must(("mkdir -p bin && ln -sf %s/scripts/burn.lua bin/middle && ln -sf bin/middle burn "
      .. "&& ln -sfn %s/scripts folder && ln -sf %s/scripts/vdrive.lua bin/vdrive"):format(
      sandbox.root, sandbox.root, sandbox.root))
    local env = "REDBOOK_BUILD=" .. sandbox.quote(sandbox.build)
    for _, script in ipairs { "bin/middle", "burn", "./burn", "folder/burn.lua", "bin/vdrive" } do
      assert.same({ 0, "redbook 0.1.0\n", "" }, { sandbox.run(("%s %s %s --version"):format(env,
        sandbox.lua, script), room.folder) })
    end
  end)

  it("names every file that is missing or may not be read, by list and line", function()
    -- Root may read all; and the checkout may lie where another user cannot go.
    room:must(("mkdir -p own/build && cp -rL %s/scripts %s/lua own && cp -r %s/redbook own/build "
      .. "&& chmod -R a+rX own && chmod 755 . && cp one.wav closed.wav && chmod 0 closed.wav")
      :format(sandbox.root, sandbox.root, sandbox.build))
    room:write("bad.m3u", "one.wav\nnone.wav\nclosed.wav\none.wav\n")
    room:write("bad.json", '{"redbook":1,"job":1,"tracks":[{"path":"none.wav"},'
      .. '{"path":"closed.wav"},{"path":"own"}]}')
    local own = room.folder .. "/own"
    local user = room:must "id -u" == "0\n"
      and "setpriv --reuid=65534 --regid=65534 --clear-groups " or ""
    local function plan(words)
      return { sandbox.run(("%senv -u CDR_DEVICE REDBOOK_BUILD=%s/build "
        .. "LUA_CPATH='%s/build/?.so;;' LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;' %s "
        .. "%s/scripts/burn.lua --plan %s"):format(user, own, own, own, own, sandbox.lua, own,
        words), room.folder) }
    end
    assert.same({ 12, "", [[
bad.m3u:2: none.wav: no such file
bad.m3u:3: closed.wav: permission denied
closed.wav: permission denied
burn: 3 sources are missing or cannot be used
disc: The disc is untouched.
what to do: name audio files or playlists that can be read
]] }, plan "bad.m3u closed.wav")
    assert.same({ 12, "", [[
none.wav: no such file
closed.wav: permission denied
own: is a folder; name the files in it
burn: 3 sources are missing or cannot be used
disc: The disc is untouched.
what to do: name audio files or playlists that can be read
]] }, plan "--job bad.json")
    room:must "chmod 600 closed.wav"
  end)

  it("says in a sentence that the interpreter is wrong", function()
    if sandbox.run "command -v lua5.1" ~= 0 then return pending "lua5.1 is not installed" end
    assert.same({ 1, "", "burn: burn.lua needs Lua 5.4, this is Lua 5.1\n"
      .. "disc: No disc was written to.\nwhat to do: run it as 'lua5.4 " .. sandbox.root
      .. "/scripts/burn.lua'\n" },
      { sandbox.run("lua5.1 " .. sandbox.root .. "/scripts/burn.lua x.m3u") })
  end)

  it("calls its own mistakes by their name, and ends with 1", function()
    local code, out, err = sandbox.run(("%s %s -e %s %s/scripts/burn.lua --json --device "
      .. "virtual:d.cue one.wav"):format(sandbox.env, sandbox.lua, sandbox.quote [[
      package.preload["redbook.recipe.burn_playlist"] = function()
        return function() error "boom" end
      end]], sandbox.root), room.folder)
    assert.equal(1, code)
    local events = burn_lua.decode(out)
    assert.same({ redbook = 1, event = "end", exit = 1 }, events[#events])
    assert.is_truthy(err:find("^burn: a mistake in redbook itself: [^\n]*boom\ndisc: The drive has "
      .. "been let go; a disc that was being written was not closed.\nwhat to do: report it "))
    assert.is_truthy(err:find("boom\nstack traceback:", 1, true))
  end)

  it("says in a sentence that it is not built", function()
    local code, out, err = sandbox.run(("REDBOOK_BUILD=/nowhere LUA_CPATH='/nowhere/?.so;;' %s "
      .. "%s/scripts/burn.lua x.m3u"):format(sandbox.lua, sandbox.root))
    assert.same({ 1, "" }, { code, out })
    assert.equal("burn: the checkout is not built yet: there is no /nowhere/redbook/core.so\n"
      .. "disc: No disc was written to.\nwhat to do: run 'make' in " .. sandbox.root
      .. " first\n", err)
  end)

  -- A checkout of its own, whose C module is `built` at second 1000 and its source at `changed`.
  local function checkout(built, changed)
    local root = room.folder .. "/checkout"
    room:must(("rm -rf %s && mkdir -p %s/scripts %s/c/audio %s/c/preload %s/build/redbook && "
      .. "ln -s %s/lua %s/lua"):format(root, root, root, root, root, sandbox.root, root))
    room:must(("cp %s/scripts/burn.lua %s/scripts"):format(sandbox.root, root))
    if built then room:must(("cp %s %s/build/redbook/core.so"):format(built, root)) end
    room:must(("touch %s/c/audio/a.c %s/c/preload/p.c %s/c/audio/.a.c.swp"):format(root, root,
      root))
    local lfs = require "lfs"
    assert(lfs.touch(root .. "/build/redbook/core.so", 1000))
    assert(lfs.touch(root .. "/c/audio/a.c", changed))
    return root
  end

  local function start(root, more)
    return { sandbox.run(("env -u REDBOOK_BUILD -u LUA_PATH -u LUA_CPATH %s %s %s/scripts/burn.lua "
      .. "--version"):format(sandbox.lua, more or "", root)) }
  end

  it("says in a sentence that sources have changed since it was built", function()
    local root = checkout(sandbox.build .. "/redbook/core.so", 1001)
    assert.same({ 1, "", "burn: c/audio/a.c has changed since redbook was built\n"
      .. "disc: No disc was written to.\nwhat to do: run 'make' in " .. root .. " again\n" },
      start(root))
    assert.same({ 0, "redbook 0.1.0\n", "" },
      start(checkout(sandbox.build .. "/redbook/core.so", 1000)))
  end)

  it("names the package of a Lua module that is missing, and a library", function()
    local root = checkout(sandbox.build .. "/redbook/core.so", 1000)
    for module, package in pairs { lxp = "lua-expat", cjson = "lua-cjson" } do
      local hide = sandbox.quote(("table.insert(package.searchers, 1, function(name) if name == "
        .. "%q then error(\"module '%s' not found:\", 0) end end)"):format(module, module))
      assert.same({ 1, "", ("burn: the Lua module '%s' is missing\ndisc: No disc was written to.\n"
        .. "what to do: install the package %s\n"):format(module, package) },
        start(root, "-e " .. hide))
    end
    room:write("broken.so", "no library")
    local result = start(checkout(room.folder .. "/broken.so", 1000))
    assert.is_truthy(result[3]:find("^burn: the C module cannot be loaded: [^\n]+\n"
      .. "disc: No disc was written to.\nwhat to do: run 'make demo' in [^\n]+: it installs what "
      .. "is missing\n$"), result[3])
  end)
end)
