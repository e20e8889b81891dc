-- SPDX-License-Identifier: GPL-3.0-or-later
-- --trace of all programs: it destroys nothing, and says when it lacks something.

local burn_lua = require "spec.burn.burn_lua"
local sandbox = require "spec.support.sandbox"

describe("--trace", function()
  local room

  setup(function()
    room = burn_lua.room()
    room:wav("one.wav", "4")
    assert.equal(0, (room:burn "--yes --quiet --device virtual:d.cue one.wav"))
  end)
  teardown(function() room:close() end)

  local function program(name, words)
    return sandbox.run(("%s %s %s/scripts/%s.lua %s"):format(sandbox.env, sandbox.lua,
      sandbox.root, name, words), room.folder)
  end

  local PROGRAMS = {
    { "burn", "--yes --quiet --device virtual:new.cue %s one.wav", "The disc is untouched." },
    { "burn", "--plan --device virtual:new.cue %s one.wav", "The disc is untouched." },
    { "burn", "--split fit --yes --quiet --device virtual:new.cue %s one.wav",
      "The disc is untouched." },
    { "discinfo", "--device virtual:d.cue %s", "No disc was written to." },
    { "rescue", "--device virtual:d.cue %s", "The disc is untouched." },
    { "blank", "--yes --device virtual:d.cue %s", "The disc is untouched." },
    { "vdrive", "--disc d.cue %s -- true", "No disc was written to." },
  }

  it("leaves a file alone that is no trace", function()
    local sound = room:read "one.wav"
    for _, case in ipairs(PROGRAMS) do
      local code, out, err = program(case[1], case[2]:format "--trace one.wav")
      assert.same({ 2, "", ("%s: writing the trace to one.wav would destroy a file that is no trace"
        .. "\ndisc: %s\nwhat to do: remove it, or name another file for %s\n"):format(case[1],
        case[3], case[1] == "vdrive" and "the trace." or "--trace") }, { code, out,
        (err:gsub("what to do: R", "what to do: r")) }, case[1])
      assert.is_true(sound == room:read "one.wav")
    end
    assert.is_false(room:has "new.cue")
  end)

  it("replaces an older one, and writes to pipes and devices", function()
    for _ = 1, 2 do
      assert.equal(0, (program("discinfo", "--device virtual:d.cue --trace t.json")))
      local _, lines = room:read "t.json":gsub('"redbook_trace"', "")
      assert.equal(1, lines)
    end
    local trace = room:read "t.json"
    room:must "mkfifo pipe"
    local words = "--device virtual:d.cue --trace %s"
    -- Each open drive opens it anew; descriptor 3 keeps it, and room for all of a short trace.
    local code, out = sandbox.run(("exec 3<>pipe; %s %s %s/scripts/discinfo.lua %s >/dev/null || "
      .. "exit 1; dd bs=65536 count=1 status=none <&3"):format(sandbox.env, sandbox.lua,
      sandbox.root, words:format "pipe"), room.folder)
    assert.equal(0, code)
    local _, _, err = program("discinfo", words:format "/dev/stderr 2>&1 >/dev/null | cat >&2")
    local function commands(text) return (text:gsub('"t_us":%d+', ""):gsub('"ms":[%d.]+', "")) end
    assert.equal(commands(trace), commands(out))
    assert.equal(commands(trace), commands(err))
  end)

  it("says that it could not be written, and why, while the work goes on", function()
    for index, case in ipairs(PROGRAMS) do
      local words = case[2]:format("--trace /dev/full"):gsub("new.cue", index .. ".cue")
      if case[1] ~= "blank" then
        local code, _, err = program(case[1], words)
        -- vdrive's program does not open its drive: there is nothing to record.
        assert.same({ 0, case[1] == "vdrive" and "" or case[1] .. ".lua: the trace /dev/full is "
          .. "not complete: No space left on device\n" }, { code, err }, case[1])
      end
    end
    assert.equal("finalised yes", room:remarks "1.cue"[4])
    local code, events = room:events "--device virtual:e.cue --trace /dev/full one.wav"
    assert.equal(0, code)
    assert.same({ { redbook = 1, event = "remark", name = "trace",
      message = "the trace /dev/full is not complete: No space left on device" },
      { redbook = 1, event = "end", exit = 0 } }, { events[#events - 1], events[#events] })
    -- A single object stays one.
    local _, out = program("discinfo", "--json --device virtual:d.cue --trace /dev/full")
    assert.same({ 1, "disc" }, { #burn_lua.decode(out), burn_lua.decode(out)[1].event })
    assert.equal("vdrive.lua: the trace /dev/full is not complete: No space left on device\n",
      select(3, program("vdrive", "--disc d.cue --trace /dev/full -- sh -c "
        .. "'dd if=/dev/sr0 of=/dev/null count=1 2>/dev/null'")))
  end)
end)
