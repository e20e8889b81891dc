-- SPDX-License-Identifier: GPL-3.0-or-later
-- The two tracks of every lifecycle spec, the same inside and outside of its process.

local burner = require "spec.support.burner"

local sounds = { FIRST = 400, LONG = 2000 }

---@return string pcm 400 sectors
function sounds.first()
  return burner.pcm(sounds.FIRST, 1)
end

---@return string pcm 2000 sectors
function sounds.long()
  return burner.pcm(sounds.LONG, 2)
end

return sounds
