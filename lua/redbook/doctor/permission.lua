-- SPDX-License-Identifier: GPL-3.0-or-later
-- Why a user may not use a node, after acl(5): the first class of owner, named user, groups,
-- others that the user belongs to decides alone. Pure.

local finding = require "redbook.doctor.finding"

local permission = {}

local READ_WRITE = 6
local quote, as_root = finding.quote, finding.as_root

local function member(groups, id)
  for _, group in ipairs(groups) do
    if group.id == id then return true end
  end
  return false
end

local function in_group(groups, name)
  for _, group in ipairs(groups) do
    if group.name == name then return true end
  end
  return false
end

local function suffices(permissions)
  return permissions & READ_WRITE == READ_WRITE
end

-- With a list the mode's group bits are its mask, and the file group's own are in it.
local function file_group(node)
  for _, entry in ipairs(node.acl) do
    if entry.tag == "file_group" then return entry.permissions end
  end
  return node.mode >> 3 & 7
end

local function named_user(node, uid)
  for _, entry in ipairs(node.acl) do
    if entry.tag == "user" and entry.id == uid then return entry end
  end
end

local function named_group(node, groups)
  for _, entry in ipairs(node.acl) do
    if entry.tag == "group" and member(groups, entry.id) then return entry end
  end
end

local RIGHTS = { [0] = "---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx" }

---@param mode integer
---@return string "rw-rw----"
function permission.mode(mode)
  return RIGHTS[mode >> 6 & 7] .. RIGHTS[mode >> 3 & 7] .. RIGHTS[mode & 7]
end

---@param entry redbook.AclEntry
---@return string "user anna rw-"
function permission.entry(entry)
  return ("%s %s%s"):format(entry.tag:gsub("_", " "), entry.name and entry.name .. " " or "",
    RIGHTS[entry.permissions & 7])
end

-- "may not use", "may read but not write"
local function may_not(node)
  if node.readable then return "may read but not write" end
  return node.writable and "may write but not read" or "may not open"
end

local function sentence(node, path, user, why)
  return ("The user %s %s %s, and burning needs both reading and writing: %s."):format(user.user,
    may_not(node), path, why)
end

-- A node that gives too little to the class that the user is in.
local function widen(node, path, system, class, letter)
  local id = node.readable and "read_only_node" or "no_permission"
  local text = sentence(node, path, system.user, ("its mode is %s %s:%s, which gives %s %s")
    :format(permission.mode(node.mode), node.owner, node.group, class,
      RIGHTS[letter == "u" and node.mode >> 6 & 7 or file_group(node)]))
  local command = #node.acl > 0 and letter == "g"
    and ("setfacl -m g::rw,m::rw %s"):format(quote(path))
    or ("chmod %s+rw %s"):format(letter, quote(path))
  return finding.problem(id, "access", text,
    "Let it read and write (udev sets the mode anew at the next start):",
    as_root(command, system))
end

local function widen_entry(path, node, system, entry)
  local text = sentence(node, path, system.user,
    ("its access list says '%s'"):format(permission.entry(entry)))
  local letter = entry.tag == "user" and "u" or "g"
  return finding.problem(node.readable and "read_only_node" or "no_permission", "access", text,
    "Give that entry both:",
    as_root(("setfacl -m %s:%s:rw,m::rw %s"):format(letter, entry.name, quote(path)), system))
end

-- `belongs`: what is or will be true of the node, to which the user has to be added.
local function join(node, path, system, group, belongs)
  local user = system.user
  local why = ("%s, and %s is not in the group %s"):format(belongs, user.user, group)
  if in_group(user.login_groups, group) then
    return finding.problem("login_again", "access",
      sentence(node, path, user, why .. " in this session, only in the user database"),
      "Log out and in again; for this shell only:", "newgrp " .. quote(group))
  end
  return finding.problem("not_in_group", "access", sentence(node, path, user, why),
    ("Join the group %s, then log out and in again:"):format(group),
    as_root(("usermod -aG %s %s"):format(quote(group), quote(user.user)), system))
end

local function wrong_group(node, path, system)
  local group = system.burner_group
  local text = sentence(node, path, system.user, ("it belongs to %s:%s with mode %s, not to "
    .. "the group %s, which udev gives drives to"):format(node.owner, node.group,
      permission.mode(node.mode), group))
  return finding.problem("wrong_group", "access", text, ("Give it to the group %s "
    .. "(until the next start; a udev that runs does it each time):"):format(group),
    as_root(("chgrp %s %s && chmod 660 %s"):format(group, quote(path), quote(path)), system))
end

-- Groups of the host have no name inside a container, and users no rights to give.
local function container_group(node, path, system)
  local kind = system.container.kind
  local command = kind == "podman"
    and ("podman run --group-add keep-groups --device %s ..."):format(quote(path))
    or ("docker run --group-add %d --device %s ..."):format(node.gid, quote(path))
  return finding.problem("container_group", "access", sentence(node, path, system.user,
    ("it belongs to group %d of the machine that this container runs on"):format(node.gid)),
    "Start the container with that group:", command)
end

local function by_group(node, path, system)
  local groups = system.user.groups
  local entry = named_group(node, groups)
  if member(groups, node.gid) then
    if suffices(file_group(node)) and suffices(node.mode >> 3) then return nil end
    return widen(node, path, system, "the group " .. node.group, "g")
  elseif entry then
    return not (suffices(entry.permissions) and suffices(node.mode >> 3))
      and widen_entry(path, node, system, entry) or nil
  end
  local nameless = node.group:find "^%d+$" or node.group == "nogroup"
  if system.container and nameless then return container_group(node, path, system) end
  if node.gid == 0 or node.group ~= system.burner_group and not suffices(file_group(node)) then
    return wrong_group(node, path, system)
  end
  return join(node, path, system, node.group, ("it belongs to %s:%s"):format(node.owner,
    node.group))
end

local function by_class(node, path, system)
  local user = system.user
  if node.uid == user.uid then
    return not suffices(node.mode >> 6) and widen(node, path, system, "its owner", "u") or nil
  end
  local entry = named_user(node, user.uid)
  if not entry then return by_group(node, path, system) end
  return not (suffices(entry.permissions) and suffices(node.mode >> 3))
    and widen_entry(path, node, system, entry) or nil
end

-- Everything that can be seen allows it: a security module, a read-only device, a namespace.
local function refused(node, path, system)
  return finding.problem("refused", "access", sentence(node, path, system.user,
    "owner, mode and list would allow it, but something else forbids it"),
    "Look at what the kernel says (a security module, a container's rules):",
    as_root("dmesg | tail", system))
end

---@param node redbook.NodeFacts
---@param path string as the user knows it
---@param system table of system.collect
---@return redbook.Finding[] what keeps this user from reading and writing; empty when nothing does
function permission.judge(node, path, system)
  if node.readable and node.writable then return {} end
  local found = by_class(node, path, system) or refused(node, path, system)
  local list = { found }
  local group = system.burner_group
  if found.id == "wrong_group" and not in_group(system.user.groups, group) then
    list[2] = join(node, path, system, group, "it should belong to the group " .. group)
  end
  return list
end

return permission
