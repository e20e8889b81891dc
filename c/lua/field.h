/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of the table on top of the stack. */
#ifndef REDBOOK_LUA_FIELD_H
#define REDBOOK_LUA_FIELD_H

#include <lua.h>
#include <stdbool.h>

void redbook_field_integer(lua_State *L, const char *key, lua_Integer value);
void redbook_field_boolean(lua_State *L, const char *key, bool value);
void redbook_field_text(lua_State *L, const char *key, const char *value);
/* Nothing for an empty text. */
void redbook_field_text_if_any(lua_State *L, const char *key, const char *value);

#endif
