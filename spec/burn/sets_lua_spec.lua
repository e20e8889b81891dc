-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua --split and --resume, as people and accidents treat it.

local burn_lua = require "spec.burn.burn_lua"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"
local set_room = require "spec.burn.set_room"

local function all(events, name)
  local list = {}
  for _, event in ipairs(events) do
    if event.event == name then list[#list + 1] = event end
  end
  return list
end

describe("a set that is interrupted", function()
  local room
  setup(function()
    room = set_room.new()
    for index, seconds in ipairs { 5, 420, 6, 7, 418, 8, 9, 20, 10 } do
      room:add(index .. (seconds > 100 and ".flac" or ".wav"), seconds)
    end
    room:write("list.m3u", "1.wav\n2.flac\n3.wav\n4.wav\n5.flac\n6.wav\n7.wav\n8.wav\n9.wav\n")
  end)
  teardown(function() room:close() end)

  it("at three places ends with three good discs, no track twice, none lost", function()
    local code, events = room:stop("--split order --minutes 7.3 list.m3u --device virtual:d1.cue",
      '"action":"writing".*"number":2', "TERM")
    assert.equal(143, code, room:read "err")
    local name = burn_lua.find(events, "set").name
    local err = burn_lua.find(events, "error").err
    assert.same({ name = name, disc = 1, of = 3 }, err.set)
    assert.is_truthy(err.diagnosis.remedies[1].command:find("burn.lua --device virtual:d1.cue "
      .. "--resume=" .. name, 1, true))
    assert.equal(1, #err.diagnosis.remedies)
    local files, state = room:state()
    assert.same({ name .. ".json", name .. ".lock" }, files)
    assert.same({ "begun", "waiting", "waiting" }, { state.discs[1].state, state.discs[2].state,
      state.discs[3].state })
    assert.same({ 1, 1, { 1, 2, 3 } }, { #state.discs[1].written,
      state.discs[1].written[1].entry, state.discs[1].tracks })
    assert.equal("rwx------", lfs.attributes(room.folder .. "/state/redbook/sets", "permissions"))

    code, events = room:stop("--resume --device virtual:d1.cue --device virtual:d2.cue",
      '"action":"writing".*"device":"virtual:d2.cue".*"number":2', "KILL")
    assert.equal(137, code, room:read "err")
    local resumed = all(events, "resume")
    assert.same({ 1, 1, { { track = 2, entry = 2 } } }, { #resumed, #resumed[1].on_disc,
      resumed[1].cut_off })
    state = select(2, room:state())
    assert.same({ "done", "begun", 1, 1 }, { state.discs[1].state, state.discs[2].state,
      #state.discs[2].written, #state.discs[1].cut })

    local out
    code, events, out = room:go "--resume --device virtual:d2.cue"
    assert.same({ 5, 1 }, { code, #all(events, "disc_done") }, out)
    assert.is_truthy(out:find("burn: disc 3 of 3: there is no blank disc for it\n", 1, true), out)
    assert.same({ { track = 2, entry = 2 } }, all(events, "resume")[1].cut_off)

    room:write("faults.json", '[{"command":"WRITE","lba":1400,"sense":"3/0C/00"}]')
    code = sandbox.run(("%s %s %s %s/scripts/vdrive.lua --disc d3.cue --faults faults.json -- sh "
      .. "-c %s"):format(sandbox.env, room.environment, sandbox.lua, sandbox.root,
      sandbox.quote(("%s %s/scripts/burn.lua --yes --resume=%s --device /dev/sr0"):format(
      sandbox.lua_within, sandbox.root, name))), room.folder)
    assert.equal(10, code)
    state = select(2, room:state())
    assert.same({ "done", "begun" }, { state.discs[2].state, state.discs[3].state })

    code, events, out = room:go("--resume=" .. name .. " --device virtual:d3.cue")
    assert.equal(0, code, out)
    assert.same({ { redbook = 1, event = "set_done", name = name, discs = 3 } },
      all(events, "set_done"))
    assert.same({}, (room:state()))
    assert.same({ { "1.wav", true }, { "2.flac", false }, { "2.flac", true }, { "3.wav", true } },
      room:tracks "d1")
    assert.same({ { "4.wav", true }, { "5.flac", false }, { "5.flac", true }, { "6.wav", true } },
      room:tracks "d2")
    assert.same({ { "7.wav", true }, { "8.wav", false }, { "8.wav", true }, { "9.wav", true } },
      room:tracks "d3")
  end)
end)
