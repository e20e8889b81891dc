/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reload ROUNDS SCRIPT ARGUMENT: loads Lua's library, runs the script in a new state, closes
 * the state and unloads the library, again and again, as a program with plugins does. After
 * each round it prints what the script has returned and what the process has: descriptors,
 * threads, mappings. */
#include <dirent.h>
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *symbol(void *library, const char *name) {
  void *address = dlsym(library, name);
  if (!address) {
    (void)fprintf(stderr, "%s\n", dlerror());
    exit(2);
  }
  return address;
}

/* The function called `name` of the library, as `pointer`. */
#define FIND(pointer, library, name)                \
  do {                                              \
    void *address_ = symbol(library, name);         \
    memcpy(&(pointer), &address_, sizeof address_); \
  } while (0)

/* lua_State *L is known to the library alone. */
static int run(void *library, const char *script, const char *argument) {
  lua_State *(*newstate)(void);
  void (*openlibs)(lua_State *);
  int (*loadfilex)(lua_State *, const char *, const char *);
  const char *(*pushstring)(lua_State *, const char *);
  int (*pcallk)(lua_State *, int, int, int, lua_KContext, lua_KFunction);
  const char *(*tolstring)(lua_State *, int, size_t *);
  void (*close_state)(lua_State *);
  FIND(newstate, library, "luaL_newstate");
  FIND(openlibs, library, "luaL_openlibs");
  FIND(loadfilex, library, "luaL_loadfilex");
  FIND(pushstring, library, "lua_pushstring");
  FIND(pcallk, library, "lua_pcallk");
  FIND(tolstring, library, "luaL_tolstring");
  FIND(close_state, library, "lua_close");
  lua_State *L = newstate();
  if (!L) return 2;
  openlibs(L);
  int failed = loadfilex(L, script, NULL);
  pushstring(L, argument);
  if (!failed) failed = pcallk(L, 1, 1, 0, 0, NULL);
  printf("%s", tolstring(L, -1, NULL));
  close_state(L);
  return failed ? 1 : 0;
}

static int entries(const char *folder) {
  int count = 0;
  DIR *open = opendir(folder);
  while (open && readdir(open))
    count++;
  if (open) closedir(open);
  return count;
}

/* The threads that are left. One that was joined is listed a moment longer: the kernel wakes
 * the joiner before it takes the thread out of the list. */
static int threads(void) {
  const struct timespec moment = {0, 1000000};
  int count = entries("/proc/self/task");
  for (int i = 0; i < 60000 && count > 3; i++) { /* ".", "..", this one */
    nanosleep(&moment, NULL);
    count = entries("/proc/self/task");
  }
  return count;
}

static int mappings(void) {
  int count = 0, c;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && (c = getc(maps)) != EOF)
    count += c == '\n';
  if (maps) (void)fclose(maps);
  return count;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int failed = 0;
  for (int rounds = atoi(argv[1]); rounds > 0 && !failed; rounds--) {
    void *library = dlopen("liblua5.4.so.0", RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
      (void)fprintf(stderr, "%s\n", dlerror());
      return 2;
    }
    failed = run(library, argv[2], argv[3]);
    dlclose(library);
    int left = threads();
    printf(" %d %d %d\n", entries("/proc/self/fd"), left, mappings());
  }
  return failed;
}
