-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every module that lua/, c/lua/ and scripts/ require is our own or a dependency of the
-- rockspec, and every dependency is required by something.

local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

-- Module names by rock.
local provides = { ["lua-cjson"] = "cjson", luafilesystem = "lfs", argparse = "argparse",
  luaexpat = "lxp" }

local function lua_files(folder, found)
  for name in lfs.dir(folder) do
    local path = folder .. "/" .. name
    if name:sub(1, 1) ~= "." and lfs.attributes(path, "mode") == "directory" then
      -- What an example shows it may require.
      if name ~= "examples" then lua_files(path, found) end
    elseif name:match "%.lua$" then
      found[#found + 1] = path
    end
  end
  return found
end

local function required_modules()
  local required = {}
  for _, folder in ipairs { "lua", "scripts", "c/lua" } do
    for _, path in ipairs(lua_files(sandbox.root .. "/" .. folder, {})) do
      local code = sandbox.read(path):gsub("%-%-%[%[.-%]%]", ""):gsub("%-%-[^\n]*", "")
      for name in code:gmatch "require%s*%(?%s*[\"']([%w_.%-]+)[\"']" do
        required[name] = required[name] or path
      end
      for name in code:gmatch "pcall%s*%(%s*require%s*,%s*[\"']([%w_.%-]+)[\"']" do
        required[name] = required[name] or path
      end
    end
  end
  return required
end

local function is_own(name)
  if name == "redbook.core" then return true end
  -- The program's name follows.
  if name == "redbook.cli." then return true end
  local base = sandbox.root .. "/lua/" .. name:gsub("%.", "/")
  return (lfs.attributes(base .. ".lua") or lfs.attributes(base .. "/init.lua")) ~= nil
end

local function rockspec()
  local spec = {}
  assert(loadfile(sandbox.root .. "/rockspec/redbook-scm-1.rockspec", "t", spec))()
  return spec
end

describe("the rockspec's dependencies", function()
  it("are Lua 5.4 and the four rocks", function()
    assert.same({ "lua >= 5.4, < 5.5", "lua-cjson", "luafilesystem", "argparse", "luaexpat" },
                rockspec().dependencies)
  end)

  it("are all that the modules and scripts require", function()
    local known = {}
    for _, dependency in ipairs(rockspec().dependencies) do
      known[provides[dependency:match "^[%w-]+"] or ""] = true
    end
    local strangers = {}
    for name, path in pairs(required_modules()) do
      if not (known[name] or is_own(name)) then
        strangers[#strangers + 1] = path .. " requires " .. name
      end
    end
    table.sort(strangers)
    assert.same({}, strangers)
  end)

  it("have a module for the name of every script", function()
    for script in lfs.dir(sandbox.root .. "/scripts") do
      local name = script:match "^(.*)%.lua$"
      assert.is_true(script:find "^%." ~= nil or script == "examples"
        or is_own("redbook.cli." .. tostring(name)), script)
    end
  end)

  it("are each required somewhere", function()
    local required, idle = required_modules(), {}
    for rock, module in pairs(provides) do
      if not required[module] then idle[#idle + 1] = rock end
    end
    assert.same({}, idle)
  end)
end)
