-- SPDX-License-Identifier: GPL-3.0-or-later

local args = require "redbook.cli.args"

local function parse(...)
  return args.parse({ ... })
end

-- The options of a good command line, `verbose` only when it is on.
local function options(...)
  local parsed = assert(parse(...))
  parsed.verbose = parsed.verbose or nil
  return parsed
end

describe("cli.args", function()
  it("reads every option", function()
    assert.same({ device = "/dev/sr1", speed = 8, dummy = true, keep_open = true, append = true,
      eject = true, wait = 30, plan = true, json = true, yes = true, verbose = true,
      trace = "t.ndjson", files = { "a.m3u", "b.wav" } },
      options("--device", "/dev/sr1", "--speed", "8", "--dummy", "--keep-open", "--append",
        "--eject", "--wait=30", "--plan", "--json", "--yes", "--verbose", "--trace", "t.ndjson",
        "a.m3u", "b.wav"))
    assert.same({ multi = true, files = { "x" } }, options("--multi", "x"))
    assert.same({ device = "a", devices = { "a", "b" }, copies = 3, files = { "x" } },
      options("--device", "a", "dev=b", "--copies", "3", "x"))
    assert.same({ render_ahead = 800, files = { "x" } }, options("--render-ahead", "800", "x"))
    assert.same({ render_ahead = "off", files = { "x" } }, options("--render-ahead=off", "x"))
    assert.same({ help = true, files = {} }, options "--help")
    assert.same({ help = true, files = {} }, options "-h")
    assert.same({ version = true, files = {} }, options "--version")
  end)

  it("understands cdrecord's words", function()
    assert.same({ device = "/dev/sr0", speed = 4, dummy = true, multi = true, eject = true,
      verbose = true, files = { "l.m3u" } }, options("dev=/dev/sr0", "speed=4", "-dummy",
      "-multi", "-eject", "-v", "-tao", "-audio", "-pad", "l.m3u"))
    assert.same({ device = "d", dummy = true, yes = true, verbose = true, files = { "x" } },
      options("--dev", "d", "--simulate", "-n", "-v", "-vv", "x"))
    assert.same({ device = "virtual:a=b.cue", files = { "x" } },
      options("--dev=virtual:a=b.cue", "x"))
  end)

  it("leaves words after -- and values of options alone", function()
    assert.same({ json = true, files = { "-dummy", "dev=x", "--wait" } },
      options("--json", "--", "-dummy", "dev=x", "--wait"))
    assert.same({ trace = "dev=x", files = { "f" } }, options("--trace", "dev=x", "f"))
  end)

  it("lets the last of two count", function()
    assert.equal(8, options("--speed", "4", "speed=8", "x").speed)
  end)

  it("does not take the file after a bare --wait for its seconds", function()
    assert.same({ wait = 600, files = { "30" } }, options("--wait", "30"))
    assert.same({ wait = 0, files = { "x" } }, options("--wait=0", "x"))
    assert.same({ wait = 2.5, files = { "x" } }, options("--wait=2.5", "x"))
  end)

  it("reads speeds as people write them", function()
    for word, speed in pairs { ["8"] = 8, ["8x"] = 8, ["2.5X"] = 2.5, max = "max",
      ["-1"] = "max", min = "min", ["0"] = "min" } do
      assert.equal(speed, options("--speed=" .. word, "x").speed)
      assert.equal(speed, options("--speed", word, "x").speed)
    end
  end)

  it("says what is wrong in one line", function()
    local cases = {
      [{}] = "name a playlist or audio files",
      [{ "--json" }] = "name a playlist or audio files",
      [{ "--bogus", "x" }] = "unknown option '--bogus'",
      [{ "-Z", "x" }] = "unknown option '-Z'",
      [{ "-dao", "x" }] = "'-dao': redbook burns track at once only",
      [{ "-overburn", "x" }] = "'-overburn': redbook burns no more than the disc says it holds",
      [{ "-nofix", "x" }] = "'-nofix': --keep-open leaves the session open",
      [{ "fs=4m", "x" }] = "'fs=4m' looks like an option of cdrecord that redbook does not "
        .. "have; write ./fs=4m for a file of that name",
      [{ "--device" }] = "option '--device' requires an argument",
      [{ "--dummy=1", "x" }] = "option '--dummy' does not take arguments",
      [{ "--speed=fast", "x" }] = "--speed fast: a number like 8 (times 1x), 'min' or 'max'",
      [{ "--speed=-3", "x" }] = "--speed -3: a number like 8 (times 1x), 'min' or 'max'",
      [{ "--speed=nan", "x" }] = "--speed nan: a number like 8 (times 1x), 'min' or 'max'",
      [{ "--wait=soon", "x" }] = "--wait=soon: a number of seconds, up to 86400",
      [{ "--wait=-1", "x" }] = "--wait=-1: a number of seconds, up to 86400",
      [{ "--copies", "0", "x" }] = "--copies 0: a number, 1 to 999",
      [{ "--copies", "two", "x" }] = "--copies two: a number, 1 to 999",
      [{ "dev=a", "dev=b", "--copies=1", "x" }] = "--copies 1: there are 2 drives",
      [{ "dev=a", "dev=a", "x" }] = "--device a is there twice",
      [{ "--copies=2", "--trace=t", "x" }] =
        "--trace is of one disc: leave out --copies and further --device",
      [{ "dev=a", "dev=b", "--manifest", "m", "x" }] =
        "--manifest is of one disc: leave out --copies and further --device",
      [{ "dev=virtual:a.cue", "--copies=2", "x" }] = "a disc in files cannot be changed for the "
        .. "next one: name one for each copy, as in --device virtual:a.cue --device virtual:b.cue",
      [{ "--render-ahead", "-1", "x" }] = "--render-ahead -1: a number of MiB, or 'off'",
      [{ "--render-ahead", "half", "x" }] = "--render-ahead half: a number of MiB, or 'off'",
      [{ "--multi", "--keep-open", "x" }] =
        "--multi closes the session, --keep-open leaves it open: choose one",
      [{ "--trace=x.json", "--manifest=x.json", "x" }] =
        "--trace and --manifest name one file: name two",
    }
    for words, problem in pairs(cases) do
      assert.same({ nil, problem }, { args.parse(words) })
    end
  end)

  it("has a help text of every option within 79 columns", function()
    local help = args.help()
    for line in help:gmatch "[^\n]+" do assert.is_true(#line <= 79, line) end
    for _, option in ipairs { "--device ID", "--wait-for-disc[=SECONDS]", "--speed N", "--dummy",
      "--multi", "--keep-open", "--append", "--eject", "--plan", "--json", "--yes", "--verbose",
      "--trace FILE", "--help", "--version" } do
      assert.is_truthy(help:find("\n   " .. option, 1, true), option)
    end
    assert.is_truthy(help:find("^Usage: burn%.lua %[OPTION%]%.%.%. PLAYLIST|FILE%.%.%.\n"))
  end)

  it("knows who reads events, also in a command line that is wrong", function()
    assert.is_true(args.wants_json { "--bogus", "--json" })
    assert.is_false(args.wants_json { "--bogus", "--", "--json" })
    assert.is_false(args.wants_json {})
  end)
end)
