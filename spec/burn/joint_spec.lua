-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tracks that continue each other are one conversion: rendered, burned and gone on with, they are
-- the file that was never cut.

local burn_lua = require "spec.burn.burn_lua"
local core = require "redbook.core"
local manifest = require "redbook.manifest"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

local SECTOR = 2352

local SHEET = [[
TITLE "Whole"
PERFORMER "Somebody"
FILE "whole.%s" WAVE
  TRACK 01 AUDIO
    TITLE "One"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Two"
    INDEX 01 00:06:11
  TRACK 03 AUDIO
    TITLE "Three"
    INDEX 01 00:13:52
]]

local FILES = [[
FILE "cut1.flac" WAVE
  TRACK 01 AUDIO
    INDEX 01 00:00:00
FILE "cut2.flac" WAVE
  TRACK 02 AUDIO
    INDEX 01 00:00:00
FILE "cut3.flac" WAVE
  TRACK 03 AUDIO
    INDEX 01 00:00:00
]]

local PLAIN = "track at once: 2 seconds of silence between tracks"

describe("tracks that continue each other", function()
  local room, whole

  setup(function()
    room = burn_lua.room()
    room:must("sox -R -D -r 48000 -n -b 24 -c 2 whole.wav synth 20.337 sine 440 sine 555.5 "
      .. "tremolo 3 30 gain -3")
    room:must "flac -s whole.wav 2>/dev/null"
    room:must "oggenc -Q -s 7 -q 6 -o whole.ogg whole.wav"
    -- Cut between any two samples, as rippers and shops do.
    room:must "sox -D whole.wav cut1.flac trim 0 287991s"
    room:must "sox -D whole.wav cut2.flac trim 287991s 384007s"
    room:must "sox -D whole.wav cut3.flac trim 671998s"
    for number = 1, 3 do
      room:must(("metaflac --set-tag=ALBUM=Whole --set-tag=ARTIST=Somebody cut%d.flac")
        :format(number))
    end
    for _, kind in ipairs { "flac", "ogg" } do
      room:write(kind .. ".cue", SHEET:format(kind))
      room:must(("%s %s %s/scripts/render.lua --raw --out %s.whole whole.%s"):format(sandbox.env,
        sandbox.lua, sandbox.root, kind, kind))
    end
    room:write("files.cue", FILES)
    whole = { flac = room:read "flac.whole/01.raw", ogg = room:read "ogg.whole/01.raw" }
  end)
  teardown(function() room:close() end)

  local function render(folder, words)
    local code, out, err = sandbox.run(("%s %s %s/scripts/render.lua --raw --out %s %s"):format(
      sandbox.env, sandbox.lua, sandbox.root, folder, words), room.folder)
    assert.equal(0, code, out .. err)
    return { room:read(folder .. "/01.raw"), room:read(folder .. "/02.raw"),
      room:read(folder .. "/03.raw") }
  end

  local function tracks_on(disc)
    local bytes, list = room:read(disc .. ".bin"), {}
    for start, sectors in room:read(disc .. ".cue")
      :gmatch "REM REDBOOK track %d+ session 1 start (%d+) sectors (%d+)" do
      list[#list + 1] = bytes:sub(start * SECTOR + 1, (start + sectors) * SECTOR)
    end
    return list
  end

  local function same(wanted, found)
    assert.equal(#wanted, #found)
    for index, bytes in ipairs(wanted) do
      assert.is_true(bytes == found[index], "track " .. index)
    end
  end

  it("of a cue sheet are the sound that was not cut, whatever the number of threads", function()
    for _, kind in ipairs { "flac", "ogg" } do
      local one = render(kind .. ".1", "--threads 1 " .. kind .. ".cue")
      same(one, render(kind .. ".3", "--threads 3 " .. kind .. ".cue whole.wav"))
      assert.same({ 461 * SECTOR, 566 * SECTOR }, { #one[1], #one[2] })
      assert.is_true(table.concat(one) == whole[kind])
    end
  end)

  it("of several files keep their order of samples: sectors are cut anew", function()
    local one = render("files.1", "files.cue")
    -- 287991 frames of 48 kHz are 264591.7 of 44.1 kHz, the last sector begins track 2.
    assert.same({ 449 * SECTOR, (1049 - 449) * SECTOR }, { #one[1], #one[2] })
    assert.is_true(table.concat(one) == whole.flac)
    same(one, render("files.2", "--threads 2 --gapless cut1.flac cut2.flac cut3.flac"))
    local apart = render("files.3", "cut1.flac cut2.flac cut3.flac")
    assert.is_false(table.concat(apart) == whole.flac)
  end)

  it("are one where the tags of both say so", function()
    for number = 1, 3 do
      room:must(("cp cut%d.flac tag%d.flac && metaflac --set-tag=ITUNPGAP=1 tag%d.flac"):format(
        number, number, number))
    end
    assert.is_true(table.concat(render("tags.1", "tag1.flac tag2.flac tag3.flac")) == whole.flac)
    room:must "metaflac --remove-tag=ALBUM --set-tag=ALBUM=Other tag3.flac"
    local two = render("tags.2", "tag1.flac tag2.flac tag3.flac")
    local alone = render("tags.3", "tag1.flac tag2.flac cut3.flac")
    same(alone, two)
    assert.is_false(table.concat(two) == whole.flac)
  end)

  it("are burned as they are rendered, and the plan says what track at once does", function()
    local one = render("burn.1", "flac.cue")
    local code, events, err = room:events "--yes --device virtual:a.cue --manifest a.json flac.cue"
    assert.equal(0, code, err)
    same(one, tracks_on "a")
    local plan = burn_lua.find(events, "plan")
    assert.equal(PLAIN .. ", also between tracks 1 to 3, which are one continuous sound",
      plan.remarks[1])
    assert.same({ false, true, true }, { plan.tracks[1].continues or false,
      plan.tracks[2].continues, plan.tracks[3].continues })
  end)

  it("can be opened again from the manifest of their burn", function()
    local data = manifest.read.file(room.folder .. "/a.json")
    local list, without = manifest.read.tracks(data)
    assert.same({}, without)
    for _, track in ipairs { list[3], list[1], list[2] } do
      assert.equal(track.crc32, track.source.CRC32)
    end
    data.tracks[1].source.joined.parts[1].path = room.folder .. "/gone.flac"
    data.tracks[2].source.joined.place = 9
    data.tracks[3].source.joined.parts = cjson.null
    list, without = manifest.read.tracks(data)
    assert.same({ 1, 2, 3 }, without)
    assert.equal(3, #list)
  end)

  it("are gone on with in the middle", function()
    local one = render("rest.1", "files.cue")
    local drive = core.VirtualRecorder { path = room.folder .. "/cut.cue", faults = {
      { command = "WRITE", lba = 700, sense = "3/0C/00" } } }
    local recipe = require "redbook.recipe"
    local playlist = require "redbook.playlist"
    local found = assert(playlist.collect { room.folder .. "/files.cue" })
    local recorder = drive:Recorder()
    local result, err = recipe.burn_playlist(recorder, found.entries, { wait = { limit = 0 } })
    assert.is_nil(result)
    assert.equal("open", err.disc)
    recorder:Close()
    drive:Close()
    local code, out, problem = sandbox.run(("%s %s %s/scripts/rescue.lua --device virtual:cut.cue "
      .. "--continue files.cue"):format(sandbox.env, sandbox.lua, sandbox.root), room.folder)
    assert.equal(0, code, out .. problem)
    local on_disc = tracks_on "cut"
    same({ one[1], one[2], one[3] }, { on_disc[1], on_disc[#on_disc - 1], on_disc[#on_disc] })
  end)

  it("get one gain", function()
    local found = render("gain.1", "--gain track --dither none flac.cue")
    local code, out = sandbox.run(("%s %s %s/scripts/render.lua --json --raw --gain track "
      .. "--dither none --threads 2 --out gain.2 flac.cue"):format(sandbox.env, sandbox.lua,
      sandbox.root), room.folder)
    assert.equal(0, code)
    local gains = {}
    for _, event in ipairs(burn_lua.decode(out)) do
      if event.event == "rendered" then gains[#gains + 1] = event.gain end
    end
    assert.equal(3, #gains)
    assert.same({ gains[1], gains[1] }, { gains[2], gains[3] })
    for track = 1, 3 do
      assert.is_true(found[track] == room:read(("gain.2/%02d.raw"):format(track)))
    end
  end)

  it("name the file that is damaged", function()
    room:must "head -c 300000 cut2.flac > short.flac"
    room:write("short.cue", (FILES:gsub("cut2", "short")))
    local code, _, err = room:burn "--yes --device virtual:no.cue short.cue"
    assert.equal(6, code)
    assert.is_truthy(err:find("short.flac", 1, true), err)
    assert.is_falsy(err:find("cut3.flac", 1, true), err)
    assert.is_false(room:has "no.cue")
  end)
end)
