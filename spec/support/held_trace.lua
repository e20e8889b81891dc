-- SPDX-License-Identifier: GPL-3.0-or-later
-- A trace that is read while it is written, and holds its writer up: a pipe of one page, which
-- takes some 30 commands more than were looked at. Whatever else the machine does, a burn is then
-- not over before it has been looked at.

local posix = require "posix"

local held_trace = {}
held_trace.__index = held_trace

---@field SLACK integer so many commands may have come after those that were counted, at most
held_trace.SLACK = 40

---@param path string of the pipe, which is made
---@return table trace lines (integer, those that were looked at, the head of the trace among them)
function held_trace.new(path)
  return setmetatable({ fd = assert(posix.narrow_pipe(path)), parts = {}, lines = 0 }, held_trace)
end

---Looks at some lines more.
---@param seconds number waits so long for the first byte of them
---@return integer lines altogether
function held_trace:look(seconds)
  local bytes = posix.read(self.fd, seconds, 256)
  if bytes then
    self.parts[#self.parts + 1] = bytes
    self.lines = self.lines + select(2, bytes:gsub("\n", ""))
  end
  return self.lines
end

---The whole of it, once nobody writes any more.
---@return string
function held_trace:finish()
  if self.fd then
    local before
    repeat
      before = #self.parts
      self:look(0)
    until #self.parts == before
    posix.close(self.fd)
    self.fd = nil
  end
  return table.concat(self.parts)
end

return held_trace
