-- SPDX-License-Identifier: GPL-3.0-or-later
-- The two codes that a disc carries: ISRCs of tracks, and its Media Catalog Number.

local codes = {}

---@param code string
---@return boolean whether it is one of ISO 3901's, without hyphens
function codes.is_isrc(code)
  return code:find "^%u%u[%u%d][%u%d][%u%d]%d%d%d%d%d%d%d$" ~= nil
end

---GS1's check digit: the last one makes the weighted sum a multiple of ten.
---@param digits string 13 of them
---@return boolean
function codes.check_digit_fits(digits)
  local sum = 0
  for place = 1, 13 do sum = sum + digits:byte(place) % 48 * (place % 2 == 1 and 1 or 3) end
  return sum % 10 == 0
end

return codes
