-- SPDX-License-Identifier: GPL-3.0-or-later
-- recipe.rescue on virtual discs: every state of a disc told, closed where it can be, the finished
-- tracks untouched, and the truth about what could not be done.

local diagnose = require "redbook.recipe.diagnose"
local rescue = require "redbook.recipe.rescue"
local rescued = require "spec.burn.rescued"

local SECTOR = 2352
local PERSONALITIES = { "strict", "pioneer", "mitsumi", "tinybuf" }
local ONE, TWO, SECOND = rescued.ONE, rescued.TWO, rescued.SECOND

describe("recipe.rescue", function()
  local disc, bench

  local function open(options)
    disc = rescued.new(options)
    bench = disc.bench
  end

  after_each(function()
    disc:close()
  end)

  for _, personality in ipairs(PERSONALITIES) do
    describe("on a drive like " .. personality, function()
      before_each(function() open { personality = personality } end)

      it("leaves a blank disc alone", function()
        disc:rescue({ action = "close" }, "blank", "blank")
        assert.equal(0, bench.virtual:View().Tracks)
      end)

      it("looks at an open session, and closes it", function()
        disc:burn({ KeepSessionOpen = true }, ONE, TWO)
        local cue = bench:read "disc.cue"
        local result = disc:rescue({}, "open", "open")
        assert.same({}, result.steps)
        assert.equal(cue, bench:read "disc.cue")
        result = disc:rescue({ action = "close" }, "open", "finalised")
        assert.same({ "settle", "close_session" }, result.steps)
        assert.is_true(disc:first_is_whole())
        assert.is_true(bench:on_disc(SECOND, 500) == TWO)
      end)

      it("closes a track that a power cut has ended, and the session", function()
        disc:burn({ KeepSessionOpen = true }, ONE)
        disc:power_cut(personality, SECOND, TWO:sub(1, 310 * SECTOR))
        local result = disc:rescue({}, "incomplete", "incomplete")
        assert.same({ 2, 1, "open", false }, { result.after.cut_off, result.after.tracks,
          result.after.disc, result.after.plays })
        result = disc:rescue({ action = "close" }, "incomplete", "finalised")
        assert.same({ "settle", "close_track", "close_session" }, result.steps)
        assert.is_true(disc:first_is_whole())
        local tracks = bench.virtual:Tracks()
        assert.same({ 2, 0, 400, SECOND, 310 }, { #tracks, tracks[1].StartLba, tracks[1].Sectors,
          tracks[2].StartLba, tracks[2].Sectors })
        assert.same({ true, true }, { result.examination.Tracks[1].Listed,
          result.examination.Tracks[2].Listed })
      end)

      it("closes the track alone, and leaves the session to be gone on with", function()
        disc:burn({ KeepSessionOpen = true }, ONE)
        disc:power_cut(personality, SECOND, TWO:sub(1, 310 * SECTOR))
        local result = disc:rescue({ action = "close_track" }, "incomplete", "open")
        assert.same({ "settle", "close_track" }, result.steps)
        disc:burn({ Append = true, KeepSessionOpen = false }, TWO)
        assert.equal("finalised", diagnose(bench.recorder:Examine()).state)
        assert.is_true(disc:first_is_whole())
        assert.is_true(bench:on_disc(SECOND + 310 + 152, 500) == TWO)
      end)

      it("closes a session and leaves the disc appendable, if asked", function()
        disc:burn({ KeepSessionOpen = true }, ONE)
        local result = disc:rescue({ action = "close", multi = true }, "open", "appendable")
        assert.is_true(result.after.plays)
        result = disc:rescue({ action = "close", multi = true }, "appendable", "appendable")
        assert.same({}, result.remarks)
        result = disc:rescue({ action = "close" }, "appendable", "appendable")
        assert.is_truthy(result.remarks[1]:find("it plays", 1, true))
      end)

      it("leaves a closed disc alone", function()
        disc:burn({}, ONE)
        local cue = bench:read "disc.cue"
        local result = disc:rescue({ action = "close" }, "finalised", "finalised")
        assert.same({ "settle" }, result.steps)
        assert.equal(cue, bench:read "disc.cue")
      end)

      it("sees through a simulation, and makes the drive forget it", function()
        disc:simulation()
        local pretended = assert(bench.recorder:Examine())
        assert.same({ "appendable", 1, true }, { pretended.State, pretended.NumberOfTracks,
          pretended.TestWrite })
        assert.equal("simulated", diagnose(pretended).state)
        local result = disc:rescue({}, "blank", "blank")
        assert.is_true(result.simulated)
        assert.same({ "forget_test" }, result.steps)
        assert.is_truthy(result.remarks[1]:find("only looked written", 1, true))
        disc:burn({ TestWrite = false }, ONE)
        assert.is_true(disc:first_is_whole())
      end)

      it("closes a disc that has no room left", function()
        disc:burn({ KeepSessionOpen = true }, ONE)
        local room = assert(bench.recorder:MediaSummary()).FreeSectors
        disc:power_cut(personality, SECOND, "\1")
        os.execute(("truncate -s %d %s/disc.bin"):format((SECOND + room) * SECTOR, bench.folder))
        disc:power_cut(personality, SECOND, ONE)
        disc:rescue({ action = "close" }, "incomplete", "finalised")
        assert.equal(room, bench.virtual:Tracks()[2].Sectors)
        assert.is_true(disc:first_is_whole())
      end)

      it("tells that a session is damaged, and tries to close it", function()
        disc:burn({ KeepSessionOpen = true }, ONE)
        bench.virtual:AddFault { command = "READ DISC INFORMATION", reply =
          "\0\32\9\1\1\1\2\32\0" .. ("\0"):rep(11) .. "\0\79\59\74" .. ("\0"):rep(10) }
        local result = disc:rescue({}, "damaged", "damaged")
        assert.equal("spoiled", result.after.disc)
        bench.virtual:AddFault { command = "CLOSE TRACK SESSION", lie = true }
        local none, err = disc:rescue { action = "close" }
        assert.is_nil(none)
        assert.same({ "verify", "damaged", "spoiled" }, { err.stage, err.diagnosis.state,
          err.disc })
        bench.virtual:ClearFaults()
        disc:rescue({ action = "close" }, "open", "finalised")
      end)
    end)
  end

  it("ends a track that was cut off within a sector with silence", function()
    open {}
    disc:burn({ KeepSessionOpen = true }, ONE)
    disc:power_cut("strict", SECOND, TWO:sub(1, 100 * SECTOR + 1000))
    disc:rescue({ action = "close" }, "incomplete", "finalised")
    assert.is_true(bench:on_disc(SECOND, 300) == TWO:sub(1, 100 * SECTOR)
      .. ("\0"):rep(200 * SECTOR))
  end)

  it("says what helps with a drive that keeps pretending", function()
    open {}
    disc:simulation()
    bench.virtual:AddFault { command = "MODE SELECT", lie = true }
    local result = disc:rescue({}, "simulated", "simulated")
    assert.is_false(result.simulated)
    assert.is_truthy(result.remarks[1]:find("open the tray", 1, true))
  end)

  it("tells a written disc in a drive that is set to simulate", function()
    open {}
    disc:burn({}, ONE)
    disc:another_tao()
    assert(bench.recorder:AcquireExclusiveAccess(false, "spec"))
    local page = "\5\50\17" .. ("\0"):rep(49)
    assert(bench.recorder:SendCommandSendDataToDevice("\85\16\0\0\0\0\0\0\60\0",
      ("\0"):rep(8) .. page))
    assert(bench.recorder:ReleaseExclusiveAccess())
    local result = disc:rescue({}, "finalised", "finalised")
    assert.same({ false, { "forget_test" } }, { result.simulated, result.steps })
    assert.is_truthy(result.remarks[1]:find("if nothing was ever written", 1, true))
    assert.is_true(disc:first_is_whole())
  end)

  it("fills up a track under 4 seconds where the drive refuses to close it", function()
    open { personality = "lg" }
    disc:short_track()
    local result = disc:rescue({ action = "close" }, "incomplete", "finalised")
    assert.same({ "settle", "close_track", "close_session" }, result.steps)
    assert.equal(300, bench.virtual:Tracks()[2].Sectors)
    assert.is_true(disc:first_is_whole())
    assert.is_true(bench:on_disc(SECOND, 100) == TWO:sub(1, 100 * SECTOR))
  end)

  it("fills it up as far as it must where the drive gives all its room for its size", function()
    open { personality = "lg" }
    disc:short_track()
    local told = assert(bench.recorder:GetTrackInformation(0xFF, 1))
    local start, next_one, free = (">I4I4I4"):unpack(told, 9)
    assert.same({ SECOND, true }, { start, next_one < SECOND + 300 })
    bench.virtual:AddFault { command = "READ TRACK INFORMATION", times = 1,
      reply = told:sub(1, 24) .. (">I4"):pack(next_one - start + free) .. told:sub(29) }
    assert(bench.recorder:Rescue("close_track"))
    assert.equal(300, bench.virtual:Tracks()[2].Sectors)
  end)

  it("says so when the drive cannot close the track, and another one can", function()
    open { personality = "lg", medium = "cd-rw" }
    disc:burn({ KeepSessionOpen = true }, ONE)
    disc:power_cut("lg", SECOND, TWO:sub(1, 310 * SECTOR))
    local result, err = disc:rescue { action = "close" }
    assert.is_nil(result)
    assert.same({ "burn", "open", "incomplete", "CLOSE TRACK/SESSION" }, { err.stage, err.disc,
      err.diagnosis.state, err.command })
    local best = err.diagnosis.remedies
    assert.same({ "other_drive", "blank", "blank.lua" }, { best[1].name, best[2].name,
      best[2].command })
    disc:power_cut("strict", SECOND, TWO:sub(1, 310 * SECTOR))
    disc:rescue({ action = "close" }, "incomplete", "finalised")
    assert.is_true(disc:first_is_whole())
  end)

  it("finds no disc, a pressed one, and a drive that says nothing", function()
    open {}
    bench.virtual:OpenTray()
    local result, err = disc:rescue {}
    assert.is_nil(result)
    assert.same({ 0xC0AA0202, "none", "medium" }, { err.code, err.diagnosis.state, err.stage })
    result, err = disc:rescue { action = "close" }
    assert.is_nil(result)
    assert.same({ 0xC0AA0202, "none" }, { err.code, err.diagnosis.state })
    bench.virtual:CloseTray()
    bench:write("pressed.bin", ONE)
    bench:write("pressed.cue",
      'FILE "pressed.bin" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n')
    assert(bench.virtual:Insert { path = bench.folder .. "/pressed.cue" })
    result = disc:rescue({ action = "close" }, "pressed", "pressed")
    assert.is_true(result.after.plays)
    bench.virtual:AddFault { vanish = true }
    result, err = disc:rescue {}
    assert.is_nil(result)
    assert.same({ 0x80070037, "unknown" }, { err.code, err.diagnosis.state })
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
    disc:burn({ KeepSessionOpen = true }, ONE, TWO)
    local cue = bench:read "disc.cue"
    for _, step in ipairs { "settle", "forget_test", "close_track" } do
      assert.is_true(bench.recorder:Rescue(step))
    end
    assert.equal(cue, bench:read "disc.cue")
    assert.equal(rescued.THIRD, assert(bench.recorder:Examine()).NextWritableAddress)
  end)
end)
