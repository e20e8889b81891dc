-- SPDX-License-Identifier: GPL-3.0-or-later
-- kill -9 at any moment of a set, as often as it takes: at the end all discs are good, every track
-- is there whole once, and what else there is are beginnings that were told of.

local posix = require "posix"
local sandbox = require "spec.support.sandbox"
local set_room = require "spec.burn.set_room"

local DEVICES = "--device virtual:d1.cue --device virtual:d2.cue --device virtual:d3.cue"

describe("a set that is killed at any moment", function()
  local room
  setup(function()
    room = set_room.new()
    -- None of 4 seconds: of such a one nobody knows whether it was filled up.
    for index, seconds in ipairs { 15, 19, 16, 22, 17 } do room:add(index .. ".wav", seconds) end
  end)
  teardown(function() room:close() end)

  local function ended(pid)
    local file <close> = io.open(("/proc/%d/stat"):format(pid))
    return not file or file:read("a"):find("%) Z ") ~= nil
  end

  -- Starts burn.lua, and kills it after so many seconds, unless it has ended.
  local function run(words, seconds)
    local pipe = assert(io.popen(("echo $$; cd %s; export %s %s; exec %s %s/scripts/burn.lua "
      .. "--quiet %s %s >out 2>err </dev/null"):format(sandbox.quote(room.folder), sandbox.env,
      room.environment, sandbox.lua, sandbox.root, words, DEVICES)))
    local pid = assert(tonumber(pipe:read "l"))
    local until_then = posix.monotonic() + seconds
    while posix.monotonic() < until_then and posix.kill(pid, 0) == 0 and not ended(pid) do
      posix.sleep(0.002)
    end
    posix.kill(pid, posix.SIGKILL)
    local _, how, number = pipe:close()
    return how == "exit" and number or 137
  end

  -- A process that was killed keeps its locks for a moment.
  local function wait_until_free()
    for _, name in ipairs { "d1", "d2", "d3" } do
      local image = ("%s/%s.bin"):format(room.folder, name)
      while room:has(name .. ".bin") and posix.locked(image) do posix.sleep(0.005) end
    end
  end

  local function one_set(longest)
    room:must "rm -rf d?.* state"
    local kills, code = 0, 137
    while code ~= 0 do
      local begun = select(2, room:state()) ~= nil
      -- Killed after the last word on it.
      if not begun and room:has "d2.cue" then return kills end
      code = run(begun and "--resume" or "--split order --minutes 1 1.wav 2.wav 3.wav 4.wav "
        .. "5.wav", kills > 30 and math.huge or longest * (0.2 + 0.8 * math.random()))
      kills = kills + (code == 137 and 1 or 0)
      wait_until_free()
      assert(code == 0 or code == 137, ("exit code %d: %s"):format(code, room:read "err"))
    end
    return kills
  end

  local function check()
    local whole, parts = {}, 0
    for disc, expected in ipairs { { 1, 2, 3 }, { 4, 5 } } do
      local place = 1
      for _, track in ipairs(room:tracks("d" .. disc)) do
        local name, complete = table.unpack(track)
        assert.equal(expected[place] .. ".wav", name)
        if complete then
          whole[#whole + 1] = name
          place = place + 1
        else
          parts = parts + 1
        end
      end
      assert.equal(#expected + 1, place)
    end
    assert.same({ "1.wav", "2.wav", "3.wav", "4.wav", "5.wav" }, whole)
    assert.is_nil(select(2, room:state()))
    assert.is_false(room:has "d3.cue")
    return parts
  end

  local function storm(sets)
    local seed, kills, parts = os.time(), 0, 0
    math.randomseed(seed)
    local begun = posix.monotonic()
    assert.equal(0, one_set(math.huge))
    local longest = posix.monotonic() - begun
    for _ = 1, sets do
      local ok, problem = pcall(function()
        kills = kills + one_set(longest)
        parts = parts + check()
      end)
      assert(ok, ("seed %d: %s"):format(seed, tostring(problem)))
    end
    return kills, parts
  end

  it("is burned all the same", function()
    storm(2)
  end)

  it("is burned all the same, 60 times #long", function()
    local kills, parts = storm(60)
    assert.is_true(kills > 40 and parts > 0, ("%d kills, %d parts"):format(kills, parts))
  end)
end)
