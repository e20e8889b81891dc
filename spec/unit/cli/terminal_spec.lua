-- SPDX-License-Identifier: GPL-3.0-or-later

local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"
local terminal = require "redbook.cli.terminal"

describe("cli.terminal", function()
  local function width(columns)
    return terminal.width(function() return columns end, false)
  end

  it("believes $COLUMNS when it makes sense", function()
    assert.same({ 132, 80, 80, 80, 80, 80 }, { width "132", width(nil), width "0", width "x",
      width "1e9", width "80.5" })
  end)

  it("asks the terminal, and knows what is none", function()
    local code = ([[local t = require "redbook.cli.terminal"
      print(t.is_tty(1), t.width(function() end, io.stdout))]])
    local command = ("%s -e %s"):format(sandbox.lua, sandbox.quote(code))
    local _, out = sandbox.run(sandbox.env .. " " .. command)
    assert.equal("false\t80\n", out)
    _, out = sandbox.run(("%s script -qec %s /dev/null"):format(sandbox.env,
      sandbox.quote("stty cols 57; " .. command)))
    assert.equal("true\t57\r\n", out)
  end)

  it("tells no size of what is no terminal", function()
    local file = io.tmpfile()
    assert.is_nil(core.terminal_columns(file))
    file:close()
    assert.is_nil(core.terminal_columns(file))
    assert.has_error(function() core.terminal_columns "stdout" end)
  end)

  it("takes the locale's characters from the first variable that is set", function()
    local found = {}
    for _, set in ipairs { {}, { LANG = "de_DE.UTF-8" }, { LANG = "C.utf8" }, { LANG = "C" },
      { LC_ALL = "C", LANG = "de_DE.UTF-8" }, { LC_ALL = "", LC_CTYPE = "en_US.UTF-8" },
      { LANG = "de_DE@euro" }, { LC_CTYPE = "POSIX", LANG = "C.UTF-8" } } do
      found[#found + 1] = terminal.is_utf8(function(name) return set[name] end)
    end
    assert.same({ false, true, true, false, false, true, false, false }, found)
  end)

  -- What `terminal.look` says on a terminal of script(1).
  local function look(env, options, redirect)
    local code = ([[local l = require("redbook.cli.terminal").look(%s, os.getenv)
      io.open("/dev/tty", "w"):write(("%%s %%s %%s %%s %%s %%d"):format(l.tty, l.err_tty, l.colour,
        l.err_colour, l.utf8, l.width()))]]):format(options or "{}")
    local _, out = sandbox.run(("env -u NO_COLOR -u LC_CTYPE %s %s script -qec %s /dev/null")
      :format(sandbox.env, env, sandbox.quote(("stty cols 57; %s -e %s %s"):format(sandbox.lua,
        sandbox.quote(code), redirect or ""))))
    return out
  end

  it("shows colours only to a terminal that has them, and to who wants them", function()
    local UTF8 = "TERM=xterm LC_ALL=C.UTF-8"
    assert.equal("true true true true true 57", look(UTF8))
    assert.equal("true true false false true 57", look(UTF8 .. " NO_COLOR=1"))
    assert.equal("true true true true true 57", look(UTF8 .. " NO_COLOR="))
    assert.equal("false true false false true 57", look "TERM=dumb LC_ALL=C.UTF-8")
    assert.equal("true true true true false 57", look "TERM=xterm LC_ALL=C")
    assert.equal("false true false true true 80", look(UTF8, nil, ">/dev/null"))
    assert.equal("true false true false true 57", look(UTF8, nil, "2>/dev/null"))
    assert.equal("false true false true true 57", look(UTF8, "{ json = true }"))
    assert.equal("true true true true true 57", look(UTF8, "{ json = true }", ">/dev/null"))
  end)
end)
