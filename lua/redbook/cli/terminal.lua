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

---@param getenv fun(name: string): string?
---@return integer columns $COLUMNS when a shell exports it, else 80
function terminal.width(getenv)
  local columns = math.tointeger(tonumber(getenv "COLUMNS"))
  return columns and columns >= 40 and columns <= 500 and columns or 80
end

return terminal
