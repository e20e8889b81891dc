-- SPDX-License-Identifier: GPL-3.0-or-later
-- A disc is decoded once: what the scan has decoded waits in a temporary file for the burn.
-- Whether a sound file is read again shows when it is emptied between scan and burn. #threads

local burner = require "spec.support.burner"
local core = require "redbook.core"
local lfs = require "lfs"
local recipe = require "redbook.recipe"
local sandbox = require "spec.support.sandbox"

-- A WAV file of 24 bits: it has to be converted.
local function wide(sectors, seed)
  local bytes = burner.pcm(sectors, seed):gsub("..", "\7%0")
  return string.pack("<c4I4c4c4I4I2I2I4I4I2I2c4s4", "RIFF", 36 + #bytes, "WAVE", "fmt ", 16, 1, 2,
    44100, 264600, 6, 24, "data", bytes)
end

-- Descriptors of temporary files in this process.
local function spools()
  local count = 0
  for name in lfs.dir "/proc/self/fd" do
    local target = lfs.symlinkattributes("/proc/self/fd/" .. name, "target") or ""
    if target:find("(deleted)", 1, true) then count = count + 1 end
  end
  return count
end

local function empty(path)
  assert(io.open(path, "wb")):close()
end

describe("a burn after its scan #threads", function()
  local bench, entries, before

  before_each(function()
    bench = burner.new()
    before = spools()
    entries = {}
    for number = 1, 3 do
      entries[number] = { path = bench:write(number .. ".wav", wide(300 + number, number)) }
    end
  end)
  after_each(function() bench:close() end)

  -- Burns; `meddle` is called between scan and burn. What is on the disc, and the events by name.
  local function burn(options, meddle)
    local events = {}
    options.confirm = function()
      if meddle then meddle() end
      return true
    end
    local result, err = recipe.burn_playlist(bench.recorder, entries, options, function(event)
      events[event.event] = event
    end)
    collectgarbage()
    return result and bench:on_disc(0, 1212), err, events
  end

  local function other_disc()
    bench:close()
    bench = burner.new()
    for number, entry in ipairs(entries) do
      entry.path = bench:write(number .. ".wav", wide(300 + number, number))
    end
  end

  it("reads the sound files no more, and burns the same", function()
    local kept, _, events = assert(burn({}, function()
      for _, entry in ipairs(entries) do empty(entry.path) end
      assert.equal(before + 3, spools())
    end))
    assert.equal(303 * 2352, events.scanned.kept)
    assert.is_true(events.summary.verified)
    other_disc()
    local decoded
    decoded, _, events = assert(burn({ render_ahead = "off" }, function()
      assert.equal(before, spools())
    end))
    assert.equal(0, events.scanned.kept)
    assert.is_true(kept == decoded)
    collectgarbage()
    assert.equal(before, spools())
  end)

  it("finds out without that they have changed", function()
    local disc, err = burn({ render_ahead = "off" }, function() empty(entries[1].path) end)
    assert.is_nil(disc)
    assert.equal(0xC0AA050D, err.code)
  end)

  it("shares its room among the tracks, and decodes again what has found none", function()
    local disc, err = burn({ render_ahead = 1 }, function()
      assert.equal(before + 1, spools()) -- 1 MiB is room for one track of 708 kB
      empty(entries[1].path)
    end)
    assert.is_nil(err)
    other_disc()
    assert.is_true(disc == burn { render_ahead = "off" })
  end)

  it("keeps nothing that a plan alone has decoded", function()
    local events = {}
    assert(recipe.burn_playlist(bench.recorder, entries, { plan_only = true }, function(event)
      events[event.event] = event
    end))
    assert.is_nil(events.ahead)
    assert.equal(0, events.scanned.kept)
  end)

  it("finds the place of a difference in what was kept", function()
    bench.virtual:AddFault { command = "WRITE", lba = 100, lie = true }
    local disc, err = burn({}, function()
      for _, entry in ipairs(entries) do empty(entry.path) end
    end)
    assert.is_nil(disc)
    assert.equal(0xC0AA0007, err.code)
    assert.same({ "differs", true }, { err.verification.tracks[1].verdict,
      err.verification.tracks[1].exact })
  end)

  it("is cancelled like any other", function()
    local source <close> = assert(core.AudioSource(entries[1].path))
    assert(source:Keep(1 << 30))
    local operation = assert(source:BeginScan())
    local busy, refused = source:Keep(0)
    assert.same({ nil, 0xC0AA0500 }, { busy, refused.code })
    busy, refused = source:Clone()
    assert.same({ nil, 0xC0AA0500 }, { busy, refused.code })
    operation:cancel()
    for _ in operation:each() do end
    if not operation:result() then assert.same({ 0, before }, { source.Kept, spools() }) end
    operation:close()
    assert(source:Scan())
    assert.same({ 301 * 2352, before + 1 }, { source.Kept, spools() })
    assert(bench.tao:PrepareMedia())
    operation = assert(bench.tao:BeginAddAudioTrack(source))
    operation:cancel()
    operation:close()
    source:Close()
    bench.tao:Close()
    collectgarbage()
    assert.equal(before, spools())
  end)
end)

describe("what a scan has kept", function()
  local bench, path
  before_each(function()
    bench = burner.new()
    path = bench:write("1.wav", wide(301, 1))
  end)
  after_each(function() bench:close() end)

  it("is there after a fork", function()
    local posix = require "posix"
    local source <close> = assert(core.AudioSource(path))
    assert(source:Keep(1 << 30))
    assert(source:Scan())
    empty(path)
    local out = bench.folder .. "/child.raw"
    local child = posix.fork()
    if child == 0 then
      local file = io.open(out, "wb")
      posix._exit(source:Render(file) and file:close() and 0 or 1)
    end
    local file <close> = assert(io.open(bench.folder .. "/parent.raw", "wb"))
    assert(source:Render(file))
    file:close()
    assert.same({ child, "exit", 0 }, { posix.waitpid(child) })
    assert.is_true(bench:read "child.raw" == bench:read "parent.raw")
    assert.equal(301 * 2352, #bench:read "child.raw")
  end)
end)

describe("burn.lua and a full temporary folder", function()
  local folder
  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  -- In a mount namespace of its own, so that nothing stays mounted.
  local MOUNT = "unshare -m sh -c 'mount -t tmpfs -o size=%s redbook small && %s'"

  local function burn(size, options)
    local command = ("TMPDIR=%s/small %s %s %s/scripts/burn.lua --yes --json %s "
      .. "--device virtual:disc.cue one.wav two.wav"):format(folder, sandbox.env, sandbox.lua,
      sandbox.root, options)
    sandbox.write(folder .. "/burn.sh", command)
    local code, out, err = sandbox.run(MOUNT:format(size, "sh burn.sh"), folder)
    local kept = {}
    for bytes in out:gmatch '"kept":(%d+)' do kept[#kept + 1] = tonumber(bytes) end
    return code, kept, err
  end

  it("burns what finds no room there decoded twice", function()
    if sandbox.run("unshare -m true") ~= 0 then
      pending "no mount namespaces here"
      return
    end
    assert(lfs.mkdir(folder .. "/small"))
    sandbox.write(folder .. "/one.wav", wide(300, 1))
    sandbox.write(folder .. "/two.wav", wide(400, 2))
    local same
    for _, case in ipairs {
      { "1m", "--render-ahead off", { 0, 0 } },
      { "64m", "", { 705600, 940800 } },
      { "2m", "", { 705600, 0 } }, -- half of it
      { "1m", "--render-ahead 100", { 705600, 0 } }, -- the disk is full
    } do
      local code, kept, err = burn(case[1], case[2])
      assert.equal(0, code, err)
      assert.same(case[3], kept)
      local disc = sandbox.read(folder .. "/disc.bin")
      same = same or disc
      assert.is_true(disc == same)
      for _, kind in ipairs { "cue", "bin" } do assert(os.remove(folder .. "/disc." .. kind)) end
    end
  end)
end)
