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
    for _ = 1, 2000 do
      local parts = {}
      for index = 1, below(40) do
        parts[index] = below(20) == 1 and string.char(below(256) - 1) or PIECES[below(#PIECES)]
      end
      sandbox.write("l.m3u", table.concat(parts))
      local found = playlist.collect { "l.m3u" }
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
    -- The lists are neither all good nor all bad, or this would show little.
    assert.is_true(entries > 500 and problems > 2000, entries .. " " .. problems)
  end)
end)
