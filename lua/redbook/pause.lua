-- SPDX-License-Identifier: GPL-3.0-or-later
-- Lets time pass where a recipe waits and no host gave it a better way.

---@param seconds number 0 returns at once
local function pause(seconds)
  if seconds <= 0 then return end
  -- Lua has no sleep. A child process is slow, but a wait is what is wanted, and ^C ends it.
  local child = assert(io.popen(("exec sleep %.3f"):format(seconds), "r"))
  child:close()
end

return pause
