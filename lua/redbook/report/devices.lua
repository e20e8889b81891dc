-- SPDX-License-Identifier: GPL-3.0-or-later
-- Short names for the drives of a job that has several: as little as tells them apart.

-- "sr0" of /dev/sr0, "left" of virtual:discs/left.cue?minutes=74
local function short(id)
  local name = id:gsub("^%l+:", ""):gsub("%?.*$", ""):gsub("/+$", ""):match "([^/]*)$"
  return (name:gsub("%.cue$", ""))
end

---@param ids string[] of all drives of the job
---@return table<string, string> name of each; two that would have the same one are numbered
return function(ids)
  local names, users = {}, {}
  for index, id in ipairs(ids) do
    names[id] = short(id)
    users[names[id]] = users[names[id]] or {}
    table.insert(users[names[id]], { id = id, index = index })
  end
  for name, list in pairs(users) do
    for _, user in ipairs(#list > 1 and list or {}) do
      names[user.id] = ("%s#%d"):format(name, user.index)
    end
  end
  return names
end
