-- SPDX-License-Identifier: GPL-3.0-or-later
-- One rendering, several discs: on several drives at once, and one after the other.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local gate = require "spec.support.gate"
local recipe = require "redbook.recipe"
local sandbox = require "spec.support.sandbox"

local SECTORS = { 301, 700, 420 }

describe("copies", function()
  local folder, entries, drives

  before_each(function()
    folder, drives, entries = sandbox.folder(), {}, {}
    for index, sectors in ipairs(SECTORS) do
      local path = ("%s/%d.wav"):format(folder, index)
      sandbox.write(path, burner.wav(burner.pcm(sectors, index)))
      entries[index] = { path = path, title = "T" .. index }
    end
  end)
  after_each(function()
    for _, drive in ipairs(drives) do
      drive.recorder:Close()
      drive.virtual:Close()
    end
    sandbox.remove(folder)
  end)

  local function add_drive()
    local name = ("%s/disc%d.cue"):format(folder, #drives + 1)
    local virtual = assert(core.VirtualRecorder { path = name })
    drives[#drives + 1] = { name = name, virtual = virtual,
      recorder = assert(virtual:Recorder()) }
    return drives[#drives]
  end

  local function recorders(count)
    local list = {}
    for index = 1, count do list[index] = add_drive().recorder end
    return list
  end

  -- What is on the disc, and what ought to be.
  local function sound(name)
    return sandbox.read((name:gsub("cue$", "bin")))
  end
  local function expected()
    local parts = {}
    for index, sectors in ipairs(SECTORS) do
      parts[#parts + 1] = burner.pcm(sectors, index)
      parts[#parts + 1] = index < #SECTORS and ("\0"):rep(152 * burner.SECTOR) or nil
    end
    return table.concat(parts)
  end

  local events
  local function burn(list, options)
    events = {}
    return recipe.copies(list, entries, options, function(event) events[#events + 1] = event end)
  end
  local function all(name, device)
    local found = {}
    for _, event in ipairs(events) do
      if event.event == name and (not device or event.device == device) then
        found[#found + 1] = event
      end
    end
    return found
  end
  local function is_good(disc)
    local wanted = expected()
    return sound(disc):sub(1, #wanted) == wanted
  end

  it("go onto four drives from one rendering, and one that fails drops out", function()
    local list = recorders(4)
    drives[3].virtual:AddFault { command = "WRITE", lba = 800, sense = "3/0C/00" }
    -- Decoded once: after it nobody needs the files.
    local result, err = burn(list, { confirm = function()
      for _, entry in ipairs(entries) do io.open(entry.path, "wb"):close() end
      return true
    end })
    assert.is_nil(result)
    assert.same({ 3, #SECTORS }, { #all "scan" == #SECTORS and 3, #all "scanned" })
    assert.same({ "burn", 4, 3 }, { err.stage, err.wanted, err.made })
    assert.same({ 3, 0x0C }, { err.sense.key, err.sense.asc })
    for index, drive in ipairs(drives) do
      local disc, id = err.discs[index], drive.recorder.ActiveDiscRecorder
      assert.same({ id, index, index ~= 3 }, { disc.device, disc.copy, disc.ok })
      if index ~= 3 then
        assert.equal("finalised", disc.disc)
        assert.is_true(is_good(drive.name))
        assert.is_true(all("verified", id)[1].identical)
        assert.same({}, all("remark", id))
      end
      assert.equal(1, #all("plan", id))
      assert.equal(1, #all("copy", id))
    end
    assert.equal(err, err.discs[3].err)
    assert.equal(1, err.tracks_written)
    assert.same({ 2, "open" }, { drives[3].virtual:View().DiscStatus == 1 and 2, err.disc })
    for _, event in ipairs(events) do
      if event.event == "progress" or event.event == "track" or event.event == "prepare" then
        assert.is_string(event.device)
      end
    end
    local copies = all("copies")[1]
    assert.same({ 1, 4, 3, 4 }, { #all "copies", copies.wanted, copies.made, #copies.discs })
    assert.same({ device = drives[3].recorder.ActiveDiscRecorder, copy = 3, ok = false,
      disc = "open" }, copies.discs[3])
  end)

  it("are decoded by each drive where there is no room for a rendering", function()
    local result = assert(burn(recorders(3), { render_ahead = "off" }))
    assert.same({ 3, 3 }, { result.made, result.wanted })
    assert.equal(#SECTORS, #all "scan")
    for _, drive in ipairs(drives) do assert.is_true(is_good(drive.name)) end
    assert.same({ "1 of 3 tracks found no room for temporary files; each drive decodes them for "
      .. "itself" }, { all("remark")[1].message })
    assert.equal(1, #all "remark")
  end)

  it("are not burned from a file that has changed since another drive has read it", function()
    local list = recorders(2)
    local _, err = recipe.copies(list, entries, { render_ahead = "off" }, function(event)
      if event.event == "scanned" and event.index == #entries then
        sandbox.write(entries[2].path, burner.wav(burner.pcm(SECTORS[2], 99)))
      end
    end)
    assert.same({ 0, 2 }, { err.made, err.wanted })
    -- The drive that has come last to its plan burns what was scanned, the other looks again.
    local second, first = err.discs[1].err, err.discs[2].err
    assert.same({ "source", "untouched", entries[2].path .. " has changed since it was scanned" },
      { second.stage, second.disc, second.message })
    assert.same({ "burn", 0xC0AA050D, "open" }, { first.stage, first.code, first.disc })
    assert.is_truthy(first.message:find("changed while it was being burned", 1, true))
  end)

  it("that are more than the drives wait for the next disc", function()
    local list, asked = recorders(2), {}
    local result = assert(recipe.copies(list, entries, { copies = 3 }, function(event)
      if event.event ~= "insert" then return end
      asked[#asked + 1] = event
      local drive = drives[event.device == list[1].ActiveDiscRecorder and 1 or 2]
      -- The one that is full already, and then a blank one.
      drive.next = event.message and folder .. "/third.cue" or drive.name
      assert(drive.virtual:Insert { path = drive.next })
    end))
    assert.same({ 3, 3 }, { result.made, result.wanted })
    assert.same({ 1, 2, 3 }, { result.discs[1].copy, result.discs[2].copy, result.discs[3].copy })
    assert.equal(2, #asked)
    assert.same({ 3, 3, 600 }, { asked[1].copy, asked[1].of, asked[1].limit })
    assert.equal("the disc is not blank: it holds 3 tracks and is closed", asked[2].message)
    for _, name in ipairs { "disc1", "disc2", "third" } do
      assert.is_true(is_good(("%s/%s.cue"):format(folder, name)))
    end
  end)

  it("fail when the next disc does not come", function()
    local _, err = burn(recorders(1), { copies = 2, wait = { limit = 1, insertion = true } })
    assert.same({ "medium", 0xC0AA0202, 1, 2, "untouched" }, { err.stage, err.code, err.made,
      err.wanted, err.disc })
    assert.same({ true, false }, { err.discs[1].ok, err.discs[2].ok })
  end)

  it("are not begun when the sources cannot be burned", function()
    sandbox.write(entries[2].path, "no sound")
    local _, err = burn(recorders(2))
    assert.same({ "source", "untouched" }, { err.stage, err.disc })
    assert.same({ {}, {}, {} }, { err.discs, all "copy", all "prepare" })
    assert.equal(#SECTORS, #all "scan")
  end)

  it("leave out a drive without a suitable disc before anything is decoded", function()
    local list = recorders(3)
    drives[2].virtual:OpenTray()
    local _, err = burn(list)
    assert.same({ "medium", 0xC0AA0202, 2 }, { err.stage, err.code, err.made })
    local order = {}
    for _, event in ipairs(events) do order[#order + 1] = event.event end
    assert.equal("copy", order[1])
    assert.is_true(is_good(drives[1].name) and is_good(drives[3].name))
  end)

  it("ask the host once, when all have a plan, and heed it", function()
    local asked = 0
    local _, err = burn(recorders(2), { confirm = function(plan)
      asked = asked + 1
      assert.equal(2, #all "plan")
      return nil, require("redbook.failure").interrupted("INT", "untouched", plan.fits and "no")
    end })
    assert.same({ 1, "INT", 0 }, { asked, err.signal, err.made })
    assert.same({}, all "prepare")
  end)

  it("stop on all drives when a signal comes", function()
    local signal
    local list, begun = recorders(3), 0
    for index = #entries + 1, 60 do entries[index] = entries[1] end
    -- Each disc holds a track then, and none is done: before and after they are left otherwise.
    local _, err = recipe.copies(list, entries, { stop = function() return signal end },
      function(event)
        if event.event == "track" and event.index == 2 then begun = begun + 1 end
        if begun == 3 then signal = "TERM" end
      end)
    assert.equal("TERM", err.signal)
    assert.equal(0, err.made)
    for _, disc in ipairs(err.discs) do
      assert.same({ "TERM", "open" }, { disc.err.signal, disc.err.disc })
    end
  end)

  it("simulate once on each drive", function()
    local result = assert(burn(recorders(2), { copies = 5, simulate = true }))
    assert.same({ 2, 2 }, { result.made, result.wanted })
    for _, drive in ipairs(drives) do assert.equal(0, drive.virtual:View().Tracks) end
  end)

  it("plan without burning", function()
    assert(burn(recorders(2), { plan_only = true }))
    assert.same({ 2, 0, 0 }, { #all "plan", #all "copies", #all "prepare" })
  end)

  it("let a host's coroutine go on", function()
    local yielded, shut, list, held <close> = 0, false, recorders(2), gate.new(folder)
    local slow = assert(drives[1].virtual:Recorder { trace = held.path })
    local host = coroutine.wrap(function()
      return "done", recipe.copies({ slow, list[2] }, entries, {}, function(event)
        -- One drive stands still in its first track, until the host has had its turns.
        if event.event == "track" and event.device == slow.ActiveDiscRecorder and not shut then
          held:shut()
          shut = true
        end
      end)
    end)
    local state, result
    repeat
      state, result = host()
      if state ~= "done" then
        yielded = yielded + (shut and 1 or 0)
        if yielded == 3 then held:open() end
        core.wait(state, 0.01)
      end
    until state == "done"
    assert.equal(2, result.made)
    assert.is_true(yielded > 2)
    slow:Close()
  end)

  it("let go of all drives when a handler raises", function()
    local list = recorders(2)
    local thrown = burner.raised(recipe.copies, list, entries, {}, function(event)
      if event.event == "track" then error "from the handler" end
    end)
    assert.is_truthy(tostring(thrown):find("from the handler", 1, true))
    for _, recorder in ipairs(list) do
      assert(recorder:AcquireExclusiveAccess(true, "next"))
      assert(recorder:ReleaseExclusiveAccess())
    end
  end)

  it("refuse wrong use in the caller's line", function()
    local list = recorders(1)
    for options, problem in pairs {
      [{ copies = 0 }] = "copies: options: copies: an integer, 1 or more, expected, got 0",
      [{ copy = 2 }] = "copies: options: unknown key 'copy'",
    } do
      local thrown = burner.raised(function() recipe.copies(list, entries, options) end)
      assert.is_truthy(thrown:find(problem, 1, true), thrown)
      assert.is_truthy(thrown:find "copies_spec", thrown)
    end
    assert.is_truthy(burner.raised(recipe.copies, {}, entries):find("a list of recorders", 1, true))
  end)
end)
