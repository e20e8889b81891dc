-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cue sheets: the commands of CDRWIN's manual, and what programs have made of them. Lines in,
-- tracks out; cue_tracks.lua makes of them what can be burned.

local codes = require "redbook.codes"
local text = require "redbook.playlist.text"

local cue = {}

---@class redbook.CueFile
---@field raw string its name's bytes
---@field decoded string the same in UTF-8
---@field type string "WAVE", "BINARY", ...
---@field line integer
---@field indexed boolean? an INDEX stands below it

---@class redbook.CueTrack
---@field number integer
---@field mode string "AUDIO", ...
---@field line integer
---@field indexes table<integer, { at: integer, file: redbook.CueFile, line: integer }> `at` in
---sectors from the beginning of the file
---@field title string?
---@field performer string?
---@field isrc string? twelve characters
---@field flags table<string, boolean>
---@field pregap integer? sectors of silence that are in no file
---@field postgap integer?
---@field replaygain_track_gain number? dB
---@field replaygain_track_peak number? 1 = full scale

local Sheet = {}
Sheet.__index = Sheet

function Sheet:complain_at(line, what, message)
  self.problems[#self.problems + 1] = { line = line, text = what, message = message }
end

function Sheet:complain(message)
  self:complain_at(self.line, text.trim(self.decoded), message)
end

function Sheet:remark(message)
  self.remarks[#self.remarks + 1] = ("line %d: %s"):format(self.line, message)
end

-- `"a "quoted" name"`, `"no end`, or bare words up to the end.
local function argument(rest)
  local inner = rest:match '^"(.*)"%s*$' or rest:match '^"(.*)$'
  return inner or text.trim(rest)
end

---@return integer? sectors of "MM:SS:FF"; minutes may have three digits
local function time(value)
  local m, s, f = value:match "^(%d+):(%d%d):(%d%d)$"
  if not m or #m > 3 or tonumber(s) > 59 or tonumber(f) > 74 then return nil end
  return (math.tointeger(m) * 60 + math.tointeger(s)) * 75 + math.tointeger(f)
end

local commands = {}

function commands.FILE(sheet, rest, raw)
  local name, type = rest:match '^"(.*)"(.*)$'
  local bytes = raw:match '"(.*)"'
  type = type and text.strip(type)
  if not name or type:find "%s" then
    name, type = text.last_word(rest)
    bytes = text.last_word(text.strip(raw:match "^%s*%a+(.*)$" or ""))
  end
  if not name or name == "" or not bytes then
    sheet.file = nil
    return sheet:complain 'a file is named as FILE "name.wav" WAVE'
  end
  if name:find '^"[^"]*$' then
    sheet:complain 'its name has one quotation mark only; a file is named as FILE "name.wav" WAVE'
  end
  sheet.file = { raw = bytes, decoded = name, type = type:upper(), line = sheet.line }
  sheet.files[#sheet.files + 1] = sheet.file
end

function commands.TRACK(sheet, rest)
  local number, mode = rest:match "^(%d+)%s+(%S+)"
  number = math.tointeger(tonumber(number))
  sheet.track = { number = number, mode = (mode or ""):upper(), line = sheet.line, indexes = {},
    flags = {} }
  if not number or number < 1 or number > 99 then
    return sheet:complain "a track is named as TRACK 01 AUDIO, numbers 01 to 99"
  elseif not sheet.file then
    return sheet:complain "stands before any FILE"
  end
  local last = sheet.tracks[#sheet.tracks]
  if last and number <= last.number then
    sheet:complain(("comes after track %02d; numbers must rise"):format(last.number))
  end
  if sheet.track.mode ~= "AUDIO" then
    sheet:complain "is a data track; redbook burns audio only"
  end
  sheet.tracks[#sheet.tracks + 1] = sheet.track
end

-- Indexes rise within a file; where another FILE begins, counting begins anew.
local function rises(sheet, at)
  local last = sheet.last_index
  return not last or last.file ~= sheet.file or at >= last.at
end

-- A sheet may name one file again before each track of it. Where times go on it is cut; where they
-- begin anew all of it is meant once more.
local function same_file(sheet, at)
  local last, file = sheet.last_index, sheet.file
  return last and last.file ~= file and last.file.raw == file.raw and at > last.at
end

function commands.INDEX(sheet, rest)
  if sheet.file then sheet.file.indexed = true end
  local number, value = rest:match "^(%d+)%s+(%S+)"
  local at = value and time(value)
  number = math.tointeger(tonumber(number))
  if not sheet.track then return sheet:complain "stands before any TRACK" end
  if not at or not number or number > 99 then
    return sheet:complain "an index is written INDEX 01 MM:SS:FF, seconds to 59, frames to 74"
  elseif not sheet.file then
    return
  elseif sheet.track.indexes[number] then
    return sheet:complain(("INDEX %02d stands twice in track %02d"):format(number,
      sheet.track.number or 0))
  elseif not rises(sheet, at) then
    return sheet:complain "lies before the index above it; times must rise within a file"
  end
  if same_file(sheet, at) then sheet.file = sheet.last_index.file end
  sheet.last_index = { at = at, file = sheet.file, line = sheet.line }
  sheet.track.indexes[number] = sheet.last_index
end

local function gap(field)
  return function(sheet, rest)
    local at = time(text.trim(rest))
    if not sheet.track then return sheet:complain "stands before any TRACK" end
    if not at then return sheet:complain "a length is written MM:SS:FF" end
    sheet.track[field] = at
  end
end

commands.PREGAP = gap "pregap"
commands.POSTGAP = gap "postgap"

local function label(field)
  return function(sheet, rest)
    local value = text.trim(argument(rest))
    if value ~= "" then (sheet.track or sheet)[field] = value end
  end
end

commands.TITLE = label "title"
commands.PERFORMER = label "performer"

function commands.ISRC(sheet, rest)
  local code = argument(rest):upper():gsub("[-%s]", "")
  if not sheet.track then return sheet:complain "stands before any TRACK" end
  if code == "" or code:find "^0+$" then return end
  if codes.is_isrc(code) then
    sheet.track.isrc = code
  else
    sheet:remark(("ISRC %s is left out: two letters, three letters or digits, seven digits "
      .. "are one"):format(code))
  end
end

function commands.CATALOG(sheet, rest)
  local digits = argument(rest):gsub("[-%s]", "")
  if digits:find "^0*$" then return end
  if not digits:find "^%d%d%d%d%d%d%d%d%d%d%d%d%d$" then
    return sheet:remark(("CATALOG %s is left out: 13 digits are one"):format(digits))
  end
  if not codes.check_digit_fits(digits) then
    return sheet:remark(("CATALOG %s is left out: its last digit does not fit the others")
      :format(digits))
  end
  sheet.catalog = digits
end

function commands.FLAGS(sheet, rest)
  if not sheet.track then return sheet:complain "stands before any TRACK" end
  for flag in rest:upper():gmatch "%S+" do sheet.track.flags[flag] = true end
end

-- CD-TEXT needs session at once.
for _, name in ipairs { "CDTEXTFILE", "SONGWRITER" } do commands[name] = function() end end

local GAINS = { REPLAYGAIN_TRACK_GAIN = true, REPLAYGAIN_ALBUM_GAIN = true }
local PEAKS = { REPLAYGAIN_TRACK_PEAK = true, REPLAYGAIN_ALBUM_PEAK = true }
-- As tags are judged: gains beyond it (dB) and peaks beyond it are mistakes.
local LOUDEST, HIGHEST = 60, 64

---@return number? value of "-6.20 dB", "-6,2", "0.98"
local function loudness(name, value)
  local sign, digits = text.trim(argument(value)):match "^([-+]?)(%d*[.,]?%d*)%s*[dD]?[bB]?$"
  local number = digits and tonumber((digits:gsub(",", ".")))
  if not number then return nil end
  if GAINS[name] then return number <= LOUDEST and (sign == "-" and -number or number) or nil end
  return sign ~= "-" and number <= HIGHEST and number or nil
end

-- Remarks are of no consequence, but for ReplayGain's, and one that FLAC's own cue sheets get
-- where a sample is told that no frame begins with.
function commands.REM(sheet, rest)
  local name, value = rest:match "^(%S+)%s+(.*)$"
  name = name and name:upper()
  if GAINS[name] or PEAKS[name] then
    local number = loudness(name, value)
    if not number then
      return sheet:remark(("%s %s is left out: it is no sensible number"):format(name, value))
    end
    local album = name:find "ALBUM" or not sheet.track
    local owner = album and sheet or sheet.track
    owner[name:lower()] = number
  elseif name == "ROUNDED" and sheet.track then
    sheet:remark(("a cut of track %02d lies between two frames of 1/75 second, and is made at the "
      .. "one before"):format(sheet.track.number or 0))
  end
end

function Sheet:take(raw, line)
  self.line, self.decoded = line, text.to_utf8(raw, self.decoder)
  local word, rest = text.strip(self.decoded):match "^(%S+)%s*(.*)$"
  if not word then return end
  local command = commands[word:upper()]
  if command then return command(self, rest, raw) end
  self:complain "is no command of a cue sheet"
end

-- One file for one track: only its gap (INDEX 00) may stand in a file before.
function Sheet:check_track(track)
  local name, first = ("TRACK %02d"):format(track.number), track.indexes[1]
  if not first then
    return self:complain_at(track.line, name, "has no INDEX 01, where it would begin")
  end
  for number = 0, 99 do
    local index = track.indexes[number]
    if index and index.file ~= first.file and (number > 1 or index.line > first.line) then
      self:complain_at(index.line, ("%s INDEX %02d"):format(name, number), ("lies in another file "
        .. "(%s) than INDEX 01 (%s): a track is burned from one file; join the two into one")
        :format(index.file.decoded, first.file.decoded))
    end
  end
end

---Reads a sheet.
---@param bytes string a whole file
---@return { tracks: redbook.CueTrack[], problems: table[], remarks: string[], title: string?,
---performer: string?, catalog: string?, files: redbook.CueFile[], replaygain_album_gain: number?,
---replaygain_album_peak: number?, decoder: function? }
function cue.parse(bytes)
  local sheet = setmetatable({ tracks = {}, problems = {}, remarks = {}, files = {} }, Sheet)
  bytes = text.unpadded((text.unmark(bytes)))
  sheet.decoder = text.guess(bytes)
  for line, raw in ipairs(text.lines(bytes)) do sheet:take(raw, line) end
  for _, track in ipairs(sheet.tracks) do sheet:check_track(track) end
  local indexed = {} -- a file may be named twice in a row
  for _, file in ipairs(sheet.files) do
    if file.indexed then indexed[file.raw] = true end
  end
  for _, file in ipairs(sheet.files) do
    if not indexed[file.raw] then
      sheet:complain_at(file.line, ('FILE "%s"'):format(file.decoded), "no INDEX follows, so that "
        .. "nothing of it would be burned; take the line out, or write what is missing")
    end
  end
  return sheet
end

return cue
