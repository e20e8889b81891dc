-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua with several drives: what it says, what it leaves, how it ends.

local burn_lua = require "spec.burn.burn_lua"
local sandbox = require "spec.support.sandbox"

local DEVICES = "--device virtual:a.cue --device virtual:b.cue --device virtual:c.cue "

describe("burn.lua with several drives", function()
  local room
  before_each(function()
    room = burn_lua.room()
    room:wav("one.wav", 4.5)
    room:must "sox -R -n -r 48000 -b 24 two.wav synth 5 sine 330 gain -6"
  end)
  after_each(function() room:close() end)

  it("burns the same disc on all of them", function()
    local code, out, err = room:burn("--yes " .. DEVICES .. "one.wav two.wav")
    assert.equal(0, code, err)
    for _, name in ipairs { "a", "b", "c" } do
      assert.is_truthy(out:find(name .. ": Read back and compared: every track is as it was sent.",
        1, true), out)
      assert.is_true(room:read(name .. ".bin") == room:read "a.bin")
    end
    assert.equal(room:pcm "one.wav", room:sectors("a.bin", 0, 338))
    assert.is_truthy(out:find "\n3 of 3 discs are done%.\n$")
    assert.equal(1, select(2, out:gsub(" with gaps; ", "")))
    assert.equal(2, select(2, out:gsub(": planned in the same way\n", "")))
  end)

  it("goes on without one that cannot burn, and ends with its code", function()
    assert.equal(0, (room:burn "--yes --device virtual:b.cue one.wav"))
    local before = room:read "b.bin"
    local code, events, err = room:events("--yes " .. DEVICES .. "one.wav two.wav")
    assert.equal(5, code)
    assert.is_truthy(err:find("burn: b: the disc is not blank: it holds 1 track and is closed\n",
      1, true), err)
    assert.is_truthy(err:find("2 of 3 discs are done.\nNot done: copy 2 on b, its disc is "
      .. "untouched.\n", 1, true), err)
    assert.same({ redbook = 1, event = "begin", device = "virtual:a.cue", simulate = false,
      plan_only = false, version = "0.1.0", devices = { "virtual:a.cue", "virtual:b.cue",
        "virtual:c.cue" } }, events[1])
    local errors, copies, scans = {}, {}, 0
    for _, event in ipairs(events) do
      if event.event == "error" then errors[#errors + 1] = event end
      if event.event == "copy" then copies[event.copy] = event end
      if event.event == "scan" then scans = scans + 1 end
      local of_drive = event.event == "plan" or event.event == "progress" or event.event == "track"
      assert.is_true(not of_drive or type(event.device) == "string", event.event)
    end
    assert.same({ 1, "virtual:b.cue", 5, 2 }, { #errors, errors[1].device, errors[1].exit, scans })
    assert.same({ redbook = 1, event = "copy", device = "virtual:b.cue", copy = 2, of = 3,
      ok = false, disc = "untouched", exit = 5 }, copies[2])
    assert.is_true(copies[1].ok and copies[3].ok)
    assert.same({ redbook = 1, event = "copies", made = 2, wanted = 3, discs = {
      { device = "virtual:a.cue", copy = 1, ok = true, disc = "finalised" },
      { device = "virtual:b.cue", copy = 2, ok = false, disc = "untouched" },
      { device = "virtual:c.cue", copy = 3, ok = true, disc = "finalised" } } },
      burn_lua.find(events, "copies"))
    assert.same({ redbook = 1, event = "end", exit = 5 }, events[#events])
    assert.is_true(room:read "b.bin" == before)
    assert.is_true(room:read "a.bin" == room:read "c.bin")
  end)

  it("tells once of a source that cannot be burned", function()
    room:write("two.wav", "no sound at all")
    local code, events = room:events("--yes " .. DEVICES .. "one.wav two.wav")
    assert.equal(6, code)
    local errors = 0
    for _, event in ipairs(events) do errors = errors + (event.event == "error" and 1 or 0) end
    assert.equal(1, errors)
    assert.is_false(room:has "a.bin" and #room:read "a.bin" > 0)
  end)

  it("stops all of them when it is told to", function()
    room:must "sox -D -r 44100 -n -b 16 -c 2 long.flac synth 720 sine 440 gain -6"
    local devices = DEVICES:gsub("virtual:(.)%.cue", "'virtual:%1.cue?clock=real'")
    local code = sandbox.run(burn_lua.meanwhile(("%s %s %s/scripts/burn.lua --json --yes %s "
      .. "one.wav long.flac"):format(sandbox.env, sandbox.lua, sandbox.root, devices),
      [=[[ "$(grep -c '"event":"prepare"' out)" = 3 ]]=], "kill -TERM $pid"), room.folder)
    assert.equal(143, code, room:read "err")
    local events, told = burn_lua.decode(room:read "out"), {}
    for _, event in ipairs(events) do
      if event.event == "error" then told[event.device] = event.err.signal end
    end
    for _, name in ipairs { "a", "b", "c" } do
      assert.equal("TERM", told[("virtual:%s.cue?clock=real"):format(name)])
      local ready, out = room:burn(("--plan --append --device virtual:%s.cue one.wav"):format(name))
      assert.equal(0, ready, out) -- nobody holds it
    end
    assert.equal(0, burn_lua.find(events, "copies").made)
  end)
end)
