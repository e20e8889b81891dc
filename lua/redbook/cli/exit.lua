-- SPDX-License-Identifier: GPL-3.0-or-later
-- From a failure to the exit code that scripts around burn.lua rely on.

local exit = {}

exit.OK = 0
exit.BUG = 1
exit.USAGE = 2
exit.DEVICE = 3
exit.BUSY = 4
exit.MEDIUM = 5
exit.SOURCE = 6
exit.SPACE = 7
exit.BURN = 10
exit.VERIFY = 11
exit.PLAN = 12

-- 128 + signal number, as shells report it.
exit.SIGNALS = { HUP = 129, INT = 130, TERM = 143 }

-- Codes that mean the same wherever they come from, as long as nothing has been written.
local BY_CODE = {
  [0x80070005] = exit.BUSY, [0xC0AA0210] = exit.BUSY,
  [0x80070057] = exit.DEVICE, [0x80070006] = exit.DEVICE, [0x80070037] = exit.DEVICE,
  [0xC0AA0201] = exit.DEVICE, [0xC0AA0208] = exit.DEVICE, [0xC0AA020A] = exit.DEVICE,
  [0xC0AA020B] = exit.DEVICE, [0xC0AA020C] = exit.DEVICE, [0xC0AA020D] = exit.DEVICE,
  [0xC0AA02FF] = exit.DEVICE, [0xC0AA050E] = exit.DEVICE,
  [0xC0AA0202] = exit.MEDIUM, [0xC0AA0203] = exit.MEDIUM, [0xC0AA0204] = exit.MEDIUM,
  [0xC0AA0205] = exit.MEDIUM, [0xC0AA0206] = exit.MEDIUM, [0xC0AA0207] = exit.MEDIUM,
  [0xC0AA0209] = exit.MEDIUM, [0xC0AA020F] = exit.MEDIUM, [0xC0AA0212] = exit.MEDIUM,
  [0xC0AA0506] = exit.MEDIUM, [0xC0AA0507] = exit.MEDIUM,
  [0x80AA0900] = exit.BUSY, [0x80AA0902] = exit.DEVICE, [0x80AA0903] = exit.DEVICE,
  [0x80AA0904] = exit.MEDIUM, [0x80AA0908] = exit.MEDIUM, [0xC0AA0909] = exit.MEDIUM,
  [0xC0AA090A] = exit.DEVICE,
  [0xC0AA0508] = exit.SPACE, [0xC0AA0509] = exit.SPACE, [0xC0AA050D] = exit.SOURCE,
}

local BY_STAGE = { arguments = exit.USAGE, device = exit.DEVICE, medium = exit.MEDIUM,
  source = exit.SOURCE, space = exit.SPACE, burn = exit.BURN, erase = exit.BURN,
  verify = exit.VERIFY }

-- What a plan is there to find out, and what a simulation is.
local PLANNED = { [exit.MEDIUM] = true, [exit.SOURCE] = true, [exit.SPACE] = true }
local SIMULATED = { [exit.BURN] = true, [exit.VERIFY] = true }

-- Stages that say more than any code.
local CERTAIN = { arguments = true, source = true, space = true, verify = true }

local function real(err)
  if CERTAIN[err.stage] then
    return BY_STAGE[err.stage]
  elseif err.disc == "untouched" and BY_CODE[err.code] then
    return BY_CODE[err.code]
  end
  return BY_STAGE[err.stage] or exit.BUG
end

---@param err redbook.Failure
---@param options? { plan: boolean, dummy: boolean } what was asked for
---@return integer
function exit.code(err, options)
  options = options or {}
  if err.signal then return exit.SIGNALS[err.signal] or exit.BUG end
  local code = real(err)
  if (options.plan and PLANNED[code]) or (options.dummy and SIMULATED[code]) then
    return exit.PLAN
  end
  return code
end

return exit
