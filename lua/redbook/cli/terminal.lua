-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether a person looks at a stream, and how wide their window is.

local lfs = require "lfs"

local terminal = {}

---@param descriptor integer 0, 1 or 2
---@return boolean
function terminal.is_tty(descriptor)
  local target = lfs.symlinkattributes("/proc/self/fd/" .. descriptor, "target")
  return target ~= nil and (target:find "^/dev/pts/%d" or target:find "^/dev/tty"
    or target:find "^/dev/console") ~= nil
end

-- What the terminal itself says; shells seldom export $COLUMNS.
local function ask()
  local stty = io.popen("stty size 2>/dev/null </dev/tty", "r")
  local answer = stty and stty:read "l"
  if stty then stty:close() end
  return answer and answer:match "^%d+ (%d+)$"
end

local function sensible(value)
  local columns = math.tointeger(tonumber(value))
  return columns and columns >= 20 and columns <= 1000 and columns
end

---@param getenv fun(name: string): string?
---@param tty boolean whether there is a terminal to ask
---@return integer columns $COLUMNS, else the terminal's, else 80
function terminal.width(getenv, tty)
  return sensible(getenv "COLUMNS") or (tty and sensible(ask())) or 80
end

return terminal
