-- SPDX-License-Identifier: GPL-3.0-or-later
-- The editor stubs say what is there, no more and no less.

local core = require "redbook.core"
local burner = require "spec.support.burner"
local place = require "spec.support.place"

-- class -> { fields = name -> "read-only" or "read-write", optional = set, methods = set }
local function read_stubs()
  local classes, current = {}, nil
  for line in io.lines(place.root .. "/lua/meta/redbook_core.lua") do
    local name = line:match "^%-%-%-@class ([%w_.]+)"
    local field, rest = line:match "^%-%-%-@field ([%w_]+) (.+)"
    local owner, method = line:match "^function ([%w_]+)[:.]([%w_]+)"
    if name then
      current = name
      classes[name] = { fields = {}, optional = {}, methods = {} }
    elseif field then
      local class = classes[current]
      class.fields[field] = rest:find("read-only", 1, true) and "read-only" or "read-write"
      class.optional[field] = rest:find("?", 1, true) and true or nil
    elseif owner then
      classes[owner == "core" and "redbook.core" or "redbook." .. owner].methods[method] = true
    end
  end
  return classes
end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

describe("the stubs in lua/meta", function()
  local stubs, bench

  setup(function()
    stubs = read_stubs()
    bench = burner.new()
  end)
  teardown(function() bench:close() end)

  it("load as Lua", function()
    assert(loadfile(place.root .. "/lua/meta/redbook_core.lua"))()
  end)

  it("name everything in the module", function()
    local module = stubs["redbook.core"]
    local named = {}
    for name in pairs(module.fields) do named[name] = true end
    for name in pairs(module.methods) do
      assert.equal("function", type(core[name]), name)
      named[name] = true
    end
    assert.same(sorted(core), sorted(named))
  end)

  for _, class in ipairs { "Recorder", "TrackAtOnce", "Erase", "AudioSource", "Operation",
    "DiscMaster", "DeviceWatch", "Verification", "VirtualRecorder", "DriveServer",
    "SignalTrap", "StderrMute" } do
    it("name every member of " .. class .. ", and how it can be used", function()
      local stub = stubs["redbook." .. class]
      local named = {}
      for name, kind in pairs(stub.fields) do named[name] = kind end
      for name in pairs(stub.methods) do named[name] = "method" end
      assert.same(debug.getregistry()["redbook." .. class].__members, named)
    end)
  end

  -- All that is there is named, and all that is named without "?" is there.
  local function describes(class, object)
    local stub = stubs["redbook." .. class]
    for name in pairs(object) do assert.is_truthy(stub.fields[name], class .. "." .. name) end
    for name in pairs(stub.fields) do
      assert.is_true(object[name] ~= nil or stub.optional[name] ~= nil, class .. "." .. name)
    end
  end

  it("describe the tables that come out", function()
    local tao, update = bench.tao, nil
    tao.OnUpdate = function(_, args) update = args end
    describes("MediaSummary", assert(bench.recorder:MediaSummary()))
    describes("View", bench.virtual:View())
    local contents = assert(bench.recorder:DiscContents())
    describes("DiscContents", contents)
    describes("ATIP", contents.ATIP)
    describes("WriteSpeedDescriptor", tao.SupportedWriteSpeedDescriptors[1])
    local source <close> = assert(core.AudioSource(bench:sound("a.wav", 300)))
    describes("Format", source.Format)
    assert(tao:PrepareMedia())
    assert(tao:AddAudioTrack(source))
    describes("Update", update)
    describes("WrittenTrack", tao.WrittenTracks[1])
    describes("Fingerprint", tao.WrittenTracks[1].Fingerprint)
    describes("AccurateRip", tao.WrittenTracks[1].AccurateRip)
    local verification = assert(core.Verification())
    assert(verification:AddTrack(tao.WrittenTracks[1]))
    describes("VerifyResult", verification.Results[1])
    describes("DiscTrack", bench.virtual:Tracks()[1])
    describes("ExaminedTrack", assert(bench.recorder:Examine()).Tracks[1])
    describes("Code", core.errors[0xC0AA0202])
    contents = assert(bench.recorder:DiscContents())
    describes("ContentsTrack", contents.Tracks[1])
    bench.virtual:AddFault { command = "WRITE", sense = "3/0C/00" }
    local _, err = tao:AddAudioTrack(source)
    describes("Error", err)
    describes("Sense", err.sense)
  end)

  it("describe the options: each is known", function()
    local function known(call)
      local text = burner.raised(call):match "%(known: (.-)%)"
      local names = {}
      for name in text:gmatch "[%w_]+" do names[#names + 1] = name end
      table.sort(names)
      return names
    end
    assert.same(sorted(stubs["redbook.Fault"].fields),
      known(function() bench.virtual:AddFault { no_such = 1 } end))
    assert.same(sorted(stubs["redbook.CommandOptions"].fields),
      known(function() bench.recorder:SendCommand(("\0"):rep(6), { no_such = 1 }) end))
    assert.same(sorted(stubs["redbook.VirtualOptions"].fields),
      known(function() core.VirtualRecorder { no_such = 1 } end))
    assert.same(sorted(stubs["redbook.VerifyTrack"].fields),
      known(function() core.Verification():AddTrack { no_such = 1 } end))
    assert.same(sorted(stubs["redbook.Part"].fields),
      known(function() core.AudioSource { no_such = 1 } end))
    assert.same(sorted(stubs["redbook.TrackOptions"].fields),
      known(function() bench.tao:AddAudioTrack("x", { no_such = 1 }) end))
    assert.same(sorted(stubs["redbook.RescueStepOptions"].fields),
      known(function() bench.recorder:BeginRescue("settle", { no_such = 1 }) end))
  end)
end)
