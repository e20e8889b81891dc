-- SPDX-License-Identifier: GPL-3.0-or-later
-- Sets: playlists that take several discs. Where what is known of them is kept, and by what names.

local content = require "redbook.content"
local core = require "redbook.core"
local lfs = require "lfs"
local paths = require "redbook.playlist.path"

local set = {}

---Where the files are: `$XDG_STATE_HOME/redbook/sets`, else under `~/.local/state` (XDG base
---directories 0.8: a relative path there is passed over).
---@param getenv? fun(name: string): string?
---@return string? folder nil when there is no home either
function set.folder(getenv)
  getenv = getenv or os.getenv
  local state = getenv "XDG_STATE_HOME"
  if not state or state:sub(1, 1) ~= "/" then
    local home = getenv "HOME"
    if not home or home:sub(1, 1) ~= "/" then return nil end
    state = home .. "/.local/state"
  end
  return state .. "/redbook/sets"
end

---@param folder string
---@return true? ok
---@return redbook.Error? err
function set.make_folder(folder)
  local at = ""
  for part in folder:gmatch "[^/]+" do
    at = at .. "/" .. part
    if lfs.attributes(at, "mode") ~= "directory" then
      local ok, err = core.private_folder(at)
      if not ok then return nil, err end
    end
  end
  return true
end

---What people call a set, and the name of its file: the first list's, and what tells it from
---another list of that name.
---@param files string[] as on a command line
---@return string name of letters, digits, ".", "_" and "-"
---@return string title
function set.name(files)
  local names = {}
  for index, file in ipairs(files) do names[index] = paths.absolute(file) end
  local digest = content.hexadecimal(core.sha1(table.concat(names, "\0")):sub(1, 4))
  local title = paths.stem(files[1])
  local plain = title:gsub("[^%w._-]+", "_"):gsub("^[.-]+", ""):sub(1, 40)
  return (plain ~= "" and plain or "set") .. "-" .. digest, title
end

---@param name any
---@return boolean whether it can be the name of a set
function set.is_name(name)
  return type(name) == "string" and #name <= 80 and name:find "^[%w_][%w._-]*$" ~= nil
end

---@param folder string
---@param name string
---@return string path of what is kept of it
function set.file(folder, name) return ("%s/%s.json"):format(folder, name) end

---@param folder string
---@return string[] names of the sets that are not finished, in order
function set.list(folder)
  local names = {}
  if lfs.attributes(folder, "mode") ~= "directory" then return names end
  for entry in lfs.dir(folder) do
    local name = entry:match "^(.+)%.json$"
    if set.is_name(name) then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

return set
