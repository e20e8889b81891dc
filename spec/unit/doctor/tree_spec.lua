-- SPDX-License-Identifier: GPL-3.0-or-later
-- The doctor on made-up trees in place of /sys, /dev, /proc and /run, with nodes that are real
-- (mknod) where root may make them.

local core = require "redbook.core"
local doctor = require "redbook.doctor"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"

local TREE = [[
mkdir -p dev/disk/by-id run/lock etc proc/4242/fd proc/4242/fdinfo proc/77/fd proc/self &&
mkdir -p sys/class/block sys/bus/scsi/drivers/sr sys/bus/scsi/devices/1:0:0:0/block &&
mkdir -p sys/class/scsi_generic/sg1/device/block/sr0 sys/devices/drive/scsi_generic/sg1 &&
mkdir sys/devices/sr0 sys/devices/sr0/holders &&
echo 5 >sys/bus/scsi/devices/1:0:0:0/type && echo 11:0 >sys/devices/sr0/dev &&
echo ACME >sys/devices/drive/vendor && echo ' BURNER  ' >sys/devices/drive/model &&
echo 1.0 >sys/devices/drive/rev && ln -s ../drive sys/devices/sr0/device &&
ln -s ../../devices/sr0 sys/class/block/sr0 &&
mkdir -p proc/sys/kernel && echo 6.1.0 >proc/sys/kernel/osrelease &&
printf 'CapEff:\t0000003fffffffff\n' >proc/self/status &&
echo 'Max locked memory         8388608     8388608     bytes' >proc/self/limits &&
: >proc/self/mountinfo && echo cdrskin >proc/4242/comm && echo mpv >proc/77/comm &&
echo 'cdrom:x:24:' >etc/group &&
mknod -m 660 dev/sr0 b 11 0 && mknod -m 660 dev/sg1 c 21 1 && chgrp 24 dev/sr0 dev/sg1]]

local is_root = core.identity().uid == 0

describe("doctor.examine on a tree", function()
  local folder

  before_each(function()
    folder = sandbox.folder()
    if not is_root then return end
    local code, _, err = sandbox.run(TREE, folder)
    assert.same({ 0, "" }, { code, err })
  end)
  after_each(function() sandbox.remove(folder) end)

  local function change(command)
    local code, _, err = sandbox.run(command, folder)
    assert.same({ 0, "" }, { code, err })
  end

  -- A virtual drive answers where the node leads to, unless `open` says otherwise.
  local function examine(options, open)
    local all = { root = folder, etc = folder .. "/etc" }
    for _, name in ipairs { "sys", "dev", "proc", "run" } do all[name] = folder .. "/" .. name end
    for key, value in pairs(options or {}) do all[key] = value end
    return doctor.examine(all, { open = open or function()
      return core.Recorder("virtual:" .. folder .. "/disc.cue")
    end })
  end

  local function found(report, index)
    local list = {}
    for number, finding in ipairs(report.drives[index or 1].findings) do
      list[number] = finding.id
    end
    return list
  end

  local function case(name, run)
    it(name, function()
      if not is_root then return pending "only root makes device nodes" end
      run()
    end)
  end

  local function never() error "this drive must not be opened" end

  case("tells what there is of a drive in order", function()
    local report = examine()
    local drive = report.drives[1]
    assert.same({ "6.1.0", 0, 1 }, { report.kernel, report.exit, #report.drives })
    assert.same({ id = folder .. "/dev/sr0", known = true, kernel_name = "sr0", number = "11:0",
      vendor = "ACME", model = "BURNER", revision = "1.0", usable = true, exit = 0 },
      { id = drive.id, known = drive.known, kernel_name = drive.kernel_name, exit = drive.exit,
        number = drive.number, vendor = drive.vendor, model = drive.model,
        revision = drive.revision, usable = drive.usable })
    assert.same({ path = folder .. "/dev/sg1", present = true, device = 21 << 8 | 1,
      readable = true, writable = true }, drive.sg)
    assert.same({ "block", "11:0", "root", 24 }, { drive.node.kind,
      drive.node.major .. ":" .. drive.node.minor, drive.node.owner, drive.node.gid })
    assert.same({ true, "blank" }, { drive.look.taken, drive.look.medium.State })
    assert.same({}, drive.findings)
    assert.same({ report.user.rawio, report.user.memlock }, { true, 8388608 })
    assert.is_nil(report.container)
  end)

  case("asks nothing when told not to", function()
    local report = examine({ look = false }, never)
    assert.is_nil(report.drives[1].look)
    assert.equal(0, report.exit)
  end)

  case("takes links and generic nodes for the drive that they lead to", function()
    change "ln -s ../../sr0 dev/disk/by-id/usb-ACME"
    local drive = examine().drives[1]
    assert.equal(folder .. "/dev/disk/by-id/usb-ACME", drive.id)
    assert.same({ folder .. "/dev/sr0", "sr0" }, { drive.node.target, drive.kernel_name })
    drive = examine({ device = folder .. "/dev/sg1" }).drives[1]
    assert.same({ "sr0", "11:0", 0 }, { drive.kernel_name, drive.number, drive.exit })
    change "mknod dev/sg5 c 21 5; mkdir -p sys/class/scsi_generic/sg5/device"
    change "echo 0 >sys/class/scsi_generic/sg5/device/type"
    assert.same({ "no_drive" }, found(examine({ device = folder .. "/dev/sg5" }, never)))
  end)

  case("no node, on a machine and in containers", function()
    change "rm dev/sr0"
    local report = examine(nil, never)
    assert.same({ "no_node" }, found(report))
    assert.equal(3, report.exit)
    assert.truthy(report.drives[1].findings[1].command:find("mknod %-m 660 .*/dev/sr0 b 11 0"))
    change "mkdir proc/1"
    for command, kind in pairs {
      ["echo '0::/docker/12ab' >proc/1/cgroup"] = "docker",
      [": >run/.containerenv"] = "podman",
      ["mkdir run/systemd && echo lxc >run/systemd/container"] = "lxc",
      [": >.flatpak-info"] = "flatpak",
    } do
      change(command)
      report = examine(nil, never)
      assert.equal(kind, report.container.kind)
      assert.truthy(report.drives[1].findings[1].text:find("this is a " .. kind, 1, true))
      change "rm -rf proc/1/* run/.containerenv run/systemd .flatpak-info"
    end
  end)

  case("a node that is no node, and no drive", function()
    change "rm dev/sr0; : >dev/sr0"
    assert.same({ "no_drive" }, found(examine(nil, never)))
    assert.same({ "no_drive" }, found(examine({ device = folder .. "/dev/sr9" }, never)))
  end)

  case("mounted", function()
    change [[printf '%s\n' '36 35 11:0 / /media/My\040Disc ro - iso9660 /dev/sr0 ro' \
      >proc/self/mountinfo]]
    local report = examine()
    assert.same({ "mounted" }, found(report))
    assert.equal("umount '/media/My Disc'", report.drives[1].findings[1].command)
    assert.is_nil(report.drives[1].look)
  end)

  case("held by a process, through either node, for reading or writing", function()
    change [[ln -s "$PWD/dev/sr0" proc/4242/fd/3
      printf 'pos:\t0\nflags:\t0104002\n' >proc/4242/fdinfo/3]]
    local report = examine()
    assert.same({ "held" }, found(report))
    assert.same({ { pid = 4242, command = "cdrskin", uid = 0, node = folder .. "/dev/sr0",
      writes = true, own = false } }, report.drives[1].holders)
    assert.same({ "kill 4242", 4 }, { report.drives[1].findings[1].command, report.exit })
    assert.is_nil(report.drives[1].look)
    change [[rm proc/4242/fd/3; ln -s "$PWD/dev/sg1" proc/77/fd/9]]
    report = examine()
    assert.same({ "open_elsewhere" }, found(report))
    assert.same({ true, 0 }, { report.drives[1].look.taken, report.exit })
  end)

  case("held by a process that is really there", function()
    -- 1:7 (/dev/full) stands for a drive: nobody else has it open.
    change "rm dev/sg1; mknod dev/sg1 c 1 7"
    local held = assert(io.open(folder .. "/dev/sg1", "r+"))
    local drive = examine({ proc = "/proc", look = false }).drives[1]
    held:close()
    local comm = sandbox.read("/proc/self/comm"):gsub("\n", "")
    local mine = {}
    for _, holder in ipairs(drive.holders) do
      if holder.pid == posix.getpid() then mine = holder end
    end
    assert.same({ pid = posix.getpid(), command = comm, uid = 0, node = folder .. "/dev/sg1",
      writes = true, own = true }, mine)
  end)

  case("a block device of the kernel's upon the drive", function()
    change "mkdir sys/devices/sr0/holders/pktcdvd0"
    assert.same({ "held_by_kernel" }, found(examine(nil, function()
      return core.Recorder("virtual:" .. folder .. "/disc.cue")
    end)))
  end)

  case("held by a redbook, whose lock file says which", function()
    change "printf 'mixtape\\n4242\\n' >run/lock/redbook-11:0"
    local other <close> = assert(core.Recorder("virtual:" .. folder .. "/disc.cue"))
    assert(other:AcquireExclusiveAccess(false, "mixtape"))
    local report = examine()
    assert.same({ client = "mixtape", pid = 4242, command = "cdrskin", uid = 0, own = false },
      report.drives[1].lock)
    assert.same({ "held" }, found(report))
    assert.equal('The drive is held by "mixtape" (process 4242, cdrskin).',
      report.drives[1].findings[1].text)
  end)

  case("no medium, a pressed disc, an appendable one", function()
    local function lies(id) return function() return core.Recorder(id) end end
    assert.same({ "no_medium" }, found(examine(nil, lies "virtual:")))
    assert.same({ 5, false }, { examine(nil, lies "virtual:").exit,
      examine(nil, lies "virtual:").drives[1].usable })
  end)

  case("a drive that cannot be opened, by its error", function()
    local function fails(fields)
      return function() return nil, fields end
    end
    for number, id in pairs { [16] = "held_unseen", [6] = "no_driver", [1] = "refused",
      [5] = "unusable" } do
      assert.same({ id }, found(examine(nil, fails { code = 0x80004005, errno = number,
        message = "m", advice = "a", transient = false, name = "E_FAIL" })))
    end
  end)

  case("a drive without a driver, a machine without one", function()
    change "rm -r sys/class/block/sr0 dev/sr0 sys/bus/scsi/devices/1:0:0:0/block"
    local report = examine()
    assert.same({ {}, 3, "no_sr_driver" }, { report.drives, report.exit, report.findings[1].id })
    change "rm -r sys/bus sys/class"
    report = examine()
    assert.same({ 3, "no_drives" }, { report.exit, report.findings[1].id })
  end)

  case("several drives: one that can be used is enough", function()
    change [[ln -s ../../devices/sr1 sys/class/block/sr1; mkdir sys/devices/sr1
      echo 11:1 >sys/devices/sr1/dev]]
    local report = examine()
    assert.same({ 0, 0, 3 }, { report.exit, report.drives[1].exit, report.drives[2].exit })
    assert.same({ "no_node" }, found(report, 2))
  end)

  it("knows a virtual disc's files", function()
    local function virtual(name, extra)
      return doctor.examine { device = "virtual:" .. folder .. name .. (extra or "") }
    end
    local report = virtual "/new.cue"
    assert.same({ {}, 0 }, { report.drives[1].findings, report.exit })
    assert.equal("", select(2, sandbox.run("find . -name 'new*'", folder)))
    assert.same({ "no_folder" }, found(virtual "/none/new.cue"))
    assert.same({ "unusable" }, found(virtual("/new.cue", "?minutes=75")))
    assert.same({ "no_medium" }, found(doctor.examine { device = "virtual:" }))
    local other <close> = assert(core.Recorder("virtual:" .. folder .. "/new.cue"))
    assert(other:AcquireExclusiveAccess(false, "mixtape"))
    report = virtual "/new.cue"
    assert.same({ "held_here" }, found(report))
    assert.equal(4, report.exit)
  end)

  it("asks no recorded trace anything", function()
    local report = doctor.examine({ device = "replay:none" }, { open = never })
    assert.same({ {}, 0 }, { report.drives[1].findings, report.exit })
  end)

  it("refuses what it does not know", function()
    assert.has_error(function() doctor.examine { devices = "x" } end)
    assert.has_error(function() doctor.examine { device = 1 } end)
    assert.has_error(function() doctor.examine "x" end)
  end)
end)
