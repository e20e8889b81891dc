/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last two rungs of letting go (design 5): the sentinel that lua_close finalises after
 * every other object of redbook, and atexit. Both only call into C and never touch Lua objects.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "drive/hold.h"
#include "lua/classes.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int owner;  /* pid of the process that loaded the module last */
static atomic_int states; /* Lua states of this process that hold the module */

/* A forked child sends nothing to the drives of its parent. */
static bool at_home(void) {
  return atomic_load(&owner) == (int)getpid();
}

static void let_go(void) {
  if (!at_home()) return;
  redbook_let_go_all();
  redbook_hold_let_go_all();
}

/* lua_close unloads the library, but its atexit handler and a thread that still lets go of a
 * drive go on running its code. The linker flag nodelete does the same; LuaRocks' own builds
 * cannot pass it. */
static void pin(void) {
  Dl_info info;
  void (*self)(lua_State *) = redbook_guard_lifetime;
  void *address;
  _Static_assert(sizeof self == sizeof address, "POSIX: function pointers fit");
  __builtin_memcpy(&address, &self, sizeof address);
  if (dladdr(address, &info) && info.dli_fname)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

static void first_time(void) {
  pin();
  atexit(let_go);
}

/* When other states of the process go on, only the last one to close lets go of everything: the
 * objects of a closed state are collected already, and what they began to let go of in the
 * background is joined then. */
static int last_of_state(lua_State *L) {
  pid_t *home = luaL_checkudata(L, 1, "redbook.Sentinel");
  if (*home != getpid()) return 0;
  *home = 0;
  if (atomic_fetch_sub(&states, 1) == 1) let_go();
  return 0;
}

void redbook_guard_lifetime(lua_State *L) {
  static const luaL_Reg meta[] = {{"__gc", last_of_state}, {NULL, NULL}};
  pthread_once(&once, first_time);
  if (atomic_exchange(&owner, (int)getpid()) != (int)getpid()) atomic_store(&states, 0);
  pid_t *home = lua_newuserdatauv(L, sizeof *home, 0);
  *home = 0;
  luaL_newmetatable(L, "redbook.Sentinel");
  luaL_setfuncs(L, meta, 0);
  lua_setmetatable(L, -2);
  *home = getpid();
  atomic_fetch_add(&states, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "redbook.Sentinel object");
}
