-- SPDX-License-Identifier: GPL-3.0-or-later
-- burn.lua on /dev/sr0 of the virtual drive: the whole way through open, SG_IO and the kernel's
-- rules. The discs are those that `virtual:` writes directly; what others read back is the sound.

local burn_trace = require "spec.support.burn_trace"
local burner = require "spec.support.burner"
local jobs_of = require "spec.clients.jobs"
local room_of = require "spec.clients.room"
local sandbox = require "spec.support.sandbox"

local burn = room_of.burn
local CDINFO = "cd-info --no-cddb --access-mode=MMC_RDWR_EXCL --cdrom-device=/dev/sr0"
local TRACKS = { "one", "two", "three" }
local LENGTHS = { one = 375, two = 525, three = 320 }

-- No two stretches are alike: paranoia looks for the same sound in what it reads twice.
local function noise(sectors)
  local words, state = {}, sectors
  for n = 1, sectors * room_of.SECTOR // 4 do
    state = state * 1664525 + 1013904223 & 0xFFFFFFFF
    words[n] = string.pack("<I4", (state ~ state >> 15) & 0x3FFF3FFF)
  end
  return table.concat(words)
end

describe("burn.lua on /dev/sr0 #clients", function()
  local room, results
  local pcm = {}

  setup(function()
    room = room_of.new()
    for name, sectors in pairs(LENGTHS) do
      pcm[name] = noise(sectors)
      room:write(name .. ".wav", burner.wav(pcm[name]))
    end
    room:write("gone.json", '[{"command": "WRITE", "lba": 104, "vanish": true}]')
    room:write("slow.json", '[{"command": "WRITE", "lba": 104, "host": 3, "times": 9}]')
    results = jobs_of.run(room, {
      single = { own = true, burn "one.wav" },
      triple = { own = true, burn "one.wav two.wav three.wav" },
      user = { own = true, options = " --filter", burn "one.wav two.wav three.wav" },
      append = { own = true, burn "--keep-open one.wav", burn "--append --eject two.wav" },
      dummy = { own = true, burn "--dummy one.wav two.wav" },
      multi = { own = true, burn "--multi --speed 8 one.wav" },
      busy = { own = true, options = " --personality tinybuf", burn "one.wav" },
      gone = { own = true, options = " --faults gone.json", burn "one.wav" },
      slow = { own = true, options = " --faults slow.json", burn "one.wav" },
    })
  end)
  teardown(function() room:close() end)

  local function succeeded(job)
    for index, result in ipairs(results[job]) do
      assert(result.code == 0, ("%s, command %d: exit %d\n%s"):format(job, index, result.code,
        result.out))
    end
  end

  -- A disc's files, but for its own name in them.
  local function files(name)
    return room:read(name .. ".cue"):gsub('"' .. name .. "%.bin", '"disc.bin'),
      room:has(name .. ".bin") and room:read(name .. ".bin")
  end

  local function direct(name, ...)
    for _, words in ipairs { ... } do
      local code, out, err = sandbox.run(("%s %s %s/scripts/burn.lua --yes --device virtual:%s.cue "
        .. "%s"):format(sandbox.env, sandbox.lua, sandbox.root, name, words), room.folder)
      assert(code == 0, out .. err)
    end
  end

  local function same(job, ...)
    succeeded(job)
    direct(job .. "_direct", ...)
    local cue, bin = files(job)
    local other_cue, other_bin = files(job .. "_direct")
    assert.equal(other_cue, cue)
    assert(bin == other_bin, job .. ": other sectors than on virtual:")
  end

  it("writes what it writes directly on virtual:", function()
    same("single", "one.wav")
    same("triple", "one.wav two.wav three.wav")
    same("user", "one.wav two.wav three.wav")
    same("append", "--keep-open one.wav", "--append two.wav")
    same("multi", "--multi --speed 8 one.wav")
  end)

  it("simulates", function()
    succeeded "dummy"
    local tracks, view = room:tracks "dummy.cue"
    assert.same({ {}, 0 }, { tracks, view.DiscStatus })
  end)

  it("waits for a drive that says that its buffer is full", function()
    succeeded "busy"
    assert(room:sectors("busy.bin", 0, LENGTHS.one) == pcm.one)
    local full = 0
    for _, command in ipairs(burn_trace.read(room.folder .. "/busy.1.trace")) do
      if command.key == "2/04/08" then full = full + 1 end
    end
    assert.is_true(full > 0)
  end)

  it("sends the commands of a good burn", function()
    local expected = { single = { { 1, true } }, triple = { { 3, true } }, user = { { 3, true } },
      append = { { 1, false }, { 1, true } }, dummy = { { 2, false, test = true } },
      multi = { { 1, true, multi = true } }, busy = { { 1, true } } }
    for job, parts in pairs(expected) do
      for index, part in ipairs(parts) do
        local commands = burn_trace.read(("%s/%s.%d.trace"):format(room.folder, job, index))
        assert.same({}, burn_trace.check(commands, { tracks = part[1], close = part[2],
          multi = part.multi or false, test = part.test or false }), job)
      end
    end
  end)

  it("sets the speed and opens the tray when asked to", function()
    local speeds, trays = {}, {}
    for _, command in ipairs(burn_trace.read(room.folder .. "/multi.1.trace")) do
      if command.opcode == 0xBB then speeds[string.unpack(">I2", command.cdb, 5)] = true end
    end
    for _, command in ipairs(burn_trace.read(room.folder .. "/append.2.trace")) do
      if command.opcode == 0x1B then trays[#trays + 1] = command.cdb:byte(5) end
    end
    assert.is_true(speeds[1411]) -- 8x, as the drive lists it
    assert.same({ 2 }, trays)
  end)

  it("tells a drive that is gone, or never answers, from a success", function()
    for job, text in pairs { gone = "it is not there any more",
      slow = "got no answer within 200" } do
      local result = results[job][1]
      assert.equal(10, result.code, result.out)
      assert.is_truthy(result.out:find(text, 1, true), result.out)
    end
  end)

  it("is read back by cdparanoia and listed by cd-info", function()
    succeeded "triple"
    local read = jobs_of.run(room, {
      paranoia = { "cdparanoia -d /dev/sr0 -B", disc = "triple" },
      info = { CDINFO, disc = "triple" },
    })
    assert(read.paranoia[1].code == 0, read.paranoia[1].out)
    for track, name in ipairs(TRACKS) do
      local got = room:read(("paranoia/track%02d.cdda.wav"):format(track)):sub(45)
      assert(got:sub(1, #pcm[name]) == pcm[name], "track " .. track .. " is not what was burned")
      assert(not got:find("[^\0]", #pcm[name] + 1), "sound in the gap after track " .. track)
    end
    local starts = {}
    for lsn in read.info[1].out:gmatch "\n *%d+: %d+:%d+:%d+ +(%d+) %l+" do
      starts[#starts + 1] = tonumber(lsn)
    end
    assert.same({ 0, 527, 1204, 1526 }, starts, read.info[1].out)
  end)

  it("burns as a user without any capability", function()
    -- The checkout may lie where that user cannot go.
    local own = room.folder .. "/own"
    room:must(("mkdir -p own/build && cp -rL %s/scripts %s/lua own && cp -r %s/redbook own/build "
      .. "&& chmod -R a+rX own && chmod 777 ."):format(sandbox.root, sandbox.root, sandbox.build))
    local paths = ("BUILD=%s/build REDBOOK_BUILD=%s/build HOME=%s LUA_CPATH='%s/build/?.so;;' "
      .. "LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;'"):format(own, own, room.folder, own, own, own)
    local root = room:must "id -u" == "0\n"
    local program = ([[sh -c 'grep -E "^(Uid|CapEff)" /proc/self/status; exec %s']]):format(
      (burn "one.wav":gsub("%S+/scripts/burn", own .. "/scripts/burn")))
    local code, out, err = sandbox.run(("%s env %s %s %s/scripts/vdrive.lua --filter --disc "
      .. "nobody.cue -- %s"):format(root and "setpriv --reuid=65534 --regid=65534 --clear-groups "
      .. "--no-new-privs" or "", paths, sandbox.lua, own, program), room.folder)
    assert(code == 0, out .. err)
    assert.is_truthy(out:find "CapEff:%s+0000000000000000\n")
    if root then assert.is_truthy(out:find "Uid:%s+65534%s") end
    direct("nobody_direct", "one.wav")
    assert(room:read "nobody.bin" == room:read "nobody_direct.bin")
  end)

  describe("shares the drive:", function()
    it("a second burn.lua is told who holds it", function()
      -- The first is held up in its track by a trace that nobody goes on to read.
      local codes = room:lua("--disc shared.cue", ([[
        local trace, text = assert(posix.narrow_pipe "first.trace"), ""
        local function code(name)
          local file <close> = io.open(name)
          return file and file:read "n"
        end
        os.execute "{ %s >first 2>&1; echo $? >first.code; } &"
        repeat
          text = text .. assert(posix.read(trace, 100, 256), "the first writes nothing")
        until text:find('"cdb":"2a', 1, true)
        local _, _, second = os.execute "%s >second 2>&1"
        local early = code "first.code"
        while not code "first.code" do posix.read(trace, 0.1, 4096) end
        return { early or "still burning", second, code "first.code" }]]):format(
        burn "--trace first.trace one.wav two.wav", burn "one.wav"))
      assert.same({ "still burning", 4, 0 }, codes)
      assert.is_truthy(room:read("second"):find('the drive is held by "redbook burn.lua"', 1, true),
        room:read "second")
      assert.is_truthy(room:read("first"):find("The disc is closed and plays.", 1, true))
    end)

    it("another program's O_EXCL is waited for, six seconds", function()
      room:write("wait.lua", [[
        local core = require "redbook.core"
        local seconds = require("posix").monotonic
        local start = seconds()
        io.open("waits", "w"):close()
        local ok, err = core.Recorder("/dev/sr0"):AcquireExclusiveAccess(false, "spec")
        print(ok or ("%x"):format(err.code), err and err.message or "", seconds() - start > 5)]])
      local function while_held(how)
        os.remove(room.folder .. "/waits")
        return room:lua("--disc held.cue", ([[
          local held = node.open(SR0, "rw nonblock excl cloexec")
          local other = io.popen(arg[-1] .. " wait.lua")
          local ever, text = %s, ""
          if ever then
            text = other:read "a"
          else
            while not io.open "waits" do posix.sleep(0.01) end
            posix.sleep(1)
          end
          node.close(held)
          return text .. other:read "a"]]):format(how))
      end
      local freed
      for _ = 1, 5 do -- a machine that stands still for seconds is none of ours
        freed = while_held "false"
        if freed == "true\t\tfalse\n" then break end
      end
      assert.equal("true\t\tfalse\n", freed)
      assert.equal("c0aa0210\t/dev/sr0 is in use by another program: Device or resource busy\t"
        .. "true\n", while_held "true")
    end)
  end)

  it("ends its track, unlocks the tray and leaves the disc open when it is terminated", function()
    room:write("long.wav", burner.wav(pcm.one:rep(40)))
    room:write("cut.sh", burn "long.wav" .. [[ >cut.out 2>&1 & pid=$!
      for i in $(seq 5000); do
        [ $(grep '"2a 00' cut.trace 2>/dev/null | wc -l) -gt 40 ] && break; sleep 0.02
      done
      kill -TERM $pid; wait $pid; echo $?]])
    local code, out, err = room:drive("--disc cut.cue --clock real --personality brisk "
      .. "--trace cut.trace", "sh cut.sh", true)
    assert.same({ 0, "143\n", "" }, { code, out, err })
    assert.same({}, burn_trace.check(burn_trace.read(room.folder .. "/cut.trace"),
      { tracks = 1, close = false, multi = false, test = false }))
    local tracks, view = room:tracks "cut.cue"
    assert.same({ 1, true, 1 }, { #tracks, tracks[1].Sectors >= 300 and tracks[1].Sectors < 15000,
      view.DiscStatus })
  end)

  it("opens a tray that somebody left locked", function()
    local got = room:lua("--disc stale.cue", [[
      local fd = node.open(SR0, "rw nonblock")
      assert(node.ioctl(fd, node.CDROM_LOCKDOOR, 1) == 0) -- stays when all have closed
      local eject = node.sg(fd, { cdb = hex "1B 00 00 00 02 00" }).sense
      node.close(fd)
      local sense = ("%X/%02X/%02X"):format(eject:byte(3) & 15, eject:byte(13), eject:byte(14))
      local opened = require("redbook.core").Recorder(SR0):EjectMedia()
      fd = node.open(SR0, "nonblock")
      return { sense, opened, node.ioctl(fd, node.CDROM_DRIVE_STATUS, 0) }]])
    assert.same({ "5/53/02", true, 2 }, got)
  end)

  it("leaves no lock file behind, and none of the machine's", function()
    local got = room:lua("--disc lock.cue", [[
      local core = require "redbook.core"
      local recorder = core.Recorder "/dev/sr0"
      assert(recorder:AcquireExclusiveAccess(false, "a spec"))
      local folder = os.getenv "REDBOOK_LOCK_FOLDER"
      local file = io.open(folder .. "/redbook-11:0")
      return { folder, file:read() , core.Recorder("/dev/sr0").ExclusiveAccessOwner }]])
    assert.same({ "a spec", "a spec" }, { got[2], got[3] })
    assert.is_nil(require("lfs").attributes(got[1]))
  end)

  it("gives Recorder objects their properties", function()
    local got = room:lua("--disc new.cue", [[
      local recorder = require("redbook.core").Recorder "/dev/sr0"
      local before = recorder:MediaSummary().State
      assert(recorder:EjectMedia())
      local ok, err = recorder:WaitReady(0)
      assert(recorder:CloseTray())
      return { recorder.VendorId, recorder.LegacyDeviceNumber, recorder.VolumeName, before,
        err.code == 0xC0AA0202 and "open", recorder:MediaSummary().State }]])
    assert.same({ "VIRTUAL", 0, "/dev/sr0", "blank", "open", "blank" }, got)
  end)
end)
