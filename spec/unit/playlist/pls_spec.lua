-- SPDX-License-Identifier: GPL-3.0-or-later

local pls = require "redbook.playlist.pls"

describe("playlist.pls", function()
  it("orders by number, whatever the order, the case and the gaps", function()
    local list = pls.parse("\xEF\xBB\xBF[PlayList]\r\nfile10 = ten.mp3 \r\nTitle10=A – B - C\r\n"
      .. "\r\nFILE2=C:\\Music\\two.mp3\nLength2=-1\n; File3=no.mp3\n# nor this\nX-GNOME-Title=x\n"
      .. "title2=Only a title\nVersion=2\nNumberOfEntries=2")
    assert.same({ items = {
      { raw = "C:\\Music\\two.mp3", decoded = "C:\\Music\\two.mp3", line = 5,
        title = "Only a title", spellings = { { raw = "C:\\Music\\two.mp3",
          decoded = "C:\\Music\\two.mp3" } } },
      { raw = "ten.mp3", decoded = "ten.mp3", line = 2, title = "B - C", artist = "A",
        spellings = { { raw = "ten.mp3", decoded = "ten.mp3" } } } },
      problems = {}, remarks = {} }, list)
  end)

  it("reads a plain name literally first, then without its percent signs; a URI once", function()
    local list = pls.parse "File1=100%25%20me.mp3\nFile2=file:///a%20b.mp3\n"
    assert.same({ { raw = "100%25%20me.mp3", decoded = "100%25%20me.mp3" },
      { raw = "100% me.mp3", decoded = "100% me.mp3" } }, list.items[1].spellings)
    assert.same({ { raw = "file:///a%20b.mp3", decoded = "file:///a%20b.mp3" } },
      list.items[2].spellings)
  end)

  it("takes CP1252 and UTF-16", function()
    assert.equal("Tschüß", pls.parse "File1=a.mp3\nTitle1=Tsch\xFC\xDF".items[1].title)
    local wide = ("File1=a.mp3\nTitle1=\xE4"):gsub(".", "%0\0")
    assert.equal("ä", pls.parse("\xFF\xFE" .. wide).items[1].title)
  end)

  it("names what is wrong by its line", function()
    local list = pls.parse "[playlist]\nFile1=a\nFile1=b.mp3\nFile2=\nnonsense\nNumberOfEntries=7"
    assert.same({ { line = 3, text = "b.mp3", message =
        "File1 stands twice; give every file its own number" },
      { line = 4, message = "File2 names no file" },
      { line = 5, text = "nonsense", message =
        "is no line of a PLS list: File1=..., Title1=..." } }, list.problems)
    assert.same({ "NumberOfEntries is 7, but the list names 1 files; those are taken" },
      list.remarks)
  end)
end)
