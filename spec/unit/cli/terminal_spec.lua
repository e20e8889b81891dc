-- SPDX-License-Identifier: GPL-3.0-or-later

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
      print(t.is_tty(1), t.width(function() end, t.is_tty(1)))]])
    local command = ("%s -e %s"):format(sandbox.lua, sandbox.quote(code))
    local _, out = sandbox.run(sandbox.env .. " " .. command)
    assert.equal("false\t80\n", out)
    _, out = sandbox.run(("%s script -qec %s /dev/null"):format(sandbox.env,
      sandbox.quote("stty cols 57; " .. command)))
    assert.equal("true\t57\r\n", out)
  end)
end)
