-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every command of a burn of two tracks is failed in turn, in every way of the list. Whatever
-- comes: an error or a true success, the disc as the error says, the drive free.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

local FAULTS = {
  { sense = "3/0C/00" }, { sense = "3/0C/09" }, { sense = "4/09/00" }, { sense = "2/04/01" },
  { sense = "2/04/07" }, { sense = "2/04/08" }, { sense = "2/3A/00" }, { sense = "5/24/00" },
  { sense = "5/2C/00" }, { sense = "6/28/00" }, { sense = "6/29/00" }, { sense = "B/00/00" },
  { sense = { key = 3, asc = 0x0C, ascq = 0, deferred = true } },
  { status = 0x08 }, { status = 0x18 }, { host = 1 }, { host = 3 }, { errno = "ENOMEM" },
  { reply = ("\255"):rep(64) }, { reply = ("\0"):rep(64) }, { short = 3 }, { stall = 50 },
  { vanish = true }, { lie = true },
}

local TRACKS = { burner.pcm(310, 1), burner.pcm(200, 2) }
local DISC = TRACKS[1] .. ("\0"):rep(152 * 2352) .. TRACKS[2] .. ("\0"):rep(102 * 2352)

local function state_of(summary)
  if summary.Damaged then return "spoiled" end
  if summary.State == "appendable" then return summary.SessionOpen and "open" or "appendable" end
  return ({ blank = "untouched", complete = "finalised" })[summary.State]
end

describe("a burn that fails at any command", function()
  local folder, paths

  setup(function()
    folder, paths = sandbox.folder(), {}
    for number, pcm in ipairs(TRACKS) do
      paths[number] = ("%s/%d.wav"):format(folder, number)
      sandbox.write(paths[number], burner.wav(pcm))
    end
  end)

  teardown(function() sandbox.remove(folder) end)

  -- Burns with one fault at the n-th command; all steps are tried whatever came before.
  local function burn(fault, n)
    os.remove(folder .. "/disc.bin")
    os.remove(folder .. "/disc.cue")
    local virtual = assert(core.VirtualRecorder { path = folder .. "/disc.cue", minutes = 74 })
    local tao = core.TrackAtOnce()
    tao.Recorder, tao.ClientName, tao.FifoBytes = virtual:Recorder(), "sweep", 1 << 20
    local before = virtual:View().Commands
    if fault then
      local armed = { after = n - 1, times = 1 }
      for name, value in pairs(fault) do armed[name] = value end
      assert(virtual:AddFault(armed))
    end
    local result = { good = true }
    local function go(ok, err)
      result.good = result.good and ok == true
      result.last = not ok and err or nil
      if not ok then assert(err.code > 0x80000000 and err.name and #err.message > 0) end
      return ok
    end
    if go(tao:PrepareMedia()) then
      for _, path in ipairs(paths) do go(tao:AddAudioTrack(path)) end
      go(tao:ReleaseMedia())
    end
    result.commands = virtual:View().Commands - before
    tao:Close()
    result.view = virtual:View()
    virtual:Close()
    return result
  end

  -- What another program finds, which must be able to take the drive.
  local function look()
    local recorder <close> = assert(core.Recorder("virtual:" .. folder .. "/disc.cue"))
    assert(recorder:AcquireExclusiveAccess(false, "another"))
    local summary = assert(recorder:MediaSummary())
    assert(recorder:ReleaseExclusiveAccess())
    return state_of(summary)
  end

  local function check(fault, n)
    local result = burn(fault, n)
    local truth, last = look(), result.last
    assert(not result.view.Held and not result.view.Prevented, "the drive is still held")
    assert.are.equal(0, result.view.ForeignCommands)
    if result.good then
      assert.are.equal("finalised", truth)
      if not fault.lie then
        assert(sandbox.read(folder .. "/disc.bin") == DISC, "success, but other bytes on the disc")
      end
    elseif last and not (fault.vanish and last.disc == "unknown") then
      assert.are.equal(truth, last.disc, tostring(last))
    end
  end

  local commands

  it("burns without a fault", function()
    local result = burn()
    assert.is_true(result.good)
    assert.are.equal(DISC, sandbox.read(folder .. "/disc.bin"))
    commands = result.commands
  end)

  for _, fault in ipairs(FAULTS) do
    local name, value = next(fault)
    if type(value) == "table" then value = "deferred 3/0C/00" end
    if name == "reply" then value = ("%02X..."):format(value:byte()) end
    it(("by %s %s"):format(name, tostring(value)), function()
      for n = 1, commands do
        local fine, err = pcall(check, fault, n)
        assert(fine, ("command %d of %d: %s"):format(n, commands, tostring(err)))
      end
    end)
  end
end)
