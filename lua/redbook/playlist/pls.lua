-- SPDX-License-Identifier: GPL-3.0-or-later
-- PLS: an INI file with numbered keys, FileN and TitleN. Knows the keys, not the file system.
--
-- There is no standard either. Taken for granted here: keys in any case and any order, gaps in
-- the numbers, spaces round `=`, `;` and `#` begin a comment. Lengths and NumberOfEntries are not
-- believed.

local split_label = require "redbook.playlist.label"
local text = require "redbook.playlist.text"

local pls = {}

local function unescape(name)
  return (name:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The name as it stands, and for players that write them so, with its %20 read as a space.
local function spellings(raw, decoded, decoder)
  local list = { { raw = raw, decoded = decoded } }
  local plain = unescape(raw)
  if plain ~= raw and not raw:find "^%a[%w+.-]+:" then
    list[2] = { raw = plain, decoded = text.to_utf8(plain, decoder) }
  end
  return list
end

local Reader = {}
Reader.__index = Reader

function Reader:complain(line, decoded, message)
  self.problems[#self.problems + 1] = { line = line, text = decoded, message = message }
end

function Reader:file(number, raw, decoded, line)
  if self.files[number] then
    return self:complain(line, decoded, ("File%d stands twice; give every file its own number")
      :format(number))
  elseif raw == "" then
    return self:complain(line, nil, ("File%d names no file"):format(number))
  end
  self.files[number] = { raw = raw, decoded = decoded, line = line,
    spellings = spellings(raw, decoded, self.decoder) }
  self.numbers[#self.numbers + 1] = number
end

function Reader:take(raw, line)
  local decoded = text.to_utf8(raw, self.decoder)
  if not raw:find "%S" or raw:find "^%s*[;#%[]" then return end
  local key, value = raw:match "^([^=]*)=(.*)$"
  key, value = text.strip(key or ""), text.strip(value or "")
  if key == "" then
    return self:complain(line, decoded, "is no line of a PLS list: File1=..., Title1=...")
  end
  local name, digits = key:lower():match "^(%a+)(%d*)$"
  local number = math.tointeger(tonumber(digits))
  if name == "file" and number then
    self:file(number, value, text.to_utf8(value, self.decoder), line)
  elseif name == "title" and number then
    self.titles[number] = text.to_utf8(value, self.decoder)
  elseif name == "numberofentries" then
    self.announced = math.tointeger(tonumber(value))
  end
end

---Reads a list.
---@param bytes string a whole file
---@return { items: table[], problems: table[], remarks: string[] } as `m3u.parse`; items in the
---order of their numbers
function pls.parse(bytes)
  local reader = setmetatable({ files = {}, titles = {}, numbers = {}, problems = {} }, Reader)
  bytes = text.unpadded((text.unmark(bytes)))
  reader.decoder = text.guess(bytes)
  for line, raw in ipairs(text.lines(bytes)) do reader:take(raw, line) end
  table.sort(reader.numbers)
  local items, remarks = {}, {}
  for index, number in ipairs(reader.numbers) do
    local item = reader.files[number]
    item.title, item.artist = split_label(reader.titles[number] or "")
    items[index] = item
  end
  if reader.announced and reader.announced ~= #items then
    remarks[1] = ("NumberOfEntries is %d, but the list names %d files; those are taken")
      :format(reader.announced, #items)
  end
  return { items = items, problems = reader.problems, remarks = remarks }
end

return pls
