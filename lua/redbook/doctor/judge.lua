-- SPDX-License-Identifier: GPL-3.0-or-later
-- From what is to what is wrong with it. Pure: data in, findings out.

local disc = require "redbook.doctor.disc"
local finding = require "redbook.doctor.finding"
local node = require "redbook.doctor.node"
local permission = require "redbook.doctor.permission"
local use = require "redbook.doctor.use"

local judge = {}

local FIFO_BYTES = 64 << 20

local function append(list, more)
  for _, found in ipairs(more) do list[#list + 1] = found end
end

-- Files of a virtual disc.
local function judge_files(facts)
  local list = {}
  if facts.missing_folder then
    list[1] = finding.problem("no_folder", "device", ("The folder %s for the disc's files does "
      .. "not exist."):format(facts.missing_folder), "Make it:", "mkdir -p "
      .. finding.quote(facts.missing_folder))
  end
  for _, path in ipairs(facts.closed or {}) do
    list[#list + 1] = finding.problem("closed_file", "access", ("%s cannot be written by this "
      .. "user."):format(path), "Let it be written, or name another file:",
      ("chmod u+w %s"):format(finding.quote(path)))
  end
  return list
end

-- Worth knowing; nothing to be done.
local function notes(facts, system)
  local list = {}
  if facts.kind ~= "device" or not facts.known then return list end
  if facts.node and facts.node.kind == "block" and not facts.sg then
    list[1] = finding.note("no_sg", "The drive has no generic node (/dev/sgN): only programs that "
      .. "want one miss it.", "Load the driver:", finding.as_root("modprobe sg", system))
  end
  if not system.user.rawio then
    list[#list + 1] = finding.note("kernel_filter", "Without CAP_SYS_RAWIO the kernel refuses some "
      .. "commands, such as MECHANISM STATUS and a maker's own.",
      "Nothing: a burn needs none of them.")
  end
  return list
end

local function memory_note(system)
  local limit = system.user.memlock
  if not limit or limit >= FIFO_BYTES or system.user.uid == 0 then return {} end
  return { finding.note("memlock", ("Only %d MiB of memory may be locked; the sound waits in 64 "
    .. "MiB."):format(limit >> 20), "Nothing: redbook does not need it locked.") }
end

---@param facts table of drive.collect
---@param system table of system.collect
---@return redbook.Finding[] problems first
function judge.drive(facts, system)
  local list = {}
  if facts.kind == "device" then
    local hopeless = node.judge(facts, system)
    if hopeless then return { hopeless } end
    append(list, permission.judge(facts.node, facts.path, system))
  else
    append(list, judge_files(facts))
  end
  if facts.look and facts.look.error then
    facts.look.answered = disc.is_about(facts.look.error)
  end
  append(list, use.judge(facts, system))
  append(list, disc.judge(facts, system))
  append(list, notes(facts, system))
  return list
end

local function without_driver(system, list)
  for _, device in ipairs(system.unbound) do
    local name = ("%s %s"):format(device.vendor or "", device.model or ""):match "^%s*(.-)%s*$"
    list[#list + 1] = finding.problem("no_sr_driver", "device", ("A drive is connected (%s, SCSI "
      .. "%s), but no driver has taken it."):format(name ~= "" and name or "nameless",
        device.address), "Load the driver:", finding.as_root("modprobe sr_mod", system))
  end
end

-- No drive at all. A computer cannot tell an unplugged one from none.
local function no_drives(system)
  local text = "No optical drive is connected: Linux lists none"
  if system.container then
    text = ("%s (this is a %s container; a drive of the machine would be listed all the same)")
      :format(text, system.container.kind)
  elseif not system.drivers.sr then
    text = text .. ", and its driver sr_mod is not loaded"
  end
  local command = finding.own(system, "burn", "--device virtual:disc.cue PLAYLIST")
  if not system.drivers.sr and not system.container then
    return finding.problem("no_drives", "device", text .. ".",
      "Connect a drive and load the driver:", finding.as_root("modprobe sr_mod", system))
  end
  return finding.problem("no_drives", "device", text .. ".",
    "Connect a drive. Without one, burn to files:", command)
end

---What concerns no single drive.
---@param system table of system.collect
---@param drives table[] of drive.collect
---@return redbook.Finding[]
function judge.system(system, drives)
  local list = {}
  without_driver(system, list)
  if #drives == 0 and #list == 0 then list[1] = no_drives(system) end
  append(list, memory_note(system))
  return list
end

---The exit code of a drive: its first problem's.
---@param findings redbook.Finding[]
---@return integer 0 when nothing prevents burning
function judge.exit(findings)
  for _, found in ipairs(findings) do
    if found.exit then return found.exit end
  end
  return 0
end

return judge
