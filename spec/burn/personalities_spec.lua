-- SPDX-License-Identifier: GPL-3.0-or-later
-- TrackAtOnce burns two tracks on every personality of the virtual recorder: what comes of it.

local burner = require "spec.support.burner"

local FIRST, SECOND = burner.pcm(100, 1), burner.pcm(400, 2)

-- 100 sectors padded to 300, run-out and pregap, 400 sectors, run-out.
local function silence(sectors) return ("\0"):rep(sectors * burner.SECTOR) end
local DISC = FIRST .. silence(200 + 152) .. SECOND .. silence(2)

local function track(number, start, sectors)
  return { Number = number, Session = 1, StartLba = start, Sectors = sectors, Control = 0,
    Complete = true, ISRC = "" }
end
local TRACKS = { track(1, 0, 300), track(2, 452, 400) }

-- What each needs of the burner; `seconds` by the drive's clock, from PrepareMedia to the end.
local PERSONALITIES = {
  { "strict", "the rules of real drives", seconds = 38 },
  { "pioneer", "TEST UNIT READY that says nothing, a smaller buffer", seconds = 42 },
  { "lg", "never sends CLOSE TRACK without need", seconds = 38 },
  { "nwa-150", "starts at LBA 0 all the same", seconds = 38 },
  { "mitsumi", "6/2E/00 at CLOSE SESSION is no failure", seconds = 38 },
  { "slow", "a WRITE of 42 seconds, two of 15", seconds = 100 },
  { "tinybuf", "2/04/08 is flow control", seconds = 41 },
  { "bdesc", "block descriptors before a mode page", seconds = 38 },
  { "short-2a", "no list of speeds in page 2Ah", seconds = 38 },
  { "short-2a-12", "no current speed in page 2Ah", seconds = 38 },
  { "no-getconfig", "page 2Ah and the disc tell what GET CONFIGURATION would", seconds = 38 },
  { "no-atip", "READ DISC INFORMATION knows the disc's size", seconds = 38 },
  { "brisk", "strict with short delays", seconds = 7 },
}

describe("a burn on the personality", function()
  local bench
  after_each(function() bench:close() end)

  local function add(pcm)
    return bench.tao:AddAudioTrack(burner.feeder(pcm), { length = #pcm // burner.SECTOR })
  end

  local function whole_disc(seconds)
    assert.same(TRACKS, bench.virtual:Tracks())
    local view = bench.virtual:View()
    assert.same({ 2, 3, 0, 0 },
      { view.DiscStatus, view.SessionStatus, view.IncompleteTracks, view.Underruns })
    assert.is_true(bench:read "disc.bin" == DISC)
    assert.is_true(math.abs(view.ClockUs / 1e6 - seconds) < 1.5, view.ClockUs)
  end

  for _, like in ipairs(PERSONALITIES) do
    local name, why = like[1], like[2]
    it(name .. " is whole: " .. why, function()
      bench = burner.new { personality = name }
      assert(bench.tao:PrepareMedia())
      assert(add(FIRST))
      assert(add(SECOND))
      assert(bench.tao:ReleaseMedia())
      whole_disc(like.seconds)
    end)
  end

  it("early-ready begins when the disc is ready: until then it is a passing error", function()
    bench = burner.new { personality = "early-ready", ready = 2 }
    local ok, err = bench.tao:PrepareMedia()
    assert.is_nil(ok)
    assert.same({ "E_IMAPI_RECORDER_MEDIA_BECOMING_READY", true, "untouched" },
      { err.name, err.transient, err.disc })
    local asked = 0
    repeat
      asked = asked + 1
      ok, err = bench.tao:PrepareMedia()
    until ok or not err.transient or asked == 2000
    assert(ok, err)
    assert(add(FIRST))
    assert(add(SECOND))
    assert(bench.tao:ReleaseMedia())
    whole_disc(40)
  end)

  it("deferred loses the track and keeps the one before", function()
    bench = burner.new { personality = "deferred" }
    assert(bench.tao:PrepareMedia())
    assert(add(FIRST))
    local ok, err = add(SECOND)
    assert.is_nil(ok)
    assert.same({ "E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE", "WRITE(10)", false, "open" },
      { err.name, err.command, err.transient, err.disc })
    assert.same({ 3, 0x0C, 0 }, { err.sense.key, err.sense.asc, err.sense.ascq })
    assert.are.equal(string.char(0xF1, 0, 3, 0, 0, 0x02, 0x58, 0x0A), err.sense.raw:sub(1, 8))
    local now = bench.virtual:View()
    -- The broken track is closed at once: the disc can be gone on with.
    assert.same({ 1, 2, 0 }, { now.DiscStatus, now.Tracks, now.IncompleteTracks })
    assert.same(TRACKS[1], bench.virtual:Tracks()[1])
    assert(bench.tao:ReleaseMedia())
    now = bench.virtual:View()
    assert.same({ 2, 2, 0 }, { now.DiscStatus, now.Tracks, now.IncompleteTracks })
    assert.is_true(bench:on_disc(0, 300) == FIRST .. silence(200))
  end)

  it("of an unknown name is refused with the known ones", function()
    bench = burner.new()
    local virtual, err = require "redbook.core".VirtualRecorder { personality = "kind" }
    assert.is_nil(virtual)
    assert.are.equal("E_INVALIDARG", err.name)
    local names = { "deferred", "early-ready" }
    for i, like in ipairs(PERSONALITIES) do names[i + 2] = like[1] end
    local listed = {}
    for name in err.message:match "known: (.*)$":gmatch "[^, ]+" do listed[#listed + 1] = name end
    table.sort(names)
    table.sort(listed)
    assert.same(names, listed)
  end)
end)
