/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libdiscid for specs: ids of a disc from its table of contents.
 *
 *   musicbrainz, freedb = libdiscid.ids(first, last, { lead_out, start, ... })   (LBAs + 150)
 *   table = libdiscid.read("/dev/sr0")   as it reads a disc itself
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

static void field(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* Ids, catalogue number, and a list of the tracks' codes ("" for none). */
static int read_disc(lua_State *L) {
  DiscId *disc = discid_new();
  if (!discid_read(disc, luaL_checkstring(L, 1))) {
    lua_pushnil(L);
    lua_pushstring(L, discid_get_error_msg(disc));
    discid_free(disc);
    return 2;
  }
  lua_newtable(L);
  field(L, "musicbrainz", discid_get_id(disc));
  field(L, "freedb", discid_get_freedb_id(disc));
  field(L, "catalog", discid_get_mcn(disc));
  field(L, "offsets", discid_get_toc_string(disc));
  lua_newtable(L);
  for (int i = discid_get_first_track_num(disc); i <= discid_get_last_track_num(disc); i++) {
    lua_pushstring(L, discid_get_track_isrc(disc, i));
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "codes");
  discid_free(disc);
  return 1;
}

int luaopen_libdiscid(lua_State *L) {
  static const luaL_Reg functions[] = {{"ids", ids}, {"read", read_disc}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
