/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several Lua states in one process, each in a thread of its own, for specs. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MOST 16

int luaopen_states(lua_State *L);

struct state {
  const char *code, *path, *cpath;
  int number;
  bool ok;
  char result[512];
};

static void set_path(lua_State *L, const char *field, const char *value) {
  lua_getglobal(L, "package");
  lua_pushstring(L, value);
  lua_setfield(L, -2, field);
  lua_pop(L, 1);
}

static void *run(void *argument) {
  struct state *state = argument;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  set_path(L, "path", state->path);
  set_path(L, "cpath", state->cpath);
  state->ok = !luaL_loadstring(L, state->code);
  lua_pushinteger(L, state->number);
  state->ok = state->ok && !lua_pcall(L, 1, 1, 0);
  strncpy(state->result, luaL_tolstring(L, -1, NULL), sizeof state->result - 1);
  lua_close(L);
  return NULL;
}

static const char *package_field(lua_State *L, const char *field) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, field);
  return lua_tostring(L, -1);
}

/* run(code, ...) -> result, ...: one thread for each chunk of code, which gets its number; an
 * error is "error: ..." */
static int states_run(lua_State *L) {
  int count = lua_gettop(L);
  luaL_argcheck(L, count >= 1 && count <= MOST, 1, "1 to 16 chunks expected");
  struct state states[MOST] = {0};
  pthread_t threads[MOST];
  for (int i = 0; i < count; i++)
    states[i] = (struct state){.code = luaL_checkstring(L, i + 1), .number = i + 1};
  const char *path = package_field(L, "path"), *cpath = package_field(L, "cpath");
  for (int i = 0; i < count; i++) {
    states[i].path = path;
    states[i].cpath = cpath;
    if (pthread_create(&threads[i], NULL, run, &states[i])) abort();
  }
  for (int i = 0; i < count; i++)
    pthread_join(threads[i], NULL);
  luaL_checkstack(L, count, NULL);
  for (int i = 0; i < count; i++)
    lua_pushfstring(L, "%s%s", states[i].ok ? "" : "error: ", states[i].result);
  return count;
}

int luaopen_states(lua_State *L) {
  static const luaL_Reg functions[] = {{"run", states_run}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
