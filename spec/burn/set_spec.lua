-- SPDX-License-Identifier: GPL-3.0-or-later
-- The recipe burn_set with one drive whose discs are exchanged: which discs it takes, which it
-- gives back, and what it goes on with.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local gate = require "spec.support.gate"
local recipe = require "redbook.recipe"
local sandbox = require "spec.support.sandbox"
local set_bench = require "spec.burn.set_bench"

describe("burn_set", function()
  local bench, folder, entries, virtual, recorder, options
  local with, burn, resume, all, discs_in_order, holds, finished, kept, fault

  before_each(function()
    bench = set_bench.new()
    folder, entries, virtual = bench.folder, bench.entries, bench.virtual
    recorder, options = bench.recorder, bench.options
    with, burn, resume, all, kept = bench.with, bench.burn, bench.resume, bench.all, bench.kept
    discs_in_order, holds, finished = bench.discs_in_order, bench.holds, bench.finished
    fault = bench.fault
  end)
  after_each(function() bench.close() end)

  it("burns one disc after the other", function()
    local result = assert(burn(entries, nil, discs_in_order()))
    assert.same({ 3, "five", 3 }, { result.discs, result.name, #result.results })
    finished()
    local set = all("set")[1]
    assert.same({ "order", false, 3, 2, 1252 }, { set.split, set.resumed, #set.discs,
      set.discs[1].track_count, set.discs[1].needed_sectors })
    local labels, left = {}, {}
    for index, event in ipairs(all "set_disc") do labels[index] = event.label end
    for index, event in ipairs(all "disc_done") do left[index] = event.left end
    assert.same({ { "1 of 3", "2 of 3", "3 of 3" }, { 2, 1, 0 } }, { labels, left })
    assert.equal(#set_bench.SECTORS, #all "scan")
    assert.same({ 2, 2, 3, false }, { #all "insert", all("insert")[1].disc, all("insert")[1].of,
      all("insert")[1].begun })
    assert.same({ { event = "set_done", name = "five", discs = 3 } }, all "set_done")
    for _, event in ipairs(all "verified") do assert.is_true(event.identical) end
  end)

  it("is no set when everything fits on one disc", function()
    local result = assert(burn(entries, { capacity = 9000 }))
    assert.equal(1, result.discs)
    assert.is_true(holds("d1", 1, 2, 3, 4, 5))
    assert.same({ {}, {}, 1 }, { all "set", all "set_disc", #all "summary" })
    assert.same({ "", 0 }, { (select(2, sandbox.run("ls " .. folder .. "/sets"))), 0 })
  end)

  it("gives back discs that it cannot use, and says why", function()
    local names = { "d1", "other", "d2", "d1", "d3" }
    do
      local other <close> = assert(core.VirtualRecorder { path = folder .. "/other.cue" })
      local drive <close> = assert(other:Recorder())
      assert(recipe.burn_playlist(drive, { entries[3] }, { multi = true }))
    end
    assert(burn(entries, nil, function() return table.remove(names, 1) and nil end) == nil)
    names = { "other", "d1", "d2", "d1", "d3" }
    assert(resume(function() return table.remove(names, 1) end))
    local messages = {}
    for index, event in ipairs(all "insert") do messages[index] = event.message or "" end
    assert.same({ "", "the disc is none of the set five: the disc plays: its session is closed, "
      .. "with 1 track, and another one may follow", "this is disc 1 of 3, which is done", "",
      "this is disc 1 of 3, which is done" }, messages)
    finished()
  end)

  it("goes on with the next track of a disc that is begun", function()
    virtual:AddFault { command = "WRITE", lba = 800, sense = "3/0C/00" }
    local _, err = burn(entries)
    assert.same({ "burn", { name = "five", disc = 1, of = 3 }, 1 }, { err.stage, err.set,
      err.tracks_written })
    local disc = kept().discs[1]
    assert.same({ "begun", 1, 1, 400 }, { disc.state, #disc.written, disc.written[1].entry,
      disc.written[1].sectors })
    virtual:ClearFaults()
    assert(resume(discs_in_order(), { resume = true }))
    assert.is_true(holds("d2", 3, 4))
    assert.is_true(holds("d3", 5))
    local found = all("resume")[1]
    assert.same({ 1, 1, { { track = 2, entry = 2 } } }, { #found.on_disc, found.left,
      found.cut_off })
    local tracks = recorder:Examine().Tracks
    assert.equal(1, #tracks)
    assert(virtual:Insert { path = folder .. "/d1.cue" })
    tracks = recorder:Examine().Tracks
    assert.same({ 3, 400, 700 }, { #tracks, tracks[1].Sectors, tracks[3].Sectors })
    -- Both runs compared what they had sent.
    assert.equal(4, #all "verified")
  end)

  -- The program was killed between a track's end and the writing down of it.
  local function forget_last(name)
    local path = folder .. "/sets/five.json"
    local text = sandbox.read(path)
    local cut = text:gsub('("written":%[{"accuraterip".-"title":"T1"})'
      .. ',{"accuraterip".-"title":"T2"}', "%1")
    assert.is_true(#cut < #text)
    sandbox.write(path, cut)
    assert(virtual:Insert { path = ("%s/%s.cue"):format(folder, name) })
  end

  it("finds a track that was complete and not written down, and compares it", function()
    options.capacity = 1900
    virtual:AddFault { command = "WRITE", lba = 1500, sense = "3/0C/00" }
    assert.is_nil((burn(entries)))
    virtual:ClearFaults()
    assert.equal(2, #kept().discs[1].written)
    local before = kept().discs[1].written[2]
    forget_last "d1"
    assert.equal(1, #kept().discs[1].written)
    local _, err = resume()
    assert.equal(2, err.set.disc)
    assert.same({ 2, { { track = 3, entry = 3 } } }, { #all("resume")[1].on_disc,
      all("resume")[1].cut_off })
    assert.equal("track 2 of the disc was written just before the burn was cut off; it was found "
      .. "by its length", all("remark")[1].message)
    local after = kept().discs[1].written[2]
    for _, name in ipairs { "crc32", "blocks", "head", "tail", "number", "start", "sectors",
      "entry", "accuraterip" } do
      assert.same(before[name], after[name])
    end
    assert.is_true(holds("d1", 1, 2))
  end)

  it("burns a track again that is long enough, but not as it was sent", function()
    options.capacity = 1300
    virtual:AddFault { command = "CLOSE TRACK SESSION", sense = "3/0C/00" }
    assert.is_nil((burn(entries)))
    virtual:ClearFaults()
    assert.equal(2, #kept().discs[1].written)
    local image = sandbox.read(folder .. "/d1.bin")
    local at = (552 + 690) * burner.SECTOR
    sandbox.write(folder .. "/d1.bin", image:sub(1, at) .. ("\0"):rep(4000)
      .. image:sub(at + 4001))
    forget_last "d1"
    local _, err = resume()
    assert.equal(2, err.set.disc)
    assert.same({ { track = 2, entry = 2 } }, all("resume")[1].cut_off)
    assert(virtual:Insert { path = folder .. "/d1.cue" })
    local tracks = recorder:Examine().Tracks
    assert.same({ 3, 700, 700 }, { #tracks, tracks[2].Sectors, tracks[3].Sectors })
    image = sandbox.read(folder .. "/d1.bin")
    local start = tracks[3].StartLba * burner.SECTOR
    assert.is_true(image:sub(start + 1, start + 700 * burner.SECTOR) == burner.pcm(700, 2))
  end)

  it("begins a disc anew on a blank one that is put in instead", function()
    fault(800)
    assert.is_nil((burn(entries)))
    virtual:ClearFaults()
    assert(virtual:Insert { path = folder .. "/new.cue" })
    assert(resume(discs_in_order()))
    assert.is_true(holds("new", 1, 2))
    assert.equal("disc 1 of 3 was begun on another disc; it is begun anew on this blank one",
      all("remark")[1].message)
  end)

  it("recognises a disc that was closed just before the end", function()
    assert.is_nil((burn(entries)))
    local path = folder .. "/sets/five.json"
    local text = sandbox.read(path)
    assert.is_truthy(text:find('"state":"done"', 1, true))
    sandbox.write(path, (text:gsub('"state":"done"', '"state":"begun"')))
    local before = sandbox.read(folder .. "/d1.bin")
    assert(virtual:Insert { path = folder .. "/d1.cue" })
    assert(resume(discs_in_order()))
    assert.is_true(before == sandbox.read(folder .. "/d1.bin"))
    assert.same({ 3, 2 }, { #all "disc_done", #all "finish" })
    assert.equal(2, all("verify")[1].tracks)
    finished()
  end)

  it("begins a disc anew that is not as it was sent", function()
    assert.is_nil((burn(entries)))
    local path = folder .. "/sets/five.json"
    sandbox.write(path, (sandbox.read(path):gsub('"state":"done"', '"state":"begun"')))
    local image = sandbox.read(folder .. "/d1.bin")
    sandbox.write(folder .. "/d1.bin", image:sub(1, 200000) .. "XXXX" .. image:sub(200005))
    assert(virtual:Insert { path = folder .. "/d1.cue" })
    local _, err = resume()
    assert.same({ "verify", 1 }, { err.stage, err.set.disc })
    assert(virtual:Insert { path = folder .. "/new.cue" })
    assert(resume(discs_in_order()))
    assert.is_true(holds("new", 1, 2))
  end)

  it("goes from drive to drive, and prompts when the discs in all are full", function()
    local second <close> = assert(core.VirtualRecorder { path = folder .. "/d2.cue" })
    local other <close> = assert(second:Recorder())
    local prompted = {}
    assert(recipe.burn_set({ recorder, other }, entries, with(), function(event)
      bench.hear(event)
      if event.event == "insert" then
        prompted[#prompted + 1] = event.device
        assert(virtual:Insert { path = folder .. "/d3.cue" })
      end
    end))
    finished()
    assert.same({ recorder.ActiveDiscRecorder }, prompted)
    local devices = {}
    for index, event in ipairs(all "set_disc") do devices[index] = event.device end
    assert.same({ recorder.ActiveDiscRecorder, other.ActiveDiscRecorder,
      recorder.ActiveDiscRecorder }, devices)
    for _, event in ipairs(all "progress") do assert.is_string(event.device) end
  end)

  it("does not block a host that runs it in a coroutine", function()
    local next_disc, waits, shut, held <close> = discs_in_order(), 0, false, gate.new(folder)
    local drive = assert(virtual:Recorder { trace = held.path })
    local thread = coroutine.create(function()
      return recipe.burn_set(drive, entries, with { waiter = function(operation)
        waits = waits + (shut and 1 or 0)
        if waits == 21 then held:open() end
        coroutine.yield(operation)
      end }, function(event)
        -- The drive stands still in the first track, until the host has had its turns.
        if event.event == "track" and not shut then
          held:shut()
          shut = true
        end
        if event.event == "insert" then
          assert(virtual:Insert { path = ("%s/%s.cue"):format(folder, next_disc()) })
        end
      end)
    end)
    local ok, result
    repeat ok, result = coroutine.resume(thread) until coroutine.status(thread) == "dead"
    assert.is_true(ok, tostring(result))
    assert.is_true(waits > 20)
    drive:Close()
    finished()
  end)

  it("stops between its discs when a signal comes, and lets others have the set", function()
    local signal
    local _, err = burn(entries, { wait = { limit = 60, insertion = true, pause = function()
      return signal
    end } }, function() signal = "TERM" end)
    assert.same({ "interrupted", "TERM", "untouched", 2 }, { err.stage, err.signal, err.disc,
      err.set.disc })
    assert(virtual:Insert { path = folder .. "/d2.cue" })
    assert(resume(function() return "d3" end))
    finished()
  end)

  it("refuses sources that have changed, by name", function()
    assert.is_nil((burn(entries)))
    sandbox.write(entries[3].path, burner.wav(burner.pcm(500, 9)))
    os.remove(entries[5].path)
    local _, err = resume()
    assert.same({ "source", 2, "it has changed", entries[3].path, "it is not there any more",
      entries[5].path }, { err.stage, #err.problems, err.problems[1].message,
      err.problems[1].path, err.problems[2].message, err.problems[2].path })
  end)

  it("refuses a source that gives another sound although it looks the same", function()
    assert.is_nil((burn(entries)))
    local lfs = require "lfs"
    local time = lfs.attributes(entries[3].path, "modification")
    sandbox.write(entries[3].path, burner.wav(burner.pcm(420, 9)))
    lfs.touch(entries[3].path, time, time)
    local _, err = resume(discs_in_order())
    assert.same({ "source", entries[3].path .. " gives another sound than when the set was begun",
      2 }, { err.stage, err.message, err.set.disc })
  end)

  it("gives the same sound in one go and in several", function()
    for index, sectors in ipairs(set_bench.SECTORS) do
      sandbox.run(("sox -R -D -r 48000 -n -b 24 -c 2 %s synth %gs pinknoise gain -%d"):format(
        entries[index].path, sectors * 640, index * 5))
    end
    local sound = { gain = "album", clip = "scale-disc", dither = "shaped" }
    local _, whole = burn(entries, sound, discs_in_order())
    assert.is_nil(whole)
    local first = sandbox.read(folder .. "/d2.bin") .. sandbox.read(folder .. "/d3.bin")
    sandbox.run(("cd %s && mkdir once && mv d?.* once"):format(folder))
    assert(virtual:Insert { path = folder .. "/d1.cue" })
    assert.is_nil((burn(entries, sound)))
    assert.is_not_nil(kept().entries[1].gain)
    assert(resume(discs_in_order()))
    assert.is_true(first == sandbox.read(folder .. "/d2.bin") .. sandbox.read(folder .. "/d3.bin"))
  end)

  it("begins no set twice, unless it is asked to", function()
    assert.is_nil((burn(entries)))
    assert(virtual:Insert { path = folder .. "/new.cue" })
    local _, err = burn(entries)
    assert.same({ "arguments", "the set five was begun before, and is not finished" },
      { err.stage, err.message })
    assert(burn(entries, { restart = true }, discs_in_order()))
    assert.is_true(holds("new", 1, 2))
  end)

  it("lets nobody else burn it meanwhile", function()
    local err
    burn(entries, { confirm = function()
      err = select(2, recipe.burn_set(recorder, nil, { resume = "five",
        folder = options.folder }))
      return nil, require("redbook.failure").new { stage = "interrupted", message = "enough" }
    end })
    assert.equal("another program is burning the set five", err.message)
    assert.is_truthy(io.open(folder .. "/sets/five.json"))
  end)

  it("names tracks that are longer than a disc", function()
    local _, err = burn(entries, { capacity = 660 })
    assert.same({ "space", entries[2].path .. " is longer than a disc", 0xC0AA0509 },
      { err.stage, err.message, err.code })
    assert.same({ "it lasts 0:10, and a disc 0:08" }, { err.problems[1].message })
  end)

  it("plans, and simulates, all discs on one blank disc", function()
    assert(burn(entries, { plan_only = true }))
    assert.same({ 3, 3, {} }, { #all "set_disc", #all "plan", all "ahead" })
    assert(burn(entries, { simulate = true }))
    assert.same({ 3, 3, {} }, { #all "plan", #all "summary", all "insert" })
    assert.equal("blank", recorder:MediaSummary().State)
    assert.is_nil(io.open(folder .. "/sets/five.json"))
  end)

  it("tells of sets by name, when there is none, or more than one", function()
    local _, err = resume(nil, { resume = true })
    assert.equal("there is no set that is not finished", err.message)
    assert.is_nil((burn(entries)))
    assert(virtual:Insert { path = folder .. "/new.cue" })
    assert.is_nil((burn(entries, { name = "six" })))
    _, err = resume(nil, { resume = true })
    assert.same({ "2 sets are not finished: five, six", "choose one: --resume=five" },
      { err.message, err.advice })
    _, err = resume(nil, { resume = "seven" })
    assert.equal(("there is no set seven: %s/sets/seven.json: No such file or directory"):format(
      folder), err.message)
  end)

  it("raises for what makes no sense", function()
    for problem, call in pairs {
      ["no append with a set"] = { entries, { append = true } },
      ["no multi with a set"] = { entries, { multi = true } },
      ["either entries, or the option resume"] = { nil, {} },
      ["there is nothing to burn"] = { {}, {} },
      ["'order', 'album' or 'fit' expected"] = { entries, { split = "half" } },
      ["unknown key 'disks'"] = { entries, { disks = 3 } },
    } do
      local ok, message = pcall(recipe.burn_set, recorder, call[1], call[2])
      assert.is_false(ok)
      assert.is_truthy(message:find(problem, 1, true), message)
    end
  end)
end)
