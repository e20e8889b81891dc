-- SPDX-License-Identifier: GPL-3.0-or-later
-- A trace that burn.lua recorded is replayed by burn.lua: with the same sound it is the same
-- burn, verification included; with other sound it says where the two part.

local burner = require "spec.support.burner"
local sandbox = require "spec.support.sandbox"

describe("a trace of burn.lua", function()
  local folder

  ---@param arguments string
  local function burn(arguments)
    return sandbox.run(("%s %s %s/scripts/burn.lua --yes %s"):format(sandbox.env, sandbox.lua,
      sandbox.quote(sandbox.root), arguments), folder)
  end

  setup(function()
    folder = sandbox.folder()
    sandbox.write(folder .. "/a.wav", burner.wav(burner.pcm(700, 1)))
    sandbox.write(folder .. "/b.wav", burner.wav(burner.pcm(450, 2)))
    sandbox.write(folder .. "/b2.wav", burner.wav(burner.pcm(450, 3)))
    sandbox.write(folder .. "/longer.wav", burner.wav(burner.pcm(451, 2)))
    local code, _, err = burn("--device virtual:disc.cue --trace job.trace a.wav b.wav")
    assert.are.equal(0, code, err)
  end)

  teardown(function() sandbox.remove(folder) end)

  it("was verified, so that it reads the disc", function()
    assert.truthy(sandbox.read(folder .. "/job.trace"):find('"cdb":"be ', 1, true))
  end)

  it("burns again with the same sources", function()
    local code, _, err = burn("--device replay:job.trace a.wav b.wav")
    assert.are.equal(0, code, err)
  end)

  it("takes other sound of the same length, which no command tells apart", function()
    local code, _, err = burn("--device replay:job.trace a.wav b2.wav")
    assert.are.equal(0, code, err)
  end)

  it("names the line at which another source parts from it", function()
    local code, out, err = burn("--device replay:job.trace a.wav longer.wav")
    local said = out .. err
    assert.are_not.equal(0, code)
    local number = said:match "job%.trace, line (%d+), has WRITE%(10%) %(2a"
    assert.truthy(number, said)
    assert.truthy(said:find("but WRITE(10) (2a", 1, true), said)
    assert.truthy(said:find("Give a replay the same tracks and options", 1, true), said)
    local at = 0
    for line in sandbox.read(folder .. "/job.trace"):gmatch "[^\n]+" do
      at = at + 1
      if at == tonumber(number) then assert.truthy(line:find('"cdb":"2a ', 1, true), line) end
    end
    assert.is_true(at > tonumber(number))
  end)
end)
