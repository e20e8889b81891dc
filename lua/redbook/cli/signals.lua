-- SPDX-License-Identifier: GPL-3.0-or-later
-- INT, TERM and HUP as something that a burn can be told, instead of its sudden death.

local core = require "redbook.core"
local pause = require "redbook.pause"

local signals = {}

local CAUGHT = { "INT", "TERM", "HUP" }
-- How long a signal may go unnoticed while nothing but time passes.
local SLICE = 0.1

-- One in a process, kept until its end: a second ^C must not turn the exit code into that of a
-- crash while the last lines are being written.
local armed

local function new_trap()
  local trap = assert(core.trap_signals(CAUGHT))
  return {
    pause = function(seconds)
      local signal = trap:take()
      while not signal and seconds > 0 do
        pause(math.min(seconds, SLICE))
        seconds = seconds - SLICE
        signal = trap:take()
      end
      return signal
    end,
    ignore = function() trap:ignore() end,
  }
end

---Arms the trap, once in a process. While it is armed every step of an operation, and `pause`,
---tells of a signal as soon as one comes; a second one does not end the process either.
---@return { pause: fun(seconds: number): string? } trap
function signals.arm()
  armed = armed or new_trap()
  return armed
end

---For a program that has its exit code: from now on signals change nothing about it.
function signals.ignore()
  if armed then armed.ignore() end
  armed = nil
end

return signals
