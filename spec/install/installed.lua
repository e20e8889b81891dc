-- SPDX-License-Identifier: GPL-3.0-or-later
-- What every installation must show, whichever way it came about.

local assert = require "luassert"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"
local tone = require "spec.support.tone"

local installed = {}

-- Nothing of the checkout may help: no module path, another working folder.
local function run(script, arguments, folder)
  return sandbox.run(
    "env -u LUA_PATH -u LUA_CPATH -u LUA_PATH_5_4 -u LUA_CPATH_5_4 -u REDBOOK_BUILD "
      .. sandbox.quote(script) .. " " .. arguments,
    folder
  )
end

---The redbook modules below a folder of Lua modules, sorted; meta files are no modules.
---@param folder string
---@return string[]
function installed.modules(folder)
  local _, found = sandbox.run("find redbook redbook.lua -name '*.lua' 2>/dev/null", folder)
  local names = {}
  for name in found:gmatch "[^\n]+" do names[#names + 1] = name end
  table.sort(names)
  assert(#names > 0, "no modules in " .. folder)
  return names
end

---@param script string the installed burn.lua
---@param folder string temporary
function installed.helps(script, folder)
  local code, out, err = run(script, "--help", folder)
  assert.equal("", err)
  assert.equal(0, code)
  assert.truthy(out:find("--device", 1, true), out)
end

---Burns a five-second WAV and compares the disc's sectors with its samples.
---@param script string the installed burn.lua
---@param folder string temporary
function installed.burns(script, folder)
  local work = folder .. "/elsewhere"
  assert(lfs.mkdir(work))
  local pcm = tone.pcm({ 440, 550, 660, 880, 440 }, 1) -- 375 sectors exactly
  sandbox.write(work .. "/song.wav", tone.wav(pcm))
  local code, out, err = run(script, "--device virtual:disc.cue --yes song.wav", work)
  assert.equal(0, code, out .. err)
  assert.is_true(sandbox.read(work .. "/disc.bin"):sub(1, #pcm) == pcm, "the disc's sound differs")
end

---Another program finds the drive.
---@param script string the installed vdrive.lua
---@param folder string temporary
function installed.serves(script, folder)
  local code, out, err = run(script, "--disc served.cue -- cdrskin dev=/dev/sr0 -minfo", folder)
  assert.equal(0, code, out .. err)
  assert.truthy(out:find("Mounted media type: *CD%-R"), out .. err)
end

---A host that knows nothing but where the modules lie: it sets package.path and package.cpath.
---@param prefix string with share/lua/5.4 and lib/lua/5.4
---@param folder string temporary
function installed.embeds(prefix, folder)
  local work = folder .. "/host"
  assert(lfs.mkdir(work))
  local pcm = tone.pcm({ 440, 880, 440, 880 }, 1)
  sandbox.write(work .. "/song.wav", tone.wav(pcm))
  -- What redbook needs of others lies where it does.
  local function folder_of(module, path)
    return assert(package.searchpath(module, path)):match "^.*/"
  end
  sandbox.write(work .. "/host.lua", ([[
    package.path = "%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua;%s?.lua"
    package.cpath = "%s/lib/lua/5.4/?.so;%s?.so"
    local redbook = require "redbook"
    local virtual = redbook.VirtualRecorder { path = "disc.cue" }
    local result = assert(redbook.recipe.burn_playlist(assert(virtual:Recorder()),
      redbook.playlist.collect({ "song.wav" }).entries))
    local server <close> = assert(virtual:Serve())
    print(result.disc, server:Library())
  ]]):format(prefix, prefix, folder_of("argparse", package.path), prefix,
    folder_of("cjson", package.cpath)))
  local code, out, err = run("lua5.4", "host.lua", work)
  assert.same({ 0, ("finalised\t%s/lib/lua/5.4/redbook/redbook-vdrive.so\n"):format(prefix), "" },
    { code, out, err })
  assert.is_true(sandbox.read(work .. "/disc.bin"):sub(1, #pcm) == pcm, "the disc's sound differs")
end

return installed
