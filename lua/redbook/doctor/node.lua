-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is wrong with a drive's node itself, before anybody tries to use it. Pure.

local finding = require "redbook.doctor.finding"

local node = {}

local quote, as_root, problem = finding.quote, finding.as_root, finding.problem

local SR_MAJOR, SG_MAJOR = 11, 21 -- linux/major.h

local SEE = "See which drives there are, and name one of them:"

-- How each manager is told to let a drive in; %s: the node, %s: options for its siblings.
local LET_IN = {
  docker = "docker run --device %s%s ...",
  podman = "podman run --device %s%s ...",
  kubernetes = "docker run --device %s%s ...",
  lxc = "lxc config device add CONTAINER cdrom unix-block path=%s",
  flatpak = "flatpak override --user --device=all APPLICATION",
  ["systemd-nspawn"] = "systemd-nspawn --bind=%s --property=DeviceAllow='%s rwm' ...",
}

---The command that gives a container the drive.
---@param path string
---@param facts table of drive.collect
---@param system table of system.collect
---@return string
function node.let_in(path, facts, system)
  local kind = system.container.kind
  if kind == "systemd-nspawn" then return LET_IN[kind]:format(path, path) end
  local sg = facts.sg and " --device " .. facts.sg.path or ""
  return (LET_IN[kind] or LET_IN.docker):format(path, sg)
end

local function made_by_hand(path, facts, system)
  local number = facts.number:gsub(":", " ")
  return as_root(("mknod -m 660 %s b %s && chgrp %s %s"):format(quote(path), number,
    system.burner_group, quote(path)), system)
end

local function missing(path, facts, system)
  if not facts.known then
    return problem("no_drive", "device", ("There is no drive at %s."):format(path), SEE,
      finding.own(system, "doctor", ""):gsub(" $", ""))
  elseif system.container then
    return problem("no_node", "device", ("Linux knows the drive as %s, but this is a %s container "
      .. "(%s) that was started without it."):format(facts.kernel_name, system.container.kind,
        system.container.sign), "Start the container with the drive:",
      node.let_in(path, facts, system))
  end
  return problem("no_node", "device", ("Linux knows the drive as %s, but there is no node %s: "
    .. "nothing makes nodes here (no devtmpfs, no udev)."):format(facts.kernel_name, path),
    "Make the node:", made_by_hand(path, facts, system))
end

local function cannot_be_looked_at(path, facts, system)
  if facts.node_error.errno == 13 then -- EACCES
    return problem("closed_folder", "access", ("%s cannot be looked at: a folder on the way to it "
      .. "is closed to %s."):format(path, system.user.user), "See which one:",
      "namei -l " .. quote(path))
  end
  return missing(path, facts, system)
end

---@param facts table of drive.collect
---@param system table of system.collect
---@return redbook.Finding? what makes all else pointless
function node.judge(facts, system)
  local path = facts.path
  if not facts.node then return cannot_be_looked_at(path, facts, system) end
  local kind, major = facts.node.kind, facts.node.major
  if kind == "block" and major == SR_MAJOR then return nil end
  if kind == "character" and major == SG_MAJOR and not facts.other_kind then return nil end
  return problem("no_drive", "device", ("%s is no optical drive but %s."):format(path,
    (kind == "block" or kind == "character") and ("another %s device"):format(kind)
      or "a " .. kind), "Name a node such as /dev/sr0; a disc in files is named like this:",
    finding.own(system, "doctor", "--device virtual:disc.cue"))
end

return node
