-- SPDX-License-Identifier: GPL-3.0-or-later
-- A manual page (man(7)) of what describe.lua and manual.lua say of a program.

local columns = require "redbook.report.columns"
local core = require "redbook.core"
local manual = require "redbook.cli.manual"

-- Columns of the source.
local WIDTH = 70

-- Text as troff takes it: no letter is an order, a hyphen is one that can be copied.
local function escape(text)
  text = text:gsub("\\", "\\(rs"):gsub("%-", "\\-"):gsub("'", "\\(aq"):gsub("`", "\\(ga")
    :gsub("\n", " ")
  return (text:gsub("^%.", "\\&."))
end

local Page = {}
Page.__index = Page

function Page:add(...)
  for _, line in ipairs { ... } do self[#self + 1] = line end
end

function Page:section(title)
  self:add(".SH " .. title)
  self.fresh = true
end

-- Broken between words, as everybody who reads the source expects.
function Page:text(text)
  for _, line in ipairs(columns.wrap(text, WIDTH)) do self:add(escape(line)) end
end

-- The first one of a section needs no space before it.
function Page:paragraph(text)
  if not self.fresh then self:add ".PP" end
  self.fresh = false
  self:text(text)
end

function Page:item(head, text)
  self:add(".TP", head)
  self:text(text)
end

local function bold(text)
  return "\\fB" .. escape(text) .. "\\fR"
end

local function italic(text)
  return "\\fI" .. escape(text) .. "\\fR"
end

-- "--wait[=SECONDS]", "--speed N"
local function head_of(option)
  if not option.argument then return bold(option.name) end
  local value = option.kind == "words" and bold(option.argument) or italic(option.argument)
  if option.optional then return bold(option.name) .. "[=" .. value .. "]" end
  return bold(option.name) .. " " .. value
end

local function synopsis(page, made)
  local words = { bold(made.name) }
  for _, word in ipairs(made.usage) do
    words[#words + 1] = word:gsub("[%a%-]+", function(part)
      return part:find "%l" and bold(part) or italic(part)
    end)
  end
  page:section "SYNOPSIS"
  page:add(table.concat(words, " "))
end

local function options(page, made)
  page:section "OPTIONS"
  for _, group in ipairs(made.groups) do
    if #made.groups > 1 then page:add(".SS " .. escape(group.title)) end
    for _, option in ipairs(group.options) do page:item(head_of(option), option.text) end
  end
end

local function environment(page, extra)
  page:section "ENVIRONMENT"
  for _, list in ipairs { extra.environment or {}, manual.ALWAYS } do
    for _, name in ipairs(list) do page:item(bold(name), manual.ENVIRONMENT[name]) end
  end
end

local function examples(page, extra)
  if not extra.examples then return end
  page:section "EXAMPLES"
  for _, example in ipairs(extra.examples) do
    page:item(bold(example.command), example.text)
  end
end

local function see_also(page, made, names)
  local list = {}
  for _, name in ipairs(names) do
    if name ~= made.name then list[#list + 1] = bold(name) .. "(1)" end
  end
  page:section "SEE ALSO"
  page:add(table.concat(list, ",\n"))
end

---@param made redbook.Description
---@param names string[] of all programs, for SEE ALSO
---@param date string "2026-01-31"
---@return string troff
local function man(made, names, date)
  local page = setmetatable({}, Page)
  local extra = manual.PROGRAMS[made.name:gsub("%.lua$", "")] or {}
  page:add(('.TH "%s" 1 "%s" "redbook %s" "redbook"'):format(made.name:upper(), date,
    core.version), ".SH NAME", ("%s \\-"):format(escape(made.name)))
  page:text((made.summary:gsub("%.$", ""):gsub("^%u", string.lower)))
  synopsis(page, made)
  page:section "DESCRIPTION"
  page:paragraph(made.summary)
  for _, argument in ipairs(made.arguments) do
    if argument.text ~= "" and #made.arguments > 0 and not argument.many then
      page:item(italic(argument.argument), argument.text)
      page.fresh = false
    end
  end
  for _, text in ipairs(extra.text or {}) do page:paragraph(text) end
  for _, text in ipairs(made.paragraphs) do page:paragraph(text) end
  options(page, made)
  if #made.exits > 0 then
    page:section "EXIT STATUS"
    for _, exit in ipairs(made.exits) do
      if exit.codes then page:item(bold(exit.codes), exit.text) else page:paragraph(exit.text) end
    end
  end
  environment(page, extra)
  page:section "FILES"
  for _, file in ipairs(manual.FILES) do page:item(italic(file.name), file.text) end
  examples(page, extra)
  see_also(page, made, names)
  return table.concat(page, "\n") .. "\n"
end

return man
