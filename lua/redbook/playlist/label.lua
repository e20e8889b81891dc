-- SPDX-License-Identifier: GPL-3.0-or-later
-- "Artist - Title", as players write the two into one field of M3U and PLS lists.

local text = require "redbook.playlist.text"

local DASHES = { " - ", " – ", " — " }

---@param label string "artist - title", "title", or nothing
---@return string? title
---@return string? artist what stands before the first dash
local function split_label(label)
  local first, last
  for _, dash in ipairs(DASHES) do
    local from, to = label:find(dash, 1, true)
    if from and (not first or from < first) then first, last = from, to end
  end
  local artist = first and text.trim(label:sub(1, first - 1))
  local title = text.trim(first and label:sub(last + 1) or label)
  if artist == "" then artist = nil end
  return title ~= "" and title or nil, artist or nil
end

return split_label
