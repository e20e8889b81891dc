-- SPDX-License-Identifier: GPL-3.0-or-later
-- --gain, --clip, --quality and --dither from the command line to the disc, and to rendered files.

local burn_lua = require "spec.burn.burn_lua"
local cjson = require "cjson"
local manifest = require "redbook.manifest"
local sandbox = require "spec.support.sandbox"
local schema = require "redbook.report.schema"

local SECTOR = burn_lua.SECTOR

-- Integrated loudness by ffmpeg.
local function lufs(path)
  local pipe <close> = assert(io.popen(("ffmpeg -nostdin -hide_banner -i '%s' -af ebur128 -f null "
    .. "- 2>&1"):format(path)))
  return tonumber(pipe:read("a"):match "Summary:.-I:%s+(%S+) LUFS")
end

-- The highest sample.
local function peak(bytes)
  local most = 0
  for at = 1, #bytes - 1, 2 do most = math.max(most, math.abs((("<i2"):unpack(bytes, at)))) end
  return most
end

describe("loudness", function()
  local room

  setup(function()
    room = burn_lua.room()
    -- Squares through a lossy codec, and noise at full scale: beyond full scale when decoded.
    room:must "sox -R -D -n -r 44100 -c 2 -b 16 loud.wav synth 6 square 441 square 330 vol 0.98"
    room:must "lame --quiet -b 128 loud.wav loud.mp3"
    room:must "oggenc -Q -q 4 -o loud.ogg loud.wav"
    room:must "sox -R -D -n -r 48000 -c 2 -b 24 soft.flac synth 8 pinknoise pinknoise vol 0.1"
    room:must "sox -R -D -n -r 44100 -c 2 -b 16 plain.wav synth 6 sine 441 sine 660 vol 0.3"
    room:must("flac -s -o tagged.flac plain.wav -T REPLAYGAIN_TRACK_GAIN='-4.20 dB' "
      .. "-T REPLAYGAIN_TRACK_PEAK=0.3 -T REPLAYGAIN_ALBUM_GAIN='-1.50 dB' -T ALBUM=One")
    room:must("flac -s -o boast.flac plain.wav -T REPLAYGAIN_TRACK_GAIN='+20.00 dB' "
      .. "-T REPLAYGAIN_TRACK_PEAK=0.01")
    room:write("over.m3u", "loud.mp3\nloud.ogg\nplain.wav\n")
    room:write("all.m3u", "loud.mp3\nsoft.flac\ntagged.flac\nplain.wav\n")
  end)
  teardown(function() room:close() end)

  local function render(words)
    local code, out, err = sandbox.run(("%s %s %s/scripts/render.lua %s"):format(sandbox.env,
      sandbox.lua, sandbox.root, words), room.folder)
    assert.equal(0, code, out .. err)
    return out
  end

  -- Of rendered tracks: gain and counts, from the events.
  local function rendered(words)
    local list = {}
    for line in render("--json --threads 2 " .. words):gmatch "[^\n]+" do
      local event = cjson.decode(line)
      assert.same({ true }, { schema.check(event) })
      if event.event == "rendered" then list[event.index] = event end
    end
    return list
  end

  it("leaves everything as it was by default, and says what is clipped", function()
    local list = rendered "--raw --out plain over.m3u"
    for index, event in ipairs(list) do
      assert.is_nil(event.gain)
      assert.equal(index < 3, event.clipped_samples > 100, event.path)
    end
    assert.equal(room:read("plain.wav"):sub(45), room:read("plain/03.raw"):sub(1,
      #room:read("plain.wav") - 44))
    local code, out = room:burn "--plan over.m3u"
    assert.equal(0, code)
    assert.matches("%d+ samples beyond full scale in tracks 1, 2 will be clipped; %-%-clip", out)
    assert.is_nil(out:find("gain", 1, true))
  end)

  it("turns tracks, or the disc, down until nothing is clipped", function()
    local each = rendered "--raw --clip scale-track --out track over.m3u"
    local disc = rendered "--raw --clip scale-disc --out disc over.m3u"
    local most = math.min(each[1].gain, each[2].gain)
    assert.is_true(most < -0.5 and each[1].gain < 0 and each[2].gain < 0)
    assert.is_nil(each[3].gain)
    for index = 1, 3 do
      assert.equal(0, each[index].clipped_samples)
      assert.equal(0, disc[index].clipped_samples)
      assert.equal(most, disc[index].gain)
    end
    assert.equal(room:read "plain/03.raw", room:read "track/03.raw")
    -- It is the same sound, as high as it can be: a hundredth of a dB is 38 LSB.
    for index = 1, 2 do
      local highest = peak(room:read(("track/%02d.raw"):format(index)))
      assert.is_true(highest > 32720 and highest <= 32767)
    end
  end)

  it("limits, and only what is beyond full scale", function()
    local list = rendered "--raw --clip limit --out limit over.m3u"
    for index = 1, 2 do
      assert.equal(0, list[index].clipped_samples)
      assert.is_true(list[index].limited_frames > 1000)
    end
    assert.is_nil(list[3].limited_frames)
    assert.equal(room:read "plain/03.raw", room:read "limit/03.raw")
    assert.equal(#room:read "plain/01.raw", #room:read "limit/01.raw")
  end)

  it("brings tracks to -18 LUFS by tags, else as measured, and lifts no peak too far", function()
    local list = rendered "--gain track --out gain all.m3u"
    assert.equal(-4.2, list[3].gain)
    for _, index in ipairs { 1, 2, 4 } do
      assert.near(-18, lufs(list[index].file:sub(1, 1) == "/" and list[index].file
        or room.folder .. "/" .. list[index].file), 0.1)
      assert.equal(0, list[index].clipped_samples)
    end
    assert.is_true(list[2].gain > 5)
    -- Its tags lie: the peak that was measured counts.
    local boast = rendered "--gain track --raw --out boast boast.flac"
    assert.near(20 * math.log(32766 / 32768 / 0.3, 10), boast[1].gain, 0.02)
    assert.equal(0, boast[1].clipped_samples)
  end)

  it("keeps an album's tracks as they are to each other", function()
    room:must "flac -s -f -o a1.flac plain.wav -T ALBUM=Two -T ALBUMARTIST=X"
    room:must "sox -R -D -n -r 48000 -c 2 -b 24 a2.flac synth 9 sine 500 sine 700 vol 0.2"
    room:must "metaflac --set-tag=ALBUM=Two --set-tag=ALBUMARTIST=X a2.flac"
    local list = rendered "--gain album --raw --out album tagged.flac a1.flac a2.flac"
    assert.equal(-1.5, list[1].gain)
    assert.equal(list[2].gain, list[3].gain)
    room:must "sox -D a2.flac a2.wav rate 44100 && sox -D a1.flac a2.wav both.wav"
    assert.near(-18 - lufs(room.folder .. "/both.wav"), list[2].gain, 0.1)
  end)

  it("burns what it renders, and tells the gains in plan, events and manifest", function()
    local words = "--gain track --clip scale-disc --quality vhq --dither shaped all.m3u"
    local list = rendered("--raw --out same " .. words)
    local code, out, err = room:burn("--yes --json --manifest m.json --device virtual:d.cue "
      .. words)
    assert.equal(0, code, err)
    local disc, at, scans, done = room:read "d.bin", 1, {}, {}
    for track = 1, 4 do
      local bytes = room:read(("same/%02d.raw"):format(track))
      assert.is_true(bytes == disc:sub(at, at + #bytes - 1))
      at = at + #bytes + 152 * SECTOR
    end
    for line in out:gmatch "[^\n]+" do
      local event = cjson.decode(line)
      assert.same({ true }, { schema.check(event) })
      if event.event == "scanned" then scans[event.index] = event.gain end
      if event.event == "track_done" then done[event.number] = event.gain end
      if event.event == "plan" then
        for index, track in ipairs(event.tracks) do
          assert.equal(list[index].gain, track.gain)
        end
      end
    end
    local data = cjson.decode(room:read "m.json")
    for index, event in ipairs(list) do
      assert.equal(event.gain, scans[index])
      assert.equal(event.gain, done[index])
      local source = data.tracks[index].source
      assert.same({ event.gain, "vhq", "shaped" }, { source.gain, source.quality, source.dither })
    end
    assert.equal("scale-disc", data.settings.clip)
    -- The sources of a manifest give the same sound again.
    for index, track in ipairs((manifest.read.tracks(data))) do
      assert.equal(tonumber(data.tracks[index].crc32, 16), track.source.CRC32)
      track.source:Close()
    end
  end)

  it("continues a disc with the gains that it was begun with", function()
    local words = "--gain album --clip scale-disc all.m3u"
    room:write("some.m3u", "loud.mp3\nsoft.flac\n")
    -- As a burn that was stopped after two tracks leaves it.
    local list = rendered("--raw --out whole " .. words)
    for index = 1, 2 do
      room:must(("sox -t raw -r 44100 -b 16 -e signed -c 2 whole/%02d.raw w%d.wav"):format(index,
        index))
    end
    local code, _, err = room:burn "--yes --keep-open --device virtual:c.cue w1.wav w2.wav"
    assert.equal(0, code, err)
    local out
    code, out, err = sandbox.run(("%s %s %s/scripts/rescue.lua --device virtual:c.cue --continue "
      .. words):format(sandbox.env, sandbox.lua, sandbox.root), room.folder)
    assert.equal(0, code, out .. err)
    local disc, at = room:read "c.bin", 1
    for track = 1, #list do
      local bytes = room:read(("whole/%02d.raw"):format(track))
      assert.is_true(bytes == disc:sub(at, at + #bytes - 1), "track " .. track)
      at = at + #bytes + 152 * SECTOR
    end
  end)

  it("continues by a manifest without being told again", function()
    local list = rendered "--raw --out told --gain track --dither shaped over.m3u"
    local code, _, err = room:burn("--yes --keep-open --device virtual:n.cue --manifest n.json "
      .. "--gain track --dither shaped loud.mp3")
    assert.equal(0, code, err)
    local out
    code, out, err = sandbox.run(("%s %s %s/scripts/rescue.lua --device virtual:n.cue "
      .. "--manifest n.json --continue over.m3u"):format(sandbox.env, sandbox.lua, sandbox.root),
      room.folder)
    assert.equal(0, code, out .. err)
    local disc, at = room:read "n.bin", 1
    for track = 1, #list do
      local bytes = room:read(("told/%02d.raw"):format(track))
      assert.is_true(bytes == disc:sub(at, at + #bytes - 1), "track " .. track)
      at = at + #bytes + 152 * SECTOR
    end
  end)

  it("refuses words that it does not know", function()
    for _, words in ipairs { "--gain loud", "--clip wrap", "--quality best", "--dither one" } do
      local code, _, err = room:burn("--plan " .. words .. " plain.wav")
      assert.equal(2, code)
      assert.matches("option '" .. words:match "%S+" .. "' must be one of ", err, 1, true)
    end
  end)
end)
