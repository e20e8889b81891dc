-- SPDX-License-Identifier: GPL-3.0-or-later
-- What has to become of a burn when a sense comes: one row for each of the MMC reference's section
-- 3, with its recommendation (column REC) in words, and for each phase of a burn the outcome that
-- follows from it. Codes are those of the IMAPI2 reference, part 5 (0301: C0AA0301).
--
-- Three outcomes:
--   goes_on      the disc is whole, however often the sense comes
--   retried(c)   whole when it comes once; when it comes for ever, the code c
--   fails(c)     the code c, at once
-- Everything else follows from the phase, whatever the sense: how far the disc is (phases.lua's
-- `left`), that the drive is free, that what was finished before is as it was.

local matrix = {}

-- Code by the outcome "once" and "for ever"; nil: burned.
local goes_on = {}
local function fails(code) return { once = code, ever = code } end
local function retried(code) return { ever = code } end

-- The same for several phases.
local function at(phases, outcome)
  local cells = {}
  for phase in phases:gmatch "%S+" do cells[phase] = outcome end
  return cells
end

local function row(sense, means, rec, ...)
  local cells = {}
  for _, part in ipairs { ... } do
    for phase, outcome in pairs(part) do cells[phase] = outcome end
  end
  local fault = type(sense) == "table" and sense or { sense = sense }
  local name = type(sense) == "string" and sense or sense.name
  local triple = type(fault.sense) == "string" and fault.sense or nil
  matrix[#matrix + 1] = { name = name, means = means, rec = rec, fault = fault, cells = cells,
    times = fault.times or 1, triple = triple }
  fault.name, fault.times = nil, nil
end

-- Phases, in order (phases.lua): look disc ready ask select opc | first middle sync wait | track
-- sound | close closing toc | verify. ALL is the default of a row; BURN are commands that write.
local ALL = "look disc ready ask select opc first middle sync wait track sound close closing toc "
  .. "verify"
local WRITE = "first middle"
-- Whether a WRITE may be sent again is READ TRACK INFORMATION's to say, which is asked for 5 s at
-- most (3.1). Pioneers keep it to themselves as long as sectors wait in their buffer (P11), so
-- in the middle of a track the one try fails there, too.
local POSITION = { position = "ever" }
local BURN = "opc first middle sync wait close closing"

-- A failure in the phases that write, and one elsewhere, have two codes (part 5.1: "during
-- write/close").
local function failing(general, writing)
  local cells = at(ALL, fails(general))
  for phase, outcome in pairs(at(BURN, fails(writing or general))) do cells[phase] = outcome end
  return cells
end

local function retrying(general, writing)
  local cells = at(ALL, retried(general))
  for phase, outcome in pairs(at(BURN, retried(writing or general))) do cells[phase] = outcome end
  return cells
end

local E_FAIL = "80004005"

-- --- Recovered errors: logged, gone on with (part 5.1: "Key 1 (recovered) = log, continue")

row("1/0C/00", "write error, recovered", "treat key 1 as success (9)", at(ALL, goes_on))
row("1/17/01", "read again with success", "treat key 1 as success (9)", at(ALL, goes_on))
row("1/18/00", "read with error correction", "treat key 1 as success (9)", at(ALL, goes_on))
row("1/73/01", "power calibration area almost full", "01 warn", at(ALL, goes_on))

-- --- Not ready -----------------------------------------------------------------------------------

-- A drive that refuses a WRITE for two minutes is called busy, whatever it says it is (3, 2/04/08).
local FULL = at(WRITE, retried "0207")
-- In a wait for the end of an operation 2/04/00 for more than 5.5 s is "drive clueless" (1.7).
local CLUELESS = at("wait closing", goes_on)

row("2/04/00", "not ready, cause not reportable", "wait <= 60 s", retrying "0205", FULL, CLUELESS)
row("2/04/01", "becoming ready", "poll .5-1 s, <= 300 s", retrying "0205", FULL,
  at("wait closing", retried "0207"))
-- "After any failure: never touch the tray or reset" (0): inside a burn no START UNIT is sent to a
-- drive that stopped turning; the track is over.
row("2/04/02", "needs START UNIT", "send START, wait", retrying "0205",
  at(BURN, fails "0205"))
row("2/04/03", "manual intervention", "abort, tell user", failing(E_FAIL))
row("2/04/04", "format in progress", "wait", retrying "0206", FULL,
  at("wait closing", retried "0207"))
row("2/04/07", "operation in progress", "wait <= 1800 s", retrying "0207")
row("2/04/08", "long write in progress: buffer full",
  "resend same CDB, 10-50 ms steps, limit 120 s without progress", retrying "0207")
row("2/06/00", "no reference position", "abort", failing "0204")
row("2/09/02", "focus servo failure", "abort", failing(E_FAIL))
row("2/30/00", "incompatible medium", "no (suitable) disc", failing "0203")
row("2/30/06", "cannot write: format", "no (suitable) disc", failing "0203")
-- "No disc" only after 2/3A is stable for 2-3 polls (3.2).
row("2/3A/01", "no medium, tray closed", "ask for disc", failing "0202",
  at("look ready", retried "0202"))
row("2/3A/02", "no medium, tray open", "ask for disc", failing "0202",
  at("look ready", retried "0202"))
-- ALLOW and once more is for EJECT (phase `eject`); elsewhere it is nonsense and fails.
-- PrepareMedia is tried again on 0210, as when another program holds the drive for a moment.
local PREVENTED = at("ready ask select", retried "0210")
row("2/53/02", "removal prevented", "send ALLOW, retry once", failing "0210", PREVENTED,
  { eject = goes_on })

-- --- Medium and hardware -------------------------------------------------------------------------

row("3/02/00", "no seek complete", "fail", failing(E_FAIL, "0301"))
row("3/15/00", "positioning error", "fail", failing(E_FAIL, "0301"))
local STOP = "stop writing; SYNC; close session to save earlier tracks"
row("3/0C/00", "write error", STOP, failing(E_FAIL, "0301"))
row("3/0C/07", "write error, recovery needed", STOP, failing "0300")
row("3/0C/08", "write error, recovery failed", STOP, failing(E_FAIL, "0301"))
row("3/0C/09", "loss of streaming", "as 0C", failing "0300")
row("3/11/05", "unrecovered read error, L-EC", "verify: block by block", failing(E_FAIL))
row("3/11/06", "unrecovered read error, CIRC", "verify: block by block", failing(E_FAIL))
row("3/51/00", "erase failure", "fail", failing(E_FAIL))
local PCA = "02,03 abort before writing"
row("3/73/00", "CD control error", PCA, failing(E_FAIL, "0301"))
-- Drives say at SEND OPC with key 3, too, that only few areas are left (1.5: tolerated).
row("3/73/01", "power calibration area almost full", "01 warn", failing(E_FAIL),
  { opc = goes_on })
row("3/73/02", "power calibration area full", PCA, failing(E_FAIL, "0301"))
row("3/73/03", "power calibration area error", PCA, failing(E_FAIL, "0301"))
local PMA = "fail; try close session"
row("3/73/04", "PMA update failure", PMA, failing(E_FAIL, "0301"))
row("3/73/05", "PMA full", PMA, failing(E_FAIL, "0301"))
row("3/73/06", "PMA almost full", PMA, failing(E_FAIL))
-- OPC is never sent twice (1.5, 9).
local LINK = "retry <= 3 only if next LBA unchanged"
row("4/08/03", "link CRC error", LINK, retrying(E_FAIL, "0301"), POSITION,
  { opc = fails "0301" })
row({ name = "4/08/03 three times", sense = "4/08/03", times = 3 }, "link CRC error", LINK,
  retrying(E_FAIL, "0301"), POSITION, { opc = fails "0301" })
row({ name = "4/08/03 four times", sense = "4/08/03", times = 4 }, "link CRC error", LINK,
  failing(E_FAIL, "0301"))
local HARDWARE = "abort like 0C"
row("4/09/00", "track following error", HARDWARE, failing(E_FAIL, "0301"))
row("4/15/00", "mechanical positioning error", HARDWARE, failing(E_FAIL, "0301"))
row("4/44/00", "internal target failure", HARDWARE, failing(E_FAIL, "0301"))
row("4/3E/01", "logical unit failure", HARDWARE, failing(E_FAIL, "0301"))

-- --- Illegal request -----------------------------------------------------------------------------

local OPTIONAL = at("atip speeds speed buffer opc", goes_on)
row("5/20/00", "unknown command", "optional command: continue", failing(E_FAIL), OPTIONAL,
  at("prevent configuration", goes_on),
  { select = fails(E_FAIL) })
row("5/21/00", "LBA out of range", "re-read NWA: if == expected LBA resend; else stop",
  failing(E_FAIL, "0509"), at(WRITE, retried "0509"), POSITION, { opc = goes_on })
row("5/21/02", "invalid address for write",
  "re-read NWA: if == expected LBA resend; else stop", failing(E_FAIL, "0301"),
  at(WRITE, retried "0301"), POSITION, { opc = goes_on })
-- SYNC and CLOSE without Immed are the fallback of those with.
row("5/24/00", "field in CDB", "fallback or fail", failing(E_FAIL), OPTIONAL,
  at("sync close", retried(E_FAIL)), { select = retried "0208", toc = fails "0505" })
row("5/26/00", "field in parameter list", "alternative page 05h", failing(E_FAIL),
  { select = retried "0208", opc = goes_on })
row("5/26/02", "value in parameter list", "alternative page 05h", failing(E_FAIL),
  { select = retried "0208", opc = goes_on })
row("5/2C/00", "sequence error", "state mismatch; re-read disc/track info, abort job",
  failing(E_FAIL, "0301"), { opc = goes_on })
row("5/30/05", "cannot write: incompatible", "disc closed / wrong type", failing "020F",
  { opc = goes_on })
row("5/30/06", "cannot format: incompatible", "disc closed / wrong type", failing "0203",
  { opc = goes_on })
row("5/30/09", "session not fixated for append", "disc closed / wrong type", failing "0203",
  { opc = goes_on })
row("5/53/02", "removal prevented", "send ALLOW, retry once", failing "0210", PREVENTED,
  { eject = goes_on, opc = goes_on })
row("5/55/00", "system resource failure", "fail, once retry after 1 s", retrying(E_FAIL),
  POSITION, { opc = goes_on })
row("5/63/00", "end of user area", "disc/track full", failing(E_FAIL, "0509"),
  { opc = goes_on })
row("5/63/01", "packet does not fit", "disc/track full", failing(E_FAIL, "0509"),
  { opc = goes_on })
row("5/64/00", "illegal mode for this track", "page 05h wrong DBT/track mode", failing "0203",
  { opc = goes_on })
row("5/6F/00", "copy protection", "n/a", failing(E_FAIL), { opc = goes_on })
local FIXATION = "03: CLOSE TRACK then CLOSE SESSION again"
row("5/72/01", "lead-in could not be written", FIXATION, failing(E_FAIL), { opc = goes_on })
row("5/72/03", "incomplete track in session", FIXATION, failing(E_FAIL, "0301"),
  { opc = goes_on, close = retried "0301" })
row("5/72/04", "empty reserved track in session", FIXATION, failing(E_FAIL, "0301"),
  { opc = goes_on })
row("5/72/05", "no more track reservations", FIXATION, failing "0508", { opc = goes_on })

-- --- Unit attention ------------------------------------------------------------------------------

-- After the data of a track: another disc may lie there, its end is not sent to that one.
row("6/28/00", "medium may have changed", "re-read state; during a burn = fatal",
  retrying "0205", at("first middle sync close", fails "0301"),
  at("wait closing", retried "0207")) -- "many drives raise 6/28 afterwards" (1.7)
local MODE_SELECT = "55"
local RESET = "outside burn: reinit; inside burn: track broken, go to recovery"
row("6/29/00", "reset happened", RESET, retrying "0205",
  at("first middle sync wait closing", fails "0301"),
  -- No track is open: page 05h is sent again, which the reset wiped out, then CLOSE SESSION.
  { close = retried "0301", resent = { close = MODE_SELECT } })
row("6/2A/01", "mode parameters changed", "re-send page 05h", retrying(E_FAIL),
  at("wait closing", retried "0207"), { resent = { first = MODE_SELECT, close = MODE_SELECT } })
row("6/2E/00", "insufficient time (Mitsumi's early return)", "treat as 2/04/07 in close",
  retrying "020D", at(WRITE, fails "020D"), at("wait closing", retried "0207"))
row("6/3B/0D", "changer: destination full", "n/a", retrying(E_FAIL), at(WRITE, fails(E_FAIL)),
  at("wait closing", retried "0207"))
row("6/5A/01", "operator asks for removal", "ignore during burn", retrying(E_FAIL),
  at("wait closing", retried "0207"))
row("6/5A/03", "operator permits writing", "ignore during burn", retrying(E_FAIL),
  at("wait closing", retried "0207"), { opc = goes_on }) -- 1.5: accepted as OPC's result

-- --- The rest ------------------------------------------------------------------------------------

row("7/27/00", "write protected", "fail", failing "0209")
local ABORTED = "one retry if nothing was transferred"
for _, sense in ipairs { "B/00/00", "B/08/00", "B/4E/00" } do
  row(sense, "aborted command", ABORTED, retrying(E_FAIL, "0301"), POSITION, { opc = fails "0301" })
end
row({ name = "B/00/00 twice", sense = "B/00/00", times = 2 }, "aborted command", ABORTED,
  failing(E_FAIL, "0301"))
local DEFERRED = "report; position unknown -> stop track"
for _, descriptor in ipairs { false, true } do
  row({ name = descriptor and "73h 3/0C/00" or "71h 3/0C/00",
    sense = { key = 3, asc = 0x0C, ascq = 0, deferred = true, descriptor = descriptor } },
    "error of an earlier write", DEFERRED, failing "0301")
end
row({ name = "72h 2/04/08", sense = { key = 2, asc = 4, ascq = 8, descriptor = true } },
  "buffer full, as descriptors", "as 2/04/08 (1.3: both formats)", retrying "0207")
row({ name = "72h 3/0C/00", sense = { key = 3, asc = 0x0C, ascq = 0, descriptor = true } },
  "write error, as descriptors", "as 3/0C/00 (1.3: both formats)", failing(E_FAIL, "0301"))

-- The same with a track that is really spoilt by it: it gets its end by CLOSE TRACK (5.4).
for _, sense in ipairs { "3/0C/00", "3/0C/09", "4/44/00", "71h 3/0C/00" } do
  local deferred = sense:find "^71h" and { key = 3, asc = 0x0C, ascq = 0, deferred = true }
  row({ name = sense .. " and damage", sense = deferred or sense, damage = true },
    "the track is damaged", "CLOSE TRACK, PMA, CLOSE SESSION (5.4)",
    at("middle", fails(sense == "3/0C/09" and "0300" or "0301")))
end

-- Of a system call: the kernel's filter for users without CAP_SYS_RAWIO. GET CONFIGURATION always
-- passes it.
row({ name = "EPERM", errno = "EPERM" }, "refused by the kernel",
  "optional opcode: not available, no failure (linux-sg-io 3)",
  at("atip speeds speed buffer opc prevent", goes_on))

-- Host status 1: the drive is not there (linux-sg-io 2). Never asked again; once or for ever.
row({ name = "host 1", host = 1 }, "no connection", "drive lost, job aborted (3)",
  failing "80070037")
-- Host status 3: asked for the position before a WRITE is sent again (3.1: "any other retry ...
-- timeouts").
row({ name = "host 3", host = 3 }, "time-out", "ask READ TRACK INFORMATION first (3.1)",
  failing "020D", at("look disc", retried "020D"), at(WRITE, retried "020D"),
  POSITION)
-- A reply of 3 bytes; for a WRITE, 3 bytes of its data arrived: then the position tells (3.1).
row({ name = "short 3", short = 3 }, "short transfer", "residual used (7)",
  at("disc ask track toc verify", fails "02FF"), at(WRITE, retried "02FF"),
  { position = "0301" }, -- GOOD is believed then, and the next WRITE is at the wrong address
  { sound = fails "0007" })

-- What cannot be read back has one code: the check failed (imapi2 1.5). READ CD that fails with a
-- medium error is sent again sector by sector (1.10, "on error read block by block"). Verification
-- reads again sector by sector whatever can be the disc's fault: keys 3, 4, 5.
for _, line in ipairs(matrix) do
  local sense, sound = line.fault.sense, line.cells.sound
  local fresh = sense and not (type(sense) == "table" and sense.deferred)
  local key = fresh and (type(sense) == "table" and sense.key or tonumber(sense:sub(1, 1), 16))
  if sound and sound.ever then
    line.cells.sound = { once = sound.once and key ~= 3 and "0007" or nil, ever = "0007" }
    line.cells.verify = (key == 3 or key == 4 or key == 5) and retried "0007" or line.cells.verify
  end
end

return matrix
