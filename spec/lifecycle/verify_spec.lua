-- SPDX-License-Identifier: GPL-3.0-or-later
-- A verification that is cancelled, dropped, closed or in somebody's way: the drive is free
-- afterwards, and nobody else has sent it a command.

local burner = require "spec.support.burner"
local core = require "redbook.core"

describe("a verification #threads", function()
  local bench, tracks

  before_each(function()
    bench = burner.new()
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(burner.feeder(burner.pcm(2000)), { length = 2000 }))
    assert(bench.tao:ReleaseMedia())
    tracks = bench.tao.WrittenTracks
  end)
  after_each(function() bench:close() end)

  local function verification()
    local it = assert(core.Verification())
    it.Recorder = bench.recorder
    assert(it:AddTrack(tracks[1]))
    return it
  end

  local function is_free()
    local view = bench.virtual:View()
    assert.same({ false, false, 0 }, { view.Held, view.Prevented, view.ForeignCommands })
    assert(verification():VerifyMedia())
  end

  local function to_the_end(operation)
    repeat local _, why = operation:step() until why == "finished"
    return operation:result()
  end

  it("can be cancelled at any moment", function()
    for steps = 0, 12 do
      local operation = assert(verification():BeginVerifyMedia())
      for _ = 1, steps do operation:step(0.001) end
      operation:cancel()
      local ok, err = to_the_end(operation)
      assert.is_true(ok or err.code == 0xC0AA0002)
    end
    is_free()
  end)

  it("can be dropped with all that belongs to it", function()
    for _ = 1, 5 do
      assert(verification():BeginVerifyMedia())
      collectgarbage()
      collectgarbage()
      local summary, err
      repeat summary, err = bench.recorder:MediaSummary() until summary or err.code ~= 0xC0AA0500
      assert.equal("complete", summary.State)
    end
    is_free()
  end)

  it("goes on when its object is closed", function()
    local it = verification()
    local operation = assert(it:BeginVerifyMedia())
    it:Close()
    assert.is_true(to_the_end(operation))
    assert.has_error(function() return it.Results end)
    is_free()
  end)

  it("keeps others out while it runs", function()
    local it = verification()
    local operation = assert(it:BeginVerifyMedia())
    local _, err = it:BeginVerifyMedia()
    assert.equal(0xC0AA0500, err.code)
    _, err = verification():BeginVerifyMedia()
    assert.equal(0xC0AA0500, err.code)
    _, err = it:AddTrack(tracks[1])
    assert.equal(0xC0AA0500, err.code)
    _, err = bench.recorder:MediaSummary()
    assert.equal(0xC0AA0500, err.code)
    assert.same("none", it.Results[1].Verdict)
    assert.is_true(to_the_end(operation))
    assert.same("identical", it.Results[1].Verdict)
    is_free()
  end)

  it("does not begin in a drive that a TrackAtOnce has prepared", function()
    bench.tao.Append = true
    local other <close> = burner.new()
    assert(other.tao:PrepareMedia())
    local it = verification()
    it.Recorder = other.recorder
    local _, err = it:VerifyMedia()
    assert.equal(0xC0AA0210, err.code)
    assert(other.tao:ReleaseMedia())
  end)

  it("shares a source with nobody", function()
    local source = assert(core.AudioSource(bench:sound("a.wav", 400)))
    local it = assert(core.Verification())
    it.Recorder = bench.recorder
    local track = {}
    for name, value in pairs(tracks[1]) do track[name] = value end
    track.Source = source
    assert(it:AddTrack(track))
    local operation = assert(it:BeginVerifyMedia())
    local _, err = source:BeginScan()
    assert.equal(0xC0AA0500, err.code)
    assert.is_true(to_the_end(operation))
    local scan = assert(source:BeginScan())
    _, err = it:BeginVerifyMedia()
    assert.equal(0xC0AA0500, err.code)
    assert.is_true(to_the_end(scan))
    assert(it:VerifyMedia())
  end)
end)
