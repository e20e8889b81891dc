-- SPDX-License-Identifier: GPL-3.0-or-later

local device = require "redbook.cli.device"

describe("cli.device", function()
  local function choose(wanted, variable, ids)
    local asked
    local id, err = device.choose(wanted, function(name)
      assert.equal("CDR_DEVICE", name)
      return variable
    end, function()
      asked = true
      return ids or {}
    end)
    return id, err, asked
  end

  it("takes --device, then $CDR_DEVICE, and then looks at no list", function()
    assert.same({ "a", nil, nil }, { choose("a", "b", { "c" }) })
    assert.same({ "b", nil, nil }, { choose(nil, "b", { "c" }) })
  end)

  it("takes the only recorder there is", function()
    assert.equal("/dev/sr0", (choose(nil, nil, { "/dev/sr0" })))
    assert.equal("/dev/sr0", (choose(nil, "", { "/dev/sr0" })))
  end)

  it("lists two and says how to choose", function()
    local id, err = choose(nil, nil, { "/dev/sr0", "/dev/sr1" })
    assert.is_nil(id)
    assert.same({ stage = "device", disc = "untouched", devices = { "/dev/sr0", "/dev/sr1" },
      message = "2 recorders are connected: /dev/sr0, /dev/sr1",
      advice = "choose one: --device /dev/sr0" }, err:as_table())
  end)

  it("says that there is none and what can be tried", function()
    local _, err = choose(nil, nil, {})
    assert.same({ stage = "device", disc = "untouched", devices = {},
      message = "no CD recorder is connected", advice = "without a drive, --device "
        .. "virtual:disc.cue takes a disc in files" }, err:as_table())
  end)
end)
