-- SPDX-License-Identifier: GPL-3.0-or-later
-- A terminal whose screen can be read: tmux, without anybody who looks at it.

local posix = require "posix"
local sandbox = require "spec.support.sandbox"

local screen = {}

-- Each its own socket: a server that was killed answers a moment longer.
local count = 0

local Screen = {}
Screen.__index = Screen
Screen.__close = function(self) self:tmux "kill-server" end

function Screen:tmux(words)
  local code, out, err = sandbox.run(("LC_ALL=C.UTF-8 tmux -u -S %s -f /dev/null %s"):format(
    sandbox.quote(self.socket), words), self.folder)
  if code ~= 0 then error(("tmux %s: %s"):format(words, err), 2) end
  return out
end

---Starts a command in a terminal; close it.
---@param folder string to run in, and for tmux's socket
---@param columns integer
---@param rows integer
---@param command string for sh
---@return table screen
function screen.open(folder, columns, rows, command)
  count = count + 1
  local self = setmetatable({ folder = folder, socket = ("%s/tmux.%d"):format(folder, count) },
    Screen)
  sandbox.write(folder .. "/command.sh", command .. "\nprintf '[ended %d]' $?\nsleep 1000\n")
  self:tmux(("new-session -d -x %d -y %d sh command.sh"):format(columns, rows))
  return self
end

---What stands on the screen, without empty lines at its end.
---@return string
function Screen:read()
  return (self:tmux("capture-pane -p"):gsub("\n+$", "\n"))
end

---@param pattern string of Lua, that the screen is waited for to match
---@param seconds number? at most, default 120
---@return string screen
function Screen:wait(pattern, seconds)
  local limit = posix.monotonic() + (seconds or 120)
  local shown = self:read()
  while not shown:find(pattern) do
    if posix.monotonic() > limit then
      error(("the screen does not show '%s':\n%s"):format(pattern, shown), 2)
    end
    posix.sleep(0.05)
    shown = self:read()
  end
  return shown
end

---@param text string typed as it is; "\t" is the tabulator
function Screen:type(text)
  self:tmux("send-keys -l " .. sandbox.quote(text))
end

---tmux gives a new size to its terminal a moment later; this waits for that.
---@param columns integer
function Screen:resize(columns)
  self:tmux(("resize-window -x %d"):format(columns))
  local terminal = self:tmux("display-message -p '#{pane_tty}'"):gsub("%s", "")
  local limit = posix.monotonic() + 120
  repeat
    posix.sleep(0.02)
    local _, size = sandbox.run("stty size <" .. terminal)
  until size:find("^%d+ " .. columns .. "\n") or posix.monotonic() > limit
end

return screen
