-- SPDX-License-Identifier: GPL-3.0-or-later
-- LUAROCKS_CONFIG for a Debian machine without a network: Debian's Lua packages carry no rock
-- manifests, so LuaRocks must be told that they are there.
lua_version = "5.4"
lua_interpreter = "lua5.4"
rocks_servers = {}
rocks_provided = {
  ["lua-cjson"] = "2.1.0-1",
  argparse = "0.7.1-1",
  luaexpat = "1.5.1-1",
  luafilesystem = "1.8.0-1",
}
