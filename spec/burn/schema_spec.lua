-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every event that redbook's programs write is as the schema says, and as the JSON Schema made
-- of it says to somebody else's validator.

local burn_lua = require "spec.burn.burn_lua"
local sandbox = require "spec.support.sandbox"
local schema = require "redbook.report.schema"
local write = require "redbook.report.schema.write"

-- An independent validator: Debian's python3-jsonschema.
local VALIDATE = [[
import json, sys, jsonschema
schema = json.load(open("schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for line in open("events.json", encoding="utf-8"):
    for problem in validator.iter_errors(json.loads(line)):
        print(line.strip()[:200], problem.message[:200])
]]

describe("the schema holds for", function()
  local room, lines = nil, {}

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "5")
    room:wav("J\u{F3}ga.wav", "6", "sine 300")
    room:must "sox -D -n -r 48000 -b 24 -c 2 loud.wav synth 5 square 300 gain 0 2>/dev/null"
    room:write("J\xF3.m3u", "#EXTM3U\n#EXTINF:1,Bj\u{F6}rk - J\u{F3}ga\nJ\u{F3}ga.wav\nloud.wav\n")
  end)
  teardown(function() room:close() end)

  -- The names of the events, in order and without repetition, each valid.
  local function events(code, script, words, before, environment)
    local command = ("%s %s %s %s/scripts/%s.lua --json %s"):format(sandbox.env, environment or "",
      before and sandbox.lua_within or sandbox.lua, sandbox.root, script, words)
    if before then command = before .. "sh -c " .. sandbox.quote(command) end
    local ended, out, err = sandbox.run(command, room.folder)
    assert.equal(code, ended, command .. "\n" .. out .. err)
    local names, seen = {}, {}
    for index, event in ipairs(burn_lua.decode(out)) do
      local ok, problem = schema.check(event)
      assert.is_true(ok, ("%s, event %d: %s"):format(script, index, problem))
      if not seen[event.event] then names[#names + 1] = event.event end
      seen[event.event] = true
    end
    lines[#lines + 1] = out
    return names
  end

  it("a burn and its verification", function()
    assert.same({ "begin", "ahead", "scan", "scanned", "plan", "prepare", "track", "progress",
      "track_done", "finish", "verify", "track_verified", "verified", "summary", "end" },
      events(0, "burn", "--yes --manifest m.json --device virtual:d.cue one.wav J\xF3.m3u"))
    assert.same({ "begin", "verify", "progress", "track_verified", "verified", "end" },
      events(0, "verify", "virtual:d.cue m.json"))
    assert.same({ "disc" }, events(0, "discinfo", "virtual:d.cue"))
    room:must "printf '\\1' | dd of=d.bin bs=1 seek=400000 conv=notrunc 2>/dev/null"
    assert.same({ "begin", "verify", "progress", "track_verified", "verified", "error", "end" },
      events(11, "verify", "virtual:d.cue m.json"))
  end)

  it("a plan, a simulation, a drive that becomes ready", function()
    assert.same({ "begin", "wait", "scan", "scanned", "plan", "end" },
      events(0, "burn", "--plan --device 'virtual:w.cue?ready=5' one.wav"))
    assert.same({ "begin", "remark", "scan", "scanned", "plan", "end" },
      events(0, "burn", "--plan one.wav"))
    assert.same({ "begin", "ahead", "scan", "scanned", "plan", "prepare", "track", "progress",
      "track_done", "finish", "remark", "summary", "end" },
      events(0, "burn", "--dummy --device virtual:s.cue one.wav"))
  end)

  it("failures before anything is written", function()
    assert.same({ "error", "end" }, events(2, "burn", "--bogus"))
    assert.same({ "begin", "error", "end" }, events(5, "burn", "--device virtual: one.wav"))
    assert.same({ "error", "end" }, events(6, "burn", "none.wav nor-this.wav"))
    assert.same({ "error" }, events(6, "discinfo", "none.cue"))
    assert.same({ "error", "end" }, events(2, "verify", "virtual:d.cue none.json"))
    assert.same({ "error", "end" }, events(3, "blank", "--device virtual:no/d.cue"))
  end)

  it("a burn that fails, and its rescue", function()
    room:write("faults.json", '[{"command":"WRITE","lba":600,"sense":"3/0C/00"}]')
    assert.same({ "begin", "ahead", "scan", "scanned", "plan", "prepare", "track", "progress",
      "track_done", "error", "end" },
      events(10, "burn", "--device /dev/sr0 one.wav J\u{F3}ga.wav", ("%s %s %s/scripts/vdrive.lua "
        .. "--disc f.cue --medium cd-rw --faults faults.json -- "):format(sandbox.env,
        sandbox.lua, sandbox.root)))
    assert.same({ "begin", "diagnosis", "end" }, events(0, "rescue", "--device virtual:f.cue"))
    local continued = events(0, "rescue", "--device virtual:f.cue --continue one.wav J\u{F3}ga.wav")
    assert.same({ "begin", "ahead", "scan", "scanned", "resume" },
      { table.unpack(continued, 1, 5) })
    events(0, "burn", "--yes --keep-open --device virtual:k.cue one.wav")
    assert.same({ "begin", "step", "progress", "diagnosis", "end" },
      events(0, "rescue", "--device virtual:k.cue --close"))
    assert.same({ "begin", "medium", "progress", "erased", "end" },
      events(0, "blank", "--yes --device virtual:f.cue"))
    assert.same({ "begin", "medium", "erased", "end" },
      events(0, "blank", "--device virtual:f.cue"))
  end)

  it("a set of two discs, gone on with", function()
    local before = "XDG_STATE_HOME=" .. room.folder .. "/state "
    local split = "--split order --minutes 0.15 --device virtual:x.cue one.wav J\u{F3}ga.wav"
    assert.same({ "begin", "scan", "scanned", "remark", "set", "set_disc", "plan", "end" },
      events(0, "burn", "--plan --split order --minutes 0.15 one.wav J\u{F3}ga.wav"))
    local names = events(5, "burn", split, nil, before)
    assert.same({ "begin", "ahead", "scan", "scanned", "set", "set_disc", "plan" },
      { table.unpack(names, 1, 7) })
    assert.same({ "disc_done", "error", "end" }, { table.unpack(names, #names - 2) })
    events(2, "burn", split, nil, before)
    room:write("faults.json", '[{"command":"WRITE","lba":300,"sense":"3/0C/00"}]')
    events(10, "burn", "--resume --device /dev/sr0", ("%s %s %s/scripts/vdrive.lua --disc y.cue "
      .. "--faults faults.json -- "):format(sandbox.env, sandbox.lua, sandbox.root), before)
    names = events(0, "burn", "--resume --device virtual:y.cue", nil, before)
    assert.same({ "begin", "set", "set_disc", "resume", "ahead" }, { table.unpack(names, 1, 5) })
    assert.same({ "set_done", "end" }, { table.unpack(names, #names - 1) })
    assert.same({ "begin", "ahead", "scan", "scanned", "set", "set_disc", "plan", "prepare",
      "track", "progress", "track_done", "finish", "verify", "track_verified", "verified",
      "summary", "disc_done", "insert", "wait", "error", "end" }, events(5, "burn", "--split fit "
      .. "--minutes 0.15 --wait=1 --device /dev/sr0 one.wav J\u{F3}ga.wav",
      ("%s %s %s/scripts/vdrive.lua --disc z.cue -- "):format(sandbox.env, sandbox.lua,
      sandbox.root), before .. "TMPDIR=/tmp "))
  end)

  it("what is rendered, drives, and what keeps them from burning", function()
    assert.same({ "render", "rendered", "end" }, events(0, "render", "--out files J\xF3.m3u"))
    assert.same({ "track_done", "end" }, events(0, "render", "--bin-cue --out disc one.wav"))
    events(0, "drives", "--probe")
    assert.same({ "doctor" }, events(5, "doctor", "--device virtual:d.cue"))
    assert.same({ "doctor" }, events(3, "doctor", "--device /dev/null"))
  end)

  it("somebody else's validator, too", function()
    assert.equal(0, (sandbox.run "python3 -c 'import jsonschema'"), "python3-jsonschema is missing")
    room:write("schema.json", write.json_schema())
    room:write("validate.py", VALIDATE)
    room:write("events.json", table.concat(lines))
    assert.equal("", room:must "python3 validate.py")
    assert.is_true(select(2, table.concat(lines):gsub("\n", "")) > 100)
    room:write("events.json", '{"redbook":1,"event":"end","exit":0,"odd":1}\n')
    assert.is_truthy(room:must("python3 validate.py"):find "is not valid under any")
  end)
end)
