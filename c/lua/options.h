/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict option tables: unknown keys, wrong types and numbers out of range raise, naming the
 * field and, for an unknown one, all that are known. Fields are read raw (no metamethods). */
#ifndef REDBOOK_LUA_OPTIONS_H
#define REDBOOK_LUA_OPTIONS_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

enum redbook_option_kind {
  REDBOOK_OPTION_STRING,
  REDBOOK_OPTION_BOOLEAN,
  REDBOOK_OPTION_INTEGER, /* min .. max */
  REDBOOK_OPTION_SECONDS, /* a number min .. max */
  REDBOOK_OPTION_SECTORS, /* an integer min .. max, or "MM:SS:FF" */
  REDBOOK_OPTION_ANY,     /* looked at by the caller */
};

struct redbook_option {
  const char *name;
  enum redbook_option_kind kind;
  lua_Integer min, max;
};

/* Checks the table at `index` (nil: no options) against `known`, which ends with a NULL name.
 * `what` for messages: "AddAudioTrack". */
void redbook_options_check(lua_State *L, int index, const char *what,
                           const struct redbook_option *known);

/* One field of a checked table, or `fallback` when it is not there. A string lives as long as
 * the table. */
const char *redbook_option_string(lua_State *L, int index, const char *name,
                                  const char *fallback);
bool redbook_option_boolean(lua_State *L, int index, const char *name, bool fallback);
lua_Integer redbook_option_integer(lua_State *L, int index, const char *name,
                                   lua_Integer fallback);
lua_Number redbook_option_seconds(lua_State *L, int index, const char *name,
                                  lua_Number fallback);
int64_t redbook_option_sectors(lua_State *L, int index, const char *name, int64_t fallback);
/* Pushes the field, nil when it is not there or there is no table; returns its type. */
int redbook_option_push(lua_State *L, int index, const char *name);
bool redbook_option_given(lua_State *L, int index, const char *name);

/* "MM:SS:FF" (two digits each, minutes may have three; SS < 60, FF < 75) in sectors; -1 when it
 * is not that. */
int64_t redbook_parse_msf(const char *text);

#endif
