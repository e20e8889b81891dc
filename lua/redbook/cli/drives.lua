-- SPDX-License-Identifier: GPL-3.0-or-later
-- drives.lua: the optical drives of this machine, without disturbing any.

local columns = require "redbook.report.columns"
local common = require "redbook.cli.common"
local core = require "redbook.core"
local disc = require "redbook.report.disc"
local drives = require "redbook.drives"
local json = require "redbook.report.json"
local merged = require "redbook.merged"
local text = require "redbook.playlist.text"

local LABEL = 10

local function define(parser)
  parser:flag("--probe", "Also look which disc is in each drive that nobody uses.")
  for _, root in ipairs { "sys", "dev", "proc" } do
    parser:option("--" .. root, ("Where /%s is mounted."):format(root)):argname "FOLDER"
      :hidden(true)
  end
end

local function in_use(drive)
  return drive.owner ~= nil or #drive.mounts > 0 or #drive.users > 0
end

-- The disc, or why there is nothing to tell of it.
local function probe(drive)
  if in_use(drive) then return { problem = "not looked at: the drive is in use" } end
  local recorder <close>, err = core.Recorder(drive.id)
  local summary
  if recorder then summary, err = recorder:MediaSummary() end
  if not summary then return { problem = err.message, code = err.code, name = err.name } end
  if summary.State == "none" then return { state = "none" } end
  return disc.medium(summary)
end

local function event_of(list)
  local plain = json.list {}
  for index, drive in ipairs(list) do
    local copy = merged(drive)
    copy.links, copy.mounts = json.list(drive.links), json.list(drive.mounts)
    copy.users, copy.in_use = json.list(drive.users), in_use(drive)
    plain[index] = copy
  end
  return { event = "drives", drives = plain }
end

local function medium_text(medium)
  if not medium then return nil end
  if medium.problem then return medium.problem end
  if medium.state == "none" then return "no disc" end
  return (medium.type == "unknown" and "no CD" or medium.type) .. ", " .. medium.state
end

local function users_text(users)
  local words = {}
  for index, user in ipairs(users) do words[index] = ("%s (%d)"):format(user.command, user.pid) end
  return #words > 0 and table.concat(words, ", ") or nil
end

local function show(job, drive)
  local function row(label, value)
    if not value or value == "" then return end
    for index, line in ipairs(columns.wrap(text.printable(value), job.width - LABEL)) do
      job:say(("%-" .. LABEL .. "s%s"):format(index == 1 and label or "", line))
    end
  end
  local name = {}
  for _, part in ipairs { drive.vendor or "", drive.model or "", drive.revision or "" } do
    if part ~= "" then name[#name + 1] = part end
  end
  row("Drive", #name > 0 and table.concat(name, " ") or "unknown")
  row("Node", drive.sg and drive.node .. ", " .. drive.sg or drive.node)
  row("Name", drive.id ~= drive.node and drive.id)
  row("Held by", drive.owner)
  row("Mounted", table.concat(drive.mounts, ", "))
  row("Open in", users_text(drive.users))
  row("Disc", medium_text(drive.medium))
end

local function run(job)
  local options = job.options
  local list = drives { sys = options.sys, dev = options.dev, proc = options.proc }
  for _, drive in ipairs(options.probe and list or {}) do drive.medium = probe(drive) end
  job:emit(event_of(list))
  if options.json then return true end
  if #list == 0 then job:say "No optical drive is connected." end
  for index, drive in ipairs(list) do
    if index > 1 then job:say "" end
    show(job, drive)
  end
  return true
end

return common.program {
  name = "drives", summary = "Lists the optical drives of this machine, who uses them and under "
    .. "which names. Opens no drive.",
  usage = "[OPTION]...", looks = true, define = define, run = run,
  epilog = "Exit: 0 also when there is no drive; 2 usage, or nothing can be shown.",
}
