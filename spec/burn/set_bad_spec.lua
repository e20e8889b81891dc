-- SPDX-License-Identifier: GPL-3.0-or-later
-- The recipe burn_set, when somebody puts another's disc in, removes files, or has no room left.

local burner = require "spec.support.burner"
local recipe = require "redbook.recipe"
local sandbox = require "spec.support.sandbox"
local set_bench = require "spec.burn.set_bench"

describe("burn_set in bad company", function()
  local bench, folder, entries, virtual, recorder
  local with, burn, resume, all, discs_in_order, finished, kept, fault

  before_each(function()
    bench = set_bench.new()
    folder, entries = bench.folder, bench.entries
    virtual, recorder = bench.virtual, bench.recorder
    with, burn, resume, all, kept = bench.with, bench.burn, bench.resume, bench.all, bench.kept
    discs_in_order, finished, fault = bench.discs_in_order, bench.finished, bench.fault
  end)
  after_each(function() bench.close() end)

  -- A set that was begun, and of whose first disc nothing is known; another disc in the drive.
  local function another_disc(source)
    virtual:AddFault { command = "SEND OPC INFORMATION", sense = "3/73/03" }
    assert.is_nil((burn(entries)))
    virtual:ClearFaults()
    assert.same({ "begun", 0 }, { kept().discs[1].state, #kept().discs[1].written })
    assert(virtual:Insert { path = folder .. "/other.cue" })
    assert(recipe.burn_playlist(recorder, { { path = source } }, { keep_open = true }))
    local before = sandbox.read(folder .. "/other.cue")
    assert(resume(function(event) return ({ "d1", "d2", "d3" })[event.disc] end))
    finished()
    assert.equal(before, sandbox.read(folder .. "/other.cue"))
    return all("insert")[1].message or all("remark")[1].message
  end

  it("takes no disc that anybody has begun, with a shorter track", function()
    assert.equal("the disc is none of the set five: the disc's session is open, with 1 track; "
      .. "players cannot see it before it is closed", another_disc(entries[5].path))
  end)

  it("takes no disc that anybody has begun, with a track of just such a length", function()
    sandbox.write(folder .. "/other.wav", burner.wav(burner.pcm(set_bench.SECTORS[1], 77)))
    assert.equal("the disc is none of the set five: its first track holds another sound",
      another_disc(folder .. "/other.wav"))
  end)

  it("knows the beginning of its first track again", function()
    fault(350)
    assert.is_nil((burn(entries)))
    virtual:ClearFaults()
    local disc = kept().discs[1]
    assert.same({ 0, 1, 1, 0 }, { #disc.written, #disc.cut, disc.cut[1].number,
      disc.cut[1].start })
    local _, err = resume()
    assert.same({ 2, { { track = 1, entry = 1 } } }, { err.set.disc, all("resume")[1].cut_off })
    assert(virtual:Insert { path = folder .. "/d1.cue" })
    local tracks = recorder:Examine().Tracks
    assert.same({ 3, 400, 700 }, { #tracks, tracks[2].Sectors, tracks[3].Sectors })
  end)

  it("needs no source of a disc that is done", function()
    assert.is_nil((burn(entries)))
    for index = 1, 2 do assert(os.remove(entries[index].path)) end
    assert(resume(discs_in_order()))
    finished()
  end)

  it("burns nothing when what is known of it cannot be kept", function()
    sandbox.write(folder .. "/sets", "a file")
    local _, err = burn(entries)
    assert.same({ "arguments", "untouched" }, { err.stage, err.disc })
    assert.is_truthy(err.message:find("the folder " .. folder .. "/sets", 1, true), err.message)
    assert.same({}, all "prepare")
  end)

  it("says how to go on when the end of a disc cannot be written down", function()
    local path, kept_text = folder .. "/sets/five.json", nil
    local _, err = recipe.burn_set(recorder, entries, with(), function(event)
      if event.event ~= "summary" then return end
      kept_text = sandbox.read(path)
      sandbox.run(("rm %s; mkdir %s"):format(path, path))
    end)
    assert.same({ "finalised", 1 }, { err.disc, err.set.disc })
    assert.is_truthy(err.advice:find "^make room, and go on with this disc in the drive")
    sandbox.run("rmdir " .. path)
    sandbox.write(path, kept_text)
    assert(resume(discs_in_order()))
    assert.equal(2, #all "finish")
    finished()
  end)

  it("refuses a file of a set that somebody has changed, by name and field", function()
    assert.is_nil((burn(entries)))
    local path = folder .. "/sets/five.json"
    local whole = sandbox.read(path)
    for change, problem in pairs {
      ['"title":"T4","isrc":"zz"'] = "entries[4]: isrc: an ISRC",
      ['"title":"T4","start":-1'] = "entries[4]: start: ",
      ['"title":"T4","list":[]'] = "entries[4]: list: ",
    } do
      sandbox.write(path, (whole:gsub('(%[.*)"title":"T4"', function(before)
        return before .. change
      end)))
      local _, err = resume(discs_in_order())
      assert.equal("arguments", err.stage)
      assert.equal(1, (err.message:find(path .. ": " .. problem, 1, true)), err.message)
    end
    sandbox.write(path, (whole:gsub('"settings": {}', '"settings": {"clip":"hard"}')))
    local _, err = resume(discs_in_order())
    assert.is_truthy(err.message:find("clip: 'clamp'", 1, true), err.message)
    sandbox.write(path, whole)
    assert(resume(discs_in_order()))
    finished()
  end)
end)
