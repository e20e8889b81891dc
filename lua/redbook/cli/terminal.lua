-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether a person looks at a stream, how wide their window is, and what it can show.

local core = require "redbook.core"

local terminal = {}

local STREAMS = { [0] = "stdin", "stdout", "stderr" }

---@param descriptor integer 0, 1 or 2
---@return boolean
function terminal.is_tty(descriptor)
  return core.terminal_columns(io[STREAMS[descriptor]]) ~= nil
end

local function sensible(value)
  local columns = math.tointeger(tonumber(value))
  return columns and columns >= 20 and columns <= 1000 and columns
end

---@param getenv fun(name: string): string?
---@param stream file*? the terminal to ask
---@return integer columns $COLUMNS, else the terminal's at this moment, else 80
function terminal.width(getenv, stream)
  return sensible(getenv "COLUMNS") or stream and sensible(core.terminal_columns(stream)) or 80
end

local function set(getenv, name)
  local value = getenv(name)
  return value ~= nil and value ~= "" and value or nil
end

---@param getenv fun(name: string): string?
---@return boolean whether the locale's characters are UTF-8 (locale(7): LC_ALL, LC_CTYPE, LANG)
function terminal.is_utf8(getenv)
  local locale = set(getenv, "LC_ALL") or set(getenv, "LC_CTYPE") or set(getenv, "LANG") or "C"
  return locale:lower():find "utf%-?8" ~= nil
end

---How text for people is shown, as `report.text` takes it. With --json it goes to standard error,
---and lines are not redrawn when the events are on a terminal too: they would run into each other.
---@param options { json: boolean?, verbose: boolean?, quiet: boolean? } of the command line
---@param getenv fun(name: string): string?
---@return redbook.TextOptions
function terminal.look(options, getenv)
  local out = options.json and io.stderr or io.stdout
  local dumb = getenv "TERM" == "dumb"
  local capable = not dumb and not set(getenv, "NO_COLOR")
  local mixed = options.json and terminal.is_tty(1)
  local tty, err_tty = terminal.is_tty(options.json and 2 or 1), terminal.is_tty(2)
  return { out = out, err = io.stderr, tty = tty and not dumb and not mixed,
    err_tty = err_tty, width = function() return terminal.width(getenv, out) end,
    utf8 = terminal.is_utf8(getenv), colour = tty and capable and not mixed,
    err_colour = err_tty and capable, verbose = options.verbose, quiet = options.quiet }
end

return terminal
