-- SPDX-License-Identifier: GPL-3.0-or-later
-- Events as lines for people: on a terminal with lines that are redrawn, elsewhere as a log.

local ascii = require "redbook.report.ascii"
local columns = require "redbook.report.columns"
local device_names = require "redbook.report.devices"
local lines = require "redbook.report.lines"
local live = require "redbook.report.live"
local paint = require "redbook.report.paint"
local plan = require "redbook.report.plan"
local screen = require "redbook.report.screen"
local sets = require "redbook.report.sets"
local text = require "redbook.playlist.text"
local verified = require "redbook.report.verified"

---@class redbook.TextOptions
---@field out table something with `write` and `flush`
---@field err table? where failures go, default `out`
---@field tty boolean? whether lines of `out` may be redrawn
---@field err_tty boolean? whether `err` is a terminal, default as `tty`
---@field width (integer|fun(): integer)? columns, default 80
---@field utf8 boolean? whether the locale has it, default true: else bars and dots are ASCII, and
---on a terminal all the rest, too
---@field colour boolean? of `out`
---@field err_colour boolean? of `err`
---@field verbose boolean?
---@field quiet boolean? nothing but failures
---@field program string? what failures begin with, "burn"
---@field looks boolean? the program never writes to a disc
---@field devices string[]? ids of the drives, when there are several; learned from the events
---otherwise

local Text = {}
Text.__index = Text

-- A log keeps its lines whole, and names of files as they are.
function Text:shown(line, tty)
  if not tty then return { self.utf8 and line or (line:gsub("…", "...")) } end
  local list = columns.sentence(line, self.width())
  for index, part in ipairs(list) do list[index] = self.utf8 and part or ascii.line(part) end
  return list
end

-- With several drives, whose line it is.
function Text:prefix()
  return self.name and self.name .. ": " or ""
end

-- A line that stays. The line that is redrawn has said all it had to; those of other drives go on.
function Text:say(line)
  local list = self:shown(self:prefix() .. line, self.tty)
  for index, part in ipairs(list) do list[index] = self.colour and paint.line(part) or part end
  self:alone()
  self.screen:say(list)
end

-- What was drawn of all drives together has been said when one of them has a word; and the other
-- way round.
function Text:alone()
  if self.name then self.screen:drop "" else self.screen:drop() end
end

-- A line that the next one of the same drive overwrites.
function Text:draw(line)
  local name, utf8, about = self.name, self.utf8, self.about
  if name then self.screen:drop "" end
  self.screen:draw(name or "", function(room)
    local head = (name and columns.fit(name, room // 3) .. " " or "") .. sets.mark(about, room)
    local drawn = head .. line(room - columns.width(head))
    return utf8 and drawn or ascii.line(drawn)
  end)
end

function Text:each(list)
  for _, line in ipairs(list) do self:say(line) end
end

-- One for each event that people are told of.
local show = {}

local function cut(line)
  return function(room) return columns.fit(line, room) end
end

function show.scan(self, event)
  local line = ("reading %d of %d: %s"):format(event.index, event.count,
    text.printable(event.path))
  if self.tty then
    self:draw(cut(line))
  elseif self.verbose then
    self:say(line)
  end
end

function show.ahead(self, event)
  if not self.verbose then return end
  local mebibytes = event.limit >> 20
  self:say(mebibytes == 0 and "What is decoded is not kept: it is decoded again when it is burned."
    or ("What is decoded is kept in %s for the burn, at most %d MiB.")
      :format(text.printable(event.folder), mebibytes))
end

-- Of several discs that are planned alike, one plan is enough.
function show.plan(self, event)
  local list = plan.lines(event.plan, self.width() - columns.width(self:prefix()))
  local whole = table.concat(list, "\n")
  if event.device and whole == self.planned then return self:say "planned in the same way" end
  self.planned = whole
  self:each(list)
end

function show.insert(self, event)
  if event.message then self:say(text.printable(event.message)) end
  if event.disc then return self:say(sets.insert(event)) end
  self:say(("Put in the disc for copy %d of %d (at most %g s)."):format(event.copy, event.of,
    event.limit))
end

function show.copy(self, event)
  self.screen:drop(self.name)
  if event.ok then self:say(("Copy %d of %d is done."):format(event.copy, event.of)) end
end

local JOB = { written = "The job is written to %s; nothing was burned.", taken = "Job %s",
  done = "Done: %s", failed = "Failed: %s", left = "Put back, to be tried again: %s" }

-- What is said before the next plan is not repeated by that.
function show.job(self, event)
  self.planned = false
  self.screen:drop(self.name)
  self:say(JOB[event.state]:format(text.printable(event.result or event.job)))
end

function show.watch(self, event)
  self:say(("Burning the jobs of %s on %s%s"):format(text.printable(event.folder),
    text.printable(event.device), event.once and "." or "; ^C ends it."))
end

function show.copies(self, event)
  self:say(("%d of %d discs %s done."):format(event.made, event.wanted,
    event.made == 1 and "is" or "are"))
  for _, disc in ipairs(event.discs) do
    local name = self.names[disc.device] or disc.device
    if not disc.ok then
      self:say(("Not done: copy %d on %s, its disc is %s."):format(disc.copy,
        text.printable(name), disc.disc))
    end
  end
end

function show.set(self, event)
  self:each(sets.overview(event))
end

-- All that follows is about that disc.
function show.set_disc(self, event)
  self.about, self.planned = event, false
  self:say(("Disc %s"):format(event.label))
end

function show.disc_done(self, event)
  self.screen:drop(self.name)
  self.about, self.planned = nil, false
  self:say(sets.done(event))
end

function show.set_done(self, event)
  self.about = nil
  self:say(sets.finished(event))
end

function show.wait(self, event)
  if event.attempt then
    if self.verbose then
      self:say(("%s; asked %d times, again in %g s"):format(text.printable(event.reason),
        event.attempt, event.again))
    end
    return
  end
  local detail = self.verbose and event.detail and ": " .. event.detail or ""
  local most = event.limit and (" (at most %g s)"):format(event.limit) or ""
  self:say(text.printable(event.reason) .. most .. text.printable(detail))
end

function show.retry(self, event)
  self:say(("%s; attempt %d of %d in %g s"):format(text.printable(event.message),
    event.attempt + 1, event.of, event.wait))
end

function show.countdown(self, event)
  local what = event.simulate and "The simulation" or event.what or "Burning"
  local line = ("%s starts in %d second%s; ^C stops it"):format(what, event.seconds,
    event.seconds == 1 and "" or "s")
  if self.tty then
    self:draw(cut(line))
  else
    self:say(line)
  end
end

function show.track(self, event)
  self.last_action[self.name or ""] = nil
  if self.tty then return end
  self:say(("Track %d of %d: %s"):format(event.index, event.count, lines.label(event)))
end

function show.progress(self, event)
  local look = { ascii = not self.utf8 }
  if self.tty then
    return self:draw(function(room) return live.line(event, room, look) end)
  end
  if self.verbose and event.action ~= self.last_action[self.name or ""] then
    -- Columns that stay in place are for lines that are redrawn.
    self:say("  " .. live.line(event, self.width() - 2, look):gsub("%s%s+", "  "))
  end
  self.last_action[self.name or ""] = event.action
end

function show.track_done(self, event)
  if not self.verbose then return end
  self:say(("  track %d: sector %d, %d sectors%s"):format(event.number, event.start,
    event.sectors, event.crc32 and (", CRC-32 %08x"):format(event.crc32) or ""))
end

function show.finish(self, event)
  if event.simulate then return end
  self:say(event.keep_open and "Ending; the session stays open." or "Closing the disc.")
end

function show.step(self, event)
  self:say(text.printable(event.message))
end

function show.diagnosis(self, event)
  self:each(lines.diagnosis(event))
end

function show.resume(self, event)
  self:each(lines.resume(event))
end

function show.verify(self)
  self.last_action[self.name or ""] = nil
  if not self.tty then self:say "Reading the disc back." end
end

-- A track that is not as it was sent is told at once, but the first: the failure names it.
function show.track_verified(self, event)
  local name = self.name or ""
  if event.index == 1 then self.first_difference[name] = nil end
  local differs = event.verdict ~= "identical"
  if differs and not self.verbose and not self.first_difference[name] then
    self.first_difference[name] = event
  elseif differs or self.verbose then
    self:say("  " .. text.printable(verified.track(event)))
  end
end

-- It names something else after all: then the first is told before it.
local function tell_difference(self, err)
  local name = self.name or ""
  local event = self.first_difference[name]
  self.first_difference[name] = nil
  if event and event.message ~= err.message then
    self:say("  " .. text.printable(verified.track(event)))
  end
end

-- The summary repeats what is said of a burn; nothing repeats what is said before. Of the trace it
-- has been said on standard error.
function show.remark(self, event)
  if event.name == "trace" then return end
  local of_set = (event.name or ""):find "^set_" ~= nil
  if self.verbose or of_set or not self.planned then
    self:say("Note: " .. text.printable(event.message))
  end
end

function show.medium(self, event)
  self:say(lines.medium(event))
  if event.state == "blank" and not event.full then return end
  self:say(event.full and "Erasing all of it takes as long as writing it full."
    or "Erasing it takes about a minute.")
end

function show.erased(self, event)
  self:say(lines.erased(event))
end

function show.summary(self, event)
  self.screen:drop(self.name)
  local list = lines.summary(event)
  list[1] = sets.label(self.about) .. list[1]
  self:each(list)
end

-- Who says it stands in the first line behind problems that have lines of their own.
function Text:painted(line)
  local said = line:sub(1, #self.program + 1) == self.program .. ":"
  return said and paint.failure(line) or paint.line(line)
end

show["error"] = function(self, event)
  self.screen:drop(self.name)
  tell_difference(self, event.err)
  self.screen:clear()
  for _, line in ipairs(lines.failure(event.err, { simulate = event.simulate,
    verbose = self.verbose, program = self.program, looks = self.looks, device = self.name })) do
    for _, part in ipairs(self:shown(line, self.err_tty)) do
      self.err:write(self.err_colour and self:painted(part) or part, "\n")
    end
  end
  self.err:flush()
  self.screen:redraw()
end

local function constant(value)
  return function() return value end
end

-- The drive of an event is told where there are several: these always have one.
local ONE_DRIVE = { begin = true, watch = true }

function Text:notice(event)
  local id = not ONE_DRIVE[event.event] and event.device
  if id and not self.names[id] then
    self.devices[#self.devices + 1] = id
    self.names = device_names(self.devices)
  end
  self.name = id and self.names[id] or nil
end

function Text:handle(event)
  local handler = show[event.event]
  if not handler or self.quiet and event.event ~= "error" then return end
  self:notice(event)
  handler(self, self.utf8 and event or self.tty and ascii.copy(event) or event)
end

---@param options redbook.TextOptions
---@return fun(event: table)
---@return fun() clear takes away what would be redrawn: others write what comes next
---@return fun(line: string) say a line that is of no event
local function new(options)
  local out, width = options.out, options.width or 80
  if type(width) == "number" then width = constant(width) end
  local tty = options.tty or false
  local self = setmetatable({ out = out, err = options.err or out, tty = tty,
    err_tty = options.err_tty == nil and tty or options.err_tty or false, width = width,
    utf8 = options.utf8 ~= false, colour = options.colour or false,
    err_colour = options.err_colour or false, verbose = options.verbose or false,
    quiet = options.quiet or false, program = options.program or "burn",
    looks = options.looks or false, devices = {}, names = {}, last_action = {},
    first_difference = {}, planned = false,
    screen = screen(out, width) }, Text)
  for _, id in ipairs(options.devices or {}) do self:notice { device = id } end
  return function(event) self:handle(event) end, function() self.screen:drop() end,
    function(line)
      if not self.quiet then self:say(line) end
    end
end

return new
