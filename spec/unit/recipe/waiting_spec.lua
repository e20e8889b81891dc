-- SPDX-License-Identifier: GPL-3.0-or-later

local fake = require "spec.unit.recipe.fake_core"
local wait_until_ready = require "redbook.recipe.wait_until_ready"
local with_retries = require "redbook.recipe.with_retries"

local BECOMING = { code = 0xC0AA0205, name = "E_IMAPI_RECORDER_MEDIA_BECOMING_READY",
  message = "the drive is becoming ready", transient = true }
local EMPTY = { State = "none", MediaType = 0 }

describe("recipe.wait_until_ready", function()
  local pauses, events

  local function wait(answers, options, id)
    pauses, events = 0, {}
    options = options or {}
    options.pause = options.pause or function(seconds)
      pauses = pauses + 1
      assert.equal(0.5, seconds)
    end
    return wait_until_ready(fake.recorder(answers, id), options, function(event)
      events[#events + 1] = event
    end)
  end

  it("answers at once when there is nothing to wait for", function()
    local disc = fake.blank()
    assert.equal(disc, (wait { disc }))
    assert.same({ 0, {} }, { pauses, events })
  end)

  it("waits while the drive is becoming ready, and says why once", function()
    local disc = fake.blank()
    assert.equal(disc, (wait { BECOMING, BECOMING, BECOMING, disc }))
    assert.equal(3, pauses)
    assert.same({ { event = "wait", reason = "the drive is becoming ready", limit = 60 } },
      events)
  end)

  it("gives up at the limit with the drive's reason", function()
    local summary, err = wait({ BECOMING }, { limit = 10 })
    assert.is_nil(summary)
    assert.equal(20, pauses)
    assert.same({ stage = "medium", code = 0xC0AA0205, transient = true, disc = "untouched",
      name = "E_IMAPI_RECORDER_MEDIA_BECOMING_READY", message = "the drive is becoming ready" },
      err:as_table())
    assert.equal(0xC0AA0205, select(2, wait({ BECOMING }, { limit = 0 })).code)
    assert.equal(0, pauses)
  end)

  it("does not wait for a disc unless told", function()
    local _, err = wait { EMPTY }
    assert.same({ "medium", 0xC0AA0202, "there is no disc in the drive", 0 },
      { err.stage, err.code, err.message, pauses })
    local disc = fake.blank()
    assert.equal(disc, (wait({ EMPTY, EMPTY, BECOMING, disc }, { insertion = true,
      limit = 600 })))
    assert.same({ { event = "wait", reason = "waiting for a disc", limit = 600 },
      { event = "wait", reason = "the drive is becoming ready", limit = 600 } }, events)
  end)

  it("does not wait for what time does not mend", function()
    local _, err = wait { { code = 0x80070037, message = "gone", transient = false } }
    assert.same({ 0x80070037, 0 }, { err.code, pauses })
  end)

  it("ends when a signal comes", function()
    local _, err = wait({ BECOMING }, { pause = function() return "INT" end })
    assert.same({ "interrupted", "INT", "untouched", "interrupted while waiting for the disc" },
      { err.stage, err.signal, err.disc, err.message })
  end)

  it("asks a virtual recorder until its simulated time has passed, without sleeping", function()
    local answers = {}
    for index = 1, 1200 do answers[index] = BECOMING end
    local disc = fake.blank()
    answers[#answers + 1] = disc
    local slept = 0
    assert.equal(disc, (wait(answers, { pause = function(seconds) slept = slept + seconds end },
      "virtual:disc.cue")))
    assert.equal(0, slept)
    assert.equal(1, #events)
  end)
end)

describe("recipe.with_retries", function()
  local slept, events

  -- Calls with_retries on a function that fails with these errors, one each time.
  local function try(errors, policy)
    local calls = 0
    slept, events = {}, {}
    policy = policy or {}
    policy.pause = policy.pause or function(seconds) slept[#slept + 1] = seconds end
    policy.on_event = function(event) events[#events + 1] = event end
    return with_retries(function(attempt)
      calls = calls + 1
      assert.equal(calls, attempt)
      if errors[attempt] then return nil, errors[attempt] end
      return "value", "remark"
    end, policy)
  end

  it("gives a success with its remark and the number of attempts", function()
    assert.same({ "value", "remark", 1 }, { try {} })
    assert.same({ "value", "remark", 3 }, { try { BECOMING, BECOMING } })
    assert.same({ 1, 2 }, slept)
    assert.same({ { event = "retry", attempt = 1, of = 5, wait = 1,
      message = tostring(BECOMING) }, { event = "retry", attempt = 2, of = 5, wait = 2,
      message = tostring(BECOMING) } }, events)
  end)

  it("gives up when the attempts are used up", function()
    local errors = { BECOMING, BECOMING, BECOMING, BECOMING, BECOMING, BECOMING, BECOMING }
    assert.same({ nil, BECOMING, 5 }, { try(errors) })
    assert.same({ 1, 2, 4, 8 }, slept)
    try(errors, { attempts = 4, first = 10, factor = 3, longest = 60 })
    assert.same({ 10, 30, 60 }, slept)
  end)

  it("does not try again what will not change", function()
    local fatal = { message = "no", transient = false }
    assert.same({ nil, fatal, 1 }, { try { fatal } })
    assert.same({ nil, "no", 1 }, { try { "no" } })
    assert.same({ "value", "remark", 2 }, { try({ "no" }, { retryable = function(err)
      return err == "no"
    end }) })
  end)

  it("stops at a signal", function()
    assert.same({ nil, BECOMING, 1 }, { try({ BECOMING }, { pause = function()
      return "TERM"
    end }) })
  end)

  it("takes false for a value", function()
    assert.same({ false, nil, 1 }, { with_retries(function() return false end) })
  end)
end)
