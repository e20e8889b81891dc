-- SPDX-License-Identifier: GPL-3.0-or-later
-- Temporary folders and subprocesses for specs.

local lfs = require "lfs"
local place = require "spec.support.place"

---@field lua string the interpreter as words for sh, with the sanitizer's library of this pass
local sandbox = { root = place.root, build = place.build, lua = os.getenv "LUA" or "lua5.4" }
local preload = os.getenv "REDBOOK_PRELOAD"
---@field lua_within string the same for a shell within vdrive: before, not instead of, its library
sandbox.lua_within = sandbox.lua
if preload then
  sandbox.lua_within = ("env LD_PRELOAD=%s:$LD_PRELOAD %s"):format(preload, sandbox.lua)
  sandbox.lua = ("env LD_PRELOAD=%s %s"):format(preload, sandbox.lua)
end

---Quotes one word for sh.
---@param word string
---@return string
function sandbox.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

---@param path string
---@return string content
function sandbox.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

---@param path string
---@param content string
function sandbox.write(path, content)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(content))
end

---A new empty folder; remove it with `sandbox.remove`.
---@return string path absolute
function sandbox.folder()
  local name = os.tmpname()
  assert(os.remove(name))
  assert(lfs.mkdir(name))
  return name
end

---Removes a folder and all in it.
---@param path string as `sandbox.folder` gave it
function sandbox.remove(path)
  assert(path:find "^/tmp/lua_", "not a folder of this sandbox: " .. path)
  os.execute("rm -rf " .. sandbox.quote(path))
end

---Environment assignments that let any Lua 5.4 use this checkout and build, for sh.
sandbox.env = ("BUILD=%s REDBOOK_BUILD=%s LUA_PATH=%s LUA_CPATH=%s"):format(
  sandbox.quote(place.build),
  sandbox.quote(place.build),
  sandbox.quote(("%s/lua/?.lua;%s/lua/?/init.lua;;"):format(place.root, place.root)),
  sandbox.quote(("%s/?.so;%s/spec/?.so;;"):format(place.build, place.build))
)

---Runs a command line in sh and waits for it. It reads nothing from the terminal.
---@param command string
---@param cwd? string folder to run it in
---@return integer code exit code; 128 + number when a signal ended it
---@return string out standard output
---@return string err standard error
function sandbox.run(command, cwd)
  local out, err = os.tmpname(), os.tmpname()
  local place_it = cwd and "cd " .. sandbox.quote(cwd) .. " && " or ""
  local _, how, number = os.execute(
    ("{ %s%s\n} >%s 2>%s </dev/null"):format(place_it, command, out, err)
  )
  local texts = { sandbox.read(out), sandbox.read(err) }
  os.remove(out)
  os.remove(err)
  return how == "signal" and 128 + number or number, texts[1], texts[2]
end

return sandbox
