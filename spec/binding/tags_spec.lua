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

  -- Each kind's own tools; ffmpeg writes LIST-INFO, and in AIFF chunks.
  local basic = { title = "Für Elise", artist = "Ada", album = "Mixed", date = "1999",
    track_number = "3" }
  local ffmpeg = "ffmpeg -v error -i bare.wav -metadata 'title=Für Elise' -metadata artist=Ada "
    .. "-metadata album=Mixed -metadata date=1999 -metadata track=3 "
  local own = {
    { "lame.mp3", "LC_ALL=C.UTF-8 lame --quiet --id3v2-only --tt 'Für Elise' --ta Ada --tl Mixed "
      .. "--ty 1999 --tn 3 --tg 8 bare.wav lame.mp3", with(basic, { genre = "Jazz" }) },
    { "v1.mp3", "lame --quiet --id3v1-only --tt Elise --ta Ada --tl Mixed --ty 1999 --tn 3 --tg 8 "
      .. "--tc words bare.wav v1.mp3", with(basic, { title = "Elise", genre = "Jazz",
        comment = "words" }) },
    { "ff3.mp3", ffmpeg .. "-metadata album_artist=Choir -metadata disc=1/2 -metadata "
      .. "replaygain_track_gain='-3 dB' -id3v2_version 3 -write_id3v1 1 ff3.mp3",
      with(basic, { album_artist = "Choir", disc_number = "1/2", replaygain_track_gain = -3.0 }) },
    { "ff4.mp3", ffmpeg .. "-metadata composer=L -metadata TSRC=USRC17607839 -id3v2_version 4 "
      .. "ff4.mp3", with(basic, { composer = "L", isrc = "USRC17607839" }) },
    { "list.wav", ffmpeg .. "-metadata genre=Jazz -metadata ISRC=none list.wav",
      with(basic, { genre = "Jazz" }) },
    { "id3.aiff", ffmpeg .. "-write_id3v2 1 id3.aiff", basic },
    { "ff.m4a", ffmpeg .. "-metadata album_artist=Choir -metadata composer=L -metadata disc=1/2 "
      .. "-metadata gapless_playback=1 ff.m4a", with(basic, { album_artist = "Choir",
        composer = "L", disc_number = "1/2", gapless = true }) },
    { "ap.m4a", "ffmpeg -v error -i bare.wav ap.m4a && LC_ALL=C.UTF-8 AtomicParsley ap.m4a "
      .. "--title 'Für Elise' --artist Ada --album Mixed --year 1999 --tracknum 3/9 --disk 1/2 "
      .. "--genre Jazz --comment words --gapless true --albumArtist Choir --composer L "
      .. "--overWrite", with(basic, { genre = "Jazz", comment = "words", gapless = true,
        album_artist = "Choir", composer = "L", track_number = "3/9", disc_number = "1/2" }) },
    { "wp.wv", "LC_ALL=C.UTF-8 wavpack -q -w 'Title=Für Elise' -w Artist=Ada -w Album=Mixed "
      .. "-w Year=1999 -w Track=3 -w Cuesheet=@sheet bare.wav -o wp.wv",
      with(basic, { cue_sheet = SHEET }) },
    { "own.opus", "LC_ALL=C.UTF-8 opusenc --quiet --title 'Für Elise' --artist Ada --artist Bo "
      .. "--album Mixed --date 1999 --tracknumber 3 --comment R128_TRACK_GAIN=-300 bare.wav "
      .. "own.opus", with(basic, { artist = "Ada, Bo", r128_track_gain = -300 / 256 }) },
    { "own.ogg", "oggenc -Q bare.wav -o own.ogg && LC_ALL=C.UTF-8 vorbiscomment -w -t "
      .. "'TITLE=Für Elise' -t ARTIST=Ada -t ALBUM=Mixed -t DATE=1999 -t TRACKNUMBER=3 -t "
      .. "'album artist=Choir' own.ogg", with(basic, { album_artist = "Choir" }) },
    { "own.mka", ffmpeg .. "-metadata ISRC=USRC17607839 -metadata REPLAYGAIN_TRACK_GAIN='-3 dB' "
      .. "own.mka", with(basic, { isrc = "USRC17607839", replaygain_track_gain = -3.0 }) },
  }
  for _, case in ipairs(own) do
    local name, command, wanted = table.unpack(case)
    it("of " .. name .. " are read as its own tool has written them", function()
      sandbox.write(folder .. "/sheet", SHEET)
      must "sox -R -n -r 44100 -c 2 -b 16 bare.wav synth 0.3 sine 440 vol 0.5"
      must(command)
      assert.same(wanted, opened(name))
    end)
  end

  it("are none where there are none, and an error only where there is no file", function()
    sandbox.write(folder .. "/empty.txt", "x")
    assert.same({}, tags "empty.txt")
    assert.same({}, tags "a.w64")
    local none, err = core.file_tags(folder .. "/missing")
    assert.is_nil(none)
    assert.equal("E_FILE_NOT_FOUND", err.name)
    assert.equal(0xC0AA050D, select(2, core.file_tags(folder)).code)
  end)

  it("come in other encodings, if the bytes are any", function()
    assert.equal("東京", core.to_utf8("\x93\x8C\x8B\x9E", "CP932"))
    assert.equal("a\0b", core.to_utf8("a\0b", "ISO-8859-1"))
    assert.equal("", core.to_utf8("", "CP932"))
    assert.is_nil(core.to_utf8("\x93", "CP932")) -- half a character
    assert.is_nil(core.to_utf8("\xFF\xFF", "CP932"))
    assert.is_nil(core.to_utf8("a", "no such encoding"))
    assert.equal(30000, #core.to_utf8(("\x82\xA0"):rep(10000), "CP932"))
  end)
end)
