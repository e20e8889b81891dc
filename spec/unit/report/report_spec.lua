-- SPDX-License-Identifier: GPL-3.0-or-later

local cjson = require "cjson"
local failure = require "redbook.failure"
local json = require "redbook.report.json"
local plan = require "redbook.plan"
local report = require "redbook.report"

-- Something to write to.
local function sink()
  local written = {}
  return { write = function(_, ...) for _, part in ipairs { ... } do
      written[#written + 1] = part end end,
    flush = function(self) return self end }, function() return table.concat(written) end
end

describe("report.json", function()
  it("writes the schema's number and the event first, then keys in order", function()
    assert.equal('{"redbook":1,"event":"scan","count":2,"index":1,"path":"a.wav"}',
      json.line { event = "scan", path = "a.wav", index = 1, count = 2 })
  end)

  it("writes a plan flat, with units", function()
    local made = plan.make({ { sectors = 300, path = "a.wav", title = "A" } },
      { FreeSectors = 1000, NextWritableAddress = 452, NextTrack = 2 })
    assert.equal('{"redbook":1,"event":"plan","audio_sectors":300,"fits":true,'
      .. '"free_sectors":1000,"gap_sectors":0,"left_sectors":700,"medium":{"next_track":2,'
      .. '"next_writable_address":452,"state":"appendable","total_sectors":2000,'
      .. '"track_count":1,"type":2},"needed_sectors":300,"problems":[],"remarks":[],'
      .. '"simulate":true,"tracks":[{"gap":0,"length":"0:04","number":2,"padding":0,'
      .. '"path":"a.wav","sectors":300,"start":452,"start_msf":"00:08:02","title":"A"}]}',
      json.line { event = "plan", plan = made, simulate = true, medium = { MediaType = 2,
        State = "appendable", NumberOfTracks = 1, NextTrack = 2, NextWritableAddress = 452,
        TotalSectors = 2000, FreeSectors = 1000 } })
  end)

  it("writes a failure with its exit code and no binary", function()
    assert.same({ redbook = 1, event = "error", exit = 10, simulate = false, err = {
      stage = "burn", message = "bad", disc = "open", code = 0xC0AA0301,
      sense = { key = 3, raw = "70 00 ff" } } },
      cjson.decode(json.line { event = "error", exit = 10, simulate = false,
        err = failure.new { stage = "burn",
        message = "bad", disc = "open", code = 0xC0AA0301, sense = { key = 3,
        raw = "\x70\0\xFF" } } }))
  end)

  it("is UTF-8 and keeps its line whatever a name holds", function()
    local line = json.line { event = "scan", path = "/J\xF3ga\n\"\\/\1.mp3" }
    assert.is_truthy(utf8.len(line))
    assert.is_nil(line:find("\n", 1, true))
    assert.equal("/Jóga\n\"\\/\1.mp3", cjson.decode(line).path)
  end)

  it("writes a name that is not UTF-8 byte for byte besides", function()
    assert.equal('{"redbook":1,"event":"scan","index":1,"path":"J\u{F3}ga\\n.mp3",'
      .. '"path_bytes":"4af367610a2e6d7033"}',
      json.line { event = "scan", path = "J\xF3ga\n.mp3", index = 1 })
    assert.same({ list = "\u{FC}.m3u", list_bytes = "fc2e6d3375", message = "m" },
      cjson.decode(json.line { event = "error", err = failure.new { stage = "source",
        message = "1", problems = { { list = "\xFC.m3u", message = "m" } } } }).err.problems[1])
    assert.is_nil(json.line { event = "scan", path = "J\u{F3}ga.mp3" }:find "_bytes")
  end)

  it("says once that nobody can read it, and goes on", function()
    local problems = {}
    local show = report.json({ write = function() return nil, "No space left on device" end,
      flush = function() return nil, "No space left on device" end },
      function(problem) problems[#problems + 1] = problem end)
    show { event = "begin" }
    show { event = "end", exit = 0 }
    assert.same({ "No space left on device" }, problems)
  end)

  it("rounds figures to a thousandth and keeps whole numbers whole", function()
    assert.equal('{"redbook":1,"event":"progress","crc32":4294967295,"speed":8.123}',
      json.line { event = "progress", speed = 8.12349, crc32 = 0xFFFFFFFF })
  end)

  it("goes to a stream line by line", function()
    local out, text = sink()
    local show = report.json(out)
    show { event = "end", exit = 0 }
    show { event = "end", exit = 1 }
    assert.equal('{"redbook":1,"event":"end","exit":0}\n{"redbook":1,"event":"end","exit":1}\n',
      text())
  end)
end)

describe("report.text", function()
  local function events(show)
    show { event = "scan", index = 1, count = 2, path = "a.wav" }
    show { event = "scan", index = 2, count = 2, path = "b.wav" }
    show { event = "wait", reason = "becoming ready", limit = 60 }
    show { event = "track", index = 1, count = 2, title = "A", artist = "X" }
    show { event = "progress", action = "writing", number = 1, index = 1, count = 2,
      title = "A", done = 150, sectors = 300 }
    show { event = "progress", action = "finishing", number = 1, index = 1, count = 2,
      title = "A", done = 300, sectors = 300 }
    show { event = "track_done", number = 1, start = 0, sectors = 300, crc32 = 0xABC }
    show { event = "finish" }
    show { event = "an event of a later version" }
    show { event = "summary", tracks = 1, sectors = 300, disc = "finalised",
      clipped_samples = 0, remarks = {} }
  end

  it("writes plain lines to a file", function()
    local out, text = sink()
    events(report.text { out = out })
    assert.equal("becoming ready (at most 60 s)\nTrack 1 of 2: X - A\nClosing the disc.\n"
      .. "1 track burned, 0:04 of music.\nThe disc is closed and plays.\n", text())
  end)

  it("says what the drive said when asked", function()
    local out, text = sink()
    report.text { out = out, verbose = true } { event = "wait", reason = "becoming ready",
      limit = 60, detail = "TEST UNIT READY failed (2/04/01)" }
    assert.equal("becoming ready (at most 60 s): TEST UNIT READY failed (2/04/01)\n", text())
  end)

  it("tells of each time that a drive is asked again when asked to", function()
    local again = { event = "wait", reason = "waiting: kiosk holds it", limit = 60, attempt = 3,
      again = 4 }
    for verbose, line in pairs { [false] = "", [true] = "waiting: kiosk holds it; asked 3 times, "
      .. "again in 4 s\n" } do
      local out, text = sink()
      report.text { out = out, verbose = verbose }(again)
      assert.equal(line, text())
    end
    local out, text = sink()
    report.text { out = out } { event = "wait", reason = "waiting for a disc" }
    assert.equal("waiting for a disc\n", text())
  end)

  it("says what became of a job, and its notes also after another one's plan", function()
    local out, text = sink()
    local show = report.text { out = out }
    show { event = "watch", folder = "in", device = "/dev/sr0", once = false }
    show { event = "job", job = "in/a.json", state = "taken" }
    show { event = "job", job = "in/a.json", state = "left" }
    show { event = "job", job = "in/done/a.json", state = "done", result = "in/done/a.result.json" }
    show { event = "remark", message = "the disc is not blank" }
    assert.equal("Burning the jobs of in on /dev/sr0; ^C ends it.\nJob in/a.json\n"
      .. "Put back, to be tried again: in/a.json\nDone: in/done/a.result.json\n"
      .. "Note: the disc is not blank\n", text())
  end)

  it("writes more of them when asked", function()
    local out, text = sink()
    events(report.text { out = out, verbose = true })
    assert.equal("reading 1 of 2: a.wav\nreading 2 of 2: b.wav\n"
      .. "becoming ready (at most 60 s)\nTrack 1 of 2: X - A\n"
      .. "  track 1/2 A  00:02 of 00:04\n  track 1/2 A  finishing\n"
      .. "  track 1: sector 0, 300 sectors, CRC-32 00000abc\nClosing the disc.\n"
      .. "1 track burned, 0:04 of music.\nThe disc is closed and plays.\n", text())
  end)

  it("redraws one line on a terminal and what stays takes its place", function()
    local out, text = sink()
    events(report.text { out = out, tty = true, width = 32 })
    assert.equal("\rreading 1 of 2: a.wav\27[K\rreading 2 of 2: b.wav\27[K\r\27[J"
      .. "becoming ready (at most 60 s)\n"
      .. "\r1/2 A            00:02 of 00:04\27[K\r1/2 A                 finishing\27[K\r\27[J"
      .. "Closing the disc.\n1 track burned, 0:04 of music.\nThe disc is closed and plays.\n",
      text())
  end)

  it("writes failures to the other stream, after wiping the line", function()
    local out, text = sink()
    local err, failures = sink()
    local show = report.text { out = out, err = err, tty = true }
    show { event = "scan", index = 1, count = 1, path = "a" }
    show { event = "error", exit = 6, err = failure.new { stage = "source", message = "bad",
      advice = "repair it" } }
    assert.equal("\rreading 1 of 1: a\27[K\r\27[J", text())
    assert.equal("burn: bad\ndisc: The disc is untouched.\nwhat to do: repair it\n", failures())
  end)

  it("breaks sentences between words on a narrow terminal, and never in a log", function()
    local plain = "1 track burned, 0:04 of music.\nThe disc is closed and plays.\n"
    for wanted, tty in pairs { [plain] = false,
      ["1 track burned, 0:04\nof music.\nThe disc is closed\nand plays.\n"] = true } do
      local out, text = sink()
      report.text { out = out, tty = tty, width = 20 } { event = "summary", tracks = 1,
        sectors = 300, disc = "finalised", clipped_samples = 0, remarks = {} }
      assert.equal(wanted, text())
      local err, failures = sink()
      report.text { out = out, err = err, tty = tty, width = 40 } { event = "error", exit = 6,
        err = failure.new { stage = "source", message = "bad", advice = "repair the file, or burn "
          .. "the disc without it" } }
      assert.equal("burn: bad\ndisc: The disc is untouched.\nwhat to do: repair the file, or burn "
        .. "the" .. (tty and "\n" or " ") .. "disc without it\n", failures())
    end
  end)

  it("tells of retries, and of remarks that nothing repeats", function()
    local out, text = sink()
    local show = report.text { out = out }
    show { event = "retry", attempt = 1, of = 5, wait = 2.5, message = "the drive is busy" }
    show { event = "remark", message = "early" }
    show { event = "plan", plan = plan.make({}, { FreeSectors = 1 }) }
    show { event = "remark", message = "late; the summary has it" }
    assert.equal("the drive is busy; attempt 2 of 5 in 2.5 s\nNote: early\n"
      .. " #  title  length  start  gap\n"
      .. "0 tracks, 0:00 of music; 0:00 free, 0:00 left.\n"
      .. "Problem: there is nothing to burn\n", text())
  end)

  it("counts down", function()
    local out, text = sink()
    local show = report.text { out = out, tty = true }
    show { event = "countdown", seconds = 5 }
    show { event = "countdown", seconds = 1, simulate = true }
    assert.equal("\rBurning starts in 5 seconds; ^C stops it\27[K"
      .. "\rThe simulation starts in 1 second; ^C stops it\27[K", text())
    out, text = sink()
    report.text { out = out } { event = "countdown", seconds = 2 }
    assert.equal("Burning starts in 2 seconds; ^C stops it\n", text())
  end)

  local function burning(device, done)
    return { event = "progress", action = "writing", number = 1, index = 1, count = 1,
      title = "A", done = done, sectors = 300, device = device }
  end

  it("has a line for each of several drives", function()
    local out, text = sink()
    local show, clear = report.text { out = out, tty = true, width = 32,
      devices = { "/dev/sr0", "virtual:discs/left.cue?minutes=74" } }
    show(burning("/dev/sr0", 75))
    show(burning("virtual:discs/left.cue?minutes=74", 150))
    show(burning("/dev/sr0", 225))
    show { event = "finish", device = "/dev/sr0" }
    show { event = "summary", device = "/dev/sr0", tracks = 1, sectors = 300, disc = "finalised",
      clipped_samples = 0, remarks = {} }
    clear()
    local right = "sr0 1/1 A        00:%02d of 00:04\27[K"
    local left = "left 1/1 A       00:02 of 00:04\27[K"
    local both = right .. "\n" .. left
    assert.equal("\r" .. right:format(1)
      .. "\r" .. both:format(1) .. "\27[J"
      .. "\r\27[1A" .. both:format(3) .. "\27[J"
      .. "\r\27[1A\27[Jsr0: Closing the disc.\n\r" .. both:format(3) .. "\27[J"
      .. "\r\27[1A\27[J\r" .. left
      .. "\r\27[Jsr0: 1 track burned, 0:04 of\nmusic.\n\r" .. left
      .. "\r\27[Jsr0: The disc is closed and\nplays.\n\r" .. left
      .. "\r\27[J", text())
  end)

  it("takes away what was drawn of all drives together when one of them begins", function()
    local out, text = sink()
    local show = report.text { out = out, tty = true, width = 32 }
    show { event = "scan", index = 1, count = 1, path = "a.wav" }
    show(burning("/dev/sr0", 75))
    assert.equal("\rreading 1 of 1: a.wav\27[K\r\27[J"
      .. "\rsr0 1/1 A        00:01 of 00:04\27[K", text())
  end)

  it("lets the others go on when one of several fails", function()
    local out, text = sink()
    local err, failures = sink()
    local show = report.text { out = out, err = err, tty = true, width = 60 }
    show { event = "begin", device = "virtual:a.cue" }
    show(burning("virtual:a.cue", 75))
    show(burning("virtual:b.cue", 75))
    show { event = "error", device = "virtual:a.cue", exit = 10, err = failure.new {
      stage = "burn", message = "the write failed", disc = "spoiled", advice = "slower" } }
    assert.equal("burn: a: the write failed\ndisc: The disc is spoiled.\nwhat to do: slower\n",
      failures())
    local last = "b 1/1 A                                      00:01 of 00:04"
    assert.equal(last .. "\27[K", text():match "\r([^\r]*)$")
  end)

  it("numbers drives that would have the same name, and tells in a log whose line it is", function()
    local out, text = sink()
    local show = report.text { out = out, devices = { "virtual:a/d.cue", "virtual:b/d.cue" } }
    show { event = "finish", device = "virtual:b/d.cue" }
    assert.equal("d#2: Closing the disc.\n", text())
  end)

  it("finds its lines again when the window has become narrower", function()
    local out, text = sink()
    local width = 60
    local show = report.text { out = out, tty = true, width = function() return width end }
    show(burning(nil, 75))
    width = 20 -- the terminal has broken the line of 59 columns into three rows
    show(burning(nil, 150))
    assert.equal("\r1/1 A                                        00:01 of 00:04\27[K"
      .. "\r\27[2A1/1 00:02 of 00:04\27[K", text())
  end)

  it("paints on terminals that want it", function()
    local out, text = sink()
    local err, failures = sink()
    local show = report.text { out = out, err = err, tty = true, colour = true, err_colour = true }
    show { event = "plan", plan = plan.make({ { sectors = 400 } }, { FreeSectors = 399 }) }
    show { event = "error", exit = 6, err = failure.new { stage = "source", message = "bad",
      problems = { { path = "a", message = "a: gone" }, { path = "b", message = "b: gone" } } } }
    assert.equal("\27[1m #  title  length  start     gap\27[0m\n"
      .. " 1           0:05  00:02:00    -\n"
      .. "1 track, 0:05 of music; 0:05 free, 0:01 too little.\n"
      .. "\27[1;31mProblem:\27[0m 400 sectors of audio and gaps, 399 sectors are free: "
      .. "1 sector (0:01)\ntoo much\n", text())
    assert.equal("a: gone\nb: gone\n\27[1;31mburn:\27[0m bad\n"
      .. "\27[1mdisc:\27[0m The disc is untouched.\n"
      .. "\27[1mwhat to do:\27[0m nothing was lost; try again\n", failures())
  end)

  it("writes ASCII where the terminal has no UTF-8", function()
    local out, text = sink()
    local show = report.text { out = out, tty = true, width = 40, utf8 = false }
    show { event = "plan", plan = plan.make({ { sectors = 400,
      title = "Stra\u{DF}e \u{201C}J\u{F3}ga\u{201D}", artist = "Bj\u{F6}rk" },
      { sectors = 400, title = "\u{6771}\u{4EAC}" },
      { sectors = 400, title = ("\u{E9}"):rep(40) } }, { FreeSectors = 359847 }) }
    local shown = text()
    assert.is_nil(shown:find "[\x80-\xFF]")
    assert.equal(" #  title\n    length  start       gap\n"
      .. " 1  Bjork - Strasse \"Joga\"\n      0:05  00:02:00      -\n"
      .. " 2  ????\n      0:05  00:09:27  2.0 s\n"
      .. " 3  eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee...\n      0:05  00:16:54  2.0 s\n",
      shown:match "^(.*)3 tracks")
    show(burning(nil, 150))
    local bars = burning(nil, 150)
    bars.fifo_percent, bars.drive_buffer_percent, bars.title = 100, 25, "\u{E9}t\u{E9}"
    show(bars)
    assert.equal("1/1 ete            00:02 of 00:04 ## =-\27[K", text():match "\r([^\r]*)$")
  end)

  it("keeps names of files whole in a log, whatever the locale", function()
    local out, text = sink()
    local show = report.text { out = out, utf8 = false }
    show { event = "track", index = 1, count = 1, title = "J\u{F3}ga" }
    show { event = "plan", plan = plan.make({ { sectors = 400, title = ("\u{E9}"):rep(99) } },
      { FreeSectors = 359847 }) }
    assert.is_truthy(text():find("Track 1 of 1: J\u{F3}ga\n", 1, true))
    assert.is_truthy(text():find("\u{E9}...  ", 1, true))
  end)

  it("is silent when asked, but for failures", function()
    local out, text = sink()
    local err, failures = sink()
    local show, _, say = report.text { out = out, err = err, tty = true, quiet = true }
    events(show)
    say "a line"
    show { event = "countdown", seconds = 5 }
    show { event = "error", exit = 6, err = failure.new { stage = "source", message = "bad",
      advice = "repair it" } }
    assert.same({ "", "burn: bad\ndisc: The disc is untouched.\nwhat to do: repair it\n" },
      { text(), failures() })
  end)
end)

describe("report.text, when a disc is not as it was sent,", function()
  local function told(message, options)
    local out, said = sink()
    local err, failed = sink()
    local show = report.text { out = out, err = err, program = "burn",
      verbose = options and options.verbose }
    for index, words in ipairs { false, "track 2 differs at 00:10:00", "track 3 is missing" } do
      show { event = "track_verified", index = index, count = 3, number = index,
        verdict = words and "differs" or "identical", message = words or nil }
    end
    show { event = "error", exit = 11, err = failure.new { stage = "verify", message = message,
      disc = "unknown" } }
    return { said(), failed():match "^[^\n]*" }
  end

  it("names the first difference once", function()
    assert.same({ "  track 3: is missing\n", "burn: track 2 differs at 00:10:00" },
      told "track 2 differs at 00:10:00")
    assert.same({ "  track 3: is missing\n  track 2: differs at 00:10:00\n", "burn: gone" },
      told "gone")
    assert.same({ "  track 1: identical\n  track 2: differs at 00:10:00\n  track 3: is missing\n",
      "burn: track 2 differs at 00:10:00" },
      told("track 2 differs at 00:10:00", { verbose = true }))
  end)
end)
