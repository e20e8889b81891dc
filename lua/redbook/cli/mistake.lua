-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is said when redbook itself is at fault: in the same three lines as any failure, and then
-- where it happened, for whoever mends it.

---@param program string "burn"
---@param trace any a message and a traceback; an error object has none
---@return string text with its line ends
return function(program, trace)
  local message = tostring(trace):match "^[^\n]*"
  return table.concat({ ("%s: a mistake in redbook itself: %s"):format(program, message),
    "disc: The drive has been let go; a disc that was being written was not closed.",
    "what to do: report it with the lines below; rescue.lua tells how the disc is, and goes on "
      .. "with it", tostring(trace), "" }, "\n")
end
