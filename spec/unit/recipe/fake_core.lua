-- SPDX-License-Identifier: GPL-3.0-or-later
-- A stand-in for redbook.core that does what a script tells it, and writes down what it was
-- asked. The real one is met in spec/burn.

local fake = {}

local Operation = {}
Operation.__index = Operation

function Operation:step()
  if self.cancelled and self.on_cancel then
    self.events, self.on_cancel, self.outcome = { { type = "done" } }, nil, self.on_cancel
  end
  local event = table.remove(self.events, 1)
  if event then
    self.done = event.type == "done"
    return event
  end
  return nil, "finished"
end

function Operation:cancel()
  self.cancelled = true
  self.log[#self.log + 1] = "cancel"
end

function Operation:result()
  assert(self.done, "result before done")
  return table.unpack(self.outcome, 1, 2)
end

---@param log string[]
---@param script? { events: table[], outcome: table, on_cancel: table } what it does
function fake.operation(log, script)
  script = script or {}
  local events = {}
  for index, event in ipairs(script.events or {}) do events[index] = event end
  events[#events + 1] = { type = "done" }
  return setmetatable({ log = log, events = events, outcome = script.outcome or { true },
    on_cancel = script.on_cancel }, Operation)
end

function fake.update(fields)
  local event = { type = "update", CurrentAction = 2, CurrentTrackNumber = 1, ElapsedTime = 0,
    RemainingTime = 0, StartLba = 0, SectorCount = 300, LastReadLba = 0, LastWrittenLba = 0,
    TotalSystemBuffer = 1000, UsedSystemBuffer = 500, FreeSystemBuffer = 500,
    TotalDriveBuffer = 0, FreeDriveBuffer = 0 }
  for name, value in pairs(fields or {}) do event[name] = value end
  return event
end

local Tao = {}

function Tao:SetWriteSpeed(sectors, cav)
  local log = self.state.log
  log[#log + 1] = ("speed %d %s"):format(sectors, cav)
  return true, self.state.script.speed_remark
end

local function begin(name)
  return function(self, source)
    local state = self.state
    local script = state.script
    state.log[#state.log + 1] = source and name .. " " .. source.path or name
    if name == "track" then
      state.tracks = state.tracks + 1
      script = script[state.tracks]
      self.WrittenTracks[state.tracks] = script and script.written
    else
      script = script[name]
      if script and script[1] then script = table.remove(script, 1) end -- another each time
    end
    return fake.operation(state.log, script)
  end
end

Tao.BeginPrepareMedia = begin "prepare"
Tao.BeginAddAudioTrack = begin "track"
Tao.BeginReleaseMedia = begin "release"

local Verification = {}

function Verification:AddTrack(track)
  self.added[#self.added + 1] = track
  return true
end

function Verification:BeginVerifyMedia()
  local state, script = self.state, self.state.script.verify or {}
  if script[1] then script = table.remove(script, 1) end -- another each time
  state.log[#state.log + 1] = "verify"
  self.Results, self.Offset, self.Cached = {}, script.offset or 0, false
  for index, track in ipairs(self.added) do
    local result = { Number = track.Number, StartLba = track.StartLba, Sectors = track.Sectors,
      Verdict = "identical", EdgeSamples = 0, Blocks = 4, DifferingBlocks = 0, RereadBlocks = 0,
      UnreadableSectors = 0, Message = "" }
    for name, value in pairs((script.results or {})[index] or {}) do result[name] = value end
    self.Results[index] = result
  end
  return fake.operation(state.log, script)
end

---What a track that was written left behind, as WrittenTracks has it.
function fake.written(fields)
  local written = { Number = 1, StartLba = 0, Sectors = 300, CRC32 = 7, Seconds = 1,
    ClippedSamples = 0, ISRC = "", Fingerprint = { Blocks = "b", Head = "h", Tail = "t" },
    AccurateRip = { First = { 1, 2 }, Middle = { 3, 4 }, Last = { 5, 6 }, Only = { 7, 8 } } }
  for name, value in pairs(fields or {}) do written[name] = value end
  return written
end

---A core whose files and burns behave as `script` says: `files[path]` = { sectors, tags,
---open_error, scan, kept }, `prepare` (or a list of these), `release` and [1], [2] ... = what these
---operations do, `room` = what is free for temporary files.
---@return table core
---@return table state its `log` of calls, the limits of what may be `kept`, and `settings` of the
---TrackAtOnce
function fake.core(script)
  local state = { log = {}, script = script, tracks = 0, checks = {}, kept = {} }
  local core = { speed = function(x) return math.floor(x * 75) end }
  function core.temporary_room()
    return script.room or { folder = "/var/tmp", free = 1000, in_memory = false }
  end
  function core.AudioSource(from)
    local part = type(from) == "table" and from or { path = from }
    state.log[#state.log + 1] = ("open %s%s"):format(part.path, part.start and
      (" %d+%s"):format(part.start, part.length or "") or "")
    local file = script.files[part.path]
    if file.open_error then return nil, file.open_error end
    return { path = part.path, Sectors = file.sectors, CRC32 = 7, ClippedSamples = file.clipped,
      Tags = file.tags or {}, Format = {}, Kept = file.kept or 0, Keep = function(_, limit)
        state.kept[#state.kept + 1] = limit
        return true
      end, BeginScan = function()
        return fake.operation(state.log, file.scan)
      end }
  end
  function core.TrackAtOnce()
    state.settings = setmetatable({ state = state, WrittenTracks = {},
      SupportedWriteSpeeds = { 1200, 300, 600 }, CurrentWriteSpeed = 600 }, { __index = Tao,
      __close = function() state.log[#state.log + 1] = "let go" end })
    return state.settings
  end
  function core.Verification()
    local check = setmetatable({ added = {}, state = state }, { __index = Verification,
      __close = function() end })
    state.checks[#state.checks + 1] = check
    return check
  end
  return core, state
end

---A Recorder whose MediaSummary gives the next of `answers` (tables with `State`, or errors)
---each time, the last one for ever.
function fake.recorder(answers, id)
  local asked = 0
  return { ActiveDiscRecorder = id or "/dev/sr0", EjectMedia = function(self)
      self.ejected = true
      return true
    end, MediaSummary = function()
      asked = math.min(asked + 1, #answers)
      local answer = answers[asked]
      if answer.State then return answer end
      return nil, answer
    end }
end

---@return table summary of a blank CD-R
function fake.blank(fields)
  local summary = { State = "blank", MediaType = 2, FreeSectors = 359847, TotalSectors = 359847,
    NextWritableAddress = 0, NextTrack = 1, NumberOfTracks = 0, SessionOpen = false,
    Erasable = false }
  for name, value in pairs(fields or {}) do summary[name] = value end
  return summary
end

---Loads a module of redbook with this core in the place of the real one.
function fake.load(core, name)
  for loaded in pairs(package.loaded) do
    if loaded:find "^redbook%.recipe" then package.loaded[loaded] = nil end
  end
  package.loaded["redbook.core"] = core
  return require(name)
end

return fake
