-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who has a drive: mounts, drivers, processes, a lock; and what came of trying to take it. Pure.

local finding = require "redbook.doctor.finding"
local node = require "redbook.doctor.node"

local use = {}

local quote, as_root, problem = finding.quote, finding.as_root, finding.problem

local EPERM, ENXIO, EACCES, EBUSY, ENODEV = 1, 6, 13, 16, 19
local LOCKED = 0xC0AA0210

local function kill(holder, system)
  local command = "kill " .. holder.pid
  return holder.uid == system.user.uid and command or as_root(command, system)
end

local function mounted(facts, system, list)
  for _, folder in ipairs(facts.node and facts.node.mounts or {}) do
    list[#list + 1] = problem("mounted", "access", ("The disc is mounted at %s."):format(folder),
      "Unmount it:", as_root("umount " .. quote(folder), system))
  end
end

local function kernel_holds(facts, system, list)
  for _, name in ipairs(facts.kernel_holders or {}) do
    list[#list + 1] = problem("held_by_kernel", "access",
      ("The block device %s stands on the drive."):format(name), "Take it away:",
      as_root(name:find "^dm%-" and "dmsetup remove /dev/" .. name
        or "pktsetup -d " .. name:gsub("^pktcdvd", ""), system))
  end
end

local function process(holder)
  return ("process %d%s"):format(holder.pid, holder.command and ", " .. holder.command or "")
end

local function locked(facts, system)
  local lock = facts.lock
  if lock.own then
    return problem("held_here", "access", ('This program itself holds the drive, as "%s".')
      :format(lock.client), "End the burn first: ReleaseMedia, or Close of the TrackAtOnce.")
  elseif not lock.pid then
    return problem("held", "access", ('The drive is held by "%s".'):format(lock.client),
      "Wait until it has ended, or end that program:", as_root("fuser -v "
        .. quote(facts.path or facts.id), system))
  end
  return problem("held", "access", ('The drive is held by "%s" (%s).'):format(lock.client,
    process(lock)), "Wait until it has ended, or end it (a burn in it is lost):",
    kill(lock, system))
end

local function open_elsewhere(holder, system)
  local text = ("%s (process %d) has %s open for %s."):format(holder.command or "A program",
    holder.pid, holder.node, holder.writes and "writing" or "reading")
  if holder.writes then
    return problem("held", "access", text, "Close that program, or end it (a burn in it is lost):",
      kill(holder, system))
  end
  return finding.warning("open_elsewhere", text .. " What it reads can disturb a burn.",
    "Close that program, or end it:", kill(holder, system))
end

local function held(facts, system, list)
  if facts.lock then list[#list + 1] = locked(facts, system) end
  local named = facts.lock and facts.lock.pid
  for _, holder in ipairs(facts.holders or {}) do
    if holder.pid ~= named and not (holder.own and facts.lock) then
      list[#list + 1] = open_elsewhere(holder, system)
    end
  end
end

-- Somebody has it whom nobody here can see.
local function held_unseen(facts, system)
  local hidden = facts.unseen or 0
  if hidden > 0 and system.user.uid ~= 0 then
    return problem("held_unseen", "access", ("Somebody holds the drive: a program of another "
      .. "user, one of %d that only root can look into, or the kernel."):format(hidden),
      "See which one:", as_root(finding.own(system, "doctor", "--device " .. quote(facts.id)),
        system))
  end
  return problem("held_unseen", "access", "Somebody holds the drive whom nothing here shows: a "
    .. "program or a mount outside of this " .. (system.container and "container." or
      "name space."), "Look for it where the drive is plugged in:", "sudo fuser -vm "
    .. quote(facts.path))
end

local function not_permitted(facts, system)
  if system.container then
    return problem("container_refuses", "access", ("The %s container (%s) has a node %s, but "
      .. "may not use it: it was started without the drive."):format(system.container.kind,
        system.container.sign, facts.path), "Start the container with the drive:",
      node.let_in(facts.path, facts, system))
  end
  return problem("refused", "access", ("Opening %s was refused (%s)."):format(facts.path,
    facts.look.error.message), "Look at what the kernel says:", as_root("dmesg | tail", system))
end

-- From the error of opening the drive.
local function judge_error(facts, system)
  local err = facts.look.error
  local number = err.errno
  if number == EBUSY or err.code == LOCKED then
    return held_unseen(facts, system)
  elseif number == EPERM or number == EACCES then
    return not_permitted(facts, system)
  elseif number == ENXIO or number == ENODEV then
    return problem("no_driver", "device", ("There is a node %s, but no drive behind it."):format(
      facts.path), "Connect the drive, or load its driver:", as_root("modprobe sr_mod", system))
  end
  return problem("unusable", "device", ("The drive cannot be used: %s"):format(err.message),
    err.advice ~= "" and err.advice or "Switch it off and on again, and look at what the kernel "
      .. "says:", err.advice == "" and as_root("dmesg | tail", system) or nil)
end

---@param facts table of drive.collect
---@param system table of system.collect
---@return redbook.Finding[]
function use.judge(facts, system)
  local list = {}
  mounted(facts, system, list)
  kernel_holds(facts, system, list)
  held(facts, system, list)
  local look = facts.look
  if look and look.error and not look.answered then list[#list + 1] = judge_error(facts, system) end
  return list
end

return use
