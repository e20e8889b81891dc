/* SPDX-License-Identifier: GPL-3.0-or-later */
/* environment.unset(NAME): takes a variable away from the programs that a spec starts. */
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

int luaopen_environment(lua_State *L);

static int unset(lua_State *L) {
  lua_pushboolean(L, unsetenv(luaL_checkstring(L, 1)) == 0);
  return 1;
}

int luaopen_environment(lua_State *L) {
  static const luaL_Reg functions[] = {{"unset", unset}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
