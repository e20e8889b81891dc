/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JoinedSources: AudioSources that continue each other. */
/***
@submodule redbook.core
*/
#include <string.h>

#include "audio/reel.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"

/* The part at the top of the stack, its path as long as the list lives. */
static struct redbook_segment check_segment(lua_State *L) {
  static const struct redbook_option known[] = {
      {"path", REDBOOK_OPTION_STRING, 0, 0},
      {"start", REDBOOK_OPTION_SECTORS, 0, INT32_MAX},
      {"length", REDBOOK_OPTION_SECTORS, 1, INT32_MAX},
      {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  int top = lua_gettop(L);
  if (lua_type(L, top) == LUA_TSTRING)
    return (struct redbook_segment){redbook_check_text(L, top), {0, -1}};
  if (!lua_istable(L, top))
    redbook_misuse(L, "JoinedSources: a part is a path or a table, got %s",
                   luaL_typename(L, top));
  redbook_options_check(L, top, "JoinedSources: a part", known);
  if (!redbook_option_given(L, top, "path"))
    redbook_misuse(L, "JoinedSources: a part: option 'path' is missing");
  return (struct redbook_segment){redbook_option_string(L, top, "path", ""),
                                  {redbook_option_sectors(L, top, "start", 0),
                                   redbook_option_sectors(L, top, "length", -1)}};
}

static size_t check_segments(lua_State *L, struct redbook_segment *segments) {
  if (!lua_istable(L, 1))
    redbook_misuse(L, "JoinedSources: a list of parts expected, got %s", luaL_typename(L, 1));
  size_t count = (size_t)lua_rawlen(L, 1);
  if (count == 0 || count > REDBOOK_REEL_MOST)
    redbook_misuse(L, "JoinedSources: 1 to %d parts expected, got %I", (int)REDBOOK_REEL_MOST,
                   (LUAI_UACINT)count);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 1, (lua_Integer)i + 1);
    segments[i] = check_segment(L);
    lua_pop(L, 1);
  }
  return count;
}

static struct redbook_processing check_options(lua_State *L) {
  static const struct redbook_option known[] = {{"quality", REDBOOK_OPTION_STRING, 0, 0},
                                                {"dither", REDBOOK_OPTION_STRING, 0, 0},
                                                {"limit", REDBOOK_OPTION_BOOLEAN, 0, 0},
                                                {"loudness", REDBOOK_OPTION_BOOLEAN, 0, 0},
                                                {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  redbook_options_check(L, 2, "JoinedSources", known);
  return redbook_check_processing(L, 2);
}

/* A list of inert objects on the stack; what they share is the user value of each: a weak list
 * of all. */
static void push_boxes(lua_State *L, size_t count) {
  lua_createtable(L, (int)count, 0);
  lua_createtable(L, (int)count, 0);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  for (lua_Integer i = 1; i <= (lua_Integer)count; i++) {
    redbook_box_new(L, REDBOOK_SOURCE_CLASS, sizeof(struct redbook_box), 1);
    lua_pushvalue(L, -2);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, i);
    lua_rawseti(L, -3, i);
  }
  lua_pop(L, 1);
}

/***
Parts of files that continue each other, as one AudioSource each: decoded, resampled and
dithered as if they had never been cut. What is left of a file beyond its last whole sector
begins the next track; the last track is padded. Read in order, each file is decoded once in a
pass; the bytes do not depend on the order. Of one list only one source is read at a time: 0500
for all while an operation reads one. Setting `Gain` of one sets it for all.
@function JoinedSources
@tparam table list paths, or tables `{path=, start=, length=}` in sectors or "MM:SS:FF"
@tparam[opt] table options `quality`, `dither`, `limit`, `loudness` as
AudioSource has them
@treturn[1] table list of AudioSource
@return[2] nil
@treturn[2] Error err as AudioSource's; 050D when the files cannot be converted as one (another
sample rate, other channels): open them by themselves then
*/
static int create(lua_State *L) {
  struct redbook_segment segments[REDBOOK_REEL_MOST];
  struct redbook_source *sources[REDBOOK_REEL_MOST];
  struct redbook_error err;
  lua_settop(L, 2);
  size_t count = check_segments(L, segments);
  struct redbook_processing processing = check_options(L);
  push_boxes(L, count);
  redbook_error_clear(&err);
  if (!redbook_source_open_joined(segments, count, &processing, sources, &err))
    return redbook_return_error(L, &err);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    ((struct redbook_box *)lua_touserdata(L, -1))->core = sources[i];
    lua_pop(L, 1);
  }
  return 1;
}

/* For the chunk. group(source): the list of those it is joined with; nil when it is alone. */
static int group(lua_State *L) {
  (void)redbook_box_check(L, 1, REDBOOK_SOURCE_CLASS);
  lua_settop(L, 1);
  (void)lua_getiuservalue(L, 1, 1);
  return 1;
}

void redbook_register_joined(lua_State *L) {
  lua_pushcfunction(L, create);
}

void redbook_joined_functions(lua_State *L) {
  lua_pushcfunction(L, group);
  lua_setfield(L, -2, "group");
}
