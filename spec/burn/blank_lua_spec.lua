-- SPDX-License-Identifier: GPL-3.0-or-later
-- blank.lua on discs that others have burned, and that others find blank afterwards.

local burn_lua = require "spec.burn.burn_lua"
local core = require "redbook.core"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

local CDRSKIN = "cdrskin dev=/dev/sr0 "

describe("blank.lua", function()
  local room

  setup(function()
    room = room_of.new()
    for name, seconds in pairs { one = 5, two = 7 } do
      room:must(("sox -D -r 44100 -n -b 16 -c 2 %s.wav synth %d sine 440 gain -6"):format(name,
        seconds))
    end
  end)
  teardown(function() room:close() end)
  before_each(function() room:must "rm -f d.* out err" end)

  local function script(name, words, before)
    return sandbox.run(("%s %s %s %s/scripts/%s.lua %s"):format(sandbox.env, before or "",
      sandbox.lua, sandbox.root, name, words), room.folder)
  end

  local function blank(words) return script("blank", words) end

  local function burn(words, medium)
    local code, out, err = script("burn", ("--yes --device 'virtual:d.cue?medium=%s' %s")
      :format(medium or "cd-rw", words))
    assert(code == 0, out .. err)
  end

  local function state()
    local recorder <close> = assert(core.Recorder("virtual:" .. room.folder .. "/d.cue"))
    return assert(recorder:MediaSummary()).State
  end

  local function cdrskin(words, medium)
    local options = "--disc d.cue" .. (medium and " --medium " .. medium or "")
    local code, out, err = room:drive(options, CDRSKIN .. words)
    assert(code == 0, out .. err)
    return out .. err
  end

  -- What cdrskin and cd-info say of the disc in the drive.
  local function is_blank_for_others()
    assert.is_truthy(cdrskin("-minfo"):find("disk status: *empty"))
    local code, _, err = room:drive("--disc d.cue", "cd-info --no-header -C /dev/sr0")
    assert.are_not.equal(0, code)
    assert.is_truthy(err:find("get first track number", 1, true), err)
  end

  it("erases what cdrskin has burned; others find it blank and burn it again", function()
    cdrskin("-tao -audio one.wav two.wav", "cd-rw")
    room:must "cp d.cue e.cue; cp d.bin e.bin; sed -i s/d.bin/e.bin/ e.cue"
    local asked = { [""] = false, ["--full"] = true, ["blank=fast"] = false, ["blank=all"] = true }
    for words, full in pairs(asked) do
      room:must "cp e.cue d.cue; cp e.bin d.bin; sed -i s/e.bin/d.bin/ d.cue"
      assert.equal("complete", state())
      local code, out, err = blank("dev=virtual:d.cue --yes " .. words)
      assert.same({ 0, "" }, { code, err })
      assert.equal("The disc is a CD-RW with 2 tracks, 0:14 of 79:57 used; it is closed.\n" ..
        (full and "Erasing all of it takes as long as writing it full.\n"
          or "Erasing it takes about a minute.\n"), (out:gsub("The disc is blank.*", "")))
      assert.is_truthy(out:find(full and "The disc is blank, 79:57 free. Erasing all of it took "
        or "The disc is blank, 79:57 free. Erasing took ", 1, true), out)
      assert.equal("blank", state())
    end
    is_blank_for_others()
    cdrskin "-tao -audio two.wav"
    assert.equal(1, #room:tracks "d.cue")
    assert.is_true(room:sectors("d.bin", 0, 525) == room:must "sox two.wav -t raw -")
  end)

  it("erases discs that were left in any state", function()
    for _, words in ipairs { "--multi one.wav", "--keep-open one.wav" } do
      room:must "rm -f d.*"
      burn(words)
      assert.equal("appendable", state())
      assert.equal(0, (blank "--yes --device virtual:d.cue"))
      assert.equal("blank", state())
      burn "two.wav"
    end
  end)

  it("erases nothing without --yes where nobody sees the countdown", function()
    burn "one.wav"
    local code, out, err = blank "--device virtual:d.cue"
    assert.equal(2, code)
    assert.is_truthy(out:find("1 track", 1, true), out)
    assert.equal("blank: the disc is not blank, and without --yes nothing is erased where no "
      .. "terminal shows it\ndisc: The disc is untouched.\nwhat to do: add --yes to erase it\n",
      err)
    assert.equal("complete", state())
  end)

  it("counts down on a terminal, and stops for a signal then", function()
    burn "one.wav"
    local line = ("%s %s %s/scripts/blank.lua --device virtual:d.cue"):format(sandbox.env,
      sandbox.lua, sandbox.root)
    local wait = "script -qec " .. sandbox.quote(line) .. " typescript >/dev/null"
    assert.equal(0, (sandbox.run(wait, room.folder)))
    local shown = room:read "typescript"
    for _, text in ipairs { "Erasing starts in 5 seconds; ^C stops it", "in 1 second;",
      "erasing: 00:", "The disc is blank, 79:57 free." } do
      assert.is_truthy(shown:find(text, 1, true), shown)
    end
    assert.equal("blank", state())
    burn "two.wav"
    assert.equal(130, (sandbox.run(burn_lua.stopped("blank.lua --device virtual:d.cue",
      "Erasing starts in 5 seconds"), room.folder)))
    shown = room:read "typescript"
    assert.is_truthy(shown:find("blank: interrupted before anything was erased", 1, true), shown)
    assert.equal("complete", state())
  end)

  it("leaves a blank disc alone, unless all of it is to be erased", function()
    burn "one.wav"
    assert.equal(0, (blank "--yes --device virtual:d.cue"))
    local code, out, err = blank "--device virtual:d.cue"
    assert.same({ 0, "The disc is a CD-RW; it is blank.\nThe disc is blank already, 79:57 free.\n",
      "" }, { code, out, err })
    code, out = blank "--device virtual:d.cue --full"
    assert.equal(0, code)
    assert.is_truthy(out:find("Erasing all of it took", 1, true), out)
  end)

  it("says why a disc cannot be erased, and leaves it", function()
    burn("one.wav", "cd-r")
    local code, _, err = blank "--device virtual:d.cue --yes"
    assert.same({ 5, "blank: the disc is a CD-R: it can be written only once, not erased\n"
      .. "disc: The disc is untouched.\nwhat to do: name a CD-RW, such as "
      .. "--device 'virtual:d2.cue?medium=cd-rw'\n" }, { code, err })
    assert.equal("complete", state())
    code, _, err = blank "--device virtual: --yes"
    assert.equal(5, code)
    assert.is_truthy(err:find("no disc", 1, true), err)
    code = blank "--device virtual:nowhere/d.cue --yes"
    assert.equal(3, code)
  end)

  it("refuses what it does not do", function()
    for _, words in ipairs { "blank=session", "blank=track", "speed=4", "--no-such", "file.wav" } do
      local code, _, err = blank("--device virtual:d.cue " .. words)
      assert.equal(2, code)
      assert.is_truthy(err:find("^blank: [^\n]+\ndisc: The disc is untouched.\n"), err)
    end
  end)

  it("writes its events as JSON", function()
    burn "one.wav two.wav"
    local code, out, err = blank "--json --yes --device virtual:d.cue"
    assert.equal(0, code)
    local events, names = burn_lua.decode(out), {}
    for _, event in ipairs(events) do
      if event.event ~= names[#names] then names[#names + 1] = event.event end
      assert.equal(1, event.redbook)
    end
    assert.same({ "begin", "medium", "progress", "erased", "end" }, names)
    assert.same({ redbook = 1, event = "medium", state = "complete", track_count = 2,
      session_count = 1, session_open = false, damaged = false, cut_off = false, full = false,
      used_sectors = 1054, total_sectors = 359847 }, events[2])
    local progress = burn_lua.find(events, "progress")
    assert.same({ "erase", "preparing", 0 }, { progress.step, progress.action, progress.elapsed })
    local erased = burn_lua.find(events, "erased")
    assert.same({ true, false, 359847 }, { erased.erased, erased.full, erased.free_sectors })
    assert.equal(0, events[#events].exit)
    assert.is_truthy(err:find("The disc is blank", 1, true))
  end)

  it("ends with 10 and the disc's state when the drive fails", function()
    burn "one.wav"
    room:write("faults.json", [=[[{"command": "BLANK", "lie": true}]]=])
    local code, _, err = room:drive("--disc d.cue --faults faults.json",
      ("%s %s %s/scripts/blank.lua --yes --device /dev/sr0"):format("env " .. sandbox.env,
        sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", ""), sandbox.root), true)
    assert.equal(10, code)
    assert.is_truthy(err:find("blank: the drive reported success, but the disc is not blank\n"
      .. "disc: The disc is closed and plays.\n", 1, true), err)
    assert.equal("complete", state())
  end)

  it("works through a device node", function()
    burn "one.wav"
    local code, out, err = room:drive("--disc d.cue --filter",
      ("%s %s %s/scripts/blank.lua --yes --device /dev/sr0"):format("env " .. sandbox.env,
        sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", ""), sandbox.root), true)
    assert.same({ 0, "" }, { code, err })
    assert.is_truthy(out:find("The disc is blank", 1, true), out)
    assert.equal("blank", state())
  end)

  -- Runs it on a drive whose erasing takes 1.5 seconds; a signal comes when it tells of that.
  local function interrupt(signal)
    return sandbox.run(("%s SIGNAL=%s %s %s %s/scripts/blank.lua --json --yes --device "
      .. "'virtual:d.cue%s' >out 2>err"):format(sandbox.env, signal, sandbox.lua,
      burn_lua.at_action "erasing", sandbox.root, burn_lua.PACED), room.folder)
  end

  for signal, expected in pairs { INT = 130, TERM = 143, HUP = 129 } do
    it("waits for the drive when SIG" .. signal .. " comes while it erases", function()
      burn "one.wav"
      assert.equal(expected, (interrupt(signal)))
      local err = burn_lua.find(burn_lua.decode(room:read "out"), "error")
      assert.same({ expected, "interrupted", signal, "blank" },
        { err.exit, err.err.stage, err.err.signal, err.err.disc })
      assert.is_truthy(room:read "err":find("the disc is erased\ndisc: The disc is blank.\n", 1,
        true), room:read "err")
      assert.equal("blank", state())
    end)
  end

  it("is told who holds the drive", function()
    burn "one.wav"
    local recorder <close> = assert(core.Recorder("virtual:" .. room.folder .. "/d.cue"))
    assert(recorder:AcquireExclusiveAccess(false, "somebody"))
    local code, _, err = blank "--device virtual:d.cue --yes --wait=1"
    assert.equal(4, code)
    assert.is_truthy(err:find("somebody", 1, true), err)
    assert.is_truthy(err:find("The disc is untouched", 1, true), err)
  end)

  it("is what burn.lua advises for a CD-RW that is full", function()
    burn "one.wav"
    local code, _, err = script("burn", "--yes --device virtual:d.cue two.wav")
    assert.equal(5, code)
    assert.is_truthy(err:find("or erase this CD-RW first: blank.lua", 1, true), err)
    assert.equal(0, (blank "--yes --device virtual:d.cue"))
    burn "two.wav"
  end)
end)
