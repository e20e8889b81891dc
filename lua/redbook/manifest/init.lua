-- SPDX-License-Identifier: GPL-3.0-or-later
-- The manifest of a burn: what was planned, from which sources, what was sent, to which drive and
-- disc, and what came of it. It hears a recipe's events; README describes the schema, a change
-- that breaks a reader raises VERSION.

local core = require "redbook.core"
local discid = require "redbook.discid"
local json = require "redbook.report.json"
local lfs = require "lfs"
local loudness = require "redbook.recipe.loudness"
local merged = require "redbook.merged"
local paths = require "redbook.playlist.path"

local manifest = {}

manifest.VERSION = 1

---The same from its file, see `manifest.read`.
manifest.read = require "redbook.manifest.read"

local Manifest = {}
Manifest.__index = Manifest

---@param settings table what was asked for, plain data
---@return table manifest its `set` may be { disc, of, name } of a disc of a set
function manifest.new(settings)
  return setmetatable({ sources = {}, tracks = {}, by_path = {}, begun = json.time(),
    settings = settings }, Manifest)
end

-- A file as it was when it had just been decoded.
local function file_of(path)
  local attributes = lfs.attributes(path)
  local digest = attributes and attributes.mode == "file" and core.sha256_file(path)
  return { size = attributes and attributes.size, sha256 = digest or nil,
    mtime = attributes and json.time(attributes.modification) }
end

local function drive_of(recorder)
  local drive = { id = recorder.ActiveDiscRecorder }
  for name, member in pairs { vendor = "VendorId", product = "ProductId",
    revision = "ProductRevision" } do
    local ok, value = pcall(function() return recorder[member] end)
    drive[name] = ok and value or nil
  end
  return drive
end

-- Each file once, however many tracks are parts of it.
function Manifest:scanned(event)
  if self.by_path[event.path] then return end
  local file = file_of(event.path)
  self.by_path[event.path] = file
  self.sources[#self.sources + 1] = { path = paths.absolute(event.path), size = file.size,
    mtime = file.mtime, sha256 = file.sha256 }
end

---Takes what counts of an event of `burn_playlist`.
---@param event table
---@param recorder redbook.Recorder? asked for its names when the plan is there
function Manifest:event(event, recorder)
  if event.event == "scanned" then
    self:scanned(event)
  elseif event.event == "plan" then
    self.plan, self.medium = event.plan, event.medium
    self.drive = recorder and drive_of(recorder)
  elseif event.event == "verified" then
    self:look(recorder) -- before it may be ejected
  elseif event.event == "summary" then
    self.summary = event
  end
end

local function joined_of(joined)
  if not joined then return nil end
  local parts = {}
  for index, part in ipairs(joined.parts) do
    parts[index] = { path = paths.absolute(part.path), start = part.start, length = part.length }
  end
  return { place = joined.place, parts = json.list(parts) }
end

-- AudioSource takes these again: the same sectors come out, as long as the file is the same.
local function source_of(track, file)
  local processing = track.processing or {}
  return { path = paths.absolute(track.path), size = file.size, mtime = file.mtime,
    sha256 = file.sha256, start = track.start, length = track.length, raw = track.raw,
    gain = loudness.told(track.gain), quality = processing.quality, dither = processing.dither,
    limit = processing.limit, joined = joined_of(track.joined) }
end

---A track was written.
---@param written redbook.WrittenTrack
---@param track redbook.ScannedTrack
function Manifest:written(written, track)
  local tags = {}
  for name, value in pairs(track.source.Tags or {}) do
    if value ~= "" and name ~= "cue_sheet" then tags[name] = value end
  end
  self.tracks[#self.tracks + 1] = { number = written.Number, start = written.StartLba,
    sectors = written.Sectors, title = track.title, artist = track.artist, album = track.album,
    isrc = written.ISRC ~= "" and written.ISRC or nil, pre_emphasis = track.pre_emphasis,
    copy_permitted = track.copy_permitted, clipped_samples = written.ClippedSamples,
    limited_frames = loudness.told(track.limited), peak = track.peak,
    loudness = loudness.finite(track.loudness), seconds = written.Seconds,
    crc32 = ("%08x"):format(written.CRC32),
    blocks = written.Fingerprint.Blocks, head = written.Fingerprint.Head,
    tail = written.Fingerprint.Tail, accuraterip = written.AccurateRip,
    tags = next(tags) and tags or nil, source = source_of(track, self.by_path[track.path] or {}) }
end

-- What the drive says of the disc now; one that is ejected, or a drive that is gone, says nothing.
function Manifest:look(recorder)
  if self.looked or not recorder or #self.tracks == 0 or self.settings.simulate then return end
  local ok, contents = pcall(recorder.DiscContents, recorder)
  if not (ok and contents) then return end
  self.looked = true
  if contents.LeadOut then self.ids = discid.all(contents) end
  local atip = contents.ATIP
  self.atip = atip and { lead_in = atip.LeadIn, lead_in_time = atip.LeadInTime,
    last_lead_out = atip.LastLeadOut, rewritable = atip.Rewritable }
end

-- Which of a track's AccurateRip sums hold is known when the disc is done.
local function with_accuraterip(tracks)
  local list = {}
  for index, track in ipairs(tracks) do
    local copy = merged(track)
    local first, last = track.number == 1, index == #tracks
    local sums = track.accuraterip[first and last and "Only" or first and "First"
      or last and "Last" or "Middle"]
    copy.accuraterip, copy.entry = nil, nil
    copy.accuraterip_v1, copy.accuraterip_v2 = ("%08x"):format(sums[1]), ("%08x"):format(sums[2])
    list[index] = copy
  end
  return json.list(list)
end

local function medium_of(medium)
  if not medium then return nil end
  local types = { [1] = "cd-rom", [2] = "cd-r", [3] = "cd-rw" }
  return { type = types[medium.MediaType] or "unknown", state_before = medium.State,
    total_sectors = medium.TotalSectors, free_sectors_before = medium.FreeSectors,
    tracks_before = medium.NumberOfTracks }
end

local function result_of(self, code, err)
  local result = { exit = code, ok = code == 0, tracks = #self.tracks,
    disc = err and err.disc or self.summary and self.summary.disc or "untouched",
    simulated = self.settings.simulate or false }
  if err then
    result.error = err:as_table()
    result.error.verification = nil
  end
  result.remarks = self.summary and self.summary.remarks
  return result
end

-- Of a disc of a set only its own.
local function sources_of(tracks)
  local list, seen = {}, {}
  for _, track in ipairs(tracks) do
    local source = track.source
    if not seen[source.path] then
      list[#list + 1] = { path = source.path, size = source.size, mtime = source.mtime,
        sha256 = source.sha256 }
    end
    seen[source.path] = true
  end
  return list
end

---Everything, as plain data.
---@param code integer exit code
---@param outcome { err: redbook.Failure?, result: table?, recorder: redbook.Recorder? }
---@return table
function Manifest:finish(code, outcome)
  local err, result, plan = outcome.err, outcome.result, self.plan
  local verification = result and result.verification or err and err.verification
  self:look(outcome.recorder)
  local medium = medium_of(self.medium)
  if medium then medium.atip = self.atip end
  return { manifest = manifest.VERSION, program = "redbook " .. core.version,
    set = self.set, begun = self.begun, ended = json.time(), settings = self.settings,
    drive = self.drive, medium = medium, disc_id = self.ids,
    sources = json.list(self.set and sources_of(self.tracks) or self.sources),
    tracks = with_accuraterip(self.tracks),
    plan = plan and { tracks = json.list(plan.tracks), audio_sectors = plan.audio,
      gap_sectors = plan.gaps, needed_sectors = plan.needed, free_sectors = plan.free,
      fits = plan.fits },
    verification = verification, result = result_of(self, code, err) }
end

-- Members in an order that people can read, one a line; of the tracks one a line each.
manifest.MEMBERS = { "manifest", "program", "set", "begun", "ended", "result", "verification",
  "drive", "medium", "settings", "disc_id", "plan", "sources", "tracks" }

local function lines_of(name, value)
  if name ~= "tracks" or #value == 0 then return json.encode(value, name) end
  local list = {}
  for index, track in ipairs(value) do list[index] = "    " .. json.encode(track) end
  return "[\n" .. table.concat(list, ",\n") .. "\n  ]"
end

---@param data table of `finish`
---@return string JSON
function manifest.encode(data)
  local members = { { "redbook", json.VERSION } }
  for _, name in ipairs(manifest.MEMBERS) do
    if data[name] ~= nil then
      members[#members + 1] = { name, lines_of(name, data[name]) }
    end
  end
  return json.object(members)
end

return manifest
