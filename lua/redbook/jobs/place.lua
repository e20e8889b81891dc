-- SPDX-License-Identifier: GPL-3.0-or-later
-- Names of files in a job file: relative to its folder, so that both can be moved together.

local lfs = require "lfs"
local paths = require "redbook.playlist.path"

local place = {}

---@param path string
---@return string folder with its slash; "" for a file of the current one
function place.folder(path)
  return path:match "^(.*/)[^/]*$" or ""
end

---@param folder string of `place.folder`
---@param name string
---@return string the name as it is to be opened from here
function place.resolve(folder, name)
  return name:sub(1, 1) == "/" and name or folder .. name
end

-- Behind a link ".." leads to where the link's folder lies.
local function is_kept(parts)
  local last = parts[#parts]
  return last == ".."
    or lfs.symlinkattributes("/" .. table.concat(parts, "/"), "mode") == "link"
end

-- Without "." and "..", and from the root on. Links are left as they are.
local function absolute(path)
  local parts = {}
  for part in paths.absolute(path):gmatch "[^/]+" do
    if part == ".." and not is_kept(parts) then
      parts[#parts] = nil
    elseif part ~= "." then
      parts[#parts + 1] = part
    end
  end
  return "/" .. table.concat(parts, "/")
end

---@param folder string of `place.folder`
---@param name string as it is opened from here
---@return string name as it stands in a job file of that folder: relative when the file is in it
---or below it, else absolute
function place.within(folder, name)
  local whole, base = absolute(name), absolute(folder == "" and "." or folder)
  base = base == "/" and base or base .. "/"
  return whole:sub(1, #base) == base and whole:sub(#base + 1) or whole
end

-- The name of a disc in files within a device's id.
local function in_device(id, change)
  local path, rest = id:match "^virtual:([^?]+)(.*)$"
  return path and ("virtual:%s%s"):format(change(path), rest) or id
end

---@param folder string
---@param id string of a drive; a disc in files is a file, too
---@return string
function place.resolve_device(folder, id)
  return in_device(id, function(path) return place.resolve(folder, path) end)
end

---@param folder string
---@param id string
---@return string
function place.device_within(folder, id)
  return in_device(id, function(path) return place.within(folder, path) end)
end

return place
