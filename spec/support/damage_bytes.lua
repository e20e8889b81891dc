-- SPDX-License-Identifier: GPL-3.0-or-later
-- Bytes that are the same each time, and bytes put in the place of others; for damage.lua.

local bytes_of = {}

-- A generator of our own: math.random differs between Lua versions.
local function random(seed)
  local state = seed
  return function(limit)
    state = (state * 1103515245 + 12345) % 2147483648
    return state // 65536 % limit
  end
end

---@param size integer
---@param seed integer
---@return string noise the same bytes each time
function bytes_of.noise(size, seed)
  local below, bytes = random(seed), {}
  for index = 1, size do bytes[index] = string.char(below(256)) end
  return table.concat(bytes)
end

---@param bytes string
---@param at integer first byte that is replaced, counted from 0
---@param new string
---@return string
function bytes_of.put(bytes, at, new)
  return bytes:sub(1, at) .. new .. bytes:sub(at + #new + 1)
end

---@param bytes string
---@param at integer counted from 0
---@param mask integer the bits that turn
---@return string
function bytes_of.flip(bytes, at, mask)
  return bytes_of.put(bytes, at, string.char(bytes:byte(at + 1) ~ mask))
end

return bytes_of
