-- SPDX-License-Identifier: GPL-3.0-or-later
-- recipe.rescue on virtual discs: every state of a disc told, closed where it can be, the finished
-- tracks untouched, and the truth about what could not be done.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local diagnose = require "redbook.recipe.diagnose"
local rescue = require "redbook.recipe.rescue"

local SECTOR = burner.SECTOR
local PERSONALITIES = { "strict", "pioneer", "mitsumi", "tinybuf" }
local ONE, TWO = burner.pcm(400, 1), burner.pcm(500, 2)
-- The second track begins 152 sectors after the first.
local SECOND, THIRD = 552, 1204

describe("recipe.rescue", function()
  local bench

  local function open(options)
    bench = burner.new(options)
    return bench
  end

  after_each(function()
    if bench then bench:close() end
    bench = nil
  end)

  local function burn(settings, ...)
    for name, value in pairs(settings) do bench.tao[name] = value end
    assert(bench.tao:PrepareMedia())
    for _, pcm in ipairs { ... } do
      assert(bench.tao:AddAudioTrack(burner.feeder(pcm), { length = #pcm // SECTOR }))
    end
    return assert(bench.tao:ReleaseMedia())
  end

  local function another_tao()
    bench.tao:Close()
    bench.tao = core.TrackAtOnce()
    bench.tao.Recorder, bench.tao.ClientName = bench.recorder, "spec"
  end

  -- What the disc is like after a power cut in the middle of a track: `sound` lies behind the
  -- last complete one.
  local function power_cut(personality, lba, sound, options)
    local settings = { path = bench.disc, personality = personality }
    for name, value in pairs(options or {}) do settings[name] = value end
    bench.tao:Close()
    bench.recorder:Close()
    bench.virtual:Close()
    local file <close> = assert(io.open(bench.folder .. "/disc.bin", "r+b"))
    file:seek("set", lba * SECTOR)
    file:write(sound)
    file:close()
    bench.virtual = assert(core.VirtualRecorder(settings))
    bench.recorder = assert(bench.virtual:Recorder())
    another_tao()
  end

  -- A track under 4 seconds, whose end the drive refuses: it can be gone on with.
  local function short_track()
    bench.virtual:AddFault { command = "WRITE", lba = SECOND + 120, sense = "4/09/00" }
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", sense = "5/2C/00" }
    bench.tao.KeepSessionOpen = true
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(burner.feeder(ONE), { length = 400 }))
    assert(not bench.tao:AddAudioTrack(burner.feeder(TWO), { length = 500 }))
    bench.tao:Close()
    bench.virtual:ClearFaults()
  end

  local function simulation()
    bench.tao.TestWrite = true
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(burner.feeder(ONE), { length = 400 }))
    bench.virtual:AddFault { command = "MODE SELECT", sense = "5/26/00" }
    another_tao()
    bench.virtual:ClearFaults()
  end

  local function found(settings, before, after)
    local events = {}
    local result, err = rescue(bench.recorder, settings, function(event)
      events[#events + 1] = event
    end)
    assert.is_false(bench.virtual:View().Held)
    assert.is_false(bench.virtual:View().Prevented)
    if before then
      assert(result, tostring(err))
      assert.same({ before, after }, { result.before.state, result.after.state })
    end
    return result, err, events
  end

  local function same_sound()
    assert.is_true(bench:on_disc(0, 400) == ONE, "the first track")
  end

  for _, personality in ipairs(PERSONALITIES) do
    describe("on a drive like " .. personality, function()
      before_each(function() open { personality = personality } end)

      it("leaves a blank disc alone", function()
        found({ action = "close" }, "blank", "blank")
        assert.equal(0, bench.virtual:View().Tracks)
      end)

      it("looks at an open session, and closes it", function()
        burn({ KeepSessionOpen = true }, ONE, TWO)
        local cue = bench:read "disc.cue"
        local result = found({}, "open", "open")
        assert.same({}, result.steps)
        assert.equal(cue, bench:read "disc.cue")
        result = found({ action = "close" }, "open", "finalised")
        assert.same({ "settle", "close_session" }, result.steps)
        same_sound()
        assert.is_true(bench:on_disc(SECOND, 500) == TWO)
      end)

      it("closes a track that a power cut has ended, and the session", function()
        burn({ KeepSessionOpen = true }, ONE)
        power_cut(personality, SECOND, TWO:sub(1, 310 * SECTOR))
        local result = found({}, "incomplete", "incomplete")
        assert.same({ 2, 1, "open", false }, { result.after.cut_off, result.after.tracks,
          result.after.disc, result.after.plays })
        result = found({ action = "close" }, "incomplete", "finalised")
        assert.same({ "settle", "close_track", "close_session" }, result.steps)
        same_sound()
        local tracks = bench.virtual:Tracks()
        assert.same({ 2, 0, 400, SECOND, 310 }, { #tracks, tracks[1].StartLba, tracks[1].Sectors,
          tracks[2].StartLba, tracks[2].Sectors })
        assert.same({ true, true }, { result.examination.Tracks[1].Listed,
          result.examination.Tracks[2].Listed })
      end)

      it("closes the track alone, and leaves the session to be gone on with", function()
        burn({ KeepSessionOpen = true }, ONE)
        power_cut(personality, SECOND, TWO:sub(1, 310 * SECTOR))
        local result = found({ action = "close_track" }, "incomplete", "open")
        assert.same({ "settle", "close_track" }, result.steps)
        burn({ Append = true, KeepSessionOpen = false }, TWO)
        assert.equal("finalised", diagnose(bench.recorder:Examine()).state)
        same_sound()
        assert.is_true(bench:on_disc(SECOND + 310 + 152, 500) == TWO)
      end)

      it("closes a session and leaves the disc appendable, if asked", function()
        burn({ KeepSessionOpen = true }, ONE)
        local result = found({ action = "close", multi = true }, "open", "appendable")
        assert.is_true(result.after.plays)
        result = found({ action = "close", multi = true }, "appendable", "appendable")
        assert.same({}, result.remarks)
        result = found({ action = "close" }, "appendable", "appendable")
        assert.is_truthy(result.remarks[1]:find("it plays", 1, true))
      end)

      it("leaves a closed disc alone", function()
        burn({}, ONE)
        local cue = bench:read "disc.cue"
        local result = found({ action = "close" }, "finalised", "finalised")
        assert.same({ "settle" }, result.steps)
        assert.equal(cue, bench:read "disc.cue")
      end)

      it("sees through a simulation, and makes the drive forget it", function()
        simulation()
        local pretended = assert(bench.recorder:Examine())
        assert.same({ "appendable", 1, true }, { pretended.State, pretended.NumberOfTracks,
          pretended.TestWrite })
        assert.equal("simulated", diagnose(pretended).state)
        local result = found({}, "blank", "blank")
        assert.is_true(result.simulated)
        assert.same({ "forget_test" }, result.steps)
        assert.is_truthy(result.remarks[1]:find("only looked written", 1, true))
        burn({ TestWrite = false }, ONE)
        same_sound()
      end)

      it("closes a disc that has no room left", function()
        burn({ KeepSessionOpen = true }, ONE)
        local room = assert(bench.recorder:MediaSummary()).FreeSectors
        power_cut(personality, SECOND, "\1")
        os.execute(("truncate -s %d %s/disc.bin"):format((SECOND + room) * SECTOR, bench.folder))
        power_cut(personality, SECOND, ONE)
        found({ action = "close" }, "incomplete", "finalised")
        assert.equal(room, bench.virtual:Tracks()[2].Sectors)
        same_sound()
      end)

      it("tells that a session is damaged, and tries to close it", function()
        burn({ KeepSessionOpen = true }, ONE)
        bench.virtual:AddFault { command = "READ DISC INFORMATION", reply =
          "\0\32\9\1\1\1\2\32\0" .. ("\0"):rep(11) .. "\0\79\59\74" .. ("\0"):rep(10) }
        local result = found({}, "damaged", "damaged")
        assert.equal("spoiled", result.after.disc)
        bench.virtual:AddFault { command = "CLOSE TRACK SESSION", lie = true }
        local none, err = found { action = "close" }
        assert.is_nil(none)
        assert.same({ "verify", "damaged", "spoiled" }, { err.stage, err.diagnosis.state,
          err.disc })
        bench.virtual:ClearFaults()
        found({ action = "close" }, "open", "finalised")
      end)
    end)
  end

  it("ends a track that was cut off within a sector with silence", function()
    open {}
    burn({ KeepSessionOpen = true }, ONE)
    power_cut("strict", SECOND, TWO:sub(1, 100 * SECTOR + 1000))
    found({ action = "close" }, "incomplete", "finalised")
    assert.is_true(bench:on_disc(SECOND, 300) == TWO:sub(1, 100 * SECTOR)
      .. ("\0"):rep(200 * SECTOR))
  end)

  it("fills up a track under 4 seconds where the drive refuses to close it", function()
    open { personality = "lg" }
    short_track()
    local result = found({ action = "close" }, "incomplete", "finalised")
    assert.same({ "settle", "close_track", "close_session" }, result.steps)
    assert.equal(300, bench.virtual:Tracks()[2].Sectors)
    same_sound()
    assert.is_true(bench:on_disc(SECOND, 100) == TWO:sub(1, 100 * SECTOR))
  end)

  it("says so when the drive cannot close the track, and another one can", function()
    open { personality = "lg", medium = "cd-rw" }
    burn({ KeepSessionOpen = true }, ONE)
    power_cut("lg", SECOND, TWO:sub(1, 310 * SECTOR))
    local result, err = found { action = "close" }
    assert.is_nil(result)
    assert.same({ "burn", "open", "incomplete", "CLOSE TRACK/SESSION" }, { err.stage, err.disc,
      err.diagnosis.state, err.command })
    local best = err.diagnosis.remedies
    assert.same({ "other_drive", "blank", "blank.lua" }, { best[1].name, best[2].name,
      best[2].command })
    power_cut("strict", SECOND, TWO:sub(1, 310 * SECTOR))
    found({ action = "close" }, "incomplete", "finalised")
    same_sound()
  end)

  it("finds no disc, a pressed one, and a drive that says nothing", function()
    open {}
    bench.virtual:OpenTray()
    local result, err = found {}
    assert.is_nil(result)
    assert.same({ 0xC0AA0202, "none", "medium" }, { err.code, err.diagnosis.state, err.stage })
    result, err = found { action = "close" }
    assert.is_nil(result)
    assert.same({ 0xC0AA0202, "none" }, { err.code, err.diagnosis.state })
    bench.virtual:CloseTray()
    bench:write("pressed.bin", ONE)
    bench:write("pressed.cue",
      'FILE "pressed.bin" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n')
    assert(bench.virtual:Insert { path = bench.folder .. "/pressed.cue" })
    result = found({ action = "close" }, "pressed", "pressed")
    assert.is_true(result.after.plays)
    bench.virtual:AddFault { vanish = true }
    result, err = found {}
    assert.is_nil(result)
    assert.same({ 0x80070037, "unknown" }, { err.code, err.diagnosis.state })
  end)

  describe("with a fault in it #threads", function()
    local function cut_off()
      open {}
      burn({ KeepSessionOpen = true }, ONE)
      power_cut("strict", SECOND, TWO:sub(1, 310 * SECTOR))
    end

    -- A disc that was not rescued is as it was.
    local function still(state, tracks)
      bench.virtual:ClearFaults()
      local now = diagnose(bench.recorder:Examine())
      assert.same({ state, tracks }, { now.state, now.tracks })
      same_sound()
    end

    it("at CLOSE TRACK, tells it", function()
      cut_off()
      bench.virtual:AddFault { command = "CLOSE TRACK SESSION", sense = "4/09/00" }
      local result, err = found { action = "close" }
      assert.is_nil(result)
      assert.same({ "burn", "open", "incomplete", 4, 9 }, { err.stage, err.disc,
        err.diagnosis.state, err.sense.key, err.sense.asc })
      still("incomplete", 1)
      found({ action = "close" }, "incomplete", "finalised")
    end)

    it("at CLOSE SESSION, tells that the track is closed", function()
      cut_off()
      bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, sense = "3/72/01" }
      local result, err = found { action = "close" }
      assert.is_nil(result)
      assert.same({ "burn", "open", "open" }, { err.stage, err.disc, err.diagnosis.state })
      still("open", 2)
      found({ action = "close" }, "open", "finalised")
    end)

    it("at CLOSE SESSION, which first complains of the track, goes on", function()
      cut_off()
      bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, times = 2,
        sense = "5/72/03" }
      found({ action = "close" }, "incomplete", "finalised")
      same_sound()
    end)

    it("for ever at CLOSE SESSION, ends", function()
      cut_off()
      bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, sense = "5/72/03" }
      local result, err = found { action = "close" }
      assert.is_nil(result)
      assert.same({ "burn", "open", 0x72, 3 }, { err.stage, err.diagnosis.state, err.sense.asc,
        err.sense.ascq })
    end)

    it("does not believe a drive that only says that it closed", function()
      cut_off()
      bench.virtual:AddFault { command = "CLOSE TRACK SESSION", lie = true }
      local result, err = found { action = "close_track" }
      assert.is_nil(result)
      assert.same({ "verify", "incomplete", 0xC0AA0007 }, { err.stage, err.diagnosis.state,
        err.code })
      bench.virtual:ClearFaults()
      bench.virtual:AddFault { command = "CLOSE TRACK SESSION", after = 1, lie = true }
      result, err = found { action = "close" }
      assert.is_nil(result)
      assert.same({ "verify", "open", 0xC0AA0007 }, { err.stage, err.diagnosis.state, err.code })
      still("open", 2)
    end)

    it("at SYNCHRONIZE CACHE, does not mind", function()
      cut_off()
      bench.virtual:AddFault { command = "SYNCHRONIZE CACHE", sense = "5/2C/00" }
      found({ action = "close" }, "incomplete", "finalised")
    end)

    it("waits for a drive that is busy, and shows it", function()
      cut_off()
      bench.virtual:AddFault { command = "READ DISC INFORMATION", times = 40, sense = "2/04/08" }
      local before = bench.virtual:View().ClockUs
      local _, _, events = found({ action = "close" }, "incomplete", "finalised")
      assert.is_true(bench.virtual:View().ClockUs - before > 35e6)
      local longest = 0
      for _, event in ipairs(events) do
        if event.step == "settle" and event.event == "progress" then
          longest = math.max(longest, event.elapsed)
        end
      end
      assert.is_true(longest >= 30, longest)
    end)

    it("gives a drive up that stays busy, or does not answer", function()
      cut_off()
      bench.virtual:AddFault { command = "READ DISC INFORMATION", sense = "2/04/07" }
      local result, err = found { action = "close", patience = 100 }
      assert.is_nil(result)
      assert.same({ 0xC0AA0207, "unknown" }, { err.code, err.disc })
      assert.is_truthy(err.advice:find("off and on", 1, true))
      bench.virtual:ClearFaults()
      bench.virtual:AddFault { command = "TEST UNIT READY", host = 3 }
      result, err = found { action = "close", patience = 100 }
      assert.is_nil(result)
      assert.equal(0xC0AA020D, err.code)
      assert.is_truthy(err.advice:find("off and on", 1, true))
      still("incomplete", 1)
    end)

    it("ends between two steps when a signal comes", function()
      cut_off()
      local asked = 0
      local result, err = found { action = "close", stop = function()
        asked = asked + 1
        return asked == 3 and "TERM" or nil
      end }
      assert.is_nil(result)
      assert.same({ "interrupted", "TERM", "open" }, { err.stage, err.signal, err.disc })
      still("open", 2)
    end)

    it("leaves a drive to who holds it", function()
      cut_off()
      local other <close> = assert(bench.virtual:Recorder())
      assert(other:AcquireExclusiveAccess(false, "somebody"))
      local result, err = rescue(bench.recorder, { action = "close" })
      assert.is_nil(result)
      assert.same({ 0xC0AA0210, "untouched" }, { err.code, err.disc })
      assert.is_truthy(err.message:find("somebody", 1, true))
    end)
  end)

  it("raises on wrong use", function()
    open {}
    for _, options in ipairs { { action = "blank" }, { patience = "long" }, { closed = true },
      { commands = { program = "x" } } } do
      assert.has_error(function() rescue(bench.recorder, options) end)
    end
    assert.has_error(function() rescue(nil, {}) end)
    assert.has_error(function() bench.recorder:BeginRescue "blank" end)
    assert.has_error(function() bench.recorder:BeginRescue("settle", { patience = -1 }) end)
    local _, err = bench.recorder:BeginRescue("settle", { client = "no/good" })
    assert.equal(0xC0AA0211, err.code)
  end)

  it("steps do nothing where there is nothing to do", function()
    open {}
    burn({ KeepSessionOpen = true }, ONE, TWO)
    local cue = bench:read "disc.cue"
    for _, step in ipairs { "settle", "forget_test", "close_track" } do
      assert.is_true(bench.recorder:Rescue(step))
    end
    assert.equal(cue, bench:read "disc.cue")
    assert.equal(THIRD, assert(bench.recorder:Examine()).NextWritableAddress)
  end)
end)
