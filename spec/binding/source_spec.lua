-- SPDX-License-Identifier: GPL-3.0-or-later
-- AudioSource, and all that AddAudioTrack takes as a source. #threads

local core = require "redbook.core"
local burner = require "spec.support.burner"

local SECTOR = 2352

describe("AudioSource #threads", function()
  local bench

  before_each(function() bench = burner.new() end)
  after_each(function() bench:close() end)

  it("tells length, checksum, format and tags", function()
    local source <close> = assert(core.AudioSource(bench:sound("a.wav", 400, 1)))
    assert.equal(400, source.Sectors)
    assert.equal(0x516595D0, source.CRC32)
    assert.equal(0, source.ClippedSamples)
    assert.equal(bench.folder .. "/a.wav", source.Name)
    assert.equal(("redbook.AudioSource (%s/a.wav)"):format(bench.folder), tostring(source))
    assert.same({ container = "WAV", encoding = "16-bit integer", sample_rate = 44100, channels = 2,
      bits = 16, exact = true, announced_frames = 400 * 588 }, source.Format)
    assert.same({}, source.Tags)
  end)

  it("is scanned, blocking or not", function()
    local path = bench:sound("a.wav", 301, 2)
    local source <close> = assert(core.AudioSource(path))
    assert.is_true(source:Scan())
    assert.is_true(source:Scan())
    local operation = assert(source:BeginScan())
    local last
    for event in operation:each() do last = event.type end
    assert.equal("done", last)
    assert.is_true(operation:result())
    assert.equal(0xC3F7F0E6, source.CRC32)
  end)

  it("answers from what is known while it is read, and is read by one at a time", function()
    local source <close> = assert(core.AudioSource(bench:sound("a.wav", 300)))
    local operation = assert(source:BeginScan())
    assert.equal(300, source.Sectors)
    local err = burner.raised(function() return source.CRC32 end)
    assert.equal(0xC0AA0500, err.code)
    local other, refused = source:BeginScan()
    assert.is_nil(other)
    assert.equal(0xC0AA0500, refused.code)
    assert(bench.tao:PrepareMedia())
    other, refused = bench.tao:AddAudioTrack(source)
    assert.is_nil(other)
    assert.equal(0xC0AA0500, refused.code)
    operation:close()
    assert.is_true(bench.tao:AddAudioTrack(source))
    assert.equal("number", type(source.CRC32))
  end)

  it("is read by several at once through clones of what was kept", function()
    local source <close> = assert(core.AudioSource(bench:sound("a.wav", 400, 1)))
    local none, err = source:Clone()
    assert.is_nil(none)
    assert.equal(0x80004005, err.code)
    assert.is_true(source:Keep(400 * SECTOR, true))
    assert.equal(0, source.Kept)
    assert(source:Scan())
    assert.equal(400 * SECTOR, source.Kept)
    local one, two = assert(source:Clone()), assert(source:Clone())
    source:Close()
    assert.same({ 400, 0x516595D0, bench.folder .. "/a.wav" }, { one.Sectors, one.CRC32, one.Name })
    local files, operations = {}, {}
    for index, clone in ipairs { one, two } do
      files[index] = assert(io.open(("%s/%d.raw"):format(bench.folder, index), "w+b"))
      operations[index] = assert(clone:BeginRender(files[index]))
    end
    for index, operation in ipairs(operations) do
      for _ in operation:each() do end
      assert.is_true(operation:result())
      files[index]:seek "set"
      assert.is_true(files[index]:read "a" == burner.pcm(400, 1))
      files[index]:close()
    end
    for _, wrong in ipairs { -1, "x", 1.5 } do burner.raised(one.Keep, one, wrong) end
  end)

  it("knows its checksum during the burn when it was scanned before", function()
    local source <close> = assert(core.AudioSource(bench:sound("a.wav", 400, 1)))
    assert(source:Scan())
    local seen
    bench.tao.OnUpdate = function()
      seen = { source.Sectors, source.CRC32, source.ClippedSamples }
    end
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(source))
    assert.same({ 400, 0x516595D0, 0 }, seen)
  end)

  it("is a part of a file", function()
    local path, pcm = bench:sound("a.wav", 1000)
    local part = { path = path, start = 100, length = "00:04:00" }
    local source <close> = assert(core.AudioSource(part))
    assert.equal(300, source.Sectors)
    assert(bench.tao:PrepareMedia())
    assert(bench.tao:AddAudioTrack(source))
    assert.equal(pcm:sub(100 * SECTOR + 1, 400 * SECTOR), bench:on_disc(0, 300))
  end)

  it("is closed although it is still read", function()
    local source = assert(core.AudioSource(bench:sound("a.wav", 400, 1)))
    assert(source:Scan())
    local operation = assert(source:BeginScan())
    source:Close()
    for _, member in ipairs { "Sectors", "CRC32", "ClippedSamples", "Tags" } do
      assert.truthy(burner.raised(function() return source[member] end)
        :find("attempt to use a closed AudioSource", 1, true))
    end
    for _, method in ipairs { "BeginScan", "Scan" } do
      assert.truthy(burner.raised(source[method], source)
        :find("attempt to use a closed AudioSource", 1, true))
    end
    for _ in operation:each() do end
    assert.is_true(operation:result())
  end)

  it("says what is wrong with a file", function()
    local source, err = core.AudioSource(bench.folder .. "/none.wav")
    assert.is_nil(source)
    assert.equal(0x80070002, err.code)
    assert.truthy(err.message:find("none.wav", 1, true))
    source, err = core.AudioSource(bench:write("text.wav", ("no sound\n"):rep(1000)))
    assert.is_nil(source)
    assert.equal(0xC0AA050D, err.code)
    for _, wrong in ipairs { false, 7, {}, print } do
      assert.has_error(function() core.AudioSource(wrong) end)
    end
    assert.has_error(function() core.AudioSource() end)
  end)
end)

describe("AddAudioTrack takes #threads", function()
  local bench, tao

  before_each(function()
    bench = burner.new()
    tao = bench.tao
    assert(tao:PrepareMedia())
  end)
  after_each(function() bench:close() end)

  it("a path", function()
    local path, pcm = bench:sound("a.wav", 333)
    assert.is_true(tao:AddAudioTrack(path))
    assert.equal(pcm, bench:on_disc(0, 333))
  end)

  it("a part of a file, from sectors or MM:SS:FF", function()
    local path, pcm = bench:sound("a.wav", 900)
    assert.is_true(tao:AddAudioTrack { path = path, start = "00:01:25", length = 310 })
    assert.equal(pcm:sub(100 * SECTOR + 1, 410 * SECTOR), bench:on_disc(0, 310))
    assert.is_true(tao:AddAudioTrack { path = path, start = 500 })
    assert.equal(pcm:sub(500 * SECTOR + 1), bench:on_disc(310 + 152, 400))
  end)

  it("an open file from its current offset, although Lua has read ahead", function()
    local pcm = burner.pcm(500)
    local file = assert(io.open(bench:write("raw.pcm", pcm), "rb"))
    assert(file:read(100 * SECTOR - 4))
    assert(file:read(4))
    assert.is_true(tao:AddAudioTrack(file, { length = 400 }))
    file:close()
    assert.equal(pcm:sub(100 * SECTOR + 1), bench:on_disc(0, 400))
  end)

  it("an open file that is closed at once", function()
    local pcm = burner.pcm(300)
    local file = assert(io.open(bench:write("raw.pcm", pcm), "rb"))
    local operation = assert(tao:BeginAddAudioTrack(file))
    file:close()
    for _ in operation:each() do end
    assert.is_true(operation:result())
    assert.equal(pcm, bench:on_disc(0, 300))
  end)

  it("no closed file", function()
    local file = assert(io.open(bench:write("raw.pcm", "x"), "rb"))
    file:close()
    local message = burner.raised(function() tao:AddAudioTrack(file) end)
    assert.truthy(message:find("source_spec.lua:%d+: attempt to use a closed file"), message)
  end)

  it("a function, spooled when no length is announced", function()
    local pcm = burner.pcm(321)
    assert.is_true(tao:AddAudioTrack(burner.feeder(pcm)))
    assert.equal(pcm, bench:on_disc(0, 321))
    assert.equal(321, tao.WrittenTracks[1].Sectors)
  end)

  it("a function, written while it comes when the length is announced", function()
    local pcm = burner.pcm(400)
    local asked = {}
    local feeder = burner.feeder(pcm)
    assert.is_true(tao:AddAudioTrack(function(bytes)
      asked[#asked + 1] = bytes
      return feeder(math.min(bytes, 5000))
    end, { length = "00:05:25" }))
    assert.equal(pcm, bench:on_disc(0, 400))
    for _, bytes in ipairs(asked) do
      assert.equal("integer", math.type(bytes))
      assert.is_true(bytes > 0)
    end
  end)

  it("a function that yields", function()
    local pcm = burner.pcm(350)
    local feeder = burner.feeder(pcm)
    local yields = 0
    local burn = coroutine.wrap(function()
      return "result", tao:AddAudioTrack(function(bytes)
        coroutine.yield "feeding"
        return feeder(math.min(bytes, 70000))
      end)
    end)
    local what, ok
    repeat
      what, ok = burn()
      if what == "feeding" then yields = yields + 1 end
    until what == "result"
    assert.is_true(ok)
    assert.is_true(yields > 10)
    assert.equal(pcm, bench:on_disc(0, 350))
  end)

  it("an error of a function as it was raised", function()
    local mine = setmetatable({}, { __tostring = function() return "mine" end })
    for _, options in ipairs { {}, { length = 400 } } do
      local feeder = burner.feeder(burner.pcm(100))
      local err = burner.raised(function()
        tao:AddAudioTrack(function(bytes) return feeder(bytes) or error(mine) end, options)
      end)
      assert.equal(mine, err)
      assert.equal("prepared", tao.State)
    end
    local err = burner.raised(function() tao:AddAudioTrack(function() error() end) end)
    assert.is_nil(err)
  end)

  it("an error of a function out of result, too", function()
    local operation = assert(tao:BeginAddAudioTrack(function() error("mine", 0) end))
    for _ in operation:each() do end
    assert.equal("mine", burner.raised(operation.result, operation))
    assert.equal("mine", burner.raised(operation.result, operation))
  end)

  it("nothing else from a function than a string or nil", function()
    local cases = {
      { 7, "the source function must return a string or nil, got number" },
      { false, "the source function must return a string or nil, got boolean" },
      { "", "the source function returned an empty string; return nil at the end" },
    }
    for _, case in ipairs(cases) do
      local function wrong() return case[1] end
      assert.equal(case[2], burner.raised(tao.AddAudioTrack, tao, wrong))
    end
    local message = burner.raised(function()
      tao:AddAudioTrack(function(bytes) return ("x"):rep(bytes + 1) end)
    end)
    assert.truthy(message:find "^the source function returned %d+ bytes, %d+ were asked for$")
  end)

  it("fewer bytes than announced as an error with the sector", function()
    local ok, err = tao:AddAudioTrack(burner.feeder(burner.pcm(310)), { length = 400 })
    assert.is_nil(ok)
    assert.equal(0xC0AA050D, err.code)
    assert.truthy(err.message:find("310", 1, true), err.message)
  end)

  it("half a frame, or nothing, as 050D", function()
    for _, data in ipairs { "abcdef", "" } do
      local ok, err = tao:AddAudioTrack(burner.feeder(data))
      assert.is_nil(ok)
      assert.equal(0xC0AA050D, err.code)
    end
    assert.equal(0, tao.NumberOfExistingTracks)
    assert.is_true(tao.MediaPhysicallyBlank)
  end)

  it("no other thing", function()
    for _, wrong in ipairs { 7, true, coroutine.create(print), tao, bench.recorder } do
      local message = burner.raised(function() tao:AddAudioTrack(wrong) end)
      assert.truthy(message:find "source_spec.lua:%d+: a source must be a path, an AudioSource")
    end
    assert.has_error(function() tao:AddAudioTrack() end)
    local closed = assert(core.AudioSource(bench:sound("c.wav", 300)))
    closed:Close()
    assert.has_error(function() tao:AddAudioTrack(closed) end)
  end)

  it("data shorter than 4 s, padded to 300 sectors", function()
    local pcm = burner.pcm(10) .. "abcd"
    assert.is_true(tao:AddAudioTrack(burner.feeder(pcm)))
    assert.equal(300, tao.WrittenTracks[1].Sectors)
    assert.equal(pcm .. ("\0"):rep(300 * SECTOR - #pcm), bench:on_disc(0, 300))
  end)
end)

describe("a pipe", function()
  local bench, tao

  before_each(function()
    bench = burner.new()
    tao = bench.tao
    assert(tao:PrepareMedia())
  end)
  after_each(function() bench:close() end)

  it("is burned, with or without an announced length", function()
    local pcm = burner.pcm(310)
    local path = bench:write("raw.pcm", pcm)
    for number, options in ipairs { {}, { length = 310 } } do
      local pipe <close> = assert(io.popen(("cat '%s'"):format(path), "r"))
      assert.is_true(tao:AddAudioTrack(pipe, options))
      assert.equal(pcm, bench:on_disc((number - 1) * 462, 310))
    end
  end)

  it("that Lua has read ahead is refused: those bytes would be lost", function()
    local path = bench:write("raw.pcm", burner.pcm(310))
    local pipe <close> = assert(io.popen(("cat '%s'"):format(path), "r"))
    assert.equal(44, #pipe:read(44))
    local ok, err = tao:AddAudioTrack(pipe)
    assert.is_nil(ok)
    assert.equal(0xC0AA050D, err.code)
    assert.truthy(err.message:find "^%d+ bytes of the pipe are in the Lua file's buffer already")
    local careful <close> = assert(io.popen(("cat '%s'"):format(path), "r"))
    careful:setvbuf "no"
    assert.equal(2352, #careful:read(2352))
    assert.is_true(tao:AddAudioTrack(careful))
    assert.equal(309, tao.WrittenTracks[1].Sectors)
  end)
end)
