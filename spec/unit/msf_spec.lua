-- SPDX-License-Identifier: GPL-3.0-or-later

local msf = require "redbook.msf"

describe("msf", function()
  it("counts addresses from 00:02:00", function()
    for lba, text in pairs { [0] = "00:02:00", [-150] = "00:00:00", [74] = "00:02:74",
      [452] = "00:08:02", [359849] = "79:59:74", [449849] = "99:59:74" } do
      assert.equal(text, msf.of_lba(lba))
    end
  end)

  it("counts lengths from 0", function()
    assert.equal("00:04:00", msf.of_length(300))
    assert.equal("79:57:72", msf.of_length(359847))
    assert.equal("4:00", msf.short(18000 + 74))
    assert.equal("0:00", msf.short(74))
    assert.equal("74:00", msf.short(333000))
  end)

  it("shows lengths in minutes, however many", function()
    assert.same({ "0:00", "0:01", "72:30", "120:00" }, { msf.short(74), msf.short(149),
      msf.short(72 * 4500 + 2250), msf.short(120 * 4500) })
    assert.same({ "0:00", "0:01", "0:01", "0:02", "72:31" }, { msf.short_up(0), msf.short_up(1),
      msf.short_up(75), msf.short_up(76), msf.short_up(72 * 4500 + 2251) })
  end)

  it("writes lengths in seconds, and as wide as a clock", function()
    assert.same({ "0.0 s", "2.0 s", "3.98 s", "123.05 s", "0.5 s" }, { msf.seconds(0),
      msf.seconds(150), msf.seconds(299), msf.seconds(9229), msf.seconds(38) })
    assert.same({ "00:00", "03:59", "99:59" }, { msf.clock(74), msf.clock(239 * 75),
      msf.clock(99 * 4500 + 59 * 75 + 74) })
    assert.same({ "00:01", "00:01" }, { msf.clock_up(1), msf.clock_up(75) })
  end)

  it("reads lengths as it writes them, and nothing else", function()
    for sectors, text in pairs { [0] = "00:00:00", [449999] = "99:59:74", [452] = "00:06:02",
      [450000] = "100:00:00" } do
      assert.equal(sectors, msf.parse(text))
      assert.equal("integer", math.type(msf.parse(text)))
    end
    for _, text in ipairs { "", "1:30", "0:00:00", "00:60:00", "00:00:75", "1000:00:00",
      "00:00:00 ", "-1:00:00" } do
      assert.is_nil(msf.parse(text), text)
    end
  end)
end)
