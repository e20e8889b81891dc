-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether what was built in a checkout is that of its sources: after `git pull` without `make`
-- the C module has not all that the Lua modules take from it, and a burn would find out midway.
--
-- Needs nothing but LuaFileSystem: no module that may not fit the built one.

local lfs = require "lfs"

local built = {}

local function modified(path)
  return lfs.attributes(path, "modification")
end

-- c/preload/ goes into a library of its own; nothing else in c/ that the C module is not made of.
local function is_part(name)
  return name:sub(1, 1) ~= "." and name ~= "preload"
end

---The rule is make's: a source is newer than what was made of it.
---@param root string folder of the checkout
---@param build string folder that it was built into
---@return string? source one that has changed since; nil: none has, or nothing was built
function built.stale(root, build)
  local when = modified(build .. "/redbook/core.so")
  if not when or lfs.attributes(root .. "/c", "mode") ~= "directory" then return nil end
  for layer in lfs.dir(root .. "/c") do
    local folder = root .. "/c/" .. layer
    if is_part(layer) and lfs.attributes(folder, "mode") == "directory" then
      for name in lfs.dir(folder) do
        local is_source = name:find "^[^.].*%.[ch]$" or name:find "^[^.].*%.lua$"
        if is_source and (modified(folder .. "/" .. name) or 0) > when then
          return "c/" .. layer .. "/" .. name
        end
      end
    end
  end
end

return built
