-- SPDX-License-Identifier: GPL-3.0-or-later

local m3u = require "redbook.playlist.m3u"

local function nothing_exists() return false end

local function parse(bytes, exists)
  return m3u.parse(bytes, exists or nothing_exists)
end

-- What a line of the list became, with `decoded` left out where it is the line itself.
local function items(bytes, exists)
  local list = parse(bytes, exists)
  assert.same({}, list.problems)
  for _, item in ipairs(list.items) do
    if item.decoded == item.raw then item.decoded = nil end
  end
  return list.items
end

describe("playlist.m3u", function()
  local cases = {
    ["a bare list"] = { "a.mp3\nb.mp3\n", { { raw = "a.mp3", line = 1 },
      { raw = "b.mp3", line = 2 } } },
    ["no header, no final newline, blank lines"] = { "\n \t\na.mp3\n\nb.mp3",
      { { raw = "a.mp3", line = 3 }, { raw = "b.mp3", line = 5 } } },
    ["a header with attributes, in lower case, late"] = {
      "a.mp3\n#extm3u url-tvg=\"http://x/\"\nb.mp3", { { raw = "a.mp3", line = 1 },
      { raw = "b.mp3", line = 3 } } },
    ["CRLF"] = { "#EXTM3U\r\n#EXTINF:10,A - B\r\na.mp3\r\n",
      { { raw = "a.mp3", line = 3, artist = "A", title = "B" } } },
    ["CR alone"] = { "#EXTM3U\ra.mp3\rb.mp3", { { raw = "a.mp3", line = 2 },
      { raw = "b.mp3", line = 3 } } },
    ["a UTF-8 mark"] = { "\xEF\xBB\xBF#EXTM3U\na.mp3", { { raw = "a.mp3", line = 2 } } },
    ["UTF-16"] = { "\xFF\xFE#\0E\0X\0T\0M\0003\0U\0\r\0\n\0\xE9\0.\0",
      { { raw = "é.", line = 2 } } },
    ["CP1252"] = { "#EXTINF:1,Bj\xF6rk - J\xF3ga\nJ\xF3ga.mp3", { { raw = "J\xF3ga.mp3",
      decoded = "Jóga.mp3", line = 2, artist = "Björk", title = "Jóga" } } },
    ["both encodings in one list"] = { "J\xF3ga.mp3\nJóga.mp3", { { raw = "J\xF3ga.mp3",
      decoded = "Jóga.mp3", line = 1 }, { raw = "Jóga.mp3", line = 2 } } },
    ["#EXTENC after the text it is about"] = { "#EXTINF:1,\x92s\na\n#EXTENC: ISO-8859-1\n",
      { { raw = "a", line = 2, title = "\u{92}s" } } },
    ["spaces kept for the search"] = { " a.mp3 ", { { raw = " a.mp3 ", line = 1 } } },
    ["padding with NUL and DOS' end of file"] = { "a.mp3\r\n\26\0\0\0", { { raw = "a.mp3",
      line = 1 } } },
    ["duplicates"] = { "a\na\n", { { raw = "a", line = 1 }, { raw = "a", line = 2 } } },
    ["EXTINF of -1, 0 and a fraction"] = {
      "#EXTINF:-1,A\na\n#EXTINF:0,B\nb\n#EXTINF:12.5,C\nc", { { raw = "a", line = 2,
      title = "A" }, { raw = "b", line = 4, title = "B" }, { raw = "c", line = 6,
      title = "C" } } },
    ["EXTINF without a comma or without seconds"] = {
      "#EXTINF:12 A - B\na\n#EXTINF:,C\nb\n#EXTINF:13\nc\n#EXTINF:\nd", {
      { raw = "a", line = 2, artist = "A", title = "B" }, { raw = "b", line = 4, title = "C" },
      { raw = "c", line = 6 }, { raw = "d", line = 8 } } },
    ["a comma and several dashes in the title"] = {
      "#EXTINF:1,A - B, C - D\na\n#EXTINF:1,A – B - C\nb", { { raw = "a", line = 2,
      artist = "A", title = "B, C - D" }, { raw = "b", line = 4, artist = "A",
      title = "B - C" } } },
    ["attributes with commas"] = {
      '#EXTINF:-1 tvg-name="a,b - c" tvg-logo=x group-title="",A - B\na',
      { { raw = "a", line = 2, artist = "A", title = "B" } } },
    ["EXTINF belongs to the next path only, comments between"] = {
      "#EXTINF:1,A\n#EXTBYT:12\n# a comment\n\na\nb", { { raw = "a", line = 5, title = "A" },
      { raw = "b", line = 6 } } },
    ["EXTALB and EXTART hold, EXTINF's artist wins"] = {
      "#EXTALB:L\n#EXTART: R \n#EXTINF:1,T\na\n#EXTINF:1,S - U\nb\n#EXTALB:\n#EXTART:\nc", {
      { raw = "a", line = 4, album = "L", artist = "R", title = "T" },
      { raw = "b", line = 6, album = "L", artist = "S", title = "U" },
      { raw = "c", line = 9 } } },
    ["EXTVLCOPT cuts"] = {
      "#EXTVLCOPT:start-time=10\n#EXTVLCOPT:stop-time=12,5\na\n"
        .. "#EXTVLCOPT:stop-time=2\nb\n#EXTVLCOPT::start-time=1.02\nc\n"
        .. "#EXTVLCOPT:start-time=1\n#EXTVLCOPT:run-time=4\nd\n#EXTVLCOPT:network-caching=9\ne",
      { { raw = "a", line = 3, start = 750, length = 188 }, { raw = "b", line = 5,
        length = 150 }, { raw = "c", line = 7, start = 77 }, { raw = "d", line = 10,
        start = 75, length = 300 }, { raw = "e", line = 12 } } },
    ["directives that say nothing about tracks"] = {
      "#PLAYLIST:P\n#EXTGRP:g\n#EXTIMG:front\n#EXTGENRE:g\n#EXT-MINE\na", { { raw = "a",
      line = 6 } } },
  }
  for name, case in pairs(cases) do
    it("reads " .. name, function() assert.same(case[2], items(case[1])) end)
  end

  it("takes a # line for a file when there is one of that name", function()
    local function exists(name) return name == "#1.mp3" or name == "#EXTM3U" end
    assert.same({ { raw = "#1.mp3", line = 2 } }, items("#EXTM3U\n#1.mp3\n#2.mp3", exists))
  end)

  it("keeps the list's title", function()
    assert.equal("Road trip", parse("#PLAYLIST: Road trip \na").title)
  end)

  it("says that it does not know an encoding, and goes on", function()
    local list = parse "#EXTENC:EBCDIC\n\x83\x65.mp3"
    assert.equal(1, #list.items)
    assert.same({ "#EXTENC:EBCDIC is an encoding that redbook does not know; titles may look "
      .. "wrong, files are found by their bytes" }, list.remarks)
  end)

  it("reads Shift-JIS, declared or guessed", function()
    local list = parse "#EXTENC:Shift_JIS\n\x83\x65.mp3"
    assert.same({ "テ.mp3", "\x83\x65.mp3" }, { list.items[1].decoded, list.items[1].raw })
    list = parse "#EXTINF:1,\x8D\xE2\x96\x7B\x8B\xE3 - \x8F\xE3\x82\xF0\xFA\x5C\na.mp3"
    assert.same({ "坂本九", "上を纊" }, { list.items[1].artist, list.items[1].title })
    assert.same({}, list.remarks)
  end)

  it("refuses a stream's list at its line, with nothing else", function()
    local list = parse "#EXTM3U\na.ts\n#ext-x-targetduration:10\nb.ts"
    assert.same({}, list.items)
    assert.same({ { line = 3, text = "#ext-x-targetduration:10", message =
      "this is the list of a network stream (HLS), not of files on this machine" } },
      list.problems)
  end)

  it("names wrong times by line", function()
    local list = parse("#EXTVLCOPT:start-time=soon\na\n#EXTVLCOPT:start-time=9\n"
      .. "#EXTVLCOPT:stop-time=9\nb\n#EXTVLCOPT:stop-time=-1\nc")
    assert.same({
      { line = 1, text = "#EXTVLCOPT:start-time=soon",
        message = "start-time=soon is not a time in seconds" },
      { line = 5, text = "b",
        message = "stop-time is not after start-time: nothing would be left" },
      { line = 6, text = "#EXTVLCOPT:stop-time=-1",
        message = "stop-time=-1 is not a time in seconds" },
    }, list.problems)
  end)
end)
