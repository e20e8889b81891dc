-- SPDX-License-Identifier: GPL-3.0-or-later
-- Reads a trace of the commands that reached a drive (mmc/trace.h) and holds a burn to the rules
-- of the MMC reference (sections 1.0 to 1.7): what a drive with no mercy would want. It shares no
-- code with the recorder.

local cjson = require "cjson"

local burn_trace = {}

local TUR, SENSE, START_STOP, PREVENT, WRITE, SYNC = 0x00, 0x03, 0x1B, 0x1E, 0x2A, 0x35
local DISC, TRACK, SELECT, CLOSE, CAPACITY = 0x51, 0x52, 0x55, 0x5B, 0x5C
local SHORTEST = 300 -- sectors of a track

-- Opcodes that change nothing: INQUIRY, MODE SENSE, GET CONFIGURATION and their like.
local QUESTIONS = {}
for _, opcode in ipairs { TUR, SENSE, 0x12, 0x1A, 0x25, 0x43, 0x46, 0x4A, DISC, TRACK, 0x5A,
  CAPACITY, 0xAC, 0xBD, 0xBE } do
  QUESTIONS[opcode] = true
end
-- What may stand between a track's first WRITE and its SYNCHRONIZE CACHE.
local IN_TRACK = { [WRITE] = true, [SYNC] = true, [CAPACITY] = true, [TRACK] = true,
  [SENSE] = true }

local function bytes(hex)
  return (hex:gsub("%x%x ?", function(pair) return string.char(tonumber(pair, 16)) end))
end

---@param path string
---@return table[] commands { n, cdb, opcode, length, good, key, data }, data as bytes
function burn_trace.read(path)
  local commands = {}
  for line in io.lines(path) do
    local record = cjson.decode(line)
    if record.n then
      local cdb, sense = bytes(record.cdb), bytes(record.sense)
      commands[#commands + 1] = { n = record.n, cdb = cdb, opcode = cdb:byte(), length = record.len,
        good = record.status == 0 and record.host == 0 and record.driver == 0 and record.errno == 0,
        key = #sense >= 14 and ("%X/%02X/%02X"):format(sense:byte(3) & 15, sense:byte(13),
          sense:byte(14)) or nil,
        data = record.data and bytes(record.data) }
    end
  end
  return commands
end

local checker = {}
checker.__index = checker

function checker:finding(rule, text)
  return { rule = rule, n = self.command and self.command.n or 0, text = text }
end

function checker:found(rule, text)
  self.findings[#self.findings + 1] = self:finding(rule, text)
end

-- Long work sent with Immed has been waited for when both polls said GOOD since.
function checker:poll(opcode)
  local wait = self.wait
  if not wait then return end
  wait[opcode] = self.command.good
  if wait[TUR] and wait[DISC] then self.wait = nil end
end

function checker:waited()
  if self.wait then self:found("wait", "goes on before the drive is ready again") end
  self.wait = nil
end

function checker:write()
  local cdb = self.command.cdb
  local lba, count = string.unpack(">i4", cdb, 3), string.unpack(">I2", cdb, 8)
  if self.command.length ~= count * 2352 then
    self:found("length", ("%d bytes for %d sectors"):format(self.command.length, count))
  end
  if self.track and lba ~= self.track.next and lba == self.nwa then self:unended() end
  if not self.track then self:first_write(lba) end
  local track = self.track
  if lba ~= track.next then
    if track.sectors > 0 then
      self:found("contiguous", ("%d where %d comes next"):format(lba, track.next))
    end
    track.next = lba
  end
  if self.command.good then
    track.next, track.sectors = lba + count, track.sectors + count
  end
end

function checker:first_write(lba)
  self:waited()
  if not self.selected then
    self:found("page-05", "no write parameters for this track")
  elseif self.test ~= self.expected.test then
    self:found("test-write", self.test and "the laser is off" or "the laser is on")
  end
  if not self.nwa then
    self:found("nwa", "a track begins where nobody asked for the next writable address")
  elseif lba ~= self.nwa then
    self:found("nwa", ("a track begins at %d, the next writable address is %d"):format(lba,
      self.nwa))
  end
  self.track = { next = lba, sectors = 0, strangers = {} }
  self.tracks, self.nwa = self.tracks + 1, nil
end

-- The commands that came since were not inside the track: its end is missing.
function checker:unended()
  self:found("sync", "the track before was not ended")
  self.track = nil
end

function checker:synchronize()
  self:waited()
  local track = self.track
  if track and track.sectors < SHORTEST then
    self:found("short", ("a track of %d sectors"):format(track.sectors))
  end
  for _, finding in ipairs(track and track.strangers or {}) do
    table.insert(self.findings, finding)
  end
  self.track, self.selected, self.nwa = nil, false, nil
  self:long_work(1 << 1)
end

function checker:long_work(immed)
  if self.command.good and self.command.cdb:byte(2) & immed ~= 0 then self.wait = {} end
end

function checker:select()
  local list = self.command.data or ""
  local page = list:sub(9 + (#list >= 8 and string.unpack(">I2", list, 7) or 0))
  if #page < 16 or page:byte(1) & 0x3F ~= 5 or not self.command.good then return end
  local kind, test = page:byte(3) & 15, page:byte(3) & 0x10 ~= 0
  if kind ~= 1 or page:byte(5) & 15 ~= 0 then
    self:found("page-05", ("write type %d, data block type %d"):format(kind, page:byte(5) & 15))
  end
  self.selected, self.test, self.multi = true, test, page:byte(4) & 0xC0 ~= 0
end

function checker:close_session()
  if self.track then self:unended() end
  self:waited()
  self.closes = self.closes + 1
  if self.closes > 1 then self:found("close", "the session is closed again") end
  if not self.selected then self:found("page-05", "no write parameters for closing") end
  if self.multi ~= self.expected.multi then
    self:found("page-05", "the multi-session bits are not those asked for")
  end
  self:long_work(1)
end

function checker:prevent()
  self:waited()
  self.prevented = self.command.cdb:byte(5) & 1 ~= 0
  self.held = self.held or self.prevented
  self.loose = false
end

local HANDLERS = { [WRITE] = "write", [SYNC] = "synchronize", [SELECT] = "select",
  [PREVENT] = "prevent" }

function checker:next(command)
  local opcode = command.opcode
  self.command = command
  if command.n ~= self.last + 1 then self:found("gap", "commands are missing before this one") end
  self.last = command.n
  if not QUESTIONS[opcode] and opcode ~= PREVENT then
    local tray = opcode == START_STOP and self.held
    if not self.prevented and not tray and not self.loose then
      self:found("lock", ("%02Xh before the drive is held"):format(opcode))
      self.loose = true -- said once
    end
  end
  if self.track and not IN_TRACK[opcode] then
    table.insert(self.track.strangers, self:finding("in-track", ("%02Xh inside a track")
      :format(opcode)))
  end
  if opcode == TUR or opcode == DISC then self:poll(opcode) end
  if opcode == TRACK and command.good and command.cdb:byte(2) == 1 and command.cdb:byte(6) == 0xFF
    and command.data and #command.data >= 16 and command.data:byte(8) & 1 ~= 0 then
    self.nwa = string.unpack(">i4", command.data, 13)
  end
  if opcode == CLOSE and command.cdb:byte(3) == 2 then
    self:close_session()
  elseif HANDLERS[opcode] then
    self[HANDLERS[opcode]](self)
  end
end

function checker:finish()
  local expected = self.expected
  self.command = nil
  if self.track then self:found("sync", "the last track was not ended") end
  self:waited()
  if self.prevented then self:found("allow", "the tray stays locked") end
  if self.tracks ~= expected.tracks then
    self:found("tracks", ("%d tracks, not %d"):format(self.tracks, expected.tracks))
  end
  if self.closes == 0 and expected.close then self:found("close", "the session was not closed") end
  if self.closes > 0 and not expected.close then self:found("close", "the session was closed") end
end

---What is wrong with a burn.
---@param commands table[] as `burn_trace.read` gives them
---@param expected { tracks: integer, close: boolean, multi: boolean, test: boolean }
---@return table[] findings { rule, n, text }; n is the command's number, 0 for the whole
function burn_trace.check(commands, expected)
  local state = setmetatable({ findings = {}, expected = expected, last = 0, tracks = 0, closes = 0,
    multi = false }, checker)
  for _, command in ipairs(commands) do
    state:next(command)
  end
  state:finish()
  return state.findings
end

return burn_trace
