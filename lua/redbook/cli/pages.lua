-- SPDX-License-Identifier: GPL-3.0-or-later
-- `make man`: manual pages, completions for three shells, and the schema of the events, all made
-- of what the programs themselves go by.

local complete = require "redbook.cli.complete"
local describe = require "redbook.cli.describe"
local folder = require "redbook.folder"
local man = require "redbook.cli.man"
local write = require "redbook.report.schema.write"

local SHELLS = { bash = "bash/%s", zsh = "zsh/_%s", fish = "fish/%s.fish" }

local function save(root, name, content)
  local path = root .. "/" .. name
  assert(folder.make(path:match "^(.*)/"))
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(content))
end

-- The day of the release that distributions set, for builds that can be repeated.
local function today()
  local epoch = math.tointeger(tonumber(os.getenv "SOURCE_DATE_EPOCH" or ""))
  return os.date("!%Y-%m-%d", epoch) --[[@as string]]
end

---@param root string folder, made when it is not there
---@param programs string names of files in scripts/, separated by spaces
return function(root, programs)
  local names = {}
  for name in programs:gmatch "%S+" do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local made = describe(require("redbook.cli." .. name:gsub("%.lua$", "")).parser())
    save(root, ("man/%s.1"):format(name), man(made, names, today()))
    for shell, path in pairs(SHELLS) do save(root, path:format(name), complete[shell](made)) end
  end
  save(root, "doc/events.md", write.page())
  save(root, "doc/events.schema.json", write.json_schema())
end
