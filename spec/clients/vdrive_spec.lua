-- SPDX-License-Identifier: GPL-3.0-or-later
-- vdrive.lua itself: its options, its exit codes, what it hands on, what it leaves behind.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local core = require "redbook.core"
local lfs = require "lfs"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

describe("vdrive.lua #clients", function()
  local room

  before_each(function() room = room_of.new() end)
  after_each(function() room:close() end)

  local function outcome(options, command)
    local code, _, err = room:drive(options, command, true)
    return { code, err }
  end

  it("ends as the command does", function()
    assert.same({ 0, "" }, outcome("", "true"))
    assert.same({ 7, "" }, outcome("", "sh -c 'exit 7'"))
    assert.same({ 128 + 9, "" }, outcome("", "sh -c 'kill -9 $$'"))
  end)

  it("says what cannot be run", function()
    assert.same({ 127, "vdrive: no-such-program: No such file or directory\n"
      .. "disc: No disc was written to.\nwhat to do: name a program that can be run behind --\n" },
      outcome("", "no-such-program"))
    room:write("plain", "")
    assert.same({ 126, "vdrive: ./plain: Permission denied\ndisc: No disc was written to.\n"
      .. "what to do: name a program that can be run behind --\n" }, outcome("", "./plain"))
  end)

  it("says what is wrong with its command line", function()
    local hint = "\ndisc: No disc was written to.\n"
      .. "what to do: vdrive.lua --help lists the options\n"
    local function usage(words, problem)
      local code, out, err = sandbox.run(("%s %s %s/scripts/vdrive.lua %s"):format(sandbox.env,
        sandbox.lua, sandbox.root, words), room.folder)
      assert.same({ 2, "", "vdrive: " .. problem .. hint }, { code, out, err })
    end
    usage("--disc x.cue", "write -- and a COMMAND behind the options")
    usage("--", "write -- and a COMMAND behind the options")
    usage("--discs x.cue -- true", "unknown option '--discs'; Did you mean '--disc'?")
    usage("--device sr0 -- true", "--device sr0: a path that begins with /")
    usage("--minutes x -- true", "--minutes x: 74, 80, 90 or 99")
    usage("--ready=-1 -- true", "--ready -1: a number of seconds, up to 86400")
  end)

  it("refuses drives that cannot be", function()
    local function refused(options, problem)
      assert.same({ 3, "vdrive: " .. problem .. "\ndisc: No disc was written to.\n"
        .. "what to do: change what the drive is to be like; "
        .. "vdrive.lua --help lists the options\n" },
        outcome(options, "true"))
    end
    refused("--disc x.cue --minutes 75", "a disc has 74, 80, 90 or 99 minutes, not 75")
    refused("--disc x.cue --medium pressed",
      "x.cue does not exist, and a pressed disc cannot be made")
    refused("--faults none.json", "none.json: No such file or directory")
    room:write("bad.json", "[{]")
    local code, err = table.unpack(outcome("--faults bad.json", "true"))
    assert.equal(3, code)
    assert.truthy(err:find("^vdrive: bad.json: no JSON: "), err)
    room:write("odd.json", '[{"sense":"3/0C/00"},{"sense":"oops"}]')
    code, err = table.unpack(outcome("--faults odd.json", "true"))
    assert.equal(3, code)
    assert.truthy(err:find("odd.json: fault 2: .*'sense' is \"oops\""), err)
    room:write("object.json", '{"sense":"3/0C/00"}')
    refused("--faults object.json", "object.json: a JSON array of faults expected")
  end)

  it("shows help and version", function()
    local run = ("%s %s %s/scripts/vdrive.lua "):format(sandbox.env, sandbox.lua, sandbox.root)
    local code, out, err = sandbox.run(run .. "--help", room.folder)
    assert.same({ 0, "" }, { code, err })
    for _, option in ipairs { "--disc", "--medium", "--minutes", "--device", "--personality",
      "--clock", "--faults", "--trace", "--filter", "--ready" } do
      assert.truthy(out:find(option, 1, true), option)
    end
    code, out, err = sandbox.run(run .. "--version", room.folder)
    assert.same({ 0, "redbook 0.1.0\n", "" }, { code, out, err })
  end)

  it("gives the command its standard streams and working folder", function()
    room:write("in", "some words")
    assert.same({ 0, "some words" .. lfs.attributes(room.folder, "ino") .. "\n", "oops\n" },
      { room:drive("", "sh -c 'cat; stat -c %i .; echo oops >&2' <in") })
  end)

  it("lets the drive fail as --faults says, and traces what passed", function()
    room:write("faults.json",
      '[{"command":"INQUIRY","sense":"5/24/00","after":1,"times":1},'
        .. '{"command":18,"host":3,"after":1}]')
    local got = room:lua("--faults faults.json --trace trace.json", [[
      local fd, list = node.open(SR0, "rw nonblock"), {}
      for i = 1, 3 do
        local h = node.sg(fd, { cdb = hex "12 00 00 00 24 00", dir = node.IN, len = 36 })
        list[i] = { h.status, h.host, h.driver, h.check, h.resid, #h.sense }
      end
      return list]])
    assert.same({ { 0, 0, 0, 0, 0, 0 }, { 2, 0, 8, 1, 36, 18 }, { 0, 3, 0, 1, 36, 0 } }, got)
    local commands = {}
    for line in room:read("trace.json"):gmatch "[^\n]+" do
      local entry = cjson.decode(line)
      if entry.cdb == "12 00 00 00 24 00" then
        commands[#commands + 1] = { entry.status, entry.host }
      end
    end
    assert.same({ { 0, 0 }, { 2, 0 }, { 0, 3 } }, commands)
  end)

  it("lets several processes share the drive as they would a node", function()
    room:write("hold.lua", [[
      local node = require "node"
      local fd = node.open("/dev/sr0", "rw nonblock excl")
      io.write(io.popen("cd-discid /dev/sr0 2>&1"):read "a",
        io.popen("cdrskin dev=/dev/sr0 -minfo 2>&1 | grep -o -m 1 'busy'"):read "a")
      node.close(fd)
      os.exit(os.execute "cdrskin dev=/dev/sr0 -minfo >/dev/null 2>&1")
    ]])
    local code, out = room:drive("--disc disc.cue",
      sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", "") .. " hold.lua", true)
    assert.equal(0, code)
    assert.equal("cd-discid: /dev/sr0: CDROMREADTOCHDR: Input/output error\nbusy\n", out)
  end)

  it("runs README's examples", function()
    local examples = {}
    local readme = sandbox.read(sandbox.root .. "/README.md")
    for options, command in readme:gmatch "\n    lua5.4 scripts/vdrive%.lua (.-) %-%- ([^\n]+)" do
      examples[#examples + 1] = room_of.line(options, command)
    end
    assert.equal(3, #examples)
    room:write("one.wav", burner.wav(burner.pcm(400, 1)))
    room:write("two.wav", burner.wav(burner.pcm(300, 2)))
    room:write("run.sh", ("{ env %s && env %s; } >first 2>&1 & pid=$!\n"
      .. "env %s >second 2>&1 || { cat second; exit 1; }\nwait $pid || { cat first; exit 1; }\n")
      :format(table.unpack(examples)))
    room:must "sh run.sh"
    assert.is_true(room:sectors("disc.bin", 0, 400) == burner.pcm(400, 1))
    assert.is_true(room:has "track02.cdda.wav")
    assert.is_true(room:has "trace.json")
    assert.same({}, (room:tracks "new.cue"))
  end)

  it("has a drive server in Lua too", function()
    room:write("one.wav", burner.wav(burner.pcm(400, 1)))
    local virtual = assert(core.VirtualRecorder { path = room.folder .. "/disc.cue" })
    local server = assert(virtual:Serve())
    assert.equal("socket", lfs.attributes(server:Socket(), "mode"))
    assert.equal("file", lfs.attributes(server:Library(), "mode"))
    local command = ("%scd-discid /dev/sr1 >%s/id 2>&1"):format(room_of.FOREIGN, room.folder)
    assert.equal(1, server:Run({ "sh", "-c", command }, "/dev/sr1"))
    assert.equal("cd-discid: /dev/sr1: CDROMREADTOCHDR: Input/output error\n", room:read "id")
    assert.has_error(function() server:Run {} end)
    assert.has_error(function() server:Run { "true", 7 } end)
    server:Close()
    server:Close()
    assert.has_error(function() server:Socket() end)
    virtual:Close()
  end)

  it("hands TERM on, waits for the command, and leaves nothing behind", function()
    local line = room.line("--disc disc.cue", [[sh -c 'trap "echo caught; exit 3" TERM;
      echo $REDBOOK_VDRIVE_SOCKET; for i in $(seq 500); do sleep 0.2; done']])
    room:write("run.sh", ("%s >out 2>err & pid=$!\nwhile ! [ -s out ]; do sleep 0.02; done\n"
      .. "kill -TERM $pid\nwait $pid\necho $?\n"):format("env " .. line))
    assert.equal("3\n", room:must "sh run.sh")
    local socket = room:read("out"):match "^[^\n]+"
    assert.equal(socket .. "\ncaught\n", room:read "out")
    assert.is_nil(lfs.attributes(socket))
    assert.is_nil(lfs.attributes((socket:match "^(.*)/")))
  end)

  it("is a vanished drive to a program that outlives it", function()
    local child = sandbox.lua:gsub("^env LD_PRELOAD=%S+ ", "") .. " out.lua"
    room:write("out.lua", [[
      local node, posix = require "node", require "posix"
      local fd = node.open("/dev/sr0", "rw nonblock")
      local file = io.open("ready", "w"); file:write "yes"; file:close()
      local tur = { cdb = ("\0"):rep(6) }
      while node.sg(fd, tur).host == 0 do posix.sleep(0.01) end
      local h = node.sg(fd, tur)
      file = io.open("said", "w")
      file:write(h.host, " ", h.status, " ", select(2, node.open("/dev/sr0", "nonblock")))
      file:close()
      os.rename("said", "saw")
    ]])
    room:write("run.sh", ("env TMPDIR=$PWD %s & pid=$!\nwhile ! [ -s ready ]; do sleep 0.02; done\n"
      .. "kill -9 $pid\nwhile ! [ -e saw ]; do sleep 0.02; done\n")
      :format(room.line("--disc disc.cue", child, true)))
    room:must "timeout 100 sh run.sh 2>/dev/null"
    assert.equal("1 0 ENXIO", room:read "saw")
  end)
end)
