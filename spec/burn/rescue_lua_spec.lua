-- SPDX-License-Identifier: GPL-3.0-or-later
-- rescue.lua as people run it, on virtual discs.

local burn_lua = require "spec.burn.burn_lua"
local finding = require "redbook.doctor.finding"
local sandbox = require "spec.support.sandbox"

describe("rescue.lua", function()
  local room

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "5")
    room:wav("two.wav", "6", "sine 300 sine 200")
    room:wav("short.wav", "4", "sine 700 sine 200")
  end)

  teardown(function() room:close() end)

  before_each(function() room:must "rm -f d.* m.json" end)

  local function rescue(words)
    return sandbox.run(("%s %s %s/scripts/rescue.lua %s"):format(sandbox.env, sandbox.lua,
      sandbox.root, words), room.folder)
  end

  local function burn(words)
    local code, out, err = room:burn("--device virtual:d.cue " .. words)
    assert(code == 0, out .. err)
  end

  -- What lies behind the last complete track after a power cut.
  local function power_cut(sectors)
    local file <close> = assert(io.open(room.folder .. "/d.bin", "r+b"))
    local start = file:seek "end" // 2352 + 150
    file:seek("set", start * 2352)
    file:write(room:pcm("two.wav"):sub(1, sectors * 2352))
  end

  local function lengths()
    local list = {}
    for _, line in ipairs(room:remarks "d.cue") do
      list[#list + 1] = tonumber(line:match "^track .* sectors (%d+)")
    end
    return list
  end

  it("looks, and writes nothing", function()
    burn "--keep-open one.wav"
    power_cut(225)
    local cue, image = room:read "d.cue", room:read "d.bin"
    local code, out, err = rescue "--device virtual:d.cue"
    local own = "lua5.4 " .. finding.quote(sandbox.root .. "/scripts/")
    assert.same({ 0, "" }, { code, err })
    assert.equal(([[
 #  start     length
 1  00:02:00    0:05
 2  00:09:02    0:03  cut off
%s
What can be done:
  %srescue.lua --device virtual:d.cue --continue PLAYLIST
    burns what of a playlist is not on the disc yet, and closes it
  %srescue.lua --device virtual:d.cue --close
    closes track 2 where it ends, and the disc for good, so that it plays
  %srescue.lua --device virtual:d.cue --close-track
    closes track 2 where it ends and leaves the session open
  %srescue.lua --device virtual:d.cue --multi
    closes the session, so that the disc plays, and leaves room for another one
]]):format("The writing of track 2 was cut off; the track before it is safe. Players "
      .. "cannot see the disc's open session.", own, own, own, own), out)
    assert.is_true(cue == room:read "d.cue" and image == room:read "d.bin")
    local _, events = rescue "--json --device virtual:d.cue"
    local found = burn_lua.find(burn_lua.decode(events), "diagnosis")
    assert.same({ "incomplete", "open", false, 1, 2 }, { found.state, found.disc, found.plays,
      found.track_count, found.cut_off })
    assert.same({ { number = 1, session = 1, start = 0, sectors = 375, complete = true,
      damaged = false, listed = false }, { number = 2, session = 1, start = 527, sectors = 225,
      complete = false, damaged = true, listed = false } }, found.tracks)
    assert.is_true(cue == room:read "d.cue" and image == room:read "d.bin")
  end)

  it("looks at a disc that is not there, and makes none", function()
    local code, out = rescue "--device virtual:d.cue"
    assert.same({ 0, "The disc is blank; there is nothing to rescue.\n" }, { code, out })
    assert.is_false(room:has "d.cue" or room:has "d.bin")
  end)

  it("closes", function()
    burn "--keep-open one.wav"
    power_cut(225)
    local code, out, err = rescue "--device virtual:d.cue --close"
    assert.same({ 0, "", [[
Waiting until the drive has recorded what it still holds.
Closing the track that was cut off.
Closing the session.
 #  start     length
 1  00:02:00    0:05
 2  00:09:02    0:04
The disc is closed and plays; it holds 2 tracks.
]] }, { code, err, out })
    assert.same({ 375, 300 }, lengths())
  end)

  it("closes the track alone, or the session for another one", function()
    burn "--keep-open one.wav"
    power_cut(310)
    assert.equal(0, (rescue "--device virtual:d.cue --close-track"))
    assert.is_nil(room:read("d.cue"):find("session 1 lead", 1, true))
    assert.equal(0, (rescue "--device virtual:d.cue --multi"))
    assert.is_truthy(room:read("d.cue"):find("finalised no", 1, true))
    assert.is_truthy(room:read("d.cue"):find("session 1 lead", 1, true))
  end)

  it("goes on with a playlist", function()
    burn "--keep-open one.wav"
    power_cut(310)
    local code, out, err = rescue "--device virtual:d.cue --continue one.wav two.wav short.wav"
    assert.equal(0, code, out .. err)
    assert.is_truthy(out:find([[
On the disc already: 1 of 3 tracks.
 1  track 1 of the disc: one
Track 2 of the disc is the beginning of track 2, cut off; it stays.
]], 1, true), out)
    assert.is_truthy(out:find("2 tracks burned", 1, true))
    assert.same({ 375, 310, 450, 300 }, lengths())
    assert.is_truthy(room:read("d.cue"):find("finalised yes", 1, true))
  end)

  it("closes a disc that holds the whole playlist", function()
    burn "--keep-open one.wav two.wav"
    local code, out, err = rescue "--device virtual:d.cue --continue one.wav two.wav"
    assert.equal(0, code, out .. err)
    assert.same({ 375, 450 }, lengths())
    assert.is_truthy(room:read("d.cue"):find("finalised yes", 1, true))
    code, out = rescue "--device virtual:d.cue --continue one.wav two.wav"
    assert.equal(0, code, out)
    local refused, _, why = rescue "--device virtual:d.cue --continue one.wav two.wav short.wav"
    assert.equal(5, refused)
    assert.is_truthy(why:find("rescue: the disc is closed, with 2 of the playlist's 3 tracks on it",
      1, true), why)
  end)

  it("does not go on with another playlist's disc", function()
    burn "--keep-open one.wav short.wav"
    local image = room:read "d.bin"
    local code, _, err = rescue "--device virtual:d.cue --continue two.wav one.wav"
    assert.equal(5, code)
    assert.is_truthy(err:find("none of the playlist's tracks is on the disc", 1, true), err)
    assert.is_true(image == room:read "d.bin")
  end)

  describe("knows by a manifest", function()
    it("what is whole, also a track of 4 seconds, and compares it", function()
      burn "--keep-open --manifest m.json short.wav"
      local code, out, err = rescue("--json --device virtual:d.cue --manifest m.json --continue "
        .. "short.wav two.wav")
      assert.equal(0, code, out .. err)
      assert.same({ 300, 450 }, lengths())
      local compared = 0
      for _, event in ipairs(burn_lua.decode(out)) do
        if event.event == "track_verified" then
          assert.equal("identical", event.verdict)
          compared = compared + 1
        end
      end
      assert.equal(2, compared)
    end)

    it("that another disc lies there", function()
      burn "--keep-open --manifest m.json short.wav"
      room:must "rm d.*"
      burn "--keep-open one.wav"
      local code, _, err = rescue("--device virtual:d.cue --manifest m.json --continue short.wav "
        .. "two.wav")
      assert.equal(5, code)
      assert.is_truthy(err:find("rescue: the manifest is of another disc: track 1, 300 sectors at "
        .. "0, is not on this one", 1, true), err)
    end)

    it("nothing when there is none: then a last track of 4 seconds comes again", function()
      burn "--keep-open short.wav"
      local code, out, err = rescue("--device virtual:d.cue --manifest m.json --continue "
        .. "short.wav two.wav")
      assert.equal(0, code, out .. err)
      assert.is_truthy(out:find("Note: m.json: no such file; which tracks are on the disc is told "
        .. "by their lengths alone", 1, true), out)
      assert.same({ 300, 300, 450 }, lengths())
    end)

    it("nothing when it is broken", function()
      burn "--keep-open short.wav"
      room:write("m.json", "{}")
      local code, _, err = rescue("--device virtual:d.cue --manifest m.json --continue short.wav")
      assert.equal(2, code)
      assert.is_truthy(err:find("m.json: it is no manifest of redbook", 1, true), err)
    end)
  end)

  it("refuses what makes no sense", function()
    for words, problem in pairs {
      ["list.m3u"] = "'list.m3u': files are for --continue",
      ["--continue"] = "--continue: name the playlist, or the audio files, that were to be burned",
      ["--close --close-track"] = "--close, --close-track and --continue are three different "
        .. "things: choose one",
      ["--close --continue x"] = "--close, --close-track and --continue are three different "
        .. "things: choose one",
      ["--close-track --multi"] = "--close-track leaves the session open, --multi closes it: "
        .. "choose one",
      ["--continue --keep-open --multi x"] = "--multi closes the session, --keep-open leaves it "
        .. "open: choose one",
      ["--speed 8"] = "--keep-open, --speed, --hidden-track, --no-embedded-cue, --no-verify, "
        .. "--manifest, --gain, --clip, --quality, --dither and --gapless belong to --continue",
      ["--patience long"] = "--patience long: a number of seconds, up to 86400",
    } do
      local code, out, err = rescue(words)
      assert.same({ 2, "" }, { code, out })
      assert.is_truthy(err:find("rescue: " .. problem .. "\n", 1, true), err)
    end
  end)

  it("finds no disc, no file, no drive", function()
    local code, _, err = rescue "--device virtual: --close"
    assert.equal(5, code)
    assert.is_truthy(err:find("rescue: there is no disc in the drive\n", 1, true), err)
    code, _, err = rescue "--device virtual:d.cue --continue none.wav"
    assert.equal(6, code)
    assert.is_truthy(err:find("rescue: none.wav: no such file\n", 1, true), err)
    assert.equal(3, (rescue "--device /dev/none --close"))
  end)

  it("names its options and its version", function()
    local code, out = rescue "--help"
    assert.equal(0, code)
    for line in out:gmatch "[^\n]+" do assert.is_true(#line <= 79, line) end
    assert.is_truthy(select(2, rescue "--version"):find "^redbook %d")
  end)
end)
