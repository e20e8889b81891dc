-- SPDX-License-Identifier: GPL-3.0-or-later
-- A program's command line as plain data, read off its argparse parser: what --help, the manual
-- page and the shells' completions have in common. (argparse makes completions of its own, but
-- offers files for every value, takes the word behind a bare --wait and cuts texts at a stop.)

---@class redbook.OptionDescription
---@field name string "--device"; of an argument its name in texts
---@field argument string? "ID"; nil: it takes no value
---@field optional boolean the value may be absent, and is joined by "="
---@field text string
---@field kind "file"|"folder"|"device"|"words"|"any" of value
---@field words string[]? that the value can be
---@field many boolean it may come again

---@class redbook.Description
---@field name string "burn.lua"
---@field summary string
---@field usage string[] words behind the name
---@field paragraphs string[] after the options
---@field exits { codes: string?, text: string }[]
---@field groups { title: string, options: redbook.OptionDescription[] }[]
---@field arguments redbook.OptionDescription[]

local KINDS = { FILE = "file", MANIFEST = "file", IMAGE = "file", DIR = "folder",
  FOLDER = "folder", ID = "device", DISC = "device" }

-- Words in lower case are to be written as they are, others stand for something.
local function words_of(argument)
  local words = {}
  for word in (argument or ""):gmatch "[^|]+" do
    if word:find "^%l[%l%d-]*$" then words[#words + 1] = word end
  end
  return #words > 0 and words or nil
end

local function value_of(element)
  local argument = element._argname
  if type(argument) == "table" then argument = argument[1] end
  local choices = element._choices
  argument = argument or choices and table.concat(choices, "|")
    or element._name:gsub("^%-+", ""):upper()
  local optional = argument:match "^%[=(.*)%]$"
  return optional or argument, optional ~= nil, choices
end

local function describe_element(element)
  local made = { name = element._name, text = element._description or "", optional = false,
    kind = "any", many = element._maxcount ~= 1 }
  if element._maxargs == 0 then return made end
  made.argument, made.optional, made.words = value_of(element)
  made.words = made.words or words_of(made.argument)
  made.kind = KINDS[made.argument] or made.words and "words" or "any"
  made.many = element._maxargs > 1 or element._maxcount ~= nil and element._maxcount ~= 1
  return made
end

-- Those that stand in a group first, in its order, then the others.
local function groups_of(parser)
  local groups, seen = {}, {}
  local function add(title, elements)
    local group = { title = title, options = {} }
    for _, element in ipairs(elements) do
      if not seen[element] and not element._hidden and element._name:sub(1, 1) == "-" then
        group.options[#group.options + 1] = describe_element(element)
        seen[element] = true
      end
    end
    if #group.options > 0 then groups[#groups + 1] = group end
  end
  for _, group in ipairs(parser._groups) do add(group.name, group) end
  add(#groups > 0 and "Other options" or "Options", parser._options)
  return groups
end

-- "Exit: 0 done; 130, 143, 129 interrupted."
local function exits_of(paragraph)
  local list, last = {}, nil
  for part in (paragraph:gsub("%.$", "") .. ";"):gmatch "%s*(.-);" do
    local codes, text = part:match "^(%d[%d, ]*%d) (.+)$"
    if not codes then codes, text = part:match "^(%d+) (.+)$" end
    if codes then
      last = { codes = codes, text = text }
      list[#list + 1] = last
    elseif last then
      last.text = last.text .. "; " .. part
    else
      list[1] = { text = part:gsub("^%l", string.upper) .. "." }
    end
  end
  return list
end

local function epilog_of(parser, made)
  for paragraph in ((parser._epilog or "") .. "\n\n"):gmatch "(.-)\n\n" do
    local exits = paragraph:match "^Exit: (.*)$"
    if exits then
      made.exits = exits_of(exits)
    elseif paragraph ~= "" then
      made.paragraphs[#made.paragraphs + 1] = paragraph
    end
  end
end

---@param parser table of argparse
---@return redbook.Description
local function describe(parser)
  local made = { name = parser._name, summary = parser._description, usage = {}, paragraphs = {},
    exits = {}, groups = groups_of(parser), arguments = {} }
  for word in parser._usage:gsub("^Usage: %S+%s*", ""):gmatch "%S+" do
    made.usage[#made.usage + 1] = word
  end
  epilog_of(parser, made)
  for index, argument in ipairs(parser._arguments) do
    made.arguments[index] = describe_element(argument)
  end
  return made
end

return describe
