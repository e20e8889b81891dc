-- SPDX-License-Identifier: GPL-3.0-or-later
-- OnUpdate is Lua code of the caller: it may raise, and the track is ended and its very error
-- comes out; it may yield, and the burn goes on meanwhile.

local lifecycle = require "spec.support.lifecycle"

describe("a callback", function()
  local case

  before_each(function() case = lifecycle.case() end)
  after_each(function() case:close() end)

  local function ends_well(process)
    process:go()
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
  end

  it("that raises ends the track; its error is kept, the drive still held", function()
    local process = case:start [[
      local tao = child.prepared()
      child.whole(tao)
      local mine = setmetatable({}, { __tostring = function() return "mine" end })
      local inside, calls = false, 0
      tao.OnUpdate = function(_, args)
        if not inside or args.CurrentAction ~= 2 then return end
        calls = calls + 1
        error(mine)
      end
      local source, options = child.long(function() inside = true end, 8)
      local ok, err = pcall(tao.AddAudioTrack, tao, source, options)
      assert(not ok and err == mine and calls == 1)
      child.say(tostring(tao)) child.wait()
      tao:Close()
      child.say "closed" child.wait()
    ]]
    assert.are.equal("redbook.TrackAtOnce (prepared)", process:line())
    assert.is_true(case:held())
    process:go()
    assert.are.equal("closed", process:line())
    case:expect_open("cut", nil, 8)
    ends_well(process)
  end)

  it("that raises out of a <close> scope frees the drive", function()
    local process = case:start [[
      local mine = {}
      local ok, err = pcall(function()
        local tao <close> = child.prepared()
        child.whole(tao)
        local inside = false
        tao.OnUpdate = function() if inside then error(mine) end end
        tao:AddAudioTrack(child.long(function() inside = true end, 8))
      end)
      assert(not ok and err == mine)
      child.say "left" child.wait()
    ]]
    assert.are.equal("left", process:line())
    case:expect_open("cut", nil, 8)
    ends_well(process)
  end)

  it("that raises while PrepareMedia and ReleaseMedia run frees the drive", function()
    local process = case:start [[
      local core, mine = child.core, {}
      local drive = assert(core.VirtualRecorder { path = arg[1] })
      local tao <close> = core.TrackAtOnce()
      tao.Recorder, tao.ClientName = drive:Recorder(), "lifecycle"
      tao.OnUpdate = function() error(mine) end
      local ok, err = pcall(tao.PrepareMedia, tao)
      assert(not ok and err == mine)
      child.say(tostring(tao)) child.wait()
    ]]
    -- PREPARING was told; whether the end came before the cancel is the worker's affair.
    local state = process:line():match "%((.*)%)"
    assert.is_true(state == "idle" or state == "prepared", state)
    assert.are.equal(state == "prepared", case:held())
    ends_well(process)
    local look = assert(case:look())
    assert.are.same({ "blank", 0 }, { look.state, #look.tracks })
  end)

  it("that a function source raises ends the track; its error is kept", function()
    local process = case:start [[
      local tao <close> = child.prepared()
      child.whole(tao)
      local mine = {}
      local source, options = child.long(function() error(mine) end)
      local ok, err = pcall(tao.AddAudioTrack, tao, source, options)
      assert(not ok and err == mine)
    ]]
    ends_well(process)
    case:expect_open "cut"
  end)

  it("that yields lets the burn go on, which ends when it is resumed", function()
    local process = case:start [[
      local tao, drive = child.prepared()
      local thread = coroutine.create(function()
        tao.OnUpdate = function(_, args) coroutine.yield(args.CurrentAction) end
        local path = os.tmpname()
        local file <close> = assert(io.open(path, "w+b"))
        os.remove(path)
        file:write(child.sounds.first())
        file:seek("set", 0)
        assert(tao:AddAudioTrack(file))
        assert(tao:AddAudioTrack(child.long(function() end)))
        assert(tao:ReleaseMedia())
        return "released"
      end)
      local ok, first = coroutine.resume(thread)
      assert(ok and first == 1, first)
      -- Nobody steps the operation; the worker ends the track all the same.
      local limit = child.posix.monotonic() + 120
      repeat
        local tracks = drive:Tracks()
      until (tracks[1] and tracks[1].Complete) or child.posix.monotonic() > limit
      child.say(drive:View().Held and drive:Tracks()[1].Sectors) child.wait()
      local actions, value = { first }, nil
      while coroutine.status(thread) ~= "dead" do
        ok, value = coroutine.resume(thread)
        assert(ok, value)
        if value ~= actions[#actions] then actions[#actions + 1] = value end
      end
      child.say(table.concat(actions, " "))
    ]]
    assert.are.equal("400", process:line())
    assert.is_true(case:held())
    process:go()
    -- Preparing, writing, finishing, verifying of both tracks; finishing, verifying of the disc.
    assert.are.equal("1 2 3 4 1 2 3 4 3 4 released", process:line())
    ends_well(process)
    case:expect_finalised(2)
  end)
end)
