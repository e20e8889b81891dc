-- SPDX-License-Identifier: GPL-3.0-or-later
-- The two codes that a disc carries: ISRCs of tracks, and its Media Catalog Number.

local codes = {}

-- Two letters, three letters or digits, seven digits.
local ISRC = "^%u%u" .. ("[%u%d]"):rep(3) .. ("%d"):rep(7) .. "$"
local DIGITS = "^" .. ("%d"):rep(13) .. "$"

---@param code string
---@return boolean whether it is one of ISO 3901's, without hyphens
function codes.is_isrc(code)
  return code:find(ISRC) ~= nil
end

---GS1's check digit: the last one makes the weighted sum a multiple of ten.
---@param digits string 13 of them
---@return boolean
function codes.check_digit_fits(digits)
  local sum = 0
  for place = 1, 13 do sum = sum + digits:byte(place) % 48 * (place % 2 == 1 and 1 or 3) end
  return sum % 10 == 0
end

---@param digits string
---@return boolean whether they are a Media Catalog Number: 13, the last one checks the others
function codes.is_catalog(digits)
  return digits:find(DIGITS) ~= nil and codes.check_digit_fits(digits)
end

return codes
