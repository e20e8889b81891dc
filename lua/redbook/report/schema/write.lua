-- SPDX-License-Identifier: GPL-3.0-or-later
-- The schema of the events for readers: a page in Markdown, and JSON Schema (draft 2020-12).

local json = require "redbook.report.json"
local schema = require "redbook.report.schema"

local write = {}

local function type_text(wanted)
  if wanted.kind == "list" then return "list of " .. type_text(wanted.of) end
  if wanted.kind == "words" then return "`" .. table.concat(wanted.words, "`, `") .. "`" end
  if wanted.kind == "object" then return ("[%s](#%s)"):format(wanted.name, wanted.name) end
  return wanted.name
end

local function rows(list, fields)
  list[#list + 1] = ""
  list[#list + 1] = "| field | type | |"
  list[#list + 1] = "|---|---|---|"
  for _, name in ipairs(json.sorted_keys(fields)) do
    local wanted, text = schema.field(fields[name])
    list[#list + 1] = ("| `%s` | %s | %s%s |"):format(name, type_text(wanted),
      wanted.optional and "*may be absent:* " or "", text)
  end
  list[#list + 1] = ""
end

---@return string Markdown: every event with its fields and an example, then the objects in them
function write.page()
  local list = { "# Events of redbook's programs", "",
    ("Version %d of the schema. With `--json` redbook's programs write one JSON object a line "
      .. "(NDJSON, UTF-8) on standard output."):format(schema.VERSION),
    "New fields and events may come without a new version; whatever is not listed here does not.",
    "Sectors are 2352 bytes, 1/75 second; addresses are LBAs. Beside a `path`, `list` or `device` "
      .. "that is not UTF-8 stand its bytes in hexadecimal, as `path_bytes` and so on.", "" }
  for _, name in ipairs(json.sorted_keys(schema.events)) do
    local event = schema.events[name]
    list[#list + 1] = ("## %s"):format(name)
    list[#list + 1] = ""
    list[#list + 1] = ("By %s: %s."):format(event.by, event.when)
    rows(list, schema.fields(name))
    list[#list + 1] = "    " .. write.example(name)
    list[#list + 1] = ""
  end
  list[#list + 1] = "# Objects in them"
  list[#list + 1] = ""
  for _, name in ipairs(json.sorted_keys(schema.objects)) do
    list[#list + 1] = ("## %s"):format(name)
    list[#list + 1] = ""
    list[#list + 1] = ("%s."):format(schema.objects[name].about:gsub("^%l", string.upper))
    rows(list, schema.objects[name].fields)
  end
  return table.concat(list, "\n") .. "\n"
end

---@param name string of an event
---@return string line as a program would write it
function write.example(name)
  return json.plain_line(schema.events[name].example)
end

local function json_type(wanted)
  if wanted.kind == "list" then return { type = "array", items = json_type(wanted.of) } end
  if wanted.kind == "words" then return { enum = json.list(wanted.words) } end
  if wanted.kind == "object" then return { ["$ref"] = "#/$defs/" .. wanted.name } end
  return { type = wanted.name }
end

local function json_object(fields)
  local properties, required = {}, json.list {}
  for _, name in ipairs(json.sorted_keys(fields)) do
    local wanted, text = schema.field(fields[name])
    properties[name] = json_type(wanted)
    properties[name].description = text
    if not wanted.optional then required[#required + 1] = name end
  end
  return { type = "object", properties = properties, required = required,
    patternProperties = { ["_bytes$"] = { type = "string" } }, additionalProperties = false }
end

---@return string JSON: one schema that every line of --json is valid by
function write.json_schema()
  local definitions, choices = {}, json.list {}
  for _, name in ipairs(json.sorted_keys(schema.objects)) do
    definitions[name] = json_object(schema.objects[name].fields)
  end
  for index, name in ipairs(json.sorted_keys(schema.events)) do
    local event = json_object(schema.fields(name))
    event.description = schema.events[name].when
    event.properties.event = { const = name }
    event.properties.redbook = { const = schema.VERSION }
    definitions["event_" .. name] = event
    choices[index] = { ["$ref"] = "#/$defs/event_" .. name }
  end
  return json.encode({ ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
    title = "An event of redbook", oneOf = choices, ["$defs"] = definitions }) .. "\n"
end

return write
