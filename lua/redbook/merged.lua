-- SPDX-License-Identifier: GPL-3.0-or-later

---A table with the fields of others; of two fields with one name the later one.
---@param ... table|nil
---@return table
local function merged(...)
  local made = {}
  for place = 1, select("#", ...) do
    for name, value in pairs((select(place, ...)) or {}) do made[name] = value end
  end
  return made
end

return merged
