-- SPDX-License-Identifier: GPL-3.0-or-later

local fake = require "spec.unit.recipe.fake_core"
local run = require "redbook.run"

describe("run", function()
  it("steps to the end and gives the result", function()
    local log, seen = {}, {}
    local err = {}
    local operation = fake.operation(log, { events = { { type = "update" } },
      outcome = { nil, err } })
    assert.same({ nil, err }, { run(operation, function(event) seen[#seen + 1] = event.type end) })
    assert.same({ "update", "done" }, seen)
    assert.same({}, log)
  end)

  it("blocks in a plain script and never in a coroutine", function()
    local waits = {}
    local function operation()
      local steps = 0
      return { step = function(_, seconds)
          waits[#waits + 1] = seconds or "ever"
          steps = steps + 1
          if steps < 3 then return nil, "again" end
          return { type = "done" }
        end, result = function() return true end, cancel = function() end }
    end
    -- busted runs specs outside coroutines or inside; both are tried here for certain.
    local inside = coroutine.wrap(function() return "result", run(operation()) end)
    local op = inside()
    assert.equal("function", type(op.step))
    inside()
    assert.same({ "result", true }, { inside() })
    assert.same({ 0, 0, 0 }, waits)

    waits = {}
    local turns = 0
    coroutine.wrap(function() run(operation(), nil, function() turns = turns + 1 end) end)()
    assert.equal(2, turns)
  end)

  it("ends an operation that another loop has finished", function()
    local operation = fake.operation({}, {})
    operation:step()
    assert.is_true((run(operation)))
  end)

  it("cancels when the handler raises", function()
    local log = {}
    local operation = fake.operation(log, { events = { { type = "update" } } })
    local problem = {}
    local ok, raised = pcall(run, operation, function() error(problem) end)
    assert.same({ false, problem }, { ok, raised })
    assert.equal(problem, raised)
    assert.same({ "cancel" }, log)
  end)

  it("says what is wrong when it gets no operation", function()
    local function raised(...)
      return select(2, pcall(run, ...)):gsub("^[^ ]+:%d+: ", "")
    end
    local usual = "redbook.run: an operation expected, got nil; a Begin* method gives nil and an "
      .. "error when it fails: use redbook.run(assert(...))"
    assert.equal(usual, raised())
    assert.equal(usual, raised(nil, print))
    assert.equal(usual .. ": the disc is not blank", raised(nil, setmetatable({}, {
      __tostring = function() return "the disc is not blank" end })))
    assert.equal("redbook.run: an operation expected, got a string", raised "x")
    local log = {}
    assert.equal("redbook.run: on_event: a function expected, got a number",
      raised(fake.operation(log), 5))
    assert.same({}, log)
  end)
end)
