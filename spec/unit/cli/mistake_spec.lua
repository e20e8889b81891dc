-- SPDX-License-Identifier: GPL-3.0-or-later

local mistake = require "redbook.cli.mistake"

describe("cli.mistake", function()
  local AFTER = "\ndisc: The drive has been let go; a disc that was being written was not closed.\n"
    .. "what to do: report it with the lines below; rescue.lua tells how the disc is, and goes on "
    .. "with it\n"

  it("tells where it happened in the lines of any failure", function()
    assert.equal("burn: a mistake in redbook itself: x.lua:1: oops" .. AFTER
      .. "x.lua:1: oops\nstack traceback:\n", mistake("burn", "x.lua:1: oops\nstack traceback:"))
  end)

  it("tells of an error object, which has no traceback", function()
    local err = setmetatable({}, { __tostring = function() return "no such property" end })
    assert.equal("burn: a mistake in redbook itself: no such property" .. AFTER
      .. "no such property\n", mistake("burn", err))
  end)
end)
