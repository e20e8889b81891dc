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
    assert.equal("東京", text.decoder "Shift_JIS"("\x93\x8C\x8B\x9E"))
    assert.equal("Москва", text.decoder "windows-1251"("\xCC\xEE\xF1\xEA\xE2\xE0"))
    assert.equal("Bj\u{F6}rk", text.decoder "EUC-JP"("Bj\xF6rk")) -- it is none
    assert.is_nil(text.decoder "EBCDIC")
  end)

  it("takes for Shift-JIS what is hardly anything else", function()
    local shift_jis = {
      ["\x93\x8C\x8B\x9E\x8E\x96\x95\xCF"] = "東京事変",
      ["PERFORMER \"\x83\x5C\x83\x6A\x81\x5B\""] = 'PERFORMER "ソニー"', -- 5C is a backslash
      ["\x82\xB3\x82\xAD\x82\xE7 (Live)"] = "さくら (Live)",
      ["\xB1\xB2\xB3 \x82\xA0\x82\xA2\x82\xA4"] = "ｱｲｳ あいう", -- half-width
    }
    for bytes, wanted in pairs(shift_jis) do
      local decoder = text.guess("TITLE x\n" .. bytes .. "\nZo\u{EB}\n")
      assert.equal(wanted, text.to_utf8(bytes, assert(decoder, wanted)))
    end
    for _, bytes in ipairs {
      "Bj\xF6rk", "Caf\xE9 \xC0 la carte", "\xC4\xD6\xDC\xDF", "Don\x92t \x96 It\x92s",
      "\x93Heroes\x94", "l\x92\xE9t\xE9 d\x92\xE9tat", "Sigur R\xF3s \x97 \xC1g\xE6tis byrjun",
      "Mot\xF6rhead\nQueensr\xFFche", "\xCC\xEE\xF1\xEA\xE2\xE0 \xEF\xEE\xE7\xE4\xED\xFF\xFF",
      "\xA4\xC8\xA4\xA6\xA4\xAD\xA4\xE7\xA4\xA6", -- EUC-JP
      "\xB1\xB1\xBE\xA9\xB5\xC4\xD2\xF4\xC0\xD6", -- GBK
      "Don\x92t\nIt\x92s\nI\x92m\nWe\x92re\nd\x92\xE9t\xE9", "plain", "さくら",
    } do
      assert.is_nil(text.guess(bytes), bytes)
    end
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
