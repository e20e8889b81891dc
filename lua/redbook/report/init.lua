-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where the events of a recipe go: a terminal, a log, a program that reads NDJSON.

local columns = require "redbook.report.columns"
local json = require "redbook.report.json"
local lines = require "redbook.report.lines"
local text = require "redbook.playlist.text"
local verified = require "redbook.report.verified"

local report = {}

---@class redbook.TextOptions
---@field out table something with `write` and `flush`
---@field err table? where failures go, default `out`
---@field tty boolean? whether one line may be redrawn
---@field width integer? columns, default 80
---@field verbose boolean?

local Text = {}
Text.__index = Text

function Text:clear()
  if self.drawn == 0 then return end
  self.out:write("\r", (" "):rep(self.drawn), "\r")
  self.out:flush()
  self.drawn = 0
end

-- A log keeps its lines whole.
function Text:broken(line)
  return self.tty and columns.sentence(line, self.width) or { line }
end

-- A line that stays; takes the place of the progress line.
function Text:say(line)
  self:clear()
  self.out:write(table.concat(self:broken(line), "\n"), "\n")
  self.out:flush()
end

-- A line that the next one overwrites; the last column stays free, or some terminals scroll.
function Text:draw(line)
  local length = columns.width(line)
  self.out:write("\r", line, (" "):rep(self.drawn - length))
  self.drawn = length
  self.out:flush()
end

function Text:each(list)
  for _, line in ipairs(list) do self:say(line) end
end

local show = {}

function show.scan(self, event)
  local line = ("reading %d of %d: %s"):format(event.index, event.count,
    text.printable(event.path))
  if self.tty then
    self:draw(columns.fit(line, self.width - 1))
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

function show.plan(self, event)
  self.planned = true
  self:each(lines.plan(event.plan, self.width))
end

function show.wait(self, event)
  local detail = self.verbose and event.detail and ": " .. event.detail or ""
  self:say(("%s (at most %g s)%s"):format(text.printable(event.reason), event.limit,
    text.printable(detail)))
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
    self:draw(columns.fit(line, self.width - 1))
  else
    self:say(line)
  end
end

function show.track(self, event)
  self.last_action = nil
  if self.tty then return end
  self:say(("Track %d of %d: %s"):format(event.index, event.count, lines.label(event)))
end

function show.progress(self, event)
  if self.tty then return self:draw(lines.progress(event, self.width - 1)) end
  if self.verbose and event.action ~= self.last_action then
    self:say("  " .. lines.progress(event, self.width - 2))
  end
  self.last_action = event.action
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
  self:say(event.message)
end

function show.diagnosis(self, event)
  self:each(lines.diagnosis(event))
end

function show.resume(self, event)
  self:each(lines.resume(event))
end

function show.verify(self)
  self.last_action = nil
  if not self.tty then self:say "Reading the disc back." end
end

-- A track that is not as it was sent is told at once; the failure names only the first.
function show.track_verified(self, event)
  if self.verbose or event.verdict ~= "identical" then
    self:say("  " .. text.printable(verified.track(event)))
  end
end

-- The summary repeats what is said of a burn; nothing repeats what is said before.
function show.remark(self, event)
  if self.verbose or not self.planned then self:say("Note: " .. text.printable(event.message)) end
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
  self:each(lines.summary(event))
end

show["error"] = function(self, event)
  self:clear()
  for _, line in ipairs(lines.failure(event.err, { simulate = event.simulate,
    verbose = self.verbose })) do
    self.err:write(table.concat(self:broken(line), "\n"), "\n")
  end
  self.err:flush()
end

---@param options redbook.TextOptions
---@return fun(event: table)
---@return fun() clear takes away a line that would be redrawn: others write what comes next
function report.text(options)
  local self = setmetatable({ out = options.out, err = options.err or options.out,
    tty = options.tty or false, width = options.width or 80,
    verbose = options.verbose or false, drawn = 0, planned = false }, Text)
  return function(event)
    local handler = show[event.event]
    if handler then handler(self, event) end
  end, function() self:clear() end
end

---@param out table something with `write` and `flush`
---@param on_problem? fun(message: string) called once, when an event could not be written: nobody
---reads what the disc is being told, but that is no reason to spoil it
---@return fun(event: table)
function report.json(out, on_problem)
  local function check(ok, problem)
    if ok or not on_problem then return end
    on_problem(problem)
    on_problem = nil
  end
  return function(event)
    check(out:write(json.line(event), "\n"))
    check(out:flush())
  end
end

return report
