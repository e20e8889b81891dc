-- SPDX-License-Identifier: GPL-3.0-or-later
-- A drive that stands still for as long as a spec wants: the trace of its commands goes into a pipe
-- that is full.

local sandbox = require "spec.support.sandbox"

local gate = {}
gate.__index = gate

---A gate that is not shut yet: it lets some 300 commands through.
---@param folder string where the pipe is made
---@return table gate its `path` is for the `trace` of a recorder
function gate.new(folder)
  local path = folder .. "/gate"
  assert(os.execute("mkfifo " .. sandbox.quote(path)))
  -- Both ends: neither we nor the recorder wait for the other.
  return setmetatable({ path = path, file = assert(io.open(path, "r+b")) }, gate)
end

---From now on no command comes to its end.
function gate:shut()
  assert(not os.execute(("dd if=/dev/zero of=%s bs=4096 oflag=nonblock 2>/dev/null"):format(
    sandbox.quote(self.path))), "a pipe that is never full")
end

---Lets the drive run from now on. Harmless when repeated.
function gate:open()
  if not self.file then return end
  -- The shell has the reading end before ours is closed.
  assert(os.execute(("exec 3<%s; cat <&3 >/dev/null 2>&1 3<&- &"):format(
    sandbox.quote(self.path))))
  self.file:close()
  self.file = nil
  assert(os.remove(self.path))
end

gate.__close = gate.open

return gate
