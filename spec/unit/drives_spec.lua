-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drives in trees that look like /sys, /dev and /proc; and drives.lua on them.

local cjson = require "cjson"
local drives = require "redbook.drives"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

describe("drives", function()
  local folder, roots

  local function make(path, content)
    local at = folder
    for part in path:match("^(.*)/"):gmatch "[^/]+" do
      at = at .. "/" .. part
      lfs.mkdir(at)
    end
    if content then sandbox.write(folder .. "/" .. path, content) end
  end

  local function link(target, path)
    make(path)
    assert(lfs.link(target, folder .. "/" .. path, true))
  end

  setup(function()
    folder = sandbox.folder()
    roots = { sys = folder .. "/sys", dev = folder .. "/dev", proc = folder .. "/proc" }
    for number, drive in pairs { [0] = { "HL-DT-ST", "DVDRAM GH24NSD1", "LG00", "sg2" },
      [1] = { "ASUS    ", "BW-16D1HT       ", "3.10" } } do
      local device = ("sys/class/block/sr%d/device/"):format(number)
      make(device .. "vendor", drive[1] .. "\n")
      make(device .. "model", drive[2] .. "\n")
      make(device .. "rev", drive[3] .. "\n")
      if drive[4] then make(device .. "scsi_generic/" .. drive[4] .. "/dev", "21:2\n") end
      make(("dev/sr%d"):format(number), "")
    end
    make("sys/class/block/sda/device/vendor", "ATA\n")
    link("../../sr1", "dev/disk/by-id/usb-ASUS_BW-16D1HT-0:0")
    link("../../sr1", "dev/disk/by-path/pci-0000:00:14.0-usb")
    link("../../sda", "dev/disk/by-id/ata-Disk")
    make("proc/4711/comm", "cdparanoia\n")
    link(folder .. "/dev/sr0", "proc/4711/fd/3")
    link(folder .. "/dev/sg2", "proc/4711/fd/4")
    link(folder .. "/dev/sr0", "proc/4711/fd/5")
    make("proc/1/comm", "init\n")
    link("/dev/null", "proc/1/fd/0")
    make("proc/self/comm", "me\n")
  end)
  teardown(function() sandbox.remove(folder) end)

  local function expected()
    local user = { pid = 4711, command = "cdparanoia" }
    return { { id = roots.dev .. "/sr0", node = roots.dev .. "/sr0", vendor = "HL-DT-ST",
      model = "DVDRAM GH24NSD1", revision = "LG00", sg = roots.dev .. "/sg2", links = {},
      mounts = {}, users = { user } },
      { id = roots.dev .. "/disk/by-id/usb-ASUS_BW-16D1HT-0:0", node = roots.dev .. "/sr1",
        vendor = "ASUS", model = "BW-16D1HT", revision = "3.10", mounts = {}, users = {}, links = {
          roots.dev .. "/disk/by-id/usb-ASUS_BW-16D1HT-0:0",
          roots.dev .. "/disk/by-path/pci-0000:00:14.0-usb" } } }
  end

  it("are what sysfs, links and processes tell", function()
    assert.same(expected(), drives(roots))
  end)

  it("are none where there are none", function()
    assert.same({}, drives { sys = folder .. "/none", dev = roots.dev, proc = roots.proc })
  end)

  local function run(words)
    return { sandbox.run(("%s %s scripts/drives.lua --sys %s --dev %s --proc %s %s"):format(
      sandbox.env, sandbox.lua, roots.sys, roots.dev, roots.proc, words), sandbox.root) }
  end

  it("are listed by drives.lua as JSON", function()
    local code, out, err = table.unpack(run "--json")
    assert.same({ 0, "" }, { code, err })
    local list = expected()
    list[1].in_use, list[2].in_use = true, false
    assert.same({ redbook = 1, event = "drives", drives = list }, cjson.decode(out))
  end)

  it("are not looked at while somebody uses them", function()
    local medium = {}
    for index, drive in ipairs(cjson.decode(run("--probe --json")[2]).drives) do
      medium[index] = drive.medium
    end
    assert.same({ problem = "not looked at: the drive is in use" }, medium[1])
    assert.equal("E_INVALIDARG", medium[2].name) -- a file is no drive
  end)

  it("are listed by drives.lua for people", function()
    local text = table.concat({
      "Drive     HL-DT-ST DVDRAM GH24NSD1 LG00",
      "Node      DEV/sr0, DEV/sg2",
      "Open in   cdparanoia (4711)",
      "",
      "Drive     ASUS BW-16D1HT 3.10",
      "Node      DEV/sr1",
      "Name      DEV/disk/by-id/usb-ASUS_BW-16D1HT-0:0", "" }, "\n")
    assert.same({ 0, (text:gsub("DEV", roots.dev)), "" }, run "")
    local _, out = sandbox.run(("%s %s scripts/drives.lua --sys %s/none"):format(sandbox.env,
      sandbox.lua, folder), sandbox.root)
    assert.equal("No optical drive is connected.\n", out)
  end)
end)
