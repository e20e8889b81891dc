/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redbook in a Lua state of its own whose memory ends, for specs. This library holds all of the
 * C module once more, linked with --wrap, so that each of its own calls for memory, or for a
 * thread, passes here (not those of the libraries that it uses). */
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int luaopen_starved(lua_State *L);
int luaopen_redbook_core(lua_State *L);

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): --wrap's names */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
ssize_t __real_getline(char **line, size_t *room, FILE *in);
ssize_t __real___getdelim(char **line, size_t *room, int end, FILE *in);
FILE *__real_open_memstream(char **text, size_t *length);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);
ssize_t __wrap_getline(char **line, size_t *room, FILE *in);
ssize_t __wrap___getdelim(char **line, size_t *room, int end, FILE *in); /* getline's inline */
FILE *__wrap_open_memstream(char **text, size_t *length);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);

/* Which request fails: number `at` and the `more` after it; at 0: none. */
struct famine {
  atomic_long seen;
  long at, more;
};

static struct famine in_c;
static struct famine in_lua;

static bool fails(struct famine *famine) {
  long number = atomic_fetch_add(&famine->seen, 1) + 1;
  return famine->at && number >= famine->at && number - famine->at <= famine->more;
}

static bool refuses(void) {
  if (!fails(&in_c)) return false;
  errno = ENOMEM;
  return true;
}

void *__wrap_malloc(size_t size) {
  return refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return refuses() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
  return refuses() ? NULL : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text) {
  return refuses() ? NULL : __real_strdup(text);
}

ssize_t __wrap_getline(char **line, size_t *room, FILE *in) {
  return refuses() ? -1 : __real_getline(line, room, in);
}

ssize_t __wrap___getdelim(char **line, size_t *room, int end, FILE *in) {
  return refuses() ? -1 : __real___getdelim(line, room, end, in);
}

FILE *__wrap_open_memstream(char **text, size_t *length) {
  return refuses() ? NULL : __real_open_memstream(text, length);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument) {
  return fails(&in_c) ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* lua_Alloc; what shrinks cannot fail. Not counted as a request in C. */
static void *allocate(void *context, void *block, size_t old, size_t new) {
  (void)context;
  if (!new) {
    free(block);
    return NULL;
  }
  if ((!block || new > old) && fails(&in_lua)) return NULL;
  return __real_realloc(block, new);
}

struct task {
  const char *code, *path, *argument;
  char *said;
  size_t room;
};

static void set_path(lua_State *L, const char *path) {
  lua_getglobal(L, "package");
  lua_pushstring(L, path);
  lua_setfield(L, -2, "path");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_redbook_core);
  lua_setfield(L, -2, "redbook.core");
  lua_pop(L, 2);
}

static int perform(lua_State *L) {
  const struct task *task = lua_touserdata(L, 1);
  luaL_openlibs(L);
  set_path(L, task->path);
  if (luaL_loadstring(L, task->code)) return lua_error(L);
  lua_pushstring(L, task->argument);
  lua_call(L, 1, 1);
  return 1;
}

static int say(lua_State *L) {
  const struct task *task = lua_touserdata(L, 1);
  (void)snprintf(task->said, task->room, "%s", luaL_tolstring(L, 2, NULL));
  return 0;
}

/* The state lives and ends in want; only what it has said is put down in plenty. */
static bool run(const struct task *task) {
  lua_State *L = lua_newstate(allocate, NULL);
  if (!L) {
    (void)snprintf(task->said, task->room, "not enough memory");
    return false;
  }
  lua_pushcfunction(L, perform);
  lua_pushlightuserdata(L, (void *)(uintptr_t)task);
  bool ok = lua_pcall(L, 1, 1, 0) == LUA_OK;
  long at = in_lua.at;
  in_lua.at = 0;
  lua_pushcfunction(L, say);
  lua_pushlightuserdata(L, (void *)(uintptr_t)task);
  lua_rotate(L, -3, -1);
  if (lua_pcall(L, 2, 0, 0) != LUA_OK)
    (void)snprintf(task->said, task->room, "the result cannot be told");
  in_lua.at = at;
  lua_close(L);
  return ok;
}

static void set(struct famine *famine, bool here, lua_Integer at, lua_Integer more) {
  atomic_store(&famine->seen, 0);
  famine->at = here ? (long)at : 0;
  famine->more = (long)more;
}

/* run(code, argument, "lua" or "c", at, more) -> ok, what was returned or raised, requests in
 * Lua, requests in C. The requests number `at` to `at + more` of one kind fail; at 0: none. */
static int starved_run(lua_State *L) {
  char said[512] = "";
  struct task task = {.code = luaL_checkstring(L, 1),
                      .argument = luaL_checkstring(L, 2),
                      .said = said,
                      .room = sizeof said};
  bool lua = !strcmp(luaL_checkstring(L, 3), "lua");
  lua_Integer at = luaL_checkinteger(L, 4), more = luaL_checkinteger(L, 5);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "path");
  task.path = lua_tostring(L, -1);
  set(&in_lua, lua, at, more);
  set(&in_c, !lua, at, more);
  bool ok = run(&task);
  in_lua.at = in_c.at = 0;
  lua_pushboolean(L, ok);
  lua_pushstring(L, said);
  lua_pushinteger(L, atomic_load(&in_lua.seen));
  lua_pushinteger(L, atomic_load(&in_c.seen));
  return 4;
}

int luaopen_starved(lua_State *L) {
  static const luaL_Reg functions[] = {{"run", starved_run}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
