-- SPDX-License-Identifier: GPL-3.0-or-later
-- What `redbook.doctor` found, for people: what is, what is wrong, the command that mends it.
-- Pure: a report in, lines out.

local columns = require "redbook.report.columns"
local msf = require "redbook.msf"
local permission = require "redbook.doctor.permission"
local text = require "redbook.playlist.text"

local doctor = {}

local HEADS = { problem = "PROBLEM", warning = "warning", note = "note" }
local LABEL = 10 -- columns of "  disc    "

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

local Page = {}
Page.__index = Page

-- A paragraph whose first line begins with `head`, the others below its text.
function Page:paragraph(head, body, indent)
  local room = math.max(self.width - indent, 20)
  for index, line in ipairs(columns.wrap(text.printable(body), room)) do
    self:line((index == 1 and head .. (" "):rep(indent - #head) or (" "):rep(indent)) .. line)
  end
end

function Page:line(line)
  self[#self + 1] = line
end

function Page:fact(label, body)
  self:paragraph("  " .. label, body, LABEL)
end

-- A command is never broken: it is to be copied.
function Page:finding(found)
  if found.severity == "note" and not self.verbose then return end
  self:paragraph("  " .. HEADS[found.severity], found.text, LABEL)
  self:paragraph("", found.command and found.cure or (found.cure:gsub(":$", ".")), LABEL)
  if found.command then
    self:line((" "):rep(LABEL) .. "  " .. text.printable(found.command))
  end
end

local function names(list)
  local all = {}
  for index, entry in ipairs(list) do all[index] = entry.name end
  return #all > 0 and table.concat(all, ", ") or "none"
end

local function lists_of(node)
  local list = {}
  for _, entry in ipairs(node.acl) do
    if entry.tag == "user" or entry.tag == "group" or entry.tag == "mask" then
      list[#list + 1] = permission.entry(entry)
    end
  end
  return #list > 0 and ", list: " .. table.concat(list, ", ") or ""
end

local function access(node)
  if node.readable and node.writable then return "you may read and write it" end
  if node.readable then return "you may read it, not write" end
  return node.writable and "you may write it, not read" or "you may not open it"
end

local function node_line(node)
  return ("%s %d:%d, %s:%s %s%s; %s"):format(node.kind, node.major, node.minor, node.owner,
    node.group, permission.mode(node.mode), lists_of(node), access(node))
end

local function holder_line(facts)
  local list = {}
  if facts.lock then
    list[1] = ('"%s"%s'):format(facts.lock.client,
      facts.lock.pid and (" (process %d)"):format(facts.lock.pid) or "")
  end
  for _, holder in ipairs(facts.holders or {}) do
    list[#list + 1] = ("%s (process %d)"):format(holder.command or "?", holder.pid)
  end
  local hidden = (facts.unseen or 0) > 0
    and (" (only root can look into %d processes)"):format(facts.unseen) or ""
  return (#list > 0 and table.concat(list, ", ") or "nobody that can be seen") .. hidden
end

local STATES = { none = "no disc", blank = "blank", appendable = "has room for more",
  complete = "closed", other = "in a state that audio CDs do not have" }
local TYPES = { [1] = "CD-ROM", [2] = "CD-R", [3] = "CD-RW" }

local function disc_line(look)
  local summary = look.medium
  if not summary then return look.error and look.error.message or "not asked" end
  if summary.State == "none" then return STATES.none end
  local tracks = summary.NumberOfTracks > 0 and ", " .. plural(summary.NumberOfTracks, "track")
    or ""
  local free = summary.FreeSectors > 0 and (", %s free"):format(msf.short(summary.FreeSectors))
    or ""
  return ("%s, %s%s%s"):format(TYPES[summary.MediaType] or "no CD", STATES[summary.State], tracks,
    free)
end

local function sg_line(sg)
  if not sg then return "none" end
  return sg.present and sg.path or sg.path .. ", but there is no such node"
end

local function add_facts(page, facts)
  local node = facts.node
  if node then
    if node.target ~= facts.id then page:fact("link", "to " .. node.target) end
    page:fact("node", node_line(node))
    if facts.known then page:fact("generic", sg_line(facts.sg)) end
    page:fact("in use", holder_line(facts))
    if #node.mounts > 0 then page:fact("mounted", "at " .. table.concat(node.mounts, ", ")) end
  elseif facts.lock then
    page:fact("in use", holder_line(facts))
  end
  if facts.look then page:fact("disc", disc_line(facts.look)) end
end

local function model(facts)
  local words = {}
  for _, word in ipairs { facts.vendor or "", facts.model or "", facts.revision or "" } do
    if word:find "%S" then words[#words + 1] = word end
  end
  return #words > 0 and (" (%s)"):format(table.concat(words, " ")) or ""
end

local function add_drive(page, facts)
  page:paragraph("", facts.id .. model(facts), 0)
  add_facts(page, facts)
  local problems = 0
  for _, found in ipairs(facts.findings) do
    page:finding(found)
    if found.severity == "problem" then problems = problems + 1 end
  end
  page:line("")
  return problems
end

local function add_machine(page, report)
  local user = report.user
  page:paragraph("", ("redbook %s, Linux %s%s"):format(report.version, report.kernel or "?",
    report.container and (", in a %s container"):format(report.container.kind) or ""), 0)
  page:paragraph("", ("user %s (%d), groups: %s"):format(user.user, user.uid, names(user.groups)),
    0)
  page:line("")
  local before = #page
  for _, found in ipairs(report.findings) do page:finding(found) end
  if #page > before then page:line("") end
end

local function verdict(report, problems)
  if report.exit ~= 0 then
    if #report.drives == 0 then return "Nothing can be burned here but files." end
    return #report.drives == 1 and ("%s to mend before this drive can burn."):format(
      plural(problems, "problem")) or "None of these drives can burn now."
  end
  for _, facts in ipairs(report.drives) do
    if facts.usable then return ("Nothing stands in the way of a burn on %s."):format(facts.id) end
  end
end

---@param report redbook.DoctorReport
---@param width integer? columns, 80 by default
---@param verbose boolean? notes too: what is worth knowing and needs no cure
---@return string[] lines no wider than that, but for commands
function doctor.lines(report, width, verbose)
  local page = setmetatable({ width = width or 80, verbose = verbose or false }, Page)
  local problems = 0
  add_machine(page, report)
  for _, facts in ipairs(report.drives) do problems = problems + add_drive(page, facts) end
  page:paragraph("", verdict(report, problems), 0)
  local list = {}
  for index, line in ipairs(page) do list[index] = line end
  return list
end

return doctor
