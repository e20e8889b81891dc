-- SPDX-License-Identifier: GPL-3.0-or-later
-- redbook.JoinedSources: several AudioSources of one conversion.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

describe("JoinedSources", function()
  local folder

  setup(function()
    folder = sandbox.folder()
    local code, _, err = sandbox.run("sox -R -D -r 48000 -n -b 24 -c 2 a.wav synth 9 sine 300-900 "
      .. "gain -3 && sox -D a.wav b.wav trim 3.3 && sox -r 32000 -n c.wav synth 5 sine 440", folder)
    assert.equal(0, code, err)
  end)
  teardown(function() sandbox.remove(folder) end)

  local function path(name) return folder .. "/" .. name end

  local function parts()
    return { { path = path "a.wav", start = 0, length = 301 },
      { path = path "a.wav", start = 301 } }
  end

  local function rendered(source)
    local file <close> = assert(io.tmpfile())
    assert(source:Render(file))
    file:seek "set"
    return file:read "a"
  end

  it("are one sound, in whatever order they are read", function()
    local one, other = table.unpack(assert(core.JoinedSources(parts())))
    local second, first = rendered(other), rendered(one)
    assert.equal(301 * 2352, #first)
    local whole <close> = assert(core.AudioSource(path "a.wav"))
    assert.is_true(first .. second == rendered(whole))
    assert.same({ 301, 374 }, { one.Sectors, other.Sectors })
  end)

  it("have one gain", function()
    local list = assert(core.JoinedSources({ path "a.wav", path "b.wav" }, { quality = "vhq",
      dither = "none" }))
    list[2].Gain = -6
    assert.same({ -6, -6 }, { list[1].Gain, list[2].Gain })
    for _, source in ipairs(list) do source:Close() end
  end)

  it("are all busy while one is read #threads", function()
    local list = assert(core.JoinedSources(parts()))
    local operation = assert(list[1]:BeginScan())
    local err = burner.raised(function() return list[2].CRC32 end)
    assert.equal(0xC0AA0500, err.code)
    local other
    other, err = list[2]:BeginScan()
    assert.is_nil(other)
    assert.equal(0xC0AA0500, err.code)
    list[2]:Close()
    repeat local _, why = operation:step(1) until why == "finished"
    assert(operation:result())
    assert.equal(301, list[1].Sectors)
  end)

  it("are refused when they cannot be one", function()
    local list, err = core.JoinedSources { path "a.wav", path "c.wav" }
    assert.is_nil(list)
    assert.equal(0xC0AA050D, err.code)
    assert.matches("c.wav", err.message, 1, true)
    list, err = core.JoinedSources { path "a.wav", path "none.wav" }
    assert.is_nil(list)
    assert.equal(0x80070002, err.code)
    for _, wrong in ipairs { {}, { 1 }, { { start = 1 } }, { { path = "x", form = 1 } } } do
      assert.has_error(function() core.JoinedSources(wrong) end)
    end
  end)
end)
