-- SPDX-License-Identifier: GPL-3.0-or-later
-- A disc whose last track was cut off (kill -9, a power cut) could not be gone on with.

local burner = require "spec.support.burner"
local sandbox = require "spec.support.sandbox"

describe("burn.lua --append on a disc whose last track was cut off", function()
  local folder

  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  local function burn(options, name)
    return sandbox.run(("%s %s scripts/burn.lua --yes --device virtual:%s/disc.cue %s %s/%s.wav")
      :format(sandbox.env, sandbox.lua, folder, options, folder, name), sandbox.root)
  end

  it("closes that track and burns behind it", function()
    local first, second = burner.pcm(300, 1), burner.pcm(400, 2)
    sandbox.write(folder .. "/a.wav", burner.wav(first))
    sandbox.write(folder .. "/b.wav", burner.wav(second))
    assert.are.equal(0, (burn("--keep-open", "a")))
    local file = assert(io.open(folder .. "/disc.bin", "r+b"))
    file:seek("set", 452 * 2352)
    file:write(first:sub(1, 100 * 2352))
    file:close()
    local code, out, err = burn("--append", "b")
    assert.are.equal(0, code, err)
    assert.truthy((out .. err):find("had been cut off", 1, true))
    local disc = sandbox.read(folder .. "/disc.bin")
    assert.are.equal(first .. ("\0"):rep(152 * 2352) .. first:sub(1, 100 * 2352)
      .. ("\0"):rep(352 * 2352) .. second, disc:sub(1, (452 + 300 + 152 + 400) * 2352))
    assert.truthy(sandbox.read(folder .. "/disc.cue"):find("finalised yes", 1, true))
  end)
end)
