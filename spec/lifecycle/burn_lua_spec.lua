-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua and signals: it ends its track, tells how the disc is, frees the drive, and exits with
-- 128 + the signal's number; nothing that comes later ends it earlier.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local lifecycle = require "spec.support.lifecycle"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"
local sounds = require "spec.support.lifecycle_sounds"

local WRITE, SYNCHRONIZE, CLOSE_SESSION = "2a", "35", "5b"
local CODES = { SIGINT = 130, SIGTERM = 143, SIGHUP = 129 }

-- Loaded before burn.lua: sends it a signal as soon as it tells of the event $LIFECYCLE_EVENT.
local AT_EVENT = [[
  local posix = require "posix"
  posix.alarm(180)
  local name, signal = os.getenv "LIFECYCLE_EVENT", os.getenv "LIFECYCLE_SIGNAL"
  local json = require "redbook.report.json"
  local line = json.line
  function json.line(event)
    if event.event == name and (event.number or 1) == 1 then
      posix.kill(posix.getpid(), posix[signal])
      name = nil
    end
    return line(event)
  end
]]

describe("burn.lua", function()
  local case

  before_each(function()
    case = lifecycle.case()
    sandbox.write(case.folder .. "/first.wav", burner.wav(sounds.first()))
    sandbox.write(case.folder .. "/long.wav", burner.wav(sounds.long():rep(8)))
    sandbox.write(case.folder .. "/at_event.lua", AT_EVENT)
  end)
  after_each(function() case:close() end)

  local function burn(options, environment)
    local q = sandbox.quote
    local line = ("%s -e %s %s --device %s --json %s %s/first.wav %s/long.wav"):format(sandbox.lua,
      q(("dofile %q"):format(case.folder .. "/at_event.lua")),
      q(sandbox.root .. "/scripts/burn.lua"), q("virtual:" .. case.disc), options, case.folder,
      case.folder)
    return case:command(line, environment)
  end

  -- Its end: the exit code, and the event that says why.
  local function outcome(process)
    local how, code, out, err = process:finish()
    assert.are.equal("exit", how)
    local failure
    for line in out:gmatch "[^\n]+" do
      local event = cjson.decode(line)
      if event.event == "error" then failure = event end
    end
    assert.is_truthy(failure, out)
    assert.are.equal(code, failure.exit)
    return code, failure.err, err
  end

  -- The drive stands still in the middle of the second track.
  local function within()
    local trace = case:trace()
    local process = burn("--trace " .. sandbox.quote(trace.path))
    trace:read_until(process, SYNCHRONIZE, 1)
    trace:read_until(process, WRITE, 20)
    lifecycle.stand_still(process.pid)
    assert.is_true(case:held())
    return process, trace
  end

  for name, number in pairs(CODES) do
    it(("is told to stop by %s within a track"):format(name), function()
      local process, trace = within()
      process:signal(posix[name])
      local opcodes = trace:run(process)
      local code, failure, err = outcome(process)
      assert.are.equal(number, code)
      assert.are.same({ "open", name:sub(4), 1, "interrupted" },
        { failure.disc, failure.signal, failure.tracks_written, failure.stage })
      assert.is_truthy(err:find("disc: The disc is open", 1, true), err)
      assert.is_truthy(err:find("1 track is written whole", 1, true), err)
      assert.is_falsy(table.concat(opcodes, " "):find(CLOSE_SESSION))
      case:expect_open("cut", nil, 8)
    end)

    it(("is told to stop by %s between two tracks"):format(name), function()
      local code, failure, err = outcome(burn("",
        "LIFECYCLE_EVENT=track_done LIFECYCLE_SIGNAL=" .. name))
      assert.are.equal(number, code)
      assert.are.same({ "open", name:sub(4), 1 },
        { failure.disc, failure.signal, failure.tracks_written })
      assert.is_truthy(err:find("disc: The disc is open", 1, true), err)
      -- What the second track had begun with is ended, or it was not begun.
      local look = assert(case:look())
      case:expect_open(#look.tracks == 2 and "cut" or nil, look, 8)
    end)

    it(("is told to stop by %s before the disc is touched"):format(name), function()
      local code, failure, err = outcome(burn("",
        "LIFECYCLE_EVENT=prepare LIFECYCLE_SIGNAL=" .. name))
      assert.are.equal(number, code)
      assert.are.same({ "untouched", name:sub(4), 0 },
        { failure.disc, failure.signal, failure.tracks_written })
      assert.is_truthy(err:find("disc: The disc is untouched", 1, true), err)
      local look = assert(case:look())
      assert.are.same({ "blank", 0 }, { look.state, #look.tracks })
    end)
  end

  it("is not ended by more signals while it ends its track and lets go", function()
    local process, trace = within()
    process:signal(posix.SIGTERM)
    -- Nobody reads: the worker cannot end the track, and the script waits for it.
    for _, more in ipairs { "SIGINT", "SIGINT", "SIGHUP", "SIGTERM" } do
      process:signal(posix[more])
    end
    assert.is_true(case:held())
    local opcodes = trace:run(process)
    local code, failure = outcome(process)
    assert.are.equal(143, code)
    assert.are.equal("open", failure.disc)
    case:expect_open("cut", nil, 8)
    assert.is_falsy(table.concat(opcodes, " "):find(CLOSE_SESSION))
  end)

  it("brings closing to its end when it is told to stop meanwhile", function()
    local code, failure, err = outcome(burn("",
      "LIFECYCLE_EVENT=finish LIFECYCLE_SIGNAL=SIGTERM"))
    assert.are.equal(143, code)
    assert.are.same({ "finalised", "TERM" }, { failure.disc, failure.signal })
    assert.is_truthy(err:find("disc: The disc is closed", 1, true), err)
    assert.are.equal("complete", assert(case:look()).state)
  end)

  it("that is killed leaves the first track whole and the drive free", function()
    local process = within()
    process:kill(posix.SIGKILL)
    local how, number = process:finish()
    assert.are.same({ "signal", posix.SIGKILL }, { how, number })
    case:expect_broken()
  end)
end)
