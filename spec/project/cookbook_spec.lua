-- SPDX-License-Identifier: GPL-3.0-or-later
-- README's cookbook: each program as it stands there, on virtual drives.

local core = require "redbook.core"
local cjson = require "cjson"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"
local tone = require "spec.support.tone"

local SECTOR, GAP = 2352, 152

describe("README's cookbook", function()
  local folder, programs, pcm

  setup(function()
    folder, programs = sandbox.folder(), {}
    local text = assert(sandbox.read(sandbox.root .. "/README.md"):match
      "\n## Cookbook\n(.-)\n## ")
    for program in text:gmatch "```lua\n(.-)```" do
      local name = assert(program:match "^%-%- (%l+%.lua) DEVICE", program)
      programs[#programs + 1] = { name = name, lines = select(2, program:gsub("\n", "")) - 1 }
      sandbox.write(folder .. "/" .. name, program)
    end
    pcm = { tone.pcm({ 440, 550, 660, 880 }, 1), tone.pcm({ 880, 660, 550, 440, 330 }, 1) }
    local _, _, err = sandbox.run("mkdir music", folder)
    assert(err == "", err)
    sandbox.write(folder .. "/music/one.wav", tone.wav(pcm[1]))
    sandbox.write(folder .. "/music/two.wav", tone.wav(pcm[2]))
    sandbox.write(folder .. "/mix.m3u", "music/one.wav\nmusic/two.wav\n")
    sandbox.write(folder .. "/bad.m3u", "music/one.wav\nmusic/gone.wav\n")
  end)
  teardown(function() sandbox.remove(folder) end)

  local function command(words) return ("%s %s %s"):format(sandbox.env, sandbox.lua, words) end

  local function run(words)
    local code, out, err = sandbox.run(command(words), folder)
    assert.equal("", err)
    return code, out
  end

  -- What lies on a disc: "blank", "appendable" or "complete", and its tracks' sound.
  local function look(disc)
    local virtual <close> = assert(core.VirtualRecorder { path = folder .. "/" .. disc })
    local recorder <close> = assert(virtual:Recorder())
    assert(recorder:AcquireExclusiveAccess(false, "another program"))
    assert(recorder:ReleaseExclusiveAccess())
    return { state = assert(recorder:MediaSummary()).State, tracks = #virtual:Tracks() }
  end

  local function holds(disc, ...)
    local data, at = sandbox.read(folder .. "/" .. disc:gsub("cue$", "bin")), 0
    for _, sound in ipairs { ... } do
      assert.is_true(data:sub(at + 1, at + #sound) == sound, "the sound differs")
      at = at + #sound + GAP * SECTOR
    end
  end

  it("has five programs of ten to twenty lines", function()
    local names = {}
    for _, program in ipairs(programs) do
      names[#names + 1] = program.name
      assert.is_true(program.lines >= 10 and program.lines <= 20, program.name .. program.lines)
    end
    assert.same({ "folder.lua", "wait.lua", "append.lua", "compare.lua", "kiosk.lua" }, names)
  end)

  it("folder.lua burns a folder beside other work", function()
    local code, out = run "folder.lua 'virtual:folder.cue?clock=real&personality=brisk' music"
    assert.equal(0, code)
    assert.truthy(out:find "^looking\n.*track [12], %d+ %%\n.*done\n$", out)
    assert.same({ state = "complete", tracks = 2 }, look "folder.cue")
    holds("folder.cue", pcm[1], pcm[2])
  end)

  it("wait.lua waits for a disc to become ready", function()
    local code, out = run "wait.lua 'virtual:ready.cue?ready=20' music/one.wav"
    assert.same({ 0, "waiting: the drive is becoming ready\ndone\n" }, { code, out })
    assert.same({ state = "complete", tracks = 1 }, look "ready.cue")
    holds("ready.cue", pcm[1])
  end)

  it("wait.lua waits for whoever holds the drive", function()
    local virtual <close> = assert(core.VirtualRecorder { path = folder .. "/held.cue" })
    local recorder <close> = assert(virtual:Recorder())
    assert(recorder:AcquireExclusiveAccess(false, "somebody"))
    local pipe = assert(io.popen(("cd %s && %s"):format(sandbox.quote(folder),
      command "wait.lua virtual:held.cue music/two.wav 2>&1")))
    local first = pipe:read "l" -- it has found the drive held
    posix.sleep(0.1)
    assert(recorder:ReleaseExclusiveAccess())
    local rest = pipe:read "a"
    assert.is_true(pipe:close())
    assert.truthy(first:find("somebody", 1, true), first)
    assert.truthy(rest:find "done\n$", rest)
    assert.same({ state = "complete", tracks = 1 }, look "held.cue")
    holds("held.cue", pcm[2])
  end)

  it("append.lua adds tracks, and closes the disc when asked", function()
    local code, out = run "append.lua virtual:append.cue music/one.wav"
    assert.same({ 0, "track 1: 300 sectors from 0\n" }, { code, out })
    assert.same({ state = "appendable", tracks = 1 }, look "append.cue")
    code, out = run "append.lua virtual:append.cue music/two.wav close"
    assert.same({ 0, "track 2: 375 sectors from 452\n" }, { code, out })
    assert.same({ state = "complete", tracks = 2 }, look "append.cue")
    holds("append.cue", pcm[1], pcm[2])
  end)

  it("compare.lua knows a disc from another", function()
    assert.equal(0, (run "wait.lua virtual:both.cue music/one.wav music/two.wav"))
    local code, out = run "compare.lua virtual:both.cue music/one.wav music/two.wav"
    assert.same({ 0, "1\tidentical\n2\tidentical\nthe same\n" }, { code, out })
    code, out = run "compare.lua virtual:both.cue music/one.wav music/one.wav"
    assert.equal(11, code)
    assert.truthy(out:find "^1\tidentical\n2\tdiffers\n", out)
  end)

  it("kiosk.lua burns lists and keeps a log", function()
    local code, out = run "kiosk.lua virtual:kiosk.cue log bad.m3u mix.m3u"
    assert.equal(0, code)
    assert.equal("bad.m3u:2: music/gone.wav: no such file\n"
      .. "a blank disc for mix.m3u, please\ntake it out: it is good\n", out)
    local seen, last = {}, nil
    for line in io.lines(folder .. "/log") do
      last = cjson.decode(line).event
      seen[last] = (seen[last] or 0) + 1
    end
    assert.same({ 1, 2, 2, 1, "summary" }, { seen.plan, seen.track, seen.track_done, seen.verified,
      last })
    holds("kiosk.cue", pcm[1], pcm[2])
  end)
end)
