-- SPDX-License-Identifier: GPL-3.0-or-later
-- Damaged, cut, lying, renamed, joined and random files (spec/support/damage.lua): the right sound
-- or a clear error; never noise, a crash, a hang or a silent cut. A few of each kind here, all of
-- them tagged #long.

local core = require "redbook.core"
local damage = require "spec.support.damage"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

local SECTOR = 2352
local SOURCE, NO_STREAM, NO_FILE = 6, 0xC0AA050D, 0x80070002
local SHORT = 12 -- sectors that a short place may touch: a block of noise, and a codec's memory
local QUIET = 4 -- steps of 16 bits that another dither may make
local KIB = 100 * 1024

-- Of the 1-in-N files that `make test` looks at, those of ffmpeg take too long.
local SAMPLE = 7

local function sector_differs(a, b)
  if a == b then return false end
  for place = 1, SECTOR, 2 * 84 do
    local x = { string.unpack(("<" .. ("i2"):rep(84)), a, place) }
    local y = { string.unpack(("<" .. ("i2"):rep(84)), b, place) }
    for index = 1, 84 do
      if math.abs(x[index] - y[index]) > QUIET then return true end
    end
  end
  return false
end

-- Sectors of `a` and `b` that do not sound the same, of the shorter one.
local function differing(a, b)
  local count = 0
  for at = 1, math.min(#a, #b), SECTOR do
    if sector_differs(a:sub(at, at + SECTOR - 1), b:sub(at, at + SECTOR - 1)) then
      count = count + 1
    end
  end
  return count
end

-- What another decoder hears.
local function heard(path)
  local _, raw = sandbox.run(("ffmpeg -v quiet -nostdin -i %s -f s16le -ar 44100 -ac 2 -"):format(
    sandbox.quote(path)))
  return raw .. ("\0"):rep(-#raw % SECTOR)
end

-- Each gets the sound that was taken, the good file's, and the path; false when it is not right.
local JUDGES = {
  refused = function() return false end,
  same = function(sound, good) return sound == good end,
  safe = function(sound, good) return sound == good end,
  ["local"] = function(sound, good)
    return #sound == #good and differing(sound, good) <= SHORT
  end,
  part = function(sound, good, path)
    local other = heard(path)
    -- ffmpeg plays noise where a frame's data lie in the part that is missing; here is silence.
    return #sound <= #good and math.abs(#sound - #other) <= SECTOR and differing(sound, other) <= 6
  end,
  both = function(sound, good)
    return math.abs(#sound - 2 * #good) <= 2 * SECTOR
      and differing(sound, good:sub(1, -SECTOR - 1)) <= 2
  end,
  longer = function(sound, good)
    return #sound >= #good and #sound - #good <= 4 * SECTOR
      and sound:sub(1, #good - SECTOR) == good:sub(1, -SECTOR - 1)
  end,
}
-- What may not be refused.
local TAKEN = { same = true }

local function is_clear(result)
  return result.code == NO_STREAM and result.message:find(result.path, 1, true) ~= nil
    and #result.message > #result.path + 8 and utf8.len(result.message) ~= nil
end

describe("A damaged file", function()
  local folder

  setup(function()
    folder = sandbox.folder()
    assert(lfs.mkdir(folder .. "/out"))
    damage.make_goods(folder)
  end)

  teardown(function() sandbox.remove(folder) end)

  -- The results of a probe's process, by path, and the most memory it has had in KiB.
  local function probe(paths)
    sandbox.write(folder .. "/list", table.concat(paths, "\n") .. "\n")
    local code, out, err = sandbox.run(("%s timeout 900 %s %s/spec/support/damage_probe.lua "
      .. "%s/out <%s/list"):format(sandbox.env, sandbox.lua, sandbox.quote(sandbox.root), folder,
      folder))
    local last = out:match ".*begin = ([^\n]*)"
    assert.are.equal(0, code, ("it ended at %s: %s"):format(last, err))
    local results = {}
    for line in out:gmatch "{[^\n]*}" do
      local result = assert(load("return " .. line))()
      results[result.path] = result
      if result.sectors then
        result.sound = sandbox.read(("%s/out/%d.raw"):format(folder, result.number))
        assert.are.equal(result.sectors * SECTOR, #result.sound)
      end
    end
    return results, tonumber(out:match "peak = (%d+)")
  end

  local function path_of(name) return folder .. "/" .. name end

  -- What is not as it should be, a line each.
  local function faults_of(files)
    local paths, faults, content = {}, {}, {}
    for _, good in ipairs(damage.goods) do
      paths[#paths + 1] = path_of(good.name)
      content[good.name] = sandbox.read(path_of(good.name))
    end
    for _, file in ipairs(files) do
      sandbox.write(path_of(file.name), file.make(file.good and content[file.good.name]))
      paths[#paths + 1] = path_of(file.name)
    end
    local results, peak = probe(paths)
    for _, file in ipairs(files) do
      local path = path_of(file.name)
      local result, good = results[path], file.good and results[path_of(file.good.name)].sound
      local fine
      if result.sectors then
        fine = JUDGES[file.expect](result.sound, good, path)
      else
        fine = not TAKEN[file.expect] and is_clear(result)
      end
      if not fine or result.seconds > 10 then
        faults[#faults + 1] = ("%s: %s expected; %s after %d s"):format(file.name, file.expect,
          result.message or result.sectors .. " sectors", result.seconds)
      end
    end
    return faults, peak
  end

  local SLOW = { m4a = true, aac = true, wma = true, wv = true, tta = true, mka = true, ac3 = true,
    oga = true }
  local function is_quick(file)
    return not file.good or not SLOW[file.good.name:match "%w+$"]
  end

  -- Refused, whatever the code: the path is named, and it did not take long.
  local function assert_named(results, path, code)
    local result = assert(results[path], path)
    assert.is_nil(result.sectors, path)
    assert.are.equal(code, result.code, result.message)
    assert.is_truthy(result.message:find(path, 1, true), result.message)
    assert.is_true(result.seconds <= 10, path)
  end

  local function check(files)
    local faults, peak = faults_of(files)
    assert.same({}, faults)
    -- A sanitizer's own memory is not ours.
    if not os.getenv "REDBOOK_PRELOAD" then assert.is_true(peak < KIB, peak .. " KiB") end
  end

  -- Does a burn of it end with exit code 6, its name and an untouched disc?
  local function burn_fault(file)
    local disc, name = path_of "disc", path_of(file.name)
    local code, out, err = sandbox.run(("%s timeout 60 %s scripts/burn.lua --yes --device "
      .. "virtual:%s.cue %s"):format(sandbox.env, sandbox.lua, disc, sandbox.quote(name)),
      sandbox.root)
    local written = lfs.attributes(disc .. ".bin", "size") or 0
    if code ~= SOURCE or written > 0 or not (out .. err):find(file.name, 1, true) then
      return ("%s: exit code %d, %d bytes on the disc, %s"):format(file.name, code, written, err)
    end
  end

  local function check_burns(files)
    local faults = {}
    for _, file in ipairs(files) do faults[#faults + 1] = burn_fault(file) end
    assert.same({}, faults)
  end

  local function sample(step, wanted)
    local files = {}
    for index, file in ipairs(damage.files()) do
      if index % step == 0 and wanted(file) then files[#files + 1] = file end
    end
    return files
  end

  it("is heard as it should be, or refused with a reason", function()
    local files = sample(SAMPLE, is_quick)
    assert.is_true(#files > 80)
    check(files)
  end)

  it("leaves no trace on a disc", function()
    local files = sample(97, function(file) return file.expect == "refused" and is_quick(file) end)
    assert.is_true(#files > 2)
    check(files)
    check_burns(files)
  end)

  it("is no folder, pipe or link without an end", function()
    assert(lfs.mkdir(path_of "folder.wav"))
    assert.are.equal(0, (sandbox.run("mkfifo pipe.wav; ln -s loop.wav loop.wav; ln -s gone "
      .. "gone.wav; ln -s /dev/zero zero.wav", folder)))
    local paths = {}
    for _, name in ipairs { "folder", "pipe", "loop", "gone", "zero" } do
      paths[#paths + 1] = path_of(name .. ".wav")
    end
    local results = probe(paths)
    assert_named(results, path_of "folder.wav", NO_STREAM)
    assert_named(results, path_of "pipe.wav", NO_STREAM)
    assert_named(results, path_of "zero.wav", NO_STREAM)
    assert_named(results, path_of "gone.wav", NO_FILE)
    assert.is_truthy(results[path_of "loop.wav"].message:find(path_of "loop.wav", 1, true))
  end)

  -- Whoever looks for the next frame or chunk byte by byte is busy for minutes.
  it("is looked at for seconds, though it has 20 GB of nothing behind", function()
    local paths = {}
    local function sparse(name, bytes)
      paths[#paths + 1] = path_of("sparse " .. name)
      sandbox.write(paths[#paths], bytes)
      assert.are.equal(0, (sandbox.run("truncate -s 20G " .. sandbox.quote(paths[#paths]))))
    end
    for _, good in ipairs(damage.goods) do
      if is_quick { good = good } then sparse(good.name, sandbox.read(path_of(good.name))) end
    end
    for name, head in pairs { riff = "RIFF\0\0\0\0WAVE", form = "FORM\0\0\0\4AIFF",
      caff = "caff\0\1\0\0", zeros = "\0", id3 = "ID3\4\0\0\0\0\1\0" } do
      sparse(name, head)
    end
    local results, peak = probe(paths)
    for _, path in ipairs(paths) do
      local result, good = results[path], path:match "sparse (a%.o%a+)$"
      if good then
        assert.is_true(result.sectors == 98 and result.seconds <= 10, good) -- its pages are all
      else
        assert_named(results, path, NO_STREAM)
      end
    end
    if not os.getenv "REDBOOK_PRELOAD" then assert.is_true(peak < KIB, peak .. " KiB") end
  end)

  it("is told from what was scanned when it shrinks, grows or becomes another", function()
    for index, change in ipairs {
      function(b) return b:sub(1, -5000) end,
      function(b) return b .. b:sub(-5000) end,
      function(b) return b:sub(1, #b // 2) .. ("\0"):rep(64) .. b:sub(#b // 2 + 65) end,
    } do
      for _, name in ipairs { "pcm.au", "a.mp2", "pcm16.wav" } do
        local bytes, path = sandbox.read(path_of(name)), path_of("changes.wav")
        sandbox.write(path, bytes)
        local source <close> = assert(core.AudioSource(path))
        assert(source:Scan())
        local crc = source.CRC32
        sandbox.write(path, change(bytes))
        local file <close> = assert(io.open(path_of "changed.raw", "w+b"))
        local good, err = source:Render(file)
        file:seek "set"
        -- A header that still counts the old sound, of which all is there, has not changed it.
        if good then
          assert.are.equal(2, index)
          assert.are.equal(crc, source.CRC32)
        else
          assert.are.equal(NO_STREAM, err.code)
          assert.is_truthy(err.message:find(path, 1, true))
        end
      end
    end
  end)

  it("is one of more than 700 that are all as they should be #long", function()
    local files = damage.files()
    assert.is_true(#files > 700)
    check(files)
  end)

  it("leaves no trace on a disc, in 60 cases #long", function()
    local files = sample(8, function(file) return file.expect == "refused" end)
    assert.is_true(#files >= 50, #files)
    check(files)
    check_burns(files)
  end)
end)
