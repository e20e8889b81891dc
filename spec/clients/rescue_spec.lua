-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua killed at any point of a burn (nothing is read back), and rescue.lua afterwards: every
-- track that was finished is as it was sent, the disc is closed and plays, or the playlist goes on
-- to its end on it.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local core = require "redbook.core"
local held_trace = require "spec.support.held_trace"
local posix = require "posix"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

local SECTOR = room_of.SECTOR
local LENGTHS = { 320, 1500, 250, 900 }
local STARTS = { 0, 472, 2124, 2576 }
local SECONDS = 100 -- far longer than any of it takes
local PERSONALITIES = { "strict", "pioneer", "mitsumi", "tinybuf" }

-- Inside of vdrive.lua: the burner is killed, its drive lives on.
local SURVIVE = [[
  burn=$1; rescue=$2; name=$3; goal=$4; : >$name.trace
  words="--no-verify --device /dev/sr0 --trace $name.trace list.m3u"
  eval "exec $burn $words" >$name.out 2>$name.err & pid=$!
  while [ $(wc -l <$name.trace) -lt $goal ] && kill -0 $pid 2>/dev/null; do :; done
  kill -9 $pid 2>/dev/null; wait $pid
  [ $? = 137 ] && echo hit >$name.hit
  eval "exec $rescue --json --device /dev/sr0 --close"]]

describe("burn.lua, killed at any point, #clients", function()
  local room
  local pcm, names, commands = {}, {}, {}

  -- What lies on a disc for a source: whole sectors, at least 4 seconds.
  local function on_disc(sectors, seed)
    local sound = burner.pcm(sectors, seed)
    return sound .. ("\0"):rep(math.max(300 - sectors, 0) * SECTOR)
  end

  local function script(name, words)
    return ("%s %s %s/scripts/%s.lua %s"):format(sandbox.env, sandbox.lua, sandbox.root, name,
      words)
  end

  -- For a shell that sees the drive: a sanitizer's library comes before the drive's.
  local function words_of(name)
    return ("%s %s/scripts/%s.lua"):format(sandbox.lua_within, sandbox.root, name)
  end

  local function run(name, words)
    return sandbox.run(script(name, words), room.folder)
  end

  setup(function()
    room = room_of.new()
    for n, sectors in ipairs(LENGTHS) do
      pcm[n], names[n] = on_disc(sectors, n), n .. ".wav"
      room:write(names[n], burner.wav(burner.pcm(sectors, n)))
    end
    room:write("survive.sh", SURVIVE)
    room:write("list.m3u", table.concat(names, "\n"))
    for _, name in ipairs(PERSONALITIES) do
      assert(run("burn", ("--no-verify --device 'virtual:%s.cue?personality=%s' --trace %s.trace "
        .. "list.m3u"):format(name, name, name)) == 0)
      commands[name] = select(2, room:read(name .. ".trace"):gsub("\n", ""))
    end
  end)
  teardown(function() room:close() end)

  -- Burns the list on a new disc, and sends a signal once so many commands have been traced.
  local function burn_and_kill(name, goal, signal, personality)
    local trace = held_trace.new(("%s/%s.pipe"):format(room.folder, name))
    local words = ("--json --no-verify --device 'virtual:%s.cue?personality=%s' --trace %s.pipe "
      .. "list.m3u"):format(name, personality or "strict", name)
    os.execute(("cd %s && { exec env %s >%s.out 2>%s.err & echo $! >%s.pid; wait $!; "
      .. "echo $? >%s.code; } </dev/null 2>/dev/null &"):format(sandbox.quote(room.folder),
      script("burn", words), name, name, name, name))
    local ended = posix.monotonic() + SECONDS
    local function is_over()
      return room:has(name .. ".code") and room:read(name .. ".code") ~= ""
        or posix.monotonic() > ended
    end
    while trace:look(0.01) < goal and not is_over() do end
    local pid
    repeat pid = room:has(name .. ".pid") and tonumber(room:read(name .. ".pid")) until pid
    posix.kill(pid, signal)
    while not is_over() do trace:look(0.01) end
    room:write(name .. ".trace", trace:finish())
    return tonumber(room:read(name .. ".code"))
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

  local function sound(name, track)
    return room:sectors(name .. ".bin", track.StartLba, track.Sectors)
  end

  -- Whether a track is the beginning of a source, filled up with silence.
  local function begins(bytes, source)
    local same = #bytes
    while same > 0 and bytes:sub(1, same) ~= source:sub(1, same) do same = same - SECTOR end
    return same > 0 and bytes:find("^\0*$", same + 1) ~= nil
  end

  -- The tracks that were finished are whole and where they were; one more may have begun.
  local function check_finished(name, tracks, count)
    for number = 1, count do
      local track = assert(tracks[number], "a finished track is lost")
      assert.same({ true, STARTS[number], #pcm[number] // SECTOR },
        { track.Complete, track.StartLba, track.Sectors })
      assert.is_true(sound(name, track) == pcm[number], "track " .. number .. " differs")
    end
    if #tracks == count then return end
    assert.equal(count + 1, #tracks)
    assert.is_true(begins(sound(name, tracks[count + 1]), pcm[count + 1]),
      "the track that was cut off differs")
  end

  local function tracks_of(name)
    local drive = assert(core.VirtualRecorder { path = ("%s/%s.cue"):format(room.folder, name) })
    local recorder = assert(drive:Recorder())
    local summary = assert(recorder:MediaSummary())
    local tracks = drive:Tracks()
    recorder:Close()
    drive:Close()
    return tracks, summary.State
  end

  -- Programs that share nothing with redbook find the tracks and read their sound.
  local function strangers_read(name, tracks)
    local code, out = room:drive("--disc " .. name .. ".cue", "cd-info --no-cddb "
      .. "--access-mode=MMC_RDWR_EXCL --cdrom-device=/dev/sr0")
    assert(code == 0, out)
    local starts, expected = {}, {}
    for lsn in out:gmatch "\n *%d+: %d+:%d+:%d+ +(%d+) %l+" do
      starts[#starts + 1] = tonumber(lsn)
    end
    for index, track in ipairs(tracks) do expected[index] = track.StartLba end
    local last = tracks[#tracks]
    expected[#expected + 1] = last.StartLba + last.Sectors + 2
    assert.same(expected, starts)
    room:must("rm -rf rip && mkdir rip")
    code, out = sandbox.run(room.line("--disc ../" .. name .. ".cue",
      "cdparanoia -q -d /dev/sr0 -B"), room.folder .. "/rip")
    assert(code == 0, out)
    for index, track in ipairs(tracks) do
      local got = room:read(("rip/track%02d.cdda.wav"):format(index)):sub(45)
      assert.is_true(got:sub(1, track.Sectors * SECTOR) == sound(name, track),
        "cdparanoia reads another track " .. index)
    end
  end

  local function last_event(out, wanted)
    local found
    for line in out:gmatch "[^\n]+" do
      local event = cjson.decode(line)
      if event.event == wanted then found = event end
    end
    return found
  end

  local function check_closed(name, out)
    local count, diagnosis = finished(name), last_event(out, "diagnosis")
    local tracks, state = tracks_of(name)
    check_finished(name, tracks, count)
    if #tracks == 0 then return assert.same({ "blank", "blank" }, { diagnosis.state, state }) end
    assert.same({ "finalised", true, #tracks, "complete" }, { diagnosis.state, diagnosis.plays,
      diagnosis.track_count, state })
    strangers_read(name, tracks)
  end

  -- A burn that was not nearly over must have been met.
  local function kill(name, goal, personality)
    local hit = burn_and_kill(name, goal, posix.SIGKILL, personality) == 137
    assert(hit or goal > commands[personality] - held_trace.SLACK, "the burn was not met")
    return hit
  end

  local function close(name, goal, personality)
    local hit = kill(name, goal, personality)
    local code, out, err = run("rescue",
      ("--json --close --device 'virtual:%s.cue?personality=%s'"):format(name, personality))
    assert(code == 0, out .. err)
    check_closed(name, out)
    return hit
  end

  -- Through SG_IO, in a drive that is not killed with the burner.
  local function survive(name, goal, personality)
    local code, out, err = room:drive(("--disc %s.cue --personality %s"):format(name, personality),
      ("sh survive.sh '%s' '%s' %s %d"):format(words_of "burn", words_of "rescue", name, goal))
    assert(code == 0, out .. err)
    check_closed(name, out)
    return room:has(name .. ".hit")
  end

  -- Every source is on the disc once whole, in order; beginnings of some may stand before them.
  local function check_whole(name)
    local tracks, state = tracks_of(name)
    local entry = 1
    for _, track in ipairs(tracks) do
      local bytes = sound(name, track)
      if bytes == pcm[entry] then
        entry = entry + 1
      else
        assert.is_true(bytes == pcm[entry - 1] or begins(bytes, pcm[entry]),
          "track " .. track.Number .. " is nothing of the playlist")
      end
    end
    assert.same({ #LENGTHS + 1, "complete" }, { entry, state })
    return tracks
  end

  local function continue(name, goal, personality)
    local hit = kill(name, goal, personality)
    local count = finished(name)
    local code, out, err = run("rescue", ("--json --device 'virtual:%s.cue?personality=%s' "
      .. "--continue list.m3u"):format(name, personality))
    assert(code == 0, out .. err)
    check_finished(name, table.move(tracks_of(name), 1, count, 1, {}), count)
    strangers_read(name, check_whole(name))
    return hit
  end

  -- The given ways on every personality, in turns. How many burns were met, and how many before
  -- their last track was finished.
  local function storm(kills, ways)
    local seed, hits, cut = os.time(), 0, 0
    math.randomseed(seed)
    for n = 1, kills do
      local personality = PERSONALITIES[n % #PERSONALITIES + 1]
      local name, goal = "disc" .. n, math.random(2, commands[personality] - 1)
      local ok, hit = pcall(ways[n % #ways + 1], name, goal, personality)
      assert(ok, ("seed %d, disc %d (%s), killed at command %d: %s"):format(seed, n, personality,
        goal, tostring(hit)))
      hits, cut = hits + (hit and 1 or 0), cut + (finished(name) < #LENGTHS and 1 or 0)
      room:must(("rm -f %s.*"):format(name))
    end
    return hits, cut
  end

  it("leaves a disc that is rescued", function()
    storm(5, { close, continue })
  end)

  -- Waits of the real clock: a second at each end of a track.
  it("leaves a disc that is rescued in a drive that lives on", function()
    storm(1, { survive })
  end)

  it("leaves discs that are rescued, at 50 points #long", function()
    local hits, cut = storm(50, { close, continue, survive })
    assert.is_true(hits >= 40, hits .. " of 50 burns were met")
    assert.is_true(cut >= 25, cut .. " of 50 burns were cut off")
  end)

  it("by SIGTERM leaves an open disc that --append completes, or --close", function()
    math.randomseed(os.time())
    local name, goal = "term", math.random(commands.strict // 4, commands.strict * 2 // 3)
    assert.equal(143, burn_and_kill(name, goal, posix.SIGTERM))
    local failed = last_event(room:read "term.out", "error").err
    assert.same({ "open", "open", "TERM" }, { failed.disc, failed.diagnosis.state,
      failed.signal })
    local count = failed.tracks_written
    assert.equal(#LENGTHS - count, #failed.left)
    check_finished(name, tracks_of(name), count)
    local left = {}
    for index, track in ipairs(failed.left) do left[index] = track.path end
    local again, out, err
    if #left > 0 then
      again, out, err = run("burn", "--append --device virtual:term.cue "
        .. table.concat(left, " "))
    else -- stopped behind the last track
      again, out, err = run("rescue", "--close --device virtual:term.cue")
    end
    assert(again == 0, out .. err)
    strangers_read(name, check_whole(name))
  end)
end)
