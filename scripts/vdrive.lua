#!/usr/bin/env lua5.4
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Runs a program with a virtual CD recorder at /dev/sr0: vdrive.lua --disc disc.cue -- cdrskin ...
--
-- This file finds the modules and leaves the rest to redbook.cli.vdrive. Every Lua can read it,
-- so that a wrong one gets a sentence instead of a syntax error.

if _VERSION ~= "Lua 5.4" then
  io.stderr:write("vdrive.lua needs Lua 5.4, this is ", _VERSION,
    ": run it as 'lua5.4 vdrive.lua'.\n")
  os.exit(1)
end

-- In a checkout the modules lie beside this folder; installed, Lua's own paths lead to them.
local function checkout_of(script)
  local folder = string.match(script, "^(.*)/[^/]*$") or "."
  local short = string.match(folder, "^(.*)/[^/.]+$") or (string.find(folder, "^[^/.]+$") and ".")
  -- The longer spelling also holds where the folder is a link.
  for _, root in ipairs({ short or folder .. "/..", folder .. "/.." }) do
    local file = io.open(root .. "/lua/redbook/init.lua", "r")
    if file then
      file:close()
      return root
    end
  end
end

-- What a symbolic link leads to, nil for anything else. Without LuaFileSystem nothing works.
local function target_of(script)
  local there, lfs = pcall(require, "lfs")
  local target = there and lfs.symlinkattributes(script, "target")
  if not target or string.sub(target, 1, 1) == "/" then return target or nil end
  return (string.match(script, "^(.*/)[^/]*$") or "") .. target
end

local script, root = arg[0], nil
for _ = 1, 40 do -- as many links in a row as Linux follows
  root = root or checkout_of(script)
  script = not root and target_of(script)
  if not script then break end
end
if root then
  local build = os.getenv("REDBOOK_BUILD") or root .. "/build"
  package.path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;" .. package.path
  package.cpath = build .. "/?.so;" .. package.cpath
end

local found, vdrive = pcall(require, "redbook.cli.vdrive")
if not found then
  local missing = string.match(tostring(vdrive), "module '([%w_.]+)' not found")
  if not missing then error(vdrive, 0) end
  io.stderr:write("vdrive.lua: the Lua module '", missing, "' is missing; ",
    root and "run 'make' in " .. root .. " first.\n" or "install redbook with LuaRocks or make.\n")
  os.exit(1)
end

os.exit(vdrive.main(arg), true)
