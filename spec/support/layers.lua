-- SPDX-License-Identifier: GPL-3.0-or-later
-- layers.lua C_FOLDER: every #include "LAYER/..." must look down (the design's house), and
-- Lua's headers belong to c/lua/ alone.

local lfs = require "lfs"

-- What each layer may see besides itself. c/virtual/ sees one header of mmc: it decodes
-- commands with code of its own, or drive and host would confirm each other's mistakes.
local below = {
  base = {},
  mmc = { "base/" },
  virtual = { "mmc/transport.h", "base/" },
  -- A virtual drive as a device node, and the other end inside the programs that use it.
  vdrive = { "virtual/virtual.h", "mmc/transport.h", "mmc/trace.h", "base/" },
  preload = { "vdrive/message.h" },
  drive = { "virtual/", "mmc/", "base/" },
  audio = { "base/" },
  burn = { "audio/", "drive/", "virtual/", "mmc/", "base/" },
  lua = { "burn/", "audio/", "drive/", "vdrive/", "virtual/", "mmc/", "base/" },
}
local lua_headers = { ["lua.h"] = true, ["lauxlib.h"] = true, ["lualib.h"] = true }

local function allowed(layer, header)
  if not header:find("/", 1, true) then -- the layer's own generated chunk.h
    return layer == "lua" and header == "chunk.h"
  end
  if header:find(layer .. "/", 1, true) == 1 then return true end
  for _, prefix in ipairs(below[layer]) do
    if header:find(prefix, 1, true) == 1 then return true end
  end
  return false
end

local problems = 0
local function complain(path, number, text)
  problems = problems + 1
  io.stderr:write(("%s:%d: %s\n"):format(path, number, text))
end

local function check_file(layer, path)
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local quote, header = line:match '^%s*#%s*include%s*([<"])([^>"]+)[>"]'
    if header and lua_headers[header:match "[^/]+$"] then
      if layer ~= "lua" then complain(path, number, header .. " belongs in c/lua/ alone") end
    elseif quote == '"' and not allowed(layer, header) then
      complain(path, number, ("c/%s/ may not include %s"):format(layer, header))
    end
  end
end

local folder = assert(arg[1], "usage: layers.lua C_FOLDER")
for layer in lfs.dir(folder) do
  if below[layer] then
    for name in lfs.dir(folder .. "/" .. layer) do
      local path = ("%s/%s/%s"):format(folder, layer, name)
      if name:match "%.[ch]$" then check_file(layer, path) end
    end
  elseif layer:sub(1, 1) ~= "." then
    complain(folder .. "/" .. layer, 0, "no such layer; add it to spec/support/layers.lua")
  end
end
os.exit(problems == 0, true)
