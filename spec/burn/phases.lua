-- SPDX-License-Identifier: GPL-3.0-or-later
-- The phases of a burn of two tracks, for spec/burn/matrix_spec.lua: which command a fault meets,
-- when it is armed, and how the disc is left when the phase fails.

-- `left`: what the disc must be then, and how many of its tracks are complete, after the fault
-- came, once or for ever; `gone`, after the drive vanished; `refused`, after it never ended in a
-- drive that refuses CLOSE TRACK. `armed`: the event of burn_playlist at which it is armed.
-- `spent`: so often "for ever" is, for a command that counts in another phase. `behind`: a command
-- of track 2 after its sound.
local function phase(name, armed, fault, left, more)
  more = more or {}
  return { name = name, armed = armed, fault = fault, left = left, gone = more.gone or left,
    refused = more.refused or left, behind = more.behind, spent = more.spent }
end

local UNTOUCHED = { disc = "untouched", tracks = 0 }
local TWO = { disc = "open", tracks = 2 }
local CUT_OFF = { disc = "open", tracks = 1, cut_off = true }
local CLOSED = { disc = "finalised", tracks = 2 }

-- Track 1 has 300 sectors, track 2 begins at 452. `middle` lies in its 13th WRITE: 312 sectors are
-- on the disc, enough for a track.
local START, LENGTH = 452, 480
local MIDDLE = START + 320

return {
  length = LENGTH,
  -- Before the drive is held: the look at the disc.
  phase("look", "begin", { command = "TEST UNIT READY" }, UNTOUCHED),
  phase("disc", "begin", { command = "READ DISC INFORMATION" }, UNTOUCHED),
  -- PrepareMedia.
  phase("ready", "prepare", { command = "TEST UNIT READY" }, UNTOUCHED),
  phase("ask", "prepare", { command = "READ DISC INFORMATION" }, UNTOUCHED),
  phase("select", "prepare", { command = "MODE SELECT" }, UNTOUCHED),
  -- Commands that a drive need not know.
  phase("prevent", "prepare", { command = "PREVENT ALLOW MEDIUM REMOVAL" }, UNTOUCHED),
  phase("configuration", "prepare", { command = "GET CONFIGURATION" }, UNTOUCHED),
  phase("atip", "prepare", { command = "READ TOC" }, UNTOUCHED, { spent = 3 }),
  phase("speeds", "prepare", { command = "GET PERFORMANCE" }, UNTOUCHED),
  phase("speed", "prepare", { command = "SET CD SPEED" }, UNTOUCHED),
  phase("buffer", "track 2", { command = "READ BUFFER CAPACITY" }, UNTOUCHED),
  -- Track 1 before and at its first sector.
  phase("opc", "track 1", { command = "SEND OPC INFORMATION" }, UNTOUCHED),
  phase("first", "track 1", { command = "WRITE" }, UNTOUCHED),
  -- Track 2. A SYNCHRONIZE CACHE that failed is sent again when the drive is let go; CLOSE TRACK
  -- ends the track where it fails again.
  phase("middle", "track 2", { command = "WRITE", lba = MIDDLE }, TWO, { gone = CUT_OFF }),
  phase("sync", "track 2", { command = "SYNCHRONIZE CACHE" }, TWO,
    { gone = CUT_OFF, refused = CUT_OFF }),
  phase("wait", "track 2", { command = "TEST UNIT READY" }, TWO),
  -- Reading back: track information and sound after a track, the table of contents at the end.
  phase("track", "track 2", { command = "READ TRACK INFORMATION" }, TWO, { behind = true }),
  phase("sound", "track 2", { command = "READ CD", lba = START }, TWO),
  phase("close", "finish", { command = "CLOSE TRACK SESSION" }, TWO),
  phase("closing", "finish", { command = "TEST UNIT READY" }, CLOSED),
  phase("toc", "finish", { command = "READ TOC" }, CLOSED),
  -- The whole disc, read back and compared.
  phase("verify", "verify", { command = "READ CD", lba = START }, CLOSED),
  -- The tray, after a disc that is whole.
  phase("eject", "finish", { command = "START STOP UNIT" }, CLOSED),
}
