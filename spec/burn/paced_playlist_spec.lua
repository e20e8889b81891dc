-- SPDX-License-Identifier: GPL-3.0-or-later
-- A playlist of every kind of file in real time, without buffer underrun protection: the laser
-- never waits for data. Printed: for how long it did, and how low the buffers ever were.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local playlist = require "redbook.playlist"
local sandbox = require "spec.support.sandbox"

local WRITING = 2 -- of IMAPI_FORMAT2_TAO_WRITE_ACTION
local X = 75 -- sectors per second at 1x

-- What people burn: rate, channels, and how the sound becomes the file.
local KINDS = {
  { "forty-four.wav", 44100, 2, "sox t.wav -b 16 %s" },
  { "forty-eight.flac", 48000, 2, "flac -s -f -o %s t.wav 2>/dev/null" },
  { "lame.mp3", 44100, 2, "lame --quiet --cbr -b 192 t.wav %s" },
  { "opus.opus", 48000, 2, "opusenc --quiet --bitrate 128 t.wav %s" },
  { "mono.aiff", 44100, 1, "sox t.wav -b 16 %s" },
  { "surround.wav", 48000, 6, "sox t.wav -b 24 %s" },
  { "vorbis.ogg", 48000, 2, "oggenc -Q -q 6 -o %s t.wav" },
  { "ninety-six.flac", 96000, 2, "flac -s -f -o %s t.wav 2>/dev/null" },
  { "twenty-two.wav", 22050, 1, "sox t.wav -b 8 %s" },
  { "forty-four.flac", 44100, 2, "flac -s -f -o %s t.wav 2>/dev/null" },
}
local MIX = { "1,2v0.8,3v0.7", "1,2v0.8 3,4v0.8", [6] = "1 2 3 4 1v0.5 2v0.5" }

local function must(command, folder)
  local code, out, err = sandbox.run(command, folder)
  assert(code == 0, command .. "\n" .. out .. err)
end

-- Files of the first `count` kinds, so many seconds each: ten seconds of sound again and again.
local function make_list(folder, count, seconds)
  local names = { "#EXTM3U" }
  for i = 1, count do
    local name, rate, channels, encode = table.unpack(KINDS[i])
    must(("sox -R -V1 -r %d -n -b 16 ten.wav synth 10 triangle 130 sawtooth 165 sine 200-9000 "
      .. "pinknoise remix %s norm -1"):format(rate, MIX[channels]), folder)
    must(("sox -V1 ten.wav t.wav repeat %d trim 0 %g"):format(seconds // 10 + 1, seconds), folder)
    must(encode:format(name), folder)
    names[#names + 1] = name
  end
  sandbox.write(folder .. "/list.m3u8", table.concat(names, "\n") .. "\n")
  os.remove(folder .. "/ten.wav")
  os.remove(folder .. "/t.wav")
end

-- The least share of the FIFO that was filled while its feeder still had something to add.
local function watch_fifo(tao)
  local low = 1
  tao.OnUpdate = function(_, args)
    if args.CurrentAction ~= WRITING or args.TotalSystemBuffer == 0 then return end
    local written = math.max(args.LastWrittenLba - args.StartLba + 1, 0)
    local whole = written + args.UsedSystemBuffer // burner.SECTOR >= args.SectorCount
    if not whole then low = math.min(low, args.UsedSystemBuffer / args.TotalSystemBuffer) end
  end
  return function() return low end
end

local function report(what, view, fifo)
  print(("# %s: %d underruns, idle %.6f s, drive buffer never under %s bytes, FIFO never under "
    .. "%.0f %%"):format(what, view.Underruns, view.IdleSeconds, view.BufferLow or "-",
    fifo * 100))
end

-- Burns the list; the view of the drive, and how many sectors of sound are on the disc.
local function burn(folder, what, speed, settings)
  settings.path, settings.clock = folder .. "/" .. speed .. ".cue", "real"
  local virtual <close> = assert(core.VirtualRecorder(settings))
  local tao <close> = core.TrackAtOnce()
  tao.Recorder, tao.ClientName = assert(virtual:Recorder()), "paced"
  assert(tao:SetWriteSpeed(speed * X, speed > 24)) -- above 24x the drive turns evenly
  local entries = playlist.collect({ folder .. "/list.m3u8" }).entries
  assert(tao:PrepareMedia())
  tao.BufferUnderrunFreeDisabled = true
  local fifo = watch_fifo(tao)
  for _, entry in ipairs(entries) do assert(tao:AddAudioTrack(entry.path)) end
  assert(tao:ReleaseMedia())
  local sectors = 0
  for _, track in ipairs(virtual:Tracks()) do
    assert.is_true(track.Complete)
    sectors = sectors + track.Sectors
  end
  local view = virtual:View()
  report(what, view, fifo())
  assert.same({ #entries, 2 }, { view.Tracks, view.DiscStatus })
  return view, sectors
end

local function never_waited(view)
  assert.same({ 0, 0.0 }, { view.Underruns, view.IdleSeconds })
  assert.is_true(view.BufferLow > 0)
end

describe("a mixed playlist without buffer underrun protection", function()
  local folder
  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  it("never lets the laser wait at 52x", function()
    make_list(folder, 6, 15)
    local view, sectors = burn(folder, "90 seconds at 52x", 52, { personality = "brisk" })
    never_waited(view)
    assert.is_true(sectors >= 90 * X, sectors)
  end)

  -- 669 sectors are in the drive's buffer when the laser starts. Then 200 come a second: at 22x,
  -- as 52x is inside, it takes 1650.
  it("is found out when its feeder is too slow", function()
    local virtual <close> = assert(core.VirtualRecorder { path = folder .. "/slow.cue",
      clock = "real", personality = "brisk" })
    local tao <close> = core.TrackAtOnce()
    tao.Recorder, tao.ClientName, tao.FifoBytes = assert(virtual:Recorder()), "slow", 1 << 20
    assert(tao:PrepareMedia())
    local fifo = watch_fifo(tao)
    local posix = require "posix"
    local feed, given, begun = burner.feeder(burner.pcm(1400)), 0, posix.monotonic()
    assert(tao:AddAudioTrack(function(bytes)
      if given > 900 * burner.SECTOR then posix.sleep(0.1) end
      -- More is not asked for where the drive is late.
      local part = feed(given > 900 * burner.SECTOR and math.min(bytes, 20 * burner.SECTOR)
        or bytes)
      given = given + #(part or "")
      return part
    end, { length = 1400 }))
    local view, took = virtual:View(), posix.monotonic() - begun
    report("a slow feeder", view, fifo())
    assert.are.equal(0, view.BufferLow)
    -- All of it takes less than 4 seconds, where nothing else keeps the machine busy.
    assert.is_true(view.Underruns > 0 and view.IdleSeconds > 1 and view.IdleSeconds < took,
      view.IdleSeconds)
  end)
end)

describe("74 minutes of a mixed playlist without buffer underrun protection #long", function()
  local folder
  setup(function()
    folder = sandbox.folder()
    make_list(folder, #KINDS, 444)
  end)
  teardown(function() sandbox.remove(folder) end)

  for _, speed in ipairs { 52, 8 } do
    it(("never let the laser wait at %dx"):format(speed), function()
      local view, sectors = burn(folder, ("74 minutes at %dx"):format(speed), speed,
        { minutes = 80 })
      never_waited(view)
      assert.is_true(sectors >= 74 * 60 * X, sectors)
    end)
  end
end)
