-- SPDX-License-Identifier: GPL-3.0-or-later
-- drives.lua at a device node: it sends nothing, looks briefly when asked to, and not at all while
-- somebody has the drive.

local cjson = require "cjson"
local lfs = require "lfs"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

local LUA = sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", "")

-- Commands that tell something and change nothing.
local READING = { ["00"] = true, ["46"] = true, ["51"] = true, ["52"] = true, ["43"] = true }

describe("drives.lua at a node #clients", function()
  local room

  setup(function()
    room = room_of.new()
    room:must "mkdir -p sys/class/block/sr0/device"
    room:write("sys/class/block/sr0/device/vendor", "SOMEBODY\n")
    room:write("hold.lua", [[
      local core = require "redbook.core"
      local recorder = assert(core.Recorder "/dev/sr0")
      assert(recorder:AcquireExclusiveAccess(false, "a burn"))
      os.execute(arg[1])]])
  end)
  teardown(function() room:close() end)

  local function program(words)
    return ("%s %s/scripts/drives.lua --json --sys sys %s"):format(LUA, sandbox.root, words)
  end

  local function drive_of(options, command)
    local code, out, err = room:drive(options, command, true)
    assert.same({ 0, "" }, { code, err })
    local list = cjson.decode(out).drives
    assert.equal(1, #list)
    return list[1]
  end

  local PLAIN = { id = "/dev/sr0", node = "/dev/sr0", vendor = "SOMEBODY", links = {}, mounts = {},
    users = {}, in_use = false }

  local function with(more)
    local copy = {}
    for name, value in pairs(PLAIN) do copy[name] = value end
    for name, value in pairs(more) do copy[name] = value end
    return copy
  end

  it("opens nothing", function()
    assert.same(PLAIN, drive_of("--disc new.cue --trace plain.json", program ""))
    assert.is_nil(lfs.attributes(room.folder .. "/plain.json")) -- made when the drive is opened
  end)

  it("looks at the disc when asked to", function()
    assert.same(with { medium = { type = "CD-R", state = "blank", erasable = false,
      damaged = false, last_track_incomplete = false, session_open = false, total_sectors = 359847,
      used_sectors = 0, free_sectors = 359847, next_track = 1, next_writable_address = 0 } },
      drive_of("--disc new.cue --trace look.json", program "--probe"))
    local commands = 0
    for line in room:read("look.json"):gmatch "[^\n]+" do
      local cdb = cjson.decode(line).cdb
      commands = commands + (cdb and 1 or 0)
      assert.is_true(cdb == nil or READING[cdb:sub(1, 2)], cdb)
    end
    assert.is_true(commands > 2)
    assert.same(with { medium = { state = "none" } }, drive_of("", program "--probe"))
  end)

  it("does not look while a job has the drive, and names it", function()
    assert.same(with { owner = "a burn", in_use = true,
      medium = { problem = "not looked at: the drive is in use" } },
      drive_of("--disc new.cue", ("%s hold.lua %s"):format(LUA,
        sandbox.quote(program "--probe"))))
  end)
end)
