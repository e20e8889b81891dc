-- SPDX-License-Identifier: GPL-3.0-or-later
-- Quirks of drives (c/drive/quirks.c) that a whole burn has to go round.

local burner = require "spec.support.burner"
local cjson = require "cjson"

describe("a drive", function()
  local bench
  after_each(function() bench:close() end)

  local function sound(sectors, seed) return (bench:sound("sound.wav", sectors, seed)) end

  -- The opcodes that reached the drive, in order.
  local function sent(trace)
    local list = {}
    for line in io.lines(trace) do
      local cdb = cjson.decode(line).cdb
      if cdb then list[#list + 1] = cdb:gsub(" ", "") end
    end
    return list
  end

  it("is asked for its buffer every 64 sectors, not before the first MiB", function()
    bench = burner.new()
    local trace = bench.folder .. "/trace"
    local recorder <close> = assert(bench.virtual:Recorder { trace = trace })
    bench.tao.Recorder = recorder
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(sound(2000)))
    bench.tao:Close()
    recorder:Close()
    local written, asked, gaps = 0, nil, {}
    for _, cdb in ipairs(sent(trace)) do
      if cdb:find "^2a" then
        written = written + tonumber(cdb:sub(15, 18), 16)
      elseif cdb:find "^5c" then
        gaps[#gaps + 1] = written - (asked or 0)
        asked = written
      end
    end
    assert.equal(2000, written)
    assert.is_true(#gaps > 10 and #gaps <= 2000 // 64, #gaps .. " times")
    assert.is_true(gaps[1] * 2352 >= 1 << 20, gaps[1] .. " sectors before the first")
    for index = 2, #gaps do assert.is_true(gaps[index] >= 64 - 26, gaps[index]) end
  end)

  it("that stays in a simulation is told of, with what helps", function()
    bench = burner.new()
    bench.tao.TestWrite = true
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(sound(400)))
    bench.virtual:AddFault { command = "MODE SELECT", lie = true }
    local ok, err = bench.tao:ReleaseMedia()
    assert.same({ nil, 0xC0AA0007, "untouched" }, { ok, err.code, err.disc })
    assert.is_truthy(err.advice:find("tray is opened and closed", 1, true), err.advice)
    assert.is_false(bench.virtual:View().Held)
    bench.virtual:ClearFaults()
    assert(bench.virtual:OpenTray())
    assert(bench.virtual:CloseTray())
    assert.equal("blank", assert(bench.recorder:MediaSummary()).State)
  end)

  it("that names a place inside a written track is not believed", function()
    bench = burner.new()
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(sound(400)))
    -- Track 2, invisible, start and next writable address 300, room for 300000 sectors.
    bench.virtual:AddFault { command = "READ TRACK INFORMATION", reply = string.pack(
      ">I2BBBBBBI4I4I4I4I4I4BB", 34, 2, 1, 0, 0, 0x40, 1, 300, 300, 300000, 0, 0, 0, 0, 0) }
    local ok, err = bench.tao:AddAudioTrack(sound(400, 2))
    assert.same({ nil, 0xC0AA02FF, "open" }, { ok, err.code, err.disc })
    assert.is_truthy(err.message:find("LBA 300", 1, true), err.message)
    bench.virtual:ClearFaults()
    assert(bench.tao:AddAudioTrack(sound(400, 3)))
    assert(bench.tao:ReleaseMedia())
    assert.equal(2, #bench.virtual:Tracks())
  end)

  it("that says too early that it is ready has been started to the end", function()
    bench = burner.new { personality = "early-ready" }
    local trace = bench.folder .. "/trace"
    local recorder <close> = assert(bench.virtual:Recorder { trace = trace })
    bench.virtual:AddFault { command = "TEST UNIT READY", times = 1, sense = "2/04/02" }
    assert.equal("blank", assert(recorder:MediaSummary()).State)
    recorder:Close()
    local list = sent(trace)
    assert.same({ "000000000000", "1b0100000100", "1b0000000100", "000000000000" },
      table.move(list, 1, 4, 1, {}))
  end)

  it("is known by its INQUIRY, and nothing is known of others", function()
    bench = burner.new()
    assert.same({}, bench.recorder.KnownQuirks)
    bench.virtual:AddFault { command = "INQUIRY", reply = "\5\x80\5\2\x1f\0\0\0PIONEER "
      .. "BD-RW   BDR-205 1.00" }
    assert.same({ { Behaviour = "the next writable address of a blank disc is -150",
      Handling = "by reply", How = "the first track begins at 0", Source = "libburn" } },
      bench.recorder.KnownQuirks)
  end)
end)
