/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an AudioSource is asked to do to its sound: options of its table, `Gain` afterwards. */
/***
@submodule redbook.core
*/
#include <math.h>
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
  static const char *const dithers[] = {"tpdf", "shaped", "none", NULL};
  static const enum redbook_dither dither_of[] = {REDBOOK_DITHER_TPDF, REDBOOK_DITHER_SHAPED,
                                                  REDBOOK_DITHER_NONE};
  struct redbook_processing processing = {0};
  processing.quality =
      choice(L, index, "quality", qualities) == 0 ? REDBOOK_QUALITY_HQ : REDBOOK_QUALITY_VHQ;
  processing.dither = dither_of[choice(L, index, "dither", dithers)];
  processing.limit = redbook_option_boolean(L, index, "limit", false);
  processing.loudness = redbook_option_boolean(L, index, "loudness", false);
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

/***
Whether scans measure the loudness, which takes time of its own; false at first, or as the
option `loudness` says. E_FAIL is raised for a clone, whose sound has the gain in it.
@field AudioSource.MeasureLoudness
*/
static int get_measure(lua_State *L) {
  lua_pushboolean(L, redbook_source_processing(check(L))->loudness);
  return 1;
}

/* For the chunk, as set_gain. */
static int set_measure(lua_State *L) {
  struct redbook_source *source = check(L);
  struct redbook_error err;
  if (lua_type(L, 2) != LUA_TBOOLEAN)
    redbook_misuse(L, "cannot set 'MeasureLoudness': boolean expected, got %s",
                   luaL_typename(L, 2));
  redbook_error_clear(&err);
  if (redbook_source_measure_loudness(source, lua_toboolean(L, 2), &err)) return 0;
  return redbook_raise(L, &err);
}

/***
Integrated loudness in LUFS (EBU R128) of the sound at 44.1 kHz, without the gain; nil when no
scan has measured it, -inf of silence.
@field AudioSource.Loudness
*/
static int get_loudness(lua_State *L) {
  struct redbook_source *source = check(L);
  double lufs = redbook_source_loudness(&source, 1);
  if (isnan(lufs))
    lua_pushnil(L);
  else
    lua_pushnumber(L, lufs);
  return 1;
}

/***
The highest `Peak` that this source's dither does not lift beyond 16 bits: a little less than 1.
@field AudioSource.Ceiling
*/
static int get_ceiling(lua_State *L) {
  enum redbook_dither dither = redbook_source_processing(check(L))->dither;
  lua_pushnumber(L, (lua_Number)redbook_dither_ceiling(dither));
  return 1;
}

const struct redbook_property redbook_source_measures[] = {
    {"Loudness", get_loudness, NULL}, {"Ceiling", get_ceiling, NULL}, {NULL, NULL, NULL}};

/***
The loudness of several AudioSources as if they were one, in LUFS, without their gains: that of
an album. All must have been scanned with MeasureLoudness.
@function album_loudness
@tparam {AudioSource,...} sources
@treturn ?number nil when a source was not measured; -inf of silence
*/
int redbook_album_loudness(lua_State *L) {
  struct redbook_source *sources[REDBOOK_LOUDNESS_SOURCES];
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 1);
  luaL_argcheck(L, count >= 1 && count <= REDBOOK_LOUDNESS_SOURCES, 1,
                "1 to 1000 sources expected");
  for (lua_Integer i = 0; i < count; i++) {
    lua_geti(L, 1, i + 1);
    struct redbook_box *box = redbook_box_open(L, -1, REDBOOK_SOURCE_CLASS);
    sources[i] = box->core; /* the table holds it */
    lua_pop(L, 1);
  }
  double lufs = redbook_source_loudness(sources, (size_t)count);
  if (isnan(lufs)) return 0;
  lua_pushnumber(L, lufs);
  return 1;
}

void redbook_source_gain_functions(lua_State *L) {
  lua_pushcfunction(L, get_measure);
  lua_setfield(L, -2, "measure_loudness");
  lua_pushcfunction(L, set_measure);
  lua_setfield(L, -2, "set_measure_loudness");
  lua_pushcfunction(L, gain);
  lua_setfield(L, -2, "gain");
  lua_pushcfunction(L, set_gain);
  lua_setfield(L, -2, "set_gain");
}
