-- SPDX-License-Identifier: GPL-3.0-or-later
-- Holds tables of a caller to what is known of them: a misspelt option must not burn another
-- disc than the one that was meant.

local shape = {}

-- A field's check gets the value and answers true, or false and what was expected.
---@alias redbook.ShapeRule string | fun(value: any): boolean, string?

local function is_callable(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and meta.__call ~= nil
end

local function is_of(value, name)
  if name == "function" then return is_callable(value) end
  if name == "integer" then return math.type(value) == "integer" end
  return type(value) == name
end

local function follows(value, rule)
  if type(rule) == "function" then return rule(value) end
  for name in rule:gmatch "%a+" do
    if is_of(value, name) then return true end
  end
  return false, (rule:gsub("|", " or "))
end

local function sorted(known)
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

local function shown(value)
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

---Raises when the table has a key that is not known, or a value that its rule refuses.
---@param what string how the message calls the table, "burn_playlist: options"
---@param value any
---@param known table<string, redbook.ShapeRule> name -> "boolean", "integer|string", or a check
---@param level? integer as `error` takes it, seen from the caller; default 2: who called that
function shape.check(what, value, known, level)
  level = (level or 2) + 1
  if type(value) ~= "table" then
    error(("%s: a table expected, got %s"):format(what, type(value)), level)
  end
  for key, field in pairs(value) do
    local rule = known[key]
    if not rule then
      error(("%s: unknown key %s; known are: %s"):format(what, shown(key), sorted(known)), level)
    end
    local ok, expected = follows(field, rule)
    if not ok then
      error(("%s: %s: %s expected, got %s"):format(what, key, expected, type(field) == "table"
        and "a table" or shown(field)), level)
    end
  end
end

---@param least number
---@param unit string what the number counts
---@return redbook.ShapeRule
function shape.at_least(least, unit)
  return function(value)
    return type(value) == "number" and value >= least,
      ("a number of %s, %g or more,"):format(unit, least)
  end
end

---Raises when it is no list of tables from 1 on, or an element is not as `known`.
---@param what string
---@param list any
---@param known table<string, redbook.ShapeRule>
---@param needed string a key that every element must have
---@param level? integer as of `check`
function shape.check_list(what, list, known, needed, level)
  level = (level or 2) + 1
  if type(list) ~= "table" then
    error(("%s: a list of tables expected, got %s"):format(what, type(list)), level)
  end
  local count = #list
  for key in pairs(list) do
    if math.type(key) ~= "integer" or key < 1 or key > count then
      error(("%s: a list of tables with '%s' expected, but it has the key %s"):format(what,
        needed, shown(key)), level)
    end
  end
  for index, element in ipairs(list) do
    local name = ("%s[%d]"):format(what, index)
    shape.check(name, element, known, level)
    if element[needed] == nil then error(("%s: '%s' is missing"):format(name, needed), level) end
  end
end

return shape
