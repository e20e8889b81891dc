-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which recorder is meant: --device, then $CDR_DEVICE, then the only one there is.

local advice = require "redbook.cli.advice"
local core = require "redbook.core"
local failure = require "redbook.failure"

local device = {}

---@return string[] ids of the recorders of this machine; looks at no drive
function device.connected()
  local master, ids = core.DiscMaster(), {}
  for index = 0, master.Count - 1 do ids[#ids + 1] = master:Item(index) end
  return ids
end

---@param wanted string? of --device
---@param getenv fun(name: string): string?
---@param drives fun(): string[] ids of the recorders that are connected
---@return string? id
---@return redbook.Failure? err stage "device", lists what there is
function device.choose(wanted, getenv, drives)
  local id = wanted or getenv "CDR_DEVICE"
  if id and id ~= "" then return id end
  local found = drives()
  if #found == 1 then return found[1] end
  if #found == 0 then
    return nil, failure.new { stage = "device", message = "no CD recorder is connected",
      advice = advice.VIRTUAL, devices = found }
  end
  return nil, failure.new { stage = "device", devices = found, message =
    ("%d recorders are connected: %s"):format(#found, table.concat(found, ", ")),
    advice = "choose one: --device " .. found[1] }
end

return device
