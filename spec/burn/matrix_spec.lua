-- SPDX-License-Identifier: GPL-3.0-or-later
-- matrix.lua times phases.lua times personalities: burn_playlist burns two tracks, one sense comes
-- in one phase, once or for ever. The outcome is the table's, the disc is as the phase leaves it
-- and the error says so, the drive is free, and another program can finish the disc.

local burner = require "spec.support.burner"
local cjson = require "cjson"
local core = require "redbook.core"
local matrix = require "spec.burn.matrix"
local phases = require "spec.burn.phases"
local recipe = require "redbook.recipe"
local sandbox = require "spec.support.sandbox"

local SECTOR = burner.SECTOR
local TRACKS = { burner.pcm(300, 1), burner.pcm(phases.length, 2) }
local DISC = TRACKS[1] .. ("\0"):rep(152 * SECTOR) .. TRACKS[2] .. ("\0"):rep(2 * SECTOR)

-- `make test` takes strict in the phases that tell most, and three more personalities in two of
-- them; `make test-long` everything, but `deferred`, which cannot record a whole disc.
local TELLING = { look = true, opc = true, first = true, middle = true, sync = true, sound = true,
  close = true, toc = true, verify = true,
  eject = true }
local FEWER = { middle = true, close = true }
local FEW = { "pioneer", "mitsumi", "tinybuf" }
local ALL = { "strict", "pioneer", "lg", "nwa-150", "mitsumi", "slow", "tinybuf", "early-ready",
  "bdesc", "short-2a", "short-2a-12", "no-getconfig", "no-atip", "brisk" }

describe("a sense in a burn", function()
  local folder, entries, cells

  setup(function()
    folder, entries, cells = sandbox.folder(), {}, 0
    for number, pcm in ipairs(TRACKS) do
      entries[number] = { path = ("%s/%d.wav"):format(folder, number) }
      sandbox.write(entries[number].path, burner.wav(pcm))
    end
  end)

  teardown(function() sandbox.remove(folder) end)

  local function fresh_drive(like)
    os.remove(folder .. "/disc.bin")
    os.remove(folder .. "/disc.cue")
    return assert(core.VirtualRecorder { path = folder .. "/disc.cue", minutes = 74,
      personality = like, ready = like == "early-ready" and 2 or nil })
  end

  -- How often the phase's command comes in track 2 before the track is written: in a clean burn.
  local before = {}
  local function commands_before(phase, like)
    if before[like] then return before[like] end
    local trace, opcode = folder .. "/trace", ({ ["READ TRACK INFORMATION"] = "52" })
    local virtual <close> = fresh_drive(like)
    local recorder = assert(virtual:Recorder { trace = trace })
    local begin
    assert(recipe.burn_playlist(recorder, entries, nil, function(event)
      if event.event == "track" then begin = virtual:View().Commands end
    end))
    recorder:Close()
    local count = 0
    for line in io.lines(trace) do
      local command = cjson.decode(line)
      local code = command.cdb and command.cdb:sub(1, 2)
      if code and command.n > begin and code == "35" then break end
      if code and command.n > begin and code == opcode[phase.fault.command] then
        count = count + 1
      end
    end
    before[like] = count
    return count
  end

  -- The fault of a cell: the row's kind, the phase's command.
  local function fault_of(row, phase, ever, like)
    local fault = { times = ever and (phase.spent or 0) or row.times,
      after = phase.behind and commands_before(phase, like) or nil }
    for name, value in pairs(phase.fault) do fault[name] = value end
    for name, value in pairs(row.fault) do fault[name] = value end
    if ever and fault.host == 1 then fault.host, fault.vanish = nil, true end
    return fault
  end

  -- Between a command that failed with the sense and the same again, `opcode` was sent.
  local function sent_between(opcode)
    local failed, between
    for line in io.lines(folder .. "/trace") do
      local command = cjson.decode(line)
      local code = command.cdb and command.cdb:sub(1, 2)
      if failed and code == failed then return between end
      if failed and code == opcode then between = true end
      if (code == "2a" or code == "5b") and (command.sense or ""):sub(7, 8) == "06" then
        failed = code
      end
    end
  end

  -- Burns with the fault armed at the phase's event; result, or nil and the error.
  local function burn(virtual, like, phase, fault, trace)
    local number = 0
    local function on_event(event)
      local now = event.event
      if now == "track" then
        number = number + 1
        now = "track " .. number
      end
      -- What closing and its check met for ever ends there; verification has cells of its own.
      if now == "verify" and phase.name ~= "eject" then virtual:ClearFaults() end
      if now == phase.armed then assert(virtual:AddFault(fault)) end
    end
    if phase.armed == "begin" then assert(virtual:AddFault(fault)) end
    local recorder = assert(virtual:Recorder { trace = trace })
    -- Nobody sleeps; a drive that becomes ready by its own clock has to see that time.
    local function pause(seconds)
      if like == "early-ready" then recorder:WaitReady(seconds) end
    end
    return recipe.burn_playlist(recorder, entries, { client_name = "matrix",
      eject = phase.name == "eject", wait = { pause = pause } }, on_event)
  end

  -- What the tracks of the disc hold, as far as they are complete.
  local function check_sound(tracks)
    local file = io.open(folder .. "/disc.bin", "rb")
    local image = file and file:read "a" or ""
    if file then file:close() end
    local complete = 0
    for number, track in ipairs(tracks) do
      if track.Complete then
        complete = complete + 1
        local pcm = TRACKS[number]
        local there = image:sub(track.StartLba * SECTOR + 1,
          (track.StartLba + track.Sectors) * SECTOR)
        assert(#there == track.Sectors * SECTOR and (there == pcm or number == 2
          and there == pcm:sub(1, #there)), ("track %d has other sound"):format(number))
      end
    end
    return complete
  end

  local STATES = { [0] = "untouched", "open", "finalised" }

  -- Another program takes the disc, and closes it if it is open.
  local function finish_disc(left, like)
    local virtual <close> = assert(core.VirtualRecorder { path = folder .. "/disc.cue",
      personality = like })
    local view = virtual:View()
    assert(STATES[view.DiscStatus] == left.disc, "another program finds the disc "
      .. tostring(STATES[view.DiscStatus]))
    local recorder = assert(virtual:Recorder())
    assert(recorder:AcquireExclusiveAccess(false, "another"))
    assert(recorder:ReleaseExclusiveAccess())
    if left.disc ~= "open" then return end
    local tao <close> = core.TrackAtOnce()
    tao.Recorder, tao.ClientName, tao.Append = recorder, "another", true
    local ok, err = tao:PrepareMedia()
    if left.cut_off and like == "lg" then -- does not close tracks, whoever asks
      assert(not ok)
      return
    end
    assert(ok, err)
    assert(tao:ReleaseMedia())
    assert(virtual:View().DiscStatus == 2, "the disc could not be closed")
    check_sound(virtual:Tracks())
  end

  local function explain(err)
    return err and ("%s, disc %s"):format(tostring(err.message), tostring(err.disc)) or "burned"
  end

  local function code_of(short)
    return #short == 4 and 0xC0AA0000 | tonumber(short, 16) or tonumber(short, 16)
  end

  local function check(row, phase, ever, like)
    local outcome = row.cells[phase.name]
    local hidden = like == "pioneer" and phase.name == "middle" and row.cells.position
    local code = outcome[ever and "ever" or "once"]
    if hidden then code = hidden == "ever" and outcome.ever or hidden end
    local fault = fault_of(row, phase, ever, like)
    local virtual <close> = fresh_drive(like)
    local resent = not ever and row.cells.resent and row.cells.resent[phase.name] or nil
    local result, err = burn(virtual, like, phase, fault, resent and folder .. "/trace")
    local view = virtual:View()
    assert(view.FaultHits > 0, "the fault met nothing")
    assert(not view.Held and view.ForeignCommands == 0, "the drive is still held")
    if not fault.vanish then assert(not view.Prevented, "the tray is still locked") end
    virtual:ClearFaults()
    if not code then
      assert(result, "not burned: " .. explain(err))
      assert(result.disc == "finalised" and view.DiscStatus == 2)
      assert(sandbox.read(folder .. "/disc.bin") == DISC, "burned, but other bytes")
      assert(not resent or sent_between(resent), "not sent again before it")
      finish_disc({ disc = "finalised" }, like)
      return
    end
    assert(not result, "burned in spite of it")
    assert(err.code == code_of(code), ("code %X instead of %s: %s"):format(err.code or 0, code,
      explain(err)))
    if row.triple and not ever and not hidden then
      assert(err.sense and ("%X/%02X/%02X"):format(err.sense.key, err.sense.asc, err.sense.ascq)
        == row.triple, "the error has another sense: " .. explain(err))
    end
    local lost = fault.vanish or fault.damage and like == "lg" -- that refuses CLOSE TRACK
    local left = lost and phase.gone or ever and like == "lg" and phase.refused
      or phase.left
    local told = fault.vanish and phase.fault.command ~= "SEND OPC INFORMATION"
      and phase.armed ~= "begin" and phase.armed ~= "prepare" and "unknown" or left.disc
    local complete = check_sound(virtual:Tracks())
    assert(complete == left.tracks, ("%d complete tracks"):format(complete))
    assert(STATES[view.DiscStatus] == left.disc, ("the disc is %s: %s"):format(
      STATES[view.DiscStatus], explain(err)))
    assert(err.disc == told, "the error says otherwise: " .. explain(err))
    finish_disc(left, like)
  end

  -- All cells of a row in these phases; every failure is told, not only the first. For ever: where
  -- once is not a failure already; `how` "once": nowhere, "whole": everywhere.
  local function check_row(row, like, wanted, how)
    local wrong = {}
    local function cell(phase, ever)
      cells = cells + 1
      local fine, err = pcall(check, row, phase, ever, like)
      if fine then return end
      wrong[#wrong + 1] = ("%s %s %s: %s"):format(like, phase.name, ever and "for ever" or "once",
        tostring(err))
    end
    for _, phase in ipairs(phases) do
      local outcome = row.cells[phase.name]
      -- Of a drive that calls itself ready too early, more is asked than one question (`disc`).
      if like == "early-ready" and phase.name == "disc" then outcome = nil end
      if outcome and (not wanted or wanted[phase.name]) then
        cell(phase, false)
        local matters = how == "whole" or how ~= "once" and not outcome.once
        if matters then cell(phase, true) end
      end
    end
    assert(#wrong == 0, table.concat(wrong, "\n"))
  end

  local function title(row) return ("%s, %s: %s"):format(row.name, row.means, row.rec) end

  for _, row in ipairs(matrix) do
    it(title(row), function()
      check_row(row, "strict", TELLING)
      for _, like in ipairs(FEW) do check_row(row, like, FEWER, "once") end
    end)
  end

  it("was met in at least 300 cells", function()
    print(("# %d cells: %d senses on strict, %s"):format(cells, #matrix, table.concat(FEW, ", ")))
    assert.is_true(cells >= 300)
  end)

  for _, like in ipairs(ALL) do
    it("in every phase, once and for ever, on " .. like .. " #long", function()
      local wrong = {}
      cells = 0
      for _, row in ipairs(matrix) do
        local fine, err = pcall(check_row, row, like, nil, "whole")
        if not fine then wrong[#wrong + 1] = title(row) .. "\n" .. tostring(err) end
      end
      print(("# %d cells on %s"):format(cells, like))
      assert(#wrong == 0, table.concat(wrong, "\n"))
    end)
  end
end)
