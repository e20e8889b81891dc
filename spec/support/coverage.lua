-- SPDX-License-Identifier: GPL-3.0-or-later
-- Line coverage of Lua, without LuaCov (Debian has none).
--
-- As LUA_INIT_5_4=@coverage.lua with REDBOOK_COVERAGE=FOLDER every Lua process records the lines
-- of this project that it runs and leaves them in the folder when its state closes.
-- `lua5.4 coverage.lua FOLDER SOURCES...` adds them up; luac5.4 tells which lines could run.

-- core.so holds c/lua/chunk.lua under the module's name.
local function project_path(source)
  if source == "=redbook.core" then return "c/lua/chunk.lua" end
  return source:match "^@.*/(lua/redbook/.*%.lua)$" or source:match "^@(lua/redbook/.*%.lua)$"
    or source:match "^@.*(scripts/[^/]*%.lua)$"
end

local function record(folder)
  local hits = {} -- [source] = { [line] = true }
  local paths = {}

  local function hook(_, line)
    local source = debug.getinfo(2, "S").source
    local path = paths[source]
    if path == nil then
      path = project_path(source) or false
      paths[source] = path
      if path then hits[path] = hits[path] or {} end
    end
    if path then hits[path][line] = true end
  end

  local create, wrap = coroutine.create, coroutine.wrap
  function coroutine.create(f) -- luacheck: ignore 122
    local thread = create(f)
    debug.sethook(thread, hook, "l")
    return thread
  end
  function coroutine.wrap(f) -- luacheck: ignore 122
    return wrap(function(...)
      debug.sethook(hook, "l")
      return f(...)
    end)
  end
  debug.sethook(hook, "l")

  local function save()
    debug.sethook()
    local unique = os.tmpname()
    os.remove(unique)
    local file = io.open(folder .. "/" .. unique:match "[^/]+$" .. ".hits", "w")
    for path, lines in pairs(hits) do
      for line in pairs(lines) do file:write(path, ":", line, "\n") end
    end
    file:close()
  end
  -- The first object with a finalizer is the last to be finalized when the state closes.
  REDBOOK_COVERAGE_END = setmetatable({}, { __gc = save }) -- luacheck: ignore 111
end

local function read_hits(folder)
  local hits = {}
  local names <close> = assert(io.popen(("cat '%s'/*.hits"):format(folder)))
  for line in names:lines() do hits[line] = true end
  return hits
end

-- Lines with code, but those of `end` and `else` alone: their instructions are often unreachable.
local function lines_with_code(path)
  local text = {}
  for line in io.lines(path) do text[#text + 1] = line end
  local listing <close> = assert(io.popen(("luac5.4 -l -l -p '%s'"):format(path)))
  local lines = {}
  for entry in listing:lines() do
    local number, operation = entry:match "^%s+%d+%s+%[(%d+)%]%s+(%u%w+)"
    number = tonumber(number)
    local bare = number and text[number]:match "^%s*(%a*)[%s%p]*$"
    if number and operation ~= "VARARGPREP" and bare ~= "end" and bare ~= "else" then
      lines[number] = true
    end
  end
  return lines
end

local function report(folder, sources)
  local hits = read_hits(folder)
  local all, reached = 0, 0
  local found <close> = assert(io.popen("find " .. sources .. " -name '*.lua' | sort"))
  for path in found:lines() do
    local file_all, file_reached, missed = 0, 0, {}
    if path:find "lua/meta/" == nil then
      for number in pairs(lines_with_code(path)) do
        file_all = file_all + 1
        if hits[path .. ":" .. number] then
          file_reached = file_reached + 1
        else
          missed[#missed + 1] = number
        end
      end
    end
    table.sort(missed)
    if file_all > 0 then
      print(("%-44s %5d %5d %4d%%  %s"):format(path, file_all, file_reached,
            file_reached * 100 // file_all, table.concat(missed, ",")))
    end
    all, reached = all + file_all, reached + file_reached
  end
  print(("%-44s %5d %5d %6.1f%%"):format("TOTAL (Lua lines)", all, reached,
        all > 0 and reached * 100 / all or 0))
end

local folder = os.getenv "REDBOOK_COVERAGE"
if folder then
  record(folder)
else
  report(arg[1], table.concat(arg, " ", 2))
end
