-- SPDX-License-Identifier: GPL-3.0-or-later
-- INT, TERM and HUP while burn.lua works: the exit code, the message, the disc, the lock.

local burn_lua = require "spec.burn.burn_lua"
local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"

local CODES = { INT = 130, TERM = 143, HUP = 129 }

-- The drive takes its time: there is half a minute for a signal to come within the long track.
local PACED = "--device 'virtual:d.cue" .. burn_lua.PACED .. "' "

describe("burn.lua, when told to stop", function()
  local room

  setup(function()
    room = burn_lua.room()
    -- Long enough to be met in the middle, small on disk.
    room:must "sox -D -r 44100 -n -b 16 -c 2 long.flac synth 720 sine 440 gain -6"
    room:wav("one.wav", "5")
  end)

  teardown(function() room:close() end)

  before_each(function() room:must "rm -f d.* out err" end)

  -- Runs burn.lua in the background, sends `signals` one after the other as soon as `pattern`
  -- stands among its events, does `more`, and waits for its end.
  local function interrupt(words, pattern, signals, more, environment)
    local kills = {}
    for index, signal in ipairs(signals) do kills[index] = ("kill -%s $pid"):format(signal) end
    -- sh starts background jobs with INT ignored; the trap takes it all the same.
    local code = sandbox.run(burn_lua.meanwhile(("%s %s %s %s/scripts/burn.lua --json %s")
      :format(sandbox.env, environment or "", sandbox.lua, sandbox.root, words),
      burn_lua.said(pattern),
      table.concat(kills, "; sleep 0.02; ") .. "\n" .. (more or "")), room.folder)
    local events = burn_lua.decode(room:read "out")
    local failed = burn_lua.find(events, "error") or { err = {} }
    failed.err.exit = failed.exit
    return code, failed.err, room:read "err"
  end

  -- Whoever comes next can have the drive, and finds the disc in this state.
  local function state_of_disc()
    local out = room:must(("%s %s -e %s"):format(sandbox.env, sandbox.lua, sandbox.quote [[
      local core = require "redbook.core"
      local recorder = assert(core.Recorder "virtual:d.cue")
      assert(recorder:AcquireExclusiveAccess(false, "next"))
      local disc = assert(recorder:MediaSummary())
      print(disc.State, disc.SessionOpen, disc.NumberOfTracks)
      assert(recorder:ReleaseExclusiveAccess())]]))
    local state, open, tracks = out:match "^(%S+)%s+(%S+)%s+(%d+)"
    return { state, open == "true", tonumber(tracks) }
  end

  for signal, expected in pairs(CODES) do
    it("by SIG" .. signal .. " within a track, leaves an open disc with whole tracks", function()
      local code, err, text = interrupt(PACED .. "one.wav long.flac one.wav",
        '"action":"writing".*"number":2', { signal })
      assert.equal(expected, code)
      assert.same({ "interrupted", signal, "open", expected, 1 }, { err.stage, err.signal,
        err.disc, err.exit, err.tracks_written })
      assert.is_truthy(text:find("burn: interrupted by SIG" .. signal .. "\ndisc: The disc is "
        .. "open: its tracks are safe, but players cannot see them before its session is closed. "
        .. "1 track is written whole.\nwhat to do: go on with this disc: the first command "
        .. "below burns the rest and closes it\n", 1, true), text)
      assert.same({ "appendable", true, 2 }, state_of_disc())
      assert.is_true(room:sectors("d.bin", 0, 375) == room:pcm "one.wav", "the whole track")
      assert.equal(0, (room:burn "--append --device virtual:d.cue one.wav"))
    end)
  end

  it("while sources are read, leaves no trace of a disc", function()
    -- Reading it has no end.
    room:must("mkdir -p bin; printf '#!/bin/sh\\nexec sleep 600\\n' >bin/ffmpeg; "
      .. "chmod +x bin/ffmpeg")
    room:must "ffmpeg -v error -y -i one.wav hang.m4a"
    local code, err = interrupt("--device virtual:d.cue hang.m4a", '"event":"scan"', { "TERM" },
      nil, "PATH=$PWD/bin:$PATH")
    assert.equal(143, code)
    assert.same({ "interrupted", "TERM", "untouched", "interrupted while reading hang.m4a" },
      { err.stage, err.signal, err.disc, err.message })
    assert.is_false(room:has "d.cue")
  end)

  it("twice and three times, still lets go in order", function()
    local code, err = interrupt(PACED .. "long.flac",
      '"action":"writing"', { "INT", "INT", "TERM" })
    assert.same({ 130, "INT", "open" }, { code, err.signal, err.disc })
    assert.same({ "appendable", true, 1 }, state_of_disc())
  end)

  it("again and again until it is gone, still ends with the first signal's code", function()
    local code, err = interrupt(PACED .. "long.flac", '"action":"writing"', { "INT" },
      [[while grep -q '^State:.[^Z]' /proc/$pid/status; do
        for i in 1 2 3 4 5 6 7 8; do kill -TERM $pid; done
      done]])
    assert.same({ 130, "INT", "open" }, { code, err.signal, err.disc })
  end)

  it("while a person is waited for", function()
    local code, err = interrupt("--wait=300 --device virtual: one.wav", '"event":"wait"',
      { "HUP" })
    assert.same({ 129, "HUP", "untouched" }, { code, err.signal, err.disc })
  end)

  it("in a simulation, says that nothing was written", function()
    local code, err = interrupt("--dummy " .. PACED .. "long.flac", '"action":"writing"',
      { "TERM" })
    assert.same({ 143, "TERM", "untouched" }, { code, err.signal, err.disc })
    assert.is_false(room:has "d.cue")
    assert.equal(0, (room:burn "--device virtual:d.cue one.wav"))
  end)

  it("by ^C during the countdown, has not touched anything", function()
    local code = sandbox.run(burn_lua.stopped("burn.lua --device virtual:d.cue one.wav",
      "Burning starts in 5 seconds"), room.folder)
    local out = room:read "typescript"
    assert.equal(130, code, out)
    assert.is_truthy(out:find("\rBurning starts in 5 seconds; ^C stops it", 1, true))
    assert.is_truthy(out:find("burn: interrupted before anything was written\r\n"
      .. "disc: The disc is untouched.\r\n", 1, true))
    assert.is_false(room:has "d.cue" or room:has "d.bin")
  end)
end)

describe("burn.lua on a terminal", function()
  it("redraws a progress line, and says what stays", function()
    local room <close> = setmetatable({ burn_lua.room() }, { __close = function(self)
      self[1]:close()
    end })
    room[1]:wav("one.wav", "5")
    local code, out = sandbox.run(("%s NO_COLOR=1 COLUMNS=60 LC_ALL=C.UTF-8 script -qec "
      .. "'%s %s/scripts/burn.lua --yes --device virtual:d.cue one.wav' /dev/null"):format(
      sandbox.env, sandbox.lua, sandbox.root), room[1].folder)
    assert.equal(0, code)
    assert.is_truthy(out:find "\rreading 1 of 1: one.wav")
    assert.is_truthy(out:find "\r1/1 one +%d%d:%d%d of 00:05 [^\r\n]*[█░][█░]")
    assert.is_truthy(out:find "\r1/1 one +finishing")
    assert.is_truthy(out:find "\rclosing: ")
    assert.is_nil(out:find "Burning starts")
    assert.is_truthy(out:find("1 track burned, 0:05 of music.\r\n"
      .. "The disc is closed and plays.\r\n"
      .. "Read back and compared: every track is as it was sent.\r\n"
      .. "Note: so short a disc may have been read from the drive's\r\nbuffer.\r\n$"))
    assert.is_truthy(out:find "\r1/1 one +checking")
    out = out:gsub("\27%[%d*%a", "")
    for line in out:gmatch "[^\r\n]+" do assert.is_true(utf8.len(line) <= 60, line) end
    for line in out:gmatch "\r(1/1 [^\r\n]+)" do assert.is_true(utf8.len(line) < 60, line) end
  end)

  it("does not draw between the lines of events", function()
    local room <close> = setmetatable({ burn_lua.room() }, { __close = function(self)
      self[1]:close()
    end })
    room[1]:wav("one.wav", "5")
    local code, out = sandbox.run(("%s COLUMNS=60 script -qec '%s %s/scripts/burn.lua --yes --json "
      .. "--device virtual:d.cue one.wav' /dev/null"):format(sandbox.env, sandbox.lua,
      sandbox.root), room[1].folder)
    assert.equal(0, code)
    local events = 0
    for line in out:gmatch "([^\n]*)\r\n" do
      if line:find('"redbook"', 1, true) then
        events = events + 1
        assert.equal("table", type(cjson.decode(line)))
      end
      assert.is_nil(line:find("\r", 1, true), line)
    end
    assert.is_true(events > 5)
  end)
end)
