-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the fuzzers demand of every list, of those that they have found and of long ones.

local lists = require "spec.fuzz.lists"

describe("reading a list", function()
  it("puts no byte of another encoding into a remark (#EXTENC of no name)", function()
    lists.m3u "#EXTM3U\n#EXTENC:la\x8C\x96\x91\xCE\n#EXTINF:12,A - B\nsub/a.g\n"
  end)

  -- Patterns that look at a place again for each other one would take hours.
  local MIB = 1024 * 1024
  local LONG = {
    m3u = { "#EXTINF:1,x", "#EXTVLCOPT:start-time=", "#EXTENC:", "#EXTALB:x", "x", "#" },
    pls = { "File1=x", "Title1=x", "x" },
    cue = { 'FILE "x" ', "TITLE x", "FILE x", "TRACK 01 ", 'REM x' },
  }
  for kind, beginnings in pairs(LONG) do
    it("takes time in proportion to a line's length: " .. kind, function()
      local from = os.clock()
      for _, beginning in ipairs(beginnings) do
        for _, filling in ipairs { " ", "x", '"', "=", "- ", "a=b ", "\xC2\xA0" } do
          lists[kind](beginning .. filling:rep(MIB // 4 // #filling) .. "y\n")
        end
      end
      assert.is_true(os.clock() - from < 60)
    end)
  end
end)
