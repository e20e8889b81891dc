-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cue sheets that sound files carry in their tags: the tracks are what sox cuts at the same
-- samples; codes from tags reach the disc.

local burn_lua = require "spec.burn.burn_lua"
local sandbox = require "spec.support.sandbox"


local SHEET = [[
CATALOG 4006381333931
TITLE "Album"
PERFORMER "Band"
FILE "whatever.wav" WAVE
  TRACK 01 AUDIO
    TITLE "First"
    ISRC USRC17607839
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Second"
    INDEX 01 00:08:33
  TRACK 03 AUDIO
    INDEX 01 00:13:01
]]
local CUTS = { 0, 8 * 75 + 33, 13 * 75 + 1 } -- sectors

local function script(name)
  return ("%s %s %s/scripts/%s.lua"):format(sandbox.env, sandbox.lua, sandbox.root, name)
end

describe("a sound file with a cue sheet in it", function()
  local room

  before_each(function()
    room = burn_lua.room()
    room:wav("album.wav", "20.0137")
    room:write("sheet", SHEET)
    room:must "flac -s album.wav"
  end)
  after_each(function() room:close() end)

  local function disc_of(sound) return room:disc_of(sound, CUTS) end

  local function burn(words)
    room:must "rm -f d.*"
    local code, events, err = room:events("--yes --device virtual:d.cue " .. words)
    assert.equal(0, code, err)
    return events
  end

  local function remarks(events)
    local list = {}
    for _, event in ipairs(events) do
      if event.event == "remark" then list[#list + 1] = event.message end
    end
    return list
  end

  local function labels(events)
    local list = {}
    for index, track in ipairs(burn_lua.find(events, "plan").tracks) do
      list[index] = { track.title, track.artist, track.album }
    end
    return list
  end

  local function assert_disc()
    local expected = disc_of "album.wav"
    assert.is_true(expected == room:read "d.bin":sub(1, #expected))
  end

  it("is burned as its tracks, on the command line and in a list", function()
    room:must "metaflac --set-tag-from-file=CUESHEET=sheet --set-tag=TITLE=Whole album.flac"
    room:must "metaflac --set-tag=ISRC=GBAYE6800011 album.flac"
    room:write("list.m3u", "#EXTINF:20,Somebody - Something\nalbum.flac\n")
    for _, name in ipairs { "album.flac", "list.m3u" } do
      local events = burn(name)
      assert_disc()
      assert.same({ { "First", "Band", "Album" }, { "Second", "Band", "Album" },
        { "Track 03", "Band", "Album" } }, labels(events))
      assert.same({ "album.flac: the cue sheet in it makes 3 tracks of it; --no-embedded-cue burns "
        .. "it as one" }, remarks(events))
      local codes = table.concat(room:remarks "d.cue", "\n")
      assert.truthy(codes:find("isrc USRC17607839", 1, true))
      assert.is_nil(codes:find("GBAYE6800011", 1, true)) -- the file's, not a track's
    end
  end)

  it("is one track with --no-embedded-cue, with the file's own titles and ISRC", function()
    room:must "metaflac --set-tag-from-file=CUESHEET=sheet --set-tag=TITLE=Whole album.flac"
    room:must "metaflac --set-tag=ISRC=gb-aye-68-00011 --set-tag=ALBUMARTIST=Choir album.flac"
    local events = burn "--no-embedded-cue album.flac"
    assert.same({ { "Whole", "Choir" } }, labels(events))
    assert.same({}, remarks(events))
    assert.truthy(table.concat(room:remarks "d.cue", "\n"):find("isrc GBAYE6800011", 1, true))
    assert.is_true(room:pcm "album.wav" == room:read "d.bin":sub(1, #room:pcm "album.wav"))
  end)

  it("may have it in FLAC's own block, without titles", function()
    room:must "metaflac --set-tag=ALBUM=Box --set-tag=ARTIST=Duo album.flac"
    room:must "metaflac --import-cuesheet-from=sheet album.flac"
    local events = burn "album.flac"
    assert_disc()
    assert.same({ { "Track 01", "Duo", "Box" }, { "Track 02", "Duo", "Box" },
      { "Track 03", "Duo", "Box" } }, labels(events))
    assert.truthy(table.concat(room:remarks "d.cue", "\n"):find(
      "isrc USRC17607839 mcn 4006381333931", 1, true))
  end)

  it("is rendered as its tracks, with a hidden one when asked, or whole", function()
    room:write("sheet", (SHEET:gsub("INDEX 01 00:00:00", "INDEX 01 00:05:00")))
    room:must "metaflac --set-tag-from-file=CUESHEET=sheet album.flac"
    local function render(words)
      room:must("rm -rf out")
      room:must(script "render" .. " --raw --out out " .. words .. " album.flac")
      local sizes = {}
      for size in room:must "stat -c %s out/*.raw":gmatch "%d+" do
        sizes[#sizes + 1] = tonumber(size) // burn_lua.SECTOR
      end
      return sizes, room:must "cat out/*.raw"
    end
    assert.same({ 300, 343, 526 }, (render "")) -- 258 sectors, filled up
    assert.same({ 375, 300, 343, 526 }, (render "--hidden-track"))
    local sizes, sound = render "--no-embedded-cue"
    assert.same({ 1502 }, sizes)
    assert.is_true(room:pcm "album.wav" == sound)
  end)

  it("is gone on with by rescue.lua as it was begun", function()
    room:must "metaflac --set-tag-from-file=CUESHEET=sheet album.flac"
    burn "--keep-open album.flac"
    room:must(script "rescue" .. " --continue --device virtual:d.cue album.flac")
    assert_disc()
    assert.equal(3, select(2, room:read "d.cue":gsub("TRACK %d%d AUDIO", "")))
  end)

  it("is not taken apart by a sheet that is wrong, and a line says so", function()
    room:write("sheet", (SHEET:gsub("00:13:01", "00:02:00")))
    room:must "metaflac --set-tag-from-file=CUESHEET=sheet album.flac"
    local events = burn "album.flac"
    assert.same({ "album.flac: its embedded cue sheet is not used (line 13: INDEX 01 00:02:00: "
      .. "lies before the index above it; times must rise within a file)" }, remarks(events))
    assert.equal(1, #burn_lua.find(events, "plan").tracks)
  end)

  it("is told what to do when the sheet is longer than the file", function()
    room:write("sheet", (SHEET:gsub("00:13:01", "00:21:00")))
    room:must "metaflac --set-tag-from-file=CUESHEET=sheet album.flac"
    local code, events = room:events "--yes --device virtual:d.cue album.flac"
    assert.equal(6, code)
    local err = burn_lua.find(events, "error").err
    assert.truthy(err.problems[1].message:find("^album.flac ends before"))
    assert.equal("--no-embedded-cue burns the file as one track", err.advice)
  end)

  it("is taken from Matroska's tags", function()
    room:must 'ffmpeg -v error -i album.wav -metadata CUESHEET="$(cat sheet)" -c:a flac album.mka'
    local events = burn "album.mka"
    assert_disc()
    assert.equal("First", labels(events)[1][1])
  end)

  it("is taken from APE tags, and Shift-JIS is read", function()
    local sheet = SHEET:gsub("First", "\x8D\xE2\x96\x7B\x8B\xE3")
    room:write("sheet", sheet)
    room:must "ffmpeg -v error -i album.wav album.wv"
    room:write("tag.py", "import mutagen.apev2\ntags = mutagen.apev2.APEv2()\n"
      .. "tags['Cuesheet'] = open('sheet', encoding='cp932').read()\ntags.save('album.wv')\n")
    room:must "/usr/bin/python3 tag.py"
    local events = burn "album.wv"
    assert_disc()
    assert.equal("坂本九", labels(events)[1][1])
    room:write("album.cue", (sheet:gsub("whatever.wav", "\x83\x41\x83\x8B\x83\x6F\x83\x80.wav")))
    room:must "mv album.wav アルバム.wav"
    events = burn "album.cue"
    assert.equal("坂本九", labels(events)[1][1])
    room:must "mv アルバム.wav album.wav"
    assert_disc()
  end)
end)
