-- SPDX-License-Identifier: GPL-3.0-or-later

local blank = require "redbook.cli.blank"
local burn = require "redbook.cli.args"
local rescue = require "redbook.cli.rescue"
local waiting = require "redbook.cli.waiting"

describe("cli.waiting", function()
  it("is one option with two names, in every program that waits", function()
    for _, name in ipairs { "--wait-for-disc", "--wait" } do
      for value, seconds in pairs { [""] = 600, ["=0"] = 0, ["=2.5"] = 2.5, ["=86400"] = 86400 } do
        assert.equal(seconds, assert(burn.parse { name .. value, "x" }).wait)
        assert.equal(seconds, assert(blank.parse { name .. value }).wait)
        assert.equal(seconds, assert(rescue.parse { name .. value }).wait)
      end
      for _, program in ipairs { burn, blank, rescue } do
        assert.same({ nil, name .. "=soon: a number of seconds, up to 86400" },
          { program.parse { name .. "=soon" } })
      end
    end
    assert.is_nil(assert(burn.parse { "x" }).wait)
  end)

  it("takes the next word for seconds only where no file can stand there", function()
    assert.same({ "30" }, assert(burn.parse { "--wait-for-disc", "30" }).files)
    assert.equal(30, assert(rescue.parse { "--wait", "30" }).wait)
    local options = assert(rescue.parse { "--continue", "--wait-for-disc", "mix.m3u" })
    assert.same({ 600, { "mix.m3u" } }, { options.wait, options.files })
    assert.same({ "--wait=600", "--", "--wait", "5" },
      waiting.join { "--wait", "--", "--wait", "5" })
  end)

  it("is shown as it has to be typed", function()
    for _, program in ipairs { burn, blank, rescue } do
      local help = program.help()
      assert.is_truthy(help:find("\n   --wait-for-disc[=SECONDS]\n", 1, true), help)
      assert.is_nil(help:find " \n")
    end
  end)
end)
