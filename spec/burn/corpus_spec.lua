-- SPDX-License-Identifier: GPL-3.0-or-later
-- A playlist of ten kinds of file, burned by burn.lua and compared sample by sample with what
-- other people's decoders make of the same files.

local sandbox = require "spec.support.sandbox"

-- BS.775 for 5.1, normalised to a sum of 1: 1, sqrt(1/2), sqrt(1/2) over 1 + 2 * sqrt(1/2).
local FRONT, OTHER = 1 / (1 + math.sqrt(2)), math.sqrt(0.5) / (1 + math.sqrt(2))
local SURROUND = ("pan=stereo|c0=%.9f*c0+%.9f*c2+%.9f*c4|c1=%.9f*c1+%.9f*c2+%.9f*c5,")
  :format(FRONT, OTHER, OTHER, FRONT, OTHER, OTHER)
local DOUBLED = "pan=stereo|c0=c0|c1=c0,"
local CONVERTED = "aresample=44100:resampler=soxr:precision=20:osf=flt"

-- exact: the command whose raw output the track equals bit for bit; else the filter of the judge.
local TRACKS = {
  { "1 forty-four.wav", exact = "sox %s -t raw -e signed -b 16 -" },
  { "1b forty-four.flac",
    exact = "flac -s -d -c --force-raw-format --endian=little --sign=signed %s" },
  { "2 forty-eight.wav", filter = "" },
  { "3 ninety-six.flac", filter = "" },
  { "4 lame.mp3", filter = "" },
  { "5 vorbis.ogg", filter = "" },
  { "6 opus.opus", filter = "" },
  { "7 mono.aiff", exact = "sox %s -t raw -e signed -b 16 -c 2 -" },
  { "8 surround.wav", filter = SURROUND },
  { "9 eight-bit.wav", filter = DOUBLED },
}

local function output(command)
  local code, out, err = sandbox.run(command)
  assert.are.equal(0, code, err)
  return out
end

-- dBFS of the difference; the judge's floats are clamped here, as a disc has no more room.
local function residual(burned, floats)
  local sum, count = 0, math.min(#burned // 2, #floats // 4)
  local many = 100
  local shorts, singles = "<" .. ("i2"):rep(many), "<" .. ("f"):rep(many)
  for first = 0, count - many, many do
    local a = { string.unpack(shorts, burned, first * 2 + 1) }
    local b = { string.unpack(singles, floats, first * 4 + 1) }
    for i = 1, many do
      local wanted = math.max(-32768, math.min(32767, b[i] * 32768))
      sum = sum + (a[i] - wanted) ^ 2
    end
  end
  return 10 * math.log(math.max(sum / count / 2 ^ 30, 1e-20), 10)
end

describe("a playlist of ten kinds of file", function()
  local folder, tracks, disc, report

  setup(function()
    folder = sandbox.folder()
    local code, _, err = sandbox.run(("sh %s/spec/support/corpus.sh %s/corpus")
      :format(sandbox.quote(sandbox.root), folder))
    assert.are.equal(0, code, err)
    code, report, err = sandbox.run(("%s %s %s/scripts/burn.lua --yes --device virtual:%s/disc.cue "
      .. "%s/corpus/list.m3u8"):format(sandbox.env, sandbox.lua, sandbox.quote(sandbox.root),
      folder, folder))
    assert.are.equal(0, code, err)
    disc, tracks = sandbox.read(folder .. "/disc.bin"), {}
    local cue = sandbox.read(folder .. "/disc.cue")
    for start, sectors in cue:gmatch "REM REDBOOK track %d+ session 1 start (%d+) sectors (%d+)" do
      tracks[#tracks + 1] = { start = tonumber(start), sectors = tonumber(sectors) }
    end
  end)

  teardown(function() sandbox.remove(folder) end)

  local function quoted(name) return sandbox.quote(folder .. "/corpus/" .. name) end

  it("becomes ten tracks 152 sectors apart", function()
    assert.are.equal(#TRACKS, #tracks)
    local start = 0
    for _, track in ipairs(tracks) do
      assert.are.equal(start, track.start)
      start = start + track.sectors + 152
    end
    assert.truthy(report:find("10 tracks", 1, true))
  end)

  it("is listed by cd-info as it was written", function()
    local _, list = sandbox.run(("cd-info --no-device-info --cue-file=%s/disc.cue"):format(folder))
    local found = {}
    for number, start in list:gmatch "\n%s+(%d+): %d+:%d+:%d+%s+(%d+) audio" do
      found[tonumber(number)] = tonumber(start)
    end
    for number, track in ipairs(tracks) do assert.are.equal(track.start, found[number]) end
    local last = tracks[#tracks]
    assert.truthy(list:find(("170: [%%d:]+%%s+0*%d leadout"):format(last.start + last.sectors + 2)))
  end)

  for number, case in ipairs(TRACKS) do
    local name = case[1]
    it(name .. (case.exact and " is the same bit for bit" or " sounds as it should"), function()
      local track = tracks[number]
      local burned = disc:sub(track.start * 2352 + 1, (track.start + track.sectors) * 2352)
      if case.exact then
        local wanted = output(case.exact:format(quoted(name)))
        assert.are.equal(wanted .. ("\0"):rep(-#wanted % 2352), burned)
        return
      end
      local floats = output(("ffmpeg -v error -i %s -af '%s' -f f32le -")
        :format(quoted(name), case.filter .. CONVERTED))
      assert.are.equal((#floats // 8 + 587) // 588, track.sectors)
      local difference = residual(burned, floats)
      assert.is_true(difference <= -85, ("residual %.1f dBFS"):format(difference))
    end)
  end
end)
