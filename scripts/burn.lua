#!/usr/bin/env lua5.4
-- SPDX-License-Identifier: GPL-3.0-or-later
-- redbook's programs: burn.lua playlist.m3u burns a playlist, the other names do other things.
--
-- This one file stands under all their names (links, in a checkout). It finds the modules and
-- leaves the rest to redbook.cli.NAME. Every Lua can read it, so that a wrong one gets a sentence
-- instead of a syntax error.

local script = arg[0]

local function program()
  return (string.gsub(string.match(script, "[^/]*$"), "%.lua$", ""))
end

-- As any failure is told: what happened, what it means for the disc, what to do.
local function refuse(what, cure)
  io.stderr:write(program(), ": ", what, "\ndisc: No disc was written to.\nwhat to do: ", cure,
    "\n")
  os.exit(1)
end

if _VERSION ~= "Lua 5.4" then
  refuse(program() .. ".lua needs Lua 5.4, this is " .. _VERSION,
    "run it as 'lua5.4 " .. program() .. ".lua'")
end

-- In a checkout the modules lie beside this folder; installed, Lua's own paths lead to them.
local function checkout()
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
local function link_target()
  local there, lfs = pcall(require, "lfs")
  local target = there and lfs.symlinkattributes(script, "target")
  if not target or string.sub(target, 1, 1) == "/" then return target or nil end
  return (string.match(script, "^(.*/)[^/]*$") or "") .. target
end

local root
for _ = 1, 40 do -- as many links in a row as Linux follows
  root = checkout()
  local target = not root and link_target()
  if not target then break end
  script = target
end
if root then
  local build = os.getenv("REDBOOK_BUILD") or root .. "/build"
  package.path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;" .. package.path
  package.cpath = build .. "/?.so;" .. package.cpath
end

local name = program()
local found, cli = pcall(require, "redbook.cli." .. name)
if not found then
  local missing = string.match(tostring(cli), "module '([%w_.-]+)' not found")
  if not missing then error(cli, 0) end
  refuse("the Lua module '" .. missing .. "' is missing",
    root and "run 'make' in " .. root .. " first" or "install redbook with LuaRocks or make")
end

os.exit(cli.main(arg), true)
