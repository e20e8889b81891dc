-- SPDX-License-Identifier: GPL-3.0-or-later

local fold = require "redbook.playlist.fold"

describe("playlist.fold", function()
  it("decomposes Latin, Greek, Cyrillic, kana and Hangul", function()
    local cases = {
      ["é"] = "e\u{301}", ["Ầ"] = "A\u{302}\u{300}", ["ǖ"] = "u\u{308}\u{304}",
      ["ñandú"] = "n\u{303}andu\u{301}", ["ΐ"] = "ι\u{308}\u{301}", ["й"] = "и\u{306}",
      ["が"] = "か\u{3099}", ["パ"] = "ハ\u{309A}", ["각"] = "\u{1100}\u{1161}\u{11A8}",
      ["가"] = "\u{1100}\u{1161}", ["힣"] = "\u{1112}\u{1175}\u{11C2}", ["plain"] = "plain",
      ["\xE9"] = "\xE9",
    }
    for composed, decomposed in pairs(cases) do
      assert.equal(decomposed, fold.decompose(composed))
    end
  end)

  it("gives one key to names that differ in case and composition", function()
    assert.equal(fold.key "E\u{301}TUDE Nº1.MP3", fold.key "étude nº1.mp3")
    assert.equal("αβγ ж ёи øœ", (fold.key "ΑΒΓ Ж ЁИ ØŒ":gsub("е\u{308}", "ё")))
    assert.equal("abc.flac", fold.key "ABC.Flac")
    assert.equal("\xC9b", fold.key "\xC9B") -- not UTF-8: only ASCII is folded
    assert.not_equal(fold.key "resume", fold.key "résumé")
  end)
end)
