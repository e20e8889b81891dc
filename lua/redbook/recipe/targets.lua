-- SPDX-License-Identifier: GPL-3.0-or-later
-- Files that are about to be written must not be there yet: sound has no mark by which one of ours
-- could be told from somebody's only copy, and the sources may lie in the same folder.

local failure = require "redbook.failure"
local lfs = require "lfs"

local targets = {}

-- The same for every name of a file, links too.
local function identity(path)
  local found = lfs.attributes(path)
  return found and found.dev .. ":" .. found.ino
end

local function refuse(message, advice)
  return nil, failure.new { stage = "arguments", message = message, advice = advice }
end

-- A link that leads nowhere is there, too.
local function there(path)
  return lfs.symlinkattributes(path, "mode") ~= nil
end

local function list_existing(paths)
  local list = {}
  for _, path in ipairs(paths) do
    if there(path) then list[#list + 1] = path end
  end
  return list
end

---Whether files can be made without destroying any.
---@param paths string[] that will be written
---@param entries redbook.Entry[] what they will be made from
---@return true? ok
---@return redbook.Failure? err of stage "arguments"; names the first that is in the way, a source
---first of all
function targets.check(paths, entries)
  local existing = list_existing(paths)
  if #existing == 0 then return true end
  local sources = {}
  for _, entry in ipairs(entries) do
    local id = identity(entry.path)
    if id then sources[id] = entry.path end
  end
  for _, path in ipairs(existing) do
    local source = sources[identity(path) or ""]
    if source then
      return refuse(("%s would overwrite %s, which is to be rendered"):format(path,
        source == path and "itself" or source), "choose another folder with --out DIR")
    end
  end
  if #existing == 1 then
    return refuse(existing[1] .. " is there already",
      "remove it, or choose another folder with --out DIR")
  end
  return refuse(("%s is there already, and %d more of the files to be written"):format(
    existing[1], #existing - 1), "remove them, or choose another folder with --out DIR")
end

---@param name string of a file or folder
---@param problem any what the system says, the name of a file before it or not
---@return redbook.Failure
function targets.unwritable(name, problem)
  return failure.new { stage = "source", name = "E_FAIL", code = 0x80004005,
    message = ("%s cannot be written: %s"):format(name, tostring(problem):match "([^:]*)$"
      :gsub("^ ", "")), advice = "choose a folder with room that you may write to" }
end

---Gives a file that is complete its name, unless somebody has made one of that name meanwhile.
---@param from string
---@param to string
---@return true? ok
---@return string? problem "out/x: File exists"
function targets.rename(from, to)
  if there(to) then return nil, to .. ": it is there already" end
  return os.rename(from, to)
end

return targets
