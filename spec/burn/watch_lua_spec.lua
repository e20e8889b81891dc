-- SPDX-License-Identifier: GPL-3.0-or-later
-- watch.lua as a process of its own, on a virtual drive whose discs somebody changes: what it
-- burns, what it gives back, what it leaves when it is stopped or killed.

local burn_lua = require "spec.burn.burn_lua"
local cjson = require "cjson"
local core = require "redbook.core"
local pause = require "redbook.pause"
local sandbox = require "spec.support.sandbox"
local schema = require "redbook.report.schema"

describe("watch.lua", function()
  local room, virtual, server, discs

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "5")
    room:wav("two.wav", "6", "sine 300")
    room:must "sox -D -r 44100 -n -b 16 -c 2 long.flac synth 720 sine 440 gain -6"
    assert.equal(0, (room:burn "--yes --no-verify --device virtual:old.cue two.wav"))
  end)
  teardown(function() room:close() end)
  before_each(function() room:must "rm -rf in out err code pid [a-n]*.cue [a-n]*.bin; mkdir in" end)
  after_each(function()
    if room:has "pid" and not room:has "code" then room:must "kill -KILL $(cat pid)" end
    if server then server:Close() end
    if virtual then virtual:Close() end
    server, virtual = nil, nil
  end)

  local function drive(first, clock)
    virtual = assert(core.VirtualRecorder { path = first and ("%s/%s.cue"):format(room.folder,
      first), clock = clock, personality = clock and "brisk" or nil })
    server = assert(virtual:Serve())
  end

  local function job(name, files, settings)
    room:write("in/" .. name, cjson.encode { redbook = 1, job = 1, files = files,
      settings = settings })
  end

  -- In the background, as `pid`; its exit code will be in `code`.
  local function start(words)
    room:write("run.sh", ([[
      { sh -c 'echo $$ >pid; exec %s %s/scripts/watch.lua --json --device /dev/sr0 %s in' \
        >>out 2>>err; echo $? >code.new; mv code.new code; } &
    ]]):format(sandbox.lua_within, sandbox.root, words or ""))
    room:must "rm -f code pid out err"
    room:must(("export %s REDBOOK_VDRIVE_SOCKET=%s REDBOOK_VDRIVE_NODE=/dev/sr0 LD_PRELOAD=%s; "
      .. "sh run.sh"):format(sandbox.env, server:Socket(), server:Library()))
  end

  -- Someone with blank discs stands beside it until `condition` holds.
  local function attend(condition, what)
    for _ = 1, 10000 do
      if condition() then return end
      local empty = virtual:View().TrayOpen and discs and discs[1]
      -- Whoever has just ejected may still hold the drive.
      if empty and virtual:Insert { path = ("%s/%s.cue"):format(room.folder, empty) } then
        table.remove(discs, 1)
      end
      pause(0.02)
    end
    error(what .. " did not happen\n" .. room:read "out" .. room:read "err")
  end

  local function file(name) return function() return room:has(name) end end
  local function said(pattern)
    return function() return room:has "out" and room:read("out"):find(pattern) ~= nil end
  end

  local function kill(signal)
    room:must(("kill -%s $(cat pid)"):format(signal))
    attend(file "code", "its end")
    return tonumber(room:read "code")
  end

  -- A result without what changes from run to run, its manifest's part in few words.
  local function result(name)
    local made = cjson.decode(room:read("in/" .. name))
    assert.is_truthy(made.begun:find "^%d+%-%d+%-%d+T" and made.ended >= made.begun)
    made.begun, made.ended = nil, nil
    if made.error then made.error = { made.error.stage, made.error.message, made.error.signal } end
    local manifest = made.manifest
    made.manifest = manifest and { #manifest.tracks, manifest.result.disc, manifest.result.ok }
    return made
  end

  local function listing()
    return room:must "cd in && find . -type f ! -name '.*' | LC_ALL=C sort | tr '\n' ' '"
  end

  local function check_events()
    local states = {}
    for index, event in ipairs(burn_lua.decode(room:read "out")) do
      local ok, problem = schema.check(event)
      assert.is_true(ok, ("event %d: %s"):format(index, problem))
      if event.event == "job" then
        states[#states + 1] = ("%s %s"):format(event.state, event.job:match "[^/]*$")
      end
    end
    return states
  end

  it("burns what comes, one after the other, and says of each what became of it #long", function()
    drive "old"
    discs = { "a", "c", "e" }
    job("a.json", { "../one.wav", "../two.wav" }, { speed = 8 })
    room:write("in/b.json", '{"redbook":1,"job":1,"files":["../one.wav"],"sped":8}')
    room:write("in/c.json", '{"redbook":1,"job":1,"files":["../two')
    job("d.json", { "../one.wav" }, { append = true })
    job("e.json", { "../one.wav" }, { no_verify = true, multi = true })
    job("f.json", { "gone.wav" })
    job(".g.json", { "../one.wav" })
    start()
    attend(file "in/done/a.result.json", "the first job")
    job("c.json", { "../two.wav" })
    attend(said '"state":"done".*"state":"done".*"state":"done"', "the last job")
    attend(file "in/failed/f.result.json", "the end")
    assert.equal(0, kill "TERM")
    assert.equal("./done/a.json ./done/a.result.json ./done/c.json ./done/c.result.json "
      .. "./done/e.json ./done/e.result.json ./failed/b.json ./failed/b.result.json "
      .. "./failed/d.json ./failed/d.result.json ./failed/f.json ./failed/f.result.json ",
      listing())
    assert.is_true(room:has "in/.g.json")
    local function good(name, tracks, disc)
      return { redbook = 1, job_result = 1, job = "done/" .. name .. ".json", device = "/dev/sr0",
        exit = 0, ok = true, disc = disc, manifest = { tracks, disc, true } }
    end
    local function bad(name, exit, stage, message)
      return { redbook = 1, job_result = 1, job = "failed/" .. name .. ".json",
        device = "/dev/sr0", exit = exit, ok = false, disc = "untouched",
        error = { stage, message } }
    end
    assert.same(good("a", 2, "finalised"), result "done/a.result.json")
    assert.same(good("c", 1, "finalised"), result "done/c.result.json")
    assert.same(good("e", 1, "appendable"), result "done/e.result.json")
    assert.same(bad("b", 2, "arguments", "in/b.json: unknown member 'sped'; known are: catalog, "
      .. "comment, files, job, redbook, settings, tracks"), result "failed/b.result.json")
    assert.same(bad("d", 2, "arguments", "in/d.json: settings.append: watch.lua burns blank discs "
      .. "only"), result "failed/d.result.json")
    assert.same(bad("f", 6, "source", "a source is missing or cannot be used"),
      result "failed/f.result.json")
    assert.is_true(room:sectors("a.bin", 0, 375) == room:pcm "one.wav")
    assert.is_true(room:sectors("a.bin", 375 + 152, 450) == room:pcm "two.wav")
    -- e.json does not wait for c.json, which is still being written: it may be burned before it.
    local second, third = room:read "c.bin", room:read "e.bin"
    if #second > #third then second, third = third, second end
    assert.is_true(second:sub(1, 375 * 2352) == room:pcm "one.wav")
    assert.is_true(third:sub(1, 450 * 2352) == room:pcm "two.wav")
    assert.is_truthy(room:read("err"):find("Note: the disc is not blank: it holds 1 track and is "
      .. "closed; it is given back\n", 1, true), room:read "err")
    assert.is_true(virtual:View().TrayOpen)
    local states = check_events()
    assert.same({ 12, "taken a.json", "done a.json" }, { #states, states[1], states[2] })
  end)

  it("ends a burn in order when it is told to, and leaves the other jobs", function()
    drive("k", "real")
    job("a.json", { "../one.wav", "../long.flac" })
    job("b.json", { "../one.wav" })
    start()
    attend(said '"action":"writing".*"number":2', "the second track")
    assert.equal(143, kill "TERM", room:read "out" .. room:read "err")
    assert.equal("./b.json ./failed/a.json ./failed/a.result.json ", listing())
    assert.same({ redbook = 1, job_result = 1, job = "failed/a.json", device = "/dev/sr0",
      exit = 143, ok = false, disc = "open", manifest = { 1, "open", false },
      error = { "interrupted", "interrupted by SIGTERM", "TERM" } }, result "failed/a.result.json")
    assert.is_false(virtual:View().Prevented)
    -- The drive hears of the end of a process a moment later.
    attend(function() return not virtual:View().Held end, "the letting go")
    assert.same({ "taken a.json", "failed a.json" }, check_events())
  end)

  it("does not burn again what it was killed in, and goes on with the next job #long", function()
    drive("k", "real")
    job("a.json", { "../one.wav", "../long.flac" })
    job("b.json", { "../one.wav" }, { no_verify = true })
    start()
    attend(said '"action":"writing".*"number":2', "the second track")
    assert.equal(137, kill "KILL")
    assert.equal("./b.json ./working/a.json ", listing())
    discs = { "l" }
    start()
    attend(file "in/done/b.result.json", "the next job")
    assert.equal(0, kill "INT")
    assert.equal("./done/b.json ./done/b.result.json ./failed/a.json ./failed/a.result.json ",
      listing())
    assert.same({ redbook = 1, job_result = 1, job = "failed/a.json", device = "/dev/sr0",
      exit = 10, ok = false, disc = "open", error = { "burn", "watch.lua was ended while it worked "
        .. "on this job; the disc that is in the drive now is appendable" } },
      result "failed/a.result.json")
    assert.is_true(room:sectors("l.bin", 0, 375) == room:pcm "one.wav")
    assert.same({ "taken a.json", "failed a.json", "taken b.json", "done b.json" }, check_events())
  end)

  it("puts a job back that the drive had no time for, as long as nothing is written #long",
    function()
      drive "k"
      -- A burn begins five times before it gives up.
      virtual:AddFault { command = "MODE SELECT", sense = "2/04/07", times = 6 }
      job("a.json", { "../one.wav" }, { no_verify = true })
      start()
      attend(file "in/done/a.result.json", "the job")
      assert.equal(0, kill "TERM")
      assert.same({ "taken a.json", "left a.json", "taken a.json", "done a.json" }, check_events())
      assert.is_true(room:sectors("k.bin", 0, 375) == room:pcm "one.wav")
    end)

  it("ends at once while it waits, and lets nobody else into its folder", function()
    drive()
    job("a.json", { "../one.wav" })
    start()
    attend(said "waiting for a blank disc for a.json", "the waiting")
    local code, _, err = sandbox.run(("%s %s %s/scripts/watch.lua --device virtual:z.cue in")
      :format(sandbox.env, sandbox.lua, sandbox.root), room.folder)
    assert.same({ 4, "watch: in is watched by another process\ndisc: The disc is untouched.\nwhat "
      .. "to do: let that one burn the jobs\n" }, { code, err })
    assert.equal(0, kill "HUP")
    assert.equal("./a.json ", listing())
  end)

  it("burns what is there with --once, and says what is left", function()
    drive "m"
    local function once(words)
      return sandbox.run(("%s %s %s/scripts/watch.lua --once --quiet %s"):format(sandbox.env,
        sandbox.lua, sandbox.root, words), room.folder)
    end
    assert.same({ 0, "", "" }, { once "--device virtual:m.cue in" })
    job("a.json", { "../one.wav" })
    job("b.json", { "../one.wav" })
    local code, out, err = once "--device virtual:m.cue in"
    assert.same({ 5, "", "./b.json ./done/a.json ./done/a.result.json " }, { code, out, listing() })
    assert.is_truthy(err:find("^watch: there is no disc in the drive\n"), err)
    assert.equal(5, (once "--wait-for-disc=1 --device virtual: in"))
    room:must "rm in/b.json"
    job("m.json", { "../one.wav" }, { manifest = "m.manifest.json", no_verify = true })
    assert.equal(0, (once "--device virtual:n.cue in"))
    room:must "rm n.cue n.bin"
    assert.equal(0, (once "--device virtual: in"))
    assert.equal("./done/a.json ./done/a.result.json ./done/m.json ./done/m.result.json "
      .. "./m.manifest.json ", listing())
    room:must "rm in/m.manifest.json in/done/m.*"
    job("a.json", { "gone.wav" })
    job("b.json", { "../one.wav" })
    assert.equal(6, (once "--device virtual:n.cue in"))
    assert.equal(2, (once "--device virtual:n.cue none"))
    assert.same({ 2, "", "watch: name the folder that job files are put into\ndisc: The disc is "
      .. "untouched.\nwhat to do: watch.lua --help lists the options\n" }, { once "" })
    job("a.json", { "../one.wav" })
    assert.equal(0, (once "--device virtual:o.cue in/"))
    assert.equal("./done/a-2.json ./done/a-2.result.json ./done/a.json ./done/a.result.json "
      .. "./done/b.json ./done/b.result.json ./failed/a.json ./failed/a.result.json ", listing())
    room:must "rm o.cue o.bin"
  end)
end)
