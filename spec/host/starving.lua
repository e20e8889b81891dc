-- SPDX-License-Identifier: GPL-3.0-or-later
-- Jobs in a state of their own (spec/support/starved.c) whose memory ends at the n-th request, and
-- what must be true afterwards however far they got.

local assert = require "luassert"
local burner = require "spec.support.burner"
local core = require "redbook.core"
local lfs = require "lfs"
local posix = require "posix"
local sandbox = require "spec.support.sandbox"
local starved = require "starved"
local tone = require "spec.support.tone"

local starving = {}
starving.__index = starving

-- So many requests fail after the n-th: its repetition (Lua tries again when it has collected
-- garbage), or all there will ever be.
starving.ONCE, starving.FOR_EVER = 1, 1 << 40

local SECTORS = 300

local HEAD = [[
local folder = ...
local function need(value, err)
  if value ~= nil then return value end
  local problem = type(err) == "table" and err.problems and err.problems[1]
  error(problem and problem.message or err, 0)
end
]]

-- A track of a file that is resampled, one of a function; read back and compared.
starving.BURN = HEAD .. [[
local core = require "redbook.core"
local virtual <close> = need(core.VirtualRecorder { path = folder .. "/disc.cue" })
local recorder <close> = need(virtual:Recorder())
local tao <close> = need(core.TrackAtOnce())
tao.Recorder, tao.ClientName, tao.FifoBytes = recorder, "starved", 1 << 20
tao.OnUpdate = function() end
need(tao:PrepareMedia())
need(tao:AddAudioTrack(folder .. "/one.wav", { ISRC = "USRC17607839" }))
local left = 4
need(tao:AddAudioTrack(function(bytes)
  left = left - 1
  return left >= 0 and ("\1\2\3\4"):rep(bytes // 4) or nil
end))
need(tao:ReleaseMedia())
local check <close> = need(core.Verification())
check.Recorder = recorder
for _, track in ipairs(tao.WrittenTracks) do need(check:AddTrack(track)) end
need(check:VerifyMedia())
need(recorder:MediaSummary())
need(recorder:DiscContents())
return "burned"
]]

-- A whole job by the recipe, with a trace, on a disc that is erased first.
starving.RECIPE = HEAD .. [[
local redbook = require "redbook"
local virtual <close> = need(redbook.VirtualRecorder { path = folder .. "/disc.cue",
  medium = "cd-rw" })
need(virtual:AddFault { command = "READ CD", reply = ("\0"):rep(2352), times = 1, lba = 299000 })
local recorder <close> = need(virtual:Recorder { trace = folder .. "/trace" })
need(redbook.recipe.erase_disc(recorder, { full = true }))
local entries = need(redbook.playlist.collect { folder .. "/mix.m3u" }).entries
local result = need(redbook.recipe.burn_playlist(recorder, entries, { keep_open = true }))
local examination = need(recorder:Examine())
assert(#examination.Tracks == 2 and result.tracks == 2)
need(redbook.recipe.rescue(recorder, { action = "close" }))
return "burned"
]]

-- What is there beside burning.
starving.REST = HEAD .. [[
local core = require "redbook.core"
local source <close> = need(core.AudioSource { path = folder .. "/one.wav", start = 10,
  length = 100 })
need(source:Scan())
local out <close> = need(io.open(folder .. "/out.raw", "wb"))
need(source:Render(out))
do
  local named <close> = need(core.Recorder("virtual:" .. folder .. "/there.cue?ready=1"))
  local again <close> = need(core.Recorder("virtual:" .. folder .. "/there.cue"))
  need(named:WaitReady(10))
  need(again:DiscContents())
end
local virtual <close> = need(core.VirtualRecorder { path = folder .. "/there.cue" })
local server <close> = need(virtual:Serve())
local watch <close> = need(core.DiscMaster():Watch())
need(core.read_image(folder .. "/there.cue"))
need(core.sha256_file(folder .. "/there.cue"))
local replay <close> = need(core.Recorder("replay:" .. folder .. "/there.trace"))
need(replay:MediaSummary())
return "done"
]]

-- Each decoder, with all that sound can be put through.
starving.SOUND = HEAD .. [[
local core = require "redbook.core"
for _, name in ipairs { "a.m4a", "a.flac", "a.mp3", "a.ogg", "a.opus" } do
  local source <close> = need(core.AudioSource { path = folder .. "/" .. name, quality = "vhq",
    dither = "shaped", limit = true, loudness = true })
  assert(source.Tags and source.Format)
  need(source:Scan())
  source.Gain = 3
  need(source:Scan())
  assert(source.Peak and source.Loudness)
end
return "done"
]]

local ENCODE = [[
set -e
sox -R plain.wav -r 48000 -b 24 one.wav
ffmpeg -v error -i plain.wav -metadata title=x -metadata artist=y a.m4a
flac -s -T TITLE=x -T 'REPLAYGAIN_TRACK_GAIN=-3 dB' -o a.flac plain.wav
lame --quiet --ta x --tt y plain.wav a.mp3
oggenc -Q -o a.ogg plain.wav
opusenc --quiet plain.wav a.opus
]]

local function entries_of(folder)
  local count = 0
  for _ in lfs.dir(folder) do count = count + 1 end
  return count
end

---A folder with sounds, and a disc that is there already.
function starving.new()
  local self = setmetatable({ folder = sandbox.folder() }, starving)
  self.disc = self.folder .. "/disc.cue"
  local pcm = tone.pcm({ 440, 550, 660, 880 }, 1)
  self.pcm = pcm
  sandbox.write(self.folder .. "/plain.wav", tone.wav(pcm))
  sandbox.write(self.folder .. "/mix.m3u", "#EXTM3U\n#EXTINF:4,A - B\nplain.wav\none.wav\n")
  local code, _, err = sandbox.run("{ " .. ENCODE .. "}", self.folder)
  assert(code == 0, err)
  self:make_disc()
  collectgarbage() -- what busted has left open
  self.open = entries_of "/proc/self/fd"
  self.threads = entries_of "/proc/self/task"
  return self
end

function starving:make_disc()
  local virtual <close> = assert(core.VirtualRecorder { path = self.folder .. "/there.cue" })
  local recorder <close> = assert(virtual:Recorder())
  local tao <close> = core.TrackAtOnce()
  tao.Recorder, tao.ClientName = recorder, "spec"
  assert(tao:PrepareMedia())
  assert(tao:AddAudioTrack(self.folder .. "/plain.wav"))
  assert(tao:ReleaseMedia())
  local traced <close> = assert(virtual:Recorder { trace = self.folder .. "/there.trace" })
  assert(traced:MediaSummary())
end

function starving:close() sandbox.remove(self.folder) end

---@param code string
---@param kind "lua"|"c" whose request fails
---@param at integer number of the request, 0: none
---@param more integer
---@return boolean ok
---@return string said
---@return integer requests of that kind
function starving:run(code, kind, at, more)
  for _, name in ipairs { "disc.cue", "disc.bin", "disc.pre", "trace", "out.raw" } do
    os.remove(self.folder .. "/" .. name)
  end
  local ok, said, lua, c = starved.run(code, self.folder, kind, at, more)
  return ok, said, kind == "lua" and lua or c
end

-- What a job that was refused memory, or a thread, may say. The last is the virtual drive's own
-- want, which its host hears as sense data.
local REASONS = { "not enough memory", "E_OUTOFMEMORY", "out of memory", "no memory",
  "cannot start the thread", "cannot start the feeder thread", "no thread for",
  "internal target failure" }

local function is_want(said)
  for _, reason in ipairs(REASONS) do
    if said:find(reason) then return true end
  end
  return false
end

-- A thread that was joined may be listed for a moment.
local function settled(count, wanted)
  local give_up = posix.monotonic() + 60
  while count() ~= wanted and posix.monotonic() < give_up do posix.sleep(0.002) end
  return count()
end

-- Another program's look at a disc.
local function look(path)
  local virtual <close> = assert(core.VirtualRecorder { path = path })
  local recorder <close> = assert(virtual:Recorder())
  local free, err = recorder:AcquireExclusiveAccess(false, "another program")
  if not free then return { locked = tostring(err) } end
  assert(recorder:ReleaseExclusiveAccess())
  local view = virtual:View()
  return { incomplete = view.IncompleteTracks, status = view.DiscStatus, tracks = view.Tracks,
    usable = recorder:MediaSummary() ~= nil }
end

local COMPLETE = 2

function starving:right_sound()
  local data = sandbox.read(self.folder .. "/disc.bin")
  return data:find(self.pcm:sub(1, SECTORS * burner.SECTOR), 1, true) == 1
end

---Starves the job and looks at what is left of it; fails with the number of the request.
---@param code string
---@param kind "lua"|"c"
---@param at integer
---@param more integer
---@return boolean ok the job went well all the same
function starving:check(code, kind, at, more)
  local ok, said = self:run(code, kind, at, more)
  local what = ("request %d in %s, and %d more: %s"):format(at, kind, more, said)
  assert.is_true(ok or is_want(said), what)
  local disc = look(self.disc)
  assert.is_nil(disc.locked, what)
  assert.same({ 0, true }, { disc.incomplete, disc.usable }, what)
  if ok and said == "burned" then
    assert.same({ COMPLETE, 2 }, { disc.status, disc.tracks }, what)
    if code == starving.RECIPE then assert.is_true(self:right_sound(), what) end
  end
  assert.is_nil(look(self.folder .. "/there.cue").locked, what)
  assert.equal(self.open, entries_of "/proc/self/fd", what)
  assert.equal(self.threads, settled(function() return entries_of "/proc/self/task" end,
    self.threads), what)
  return ok
end

---Starves it at every `step`-th request, once and for ever.
---@param code string
---@param kind "lua"|"c"
---@param step integer
---@return integer requests that it makes
---@return integer failed runs
function starving:check_all(code, kind, step)
  local ok, said, requests = self:run(code, kind, 0, 0)
  assert.is_true(ok, said)
  local failed = 0
  for at = 1, requests, step do
    for _, more in ipairs { starving.ONCE, starving.FOR_EVER } do
      if not self:check(code, kind, at, more) then failed = failed + 1 end
    end
  end
  return requests, failed
end

return starving
