-- SPDX-License-Identifier: GPL-3.0-or-later
-- Findings, and how commands are written for this user.

local exit = require "redbook.cli.exit"

local finding = {}

---@class redbook.Finding
---@field id string what programs go by
---@field severity "problem"|"warning"|"note" prevents burning; may disturb it; harmless
---@field exit integer? of a problem: 3, 4 or 5, as of burn.lua
---@field text string what is wrong, a sentence
---@field cure string what to do, a sentence
---@field command string? the one command that does it

local EXITS = { device = exit.DEVICE, access = exit.BUSY, medium = exit.MEDIUM }

---@param id string
---@param kind "device"|"access"|"medium" what the problem is about
---@param text string
---@param cure string
---@param command? string
---@return redbook.Finding
function finding.problem(id, kind, text, cure, command)
  return { id = id, severity = "problem", exit = EXITS[kind], text = text, cure = cure,
    command = command }
end

---@param id string
---@param text string
---@param cure string
---@param command? string
---@return redbook.Finding
function finding.warning(id, text, cure, command)
  return { id = id, severity = "warning", text = text, cure = cure, command = command }
end

---@param id string
---@param text string
---@param cure string
---@param command? string
---@return redbook.Finding
function finding.note(id, text, cure, command)
  return { id = id, severity = "note", text = text, cure = cure, command = command }
end

---@param command string
---@param system { user: { uid: integer } }
---@return string the command for root
function finding.as_root(command, system)
  if system.user.uid == 0 then return command end
  return "sudo " .. command:gsub(" && ", " && sudo ")
end

---@param word string
---@return string as sh takes it
function finding.quote(word)
  if word:find "^[%w_@%%+=:,./-]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

---@param system { prefix: string? }
---@param name string "burn"
---@param words string
---@return string a command line of redbook's own
function finding.own(system, name, words)
  return ("%s%s.lua %s"):format(system.prefix or "", name, words)
end

return finding
