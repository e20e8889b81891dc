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
    -- Where it is stopped the drive takes its time.
    local paced = "--device 'virtual:%s.cue" .. burn_lua.PACED .. "'"
    local code, events = room:stop("--split order --minutes 7.3 list.m3u " .. paced:format "d1",
      '"action":"writing".*"number":2', "TERM")
    assert.equal(143, code, room:read "err")
    local name = burn_lua.find(events, "set").name
    local err = burn_lua.find(events, "error").err
    assert.same({ name = name, disc = 1, of = 3 }, err.set)
    assert.is_truthy(err.diagnosis.remedies[1].command:find(("burn.lua %s --resume=%s"):format(
      paced:format "d1", name), 1, true))
    assert.equal(1, #err.diagnosis.remedies)
    local files, state = room:state()
    assert.same({ name .. ".json", name .. ".lock" }, files)
    assert.same({ "begun", "waiting", "waiting" }, { state.discs[1].state, state.discs[2].state,
      state.discs[3].state })
    assert.same({ 1, 1, { 1, 2, 3 } }, { #state.discs[1].written,
      state.discs[1].written[1].entry, state.discs[1].tracks })
    assert.equal("rwx------", lfs.attributes(room.folder .. "/state/redbook/sets", "permissions"))

    code, events = room:stop("--resume --device virtual:d1.cue " .. paced:format "d2",
      '"action":"writing".*"device":"virtual:d2.cue.*"number":2', "KILL")
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

describe("burn.lua with a set", function()
  local room
  setup(function()
    room = set_room.new()
    for index, seconds in ipairs { 15, 16, 17, 18 } do room:add(index .. ".wav", seconds) end
    room:write("mix.m3u", "1.wav\n2.wav\n3.wav\n4.wav\n")
    room:write("short.m3u", "1.wav\n")
  end)
  teardown(function() room:close() end)
  before_each(function() room:must "rm -rf state *.cue *.bin *.json" end)

  local SPLIT = "--split order --minutes 0.65 mix.m3u "

  local function burn(words) return room:burn("--yes " .. words, room.environment) end

  it("refuses what does not go together", function()
    for words, problem in pairs {
      ["--split order"] = "name a playlist or audio files",
      ["--split half mix.m3u"] = "argument for option '--split' must be one of 'order', 'album', "
        .. "'fit'",
      ["--split fit --append mix.m3u"] = "--append does not go with a set of several discs "
        .. "(--split)",
      ["--split fit --multi mix.m3u"] = "--multi does not go with a set of several discs "
        .. "(--split)",
      ["--resume --keep-open"] = "--keep-open does not go with a set of several discs (--resume)",
      ["--split fit --copies 2 mix.m3u"] = "--copies does not go with a set of several discs "
        .. "(--split)",
      ["--resume mix.m3u"] = "'mix.m3u': --resume burns what the set was begun with; leave out "
        .. "the files",
      ["--resume --split fit"] = "--split begins a set, --resume goes on with one: choose one",
      ["--resume --plan"] = "--plan does not go with --resume",
      ["--resume --gain track"] = "--gain, --clip, --quality, --dither and --gapless are as when "
        .. "the set was begun",
      ["--resume=../x"] = "--resume=../x: no name of a set; --resume alone lists them",
      ["--restart mix.m3u"] = "--restart is for --split",
      ["--minutes 70 mix.m3u"] = "--minutes is for --split",
      ["--split fit --minutes 0.01 mix.m3u"] = "--minutes 0.01: a number, 0.1 to 99",
      ["--split fit --device virtual:a.cue --device virtual:a.cue mix.m3u"] =
        "--device virtual:a.cue is there twice",
      ["--split fit --trace t --device virtual:a.cue --device virtual:b.cue mix.m3u"] =
        "--trace is of one drive: leave out further --device",
      ["--resume=none-0"] = "there is no set none-0: " .. room.folder
        .. "/state/redbook/sets/none-0.json: No such file or directory",
      ["--resume"] = "there is no set that is not finished",
    } do
      local code, out, err = burn(words)
      assert.same({ 2, "" }, { code, out }, words)
      assert.is_truthy(err:find("burn: " .. problem .. "\n", 1, true), words .. ": " .. err)
    end
    assert.is_false(room:has "a.cue")
  end)

  it("shows all discs of a plan, without a drive and without a trace of it", function()
    local code, out, err = burn("--plan " .. SPLIT)
    assert.same({ 0, "" }, { code, err })
    assert.is_truthy(out:find([[
Set mix%-%x+: 2 discs, in the order of the list.
 1   2 tracks    0:33
 2   2 tracks    0:37
Disc 1 of 2
]]), out)
    assert.is_truthy(out:find(" 2  2        0:16  00:19:02  2.0 s\n", 1, true), out)
    assert.is_truthy(out:find([[
Disc 2 of 2
 #  title  length  start       gap
 1  3        0:17  00:02:00      -
 2  4        0:18  00:21:02  2.0 s
]], 1, true), out)
    assert.is_false(room:has "state")
    code = burn("--plan --split fit --minutes 0.25 mix.m3u")
    assert.equal(12, code)
    code, out = burn "--plan --split fit short.m3u"
    assert.equal(0, code)
    assert.is_nil(out:find("Set ", 1, true))
  end)

  it("is called by the list's own title, where a name for people is shown", function()
    room:write("titled.m3u", "#PLAYLIST:Summer & sun\n" .. room:read "mix.m3u")
    local function named(words)
      local code, events, err = room:events("--plan --split fit --minutes 0.65 " .. words,
        room.environment)
      assert.equal(0, code, err)
      local told = burn_lua.find(events, "set")
      return { told.title, told.name:match "^(.*)-%x+$" }
    end
    assert.same({ "Summer & sun", "titled" }, named "titled.m3u")
    assert.same({ "mix", "mix" }, named "mix.m3u")
    assert.same({ "mix", "mix" }, named "mix.m3u titled.m3u")
  end)

  it("writes a manifest for each disc, from which an inlay names it", function()
    local code, out, err = burn(SPLIT .. "--manifest m.json --device virtual:a.cue "
      .. "--device virtual:b.cue")
    assert.same({ 0, "" }, { code, err })
    assert.is_truthy(out:find("\nAll 2 discs of the set are done.\n$"), out)
    assert.is_truthy(out:find("a: Disc 1 of 2: 2 tracks burned, 0:31 of music.\n", 1, true), out)
    local data = require("cjson").decode(room:read "m.2.json")
    assert.same({ disc = 2, of = 2, name = "mix" }, data.set)
    assert.same({ 2, room.folder .. "/3.wav", "3", true, "order" }, { #data.sources,
      data.sources[1].path, data.tracks[1].title, data.verification.identical,
      data.settings.split or "order" })
    assert.equal(room:must("sha256sum <3.wav"):match "^%x+", data.sources[1].sha256)
    local verify = sandbox.run(("%s %s %s/scripts/verify.lua virtual:b.cue m.2.json"):format(
      sandbox.env, sandbox.lua, sandbox.root), room.folder)
    assert.equal(0, verify)
    room:must(("%s %s %s/scripts/inlay.lua --front --out i.svg m.2.json"):format(sandbox.env,
      sandbox.lua, sandbox.root))
    local drawing = room:read "i.svg"
    assert.equal(4, select(2, drawing:gsub("disc 2 of 2", "")))
    assert.is_truthy(drawing:find("<title>mix</title>", 1, true))
  end)

  it("has a manifest for what was written by two programs", function()
    room:write("faults.json", '[{"command":"WRITE","lba":1400,"sense":"3/0C/00"}]')
    local code, _, err = sandbox.run(("%s %s %s %s/scripts/vdrive.lua --disc d.cue --faults "
      .. "faults.json -- sh -c %s"):format(sandbox.env, room.environment, sandbox.lua,
      sandbox.root, sandbox.quote(("%s %s/scripts/burn.lua --yes %s --manifest m.json --device "
      .. "/dev/sr0"):format(sandbox.lua_within, sandbox.root, SPLIT))), room.folder)
    assert.equal(10, code)
    assert.is_truthy(err:find "burn: disc 1 of 2: WRITE%(10%) at sector %d+ failed")
    assert.is_truthy(err:find "%-%-device /dev/sr0 %-%-resume=mix%-%x+\n")
    local half = require("cjson").decode(room:read "m.1.json")
    assert.same({ 1, 10, false }, { #half.tracks, half.result.exit, half.result.ok })
    code = burn "--resume --manifest m.json --device virtual:d.cue --device virtual:e.cue"
    assert.equal(0, code)
    local whole = require("cjson").decode(room:read "m.1.json")
    assert.same({ 2, { 1, 3 }, 2 }, { #whole.tracks, { whole.tracks[1].number,
      whole.tracks[2].number }, #whole.sources })
    assert.equal(0, (sandbox.run(("%s %s %s/scripts/verify.lua virtual:d.cue m.1.json"):format(
      sandbox.env, sandbox.lua, sandbox.root), room.folder)))
  end)

  it("says how to go on where a set is not finished", function()
    local code, _, err = burn(SPLIT .. "--device virtual:a.cue")
    assert.equal(5, code)
    assert.is_truthy(err:find([[
burn: disc 2 of 2: there is no blank disc for it
disc: The disc is untouched.
what to do: put a blank disc in, and go on: the command below does it
  [^%c]*burn.lua %-%-device virtual:NEXT.cue %-%-resume=mix%-%x+
    goes on with disc 2 of 2
]]), err)
    code, _, err = burn(SPLIT .. "--device virtual:b.cue")
    assert.equal(2, code)
    assert.is_truthy(err:find "burn: the set mix%-%x+ was begun before, and is not finished\n")
    assert.is_false(room:has "b.bin")
    code, _, err = burn(SPLIT .. "--restart --device virtual:b.cue --device virtual:c.cue")
    assert.same({ 0, "" }, { code, err })
    assert.same({ { { "1.wav", true }, { "2.wav", true } }, { { "3.wav", true }, { "4.wav",
      true } } }, { room:tracks "b", room:tracks "c" })
  end)

  it("simulates all discs on one", function()
    local code, out, err = burn(SPLIT .. "--dummy --device virtual:a.cue")
    assert.same({ 0, "" }, { code, err })
    assert.equal(2, select(2, out:gsub("Disc %d of 2: 2 tracks simulated", "")))
    assert.is_false(room:has "a.cue" or room:has "state")
  end)

  for _, width in ipairs { 40, 80 } do
    it(("says nothing wider than a terminal of %d columns"):format(width), function()
      local code, out = sandbox.run(("script -qec %s /dev/null"):format(sandbox.quote(
        ("stty cols %d; env -u COLUMNS NO_COLOR=1 TERM=xterm LC_ALL=C.UTF-8 %s %s %s %s/scripts/"
        .. "burn.lua --yes %s --device virtual:a.cue --device virtual:b.cue"):format(width,
        sandbox.env, room.environment, sandbox.lua, sandbox.root, SPLIT))), room.folder)
      assert.equal(0, code)
      out = out:gsub("\27%[[%d;]*%a", "")
      for line in out:gmatch "[^\r\n]+" do assert.is_true(utf8.len(line) <= width, line) end
      assert.is_truthy(out:find(width == 80 and "\rb disc 2/2 track 1/2 3 "
        or "\rb 2/2: 1/2 3 ", 1, true), out)
    end)
  end
end)
