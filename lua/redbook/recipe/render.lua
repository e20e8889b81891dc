-- SPDX-License-Identifier: GPL-3.0-or-later
-- The samples that a burn of these entries would write, as files: no drive, several at once.

local failure = require "redbook.failure"
local folder = require "redbook.folder"
local levels = require "redbook.recipe.levels"
local loudness = require "redbook.recipe.loudness"
local plan = require "redbook.plan"
local shape = require "redbook.shape"
local sources = require "redbook.recipe.sources"
local targets = require "redbook.recipe.targets"

local SECTOR = 2352

---@class redbook.RenderOptions
---@field folder string? where the files go, default "."; made when it is not there
---@field format ("wav"|"raw")? default "wav"; raw: 44.1 kHz s16le stereo without a header
---@field threads integer? how many tracks at once, default 1
---@field gain ("off"|"track"|"album")? as BurnOptions has them, and the next three
---@field clip ("clamp"|"scale-track"|"scale-disc"|"limit")?
---@field quality ("hq"|"vhq")?
---@field dither ("tpdf"|"shaped"|"none")?
---@field gapless boolean? neighbours of one album and sample rate are one continuous sound
---@field stop? fun(): string? asked between steps; a signal's name ends the job there
---@field waiter? fun(operations: redbook.Operation[]) waits until one of them may go on; without
---it the operations are stepped in turns

-- The 44 bytes before `bytes` of sound (Microsoft's RIFF, format 1).
local function wav_header(bytes)
  return string.pack("<c4I4c4c4I4I2I2I4I4I2I2c4I4", "RIFF", 36 + bytes, "WAVE", "fmt ", 16, 1, 2,
    44100, 176400, 4, 16, "data", bytes)
end

local function interrupted(signal)
  return nil, failure.interrupted(signal, "untouched", "interrupted while rendering")
end

local Job = {}
Job.__index = Job

-- Characters that no file system and no shell is troubled by.
local function plain(title)
  return (title:gsub("[/%c\\:*?\"<>|]", "_"):gsub("^%.", "_"):sub(1, 120))
end

-- Tags of every file once, however many tracks are parts of it.
function Job:tags_of(slot)
  local known = self.tags[slot.entry.path]
  if known then return known end
  local source, err = slot:open_alone()
  if not source then return nil, failure.from(err, "source") end
  known = source.Tags or {}
  slot:close()
  self.tags[slot.entry.path] = known
  return known
end

function Job:name_of(index)
  local slot = self.slots[index]
  if self.raw then return ("%s/%02d.raw"):format(self.folder, index) end
  local tags, err = self:tags_of(slot)
  if not tags then return nil, err end
  return ("%s/%02d %s.wav"):format(self.folder, index, plain(sources.label(slot.entry, tags).title))
end

-- All names are known, and free, before the first file is made.
function Job:choose_names()
  local wanted = {}
  for index = 1, #self.entries do
    local signal = self.stop and self.stop()
    if signal then return interrupted(signal) end
    local name, err = self:name_of(index)
    if not name then return nil, err end
    self.names[index] = name
    table.move({ name, name .. ".part" }, 1, 2, #wanted + 1, wanted)
  end
  return targets.check(wanted, self.entries)
end

-- What a track will be once it is rendered depends on what all are.
function Job:measure(index)
  local slot = self.slots[index]
  local source, err = slot:open()
  if not source then return nil, failure.from(err, "source") end
  local track = { slot = slot, keep = true, index = index, last = slot:last() }
  self.running[#self.running + 1] = track
  self.on_event { event = "scan", index = index, count = #self.entries, path = slot.entry.path }
  track.operation, err = source:BeginScan()
  if not track.operation then return nil, failure.from(err, "source") end
  return true
end

function Job:start(index)
  local slot = self.slots[index]
  local entry = slot.entry
  local source, err = slot:open()
  if not source then return nil, failure.from(err, "source") end
  local label = sources.label(entry, source.Tags or {})
  local track = { index = index, last = slot:last(), entry = entry, slot = slot, source = source,
    label = label, path = self.names[index] }
  track.part = track.path .. ".part"
  local file, problem = io.open(track.part, "wb")
  if not file then return nil, targets.unwritable(track.part, problem) end
  track.file = file
  if not self.raw then file:write(wav_header(0)) end
  self.running[#self.running + 1] = track
  self.on_event { event = "render", index = index, count = #self.entries, path = entry.path,
    file = track.path }
  track.operation, err = source:BeginRender(file)
  if not track.operation then return nil, failure.from(err, "source") end
  return true
end

-- Silence up to 4 seconds, as a burn pads; then the header, now that the length is known.
function Job:complete(track)
  local sectors, file = track.source.Sectors, track.file
  local padding = math.max(plan.MINIMUM - sectors, 0)
  file:seek "end"
  local ok, problem = file:write(("\0"):rep(padding * SECTOR))
  if ok and not self.raw then
    file:seek "set"
    ok, problem = file:write(wav_header((sectors + padding) * SECTOR))
  end
  local closed, late = file:close()
  track.file = nil
  if not ok or not closed then return nil, targets.unwritable(track.path, problem or late) end
  ok, problem = targets.rename(track.part, track.path)
  if not ok then return nil, targets.unwritable(track.path, problem) end
  self.tracks[track.index] = { path = track.entry.path, file = track.path,
    sectors = sectors + padding, padding = padding, crc32 = track.source.CRC32,
    clipped_samples = track.source.ClippedSamples,
    limited_frames = loudness.told(track.source.LimitedFrames),
    gain = loudness.told(track.source.Gain), title = track.label.title,
    artist = track.label.artist }
  self.on_event { event = "rendered", index = track.index, count = #self.entries,
    path = track.entry.path, file = track.path, sectors = sectors + padding,
    crc32 = track.source.CRC32, clipped_samples = track.source.ClippedSamples,
    limited_frames = loudness.told(track.source.LimitedFrames),
    gain = loudness.told(track.source.Gain),
    title = track.label.title }
  return true
end

-- What does not become a track stays in the list, for `abandon`.
function Job:finish(place)
  local track = self.running[place]
  local ok, err = track.operation:result()
  if not ok then
    -- The core knows a stream, not what it is called.
    if tostring(err.message):find "^the rendered file" then
      return nil, targets.unwritable(track.path, err.message)
    end
    return nil, failure.from(err, "source")
  end
  if not track.keep then
    ok, err = self:complete(track)
    if not ok then return nil, err end
    track.slot:close()
  end
  table.remove(self.running, place)
  if track.index == track.last then return true end
  return (track.keep and self.measure or self.start)(self, track.index + 1)
end

-- Whatever ended the job, nothing half-done keeps the name of a track.
function Job:abandon()
  for _, track in ipairs(self.running) do
    if track.operation then track.operation:close() end
    if track.file then track.file:close() end
    if track.part then os.remove(track.part) end
    track.slot:close()
  end
  self.running = {}
end

function Job:hear(event)
  if event and event.type == "signal" then self.signal = self.signal or event.signal end
end

-- One turn: what has ended is finished; true while anything runs.
function Job:turn()
  for place = #self.running, 1, -1 do
    local operation = self.running[place].operation
    local event, why = operation:step(0)
    while event and event.type ~= "done" do
      self:hear(event)
      event, why = operation:step(0)
    end
    if event or why == "finished" then
      local ok, err = self:finish(place)
      if not ok then return nil, err end
    end
  end
  return true
end

function Job:wait()
  if #self.running == 0 then return end
  if self.waiter then
    local operations = {}
    for index, track in ipairs(self.running) do operations[index] = track.operation end
    return self.waiter(operations)
  end
  -- The first is stepped without hurry; the others are looked at whenever it reports.
  self:hear(self.running[1].operation:step(0.05))
end

function Job:each(start)
  local next_index = 1
  while next_index <= #self.entries or #self.running > 0 do
    local signal = self.signal or self.stop and self.stop()
    if signal then return interrupted(signal) end
    while next_index <= #self.entries and #self.running < self.threads do
      local ok, err = start(self, next_index)
      if not ok then return nil, err end
      next_index = self.slots[next_index]:last() + 1
    end
    local ok, err = self:turn()
    if not ok then return nil, err end
    self:wait()
  end
  return true
end

function Job:run()
  local ok, err = self:choose_names()
  if not ok then return nil, err end
  local decided = levels.open(self.slots, self.options)
  if decided then
    ok, err = self:each(self.measure)
    if not ok then return nil, err end
    decided:settle()
  end
  ok, err = self:each(self.start)
  if not ok then return nil, err end
  return { tracks = self.tracks, folder = self.folder }
end

local function is_format(value)
  return value == "wav" or value == "raw", "'wav' or 'raw'"
end

local SHAPE = { folder = "string", format = is_format, threads = "integer",
  gapless = "boolean", stop = "function", waiter = "function", gain = loudness.is_gain,
  clip = loudness.is_clip,
  quality = loudness.is_quality, dither = loudness.is_dither }

---Renders every entry into a file of its own, "01 Title.wav" or "01.raw". What is written is what
---a burn would write, byte for byte, whatever the number of threads. No file that is there is
---replaced: names are looked at before anything is rendered.
---@param entries redbook.Entry[]
---@param options? redbook.RenderOptions
---@param on_event? fun(event: table) "render" before and "rendered" after each
---@return { tracks: table[], folder: string }? result a track has path, file, sectors, padding,
---crc32 (of its source's sectors), clipped_samples, limited_frames, gain, title, artist
---@return redbook.Failure? err what is complete stays, what is not is removed
local function render(entries, options, on_event)
  options = options or {}
  shape.check("render: options", options, SHAPE, 3)
  local made, problem = folder.make(options.folder or ".")
  if not made then return nil, targets.unwritable(options.folder, problem) end
  local job = setmetatable({ entries = entries, options = options,
    slots = sources.open_all(entries, options),
    folder = options.folder or ".", raw = options.format == "raw",
    threads = math.max(options.threads or 1, 1),
    stop = options.stop, waiter = options.waiter,
    on_event = on_event or function() end, running = {}, tracks = {},
    names = {}, tags = {} }, Job)
  local _abandon <close> = setmetatable({}, { __close = function() job:abandon() end })
  return job:run()
end

return render
