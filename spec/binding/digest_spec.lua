-- SPDX-License-Identifier: GPL-3.0-or-later
-- Digests as Lua sees them, against the published vectors and sha256sum.

local core = require "redbook.core"
local sandbox = require "spec.support.sandbox"

local function hexadecimal(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

describe("digests", function()
  it("are those of FIPS 180-2 and RFC 4648", function()
    assert.equal("a9993e364706816aba3e25717850c26c9cd0d89d", hexadecimal(core.sha1 "abc"))
    assert.equal("da39a3ee5e6b4b0d3255bfef95601890afd80709", hexadecimal(core.sha1 ""))
    assert.same({ "", "Zg==", "Zm9vYmFy", "AP8=" }, { core.base64 "", core.base64 "f",
      core.base64 "foobar", core.base64 "\0\255" })
    assert.equal(("YWFh"):rep(3333), core.base64(("a"):rep(9999)))
  end)

  it("of a file is what sha256sum prints", function()
    local folder = sandbox.folder()
    local path = folder .. "/some file"
    for _, size in ipairs { 0, 1, 65535, 65536, 200000 } do
      sandbox.write(path, ("\0\1\2x"):rep(50000):sub(1, size))
      local _, out = sandbox.run("sha256sum < " .. sandbox.quote(path))
      assert.equal(out:match "^%x+", core.sha256_file(path))
    end
    sandbox.remove(folder)
  end)

  it("of no file is an error that names it", function()
    local digest, err = core.sha256_file "/nonexistent/file"
    assert.is_nil(digest)
    assert.same({ 0x80070002, "cannot read /nonexistent/file: No such file or directory" },
      { err.code, err.message })
    digest, err = core.sha256_file "/"
    assert.is_nil(digest)
    assert.same({ 0x80070057, "cannot read /: not a regular file" }, { err.code, err.message })
  end)

  it("want strings", function()
    assert.has_error(function() core.sha256_file "a\0b" end)
    assert.has_error(function() core.sha1() end)
    assert.has_error(function() core.base64 {} end)
  end)
end)
