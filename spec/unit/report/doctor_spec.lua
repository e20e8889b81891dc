-- SPDX-License-Identifier: GPL-3.0-or-later
-- What people read of the doctor's findings, on wide and narrow terminals.

local columns = require "redbook.report.columns"
local facts = require "spec.unit.doctor.facts"
local judge = require "redbook.doctor.judge"
local lines = require("redbook.report.doctor").lines

-- A report of drives as the doctor makes it, of facts.
local function report(drives, system)
  system = facts.system(system)
  local made = { version = "0.1.0", kernel = "6.1.0", user = system.user,
    container = system.container, drives = {}, exit = 0 }
  for index, changes in ipairs(drives) do
    local drive = facts.drive(changes)
    drive.findings = judge.drive(drive, system)
    drive.exit = judge.exit(drive.findings)
    drive.usable = drive.exit == 0
    made.drives[index] = drive
    made.exit = index == 1 and drive.exit or math.min(made.exit, drive.exit)
  end
  made.findings = judge.system(system, made.drives)
  if #drives == 0 then made.exit = judge.exit(made.findings) end
  return made
end

local function text(...)
  return table.concat(lines(...), "\n") .. "\n"
end

describe("report.doctor", function()
  it("shows a drive in order", function()
    assert.equal([[
redbook 0.1.0, Linux 6.1.0
user anna (1000), groups: anna, cdrom

/dev/sr0 (ACME BURNER 1.0)
  node    block 11:0, root:cdrom rw-rw----; you may read and write it
  generic /dev/sg1
  in use  nobody that can be seen
  disc    CD-R, blank, 79:57 free

Nothing stands in the way of a burn on /dev/sr0.
]], text(report { {} }))
  end)

  local BAD = { { id = "/dev/cdrom", path = "/dev/cdrom", unseen = 97,
    holders = { { pid = 77, command = "mpv", uid = 1000, node = "/dev/sg1", writes = false } },
    node = facts.closed { mounts = { "/media/My Disc" }, acl = {
      { tag = "owner", permissions = 6 }, { tag = "user", id = 7, name = "lp", permissions = 6 },
      { tag = "file_group", permissions = 6 }, { tag = "mask", permissions = 6 },
      { tag = "others", permissions = 0 } } }, look = false } }

  it("shows what is wrong, and the commands", function()
    assert.equal([[
redbook 0.1.0, Linux 6.1.0
user anna (1000), groups: anna

/dev/cdrom (ACME BURNER 1.0)
  link    to /dev/sr0
  node    block 11:0, root:cdrom rw-rw----, list: user lp rw-, mask rw-; you may
          not open it
  generic /dev/sg1
  in use  mpv (process 77) (only root can look into 97 processes)
  mounted at /media/My Disc
  PROBLEM The user anna may not open /dev/cdrom, and burning needs both reading
          and writing: it belongs to root:cdrom, and anna is not in the group
          cdrom.
          Join the group cdrom, then log out and in again:
            sudo usermod -aG cdrom anna
  PROBLEM The disc is mounted at /media/My Disc.
          Unmount it:
            sudo umount '/media/My Disc'
  warning mpv (process 77) has /dev/sg1 open for reading. What it reads can
          disturb a burn.
          Close that program, or end it:
            kill 77

2 problems to mend before this drive can burn.
]], text(report(BAD, { user = facts.stranger() })))
  end)

  it("fits narrow terminals, but for commands and long words", function()
    for _, width in ipairs { 40, 60, 80 } do
      for _, line in ipairs(lines(report(BAD, { user = facts.stranger() }), width)) do
        assert.is_true(columns.width(line) <= width or line:find "^%s+sudo " ~= nil, line)
      end
    end
    assert.equal([[
  PROBLEM The disc is mounted at
          /media/My Disc.
          Unmount it:
            sudo umount '/media/My Disc'
]], text(report(BAD), 40):match "  PROBLEM The disc is mounted.-\n'?.-Disc'\n")
  end)

  it("ends a cure without a command as a sentence", function()
    local shown = text(report { { kind = "virtual", id = "virtual:d.cue", look = facts.look {
      medium = facts.summary { State = "complete", NumberOfTracks = 1 } } } })
    assert.truthy(shown:find("          Put a blank CD-R or CD-RW in.\n", 1, true), shown)
  end)

  it("shows notes only when asked", function()
    local made = report({ {} }, { user = facts.user { rawio = false, memlock = 8 << 20 } })
    assert.is_nil(text(made):find "note")
    assert.truthy(text(made, 80, true):find([[
  note    Without CAP_SYS_RAWIO the kernel refuses some commands, such as
          MECHANISM STATUS and a maker's own.
          Nothing: a burn needs none of them.
]], 1, true))
    assert.truthy(text(made, 80, true):find("  note    Only 8 MiB", 1, true))
  end)

  it("sums up", function()
    local empty = { look = facts.look { medium = facts.summary { State = "none" } } }
    local function last(...)
      local list = lines(...)
      return list[#list]
    end
    assert.equal("1 problem to mend before this drive can burn.", last(report { empty }))
    assert.equal("None of these drives can burn now.", last(report { empty, empty }))
    assert.equal("Nothing stands in the way of a burn on /dev/sr1.",
      last(report { empty, { id = "/dev/sr1" } }))
    assert.equal("Nothing can be burned here but files.", last(report {}))
  end)

  it("names discs and holders", function()
    local function shown(changes, label)
      return text(report { changes }):match("\n  " .. label .. " +([^\n]*)\n")
    end
    local function disc(changes)
      return shown({ look = facts.look { medium = facts.summary(changes) } }, "disc")
    end
    assert.equal("no disc", disc { State = "none" })
    assert.equal("CD-RW, has room for more, 3 tracks, 10:00 free", disc { MediaType = 3,
      State = "appendable", NumberOfTracks = 3, FreeSectors = 45000 })
    assert.equal("CD-R, closed, 1 track", disc { State = "complete", NumberOfTracks = 1,
      FreeSectors = 0 })
    assert.equal('"mixtape" (process 9)', shown({ look = false, lock = { client = "mixtape",
      pid = 9, own = false } }, "in use"))
    assert.equal("/dev/sg1, but there is no such node", shown({ sg = { path = "/dev/sg1",
      present = false } }, "generic"))
  end)

  it("lets nothing through that moves a terminal's cursor", function()
    local made = report { { vendor = "A\27[2J", node = facts.node { mounts = { "/m\n\27c" } },
      look = false } }
    assert.is_nil(text(made):find "\27")
  end)
end)
