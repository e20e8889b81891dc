/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an AudioSource is asked to do to its sound: options of its table, `Gain` afterwards. */
/***
@submodule redbook.core
*/
#include <string.h>

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"

/* One of the words that `names` begins with, as its place; raises naming the option. */
static int choice(lua_State *L, int index, const char *option, const char *const names[]) {
  const char *word = redbook_option_string(L, index, option, names[0]);
  luaL_Buffer list;
  for (int i = 0; names[i]; i++)
    if (strcmp(word, names[i]) == 0) return i;
  luaL_buffinit(L, &list);
  for (int i = 0; names[i]; i++) {
    luaL_addstring(&list, i == 0 ? "\"" : names[i + 1] ? ", \"" : " or \"");
    luaL_addstring(&list, names[i]);
    luaL_addchar(&list, '"');
  }
  luaL_pushresult(&list);
  return redbook_misuse(L, "a source: option '%s' is %s, got \"%s\"", option,
                        lua_tostring(L, -1), word);
}

struct redbook_processing redbook_check_processing(lua_State *L, int index) {
  static const char *const qualities[] = {"hq", "vhq", NULL};
  static const char *const dithers[] = {"tpdf", "none", NULL};
  static const enum redbook_dither dither_of[] = {REDBOOK_DITHER_TPDF, REDBOOK_DITHER_NONE};
  struct redbook_processing processing = {0};
  processing.quality =
      choice(L, index, "quality", qualities) == 0 ? REDBOOK_QUALITY_HQ : REDBOOK_QUALITY_VHQ;
  processing.dither = dither_of[choice(L, index, "dither", dithers)];
  return processing;
}

static struct redbook_source *check(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, REDBOOK_SOURCE_CLASS);
  return box->core;
}

/***
dB that the sound is turned up or down by, -60 to 60; 0 at first. Setting it forgets what a scan
has shown; 0500 is raised while an operation reads the source. With a gain no source passes
bit-exactly: it goes through floats and dither.
@field AudioSource.Gain
*/
static int gain(lua_State *L) {
  lua_pushnumber(L, redbook_source_processing(check(L))->gain);
  return 1;
}

/* For the chunk, when nobody reads the source. */
static int set_gain(lua_State *L) {
  struct redbook_source *source = check(L);
  struct redbook_error err;
  if (lua_type(L, 2) != LUA_TNUMBER)
    redbook_misuse(L, "cannot set 'Gain': number expected, got %s", luaL_typename(L, 2));
  redbook_error_clear(&err);
  if (redbook_source_set_gain(source, lua_tonumber(L, 2), &err)) return 0;
  return redbook_raise(L, &err);
}

void redbook_source_gain_functions(lua_State *L) {
  lua_pushcfunction(L, gain);
  lua_setfield(L, -2, "gain");
  lua_pushcfunction(L, set_gain);
  lua_setfield(L, -2, "set_gain");
}
