-- SPDX-License-Identifier: GPL-3.0-or-later
-- scripts/burn.lua as people run it, on virtual discs.

local burn_lua = require "spec.burn.burn_lua"
local sandbox = require "spec.support.sandbox"

describe("burn.lua", function()
  local room

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "200000s")
    room:wav("two.wav", "5.01", "sine 300 sine 200")
    room:wav("short.wav", "1")
    room:must "flac --silent two.wav -o two.flac"
    room:write("list.m3u", "#EXTM3U\r\n#EXTINF:4,Me - First\r\none.wav\r\nTWO.FLAC\r\n"
      .. "#EXTINF:1,Third\r\nC:\\Music\\short.wav")
  end)

  teardown(function() room:close() end)

  before_each(function() room:must "rm -f d.*" end)

  describe("burns a playlist", function()
    local PLAN = [[
 #  title  artist  length  start       gap
 1  First  Me        0:04  00:02:00      -
 2  two              0:05  00:08:43  2.0 s
 3  Third            0:04  00:15:46  2.0 s
3 tracks, 0:13 of music, 0:17 with gaps; 79:57 free, 79:40 left.
Note: track at once: 2 seconds of silence between tracks
Note: track 3 is shorter than 4 seconds and is padded with 225 sectors of silence
Note: only 0:17 of 79:57 are used, and the disc will be closed for good
]]

    it("and closes the disc", function()
      local code, out, err = room:burn "--device virtual:d.cue list.m3u"
      assert.same({ 0, "" }, { code, err })
      assert.equal(PLAN .. [[
Track 1 of 3: Me - First
Track 2 of 3: two
Track 3 of 3: Third
Closing the disc.
Reading the disc back.
3 tracks burned, 0:13 of music.
The disc is closed and plays.
Read back and compared: every track is as it was sent.
]], out)
      assert.same({ "version 1", "medium cd-r", "minutes 80", "finalised yes",
        "session 1 lead-out 1323",
        "track 1 session 1 start 0 sectors 341 control 0 state complete isrc - mcn -",
        "track 2 session 1 start 493 sectors 376 control 0 state complete isrc - mcn -",
        "track 3 session 1 start 1021 sectors 300 control 0 state complete isrc - mcn -" },
        room:remarks "d.cue")
      assert.is_true(room:sectors("d.bin", 0, 341) == room:pcm "one.wav", "track 1")
      assert.is_true(room:sectors("d.bin", 493, 376) == room:pcm "two.wav", "track 2")
      assert.is_true(room:sectors("d.bin", 1021, 300) == room:pcm "short.wav", "track 3")
      assert.equal(("\0"):rep(150 * 2352), (room:sectors("d.bin", 343, 150)))
    end)

    it("once: a second run refuses and changes nothing", function()
      assert.equal(0, (room:burn "--device virtual:d.cue one.wav"))
      local image, cue = room:read "d.bin", room:read "d.cue"
      local code, out, err = room:burn "--device virtual:d.cue list.m3u"
      assert.same({ 5, "", [[
burn: the disc is not blank: it holds 1 track and is closed
disc: The disc is untouched.
what to do: name a new disc, such as --device virtual:d2.cue
]] }, { code, out, err })
      assert.equal(5, (room:burn "--append --device virtual:d.cue list.m3u"))
      assert.is_true(image == room:read "d.bin" and cue == room:read "d.cue")
    end)

    it("or only plans it, without a drive and without a file", function()
      local code, out, err = room:burn("--plan list.m3u", "CDR_DEVICE=")
      assert.same({ 0, "Note: no drive is asked: planned for a blank disc of 80 minutes\n" .. PLAN,
        "" }, { code, out, err })
      assert.same({ 0, PLAN, "" }, { room:burn "--plan --device virtual:d.cue list.m3u" })
      assert.is_false(room:has "d.cue" or room:has "d.bin")
    end)

    it("or simulates it, and says so", function()
      local code, out = room:burn "--dummy --device virtual:d.cue list.m3u"
      assert.equal(0, code)
      assert.is_truthy(out:find("3 tracks simulated, 0:13 of music.\nThe laser was off. "
        .. "The disc is untouched.\n", 1, true))
      assert.is_nil(out:find "burned")
      assert.is_nil(out:find "closed for good")
      assert.is_false(room:has "d.cue")
      assert.equal("", room:has "d.bin" and room:read "d.bin" or "")
      assert.equal(0, (room:burn "--device virtual:d.cue one.wav"))
    end)

    it("from another folder, on $CDR_DEVICE, by cdrecord's words", function()
      room:must "mkdir -p sub"
      local code, out = sandbox.run(("%s CDR_DEVICE=virtual:../d.cue %s %s/scripts/burn.lua "
        .. "-v -dummy speed=16 ../list.m3u"):format(sandbox.env, sandbox.lua, sandbox.root),
        room.folder .. "/sub")
      assert.equal(0, code)
      assert.is_truthy(out:find("3 tracks simulated", 1, true))
    end)
  end)

  describe("leaves a disc", function()
    local FIRST = "track 1 session 1 start 0 sectors 341 control 0 state complete isrc - mcn -"

    it("with its session open, and goes on with it", function()
      local code, out = room:burn "--keep-open --device virtual:d.cue one.wav"
      assert.equal(0, code)
      assert.is_truthy(out:find("1 track burned, 0:04 of music.\nThe disc is open: "
        .. "its tracks are safe, but players cannot see them before its session is closed.\n",
        1, true))
      assert.same({ "version 1", "medium cd-r", "minutes 80", "finalised no", FIRST },
        room:remarks "d.cue")
      local refused, _, err = room:burn "--device virtual:d.cue two.wav"
      assert.equal(5, refused)
      assert.is_truthy(err:find("what to do: name a new disc, such as --device "
        .. "virtual:d2.cue, or go on with this one: --append", 1, true))
      assert.equal(0, (room:burn "--append --device virtual:d.cue two.wav"))
      assert.same({ "version 1", "medium cd-r", "minutes 80", "finalised yes",
        "session 1 lead-out 871", FIRST,
        "track 2 session 1 start 493 sectors 376 control 0 state complete isrc - mcn -" },
        room:remarks "d.cue")
      assert.is_true(room:sectors("d.bin", 0, 341) == room:pcm "one.wav")
      assert.is_true(room:sectors("d.bin", 493, 376) == room:pcm "two.wav")
    end)

    it("appendable, and warns that a second session is not seen", function()
      local code, out = room:burn "--multi --device virtual:d.cue one.wav"
      assert.equal(0, code)
      assert.is_truthy(out:find("The disc plays; its session is closed and another one may "
        .. "follow.\n", 1, true))
      assert.same({ "version 1", "medium cd-r", "minutes 80", "finalised no",
        "session 1 lead-out 343", FIRST }, room:remarks "d.cue")
      code, out = room:burn "--append --device virtual:d.cue two.wav"
      assert.equal(0, code)
      assert.is_truthy(out:find("Note: the tracks go into a new session; most audio players see "
        .. "the first session only\n", 1, true))
      local remarks = room:remarks "d.cue"
      assert.equal("finalised yes", remarks[4])
      assert.is_truthy(remarks[8]:find "^track 2 session 2 start %d+ sectors 376 ")
    end)

    it("that a killed burn has left, alone", function()
      assert.equal(0, (room:burn "--keep-open --device virtual:d.cue one.wav"))
      -- Data behind the last recorded track: what kill -9 in the middle of a track leaves.
      room:must "cat two.wav >> d.bin"
      local image = room:read "d.bin"
      for _, options in ipairs { "", "--append --dummy " } do
        local code, _, err = room:burn(options .. "--device virtual:d.cue two.wav")
        assert.is_true(code == 5 or code == 12)
        assert.is_truthy(err:find("untouched", 1, true))
        assert.is_true(image == room:read "d.bin")
      end
    end)

    it("outside, when asked", function()
      local code, _, err = room:burn "--eject --device virtual:d.cue one.wav"
      assert.same({ 0, "" }, { code, err })
    end)
  end)

  describe("exits", function()
    it("with 2 for wrong usage, and says what", function()
      assert.same({ 2, "", "burn: unknown option '--bogus'\ndisc: The disc is untouched.\n"
        .. "what to do: burn.lua --help lists the options\n" }, { room:burn "--bogus list.m3u" })
      assert.equal(2, (room:burn ""))
    end)

    it("with 2 also for readers of events", function()
      local code, events, err = room:events "--bogus list.m3u"
      assert.equal(2, code)
      assert.same({ { redbook = 1, event = "error", exit = 2, simulate = false, err = {
        stage = "arguments", disc = "untouched", message = "unknown option '--bogus'",
        advice = "burn.lua --help lists the options" } },
        { redbook = 1, event = "end", exit = 2 } }, events)
      assert.equal("burn: unknown option '--bogus'\ndisc: The disc is untouched.\n"
        .. "what to do: burn.lua --help lists the options\n", err)
    end)

    it("with 3 for a drive that is not there", function()
      local code, _, err = room:burn "--device /dev/no-such-drive one.wav"
      assert.equal(3, code)
      assert.is_truthy(err:find("/dev/no-such-drive", 1, true))
      assert.is_truthy(err:find("what to do: check the name (drives.lua lists the drives there "
        .. "are); without a drive, --device virtual:disc.cue takes a disc in files; "
        .. "doctor.lua --device /dev/no-such-drive tells more\n", 1, true))
      code, _, err = room:burn "--trace no/such/trace --device virtual:d.cue one.wav"
      assert.equal(2, code)
      assert.is_truthy(err:find("what to do: name a file for --trace that you may write, in a "
        .. "folder that is there\n", 1, true))
      assert.equal(3, (room:burn "--device 'virtual:d.cue?minutes=4' one.wav"))
      assert.equal(3, (room:burn "--device 'virtual:d.cue?bogus=1' one.wav"))
    end)

    it("with 4 for a drive that somebody else holds, and names them", function()
      local holder = io.popen(("cd %s && %s %s -e %s"):format(sandbox.quote(room.folder),
        sandbox.env, sandbox.lua, sandbox.quote([[
        local core = require "redbook.core"
        local recorder = assert(core.Recorder "virtual:d.cue")
        assert(recorder:AcquireExclusiveAccess(false, "kiosk 7"))
        io.open("held", "w"):close()
        io.read()]])), "w")
      room:must "for i in $(seq 6000); do [ -e held ] && exit; sleep 0.02; done; exit 1"
      local code, out, err = room:burn "--device virtual:d.cue one.wav"
      local late = room:burn "--wait=1 --device virtual:d.cue one.wav"
      holder:close()
      assert.same({ 4, "", 4 }, { code, out, late })
      assert.is_truthy(err:find("kiosk 7", 1, true))
      assert.is_false(room:has "d.cue")
    end)

    it("with 5 for an empty drive, at once or after --wait", function()
      local code, out, err = room:burn "--device virtual: one.wav"
      assert.same({ 5, "", "burn: there is no disc in the drive\ndisc: The disc is untouched.\n"
        .. "what to do: put a blank CD-R or CD-RW in; --wait-for-disc waits for it\n" },
        { code, out, err })
      code, out = room:burn "--wait=1 --device virtual: one.wav"
      assert.same({ 5, "waiting for a disc (at most 1 s)\n" }, { code, out })
    end)

    it("with 5 for a pressed disc", function()
      assert.equal(0, (room:burn "--device virtual:d.cue one.wav"))
      room:must "sed -i 's/medium cd-r/medium pressed/' d.cue"
      assert.equal(5, (room:burn "--device virtual:d.cue one.wav"))
    end)

    it("with 5 for a disc that does not become ready in time", function()
      local code, out = room:burn "--wait=2 --device 'virtual:d.cue?ready=30' one.wav"
      assert.equal(5, code)
      assert.equal("waiting: the drive is becoming ready (at most 2 s)\n", out)
    end)

    it("with 6 for sources that are missing, named by list and line", function()
      room:write("bad.m3u", "one.wav\nnone.wav\nhttp://host/x.mp3\n")
      assert.same({ 6, "", [[
bad.m3u:2: none.wav: no such file
bad.m3u:3: http://host/x.mp3: http: is not a file on this machine, and redbook burns files only
burn: 2 sources are missing or cannot be used
disc: The disc is untouched.
what to do: correct the list, or take these lines out of it
]] }, { room:burn "--device virtual:d.cue bad.m3u" })
      assert.is_false(room:has "d.bin")
    end)

    it("with 6 for sources that are not audio or cut off", function()
      room:write("noise.wav", ("\1\2\3\4\5"):rep(2000))
      room:must "head -c 100000 two.flac > cut.flac"
      room:write("bad.m3u", "noise.wav\none.wav\ncut.flac\n")
      local code, out, err = room:burn "--device virtual:d.cue bad.m3u"
      assert.same({ 6, "" }, { code, out })
      assert.is_truthy(err:find "^bad.m3u:1: [^\n]*noise.wav[^\n]*\nbad.m3u:3: [^\n]*cut.flac"
        and err:find "\nburn: 2 of 3 sources cannot be burned\n", err)
      assert.is_false(room:has "d.cue")
    end)

    -- Each container says in its own way how long it is.
    for name, make in pairs { ["cut.wav"] = "cp two.wav whole", ["cut.flac"] = "cp two.flac whole",
      ["cut.mp3"] = "lame --quiet -b 128 two.wav whole", ["cut.ogg"] =
      "oggenc -Q two.wav -o whole" } do
      it("with 6 for " .. name .. ", which ends before its time", function()
        room:must(("rm -f whole; %s && head -c $(($(stat -c %%s whole) * 2 / 3)) whole > %s")
          :format(make, name))
        assert.equal(0, (room:burn "--plan whole"))
        local code, out, err = room:burn("--device virtual:d.cue one.wav " .. name)
        assert.same({ 6, "" }, { code, out })
        assert.is_truthy(err:find("^burn: " .. name:gsub("%.", "%%.") .. "[^\n]*\n"
          .. "disc: The disc is untouched.\nwhat to do: [^\n]+\n$"), err)
        assert.is_false(room:has "d.cue" or room:has "d.bin")
        -- The drive is free at once.
        assert.equal(0, (room:burn "--device virtual:d.cue one.wav"))
      end)
    end

    it("not for a sound file that is named like a playlist", function()
      room:must "cp one.wav song.m3u && mkdir -p music && cp two.flac music/two.m3u8"
      room:write("names.m3u", "music/two.m3u8\n")
      local code, out, err = room:burn "--device virtual:d.cue song.m3u names.m3u"
      assert.same({ 0, "" }, { code, err })
      assert.equal(1, (out:find("Note: song.m3u: a sound file, though it is named like a playlist\n"
        .. "Note: music/two.m3u8: a sound file, though it is named like a playlist\n", 1, true)))
      assert.is_true(room:sectors("d.bin", 0, 341) == room:pcm "one.wav")
      assert.is_true(room:sectors("d.bin", 493, 376) == room:pcm "two.wav")
    end)

    it("with 7 for more than fits, by the sector", function()
      -- 74 minutes are 333 000 sectors; silence as a sparse file of 76 minutes.
      local bytes = 76 * 60 * 75 * 2352
      room:write("long.wav", string.pack("<c4I4c4c4s4c4I4", "RIFF", 36 + bytes, "WAVE", "fmt ",
        string.pack("<I2I2I4I4I2I2", 1, 2, 44100, 176400, 4, 16), "data", bytes))
      room:must(("truncate -s %d long.wav"):format(44 + bytes))
      local code, out, err = room:burn "--device 'virtual:d.cue?minutes=74' one.wav long.wav"
      room:must "rm long.wav"
      assert.equal(7, code)
      assert.is_truthy(out:find "\n2 tracks, 76:04 of music, 76:06 with gaps; ")
      assert.is_truthy(err:find "^burn: 342493 sectors of audio and gaps, %d+ sectors are free: ")
      assert.is_false(room:has "d.cue")
    end)

    it("with 7 for a hundredth track", function()
      room:write("many.m3u", ("one.wav\n"):rep(100))
      local code, _, err = room:burn "--device virtual:d.cue many.m3u"
      assert.equal(7, code)
      assert.equal(1, (err:find("burn: a disc holds 99 tracks; the last one would be number 100\n",
        1, true)))
    end)

    it("with 12 when a plan shows problems", function()
      room:write("bad.m3u", "one.wav\nnone.wav\n")
      local code, out, err = room:burn "--plan bad.m3u"
      assert.same({ 12, "", [[
burn: bad.m3u:2: none.wav: no such file
disc: The disc is untouched.
what to do: correct the list, or take this line out of it
]] }, { code, out, err })
      assert.equal(12, (room:burn "--plan --device virtual: one.wav"))
      assert.equal(2, (room:burn "--plan"))
      assert.equal(3, (room:burn "--plan --device /dev/no-such-drive one.wav"))
    end)
  end)

  it("waits for a drive that is becoming ready, and says so", function()
    local code, out = room:burn "--device 'virtual:d.cue?ready=5' one.wav"
    assert.equal(0, code)
    assert.is_truthy(out:find "^waiting: the drive is becoming ready %(at most 60 s%)\n #  title")
    room:must "rm -f d.*"
    code, out = room:burn "--plan --verbose --device 'virtual:d.cue?ready=5' one.wav"
    assert.equal(0, code)
    assert.is_truthy(out:find("^waiting: the drive is becoming ready %(at most 60 s%): "
      .. "[^\n]*2/04/01[^\n]*\n"))
  end)

  it("tells of a speed that the drive does not have", function()
    local code, out = room:burn "--speed 3 --device virtual:d.cue one.wav"
    assert.equal(0, code)
    assert.is_truthy(out:find "\nNote: the drive writes at 4x instead of the speed asked for\n$")
    room:must "rm d.*"
    local plain, quiet = room:burn "--speed max --device virtual:d.cue one.wav"
    assert.equal(0, plain)
    assert.is_nil(quiet:find "instead of")
  end)

  it("writes a trace of all commands", function()
    assert.equal(0, (room:burn "--trace d.trace --device virtual:d.cue one.wav"))
    local commands = burn_lua.decode(room:read "d.trace")
    assert.is_true(#commands > 20)
  end)

  it("writes its schema's events as JSON, and text beside it", function()
    local code, events, err = room:events "--device virtual:d.cue list.m3u"
    assert.equal(0, code)
    local order, last = {}, nil
    for _, event in ipairs(events) do
      assert.equal(1, event.redbook)
      if event.event ~= last and event.event ~= "progress" then
        last = event.event
        order[#order + 1] = last
      end
    end
    assert.same({ "begin", "ahead", "scan", "scanned", "scan", "scanned", "scan", "scanned",
      "plan", "prepare", "track", "track_done", "track", "track_done", "track", "track_done",
      "finish", "verify", "track_verified", "verified", "summary", "end" }, order)
    local find = burn_lua.find
    assert.same({ redbook = 1, event = "begin", device = "virtual:d.cue", simulate = false,
      plan_only = false, version = "0.1.0" }, find(events, "begin"))
    assert.same({ gap = 152, length = "0:05", number = 2, padding = 0, path = "two.flac",
      sectors = 376, start = 493, start_msf = "00:08:43", title = "two" },
      find(events, "plan").tracks[2])
    local done = find(events, "track_done")
    assert.is_true(done.seconds > 0 and done.seconds < 60)
    assert.same({ 1, 0, 341, "First", 0 }, { done.number, done.start, done.sectors, done.title,
      done.clipped_samples })
    assert.equal(find(events, "scanned").crc32, done.crc32)
    assert.same({ redbook = 1, event = "summary", tracks = 3, sectors = 1017, remarks = {},
      disc = "finalised", simulated = false, clipped_samples = 0, verified = true, offset = 0,
      cached = false }, find(events, "summary"))
    assert.same({ redbook = 1, event = "verify", tracks = 3, sectors = 1017 },
      find(events, "verify"))
    assert.same({ redbook = 1, event = "track_verified", index = 1, count = 3, number = 1,
      title = "First", start = 0, sectors = 341, verdict = "identical", edge_samples = 0,
      seconds = 5, differing_seconds = 0, reread_seconds = 0, unreadable_sectors = 0,
      offset = 0 }, find(events, "track_verified"))
    assert.same({ redbook = 1, event = "verified", identical = true, offset = 0, cached = false,
      tracks = 3 }, find(events, "verified"))
    assert.same({ redbook = 1, event = "end", exit = 0 }, events[#events])
    assert.is_truthy(err:find "^ #  title  artist  length  start       gap\n")
  end)

  it("writes a failure as JSON with its exit code", function()
    local code, events = room:events "--device virtual: one.wav"
    assert.equal(5, code)
    assert.same({ redbook = 1, event = "error", exit = 5, simulate = false, err = {
      stage = "medium", disc = "untouched", code = 0xC0AA0202,
      name = "E_IMAPI_RECORDER_MEDIA_NO_MEDIA", transient = false,
      message = "there is no disc in the drive",
      advice = "put a blank CD-R or CD-RW in; --wait-for-disc waits for it" } },
      burn_lua.find(events, "error"))
    assert.same({ redbook = 1, event = "end", exit = 5 }, events[#events])
  end)

  it("burns on when its events cannot be written, and says so once", function()
    local code, _, err = room:burn "--json --device virtual:d.cue one.wav >/dev/full"
    assert.equal(0, code)
    assert.equal(1, select(2, err:gsub("burn.lua: the events cannot be written %(No space left on "
      .. "device%); the burn goes on without them.\n", "")))
    assert.equal("finalised yes", room:remarks "d.cue"[4])
    assert.equal(5, (room:burn "--json --device virtual:d.cue one.wav >/dev/full"))
  end)
end)
