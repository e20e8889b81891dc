-- SPDX-License-Identifier: GPL-3.0-or-later
-- What stands on a terminal: in a pseudo-terminal of script(1), and on the screen of tmux.

local burn_lua = require "spec.burn.burn_lua"
local columns = require "redbook.report.columns"
local sandbox = require "spec.support.sandbox"
local screen = require "spec.support.screen"

local TITLES = { "Jóga", "無罪モラトリアム 丸の内サディスティック という長い曲名",
  "A very long title that no terminal of forty columns can hold, nor one of eighty columns" }

describe("on a terminal", function()
  local room

  setup(function()
    room = burn_lua.room()
    local list = "#EXTM3U\n"
    for index, title in ipairs(TITLES) do
      room:wav(index .. ".wav", tostring(4 + index))
      list = ("%s#EXTINF:1,Björk - %s\n%d.wav\n"):format(list, title, index)
    end
    room:write("list.m3u", list)
    room:write("bad.m3u", "#EXTM3U\nno such file.wav\n\27[31mred.wav\n")
  end)
  teardown(function() room:close() end)
  before_each(function() room:must "rm -f d.*" end)

  local function program(name, words)
    return ("%s %s %s/scripts/%s.lua %s"):format(sandbox.env, sandbox.lua, sandbox.root, name,
      words)
  end

  -- All that is written to a terminal, and the exit code.
  local function written(width, command, env)
    local code, out = sandbox.run(("script -qec %s /dev/null"):format(sandbox.quote(
      ("stty cols %d; env -u COLUMNS -u NO_COLOR TERM=xterm %s %s"):format(width, env
        or "LC_ALL=C.UTF-8", command))), room.folder)
    return out, code
  end

  -- The lines that were ever drawn, without what steers the terminal.
  local function lines_of(out)
    local list = {}
    for line in (out:gsub("\27%[[%d;]*%a", "")):gmatch "[^\r\n]+" do list[#list + 1] = line end
    return list
  end

  local function fits(width, out)
    local list = lines_of(out)
    for _, line in ipairs(list) do
      assert.is_true(columns.width(line) <= width, line)
      assert.is_nil(line:find "%c", line)
    end
    return list
  end

  for _, width in ipairs { 40, 80 } do
    it(("of %d columns no line is wider, and nothing but redrawing steers it"):format(width),
      function()
        local out, code = written(width, program("burn", "--yes --device virtual:d.cue list.m3u"))
        assert.equal(0, code)
        assert.is_true(#fits(width, out) > 20)
        for steer in out:gmatch "\27%[([%d;]*%a)" do
          assert.is_truthy(({ K = true, J = true, ["1m"] = true, ["0m"] = true, ["33m"] = true,
            ["32m"] = true })[steer], steer)
        end
        out, code = written(width, program("burn", "--device virtual:d.cue bad.m3u"))
        assert.equal(6, code)
        fits(width, out)
        out, code = written(width, program("burn", "--device virtual:d.cue list.m3u"))
        assert.equal(5, code)
        fits(width, out)
      end)
  end

  it("without UTF-8 everything is ASCII", function()
    local out = written(40, program("burn", "--yes --device virtual:d.cue list.m3u"), "LC_ALL=C")
    assert.is_nil(out:find "[\x80-\xFF]")
    fits(40, out)
    assert.is_truthy(out:find(" 1  Bjork - Joga\r\n", 1, true), out)
    assert.is_truthy(out:find(" 3  Bjork - A very long title that no...\r\n", 1, true), out)
    assert.is_truthy(out:find "\r1/3 Joga +%d%d:%d%d of 00:05 [^\r\n]*[#=-][#=-]")
  end)

  it("--quiet says nothing of a burn that goes well", function()
    local out, code = written(40, program("burn", "--quiet --device virtual:d.cue list.m3u"))
    assert.same({ "", 0 }, { out, code })
  end)

  it("stands what is true when all is done", function()
    local terminal <close> = screen.open(room.folder, 40, 40, "LC_ALL=C.UTF-8 "
      .. program("burn", "--yes --device virtual:d.cue list.m3u"))
    assert.equal([[
 #  title
    length  start       gap
 1  Björk - Jóga
      0:05  00:02:00      -
 2  Björk - 無罪モラトリアム 丸の内サデ…
      0:06  00:09:02  2.0 s
 3  Björk - A very long title that no t…
      0:07  00:17:04  2.0 s
3 tracks, 0:18 of music, 0:22 with gaps;
79:57 free, 79:35 left.
Note: track at once: 2 seconds of
silence between tracks
Note: only 0:22 of 79:57 are used, and
the disc will be closed for good
Closing the disc.
3 tracks burned, 0:18 of music.
The disc is closed and plays.
Read back and compared: every track is
as it was sent.
[ended 0]
]], terminal:wait "%[ended %d+%]")
  end)

  it("stand errors in three lines, also when they are broken", function()
    local terminal <close> = screen.open(room.folder, 40, 20, "LC_ALL=C.UTF-8 "
      .. program("burn", "bad.m3u --device virtual:d.cue"))
    assert.equal([[
bad.m3u:2: no such file.wav: no such
file
bad.m3u:3: ?[31mred.wav: no such file
burn: 2 sources are missing or cannot be
used
disc: The disc is untouched.
what to do: correct the list, or take
these lines out of it
[ended 6]
]], terminal:wait "%[ended %d+%]")
  end)

  -- Events of two drives, one step for each line that is typed.
  local SEVERAL = [[
local look = require("redbook.cli.terminal").look({}, os.getenv)
local show = require("redbook.report").text(look)
local function burning(device, done)
  show { event = "progress", device = device, action = "writing", number = 1, index = 1, count = 2,
    title = "A title of some length", done = done, sectors = 13575, speed = 8, fifo_percent = 100,
    drive_buffer_percent = 50 }
end
for step = 1, 4 do
  burning("/dev/sr0", step * 750)
  if step < 4 then burning("/dev/sr1", step * 1500) end
  if step == 2 then show { event = "finish", device = "/dev/sr1" } end
  if step == 3 then
    show { event = "error", device = "/dev/sr1", exit = 10, err = require("redbook.failure").new {
      stage = "burn", message = "the write failed", disc = "spoiled", advice = "another disc" } }
  end
  io.read "l"
end
]]

  it("stand several drives below each other, also when the window changes", function()
    room:write("several.lua", SEVERAL)
    local terminal <close> = screen.open(room.folder, 80, 20, ("stty -echo; LC_ALL=C.UTF-8 "
      .. "NO_COLOR=1 %s %s several.lua"):format(sandbox.env, sandbox.lua))
    assert.equal([[
sr0 track 1/2 A title of som…  00:10 of 03:01   8.0x  fifo ██████  drive
sr1 track 1/2 A title of som…  00:20 of 03:01   8.0x  fifo ██████  drive
]], (terminal:wait("sr1 track 1/2 .*00:20"):gsub("drive [█░]+", "drive")))
    terminal:resize(40)
    terminal:type "\n"
    assert.equal([[
sr1: Closing the disc.
sr0 1/2 A ti… 00:20 of 03:01 8.0x ██ █░
sr1 1/2 A ti… 00:40 of 03:01 8.0x ██ █░
]], terminal:wait "sr1 [^\n]* 00:40")
    terminal:type "\n"
    assert.equal([[
sr1: Closing the disc.
burn: sr1: the write failed
disc: The disc is spoiled.
what to do: another disc
sr0 1/2 A ti… 00:30 of 03:01 8.0x ██ █░
]], terminal:wait "another disc\nsr0")
    terminal:resize(80)
    terminal:type "\n"
    assert.equal([[
sr1: Closing the disc.
burn: sr1: the write failed
disc: The disc is spoiled.
what to do: another disc
sr0 track 1/2 A title of som…  00:40 of 03:01   8.0x  fifo ██████  drive ███░░░
]], terminal:wait "00:40 of")
  end)
end)
