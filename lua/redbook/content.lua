-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a file holds, unless it is longer than its kind ever is.

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

return content
