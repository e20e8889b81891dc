-- SPDX-License-Identifier: GPL-3.0-or-later
-- VirtualRecorder: the drive in the program's hands, and its faults.

local core = require "redbook.core"
local burner = require "spec.support.burner"

describe("VirtualRecorder", function()
  local bench

  before_each(function() bench = burner.new() end)
  after_each(function() bench:close() end)

  it("shows a new disc", function()
    local new <close> = assert(core.VirtualRecorder { path = bench.folder .. "/new.cue" })
    assert.same({ TrayOpen = false, HasDisc = true, Prevented = false, Held = false,
      Medium = "cd-r", DiscStatus = 0, SessionStatus = 0, Tracks = 0, Sessions = 0,
      IncompleteTracks = 0, ClockUs = 0, Commands = 0, ForeignCommands = 0, FaultHits = 0,
      Underruns = 0, IdleSeconds = 0.0, Path = bench.folder .. "/new.cue" }, new:View())
    assert.same({}, new:Tracks())
    assert.equal(("redbook.VirtualRecorder (%s/new.cue)"):format(bench.folder), tostring(new))
  end)

  it("takes medium, minutes, tray and time to become ready", function()
    local drive <close> = assert(core.VirtualRecorder { path = bench.folder .. "/rw.cue",
      medium = "cd-rw", minutes = 74, ready = 5, tray = "closed" })
    assert.equal("cd-rw", drive:View().Medium)
    local recorder <close> = assert(drive:Recorder())
    local summary, err = recorder:MediaSummary()
    assert.is_nil(summary)
    assert.equal(0xC0AA0205, err.code)
    assert.is_true(err.transient)
    assert.is_true(recorder:WaitReady(10))
    summary = assert(recorder:MediaSummary())
    assert.equal(3, summary.MediaType)
    assert.is_true(summary.Erasable)
    assert.is_true(summary.TotalSectors < 74 * 60 * 75 and summary.TotalSectors > 73 * 60 * 75)
    local with_open = { path = bench.folder .. "/c.cue", tray = "open" }
    local open <close> = assert(core.VirtualRecorder(with_open))
    assert.is_true(open:View().TrayOpen)
    assert.is_true(open:CloseTray())
    assert.is_false(open:View().TrayOpen)
    local empty <close> = assert(core.VirtualRecorder {})
    assert.is_false(empty:View().HasDisc)
    assert.equal("redbook.VirtualRecorder (no disc)", tostring(empty))
  end)

  it("refuses what contradicts the disc, as an error of the world", function()
    local drive, err = core.VirtualRecorder { path = bench.disc, personality = "nonesuch" }
    assert.is_nil(drive)
    assert.equal(0x80070057, err.code)
    assert.has_error(function() core.VirtualRecorder() end)
    assert.has_error(function() core.VirtualRecorder "disc.cue" end)
  end)

  it("has a tray and changes discs", function()
    local virtual = bench.virtual
    assert.is_true(virtual:OpenTray())
    assert.is_true(virtual:View().TrayOpen)
    assert.is_true(virtual:CloseTray())
    assert.is_true(virtual:Insert(nil))
    assert.is_false(virtual:View().HasDisc)
    assert.is_true(virtual:Insert { path = bench.folder .. "/b.cue", medium = "cd-rw" })
    assert.equal("cd-rw", virtual:View().Medium)
    assert.equal(bench.folder .. "/b.cue", virtual:View().Path)
    assert.has_error(function() virtual:Insert {} end)
    assert(bench.tao:PrepareMedia())
    for _, call in ipairs { "OpenTray", "Insert" } do
      local ok, err = virtual[call](virtual)
      assert.is_nil(ok)
      assert.equal(0x80004005, err.code, call)
    end
  end)

  it("shares one drive between its Recorders", function()
    local other <close> = assert(bench.virtual:Recorder())
    assert(bench.tao:PrepareMedia())
    local ok, err = other:AcquireExclusiveAccess(false, "other")
    assert.is_nil(ok)
    assert.equal(0xC0AA0210, err.code)
  end)

  it("may be closed while a Recorder uses it", function()
    bench.virtual:Close()
    assert.equal("VIRTUAL", bench.recorder.VendorId)
  end)
end)

describe("a fault", function()
  local bench

  before_each(function() bench = burner.new() end)
  after_each(function() bench:close() end)

  local function refused(fault)
    return (burner.raised(function() bench.virtual:AddFault(fault) end):gsub("^.-:%d+: ", ""))
  end

  local function summary_code()
    local summary, err = bench.recorder:MediaSummary()
    return summary and 0 or err.code
  end

  it("is a sense, in words or numbers", function()
    assert.is_true(bench.virtual:AddFault { command = "READ DISC INFORMATION", sense = "2/30/00",
      times = 1 })
    assert.equal(0xC0AA0203, summary_code())
    assert.equal(0, summary_code())
    bench.virtual:AddFault { command = 0x51, sense = { key = 2, asc = 0x30, ascq = 1 }, times = 1 }
    local _, err = bench.recorder:MediaSummary()
    assert.same({ 2, 0x30, 1 }, { err.sense.key, err.sense.asc, err.sense.ascq })
    assert.equal(2, bench.virtual:View().FaultHits)
  end)

  it("is a failed system call, a host status or a SCSI status", function()
    bench.virtual:AddFault { command = "READ DISC INFORMATION", errno = "ENOMEM", times = 1 }
    local _, err = bench.recorder:MediaSummary()
    assert.equal(0x8007000E, err.code)
    assert.equal(12, err.errno)
    bench.virtual:AddFault { command = "READ DISC INFORMATION", errno = 9, times = 1 }
    assert.equal(0x80070006, summary_code())
    bench.virtual:AddFault { command = "READ DISC INFORMATION", host = 3, times = 1 }
    assert.equal(0xC0AA020D, summary_code())
    bench.virtual:AddFault { command = "READ DISC INFORMATION", status = 0x18, times = 1 }
    assert.equal(0xC0AA0210, summary_code())
    assert.equal(0, summary_code())
  end)

  it("is a reply that is another, or too short", function()
    bench.virtual:AddFault { command = "INQUIRY", times = 1,
      reply = "\5\x80\5\2\x1F\0\0\0" .. "ACME    " .. "WONDER BURNER   " .. "9.99" }
    assert.equal("WONDER BURNER", bench.recorder.ProductId)
    bench.virtual:AddFault { command = "READ DISC INFORMATION", short = 3, times = 1 }
    assert.equal(0xC0AA02FF, summary_code())
  end)

  it("is a drive that vanishes, until the faults are cleared", function()
    bench.virtual:AddFault { vanish = true }
    assert.equal(0x80070037, summary_code())
    assert.equal(0x80070037, summary_code())
    assert.is_true(bench.virtual:ClearFaults())
    assert.equal(0, summary_code())
  end)

  it("is time lost", function()
    bench.virtual:AddFault { command = "READ DISC INFORMATION", stall = 7.5, times = 1 }
    local before = bench.virtual:View().ClockUs
    assert.equal(0, summary_code())
    assert.is_true(bench.virtual:View().ClockUs - before >= 7500000)
  end)

  it("waits for its turn", function()
    bench.virtual:AddFault { command = "READ DISC INFORMATION", sense = "2/30/00", after = 1,
      times = 1 }
    assert.equal(0, summary_code())
    assert.equal(0xC0AA0203, summary_code())
    assert.equal(0, summary_code())
  end)

  it("comes with the drive, too", function()
    local drive <close> = assert(core.VirtualRecorder { path = bench.folder .. "/f.cue",
      faults = { { command = "INQUIRY", sense = "4/44/00" } } })
    local recorder <close> = assert(drive:Recorder())
    local err = burner.raised(function() return recorder.VendorId end)
    assert.equal(4, err.sense.key)
    assert.has_error(function() core.VirtualRecorder { faults = 5 } end)
    assert.has_error(function() core.VirtualRecorder { faults = { 5 } } end)
    assert.has_error(function() core.VirtualRecorder { faults = { { lie = true, host = 1 } } } end)
  end)

  it("must be understood", function()
    local kinds = "fault: one of sense, status, host, errno, reply, short, stall, vanish, lie "
      .. "expected, got %d of them"
    assert.equal(kinds:format(0), refused { command = "WRITE" })
    assert.equal(kinds:format(0), refused { vanish = false })
    assert.equal(kinds:format(2), refused { vanish = true, lie = true })
    assert.equal("fault: 'sense' is \"3-0C-00\"; write key/asc/ascq in hexadecimal, as 3/0C/00",
      refused { sense = "3-0C-00" })
    assert.equal("fault: 'sense' is \"3/0C/00 \"; write key/asc/ascq in hexadecimal, as 3/0C/00",
      refused { sense = "3/0C/00 " })
    assert.equal("fault sense: option 'key' is missing", refused { sense = { asc = 1 } })
    assert.equal("fault sense: option 'key' must be 0 to 15, got 16",
      refused { sense = { key = 16 } })
    assert.equal("fault: 'command' is \"WRITE 12\", which is no known name; a number is fine too",
      refused { command = "WRITE 12", lie = true })
    assert.equal("fault: 'command' must be a name or an integer from 0 to 255",
      refused { command = 256, lie = true })
    assert.equal("fault: 'errno' is \"EWHAT\", which is no known name; a number is fine too",
      refused { errno = "EWHAT" })
    assert.equal("fault: 'reply' must be a string of bytes", refused { reply = 5 })
    assert.equal("fault: 'sense' must be a table or a string as 3/0C/00", refused { sense = 5 })
    assert.truthy(refused { when = 1, lie = true }
      :find("fault: unknown option 'when' (known: ", 1, true))
    assert.has_error(function() bench.virtual:AddFault() end)
    assert.equal(0, bench.virtual:View().FaultHits)
  end)
end)
