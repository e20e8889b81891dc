-- SPDX-License-Identifier: GPL-3.0-or-later
-- render.lua and recipe.render: what they write is what a burn writes.

local burn_lua = require "spec.burn.burn_lua"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local SECTOR = burn_lua.SECTOR

describe("render.lua", function()
  local room

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "8.0137")
    room:wav("short.wav", "1")
    room:must "sox -D -r 48000 -n -b 24 -c 2 two.flac synth 7 sine 440 sine 550 gain -3"
    room:must "sox -D -r 44100 -n -b 16 -c 1 mono.wav synth 6 sine 300 gain -6"
    room:must "lame --quiet -b 192 one.wav three.mp3"
    room:must "ffmpeg -v error -i one.wav -metadata title='A/B: \"x\"' four.m4a"
    room:write("list.m3u", "one.wav\ntwo.flac\nshort.wav\nmono.wav\nthree.mp3\nfour.m4a\n")
  end)
  teardown(function() room:close() end)

  local function render(words)
    return sandbox.run(("%s %s %s/scripts/render.lua %s"):format(sandbox.env, sandbox.lua,
      sandbox.root, words), room.folder)
  end

  local function files(folder)
    local list = {}
    for name in lfs.dir(room.folder .. "/" .. folder) do
      if name:sub(1, 1) ~= "." then list[#list + 1] = name end
    end
    table.sort(list)
    return list
  end

  local function succeeds(words)
    local code, out, err = render(words)
    assert.equal(0, code, out .. err)
    return out
  end

  it("writes the sectors of a burn, whatever the number of threads", function()
    succeeds "--raw --threads 1 --out a list.m3u"
    succeeds "--raw --threads 4 --out b/c list.m3u"
    local code, _, err = room:burn "--yes --device virtual:d.cue list.m3u"
    assert.equal(0, code, err)
    local disc, at = room:read "d.bin", 1
    for track = 1, 6 do
      local name = ("%02d.raw"):format(track)
      local bytes = room:read("a/" .. name)
      assert.is_true(#bytes % SECTOR == 0 and #bytes >= 300 * SECTOR, name)
      assert.is_true(bytes == disc:sub(at, at + #bytes - 1), name)
      assert.is_true(bytes == room:read("b/c/" .. name), name)
      at = at + #bytes + 152 * SECTOR
    end
    assert.equal(#disc, at - 1 - 150 * SECTOR)
    assert.same({ "01.raw", "02.raw", "03.raw", "04.raw", "05.raw", "06.raw" }, files "a")
  end)

  it("writes WAV files that others read, named by their titles", function()
    local out = succeeds "--out w list.m3u"
    assert.same({ "01 one.wav", "02 two.wav", "03 short.wav", "04 mono.wav", "05 three.wav",
      "06 A_B_ _x_.wav" }, files "w")
    for track, name in ipairs(files "w") do
      local pcm = room:must(("sox %s -t raw -e signed -b 16 -L -"):format(
        sandbox.quote("w/" .. name)))
      assert.is_true(pcm == room:read(("a/%02d.raw"):format(track)), name)
      assert.equal("44100 2 16", room:must(("echo $(soxi -r %s) $(soxi -c %s) $(soxi -b %s)")
        :format(sandbox.quote("w/" .. name), sandbox.quote("w/" .. name),
          sandbox.quote("w/" .. name))):gsub("%s+$", ""), nil)
    end
    assert.is_truthy(out:find("w/03 short.wav  0:04", 1, true))
  end)

  it("writes the disc of a burn", function()
    succeeds "--bin-cue --out x list.m3u"
    assert.is_true(room:read "x/disc.bin" == room:read "d.bin")
    local code, out, err = render "--bin-cue --out x list.m3u"
    assert.equal(2, code, out)
    assert.is_truthy(err:find("x/disc.cue is there already", 1, true), err)
  end)

  it("tells every file as JSON", function()
    local code, out = render "--json --raw --out j one.wav two.flac"
    assert.equal(0, code)
    local events = burn_lua.decode(out)
    local seen = {}
    for _, event in ipairs(events) do
      if event.event == "rendered" then
        seen[event.index] = { event.path, event.file, event.sectors, event.clipped_samples }
      end
    end
    assert.same({ { "one.wav", "j/01.raw", 602, 0 }, { "two.flac", "j/02.raw", 525, 0 } }, seen)
    assert.same({ redbook = 1, event = "end", exit = 0 }, events[#events])
  end)

  it("leaves nothing half-done behind", function()
    room:must "head -c 200000 two.flac > cut.flac"
    local code, _, err = render "--out e one.wav cut.flac"
    assert.equal(6, code)
    assert.is_truthy(err:find("cut.flac", 1, true), err)
    for _, name in ipairs(files "e") do assert.equal("01 one.wav", name) end
    code, _, err = render "--out one.wav/x two.flac"
    assert.equal(6, code)
    assert.is_truthy(err:find("one.wav/x cannot be written", 1, true), err)
    code, _, err = render "--out f"
    assert.equal(2, code)
    assert.is_truthy(err:find("name a playlist or audio files", 1, true), err)
  end)

  -- The second file hangs, in the program that looks at it or in the one that decodes it.
  local function stop_while_it_hangs(program, state)
    room:write("slow.sh", burn_lua.meanwhile(("%s PATH=$PWD/bin:$PATH %s %s/scripts/render.lua "
      .. "--out s one.wav hang.m4a"):format(sandbox.env, sandbox.lua, sandbox.root),
      state, "kill -TERM $pid"))
    room:must(("cp four.m4a hang.m4a; rm -rf bin begun; mkdir bin; "
      .. "printf '#!/bin/sh\\n: >begun\\nexec sleep 600\\n' >bin/%s; chmod +x bin/%s")
      :format(program, program))
    local code = sandbox.run("sh slow.sh", room.folder)
    assert.equal(143, code, room:read "err")
  end

  it("stops at a signal", function()
    stop_while_it_hangs("ffmpeg", "[ -e begun ] && [ -e 's/01 one.wav' ]")
    assert.same({ "01 one.wav" }, files "s")
  end)

  it("stops at a signal while a file is opened", function()
    stop_while_it_hangs("ffprobe", "[ -e begun ]")
  end)
end)
