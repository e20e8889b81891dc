-- SPDX-License-Identifier: GPL-3.0-or-later
-- A trace that could not be written to its end is no reason to end a burn, but to say so.

local text = require "redbook.playlist.text"

---Says of each drive whose trace lacks commands, and why, on standard error (also with --quiet) and
---as an event.
---@param program string "burn"
---@param path string? of the trace
---@param drives table[] with `TraceProblem`, open ones
---@param emit fun(event: table)
return function(program, path, drives, emit)
  for _, drive in ipairs(path and drives or {}) do
    local why = drive.TraceProblem
    if why then
      local message = ("the trace %s is not complete: %s"):format(path, why)
      io.stderr:write(program, ".lua: ", text.printable(message), "\n")
      emit { event = "remark", name = "trace", message = message }
    end
  end
end
