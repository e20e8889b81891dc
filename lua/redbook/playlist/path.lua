-- SPDX-License-Identifier: GPL-3.0-or-later
-- From what a playlist says to a file that is there: relative to the list's folder, written on
-- Windows, as a file URI, in another case or another Unicode form.

local lfs = require "lfs"
local fold = require "redbook.playlist.fold"
local text = require "redbook.playlist.text"

local path = {}

---@param name string
---@return string? mode "file", "directory", ...; nil when there is nothing
local function mode(name)
  return lfs.attributes(name, "mode")
end

---What is wrong with a name that nothing was found under. ENOENT is 2, ENOTDIR 20.
---@param name string
---@return string problem a part of a sentence
function path.missing(name)
  local _, problem, code = lfs.attributes(name, "mode")
  if not code or code == 2 or code == 20 then return "no such file" end
  return (tostring(problem):match ": ([^:]+)$" or "it cannot be looked at"):lower()
end

---@param name string
---@return string folder without a final slash; "." when the name has none
---@return string base
function path.split(name)
  local folder, base = name:match("^(.*)/([^/]*)$")
  if not folder then return ".", name end
  return folder == "" and "/" or folder, base
end

---@param folder string
---@param name string
---@return string the name itself when it is absolute
function path.join(folder, name)
  if name:sub(1, 1) == "/" then return name end
  if folder == "." or folder == "" then return name end
  return (folder:sub(-1) == "/" and folder or folder .. "/") .. name
end

---@param name string
---@return string stem without folder and extension
function path.stem(name)
  return ((name:match "[^/]+$" or name):gsub("(.)%.[^.]+$", "%1"))
end

---@param name string
---@return string from the root on, as it stands otherwise
function path.absolute(name)
  return name:sub(1, 1) == "/" and name or lfs.currentdir() .. "/" .. name
end

---@param name string
---@return string? extension in lower case, without the dot
function path.extension(name)
  local extension = name:match("[^/]%.([^./]+)$")
  return extension and extension:lower()
end

---What tells two names of one file (links, `a/../b`) from two files.
---@param name string
---@return string? key nil when there is no such file
function path.identity(name)
  local attributes = lfs.attributes(name)
  return attributes and attributes.dev .. ":" .. attributes.ino
end

-- As many links in a row as Linux follows (path_resolution(7)).
local LINKS = 40

---@param name string
---@return string target what a symbolic link leads to in the end; the name itself otherwise
function path.resolve(name)
  for _ = 1, LINKS do
    local target = lfs.symlinkattributes(name, "target")
    if not target then break end
    name = path.join((path.split(name)), target)
  end
  return name
end

---@param name string of something that exists
---@return string? problem why it is nothing that can be read from beginning to end, twice
function path.unreadable(name)
  local kind = mode(name)
  if kind == "file" then
    local file <close>, problem = io.open(name, "rb")
    return not file and (problem:match ": ([^:]+)$" or "it cannot be opened"):lower() or nil
  end
  return kind == "directory" and "is a folder; name the files in it"
    or ("is a %s, not a file"):format(kind)
end

-- Schemes that are refused even without `//`; any other `word:` may be part of a file's name.
local SCHEMES = { http = true, https = true, ftp = true, mms = true, rtsp = true, rtmp = true,
  rtp = true, icy = true, cdda = true, cdrom = true, data = true, spotify = true,
  magnet = true, smb = true, dvd = true }

---@param name string
---@return string? scheme of a URI, in lower case; never a drive letter
local function scheme_of(name)
  local scheme, rest = name:match("^(%a[%w+.-]+):(.*)$")
  if not scheme then return nil end
  scheme = scheme:lower()
  if rest:sub(1, 2) == "//" or SCHEMES[scheme] or scheme == "file" then return scheme end
end

---@param uri string starting with `file:`
---@return string? name percent-decoded; a Windows path when the URI holds one
---@return string? problem
local function from_file_uri(uri)
  local rest = uri:sub(6)
  local host, name = rest:match("^//([^/]*)(.*)$")
  if host then
    if host:match("^%a:$") then name = host .. name -- file://C:/..., without its third slash
    elseif host ~= "" and host:lower() ~= "localhost" then name = "//" .. host .. name end
  else
    name = rest
  end
  name = name:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end)
  if name == "" then return nil, "the file URI names no file" end
  if name:find("\0", 1, true) then return nil, "the file URI holds a NUL byte (%00)" end
  return (name:gsub("^/+(%a:[/\\])", "%1"))
end

---@param name string
---@return boolean written with a drive letter or as \\server\share or \folder
local function is_windows(name)
  return name:find("^%a:") ~= nil or name:find("^//") ~= nil or name:find("^\\") ~= nil
end

-- C:\Music\Album\1.mp3 beside the list: Music/Album/1.mp3, then Album/1.mp3, then 1.mp3.
local function suffixes(name)
  name = name:gsub("\\", "/"):gsub("^%a:", ""):gsub("^/+", "")
  local list = {}
  while name ~= "" do
    list[#list + 1] = name
    name = name:match("/+(.*)$") or ""
  end
  return list
end

---@class redbook.Finder
---@field folder string of the list
---@field home string?
---@field map fun(name: string): string?
---@field private folders table<string, table<string, string[]>>
local Finder = {}
Finder.__index = Finder

---Finds files for the lines of one list. It remembers the folders it has read, so that a list
---of 100 000 names in the wrong case costs one look at each folder.
---@param folder string the list's folder
---@param options? { home: string?, map: fun(name: string): string? } `map` may turn a name of
---another machine into one of this machine
---@return redbook.Finder
function path.finder(folder, options)
  options = options or {}
  return setmetatable({ folder = folder, home = options.home or os.getenv "HOME",
    map = options.map, folders = {} }, Finder)
end

-- Names of a folder by their folded key.
function Finder:names_in(folder)
  local index = self.folders[folder]
  if index then return index end
  index = {}
  self.folders[folder] = index
  if mode(folder) ~= "directory" then return index end
  local ok, iterate, state = pcall(lfs.dir, folder)
  if not ok then return index end
  for name in iterate, state do
    local key = fold.key(name)
    local names = index[key] or {}
    index[key] = names
    names[#names + 1] = name
  end
  return index
end

-- The one name in `folder` that is `name` but for composition, or else but for case.
local function choose(names, name)
  local decomposed, same = fold.decompose(name), {}
  for _, candidate in ipairs(names) do
    if fold.decompose(candidate) == decomposed then same[#same + 1] = candidate end
  end
  if #same == 1 then return same[1] end
  if #names == 1 then return names[1] end
  table.sort(names)
  return nil, names
end

---Walks from the list's folder (or the root) part by part, taking each part in another case or
---composition where it must.
---@param name string
---@return string? found
---@return string? problem when two files would do
function Finder:walk(name)
  local at = name:sub(1, 1) == "/" and "/" or self.folder
  for part in name:gmatch("[^/]+") do
    local exact = path.join(at, part)
    if not mode(exact) then
      local names = self:names_in(at)[fold.key(part)]
      if not names then return nil end
      local chosen, several = choose(names, part)
      if not chosen then
        return nil, "two files could be meant: " .. table.concat(several, ", ")
      end
      exact = path.join(at, chosen)
    end
    at = exact
  end
  return at
end

---@param name string
---@return string? found the file as it is written, relative to the list's folder
function Finder:exact(name)
  if name == "" or name:find("\0", 1, true) then return nil end
  local full = path.join(self.folder, name)
  return mode(full) and full or nil
end

-- Every way to read one line, the most literal first.
function Finder:spellings(raw, decoded)
  local list, seen = {}, {}
  local function add(name)
    if name and name ~= "" and not seen[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  add(self.map and self.map(decoded))
  add(raw)
  add(decoded)
  add(text.trim(raw))
  add(text.trim(decoded))
  for index = 1, #list do
    local name = list[index]
    if name:sub(1, 2) == "~/" and self.home then add(path.join(self.home, name:sub(3))) end
    if name:find("\\", 1, true) then add((name:gsub("\\", "/"))) end
  end
  return list
end

function Finder:near(spellings)
  local problem
  for _, name in ipairs(spellings) do
    local found, several = self:walk(name)
    if found then return found end
    problem = problem or several
  end
  return nil, problem
end

-- Only a path of another system is looked for by its end: a file that is gone from this one
-- must not be replaced by a namesake.
function Finder:by_suffix(name)
  local list = suffixes(name)
  for _, suffix in ipairs(list) do
    local found = self:exact(suffix)
    if found then return found end
  end
  return self:near(list)
end

-- PATH_MAX, each byte of it written as %41.
local LONGEST = 3 * 4096

---@param raw string the line's bytes
---@param decoded? string the line in UTF-8
---@return string? found path of something that exists
---@return string? problem why not, a part of a sentence
function Finder:find(raw, decoded)
  decoded = decoded or raw
  if raw:find("\0", 1, true) then return nil, "holds a NUL byte, which no file name can" end
  if #raw > LONGEST then return nil, "no such file" end
  local literal = self:exact(raw)
  if literal then return literal end
  local trimmed = text.trim(decoded)
  local scheme = scheme_of(trimmed)
  if scheme == "file" then
    local name, problem = from_file_uri(trimmed)
    if not name then return nil, problem end
    raw, decoded, trimmed = name, name, name
  elseif scheme then
    return nil, scheme .. ": is not a file on this machine, and redbook burns files only"
  end
  local spellings = self:spellings(raw, decoded)
  for _, name in ipairs(spellings) do
    local found = self:exact(name)
    if found then return found end
  end
  local found, problem
  if is_windows(trimmed) then
    found, problem = self:by_suffix(trimmed)
  else
    found, problem = self:near(spellings)
  end
  if found then return found end
  return nil, problem or path.missing(path.join(self.folder, raw))
end

return path
