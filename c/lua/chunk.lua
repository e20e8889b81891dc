-- SPDX-License-Identifier: GPL-3.0-or-later
-- The blocking methods of redbook's classes, as loops over the non-blocking ones. Embedded in
-- core.so and run once by luaopen_redbook_core, so that requiring the core alone gives complete
-- classes. Being Lua, they let ^C through, and a callback may raise or yield.

local classes, private = ...

local operation = classes.Operation
local tao = classes.TrackAtOnce
local source = classes.AudioSource
local recorder = classes.Recorder
local verification = classes.Verification
local erase = classes.Erase
local watch = classes.DeviceWatch

-- Functions that operations ask for data: operation -> { call = }, and when one went wrong
-- `failed`, with what it raised (`thrown`, `raised`) or why its data were refused (`refused`).
local feeds = setmetatable({}, { __mode = "k" })
-- The operation that reads an AudioSource now, by the source or, where several are joined, by
-- their group. A source is used by one thread at a time.
local readers = setmetatable({}, { __mode = "kv" })
-- What a complete scan has shown: AudioSource -> { sectors, crc, clipped, peak, limited }.
local known = setmetatable({}, { __mode = "k" })


local function define(class, name, method)
  class.__methods[name] = method
  class.__members[name] = "method"
end


local function define_property(class, name, getter, setter)
  class.__properties[name] = setter and { getter, setter } or getter
  class.__members[name] = setter and "read-write" or "read-only"
end


---Checks what a function source has returned.
---@param data any
---@param bytes integer asked for
---@return string? data nil at the end
local function check_data(data, bytes)
  if data == nil then return nil end
  if type(data) ~= "string" then
    error(("the source function must return a string or nil, got %s"):format(type(data)), 0)
  elseif #data == 0 then
    error("the source function returned an empty string; return nil at the end", 0)
  elseif #data > bytes then
    error(("the source function returned %d bytes, %d were asked for"):format(#data, bytes), 0)
  end
  return data
end


---Fetches data from the function source and hands them to the worker. Whatever goes wrong
---cancels the operation and is kept for `result`.
---@param op redbook.Operation
---@param bytes integer at most so many
local function answer(op, bytes)
  local feed = feeds[op]
  if feed.failed or private.cancelled(op) then
    private.feed(op, nil)
    return
  end
  local fine, data = pcall(function() return check_data(feed.call(bytes), bytes) end)
  if not fine then
    feed.failed, feed.thrown, feed.raised = true, true, data
    op:cancel()
    return
  end
  local fed, err = private.feed(op, data)
  if not fed then
    feed.failed, feed.refused = true, err
    op:cancel()
  end
end


-- Operation:step. A request for data is answered here and never seen by the caller.
local function step(op, seconds)
  local deadline = type(seconds) == "number" and seconds > 0 and private.now() + seconds
  while true do
    local event, why = private.step(op, seconds)
    if not event or event.type ~= "want" then return event, why end
    answer(op, event.bytes)
    if deadline then
      seconds = deadline - private.now()
      if seconds <= 0 then return nil, "again" end
    elseif seconds == 0 then
      return nil, "again"
    end
  end
end

define(operation, "step", step)


local raw_result = operation.__methods.result

-- Operation:result. An error of a function source comes out as it was raised.
define(operation, "result", function(op)
  local ok, err = raw_result(op)
  local feed = feeds[op]
  if feed and feed.thrown then error(feed.raised, 0) end
  if not ok and feed and feed.refused then return nil, feed.refused end
  return ok, err
end)


-- Operation:each. Leaving the loop by `break`, `return` or an error closes the operation, unless
-- its last event has been seen. With `seconds` the loop ends when nothing comes in that time.
define(operation, "each", function(op, seconds)
  local over = false
  private.cancelled(op) -- raises here, not at the first step, when `op` is no open operation
  local guard = setmetatable({}, {
    __close = function()
      if not over then op:close() end
    end,
  })
  local function next_event()
    repeat
      local event, why = step(op, seconds)
      over = not event and (why == "finished" or seconds ~= nil) or (event and event.type == "done")
      if event then return event end
    until over
  end
  return next_event, nil, nil, guard
end)


-- DeviceWatch:each. A watch has no end of its own, so leaving the loop leaves it open.
define(watch, "each", function(self, seconds)
  self:pollfd() -- raises here, not at the first step, when `self` is no open watch
  return function()
    repeat
      local event, why = self:step(seconds)
      if event then return event.type ~= "done" and event or nil end
    until why == "finished" or seconds ~= nil
  end
end)


---Steps an operation to its end. However this function is left, the operation is cancelled if it
---still runs, drained and closed.
---@param op redbook.Operation
---@param on_update fun(args: table)?
---@return true? ok
---@return redbook.Error? err or remark; `signal` names the trapped signal that ended it
local function run(op, on_update)
  local _guard <close> = op
  local signal
  repeat
    local event, why = step(op)
    local type = event and event.type
    if type == "update" and on_update and not signal then
      on_update(event)
    elseif type == "signal" then
      signal = signal or event.signal
      op:cancel()
    end
  until type == "done" or why == "finished"
  local ok, err = op:result()
  if signal then
    err = err or private.code(0)
    err.signal = signal
  end
  return ok, err
end


-- A blocking method of TrackAtOnce: reports to OnUpdate, whatever function that is at the moment.
local function blocking(begin)
  return function(self, ...)
    local op, err = begin(self, ...)
    if not op then return nil, err end
    return run(op, function(args)
      local on_update = self.OnUpdate
      if on_update then on_update(self, args) end
    end)
  end
end


local function reader_key(self)
  return private.group(self) or self
end


local function is_read(self)
  local reader = readers[reader_key(self)]
  return reader and private.unfinished(reader)
end


local function busy(self)
  private.check_source(self)
  return is_read(self)
end


local function remember(self)
  if not busy(self) and not known[self] then
    local sectors, crc, clipped, peak, limited = private.scanned(self)
    known[self] = sectors and { sectors = sectors, crc = crc, clipped = clipped, peak = peak,
      limited = limited }
  end
  return known[self]
end


local raw_begin_track = tao.__methods.BeginAddAudioTrack

-- TrackAtOnce:BeginAddAudioTrack. Keeps the function that feeds the track, and who reads an
-- AudioSource.
local function begin_track(self, data, options)
  local reusable = private.is_source(data)
  if reusable and busy(data) then return nil, private.busy() end
  if reusable then remember(data) end
  local op, err = raw_begin_track(self, data, options)
  if not op then return nil, err end
  if type(data) == "function" then feeds[op] = { call = data } end
  if reusable then readers[reader_key(data)] = op end
  return op
end

define(tao, "BeginAddAudioTrack", begin_track)
define(tao, "PrepareMedia", blocking(tao.__methods.BeginPrepareMedia))
define(tao, "AddAudioTrack", blocking(begin_track))
define(tao, "ReleaseMedia", blocking(tao.__methods.BeginReleaseMedia))

-- A blocking method of Recorder.
local function waiting(begin)
  return function(self, ...)
    local op, err = begin(self, ...)
    if not op then return nil, err end
    return run(op)
  end
end

local begin_erase = erase.__methods.BeginEraseMedia

-- Erase:EraseMedia. OnUpdate gets what IMAPI2's event has: elapsed and estimated total seconds.
define(erase, "EraseMedia", function(self)
  local op, err = begin_erase(self)
  if not op then return nil, err end
  return run(op, function(args)
    local on_update = self.OnUpdate
    if on_update then on_update(self, args.ElapsedTime, args.ElapsedTime + args.RemainingTime) end
  end)
end)

define(recorder, "WaitReady", waiting(recorder.__methods.BeginWaitReady))
define(recorder, "Rescue", waiting(recorder.__methods.BeginRescue))


local raw_begin_scan = source.__methods.BeginScan

local function begin_scan(self)
  if busy(self) then return nil, private.busy() end
  local op, err = raw_begin_scan(self)
  if op then readers[reader_key(self)] = op end
  return op, err
end

define(source, "BeginScan", begin_scan)

-- Members that no operation may read the source meanwhile.
for _, name in ipairs { "Keep", "Clone" } do
  local raw = source.__methods[name]
  define(source, name, function(self, ...)
    if busy(self) then return nil, private.busy() end
    return raw(self, ...)
  end)
end


-- The sources of a Verification: they are read when the disc differs, closed meanwhile or not.
local verified = setmetatable({}, { __mode = "k" })

local raw_add_track = verification.__methods.AddTrack

define(verification, "AddTrack", function(self, track)
  local ok, err = raw_add_track(self, track)
  local data = ok and rawget(track, "Source")
  if data then
    verified[self] = verified[self] or {}
    table.insert(verified[self], data)
  end
  return ok, err
end)


local raw_begin_verify = verification.__methods.BeginVerifyMedia

local function begin_verify(self)
  local sources = verified[self] or {}
  for _, data in ipairs(sources) do
    if is_read(data) then return nil, private.busy() end
  end
  local op, err = raw_begin_verify(self)
  if not op then return nil, err end
  for _, data in ipairs(sources) do readers[reader_key(data)] = op end
  return op
end

define(verification, "BeginVerifyMedia", begin_verify)

-- Verification:VerifyMedia: true when every track is as it was sent, or nil, err.
define(verification, "VerifyMedia", function(self)
  local op, err = begin_verify(self)
  if not op then return nil, err end
  return run(op)
end)


-- AudioSource:Scan: decodes everything once. True, or nil, err.
local function scan(self)
  local op, err = begin_scan(self)
  if not op then return nil, err end
  local ok
  ok, err = run(op)
  if ok then remember(self) end
  return ok, err
end

define(source, "Scan", scan)


local raw_begin_render = source.__methods.BeginRender

local function begin_render(self, file)
  if busy(self) then return nil, private.busy() end
  local op, err = raw_begin_render(self, file)
  if op then readers[reader_key(self)] = op end
  return op, err
end

define(source, "BeginRender", begin_render)


-- AudioSource:Render: writes what a burn would write. True, or nil, err.
define(source, "Render", function(self, file)
  local op, err = begin_render(self, file)
  if not op then return nil, err end
  local ok
  ok, err = run(op)
  if ok then remember(self) end
  return ok, err
end)


-- What a scan shows, scanning now if nobody has. Raises the error object.
local function measured(self)
  if not remember(self) then
    local ok, err = scan(self)
    if not ok then error(err, 0) end
  end
  return known[self]
end

define_property(source, "Sectors", function(self)
  local scanned = remember(self)
  return scanned and scanned.sectors or private.announced(self) or measured(self).sectors
end)
define_property(source, "CRC32", function(self) return measured(self).crc end)
define_property(source, "Kept", function(self)
  if busy(self) then error(private.busy(), 0) end
  return private.kept(self)
end)
define_property(source, "ClippedSamples", function(self) return measured(self).clipped end)
define_property(source, "Peak", function(self) return measured(self).peak end)
define_property(source, "LimitedFrames", function(self) return measured(self).limited end)

-- Forgets what a scan has shown: 0500 is raised while one is under way.
local function forgetting(set)
  return function(self, value)
    if busy(self) then error(private.busy(), 0) end
    set(self, value)
    known[self] = nil
  end
end

-- Joined sources share one gain.
local function set_gain(self, gain)
  private.set_gain(self, gain)
  for _, other in pairs(private.group(self) or {}) do
    if pcall(private.check_source, other) then private.set_gain(other, gain) end
    known[other] = nil
  end
end

define_property(source, "Gain", function(self) return private.gain(self) end,
  forgetting(set_gain))
define_property(source, "MeasureLoudness", function(self) return private.measure_loudness(self) end,
  forgetting(private.set_measure_loudness))
