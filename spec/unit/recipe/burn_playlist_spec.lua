-- SPDX-License-Identifier: GPL-3.0-or-later

local fake = require "spec.unit.recipe.fake_core"

describe("recipe.burn_playlist", function()
  local events, state

  local FILES = { ["a.wav"] = { sectors = 1000, tags = { title = "A", artist = "X" } },
    ["b.wav"] = { sectors = 250, clipped = 3 } }

  local function burn(script, recorder, options, entries)
    local core
    script.files = script.files or FILES
    core, state = fake.core(script)
    events = {}
    local burn_playlist = fake.load(core, "redbook.recipe.burn_playlist")
    return burn_playlist(recorder, entries or { { path = "a.wav" }, { path = "b.wav" } },
      options, function(event) events[#events + 1] = event end)
  end

  local function blank() return fake.recorder { fake.blank() } end

  local function named(name)
    for _, event in ipairs(events) do
      if event.event == name then return event end
    end
  end

  local function event_names()
    local names = {}
    for index, event in ipairs(events) do names[index] = event.event end
    return names
  end

  after_each(function()
    package.loaded["redbook.core"] = nil
    for loaded in pairs(package.loaded) do
      if loaded:find "^redbook%.recipe" then package.loaded[loaded] = nil end
    end
  end)

  it("burns: reads, plans, prepares, writes, closes, lets go", function()
    local result = assert(burn({ { events = { fake.update { LastWrittenLba = 149 } },
      written = { StartLba = 0, Sectors = 1000, CRC32 = 1, Seconds = 2.5, ClippedSamples = 0 } },
      { written = { StartLba = 1152, Sectors = 300, CRC32 = 2, Seconds = 1,
        ClippedSamples = 3 } } }, blank()))
    assert.same({ "open a.wav", "open b.wav", "prepare", "track a.wav", "track b.wav", "release",
      "let go" }, state.log)
    assert.same({ "ahead", "scan", "scanned", "scan", "scanned", "plan", "prepare", "track",
      "progress", "track_done", "track", "track_done", "finish", "summary" }, event_names())
    assert.same({ event = "track_done", number = 1, start = 0, sectors = 1000, crc32 = 1,
      seconds = 2.5, clipped_samples = 0, title = "A" }, named "track_done")
    assert.same({ event = "summary", tracks = 2, sectors = 1300, disc = "finalised",
      simulated = false, clipped_samples = 3, remarks = {}, verified = false }, named "summary")
    assert.same({ 2, 1300, 1452, "finalised", false, 3 }, { result.tracks, result.sectors,
      result.needed, result.disc, result.simulated, result.clipped_samples })
    local settings = state.settings
    assert.same({ "redbook", false, false, false, false, 1 }, { settings.ClientName,
      settings.TestWrite, settings.Append, settings.KeepSessionOpen, settings.DoNotFinalizeMedia,
      settings.BurnVerificationLevel })
  end)

  it("takes titles from tags, then the list, then the name", function()
    burn({ files = { ["x/a.b.wav"] = { sectors = 300 }, ["t.wav"] = { sectors = 300,
      tags = { title = "Tag", artist = "" } } } }, blank(), nil, { { path = "x/a.b.wav" },
      { path = "t.wav", title = "List", artist = "Who" }, { path = "x/a.b.wav",
        title = "List" } })
    local titles = {}
    for index, track in ipairs(named "plan".plan.tracks) do
      titles[index] = { track.title, track.artist }
    end
    assert.same({ { "a.b" }, { "Tag", "Who" }, { "List" } }, titles)
  end)

  it("opens a part where the list cuts", function()
    burn({}, blank(), { plan_only = true }, { { path = "a.wav", start = 75, length = 300 },
      { path = "a.wav", length = 300 }, { path = "a.wav", start = 75 } })
    assert.same({ "open a.wav 75+300", "open a.wav 0+300", "open a.wav 75+" }, state.log)
  end)

  it("stops after the plan when no more is wanted, without a drive", function()
    local result = assert(burn({}, nil, { plan_only = true }))
    assert.equal(359847 - 1452, result.plan.left)
    assert.same({ "no drive is asked: planned for a blank disc of 80 minutes" }, result.remarks)
    assert.same({ "open a.wav", "open b.wav" }, state.log)
  end)

  it("sets what multi, keep_open, append, simulate ask for", function()
    local appendable = fake.recorder { fake.blank { State = "appendable", SessionOpen = true,
      NumberOfTracks = 1, NextTrack = 2, NextWritableAddress = 452 } }
    assert.equal("appendable", assert(burn({}, appendable, { append = true, multi = true })).disc)
    assert.is_true(state.settings.Append and state.settings.DoNotFinalizeMedia)
    assert.equal(2, named "plan".plan.tracks[1].number)
    assert.equal("open", assert(burn({}, blank(), { keep_open = true })).disc)
    assert.is_true(state.settings.KeepSessionOpen)
    assert.equal("untouched", assert(burn({}, blank(), { simulate = true })).disc)
    assert.same({ true, 0 }, { state.settings.TestWrite, state.settings.BurnVerificationLevel })
    assert.is_true(named "summary".simulated)
  end)

  it("sets the speed, tells when the drive chose another", function()
    burn({}, blank(), { speed = 4 })
    assert.equal("speed 300 false", state.log[4])
    burn({}, blank(), { speed = "max" })
    assert.equal("speed -1 false", state.log[4])
    local result = assert(burn({ speed_remark = { name = "S_IMAPI_SPEEDADJUSTED" } }, blank(),
      { speed = "min" }))
    assert.equal("speed 300 false", state.log[4])
    assert.same({ "the drive writes at 8x instead of the speed asked for" }, result.remarks)
  end)

  it("tells when a track begins elsewhere than planned", function()
    local result = assert(burn({ { written = { StartLba = 0, Sectors = 1000 } },
      { written = { StartLba = 1150, Sectors = 300 } } }, blank()))
    assert.same({ "track 2 begins at sector 1150, not 1152 as planned" }, result.remarks)
  end)

  it("ejects at the end, and only at a good one", function()
    local recorder = blank()
    assert(burn({}, recorder, { eject = true }))
    assert.is_true(recorder.ejected)
    recorder = blank()
    burn({ { outcome = { nil, { code = 1, message = "bad", disc = "open" } } } }, recorder,
      { eject = true })
    assert.is_nil(recorder.ejected)
  end)

  describe("refuses before anything is decoded", function()
    local cases = {
      { { State = "complete", NumberOfTracks = 3 }, 0xC0AA0506,
        "the disc is not blank: it holds 3 tracks and is closed" },
      { { State = "appendable", NumberOfTracks = 1 }, 0xC0AA0506,
        "the disc is not blank: it holds 1 track, with room for more" },
      { { State = "complete", MediaType = 1 }, 0xC0AA0507,
        "the disc in the drive is neither a CD-R nor a CD-RW" },
      { { State = "none", MediaType = 0 }, 0xC0AA0202, "there is no disc in the drive" },
    }
    for _, case in ipairs(cases) do
      it(case[3], function()
        local result, err = burn({}, fake.recorder { fake.blank(case[1]) })
        assert.is_nil(result)
        assert.same({ "medium", case[2], case[3], "untouched" }, { err.stage, err.code,
          err.message, err.disc })
        assert.same({}, state.log)
      end)
    end

    it("a disc that cannot be continued, by its reason", function()
      local _, err = burn({}, fake.recorder { fake.blank { State = "appendable",
        NumberOfTracks = 2, Damaged = true, FreeSectors = 0 } }, { append = true })
      assert.same({ "medium", 0xC0AA0506, "the disc cannot be continued: it holds 2 tracks, and "
        .. "its last track or session is damaged" }, { err.stage, err.code,
        err.message })
      local full = fake.blank { State = "appendable", NumberOfTracks = 99 }
      full.NextTrack = nil
      _, err = burn({}, fake.recorder { full }, { append = true })
      assert.same({ "medium", 0xC0AA0508, "the disc holds 99 tracks and can take no more" },
        { err.stage, err.code, err.message })
      assert.same({}, state.log)
    end)

    it("a disc that is complete, also to append", function()
      local _, err = burn({}, fake.recorder { fake.blank { State = "complete" } },
        { append = true })
      assert.equal(0xC0AA0506, err.code)
    end)

    it("more tracks than a disc has numbers", function()
      local entries = {}
      for index = 1, 100 do entries[index] = { path = "a.wav" } end
      local _, err = burn({}, blank(), nil, entries)
      assert.same({ "space", 0xC0AA0508,
        "a disc holds 99 tracks; the last one would be number 100" },
        { err.stage, err.code, err.message })
      assert.same({}, state.log)
    end)

    it("an empty list", function()
      local _, err = burn({}, blank(), nil, {})
      assert.same({ "source", "there is nothing to burn" }, { err.stage, err.message })
    end)
  end)

  it("names every source that cannot be decoded", function()
    local bad = { code = 0xC0AA050D, name = "E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED",
      message = "a.wav is cut off", advice = "", disc = "untouched" }
    local _, err = burn({ files = { ["a.wav"] = { scan = { outcome = { nil, bad } } },
      ["b.wav"] = { open_error = { code = 0x80070002, message = "b.wav: no such file" } } } },
      blank(), nil, { { path = "a.wav", list = "l.m3u", line = 2 }, { path = "b.wav" } })
    assert.same({ "source", "2 of 2 sources cannot be burned", "untouched" }, { err.stage,
      err.message, err.disc })
    assert.same({ { message = "a.wav is cut off", list = "l.m3u", line = 2, path = "a.wav",
      code = 0xC0AA050D, name = "E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED", advice = "" },
      { message = "b.wav: no such file", path = "b.wav", code = 0x80070002 } }, err.problems)
  end)

  it("advises what fits the sources", function()
    local function advice(codes, list)
      local files, entries = {}, {}
      for index, code in ipairs(codes) do
        local name = index .. ".wav"
        files[name] = { open_error = { code = code, message = "m", advice = code == 0x80070005
          and "the group cdrom" or code == 1 and "one" or code == 2 and "two" or "" } }
        entries[index] = { path = name, list = list, line = list and index }
      end
      return (select(2, burn({ files = files }, blank(), nil, entries))).advice
    end
    assert.equal("make the file readable for you", advice { 0x80070005 })
    assert.equal("one", advice { 1, 1 })
    assert.equal("repair these files, or burn without them", advice { 1, 2 })
    assert.equal("repair these files, or take them out of the list", advice({ 1, 2 }, "l.m3u"))
    assert.equal("repair this file, or burn without it", advice { 3 })
    assert.equal("repair this file, or take it out of the list", advice({ 3 }, "l.m3u"))
  end)

  it("burns nothing that does not fit", function()
    local _, err = burn({}, fake.recorder { fake.blank { FreeSectors = 1451 } })
    assert.same({ "space", 0xC0AA0509, "1452 sectors of audio and gaps, 1451 sectors are free: "
      .. "1 sector (0:01) too much", "untouched" }, { err.stage, err.code, err.message,
      err.disc })
    assert.same({ "open a.wav", "open b.wav" }, state.log)
    assert.is_false(named "plan".plan.fits)
  end)

  it("lets a host say no", function()
    local failure = require "redbook.failure"
    local no = failure.interrupted("INT", "untouched", "no")
    local _, err = burn({}, blank(), { confirm = function(plan)
      assert.equal(2, #plan.tracks)
      return nil, no
    end })
    assert.equal(no, err)
    assert.same({ "open a.wav", "open b.wav" }, state.log)
  end)

  describe("tries again to prepare", function()
    local slept
    local function failing(code, transient)
      return { outcome = { nil, { code = code, message = "m", disc = "untouched",
        transient = transient ~= false } } }
    end
    local function wait(signal)
      slept = {}
      return { wait = { pause = function(seconds)
        slept[#slept + 1] = seconds
        return signal
      end } }
    end

    it("a drive that is getting ready, busy or held for a moment", function()
      local result = assert(burn({ prepare = { failing(0xC0AA0205), failing(0xC0AA0207),
        failing(0xC0AA0210), {} } }, blank(), wait()))
      assert.equal("finalised", result.disc)
      assert.same({ 1, 2, 4 }, slept)
      assert.same({ "prepare", "prepare", "prepare", "prepare", "track a.wav" },
        { table.unpack(state.log, 3, 7) })
      local retry = named "retry"
      assert.same({ 1, 5, 1 }, { retry.attempt, retry.of, retry.wait })
    end)

    it("five times in all", function()
      local prepare = {}
      for index = 1, 9 do prepare[index] = failing(0xC0AA0207) end
      local _, err = burn({ prepare = prepare }, blank(), wait())
      assert.same({ "burn", 0xC0AA0207, "untouched" }, { err.stage, err.code, err.disc })
      assert.same({ 1, 2, 4, 8 }, slept)
      assert.equal(4, #prepare)
    end)

    it("not for what stays, not without leave to wait, not after a signal", function()
      for _, script in ipairs { failing(0xC0AA0506), failing(0xC0AA0301), failing(0xC0AA0205,
        false) } do
        local _, err = burn({ prepare = { script, {} } }, blank(), wait())
        assert.same({ script.outcome[2].code, {} }, { err.code, slept })
      end
      local _, err = burn({ prepare = { failing(0xC0AA0205), {} } }, blank(),
        { wait = { limit = 0 } })
      assert.equal(0xC0AA0205, err.code)
      _, err = burn({ prepare = { failing(0xC0AA0205), {} } }, blank(), wait "TERM")
      assert.same({ "interrupted", "TERM", "untouched", { 1 } }, { err.stage, err.signal, err.disc,
        slept })
    end)

    it("never in a coroutine that nobody told how to wait", function()
      local err = coroutine.wrap(function()
        return (select(2, burn({ prepare = { failing(0xC0AA0205), {} } }, blank())))
      end)()
      assert.equal(0xC0AA0205, err.code)
    end)

    it("never a track", function()
      local _, err = burn({ failing(0xC0AA0207), {} }, fake.recorder { fake.blank(), fake.blank {
        State = "appendable", SessionOpen = true } }, wait())
      assert.same({ 0xC0AA0207, {} }, { err.code, slept })
    end)
  end)

  it("never closes a disc after a failure, and asks the drive what it is now", function()
    local recorder = fake.recorder { fake.blank(), fake.blank { State = "appendable",
      SessionOpen = true } }
    local _, err = burn({ {}, { outcome = { nil, { code = 0xC0AA0301, message = "write error",
      disc = "unknown" } } } }, recorder)
    assert.same({ "open a.wav", "open b.wav", "prepare", "track a.wav", "track b.wav",
      "let go" }, state.log)
    assert.same({ "burn", "write error", "open", 1 }, { err.stage, err.message, err.disc,
      err.tracks_written })
  end)

  it("does not call a disc untouched that it has written to", function()
    local _, err = burn({ {}, { outcome = { nil, { code = 0xC0AA0301, message = "m",
      disc = "open" } } } }, fake.recorder { fake.blank() })
    assert.equal("unknown", err.disc)
  end)

  it("keeps the state of the error when the drive is gone", function()
    local _, err = burn({ { outcome = { nil, { code = 0x80070037, message = "gone",
      disc = "unknown" } } } }, fake.recorder { fake.blank(), { code = 0x80070037,
      message = "gone" } })
    assert.equal("unknown", err.disc)
  end)

  it("keeps a medium's fault apart when PrepareMedia finds it", function()
    local _, err = burn({ prepare = { outcome = { nil, { code = 0xC0AA0506, message = "m",
      disc = "untouched" } } } }, blank())
    assert.same({ "burn", "untouched", 0 }, { err.stage, err.disc, err.tracks_written })
    assert.same("let go", state.log[#state.log])
  end)

  it("calls a failed check a failed check", function()
    local _, err = burn({ release = { outcome = { nil, { code = 0xC0AA0007, message = "m",
      disc = "finalised" } } } }, fake.recorder { fake.blank(), fake.blank {
      State = "complete" } })
    assert.same({ "verify", "finalised" }, { err.stage, err.disc })
  end)

  describe("on a signal", function()
    local SIGNAL = { type = "signal", signal = "TERM" }
    local CANCELLED = { nil, { code = 0xC0AA0002, message = "cancelled", disc = "open" } }
    local open = { State = "appendable", SessionOpen = true }

    it("stops reading sources", function()
      local _, err = burn({ files = { ["a.wav"] = { scan = { events = { SIGNAL, {} },
        on_cancel = CANCELLED } } } }, blank())
      assert.same({ "interrupted", "TERM", "untouched", "interrupted while reading a.wav" },
        { err.stage, err.signal, err.disc, err.message })
      assert.same({ "open a.wav", "cancel" }, state.log)
    end)

    it("stops preparing", function()
      local _, err = burn({ prepare = { events = { SIGNAL }, on_cancel = { nil, {
        code = 0xC0AA0002, message = "c", disc = "untouched" } } } }, blank())
      assert.same({ "TERM", "untouched" }, { err.signal, err.disc })
      assert.same({ "prepare", "cancel", "let go" }, { table.unpack(state.log, 3) })
    end)

    it("ends the track and leaves the disc open", function()
      local _, err = burn({ { events = { SIGNAL }, on_cancel = CANCELLED } },
        fake.recorder { fake.blank(), fake.blank(open) })
      assert.same({ "interrupted", "TERM", "open", 0 }, { err.stage, err.signal, err.disc,
        err.tracks_written })
      assert.same({ "track a.wav", "cancel", "let go" }, { table.unpack(state.log, 4) })
    end)

    it("stops after a track that was complete already", function()
      local _, err = burn({ { events = { SIGNAL } } }, fake.recorder { fake.blank(),
        fake.blank(open) })
      assert.same({ "TERM", "open", 1 }, { err.signal, err.disc, err.tracks_written })
      assert.same({ "track a.wav", "cancel", "let go" }, { table.unpack(state.log, 4) })
    end)

    it("that comes between operations, begins no further one", function()
      local function stop_at(call)
        local calls = 0
        return function()
          calls = calls + 1
          return calls == call and "HUP" or nil
        end
      end
      local _, err = burn({}, blank(), { stop = stop_at(1) })
      assert.same({ "HUP", "untouched", 0 }, { err.signal, err.disc, err.tracks_written })
      assert.same({ "open a.wav", "open b.wav", "let go" }, state.log)
      _, err = burn({}, fake.recorder { fake.blank(), fake.blank(open) }, { stop = stop_at(3) })
      assert.same({ "HUP", "open", 1 }, { err.signal, err.disc, err.tracks_written })
      assert.same({ "prepare", "track a.wav", "let go" }, { table.unpack(state.log, 3) })
      _, err = burn({}, fake.recorder { fake.blank(), fake.blank(open) }, { stop = stop_at(4) })
      assert.same({ "HUP", "open", 2 }, { err.signal, err.disc, err.tracks_written })
      assert.same({ "track a.wav", "track b.wav", "let go" }, { table.unpack(state.log, 4) })
      assert(burn({}, blank(), { stop = stop_at(5) }))
    end)

    it("brings the closing of a disc to its end", function()
      local _, err = burn({ release = { events = { SIGNAL, SIGNAL } } }, blank())
      assert.same({ "interrupted", "TERM", "finalised", "SIGTERM came while the disc was being "
        .. "closed; that was brought to its end" }, { err.stage, err.signal, err.disc,
        err.message })
      assert.same({ "release", "let go" }, { table.unpack(state.log, 6) })
      assert.equal("finalised", named "summary".disc)
    end)
  end)

  it("lets go when the event handler raises, with its error", function()
    local core
    core, state = fake.core { files = FILES, { events = { fake.update() } } }
    local burn_playlist = fake.load(core, "redbook.recipe.burn_playlist")
    local problem = { "mine" }
    local ok, raised = pcall(burn_playlist, blank(), { { path = "a.wav" } }, nil, function(event)
      if event.event == "progress" then error(problem) end
    end)
    assert.is_false(ok)
    assert.equal(problem, raised)
    assert.same({ "track a.wav", "cancel", "let go" }, { table.unpack(state.log, 3) })
  end)
end)
