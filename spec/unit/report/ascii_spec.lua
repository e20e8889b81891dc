-- SPDX-License-Identifier: GPL-3.0-or-later

local ascii = require "redbook.report.ascii"
local columns = require "redbook.report.columns"

describe("report.ascii", function()
  it("spells letters without their marks, and signs by plain ones", function()
    for text, plain in pairs { ["Motörhead"] = "Motorhead", ["Zoe\u{308}"] = "Zoe",
      ["Straße – “Ærø”"] = 'Strasse - "AEro"', ["Dvořák №1…"] = "Dvorak ?1...",
      ["ＡＢＣ　１"] = "ABC 1", ["Ấp"] = "Ap", plain = "plain" } do
      assert.equal(plain, ascii.text(text))
    end
  end)

  it("puts a question mark for each column of anything else", function()
    assert.equal("???? ???", ascii.text "東京 Жук")
  end)

  it("keeps a line that was cut as wide as it was", function()
    for _, text in ipairs { "long lo…", "l…", "…", "a…b…c" } do
      assert.equal(columns.width(text), #ascii.line(text), text)
      assert.is_nil(ascii.line(text):find "[\x80-\xFF]")
    end
    assert.equal("long ...", ascii.line "long lo…")
  end)

  it("copies data, and leaves what is no text", function()
    local object = setmetatable({ title = "Jóga", list = { "ä", 1, true } }, { __name = "x" })
    local copy = ascii.copy(object)
    assert.same({ title = "Joga", list = { "a", 1, true } }, copy)
    assert.equal(getmetatable(object), getmetatable(copy))
    assert.equal("Jóga", object.title)
  end)
end)
