-- SPDX-License-Identifier: GPL-3.0-or-later

local text = require "redbook.playlist.text"

describe("playlist.text", function()
  it("ends lines at CR, LF and CRLF, mixed, with or without a last end", function()
    assert.same({ "a", "b", "", "c", "d" }, text.lines "a\rb\r\n\nc\nd")
    assert.same({ "a", "b" }, text.lines "a\r\nb\r\n")
    assert.same({ "a", "", "b" }, text.lines "a\r\rb")
    assert.same({}, text.lines "")
    assert.same({ "" }, text.lines "\n")
    assert.same({ " a " }, text.lines " a ")
  end)

  it("takes marks off and turns UTF-16 into UTF-8", function()
    local cases = {
      { "\xEF\xBB\xBFabc", "abc", "UTF-8" },
      { "\xFF\xFEa\0\xE9\0", "a\xC3\xA9", "UTF-16" },
      { "\xFE\xFF\0a\0\xE9", "a\xC3\xA9", "UTF-16" },
      { "\xFF\xFE\x3D\xD8\x00\xDE!\0", "\xF0\x9F\x98\x80!", "UTF-16" }, -- U+1F600
      { "\xFF\xFE\x00\xD8!\0", "\xEF\xBF\xBD!", "UTF-16" }, -- a lone surrogate
      { "\xFF\xFEa\0b", "a", "UTF-16" }, -- half a unit at the end
      { "\xFF\xFE", "", "UTF-16" },
      { "plain", "plain", nil },
    }
    for _, case in ipairs(cases) do
      local bytes, encoding = text.unmark(case[1])
      assert.equal(case[2], bytes)
      assert.equal(case[3], encoding)
    end
  end)

  it("takes what is not UTF-8 for CP1252, undefined bytes for C1 controls", function()
    assert.equal("Bj\xC3\xB6rk", text.to_utf8 "Bj\xF6rk")
    assert.equal("Bj\xC3\xB6rk", text.to_utf8 "Bj\xC3\xB6rk")
    assert.equal("\u{20AC}\u{201A}\u{81}\u{8D}\u{8F}\u{90}\u{9D}\u{9F}\u{FF}",
      text.to_utf8("\x80\x82\x81\x8D\x8F\x90\x9D\x9F\xFF"):gsub("\u{178}", "\u{9F}"))
    assert.equal("\u{2018}\u{2019}\u{201C}\u{201D}\u{2013}\u{2014}",
      text.to_utf8 "\x91\x92\x93\x94\x96\x97")
  end)

  it("knows encodings by the names that lists use", function()
    assert.is_false(text.decoder " UTF-8")
    assert.is_false(text.decoder "us_ascii")
    assert.equal("\u{2019}", text.decoder "Windows-1252"("\x92"))
    assert.equal("\u{92}", text.decoder "ISO-8859-1"("\x92"))
    assert.is_nil(text.decoder "Shift_JIS")
  end)

  it("trims spaces, tabs and no-break spaces at the ends only", function()
    assert.equal("a  b", text.trim " \t\u{A0}a  b\u{A0} \r")
    assert.equal("", text.trim "  ")
    assert.equal("à", text.trim "à") -- ends in the byte A0
  end)

  it("makes outside text harmless for a terminal", function()
    assert.equal("a?[31mb?", text.printable "a\27[31mb\n")
    assert.equal("?", text.printable "\u{9B}")
    assert.equal("Zoë", text.printable "Zo\xEB")
    -- Overrides, isolates and marks of direction; separators; characters without a glyph.
    for _, codepoint in ipairs { 0x85, 0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029,
      0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF } do
      assert.equal("a?b", text.printable("a" .. utf8.char(codepoint) .. "b"))
    end
    for _, kept in ipairs { "می\u{200C}خواهم", "👩\u{200D}🎤", "Ænima – “Ü”…", "東京" } do
      assert.equal(kept, text.printable(kept))
    end
  end)
end)
