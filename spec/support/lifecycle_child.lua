-- SPDX-License-Identifier: GPL-3.0-or-later
-- The inside of a lifecycle spec: what the scripts that spec/support/lifecycle.lua runs have in
-- common. Their first argument is the disc.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local posix = require "posix"
local sounds = require "spec.support.lifecycle_sounds"

-- A script that hangs dies by SIGALRM, and its spec fails instead of waiting for ever.
posix.alarm(180)

local child = { core = core, posix = posix, sounds = sounds }

-- The writer waits for a full FIFO before it begins: with this one and a source that has given
-- FED bytes, at least FED - FIFO bytes (222 sectors) have been taken out to be written.
local FIFO = 1 << 20
local FED = 3 << 19

-- By its name the drive can be found again from everywhere in the process.
local function recorder(options)
  if options.by_name then
    return assert(core.Recorder("virtual:" .. arg[1], { trace = options.trace }))
  end
  local virtual = assert(core.VirtualRecorder { path = options.disc or arg[1],
    faults = options.faults })
  return assert(virtual:Recorder { trace = options.trace }), virtual
end

---A prepared TrackAtOnce. Nothing but what is returned refers to the drive.
---@param options? { trace: string?, faults: table[]?, disc: string?, by_name: boolean? }
---@return table tao
---@return table? virtual unless by name
function child.prepared(options)
  local drive, virtual = recorder(options or {})
  local tao = core.TrackAtOnce()
  tao.Recorder = drive
  tao.ClientName, tao.FifoBytes = "lifecycle", FIFO
  assert(tao:PrepareMedia())
  return tao, virtual
end

---Burns the first track, whole.
---@param tao table
function child.whole(tao)
  assert(tao:AddAudioTrack(burner.feeder(sounds.first()), { length = sounds.FIRST }))
end

---A source for the second, long track, which calls `act` once in the middle of it.
---@param act fun()
---@param times? integer how often it repeats its sound: what must be noticed before its end needs
---some, on a machine that is busy with other things
---@return fun(bytes: integer): string?
---@return table options of AddAudioTrack
function child.long(act, times)
  times = times or 1
  local feed, given = burner.feeder(sounds.long():rep(times)), 0
  return function(bytes)
    if given >= FED and act then
      local now = act
      act = nil
      now()
    end
    local part = feed(bytes)
    given = given + #(part or "")
    return part
  end, { length = sounds.LONG * times }
end

---Begins the long track and steps it into its middle.
---@param tao table
---@return table operation
function child.begun(tao)
  local inside = false
  local operation = assert(tao:BeginAddAudioTrack(child.long(function() inside = true end)))
  repeat operation:step(0) until inside
  return operation
end

---Tells the spec something: one line.
---@param text any
function child.say(text)
  io.write(tostring(text), "\n")
  io.flush()
end

---Waits until the spec lets it go on, or ends.
function child.wait()
  io.read "l"
end

return child
