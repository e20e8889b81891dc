-- SPDX-License-Identifier: GPL-3.0-or-later
-- kill -9 of the drive's process while a program burns: the disc can be opened again, and the
-- tracks that were finished are as they were sent.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local held_trace = require "spec.support.held_trace"
local posix = require "posix"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

local SECTOR = room_of.SECTOR
local LENGTHS = { 320, 1500, 900 }
local STARTS = { 0, 472, 2124 }
-- Such a burn takes about 340 commands, the first WRITE being the 50th or so.
local EARLIEST, LATEST = 50, 340 - held_trace.SLACK
local SECONDS = 100 -- far longer than any of it takes

describe("a drive that is killed in the middle of a burn #clients", function()
  local room
  local pcm, words = {}, {}

  setup(function()
    room = room_of.new()
    for n, sectors in ipairs(LENGTHS) do
      pcm[n] = burner.pcm(sectors, n)
      words[n] = n .. ".wav"
      room:write(words[n], burner.wav(pcm[n]))
    end
  end)
  teardown(function() room:close() end)

  local function start(name)
    local trace = held_trace.new(("%s/%s.pipe"):format(room.folder, name))
    local line = room.line(("--disc %s.cue --trace %s.pipe"):format(name, name),
      "timeout 100 cdrskin dev=/dev/sr0 -tao -audio " .. table.concat(words, " "))
    local shell = ([[cd %s; TMPDIR=$PWD; export TMPDIR
      { sh -c 'echo $$ >%s.pid; exec env "$@"' sh %s >%s.out 2>&1 & }]])
      :format(sandbox.quote(room.folder), name, line, name)
    os.execute(shell .. " </dev/null")
    return { name = name, trace = trace }
  end

  -- True when the burn is over, by a kill (`hit`) or by its end. The trace grows by one line a
  -- command, while this looks: where a kill hits, chance decides.
  local function look(burn)
    burn.pid = burn.pid or room:has(burn.name .. ".pid")
      and tonumber(room:read(burn.name .. ".pid"))
    if not burn.pid then return false end
    if burn.trace:look(0.001) < burn.goal then return not posix.kill(burn.pid, 0) end
    burn.hit = posix.kill(burn.pid, posix.SIGKILL) == 0
    return true
  end

  -- A process that was killed keeps its locks for a moment.
  local function wait_until_free(name)
    local image = ("%s/%s.bin"):format(room.folder, name)
    while room:has(name .. ".bin") and posix.locked(image) do posix.sleep(0.01) end
  end

  -- Tracks that the drive had said GOOD to a SYNCHRONIZE CACHE of, by its trace.
  local function finished(name)
    local tracks, open = 0, false
    for line in room:read(name .. ".trace"):gmatch "[^\n]+" do
      local opcode, good = line:match '"cdb":"(%x%x)', line:find('"status":0', 1, true)
      if opcode == "2a" and good then open = true end
      if opcode == "35" and good and open then tracks, open = tracks + 1, false end
    end
    return tracks
  end

  local function check(name)
    local drive = assert(core.VirtualRecorder { path = ("%s/%s.cue"):format(room.folder, name) })
    local recorder = assert(drive:Recorder())
    assert(recorder:MediaSummary())
    local tracks = drive:Tracks()
    for number = 1, finished(name) do
      local track = assert(tracks[number], "a finished track is lost")
      assert.same({ true, STARTS[number], LENGTHS[number] },
        { track.Complete, track.StartLba, track.Sectors })
    end
    for number, track in ipairs(tracks) do
      local held = track.Complete and LENGTHS[number] or track.Sectors
      assert.is_true(held <= LENGTHS[number])
      assert.is_true(room:sectors(name .. ".bin", STARTS[number], held)
        == pcm[number]:sub(1, held * SECTOR), "track " .. number .. " differs")
    end
    recorder:Close()
    drive:Close()
    return #tracks
  end

  -- Burns at the same time: they mostly sleep.
  local function kill_some(first, last)
    local running, burns, ended = {}, {}, posix.monotonic() + SECONDS
    for n = first, last do
      local burn = start("disc" .. n)
      burn.goal = math.random(EARLIEST, LATEST)
      running[#running + 1], burns[#burns + 1] = burn, burn
    end
    while #running > 0 and posix.monotonic() < ended do
      for index = #running, 1, -1 do
        if look(running[index]) then table.remove(running, index) end
      end
    end
    return burns
  end

  local function storm(kills)
    local seed, hit, with_tracks = os.time(), 0, 0
    math.randomseed(seed)
    for first = 1, kills, 5 do
      for _, burn in ipairs(kill_some(first, first + 4)) do
        wait_until_free(burn.name)
        room:write(burn.name .. ".trace", burn.trace:finish())
        if burn.hit then hit = hit + 1 end
        local ok, tracks = pcall(check, burn.name)
        assert(ok, ("seed %d, %s, killed at command %d: %s"):format(seed, burn.name, burn.goal,
          tostring(tracks)))
        if tracks > 0 then with_tracks = with_tracks + 1 end
      end
    end
    return hit, with_tracks
  end

  it("leaves a disc that opens, its finished tracks whole", function()
    assert.equal(5, (storm(5)))
  end)

  it("does so at 50 points #long", function()
    local hit, with_tracks = storm(50)
    assert.equal(50, hit)
    assert.is_true(with_tracks > 10, with_tracks .. " discs with tracks")
  end)
end)
