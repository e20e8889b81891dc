-- SPDX-License-Identifier: GPL-3.0-or-later
-- The options of the sound that several programs share.

local argparse = require "argparse"
local sound = require "redbook.cli.sound"

describe("cli.sound", function()
  local function parsed(...)
    local parser = argparse "x"
    sound.define(parser)
    return select(2, parser:pparse { ... })
  end

  it("knows its words, in any form of an option", function()
    assert.same({ gain = "album", clip = "scale-disc", quality = "vhq", dither = "none" },
      parsed("--gain", "album", "--clip=scale-disc", "--quality", "vhq", "--dither=none"))
    assert.same({}, parsed())
    assert.matches("'%-%-gain' must be one of 'off', 'track', 'album'", parsed("--gain", "up"))
  end)

  it("is asked for again by the same words", function()
    local options = { gain = "track", clip = "limit", speed = 8 }
    assert.same({ "--gain=track", "--clip=limit" }, sound.flags(options))
    assert.same({ gain = "track", clip = "limit" }, parsed(table.unpack(sound.flags(options))))
    assert.is_true(sound.given(options))
    assert.is_false(sound.given { speed = 8 })
    assert.same({ speed = 4, gain = "track", clip = "limit" }, sound.copy(options, { speed = 4 }))
  end)

  it("takes from a manifest what the command line does not say, and nothing strange", function()
    local options = { gain = "off" }
    sound.adopt(options, { gain = "album", clip = "scale-disc", quality = "best", dither = {},
      speed = 8 })
    assert.same({ gain = "off", clip = "scale-disc" }, options)
  end)
end)
