-- SPDX-License-Identifier: GPL-3.0-or-later
-- What to do, where the core cannot know what was meant: its advice speaks of drives, but the
-- command line also names discs in files, a trace and lists.

local finding = require "redbook.doctor.finding"

local advice = {}

local ACCESS_DENIED = 0x80070005
local INVALID = 0x80070057
-- Stages whose failures are about other files than the disc's, and say themselves what to do.
local NAMED = { source = true, arguments = true }
local DEVICE_GONE = 0x80070037
local FILE_NOT_FOUND = 0x80070002

advice.VIRTUAL = "without a drive, --device virtual:disc.cue takes a disc in files"
advice.NO_SUCH_DRIVE = "check the name (drives.lua lists the drives there are); " .. advice.VIRTUAL

---What stands before the name of a program of redbook's in a command that is to be copied:
---programs of a checkout are run by their path, as this one was; installed ones are found.
---@param script string? arg[0]
---@param path string? $PATH
---@return string "lua5.4 scripts/", or nothing
function advice.prefix(script, path)
  local folder = tostring(script or ""):match "^(.*/)[^/]*$"
  if not folder then return "" end
  local installed = (":" .. (path or "") .. ":"):find(":" .. folder:sub(1, -2) .. ":", 1, true)
  return installed and "" or "lua5.4 " .. finding.quote(folder)
end

local LOCKED = 0xC0AA0210

-- What doctor.lua knows more about: a node that is closed or missing, a drive that is held.
local function explains(code, id)
  if code == LOCKED then return id ~= "" and not id:find "^replay:" end
  return (code == ACCESS_DENIED or code == DEVICE_GONE) and id:find "^/" ~= nil
end

-- Points to it, unless the core has done so.
local function refer(err, id)
  local about_drive = err.stage == "device" or err.stage == "medium" or err.stage == "burn"
  if not about_drive or err.set or not explains(err.code, id) then return end
  local own = err.advice or ""
  if own:find("doctor.lua", 1, true) then return end
  local more = ("doctor.lua --device %s tells more"):format(id)
  err.advice = own == "" and more or ("%s; %s"):format(own:gsub("%.$", ""), more)
end

-- Messages of the core name the trace as it was given.
---@param err redbook.Error|redbook.Failure
---@param trace string? as on the command line
---@return boolean? whether the file of the trace is what failed
function advice.is_of_trace(err, trace)
  return trace and tostring(err.message):find("the trace to " .. trace, 1, true) ~= nil
end

-- The hands that change the disc of a virtual drive are --device: another name, another disc.
-- Those of a set's next disc are named by the command that goes on with it.
local function in_files(own, id)
  local name = id:match "^virtual:([^?]+)"
  if not name or not own then return own end
  local other = "virtual:" .. name:gsub("%.cue$", "") .. "2.cue"
  local rest = own:match "^put a blank disc in(.*)$"
  if rest == "" or rest and rest:find "^, or " then
    return ("name a new disc, such as --device %s%s"):format(finding.quote(other), rest)
  elseif own == "put a CD-RW in" then
    return "name a CD-RW, such as --device " .. finding.quote(other .. "?medium=cd-rw")
  end
  return own
end

---@param err redbook.Failure its `advice` is replaced where a better one is known, its `stage`
---where the command line is at fault and no drive
---@param context { device: string?, trace: string? } as on the command line
---@return redbook.Failure err
function advice.fit(err, context)
  local virtual = (context.device or ""):find "^virtual:" ~= nil
  if advice.is_of_trace(err, context.trace) then
    err.stage = "arguments"
    local device = context.trace:find "^/dev/" or context.trace:find "^/proc/"
    err.advice = err.code == INVALID
      and (device and "" or "remove it, or ") .. "name another file for --trace"
      or "name a file for --trace that you may write, in a folder that is there"
  elseif err.stage == "device" and err.code == DEVICE_GONE and not virtual then
    err.advice = advice.NO_SUCH_DRIVE
  elseif virtual and err.code == ACCESS_DENIED and not NAMED[err.stage] then
    err.advice = "check that you may write to the disc's files and to the folder they are in"
  elseif virtual and err.stage == "device" and err.code == FILE_NOT_FOUND then
    err.advice = tostring(err.message):find("folder", 1, true)
      and "make that folder, or name another one" or "name a disc that is there"
  elseif virtual and err.stage == "medium" then
    err.advice = in_files(err.advice, context.device)
  end
  if err.stage ~= "arguments" then refer(err, context.device or "") end
  return err
end

---@param problems redbook.Problem[] of `redbook.playlist.collect`
---@return string
function advice.of_sources(problems)
  local lists, others = 0, 0
  for _, problem in ipairs(problems) do
    if problem.line then lists = lists + 1 else others = others + 1 end
  end
  if others > 0 then return "name audio files or playlists that can be read" end
  return lists == 1 and "correct the list, or take this line out of it"
    or "correct the list, or take these lines out of it"
end

return advice
