-- SPDX-License-Identifier: GPL-3.0-or-later
-- What burn_playlist does not take: a misspelt option must not cost a disc.

local fake = require "spec.unit.recipe.fake_core"

describe("recipe.burn_playlist", function()
  local state

  local function blank() return fake.recorder { fake.blank() } end

  after_each(function()
    package.loaded["redbook.core"] = nil
    for loaded in pairs(package.loaded) do
      if loaded:find "^redbook%.recipe" then package.loaded[loaded] = nil end
    end
  end)

  describe("raises in the caller's line, before anything is opened,", function()
    local function raised(...)
      local core
      core, state = fake.core { files = { ["a.wav"] = { sectors = 1000 } } }
      local burn_playlist = fake.load(core, "redbook.recipe.burn_playlist")
      local ok, message = pcall(function(...)
        local result = burn_playlist(...)
        return result
      end, ...)
      assert.is_false(ok)
      assert.same({}, state.log)
      local place, rest = message:match "^([^ ]+):%d+: (.*)$"
      assert.is_truthy(place:find "burn_options_spec")
      return rest
    end
    local ENTRIES = { { path = "a.wav" } }

    it("for an option that it does not know, or of a wrong type", function()
      local cases = {
        { { keepopen = true }, "unknown key 'keepopen'; known are: append, catalog, "
          .. "client_name, clip, commands, confirm, dither, eject, first, gain, gapless, "
          .. "keep_open, multi, no_verify, on_written, plan_only, quality, render_ahead, scan, "
          .. "simulate, speed, stop, verify_speed, wait, waiter" },
        { { render_ahead = -1 }, "render_ahead: a number of MiB, 'auto' or 'off' expected, "
          .. "got -1" },
        { { gain = "loud" }, "gain: 'off', 'track' or 'album' expected, got 'loud'" },
        { { clip = true }, "clip: 'clamp', 'scale-track', 'scale-disc' or 'limit' expected, "
          .. "got true" },
        { { no_verify = 1 }, "no_verify: boolean expected, got 1" },
        { { verify_speed = "fast" }, "verify_speed: a number above 0 (times 1x), 'min' or 'max' "
          .. "expected, got 'fast'" },
        { { keep_open = 1 }, "keep_open: boolean expected, got 1" },
        { { simulate = "no" }, "simulate: boolean expected, got 'no'" },
        { { speed = "fast" }, "speed: a number above 0 (times 1x), 'min' or 'max' expected, "
          .. "got 'fast'" },
        { { speed = 0 }, "speed: a number above 0 (times 1x), 'min' or 'max' expected, got 0" },
        { { catalog = "1234567890123" }, "catalog: a Media Catalog Number (13 digits, the last "
          .. "one checks the others) expected, got '1234567890123'" },
        { { confirm = {} }, "confirm: function expected, got a table" },
        { { multi = true, keep_open = true }, "multi closes the session, keep_open leaves it "
          .. "open: choose one" },
      }
      for _, case in ipairs(cases) do
        assert.equal("burn_playlist: options: " .. case[2], raised(blank(), ENTRIES, case[1]))
      end
      assert.equal("burn_playlist: options: a table expected, got boolean",
        raised(blank(), ENTRIES, true))
      assert.equal("burn_playlist: options.wait: unknown key 'seconds'; known are: insertion, "
        .. "limit, pause, waiter", raised(blank(), ENTRIES, { wait = { seconds = 5 } }))
    end)

    it("for entries that are none", function()
      local cases = {
        { { "a.wav" }, "[1]: a table expected, got string" },
        { { { path = "a.wav" }, { file = "b.wav" } }, "[2]: unknown key 'file'; known are: album, "
          .. "artist, continues, copy_permitted, embedded, gain, isrc, length, line, list, path, "
          .. "pre_emphasis, raw, replaygain_album_gain, replaygain_album_peak, "
          .. "replaygain_track_gain, replaygain_track_peak, start, title" },
        { { { title = "A" } }, "[1]: 'path' is missing" },
        { { { path = "" } }, "[1]: path: the name of a file expected, got ''" },
        { { { path = "a.wav", start = 1.5 } }, "[1]: start: sectors, 0 or more, or 'MM:SS:FF' "
          .. "expected, got 1.5" },
        { { { path = "a.wav", start = "1:30" } }, "[1]: start: sectors, 0 or more, or "
          .. "'MM:SS:FF' expected, got '1:30'" },
        { { { path = "a.wav", start = "00:60:00" } }, "[1]: start: sectors, 0 or more, or "
          .. "'MM:SS:FF' expected, got '00:60:00'" },
        { { { path = "a.wav", length = 0 } }, "[1]: length: sectors, 1 or more, or 'MM:SS:FF' "
          .. "expected, got 0" },
        { { { path = "a.wav", raw = "LE" } }, "[1]: raw: 'little' or 'big' expected, got 'LE'" },
        { { { path = "a.wav", isrc = "GB-AYE-69-0030" } }, "[1]: isrc: an ISRC (two letters, "
          .. "three letters or digits, seven digits) expected, got 'GB-AYE-69-0030'" },
        { { path = "a.wav" }, ": a list of tables with 'path' expected, but it has the key "
          .. "'path'" },
        { "l.m3u", ": a list of tables expected, got string" },
      }
      for _, case in ipairs(cases) do
        assert.equal("burn_playlist: entries" .. case[2], raised(blank(), case[1]))
      end
    end)

    it("for a recorder or a handler that is none", function()
      assert.equal("burn_playlist: a recorder is needed; when Recorder() finds none it "
        .. "gives nil and an error: use assert", raised(nil, ENTRIES))
      assert.equal("burn_playlist: recorder: a Recorder expected, got a string",
        raised("/dev/sr0", ENTRIES))
      assert.equal("burn_playlist: on_event: function expected, got 'x'",
        raised(blank(), ENTRIES, nil, "x"))
    end)
  end)
end)
