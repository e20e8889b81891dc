-- SPDX-License-Identifier: GPL-3.0-or-later
-- IDiscFormat2TrackAtOnce's states: one assertion for every cell of the table of preconditions,
-- and for the states while PrepareMedia and ReleaseMedia run. "ok" or the code, 0xC0AAxxxx.

local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

local function silence(sectors)
  return { sectors = sectors, left = sectors * 2352 }
end

-- A source of zeros as AddAudioTrack takes it: 1200 sectors, so that it lasts.
local function zeros()
  local source = silence(1200)
  return function(bytes)
    if source.left == 0 then return nil end
    local n = math.min(bytes, source.left)
    source.left = source.left - n
    return ("\0"):rep(n)
  end
end

local function add_track(tao)
  return tao:AddAudioTrack(zeros(), { length = 1200 })
end

local OTHER -- another recorder to set
local operations = {
  { "put Recorder", function(t) t.Recorder = OTHER end },
  { "put ClientName", function(t) t.ClientName = "other" end },
  { "put DoNotFinalizeMedia", function(t) t.DoNotFinalizeMedia = true end },
  { "put BufferUnderrunFreeDisabled", function(t) t.BufferUnderrunFreeDisabled = true end },
  { "PrepareMedia", function(t) return t:PrepareMedia() end },
  { "PrepareMedia without ClientName", function(t)
    t.ClientName = nil
    return t:PrepareMedia()
  end },
  { "AddAudioTrack", add_track },
  { "CancelAddTrack", function(t) return t:CancelAddTrack() end },
  { "ReleaseMedia", function(t) return t:ReleaseMedia() end },
  { "SetWriteSpeed", function(t) return t:SetWriteSpeed(-1, false) end },
  { "CurrentPhysicalMediaType", function(t) return t.CurrentPhysicalMediaType end },
  { "CurrentWriteSpeed", function(t) return t.CurrentWriteSpeed end },
  { "CurrentRotationTypeIsPureCAV", function(t) return t.CurrentRotationTypeIsPureCAV end },
  { "SupportedWriteSpeeds", function(t) return t.SupportedWriteSpeeds end },
  { "SupportedWriteSpeedDescriptors", function(t) return t.SupportedWriteSpeedDescriptors end },
  { "NumberOfExistingTracks", function(t) return t.NumberOfExistingTracks end },
  { "TotalSectorsOnMedia", function(t) return t.TotalSectorsOnMedia end },
  { "FreeSectorsOnMedia", function(t) return t.FreeSectorsOnMedia end },
  { "UsedSectorsOnMedia", function(t) return t.UsedSectorsOnMedia end },
  { "ExpectedTableOfContents", function(t) return t.ExpectedTableOfContents end },
  { "RequestedWriteSpeed", function(t) return t.RequestedWriteSpeed end },
  { "RequestedRotationTypeIsPureCAV", function(t) return t.RequestedRotationTypeIsPureCAV end },
  { "get ClientName", function(t) return t.ClientName end },
  { "get Recorder", function(t) return t.Recorder or true end },
  { "get DoNotFinalizeMedia", function(t) return t.DoNotFinalizeMedia end },
  { "get BufferUnderrunFreeDisabled", function(t) return t.BufferUnderrunFreeDisabled end },
}

-- Columns: no recorder, IDLE, PREPARED (without a track), PREPARED (with one), WRITING,
-- PREPARING, RELEASING. The last two follow WRITING, where a getter has no value yet as IDLE.
local expected = {
  ["put Recorder"] = { "ok", "ok", 0x0503, 0x0503, 0x0500, 0x0500, 0x0500 },
  ["put ClientName"] = { "ok", "ok", 0x0503, 0x0503, 0x0500, 0x0500, 0x0500 },
  ["put DoNotFinalizeMedia"] = { "ok", "ok", 0x0503, 0x0503, 0x0500, 0x0500, 0x0500 },
  ["put BufferUnderrunFreeDisabled"] = { 0x0502, 0x0502, "ok", "ok", 0x0500, 0x0500, 0x0500 },
  ["PrepareMedia"] = { 0x050A, "ok", 0x0503, 0x0503, 0x0503, 0x0503, 0x0503 },
  ["AddAudioTrack"] = { 0x0502, 0x0502, "ok", "ok", 0x0500, 0x0500, 0x0500 },
  ["CancelAddTrack"] = { 0x0501, 0x0501, 0x0501, 0x0501, "ok", 0x0501, 0x0501 },
  ["ReleaseMedia"] = { 0x0502, 0x0502, "ok", "ok", 0x0500, 0x0500, 0x0500 },
  ["SetWriteSpeed"] = { 0x0003, "ok", "ok", "ok", 0x0500, 0x0500, 0x0500 },
  ["CurrentPhysicalMediaType"] = { 0x050A, "ok", "ok", "ok", "ok", 0x0500, "ok" },
  ["CurrentWriteSpeed"] = { 0x050A, "ok", "ok", "ok", "ok", 0x0500, "ok" },
  ["CurrentRotationTypeIsPureCAV"] = { 0x050A, "ok", "ok", "ok", "ok", 0x0500, "ok" },
  ["SupportedWriteSpeeds"] = { 0x050A, "ok", "ok", "ok", "ok", 0x0500, "ok" },
  ["SupportedWriteSpeedDescriptors"] = { 0x050A, "ok", "ok", "ok", "ok", 0x0500, "ok" },
  ["NumberOfExistingTracks"] = { 0x0502, 0x0502, "ok", "ok", 0x0500, 0x0500, 0x0500 },
  ["TotalSectorsOnMedia"] = { 0x0502, 0x0502, "ok", "ok", "ok", 0x0502, "ok" },
  ["FreeSectorsOnMedia"] = { 0x0502, 0x0502, "ok", "ok", "ok", 0x0502, "ok" },
  ["UsedSectorsOnMedia"] = { 0x0502, 0x0502, "ok", "ok", "ok", 0x0502, "ok" },
  ["ExpectedTableOfContents"] = { 0x0502, 0x0502, 0x0505, "ok", 0x0500, 0x0500, 0x0500 },
}
local always = { "ok", "ok", "ok", "ok", "ok", "ok", "ok" }

-- "ok", or the last four hex digits of the error's code.
local function outcome(call, tao)
  local raised, value, err = pcall(call, tao)
  if not raised then
    assert(type(value) ~= "string", value)
    return value.code & 0xFFFF
  end
  if value == nil and err then return err.code & 0xFFFF end
  return "ok"
end

local function at_action(tao, action, call)
  local result
  tao.OnUpdate = function(_, args)
    if args.CurrentAction == action and not result then result = outcome(call, tao) end
  end
  return function() return result end
end

local states = {
  function(call) return outcome(call, core.TrackAtOnce()) end,
  function(call, ready) return outcome(call, ready()) end,
  function(call, ready)
    local tao = ready()
    assert(tao:PrepareMedia())
    return outcome(call, tao)
  end,
  function(call, ready)
    local tao = ready()
    assert(tao:PrepareMedia())
    assert(add_track(tao))
    return outcome(call, tao)
  end,
  function(call, ready)
    local tao = ready()
    assert(tao:PrepareMedia())
    local result = at_action(tao, 2, call)
    add_track(tao)
    return result()
  end,
  function(call, ready)
    local tao = ready()
    local result = at_action(tao, 1, call)
    tao:PrepareMedia()
    return result()
  end,
  function(call, ready)
    local tao = ready()
    assert(tao:PrepareMedia())
    assert(add_track(tao))
    local result = at_action(tao, 3, call)
    assert(tao:ReleaseMedia())
    return result()
  end,
}
local names = { "no recorder", "IDLE", "PREPARED", "PREPARED with a track", "WRITING",
  "PREPARING", "RELEASING" }

describe("the state table", function()
  local folder, count, made

  before_each(function()
    folder, count, made = sandbox.folder(), 0, {}
    OTHER = assert(core.VirtualRecorder { path = folder .. "/other.cue" }):Recorder()
  end)

  after_each(function()
    for _, tao in ipairs(made) do tao:Close() end
    sandbox.remove(folder)
  end)

  local function ready()
    count = count + 1
    local drive = assert(core.VirtualRecorder { path = ("%s/%d.cue"):format(folder, count) })
    local tao = core.TrackAtOnce()
    tao.Recorder, tao.ClientName = drive:Recorder(), "table"
    made[#made + 1] = tao
    return tao
  end

  for _, operation in ipairs(operations) do
    local name, call = operation[1], operation[2]
    if name ~= "PrepareMedia without ClientName" then
      for column, state in ipairs(states) do
        it(("%s, %s"):format(name, names[column]), function()
          local wanted = (expected[name] or always)[column]
          assert.are.equal(wanted, (state(call, ready)))
        end)
      end
    end
  end

  it("PrepareMedia needs a client name", function()
    local drive = assert(core.VirtualRecorder { path = folder .. "/x.cue" })
    local tao = core.TrackAtOnce()
    tao.Recorder = drive:Recorder()
    local ok, err = tao:PrepareMedia()
    assert.is_nil(ok)
    assert.are.equal(0xC0AA050F, err.code)
  end)

  it("the error wins in the order 0503, 050A, 050F", function()
    local tao = core.TrackAtOnce()
    local _, err = tao:PrepareMedia()
    assert.are.equal(0xC0AA050A, err.code)
    local prepared = ready()
    assert(prepared:PrepareMedia())
    _, err = prepared:PrepareMedia()
    assert.are.equal(0xC0AA0503, err.code)
  end)
end)
