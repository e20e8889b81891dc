-- SPDX-License-Identifier: GPL-3.0-or-later

local columns = require "redbook.report.columns"
local posix = require "posix"

describe("report.columns", function()
  it("counts what a terminal shows", function()
    for text, width in pairs { [""] = 0, abc = 3, ["Zoë"] = 3, ["Zoe\u{308}"] = 3,
      ["東京"] = 4, ["서울"] = 4, ["が"] = 2, ["か\u{3099}"] = 2, ["ｱ"] = 1, ["…"] = 1,
      ["😀"] = 2, ["𠀀"] = 2, ["Ж"] = 1 } do
      assert.equal(width, columns.width(text), text)
    end
  end)

  it("counts as the C library does, every character of it", function()
    local wrong, widths = {}, assert(posix.wcwidth(0x300, 0x10FFFF))
    for code = 0x300, 0x10FFFF do
      local wanted = widths[code - 0x300 + 1]
      if wanted >= 0 and (code < 0xD800 or code > 0xDFFF)
        and columns.width(utf8.char(code)) ~= wanted then
        wrong[#wrong + 1] = ("U+%04X"):format(code)
      end
    end
    assert.same({}, wrong)
  end)

  it("fills up to a width on either side", function()
    assert.same({ "東京 ", " 東京", "東…", "ab", "" }, { columns.pad("東京", 5),
      columns.pad("東京", 5, true), columns.pad("東京", 3), columns.pad("ab", 2),
      columns.pad("", 0) })
  end)

  it("cuts to a width", function()
    assert.equal("Zoë", columns.fit("Zoë", 3))
    assert.equal("Z…", columns.fit("Zoë", 2))
    assert.equal("…", columns.fit("Zoë", 1))
    assert.equal("", columns.fit("Zoë", 0))
    assert.equal("東…", columns.fit("東京", 3))
    assert.equal("…", columns.fit("東京", 2))
    assert.equal("e\u{308}…", columns.fit("e\u{308}xy", 2))
  end)

  it("wraps between words", function()
    assert.same({ "one two", "three", "東京 四", "seventeen" },
      columns.wrap("one two three 東京 四 seventeen", 7))
    assert.same({ "one two" }, columns.wrap("one two", 80))
    assert.same({}, columns.wrap("", 80))
  end)

  it("keeps commands that are to be copied whole", function()
    assert.same({ "go on:", "rescue.lua --continue PLAYLIST", "burns the", "rest" },
      columns.wrap("go on: rescue.lua --continue PLAYLIST burns the rest", 10))
    assert.same({ "it is open;", "doctor.lua --device /dev/sr0", "tells more" },
      columns.wrap("it is open; doctor.lua --device /dev/sr0 tells more", 12))
    assert.same({ "call", "lua5.4 scripts/blank.lua --yes", "and wait" },
      columns.wrap("call lua5.4 scripts/blank.lua --yes and wait", 10))
    assert.same({ "a.lua and", "--b" }, columns.wrap("a.lua and --b", 10))
  end)

  it("breaks sentences, and nothing that is a table or to be copied", function()
    assert.same({ "disc: The", "disc is", "open." }, columns.sentence("disc: The disc is open.", 9))
    assert.same({ "    closes", "    the disc" }, columns.sentence("    closes the disc", 12))
    for _, line in ipairs { "disc: The disc", "  rescue.lua --close", " 1  00:02:00", "a  file.wav",
      "" } do
      assert.same({ line }, columns.sentence(line, line:find "^disc" and 14 or 5))
    end
  end)
end)
