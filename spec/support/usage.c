/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What running something took: processor time, time by the clock, memory. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lua.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int luaopen_usage(lua_State *L);

static lua_Number seconds(struct timeval time) {
  return (lua_Number)time.tv_sec + (lua_Number)time.tv_usec * 1e-6;
}

static lua_Number now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec * 1e-9;
}

static void set(lua_State *L, const char *name, lua_Number value) {
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

/* sh in a child that reads nothing, says what it has to say into a file, ends with its parent's
 * patience only. */
static void become(const char *command, const char *log) {
  int in = open("/dev/null", O_RDONLY), out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
  execl("/bin/sh", "sh", "-c", command, (char *)NULL);
  _exit(127);
}

/* run(command, log) -> { user, system, cpu, wall (seconds), rss (bytes), code }: a command line
 * of sh, its output in the file `log`. The times are those of all its processes and threads;
 * `rss` is the largest resident set of one of them, not less than that of this Lua: a fork has
 * its pages until it becomes another program. `code` is 128 + number when a signal ended it. */
static int usage_run(lua_State *L) {
  const char *command = luaL_checkstring(L, 1), *log = luaL_checkstring(L, 2);
  struct rusage usage;
  int status = 0;
  lua_Number began = now();
  pid_t pid = fork();
  if (pid == 0) become(command, log);
  pid_t ended = -1;
  do
    ended = pid < 0 ? -1 : wait4(pid, &status, 0, &usage);
  while (ended < 0 && errno == EINTR);
  if (ended < 0) return luaL_error(L, "%s: %s", command, strerror(errno));
  lua_Number took = now() - began;
  lua_createtable(L, 0, 6);
  set(L, "user", seconds(usage.ru_utime));
  set(L, "system", seconds(usage.ru_stime));
  set(L, "cpu", seconds(usage.ru_utime) + seconds(usage.ru_stime));
  set(L, "wall", took);
  set(L, "rss", (lua_Number)usage.ru_maxrss * 1024);
  lua_pushinteger(L, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  lua_setfield(L, -2, "code");
  return 1;
}

/* self() -> processor seconds of this process and all its threads so far */
static int usage_self(lua_State *L) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0) return luaL_error(L, "getrusage failed");
  lua_pushnumber(L, seconds(usage.ru_utime) + seconds(usage.ru_stime));
  return 1;
}

int luaopen_usage(lua_State *L) {
  static const luaL_Reg functions[] = {{"run", usage_run}, {"self", usage_self}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
