-- SPDX-License-Identifier: GPL-3.0-or-later
-- Waiting for a drive and its disc, on the virtual recorder: what is waited for and how long, what
-- is told of it, and what is never tried again.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local recipe = require "redbook.recipe"
local sandbox = require "spec.support.sandbox"

local folder, virtual, recorder

local function leave()
  recorder:Close()
  virtual:Close()
  sandbox.remove(folder)
end

describe("wait_until_ready on a drive", function()
  local events, pauses

  before_each(function()
    folder = sandbox.folder()
    virtual = assert(core.VirtualRecorder {})
    recorder = assert(virtual:Recorder())
  end)
  after_each(leave)

  -- `at` [n] is what happens while it pauses for the n-th time.
  local function wait(options, at)
    events, pauses = {}, {}
    options.pause = function(seconds)
      pauses[#pauses + 1] = seconds
      return at and at[#pauses] and at[#pauses]() or nil
    end
    return recipe.wait_until_ready(recorder, options, function(event)
      events[#events + 1] = event
    end)
  end

  local function insert()
    assert(virtual:Insert { path = folder .. "/d.cue" })
  end

  it("takes a disc that is put in after some seconds", function()
    local summary = assert(wait({ insertion = true, limit = 60 }, { [4] = insert }))
    assert.same({ "blank", { 1, 1, 1, 1 } }, { summary.State, pauses })
    assert.same({ event = "wait", reason = "waiting for a disc", limit = 60 }, events[1])
  end)

  it("waits on for one that becomes ready only then", function()
    local summary = assert(wait({ insertion = true, limit = 60 }, { [2] = function()
      virtual:SetReady(20)
      insert()
    end }))
    assert.same({ "blank", { 1, 1 } }, { summary.State, pauses })
    assert.equal("waiting: the drive is becoming ready", events[#events].reason)
  end)

  it("says at the limit what was missing", function()
    local summary, err = wait { insertion = true, limit = 3 }
    assert.is_nil(summary)
    assert.same({ "medium", 0xC0AA0202, "untouched", { 1, 1, 1 }, 1 },
      { err.stage, err.code, err.disc, pauses, #events })
    virtual:SetReady(90)
    insert()
    summary, err = wait { limit = 10 }
    assert.same({ nil, 0xC0AA0205, "untouched" }, { summary, err.code, err.disc })
  end)

  it("waits for who holds the drive, less and less often, and tells each time", function()
    local id = "virtual:" .. folder .. "/d.cue"
    local other <close> = assert(core.Recorder(id))
    assert(other:AcquireExclusiveAccess(false, "kiosk"))
    recorder:Close()
    recorder = assert(core.Recorder(id))
    local summary = assert(wait({ insertion = true, limit = 60 }, { [4] = function()
      assert(other:ReleaseExclusiveAccess())
    end }))
    assert.same({ "blank", { 1, 2, 4, 8 } }, { summary.State, pauses })
    local told = {}
    for index, event in ipairs(events) do
      assert.is_truthy(event.reason:find("kiosk", 1, true), event.reason)
      told[index] = { event.attempt, event.again }
    end
    assert.same({ {}, { 2, 2 }, { 3, 4 }, { 4, 8 } }, told)
  end)

  it("ends at once when a signal comes", function()
    local summary, err = wait({ insertion = true, limit = 60 }, { [2] = function()
      return "TERM"
    end })
    assert.same({ nil, "interrupted", "TERM", "untouched", { 1, 1 } },
      { summary, err.stage, err.signal, err.disc, pauses })
  end)

  it("asks no second time after an error that time does not mend", function()
    insert()
    virtual:AddFault { command = "TEST UNIT READY", sense = "4/44/00" }
    local summary, err = wait { insertion = true, limit = 60 }
    assert.same({ nil, false, {}, {} }, { summary, err.transient, pauses, events })
    assert.same({ 4, 0x44 }, { err.sense.key, err.sense.asc })
  end)
end)

describe("wait_for_blank", function()
  before_each(function()
    folder = sandbox.folder()
    sandbox.write(folder .. "/1.wav", burner.wav(burner.pcm(400, 1)))
    for name, options in pairs { closed = {}, appendable = { multi = true } } do
      local drive <close> = assert(core.Recorder(("virtual:%s/%s.cue?medium=cd-rw"):format(folder,
        name)))
      options.no_verify = true
      assert(recipe.burn_playlist(drive, { { path = folder .. "/1.wav" } }, options))
    end
    virtual = assert(core.VirtualRecorder { path = folder .. "/closed.cue" })
    recorder = assert(virtual:Recorder())
  end)
  after_each(leave)

  -- Gives the drive these discs, one after the other; what was told of each that came back.
  local function wait(discs, options)
    local told, paused = {}, 0
    options.pause = function()
      paused = paused + 1
      local name = table.remove(discs, 1)
      if name then assert(virtual:Insert { path = ("%s/%s.cue"):format(folder, name) }) end
      return paused > 50 and "INT" or nil
    end
    local summary, err = recipe.wait_for_blank(recorder, options, function(event)
      if event.event == "remark" then told[#told + 1] = event.message end
    end)
    return summary, err, told
  end

  it("gives back what holds tracks, erasable or not, and never writes to it", function()
    local before = sandbox.read(folder .. "/closed.bin") .. sandbox.read(folder
      .. "/appendable.cue")
    local summary, _, told = wait({ "appendable", "blank" }, { insertion = true, limit = 60 })
    assert.same({ "blank", { "the disc is not blank: it holds 1 track and is closed; it is given "
      .. "back", "the disc is not blank: it holds 1 track, with room for more; it is given "
      .. "back" } }, { summary.State, told })
    assert.equal(before, sandbox.read(folder .. "/closed.bin") .. sandbox.read(folder
      .. "/appendable.cue"))
  end)

  it("gives it back once where nobody is waited for", function()
    local summary, err, told = wait({}, {})
    assert.same({ nil, "medium", 0xC0AA0506, "untouched", 1 }, { summary, err.stage, err.code,
      err.disc, #told })
    assert.is_true(virtual:View().TrayOpen)
  end)

  it("does not offer the same disc for ever to somebody who pushes it in again", function()
    local same = {}
    for index = 1, 20 do same[index] = "closed" end
    local summary, err, told = wait(same, { insertion = true, limit = 60 })
    assert.same({ nil, 0xC0AA0506, 5 }, { summary, err.code, #told })
  end)
end)

describe("a burn", function()
  local entries

  before_each(function()
    folder = sandbox.folder()
    virtual = assert(core.VirtualRecorder { path = folder .. "/d.cue" })
    recorder = assert(virtual:Recorder())
    sandbox.write(folder .. "/1.wav", burner.wav(burner.pcm(900, 1)))
    entries = { { path = folder .. "/1.wav" } }
  end)
  after_each(leave)

  local function burn()
    local retries = {}
    local result, err = recipe.burn_playlist(recorder, entries,
      { wait = { pause = function() end } }, function(event)
        if event.event == "retry" then retries[#retries + 1] = event.attempt end
      end)
    return result, err, retries
  end

  it("is prepared once more when the drive was busy, as long as nothing is written", function()
    virtual:AddFault { command = "MODE SELECT", sense = "2/04/07", times = 2 }
    local result, _, retries = burn()
    assert.same({ "finalised", { 1, 2 } }, { result.disc, retries })
  end)

  it("never writes again what a drive has not taken", function()
    for _, sense in ipairs { "3/0C/00", "4/09/00" } do
      assert(virtual:Insert { path = ("%s/%s.cue"):format(folder, sense:gsub("/", "-")) })
      virtual:ClearFaults()
      virtual:AddFault { command = "WRITE", lba = 400, sense = sense, times = 1 }
      local result, err, retries = burn()
      assert.same({ nil, "burn", "open", {} }, { result, err.stage, err.disc, retries })
    end
  end)
end)
