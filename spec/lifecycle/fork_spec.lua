-- SPDX-License-Identifier: GPL-3.0-or-later
-- A forked child has nothing to do with its parent's drive: it sends nothing and holds nothing,
-- however it ends.

local lifecycle = require "spec.support.lifecycle"

-- How a child ends: code that stands in it, and the exit code that the parent sees.
local ENDS = {
  { "by os.exit()", "os.exit(3)", 3 },
  { "by os.exit(true, true)", "os.exit(true, true)", 0 },
  { "by the end of the script", "goto ended", 0 },
  { "by an error", "error 'the end of the child'", 1 },
}

describe("a forked child that ends", function()
  local case

  before_each(function() case = lifecycle.case() end)
  after_each(function() case:close() end)

  -- The parent waits for the child's end, then compares how many commands its drive has seen.
  local PARENT = [[
    local posix = child.posix
    local function fork_and_wait(drive, in_child)
      local before = drive:View()
      local pid = assert(posix.fork())
      if pid == 0 then
        posix.alarm(180)
        return true
      end
      local _, how, number = posix.waitpid(pid)
      local after = drive:View()
      child.say(("%s %d, %d commands"):format(how, number, after.Commands - before.Commands))
      assert(after.Held and after.Prevented)
      child.wait()
    end
  ]]

  for _, ending in ipairs(ENDS) do
    it(ending[1] .. " leaves a prepared disc to its parent", function()
      local process = case:start(PARENT .. ([[
        do
          local tao <close>, drive = child.prepared()
          child.whole(tao)
          if fork_and_wait(drive) then
            %s
          end
          assert(tao:AddAudioTrack(child.long(function() end)))
          assert(tao:ReleaseMedia())
        end
        ::ended::
      ]]):format(ending[2]))
      assert.are.equal(("exit %d, 0 commands"):format(ending[3]), process:line())
      assert.is_true(case:held())
      local _, busy = case:look()
      assert.are.equal(0xC0AA0210, busy.code)
      process:go()
      local how, number = process:finish()
      assert.are.same({ "exit", 0 }, { how, number })
      case:expect_finalised(2)
    end)

    it(ending[1] .. " leaves a running operation to its parent", function()
      local process = case:start(PARENT .. ([[
        do
          local tao <close>, drive = child.prepared()
          child.whole(tao)
          local operation <close> = child.begun(tao)
          child.say "begun"
          child.wait()
          if fork_and_wait(drive) then
            %s
          end
          repeat
            local event = operation:step()
          until event and event.type == "done"
          assert(operation:result())
          assert(tao:ReleaseMedia())
        end
        ::ended::
      ]]):format(ending[2]))
      assert.are.equal("begun", process:line())
      -- Nothing is fed: the drive has written what there was.
      lifecycle.stand_still(process.pid)
      process:go()
      assert.are.equal(("exit %d, 0 commands"):format(ending[3]), process:line())
      assert.is_true(case:held())
      process:go()
      local how, number = process:finish()
      assert.are.same({ "exit", 0 }, { how, number })
      case:expect_finalised(2)
    end)
  end

  it("in the function that feeds a track leaves the track to its parent", function()
    local process = case:start [[
      local posix = child.posix
      local tao <close>, drive = child.prepared()
      child.whole(tao)
      assert(tao:AddAudioTrack(child.long(function()
        local pid = assert(posix.fork())
        if pid == 0 then os.exit(5, true) end
        local _, how, number = posix.waitpid(pid)
        child.say(how .. number)
        assert(drive:View().Held and drive:View().Prevented)
      end)))
      assert(tao:ReleaseMedia())
    ]]
    assert.are.equal("exit5", process:line())
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
    case:expect_finalised(2)
  end)

  it("has used its parent's objects in vain", function()
    local process = case:start [[
      local posix, core = child.posix, child.core
      local tao <close>, drive = child.prepared()
      child.whole(tao)
      local operation = child.begun(tao)
      local recorder = tao.Recorder
      local pid = assert(posix.fork())
      if pid == 0 then
        posix.alarm(180)
        local function code(ok, value, err)
          if not ok then return tostring(value.code and value or value) end
          return value == nil and ("%08X"):format(err.code) or tostring(value)
        end
        for _, use in ipairs {
          function() return tao:AddAudioTrack(function() end, { length = 300 }) end,
          function() return tao:PrepareMedia() end,
          function() return tao:ReleaseMedia() end,
          function() return tao:CancelAddTrack() end,
          function() return recorder:MediaSummary() end,
          function() return recorder:AcquireExclusiveAccess(true, "child") end,
          function() return recorder:EjectMedia() end,
          function() return select(2, operation:step()) end,
          function() return operation:getfd() end,
          function() return operation:cancel() end,
          function() return tao:Close() end,
        } do
          child.say(code(pcall(use)))
        end
        os.exit(0, true)
      end
      posix.waitpid(pid)
      repeat
        local event = operation:step()
      until event and event.type == "done"
      assert(operation:result())
      assert(tao:ReleaseMedia())
      child.say "released"
    ]]
    for _, expected in ipairs { "80004005", "80004005", "80004005", "C0AA0501", "80004005",
      "80004005", "80004005", "finished", "-1", "true", "true", "released" } do
      assert.are.equal(expected, process:line())
    end
    local how, number, _, err = process:finish()
    assert.are.same({ "exit", 0, "" }, { how, number, err })
    case:expect_finalised(2)
  end)
end)

describe("a forked child that lives on", function()
  local case

  before_each(function() case = lifecycle.case() end)
  after_each(function() case:close() end)

  for _, row in ipairs {
    { "ReleaseMedia", "assert(tao:ReleaseMedia())", "finalised" },
    { "Close", "tao:Close()", "open" },
    { "its end", "os.exit(0)", "open" },
  } do
    it(("does not keep the drive that its parent frees by %s"):format(row[1]), function()
      local process = case:start(([[
        local posix = child.posix
        local tao = child.prepared { by_name = true }
        child.whole(tao)
        local pid = assert(posix.fork())
        if pid == 0 then
          posix.alarm(180)
          child.wait()
          -- A Recorder of its own is as good as another program's.
          local own = assert(child.core.Recorder("virtual:" .. arg[1]))
          assert(own:AcquireExclusiveAccess(false, "child"))
          assert(own:Close())
          child.say "child"
          os.exit(0, true)
        end
        child.say(pid)
        %s
        child.say "freed"
        posix.waitpid(pid)
      ]]):format(row[2]))
      local child_pid = tonumber(process:line())
      assert.is_truthy(child_pid)
      if row[3] == "open" and row[1] == "its end" then
        lifecycle.await("the parent ends", function() return not case:held() end)
      else
        assert.are.equal("freed", process:line())
      end
      lifecycle.stand_still(child_pid)
      if row[3] == "open" then case:expect_open() else case:expect_finalised(1) end
      process:go()
      assert.are.equal("child", process:line())
      process:finish()
    end)
  end
end)
