-- SPDX-License-Identifier: GPL-3.0-or-later
-- mute_stderr: what libraries print, and what the script says all the same.

local sandbox = require "spec.support.sandbox"

describe("mute_stderr", function()
  it("silences standard error until it is closed, but for its own write", function()
    local code, out, err = sandbox.run(("%s %s -e %s"):format(sandbox.env, sandbox.lua,
      sandbox.quote [[
        local core = require "redbook.core"
        local mute = assert(core.mute_stderr())
        io.stderr:write "from a library\n"
        os.execute "echo from a child >&2"
        assert(mute:write "from the script\n" == true)
        assert(tostring(mute) == "redbook.StderrMute (muted)")
        assert(mute:close() == true and mute:close() == true)
        io.stderr:write "after\n"
        do local _x <close> = assert(core.mute_stderr()); io.stderr:write "again\n" end
        io.stderr:write "end\n"
        assert(not pcall(mute.write, mute, "closed"))
      ]]))
    assert.equal("from the script\nafter\nend\n", err)
    assert.equal("", out)
    assert.equal(0, code)
  end)

  it("is an error where no standard error is open", function()
    local code, out = sandbox.run(("%s %s -e %s 2>&-"):format(sandbox.env, sandbox.lua,
      sandbox.quote [[
        local mute, err = require "redbook.core".mute_stderr()
        print(mute, err.errno, err.message)
      ]]))
    assert.equal(0, code)
    assert.equal("nil\t9\tstandard error cannot be muted: Bad file descriptor\n", out)
  end)
end)
