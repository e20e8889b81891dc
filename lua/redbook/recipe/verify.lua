-- SPDX-License-Identifier: GPL-3.0-or-later
-- Reads a burned disc back and compares every track with the fingerprint of what was sent.

local accept = require "redbook.recipe.accept"
local core = require "redbook.core"
local failure = require "redbook.failure"
local msf = require "redbook.msf"
local operate = require "redbook.recipe.operate"
local progress = require "redbook.recipe.progress"
local with_retries = require "redbook.recipe.with_retries"

local VERIFICATION_FAILED = 0xC0AA0007

---@class redbook.VerifiedTrack what was written; of `WrittenTracks` or of a manifest
---@field number integer
---@field start integer LBA
---@field sectors integer
---@field crc32 integer
---@field fingerprint { blocks: string, head: string, tail: string }
---@field source redbook.AudioSource? names the very sector of a difference
---@field title string?

---@class redbook.VerifyOptions
---@field client_name string? who holds the drive, default "redbook"
---@field speed number|"max"|"min"|nil times 1x; how fast is read at most, default 16
---@field retries integer? how often a sector that cannot be read is tried again, default 3
---@field waiter? fun(operation: redbook.Operation) see `redbook.run`
---@field stop? fun(): string? in a coroutine asked after each wait; a signal's name ends the job

---An element of `TrackAtOnce.WrittenTracks` as this recipe takes it.
---@param written redbook.WrittenTrack
---@param source redbook.AudioSource?
---@param title string?
---@return redbook.VerifiedTrack
local function of_written(written, source, title)
  local print = written.Fingerprint
  return { number = written.Number, start = written.StartLba, sectors = written.Sectors,
    crc32 = written.CRC32, source = source, title = title,
    fingerprint = { blocks = print.Blocks, head = print.Head, tail = print.Tail } }
end

-- The slowest that drives still read well at.
local SLOWEST = 4

local function sectors_per_second(speed)
  if speed == "max" then return -1 end
  return core.speed(speed == "min" and SLOWEST or math.max(speed, 1))
end

local function set_up(recorder, tracks, options)
  local check, err = core.Verification()
  if not check then return nil, err end
  check.Recorder = recorder
  check.ClientName = options.client_name or "redbook"
  if options.speed then check.ReadSpeed = sectors_per_second(options.speed) end
  if options.retries then check.Retries = options.retries end
  for _, track in ipairs(tracks) do
    local print = track.fingerprint
    local ok, problem = check:AddTrack { Number = track.number, StartLba = track.start,
      Sectors = track.sectors, CRC32 = track.crc32, Source = track.source,
      Fingerprint = { Blocks = print.blocks, Head = print.head, Tail = print.tail } }
    if not ok then return nil, problem end
  end
  return check
end

-- Updates of the operation, which goes through all tracks, as progress of each.
local function watcher(tracks, on_event)
  local index_of, watch, number = {}, nil, nil
  for index, track in ipairs(tracks) do index_of[track.number] = index end
  return function(update)
    local index = index_of[update.CurrentTrackNumber]
    if not index then return end
    if update.CurrentTrackNumber ~= number then
      number = update.CurrentTrackNumber
      watch = progress.new(tracks[index], index, #tracks, progress.VERIFYING)
    end
    on_event(watch(update))
  end
end

local function sense_of(sense)
  return sense and { key = sense.key, asc = sense.asc, ascq = sense.ascq, text = sense.text }
end

-- The core's result in the words of the events.
local function described(result, title)
  return { number = result.Number, title = title, start = result.StartLba,
    sectors = result.Sectors, verdict = result.Verdict, difference = result.Difference,
    edge_samples = result.EdgeSamples, lba = result.Lba,
    msf = result.Lba and msf.of_lba(result.Lba), exact = result.Exact, seconds = result.Blocks,
    differing_seconds = result.DifferingBlocks, reread_seconds = result.RereadBlocks,
    unreadable_sectors = result.UnreadableSectors, sense = sense_of(result.Sense),
    message = result.Message ~= "" and result.Message or nil }
end

local function gather(check, tracks, identical)
  local result = { identical = identical, offset = check.Offset, cached = check.Cached,
    tracks = {} }
  for index, track in ipairs(check.Results) do
    result.tracks[index] = described(track, tracks[index].title)
  end
  return result
end

local function tell(result, on_event)
  for index, track in ipairs(result.tracks) do
    if track.verdict ~= "none" then
      local event = { event = "track_verified", index = index, count = #result.tracks,
        offset = result.offset }
      for name, value in pairs(track) do event[name] = value end
      on_event(event)
    end
  end
end

local function interrupted(signal)
  return failure.interrupted(signal, "unknown",
    ("SIG%s came while the disc was being read back; it is not verified"):format(signal))
end

local ADVICE = "burn the tracks again, slower or on a disc of another make"

---@param recorder redbook.Recorder
---@param tracks redbook.VerifiedTrack[]
---@param options? redbook.VerifyOptions
---@param on_event? fun(event: table) gets "verify", "progress", "track_verified", "verified"
---@return table? result { identical = true, offset, cached, tracks }
---@return redbook.Failure? err stage "verify"; its `verification` is such a result when the disc
---could be read at all. Wrong use raises.
local function verify(recorder, tracks, options, on_event)
  options, on_event = options or {}, on_event or function() end
  accept.verify(recorder, tracks, options, on_event)
  local check <close>, problem = set_up(recorder, tracks, options)
  if not check then return nil, failure.from(problem, "verify", { disc = "unknown" }) end
  local sectors = 0
  for _, track in ipairs(tracks) do sectors = sectors + track.sectors end
  on_event { event = "verify", tracks = #tracks, sectors = sectors }
  local operation, begin_err = check:BeginVerifyMedia()
  local ok, err, signal = operate(operation, begin_err, watcher(tracks, on_event), options)
  if signal and not ok then return nil, interrupted(signal) end
  local judged = ok or err.code == VERIFICATION_FAILED
  local result = judged and gather(check, tracks, ok == true) or nil
  if result then
    tell(result, on_event)
    on_event { event = "verified", identical = result.identical, offset = result.offset,
      cached = result.cached, tracks = #tracks }
  end
  if ok then return result end
  return nil, failure.from(err, "verify", { verification = result, disc = "unknown",
    advice = judged and ADVICE or err.advice })
end

-- A recorder that cannot read a session that is still open says nothing about the disc.
local function is_hidden(err)
  if not err.verification then return err.signal == nil end
  for _, track in ipairs(err.verification.tracks) do
    local refused = track.verdict == "unreadable" and track.sense and track.sense.key == 5
    if not refused and track.difference ~= "missing" and track.verdict ~= "identical" then
      return false
    end
  end
  return true
end

---The last step of a burn.
---@param recorder redbook.Recorder
---@param records redbook.VerifiedTrack[]
---@param options redbook.BurnOptions
---@param on_event fun(event: table)
---@param pause? fun(seconds: number): string? how to wait; nil: nobody waits
---@return table? result
---@return redbook.Failure? err
---@return string? remark why nothing was compared, where that is no failure
local function after_burn(recorder, records, options, on_event, pause)
  local wanted = { client_name = options.client_name, speed = options.verify_speed,
    waiter = options.waiter, stop = options.stop }
  local signal
  local result, err = with_retries(function()
    return verify(recorder, records, wanted, on_event)
  end, { on_event = on_event, pause = pause and function(seconds)
    signal = pause(seconds)
    return signal
  end, retryable = function(problem)
    -- Desktops look at a disc that has just been closed, and may hold the drive for a moment.
    return pause ~= nil and problem.transient == true and not problem.verification
  end })
  if signal then return nil, interrupted(signal) end
  if result or not (options.keep_open and is_hidden(err)) then return result, err end
  return nil, nil, "the tracks could not be read back, as their session is still open: "
    .. tostring(err.message)
end

return { verify = verify, of_written = of_written, after_burn = after_burn }
