-- SPDX-License-Identifier: GPL-3.0-or-later
-- doctor.lua: why a drive cannot be used, and the command that mends it.

local advice = require "redbook.cli.advice"
local common = require "redbook.cli.common"
local doctor = require "redbook.doctor"
local json = require "redbook.report.json"
local report_lines = require "redbook.report.doctor"

-- Lists are lists in JSON also when they are empty.
local LISTS = { groups = true, login_groups = true, drives = true, findings = true, acl = true,
  mounts = true, holders = true, kernel_holders = true, profiles = true, closed = true }

local function with_lists(value)
  for key, field in pairs(value) do
    if type(field) == "table" then
      with_lists(field)
      if LISTS[key] and #field == 0 then json.list(field) end
    end
  end
  return value
end

local function wanted(job)
  local id = job.options.device or os.getenv "CDR_DEVICE"
  return id ~= "" and id or nil
end

local function run(job)
  local report = doctor.examine({ device = wanted(job) }, {
    prefix = advice.prefix(arg and arg[0], os.getenv "PATH") })
  local lines = report_lines.lines(report, job.width, job.options.verbose)
  for _, line in ipairs(lines) do job:say(line) end
  if job.options.json then
    report.event = "doctor"
    job:emit(with_lists(report))
  end
  return report.exit
end

return common.program {
  name = "doctor", usage = "[OPTION]...", looks = true,
  summary = "Says what keeps a drive from burning, and the command that mends it: its node and "
    .. "who may use it, who has it, the disc in it.",
  epilog = "A drive that somebody burns with is not touched.\n\nExit: 0 nothing prevents burning "
    .. "(on one drive at least); 2 usage, or nothing can be shown; 3 no such drive, or one that "
    .. "cannot be used; 4 no permission, or somebody holds it; 5 no disc, or not a suitable one.",
  define = function(parser)
    parser:group("Where", parser:option("--device", "One drive: /dev/sr0, a link to it, or "
      .. "virtual:disc.cue (a disc in files). Default: $CDR_DEVICE, else all there are.")
      :argname "ID")
  end,
  run = run,
}
