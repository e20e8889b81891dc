/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict option tables. */
#include "lua/options.h"

#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

#include "lua/class.h"

static bool digits(const char *text, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isdigit((unsigned char)text[i])) return false;
  return true;
}

static int64_t number(const char *text, size_t count) {
  int64_t value = 0;
  for (size_t i = 0; i < count; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

int64_t redbook_parse_msf(const char *text) {
  const char *colon = strchr(text, ':');
  size_t minutes = colon ? (size_t)(colon - text) : 0;
  if (minutes < 2 || minutes > 3 || strlen(colon) != 6 || colon[3] != ':') return -1;
  if (!digits(text, minutes) || !digits(colon + 1, 2) || !digits(colon + 4, 2)) return -1;
  int64_t seconds = number(colon + 1, 2), frames = number(colon + 4, 2);
  if (seconds >= 60 || frames >= 75) return -1;
  return (number(text, minutes) * 60 + seconds) * 75 + frames;
}

static void unknown(lua_State *L, const char *what, const struct redbook_option *known) {
  luaL_Buffer list;
  const char *key = luaL_tolstring(L, -2, NULL);
  luaL_buffinit(L, &list);
  for (const struct redbook_option *option = known; option->name; option++) {
    if (option != known) luaL_addstring(&list, ", ");
    luaL_addstring(&list, option->name);
  }
  luaL_pushresult(&list);
  redbook_misuse(L, "%s: unknown option '%s' (known: %s)", what, key, lua_tostring(L, -1));
}

static void wrong_type(lua_State *L, const char *what, const char *name, const char *wanted) {
  redbook_misuse(L, "%s: %s expected for option '%s', got %s", what, wanted, name,
                 luaL_typename(L, -1));
}

static void check_integer(lua_State *L, const char *what, const struct redbook_option *option,
                          const char *wanted) {
  int whole = 0;
  lua_Integer value =
      lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : (lua_Integer)0;
  if (!whole) wrong_type(L, what, option->name, wanted);
  if (value < option->min || value > option->max)
    redbook_misuse(L, "%s: option '%s' must be %I to %I, got %I", what, option->name,
                   (LUAI_UACINT)option->min, (LUAI_UACINT)option->max, (LUAI_UACINT)value);
}

static void check_seconds(lua_State *L, const char *what, const struct redbook_option *option) {
  if (lua_type(L, -1) != LUA_TNUMBER) wrong_type(L, what, option->name, "number of seconds");
  lua_Number value = lua_tonumber(L, -1);
  if (!(value >= (lua_Number)option->min && value <= (lua_Number)option->max))
    redbook_misuse(L, "%s: option '%s' must be %I to %I seconds, got %f", what, option->name,
                   (LUAI_UACINT)option->min, (LUAI_UACINT)option->max, (LUAI_UACNUMBER)value);
}

static void check_sectors(lua_State *L, const char *what, const struct redbook_option *option) {
  if (lua_type(L, -1) != LUA_TSTRING) {
    check_integer(L, what, option, "integer (sectors) or string (\"MM:SS:FF\")");
    return;
  }
  int64_t sectors = redbook_parse_msf(lua_tostring(L, -1));
  if (sectors < option->min || sectors > option->max)
    redbook_misuse(
        L,
        "%s: option '%s' is \"%s\"; write sectors, or MM:SS:FF with seconds below 60 and "
        "frames below 75",
        what, option->name, lua_tostring(L, -1));
}

static void check_string(lua_State *L, const char *what, const struct redbook_option *option) {
  size_t length;
  if (lua_type(L, -1) != LUA_TSTRING) wrong_type(L, what, option->name, "string");
  const char *text = lua_tolstring(L, -1, &length);
  if (strlen(text) != length)
    redbook_misuse(L, "%s: option '%s' holds a zero byte", what, option->name);
}

static void check_value(lua_State *L, const char *what, const struct redbook_option *option) {
  switch (option->kind) {
    case REDBOOK_OPTION_STRING:
      check_string(L, what, option);
      break;
    case REDBOOK_OPTION_BOOLEAN:
      if (!lua_isboolean(L, -1)) wrong_type(L, what, option->name, "boolean");
      break;
    case REDBOOK_OPTION_INTEGER:
      check_integer(L, what, option, "integer");
      break;
    case REDBOOK_OPTION_SECONDS:
      check_seconds(L, what, option);
      break;
    case REDBOOK_OPTION_SECTORS:
      check_sectors(L, what, option);
      break;
    case REDBOOK_OPTION_ANY:
      break;
  }
}

void redbook_options_check(lua_State *L, int index, const char *what,
                           const struct redbook_option *known) {
  if (lua_isnoneornil(L, index)) return;
  if (!lua_istable(L, index))
    redbook_misuse(L, "%s: a table of options expected, got %s", what, luaL_typename(L, index));
  index = lua_absindex(L, index);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    const struct redbook_option *option = known;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    while (option->name && strcmp(option->name, key) != 0)
      option++;
    if (!option->name) unknown(L, what, known);
    check_value(L, what, option);
    lua_pop(L, 1);
  }
}

int redbook_option_push(lua_State *L, int index, const char *name) {
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    lua_pushnil(L);
    return LUA_TNIL;
  }
  lua_pushstring(L, name);
  return lua_rawget(L, index);
}

bool redbook_option_given(lua_State *L, int index, const char *name) {
  bool given = redbook_option_push(L, index, name) != LUA_TNIL;
  lua_pop(L, 1);
  return given;
}

const char *redbook_option_string(lua_State *L, int index, const char *name,
                                  const char *fallback) {
  const char *value =
      redbook_option_push(L, index, name) == LUA_TNIL ? fallback : lua_tostring(L, -1);
  lua_pop(L, 1);
  return value;
}

bool redbook_option_boolean(lua_State *L, int index, const char *name, bool fallback) {
  bool value =
      redbook_option_push(L, index, name) == LUA_TNIL ? fallback : lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

lua_Integer redbook_option_integer(lua_State *L, int index, const char *name,
                                   lua_Integer fallback) {
  lua_Integer value =
      redbook_option_push(L, index, name) == LUA_TNIL ? fallback : lua_tointeger(L, -1);
  lua_pop(L, 1);
  return value;
}

lua_Number redbook_option_seconds(lua_State *L, int index, const char *name,
                                  lua_Number fallback) {
  lua_Number value =
      redbook_option_push(L, index, name) == LUA_TNIL ? fallback : lua_tonumber(L, -1);
  lua_pop(L, 1);
  return value;
}

int64_t redbook_option_sectors(lua_State *L, int index, const char *name, int64_t fallback) {
  int64_t value = fallback;
  int type = redbook_option_push(L, index, name);
  if (type == LUA_TSTRING)
    value = redbook_parse_msf(lua_tostring(L, -1));
  else if (type != LUA_TNIL)
    value = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return value;
}
