-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether the drive can record, and what lies in it. Pure.

local finding = require "redbook.doctor.finding"
local medium = require "redbook.recipe.medium"

local disc = {}

local quote, problem = finding.quote, finding.problem

local NO_MEDIA = 0xC0AA0202
local NOT_READY = { [0xC0AA0205] = true, [0xC0AA0206] = true, [0xC0AA0207] = true,
  [0xC0AA020D] = true }
-- Of the disc, not of the drive: upside down, unreadable.
local OF_DISC = { [0xC0AA0203] = true, [0xC0AA0204] = true, [0xC0AA0209] = true,
  [0xC0AA0212] = true }

local CD_R_PROFILE = 0x0009 -- MMC-6 5.3.1, profile list

-- How to get another disc in.
local function other_disc(facts)
  if facts.kind == "device" then return "eject " .. quote(facts.path) end
end

local function no_medium(facts, system)
  if facts.kind == "virtual" then
    return problem("no_medium", "medium", "There is no disc in the virtual drive.",
      "Name one; a new name is a blank disc:",
      finding.own(system, "burn", "--device virtual:disc.cue PLAYLIST"))
  end
  return problem("no_medium", "medium", "There is no disc in the drive.",
    "Put a blank CD-R or CD-RW in:", other_disc(facts))
end

---@param err table of a look at the drive
---@return boolean whether it speaks of the disc, so that the drive itself answers
function disc.is_about(err)
  return err.code == NO_MEDIA or NOT_READY[err.code] or OF_DISC[err.code] or false
end

local function judge_error(facts, system)
  local err = facts.look.error
  if err.code == NO_MEDIA then return no_medium(facts, system) end
  if NOT_READY[err.code] then
    return finding.warning("not_ready", ("The drive is not ready: %s"):format(err.message),
      "Wait; burn.lua does so by itself:",
      finding.own(system, "burn", ("--wait-for-disc --device %s PLAYLIST"):format(quote(facts.id))))
  end
  return problem("bad_medium", "medium", ("The disc cannot be used: %s"):format(err.message),
    "Put a blank CD-R or CD-RW in, label upwards:", other_disc(facts))
end

local function on_drive(facts, words)
  return words:format(quote(facts.id))
end

-- A disc with something on it: what can be done with it besides taking another.
local function judge_recorded(facts, system, err)
  local summary = facts.look.medium
  if medium.mendable(summary) then
    return finding.warning("cut_off", "The last track of the disc was cut off while it was "
      .. "being written.", "See what can be done with the disc:",
      finding.own(system, "rescue", on_drive(facts, "--device %s")))
  elseif medium.check(summary, true) then
    return finding.warning("appendable", err.message:gsub("^%l", string.upper) .. ".",
      "Put a blank disc in, or go on with this one:",
      finding.own(system, "burn", on_drive(facts, "--append --device %s PLAYLIST")))
  end
  local erase = summary.Erasable and (summary.MediaType == 3)
  return problem("not_blank", "medium", err.message:gsub("^%l", string.upper) .. ".", erase
    and "Put a blank disc in, or erase this one:" or "Put a blank CD-R or CD-RW in:", erase
    and finding.own(system, "blank", on_drive(facts, "--device %s")) or other_disc(facts))
end

local function judge_medium(facts, system)
  local summary = facts.look.medium
  if summary.State == "none" then return no_medium(facts, system) end
  local ok, err = medium.check(summary, false)
  if ok then return nil end
  if summary.MediaType ~= 2 and summary.MediaType ~= 3 then
    return problem("wrong_medium", "medium", err.message:gsub("^%l", string.upper) .. ".",
      "Put a blank CD-R or CD-RW in:", other_disc(facts))
  end
  return judge_recorded(facts, system, err)
end

local function records(profiles)
  for _, profile in ipairs(profiles) do
    if profile == CD_R_PROFILE then return true end
  end
  return false
end

---@param facts table of drive.collect
---@param system table of system.collect
---@return redbook.Finding[]
function disc.judge(facts, system)
  local look, list = facts.look, {}
  if not look then return list end
  if look.profiles and #look.profiles > 0 and not records(look.profiles) then
    return { problem("no_recorder", "device", "The drive reads discs only: it cannot write a "
      .. "CD-R.", "Use a recorder; see which drives there are:",
      (finding.own(system, "doctor", ""):gsub(" $", ""))) }
  end
  if look.error and disc.is_about(look.error) then
    list[1] = judge_error(facts, system)
  elseif look.medium then
    list[1] = judge_medium(facts, system)
  end
  return list
end

return disc
