-- SPDX-License-Identifier: GPL-3.0-or-later

local failure = require "redbook.failure"

describe("failure", function()
  local err = { code = 0xC0AA0301, name = "E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE",
    message = "write error", advice = "try a slower speed", transient = false, disc = "open",
    sense = { key = 3, asc = 12, ascq = 0, text = "write error", raw = "\x70\0\x03" },
    command = "WRITE(10)", lba = 1234, extra = "not one of an error's fields" }

  it("keeps a core error's fields and adds the stage", function()
    local made = failure.from(err, "burn")
    assert.equal("write error", tostring(made))
    assert.equal("it: write error", "it: " .. made)
    assert.same({ stage = "burn", code = 0xC0AA0301,
      name = "E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE", message = "write error",
      advice = "try a slower speed", transient = false, disc = "open", sense = { key = 3,
      asc = 12, ascq = 0, text = "write error", raw = "70 00 03" }, command = "WRITE(10)",
      lba = 1234 }, made:as_table())
    assert.equal("\x70\0\x03", made.sense.raw)
  end)

  it("lets fields be replaced, takes a message, keeps a failure", function()
    assert.equal("untouched", failure.from(err, "medium", { disc = "untouched" }).disc)
    assert.same({ stage = "device", message = "gone", disc = "untouched" },
      failure.from("gone", "device"):as_table())
    local made = failure.from(err, "burn")
    assert.equal(made, failure.from(made, "device"))
    assert.equal("burn", made.stage)
  end)

  it("knows interruptions", function()
    assert.same({ stage = "interrupted", signal = "TERM", disc = "open", message = "m",
      code = 0xC0AA0002, name = "E_IMAPI_REQUEST_CANCELLED", transient = false },
      failure.interrupted("TERM", "open", "m"):as_table())
  end)
end)
