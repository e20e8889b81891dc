-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is true of one drive: its node, its place in /sys, who has it, what lies in it.

local core = require "redbook.core"
local files = require "redbook.doctor.files"
local holders = require "redbook.doctor.holders"

local drive = {}

local SR_MAJOR, SG_MAJOR = 11, 21 -- linux/major.h
local CD_ROM = "5" -- SCSI peripheral device type
local CLIENT = "redbook doctor.lua"

local function plain(err)
  return { code = err.code, name = err.name, message = err.message, advice = err.advice,
    errno = err.errno, transient = err.transient }
end

local function child(folder)
  return (files.names(folder) or {})[1]
end

-- "sr0": what /sys calls the drive. The number in the node counts, its name only without one.
local function name_in_sys(sys, node, path)
  if node and node.kind == "character" and node.major == SG_MAJOR then
    return child(sys .. "/class/scsi_generic/" .. path:match "[^/]*$" .. "/device/block")
  end
  local number = node and node.kind == "block" and ("%d:%d"):format(node.major, node.minor)
  for _, name in ipairs(number and files.names(sys .. "/class/block") or {}) do
    if files.line(sys .. "/class/block/" .. name .. "/dev") == number then return name end
  end
  local name = path:match "[^/]*$"
  return not number and files.exists(sys .. "/class/block/" .. name) and name or nil
end

local function sg_of(folder, dev)
  local name = child(folder .. "/device/scsi_generic")
  if not name then return nil end
  local path = dev .. "/" .. name
  local node = core.inspect_node(path)
  return { path = path, present = node ~= nil, device = node and node.device,
    readable = node and node.readable or false, writable = node and node.writable or false }
end

-- /dev/sgN may be a disk's or a scanner's.
local function is_other_kind(sys, node, path)
  if not node or node.kind ~= "character" then return false end
  local kind = files.line(sys .. "/class/scsi_generic/" .. path:match "[^/]*$" .. "/device/type")
  return kind ~= nil and kind ~= CD_ROM
end

local function add_sysfs(facts, roots)
  facts.other_kind = is_other_kind(roots.sys, facts.node, facts.path)
  local name = name_in_sys(roots.sys, facts.node, facts.path)
  facts.known = name ~= nil
  if not name then return end
  local folder = roots.sys .. "/class/block/" .. name
  facts.kernel_name = name
  facts.number = files.line(folder .. "/dev")
  facts.vendor = files.line(folder .. "/device/vendor")
  facts.model = files.line(folder .. "/device/model")
  facts.revision = files.line(folder .. "/device/rev")
  facts.kernel_holders = files.names(folder .. "/holders") or {}
  facts.sg = sg_of(folder, roots.dev)
end

local MODES = { block = "block device", character = "char device" }

-- Whether opening it is not a mistake from the start. A trace answers only what it was asked.
local function is_drive(facts)
  if facts.kind ~= "device" then return facts.kind == "virtual" and not facts.missing_folder end
  local node = facts.node
  if not node or facts.other_kind then return false end
  return node.kind == "block" and node.major == SR_MAJOR
    or node.kind == "character" and node.major == SG_MAJOR
end

local function add_holders(facts, roots)
  if not is_drive(facts) then return end
  local nodes = { { path = facts.node.target, device = facts.node.device,
    mode = MODES[facts.node.kind] } }
  if facts.sg and facts.sg.present then
    nodes[#nodes + 1] = { path = facts.sg.path, device = facts.sg.device, mode = "char device" }
  end
  facts.holders, facts.unseen = holders.find(roots.proc, nodes)
  local own = holders.own(roots.proc)
  for _, holder in ipairs(facts.holders) do holder.own = holder.pid == own end
end

-- The name is the lock file's; the process it names may be another one's namespace away.
local function lock_of(roots, key, client)
  local pid
  for _, folder in ipairs(roots.locks) do
    local text = files.read(folder .. "/redbook-" .. key) or ""
    pid = pid or math.tointeger(tonumber(text:match "^[^\n]*\n(%d+)\n"))
  end
  local command, uid
  if pid then command, uid = holders.describe(roots.proc, pid) end
  local own = holders.own(roots.proc)
  return { client = client, pid = pid, command = command, uid = uid,
    own = pid ~= nil and pid == own }
end

local function get(recorder, name)
  local ok, value = pcall(function() return recorder[name] end)
  return ok and value or nil
end

-- What the drive itself says. The summary's error is kept: most of them are about the disc.
local function ask(recorder, facts)
  local look = facts.look
  local summary, err = recorder:MediaSummary()
  look.medium, look.error = summary, err and plain(err)
  look.profiles = get(recorder, "SupportedProfiles")
  facts.vendor = facts.vendor or get(recorder, "VendorId")
  facts.model = facts.model or get(recorder, "ProductId")
  facts.revision = facts.revision or get(recorder, "ProductRevision")
end

-- To take the drive for a moment is the only certain way to know that nobody else has it.
local function take(recorder, facts)
  local taken, err = recorder:AcquireExclusiveAccess(false, CLIENT)
  facts.look.taken = taken or false
  if not taken then
    facts.look.error = plain(err)
    return
  end
  local ok, problem = pcall(ask, recorder, facts)
  recorder:ReleaseExclusiveAccess()
  if not ok then error(problem, 0) end
end

-- A drive that somebody writes with is left alone, and so is a mounted disc.
local function is_free(facts)
  if facts.lock then return false end
  if facts.kind ~= "device" then return true end
  local node = facts.node
  if not node or not node.readable or #node.mounts > 0 then return false end
  for _, holder in ipairs(facts.holders or {}) do
    if holder.writes then return false end
  end
  return #(facts.kernel_holders or {}) == 0
end

local function add_look(facts, roots, open)
  local recorder <close>, err = open(facts.id)
  if not recorder then
    facts.look = { taken = false, error = plain(err) }
    return
  end
  local owner = get(recorder, "ExclusiveAccessOwner") or ""
  -- A drive's two nodes have one lock file, called after the first.
  local node = facts.kind == "device" and facts.node
  local key = facts.number or node and ("%d:%d"):format(node.major, node.minor)
    or get(recorder, "VolumeName") or ""
  if owner ~= "" then facts.lock = lock_of(roots, key, owner) end
  if not is_free(facts) then return end
  facts.look = { taken = false }
  if facts.kind == "device" and facts.node.writable then
    take(recorder, facts)
  else
    ask(recorder, facts)
  end
end

-- "virtual:a%3Fb.cue?medium=cd-rw" -> "a?b.cue"; "" for an empty drive
local function disc_file(id)
  return (id:match "^virtual:([^?]*)":gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- A disc in files needs no node, only files that may be written.
local function add_files(facts)
  local path = disc_file(facts.id)
  if path == "" then return end
  facts.path = path
  local folder = path:match "^(.*)/[^/]*$" or "."
  local names = { folder == "" and "/" or folder, path, (path:gsub("%.cue$", "") .. ".bin") }
  facts.closed = {}
  for index, name in ipairs(names) do
    local node = core.inspect_node(name)
    if not node and index == 1 then facts.missing_folder = name end
    if node and not node.writable then facts.closed[#facts.closed + 1] = name end
  end
end

local function kind_of(id)
  return id:match "^(virtual):" or id:match "^(replay):" or "device"
end

---@param id string as `Recorder` takes it
---@param roots redbook.Roots
---@param open fun(id: string): table?, table? core.Recorder
---@param look boolean whether the drive may be asked
---@return table plain data
function drive.collect(id, roots, open, look)
  local facts = { id = id, kind = kind_of(id) }
  if facts.kind == "device" then
    facts.path = id
    local node, err = core.inspect_node(id, { mountinfo = roots.proc .. "/self/mountinfo" })
    facts.node, facts.node_error = node, err and plain(err)
    add_sysfs(facts, roots)
    add_holders(facts, roots)
  elseif facts.kind == "virtual" then
    add_files(facts)
  end
  if look and is_drive(facts) then add_look(facts, roots, open) end
  return facts
end

return drive
