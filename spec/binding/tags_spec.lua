-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tags of every kind of file, written by mutagen and by each kind's own tools.

local cjson = require "cjson"
local core = require "redbook.core"
local place = require "spec.support.place"
local sandbox = require "spec.support.sandbox"

local TAGGER = place.root .. "/spec/support/audio/tagger.py"
local SHEET = 'FILE "album.wav" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n'

-- What is written, and what has to come back.
local GIVEN = { title = "Für Elise €", artist = { "東京", "Ада", "🎵" }, album = "Mixed",
  album_artist = { "Various", "Others" }, composer = "Ludwig", date = "1810-04-27",
  genre = "Jazz", track_number = "3/12", disc_number = "1/2", comment = "no comment",
  isrc = "US-RC1-76-07839", replaygain_track_gain = "-6.20 dB",
  replaygain_album_gain = "+1,5 dB", replaygain_track_peak = "0.988525",
  replaygain_album_peak = "1.000031", r128_track_gain = "-1536", r128_album_gain = "640",
  gapless = "1", cue_sheet = SHEET .. ("REM padding\n"):rep(3000) }
local WANTED = { title = "Für Elise €", artist = "東京, Ада, 🎵", album = "Mixed",
  album_artist = "Various, Others", composer = "Ludwig", date = "1810-04-27", genre = "Jazz",
  track_number = "3/12", disc_number = "1/2", comment = "no comment", isrc = "USRC17607839",
  replaygain_track_gain = -6.2, replaygain_album_gain = 1.5, replaygain_track_peak = 0.988525,
  replaygain_album_peak = 1.000031, r128_track_gain = -6.0, r128_album_gain = 2.5,
  gapless = true, cue_sheet = GIVEN.cue_sheet }

local function with(base, changes)
  local copy = {}
  for name, value in pairs(base) do copy[name] = value end
  for name, value in pairs(changes) do copy[name] = value end
  return copy
end

describe("tags", function()
  local folder

  local function must(command)
    local code, out, err = sandbox.run(command, folder)
    assert.equal(0, code, command .. "\n" .. err)
    return out
  end

  local function write(name, kind, fields)
    sandbox.write(folder .. "/fields.json", cjson.encode(fields))
    must(("/usr/bin/python3 %s %s %s fields.json"):format(TAGGER, name, kind))
  end

  local function tags(name) return assert(core.file_tags(folder .. "/" .. name)) end

  -- Of an opened source: with what libsndfile and ffprobe say where redbook has nothing.
  local function opened(name)
    local source <close> = assert(core.AudioSource(folder .. "/" .. name))
    return source.Tags
  end

  setup(function()
    folder = sandbox.folder()
    must "sox -R -n -r 44100 -c 2 -b 16 a.wav synth 1 sine 440 vol 0.5 && sox a.wav a.aiff"
    must "flac -s a.wav && oggenc -Q a.wav && opusenc --quiet a.wav a.opus"
    must "lame --quiet -b 128 a.wav a.mp3 && ffmpeg -v error -i a.wav a.m4a"
    must "ffmpeg -v error -i a.wav a.wv && ffmpeg -v error -i a.wav -c:a flac a.oga"
    must "ffmpeg -v error -i a.wav -c:a pcm_s16le -f w64 a.w64"
  end)
  teardown(function() sandbox.remove(folder) end)

  for _, name in ipairs { "a.flac", "a.ogg", "a.opus", "a.oga" } do
    it("of " .. name .. " are Vorbis comments", function()
      write(name, "vorbis", GIVEN)
      assert.same(WANTED, tags(name))
      assert.same(WANTED, opened(name))
    end)
  end

  for _, kind in ipairs { "id3v2.4-1", "id3v2.4-2", "id3v2.4-3", "id3v2.3-1" } do
    it("of an MP3 are " .. kind, function()
      must(("cp a.mp3 %s.mp3"):format(kind))
      write(kind .. ".mp3", kind, GIVEN)
      local wanted = with(WANTED, {})
      if kind:find "2.3" then wanted.date = "1810" end -- a year and a day are two frames
      assert.same(wanted, tags(kind .. ".mp3"))
      assert.same(wanted, opened(kind .. ".mp3"))
    end)
  end

  it("of an MP3 are Latin-1", function()
    must "cp a.mp3 latin.mp3"
    write("latin.mp3", "id3v2.4-0", { title = "Für Élise", artist = "Björk" })
    assert.same({ title = "Für Élise", artist = "Björk" }, tags "latin.mp3")
  end)

  for _, name in ipairs { "a.wv", "ape.mp3" } do
    it("of " .. name .. " are APEv2", function()
      must "cp a.mp3 ape.mp3"
      write(name, "apev2", GIVEN)
      assert.same(WANTED, tags(name))
      assert.same(WANTED, opened(name))
    end)
  end

  it("of an MP4 are iTunes'", function()
    write("a.m4a", "mp4", GIVEN)
    assert.same(WANTED, tags "a.m4a")
    assert.same(WANTED, opened "a.m4a")
  end)

  for _, name in ipairs { "wave", "aiff" } do
    it("of " .. name .. " are an ID3v2 in a chunk", function()
      local file = name == "wave" and "a.wav" or "a.aiff"
      must(("cp %s tagged.%s"):format(file, name))
      write("tagged." .. name, name, GIVEN)
      assert.same(WANTED, tags("tagged." .. name))
      assert.same(WANTED, opened("tagged." .. name))
    end)
  end
end)
