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
end)
