-- SPDX-License-Identifier: GPL-3.0-or-later
-- `burn.lua ... | head -1` killed the burn: a reader that goes away must not spoil a disc.

local sandbox = require "spec.support.sandbox"
local tone = require "spec.support.tone"

describe("burn.lua into a pipe that is closed early", function()
  local folder

  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  it("brings the disc to its end", function()
    local wav = folder .. "/a.wav"
    sandbox.write(wav, tone.wav(tone.pcm({ 440 }, 5)))
    sandbox.run(("{ %s %s scripts/burn.lua --yes --json --device virtual:%s/disc.cue %s; "
      .. "echo $? >%s/code; } | head -1"):format(sandbox.env, sandbox.lua, folder, wav, folder),
      sandbox.root)
    assert.are.equal("0\n", sandbox.read(folder .. "/code"))
    assert.truthy(sandbox.read(folder .. "/disc.cue"):find("finalised yes", 1, true))
  end)
end)
