-- SPDX-License-Identifier: GPL-3.0-or-later
-- Small files and folders of /sys and /proc, which may vanish or be closed at any moment.

local lfs = require "lfs"

local files = {}

---@param path string
---@return string? content nil when it is not there or not ours to read
function files.read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a" or nil
end

---@param path string
---@return string? first line without spaces around it; nil when there is none
function files.line(path)
  local line = (files.read(path) or ""):match "^[^\n]*":match "^%s*(.-)%s*$"
  return line ~= "" and line or nil
end

---@param path string
---@return string[]? names in the order of bytes; nil when it cannot be listed
function files.names(path)
  local ok, iterate, state = pcall(lfs.dir, path)
  if not ok then return nil end
  local list = {}
  for name in iterate, state do
    if name ~= "." and name ~= ".." then list[#list + 1] = name end
  end
  table.sort(list)
  return list
end

---@param path string
---@return boolean
function files.exists(path)
  return lfs.attributes(path, "mode") ~= nil
end

return files
