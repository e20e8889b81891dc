-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the recipe that erases a disc takes, gives, and asks before.

local burner = require "spec.support.burner"
local failure = require "redbook.failure"
local recipe = require "redbook.recipe"

describe("recipe.erase_disc", function()
  local bench, events

  before_each(function()
    bench = burner.new { medium = "cd-rw" }
    events = {}
  end)
  after_each(function() bench:close() end)

  local function burn()
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack((bench:sound("sound.wav", 400))))
    assert(bench.tao:ReleaseMedia())
  end

  local function erase(options)
    return recipe.erase_disc(bench.recorder, options, function(event)
      local last = events[#events]
      if last ~= event.event then events[#events + 1] = event.event end
    end)
  end

  local function state() return assert(bench.recorder:MediaSummary()).State end

  it("gives the disc before and afterwards, and how long it took", function()
    burn()
    local result = assert(erase())
    assert.same({ true, "complete", "blank", 1, 0 }, { result.erased, result.before.State,
      result.after.State, result.before.NumberOfTracks, result.after.NumberOfTracks })
    assert.is_true(result.seconds > 20 and result.seconds < 60, result.seconds)
    assert.same({ "medium", "progress", "erased" }, events)
  end)

  it("leaves a blank disc, and asks nobody about it", function()
    local function never() error "asked" end
    local result = assert(erase { confirm = never })
    assert.same({ false, "blank" }, { result.erased, result.after.State })
    assert.is_nil(result.seconds)
    assert.same({ "medium", "erased" }, events)
    assert.is_true(assert(erase { full = true, confirm = never }).erased)
  end)

  it("does not erase what is not agreed to", function()
    burn()
    local asked
    local result, err = erase { confirm = function(medium)
      asked = medium.NumberOfTracks
      return nil, failure.new { stage = "arguments", message = "no" }
    end }
    assert.same({ nil, "no", 1, "complete" }, { result, err.message, asked, state() })
    assert.is_true(assert(erase { confirm = function() return true end }).erased)
  end)

  it("stops for a signal before it begins", function()
    burn()
    local result, err = erase { stop = function() return "TERM" end }
    assert.same({ nil, "interrupted", "TERM", "untouched", "complete" },
      { result, err.stage, err.signal, err.disc, state() })
  end)

  it("tells what failed, in which stage, and how the disc is", function()
    burn()
    bench.virtual:AddFault { command = "BLANK", sense = "3/51/00" }
    local result, err = erase()
    assert.same({ nil, "erase", 0x80AA0905, "finalised" },
      { result, err.stage, err.code, err.disc })
    bench.virtual:ClearFaults()
    assert(bench.virtual:OpenTray())
    result, err = erase()
    assert.same({ nil, "medium", 0xC0AA0202, "untouched" },
      { result, err.stage, err.code, err.disc })
  end)

  it("takes no other disc", function()
    for medium, code in pairs { ["cd-r"] = 0x80AA0904, pressed = 0xC0AA0909 } do
      local other <close> = burner.new { medium = "cd-r" }
      assert(other.tao:PrepareMedia())
      assert(other.tao:AddAudioTrack((other:sound("sound.wav", 400))))
      assert(other.tao:ReleaseMedia())
      if medium == "pressed" then
        other.virtual:AddFault { command = "GET CONFIGURATION",
          reply = string.char(0, 0, 0, 4, 0, 0, 0, 8) }
      end
      local result, err = recipe.erase_disc(other.recorder)
      assert.same({ nil, "medium", code, "untouched" },
        { result, err.stage, err.code, err.disc })
    end
  end)

  it("lets the host wait in its own way", function()
    burn()
    local turns, result = 0, nil
    local host = coroutine.wrap(function()
      result = assert(erase { waiter = function(operation)
        turns = turns + 1
        coroutine.yield(operation)
      end })
    end)
    repeat host() until result
    assert.is_true(turns > 0)
    assert.is_true(result.erased)
  end)

  it("raises for what it does not know", function()
    for _, options in ipairs { { ful = true }, { full = 1 }, { client_name = 5 },
      { wait = { limit = "x" } } } do
      local _, err = pcall(recipe.erase_disc, bench.recorder, options)
      assert.is_truthy(tostring(err):find("erase_disc", 1, true), tostring(err))
    end
    assert.is_truthy(tostring(burner.raised(recipe.erase_disc)):find("recorder", 1, true))
  end)
end)
