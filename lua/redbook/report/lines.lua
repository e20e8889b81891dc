-- SPDX-License-Identifier: GPL-3.0-or-later
-- Events as lines for people. Pure: tables in, strings out.

local msf = require "redbook.msf"
local playlist = require "redbook.playlist"
local sets = require "redbook.report.sets"
local text = require "redbook.playlist.text"
local verified = require "redbook.report.verified"

local lines = {}

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

---@param track { title: string?, artist: string?, path: string? }
---@return string "Artist - Title", safe for a terminal
function lines.label(track)
  local title = track.title or track.path or ""
  return text.printable(track.artist and track.artist .. " - " .. title or title)
end

-- Sentences for `disc`; the word itself is in the JSON.
local DISC = {
  untouched = "The disc is untouched.",
  open = "The disc is open: its tracks are safe, but players cannot see them before its "
    .. "session is closed.",
  empty = "The disc is open, and no track on it is complete.",
  appendable = "The disc plays; its session is closed and another one may follow.",
  finalised = "The disc is closed and plays.",
  spoiled = "The disc is spoiled.",
  blank = "The disc is blank.",
  unknown = "What state the disc is in could not be found out.",
}

-- The same after a check has failed: nothing is called safe.
local DOUBTFUL = {
  open = "The disc is doubtful; its session is open.",
  appendable = "The disc is doubtful; its session is closed and another one may follow.",
  finalised = "The disc is doubtful; it is closed.",
}

---@param state string
---@param doubtful boolean? a check has failed
---@param tracks integer? complete ones on it; nil: some
---@return string sentence
function lines.disc(state, doubtful, tracks)
  if state == "open" and tracks == 0 and not doubtful then return DISC.empty end
  return doubtful and DOUBTFUL[state] or DISC[state] or DISC.unknown
end

-- What is on a disc, before it is lost.
local HOLDS = { blank = "it is blank", appendable = "it can be added to", complete = "it is closed",
  other = "what state it is in is not known" }

---@param event table the "medium" event
---@return string
function lines.medium(event)
  local what = event.session_open and "its session is open" or HOLDS[event.state] or HOLDS.other
  if event.damaged then what = "it is damaged" end
  if event.cut_off then what = "its last track was cut off" end
  if event.state == "blank" then return ("The disc is a CD-RW; %s."):format(what) end
  return ("The disc is a CD-RW with %s, %s of %s used; %s."):format(
    plural(event.track_count, "track"), msf.short(event.used_sectors),
    msf.short(event.total_sectors), what)
end

---@param event table the "erased" event
---@return string
function lines.erased(event)
  local free = msf.short(event.free_sectors) .. " free"
  if not event.erased then return ("The disc is blank already, %s."):format(free) end
  return ("The disc is blank, %s. %s took %s."):format(free, event.full and "Erasing all of it"
    or "Erasing", msf.short(math.floor(event.seconds) * 75))
end

-- No terminal shows more of them at once; --json has all.
local PROBLEMS = 20

local function several(problems)
  local list = {}
  for index = 1, math.min(#problems, PROBLEMS) do
    list[index] = playlist.describe(problems[index])
  end
  if #problems > PROBLEMS then
    list[#list + 1] = ("and %s more"):format(plural(#problems - PROBLEMS, "problem"))
  end
  return list
end

-- The drive's own words; the message has the numbers already when the core made it.
local function sense_line(err, what)
  local sense = err.sense
  local numbers = ("%X/%02X/%02X"):format(sense.key, sense.asc, sense.ascq)
  local parts = { not what:find(numbers, 1, true) and numbers or nil }
  if sense.text and sense.text ~= "" then parts[#parts + 1] = sense.text end
  return ("sense: %s, command %s"):format(table.concat(parts, " "), err.command or "unknown")
end

-- What the drive said of the disc afterwards says more than a word for it.
local function disc_line(err)
  local diagnosis = err.diagnosis
  if diagnosis and (diagnosis.state == "incomplete" or diagnosis.state == "damaged") then
    return diagnosis.sentence
  end
  return lines.disc(err.disc, err.stage == "verify",
    (err.tracks_before or 0) + (err.tracks_written or 0))
end

-- What helps, the best ones, by which command.
local function remedies(diagnosis, most)
  local list = {}
  for _, remedy in ipairs(diagnosis.remedies) do
    most = most - 1
    if most < 0 then break end
    if remedy.command then list[#list + 1] = "  " .. text.printable(remedy.command) end
    list[#list + 1] = (remedy.command and "    " or "  ") .. remedy.does
  end
  return list
end

-- A failure has other things to say; rescue.lua names all.
local SHOWN = 2

-- What is not on the disc yet, and how to go on.
local function rest_of(err)
  local list, names = {}, {}
  for index, track in ipairs(err.left or {}) do
    names[index] = ("%d (%s)"):format(track.index, lines.label(track))
  end
  if #names > 0 then list[1] = "left to burn: " .. table.concat(names, ", ") end
  return table.move(remedies(err.diagnosis, SHOWN), 1, 2 * SHOWN, #list + 1, list)
end

-- Programs that only look cannot harm a disc, but may find that it is not what it should be.
local function looked(err)
  if err.verification then return "The disc is doubtful; it was only read." end
  return "No disc was written to."
end

local function written_line(err, options)
  if options.looks then return looked(err) end
  local disc = disc_line(err)
  if (err.tracks_written or 0) == 0 or options.simulate then return disc end
  return ("%s %s written whole."):format(disc, plural(err.tracks_written, "track") ..
    (err.tracks_written == 1 and " is" or " are"))
end

---@class redbook.FailureLook
---@field simulate boolean?
---@field verbose boolean? codes and sense data, too
---@field program string? first word, "burn"
---@field looks boolean? it never writes to a disc
---@field device string? name of the drive, where there are several

---Three lines: what happened, what it means for the disc, what to do. Several problems stand
---before them, one line each; a single one is what happened.
---@param err redbook.Failure
---@param options? redbook.FailureLook
---@return string[]
function lines.failure(err, options)
  options = options or {}
  local list, problems = {}, err.problems or {}
  local what = text.printable(tostring(err.message))
  if #problems == 1 then
    what = playlist.describe(problems[1])
  else
    list = several(problems)
  end
  local codes = err.name and options.verbose and (" (%s, 0x%08X)"):format(err.name, err.code or 0)
  local about = err.set and err.set.disc and sets.label(err.set):gsub("^D", "d") or ""
  list[#list + 1] = ("%s: %s%s%s%s"):format(options.program or "burn", options.device
    and options.device .. ": " or "", about, what, codes or "")
  if err.sense and options.verbose then list[#list + 1] = sense_line(err, what) end
  list[#list + 1] = "disc: " .. written_line(err, options)
  list[#list + 1] = "what to do: " .. lines.advice(err)
  if err.diagnosis and not options.simulate then
    for _, line in ipairs(rest_of(err)) do list[#list + 1] = line end
  elseif err.remedies then
    for _, line in ipairs(remedies(err, SHOWN)) do list[#list + 1] = line end
  end
  return list
end

-- What the first of the commands that are shown does.
local BEST = {
  ["continue"] = "go on with this disc: the first command below burns the rest and closes it",
  close = "close this disc: the first command below does it",
  multi = "close this disc's session: the first command below does it",
  close_track = "close the track that was cut off: the first command below does it",
  blank = "erase this disc and burn again: the first command below erases it",
}

local function best(err)
  local first = err.diagnosis and err.diagnosis.remedies[1]
  return first and first.command and BEST[first.name]
end

---@param err redbook.Failure
---@return string sentence without a full stop is fine
function lines.advice(err)
  if err.advice and err.advice ~= "" then return text.printable(err.advice) end
  if best(err) then return best(err) end
  if err.disc == "open" then
    return "go on with this disc: rescue.lua --continue PLAYLIST burns the rest and closes it"
  end
  if err.disc == "untouched" then return "nothing was lost; try again" end
  if err.disc == "appendable" or err.disc == "finalised" then return "nothing" end
  return "look at the disc in a player before it is used"
end

---@param event table a "diagnosis" event
---@return string[]
function lines.diagnosis(event)
  local list = {}
  for index, track in ipairs(event.examination.Tracks or {}) do
    if index == 1 then list[1] = " #  start     length" end
    list[#list + 1] = ("%2d  %s  %6s%s"):format(track.Number, msf.of_lba(track.StartLba),
      msf.short(track.Sectors), track.Complete and "" or "  cut off")
  end
  list[#list + 1] = event.diagnosis.sentence
  local what = remedies(event.diagnosis, math.huge)
  if #what > 0 then list[#list + 1] = "What can be done:" end
  return table.move(what, 1, #what, #list + 1, list)
end

---@param event table a "resume" event
---@return string[]
function lines.resume(event)
  local list = { ("On the disc already: %d of %s."):format(#event.on_disc,
    plural(event.count, "track")) }
  for index, track in ipairs(event.on_disc) do
    list[#list + 1] = ("%2d  track %d of the disc: %s"):format(index, track.number,
      lines.label(track))
  end
  for _, part in ipairs(event.cut_off) do
    list[#list + 1] = ("Track %d of the disc is the beginning of track %d, cut off; it stays.")
      :format(part.track, part.entry)
  end
  return list
end

---@param event table the "summary" event
---@return string[]
function lines.summary(event)
  local verb = event.simulated and "simulated" or "burned"
  local list = { ("%s %s, %s of music."):format(plural(event.tracks, "track"), verb,
    msf.short(event.sectors)) }
  list[2] = (event.simulated and "The laser was off. " or "") .. lines.disc(event.disc)
  if event.verified then
    local sentences = verified.lines(event)
    table.move(sentences, 1, #sentences, #list + 1, list)
  end
  if event.clipped_samples > 0 then
    list[#list + 1] = plural(event.clipped_samples, "sample")
      .. " beyond full scale had to be clipped."
  end
  for _, remark in ipairs(event.remarks) do
    list[#list + 1] = "Note: " .. text.printable(remark)
  end
  return list
end

return lines
