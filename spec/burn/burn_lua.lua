-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the specs of burn.lua share: a folder with sound files, the script run in it, the disc.

local cjson = require "cjson"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local burn_lua = {}

burn_lua.SECTOR = 2352

-- What makes a disc's name one of a drive in real time: what is met in the middle of a long track
-- of it is in the middle for half a minute.
burn_lua.PACED = "?clock=real&personality=brisk"

---Lines for sh: run a program in the background as $pid, its events in the file `out`, the rest in
---`err`; as soon as a condition is true, or the program has ended, do something, and wait for its
---end, whose exit code is theirs.
---@param command string
---@param condition string command for sh
---@param act string more commands
---@return string
function burn_lua.meanwhile(command, condition, act)
  return ([[:
    %s >out 2>err & pid=$!
    for i in $(seq 12000); do
      %s && break
      grep -q '^State:.[^Z]' /proc/$pid/status 2>/dev/null || break
      sleep 0.01
    done
    %s
    wait $pid]]):format(command, condition, act)
end

---A condition for `meanwhile`: the pattern stands among the events.
---@param pattern string of grep
---@return string
function burn_lua.said(pattern) return ("grep -q -e '%s' out"):format(pattern) end

---Words for the interpreter, before a script: the process sends itself a signal as soon as it
---writes an event of this action. By then nobody can be too late, however slow the machine is.
---@param action string
---@return string its signal is $SIGNAL
function burn_lua.at_action(action)
  return sandbox.quote(([[-elocal json, posix = require "redbook.report.json", require "posix"
    local line, signal = json.line, posix["SIG" .. os.getenv "SIGNAL"]
    function json.line(event)
      if event.action == %q and signal then
        posix.kill(posix.getpid(), signal)
        signal = nil
      end
      return line(event)
    end]]):format(action))
end

-- Before a program, it makes the seconds of a countdown so long that nobody is late.
local LONG_SECONDS = [[-e 'local pause = require "redbook.pause"
  package.loaded["redbook.pause"] = function(seconds) return pause(20 * seconds) end']]

---Lines for sh: run a script of this checkout on a terminal of script(1), and type ^C as soon as a
---text stands there. What was shown is in the file `typescript`, the exit code is the script's.
---@param words string the script's name, and the command line after it
---@param text string
---@return string
function burn_lua.stopped(words, text)
  local command = ("exec env %s NO_COLOR=1 %s %s %s/scripts/%s"):format(sandbox.env, sandbox.lua,
    LONG_SECONDS, sandbox.root, words)
  return ([[rm -f typescript
    { for i in $(seq 6000); do
        grep -q -e %s typescript 2>/dev/null && break
        sleep 0.01
      done
      printf '\003'
    } | script -qefc %s typescript >/dev/null]]):format(sandbox.quote(text),
    sandbox.quote(command))
end

local Room = {}
Room.__index = Room

---A folder to run burn.lua in. Everything in it is named relative to it.
---@return table room
function burn_lua.room()
  return setmetatable({ folder = sandbox.folder() }, Room)
end

function Room:close()
  sandbox.remove(self.folder)
end

function Room:write(name, content) sandbox.write(self.folder .. "/" .. name, content) end
function Room:read(name) return sandbox.read(self.folder .. "/" .. name) end
function Room:has(name) return lfs.attributes(self.folder .. "/" .. name) ~= nil end

---Runs a command in the folder; it must succeed.
---@return string out
function Room:must(command)
  local code, out, err = sandbox.run(command, self.folder)
  assert(code == 0, command .. "\n" .. out .. err)
  return out
end

---@param seconds string of sox' synth, "100000s" counts samples
---@param effects? string for another tone than 440 Hz
function Room:wav(name, seconds, effects)
  self:must(("sox -D -r 44100 -n -b 16 -c 2 %s synth %s %s gain -6"):format(name, seconds,
    effects or "sine 440 sine 550"))
end

---The PCM of a 44.1 kHz 16-bit file as sox decodes it, filled up to whole sectors and to 4
---seconds.
function Room:pcm(name)
  local bytes = self:must(("sox %s -t raw -e signed -b 16 -L -"):format(name))
  local sectors = math.max((#bytes + burn_lua.SECTOR - 1) // burn_lua.SECTOR, 300)
  return bytes .. ("\0"):rep(sectors * burn_lua.SECTOR - #bytes)
end

---A disc of tracks as sox cuts them from a sound file, padded, with the drive's gaps between.
---@param cuts integer[] sectors where tracks begin
function Room:disc_of(sound, cuts)
  local parts = {}
  for index, cut in ipairs(cuts) do
    local stop = cuts[index + 1] and ("=%ds"):format(cuts[index + 1] * 588) or ""
    local bytes = self:must(("sox %s -t raw -e signed -b 16 -L - trim =%ds %s"):format(sound,
      cut * 588, stop))
    parts[index] = bytes .. ("\0"):rep(-#bytes % burn_lua.SECTOR)
  end
  return table.concat(parts, ("\0"):rep(152 * burn_lua.SECTOR))
end

---@param words string the command line after the script's name, for sh
---@param before? string assignments for the environment
---@return integer code
---@return string out
---@return string err
function Room:burn(words, before)
  return sandbox.run(("%s %s %s %s/scripts/burn.lua %s"):format(sandbox.env, before or "",
    sandbox.lua, sandbox.root, words), self.folder)
end

---The same with --json.
---@return integer code
---@return table[] events
---@return string err
function Room:events(words, before)
  local code, out, err = self:burn("--json " .. words, before)
  return code, burn_lua.decode(out), err
end

function burn_lua.decode(out)
  local events = {}
  for line in out:gmatch "([^\n]*)\n" do events[#events + 1] = cjson.decode(line) end
  return events
end

---@return table? event the first of that name
function burn_lua.find(events, name)
  for _, event in ipairs(events) do
    if event.event == name then return event end
  end
end

---The `REM REDBOOK` lines of a disc, without the words that all have.
---@return string[]
function Room:remarks(disc)
  local list = {}
  for line in self:read(disc):gmatch "REM REDBOOK ([^\r\n]*)" do list[#list + 1] = line end
  return list
end

---Sectors of a disc's image.
---@return string bytes
function Room:sectors(image, first, count)
  local file <close> = assert(io.open(self.folder .. "/" .. image, "rb"))
  assert(file:seek("set", first * burn_lua.SECTOR))
  return file:read(count * burn_lua.SECTOR) or ""
end

return burn_lua
