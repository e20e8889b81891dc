-- SPDX-License-Identifier: GPL-3.0-or-later
-- core.fingerprint: what a burn tells of the same sectors.

local burner = require "spec.support.burner"
local core = require "redbook.core"

describe("a fingerprint of a file", function()
  local bench
  before_each(function() bench = burner.new() end)
  after_each(function() bench:close() end)

  local function file_of(pcm) return assert(io.open(bench:write("sound", pcm))) end

  it("is that of the burn", function()
    local pcm = burner.pcm(460, 3)
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(burner.feeder(pcm), { length = 460 }))
    local written = bench.tao.WrittenTracks[1]
    local file <close> = file_of(pcm)
    assert.same({ CRC32 = written.CRC32, Fingerprint = written.Fingerprint,
      AccurateRip = written.AccurateRip }, core.fingerprint(file, 460))
  end)

  it("needs a file that is long enough, and a number that can be one", function()
    local file <close> = file_of(burner.pcm(10))
    local told, err = core.fingerprint(file, 11)
    assert.is_nil(told)
    assert.equal("the file has fewer than 11 sectors", err.message)
    for _, sectors in ipairs { 0, -1, 449851, math.maxinteger } do
      assert.has_error(function() core.fingerprint(file, sectors) end)
    end
    assert.has_error(function() core.fingerprint("sound", 1) end)
    file:close()
    assert.has_error(function() core.fingerprint(file, 1) end)
  end)
end)
