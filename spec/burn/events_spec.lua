-- SPDX-License-Identifier: GPL-3.0-or-later
-- IDiscFormat2TrackAtOnceEventArgs over a whole burn: actions, units, figures that fit each other.

local burner = require "spec.support.burner"

local PREPARING, WRITING, FINISHING, VERIFYING = 1, 2, 3, 4

describe("the events of a burn", function()
  local bench

  before_each(function() bench = burner.new() end)
  after_each(function() bench:close() end)

  local function record(call, ...)
    local events = {}
    bench.tao.OnUpdate = function(_, args) events[#events + 1] = args end
    assert(call(bench.tao, ...))
    return events
  end

  local function actions(events)
    local list = {}
    for _, event in ipairs(events) do
      if event.CurrentAction ~= list[#list] then list[#list + 1] = event.CurrentAction end
    end
    return list
  end

  local function burn_track(number, sectors)
    local path = bench:sound(number .. ".wav", sectors, number)
    return record(bench.tao.AddAudioTrack, path)
  end

  it("go through the actions in their order", function()
    assert.same({ PREPARING }, actions(record(bench.tao.PrepareMedia)))
    for number = 1, 2 do
      assert.same({ PREPARING, WRITING, FINISHING, VERIFYING }, actions(burn_track(number, 400)))
    end
    assert.same({ FINISHING, VERIFYING }, actions(record(bench.tao.ReleaseMedia)))
  end)

  it("name the track, its place, its length, and what is written of it", function()
    record(bench.tao.PrepareMedia)
    burn_track(1, 400)
    local last, elapsed = -1, {}
    for _, event in ipairs(burn_track(2, 20000)) do
      assert.are.equal(2, event.CurrentTrackNumber)
      if event.CurrentAction ~= PREPARING then
        assert.same({ 552, 20000 }, { event.StartLba, event.SectorCount })
        local written = event.LastWrittenLba - event.StartLba + 1
        assert.is_true(written >= last and written <= 20000)
        if last == -1 then assert.are.equal(0, written) end
        assert.is_true(event.LastReadLba >= event.LastWrittenLba and event.LastReadLba <= 20551)
        last = written
      end
      assert.are.equal(event.TotalSystemBuffer - event.UsedSystemBuffer, event.FreeSystemBuffer)
      assert.are.equal(event.ElapsedTime, event.ElapsedSeconds // 1)
      local so_far = elapsed[event.CurrentAction] or 0
      assert.is_true(event.ElapsedSeconds >= so_far)
      elapsed[event.CurrentAction] = event.ElapsedSeconds
    end
    assert.are.equal(20000, last)
  end)

  it("count the silence that fills up a short track", function()
    record(bench.tao.PrepareMedia)
    local events = burn_track(1, 60)
    assert.are.equal(299, events[#events].LastWrittenLba)
    assert.are.equal(300, events[#events].SectorCount)
  end)

  it("come about every half second of the drive's time while a track is written", function()
    bench.tao.FifoBytes = 1 << 20
    record(bench.tao.PrepareMedia)
    assert(bench.tao:SetWriteSpeed(8 * 75, false))
    local path = bench:sound("long.wav", 20000, 3)
    local operation = assert(bench.tao:BeginAddAudioTrack(path))
    local before
    repeat
      local event = operation:step()
      if event.type == "update" and event.CurrentAction == WRITING then
        -- Steps that come late find the reports between coalesced, never older ones.
        assert.is_true(not before or event.ElapsedSeconds > before)
        before = event.ElapsedSeconds
      end
    until event.type == "done"
    assert(operation:result())
    assert.is_true(before > 30)
  end)
end)
