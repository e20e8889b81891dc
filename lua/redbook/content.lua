-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a file holds, unless it is longer than its kind ever is.

local cjson = require "cjson"

local content = {}

-- `read(limit)` at once would take that much memory first, however short the file is.
local BLOCK = 1 << 16

---@param path string
---@param limit integer bytes
---@return string? bytes
---@return string? problem without the path: "No such file or directory"
---@return boolean? long true when it is longer than the limit
function content.of(path, limit)
  local file <close>, problem = io.open(path, "rb")
  if not file then return nil, (problem:gsub("^.*: ", "")) end
  local blocks, length = {}, 0
  while length <= limit do
    local block, failure = file:read(BLOCK)
    if failure then return nil, failure end
    if not block then return table.concat(blocks) end
    blocks[#blocks + 1], length = block, length + #block
  end
  return nil, ("longer than %d MiB"):format(limit >> 20), true
end

---@param path string
---@param limit integer bytes
---@return any? data null is `cjson.null`
---@return string? problem without the path
---@return ("long"|"broken")? kind broken: it is no JSON
function content.json(path, limit)
  local text, problem, long = content.of(path, limit)
  if not text then return nil, problem, long and "long" or nil end
  local ok, data = pcall(cjson.decode, text)
  if ok then return data end
  return nil, text == "" and "it is empty" or "it is no JSON: " .. tostring(data), "broken"
end

---@param bytes string
---@return string hexadecimal
function content.hexadecimal(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

---What stands beside a name that is not UTF-8, see redbook.report.json.
---@param hexadecimal any
---@return string? bytes nil unless it is pairs of hexadecimal digits
function content.bytes(hexadecimal)
  if type(hexadecimal) ~= "string" or #hexadecimal % 2 == 1 or hexadecimal:find "%X" then
    return nil
  end
  return (hexadecimal:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

return content
