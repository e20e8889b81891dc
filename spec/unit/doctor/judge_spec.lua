-- SPDX-License-Identifier: GPL-3.0-or-later
-- From what is to what is wrong: every finding, with its cure.

local facts = require "spec.unit.doctor.facts"
local judge = require "redbook.doctor.judge"

-- { id, severity, exit, text, cure, command } of each finding of one drive
local function judged(drive, system)
  local list = {}
  for index, found in ipairs(judge.drive(facts.drive(drive), facts.system(system))) do
    list[index] = { found.id, found.severity, found.exit or false, found.text, found.cure,
      found.command or false }
  end
  return list
end

local function only(expected, drive, system)
  assert.same({ expected }, judged(drive, system))
end

local DOCKER = { container = { kind = "docker", sign = "/.dockerenv" } }
local ABSENT = { code = 0x80070037, errno = 2, message = "cannot look at /dev/sr0: No such file" }

describe("doctor.judge", function()
  it("finds nothing wrong with a drive in order", function()
    assert.same({}, judged())
    assert.equal(0, judge.exit(judge.drive(facts.drive(), facts.system())))
  end)

  it("no drive of that name", function()
    local drive = { node = false, node_error = ABSENT, known = false, look = false }
    only({ "no_drive", "problem", 3, "There is no drive at /dev/sr0.",
      "See which drives there are, and name one of them:", "doctor.lua" }, drive)
  end)

  it("no node", function()
    local drive = { node = false, node_error = ABSENT, look = false }
    only({ "no_node", "problem", 3, "Linux knows the drive as sr0, but there is no node /dev/sr0: "
      .. "nothing makes nodes here (no devtmpfs, no udev).", "Make the node:",
      "sudo mknod -m 660 /dev/sr0 b 11 0 && sudo chgrp cdrom /dev/sr0" }, drive)
    only({ "no_node", "problem", 3, "Linux knows the drive as sr0, but this is a docker container "
      .. "(/.dockerenv) that was started without it.", "Start the container with the drive:",
      "docker run --device /dev/sr0 --device /dev/sg1 ..." }, drive, DOCKER)
    for kind, command in pairs {
      podman = "podman run --device /dev/sr0 --device /dev/sg1 ...",
      lxc = "lxc config device add CONTAINER cdrom unix-block path=/dev/sr0",
      flatpak = "flatpak override --user --device=all APPLICATION",
      ["systemd-nspawn"] = "systemd-nspawn --bind=/dev/sr0 "
        .. "--property=DeviceAllow='/dev/sr0 rwm' ...",
    } do
      assert.equal(command, judged(drive, { container = { kind = kind, sign = "x" } })[1][6])
    end
  end)

  it("a folder on the way that is closed", function()
    only({ "closed_folder", "problem", 4, "/dev/sr0 cannot be looked at: a folder on the way to "
      .. "it is closed to anna.", "See which one:", "namei -l /dev/sr0" },
      { node = false, node_error = { code = 0x80070005, errno = 13, message = "m" } })
  end)

  it("what is no drive", function()
    only({ "no_drive", "problem", 3, "/dev/sr0 is no optical drive but a file.",
      "Name a node such as /dev/sr0; a disc in files is named like this:",
      "doctor.lua --device virtual:disc.cue" }, { node = facts.node { kind = "file" } })
    for text, node in pairs { ["another block device"] = { major = 8 },
      ["another character device"] = { kind = "character", major = 1 }, ["a directory"] = {
        kind = "directory" } } do
      assert.equal("/dev/sr0 is no optical drive but " .. text .. ".",
        judged { node = facts.node(node) }[1][4])
    end
    assert.same("no_drive", judged { other_kind = true, node = facts.node {
      kind = "character", major = 21 } }[1][1])
    assert.same({}, judged { path = "/dev/sg1", id = "/dev/sg1", node = facts.node {
      kind = "character", major = 21, minor = 1 } })
  end)

  it("no permission, before anything else", function()
    local list = judged({ node = facts.closed(), look = false }, { user = facts.stranger() })
    assert.equal(1, #list)
    assert.equal("not_in_group", list[1][1])
  end)

  it("mounted", function()
    only({ "mounted", "problem", 4, "The disc is mounted at /media/anna/My Disc.", "Unmount it:",
      "sudo umount '/media/anna/My Disc'" },
      { node = facts.node { mounts = { "/media/anna/My Disc" } }, look = false })
    assert.equal("umount /mnt/it", judged({ node = facts.node { mounts = { "/mnt/it" } },
      look = false }, { user = facts.user { uid = 0, user = "root" } })[1][6])
  end)

  it("a block device of the kernel's upon it", function()
    only({ "held_by_kernel", "problem", 4, "The block device pktcdvd0 stands on the drive.",
      "Take it away:", "sudo pktsetup -d 0" }, { kernel_holders = { "pktcdvd0" }, look = false })
    assert.equal("sudo dmsetup remove /dev/dm-3",
      judged({ kernel_holders = { "dm-3" }, look = false })[1][6])
  end)

  local function holder(changes)
    return facts.with({ pid = 4242, command = "cdrskin", uid = 1000, node = "/dev/sr0",
      writes = true, own = false }, changes)
  end

  it("held by another process, which is named", function()
    only({ "held", "problem", 4, "cdrskin (process 4242) has /dev/sr0 open for writing.",
      "Close that program, or end it (a burn in it is lost):", "kill 4242" },
      { holders = { holder() }, look = false })
    assert.equal("sudo kill 4242", judged({ holders = { holder { uid = 0 } }, look = false })[1][6])
  end)

  it("opened by another process for reading", function()
    only({ "open_elsewhere", "warning", false, "mpv (process 4242) has /dev/sg1 open for reading. "
      .. "What it reads can disturb a burn.", "Close that program, or end it:", "kill 4242" },
      { holders = { holder { command = "mpv", node = "/dev/sg1", writes = false } } })
  end)

  it("held by a program of redbook, once", function()
    local lock = { client = "redbook burn.lua", pid = 4242, command = "lua5.4", uid = 1000,
      own = false }
    only({ "held", "problem", 4, 'The drive is held by "redbook burn.lua" (process 4242, lua5.4).',
      "Wait until it has ended, or end it (a burn in it is lost):", "kill 4242" },
      { lock = lock, holders = { holder { command = "lua5.4" } }, look = false })
    only({ "held", "problem", 4, 'The drive is held by "mixtape".',
      "Wait until it has ended, or end that program:", "sudo fuser -v /dev/sr0" },
      { lock = { client = "mixtape", own = false }, look = false })
  end)

  it("held by the program that asks", function()
    only({ "held_here", "problem", 4, 'This program itself holds the drive, as "mixtape".',
      "End the burn first: ReleaseMedia, or Close of the TrackAtOnce.", false },
      { lock = { client = "mixtape", pid = 4242, own = true }, look = false,
        holders = { holder { own = true } } })
  end)

  local function failed(err)
    return facts.with({ look = { taken = false, error = facts.with({ code = 0x80004005,
      message = "m", advice = "" }, err) } })
  end

  it("held by somebody who cannot be seen", function()
    local drive = failed { code = 0xC0AA0210, errno = 16 }
    only({ "held_unseen", "problem", 4, "Somebody holds the drive whom nothing here shows: a "
      .. "program or a mount outside of this name space.", "Look for it where the drive is "
      .. "plugged in:", "sudo fuser -vm /dev/sr0" }, drive)
    drive.unseen = 97
    only({ "held_unseen", "problem", 4, "Somebody holds the drive: a program of another user, one "
      .. "of 97 that only root can look into, or the kernel.", "See which one:",
      "sudo lua5.4 scripts/doctor.lua --device /dev/sr0" }, drive,
      { prefix = "lua5.4 scripts/" })
  end)

  it("refused in spite of a node", function()
    local drive = failed { code = 0x80070005, errno = 1, message = "not permitted" }
    only({ "container_refuses", "problem", 4, "The docker container (/.dockerenv) has a node "
      .. "/dev/sr0, but may not use it: it was started without the drive.",
      "Start the container with the drive:",
      "docker run --device /dev/sr0 --device /dev/sg1 ..." }, drive, DOCKER)
    only({ "refused", "problem", 4, "Opening /dev/sr0 was refused (not permitted).",
      "Look at what the kernel says:", "sudo dmesg | tail" }, drive)
  end)

  it("no drive behind the node", function()
    only({ "no_driver", "problem", 3, "There is a node /dev/sr0, but no drive behind it.",
      "Connect the drive, or load its driver:", "sudo modprobe sr_mod" }, failed { errno = 6 })
  end)

  it("any other failure, in its own words", function()
    only({ "unusable", "problem", 3, "The drive cannot be used: it hangs", "Switch it off.",
      false }, failed { message = "it hangs", advice = "Switch it off." })
    only({ "unusable", "problem", 3, "The drive cannot be used: it hangs", "Switch it off and on "
      .. "again, and look at what the kernel says:", "sudo dmesg | tail" },
      failed { message = "it hangs" })
  end)

  it("a drive that only reads", function()
    only({ "no_recorder", "problem", 3, "The drive reads discs only: it cannot write a CD-R.",
      "Use a recorder; see which drives there are:", "doctor.lua" },
      { look = facts.look { profiles = { 0x08, 0x10 } } })
  end)

  it("no medium", function()
    local expected = { "no_medium", "problem", 5, "There is no disc in the drive.",
      "Put a blank CD-R or CD-RW in:", "eject /dev/sr0" }
    only(expected, { look = facts.look { medium = facts.summary { State = "none" } } })
    local drive = failed { code = 0xC0AA0202, message = "no disc" }
    drive.look.taken = true
    only(expected, drive)
  end)

  it("a disc that is not ready, or cannot be read", function()
    only({ "not_ready", "warning", false, "The drive is not ready: becoming ready",
      "Wait; burn.lua does so by itself:", "burn.lua --wait-for-disc --device /dev/sr0 PLAYLIST" },
      failed { code = 0xC0AA0205, message = "becoming ready" })
    only({ "bad_medium", "problem", 5, "The disc cannot be used: upside down",
      "Put a blank CD-R or CD-RW in, label upwards:", "eject /dev/sr0" },
      failed { code = 0xC0AA0204, message = "upside down" })
  end)

  local function disc(changes)
    return { look = facts.look { medium = facts.summary(changes) } }
  end

  it("a disc with something on it", function()
    only({ "appendable", "warning", false, "The disc is not blank: it holds 3 tracks, with room "
      .. "for more.", "Put a blank disc in, or go on with this one:",
      "burn.lua --append --device /dev/sr0 PLAYLIST" },
      disc { State = "appendable", NumberOfTracks = 3, NextTrack = 4 })
    only({ "not_blank", "problem", 5, "The disc is not blank: it holds 3 tracks and is closed.",
      "Put a blank CD-R or CD-RW in:", "eject /dev/sr0" },
      disc { State = "complete", NumberOfTracks = 3 })
    only({ "not_blank", "problem", 5, "The disc is not blank: it holds 3 tracks and is closed.",
      "Put a blank disc in, or erase this one:", "blank.lua --device /dev/sr0" },
      disc { State = "complete", NumberOfTracks = 3, MediaType = 3, Erasable = true })
    only({ "cut_off", "warning", false, "The last track of the disc was cut off while it was being "
      .. "written.", "See what can be done with the disc:", "rescue.lua --device /dev/sr0" },
      disc { State = "appendable", NumberOfTracks = 1, Damaged = true,
        LastTrackIncomplete = true })
    only({ "wrong_medium", "problem", 5, "The disc in the drive is neither a CD-R nor a CD-RW.",
      "Put a blank CD-R or CD-RW in:", "eject /dev/sr0" }, disc { MediaType = 6 })
  end)

  it("what is only worth knowing", function()
    assert.same({ { "no_sg", "note", false, "The drive has no generic node (/dev/sgN): only "
      .. "programs that want one miss it.", "Load the driver:", "sudo modprobe sg" },
      { "kernel_filter", "note", false, "Without CAP_SYS_RAWIO the kernel refuses some commands, "
        .. "such as MECHANISM STATUS and a maker's own.", "Nothing: a burn needs none of them.",
        false } },
      (function()
        local drive = facts.drive()
        drive.sg = nil
        local list = {}
        for index, f in ipairs(judge.drive(drive, facts.system { user = facts.user {
          rawio = false } })) do
          list[index] = { f.id, f.severity, f.exit or false, f.text, f.cure, f.command or false }
        end
        return list
      end)())
  end)

  it("a virtual recorder's files", function()
    local drive = { id = "virtual:a/d.cue", kind = "virtual", path = "a/d.cue", node = false,
      closed = { "a", "a/d.cue" }, look = facts.look() }
    local list = judged(drive)
    assert.same({ { "closed_file", "problem", 4, "a cannot be written by this user.",
      "Let it be written, or name another file:", "chmod u+w a" }, { "closed_file", "problem", 4,
      "a/d.cue cannot be written by this user.", "Let it be written, or name another file:",
      "chmod u+w a/d.cue" } }, list)
    drive.closed, drive.missing_folder, drive.look = nil, "a", false
    only({ "no_folder", "problem", 3, "The folder a for the disc's files does not exist.",
      "Make it:", "mkdir -p a" }, drive)
    only({ "no_medium", "problem", 5, "There is no disc in the virtual drive.",
      "Name one; a new name is a blank disc:", "burn.lua --device virtual:disc.cue PLAYLIST" },
      { id = "virtual:", kind = "virtual", node = false,
        look = facts.look { medium = facts.summary { State = "none" } } })
  end)

  local function of_system(changes, drives)
    local list = {}
    for index, found in ipairs(judge.system(facts.system(changes), drives or {})) do
      list[index] = { found.id, found.exit or false, found.text, found.command or false }
    end
    return list
  end

  it("a machine without drives", function()
    assert.same({ { "no_drives", 3, "No optical drive is connected: Linux lists none.",
      "burn.lua --device virtual:disc.cue PLAYLIST" } }, of_system())
    assert.same({ { "no_drives", 3, "No optical drive is connected: Linux lists none, and its "
      .. "driver sr_mod is not loaded.", "sudo modprobe sr_mod" } },
      of_system { drivers = { sr = false, sg = false } })
    assert.same({ { "no_drives", 3, "No optical drive is connected: Linux lists none (this is a "
      .. "docker container; a drive of the machine would be listed all the same).",
      "burn.lua --device virtual:disc.cue PLAYLIST" } }, of_system(DOCKER))
  end)

  it("a drive without a driver", function()
    assert.same({ { "no_sr_driver", 3, "A drive is connected (ACME BURNER, SCSI 1:0:0:0), but no "
      .. "driver has taken it.", "sudo modprobe sr_mod" } },
      of_system { unbound = { { address = "1:0:0:0", vendor = "ACME", model = "BURNER" } } })
  end)

  it("memory that may not be locked", function()
    assert.same({ { "memlock", false, "Only 8 MiB of memory may be locked; the sound waits in 64 "
      .. "MiB.", false } }, of_system({ user = facts.user { memlock = 8 << 20 } },
        { facts.drive() }))
    assert.same({}, of_system({}, { facts.drive() }))
  end)

  it("exits by the first problem", function()
    local list = judge.drive(facts.drive { holders = { holder { writes = false } },
      look = facts.look { medium = facts.summary { State = "none" } } }, facts.system())
    assert.equal(5, judge.exit(list))
  end)
end)
