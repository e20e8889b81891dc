-- SPDX-License-Identifier: GPL-3.0-or-later

local args = require "redbook.cli.args"
local cjson = require "cjson"
local jobfile = require "redbook.cli.jobfile"
local jobs = require "redbook.jobs"
local place = require "redbook.jobs.place"
local sandbox = require "spec.support.sandbox"

describe("jobs", function()
  local folder
  setup(function() folder = sandbox.folder() end)
  teardown(function() sandbox.remove(folder) end)

  local function read(text, base)
    sandbox.write(folder .. "/job.json", text)
    local job, err, broken = jobs.read(folder .. "/job.json", jobfile.acceptor(args.parser()), base)
    if job then return job end
    assert.same({ "arguments", "untouched" }, { err.stage, err.disc })
    assert.equal(folder .. "/job.json: ", err.message:sub(1, #folder + 11))
    return nil, err.message:sub(#folder + 12), broken
  end

  it("reads what a file says, names relative to its folder", function()
    assert.same({ path = folder .. "/job.json", comment = "no 7",
      files = { folder .. "/a.m3u", "/b.wav", folder .. "/../c\xFF.wav" },
      settings = { speed = 8, gain = "album", eject = true, dummy = false, wait_for_disc = 5,
        render_ahead = "off", manifest = folder .. "/m.json", minutes = 74,
        device = { "/dev/sr0", "virtual:" .. folder .. "/d.cue?ready=5" } } }, read [[
      {"redbook": 1, "job": 1, "comment": "no 7",
       "files": ["a.m3u", "/b.wav", {"path": "../c?.wav", "path_bytes": "2e2e2f63ff2e776176"}],
       "settings": {"speed": "8x", "gain": "album", "eject": true, "dummy": false,
         "wait_for_disc": 5, "render_ahead": "off", "manifest": "m.json", "minutes": 74.0,
         "device": ["/dev/sr0", "virtual:d.cue?ready=5"]}}]])
    assert.same({ "/in/a.wav" }, read('{"redbook":1,"job":1,"files":["a.wav"]}', "/in/").files)
  end)

  it("reads tracks", function()
    local job = read [[{"redbook":1,"job":1,"catalog":"4006381333931","tracks":[
      {"path":"a.wav","title":"A","artist":"B","isrc":"de-a12-34-56789","start":150,"length":600.0},
      {"path":"/b.wav","start":"00:10:74","pre_emphasis":true}]}]]
    assert.same({ { path = folder .. "/a.wav", title = "A", artist = "B", isrc = "DEA123456789",
      start = 150, length = 600 }, { path = "/b.wav", start = 824, pre_emphasis = true } },
      job.tracks)
    assert.equal("integer", math.type(job.tracks[1].length))
    assert.same({ "4006381333931", nil }, { job.catalog, job.files })
  end)

  it("refuses what it does not know, by name", function()
    local function with(rest) return '{"redbook":1,"job":1,' .. rest .. "}" end
    local function setting(rest) return with('"files":["a"],"settings":{' .. rest .. "}") end
    local cases = {
      ["[]"] = "it is no job of redbook: the members 'redbook' and 'job' are missing",
      ['{"redbook":1,"manifest":1}'] =
        "it is no job of redbook: the members 'redbook' and 'job' are missing",
      ['{"redbook":1,"job":2,"files":["a"]}'] =
        "job: it is of version 2; this redbook knows version 1",
      [with '"comment":"x"'] = "it has neither 'files' nor 'tracks': nothing is to be burned",
      [with '"files":["a"],"tracks":[]'] = "it has both 'files' and 'tracks': choose one",
      [with '"files":[]'] = "files: a list that is not empty expected, got an empty one",
      [with '"tracks":[]'] = "tracks: a list that is not empty expected, got an empty one",
      [with '"files":{"path":"a"}'] = "files: a list that is not empty expected, got an object",
      [with '"files":["a",7]'] = "files[2]: the name of a file expected, got 7",
      [with '"files":["a",null]'] = "files[2]: the name of a file expected, got null",
      [with '"files":[{"path_bytes":"2"}]'] =
        "files[1].path_bytes: pairs of hexadecimal digits expected",
      [with '"files":"a"'] = "files: a list that is not empty expected, got 'a'",
      [with '"files":["a"],"comment":7'] = "comment: a string expected, got 7",
      [with '"files":["a"],"setings":{}'] = "unknown member 'setings'; known are: catalog, "
        .. "comment, files, job, redbook, settings, tracks",
      [with '"files":["a"],"catalog":"4006381333931"'] =
        "catalog: it belongs to 'tracks'; playlists have their own",
      [with '"tracks":[{"path":"a"}],"catalog":"12"'] =
        "catalog: a string of 13 digits expected, got '12'",
      [with '"tracks":[{"path":"a"}],"catalog":"4006381333930"'] =
        "catalog: the last digit of 4006381333930 does not fit the others",
      [with '"tracks":[{"title":"a"}]'] = "tracks[1]: the name of a file expected, got nil",
      [with '"tracks":[{"path":"a","start":1.5}]'] =
        "tracks[1].start: a number of sectors from 0 on, or MM:SS:FF, expected, got 1.5",
      [with '"tracks":[{"path":"a","start":"00:10:75"}]'] =
        "tracks[1].start: a number of sectors from 0 on, or MM:SS:FF, expected, got '00:10:75'",
      [with '"tracks":[{"path":"a","length":"00:00:00"}]'] =
        "tracks[1].length: a number of sectors from 1 on, or MM:SS:FF, expected, got '00:00:00'",
      [with '"tracks":[{"path":"a","length":-1}]'] =
        "tracks[1].length: a number of sectors from 1 on, or MM:SS:FF, expected, got -1",
      [with '"tracks":[{"path":"a"},{"path":"b","isrc":"xx"}]'] =
        "tracks[2].isrc: two letters, three letters or digits, seven digits expected, got 'xx'",
      [with '"tracks":[{"path":"a","raw":"x"}]'] =
        "tracks[1].raw: 'little' or 'big' expected, got 'x'",
      [with '"tracks":[{"path":"a","title":"x\\u0000"}]'] =
        "tracks[1].title: a string expected, got 'x\0'",
      [setting '"device":["a\\u0000b"]'] =
        "settings.device: a name without the character U+0000 expected",
      [with '"tracks":[{"path":"a","titel":"x"}]'] = "tracks[1]: unknown member 'titel'; known "
        .. "are: album, artist, copy_permitted, isrc, length, path, path_bytes, pre_emphasis, raw, "
        .. "start, title",
      [with '"files":["a"],"settings":[1]'] = "settings: an object expected, got a list",
      [setting '"speed":900'] = "settings.speed: 900: a number like 8 (times 1x), 'min' or 'max'",
      [setting '"speed":true'] = "settings.speed: a number or a string expected, got true",
      [setting '"copies":2.5'] = "settings.copies: 2.5: a number, 1 to 999",
      [setting '"wait_for_disc":"soon"'] =
        "settings.wait_for_disc: soon: a number of seconds, up to 86400",
      [setting '"eject":1'] = "settings.eject: true or false expected, got 1",
      [setting '"eject":null'] = "settings.eject: true or false expected, got something else",
      [setting '"gain":"loud"'] =
        "settings.gain: one of 'off', 'track', 'album' expected, got 'loud'",
      [setting '"manifest":7'] = "settings.manifest: a string expected, got 7",
      [setting '"device":[]'] = "settings.device: the name of a drive, or a list of some, "
        .. "expected, got something else",
      [setting '"json":true'] = "settings.json: it belongs on the command line",
    }
    for text, problem in pairs(cases) do
      assert.same({ nil, problem, nil }, { read(text) }, text)
    end
    local _, problem = read(setting '"sped":8')
    assert.is_truthy(problem:find("^settings.sped: there is no such setting; known are: append, "))
  end)

  it("knows a file that is not whole", function()
    local _, problem, broken = read '{"redbook":1,"job":1,"fil'
    assert.is_true(broken)
    assert.is_truthy(problem:find "^it is no JSON: ")
    assert.same({ nil, folder .. "/none.json: No such file or directory" }, { nil,
      select(2, jobs.read(folder .. "/none.json", print)).message })
  end)

  it("keeps what is behind a link", function()
    local lfs = require "lfs"
    assert(lfs.mkdir(folder .. "/real"))
    assert(lfs.mkdir(folder .. "/real/deep"))
    assert(lfs.link("real/deep", folder .. "/link", true))
    for name, kept in pairs { ["link/../a.wav"] = "link/../a.wav",
      ["link/../../a.wav"] = "link/../../a.wav", ["link/x/../a.wav"] = "link/a.wav",
      ["real/deep/../a.wav"] = "real/a.wav" } do
      assert.equal(kept, place.within(folder .. "/", folder .. "/" .. name))
    end
  end)

  it("puts names into a file so that both can be moved", function()
    local cwd = require("lfs").currentdir()
    for _, case in ipairs { { "", "a.wav", "a.wav" }, { "", "./x/../a.wav", "a.wav" },
      { "in/", "in/a.wav", "a.wav" }, { "in/", "a.wav", cwd .. "/a.wav" },
      { "/x/", "/x/y/a.wav", "y/a.wav" }, { "/x/", "/xy/a.wav", "/xy/a.wav" },
      { "/x/", "/x/../a.wav", "/a.wav" }, { "/", "/a.wav", "a.wav" } } do
      assert.equal(case[3], place.within(case[1], case[2]))
    end
    assert.equal("virtual:d.cue?ready=5", place.device_within("/x/", "virtual:/x/d.cue?ready=5"))
    assert.equal("virtual:/d.cue", place.device_within("/x/", "virtual:/d.cue"))
    for _, id in ipairs { "/dev/sr0", "virtual:", "replay:x" } do
      assert.equal(id, place.device_within("/dev/", id))
      assert.equal(id, place.resolve_device("/in/", id))
    end
  end)

  -- Every option of burn.lua that can stand in a file, and what it is there.
  it("give back what they were made of", function()
    local words = { "--device=virtual:d.cue", "--device=/dev/sr1", "--copies=2", "--speed=2.5",
      "--dummy", "--multi", "--hidden-track", "--no-embedded-cue", "--no-verify",
      "--render-ahead=off", "--no-inhibit", "--eject", "--gain=track", "--clip=limit",
      "--quality=vhq", "--dither=shaped", "--gapless", "--wait-for-disc=7",
      "a.m3u", "c\xFF.wav" }
    local options = assert(args.parse(words))
    options.write_job = folder .. "/w.json"
    assert.is_true((jobfile.write(options, args.parser())))
    local read_again = assert(args.parse { "--job", folder .. "/w.json" })
    local cwd = require("lfs").currentdir()
    options = assert(args.parse(words))
    options.job, options.files = folder .. "/w.json", { cwd .. "/a.m3u", cwd .. "/c\xFF.wav" }
    options.device = ("virtual:%s/d.cue"):format(cwd)
    options.devices[1] = options.device
    assert.same(options, read_again)
    local data = cjson.decode(sandbox.read(folder .. "/w.json"))
    assert.same({ 1, 1, 2.5, "off", true }, { data.redbook, data.job, data.settings.speed,
      data.settings.render_ahead, data.settings.multi })
    assert.same({ "63ff2e776176" }, { data.files[2].path_bytes:sub(-12) })
  end)

  it("let the command line come first", function()
    sandbox.write(folder .. "/job.json", [[{"redbook":1,"job":1,"files":["/a"],"settings":
      {"speed":8,"multi":true,"device":"/dev/sr7","gain":"album","eject":false}}]])
    local job = folder .. "/job.json"
    assert.same({ job = job, files = { "/a" }, speed = 4, keep_open = true, device = "/dev/sr1",
      gain = "album", verbose = false },
      args.parse { "--job", job, "--speed=4", "--keep-open", "--device=/dev/sr1" })
    local _, err = args.parse { "--job", job, "x.wav" }
    assert.equal("'x.wav': what is burned stands in the job " .. job, err.message)
    sandbox.write(folder .. "/job.json", [[{"redbook":1,"job":1,"files":["/a"],"settings":
      {"multi":true,"keep_open":true}}]])
    assert.same({ nil, job .. ": --multi closes the session, --keep-open leaves it open: choose "
      .. "one" }, { args.parse { "--job", job } })
    for _, name in ipairs { "--plan", "--job=" .. job } do
      assert.is_truthy(select(2, args.parse { "--write-job=x", name, "a.wav" }))
    end
  end)

  it("destroy no file of another kind", function()
    for text, replaceable in pairs { [""] = true, ['{\n  "redbook": 1,\n  "job": 1,'] = true,
      ['{\n  "redbook": 1,\n  "manifest": 1,'] = false, ["sound"] = false } do
      sandbox.write(folder .. "/x", text)
      assert.equal(replaceable, jobs.replaceable(folder .. "/x"), text)
    end
    assert.is_true(jobs.replaceable(folder .. "/none"))
  end)
end)
