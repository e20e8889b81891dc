-- SPDX-License-Identifier: GPL-3.0-or-later
-- Error objects and the table of codes.

local core = require "redbook.core"
local lfs = require "lfs"
local burner = require "spec.support.burner"

describe("redbook.errors", function()
  it("tells the number of a name", function()
    assert.equal(0xC0AA0202, core.errors.E_IMAPI_RECORDER_MEDIA_NO_MEDIA)
    assert.equal(0x00AA0004, core.errors.S_IMAPI_SPEEDADJUSTED)
    assert.equal(0x80070057, core.errors.E_INVALIDARG)
    assert.is_nil(core.errors.E_NO_SUCH_NAME)
  end)

  it("tells the row of a number", function()
    local row = core.errors[0xC0AA0205]
    assert.equal(0xC0AA0205, row.code)
    assert.equal("E_IMAPI_RECORDER_MEDIA_BECOMING_READY", row.name)
    assert.is_true(row.transient)
    assert.equal("string", type(row.message))
    assert.equal("string", type(row.advice))
    assert.is_false(core.errors[0xC0AA0506].transient)
  end)

  it("has the same rows both ways", function()
    local names, rows = 0, 0
    for key, value in pairs(core.errors) do
      if type(key) == "string" then
        names = names + 1
        assert.equal(key, core.errors[value].name)
      else
        rows = rows + 1
        assert.equal(key, value.code)
        assert.equal(key, core.errors[value.name])
      end
    end
    assert.equal(names, rows)
    assert.is_true(rows >= 46)
  end)
end)

describe("an error object", function()
  it("of a wrong state has its fields and no others", function()
    local tao <close> = core.TrackAtOnce()
    local ok, err = tao:ReleaseMedia()
    assert.is_nil(ok)
    local fields = {}
    for key in pairs(err) do fields[#fields + 1] = key end
    table.sort(fields)
    assert.same({ "advice", "code", "disc", "message", "name", "transient" }, fields)
    assert.equal(0xC0AA0502, err.code)
    assert.equal("E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED", err.name)
    assert.is_false(err.transient)
    assert.equal("redbook.Error", getmetatable(err).__name)
  end)

  it("reads as one line and concatenates", function()
    local tao <close> = core.TrackAtOnce()
    local _, err = tao:PrepareMedia()
    local text = tostring(err)
    assert.equal(err.message:gsub("%.$", "")
      .. " (E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED, 0xC0AA050A)", text)
    assert.is_nil(text:find "\n")
    assert.equal("sorry: " .. text, "sorry: " .. err)
    assert.equal(text .. "!", err .. "!")
    assert.equal(text .. text, err .. err)
  end)

  describe("of a failed command", function()
    local bench

    before_each(function()
      bench = burner.new {
        faults = { { command = "WRITE", lba = 30, sense = "3/0C/00", times = 1 } },
      }
    end)
    after_each(function() bench:close() end)

    local function failure()
      assert(bench.tao:PrepareMedia())
      local ok, err = bench.tao:AddAudioTrack(burner.feeder(burner.pcm(300)), { length = 300 })
      assert.is_nil(ok)
      return err
    end

    it("has sense data, command and address", function()
      local err = failure()
      assert.equal(0xC0AA0301, err.code)
      assert.equal("WRITE(10)", err.command)
      assert.is_true(err.lba <= 30 and err.lba > 30 - 27)
      assert.equal(3, err.sense.key)
      assert.equal(0x0C, err.sense.asc)
      assert.equal(0x00, err.sense.ascq)
      assert.is_false(err.sense.deferred)
      assert.truthy(err.sense.text:find("3/0C/00", 1, true))
      assert.equal("\xF0\x00\x03", err.sense.raw:sub(1, 3))
      assert.equal("\x0C\x00", err.sense.raw:sub(13, 14))
      assert.is_nil(err.errno)
    end)

    it("as_table is plain and its raw sense is hexadecimal", function()
      local err = failure()
      local plain = err:as_table()
      assert.is_nil(getmetatable(plain))
      assert.is_nil(getmetatable(plain.sense))
      assert.equal("f0 00 03", plain.sense.raw:sub(1, 8))
      assert.equal(3 * #err.sense.raw - 1, #plain.sense.raw)
      for _, field in ipairs { "code", "name", "message", "advice", "transient", "disc", "command",
        "lba" } do
        assert.equal(err[field], plain[field])
      end
      plain.sense.key = 99
      assert.equal(3, err.sense.key)
    end)
  end)

  it("has the errno of a failed system call", function()
    local bench <close> = burner.new { faults = { { errno = "EFAULT" } } }
    local ok, err = bench.tao:PrepareMedia()
    assert.is_nil(ok)
    assert.equal(0x80004003, err.code)
    assert.equal(14, err.errno)
  end)

  it("blames a full disk of the host, not the disc", function()
    local bench <close> = burner.new()
    assert(bench.tao:PrepareMedia())
    assert(lfs.mkdir(bench.disc .. ".new")) -- the sheet cannot be written: works for root too
    local ok, err = bench.tao:AddAudioTrack(
      burner.feeder(burner.pcm(300)), { length = 300 })
    lfs.rmdir(bench.disc .. ".new")
    assert.is_nil(ok)
    assert.equal(("WRITE(10) at sector 0 failed: the disc's file %s: Is a directory")
      :format(bench.disc), err.message)
    assert.equal(("Look after the disk and the rights of %s; the disc is a file there.")
      :format(bench.folder), err.advice)
    assert.equal("3/0C/00", ("%X/%02X/%02X"):format(err.sense.key, err.sense.asc, err.sense.ascq))
  end)

  it("refuses junk", function()
    local tao <close> = core.TrackAtOnce()
    local _, err = tao:PrepareMedia()
    local meta = getmetatable(err)
    for _, junk in ipairs { 1, "x", {}, tao, setmetatable({}, {}) } do
      assert.has_error(function() err.as_table(junk) end)
      assert.has_error(function() meta.__tostring(junk) end)
    end
    assert.has_error(function() err.as_table() end)
  end)
end)
