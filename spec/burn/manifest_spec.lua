-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua --manifest and verify.lua: what is written down, and a disc compared with it later.

local burn_lua = require "spec.burn.burn_lua"
local cjson = require "cjson"
local clients = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

describe("a manifest", function()
  local room

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "5", "sine 440 sine 554")
    room:must "sox -D -r 44100 -n -b 16 -c 2 two.flac synth 6 whitenoise gain -6"
    room:must "sox two.flac short.wav trim 0 1"
    room:write("list.m3u", "#EXTM3U\n#EXTINF:5,Me - First\none.wav\ntwo.flac\nshort.wav\n")
    local code, _, err = room:burn "--yes --device virtual:good.cue --manifest good.json list.m3u"
    assert(code == 0, err)
  end)
  teardown(function() room:close() end)
  before_each(function()
    room:must "rm -f d.* m.json; for e in bin cue; do cp good.$e d.$e; done"
    room:must "cp two.flac kept.flac; sed 's/virtual:good/virtual:d/' good.json >m.json"
    room:must "sed -i 's/good.bin/d.bin/' d.cue"
  end)
  after_each(function() room:must "mv kept.flac two.flac" end)

  local function verify(words)
    return sandbox.run(("%s %s %s/scripts/verify.lua %s"):format(sandbox.env, sandbox.lua,
      sandbox.root, words), room.folder)
  end

  local function flip(lba, byte, mask)
    local image = room:read "d.bin"
    local at = lba * burn_lua.SECTOR + byte + 1
    room:write("d.bin", image:sub(1, at - 1) .. string.char(image:byte(at) ~ mask)
      .. image:sub(at + 1))
  end

  it("has what was burned, from what, where and how", function()
    local data = cjson.decode(room:read "good.json")
    assert.is_truthy(room:read("good.json"):find '^{\n  "redbook": 1,\n  "manifest": 1,\n')
    assert.same({ exit = 0, ok = true, disc = "finalised", simulated = false, tracks = 3,
      remarks = {} }, data.result)
    assert.same({ id = "virtual:good.cue", vendor = "VIRTUAL", product = "CD-R/RW RECORDER",
      revision = "1.00" }, data.drive)
    assert.same({ "cd-r", "blank", 359847, "97:26:65" }, { data.medium.type,
      data.medium.state_before, data.medium.total_sectors, data.medium.atip.lead_in_time })
    assert.same({ true, 0, "identical" }, { data.verification.identical,
      data.verification.offset, data.verification.tracks[3].verdict })
    assert.same({ 375, 450, 300 }, { data.tracks[1].sectors, data.tracks[2].sectors,
      data.tracks[3].sectors })
    assert.same({ 0, 527, 1129, 3 }, { data.tracks[1].start, data.tracks[2].start,
      data.tracks[3].start, #data.plan.tracks })
    for index, name in ipairs { "one.wav", "two.flac", "short.wav" } do
      local source = data.tracks[index].source
      assert.equal(room.folder .. "/" .. name, source.path)
      assert.equal(room:must("sha256sum " .. name):sub(1, 64), source.sha256)
      assert.equal(#room:read(name), source.size)
      -- gzip's own sum of what it packs: the first four of its last eight bytes (RFC 1952).
      local tail = room:must(("sox %s -t raw - %s| gzip -c | tail -c 8"):format(name, index == 3
        and "pad 0 3 " or ""))
      assert.equal(("%08x"):format(string.unpack("<I4", tail)), data.tracks[index].crc32)
    end
    assert.same({ 3, data.tracks[2].source.sha256 }, { #data.sources, data.sources[2].sha256 })
    assert.same({ "First", "Me" }, { data.tracks[1].title, data.tracks[1].artist })
    assert.equal(28, #data.disc_id.musicbrainz)
  end)

  it("is what verify.lua compares a disc with", function()
    local code, out, err = verify "virtual:d.cue m.json"
    assert.same({ 0, "" }, { code, err })
    assert.equal([[
Reading the disc back.
 #  title       length  start     verdict
 1  Me - First    0:05  00:02:00  identical
 2  two           0:06  00:09:02  identical
 3  short         0:04  00:17:04  identical
Read back and compared: every track is as it was sent.
]], out)
  end)

  it("finds a flipped bit: by its sector with the source, else by its second", function()
    flip(600, 77, 1)
    local code, out, err = verify "virtual:d.cue m.json"
    assert.equal(11, code)
    local SAID = "differs from what was burned at 00:10:00 (LBA 600); 1 of its 6 seconds differs\n"
    assert.is_truthy(out:find(" 2  two           0:06  00:09:02  DIFFERS\n", 1, true), out)
    assert.is_nil(out:find(SAID, 1, true), "told twice: " .. out)
    assert.equal("verify: track 2 " .. SAID .. "disc: The disc is doubtful; it was only read.\n"
      .. "what to do: burn the tracks again, slower or on "
      .. "a disc of another make\n", err)
    room:must "cp one.wav two.flac" -- another file of that name
    err = select(3, verify "virtual:d.cue m.json")
    assert.is_truthy(err:find("track 2 differs from what was burned in the second that begins at "
      .. "00:09:02 (LBA 527); 1 of its 6 seconds differs\n", 1, true), err)
  end)

  it("tells the offset", function()
    local image = room:read "d.bin"
    room:write("d.bin", (("\0"):rep(120) .. image):sub(1, #image))
    local code, out = verify "virtual:d.cue m.json"
    assert.equal(0, code)
    assert.is_truthy(out:find("Offset +30: 30 samples at one end of each track could not be "
      .. "compared.\n", 1, true), out)
  end)

  it("writes events", function()
    flip(600, 77, 1)
    local code, out = verify "--json virtual:d.cue m.json"
    local events, order = burn_lua.decode(out), {}
    for _, event in ipairs(events) do
      assert.equal(1, event.redbook)
      if order[#order] ~= event.event then order[#order + 1] = event.event end
    end
    assert.same({ 11, "begin", "verify", "progress", "track_verified", "verified", "error",
      "end" }, { code, table.unpack(order) })
    assert.same({ redbook = 1, event = "begin", device = "virtual:d.cue", manifest = "m.json",
      version = "0.1.0", without_source = {} }, burn_lua.find(events, "begin"))
    local err = burn_lua.find(events, "error").err
    assert.same({ "verify", 600, "differs" }, { err.stage, err.lba,
      err.verification.tracks[2].verdict })
    assert.same({ false, 0, 3 }, { burn_lua.find(events, "verified").identical,
      burn_lua.find(events, "verified").offset, burn_lua.find(events, "verified").tracks })
  end)

  it("is not that of another disc, a blank one, none, or a drive in use", function()
    room:burn "--yes --no-verify --device virtual:other.cue two.flac"
    local code, _, err = verify "virtual:other.cue m.json"
    assert.equal(11, code)
    assert.is_truthy(err:find("verify: track 1 differs from", 1, true), err)
    code, _, err = verify "virtual:new.cue m.json"
    assert.same({ 11, "verify: the disc is blank\ndisc: No disc was written to.\n"
      .. "what to do: put the disc in that the manifest is of\n" }, { code, err })
    assert.is_false(room:has "new.bin")
    assert.equal(5, (verify "virtual: m.json"))
    code = sandbox.run(("flock d.bin %s %s %s/scripts/verify.lua virtual:d.cue m.json"):format(
      "env " .. sandbox.env, sandbox.lua, sandbox.root), room.folder)
    assert.equal(4, code)
    room:must "rm other.*"
  end)

  it("must be one", function()
    local text = room:read "m.json"
    for name, case in pairs {
      ["no such file"] = { nil, "No such file or directory" },
      ["no JSON"] = { "RIFF", "it is no JSON" },
      ["another object"] = { '{"a":1}', "it is no manifest of redbook" },
      ["an array"] = { "[]", "it is no manifest of redbook" },
      ["a later one"] = { '{"redbook":1,"manifest":2,"tracks":[]}',
        "it is a manifest of version 2; this redbook knows version 1" },
      ["no track"] = { '{"redbook":1,"manifest":1,"tracks":[]}',
        "it is of a job that has written no track" },
      ["a number"] = { text:gsub('"start":527,"ta', '"start":-1,"ta'),
        "tracks%[2%]: 'start' is no integer from 0 to 449849" },
      ["a sum"] = { text:gsub('"blocks":"', '%00'), "tracks%[1%]: 'blocks' is no string of 28 "
        .. "hexadecimal digits for each of its 5 seconds" },
      ["twice"] = { text:gsub('"number":2,"peak"', '"number":1,"peak"'),
        "tracks%[2%]: number 1 twice" },
    } do
      room:must "rm -f bad.json"
      if case[1] then room:write("bad.json", case[1]) end
      local code, _, err = verify "virtual:d.cue bad.json"
      assert.equal(2, code, name)
      assert.is_truthy(err:find("^verify: bad.json: " .. case[2]), name .. "\n" .. err)
    end
  end)

  it("may say anything of sources and titles", function()
    local data = cjson.decode(room:read "m.json")
    for _, source in ipairs { 5, cjson.null, { path = 1 }, { path = "a\0b", size = 0 },
      { path = room.folder .. "/one.wav", size = #room:read "one.wav", start = {}, length = "x" },
      { path = room.folder, size = 4096, raw = 7 } } do
      data.tracks[1].source, data.tracks[1].title, data.tracks[2].artist = source, {}, false
      room:write("m.json", cjson.encode(data))
      local code, out = verify "virtual:d.cue m.json"
      assert.equal(0, code)
      assert.is_truthy(out:find("\n 1           0:05  00:02:00  identical\n", 1, true), out)
    end
  end)

  it("is written after a failure too", function()
    room:must "rm -f d.*"
    room:burn "--yes --no-verify --device virtual:d.cue one.wav"
    local code = room:burn "--yes --device virtual:d.cue --manifest m.json one.wav"
    assert.equal(5, code)
    local data = cjson.decode(room:read "m.json")
    assert.same({ 5, false, "medium", 0 }, { data.result.exit, data.result.ok,
      data.result.error.stage, data.result.tracks })
    assert.same({ 0, 0 }, { #data.tracks, #data.sources })
    code = room:burn "--yes --device virtual:d.cue?minutes=80 --plan --manifest m.json two.flac"
    data = cjson.decode(room:read "m.json")
    assert.same({ 12, 0, 0 }, { code, #data.tracks, #data.sources })
  end)

  it("that cannot be written is found before anything is", function()
    room:must "rm -f d.*; mkdir -p folder"
    for _, name in ipairs { "none/m.json", "folder" } do
      local code, _, err = room:burn("--yes --device virtual:d.cue --manifest " .. name
        .. " one.wav")
      assert.equal(2, code)
      assert.is_truthy(err:find("burn: the manifest " .. name .. " cannot be written", 1, true),
        err)
      assert.is_false(room:has "d.bin")
    end
    local sound = room:read "one.wav"
    local code, _, err = room:burn "--yes --device virtual:d.cue --manifest one.wav two.flac"
    assert.same({ 2, sound }, { code, room:read "one.wav" })
    assert.is_truthy(err:find("burn: the manifest one.wav would destroy a file that is no "
      .. "manifest\ndisc: ", 1, true), err)
    assert.is_false(room:has "d.bin")
  end)

  it("of a simulation and of --no-verify has no verification", function()
    room:must "rm -f d.*"
    assert.equal(0, (room:burn "--yes --dummy --device virtual:d.cue --manifest m.json one.wav"))
    local data = cjson.decode(room:read "m.json")
    assert.same({ true, "untouched", true }, { data.result.simulated, data.result.disc,
      data.verification == nil })
    assert.equal(0, (room:burn("--yes --no-verify --device virtual:d.cue --manifest m.json "
      .. "one.wav")))
    data = cjson.decode(room:read "m.json")
    assert.same({ "finalised", true, 1 }, { data.result.disc, data.verification == nil,
      #data.tracks })
    assert.equal(0, (verify "virtual:d.cue m.json"))
  end)

  -- burn.lua on a node, the whole way through SG_IO, on a drive with these faults.
  local function burn_on_node(faults, words)
    room:must "rm -f d.*"
    room:write("faults.json", faults)
    return sandbox.run(clients.line("--disc d.cue --faults faults.json", clients.burn(words),
      true), room.folder)
  end

  it("of a burn that was not verified says so, as burn.lua does", function()
    for _, case in ipairs {
      { '[{"command":"WRITE","lba":700,"lie":true,"times":1}]', "differs",
        "track 2 differs from what was burned at 00:11:05 (LBA 680); 1 of its 6 seconds differs" },
      { '[{"command":"READ CD","lba":720,"sense":"3/11/05"}]', "unreadable",
        "track 2 cannot be read at 00:11:45 (LBA 720): sense 3/11/05; 1 sector could not be read" },
    } do
      local code, out, err = burn_on_node(case[1], "--manifest m.json two.flac two.flac")
      assert.equal(11, code)
      assert.is_truthy(out:find("Reading the disc back.\n$"), out)
      assert.equal("burn: " .. case[3] .. "\ndisc: The disc is doubtful; it is closed. 2 tracks "
        .. "are written whole.\nwhat to do: burn the tracks again, slower or on a disc of another "
        .. "make\n", err)
      local data = cjson.decode(room:read "m.json")
      assert.same({ 11, false, "finalised", "verify", 2 }, { data.result.exit, data.result.ok,
        data.result.disc, data.result.error.stage, data.result.tracks })
      assert.same({ false, "identical", case[2] }, { data.verification.identical,
        data.verification.tracks[1].verdict, data.verification.tracks[2].verdict })
    end
    assert.equal(0, (verify "virtual:d.cue m.json")) -- another drive can read it
  end)

  it("tells how a lying drive was caught", function()
    -- The lie lies outside of the three seconds that are looked at after each track.
    room:must "rm -f d.*"
    local code, out = sandbox.run(("%s %s -e %s"):format(sandbox.env, sandbox.lua,
      sandbox.quote [[
        local redbook = require "redbook"
        local drive = assert(redbook.VirtualRecorder { path = "d.cue",
          faults = { { command = "WRITE", lba = 700, lie = true, times = 1 } } })
        local _, err = redbook.recipe.burn_playlist(assert(drive:Recorder()),
          { { path = "two.flac" }, { path = "two.flac" } })
        print(err.stage, err.disc, err.verification.tracks[1].verdict,
          err.verification.tracks[2].verdict, err.verification.tracks[2].msf, err.lba)
      ]]), room.folder)
    assert.same({ 0, "verify\tfinalised\tidentical\tdiffers\t00:11:05\t680\n" }, { code, out })
  end)
end)
