-- SPDX-License-Identifier: GPL-3.0-or-later
-- The outside of a lifecycle spec: runs a script in a process of its own, talks with it line by
-- line, and looks at its disc and its lock as another program does.

local core = require "redbook.core"
local lfs = require "lfs"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"
local sounds = require "spec.support.lifecycle_sounds"

local lifecycle = {}

local SECTOR = 2352
local GAP = 152 -- from the end of a track to the start of the next: run-out, link, pregap

local quote = sandbox.quote

-- Waits until `condition` holds: long enough for a sanitizer on a busy machine.
local function await(what, condition)
  local deadline = posix.monotonic() + 120
  while true do
    local value = condition()
    if value then return value end
    assert(posix.monotonic() < deadline, "waited in vain: " .. what)
    posix.sleep(0.005)
  end
end

lifecycle.await = await

-- The process of a script ------------------------------------------------------------------------

local Process = {}
Process.__index = Process

---The next line that it says; fails with what it wrote to standard error when it has ended.
---@return string
function Process:line()
  local line = self.pipe:read "l"
  if line then return line end
  error("the process said no more:\n" .. sandbox.read(self.err), 2)
end

---Lets a script that waits go on.
function Process:go()
  assert(self.stdin:write "\n")
  assert(self.stdin:flush())
end

---@param number integer
function Process:kill(number)
  assert(posix.kill(self.pid, number))
end

local function status_of(path)
  local file <close> = io.open(path .. "/status")
  return file and file:read "a"
end

-- It has ended, though nobody may have asked for its exit code yet.
local function gone(pid)
  local status = status_of(("/proc/%d"):format(pid))
  return not status or status:match "State:%s*(%a)" == "Z"
end

-- What tells whether its threads have run: how often each has gone to sleep. nil while one runs
-- or has a signal to deal with.
local function asleep(pid)
  local counts, tasks = {}, ("/proc/%d/task"):format(pid)
  for task in lfs.dir(tasks) do
    local status = task:find "%d" and status_of(tasks .. "/" .. task)
    if status then
      local pending = status:match "SigPnd:%s*(%x+)" .. status:match "ShdPnd:%s*(%x+)"
      if status:match "State:%s*(%a)" ~= "S" or pending:find "[^0]" then return nil end
      counts[#counts + 1] = task .. ":" .. table.concat({ status:match
        "voluntary_ctxt_switches:%s*(%d+)\nnonvoluntary_ctxt_switches:%s*(%d+)" }, "+")
    end
  end
  return table.concat(counts, " ")
end

---All threads of the process sleep, and none has run between two looks at all of them: nothing
---but somebody outside will wake it. It has dealt with all signals. True also when it has ended.
---@param pid integer
---@return boolean
local function still(pid)
  if gone(pid) then return true end
  local before = asleep(pid)
  return before ~= nil and before == asleep(pid)
end

---Waits until a process stands still.
---@param pid integer
function lifecycle.stand_still(pid)
  await("the process stands still", function() return still(pid) end)
end

---Sends a signal and waits until the process has dealt with it and stands still again.
---@param number integer
function Process:signal(number)
  self:kill(number)
  lifecycle.stand_still(self.pid)
end

-- What the leak checker says in a forked child about the threads that were not copied.
local NOT_COPIED = "==%d+==Running thread %d+ was not suspended%. False leaks are possible%.\n"

---Waits for its end.
---@return string how "exit" or "signal"
---@return integer number exit code or signal
---@return string out what it said last
---@return string err
function Process:finish()
  self.stdin:close()
  local out = self.pipe:read "a"
  local _, how, number = self.pipe:close()
  self.ended = true
  return how, number, out, (sandbox.read(self.err):gsub(NOT_COPIED, ""))
end

---For the end of a spec that may have failed.
function Process:close()
  if self.ended then return end
  posix.kill(self.pid, posix.SIGKILL)
  self:finish()
end

Process.__close = Process.close

-- A trace that holds the drive still -------------------------------------------------------------

-- The trace of the drive's commands goes into a named pipe. While nobody reads, the drive stands
-- still as soon as the pipe is full: some 300 commands after the last one that was read.
local Trace = {}
Trace.__index = Trace

-- The opcode of the next command; nil when the process has ended. Between two openings of the
-- drive the pipe has no writer and seems to end.
local function next_opcode(self, process)
  while true do
    local alive = not gone(process.pid)
    local line = self.file:read "l"
    local opcode = line and line:match '"cdb":"(%x%x)'
    if opcode then
      self.opcodes[#self.opcodes + 1] = opcode
      return opcode
    elseif not line then
      if not alive then return nil end
      posix.sleep(0.002)
    end
  end
end

---Reads on until a command with this opcode has been seen so many times more.
---@param process table
---@param opcode string two hexadecimal digits
---@param times integer
function Trace:read_until(process, opcode, times)
  while times > 0 do
    local seen = next_opcode(self, process)
    if not seen then error("the process ended early:\n" .. sandbox.read(process.err), 2) end
    if seen == opcode then times = times - 1 end
  end
end

---Lets the drive run: reads until the process has ended.
---@param process table
---@return string[] opcodes of all that was sent
function Trace:run(process)
  repeat until not next_opcode(self, process)
  return self.opcodes
end

-- A case -----------------------------------------------------------------------------------------

local Case = {}
Case.__index = Case

---A folder with a disc that is not there yet.
---@return table case folder, disc
function lifecycle.case()
  local folder = sandbox.folder()
  return setmetatable({ folder = folder, disc = folder .. "/disc.cue" }, Case)
end

---Runs a command line in the background; `exec` makes its process ours.
---@param command string
---@param environment? string assignments for sh
---@return table process
function Case:command(command, environment)
  local stdin, err = self.folder .. "/stdin", self.folder .. "/stderr"
  os.remove(stdin)
  assert(os.execute("mkfifo " .. quote(stdin)))
  local pipe = assert(io.popen(("echo $$; export %s %s; exec %s <%s 2>%s"):format(sandbox.env,
    environment or "", command, quote(stdin), quote(err))))
  local process = setmetatable({ pipe = pipe, err = err }, Process)
  process.pid = assert(tonumber(pipe:read "l"))
  -- The first opening waits for the process to have its end. The second has a reading end, too:
  -- what is written to a process that has ended must not be a broken pipe.
  local _writer <close> = assert(io.open(stdin, "w"))
  process.stdin = assert(io.open(stdin, "r+"))
  self.process = process
  return process
end

---Runs a script, which finds `child` (lifecycle_child.lua) and is given the disc.
---@param text string
---@param environment? string assignments for sh
---@return table process
function Case:start(text, environment)
  local path = self.folder .. "/script.lua"
  sandbox.write(path, ('local child = require "spec.support.lifecycle_child"\n' .. text))
  return self:command(("%s %s %s"):format(sandbox.lua, quote(path), quote(self.disc)),
    ("%s LUA_PATH=%s"):format(environment or "", quote(("%s/?.lua;%s/lua/?.lua;%s/lua/?/init.lua;;")
      :format(sandbox.root, sandbox.root, sandbox.root))))
end

---A named pipe for a trace, with its reading end in our hands.
---@return table trace its `path` is for the process
function Case:trace()
  local path = self.folder .. "/trace"
  assert(os.execute("mkfifo " .. quote(path)))
  -- To open the reading end alone would wait for a writer.
  local _both <close> = assert(io.open(path, "r+"))
  local file = assert(io.open(path, "r"))
  file:setvbuf "no" -- what is not asked for stays in the pipe
  return setmetatable({ path = path, file = file, opcodes = {} }, Trace)
end

---Ends what still runs and removes the folder.
function Case:close()
  if self.process then self.process:close() end
  sandbox.remove(self.folder)
end

Case.__close = Case.close

---Whether somebody has the drive to himself.
---@return boolean
function Case:held()
  return posix.locked(self.folder .. "/disc.bin")
end

---What another program finds: it takes the drive for itself and lets it go again, then looks.
---@return table? look state, open (its session), tracks, incomplete
---@return table? err why the drive cannot be had
function Case:look()
  local virtual <close> = assert(core.VirtualRecorder { path = self.disc })
  local recorder <close> = assert(virtual:Recorder())
  local free, err = recorder:AcquireExclusiveAccess(false, "other program")
  if not free then return nil, err end
  assert(recorder:ReleaseExclusiveAccess())
  local media = assert(recorder:MediaSummary())
  return { state = media.State, open = media.SessionOpen, tracks = virtual:Tracks(),
    incomplete = virtual:View().IncompleteTracks }
end

---The sound of a track as it lies on the disc.
---@param track table of `look().tracks`
---@return string pcm
function Case:sound(track)
  local file <close> = assert(io.open(self.folder .. "/disc.bin", "rb"))
  assert(file:seek("set", track.StartLba * SECTOR))
  return file:read(track.Sectors * SECTOR) or ""
end

-- Expectations: each raises a sentence -----------------------------------------------------------

local function expect(name, wanted, got)
  if wanted == got then return end
  error(("%s: expected %s, found %s"):format(name, tostring(wanted), tostring(got)), 3)
end

local function expect_first(case, tracks)
  expect("the first track's start", 0, tracks[1].StartLba)
  expect("the first track's length", sounds.FIRST, tracks[1].Sectors)
  expect("the first track is complete", true, tracks[1].Complete)
  expect("the first track's sound is right", true, case:sound(tracks[1]) == sounds.first())
end

-- A complete track of at least 300 sectors: the beginning of the long one (so many times
-- repeated), then silence.
local function expect_cut(case, track, times)
  expect("the cut track's start", sounds.FIRST + GAP, track.StartLba)
  expect("the cut track is complete", true, track.Complete)
  expect("the cut track has 4 s", true, track.Sectors >= 300)
  expect("the cut track is cut", true, track.Sectors < sounds.LONG * times)
  local pcm, sound = sounds.long(), case:sound(track)
  expect("bytes of the cut track", track.Sectors * SECTOR, #sound)
  local whole = 0
  while whole < track.Sectors do
    local from = whole % sounds.LONG * SECTOR
    local sector = sound:sub(whole * SECTOR + 1, (whole + 1) * SECTOR)
    if sector ~= pcm:sub(from + 1, from + SECTOR) then break end
    whole = whole + 1
  end
  expect("sectors of sound in the cut track, 200 or more", true, whole >= 200)
  expect("the rest of the cut track is silent", nil, sound:find("[^\0]", whole * SECTOR + 1))
end

---The drive is free, the disc open; the first track is whole and the second, long one is
---"whole", "cut" (ended early, complete), or there is none.
---@param second? "whole"|"cut"
---@param look? table
---@param times? integer how often the long track repeats its sound
function Case:expect_open(second, look, times)
  local err
  if not look then look, err = self:look() end
  assert(look, err)
  expect("state of the disc", "appendable", look.state)
  expect("the session is open", true, look.open)
  expect("incomplete tracks", 0, look.incomplete)
  expect("tracks", second and 2 or 1, #look.tracks)
  expect_first(self, look.tracks)
  if second == "cut" then expect_cut(self, look.tracks[2], times or 1) end
  if second ~= "whole" then return end
  expect("the long track is complete", true, look.tracks[2].Complete)
  expect("the long track's sound is right", true, self:sound(look.tracks[2]) == sounds.long())
  expect("the sheet names no track of an open session", nil,
    sandbox.read(self.disc):find "\n%s*TRACK %d")
end

---As a killed process leaves it: the first track whole, the second incomplete, its beginning
---there.
function Case:expect_broken()
  local look = assert(self:look())
  expect("the session is open", true, look.open)
  expect("incomplete tracks", 1, look.incomplete)
  expect_first(self, look.tracks)
  expect("tracks", 2, #look.tracks)
  expect("the broken track is complete", false, look.tracks[2].Complete)
  expect("the broken track's start", sounds.FIRST + GAP, look.tracks[2].StartLba)
  local sound = self:sound({ StartLba = sounds.FIRST + GAP, Sectors = 100 })
  expect("the broken track's beginning is there", true,
    sound == sounds.long():sub(1, 100 * SECTOR))
end

---ReleaseMedia's end: closed, with all tracks.
---@param count integer
function Case:expect_finalised(count)
  local look = assert(self:look())
  expect("state of the disc", "complete", look.state)
  expect("tracks", count, #look.tracks)
  expect_first(self, look.tracks)
  local _, listed = sandbox.read(self.disc):gsub("\n%s*TRACK %d%d AUDIO", "")
  expect("tracks in the sheet", count, listed)
  if count < 2 then return end
  expect("the long track is complete", true, look.tracks[2].Complete)
  expect("the long track's sound is right", true, self:sound(look.tracks[2]) == sounds.long())
end

return lifecycle
