-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which processes have a drive's nodes open: proc(5), /proc/PID/fd and fdinfo.

local files = require "redbook.doctor.files"
local lfs = require "lfs"

local holders = {}

local WRITES = { [1] = true, [2] = true } -- O_WRONLY, O_RDWR of open(2)

local function last_part(path) return path:match "[^/]*$" end

-- What a descriptor leads to. The name is asked for first: looking at the file itself can wait
-- for ever for a network that is gone.
local function is_one_of(link, nodes)
  local target = lfs.symlinkattributes(link, "target")
  if not target or target:sub(1, 1) ~= "/" then return nil end
  for _, node in ipairs(nodes) do
    if target == node.path or last_part(target) == last_part(node.path)
      or target:find "^/dev/" then
      if lfs.attributes(link, "rdev") == node.device
        and lfs.attributes(link, "mode") == node.mode then return node end
    end
  end
end

local function flags_of(process, fd)
  local flags = (files.read(process .. "/fdinfo/" .. fd) or ""):match "flags:%s*([0-7]+)"
  return flags and tonumber(flags, 8) or 0
end

-- One entry for each process and node, however many descriptors it has.
local function look_into(process, nodes, found)
  local names = files.names(process .. "/fd")
  if not names then return false end
  for _, fd in ipairs(names) do
    local node = is_one_of(process .. "/fd/" .. fd, nodes)
    if node then
      found[node] = found[node] or { writes = false }
      found[node].writes = found[node].writes or WRITES[flags_of(process, fd) & 3] or false
    end
  end
  return true
end

---@class redbook.NodeToFind
---@field path string
---@field device integer st_rdev
---@field mode "block device"|"char device" as LuaFileSystem names it

---@param proc string where /proc is mounted
---@param pid integer
---@return string? command its name, 15 bytes at most
---@return integer? uid of its user
function holders.describe(proc, pid)
  local folder = proc .. "/" .. pid
  return files.line(folder .. "/comm"), lfs.attributes(folder, "uid")
end

---@param proc string where /proc is mounted
---@return integer? pid of this process, as that /proc counts
function holders.own(proc)
  local target = lfs.symlinkattributes(proc .. "/self", "target")
  return math.tointeger(tonumber(target or ""))
end

---@param proc string where /proc is mounted
---@param nodes redbook.NodeToFind[]
---@return { pid: integer, command: string?, uid: integer?, node: string, writes: boolean }[]
---@return integer unseen number of processes that this user may not look into
function holders.find(proc, nodes)
  local list, unseen = {}, 0
  for _, name in ipairs(files.names(proc) or {}) do
    local pid, found = math.tointeger(tonumber(name:match "^%d+$")), {}
    local folder = proc .. "/" .. name
    local closed = pid and not look_into(folder, nodes, found)
    if closed and files.exists(folder) then unseen = unseen + 1 end
    for _, node in ipairs(nodes) do
      if found[node] then
        local command, uid = holders.describe(proc, pid)
        list[#list + 1] = { pid = pid, command = command, uid = uid, node = node.path,
          writes = found[node].writes }
      end
    end
  end
  table.sort(list, function(a, b)
    if a.pid ~= b.pid then return a.pid < b.pid end
    return a.node < b.node
  end)
  return list, unseen
end

return holders
