-- SPDX-License-Identifier: GPL-3.0-or-later
-- A whole disc: 74 minutes in 20 tracks, every byte compared, memory bounded. #long

local burner = require "spec.support.burner"
local sandbox = require "spec.support.sandbox"

local TRACKS, SECTORS = 20, 16490 -- 20 * 3:39:65 and 19 gaps: 73:51
local MEMORY_KIB = 120 << 10      -- the FIFO of 64 MiB included

describe("a whole disc #long", function()
  local folder, pcm

  setup(function()
    folder, pcm = sandbox.folder(), burner.pcm(SECTORS, 5)
    sandbox.write(folder .. "/track.wav", burner.wav(pcm))
    sandbox.write(folder .. "/list.m3u", ("track.wav\n"):rep(TRACKS))
    -- The host reads its own peak when the job is done.
    sandbox.write(folder .. "/host.lua", ([[
      local redbook = require "redbook"
      local entries = redbook.playlist.collect({ "%s/list.m3u" }).entries
      local recorder = assert(redbook.Recorder "virtual:%s/disc.cue?minutes=74")
      local result, err = redbook.recipe.burn_playlist(recorder, entries)
      if not result then error(err.message) end
      for line in io.lines "/proc/self/status" do
        local peak = line:match "^VmHWM:%%s*(%%d+)"
        if peak then print(peak) end
      end
    ]]):format(folder, folder))
  end)

  teardown(function() sandbox.remove(folder) end)

  it("of 74 minutes holds every byte, and the burn stays small", function()
    local code, peak, err = sandbox.run(("%s %s %s/host.lua"):format(sandbox.env, sandbox.lua,
      folder))
    assert.are.equal(0, code, err)
    assert.is_true(tonumber(peak) < MEMORY_KIB, peak)
    local disc <close> = assert(io.open(folder .. "/disc.bin", "rb"))
    local gap = ("\0"):rep(152 * 2352)
    for number = 1, TRACKS do
      assert.is_true(pcm == disc:read(#pcm), "track " .. number)
      if number < TRACKS then assert.is_true(gap == disc:read(#gap)) end
    end
    assert.are.equal(("\0"):rep(2 * 2352), disc:read "a")
  end)
end)
