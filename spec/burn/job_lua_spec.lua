-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua --job and --write-job: the same disc, wherever the job and its files have gone.

local burn_lua = require "spec.burn.burn_lua"
local schema = require "redbook.report.schema"

describe("burn.lua with a job", function()
  local room

  before_each(function()
    room = burn_lua.room()
    room:must "mkdir in"
    room:wav("in/one.wav", "5")
    room:wav("in/two.wav", "6", "sine 300")
    room:write("in/mix.m3u", "#EXTM3U\n#EXTINF:5,Them - One\none.wav\ntwo.wav\n")
  end)
  after_each(function() room:close() end)

  it("burns what the command line would have burned, also after both were moved", function()
    local words = "--gain=album --dither=shaped --no-verify --device virtual:in/d.cue in/mix.m3u"
    local code, events, err = room:events("--write-job in/mix.json " .. words)
    assert.equal(0, code, err)
    for _, event in ipairs(events) do assert.is_true(schema.check(event)) end
    assert.same({ { redbook = 1, event = "job", job = "in/mix.json", state = "written" },
      { redbook = 1, event = "end", exit = 0 } }, events)
    assert.equal("The job is written to in/mix.json; nothing was burned.\n", err)
    assert.is_false(room:has "in/d.cue")
    assert.equal([[{
  "redbook": 1,
  "job": 1,
  "files": [
    "mix.m3u"
  ],
  "settings": {
    "device": "virtual:d.cue",
    "dither": "shaped",
    "gain": "album",
    "no_verify": true
  }
}
]], room:read "in/mix.json")
    room:must "cp -r in moved"
    assert.equal(0, (room:burn("--yes " .. words)))
    local burned, out = room:burn "--yes --job moved/mix.json"
    assert.equal(0, burned)
    assert.is_nil(out:find("Read back", 1, true))
    assert.is_true(room:read "moved/d.bin" == room:read "in/d.bin")
    assert.equal(room:read "in/d.cue", room:read "moved/d.cue")
  end)

  it("burns parts of files that it names as tracks", function()
    room:write("in/parts.json", [[{"redbook":1,"job":1,"catalog":"4006381333931","tracks":[
      {"path":"two.wav","title":"End","artist":"Us","isrc":"DEA123456789","start":75,"length":320},
      {"path":"one.wav"}]}]])
    local code, events, err = room:events "--yes --device virtual:d.cue --job in/parts.json"
    assert.equal(0, code, err)
    local plan = burn_lua.find(events, "plan")
    assert.same({ { "End", "Us", 320 }, { "one", nil, 375 } }, { { plan.tracks[1].title,
      plan.tracks[1].artist, plan.tracks[1].sectors }, { plan.tracks[2].title, nil,
      plan.tracks[2].sectors } })
    assert.is_true(room:sectors("d.bin", 0, 320)
      == room:pcm("in/two.wav"):sub(75 * 2352 + 1, 395 * 2352))
    local sheet = room:read "d.cue"
    assert.is_truthy(sheet:find("CATALOG 4006381333931", 1, true), sheet)
    assert.is_truthy(sheet:find("isrc DEA123456789", 1, true), sheet)
  end)

  it("tells by file and field what it refuses, and touches nothing", function()
    room:write("bad.json", '{"redbook":1,"job":1,"files":["in/one.wav"],"settings":{"speed":900}}')
    assert.same({ 2, "", "burn: bad.json: settings.speed: 900: a number like 8 (times 1x), 'min' "
      .. "or 'max'\ndisc: The disc is untouched.\nwhat to do: correct the job file; burn.lua "
      .. "--write-job writes one that is right\n" },
      { room:burn "--yes --device virtual:d.cue --job bad.json" })
    assert.equal(2, (room:burn "--yes --device virtual:d.cue --job in/mix.m3u"))
    assert.equal(2, (room:burn "--yes --device virtual:d.cue --job none.json"))
    room:write("gone.json", '{"redbook":1,"job":1,"tracks":[{"path":"in/gone.wav"}]}')
    local code, _, err = room:burn "--yes --device virtual:d.cue --job gone.json"
    assert.equal(6, code)
    assert.is_truthy(err:find("in/gone.wav: no such file", 1, true), err)
    assert.is_false(room:has "d.cue")
  end)

  it("writes no job that could not be burned, and over nothing else", function()
    assert.equal(6, (room:burn "--write-job x.json none.wav"))
    assert.is_false(room:has "x.json")
    room:write("x.json", "precious")
    local code, _, err = room:burn "--write-job x.json in/one.wav"
    assert.equal(2, code)
    assert.is_truthy(err:find("the job x.json would destroy a file that is no job", 1, true), err)
    assert.equal("precious", room:read "x.json")
    assert.equal(2, (room:burn "--write-job no/x.json in/one.wav"))
    assert.equal(2, (room:burn "--write-job y.json --plan in/one.wav"))
    for speed = 4, 5 do
      assert.equal(0, (room:burn(("--write-job y.json --speed %d in/one.wav"):format(speed))))
    end
    assert.is_truthy(room:read("y.json"):find('"speed": 5', 1, true))
  end)
end)
