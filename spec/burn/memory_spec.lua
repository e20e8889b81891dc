-- SPDX-License-Identifier: GPL-3.0-or-later
-- How much memory a whole burn takes at most, its FIFO of 64 MiB full: what a process has touched,
-- as the kernel counts it.

local sandbox = require "spec.support.sandbox"

local LIMIT = 90 * 1024 -- KiB

local BURN = [[
  local code = require "redbook.cli.burn".main { "--yes", "--no-verify", "--render-ahead=%s",
    "--device", "virtual:disc.cue", "long.wav", %s }
  io.stderr:write(io.open "/proc/self/status":read "a":match "VmHWM:%%s*(%%d+) kB")
  os.exit(code)
]]

describe("the memory of a burn", function()
  local folder
  setup(function()
    folder = sandbox.folder()
    -- Longer than the FIFO (381 s); and what takes most memory to decode, many times.
    assert.equal(0, (sandbox.run("sox -R -V1 -n -r 48000 -c 2 -b 24 long.wav synth 385 pinknoise "
      .. "vol 0.5 && sox -R -V1 -n -r 96000 -c 6 -b 24 short.wav synth 1 pinknoise vol 0.5",
      folder)))
  end)
  teardown(function() sandbox.remove(folder) end)

  for _, ahead in ipairs { "off", "1000" } do
    it("stays below 90 MiB, however many tracks there are, render ahead " .. ahead, function()
      if os.getenv "REDBOOK_PRELOAD" then
        pending "a sanitizer has its own memory"
        return
      end
      sandbox.write(folder .. "/burn.lua", BURN:format(ahead, ('"short.wav", '):rep(40)))
      local code, _, err = sandbox.run(("%s %s burn.lua"):format(sandbox.env, sandbox.lua), folder)
      assert.equal(0, code, err)
      local peak = tonumber(err:match "(%d+)$")
      assert.is_true(peak > 64 * 1024 and peak <= LIMIT, peak)
      for _, kind in ipairs { "cue", "bin" } do assert(os.remove(folder .. "/disc." .. kind)) end
    end)
  end
end)
