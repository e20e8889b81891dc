-- SPDX-License-Identifier: GPL-3.0-or-later
-- Lines at the bottom of a terminal that are redrawn in place, one for each key, and lines above
-- them that stay. The window may change its size between two of them.

local columns = require "redbook.report.columns"

local Screen = {}
Screen.__index = Screen

---@class redbook.Screen
---@field out table something with `write` and `flush`
---@field width fun(): integer columns of the window, asked each time

-- To the first column of the first of them. A window that has become narrower has broken them,
-- so that they take more rows than were written.
function Screen:home()
  local rows, width = -1, math.max(self.width(), 1)
  for _, key in ipairs(self.order) do
    local size = self.drawn[key]
    if size then rows = rows + math.max((size + width - 1) // width, 1) end
  end
  return rows > 0 and ("\r\27[%dA"):format(rows) or "\r"
end

-- Whether anything stands there.
function Screen:busy()
  return next(self.drawn) ~= nil
end

-- Takes the lines away; they come back with the next `draw`.
function Screen:clear()
  if not self:busy() then return end
  self.out:write(self:home(), "\27[J")
  self.out:flush()
  self.drawn = {}
end

-- The last column stays free, or some terminals scroll.
function Screen:paint()
  local parts, drawn = {}, {}
  local room = self.width() - 1
  for place, key in ipairs(self.order) do
    local line = self.lines[key](room)
    parts[place] = line .. "\27[K"
    drawn[key] = columns.width(line)
  end
  self.out:write(self:busy() and self:home() or "\r", table.concat(parts, "\n"),
    #parts > 1 and "\27[J" or "")
  self.out:flush()
  self.drawn = drawn
end

-- Brings lines back that were cleared.
function Screen:redraw()
  if #self.order > 0 then self:paint() end
end

---Draws one of the lines anew, and with it all others.
---@param key string
---@param line fun(room: integer): string no wider than that many columns
function Screen:draw(key, line)
  if not self.lines[key] then self.order[#self.order + 1] = key end
  self.lines[key] = line
  self:paint()
end

---Takes one of them away for good; all without a key.
---@param key string?
function Screen:drop(key)
  if key and not self.lines[key] then return end
  self:clear()
  local order, lines = {}, {}
  for _, other in ipairs(self.order) do
    if key and other ~= key then
      order[#order + 1] = other
      lines[other] = self.lines[other]
    end
  end
  self.order, self.lines = order, lines
  self:redraw()
end

---Writes lines that stay, above those that are redrawn.
---@param list string[]
function Screen:say(list)
  self:clear()
  self.out:write(table.concat(list, "\n"), "\n")
  self:redraw()
  self.out:flush()
end

---@param out table something with `write` and `flush`
---@param width fun(): integer
---@return redbook.Screen
local function screen(out, width)
  return setmetatable({ out = out, width = width, order = {}, lines = {}, drawn = {} }, Screen)
end

return screen
