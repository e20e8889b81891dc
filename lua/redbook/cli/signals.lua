-- SPDX-License-Identifier: GPL-3.0-or-later
-- INT, TERM and HUP as something that a burn can be told, instead of its sudden death.

local core = require "redbook.core"
local pause = require "redbook.pause"

local signals = {}

local CAUGHT = { "INT", "TERM", "HUP" }
-- How long a signal may go unnoticed while nothing but time passes.
local SLICE = 0.1

---Arms the trap. While it is armed every step of an operation, and `pause`, tells of a signal
---as soon as one comes; a second one does not end the process either. Close it, or let it be
---collected, when the drive is free.
---@return { pause: fun(seconds: number): string? } closable trap
function signals.arm()
  local trap = assert(core.trap_signals(CAUGHT))
  return setmetatable({
    trap = trap,
    pause = function(seconds)
      local signal = trap:take()
      while not signal and seconds > 0 do
        pause(math.min(seconds, SLICE))
        seconds = seconds - SLICE
        signal = trap:take()
      end
      return signal
    end,
  }, { __close = function() trap:close() end })
end

return signals
