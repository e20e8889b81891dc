-- SPDX-License-Identifier: GPL-3.0-or-later
-- Why a drive cannot be used, and what mends it.

local core = require "redbook.core"
local drive = require "redbook.doctor.drive"
local judge = require "redbook.doctor.judge"
local shape = require "redbook.shape"
local system = require "redbook.doctor.system"

local doctor = {}

---@class redbook.DoctorOptions
---@field device string? one drive, by the id that `Recorder` takes; all of them without it
---@field look boolean? false: the drives are not asked anything, not even for their disc
---@field sys string? where /sys is mounted, and so on (containers, tests)
---@field dev string?
---@field proc string?
---@field run string?
---@field etc string?
---@field root string? where a container's marks lie, "/"

---@class redbook.DoctorReport plain data
---@field version string
---@field kernel string?
---@field user table `uid`, `user`, `groups`, `login_groups`, `rawio`, `memlock`
---@field container { kind: string, sign: string }?
---@field drives table[] each with `id`, `usable`, `exit`, `findings` and what was found out
---@field findings redbook.Finding[] of the machine
---@field exit integer 0 when a drive can be used, else 3, 4 or 5 as of burn.lua

local OPTIONS = { device = "string", look = "boolean", sys = "string", dev = "string",
  proc = "string", run = "string", etc = "string", root = "string" }

-- As c/drive/lockfile.c chooses.
local function lock_folders(run)
  local chosen = os.getenv "REDBOOK_LOCK_FOLDER"
  if chosen and chosen:sub(1, 1) == "/" then return { chosen } end
  return { run .. "/lock", os.getenv "XDG_RUNTIME_DIR" }
end

local function roots_of(options)
  local root = (options.root or ""):gsub("/$", "")
  return { sys = options.sys or "/sys", dev = options.dev or "/dev",
    proc = options.proc or "/proc", run = options.run or "/run", etc = options.etc or "/etc",
    root = root, locks = lock_folders(options.run or "/run") }
end

-- Where /sys shows no drives, as in some containers, a node may lead to one all the same.
local function ids(options, roots)
  if options.device then return { options.device } end
  local list = {}
  for id in core.DiscMaster({ sys = roots.sys, dev = roots.dev }):each() do list[#list + 1] = id end
  local first = roots.dev .. "/sr0"
  local node = #list == 0 and core.inspect_node(first)
  if node and node.kind == "block" then list[1] = first end
  return list
end

-- One drive that can be used is enough.
local function exit_of(report)
  local least = judge.exit(report.findings)
  for index, facts in ipairs(report.drives) do
    if index == 1 or facts.exit < least then least = facts.exit end
  end
  return least
end

---Looks at one drive or at all of them, and at what this user may do with them. A drive that
---somebody burns with is not touched; others are taken for a moment and asked for their disc.
---@param options? redbook.DoctorOptions what is not known, or of a wrong type, raises
---@param seams? { open: function?, prefix: string? } how to make a Recorder, what stands before
---the names of redbook's programs
---@return redbook.DoctorReport
function doctor.examine(options, seams)
  options, seams = options or {}, seams or {}
  shape.check("doctor: options", options, OPTIONS)
  local roots = roots_of(options)
  local machine = system.collect(roots)
  machine.prefix = seams.prefix
  local report = { version = core.version, kernel = machine.kernel, user = machine.user,
    container = machine.container, drivers = machine.drivers, drives = {} }
  for index, id in ipairs(ids(options, roots)) do
    local facts = drive.collect(id, roots, seams.open or core.Recorder, options.look ~= false)
    facts.findings = judge.drive(facts, machine)
    facts.exit = judge.exit(facts.findings)
    facts.usable = facts.exit == 0
    report.drives[index] = facts
  end
  report.findings = judge.system(machine, report.drives)
  report.exit = exit_of(report)
  return report
end

return doctor
