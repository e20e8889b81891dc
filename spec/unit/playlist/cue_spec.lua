-- SPDX-License-Identifier: GPL-3.0-or-later

local cue_tracks = require "redbook.playlist.cue_tracks"

local function parse(text, options)
  return cue_tracks.parse(text, nil, options or {})
end

-- Items without what every one has.
local function brief(list)
  local out = {}
  for index, item in ipairs(list.items) do
    out[index] = { item.decoded, item.start, item.length }
  end
  return out
end

local function described(list)
  local out = {}
  for index, problem in ipairs(list.problems) do
    out[index] = ("%d: %s: %s"):format(problem.line, problem.text or "", problem.message)
  end
  return out
end

local function sheet(...)
  return table.concat({ ... }, "\n")
end

describe("playlist.cue", function()
  it("cuts one file at the first indexes, and keeps the pregaps with the track before", function()
    local list = parse(sheet("\xEF\xBB\xBFREM GENRE x", 'PERFORMER "The "Band""', 'TITLE "Album"',
      "catalog 4006381333931", 'FILE "a b.wav" WAVE', "  TRACK 01 AUDIO", '    TITLE "One',
      "    ISRC us-rc1-76-07839", "    FLAGS DCP PRE", "    INDEX 01 00:00:00",
      "  TRACK 02 AUDIO", "    TITLE Two words", '    PERFORMER "Guest"', "    INDEX 00 03:59:70",
      "    INDEX 01 04:01:74", "    INDEX 02 04:30:00", "  TRACK 03 AUDIO",
      "    INDEX 01 104:00:00"))
    assert.same({}, list.problems)
    assert.same({}, list.remarks)
    assert.equal("Album", list.title)
    assert.equal("4006381333931", list.catalog)
    local first, second, third = table.unpack(list.items)
    first.spellings, second.spellings, third.spellings = nil, nil, nil
    assert.same({ raw = "a b.wav", decoded = "a b.wav", line = 6, title = "One",
      artist = 'The "Band"', album = "Album", start = 0, length = 18149, isrc = "USRC17607839",
      pre_emphasis = true, copy_permitted = true }, first)
    assert.same({ raw = "a b.wav", decoded = "a b.wav", line = 11, title = "Two words",
      artist = "Guest", album = "Album", start = 18149, length = 468000 - 18149 }, second)
    assert.same({ raw = "a b.wav", decoded = "a b.wav", line = 17, artist = 'The "Band"',
      album = "Album", start = 468000 }, third)
  end)

  it("takes a file for each track whole, also where the gap ends the file before", function()
    assert.same({ { "1.wav" }, { "2.wav" }, { "3.wav" } }, brief(parse(sheet("FILE 1.wav WAVE",
      "TRACK 1 AUDIO", "INDEX 1 00:00:00", "TRACK 2 AUDIO", "INDEX 0 03:00:00", "FILE 2.wav WAVE",
      "INDEX 1 00:00:00", "FILE 3.wav wave", "TRACK 7 AUDIO", "INDEX 01 00:00:00"))))
  end)

  it("cuts a file that is named before each of its tracks, once for all", function()
    local list = parse(sheet("FILE a.wav WAVE", "TRACK 1 AUDIO", "INDEX 1 00:00:00",
      "FILE a.wav WAVE", "TRACK 2 AUDIO", "INDEX 0 00:58:00", "INDEX 1 01:00:00",
      "TRACK 3 AUDIO", "FILE a.wav WAVE", "INDEX 1 02:00:00"))
    assert.same({ {}, {} }, { list.problems, list.remarks })
    assert.same({ { "a.wav", 0, 4500 }, { "a.wav", 4500, 4500 }, { "a.wav", 9000 } }, brief(list))
    assert.same({ { "a.wav" }, { "a.wav" } }, brief(parse(sheet("FILE a.wav WAVE",
      "TRACK 1 AUDIO", "INDEX 1 00:00:00", "FILE a.wav WAVE", "TRACK 2 AUDIO",
      "INDEX 1 00:00:00"))), "all of it twice")
  end)

  it("loses no sound that lies before an index at the beginning of a file", function()
    assert.same({ { "1.wav" }, { "2.wav", 0, 4500 }, { "2.wav", 4500 } }, brief(parse(sheet(
      "FILE 1.wav WAVE", "TRACK 01 AUDIO", "INDEX 01 00:00:00", "FILE 2.wav WAVE",
      "TRACK 02 AUDIO", "INDEX 00 00:00:00", "INDEX 01 00:02:00", "TRACK 03 AUDIO",
      "INDEX 01 01:00:00"))))
  end)

  it("reads ReplayGain's remarks, and says which make no sense", function()
    local list = parse(sheet("REM REPLAYGAIN_ALBUM_GAIN -5.50 dB", "REM REPLAYGAIN_ALBUM_PEAK 1.0",
      "REM DATE 1999", "FILE a.wav WAVE", "TRACK 01 AUDIO", "REM replaygain_track_gain +1,25",
      'REM REPLAYGAIN_TRACK_PEAK "0.9"', "INDEX 01 00:00:00", "TRACK 02 AUDIO",
      "REM REPLAYGAIN_TRACK_GAIN -999 dB", "REM REPLAYGAIN_TRACK_PEAK nan",
      "INDEX 01 00:10:00"))
    local function gains(item)
      return { item.replaygain_track_gain, item.replaygain_track_peak, item.replaygain_album_gain,
        item.replaygain_album_peak }
    end
    assert.same({ 1.25, 0.9, -5.5, 1.0 }, gains(list.items[1]))
    assert.same({ nil, nil, -5.5, 1.0 }, gains(list.items[2]))
    assert.same({ "line 10: REPLAYGAIN_TRACK_GAIN -999 dB is left out: it is no sensible number",
      "line 11: REPLAYGAIN_TRACK_PEAK nan is left out: it is no sensible number" }, list.remarks)
    assert.same({}, list.problems)
  end)

  it("takes an embedded sheet for the tracks of its file, or says why not", function()
    local function embedded(...) return cue_tracks.embedded(sheet(...), {}) end
    local list = embedded("PERFORMER A", "FILE other.wav WAVE", "TRACK 01 AUDIO", "TITLE T",
      "INDEX 01 00:00:00", "TRACK 02 AUDIO", "INDEX 01 00:10:00")
    local brief_of = {}
    for index, item in ipairs(list.items) do
      brief_of[index] = { item.title, item.artist, item.start, item.length }
    end
    assert.same({ { "T", "A", 0, 750 }, { "Track 02", "A", 750 } }, brief_of)
    local refused = {
      ["line 5: it names more than this file"] = { "FILE 1 WAVE", "TRACK 01 AUDIO",
        "INDEX 01 00:00:00", "TITLE x", "FILE 2 WAVE", "TRACK 02 AUDIO", "INDEX 01 00:00:00" },
      ["line 4: it names more than this file"] = { "FILE 1 WAVE", "TRACK 01 AUDIO",
        "INDEX 00 00:00:00", "FILE 2 WAVE", "INDEX 01 00:00:00", "TRACK 02 AUDIO",
        "INDEX 01 00:01:00" },
      ["line 2: TRACK 01: has no INDEX 01, where it would begin"] = { "FILE 1 WAVE",
        "TRACK 01 AUDIO" },
      ["line 1: nonsense: is no command of a cue sheet"] = { "nonsense" },
    }
    for why, words in pairs(refused) do
      local none, remark = embedded(table.unpack(words))
      assert.is_nil(none)
      assert.equal(("its embedded cue sheet is not used (%s)"):format(why), remark)
    end
    assert.same({}, { embedded("FILE 1 WAVE", "TRACK 01 AUDIO", "INDEX 01 00:00:00") })
    assert.same({}, { embedded "" })
  end)

  it("leaves a hidden track out with a word, or burns it as a track of its own", function()
    local text = sheet("FILE a.bin BINARY", "TRACK 01 AUDIO", "TITLE T", "ISRC USRC17607839",
      "INDEX 00 00:00:00", "INDEX 01 02:03:04")
    local list = parse(text)
    assert.same({ { "a.bin", 9229 } }, brief(list))
    assert.same({ "123.05 s of sound before the first track are left out, as players do; "
      .. "--hidden-track burns them as a track of their own" }, list.remarks)
    list = parse(text, { hidden_track = true })
    assert.same({ { "a.bin", 0, 9229 }, { "a.bin", 9229 } }, brief(list))
    assert.same({}, list.remarks)
    assert.equal("hidden track", list.items[1].title)
    assert.is_nil(list.items[1].isrc)
    for _, wanted in ipairs { true, false } do
      list = parse(text:gsub("02:03:04", "00:03:74"), { hidden_track = wanted })
      assert.same({ { "a.bin", 299 } }, brief(list))
      assert.same({ "3.98 s of sound before the first track are left out: too short for a track "
        .. "of their own" }, list.remarks)
    end
  end)

  it("finds a hidden track in a file of its own, and what lies before INDEX 01 besides", function()
    local lengths = { ["h.wav"] = 451 }
    local function read(at, wanted)
      return parse(sheet("FILE h.wav WAVE", "TRACK 01 AUDIO", "TITLE T", "INDEX 00 00:00:00",
        "FILE 1.wav WAVE", "INDEX 01 " .. at, "FILE 2.wav WAVE", "TRACK 02 AUDIO",
        "INDEX 01 00:00:00"), { hidden_track = wanted, measure = function(item)
          assert.equal("h.wav", item.decoded)
          return lengths[item.decoded], "no such file"
        end })
    end
    local function joined(list)
      local told = {}
      for index, item in ipairs(list.items) do
        told[index] = { item.decoded, item.title, item.continues or false, item.line }
      end
      return told
    end
    local list = read("00:00:00", true)
    assert.same({ { "h.wav" }, { "1.wav" }, { "2.wav" } }, brief(list))
    assert.same({ { "h.wav", "hidden track", false, 1 }, { "1.wav", "T", true, 2 },
      { "2.wav", nil, true, 8 } }, joined(list))
    assert.same({}, list.remarks)
    list = read("00:05:00", true)
    assert.same({ { "h.wav" }, { "1.wav", 0, 375 }, { "1.wav", 375 }, { "2.wav" } }, brief(list))
    assert.same({ { "h.wav", "hidden track", false, 1 }, { "1.wav", "hidden track", true, 2 },
      { "1.wav", "T", false, 2 }, { "2.wav", nil, true, 8 } }, joined(list))
    list = read("00:05:00")
    assert.same({ { "1.wav", 375 }, { "2.wav" } }, brief(list))
    local left_out = "%s of sound before the first track are left out, as players do; "
      .. "--hidden-track burns them as a track of their own"
    assert.same({ "h.wav: " .. left_out:format "6.01 s", left_out:format "5.0 s" }, list.remarks)
    lengths["h.wav"] = 299
    for _, wanted in ipairs { true, false } do
      list = read("00:00:00", wanted)
      assert.same({ { "1.wav", false }, { "2.wav", true } }, { { list.items[1].decoded,
        list.items[1].continues or false }, { list.items[2].decoded, list.items[2].continues } })
      assert.same({ "h.wav: 3.98 s of sound before the first track are left out: too short for a "
        .. "track of their own" }, list.remarks)
    end
    lengths["h.wav"] = nil
    assert.same({ "h.wav (no such file) is left out: sound before the first track" },
      read("00:00:00").remarks)
    assert.same({ { "h.wav" }, { "1.wav" }, { "2.wav" } }, brief(read("00:00:00", true)))
  end)

  it("says that a gap in a file of its own is left out", function()
    local text = sheet("FILE 1.wav WAVE", "TRACK 01 AUDIO", "INDEX 01 00:00:00",
      "FILE gap.bin MOTOROLA", "TRACK 02 AUDIO", "INDEX 00 00:00:00", "FILE 2.wav WAVE",
      "INDEX 01 00:00:00")
    local list = parse(text, { measure = function(item) return #item.raw_sound * 100 end })
    assert.same({ { "1.wav" }, { "2.wav" } }, brief(list))
    assert.is_nil(list.items[2].continues)
    local message = "gap.bin (%s) is left out: a gap (INDEX 00 of track 02) in a file of its own; "
      .. "join it to the file before to keep its sound"
    assert.same({ message:format "4.0 s" }, list.remarks)
    assert.same({ message:format "its length is not known" }, parse(text).remarks)
  end)

  it("refuses what would lose sound: tracks over several files, files without a track", function()
    local over = " lies in another file (%s) than INDEX 01 (%s): a track is burned from one file; "
      .. "join the two into one"
    local list = parse(sheet("FILE 1.wav WAVE", "TRACK 01 AUDIO", "INDEX 01 00:00:00",
      "FILE 2.wav WAVE", "INDEX 02 00:00:00", "FILE 3.wav WAVE", "TRACK 02 AUDIO",
      "INDEX 02 00:00:00", "FILE 4.wav WAVE", "INDEX 01 00:00:00", "FILE 5.wav WAVE",
      "INDEX 00 00:00:00", 'FILE "6 6.wav" WAVE'))
    assert.same({ "5: TRACK 01 INDEX 02:" .. over:format("2.wav", "1.wav"),
      "12: TRACK 02 INDEX 00:" .. over:format("5.wav", "4.wav"),
      "8: TRACK 02 INDEX 02:" .. over:format("3.wav", "4.wav"),
      '13: FILE "6 6.wav": no INDEX follows, so that nothing of it would be burned; take the line '
        .. "out, or write what is missing" }, described(list))
    assert.same({}, list.items)
    list = parse(sheet("FILE 1.wav WAVE", "FILE 1.wav WAVE", "TRACK 01 AUDIO",
      "FILE 1.wav WAVE", "INDEX 01 00:00:00"))
    assert.same({ {}, { { "1.wav" } } }, { list.problems, brief(list) })
    assert.same({ '1: FILE "x.wav WAVE: its name has one quotation mark only; a file is named as '
      .. 'FILE "name.wav" WAVE' }, described(parse(sheet('FILE "x.wav WAVE', "TRACK 01 AUDIO",
      "INDEX 01 00:00:00"))))
  end)

  it("knows headerless files and their byte order", function()
    local list = parse(sheet("FILE a.bin BINARY", "TRACK 01 AUDIO", "INDEX 01 00:00:00",
      "FILE b.raw motorola", "TRACK 02 AUDIO", "INDEX 01 00:00:00", "FILE c.flac FLAC",
      "TRACK 03 AUDIO", "INDEX 01 00:00:00"))
    assert.same({ "little", "big" }, { list.items[1].raw_sound, list.items[2].raw_sound })
    assert.is_nil(list.items[3].raw_sound)
  end)

  it("also looks for the same name with other extensions", function()
    local item = parse(sheet('FILE "A.B\xE9.wav" WAVE', "TRACK 01 AUDIO", "INDEX 01 00:00:00"))
      .items[1]
    assert.same({ raw = "A.B\xE9.wav", decoded = "A.Bé.wav" }, item.spellings[1])
    assert.same({ raw = "A.B\xE9.flac", decoded = "A.Bé.flac", instead = "A.Bé.wav" },
      item.spellings[2])
  end)

  it("leaves codes out that are none, and says so", function()
    assert.same({ "line 1: CATALOG 123 is left out: 13 digits are one",
      "line 2: CATALOG 4006381333932 is left out: its last digit does not fit the others",
      "line 5: ISRC USRC1760783 is left out: two letters, three letters or digits, seven digits "
      .. "are one",
      "the sheet asks for pauses of its own (PREGAP, POSTGAP); track at once always makes them 2 "
      .. "seconds" }, parse(sheet("CATALOG 123", "CATALOG 4006381333932", "FILE a.wav WAVE",
      "TRACK 01 AUDIO", "ISRC USRC1760783", "PREGAP 00:02:32", "INDEX 01 00:00:00",
      "TRACK 02 AUDIO", "ISRC 000000000000", "PREGAP 00:02:00", "INDEX 01 01:00:00",
      "POSTGAP 00:00:01")).remarks)
  end)

  it("names everything that is wrong", function()
    local list = parse(sheet("TRACK 01 AUDIO", "INDEX 01 00:00:00", "FILE", 'FILE "x.wav" WAVE',
      "TRACK 02 MODE1/2352", "INDEX 01 00:60:00", "INDEX 01 00:00:75", "INDEX 01 00:10:00",
      "INDEX 02 00:09:74", "INDEX 01 00:11:00", "TRACK 02 AUDIO", "PREGAP x", "TRACK 100 AUDIO",
      "FROB 1", "FLAGS DCP"))
    assert.same({ "1: TRACK 01 AUDIO: stands before any FILE",
      '3: FILE: a file is named as FILE "name.wav" WAVE',
      "5: TRACK 02 MODE1/2352: is a data track; redbook burns audio only",
      "6: INDEX 01 00:60:00: an index is written INDEX 01 MM:SS:FF, seconds to 59, frames to 74",
      "7: INDEX 01 00:00:75: an index is written INDEX 01 MM:SS:FF, seconds to 59, frames to 74",
      "9: INDEX 02 00:09:74: lies before the index above it; times must rise within a file",
      "10: INDEX 01 00:11:00: INDEX 01 stands twice in track 02",
      "11: TRACK 02 AUDIO: comes after track 02; numbers must rise",
      "12: PREGAP x: a length is written MM:SS:FF",
      "13: TRACK 100 AUDIO: a track is named as TRACK 01 AUDIO, numbers 01 to 99",
      "14: FROB 1: is no command of a cue sheet",
      "11: TRACK 02: has no INDEX 01, where it would begin" }, described(list))
    assert.same({}, list.items)
    assert.same({ "5: TRACK 02: would have no length: the next track begins where this one does" },
      described(parse(sheet("FILE a WAVE", "TRACK 01 AUDIO", "INDEX 00 00:00:00",
        "INDEX 01 00:10:00", "TRACK 02 AUDIO", "INDEX 01 00:20:00", "TRACK 03 AUDIO",
        "INDEX 01 00:20:00"))))
  end)
end)
