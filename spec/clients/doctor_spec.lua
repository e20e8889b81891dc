-- SPDX-License-Identifier: GPL-3.0-or-later
-- doctor.lua at nodes that answer: the virtual drive's, and real ones (mknod) asked by other users.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local core = require "redbook.core"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

local SCRIPTS = sandbox.root .. "/scripts/"
-- vdrive.lua runs it with the sanitizer that its library needs.
local LUA = sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", "")

describe("doctor.lua #clients", function()
  local room

  before_each(function() room = room_of.new() end)
  after_each(function() room:close() end)

  -- id, text and command of each finding, and the exit code
  local function read(code, out)
    local report, list = cjson.decode(out), {}
    assert.same({ 1, "doctor", code }, { report.redbook, report.event, report.exit })
    for index, found in ipairs(report.drives[1].findings) do
      list[index] = { found.id, found.text, found.command }
    end
    return list, code, report
  end

  local function at_vdrive(options)
    local code, out = room:drive(options, LUA .. " " .. SCRIPTS .. "doctor.lua --json", true)
    return read(code, out)
  end

  it("finds a drive in order, and one without a disc", function()
    local list, code, report = at_vdrive "--disc disc.cue"
    assert.same({ {}, 0 }, { list, code })
    local drive = report.drives[1]
    assert.same({ "/dev/sr0", "block", 11, 0, "cdrom", true, true, "blank" }, { drive.id,
      drive.node.kind, drive.node.major, drive.node.minor, drive.node.group, drive.usable,
      drive.look.taken, drive.look.medium.State })
    list, code = at_vdrive ""
    assert.same({ { { "no_medium", "There is no disc in the drive.", "eject /dev/sr0" } }, 5 },
      { list, code })
  end)

  it("is not disturbed by the kernel's filter", function()
    local list, code = at_vdrive "--disc disc.cue --filter"
    assert.same({ {}, 0 }, { list, code })
  end)

  it("finds a disc that needs time, and one that is closed", function()
    local list, code = at_vdrive "--disc disc.cue --ready 600"
    assert.same({ "not_ready", 0 }, { list[1][1], code })
    room:write("one.wav", burner.wav(burner.pcm(300, 1)))
    room:must(("%s %s %sburn.lua --yes --device virtual:full.cue one.wav"):format(sandbox.env,
      sandbox.lua, SCRIPTS))
    list, code = at_vdrive "--disc full.cue"
    assert.same({ { { "not_blank", "The disc is not blank: it holds 1 track and is closed.",
      "eject /dev/sr0" } }, 5 }, { list, code })
  end)

  -- Runs `code` in a Lua that shares the drive with the commands it starts.
  local function beside(code)
    room:write("beside.lua", code)
    local status, out, err = room:drive("--disc disc.cue", LUA .. " beside.lua", true)
    assert.same({ 0, "" }, { status, err })
    return out
  end

  local PRELUDE = ([[
    local function doctor(more)
      return io.popen("%s %sdoctor.lua --json 2>text; echo $? >code"):read "a"
    end
  ]]):format(LUA, SCRIPTS)

  it("names the redbook that holds the drive, and burn.lua points to the doctor", function()
    room:write("one.wav", burner.wav(burner.pcm(300, 1)))
    local out = beside(PRELUDE .. ([[
      local core = require "redbook.core"
      local recorder = assert(core.Recorder "/dev/sr0")
      assert(recorder:AcquireExclusiveAccess(false, "mixtape"))
      io.write(doctor())
      io.open("pid", "w"):write(io.open "/proc/self/stat":read "n"):close()
      os.execute "%s %sburn.lua --yes --device /dev/sr0 one.wav >burn 2>&1"
    ]]):format(LUA, SCRIPTS))
    local list, code = read(4, out)
    local pid = room:read "pid"
    assert.same({ { { "held", ('The drive is held by "mixtape" (process %s, %s).'):format(pid,
      list[1][2]:match ", (%S+)%)%.$"), "kill " .. pid } }, 4 }, { list, code })
    assert.equal("4\n", room:read "code")
    local said = room:read "burn"
    assert.truthy(said:find('held by "mixtape"', 1, true), said)
    assert.truthy(said:find("doctor.lua --device /dev/sr0 tells more.\n", 1, true), said)
  end)

  it("knows that somebody holds it who cannot be seen", function()
    -- The virtual node is a socket to /proc: its holder is as invisible as another user's.
    local out = beside(PRELUDE .. [[
      local node = require "node"
      local fd = node.open("/dev/sr0", "rw nonblock excl")
      io.write(doctor())
      node.close(fd)
    ]])
    local list = read(4, out)
    assert.equal("held_unseen", list[1][1])
    assert.equal(1, #list)
  end)

  it("shows people the same, and ends with the code", function()
    local code, out = room:drive("", LUA .. " " .. SCRIPTS .. "doctor.lua", true)
    assert.equal(5, code)
    assert.equal([[
/dev/sr0 (VIRTUAL CD-R/RW RECORDER 1.00)
  node    block 11:0, root:cdrom rw-rw----; you may read and write it
  in use  nobody that can be seen
  disc    no disc
  PROBLEM There is no disc in the drive.
          Put a blank CD-R or CD-RW in:
            eject /dev/sr0

1 problem to mend before this drive can burn.
]], out:match "\n\n(/dev/sr0.*)$")
  end)

  it("works without a drive, and refuses what it does not know", function()
    local run = ("%s %s %sdoctor.lua "):format(sandbox.env, sandbox.lua, SCRIPTS)
    local code, out, err = sandbox.run(run .. "--device virtual:d.cue", room.folder)
    assert.same({ 0, "" }, { code, err })
    assert.truthy(out:find("Nothing stands in the way of a burn on virtual:d.cue.\n", 1, true))
    code, out, err = sandbox.run(run .. "--bogus", room.folder)
    assert.same({ 2, "", "doctor: unknown option '--bogus'\ndisc: No disc was written to.\n"
      .. "what to do: doctor.lua --help lists the options\n" }, { code, out, err })
    code = sandbox.run(("CDR_DEVICE=%s/none %s"):format(room.folder, run), room.folder)
    assert.equal(3, code)
  end)

  -- A node of no drive: sr has no 255th. A copy of the programs lies where every user may read.
  local function prepare()
    if core.identity().uid ~= 0 then return nil end
    room:must(("mkdir -p app/build && cp -rL %s/scripts %s/lua app && cp -r %s/redbook app/build "
      .. "&& chmod -R a+rX . && ln -s /dev/null nothing"):format(sandbox.root, sandbox.root,
        sandbox.build))
    return (sandbox.run("mknod -m 660 sr255 b 11 255 && chgrp 24 sr255", room.folder)) == 0
  end

  -- As the user nobody, in no group but these.
  local function as_nobody(groups)
    local line = "setpriv --reuid 65534 --regid 65534 %s env -u REDBOOK_BUILD -u LUA_PATH "
      .. "-u LUA_CPATH -u CDR_DEVICE %s app/scripts/doctor.lua --json --device $PWD/sr255"
    local code, out = sandbox.run(line:format(groups and "--groups " .. groups or "--clear-groups",
      sandbox.lua), room.folder)
    local list = read(code, out)
    local ids = {}
    for index, found in ipairs(list) do ids[index] = found[1] end
    return ids, list, code
  end

  local function mend(command)
    room:must((command:gsub("sudo ", "")))
  end

  it("no permission: another user, and what mends it", function()
    if not prepare() then return pending "only root makes device nodes" end
    local ids, list, code = as_nobody()
    assert.same({ { "not_in_group" }, 4 }, { ids, code })
    assert.equal("sudo usermod -aG cdrom nobody", list[1][3])
    assert.same({ "no_driver" }, (as_nobody "24"))
  end)

  it("wrong group: the command mends it", function()
    if not prepare() then return pending "only root makes device nodes" end
    room:must "chgrp 0 sr255; chmod 600 sr255"
    local ids, list, code = as_nobody "24"
    assert.same({ { "wrong_group" }, 4 }, { ids, code })
    mend(list[1][3])
    assert.same({ "no_driver" }, (as_nobody "24"))
    room:must "chgrp 0 sr255; chmod 600 sr255"
    assert.same({ "wrong_group", "not_in_group" }, (as_nobody()))
  end)

  it("read-only node: the command mends it", function()
    if not prepare() then return pending "only root makes device nodes" end
    room:must "chmod 444 sr255"
    local ids, list, code = as_nobody "24"
    assert.same({ { "read_only_node", "no_driver" }, 4 }, { ids, code })
    mend(list[1][3])
    assert.same({ "no_driver" }, (as_nobody "24"))
  end)

  it("a closed folder on the way", function()
    if not prepare() then return pending "only root makes device nodes" end
    room:must "mkdir in && mv sr255 in && ln -s in/sr255 sr255 && chmod 700 in"
    assert.same({ "closed_folder" }, (as_nobody "24"))
  end)

  it("mounted: where the kernel says, and the command mends it", function()
    if not prepare() then return pending "only root makes device nodes" end
    room:must "mkdir 'My Disc'"
    local doctor = ("%s %s %sdoctor.lua --json --device $PWD/sr255"):format(sandbox.env,
      sandbox.lua, SCRIPTS)
    -- Any file system whose source is the node will do; it goes with its name space.
    room:write("run.sh", ([[
      mount -t tmpfs "$PWD/sr255" "$PWD/My Disc" || exit 77
      %s >mounted 2>/dev/null
      command=$(sed 's/.*"command":"\(umount [^"]*\)".*/\1/' mounted)
      sh -c "$command" && echo "$command"
      %s 2>/dev/null]]):format(doctor, doctor))
    local code, out = sandbox.run("unshare -m sh run.sh", room.folder)
    if code == 77 or code == 1 then return pending "no mounting here" end
    local list, _, report = read(4, room:read "mounted")
    local folder = report.drives[1].node.mounts[1]
    assert.equal("/My Disc", folder:match "/[^/]*$")
    assert.same({ { "mounted", ("The disc is mounted at %s."):format(folder),
      ("umount '%s'"):format(folder) } }, list)
    assert.is_nil(report.drives[1].look)
    local command, rest = out:match "^([^\n]*)\n(.*)$"
    assert.equal(list[1][3], command)
    assert.equal("no_driver", read(3, rest)[1][1])
  end)
end)
