-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench BENCH=quality`: how good the sound is that reaches the disc, figure by figure. The
-- program quality measures; the joint of two files is made and compared here. Ends with an error
-- when a figure misses its hold.

local bench = require "spec.support.bench"
local redbook = require "redbook"
local sandbox = require "spec.support.sandbox"

local room <close> = bench.folder()

local function in_room(command)
  local code, out, err = sandbox.run(command, room.path)
  assert(code == 0, command .. "\n" .. err)
  return out
end

local function rows_of_program()
  local rows = {}
  for line in in_room(sandbox.quote(bench.build .. "/bench/quality")):gmatch "[^\n]+" do
    local what, measured, hold, verdict = line:match "^(.-)\t(.-)\t(.-)\t(%w+)$"
    rows[#rows + 1] = { what = what, measured = measured, hold = hold, held = verdict == "held" }
  end
  return rows
end

-- The samples of sources one after the other, as a burn would write them.
local function samples(list)
  local parts = {}
  for index, source in ipairs(list) do
    local name = ("%s/%d.raw"):format(room.path, index)
    local file <close> = assert(io.open(name, "wb"))
    local operation = assert(source:BeginRender(file))
    for _ in operation:each() do end
    assert(operation:result())
    file:close()
    parts[index] = sandbox.read(name)
  end
  return table.concat(parts)
end

-- Samples of two bytes that are not the same.
local function differing(a, b)
  local count = math.abs(#a - #b) // 2
  for at = 1, math.min(#a, #b) - 1, 2 do
    if a:byte(at) ~= b:byte(at) or a:byte(at + 1) ~= b:byte(at + 1) then count = count + 1 end
  end
  return count
end

-- A 48 kHz tone with noise, cut where neither a sector nor a block ends. Rounded, not dithered.
local function joint()
  in_room "sox -R -n -r 48000 -c 2 -b 24 whole.wav synth 8 sine 997 sine 1499 gain -6"
  in_room "sox whole.wav one.wav trim 0 3.3371 && sox whole.wav two.wav trim 3.3371"
  local options = { dither = "none" }
  local parts = assert(redbook.JoinedSources({ { path = room.path .. "/one.wav" },
    { path = room.path .. "/two.wav" } }, options))
  local whole = samples { assert(redbook.AudioSource { path = room.path .. "/whole.wav",
    dither = "none" }) }
  local count = differing(samples(parts), whole)
  return { what = "two files that continue each other, as the uncut one",
    measured = ("%d samples differ"):format(count), hold = "identical before dither",
    held = count == 0 and #whole == 600 * 2352 }
end

local found = rows_of_program()
found[#found + 1] = joint()
local rows, missed = { { "", "measured", "hold", "" } }, 0
for _, row in ipairs(found) do
  rows[#rows + 1] = { row.what, row.measured, row.hold, row.held and "held" or "missed" }
  if not row.held then missed = missed + 1 end
end
bench.show("quality: tones and noise of 0.8 full scale, in float before dither and in 16 bit",
  rows, { bench = "quality", rows = found, missed = missed })
if missed > 0 then error(missed .. " figures missed their hold", 0) end
