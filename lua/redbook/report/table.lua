-- SPDX-License-Identifier: GPL-3.0-or-later
-- Rows in columns as wide as they need to be, and no line wider than the terminal. Pure.

local columns = require "redbook.report.columns"

local GAP = 2 -- columns between two cells

---@class redbook.Column
---@field head string
---@field right boolean? at the right side of its column
---@field flexible boolean? may be cut where the terminal is narrow
---@field text fun(row: table): string

local function cells_of(list, rows)
  local cells = {}
  for index, column in ipairs(list) do
    cells[index] = { [0] = column.head }
    for place, row in ipairs(rows) do cells[index][place] = column.text(row) end
  end
  return cells
end

local function natural(cells)
  local width = 0
  for place = 0, #cells do width = math.max(width, columns.width(cells[place])) end
  return width
end

-- What is left for columns that may be cut: each its fair share, and what one does not need goes
-- to those behind it.
local function share(list, sizes, width)
  local flexible, room = {}, width - GAP * (#list - 1)
  for index, column in ipairs(list) do
    if column.flexible then
      flexible[#flexible + 1] = index
    else
      room = room - sizes[index]
    end
  end
  table.sort(flexible, function(one, other) return sizes[one] < sizes[other] end)
  for place, index in ipairs(flexible) do
    sizes[index] = math.max(math.min(sizes[index], room // (#flexible - place + 1)), 0)
    room = room - sizes[index]
  end
end

local function line_of(list, cells, sizes, place, indent)
  local parts = {}
  for index, column in ipairs(list) do
    parts[index] = columns.pad(cells[index][place], sizes[index], column.right)
  end
  return (((" "):rep(indent) .. table.concat(parts, (" "):rep(GAP))):gsub(" +$", ""))
end

---@param list redbook.Column[]
---@param rows table[]
---@param width integer
---@param indent integer? columns before each line
---@return string[] lines the heads, then one for each row
local function rows_of(list, rows, width, indent)
  local cells, sizes = cells_of(list, rows), {}
  for index in ipairs(list) do sizes[index] = natural(cells[index]) end
  indent = indent or 0
  share(list, sizes, width - indent)
  local made = {}
  for place = 0, #rows do made[place + 1] = line_of(list, cells, sizes, place, indent) end
  return made
end

---Each row on two lines, for a narrow terminal: one table above the other, interleaved.
---@param upper redbook.Column[]
---@param lower redbook.Column[]
---@param rows table[]
---@param width integer
---@param indent integer columns before the lower lines
---@return string[]
local function pairs_of(upper, lower, rows, width, indent)
  local first, second = rows_of(upper, rows, width), rows_of(lower, rows, width, indent)
  local made = {}
  for place = 1, #first do
    made[#made + 1] = first[place]
    made[#made + 1] = second[place]
  end
  return made
end

return { lines = rows_of, doubled = pairs_of }
