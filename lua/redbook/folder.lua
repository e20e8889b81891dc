-- SPDX-License-Identifier: GPL-3.0-or-later
-- Folders for what is written.

local lfs = require "lfs"

local folder = {}

---Makes a folder and what is missing above it, as `mkdir -p`.
---@param path string
---@return true? ok
---@return string? problem "out/x: Permission denied"
function folder.make(path)
  local at = path:sub(1, 1) == "/" and "/" or ""
  for part in path:gmatch "[^/]+" do
    at = at .. part .. "/"
    if lfs.attributes(at, "mode") ~= "directory" then
      local ok, problem = lfs.mkdir(at)
      if not ok then return nil, ("%s: %s"):format(at, problem) end
    end
  end
  return true
end

return folder
