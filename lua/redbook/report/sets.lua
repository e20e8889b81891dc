-- SPDX-License-Identifier: GPL-3.0-or-later
-- Events of a set as lines for people. Pure: tables in, strings out.

local msf = require "redbook.msf"
local text = require "redbook.playlist.text"

local sets = {}

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

local HOW = { order = "in the order of the list", album = "albums kept together",
  fit = "on as few discs as possible" }

local function state_of(disc)
  if disc.state ~= "begun" then return disc.state == "done" and "done" or nil end
  return disc.written == 0 and "begun" or ("begun, %d written"):format(disc.written)
end

---@param event table the "set" event
---@return string[]
function sets.overview(event)
  local list = { ("%s %s: %s, %s."):format(event.resumed and "Going on with the set" or "Set",
    text.printable(event.name), plural(#event.discs, "disc"), HOW[event.split]) }
  for _, disc in ipairs(event.discs) do
    local state = state_of(disc)
    list[#list + 1] = ("%2d  %9s  %6s%s"):format(disc.disc, plural(disc.track_count, "track"),
      msf.short(disc.needed_sectors), state and "  " .. state or "")
  end
  return list
end

---@param event table the "insert" event of a set
---@return string
function sets.insert(event)
  local limit = ("(at most %g s)"):format(event.limit)
  if not event.begun then
    return ("Put in a blank disc for disc %d of %d %s."):format(event.disc, event.of, limit)
  end
  return ("Put in disc %d of %d, which is begun, or a blank disc to begin it anew %s."):format(
    event.disc, event.of, limit)
end

---@param event table the "disc_done" event
---@return string
function sets.done(event)
  return ("Disc %d of %d is done%s."):format(event.disc, event.of, event.left > 0
    and (event.left == 1 and "; 1 more is left" or ("; %d more are left"):format(event.left))
    or "")
end

---@param event table the "set_done" event
---@return string
function sets.finished(event)
  return ("All %d discs of the set are done."):format(event.discs)
end

---What stands before a line of a disc.
---@param about { disc: integer, of: integer }?
---@return string "Disc 2 of 3: ", or nothing
function sets.label(about)
  return about and ("Disc %d of %d: "):format(about.disc, about.of) or ""
end

-- From so many columns on the live line has room for words.
local WIDE = 60

---The same for the line that is redrawn.
---@param about { disc: integer, of: integer }?
---@param room integer columns of that line
---@return string "disc 2/3 ", "2/3: ", or nothing
function sets.mark(about, room)
  if not about then return "" end
  return (room >= WIDE and "disc %d/%d " or "%d/%d: "):format(about.disc, about.of)
end

return sets
