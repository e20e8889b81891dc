-- SPDX-License-Identifier: GPL-3.0-or-later

local shape = require "redbook.shape"

describe("shape", function()
  local KNOWN = { name = "string", count = "integer|string", go = "function",
    wait = shape.at_least(0, "seconds") }

  local function raised(call, ...)
    local ok, message = pcall(call, ...)
    assert.is_false(ok)
    return (message:gsub("^[^ ]+:%d+: ", ""))
  end

  it("lets pass what is known", function()
    shape.check("x", {}, KNOWN)
    shape.check("x", { name = "", count = 1, go = print, wait = 0 }, KNOWN)
    shape.check("x", { count = "1", wait = 2.5, go = setmetatable({}, { __call = print }) }, KNOWN)
    shape.check_list("x", {}, KNOWN, "name")
    shape.check_list("x", { { name = "a" }, { name = "b", count = 2 } }, KNOWN, "name")
  end)

  it("names the key, what is known, and what was expected", function()
    local cases = {
      [{ nam = "" }] = "x: unknown key 'nam'; known are: count, go, name, wait",
      [{ "a" }] = "x: unknown key 1; known are: count, go, name, wait",
      [{ name = 1 }] = "x: name: string expected, got 1",
      [{ count = 1.0 }] = "x: count: integer or string expected, got 1.0",
      [{ go = {} }] = "x: go: function expected, got a table",
      [{ wait = -1 }] = "x: wait: a number of seconds, 0 or more, expected, got -1",
      [{ wait = 0 / 0 }] = "x: wait: a number of seconds, 0 or more, expected, got "
        .. tostring(0 / 0),
      [{ wait = "5" }] = "x: wait: a number of seconds, 0 or more, expected, got '5'",
    }
    for value, message in pairs(cases) do
      assert.equal(message, raised(shape.check, "x", value, KNOWN))
    end
    assert.equal("x: a table expected, got number", raised(shape.check, "x", 5, KNOWN))
  end)

  it("knows lists from what is none", function()
    assert.equal("x: a list of tables expected, got nil", raised(shape.check_list, "x", nil,
      KNOWN, "name"))
    assert.equal("x[2]: 'name' is missing", raised(shape.check_list, "x", { { name = "a" },
      { count = 1 } }, KNOWN, "name"))
    assert.equal("x: a list of tables with 'name' expected, but it has the key 'name'",
      raised(shape.check_list, "x", { name = "a" }, KNOWN, "name"))
    assert.equal("x[1]: a table expected, got string", raised(shape.check_list, "x", { "a" },
      KNOWN, "name"))
  end)

  it("raises in the line of who called the caller", function()
    local function api(options) shape.check("api", options, KNOWN) end
    local ok, message = pcall(function() api { bogus = 1 } end)
    assert.is_false(ok)
    assert.is_truthy(message:find("^[^:]*shape_spec%.lua:%d+: api: unknown key 'bogus'"))
  end)
end)
