-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an event may hold: validated, and written down as a page and as JSON Schema, from one
-- table of the events (schema/events.lua) and of the objects in them (schema/objects.lua).
--
-- A field is "TYPE: what it is". TYPE is integer, number, string, boolean, the name of an object,
-- "A|B|C" for one of these words, or "[TYPE]" for a list; "?" behind it: the field may be absent.

local json = require "redbook.report.json"

local schema = { VERSION = json.VERSION, events = require "redbook.report.schema.events",
  objects = {} }

for _, name in ipairs { "objects", "doctor" } do
  for object, about in pairs(require("redbook.report.schema." .. name)) do
    schema.objects[object] = about
  end
end

local SCALARS = { integer = true, number = true, string = true, boolean = true }

---@class redbook.SchemaType
---@field kind "scalar"|"list"|"object"|"words"
---@field name string? of a scalar or an object
---@field of redbook.SchemaType? of a list
---@field words string[]?
---@field optional boolean

---@param text string
---@return redbook.SchemaType
local function parse_type(text)
  local inner, mark = text:match "^(.-)(%??)$"
  local optional = mark ~= ""
  local element = inner:match "^%[(.*)%]$"
  if element then return { kind = "list", of = parse_type(element), optional = optional } end
  if inner:find("|", 1, true) then
    local words = {}
    for word in inner:gmatch "[^|]+" do words[#words + 1] = word end
    return { kind = "words", words = words, optional = optional }
  end
  local kind = SCALARS[inner] and "scalar" or "object"
  assert(kind == "scalar" or schema.objects[inner], inner)
  return { kind = kind, name = inner, optional = optional }
end

---@param field string "TYPE: what it is"
---@return redbook.SchemaType type
---@return string text
function schema.field(field)
  local text, description = field:match "^(%S+): (.*)$"
  return parse_type(assert(text, field)), description
end

-- Of every event; `device` of all where there are several drives.
local COMMON = { redbook = "integer: the version of this schema", event = "string: its name",
  device = "string?: which drive it is about, where there are several" }

-- Beside a name of a file or drive that is not UTF-8: its bytes in hexadecimal.
local BYTES = { path_bytes = true, list_bytes = true, device_bytes = true }

local check

local function is_scalar(value, name)
  if name == "integer" then return type(value) == "number" and value == math.floor(value) end
  return type(value) == name
end

local function check_list(value, element, where)
  if type(value) ~= "table" then return nil, where .. ": a list expected" end
  for key, item in pairs(value) do
    if math.type(key) ~= "integer" then return nil, where .. ": a list expected" end
    local ok, problem = check(item, element, ("%s[%d]"):format(where, key))
    if not ok then return nil, problem end
  end
  return true
end

local function check_fields(value, fields, where)
  if type(value) ~= "table" then return nil, where .. ": an object expected" end
  for key in pairs(value) do
    local known = fields[key] or BYTES[key]
    if not known then return nil, ("%s: unknown field '%s'"):format(where, tostring(key)) end
  end
  for name, field in pairs(fields) do
    local wanted = schema.field(field)
    if value[name] ~= nil then
      local ok, problem = check(value[name], wanted, where .. "." .. name)
      if not ok then return nil, problem end
    elseif not wanted.optional then
      return nil, ("%s: '%s' is missing"):format(where, name)
    end
  end
  return true
end

function check(value, wanted, where)
  if wanted.kind == "list" then return check_list(value, wanted.of, where) end
  if wanted.kind == "object" then
    return check_fields(value, schema.objects[wanted.name].fields, where)
  elseif wanted.kind == "words" then
    for _, word in ipairs(wanted.words) do
      if value == word then return true end
    end
    return nil, ("%s: '%s' is none of %s"):format(where, tostring(value),
      table.concat(wanted.words, ", "))
  end
  if is_scalar(value, wanted.name) then return true end
  return nil, ("%s: %s expected, got %s"):format(where, wanted.name, tostring(value))
end

---All fields of an event, those that every one has, too.
---@param name string
---@return table<string, string>? fields
function schema.fields(name)
  local event = schema.events[name]
  if not event then return nil end
  local fields = {}
  for key, field in pairs(COMMON) do fields[key] = field end
  for key, field in pairs(event.of and schema.objects[event.of].fields or {}) do
    fields[key] = field
  end
  for key, field in pairs(event.fields) do fields[key] = field end
  return fields
end

---@param event table decoded from a line of --json
---@return true? valid
---@return string? problem where it is not as the schema says
function schema.check(event)
  local name = type(event) == "table" and event.event
  local fields = name and schema.fields(name)
  if not fields then return nil, ("'%s' is no event"):format(tostring(name)) end
  if event.redbook ~= schema.VERSION then
    return nil, ("%s.redbook: %d expected, got %s"):format(name, schema.VERSION,
      tostring(event.redbook))
  end
  return check_fields(event, fields, name)
end

return schema
