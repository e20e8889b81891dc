-- SPDX-License-Identifier: GPL-3.0-or-later

local exit = require "redbook.cli.exit"

describe("cli.exit", function()
  -- stage, code, disc, exit code, with --plan, with --dummy
  local cases = {
    { "arguments", nil, "untouched", 2, 2, 2 },
    { "arguments", 0x80070005, "untouched", 2, 2, 2 },
    { "device", nil, "untouched", 3, 3, 3 },
    { "device", 0x80070037, "untouched", 3, 3, 3 },
    { "device", 0x80070057, "untouched", 3, 3, 3 },
    { "device", 0x80070005, "untouched", 4, 4, 4 },
    { "medium", 0xC0AA0210, "untouched", 4, 4, 4 },
    { "medium", 0xC0AA0202, "untouched", 5, 12, 5 },
    { "medium", 0xC0AA0205, "untouched", 5, 12, 5 },
    { "medium", 0xC0AA0506, "untouched", 5, 12, 5 },
    { "medium", 0xC0AA0507, "untouched", 5, 12, 5 },
    { "medium", 0x80070037, "untouched", 3, 3, 3 },
    { "source", 0xC0AA050D, "untouched", 6, 12, 6 },
    { "source", 0x80070002, "untouched", 6, 12, 6 },
    { "source", 0x80070005, "untouched", 6, 12, 6 },
    { "space", 0xC0AA0509, "untouched", 7, 12, 7 },
    { "space", 0xC0AA0508, "untouched", 7, 12, 7 },
    { "burn", 0xC0AA0210, "untouched", 4, 4, 4 },
    { "burn", 0xC0AA0506, "untouched", 5, 12, 5 },
    { "burn", 0xC0AA0509, "untouched", 7, 12, 7 },
    { "burn", 0xC0AA0208, "untouched", 3, 3, 3 },
    { "burn", 0xC0AA0301, "untouched", 10, 10, 12 },
    { "burn", 0xC0AA0301, "open", 10, 10, 12 },
    { "burn", 0xC0AA0509, "open", 10, 10, 12 },
    { "burn", 0x80070037, "unknown", 10, 10, 12 },
    { "burn", 0xC0AA0202, "spoiled", 10, 10, 12 },
    { "verify", 0xC0AA0007, "appendable", 11, 11, 12 },
    { "erase", 0x80AA0900, "untouched", 4, 4, 4 },
    { "erase", 0x80AA0902, "untouched", 3, 3, 3 },
    { "erase", 0x80AA0904, "untouched", 5, 12, 5 },
    { "erase", 0x80AA0908, "untouched", 5, 12, 5 },
    { "erase", 0xC0AA090A, "untouched", 3, 3, 3 },
    { "erase", 0x80AA0907, "untouched", 10, 10, 12 },
    { "erase", 0x80AA0905, "finalised", 10, 10, 12 },
    { "erase", 0x80AA0906, "unknown", 10, 10, 12 },
    { "nonsense", nil, "untouched", 1, 1, 1 },
  }
  for _, case in ipairs(cases) do
    local stage, code, disc, plain, plan, dummy = table.unpack(case, 1, 6)
    it(("is %d for %s 0x%08X on a disc that is %s"):format(plain, stage, code or 0, disc),
      function()
        local err = { stage = stage, code = code, disc = disc }
        assert.same({ plain, plan, dummy }, { exit.code(err), exit.code(err, { plan = true }),
          exit.code(err, { dummy = true }) })
      end)
  end

  it("is what shells expect after a signal, whatever else is true", function()
    for signal, code in pairs { INT = 130, TERM = 143, HUP = 129 } do
      assert.equal(code, exit.code({ stage = "interrupted", signal = signal, disc = "open",
        code = 0xC0AA0002 }, { dummy = true }))
    end
  end)
end)
