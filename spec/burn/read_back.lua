-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the specs of verifications share: a disc of two tracks, changed behind the drive's back.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local assert = require "luassert"

local SECTOR = burner.SECTOR

-- Sound of which no two seconds are equal, the same at every call.
local function sound(sectors, seed)
  local parts, x = {}, seed
  for n = 1, sectors * 588 do
    x = (x * 1664525 + 1013904223) & 0xffffffff
    parts[n] = string.pack("<I4", x)
  end
  return table.concat(parts)
end

local read_back = { GOOD = { "identical", edge = 0, differing = 0, unreadable = 0 }, sound = sound,
  ONE = sound(400, 1), TWO = sound(330, 2) }

-- `set_up` makes a new disc, the other functions work on it, `close` removes it.
---@param tell fun(bench: table, tracks: table[]) gets what the test looks at
---@return table functions
function read_back.prepare(tell)
  local bench, tracks, sources

  local function set_up()
    bench = burner.new()
    sources = {}
    local tao = bench.tao
    assert(tao:PrepareMedia())
    for index, pcm in ipairs { read_back.ONE, read_back.TWO } do
      sources[index] = assert(core.AudioSource(bench:write(index .. ".wav", burner.wav(pcm))))
      assert(tao:AddAudioTrack(sources[index]))
    end
    assert(tao:ReleaseMedia())
    tracks = tao.WrittenTracks
    tell(bench, tracks)
  end

  local function verification(with_sources)
    local it = assert(core.Verification())
    it.Recorder, it.ClientName = bench.recorder, "verify spec"
    for index, track in ipairs(tracks) do
      track.Source = with_sources and sources[index] or nil
      assert(it:AddTrack(track))
    end
    return it
  end

  -- Another process would find the new contents: the drive keeps none of the disc in memory.
  local function change(at, bytes)
    local image = bench:read "disc.bin"
    bench:write("disc.bin", image:sub(1, at) .. bytes .. image:sub(at + #bytes + 1))
  end

  local function flip(lba, byte, mask)
    local at = lba * SECTOR + byte
    change(at, string.char(bench:read("disc.bin"):byte(at + 1) ~ mask))
  end

  local function shift(frames)
    local image = bench:read "disc.bin"
    local size = #image
    if frames > 0 then
      image = (("\0"):rep(frames * 4) .. image):sub(1, size)
    else
      image = image:sub(-frames * 4 + 1) .. ("\0"):rep(-frames * 4)
    end
    bench:write("disc.bin", image)
  end

  local function results(it)
    local list = {}
    for index, result in ipairs(it.Results) do
      list[index] = { result.Verdict, result.Difference, result.Lba, result.Exact,
        edge = result.EdgeSamples, differing = result.DifferingBlocks,
        unreadable = result.UnreadableSectors }
    end
    return list
  end

  local function failed(it)
    local ok, err = it:VerifyMedia()
    assert.is_nil(ok)
    assert.equal(0xC0AA0007, err.code)
    assert.is_false(bench.virtual:View().Held)
    assert.is_false(bench.virtual:View().Prevented)
    assert.equal(0, bench.virtual:View().ForeignCommands)
    return err
  end
  return { set_up = set_up, close = function() bench:close() end, verification = verification,
    change = change, flip = flip, shift = shift, results = results, failed = failed }
end

return read_back
