-- SPDX-License-Identifier: GPL-3.0-or-later
-- What must hold of a playlist's reading, whatever its bytes are. Each function reads `bytes` with
-- one reader and raises what is wrong with the answer; the fuzzers (lua_world.h) and a spec call
-- them.

local cue = require "redbook.playlist.cue"
local cue_tracks = require "redbook.playlist.cue_tracks"
local m3u = require "redbook.playlist.m3u"
local playlist = require "redbook.playlist"
local pls = require "redbook.playlist.pls"
local text = require "redbook.playlist.text"
local xspf = require "redbook.playlist.xspf"

local lists = {}

-- Times in lists go up to 99:59:59 h.
local MOST_SECTORS = 360000 * 75

local function is_text(value, what)
  assert(type(value) == "string", what .. " is no string")
  assert(utf8.len(value), what .. " is no UTF-8")
end

local function is_text_or_none(value, what)
  if value ~= nil then is_text(value, what) end
end

local function is_count(value, least, what)
  assert(math.type(value) == "integer", what .. " is no integer")
  assert(value >= least and value <= MOST_SECTORS, what .. " is out of range: " .. value)
end

local function is_spelling(item, what)
  assert(type(item.raw) == "string", what .. " has no name")
  is_text(item.decoded, what .. "'s name")
end

local function check_item(item, index)
  local what = "item " .. index
  is_spelling(item, what)
  for number, spelling in ipairs(item.spellings or {}) do
    is_spelling(spelling, ("%s, spelling %d"):format(what, number))
    is_text_or_none(spelling.instead, what)
  end
  is_count(item.line, 1, what .. "'s line")
  for _, field in ipairs { "title", "artist", "album", "isrc", "raw_sound" } do
    is_text_or_none(item[field], what .. "'s " .. field)
  end
  for _, field in ipairs { "replaygain_track_gain", "replaygain_album_gain" } do
    assert(math.abs(item[field] or 0) <= 60, what .. "'s " .. field)
  end
  for _, field in ipairs { "replaygain_track_peak", "replaygain_album_peak" } do
    assert((item[field] or 0) >= 0 and (item[field] or 0) <= 64, what .. "'s " .. field)
  end
  if item.start then is_count(item.start, 0, what .. "'s start") end
  if item.length then is_count(item.length, 1, what .. "'s length") end
end

-- A problem as people see it: one line without control characters.
local function check_problem(problem)
  is_text(problem.message, "a problem")
  if problem.line then is_count(problem.line, 1, "a problem's line") end
  problem.list = "list"
  local line = playlist.describe(problem)
  is_text(line, "a problem's line of text")
  assert(not line:find "%c", "a problem holds a control character")
end

local function check(list)
  for index, item in ipairs(list.items) do check_item(item, index) end
  for _, problem in ipairs(list.problems) do check_problem(problem) end
  for _, remark in ipairs(list.remarks) do is_text(remark, "a remark") end
  is_text_or_none(list.title, "the title")
  if list.catalog then assert(list.catalog:find "^%d+$" and #list.catalog == 13, "no MCN") end
  return list
end

local function lines_rise(list)
  local last = 0
  for _, item in ipairs(list.items) do
    assert(item.line > last, "an item comes before the one above it")
    last = item.line
  end
end

-- Within a file every index lies behind those above it, and track numbers rise.
local function check_sheet(sheet)
  local number, at = 0, {}
  for _, track in ipairs(sheet.tracks) do
    if #sheet.problems == 0 then
      assert(track.number > number, "track numbers do not rise")
      assert(track.indexes[1], "a track has no INDEX 01")
      number = track.number
    end
    local indexes = {}
    for _, index in pairs(track.indexes) do indexes[#indexes + 1] = index end
    table.sort(indexes, function(a, b) return a.line < b.line end)
    for _, index in ipairs(indexes) do
      is_count(index.at, 0, "an index")
      assert(index.at >= (at[index.file] or 0), "indexes do not rise")
      at[index.file] = index.at
    end
  end
end

-- Some comments are names of files that are there.
local function is_there(name) return #name % 7 == 1 end

function lists.m3u(bytes) lines_rise(check(m3u.parse(bytes, is_there))) end

function lists.pls(bytes) check(pls.parse(bytes)) end

function lists.xspf(bytes) check(xspf.parse(bytes)) end

function lists.cue(bytes)
  check_sheet(cue.parse(bytes))
  for _, hidden in ipairs { false, true } do
    local list = check(cue_tracks.parse(bytes, is_there, { hidden_track = hidden }))
    assert(#list.items <= 100, "more tracks than numbers") -- and the hidden one
  end
  assert(utf8.len(text.printable(bytes)))
end

return lists
