-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make bench`: twenty WAV tracks of 44.1 kHz, 16 bit, burned to a virtual disc whose clock is
-- simulated, by redbook and by cdrskin through vdrive.lua. The two take turns; what counts is the
-- ratio of each pair; cdrskin compares nothing afterwards, so redbook does not either. Prints a
-- table and, as its last line, JSON.

local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"
local burner = require "spec.support.burner"
local posix = require "posix"

-- cdrskin reckons with 2505 sectors more for each track: 62 minutes of music is what it takes.
local TRACKS, SECTORS, RUNS = 20, 14000, 5

local folder = sandbox.folder()
local wav = folder .. "/track.wav"
sandbox.write(wav, burner.wav(burner.pcm(SECTORS, 5)))
local list = (wav .. " "):rep(TRACKS)
local script = sandbox.quote(sandbox.root) .. "/scripts/%s.lua"

local tools = {
  { name = "redbook", command = ("%s %s %s --yes --no-verify --device 'virtual:%s/disc.cue' %s")
    :format(sandbox.env, sandbox.lua, script:format "burn", folder, list) },
  { name = "cdrskin", command = ("%s %s %s --disc %s/disc.cue -- "
    .. "cdrskin dev=/dev/sr0 -tao -audio %s")
    :format(sandbox.env, sandbox.lua, script:format "vdrive", folder, list) },
}

local function seconds(tool)
  for _, kind in ipairs { "cue", "bin", "pre", "cdt" } do os.remove(folder .. "/disc." .. kind) end
  local began = posix.monotonic()
  local code, _, err = sandbox.run(tool.command)
  local took = posix.monotonic() - began
  if code ~= 0 then error(("%s: exit %d\n%s"):format(tool.name, code, err)) end
  return took
end

local function median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2]
end

local times, ratios = { redbook = {}, cdrskin = {} }, {}
for run = 0, RUNS do
  local took = {}
  for _, tool in ipairs(tools) do took[tool.name] = seconds(tool) end
  if run > 0 then -- the first pair warms up
    for name, value in pairs(took) do table.insert(times[name], value) end
    ratios[run] = took.redbook / took.cdrskin
  end
end
sandbox.remove(folder)

local audio = TRACKS * SECTORS / 75
local result = { bench = "burn", audio_seconds = audio, runs = RUNS,
  redbook_seconds = median(times.redbook), cdrskin_seconds = median(times.cdrskin),
  ratio = median(ratios), redbook_times_real_time = audio / median(times.redbook) }
print(("burn: %d tracks, %.0f s of music; medians of %d pairs"):format(TRACKS, audio, RUNS))
print(("  redbook  %6.2f s  %7.0f x real time (decoded twice, fingerprints)")
  :format(result.redbook_seconds, result.redbook_times_real_time))
print(("  cdrskin  %6.2f s  %7.0f x real time"):format(result.cdrskin_seconds,
  audio / result.cdrskin_seconds))
print(("  ratio    %6.2f"):format(result.ratio))
print(cjson.encode(result))
