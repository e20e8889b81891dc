-- SPDX-License-Identifier: GPL-3.0-or-later
-- The optical drives of this machine as the system lists them: sysfs, links, mounts, lock files,
-- and who has a node open. No node is opened, no command is sent.

local core = require "redbook.core"
local lfs = require "lfs"

---@class redbook.DriveInfo
---@field id string stable name, which `Recorder` takes: a by-id or by-path link, else the node
---@field node string "/dev/sr0"
---@field vendor string? as sysfs has them
---@field model string?
---@field revision string?
---@field sg string? the other node of the same drive, "/dev/sg1"
---@field links string[] by-id and by-path links to it
---@field owner string? client name of the redbook job that holds it
---@field mounts string[] where its disc is mounted
---@field users { pid: integer, command: string }[] processes that have one of its nodes open, as
---far as this user may see them

local function read_line(path)
  local file = io.open(path, "r")
  local line = file and file:read "l"
  if file then file:close() end
  line = line and line:match "^%s*(.-)%s*$"
  return line ~= "" and line or nil
end

-- Names in a folder in the order of bytes; none when it cannot be listed.
local function names_in(folder)
  local names = {}
  local ok, iterate, state = pcall(lfs.dir, folder)
  if not ok then return names end
  for name in iterate, state do
    if name ~= "." and name ~= ".." then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

-- The name of the node that a link leads to, or its own.
local function node_name(path)
  local target = lfs.symlinkattributes(path, "target")
  return (target or path):match "[^/]*$"
end

local function links_to(name, dev)
  local links = {}
  for _, kind in ipairs { "by-id", "by-path" } do
    local folder = dev .. "/disk/" .. kind
    for _, link in ipairs(names_in(folder)) do
      if node_name(folder .. "/" .. link) == name then links[#links + 1] = folder .. "/" .. link end
    end
  end
  return links
end

-- Processes and what they have open; other users' are closed to all but root.
local function open_files(proc)
  local users = {}
  for _, pid in ipairs(names_in(proc)) do
    if pid:find "^%d+$" then
      local folder, seen = ("%s/%s/fd"):format(proc, pid), {}
      for _, fd in ipairs(names_in(folder)) do
        local target = lfs.symlinkattributes(folder .. "/" .. fd, "target")
        if target and not seen[target] then
          seen[target] = true
          users[target] = users[target] or {}
          table.insert(users[target], { pid = math.tointeger(tonumber(pid)),
            command = read_line(("%s/%s/comm"):format(proc, pid)) or "?" })
        end
      end
    end
  end
  return users
end

-- A process that has both nodes open is one user.
local function add_users(list, users)
  for _, user in ipairs(users or {}) do
    local known = false
    for _, other in ipairs(list) do known = known or other.pid == user.pid end
    if not known then list[#list + 1] = user end
  end
end

-- Lock file and mounts are the core's to read; it needs a node that is there.
local function add_use(drive)
  local recorder <close> = core.Recorder(drive.id)
  if not recorder then return end
  local owned, owner = pcall(function() return recorder.ExclusiveAccessOwner end)
  local listed, mounts = pcall(function() return recorder.VolumePathNames end)
  drive.owner = owned and owner ~= "" and owner or nil
  drive.mounts = listed and mounts or {}
end

local function describe(id, roots, users)
  local name = node_name(id)
  local device = ("%s/class/block/%s/device"):format(roots.sys, name)
  local sg = names_in(device .. "/scsi_generic")[1]
  local drive = { id = id, node = roots.dev .. "/" .. name, vendor = read_line(device .. "/vendor"),
    model = read_line(device .. "/model"), revision = read_line(device .. "/rev"),
    sg = sg and roots.dev .. "/" .. sg, links = links_to(name, roots.dev), mounts = {}, users = {} }
  add_users(drive.users, users[drive.node])
  add_users(drive.users, drive.sg and users[drive.sg])
  add_use(drive)
  return drive
end

---The optical drives of this machine, in the system's order.
---@param roots? { sys: string?, dev: string?, proc: string? } where to look (containers, tests)
---@return redbook.DriveInfo[]
local function drives(roots)
  roots = roots or {}
  roots = { sys = roots.sys or "/sys", dev = roots.dev or "/dev", proc = roots.proc or "/proc" }
  local master, list = core.DiscMaster { sys = roots.sys, dev = roots.dev }, {}
  local users = master.Count > 0 and open_files(roots.proc) or {}
  for index = 0, master.Count - 1 do
    local id = master:Item(index)
    if id then list[#list + 1] = describe(id, roots, users) end
  end
  return list
end

return drives
