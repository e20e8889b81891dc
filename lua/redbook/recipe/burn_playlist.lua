-- SPDX-License-Identifier: GPL-3.0-or-later
-- Entries become a disc: look at the medium, decode everything once, lay it out, burn track by
-- track, close, read back and compare. A failure never closes the disc: it stays open, so that it
-- can be continued.

local accept = require "redbook.recipe.accept"
local aftermath = require "redbook.recipe.aftermath"
local core = require "redbook.core"
local failure = require "redbook.failure"
local loudness = require "redbook.recipe.loudness"
local medium = require "redbook.recipe.medium"
local merged = require "redbook.merged"
local operate = require "redbook.recipe.operate"
local pause = require "redbook.pause"
local planner = require "redbook.plan"
local progress = require "redbook.recipe.progress"
local rescue = require "redbook.recipe.rescue"
local scan = require "redbook.recipe.scan"
local verify = require "redbook.recipe.verify"
local wait_until_ready = require "redbook.recipe.wait_until_ready"
local with_retries = require "redbook.recipe.with_retries"

local VERIFICATION_FAILED = 0xC0AA0007
-- Becoming ready, formatting, busy, held by somebody.
local PASSING = { [0xC0AA0205] = true, [0xC0AA0206] = true, [0xC0AA0207] = true,
  [0xC0AA0210] = true }
local QUICK = 1 -- IMAPI_BURN_VERIFICATION_QUICK

---@class redbook.BurnOptions
---@field client_name string? who holds the drive, default "redbook"
---@field speed number|"max"|"min"|nil times 1x
---@field catalog string? the disc's Media Catalog Number, 13 digits
---@field simulate boolean? the laser stays off
---@field multi boolean? close the session, leave the disc appendable
---@field keep_open boolean? leave the session itself open
---@field append boolean? go on with a disc that holds tracks already
---@field eject boolean? open the tray afterwards
---@field no_verify boolean? do not read the disc back and compare it when it is burned
---@field verify_speed number|"max"|"min"|nil times 1x, how fast that reads at most; default 16
---@field gain ("off"|"track"|"album")? loudness by tags, else as measured; default "off"
---@field clip ("clamp"|"scale-track"|"scale-disc"|"limit")? of samples beyond full scale; default
---"clamp"
---@field quality ("hq"|"vhq")? of a change of the sample rate; default "hq"
---@field dither ("tpdf"|"shaped"|"none")? default "tpdf"
---@field render_ahead integer|"auto"|"off"|nil MiB of decoded sound that are kept from the scan for
---the burn; default auto: half of what is free for temporary files
---@field scan? fun(entries, options, on_event): redbook.ScannedTrack[]?, redbook.Failure? what
---opens and measures the sources, default `redbook.recipe.scan`
---@field gapless boolean? neighbours of one album and sample rate go through one conversion
---@field first integer? entry that is burned first; those before it are on the disc already
---@field on_written? fun(written: redbook.WrittenTrack, track: redbook.ScannedTrack) told of each
---@field plan_only boolean? stop after the plan; `recorder` may be nil then
---@field wait redbook.WaitOptions?
---@field confirm? fun(plan: redbook.Plan): true?, redbook.Failure? last word before burning
---@field stop? fun(): string? asked between operations; a signal's name ends the job there
---@field waiter? fun(operation: redbook.Operation) see `redbook.run`
---@field commands redbook.DiagnoseOptions? for the commands in a failure's diagnosis

local Burn = {}
Burn.__index = Burn

function Burn:emit(event, fields)
  fields = fields or {}
  fields.event = event
  self.on_event(fields)
end

function Burn:remark(message, name)
  self.remarks[#self.remarks + 1] = message
  self:emit("remark", { message = message, name = name })
end

-- A trapped signal becomes a failure that says how the disc is.
local function fail(err, signal, stage)
  if signal then
    return nil, failure.interrupted(signal, err and err.disc or "unknown",
      "interrupted by SIG" .. signal)
  end
  if err.code == VERIFICATION_FAILED then stage = "verify" end
  return nil, failure.from(err, stage)
end

-- A signal that came while no operation was running: the next one is not begun.
function Burn:stopped()
  local signal = self.options.stop and self.options.stop()
  if not signal then return false end
  return true, select(2, fail({ disc = self.written > 0 and "open" or "untouched" }, signal))
end

function Burn:wait_options()
  return merged({ waiter = self.options.waiter }, self.options.wait)
end

function Burn:look_at_medium()
  if not self.recorder then
    self:remark("no drive is asked: planned for a blank disc of 80 minutes")
    self.summary = planner.blank_disc()
    return true
  end
  local summary, err = wait_until_ready(self.recorder, self:wait_options(), self.on_event)
  if not summary then return nil, err end
  self.summary = summary
  local options = self.options
  local mend = options.append and not options.simulate and not options.plan_only
  if mend and medium.mendable(summary) then
    local ok
    ok, err = self:mend()
    if not ok then return nil, err end
  end
  return medium.check(self.summary, options.append)
end

-- A track whose writing was cut off is closed first: only then does the drive tell where the next
-- one would begin, and a plan can be made.
function Burn:mend()
  local options = self.options
  local mended, err = rescue(self.recorder, { action = "close_track",
    client_name = options.client_name, stop = options.stop, waiter = options.waiter,
    commands = options.commands }, aftermath.steps_only(self.on_event))
  if not mended then return nil, err end
  self:remark "the writing of the last track had been cut off; it was closed where it ended"
  self.summary = mended.examination
  return true
end

-- Said before hours of decoding, where the number of names alone tells it.
function Burn:check_count()
  local first = math.max(self.summary.NextTrack or 1, 1)
  local count = #self.entries + 1 - (self.options.first or 1)
  local last = first - 1 + count
  if count > 0 and last <= planner.TRACKS then return true end
  if count <= 0 then
    return nil, failure.new { stage = "source", message = "there is nothing to burn" }
  end
  return nil, failure.new { stage = "space", code = 0xC0AA0508,
    name = "E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED",
    message = ("a disc holds %d tracks; the last one would be number %d")
      :format(planner.TRACKS, last), advice = "take some tracks out of the list" }
end

function Burn:make_plan()
  local finalise = not (self.options.multi or self.options.keep_open or self.options.simulate)
  local plan = planner.make(self.tracks, self.summary, { finalise = finalise })
  self.plan = plan
  if self.summary.State == "appendable" and not self.summary.SessionOpen then
    plan.remarks[#plan.remarks + 1] =
      "the tracks go into a new session; most audio players see the first session only"
  end
  self:emit("plan", { plan = plan, medium = self.summary,
    simulate = self.options.simulate or false })
  if plan.fits then return true end
  return nil, failure.new { stage = "space", code = 0xC0AA0509,
    name = "E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE", message = table.concat(plan.problems, "; "),
    advice = "take some tracks out of the list" }
end

function Burn:set_up(tao)
  local options = self.options
  tao.Recorder = self.recorder
  tao.ClientName = options.client_name or "redbook"
  tao.MediaCatalogNumber = options.catalog or ""
  tao.TestWrite = options.simulate or false
  tao.Append = options.append or false
  tao.KeepSessionOpen = options.keep_open or false
  tao.DoNotFinalizeMedia = options.multi or false
  tao.BurnVerificationLevel = options.simulate and 0 or QUICK
end

-- The slowest speed that the drive offers for this disc; speeds are in sectors per second.
local function slowest(tao)
  local speeds = tao.SupportedWriteSpeeds
  table.sort(speeds)
  return speeds[1] or -1
end

function Burn:set_speed(tao)
  local wanted = self.options.speed
  if wanted == nil then return true end
  local sectors = wanted == "max" and -1 or wanted == "min" and slowest(tao) or core.speed(wanted)
  local ok, remark = tao:SetWriteSpeed(sectors, false)
  if not ok then return nil, failure.from(remark, "burn") end
  -- How the disc turns was nobody's wish.
  if remark and remark.name ~= "S_IMAPI_ROTATIONADJUSTED" then
    self:remark(("the drive writes at %.4gx instead of the speed asked for")
      :format(tao.CurrentWriteSpeed / 75), remark.name)
  end
  return true
end

-- Waiting must not hold up a host that runs this in a coroutine and did not say how to wait.
function Burn:pauser()
  local wait = self.options.wait or {}
  if wait.limit == 0 then return nil end
  return wait.pause or not coroutine.isyieldable() and pause or nil
end

-- Hours may lie between the look at the disc and this: the drive can be asleep again, or somebody
-- else have it for a moment. Nothing has been written yet, so trying again spoils nothing.
function Burn:prepare(tao)
  local stopped, why = self:stopped()
  if stopped then return nil, why end
  self:emit("prepare")
  local signal
  local wait = self:pauser()
  local ok, err = with_retries(function()
    local operation, begin_err = tao:BeginPrepareMedia()
    local done, problem
    done, problem, signal = operate(operation, begin_err, nil, self.options)
    if done and not signal then return true end
    return nil, done and { disc = "untouched" } or problem
  end, { on_event = self.on_event, pause = function(seconds)
    signal = wait(seconds)
    return signal
  end, retryable = function(problem)
    return wait ~= nil and not signal and problem.transient == true
      and PASSING[problem.code] ~= nil
  end })
  if ok then return self:set_speed(tao) end
  return fail(err, signal, "burn")
end

-- What the object says it wrote; the plan only knew where it ought to be.
function Burn:track_done(tao, track, planned)
  local written = tao.WrittenTracks or {}
  local last = written[#written] or {}
  track.clipped = last.ClippedSamples or track.clipped
  self.written = self.written + 1
  self:emit("track_done", { number = planned.number, start = last.StartLba or planned.start,
    sectors = last.Sectors or planned.sectors, crc32 = last.CRC32, seconds = last.Seconds,
    clipped_samples = track.clipped, limited_frames = loudness.told(track.limited),
    gain = loudness.told(track.gain),
    title = planned.title })
  if last.Fingerprint then
    self.records[#self.records + 1] = verify.of_written(last, track.source, planned.title)
    if self.options.on_written then self.options.on_written(last, track) end
  end
  if last.StartLba and last.StartLba ~= planned.start then
    self:remark(("track %d begins at sector %d, not %d as planned")
      :format(planned.number, last.StartLba, planned.start))
  end
end

function Burn:burn_track(tao, index)
  local stopped, why = self:stopped()
  if stopped then return nil, why end
  local track, planned = self.tracks[index], self.plan.tracks[index]
  self:emit("track", { number = planned.number, index = index, count = #self.tracks,
    title = planned.title, artist = planned.artist, start = planned.start,
    sectors = planned.sectors })
  local watch = progress.new(planned, index, #self.tracks)
  local operation, begin_err = tao:BeginAddAudioTrack(track.source, { ISRC = track.isrc,
    PreEmphasis = track.pre_emphasis, CopyPermitted = track.copy_permitted })
  local ok, err, signal = operate(operation, begin_err, function(update)
    self.on_event(watch(update))
  end, self.options)
  if ok then self:track_done(tao, track, planned) end
  if ok and not signal then return true end
  return fail(err or { disc = "open" }, signal, "burn")
end

function Burn:release(tao)
  local stopped, why = self:stopped()
  if stopped then return nil, why end
  self:emit("finish", { simulate = self.options.simulate or false,
    keep_open = self.options.keep_open or false, multi = self.options.multi or false })
  local operation, begin_err = tao:BeginReleaseMedia()
  local watch = progress.new()
  local ok, err, signal = operate(operation, begin_err, function(update)
    self.on_event(watch(update))
  end, { shielded = true, waiter = self.options.waiter })
  if not ok then return fail(err, nil, "burn") end
  if signal then self.signal = signal end
  if self.options.simulate then
    self:remark("the drive's next writable address moved as planned, and the disc is what it was "
      .. "before", "simulated")
  end
  return true
end

-- What was burned is read back and compared; the drive has been let go before.
function Burn:verify()
  local options = self.options
  if options.no_verify or options.simulate or self.signal or #self.records == 0 then
    return true
  end
  local result, err, remark = verify.after_burn(self.recorder, self.records, options,
    self.on_event, self:pauser())
  self.verification = result
  if remark then self:remark(remark, "unverified") end
  return not err, err
end

-- Everything that holds the drive. Leaving it, however, lets go of the drive: `tao` is closed.
function Burn:burn()
  local tao <close>, none = core.TrackAtOnce()
  if not tao then return nil, failure.from(none, "device", { disc = "untouched" }) end
  self:set_up(tao)
  local ok, err = self:prepare(tao)
  if not ok then return nil, err end
  for index = 1, #self.tracks do
    ok, err = self:burn_track(tao, index)
    if not ok then return nil, err end
  end
  return self:release(tao)
end

-- Where a disc is left that was burned without a failure.
function Burn:final_state()
  local options = self.options
  if options.simulate then return "untouched" end
  if options.keep_open then return "open" end
  return options.multi and "appendable" or "finalised"
end

function Burn:eject()
  local ok, err = self.recorder:EjectMedia()
  if not ok then self:remark("the disc could not be ejected: " .. tostring(err.message)) end
end

function Burn:finish()
  local clipped = 0
  for _, track in ipairs(self.tracks) do clipped = clipped + (track.clipped or 0) end
  local result = { tracks = self.written, sectors = self.plan.audio, needed = self.plan.needed,
    disc = self:final_state(), simulated = self.options.simulate or false,
    clipped_samples = clipped, remarks = self.remarks, plan = self.plan,
    verification = self.verification }
  local verified = self.verification or {}
  if self.options.eject then self:eject() end
  self:emit("summary", { tracks = result.tracks, sectors = result.sectors, disc = result.disc,
    simulated = result.simulated, clipped_samples = clipped, remarks = self.remarks,
    verified = verified.identical or false, offset = verified.offset, cached = verified.cached })
  if not self.signal then return result end
  return nil, failure.interrupted(self.signal, result.disc, ("SIG%s came while the disc was "
    .. "being closed; that was brought to its end"):format(self.signal))
end

function Burn:run()
  for _, step in ipairs { "look_at_medium", "check_count" } do
    local ok, err = self[step](self)
    if not ok then return nil, err end
  end
  local err
  self.tracks, err = (self.options.scan or scan)(self.entries, self.options, self.on_event)
  if not self.tracks then return nil, err end
  local ok
  ok, err = self:make_plan()
  if not ok then return nil, err end
  if self.options.plan_only then return { plan = self.plan, remarks = self.remarks } end
  if self.options.confirm then
    ok, err = self.options.confirm(self.plan)
    if not ok then return nil, err end
  end
  ok, err = self:burn()
  if ok then ok, err = self:verify() end
  if not ok then return nil, aftermath.tell(self, err) end
  return self:finish()
end

---Burns entries as one disc, track at once. Blank discs only, unless `append`.
---@param recorder redbook.Recorder? nil only with `plan_only`
---@param entries redbook.Entry[] of `redbook.playlist.collect`, or { path = ... } tables
---@param options? redbook.BurnOptions
---@param on_event? fun(event: table) progress, see the event table in README
---@return table? result { tracks, sectors, needed, disc, simulated, clipped_samples, remarks,
---plan, verification }
---@return redbook.Failure? err its `disc` says what became of the disc
---Wrong use (an unknown option, a wrong type, no recorder) raises.
local function burn_playlist(recorder, entries, options, on_event)
  options = options or {}
  accept.burn(recorder, entries, options, on_event)
  return setmetatable({ recorder = recorder, entries = entries, options = options,
    on_event = on_event or function() end, remarks = {}, records = {}, written = 0 }, Burn):run()
end

return burn_playlist
