-- SPDX-License-Identifier: GPL-3.0-or-later
-- The checker of burns by their traces: good ones pass, and each damage that is done to one is
-- found for what it is.

local burn_trace = require "spec.support.burn_trace"
local burner = require "spec.support.burner"
local jobs_of = require "spec.clients.jobs"
local room_of = require "spec.clients.room"

local TUR, PREVENT, WRITE, SYNC, DISC, TRACK, SELECT, SENSE, CLOSE =
  0x00, 0x1E, 0x2A, 0x35, 0x51, 0x52, 0x55, 0x5A, 0x5B

local function copy(commands)
  local list = {}
  for index, command in ipairs(commands) do
    local one = {}
    for name, value in pairs(command) do one[name] = value end
    list[index] = one
  end
  return list
end

-- As if the drive had been sent just these.
local function renumber(commands)
  for index, command in ipairs(commands) do command.n = index end
  return commands
end

-- Index of the `nth` command of that kind, counted from the end when negative.
local function find(commands, opcode, nth, fits)
  local found = {}
  for index, command in ipairs(commands) do
    if command.opcode == opcode and (not fits or fits(command)) then found[#found + 1] = index end
  end
  return assert(found[nth > 0 and nth or #found + 1 + nth], "no such command")
end

local function locks(command) return command.cdb:byte(5) == 1 end
local function asks_next(command) return command.cdb:byte(6) == 0xFF end

local function drop(commands, opcode, nth, fits)
  table.remove(commands, find(commands, opcode, nth, fits))
end

-- A command that is sent again at another place.
local function insert(commands, at, like, cdb)
  local one = copy({ commands[like] })[1]
  if cdb then
    one.cdb, one.opcode, one.length, one.data, one.good = cdb, cdb:byte(), 0, nil, true
  end
  table.insert(commands, at, one)
end

local function set(text, at, byte)
  return text:sub(1, at - 1) .. string.char(byte) .. text:sub(at + 1)
end

local function move(command, sectors)
  local lba = string.unpack(">i4", command.cdb, 3)
  command.cdb = command.cdb:sub(1, 2) .. string.pack(">i4", lba + sectors) .. command.cdb:sub(7)
end

-- All WRITEs of a track, from its `first` on.
local function writes_of(commands, track)
  local list, from = {}, track == 1 and 1 or find(commands, SYNC, track - 1)
  for index = from, find(commands, SYNC, track) do
    if commands[index].opcode == WRITE then list[#list + 1] = index end
  end
  return list
end

-- Everything between the long command and the next one that changes something.
local function drop_polls(commands, opcode, nth, only_good)
  local at = find(commands, opcode, nth) + 1
  while commands[at].opcode == TUR or commands[at].opcode == DISC do
    if only_good and not commands[at].good then
      at = at + 1
    else
      table.remove(commands, at)
    end
  end
  while commands[at].opcode ~= PREVENT and commands[at].opcode ~= SELECT do
    if commands[at].opcode == TUR or commands[at].opcode == DISC then
      table.remove(commands, at)
    else
      at = at + 1
    end
  end
end

-- Rule that must be broken, once -> what breaks it.
local damages = {
  { "lock", "the drive is not held at all", function(c) drop(c, PREVENT, 1, locks) end },
  { "lock", "a MODE SELECT before the drive is held", function(c)
    insert(c, find(c, PREVENT, 1, locks), find(c, SELECT, 1))
  end },
  { "lock", "the tray is moved before the drive is held", function(c)
    insert(c, find(c, PREVENT, 1, locks), 1, "\x1B\0\0\0\2\0")
  end },
  { "allow", "the tray stays locked", function(c) drop(c, PREVENT, -1) end },
  { "nwa", "a track begins one sector late", function(c)
    for _, index in ipairs(writes_of(c, 2)) do move(c[index], 1) end
  end },
  { "nwa", "nobody asks where the second track begins", function(c)
    local from, to = find(c, SYNC, 1), writes_of(c, 2)[1]
    for index = to, from, -1 do
      if c[index].opcode == TRACK and asks_next(c[index]) then table.remove(c, index) end
    end
  end },
  { "contiguous", "a WRITE is left out", function(c) table.remove(c, writes_of(c, 2)[5]) end },
  { "contiguous", "a WRITE is sent twice", function(c)
    local at = writes_of(c, 1)[4]
    insert(c, at, at)
  end },
  { "sync", "a track is not ended before the next", function(c) drop(c, SYNC, 1) end },
  { "sync", "the last track is not ended before the session is closed", function(c)
    drop(c, SYNC, -1)
  end },
  { "close", "the session is not closed", function(c)
    drop_polls(c, CLOSE, 1)
    drop(c, CLOSE, 1)
  end },
  { "close", "the session is closed twice", function(c)
    local at = find(c, PREVENT, -1)
    for index = at - 1, find(c, CLOSE, 1), -1 do insert(c, at, index) end
  end },
  { "wait", "nobody waits for the end of closing", function(c) drop_polls(c, CLOSE, 1) end },
  { "wait", "the drive still writes the track when the next is prepared", function(c)
    drop_polls(c, SYNC, 1, true)
  end },
  { "page-05", "no write parameters for the second track", function(c)
    local from, to = find(c, SYNC, 1), writes_of(c, 2)[1]
    for index = to, from, -1 do
      if c[index].opcode == SELECT then table.remove(c, index) end
    end
  end },
  { "page-05", "session at once in the write parameters", function(c)
    local one = c[find(c, SELECT, 2)]
    one.data = set(one.data, 11, one.data:byte(11) & 0xF0 | 2)
  end },
  { "page-05", "a session that may be followed by another", function(c)
    local one = c[find(c, SELECT, -1)]
    one.data = set(one.data, 12, one.data:byte(12) | 0xC0)
  end },
  { "test-write", "the test bit is left from before", function(c)
    for nth = 1, 2 do
      local one = c[find(c, SELECT, nth)]
      one.data = set(one.data, 11, one.data:byte(11) | 0x10)
    end
  end },
  { "in-track", "write parameters inside a track", function(c)
    insert(c, writes_of(c, 2)[3], find(c, SELECT, 1))
  end },
  { "in-track", "a question inside a track that makes the drive seek", function(c)
    insert(c, writes_of(c, 1)[3], find(c, SENSE, 1))
  end },
  { "in-track", "the tray is opened inside a track", function(c)
    insert(c, writes_of(c, 2)[3], 1, "\x1B\0\0\0\2\0")
  end },
  { "short", "a track of less than four seconds", function(c)
    local list = writes_of(c, 2)
    for index = #list, 8, -1 do table.remove(c, list[index]) end
  end },
  { "length", "fewer bytes than sectors", function(c)
    local one = c[writes_of(c, 1)[2]]
    one.length = one.length - 2352
  end },
  { "tracks", "a track is missing", function(c)
    local first, last = find(c, SYNC, 1) + 1, find(c, SYNC, 2)
    for index = last, first, -1 do table.remove(c, index) end
  end },
}

describe("a burn by its trace #clients", function()
  local room, good
  local EXPECTED = { tracks = 2, close = true, multi = false, test = false }

  setup(function()
    room = room_of.new()
    room:write("one.wav", burner.wav(burner.pcm(375, 1)))
    room:write("two.wav", burner.wav(burner.pcm(525, 2)))
    local list = { disc = { own = true, room_of.burn "one.wav two.wav" } }
    local result = jobs_of.run(room, list).disc[1]
    assert(result.code == 0, result.out)
    good = burn_trace.read(room.folder .. "/disc.1.trace")
  end)
  teardown(function() room:close() end)

  it("passes when it is good", function()
    assert.same({}, burn_trace.check(good, EXPECTED))
    assert.same({}, burn_trace.check(renumber(copy(good)), EXPECTED))
  end)

  for _, damage in ipairs(damages) do
    it(("%s: %s"):format(damage[1], damage[2]), function()
      local commands = copy(good)
      damage[3](commands)
      local findings, rules = burn_trace.check(renumber(commands), EXPECTED), {}
      for index, finding in ipairs(findings) do
        rules[index] = ("%s %s"):format(finding.rule, finding.text)
        assert.equal(damage[1], finding.rule, finding.text)
      end
      assert.equal(1, #findings, table.concat(rules, "\n"))
    end)
  end

  it("gap: a trace of which a line is missing", function()
    local commands = copy(good)
    table.remove(commands, 12)
    assert.same({ { rule = "gap", n = 13, text = "commands are missing before this one" } },
      burn_trace.check(commands, EXPECTED))
  end)

  it("finds the same in a simulation whose laser is on", function()
    local expected = { tracks = 2, close = true, multi = false, test = true }
    local findings = burn_trace.check(good, expected)
    assert.equal(2, #findings)
    assert.equal("test-write", findings[1].rule)
  end)
end)
