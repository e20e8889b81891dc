-- SPDX-License-Identifier: GPL-3.0-or-later
-- The layer check of `make lint` holds for the tree, and can fail.

local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

describe("layers.lua", function()
  local folder

  setup(function()
    folder = sandbox.folder()
    for _, layer in ipairs { "base", "mmc", "virtual", "drive", "audio", "burn", "lua" } do
      assert(lfs.mkdir(folder .. "/" .. layer))
    end
  end)
  teardown(function() sandbox.remove(folder) end)

  local function check(path)
    local code, _, err = sandbox.run(
      ("%s spec/support/layers.lua %s"):format(sandbox.lua, sandbox.quote(path)), sandbox.root)
    return code, err
  end

  local function complaint(layer, line)
    local path = ("%s/%s/x.c"):format(folder, layer)
    sandbox.write(path, "/* one */\n" .. line .. "\n")
    local code, err = check(folder)
    os.remove(path)
    assert.equal(err == "" and 0 or 1, code)
    return (err:gsub(folder .. "/", ""):gsub("\n$", ""))
  end

  it("finds nothing in c/", function()
    assert.same({ 0, "" }, { check "c" })
  end)

  it("lets each layer look down", function()
    assert.equal("", complaint("burn", '#include "drive/recorder.h"'))
    assert.equal("", complaint("virtual", '#include "mmc/transport.h"'))
    assert.equal("", complaint("lua", "#include <lua.h>"))
    assert.equal("", complaint("lua", '#include "chunk.h"'))
  end)

  it("names the file and line of a look up", function()
    assert.equal("base/x.c:2: c/base/ may not include mmc/cdb.h",
                 complaint("base", '#include "mmc/cdb.h"'))
    assert.equal("audio/x.c:2: c/audio/ may not include mmc/transport.h",
                 complaint("audio", ' # include  "mmc/transport.h"'))
  end)

  it("keeps the virtual recorder from the host's command builders and parsers", function()
    assert.equal("virtual/x.c:2: c/virtual/ may not include mmc/cdb.h",
                 complaint("virtual", '#include "mmc/cdb.h"'))
  end)

  it("keeps Lua in c/lua/", function()
    assert.equal("burn/x.c:2: lua.h belongs in c/lua/ alone",
                 complaint("burn", "#include <lua.h>"))
    assert.equal("drive/x.c:2: lua5.4/lauxlib.h belongs in c/lua/ alone",
                 complaint("drive", "#include <lua5.4/lauxlib.h>"))
  end)
end)
