-- SPDX-License-Identifier: GPL-3.0-or-later
-- A burn that failed leaves the disc as good as can be, and names the command that goes on: the
-- very words are run, and the disc is whole.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local recipe = require "redbook.recipe"
local report = require "redbook.report"
local sandbox = require "spec.support.sandbox"

local LENGTHS = { 400, 500, 600 }
-- Where they begin on a disc on which nothing goes wrong.
local STARTS = { 0, 552, 1204 }

describe("a burn that fails", function()
  local bench, entries, sounds, names

  local function begin(personality)
    bench = burner.new { personality = personality }
    entries, sounds, names = {}, {}, {}
    for index, sectors in ipairs(LENGTHS) do
      local path, pcm = bench:sound(index .. ".wav", sectors, index)
      entries[index], sounds[index], names[index] = { path = path }, pcm, index .. ".wav"
    end
  end

  after_each(function() bench:close() end)

  -- The failure, and what burn.lua would write of it.
  local function burn(options)
    local lines = {}
    local out = { write = function(_, ...) lines[#lines + 1] = table.concat { ... } end,
      flush = function() end }
    local show = report.text { out = out, width = 200 }
    options = options or {}
    options.commands = { device = "virtual:disc.cue", sources = names, flags = options.flags }
    options.flags = nil
    local result, err = recipe.burn_playlist(bench.recorder, entries, options, show)
    assert.is_nil(result)
    show { event = "error", err = err }
    bench.virtual:ClearFaults()
    return err, table.concat(lines)
  end

  -- Runs the first command that the text names, in the disc's folder.
  local function run_first(text)
    local program, words = assert(text:match "\n  (%l+%.lua) ([^\n]+)\n")
    bench.tao:Close()
    bench.recorder:Close()
    bench.virtual:Close()
    local code, out, err = sandbox.run(("%s %s %s/scripts/%s %s"):format(sandbox.env, sandbox.lua,
      sandbox.root, program, words), bench.folder)
    assert(code == 0, out .. err)
    return program .. " " .. words
  end

  local function finalised()
    return bench:read("disc.cue"):find("finalised yes", 1, true) ~= nil
  end

  -- Each source stands on the disc whole.
  local function all_there()
    local image = bench:read "disc.bin"
    for index, sound in ipairs(sounds) do
      assert.is_truthy(image:find(sound, 1, true), "track " .. index)
    end
  end

  local CONTINUE = "rescue.lua --device virtual:disc.cue --continue 1.wav 2.wav 3.wav"
  local CLOSE = "rescue.lua --device virtual:disc.cue --close"
  local CASES = {
    { "at a WRITE, far into a track", written = 1,
      { command = "WRITE", lba = STARTS[2] + 400, sense = "3/0C/00" } },
    { "at a WRITE, at the beginning of a track", written = 1,
      { command = "WRITE", lba = STARTS[2] + 30, sense = "4/09/00" } },
    { "at the first WRITE of all but one", written = 0,
      { command = "WRITE", lba = 30, sense = "4/09/00" } },
    { "at a SYNCHRONIZE CACHE", written = 1,
      { command = "SYNCHRONIZE CACHE", after = 1, sense = "3/0C/00", times = 3 } },
    { "by a deferred error", written = 1, { command = "WRITE", lba = STARTS[2] + 400,
      sense = { key = 3, asc = 0x0C, ascq = 0, deferred = true } } },
    { "at closing", written = 3, first = CLOSE,
      { command = "CLOSE TRACK SESSION", sense = "3/72/01" } },
  }

  for _, personality in ipairs { "strict", "pioneer", "mitsumi" } do
    for _, case in ipairs(CASES) do
      it(("%s, on a drive like %s"):format(case[1], personality), function()
        begin(personality)
        bench.virtual:AddFault(case[2])
        local err, text = burn()
        assert.same({ "open", "open", case.written }, { err.disc, err.diagnosis.state,
          err.tracks_written })
        assert.equal(#LENGTHS - case.written, #err.left)
        for number = 1, case.written do
          assert.is_true(bench:on_disc(STARTS[number], LENGTHS[number]) == sounds[number])
        end
        -- Nothing is left that only a rescue could close.
        assert.is_false(assert(bench.recorder:MediaSummary()).LastTrackIncomplete)
        assert.equal(case.first or CONTINUE, run_first(text))
        assert.is_true(finalised())
        all_there()
      end)
    end
  end

  it("on a drive that refuses to close its track, says so", function()
    begin "lg"
    bench.virtual:AddFault { command = "WRITE", lba = STARTS[2] + 100, sense = "4/09/00" }
    bench.virtual:AddFault { command = "SYNCHRONIZE CACHE", after = 1, sense = "4/09/00" }
    local err, text = burn()
    assert.same({ "open", "incomplete", 2, 1 }, { err.disc, err.diagnosis.state,
      err.diagnosis.cut_off, err.tracks_written })
    assert.is_truthy(text:find("disc: The writing of track 2 was cut off; the track before it is "
      .. "safe.", 1, true), text)
    assert.is_truthy(text:find("\nleft to burn: 2 (2), 3 (3)\n", 1, true), text)
    bench.virtual:Close()
    assert.equal(CONTINUE, run_first(text))
    all_there()
  end)

  it("keeps what was asked for: another session", function()
    begin()
    bench.virtual:AddFault { command = "WRITE", lba = STARTS[2] + 400, sense = "3/0C/00" }
    local _, text = burn { multi = true, flags = { "--multi" } }
    assert.equal("rescue.lua --device virtual:disc.cue --continue --multi 1.wav 2.wav 3.wav",
      run_first(text))
    assert.is_false(finalised())
    assert.is_truthy(bench:read("disc.cue"):find("session 1 lead-out", 1, true))
    all_there()
  end)

  it("because the drive is gone, names the command that looks", function()
    begin()
    bench.virtual:AddFault { command = "WRITE", lba = STARTS[2] + 400, vanish = true }
    local err, text = burn()
    assert.same({ "unknown", "unknown", 1 }, { err.disc, err.diagnosis.state,
      err.tracks_written })
    assert.equal("rescue.lua --device virtual:disc.cue", run_first(text))
    assert.is_false(finalised())
  end)

  it("in a simulation, has nothing to go on with", function()
    begin()
    bench.virtual:AddFault { command = "WRITE", lba = STARTS[2] + 400, sense = "3/0C/00" }
    local err, text = burn { simulate = true }
    assert.same({ "untouched" }, { err.disc, err.diagnosis })
    assert.is_nil(text:find("rescue.lua", 1, true))
  end)

  it("in a check, has nothing to add to the disc", function()
    begin()
    bench.virtual:AddFault { command = "CLOSE TRACK SESSION", lie = true }
    local err, text = burn()
    assert.same({ "verify", "open", {} }, { err.stage, err.disc, err.left })
    assert.equal(CLOSE, text:match "\n  (rescue%.lua [^\n]+)\n")
  end)

  it("is told to programs with all that is left", function()
    begin()
    bench.virtual:AddFault { command = "WRITE", lba = STARTS[2] + 400, sense = "3/0C/00" }
    local err = burn()
    local line = require("redbook.report.json").line { event = "error", exit = 10, err = err }
    local event = require("cjson").decode(line)
    assert.same({ state = "open", disc = "open", plays = false, track_count = 2 },
      { state = event.err.diagnosis.state, disc = event.err.diagnosis.disc,
        plays = event.err.diagnosis.plays, track_count = event.err.diagnosis.track_count })
    assert.same({ CONTINUE, CLOSE }, { event.err.diagnosis.remedies[1].command,
      event.err.diagnosis.remedies[2].command })
    assert.same({ 2, 3 }, { event.err.left[1].index, event.err.left[2].index })
    assert.equal("3", event.err.left[2].title)
    assert(core.errors[event.err.code])
  end)
end)
