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
local folder = string.match(arg[0], "^(.*)/[^/]*$") or "."
local root = string.match(folder, "^(.*)/[^/.]+$") or (string.find(folder, "^[^/.]+$") and ".")
  or folder .. "/.."
local here = io.open(root .. "/lua/redbook/init.lua", "r")
if here then
  here:close()
  local build = os.getenv("REDBOOK_BUILD") or root .. "/build"
  package.path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;" .. package.path
  package.cpath = build .. "/?.so;" .. package.cpath
end

local found, vdrive = pcall(require, "redbook.cli.vdrive")
if not found then
  local missing = string.match(tostring(vdrive), "module '([%w_.]+)' not found")
  if not missing then error(vdrive, 0) end
  io.stderr:write("vdrive.lua: the Lua module '", missing, "' is missing; ",
    here and "run 'make' in " .. root .. " first.\n" or "install redbook with LuaRocks or make.\n")
  os.exit(1)
end

os.exit(vdrive.main(arg), true)
