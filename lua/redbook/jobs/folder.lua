-- SPDX-License-Identifier: GPL-3.0-or-later
-- A folder that job files are put into. One is taken by renaming it into `working/`, and ends, with
-- its result beside it, in `done/` or `failed/`. Whatever stops the program between two of these
-- steps, `recover` finds where it was; a job that may have been burned is never taken again.

local content = require "redbook.content"
local core = require "redbook.core"
local json = require "redbook.report.json"
local lfs = require "lfs"

local folder = {}

local LOCK = ".redbook-watch.lock"
local WORKING, DONE, FAILED = "working/", "done/", "failed/"
local RESULT = ".result.json"
-- A file that nobody has changed for so long is whole: by the clock of the file system, or by ours
-- when that one cannot be compared.
local QUIET = 2
local UNCHANGED = 1
-- One that is no JSON yet may still be growing.
local GROWING = 30

local Folder = {}
Folder.__index = Folder
Folder.__close = function(self) self:close() end

-- So long may a name be in `working/`, so that a result's name and that of its temporary file,
-- which are longer, are still possible (255 bytes).
local LONGEST = 200

-- A job's name while it is worked on; what is cut off is told by a digest.
local function short(name)
  if #name <= LONGEST then return name end
  local digest = content.hexadecimal(core.sha1(name):sub(1, 4))
  local cut = name:sub(1, LONGEST - #"~12345678.json"):gsub("[\xC0-\xFF]?[\x80-\xBF]*$", "")
  return ("%s~%s.json"):format(cut, digest)
end

local function is_job(name)
  return name:find "^[^.].*%.json$" ~= nil and name:sub(-#RESULT) ~= RESULT
end

---Opens a folder, which no other process can meanwhile.
---@param path string
---@return redbook.JobFolder? folder closable
---@return string? problem a sentence about the path
---@return boolean? held by another process
function folder.open(path)
  local root = path:gsub("(.)/+$", "%1")
  if lfs.attributes(root, "mode") ~= "directory" then return nil, "is no folder" end
  root = root == "/" and root or root .. "/"
  local held, err = core.hold_file(root .. LOCK)
  if held == nil then return nil, "cannot be worked in: " .. tostring(err.message) end
  if not held then return nil, "is watched by another process", true end
  for _, name in ipairs { WORKING, DONE, FAILED } do
    local ok, problem = lfs.mkdir(root .. name:sub(1, -2))
    if not ok and lfs.attributes(root .. name:sub(1, -2), "mode") ~= "directory" then
      held:close()
      return nil, ("cannot be worked in: %s: %s"):format(name, problem)
    end
  end
  return setmetatable({ root = root, held = held, seen = {},
    lock = lfs.symlinkattributes(root .. LOCK, "ino") }, Folder)
end

function Folder:close()
  if self.held then self.held:close() end
  self.held = nil
end

function Folder:is_stable(name, attributes, now)
  local key = ("%d %d"):format(attributes.size, attributes.modification)
  local seen = self.seen[name]
  if not seen or seen.key ~= key then
    seen = { key = key, since = core.now() }
    self.seen[name] = seen
  end
  return core.now() - seen.since >= UNCHANGED or now - attributes.modification >= QUIET
end

-- Whoever removed the lock, or the folder with it, has let others in.
function Folder:problem()
  if lfs.attributes(self.root, "mode") ~= "directory" then return "is not there any more" end
  if lfs.symlinkattributes(self.root .. LOCK, "ino") ~= self.lock then
    return "is not the folder any more that it was"
  end
  local ok, problem = pcall(lfs.dir, self.root)
  return not ok and "cannot be looked at: " .. tostring(problem) or nil
end

---Files that may be jobs, whole ones, by name. A link is none: it would lead elsewhere when it has
---been moved.
---@return { name: string, path: string, young: boolean }[]? young: it may still be growing, if it
---makes no sense
---@return boolean|string more whether there are others that are still being written; or what has
---become of the folder
function Folder:jobs()
  local problem = self:problem()
  if problem then return nil, problem end
  local found, more, now, there = {}, false, os.time(), {}
  for name in lfs.dir(self.root) do
    local attributes = is_job(name) and lfs.symlinkattributes(self.root .. name)
    if attributes and attributes.mode == "file" then
      there[name] = true
      if self:is_stable(name, attributes, now) then
        found[#found + 1] = { name = name, path = self.root .. name,
          young = math.abs(now - attributes.modification) < GROWING }
      else
        more = true
      end
    end
  end
  for name in pairs(self.seen) do
    if not there[name] then self.seen[name] = nil end
  end
  table.sort(found, function(a, b) return a.name < b.name end)
  return found, more
end

-- Moves a file where none is.
local function move(from, to)
  if lfs.symlinkattributes(to, "mode") then return nil, to .. " is there already" end
  local ok, problem = os.rename(from, to)
  return ok, problem
end

---Takes a job: from then on it is nobody else's.
---@param name string of `jobs`
---@return string? path in `working/`
---@return string? problem
---@return boolean? gone somebody has taken it away
function Folder:take(name)
  local path = self.root .. WORKING .. short(name)
  local ok, problem = move(self.root .. name, path)
  self.seen[name] = nil
  if ok then return path end
  return nil, problem, lfs.symlinkattributes(self.root .. name, "mode") == nil
end

---Gives a job back that was not begun.
---@param name string
---@return true?
---@return string? problem
function Folder:give_back(name)
  return move(self.root .. WORKING .. short(name), self.root .. name)
end

local function stem_of(name) return (name:gsub("%.json$", "")) end

-- "mix", or "mix-2" when an earlier job of that name lies there.
function Folder:free_stem(place, name)
  local stem, number = stem_of(name), 1
  local made = stem
  while lfs.symlinkattributes(self.root .. place .. made .. ".json", "mode")
    or lfs.symlinkattributes(self.root .. place .. made .. RESULT, "mode") do
    number = number + 1
    made = ("%s-%d"):format(stem, number)
  end
  return place .. made
end

function Folder:settle(name, final)
  local working = self.root .. WORKING
  local ok, problem = true, nil
  if lfs.symlinkattributes(working .. name, "mode") then
    ok, problem = move(working .. name, self.root .. final .. ".json")
  end
  if ok then
    ok, problem = move(working .. stem_of(name) .. RESULT, self.root .. final .. RESULT)
  end
  return ok, problem
end

-- With the manifest of a disc.
local LARGEST = 64 << 20

-- Members in an order that people can read, one a line.
local ORDER = { "redbook", "job_result", "job", "job_bytes", "comment", "device", "begun", "ended",
  "exit", "ok", "disc", "error", "remarks", "manifest" }

local function encode(result)
  local members = {}
  for _, key in ipairs(ORDER) do
    if result[key] ~= nil then
      members[#members + 1] = { key, json.encode(result[key], key) }
    end
  end
  return json.object(members)
end

---Writes a job's only result and moves both where they belong. The result says where that is, so
---that whoever finds only half of it done can do the rest.
---@param name string of the job that was taken
---@param result table `ok` tells where to; plain data
---@return string? job path of the job file
---@return string result path of its result; or what went wrong
function Folder:finish(name, result)
  name = short(name)
  local final = self:free_stem(result.ok and DONE or FAILED, name)
  result.redbook, result.job_result, result.job = json.VERSION, 1, final .. ".json"
  result.job_bytes = json.bytes(result.job)
  local path = self.root .. WORKING .. stem_of(name) .. RESULT
  local ok, err = core.replace_file(path, encode(result))
  if not ok then return nil, tostring(err.message) end
  local moved, problem = self:settle(name, final)
  if not moved then return nil, problem end
  return self.root .. final .. ".json", self.root .. final .. RESULT
end

-- Where a result that was written says that it belongs.
local function final_of(path)
  local data = content.json(path, LARGEST)
  if type(data) ~= "table" then return nil end
  local job = content.bytes(data.job_bytes) or data.job
  return type(job) == "string" and job:match "^(.*)%.json$" or nil
end

---Looks what an earlier process has left behind: what was finished but for a renaming is brought
---to its end; the names of the others are given, each of which needs a result.
---@return string[] names of jobs that were interrupted
function Folder:recover()
  local working, left = self.root .. WORKING, {}
  for name in lfs.dir(working) do
    if name:sub(-#RESULT) == RESULT and name:sub(1, 1) ~= "." then
      local job = name:sub(1, -#RESULT - 1) .. ".json"
      local final = final_of(working .. name)
      if final then self:settle(job, final) end
    end
  end
  for name in lfs.dir(working) do
    if is_job(name) then left[#left + 1] = name end
  end
  table.sort(left)
  return left
end

return folder
