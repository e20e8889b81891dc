-- SPDX-License-Identifier: GPL-3.0-or-later
-- OnUpdate: who calls it, what it may do, and what remains when a burn is left in the middle.
-- #threads

local burner = require "spec.support.burner"

describe("OnUpdate #threads", function()
  local bench, tao

  before_each(function()
    bench = burner.new()
    tao = bench.tao
    tao.FifoBytes = 1048576
  end)
  after_each(function() bench:close() end)

  local function sound(sectors) return (bench:sound("sound.wav", sectors or 400)) end

  -- A track that cannot be complete when 100 sectors of it are written: it comes in pieces of 100
  -- sectors and the FIFO holds only 445.
  local function slow_track()
    local feeder = burner.feeder(burner.pcm(3000))
    return function(bytes) return feeder(math.min(bytes, 235200)) end, { length = 3000 }
  end

  local function in_the_middle(args)
    return args.CurrentAction == 2 and args.LastWrittenLba >= 100
  end

  -- Nothing runs, the drive is still held, what was written is a track, and the burn can go on.
  local function goes_on(tracks)
    assert.equal("prepared", tao.State)
    assert.equal(tracks, tao.NumberOfExistingTracks)
    tao.OnUpdate = nil
    assert.is_true(tao:AddAudioTrack(sound(300)))
    assert.is_true(tao:ReleaseMedia())
    assert.equal(tracks + 1, bench.virtual:View().Tracks)
    assert.equal(0, bench.virtual:View().ForeignCommands)
  end

  it("gets the object and the arguments, on the caller's coroutine, inside it", function()
    local caller, calls, actions = coroutine.running(), 0, {}
    assert(tao:PrepareMedia())
    tao.OnUpdate = function(...)
      local sender, args = ...
      calls = calls + 1
      assert.equal(2, select("#", ...))
      assert.equal(tao, sender)
      assert.equal("update", args.type)
      assert.equal("writing", tao.State)
      assert.equal(caller, (coroutine.running()))
      actions[args.CurrentAction] = true
    end
    assert(tao:AddAudioTrack(sound()))
    assert.is_true(calls >= 3)
    assert.is_true(actions[1] and actions[2] and actions[3])
  end)

  it("is called while preparing and releasing as well", function()
    local states = {}
    tao.OnUpdate = function() states[tao.State] = true end
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(sound()))
    assert(tao:ReleaseMedia())
    assert.same({ preparing = true, writing = true, releasing = true }, states)
  end)

  it("may be changed while it runs", function()
    local first, second = 0, 0
    tao.OnUpdate = function()
      first = first + 1
      tao.OnUpdate = function() second = second + 1 end
    end
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(sound()))
    assert.equal(1, first)
    assert.is_true(second >= 2)
  end)

  it("may cancel the track", function()
    tao.OnUpdate = function(_, args)
      if in_the_middle(args) then tao:CancelAddTrack() end
    end
    assert(tao:PrepareMedia())
    local ok, err = tao:AddAudioTrack(slow_track())
    assert.is_nil(ok)
    assert.equal(0xC0AA0002, err.code)
    assert.equal("open", err.disc)
    goes_on(1)
  end)

  it("may raise: the track is cancelled, the very error comes out", function()
    local mine = { "any value" }
    tao.OnUpdate = function(_, args)
      if in_the_middle(args) then error(mine) end
    end
    assert(tao:PrepareMedia())
    assert.equal(mine, burner.raised(tao.AddAudioTrack, tao, slow_track()))
    goes_on(1)
  end)

  it("may raise while preparing: the drive is free", function()
    tao.OnUpdate = function() error("mine", 0) end
    assert.equal("mine", burner.raised(tao.PrepareMedia, tao))
    if tao.State == "prepared" then tao:Close() end
    assert.is_false(bench.virtual:View().Held)
  end)

  it("may yield, and the burn goes on", function()
    tao.OnUpdate = function(_, args) coroutine.yield(args.CurrentAction) end
    local actions, ok = {}, nil
    local burn = coroutine.create(function()
      assert(tao:PrepareMedia())
      ok = tao:AddAudioTrack(sound())
      assert(tao:ReleaseMedia())
    end)
    while coroutine.status(burn) ~= "dead" do
      local fine, action = coroutine.resume(burn)
      assert.is_true(fine)
      if action then actions[action] = true end
    end
    assert.is_true(ok)
    assert.is_true(actions[1] and actions[2] and actions[3])
    assert.equal(1, bench.virtual:View().Tracks)
  end)

  it("that yields and is never resumed: coroutine.close cancels and drains", function()
    tao.OnUpdate = function(_, args)
      if in_the_middle(args) then coroutine.yield() end
    end
    assert(tao:PrepareMedia())
    local burn = coroutine.create(function() tao:AddAudioTrack(slow_track()) end)
    assert(coroutine.resume(burn))
    assert.equal("suspended", coroutine.status(burn))
    assert.equal("writing", tao.State)
    assert.is_true(coroutine.close(burn))
    goes_on(1)
  end)

  it("abandoned in a coroutine is let go of by the collector", function()
    tao.OnUpdate = function(_, args)
      if in_the_middle(args) then coroutine.yield() end
    end
    assert(tao:PrepareMedia())
    do
      local burn = coroutine.create(function() tao:AddAudioTrack(slow_track()) end)
      assert(coroutine.resume(burn))
    end
    collectgarbage()
    collectgarbage()
    tao:Close()
    assert.is_false(bench.virtual:View().Held)
    assert.equal(1, bench.virtual:View().DiscStatus)
  end)

  it("may close the object: the drive is let go, the method says so", function()
    tao.OnUpdate = function(_, args)
      if in_the_middle(args) then tao:Close() end
    end
    assert(tao:PrepareMedia())
    pcall(tao.AddAudioTrack, tao, slow_track())
    assert.equal("redbook.TrackAtOnce (closed)", tostring(tao))
    assert.is_false(bench.virtual:View().Held)
    assert.equal(1, bench.virtual:View().DiscStatus)
  end)

  it("is of no matter to a function source left in the middle of a yield", function()
    assert(tao:PrepareMedia())
    local feed, options = slow_track()
    local burn = coroutine.create(function()
      tao:AddAudioTrack(function(bytes)
        if tao.State == "writing" then coroutine.yield() end
        return feed(bytes)
      end, options)
    end)
    for _ = 1, 20 do assert(coroutine.resume(burn)) end
    assert.is_true(coroutine.close(burn))
    goes_on(tao.NumberOfExistingTracks)
  end)

  it("of Begin methods is not called: their events are the caller's", function()
    tao.OnUpdate = function() error "called" end
    local operation = assert(tao:BeginPrepareMedia())
    for _ in operation:each() do end
    assert.is_true(operation:result())
  end)
end)
