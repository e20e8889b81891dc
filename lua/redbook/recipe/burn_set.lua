-- SPDX-License-Identifier: GPL-3.0-or-later
-- A playlist that is longer than a disc, on as many as it takes. What is known of it stands in a
-- file (redbook.set.state) before a disc is begun and after every track: whatever ends the
-- program, the next one goes on with the next disc, or with the next track of one that is begun.

local accept = require "redbook.recipe.accept"
local burn_playlist = require "redbook.recipe.burn_playlist"
local failure = require "redbook.failure"
local manifest = require "redbook.manifest"
local merged = require "redbook.merged"
local planner = require "redbook.plan"
local rescue = require "redbook.recipe.rescue"
local set = require "redbook.set"
local set_begin = require "redbook.recipe.set_begin"
local set_disc = require "redbook.recipe.set_disc"
local set_pretend = require "redbook.recipe.set_pretend"
local set_rest = require "redbook.recipe.set_rest"
local split = require "redbook.split"
local verify = require "redbook.recipe.verify"

---@class redbook.SetOptions : redbook.BurnOptions without `append`, `multi`, `keep_open`, `first`
---@field split ("order"|"album"|"fit")? how it is split, default "order"
---@field capacity integer? sectors of each disc that are used at most; default all of the blank
---disc that lies in the drive when the set is begun
---@field resume (string|true)? the set that is gone on with, by its name; true: the only one.
---What was decided when it was begun (split, gain, clip, quality, dither, gapless, catalog) holds
---@field restart boolean? begin anew, also where a set of that name is not finished
---@field name string? of the set; default: of the first entry's list or file
---@field title string? the same for people
---@field folder string? where what is known of sets is kept, see `redbook.set.folder`
---@field exchange boolean? false: nobody can put another disc into the drives
---@field manifest table? settings for the manifest of each disc, for `on_disc`
---@field on_disc? fun(told: { disc: integer, of: integer, manifest: table, recorder: any,
---result: table?, err: redbook.Failure? }) a disc has ended, well or not

local Set = {}
Set.__index = Set

local OWN = { "split", "capacity", "resume", "restart", "name", "title", "folder", "exchange",
  "manifest", "on_disc", "eject", "confirm" }

function Set:tell(event, recorder)
  if recorder and #self.recorders > 1 then event.device = recorder.ActiveDiscRecorder end
  self.on_event(event)
end

function Set:remark(message, name)
  self:tell { event = "remark", message = message, name = name }
end

---The first disc that is not done.
---@return integer? disc
function Set:next_disc()
  for index, disc in ipairs(self.data.discs) do
    if disc.state ~= "done" then return index end
  end
end

local function about(self, disc) return { name = self.name, disc = disc, of = #self.data.discs } end

-- Every failure tells which disc it is about.
function Set:failed(err, disc)
  err.set = about(self, disc)
  return nil, err
end

function Set:tell_set(resumed)
  local discs = {}
  for index, disc in ipairs(self.data.discs) do
    local audio = 0
    for _, place in ipairs(disc.tracks) do
      audio = audio + math.max(self.data.tracks[place].sectors, planner.MINIMUM)
    end
    discs[index] = { disc = index, state = disc.state, track_count = #disc.tracks,
      audio_sectors = audio, needed_sectors = split.needed(self.data.tracks, disc.tracks),
      written = #disc.written }
  end
  self:tell { event = "set", name = self.name, title = self.title, split = self.data.split,
    resumed = resumed, discs = discs, file = self.state and self.state.path }
end

-- Without this nothing is burned: nobody would know what is on the disc.
function Set:save()
  local ok, err = self.state:save()
  if ok then return true end
  return nil, failure.from(err, "arguments", { disc = "untouched", advice = "make room, or let "
    .. self.state.path .. " be a file that you may write" })
end

function Set:entries_of(list)
  local entries = {}
  for place, index in ipairs(list) do entries[place] = self.data.entries[index] end
  return entries
end

-- A manifest knows what an earlier program has written, too.
function Set:new_record(index)
  local record = manifest.new(merged(self.options.manifest, self.data.settings))
  record.set = { disc = index, of = #self.data.discs, name = self.title or self.name }
  record.by_path = self.files.by_path
  for place, track in ipairs(self.data.discs[index].written) do record.tracks[place] = track end
  return record
end

-- Events of the burn, labelled, and heard by the manifest.
function Set:listener(recorder, record)
  local wanted = self.options.manifest
  return function(event)
    if wanted then record:event(event, recorder) end
    self:tell(event, recorder)
  end
end

---A track that is on a disc, as it is written down.
---@param index integer which disc
---@param written table as `TrackAtOnce.WrittenTracks` has it
---@param track redbook.ScannedTrack
---@param entry integer its place in the list
function Set:record(index, written, track, entry)
  local record = self:new_record(index)
  record:written(written, track)
  local made = record.tracks[#record.tracks]
  made.entry = entry
  table.insert(self.data.discs[index].written, made)
end

---Saves, where nothing is gained by stopping when that fails; but not in silence.
function Set:keep()
  local ok, err = self.state:save()
  if ok then return end
  self:remark("what is known of the set cannot be kept: " .. tostring(err.message), "set_state")
end

-- After every track.
function Set:writer(disc, list, record)
  local place, heard = 0, self.options.on_written
  return function(written, track)
    place = place + 1
    record:written(written, track)
    local made = record.tracks[#record.tracks]
    made.entry = list[place]
    disc.written[#disc.written + 1] = made
    self:keep()
    if heard then heard(written, track) end
  end
end

-- The last word is asked for once.
function Set:confirm()
  local asked = self.given.confirm
  return asked and function(plan)
    if self.confirmed then return true end
    self.confirmed = true
    return asked(plan)
  end
end

function Set:burn_options(recorder, more)
  local options = merged(self.options)
  for _, name in ipairs(OWN) do options[name] = nil end
  options = merged(options, more)
  options.confirm = self:confirm()
  if options.commands then
    options.commands = merged(options.commands, { set = self.state and self.name,
      device = #self.recorders > 1 and recorder.ActiveDiscRecorder or nil })
  end
  return options
end

-- Everything is there: what is missing is the end.
function Set:close(slot)
  if slot.kind == "finished" then return { tracks = 0, disc = "finalised" } end
  local options = self.options
  local closed, err = rescue(slot.recorder, { action = "close", client_name = options.client_name,
    stop = options.stop, waiter = options.waiter, wait = options.wait }, function(event)
    if event.event ~= "diagnosis" then self:tell(event, slot.recorder) end
  end)
  if not closed then return nil, err end
  return { tracks = 0, disc = closed.after.disc }
end

-- What an earlier program has written is compared with what it had sent.
function Set:compare(slot, before, hear)
  local options = self.options
  if #before == 0 or options.no_verify then return true end
  local list = {}
  for place, track in ipairs(before) do
    list[place] = { number = track.number, start = track.start, sectors = track.sectors,
      crc32 = tonumber(track.crc32, 16), title = track.title, fingerprint = {
        blocks = track.blocks, head = track.head, tail = track.tail } }
  end
  return verify.verify(slot.recorder, list, { client_name = options.client_name,
    speed = options.verify_speed, waiter = options.waiter, stop = options.stop }, hear)
end

-- Closed although a signal came: nothing is to be burned again.
local function is_complete(disc, err)
  return err.signal ~= nil and err.disc == "finalised" and #disc.written == #disc.tracks
end

function Set:burn_rest(slot, rest, record)
  local disc = self.data.discs[slot.disc]
  local tracks, err = set_begin.scan(self, rest)
  if not tracks then
    err.disc = #slot.on_disc + #slot.cut_off > 0 and "open" or err.disc
    return nil, err
  end
  return burn_playlist(slot.recorder, self:entries_of(rest), self:burn_options(slot.recorder, {
    append = slot.kind == "open", scan = function() return tracks end,
    on_written = self:writer(disc, rest, record) }), self:listener(slot.recorder, record))
end

-- From what is on the disc to the end of it.
function Set:write(slot, record)
  local disc = self.data.discs[slot.disc]
  local before = table.move(disc.written, 1, #disc.written, 1, {})
  local rest, hear = set_rest.of(disc, slot), self:listener(slot.recorder, record)
  local result, err
  if #rest > 0 then
    result, err = self:burn_rest(slot, rest, record)
  else
    result, err = self:close(slot)
  end
  if result then
    local ok
    ok, err = self:compare(slot, before, hear)
    result = ok and result
  end
  return result, err
end

function Set:disc_done(slot)
  self.data.discs[slot.disc].state = "done"
  set_begin.give_back(self, self.data.discs[slot.disc].tracks)
  self.full[slot.recorder], self.place = true, self.place % #self.recorders + 1
  local ok, err = self:save()
  if not ok then
    err.disc, err.advice = "finalised", "make room, and go on with this disc in the drive: it is "
      .. "known again then, checked, and not burned twice"
    return nil, err
  end
  local left = 0
  for _, disc in ipairs(self.data.discs) do left = left + (disc.state ~= "done" and 1 or 0) end
  self:tell({ event = "disc_done", disc = slot.disc, of = #self.data.discs, left = left },
    slot.recorder)
  return true
end

-- Known to everybody before anything is written; false: the disc in the drive is of no use.
function Set:begin(slot)
  local ok, err = set_rest.prepare(self, slot)
  if not ok then return ok, err end
  local disc = self.data.discs[slot.disc]
  self:tell({ event = "set_disc", disc = slot.disc, of = #self.data.discs,
    label = ("%d of %d"):format(slot.disc, #self.data.discs), name = self.name,
    track_count = #disc.tracks, on_disc = #slot.on_disc }, slot.recorder)
  if slot.kind ~= "blank" then set_rest.adopt(self, slot) end
  disc.state = "begun"
  return self:save()
end

-- One disc, from a look into the drive to its end. True, or the failure.
function Set:one()
  local slot, err = set_disc.get(self)
  if not slot then return self:failed(err, self:next_disc()) end
  local ok
  ok, err = self:begin(slot)
  if err then return self:failed(err, slot.disc) elseif not ok then return true end
  local record = self:new_record(slot.disc)
  local result, problem
  result, err = self:write(slot, record)
  if result or is_complete(self.data.discs[slot.disc], err) then
    ok, problem = self:disc_done(slot)
    if not ok then result, err = nil, err or problem end
  else
    set_rest.remember(self, slot)
  end
  if self.options.on_disc then
    self.options.on_disc { disc = slot.disc, of = #self.data.discs, manifest = record,
      recorder = slot.recorder, result = result, err = err }
  end
  if not result then return self:failed(err, slot.disc) end
  self.results[#self.results + 1] = result
  return true
end

function Set:outcome()
  return { discs = #self.data.discs, name = self.name, results = self.results }
end

-- It fits: no set.
function Set:single()
  if self.state then self.state:close() end
  local recorder, record = self.recorders[1], nil
  local options = self:burn_options(recorder or {}, { eject = self.given.eject,
    scan = function() return set_begin.scan(self, self.data.discs[1].tracks) end })
  if self.options.manifest then
    record = manifest.new(self.options.manifest)
    record.by_path, record.sources = self.files.by_path, self.files.sources
    local heard = options.on_written
    options.on_written = function(written, track)
      record:written(written, track)
      if heard then heard(written, track) end
    end
  end
  if options.commands then options.commands.set = nil end
  local result, err = burn_playlist(recorder, self.data.entries, options, function(event)
    if record then record:event(event, recorder) end
    self:tell(event, recorder)
  end)
  if record and self.options.on_disc then
    self.options.on_disc { disc = 1, of = 1, manifest = record, recorder = recorder,
      result = result, err = err }
  end
  if not result then return nil, err end
  self.results[1] = result
  return self:outcome()
end

function Set:finish()
  local ok, problem = self.state:finish()
  if not ok then self:remark("what is known of the set cannot be removed: " .. problem) end
  local last = self.place == 1 and self.recorders[#self.recorders] or self.recorders[self.place - 1]
  if self.given.eject then
    local ejected, err = last:EjectMedia()
    if not ejected then self:remark("the disc could not be ejected: " .. tostring(err.message)) end
  end
  self:tell { event = "set_done", name = self.name, discs = #self.data.discs }
  return self:outcome()
end

function Set:run(entries)
  local _closed <close> = setmetatable({}, { __close = function()
    if self.state then self.state:close() end
  end })
  local ok, err
  if entries then
    ok, err = set_begin.new(self, entries)
  else
    ok, err = set_begin.resume(self)
  end
  if not ok then return nil, err end
  local pretended = self.options.plan_only or self.options.simulate
  if entries and #self.data.discs == 1 then return self:single() end
  if not self.recorders[1] then
    self:remark "no drive is asked: planned for blank discs of 80 minutes"
  end
  self:tell_set(not entries)
  if pretended then return set_pretend(self) end
  if entries then
    ok, err = self:save()
    if not ok then return nil, err end
  end
  while self:next_disc() do
    ok, err = self:one()
    if not ok then
      if not self:next_disc() then self.state:finish() end
      return nil, err
    end
  end
  return self:finish()
end

-- Files as they are decoded, for manifests.
function Set:hearing(on_event)
  return function(event)
    if event.event == "scanned" and self.options.manifest then self.files:scanned(event) end
    on_event(event)
  end
end

---Burns entries onto as many discs as they take, or goes on with a set that is not finished.
---What fits on one disc is burned as by `burn_playlist`, and is no set.
---Events are those of `burn_playlist`, and "set", "set_disc", "insert", "resume", "disc_done",
---"set_done".
---@param recorder redbook.Recorder|redbook.Recorder[]|nil several take turns; nil only with
---`plan_only`
---@param entries redbook.Entry[]? nil with `resume`
---@param options? redbook.SetOptions
---@param on_event? fun(event: table)
---@return { discs: integer, name: string, results: table[] }? result results: of burn_playlist, of
---each disc that was burned now
---@return redbook.Failure? err its `set` tells which disc it is about: { name, disc, of }
---Wrong use raises.
local function burn_set(recorder, entries, options, on_event)
  options = options or {}
  accept.set(recorder, entries, options, on_event)
  local own = merged({ split = "order" }, options)
  local recorders = type(recorder) == "table" and recorder[1] and recorder or { recorder }
  local self = setmetatable({ recorders = recorders, options = own, given = options,
    files = manifest.new {}, results = {}, place = 1, full = {}, tracks = {},
    folder = options.folder or set.folder() }, Set)
  self.on_event = self:hearing(on_event or function() end)
  if entries then
    local name, title = set.name { entries[1].list or entries[1].path }
    self.name, self.title = options.name or name, options.title or title
  elseif type(options.resume) == "string" then
    self.name = options.resume
  end
  return self:run(entries)
end

return burn_set
