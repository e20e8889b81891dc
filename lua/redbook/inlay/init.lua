-- SPDX-License-Identifier: GPL-3.0-or-later
-- The paper of a jewel case as SVG, on a page of A4: the inlay for the back with its two spines,
-- and if wanted the front. Pure; all lengths in millimetres.

local listing = require "redbook.inlay.listing"
local measure = require "redbook.inlay.measure"
local msf = require "redbook.msf"

local inlay = {}

---@class redbook.Inlay
---@field title string
---@field artist string? of the disc
---@field disc string? "disc 2 of 3", of a set
---@field tracks redbook.InlayTrack[]

---@class redbook.InlayTrack
---@field number integer
---@field title string
---@field artist string? where it is not that of the disc
---@field sectors integer

local PAGE = { width = 210, height = 297 }
local BACK = { width = 150, height = 118, spine = 6.5 }
local FRONT = { width = 120, height = 120 }
local PADDING = 6
local DASHED = 'stroke="black" stroke-dasharray="1 0.5"'

---What a file of `svg` begins with.
inlay.HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- redbook inlay -->\n'

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(value)
  return (value:gsub('[&<>"]', ENTITIES))
end

-- "12.5", never "12.50000001".
local function number(value)
  return (("%.3f"):format(value):gsub("%.?0+$", ""))
end

local Drawing = {}
Drawing.__index = Drawing

function Drawing:add(format, ...)
  self[#self + 1] = format:format(...)
end

---@param style { size: number, anchor: string?, bold: boolean?, fill: string? }
function Drawing:text(x, y, value, style)
  self:add('<text x="%s" y="%s" font-size="%s"%s%s%s>%s</text>', number(x), number(y),
    number(style.size), style.anchor and (' text-anchor="%s"'):format(style.anchor) or "",
    style.bold and ' font-weight="bold"' or "",
    style.fill and (' fill="%s"'):format(style.fill) or "", escape(value))
end

function Drawing:line(x1, y1, x2, y2, width, more)
  self:add('<line x1="%s" y1="%s" x2="%s" y2="%s" stroke-width="%s" %s/>', number(x1), number(y1),
    number(x2), number(y2), number(width), more or 'stroke="black"')
end

-- Where to cut, beside the corners, and the edge itself as thin as a printer can draw it.
function Drawing:cut_marks(box)
  self:add('<rect x="0" y="0" width="%s" height="%s" fill="none" stroke="#ccc" '
    .. 'stroke-width="0.1"/>', number(box.width), number(box.height))
  for _, x in ipairs { 0, box.width } do
    for _, y in ipairs { 0, box.height } do
      local side, up = x == 0 and -1 or 1, y == 0 and -1 or 1
      self:line(x + 2 * side, y, x + 7 * side, y, 0.2)
      self:line(x, y + 2 * up, x, y + 7 * up, 0.2)
    end
  end
end

function Drawing:fold_marks()
  for _, x in ipairs { BACK.spine, BACK.width - BACK.spine } do
    self:line(x, 0, x, BACK.height, 0.1, 'stroke="#ccc" stroke-dasharray="1 1"')
    self:line(x, -7, x, -2, 0.2, DASHED)
    self:line(x, BACK.height + 2, x, BACK.height + 7, 0.2, DASHED)
  end
end

-- Both are folded away from whoever reads the back, so the tops of their letters point outwards.
function Drawing:spines(data)
  local line = data.artist and data.artist .. " – " .. data.title or data.title
  if data.disc then line = ("%s (%s)"):format(line, data.disc) end
  local words, size = measure.fit(line, BACK.height - 8, { 3.6, 2.4 }, true)
  local half = BACK.spine / 2
  for _, spine in ipairs { { half, -90 }, { BACK.width - half, 90 } } do
    self:add('<g transform="translate(%s %s) rotate(%d)">', number(spine[1]),
      number(BACK.height / 2), spine[2])
    -- Capitals are about 0.72 em high: this is their middle.
    self:text(0, size * 0.36, words, { size = size, anchor = "middle", bold = true })
    self[#self + 1] = "</g>"
  end
end

-- Title and artist; how far down they reach.
function Drawing:heading(data, left, width)
  local lines, size = measure.wrap(data.title, width, { 6, 5 }, 1, true)
  if lines[1]:find "…$" then lines, size = measure.wrap(data.title, width, { 5, 4.2 }, 2, true) end
  local y = PADDING + 4.5
  for index, line in ipairs(lines) do
    if index > 1 then y = y + size * 1.2 end
    self:text(left, y, line, { size = size, bold = true })
  end
  if data.artist then
    local words
    words, size = measure.fit(data.artist, width, { 4, 3 })
    y = y + 5.8
    self:text(left, y, words, { size = size })
  end
  y = y + 3
  self:line(left, y, left + width, y, 0.2)
  return y
end

function Drawing:footing(data, left, right)
  local total, count = 0, #data.tracks
  for _, track in ipairs(data.tracks) do total = total + track.sectors end
  local y = BACK.height - PADDING + 1
  self:text(left, y, ("%d track%s"):format(count, count == 1 and "" or "s"), { size = 3 })
  if data.disc then self:text((left + right) / 2, y, data.disc, { size = 3, anchor = "middle" }) end
  self:text(right, y, "Total " .. msf.clock(total), { size = 3, anchor = "end" })
end

function Drawing:tracks(data, box)
  local plan = listing(data.tracks, box.width, box.height)
  for _, row in ipairs(plan.rows) do
    local x, y = box.x + row.x, box.y + row.y
    self:text(x + plan.number, y, tostring(row.number), { size = plan.size, anchor = "end",
      fill = "#555" })
    self:text(x + plan.label, y, row.label, { size = plan.size })
    self:text(x + plan.width, y, row.time, { size = plan.size, anchor = "end" })
  end
end

function Drawing:back(data)
  local left, right = BACK.spine + PADDING, BACK.width - BACK.spine - PADDING
  self:cut_marks(BACK)
  self:fold_marks()
  self:spines(data)
  local top = self:heading(data, left, right - left) + 2
  self:tracks(data, { x = left, y = top, width = right - left,
    height = BACK.height - PADDING - 4.5 - top })
  self:footing(data, left, right)
end

function Drawing:front(data)
  local width, middle = FRONT.width - 20, FRONT.width / 2
  self:cut_marks(FRONT)
  local lines, size = measure.wrap(data.title, width, { 10, 8, 6.5 }, 3, true)
  local y = 52 - (#lines - 1) * size * 0.6
  for _, line in ipairs(lines) do
    self:text(middle, y, line, { size = size, anchor = "middle", bold = true })
    y = y + size * 1.25
  end
  if data.disc then
    self:text(middle, FRONT.height - 12, data.disc, { size = 5, anchor = "middle" })
  end
  if not data.artist then return end
  self:line(middle - 15, y - 1, middle + 15, y - 1, 0.3)
  lines, size = measure.wrap(data.artist, width, { 6, 5 }, 2)
  for index, line in ipairs(lines) do
    self:text(middle, y + 8 + (index - 1) * size * 1.25, line, { size = size, anchor = "middle" })
  end
end

function Drawing:place(box, y, draw, data)
  self:add('<g transform="translate(%s %s)">', number((PAGE.width - box.width) / 2), number(y))
  draw(self, data)
  self[#self + 1] = "</g>"
end

---@param data redbook.Inlay its texts fit for XML, see `contents`
---@param options { front: boolean? }?
---@return string SVG 1.1
function inlay.svg(data, options)
  local front = options and options.front
  local self = setmetatable({}, Drawing)
  self:add('<svg xmlns="http://www.w3.org/2000/svg" width="%dmm" height="%dmm" '
    .. 'viewBox="0 0 %d %d" font-family="sans-serif">', PAGE.width,
    PAGE.height, PAGE.width, PAGE.height)
  self:add("<title>%s</title>", escape(data.title))
  self:add('<rect width="%d" height="%d" fill="white"/>', PAGE.width, PAGE.height)
  local y = front and 158 or 60
  if front then self:place(FRONT, 16, self.front, data) end
  self:place(BACK, y, self.back, data)
  self:text(PAGE.width / 2, y + BACK.height + 12, "Print at 100 %: the back is 150 mm wide. Cut at "
    .. "the corners, fold at the dashed lines.", { size = 2.6, anchor = "middle", fill = "#999" })
  self[#self + 1] = "</svg>\n"
  return inlay.HEAD .. table.concat(self, "\n")
end

return inlay
