-- SPDX-License-Identifier: GPL-3.0-or-later
-- redbook: everything of redbook.core, and the Lua parts on top of it.

local core = require "redbook.core"

local redbook = {}
for name, value in pairs(core) do redbook[name] = value end

redbook.run = require "redbook.run"
redbook.playlist = require "redbook.playlist"
redbook.plan = require "redbook.plan"
redbook.msf = require "redbook.msf"
redbook.recipe = require "redbook.recipe"
redbook.report = require "redbook.report"

---The CD recorders of this machine. Looks at no drive, only at what the system lists.
---@return { id: string }[] drives in the system's order; `id` is what `Recorder` takes
function redbook.drives()
  local master, list = core.DiscMaster(), {}
  for index = 0, master.Count - 1 do
    local id = master:Item(index)
    if id then list[#list + 1] = { id = id } end
  end
  return list
end

return redbook
