-- SPDX-License-Identifier: GPL-3.0-or-later
-- The same sound becomes the same bytes on every processor: nothing is rounded once where
-- others round twice.

local sandbox = require "spec.support.sandbox"

describe("the arithmetic of sound", function()
  local folder
  setup(function() folder = sandbox.folder() end)
  teardown(function() sandbox.remove(folder) end)

  local stages = { "channels", "dither", "shaped", "limiter", "master", "level" }

  local function shell(command)
    local code, out, err = sandbox.run(command, sandbox.root)
    assert.equal(0, code, err)
    return out
  end

  ---How many instructions of the stages multiply and add in one.
  local function fused(flags)
    local objects = {}
    for i, stage in ipairs(stages) do
      objects[i] = ("%s/obj/audio/%s.o"):format(folder, stage)
    end
    local names = table.concat(objects, " ")
    os.execute("rm -rf " .. sandbox.quote(folder .. "/obj"))
    shell(("env -u MAKEFLAGS -u MFLAGS make -s BUILD=%s CFLAGS='%s' %s"):format(folder, flags,
      names))
    local _, count = shell("objdump -d " .. names):gsub("%f[%w]v?fn?m[asl][du][db]%w*", "")
    return count
  end

  local machine = sandbox.run("uname -m | grep -q x86_64") == 0 and "-mfma" or ""

  it("is the same where processors can multiply and add in one", function()
    assert.equal(0, fused("-O2 " .. machine))
  end)
end)
