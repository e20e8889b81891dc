-- SPDX-License-Identifier: GPL-3.0-or-later
-- Runs the programs of scripts/examples/ as they stand, on virtual drives that take real time.

local assert = require "luassert"
local burner = require "spec.support.burner"
local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

local examples = {}
examples.__index = examples

examples.NAMES = { "coroutine_host", "luv_host", "cqueues_host", "select_host" }
examples.SECTORS = 1500
-- What is cancelled in the first track: its writing takes ten seconds, if it is not.
examples.LONG = 17000

local FOLDER = sandbox.root .. "/scripts/examples/"
local LINE = "woken (%d+) times[%w ]*; (%d+) ticks, late by ([%d.]+) ms %(half%), "
  .. "([%d.]+) ms %(99 %%%), ([%d.]+) ms %(most%)"

---A folder with two sounds, one.wav and long.wav.
---@return table bench folder, pcm
function examples.new()
  local self = setmetatable({ folder = sandbox.folder(), commands = {} }, examples)
  self.pcm = burner.pcm(examples.SECTORS)
  sandbox.write(self.folder .. "/one.wav", burner.wav(self.pcm))
  sandbox.write(self.folder .. "/long.wav", burner.wav(burner.pcm(examples.LONG)))
  return self
end

function examples:close() sandbox.remove(self.folder) end

---A device for the command line; a disc of this name.
---@param name string
function examples.device(name)
  return sandbox.quote(("virtual:%s.cue?clock=real&personality=brisk"):format(name))
end

---To be run with others by `run`: most of a burn's time is waiting.
---@param name string of the run
---@param words string of the command line
function examples:add(name, words)
  self.commands[#self.commands + 1] = ("( %s %s >%s.out 2>%s.err; echo $? >%s.code ) &"):format(
    sandbox.env, words, name, name, name)
end

---Adds NAME.lua.
---@param run string
---@param name string
---@param arguments string
function examples:add_lua(run, name, arguments)
  self:add(run, ("%s %s.lua %s"):format(sandbox.lua, sandbox.quote(FOLDER .. name), arguments))
end

---Builds c_host.c as its comment says.
function examples:build_c_host()
  local code, out, err = sandbox.run(("${CC:-cc} -o c_host %sc_host.c "
    .. "$(pkg-config --cflags --libs lua5.4) -pthread"):format(FOLDER), self.folder)
  assert(code == 0, out .. err)
end

---Adds it, with the sanitizer's library of this pass.
---@param run string
---@param arguments string
function examples:add_c_host(run, arguments)
  local preload = os.getenv "REDBOOK_PRELOAD"
  self:add(run, (preload and "LD_PRELOAD=" .. preload or "") .. " ./c_host " .. arguments)
end

---Runs what was added, all at once.
function examples:run()
  local commands = table.concat(self.commands, "\n")
  local code, out, err = sandbox.run("{ " .. commands .. "\nwait; }", self.folder)
  assert(code == 0, out .. err)
end

---What came of one run.
---@param name string
---@return table run code, out, err, and of each "woken" line: woken, ticks, half, p99, most
function examples:told(name)
  local function read(suffix) return sandbox.read(self.folder .. "/" .. name .. suffix) end
  local run = { code = tonumber(read ".code"), out = read ".out", err = read ".err" }
  for woken, ticks, half, p99, most in run.out:gmatch(LINE) do
    run[#run + 1] = { woken = tonumber(woken), ticks = tonumber(ticks), half = tonumber(half),
      p99 = tonumber(p99), most = tonumber(most) }
  end
  return run
end

---The timers went on, and nobody was woken for nothing. 1500 sectors at 22x, start and end take
---seconds: hundreds of ticks on an idle machine. A report comes every half a second, a change of
---action, an end: a loop that spins is woken thousands of times.
---@param run table
function examples.ticked(run)
  assert.is_true(#run > 0, run.out .. run.err)
  for _, host in ipairs(run) do
    assert.is_true(host.ticks >= 20, run.out)
    assert.is_true(host.woken >= 3 and host.woken <= 100, run.out)
  end
end

---A run that burned these discs.
---@param run table
---@param ... string names
function examples:burned(run, ...)
  assert.same({ 0, "" }, { run.code, run.err })
  examples.ticked(run)
  for _, name in ipairs { ... } do
    assert.same({ state = "complete", open = false, tracks = 1, complete = true,
      sectors = examples.SECTORS, free = true, sound = true }, self:look(name))
  end
end

---A run that was cancelled in the first track.
---@param run table
---@param ... string names
function examples:cancelled(run, ...)
  assert.same({ 1, "" }, { run.code, run.err })
  local text = "not burned: E_IMAPI_REQUEST_CANCELLED (disc: open)"
  assert.truthy(run.out:find(text, 1, true), run.out)
  for _, name in ipairs { ... } do
    local disc = self:look(name)
    assert.is_true(disc.sectors >= 300)
    disc.sectors, disc.sound = nil, nil
    assert.same({ state = "appendable", open = true, tracks = 1, complete = true, free = true },
      disc)
  end
end

---How a disc was left, for another program.
---@param name string
---@return table view state, open, tracks, complete, sectors (of the first), free, sound (is right)
function examples:look(name)
  local path = self.folder .. "/" .. name
  local virtual <close> = assert(core.VirtualRecorder { path = path .. ".cue" })
  local recorder <close> = assert(virtual:Recorder())
  local free = recorder:AcquireExclusiveAccess(false, "another program")
  if free then assert(recorder:ReleaseExclusiveAccess()) end
  local media, tracks = assert(recorder:MediaSummary()), virtual:Tracks()
  local sound = sandbox.read(path .. ".bin"):sub(1, #self.pcm)
  return { state = media.State, open = media.SessionOpen, tracks = #tracks, free = free == true,
    complete = tracks[1].Complete, sectors = tracks[1].Sectors, sound = sound == self.pcm }
end

return examples
