-- SPDX-License-Identifier: GPL-3.0-or-later
-- redbook is loaded, used, unloaded and loaded again in one process.

local burner = require "spec.support.burner"
local lfs = require "lfs"
local lifecycle = require "spec.support.lifecycle"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"
local states = require "states"

-- Burns a disc, and drops another drive in the middle of a track: closing the state lets go of it.
local SCRIPT = [[
local folder = ...
local core = require "redbook.core"
for _, name in ipairs { "disc.cue", "disc.bin", "cut.cue", "cut.bin" } do
  os.remove(folder .. "/" .. name)
end
local function prepared(name)
  local tao = core.TrackAtOnce()
  tao.Recorder = assert(core.Recorder("virtual:" .. folder .. "/" .. name))
  tao.ClientName, tao.FifoBytes = "reload", 1 << 20
  assert(tao:PrepareMedia())
  return tao
end
local tao <close> = prepared "disc.cue"
assert(tao:AddAudioTrack(folder .. "/one.wav"))
assert(tao:ReleaseMedia())
local dropped = prepared "cut.cue"
local operation = assert(dropped:BeginAddAudioTrack(folder .. "/one.wav"))
repeat until operation:step().CurrentAction == 2
return "burned"
]]

describe("redbook is loaded again and again", function()
  local folder, pcm

  setup(function()
    folder = sandbox.folder()
    pcm = burner.pcm(300)
    sandbox.write(folder .. "/one.wav", burner.wav(pcm))
    sandbox.write(folder .. "/script.lua", SCRIPT)
    local code, out, err = sandbox.run(("${CC:-cc} -o reload %s/spec/host/reload.c "
      .. "$(pkg-config --cflags lua5.4) -ldl"):format(sandbox.root), folder)
    assert(code == 0, out .. err)
  end)
  teardown(function() sandbox.remove(folder) end)

  local function reload(runner, rounds)
    local code, out, err = sandbox.run(("%s %s ./reload %d script.lua ."):format(sandbox.env,
      runner, rounds), folder)
    -- valgrind does not know mlock2, and says so.
    err = err:gsub("%-%-%d+%-%-[^\n]*\n", "")
    assert.same({ 0, "" }, { code, err }, out)
    local lines = {}
    for line in out:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal(rounds, #lines)
    assert.truthy(lines[1]:find "^burned %d+ 3 %d+$", lines[1]) -- ".", "..", one thread
    assert.is_true(sandbox.read(folder .. "/disc.bin"):sub(1, #pcm) == pcm)
    return lines
  end

  it("with Lua's own library, which comes and goes", function()
    local preload = os.getenv "REDBOOK_PRELOAD"
    local lines = reload(preload and "LD_PRELOAD=" .. preload or "", 8)
    local function opened(line) return line:match "^burned (%d+)" end
    local function mapped(line) return tonumber(line:match "(%d+)$") end
    for index = 2, #lines do assert.equal(opened(lines[1]), opened(lines[index])) end
    -- Caches of the C library may still grow in the second round; a library kept by every round
    -- would be four mappings more in each, 24 in these. A sanitizer's own memory grows, too.
    local most = preload and 18 or 11
    assert.is_true(mapped(lines[8]) - mapped(lines[2]) <= most, table.concat(lines, "\n"))
  end)

  it("under valgrind nothing is lost #long", function()
    reload("valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "
      .. "--keep-debuginfo=yes", 4)
  end)

  it("in states that come and go", function()
    local function open() return select(2, sandbox.run("ls /proc/$PPID/fd | wc -l")) end
    local before = open()
    for round = 1, 20 do
      -- While there are other states, a closed one's drives are let go of in the background.
      local place = ("%s/%d"):format(folder, round)
      assert(lfs.mkdir(place))
      assert(lfs.link("../one.wav", place .. "/one.wav", true))
      local chunk = ("return loadfile(%q)(%q)"):format(folder .. "/script.lua", place)
      assert.equal("burned", (states.run(chunk)))
      lifecycle.await("the drive is let go of", function()
        return not posix.locked(place .. "/cut.bin")
      end)
    end
    assert.equal(before, open())
  end)

  it("in one state whose package.loaded forgets it, while old objects live on", function()
    local core = require "redbook.core"
    local bench <close> = burner.new()
    assert.is_true(bench.tao:PrepareMedia())
    for _ = 1, 3 do
      package.loaded["redbook.core"] = nil
      local again = require "redbook.core"
      collectgarbage()
      assert.not_equal(core, again)
      local virtual <close> = assert(again.VirtualRecorder { path = folder .. "/other.cue" })
      local tao <close> = again.TrackAtOnce()
      tao.Recorder, tao.ClientName = assert(virtual:Recorder()), "again"
      assert.is_true(tao:PrepareMedia())
      assert.is_true(bench.virtual:View().Held)
    end
    package.loaded["redbook.core"] = core
    collectgarbage()
    assert.is_true(bench.tao:AddAudioTrack(folder .. "/one.wav"))
    assert.is_true(bench.tao:ReleaseMedia())
    assert.is_false(bench.virtual:View().Held)
  end)
end)
