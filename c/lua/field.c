/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/field.h"

void redbook_field_integer(lua_State *L, const char *key, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, key);
}

void redbook_field_boolean(lua_State *L, const char *key, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, key);
}

void redbook_field_text(lua_State *L, const char *key, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, key);
}

void redbook_field_text_if_any(lua_State *L, const char *key, const char *value) {
  if (*value) redbook_field_text(L, key, value);
}
