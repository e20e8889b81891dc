-- SPDX-License-Identifier: GPL-3.0-or-later
-- A drive in order and a user who may use it, to be spoiled by specs.

local facts = {}

-- `changes` over `base`, which is left as it is.
local function with(base, changes)
  local copy = {}
  for key, value in pairs(base) do copy[key] = value end
  for key, value in pairs(changes or {}) do copy[key] = value end
  return copy
end
facts.with = with

local CDROM, ANNA = { id = 24, name = "cdrom" }, { id = 1000, name = "anna" }

function facts.user(changes)
  return with({ uid = 1000, user = "anna", groups = { ANNA, CDROM },
    login_groups = { ANNA, CDROM }, rawio = true, memlock = 64 << 20 }, changes)
end

-- Anna without the group cdrom.
function facts.stranger(changes)
  return facts.user(with({ groups = { ANNA }, login_groups = { ANNA } }, changes))
end

function facts.system(changes)
  return with({ kernel = "6.1.0", user = facts.user(), burner_group = "cdrom",
    drivers = { sr = true, sg = true }, unbound = {} }, changes)
end

function facts.node(changes)
  return with({ kind = "block", target = "/dev/sr0", device = 0xB00, major = 11, minor = 0,
    mode = tonumber("660", 8), uid = 0, owner = "root", gid = 24, group = "cdrom",
    readable = true, writable = true, acl = {}, mounts = {} }, changes)
end

-- A node that its user may not open, by mode.
function facts.closed(changes)
  return facts.node(with({ readable = false, writable = false }, changes))
end

function facts.summary(changes)
  return with({ MediaType = 2, State = "blank", Erasable = false, SessionOpen = false,
    Damaged = false, LastTrackIncomplete = false, NumberOfTracks = 0, NumberOfSessions = 0,
    NextTrack = 1, TotalSectors = 359847, FreeSectors = 359847, UsedSectors = 0 }, changes)
end

function facts.look(changes)
  return with({ taken = true, medium = facts.summary(), profiles = { 0x0A, 0x09, 0x08 } }, changes)
end

function facts.drive(changes)
  return with({ id = "/dev/sr0", kind = "device", path = "/dev/sr0", known = true,
    kernel_name = "sr0", number = "11:0", vendor = "ACME", model = "BURNER", revision = "1.0",
    node = facts.node(), sg = { path = "/dev/sg1", present = true, device = 0x1501,
      readable = true, writable = true }, holders = {}, unseen = 0, kernel_holders = {},
    look = facts.look() }, changes)
end

return facts
