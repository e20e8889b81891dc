-- SPDX-License-Identifier: GPL-3.0-or-later

local content = require "redbook.content"
local sandbox = require "spec.support.sandbox"

describe("content.of", function()
  local folder

  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  local function of(bytes, limit)
    sandbox.write(folder .. "/f", bytes)
    return content.of(folder .. "/f", limit)
  end

  it("gives all bytes, whatever they are", function()
    local bytes = ("a\0b\r\n\xFF"):rep(50000)
    assert.equal(bytes, of(bytes, 1 << 20))
    assert.equal("", of("", 1 << 20))
  end)

  it("gives a file of the limit, and none that is a byte longer", function()
    local bytes = ("x"):rep(1 << 20)
    assert.equal(bytes, of(bytes, 1 << 20))
    assert.same({ nil, "longer than 1 MiB", true, n = 3 },
      table.pack(of(bytes .. "x", 1 << 20)))
  end)

  it("says why a file cannot be read", function()
    assert.same({ nil, "No such file or directory", n = 2 },
      table.pack(content.of(folder .. "/none", 1)))
    assert.same({ nil, "Is a directory", n = 2 }, table.pack(content.of(folder, 1)))
  end)

  it("reads JSON, and says whether it is none", function()
    local function json(bytes, limit)
      sandbox.write(folder .. "/f", bytes)
      return table.pack(content.json(folder .. "/f", limit or 100))
    end
    assert.same({ { a = { 1, "x" } }, n = 1 }, json '{"a":[1,"x"]}')
    assert.same({ false, n = 1 }, json "false")
    assert.same({ nil, "it is empty", "broken", n = 3 }, json "")
    local broken = json '{"a":'
    assert.same({ nil, "broken", 1 }, { broken[1], broken[3], (broken[2]:find "it is no JSON: ") })
    assert.same({ nil, "broken" }, { json(("["):rep(5000), 9000)[1], json(("["):rep(5000),
      9000)[3] })
    assert.same({ nil, "longer than 0 MiB", "long", n = 3 }, json('"' .. ("x"):rep(200) .. '"'))
    assert.same({ nil, "No such file or directory", nil, n = 3 },
      table.pack(content.json(folder .. "/none", 1)))
  end)

  it("knows bytes by their hexadecimal digits", function()
    assert.same({ "l\xE4\n", "" }, { content.bytes "6cE40a", content.bytes "" })
    for _, value in ipairs { "6", "xx", 5, {}, true } do assert.is_nil(content.bytes(value)) end
  end)
end)
