-- SPDX-License-Identifier: GPL-3.0-or-later
-- A systemd-inhibit of our own in PATH writes down when it begins and ends, what it is asked for,
-- and what of its parent it has got hold of.

local sandbox = require "spec.support.sandbox"
local tone = require "spec.support.tone"

local FAKE = [[
#!/bin/sh
echo "begin $*" >>"$LOG"
read -r _ _ _ _ group session terminal _ </proc/$$/stat
[ "$group $session" = "$$ $$" ] && echo "group and session of its own, terminal $terminal" >>"$LOG"
ls -l /proc/$$/fd | grep -c -e held.bin -e /dev/sr -e /dev/tty >>"$LOG"
for last; do :; done
"$last"
echo "end" >>"$LOG"
]]

local WORDS = "begin --what=sleep:shutdown:idle --mode=block --who=redbook --why=%s cat\n"
  .. "group and session of its own, terminal 0\n0\n"

describe("cli.inhibit", function()
  local folder

  local function log()
    local ok, text = pcall(sandbox.read, folder .. "/log")
    return ok and text or ""
  end

  -- What the log holds, once it is that: its writers are not waited for.
  local function settles(expected)
    for _ = 1, 2000 do
      if log() == expected then break end
      os.execute "sleep 0.05"
    end
    assert.equal(expected, log())
  end

  -- Lua text with `inhibit` and `settle`, which waits until something has begun.
  local function lua(code, environment)
    sandbox.write(folder .. "/try.lua", [[
      local inhibit = require "redbook.cli.inhibit"
      local function settle()
        for _ = 1, 2000 do
          local file = io.open "log"
          local text = file and file:read "a" or ""
          if file then file:close() end
          if text:find "\n0\n" then return end
          os.execute "sleep 0.05"
        end
        error "it has not begun"
      end
      ]] .. code)
    return sandbox.run(("%s LOG=%s/log PATH=%s/bin:$PATH %s %s try.lua"):format(sandbox.env, folder,
      folder, environment or "", sandbox.lua), folder)
  end

  before_each(function()
    folder = sandbox.folder()
    assert(os.execute("mkdir " .. folder .. "/bin"))
    sandbox.write(folder .. "/bin/systemd-inhibit", FAKE)
    assert(os.execute("chmod +x " .. folder .. "/bin/systemd-inhibit"))
  end)
  after_each(function() sandbox.remove(folder) end)

  it("holds the block until it is closed, and nothing of its parent", function()
    assert.same({ 0, "", "" }, { lua [[
      local core = require "redbook.core"
      local recorder = assert(core.Recorder "virtual:held.cue")
      local tao = core.TrackAtOnce()
      tao.Recorder, tao.ClientName = recorder, "held"
      assert(tao:PrepareMedia()) -- held.bin is open now
      local block = inhibit.hold("it's a burn", { "/dev/sr0" }, {}, print)
      settle()
      assert(not io.open "log":read "a":find "end")
      block:close()
      block:close()
      tao:ReleaseMedia()]] })
    settles(WORDS:format "it's a burn" .. "end\n")
  end)

  it("ends with its parent, whatever that dies of", function()
    local code = lua [[
      local block = inhibit.hold("dying", { "virtual:a.cue", "/dev/sr0" }, {}, print)
      settle()
      os.execute "kill -9 $PPID"]]
    assert.equal(137, code)
    settles(WORDS:format "dying" .. "end\n")
  end)

  it("stays through signals at the terminal, which the parent has trapped", function()
    assert.same({ 0, "", "" }, { lua([[
      local trap = require("redbook.cli.signals").arm()
      local block <close> = inhibit.hold("on", { "/dev/sr0" }, {}, print)
      settle()
      io.popen("trap : INT; kill -INT 0"):close() -- os.execute would ignore it
      assert(trap.pause(100) == "INT")
      os.execute "sleep 0.2"
      assert(not io.open "log":read "a":find "end")]], "setsid -w") })
    settles(WORDS:format "on" .. "end\n")
  end)

  it("is not waited for when the bus does not answer", function()
    sandbox.write(folder .. "/bin/systemd-inhibit", "#!/bin/sh\nfor i in $(seq 2000); do\n"
      .. "[ -e \"$LOG.go\" ] && break; sleep 0.05; done\necho late >>\"$LOG\"\n")
    assert.same({ 0, "", "" }, { lua [[
      inhibit.hold("slow", { "/dev/sr0" }, {}, print):close()]] })
    assert.equal("", log())
    sandbox.write(folder .. "/log.go", "")
    settles "late\n"
  end)

  it("is nothing for discs in files, nor when it is not wanted", function()
    assert.same({ 0, "", "" }, { lua [[
      inhibit.hold("x", { "virtual:disc.cue" }, { verbose = true }, print):close()
      inhibit.hold("x", { "/dev/sr0" }, { verbose = true, no_inhibit = true }, print):close()]] })
    os.execute "sleep 0.2"
    assert.equal("", log())
  end)

  it("tells only with --verbose that there is none, or that it was refused", function()
    local try = [[
      local block = inhibit.hold("x", { "/dev/sr0" }, { verbose = VERBOSE }, print)
      for _ = 1, block.pipe and 2000 or 0 do
        if io.open "log.refused" then break end
        os.execute "sleep 0.05"
      end
      block:close()]]
    local said = "Nothing kept the machine awake: Failed to inhibit: Access denied\n"
    sandbox.write(folder .. "/bin/systemd-inhibit",
      "#!/bin/sh\necho 'Failed to inhibit: Access denied' >&2\n: >\"$LOG.refused\"\nexit 1\n")
    assert.same({ 0, said, "" }, { lua((try:gsub("VERBOSE", "true"))) })
    assert(os.remove(folder .. "/log.refused"))
    assert.same({ 0, "", "" }, { lua((try:gsub("VERBOSE", "false"))) })
    local _, lua_path = sandbox.run("command -v lua5.4")
    assert(os.execute(("cd %s/bin && rm systemd-inhibit && ln -s %s lua5.4 && for n in env sleep; "
      .. "do ln -s $(command -v $n) $n; done"):format(folder, lua_path:gsub("\n", ""))))
    local bare = ("PATH=%s/bin"):format(folder)
    assert.same({ 0, "Nothing keeps the machine awake: there is no systemd-inhibit.\n", "" },
      { lua((try:gsub("VERBOSE", "true")), bare) })
    assert.same({ 0, "", "" }, { lua((try:gsub("VERBOSE", "false")), bare) })
  end)

  -- Runs a program of scripts/ on a CD-RW in /dev/sr0.
  local function program(words)
    local inner = ("%s %s/scripts/%s"):format(sandbox.lua_within, sandbox.root, words)
    return (sandbox.run(("%s LOG=%s/log PATH=%s/bin:$PATH %s %s/scripts/vdrive.lua --medium cd-rw "
      .. "--disc disc.cue -- sh -c %s"):format(sandbox.env, folder, folder, sandbox.lua,
      sandbox.root, sandbox.quote(inner)), folder))
  end

  local function burn(words)
    sandbox.write(folder .. "/one.wav", tone.wav(tone.pcm({ 440, 550, 660, 770, 880 }, 1)))
    return program("burn.lua --quiet --device /dev/sr0 one.wav " .. words)
  end

  local function both(why) return WORDS:format(why) .. "end\n" end

  it("lies around a burn and an erasure of a drive, but no plan and no look", function()
    assert.equal(0, burn "--plan")
    assert.equal(0, program "rescue.lua --quiet --device /dev/sr0")
    assert.equal("", log())
    assert.equal(0, burn "--keep-open")
    settles(both "Burning an audio CD")
    assert.equal(0, program "blank.lua --yes --quiet --device /dev/sr0")
    settles(both "Burning an audio CD" .. both "Erasing a CD-RW")
  end)

  it("lies around a rescue that closes a disc #long", function()
    assert.equal(0, burn "--keep-open --no-inhibit")
    assert.equal(0, program "rescue.lua --quiet --device /dev/sr0 --close")
    settles(both "Closing an audio CD")
  end)
end)
