-- SPDX-License-Identifier: GPL-3.0-or-later

local codes = require "redbook.codes"

describe("codes", function()
  it("know an ISRC", function()
    assert.is_true(codes.is_isrc "GBAYE6800023" and codes.is_isrc "USRC17607839")
    for _, code in ipairs { "", "GB-AYE-68-00023", "gbaye6800023", "1BAYE6800023", "GBAYE680002",
      "GBAYE68000233", "GBAYE68O0023" } do
      assert.is_false(codes.is_isrc(code), code)
    end
  end)

  it("check the last digit of a catalogue number", function()
    for digits, fits in pairs { ["4006381333931"] = true, ["5901234123457"] = true,
      ["4006381333930"] = false, ["0000000000000"] = true } do
      assert.equal(fits, codes.check_digit_fits(digits), digits)
    end
  end)

  it("know a catalogue number", function()
    for text, is in pairs { ["4006381333931"] = true, ["4006381333930"] = false, [""] = false,
      ["400638133393"] = false, ["40063813339310"] = false, ["400638133393A"] = false } do
      assert.equal(is, codes.is_catalog(text), text)
    end
  end)
end)
