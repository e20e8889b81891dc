-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whatever bytes a playlist holds, reading it neither raises nor invents: every entry exists, every
-- problem has its list and can be shown. Fixed seed: the same lists every time.

local lfs = require "lfs"
local playlist = require "redbook.playlist"
local sandbox = require "spec.support.sandbox"

local PIECES = { "#EXTM3U", "#EXTINF:", "#EXTINF:1,A - B", "#EXTVLCOPT:start-time=", "1.5", "-1",
  "#EXTVLCOPT:stop-time=9", "#EXTENC:", "latin1", "utf-8", "#EXTALB:", "#PLAYLIST:", "#EXT-X-",
  "a.mp3", "A.MP3", "sub/b.mp3", "sub", "l.m3u", "C:\\x\\", "file://", "file:///", "http:", "%41",
  "%", "~/", "..", "/", "\\", "\n", "\r", "\r\n", "\n", "\n", "\n", "\0", "\26", " ", ",", "=",
  "\na.mp3\n", "\nsub/b.mp3\n",
  "\nA.MP3\n", "\na.mp3\n", "\"", " - ", "é", "e\u{301}", "\xE9", "\xFF\xFE", "\xEF\xBB\xBF",
  "\xF0\x9F", "#", "x.cue", ":" }
-- The same for each other kind of list, after a beginning that makes it one.
local KINDS = {
  ["l.m3u"] = { "", PIECES },
  ["l.pls"] = { "[playlist]\n", { "File1=", "file2 = ", "FILE3=", "\nTitle1=A - B",
    "\nLength1=-1", "\nNumberOfEntries=2", "a.mp3", "a.mp3\n", "\nFile4=sub/b.mp3\n", "none",
    "\n", "\r\n", ";", "[", "=", "%41", "file:///", "\xE9", "\0", " ", "X-A=b\n" } },
  ["l.cue"] = { 'FILE "a.mp3" MP3\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n', { "\nFILE ", '"a.wav"',
    " WAVE\n", " BINARY\n", '\nFILE "none.wav" WAVE', "\nTRACK 02 AUDIO\n", "\nTRACK 03 AUDIO\n",
    "\nTRACK 04 MODE1/2352\n", "\nINDEX 00 00:01:00\n", "\nINDEX 01 00:10:00\n",
    "\nINDEX 01 01:10:74\n", "INDEX", "\nPREGAP 00:02:00", "\nTITLE ", '"T"',
    "\nISRC USRC17607839\n", "\nFLAGS DCP\n", "\nREM x\n", "\nCATALOG 4006381333931\n",
    "\xE9", "\0", " ", '"' } },
  ["l.xspf"] = { "<playlist><trackList>", { "<track>", "</track>", "<track>", "</track>",
    "<location>", "</location>", "<track><location>a.mp3</location></track>", "<title>T</title>",
    "a.mp3", "none", "&amp;", "&x;", "<!DOCTYPE x>", "<![CDATA[", "]]>", "<!--", "-->",
    "</trackList></playlist>",
    "</trackList></playlist>", "%41", "file:///", "\n", "\0", "\xE9", "é" } },
}

describe("playlist, on random lists", function()
  local folder, home

  setup(function()
    folder, home = sandbox.folder(), lfs.currentdir()
    assert(lfs.mkdir(folder .. "/sub"))
    for _, name in ipairs { "a.mp3", "sub/b.mp3", "x.cue", "é" } do
      sandbox.write(folder .. "/" .. name, "")
    end
    assert(lfs.chdir(folder))
  end)

  teardown(function()
    assert(lfs.chdir(home))
    sandbox.remove(folder)
  end)

  it("stays sane", function()
    -- A generator of our own: math.random differs between Lua versions.
    local seed = 20250101
    local function below(limit)
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed // 65536 % limit + 1
    end
    local entries, problems = 0, 0
    local function list(name, beginning, pieces, odd)
      local parts = { beginning }
      for _ = 1, below(40) do
        parts[#parts + 1] = below(odd) == 1 and string.char(below(256) - 1)
          or pieces[below(#pieces)]
      end
      sandbox.write(name, table.concat(parts))
      local found = playlist.collect { name }
      for _, entry in ipairs(found.entries) do
        assert.equal("file", lfs.attributes(entry.path, "mode"))
        assert.is_true(entry.length == nil or entry.length > 0)
        entries = entries + 1
      end
      for _, problem in ipairs(found.problems) do
        local line = playlist.describe(problem)
        assert.is_truthy(utf8.len(line))
        assert.is_nil(line:find "%c")
        problems = problems + 1
      end
      assert.is_true(#found.entries + #found.problems > 0)
    end
    for _, name in ipairs { "l.m3u", "l.pls", "l.cue", "l.xspf" } do
      local beginning, pieces = table.unpack(KINDS[name])
      entries, problems = 0, 0
      for round = 1, 2000 do list(name, beginning, pieces, round % 2 == 0 and 20 or 500) end
      -- The lists are neither all good nor all bad, or this would show little.
      assert.is_true(entries > 30 and problems > 1000, name .. " " .. entries .. " " .. problems)
    end
  end)
end)
