/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libdiscid for specs: ids of a disc from its table of contents.
 *
 *   musicbrainz, freedb = libdiscid.ids(first, last, { lead_out, start, ... })   -- LBAs + 150
 */
#include <discid/discid.h>
#include <lauxlib.h>
#include <lua.h>

int luaopen_libdiscid(lua_State *L);

static int ids(lua_State *L) {
  int offsets[100] = {0};
  int first = (int)luaL_checkinteger(L, 1), last = (int)luaL_checkinteger(L, 2);
  luaL_argcheck(L, 1 <= first && first <= last && last <= 99, 2, "1 to 99");
  for (int i = 0; i <= last; i++) {
    if (i && i < first) continue;
    lua_rawgeti(L, 3, i ? i - first + 2 : 1);
    offsets[i] = (int)luaL_checkinteger(L, -1);
    lua_pop(L, 1);
  }
  DiscId *disc = discid_new();
  if (!discid_put(disc, first, last, offsets)) {
    lua_pushstring(L, discid_get_error_msg(disc));
    discid_free(disc);
    return lua_error(L);
  }
  lua_pushstring(L, discid_get_id(disc));
  lua_pushstring(L, discid_get_freedb_id(disc));
  discid_free(disc);
  return 2;
}

int luaopen_libdiscid(lua_State *L) {
  static const luaL_Reg functions[] = {{"ids", ids}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
