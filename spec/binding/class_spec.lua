-- SPDX-License-Identifier: GPL-3.0-or-later
-- What all classes have in common: members, wrong use, closed objects, junk arguments.

local core = require "redbook.core"
local burner = require "spec.support.burner"

local bench, made

-- One living object of each class.
local function make_all()
  bench = burner.new()
  local path = bench:sound("sound.wav", 300)
  made = {
    DiscMaster = core.DiscMaster(),
    Recorder = assert(bench.virtual:Recorder()),
    TrackAtOnce = core.TrackAtOnce(),
    AudioSource = assert(core.AudioSource(path)),
    VirtualRecorder = assert(core.VirtualRecorder { path = bench.folder .. "/other.cue" }),
    SignalTrap = assert(core.trap_signals { "USR2" }),
    StderrMute = assert(core.mute_stderr()),
  }
  made.Operation = assert(made.AudioSource:BeginScan())
end

local function drop_all()
  made.Operation:close()
  made.SignalTrap:close()
  made.StderrMute:close()
  for _, name in ipairs { "Recorder", "TrackAtOnce", "AudioSource", "VirtualRecorder" } do
    made[name]:Close()
  end
  bench:close()
end

local CLOSERS = { Recorder = "Close", TrackAtOnce = "Close", AudioSource = "Close",
  VirtualRecorder = "Close", Operation = "close", SignalTrap = "close",
  StderrMute = "close" }

-- Values that are no object of `class`.
local function junk(class)
  local other = class == "DiscMaster" and made.Recorder or made.DiscMaster
  return { 1, "x", true, {}, print, io.stdout, coroutine.create(print), other,
    setmetatable({}, { __name = "redbook." .. class }) }
end

describe("every class", function()
  before_each(make_all)
  after_each(drop_all)

  it("has its public name", function()
    for class, object in pairs(made) do
      assert.equal("redbook." .. class, getmetatable(object).__name)
      assert.equal("redbook." .. class, tostring(object):match "^[%w.]+")
    end
  end)

  it("gives nil for an unknown member", function()
    for _, object in pairs(made) do
      assert.is_nil(object.NoSuchMember)
      assert.is_nil(object[1])
      assert.is_nil(object[{}])
    end
  end)

  it("refuses to set an unknown member", function()
    for class, object in pairs(made) do
      local message = burner.raised(function() object.NoSuchMember = 1 end)
      assert.truthy(message:find(("class_spec.lua:%%d+: cannot set 'NoSuchMember' of a %s: there "
        .. "is no such member$"):format(class)), message)
      assert.truthy(burner.raised(function() object[1] = 1 end)
        :find("cannot set '1' of a " .. class, 1, true))
    end
  end)

  it("refuses to set a method or a read-only property", function()
    local count = 0
    for class, object in pairs(made) do
      for member, kind in pairs(getmetatable(object).__members) do
        local why = kind == "method" and "it is a method" or "it is read-only"
        if kind ~= "read-write" then
          count = count + 1
          local message = burner.raised(function() object[member] = nil end)
          assert.truthy(message:find(("cannot set '%s' of a %s: %s"):format(member, class, why), 1,
            true), message)
        end
      end
    end
    assert.is_true(count > 60)
  end)

  it("refuses junk in every method", function()
    local count = 0
    for class, object in pairs(made) do
      for member, kind in pairs(getmetatable(object).__members) do
        if kind == "method" then
          for _, value in pairs(junk(class)) do
            count = count + 1
            local message = burner.raised(object[member], value)
            assert.truthy(tostring(message):find("expected", 1, true), class .. "." .. member)
          end
          assert.has_error(function() object[member]() end)
        end
      end
    end
    assert.is_true(count > 400)
  end)

  it("refuses junk in every metamethod", function()
    local count = 0
    for class, object in pairs(made) do
      for name, method in pairs(getmetatable(object)) do
        if type(method) == "function" then
          for _, value in pairs(junk(class)) do
            count = count + 1
            local message = burner.raised(method, value, "Close", 1)
            assert.truthy(tostring(message):find("redbook." .. class .. " expected", 1, true),
              class .. "." .. name .. ": " .. tostring(message))
          end
          assert.has_error(function() method() end)
        end
      end
    end
    assert.is_true(count > 200)
  end)

  it("says that it is closed", function()
    local count = 0
    for class, closer in pairs(CLOSERS) do
      local object = made[class]
      assert.is_true(object[closer](object))
      for member, kind in pairs(getmetatable(object).__members) do
        local message
        if kind == "method" and member ~= closer then
          message = burner.raised(object[member], object, 1)
        elseif kind ~= "method" then
          message = burner.raised(function() return object[member] end)
        end
        if message then
          count = count + 1
          assert.truthy(tostring(message):find("attempt to use a closed " .. class, 1, true),
            class .. "." .. member .. ": " .. tostring(message))
        end
      end
      assert.equal(("redbook.%s (closed)"):format(class), tostring(object))
    end
    assert.is_true(count > 80)
  end)

  it("can be closed again and again, in every way", function()
    for class, closer in pairs(CLOSERS) do
      local object = made[class]
      local meta = getmetatable(object)
      assert.is_true(object[closer](object))
      assert.is_true(object[closer](object))
      meta.__close(object, nil)
      meta.__gc(object)
      meta.__gc(object)
      assert.is_true(object[closer](object))
    end
  end)

  it("says that it is closed when it is set", function()
    for class, closer in pairs(CLOSERS) do
      local object = made[class]
      object[closer](object)
      for member, kind in pairs(getmetatable(object).__members) do
        if kind == "read-write" then
          local message = burner.raised(function() object[member] = nil end)
          assert.truthy(message:find("attempt to use a closed " .. class, 1, true), message)
        end
      end
    end
  end)

  it("is closed at the end of its scope", function()
    local kept
    do
      local source <close> = assert(core.AudioSource(bench:sound("scope.wav", 300)))
      kept = source
      assert.equal(300, source.Sectors)
    end
    assert.equal("redbook.AudioSource (closed)", tostring(kept))
  end)
end)

describe("an object whose making failed", function()
  it("is harmless to collect", function()
    for _ = 1, 50 do
      assert.is_nil((core.AudioSource "/no/such/file"))
      assert.is_nil((core.Recorder "/no/such/drive"))
      assert.is_nil((core.VirtualRecorder { path = "/no/such/folder/disc.cue", personality = "?" }))
    end
    collectgarbage()
    collectgarbage()
  end)
end)
