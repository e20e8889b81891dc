-- SPDX-License-Identifier: GPL-3.0-or-later
-- Option tables are strict, and wrong use is the caller's: the message names his line.

local core = require "redbook.core"
local burner = require "spec.support.burner"

-- The message without "file:line: ", which must be this file's.
local function complaint(call, ...)
  local text = burner.raised(call, ...)
  local where, message = tostring(text):match "^([^:]+):%d+: (.*)$"
  assert.truthy(where and where:find("options_spec.lua", 1, true), text)
  return message
end

describe("options", function()
  local bench

  before_each(function()
    bench = burner.new()
    assert(bench.tao:PrepareMedia())
  end)
  after_each(function() bench:close() end)

  local function track(options)
    return complaint(function() bench.tao:AddAudioTrack(function() end, options) end)
  end

  it("that are unknown are listed with the known ones", function()
    local known = "(known: ISRC, PreEmphasis, CopyPermitted, length)"
    assert.equal("AddAudioTrack: unknown option 'Isrc' " .. known, track { Isrc = "USRC17607839" })
    assert.equal("AddAudioTrack: unknown option '1' " .. known, track { "x" })
    assert.equal("Recorder: unknown option 'Trace' (known: trace)",
      complaint(function() core.Recorder("virtual:", { Trace = "x" }) end))
    assert.equal("DiscMaster: unknown option 'root' (known: sys, dev)",
      complaint(function() core.DiscMaster { root = "/" } end))
    assert.equal("VirtualRecorder: unknown option 'disc' (known: path, medium, minutes, "
      .. "personality, ready, tray, faults, clock)",
      complaint(function() core.VirtualRecorder { disc = "x" } end))
    assert.equal("Insert: unknown option 'disc' (known: path, medium, minutes)",
      complaint(function() bench.virtual:Insert { disc = "x" } end))
  end)

  it("of a wrong type are named", function()
    assert.equal("AddAudioTrack: string expected for option 'ISRC', got number",
      track { ISRC = 12 })
    assert.equal("AddAudioTrack: boolean expected for option 'PreEmphasis', got number",
      track { PreEmphasis = 1 })
    assert.equal("AddAudioTrack: boolean expected for option 'CopyPermitted', got string",
      track { CopyPermitted = "yes" })
    assert.equal("AddAudioTrack: integer (sectors) or string (\"MM:SS:FF\") expected for option "
      .. "'length', got boolean", track { length = true })
    assert.equal("AddAudioTrack: a table of options expected, got string",
      complaint(function() bench.tao:AddAudioTrack(function() end, "fast") end))
    assert.equal("VirtualRecorder: integer expected for option 'minutes', got string",
      complaint(function() core.VirtualRecorder { minutes = "80" } end))
    assert.equal("VirtualRecorder: number of seconds expected for option 'ready', got string",
      complaint(function() core.VirtualRecorder { ready = "5" } end))
  end)

  it("out of range are named with the range", function()
    assert.equal("AddAudioTrack: option 'length' must be 1 to 2147483647, got 0",
      track { length = 0 })
    assert.equal("VirtualRecorder: option 'minutes' must be 1 to 99, got 100",
      complaint(function() core.VirtualRecorder { minutes = 100 } end))
    assert.equal("VirtualRecorder: option 'ready' must be 0 to 86400 seconds, got -1.0",
      complaint(function() core.VirtualRecorder { ready = -1 } end))
    assert.truthy(complaint(function() core.VirtualRecorder { ready = 0 / 0 } end)
      :find("option 'ready' must be 0 to 86400 seconds", 1, true))
  end)

  it("take no fraction where a whole number is wanted", function()
    assert.equal("VirtualRecorder: integer expected for option 'minutes', got number",
      complaint(function() core.VirtualRecorder { minutes = 74.5 } end))
    assert.truthy(track { length = 300.5 }:find("for option 'length', got number", 1, true))
  end)

  it("take no zero byte in a name", function()
    assert.equal("VirtualRecorder: option 'path' holds a zero byte",
      complaint(function() core.VirtualRecorder { path = "a\0b" } end))
    assert.truthy(burner.raised(core.AudioSource, "a\0b"):find("zero byte", 1, true))
  end)

  it("take only words that they know", function()
    assert.equal("VirtualRecorder: option 'medium' is \"dvd\"; write cd-r, cd-rw, pressed or none",
      complaint(function() core.VirtualRecorder { medium = "dvd" } end))
    assert.equal("VirtualRecorder: option 'tray' is \"ajar\"; write open or closed",
      complaint(function() core.VirtualRecorder { tray = "ajar" } end))
  end)

  it("announce a length only for data that cannot be measured", function()
    local path = bench:sound("a.wav", 300)
    local message = "AddAudioTrack: option 'length' announces the data of a function or an open "
      .. "file; for a part of a file pass {path=, start=, length=}"
    assert.equal(message, complaint(function() bench.tao:AddAudioTrack(path, { length = 300 }) end))
    assert.equal(message,
      complaint(function() bench.tao:AddAudioTrack({ path = path }, { length = 300 }) end))
  end)

  it("of a part of a file are strict", function()
    assert.equal("a part of a file: option 'path' is missing",
      complaint(function() core.AudioSource { start = 3 } end))
    assert.equal("a part of a file: unknown option 'from' (known: path, start, length, raw, "
      .. "quality, dither, limit, loudness)",
      complaint(function() core.AudioSource { path = "x", from = 3 } end))
    assert.equal("a part of a file: option 'start' must be 0 to 2147483647, got -1",
      complaint(function() core.AudioSource { path = "x", start = -1 } end))
    assert.equal("a part of a file: option 'length' must be 1 to 2147483647, got 0",
      complaint(function() core.AudioSource { path = "x", length = 0 } end))
    assert.equal("a part of a file: option 'raw' is \"little\" or \"big\", got \"s16\"",
      complaint(function() core.AudioSource { path = "x", raw = "s16" } end))
  end)

  it("in MM:SS:FF are read strictly", function()
    local path = bench:sound("long.wav", 5000)
    local function sectors(start, length)
      local part = { path = path, start = start, length = length }
      local source <close> = assert(core.AudioSource(part))
      return source.Sectors
    end
    assert.equal(74, sectors(0, "00:00:74"))
    assert.equal(75, sectors(0, "00:01:00"))
    assert.equal(4500, sectors(0, "01:00:00"))
    assert.equal(500, sectors("01:00:00", nil))
    assert.equal(499, sectors("001:00:01", nil))
    for _, wrong in ipairs { "00:00:75", "00:60:00", "0:00:01", "00:00", "00:00:01 ", " 0:00:01",
      "-1:00:00", "00-00-01", "00:00:1", "00:00:001", "", "x" } do
      local message = complaint(function() core.AudioSource { path = path, length = wrong } end)
      assert.equal(("a part of a file: option 'length' is \"%s\"; write sectors, or MM:SS:FF with "
        .. "seconds below 60 and frames below 75"):format(wrong), message)
    end
  end)
end)
