-- SPDX-License-Identifier: GPL-3.0-or-later
-- Reading back as a part of a burn and on its own, on a core that does what a script says.

local fake = require "spec.unit.recipe.fake_core"

local DIFFERS = { Verdict = "differs", Difference = "sound", Lba = 75, Exact = true,
  DifferingBlocks = 1, Message = "track 1 differs" }
local FAILED = { nil, { code = 0xC0AA0007, name = "E_IMAPI_BURN_VERIFICATION_FAILED",
  message = "track 1 differs", disc = "unknown" } }

local function forget()
  package.loaded["redbook.core"] = nil
  for loaded in pairs(package.loaded) do
    if loaded:find "^redbook%.recipe" then package.loaded[loaded] = nil end
  end
end

local events, state

local function names()
  local list = {}
  for index, event in ipairs(events) do list[index] = event.event end
  return list
end

local function named(name)
  for _, event in ipairs(events) do
    if event.event == name then return event end
  end
end

describe("recipe.burn_playlist, reading back,", function()
  after_each(forget)

  local function burn(script, options, second)
    local core
    script.files = { ["a.wav"] = { sectors = 1000 } }
    script[1] = { written = fake.written() }
    core, state = fake.core(script)
    events = {}
    local after = second or { State = "complete" }
    return fake.load(core, "redbook.recipe.burn_playlist")(fake.recorder { fake.blank(),
      fake.blank(after) }, { { path = "a.wav", title = "A" } }, options, function(event)
        events[#events + 1] = event
      end)
  end

  it("compares what was written after letting go of the drive", function()
    local result = assert(burn({ verify = { offset = -30, events = { fake.update {
      CurrentAction = 4, LastWrittenLba = 149 } } } }, { client_name = "me", verify_speed = 8 }))
    assert.same({ "open a.wav", "prepare", "track a.wav", "release", "let go", "verify" },
      state.log)
    assert.same({ "ahead", "scan", "scanned", "plan", "prepare", "track", "track_done", "finish",
      "verify", "progress", "track_verified", "verified", "summary" }, names())
    local check = state.checks[1]
    assert.same({ "me", 600, 1 }, { check.ClientName, check.ReadSpeed, #check.added })
    local added = check.added[1]
    assert.equal("a.wav", added.Source.path)
    added.Source = nil
    assert.same({ Number = 1, StartLba = 0, Sectors = 300, CRC32 = 7,
      Fingerprint = { Blocks = "b", Head = "h", Tail = "t" } }, added)
    assert.same({ event = "track_verified", index = 1, count = 1, number = 1, title = "A",
      start = 0, sectors = 300, verdict = "identical", edge_samples = 0, seconds = 4,
      differing_seconds = 0, reread_seconds = 0, unreadable_sectors = 0, offset = -30 },
      named "track_verified")
    assert.same({ "verifying", 1, "A", 150 }, { named "progress".action, named "progress".number,
      named "progress".title, named "progress".done })
    local summary = named "summary"
    assert.same({ true, -30, false }, { summary.verified, summary.offset, summary.cached })
    assert.is_true(result.verification.identical)
  end)

  it("does nothing when told so, in a simulation, after a signal", function()
    assert(burn({}, { no_verify = true }))
    assert.same({}, state.checks)
    assert.is_false(named "summary".verified)
    assert(burn({}, { simulate = true }, {}))
    assert.same({}, state.checks)
    local _, err = burn { release = { events = { { type = "signal", signal = "TERM" } } } }
    assert.same({ "TERM", "finalised", 0 }, { err.signal, err.disc, #state.checks })
  end)

  it("tells a simulation that went as planned", function()
    assert(burn({}, { simulate = true }, {}))
    assert.same({ "simulated", "the drive's next writable address moved as planned, and the disc "
      .. "is what it was before" }, { named "remark".name, named "remark".message })
  end)

  it("fails with the details when the disc differs", function()
    local _, err = burn { verify = { outcome = FAILED, results = { DIFFERS } } }
    assert.same({ "verify", 0xC0AA0007, "track 1 differs", "finalised", 1 }, { err.stage, err.code,
      err.message, err.disc, err.tracks_written })
    assert.same({ "differs", "sound", 75, "00:03:00", true }, {
      err.verification.tracks[1].verdict, err.verification.tracks[1].difference,
      err.verification.tracks[1].lba, err.verification.tracks[1].msf,
      err.verification.tracks[1].exact })
    assert.same({ "verify", "track_verified", "verified" }, { table.unpack(names(), 9) })
    assert.is_false(named "verified".identical)
  end)

  it("fails when the disc cannot be read at all", function()
    local _, err = burn { verify = { outcome = { nil, { code = 0x80070037, message = "gone",
      disc = "unknown" } } } }
    assert.same({ "verify", 0x80070037, "gone", "finalised" }, { err.stage, err.code, err.message,
      err.disc })
    assert.is_nil(err.verification)
    assert.is_nil(named "verified")
  end)

  it("tries again when somebody else has the drive for a moment", function()
    local slept = {}
    local function held()
      return { outcome = { nil, { code = 0xC0AA0210, message = "held", disc = "untouched",
        transient = true } } }
    end
    local function wait(signal)
      slept = {}
      return { wait = { pause = function(seconds)
        slept[#slept + 1] = seconds
        return signal
      end } }
    end
    local result = assert(burn({ verify = { held(), held(), {} } }, wait()))
    assert.same({ true, { 1, 2 }, 3 }, { result.verification.identical, slept, #state.checks })
    local _, err = burn({ verify = { held(), {} } }, wait "TERM")
    assert.same({ "interrupted", "TERM", "finalised", { 1 } }, { err.stage, err.signal, err.disc,
      slept })
    _, err = burn({ verify = { held(), {} } }, { wait = { limit = 0 } })
    assert.same({ "verify", 0xC0AA0210 }, { err.stage, err.code })
    burn({ verify = { { outcome = FAILED, results = { DIFFERS } }, {} } }, wait())
    assert.same({}, slept)
  end)

  it("stops at a signal; the disc is as good as before", function()
    local _, err = burn { verify = { events = { { type = "signal", signal = "INT" } },
      on_cancel = { nil, { code = 0xC0AA0002, message = "c" } } } }
    assert.same({ "interrupted", "INT", "finalised", "SIGINT came while the disc was being read "
      .. "back; it is not verified" }, { err.stage, err.signal, err.disc, err.message })
  end)

  it("only remarks that an open session cannot be read", function()
    local open = { State = "appendable", SessionOpen = true }
    for _, script in ipairs {
      { outcome = { nil, { code = 0xC0AA0301, message = "no such thing" } } },
      { outcome = FAILED, results = { { Verdict = "unreadable", Sense = { key = 5, asc = 0x21,
        ascq = 0 }, Lba = 0, Message = "m" } } },
      { outcome = FAILED, results = { { Verdict = "differs", Difference = "missing",
        Message = "m" } } } } do
      local result = assert(burn({ verify = script }, { keep_open = true }, open))
      assert.equal("open", result.disc)
      assert.same({ "unverified", false }, { named "remark".name, named "summary".verified })
    end
    local _, err = burn({ verify = { outcome = FAILED, results = { DIFFERS } } },
      { keep_open = true }, open)
    assert.same({ "verify", "open" }, { err.stage, err.disc })
  end)
end)

describe("recipe.verify", function()
  after_each(forget)

  local TRACK = { number = 1, start = 0, sectors = 300, crc32 = 7, title = "A",
    fingerprint = { blocks = "b", head = "h", tail = "t" } }

  local function load(script)
    local core
    core, state = fake.core(script)
    return fake.load(core, "redbook.recipe.verify").verify
  end

  it("works on its own", function()
    local verify = load {}
    local recorder = fake.recorder {}
    local result = assert(verify(recorder, { TRACK }, { retries = 5, speed = "max" }))
    assert.same({ true, 0, "A" }, { result.identical, result.offset, result.tracks[1].title })
    assert.same({ 5, -1, "redbook" }, { state.checks[1].Retries, state.checks[1].ReadSpeed,
      state.checks[1].ClientName })
    assert(verify(recorder, { TRACK }, { speed = "min" }))
    assert.equal(300, state.checks[2].ReadSpeed)
  end)

  it("raises for wrong use", function()
    local verify = load {}
    local function message(...)
      local ok, err = pcall(verify, ...)
      assert.is_false(ok)
      return err
    end
    assert.is_truthy(message(nil, { TRACK }):find("a recorder is needed", 1, true))
    assert.is_truthy(message({}, { {} }):find("'fingerprint' is missing", 1, true))
    assert.is_truthy(message({}, { TRACK }, { fast = 1 }):find("unknown key 'fast'", 1, true))
  end)
end)
