-- SPDX-License-Identifier: GPL-3.0-or-later

local advice = require "redbook.cli.advice"

describe("cli.advice", function()
  local GROUP = "the user must be in the group cdrom"

  local function fit(err, context)
    err.advice = err.advice or GROUP
    return advice.fit(err, context).advice
  end

  it("on permissions speaks of what was named", function()
    local denied = 0x80070005
    assert.equal("check that you may write to the disc's files and to the folder they are in",
      fit({ stage = "burn", code = denied, message = "m" }, { device = "virtual:d.cue" }))
    assert.equal("name a file for --trace that you may write, in a folder that is there",
      fit({ stage = "device", code = denied, message = "cannot write the trace to t.json: "
        .. "Permission denied" }, { device = "virtual:d.cue", trace = "t.json" }))
    local err = { stage = "medium", code = denied, message = "cannot write the trace to t" }
    fit(err, { device = "virtual:d.cue", trace = "t" })
    assert.equal("arguments", err.stage)
    assert.equal(GROUP .. "; doctor.lua --device /dev/sr0 tells more", fit({ stage = "device",
      code = denied, message = "m" }, { device = "/dev/sr0", trace = "t.json" }))
    assert.equal("name another manifest", fit({ stage = "arguments", code = denied, message = "m",
      advice = "name another manifest" }, { device = "virtual:d.cue" }))
    assert.equal("remove it, or name another file for --trace",
      fit({ stage = "device", code = 0x80070057, message = "writing the trace to t would destroy a "
        .. "file that is no trace" }, { device = "virtual:d.cue", trace = "t" }))
    assert.equal("name another file for --trace",
      fit({ stage = "device", code = 0x80070057, message = "writing the trace to /dev/stderr would "
        .. "destroy a file that is no trace" }, { device = "/dev/sr0", trace = "/dev/stderr" }))
    assert.equal("of a source", fit({ stage = "source", code = denied, message = "m",
      advice = "of a source" }, { device = "virtual:d.cue" }))
  end)

  it("on a drive that is not there says which ones there can be", function()
    local gone = 0x80070037
    assert.equal("check the name (drives.lua lists the drives there are); without a drive, "
      .. "--device virtual:disc.cue takes a disc in files",
      fit({ stage = "device", code = gone, message = "m" }, { device = "foo" }))
    assert.equal("cable; doctor.lua --device /dev/sr0 tells more", fit({ stage = "burn",
      code = gone, message = "m", advice = "cable" }, { device = "/dev/sr0" }))
    assert.equal("make that folder, or name another one", fit({ stage = "device",
      code = 0x80070002, message = "the folder of the disc /no/d.cue does not exist" },
      { device = "virtual:/no/d.cue" }))
    assert.equal("name a disc that is there", fit({ stage = "device", code = 0x80070002,
      message = "d.cue does not exist, and a pressed disc cannot be made" },
      { device = "virtual:d.cue?medium=pressed" }))
  end)

  it("on a disc in files names another one", function()
    local own = "put a blank disc in, or go on with this one: --append"
    local wrong = { stage = "medium", code = 0xC0AA0506, message = "m", advice = own }
    assert.equal("name a new disc, such as --device 'virtual:my disc2.cue', or go on with this "
      .. "one: --append", fit(wrong, { device = "virtual:my disc.cue?clock=real" }))
    wrong.advice = "put a CD-RW in"
    assert.equal("name a CD-RW, such as --device 'virtual:d2.cue?medium=cd-rw'",
      fit(wrong, { device = "virtual:d.cue" }))
    wrong.advice = "put a blank disc in, and go on: the command below does it"
    assert.equal(wrong.advice, fit(wrong, { device = "virtual:d.cue" }))
    wrong.advice = own
    assert.equal(own, fit(wrong, { device = "/dev/sr0" }))
    assert.equal(own, fit(wrong, { device = "virtual:" }))
  end)

  it("points to doctor.lua once, where it knows more", function()
    local held = 0xC0AA0210
    assert.equal("wait; doctor.lua --device virtual:d.cue tells more", fit({ stage = "medium",
      code = held, message = "m", advice = "wait." }, { device = "virtual:d.cue" }))
    assert.equal("doctor.lua --device /dev/sr0 tells more", fit({ stage = "device", code = held,
      message = "m", advice = "" }, { device = "/dev/sr0" }))
    local own = "Close it; doctor.lua --device /dev/sr0 tells more."
    assert.equal(own, fit({ stage = "device", code = held, message = "m", advice = own },
      { device = "/dev/sr0" }))
    assert.equal("wait", fit({ stage = "medium", code = held, message = "m", advice = "wait" },
      { device = "replay:t" }))
    assert.equal("wait", fit({ stage = "medium", code = held, message = "m", advice = "wait" },
      {}))
    assert.equal("tray", fit({ stage = "medium", code = 0xC0AA0202, message = "m",
      advice = "tray" }, { device = "/dev/sr0" }))
  end)

  it("names programs so that the command can be copied", function()
    assert.equal("lua5.4 scripts/", advice.prefix("scripts/burn.lua", "/usr/bin:/bin"))
    assert.equal("lua5.4 '/my music/'", advice.prefix("/my music/burn.lua", "/usr/bin"))
    assert.equal("", advice.prefix("/usr/local/bin/burn.lua", "/usr/local/bin:/usr/bin"))
    assert.equal("lua5.4 /usr/local/", advice.prefix("/usr/local/burn.lua", "/usr/local/bin"))
    assert.equal("", advice.prefix("burn.lua", "/usr/bin"))
    assert.equal("", advice.prefix(nil, nil))
  end)

  it("speaks of lists only where there is one", function()
    local line, word = { list = "l.m3u", line = 2 }, { text = "none.wav" }
    assert.equal("correct the list, or take this line out of it", advice.of_sources { line })
    assert.equal("correct the list, or take these lines out of it",
      advice.of_sources { line, line })
    assert.equal("name audio files or playlists that can be read",
      advice.of_sources { word, line })
    assert.equal("name audio files or playlists that can be read",
      advice.of_sources { { list = "empty.m3u" } })
  end)
end)
