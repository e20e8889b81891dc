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
    "run it as 'lua5.4 " .. script .. "'")
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

local root, build
for _ = 1, 40 do -- as many links in a row as Linux follows
  root = checkout()
  local target = not root and link_target()
  if not target then break end
  script = target
end
if root then
  build = os.getenv("REDBOOK_BUILD") or root .. "/build"
  package.path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;" .. package.path
  package.cpath = build .. "/?.so;" .. package.cpath
end

local where = root and root ~= "." and " in " .. root or ""

-- Debian's names of what `make` does not build.
local PACKAGES = { argparse = "lua-argparse", cjson = "lua-cjson", lfs = "lua-filesystem",
  lxp = "lua-expat" }

-- Without a traceback, which says nothing to whoever only has to build or install.
local function explain(problem)
  local missing = string.match(problem, "module '([%w_.-]+)' not found")
  local broken = string.match(problem, "error loading module 'redbook%.core'[^\n]*\n%s*(.*)$")
  if missing == "redbook.core" and root then
    refuse("the checkout is not built yet: there is no " .. build .. "/redbook/core.so",
      "run 'make'" .. where .. " first")
  elseif missing then
    refuse("the Lua module '" .. missing .. "' is missing", PACKAGES[missing]
      and "install the package " .. PACKAGES[missing]
      or "install redbook with LuaRocks or make")
  elseif broken then
    refuse("the C module cannot be loaded: " .. broken, root and "run 'make demo'" .. where
      .. ": it installs what is missing" or "install the library, or redbook again")
  end
  error(problem, 0)
end

-- A build of another folder (REDBOOK_BUILD) is its owner's business.
local function check_build()
  local there, built = pcall(require, "redbook.cli.built")
  local changed = there and built.stale(root, build)
  if changed then
    refuse(changed .. " has changed since redbook was built", "run 'make'" .. where .. " again")
  end
end

if root and not os.getenv("REDBOOK_BUILD") then check_build() end
local found, cli = pcall(require, "redbook.cli." .. program())
if not found then explain(tostring(cli)) end

local code = cli.main(arg)
require("redbook.cli.signals").ignore()
os.exit(code, true)
