-- SPDX-License-Identifier: GPL-3.0-or-later

local fake = require "spec.unit.recipe.fake_core"
local wait_until_ready = require "redbook.recipe.wait_until_ready"
local with_retries = require "redbook.recipe.with_retries"

local BECOMING = { code = 0xC0AA0205, name = "E_IMAPI_RECORDER_MEDIA_BECOMING_READY",
  message = "TEST UNIT READY failed: not ready (2/04/01)", transient = true }
local EMPTY = { State = "none", MediaType = 0 }

describe("recipe.wait_until_ready", function()
  local log, events

  -- What the recorder is asked, and how long a person is waited for.
  local function wait(answers, options, script)
    log, events = {}, {}
    local recorder = fake.recorder(answers)
    function recorder.BeginWaitReady(_, seconds)
      log[#log + 1] = "wait " .. seconds
      return fake.operation(log, script)
    end
    options = options or {}
    options.pause = options.pause or function(seconds) log[#log + 1] = "pause " .. seconds end
    return wait_until_ready(recorder, options, function(event) events[#events + 1] = event end)
  end

  it("answers at once when there is nothing to wait for", function()
    local disc = fake.blank()
    assert.equal(disc, (wait { disc }))
    assert.same({ {}, {} }, { log, events })
  end)

  it("waits while the drive is becoming ready, and says why, and that it asks again", function()
    local disc = fake.blank()
    assert.equal(disc, (wait { BECOMING, BECOMING, disc }))
    assert.same({ "wait 60", "pause 1", "wait 60" }, log)
    local first = { event = "wait", reason = "waiting: the drive is becoming ready", limit = 60,
      detail = "TEST UNIT READY failed: not ready (2/04/01)" }
    local again = { event = "wait", reason = first.reason, detail = first.detail, limit = 60,
      attempt = 2, again = 1 }
    assert.same({ first, again }, events)
  end)

  it("says in words what it waits for, else what the drive says", function()
    local reasons = {}
    for _, code in ipairs { 0xC0AA0205, 0xC0AA0206, 0xC0AA0207, 0xC0AA020D, 0xC0AA0211 } do
      wait { { code = code, message = "(2/04/07)", transient = true }, fake.blank() }
      reasons[#reasons + 1] = events[1].reason
    end
    assert.same({ "waiting: the drive is becoming ready",
      "waiting: the drive is formatting the disc", "waiting: the drive is busy",
      "waiting: the drive does not answer", "waiting: (2/04/07)" }, reasons)
  end)

  it("gives up on a drive that calls itself ready and does not answer all the same", function()
    local script = {}
    for i = 1, 20 do script[i] = BECOMING end
    local summary, err = wait(script, { limit = 20 })
    assert.is_nil(summary)
    assert.equal(0xC0AA0205, err.code)
    assert.same({ "wait 20", "pause 1", "wait 20", "pause 2", "wait 20", "pause 4", "wait 20",
      "pause 8", "wait 20", "pause 5", "wait 20" }, log)
    local told = {}
    for index, event in ipairs(events) do told[index] = { event.attempt, event.again } end
    assert.same({ {}, { 2, 1 }, { 3, 2 }, { 4, 4 }, { 5, 8 }, { 6, 5 } }, told)
  end)

  it("gives up at the limit with the drive's reason", function()
    local summary, err = wait({ BECOMING }, { limit = 10 }, { outcome = { nil, BECOMING } })
    assert.is_nil(summary)
    assert.same({ "wait 10" }, log)
    assert.same({ stage = "medium", code = 0xC0AA0205, transient = true, disc = "untouched",
      name = "E_IMAPI_RECORDER_MEDIA_BECOMING_READY", message = BECOMING.message }, err:as_table())
    assert.equal(0xC0AA0205, select(2, wait({ BECOMING }, { limit = 0 })).code)
    assert.same({}, log)
  end)

  it("does not wait for a disc unless told", function()
    local _, err = wait { EMPTY }
    assert.same({ "medium", 0xC0AA0202, "there is no disc in the drive" },
      { err.stage, err.code, err.message })
    assert.same({}, log)
    local disc = fake.blank()
    assert.equal(disc, (wait({ EMPTY, EMPTY, EMPTY, BECOMING, BECOMING, disc },
      { insertion = true, limit = 600 })))
    assert.same({ "pause 1", "pause 1", "pause 1", "wait 600" }, log)
    assert.same({ { event = "wait", reason = "waiting for a disc", limit = 600 },
      { event = "wait", reason = "waiting: the drive is becoming ready", limit = 600,
        detail = "TEST UNIT READY failed: not ready (2/04/01)" } }, events)
  end)

  it("does not wait for whoever holds the drive unless told", function()
    local held = { code = 0xC0AA0210, message = "kiosk holds the drive", transient = true }
    local _, err = wait { held }
    assert.same({ "medium", 0xC0AA0210, {}, {} }, { err.stage, err.code, log, events })
    local disc = fake.blank()
    assert.equal(disc, (wait({ held, held, disc }, { insertion = true, limit = 5 })))
    assert.same({ "pause 1", "pause 2" }, log)
    local reason = "waiting: kiosk holds the drive"
    assert.same({ { event = "wait", reason = reason, limit = 5 },
      { event = "wait", reason = reason, limit = 5, attempt = 2, again = 2 } }, events)
    _, err = wait({ held }, { insertion = true, limit = 2 })
    assert.same({ 0xC0AA0210, { "pause 1", "pause 1" } }, { err.code, log })
    wait({ held }, { insertion = true, limit = 25 })
    assert.same({ "pause 1", "pause 2", "pause 4", "pause 8", "pause 8", "pause 2" }, log)
  end)

  it("has a limit for each thing that it waits for", function()
    local disc = fake.blank()
    assert.equal(disc, (wait({ EMPTY, EMPTY, BECOMING, BECOMING, disc },
      { insertion = true, limit = 2 })))
    assert.same({ "pause 1", "pause 1", "wait 2" }, log)
  end)

  it("gives up on a person at the limit, too", function()
    local _, err = wait({ EMPTY }, { insertion = true, limit = 3 })
    assert.equal(0xC0AA0202, err.code)
    assert.same({ "pause 1", "pause 1", "pause 1" }, log)
  end)

  it("does not wait for what time does not mend", function()
    local _, err = wait { { code = 0x80070037, message = "gone", transient = false } }
    assert.same({ 0x80070037, {} }, { err.code, log })
  end)

  it("ends when a signal comes", function()
    local _, err = wait({ EMPTY }, { insertion = true, pause = function() return "INT" end })
    assert.same({ "interrupted", "INT", "untouched", "interrupted while waiting for the disc" },
      { err.stage, err.signal, err.disc, err.message })
    _, err = wait({ BECOMING }, nil, { events = { { type = "signal", signal = "HUP" } },
      on_cancel = { nil, { code = 0xC0AA0002, message = "c", disc = "untouched" } } })
    assert.same({ "interrupted", "HUP", "untouched" }, { err.stage, err.signal, err.disc })
    assert.same({ "wait 60", "cancel" }, log)
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

describe("recipe.wait_until_ready and with_retries", function()
  local function raised(call, ...)
    return (select(2, pcall(call, ...)):gsub("^[^ ]+:%d+: ", ""))
  end

  it("raise for options that they do not know", function()
    assert.equal("wait_until_ready: options: unknown key 'timeout'; known are: insertion, limit, "
      .. "pause, waiter", raised(wait_until_ready, {}, { timeout = 5 }))
    assert.equal("wait_until_ready: options: limit: a number of seconds, 0 or more, expected, "
      .. "got -1", raised(wait_until_ready, {}, { limit = -1 }))
    assert.equal("with_retries: policy: unknown key 'attempt'; known are: attempts, factor, "
      .. "first, longest, on_event, pause, retryable", raised(with_retries, print,
      { attempt = 5 }))
    assert.equal("with_retries: policy: attempts: an integer, 1 or more, expected, got 0",
      raised(with_retries, print, { attempts = 0 }))
    assert.equal("with_retries: policy: retryable: function expected, got true",
      raised(with_retries, print, { retryable = true }))
  end)
end)
