/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The playlist readers, which are Lua, under libFuzzer: one Lua state with a limit of memory
 * and of work. What a reader gives is judged by lists.lua.
 *
 * The interpreter is not instrumented; a line hook tells libFuzzer which Lua lines follow each
 * other, in counters that it looks at beside its own.
 */
#ifndef SPEC_FUZZ_LUA_WORLD_H
#define SPEC_FUZZ_LUA_WORLD_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LUA_WORLD_MEMORY (64u << 20)
#define LUA_WORLD_SECONDS 5 /* of CPU, for a list of some KiB */
#define LUA_WORLD_COUNTERS 65536u
#define LUA_WORLD_TIDY 64 /* runs between two full collections */

/* Lua's memory is collected now and then, which looks like leaks after every run: libFuzzer
 * would spend nine tenths of its time on looking for them. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "detect_leaks=0";
}

int luaopen_redbook_core(lua_State *L);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__attribute__((section(
    "__libfuzzer_extra_counters"))) static uint8_t lua_world_counters[LUA_WORLD_COUNTERS];
static uint32_t lua_world_before;
static size_t lua_world_used;

/* As realloc, but no more than the limit in all; Lua makes an error of it. */
static void *lua_world_allocate(void *user, void *block, size_t old, size_t size) {
  (void)user;
  size_t had = block ? old : 0;
  if (size == 0) {
    free(block);
    lua_world_used -= had;
    return NULL;
  }
  if (size > had && lua_world_used - had + size > LUA_WORLD_MEMORY) return NULL;
  void *grown = realloc(block, size);
  if (grown) lua_world_used = lua_world_used - had + size;
  return grown;
}

/* FNV-1a over the chunk's name and the line; a pair of lines is an edge. */
static void lua_world_line(lua_State *L, lua_Debug *here) {
  if (!lua_getinfo(L, "S", here)) return;
  uint32_t hash = 2166136261u;
  for (const char *c = here->short_src; *c; c++)
    hash = (hash ^ (uint8_t)*c) * 16777619u;
  hash = (hash ^ (uint32_t)here->currentline) * 16777619u;
  hash ^= hash >> 16;
  lua_world_counters[(hash ^ lua_world_before) % LUA_WORLD_COUNTERS]++;
  lua_world_before = hash >> 1;
}

static int lua_world_traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

static void lua_world_require(lua_State *L, int status) {
  if (status == LUA_OK) return;
  (void)fprintf(stderr, "%s\n", lua_tostring(L, -1));
  abort();
}

/* The table of lists.lua on top of the stack; run from the checkout's folder. */
static lua_State *lua_world_open(void) {
  static const char start[] =
      "package.path = 'lua/?.lua;lua/?/init.lua;./?.lua;' .. package.path\n"
      "return require 'spec.fuzz.lists'";
  lua_State *L = lua_newstate(lua_world_allocate, NULL);
  if (!L) abort();
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_redbook_core);
  lua_setfield(L, -2, "redbook.core");
  lua_pop(L, 1);
  lua_pushcfunction(L, lua_world_traceback);
  lua_world_require(L, luaL_loadstring(L, start));
  lua_world_require(L, lua_pcall(L, 0, 1, 1));
  lua_sethook(L, lua_world_line, LUA_MASKLINE, 0);
  return L;
}

/* Calls `kind` of lists.lua with the bytes; whatever it raises ends the program. */
static int lua_world_run(const char *kind, const uint8_t *data, size_t size) {
  static lua_State *L;
  static unsigned runs;
  if (!L) L = lua_world_open();
  clock_t from = clock();
  lua_world_before = 0;
  lua_getfield(L, 2, kind);
  lua_pushlstring(L, size ? (const char *)data : "", size);
  lua_world_require(L, lua_pcall(L, 1, 0, 1));
  if ((clock() - from) / CLOCKS_PER_SEC > LUA_WORLD_SECONDS) {
    (void)fprintf(stderr, "a list of %zu bytes takes too long to read\n", size);
    abort();
  }
  if (++runs % LUA_WORLD_TIDY == 0) lua_gc(L, LUA_GCCOLLECT);
  return 0;
}

#endif
