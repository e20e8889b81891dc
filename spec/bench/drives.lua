-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench BENCH=drives`: one process that burns a 48 kHz FLAC track at once on 1, 2, 4 and 8
-- virtual drives that take their time as a 52x drive does. Decoded and converted while it burns,
-- by each for itself: the FIFO of 4 MiB holds but a second of 22x, where such a drive begins.
-- Counted is the processor time from when every drive writes to when the first has all its data;
-- the virtual drives' own work is in it.

local bench = require "spec.support.bench"
local burner = require "spec.support.burner"
local posix = require "posix"
local usage = require "usage"

local WRITING <const>, FINISHING <const> = 2, 3 -- of IMAPI_FORMAT2_TAO_WRITE_ACTION
local X <const> = 75 -- sectors per second at 1x

local corpus <const> = bench.corpus(0.5) -- 210 s of this track
local track = corpus.files[13]

local function prepare(count)
  local drives = {}
  for index = 1, count do
    local drive = burner.new { clock = "real", personality = "brisk" }
    drive.tao.FifoBytes, drive.tao.Prescan, drive.tao.KeepSessionOpen = 4 << 20, false, true
    assert(drive.tao:PrepareMedia())
    drives[index] = drive
  end
  return drives
end

-- Sectors of the track that have left the FIFO.
local function hear(drive, event)
  if event.type == "done" then drive.ended = true end
  if event.CurrentAction == WRITING then
    drive.written = math.max(event.LastWrittenLba - event.StartLba + 1, 0)
  elseif event.CurrentAction == FINISHING then
    drive.all = true
  end
end

local function total(drives)
  local sum, writing, over = 0, true, false
  for _, drive in ipairs(drives) do
    sum = sum + (drive.written or 0)
    writing = writing and (drive.written or 0) > 0
    over = over or drive.all or drive.ended
  end
  return sum, writing, over
end

local function burn(drives)
  for _, drive in ipairs(drives) do
    drive.operation = assert(drive.tao:BeginAddAudioTrack(track, {}))
  end
  local from, to
  repeat
    posix.sleep(0.02)
    for _, drive in ipairs(drives) do
      local event = drive.operation:step(0)
      while event do
        hear(drive, event)
        event = not drive.ended and drive.operation:step(0) or nil
      end
    end
    local written, writing, over = total(drives)
    local mark = { cpu = usage.self(), wall = posix.monotonic(), written = written }
    if writing and not over then from, to = from or mark, mark end
  until over
  return to.cpu - from.cpu, to.wall - from.wall, to.written - from.written
end

local function finish(drives)
  local underruns = 0
  for _, drive in ipairs(drives) do
    for _ in drive.operation:each() do end
    assert(drive.operation:result())
    underruns = underruns + drive.virtual:View().Underruns
    drive:close()
  end
  return underruns
end

local rows = { { "drives", "mean speed", "CPU of one core", "each, for 52x", "underruns" } }
local result = { bench = "drives", drives = {} }
for _, count in ipairs { 1, 2, 4, 8 } do
  local drives = prepare(count)
  local cpu, wall, sectors = burn(drives)
  local underruns = finish(drives)
  local speed, share = sectors / wall / X / count, cpu / wall
  local entry = { drives = count, speed = speed, share = share, seconds = wall,
    share_of_one_at_52x = cpu / sectors * X * 52, underruns = underruns }
  table.insert(result.drives, entry)
  rows[#rows + 1] = { tostring(count), ("%.1fx"):format(speed), ("%.1f %%"):format(share * 100),
    ("%.1f %%"):format(entry.share_of_one_at_52x * 100), tostring(underruns) }
end
bench.show("drives: burning 48 kHz FLAC in real time, the share of one processor", rows, result)
