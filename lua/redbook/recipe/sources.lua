-- SPDX-License-Identifier: GPL-3.0-or-later
-- From an entry of a list to its AudioSource, and to what people call it.

local core = require "redbook.core"

local sources = {}

local function basename(path)
  return (path:match("[^/]+$") or path):gsub("(.)%.[^.]+$", "%1")
end

function sources.present(value)
  return value ~= nil and value ~= "" and value or nil
end

-- What the file itself says counts more than the list, the list more than the name.
---@param entry redbook.Entry
---@param tags table of AudioSource
---@return { title: string, artist: string?, album: string? }
function sources.label(entry, tags)
  return {
    title = sources.present(tags.title) or sources.present(entry.title) or basename(entry.path),
    artist = sources.present(tags.artist) or sources.present(entry.artist),
    album = sources.present(tags.album) or sources.present(entry.album),
  }
end

---@param entry redbook.Entry
---@return redbook.AudioSource? source
---@return redbook.Error? err
function sources.open(entry)
  if not (entry.start or entry.length or entry.raw) then return core.AudioSource(entry.path) end
  return core.AudioSource { path = entry.path, start = entry.start or 0, length = entry.length,
    raw = entry.raw }
end

return sources
