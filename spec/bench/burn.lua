-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench BENCH=burn`: five WAV tracks of 44.1 kHz, 16 bit, burned to a virtual disc whose
-- clock is simulated, by redbook and by cdrskin through vdrive.lua. cdrskin compares nothing
-- afterwards, so redbook does not either. cdrskin sleeps at each track: processor time tells more.

local bench = require "spec.support.bench"
local burner = require "spec.support.burner"
local sandbox = require "spec.support.sandbox"

-- 62 minutes of music; a tenth of a track at a time.
local TRACKS <const>, PIECES <const> = 5, 10
local SECTORS <const> = math.max(5600 * math.min(bench.scale, 1) // 1 | 0, 30) * PIECES

local function write_track(path)
  local file <close> = assert(io.open(path, "wb"))
  local piece = burner.pcm(SECTORS // PIECES, 5)
  local header = burner.wav(""):sub(1, 40):gsub("^(RIFF)....", function(name)
    return name .. string.pack("<I4", 36 + #piece * PIECES)
  end)
  assert(file:write(header, string.pack("<I4", #piece * PIECES)))
  for _ = 1, PIECES do assert(file:write(piece)) end
end

local room <close> = bench.folder()
local wav = room.path .. "/track.wav"
write_track(wav)
local list = (sandbox.quote(wav) .. " "):rep(TRACKS)
local fresh = ("rm -f %s/disc.*"):format(sandbox.quote(room.path))

local results = bench.turns {
  { name = "redbook", between = fresh,
    command = ("%s --yes --no-verify --device 'virtual:%s/disc.cue' %s")
      :format(bench.script "burn", room.path, list) },
  { name = "cdrskin", between = fresh,
    command = ("%s --disc %s/disc.cue -- cdrskin dev=/dev/sr0 -tao -audio %s")
      :format(bench.script "vdrive", room.path, list) },
}

local audio = TRACKS * SECTORS / 75
local result = { bench = "burn", audio_seconds = audio, runs = bench.runs }
local rows = { { "", "s by the clock", "CPU s", "x real time" } }
for _, name in ipairs { "redbook", "cdrskin" } do
  local wall = bench.median(bench.column(results[name], "wall"))
  local cpu = bench.median(bench.column(results[name], "cpu"))
  rows[#rows + 1] = { name, ("%.2f"):format(wall), ("%.2f"):format(cpu),
    ("%.0f"):format(audio / wall) }
  result[name] = { wall_seconds = wall, cpu_seconds = cpu }
end
result.ratio = { wall = bench.ratio(results.redbook, results.cdrskin, "wall"),
  cpu = bench.ratio(results.redbook, results.cdrskin, "cpu") }
rows[#rows + 1] = { "ratio", (bench.cell(result.ratio.wall)), (bench.cell(result.ratio.cpu)), "" }
bench.show(("burn: %d tracks, %.0f s of music to an unpaced virtual disc (redbook decodes twice)")
  :format(TRACKS, audio), rows, result)
