/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redbook.core: the module table, its few functions, and the embedded chunk. */
/***
The C module: classes after IMAPI2, and what they need. A method gives its value, or nil and an
Error; a property that cannot be read or set raises that Error; wrong use raises a string.
Sectors are of 2352 bytes, 75 a second; speeds are sectors per second.
@module redbook.core
*/
#include <math.h>
#include <time.h>

#include "chunk.h"
#include "lua/classes.h"
#include "lua/error.h"

#define VERSION "0.1.0"

__attribute__((visibility("default"))) int luaopen_redbook_core(lua_State *L);

/***
A speed in IMAPI2's unit: 1x = 75 sectors per second.
@function speed
@number x 16 for 16x
@treturn integer sectors per second, rounded
*/
static int speed(lua_State *L) {
  lua_Number x = luaL_checknumber(L, 1);
  luaL_argcheck(L, x > 0 && x <= 1000, 1, "a speed above 0x and up to 1000x expected");
  lua_pushinteger(L, (lua_Integer)llround(x * REDBOOK_SECTORS_PER_SECOND));
  return 1;
}

/***
What failed while a drive was let go of by `__close` or the garbage collector; asking clears it.
@function last_release_error
@treturn ?Error nil when nothing failed
*/
static int last_release_error(lua_State *L) {
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_last_release_error(&err)) return 0;
  redbook_push_error(L, &err);
  return 1;
}

/***
Seconds of a clock that nobody sets, from some moment on; for a host's own timers.
@function now
@treturn number seconds
*/
static int now(lua_State *L) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  lua_pushnumber(L, (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec * 1e-9);
  return 1;
}

/* What follows is for the chunk alone. */

static int code(lua_State *L) {
  redbook_push_code(L, (uint32_t)luaL_checkinteger(L, 1));
  return 1;
}

static int busy(lua_State *L) {
  struct redbook_error err;
  redbook_error_clear(&err);
  redbook_fail(
      &err, REDBOOK_E_IMAPI_DF2TAO_WRITE_IN_PROGRESS,
      "an operation is reading this AudioSource; wait for its end or open the file again");
  redbook_push_error(L, &err);
  return 1;
}

static int is_source(lua_State *L) {
  lua_settop(L, 1);
  lua_pushboolean(L, luaL_testudata(L, 1, REDBOOK_SOURCE_CLASS) != NULL);
  return 1;
}

static int check_source(lua_State *L) {
  redbook_box_open(L, 1, REDBOOK_SOURCE_CLASS);
  return 0;
}

static int unfinished(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, REDBOOK_OPERATION_CLASS);
  lua_pushboolean(L, box->core && !redbook_operation_finished(box->core));
  return 1;
}

static int cancelled(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, REDBOOK_OPERATION_CLASS);
  lua_pushboolean(L, redbook_operation_cancelled(box->core));
  return 1;
}

static void push_private(lua_State *L) {
  static const luaL_Reg functions[] = {{"step", redbook_operation_raw_step},
                                       {"feed", redbook_operation_raw_feed},
                                       {"now", now},
                                       {"code", code},
                                       {"busy", busy},
                                       {"cancelled", cancelled},
                                       {"is_source", is_source},
                                       {"check_source", check_source},
                                       {"unfinished", unfinished},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  redbook_source_figures(L);
  lua_setfield(L, -4, "kept");
  lua_setfield(L, -3, "announced");
  lua_setfield(L, -2, "scanned");
  redbook_source_gain_functions(L);
  redbook_joined_functions(L);
}

static void run_chunk(lua_State *L) {
  static const char *const names[] = {REDBOOK_OPERATION_CLASS, REDBOOK_TAO_CLASS,
                                      REDBOOK_ERASE_CLASS,     REDBOOK_SOURCE_CLASS,
                                      REDBOOK_RECORDER_CLASS,  REDBOOK_VERIFICATION_CLASS,
                                      REDBOOK_WATCH_CLASS};
  if (luaL_loadbufferx(L, redbook_chunk, sizeof redbook_chunk - 1, REDBOOK_CHUNK_NAME, "t"))
    lua_error(L);
  lua_newtable(L);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    luaL_getmetatable(L, names[i]);
    lua_setfield(L, -2, redbook_class_noun(names[i]));
  }
  push_private(L);
  lua_call(L, 2, 0);
}

static void add_classes(lua_State *L) {
  redbook_error_register(L);
  redbook_register_operation(L);
  redbook_register_recorder(L);
  lua_setfield(L, -2, "Recorder");
  redbook_register_tao(L);
  lua_setfield(L, -2, "TrackAtOnce");
  redbook_register_erase(L);
  lua_setfield(L, -2, "Erase");
  redbook_register_source(L);
  lua_setfield(L, -2, "AudioSource");
  redbook_register_joined(L);
  lua_setfield(L, -2, "JoinedSources");
  redbook_register_verification(L);
  lua_setfield(L, -2, "Verification");
  redbook_register_master(L);
  lua_setfield(L, -2, "DiscMaster");
  redbook_register_watch(L);
  redbook_register_virtual(L);
  lua_setfield(L, -2, "VirtualRecorder");
  redbook_register_server(L);
  redbook_register_trap(L);
  lua_setfield(L, -2, "trap_signals");
  redbook_register_mute(L);
  lua_setfield(L, -2, "mute_stderr");
}

int luaopen_redbook_core(lua_State *L) {
  static const luaL_Reg functions[] = {{"speed", speed},
                                       {"wait", redbook_operation_wait},
                                       {"album_loudness", redbook_album_loudness},
                                       {"now", now},
                                       {"last_release_error", last_release_error},
                                       {NULL, NULL}};
  luaL_checkversion(L);
  redbook_guard_lifetime(L);
  luaL_newlib(L, functions);
  add_classes(L);
  redbook_push_errors(L);
  lua_setfield(L, -2, "errors");
  redbook_add_enumerations(L);
  redbook_add_inspection(L);
  redbook_add_digests(L);
  redbook_add_fingerprint(L);
  redbook_add_read_image(L);
  redbook_add_files(L);
  redbook_add_tags(L);
  redbook_add_charset(L);
  redbook_add_terminal(L);
  lua_pushliteral(L, VERSION);
  lua_setfield(L, -2, "version");
  run_chunk(L);
  return 1;
}
