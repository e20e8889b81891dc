-- SPDX-License-Identifier: GPL-3.0-or-later

local merged = require "redbook.merged"

describe("merged", function()
  it("takes the later of two fields, passes over nil, and leaves the tables alone", function()
    local first, last = { a = 1, b = 2 }, { b = false, c = 4 }
    assert.same({ a = 1, b = false, c = 4 }, merged(nil, first, nil, last, nil))
    assert.same({ { a = 1, b = 2 }, { b = false, c = 4 } }, { first, last })
    assert.are_not.equal(first, merged(first))
  end)
end)
