-- SPDX-License-Identifier: GPL-3.0-or-later

local sandbox = require "spec.support.sandbox"

-- A program of its own for every case: `run` and the rest of its table as Lua text.
local function run(fields, words, environment)
  local code = ([[
    local common = require "redbook.cli.common"
    local failure = require "redbook.failure"
    local program = common.program { name = "look", summary = "Looks.", usage = "[OPTION]...",
      device = true, %s }
    os.exit(program.main(arg), true)]]):format(fields)
  local folder = sandbox.folder()
  sandbox.write(folder .. "/look", code)
  local result = { sandbox.run(("%s %s %s look %s"):format(sandbox.env, environment or "",
    sandbox.lua, words), folder) }
  sandbox.remove(folder)
  return result
end

local FAIL = [[run = function()
  return nil, failure.new { stage = "medium", code = 0xC0AA0202, message = "no disc",
    name = "E_IMAPI_RECORDER_MEDIA_NO_MEDIA", advice = "insert one" } end]]

describe("cli.common", function()
  it("prints a help text within 79 columns", function()
    local code, out, err = table.unpack(run("run = print, epilog = ('x '):rep(60)", "-h"))
    assert.same({ 0, "" }, { code, err })
    assert.is_truthy(out:find("^Usage: look%.lua %[OPTION%]%.%.%.\n\nLooks%.\n"))
    for line in out:gmatch "[^\n]+" do assert.is_true(#line <= 79, line) end
    for _, option in ipairs { "--device ID", "--trace FILE", "--json", "--verbose", "--help",
      "--version" } do
      assert.is_truthy(out:find("\n   " .. option, 1, true), option)
    end
  end)

  it("lets every program tell what it does, whatever else it needs", function()
    for _, name in ipairs { "blank", "burn", "discinfo", "doctor", "drives", "inlay", "render",
      "rescue", "vdrive", "verify", "watch" } do
      for _, word in ipairs { "--help", "-h" } do
        local code, out, err = sandbox.run(("%s %s %s/scripts/%s.lua %s"):format(sandbox.env,
          sandbox.lua, sandbox.root, name, word))
        assert.same({ 0, "", "Usage: " .. name .. ".lua " }, { code, err,
          out:match "^Usage: %l+%.lua " })
      end
    end
  end)

  it("prints the version", function()
    local version = require("redbook.core").version
    assert.same({ 0, "redbook " .. version .. "\n", "" }, run("run = print", "--version"))
  end)

  it("gives people text on standard output, and programs an object there", function()
    local fields = [[run = function(job)
      job:say("device " .. job.options.device)
      job:emit { event = "look", device = job.options.device, empty = require(
        "redbook.report.json").list {} }
      return true
    end]]
    assert.same({ 0, "device a\n", "" }, run(fields, "dev=a"))
    assert.same({ 0, '{"redbook":1,"event":"look","device":"a","empty":[]}\n', "device a\n" },
      run(fields, "--json --dev a"))
  end)

  it("ends with what the program gives", function()
    assert.same({ 12, "", "" }, run("run = function() return 12 end", ""))
    assert.same({ 12, '{"redbook":1,"event":"end","exit":12}\n', "" },
      run("events = true, run = function() return 12 end", "--json"))
  end)

  it("shows a failure as burn.lua does", function()
    assert.same({ 5, "", "look: no disc\ndisc: The disc is untouched.\n"
      .. "what to do: insert one\n" }, run(FAIL, ""))
    assert.same({ 5, "", "look: no disc (E_IMAPI_RECORDER_MEDIA_NO_MEDIA, 0xC0AA0202)\n"
      .. "disc: No disc was written to.\nwhat to do: insert one\n" },
      run("looks = true, " .. FAIL, "-v"))
    assert.same({ 5, '{"redbook":1,"event":"error","err":{"advice":"insert one",'
      .. '"code":3232367106,"disc":"untouched","message":"no disc",'
      .. '"name":"E_IMAPI_RECORDER_MEDIA_NO_MEDIA","stage":"medium"},"exit":5}\n',
      "look: no disc\ndisc: No disc was written to.\nwhat to do: insert one\n" },
      run("looks = true, " .. FAIL, "--json"))
  end)

  it("says what is wrong with the command line, also as JSON", function()
    local help = "look.lua --help lists the options"
    local rest = "\ndisc: The disc is untouched.\nwhat to do: " .. help .. "\n"
    assert.same({ 2, "", "look: unknown option '--no'" .. rest },
      run("run = print", "--no"))
    local check = "run = print, check = function() return nil, 'not today' end"
    assert.same({ 2, '{"redbook":1,"event":"error","err":{"advice":"' .. help .. '","disc":'
      .. '"untouched","message":"not today","stage":"arguments"},"exit":2}\n',
      "look: not today" .. rest }, run(check, "--json"))
    assert.equal(0, run(check, "--help")[1])
  end)

  it("opens the drive that is meant", function()
    local fields = [[run = function(job)
      local recorder, err = job:recorder()
      if not recorder then return nil, err end
      job:say(job.device .. " " .. recorder.ActiveDiscRecorder)
    end]]
    assert.same({ 0, "virtual:a.cue virtual:a.cue\n", "" }, run(fields, "dev=virtual:a.cue"))
    assert.same({ 0, "virtual:b.cue virtual:b.cue\n", "" },
      run(fields, "", "CDR_DEVICE=virtual:b.cue"))
    local code, out, err = table.unpack(run(fields, "--device virtual:a.cue?no=1"))
    assert.same({ 3, "" }, { code, out })
    assert.is_truthy(err:find "^look: [^\n]+\n")
  end)

  it("does not lose what it was to show without a word", function()
    local said = "look.lua: standard output cannot be written%s.\n"
    -- The second line would fit into the stream again.
    local lines = "run = function(job) job:say 'a' job:say 'b' return %s end"
    local looks = "looks = true, " .. lines
    assert.same({ 2, "", said:format "" }, run(looks:format "true", ">/dev/full"))
    assert.same({ 5, "", said:format "" }, run(looks:format "5", ">/dev/full"))
    assert.same({ 0, "", said:format "" }, run(lines:format "true", ">/dev/full"))
    assert.same({ 0, "a\nb\n", "" }, run(looks:format "true", ""))
    local object = "looks = true, run = function(job) job:emit { event = 'a' } return true end"
    assert.same({ 2, "", said:format "; going on without it" }, run(object, "--json >/dev/full"))
    for _, word in ipairs { "--help", "--version" } do
      assert.same({ 2, "", said:format "" }, run("run = print", word .. " >/dev/full"))
    end
  end)

  it("calls a mistake of its own one", function()
    local code, _, err = table.unpack(run("run = function() error 'oops' end", ""))
    assert.equal(1, code)
    assert.is_truthy(err:find("^look: a mistake in redbook itself: [^\n]*oops\ndisc: [^\n]+\n"
      .. "what to do: report it [^\n]+\n.*stack traceback"))
  end)
end)
