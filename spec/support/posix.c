/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few system calls that specs need and Lua does not have: processes, signals, pipes. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <locale.h>
#include <lua.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

int luaopen_posix(lua_State *L);

static int failed(lua_State *L) {
  int number = errno;
  lua_pushnil(L);
  lua_pushstring(L, strerror(number));
  lua_pushinteger(L, number);
  return 3;
}

static int integer(lua_State *L, long value) {
  if (value < 0) return failed(L);
  lua_pushinteger(L, value);
  return 1;
}

/* fork() -> pid, 0 in the child */
static int posix_fork(lua_State *L) {
  return integer(L, fork());
}

static int posix_getpid(lua_State *L) {
  return integer(L, getpid());
}

/* kill(pid, number) -> 0 */
static int posix_kill(lua_State *L) {
  return integer(L, kill((pid_t)luaL_checkinteger(L, 1), (int)luaL_checkinteger(L, 2)));
}

/* waitpid(pid [, no_hang]) -> pid, "exit" or "signal", number; 0 while it runs */
static int posix_waitpid(lua_State *L) {
  int status = 0;
  pid_t pid =
      waitpid((pid_t)luaL_checkinteger(L, 1), &status, lua_toboolean(L, 2) ? WNOHANG : 0);
  if (pid < 0) return failed(L);
  lua_pushinteger(L, pid);
  if (!pid) return 1;
  lua_pushstring(L, WIFEXITED(status) ? "exit" : "signal");
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  return 3;
}

/* wcwidth(first, last) -> the columns of each character from one to the other in the locale
 * C.UTF-8, in a list; -1 for what has none */
static int posix_wcwidth(lua_State *L) {
  lua_Integer first = luaL_checkinteger(L, 1), last = luaL_checkinteger(L, 2);
  locale_t utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
  if (!utf8) return failed(L);
  locale_t before = uselocale(utf8);
  lua_newtable(L);
  for (lua_Integer code = first; code <= last; code++) {
    lua_pushinteger(L, wcwidth((wchar_t)code));
    lua_rawseti(L, -2, code - first + 1);
  }
  (void)uselocale(before);
  freelocale(utf8);
  return 1;
}

/* _exit(code): no atexit handler runs */
static int posix_exit(lua_State *L) {
  _exit((int)luaL_optinteger(L, 1, 0));
}

/* alarm(seconds): SIGALRM ends a spec that hangs */
static int posix_alarm(lua_State *L) {
  lua_pushinteger(L, alarm((unsigned)luaL_checkinteger(L, 1)));
  return 1;
}

static int posix_sleep(lua_State *L) {
  lua_Number seconds = luaL_checknumber(L, 1);
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
  return 0;
}

/* monotonic() -> seconds */
static int posix_monotonic(lua_State *L) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  lua_pushnumber(L, (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec * 1e-9);
  return 1;
}

/* readable(fd, seconds) -> boolean */
static int posix_readable(lua_State *L) {
  struct pollfd fd = {(int)luaL_checkinteger(L, 1), POLLIN, 0};
  int ready = poll(&fd, 1, (int)(luaL_optnumber(L, 2, 0) * 1000));
  lua_pushboolean(L, ready > 0 && (fd.revents & POLLIN));
  return 1;
}

/* locked(path) -> boolean: somebody holds a flock on it */
static int posix_locked(lua_State *L) {
  int fd = open(luaL_checkstring(L, 1), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(L);
  bool free = !flock(fd, LOCK_EX | LOCK_NB);
  close(fd);
  lua_pushboolean(L, !free);
  return 1;
}

/* narrow_pipe(path) -> descriptor to read from a new named pipe, which holds one page: who
 * writes to it is never further than that. It never ends, so that it may be opened again and
 * again. */
static int posix_narrow_pipe(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  if (mkfifo(path, 0600) < 0) return failed(L);
  int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return failed(L);
  if (fcntl(fd, F_SETPIPE_SZ, (int)sysconf(_SC_PAGESIZE)) > 0) return integer(L, fd);
  int number = errno;
  close(fd);
  errno = number;
  return failed(L);
}

/* read(fd, seconds, most) -> bytes, nil when none have come in time */
static int posix_read(lua_State *L) {
  char bytes[4096];
  lua_Integer most = luaL_checkinteger(L, 3);
  luaL_argcheck(L, most > 0 && most <= (lua_Integer)sizeof bytes, 3, "up to 4096 bytes");
  struct pollfd fd = {(int)luaL_checkinteger(L, 1), POLLIN, 0};
  if (poll(&fd, 1, (int)(luaL_checknumber(L, 2) * 1000)) <= 0) return 0;
  ssize_t got = read(fd.fd, bytes, (size_t)most);
  if (got < 0) return failed(L);
  lua_pushlstring(L, bytes, (size_t)got);
  return 1;
}

static int posix_close(lua_State *L) {
  return integer(L, close((int)luaL_checkinteger(L, 1)));
}

int luaopen_posix(lua_State *L) {
  static const luaL_Reg functions[] = {{"fork", posix_fork},
                                       {"getpid", posix_getpid},
                                       {"kill", posix_kill},
                                       {"waitpid", posix_waitpid},
                                       {"_exit", posix_exit},
                                       {"alarm", posix_alarm},
                                       {"sleep", posix_sleep},
                                       {"monotonic", posix_monotonic},
                                       {"readable", posix_readable},
                                       {"locked", posix_locked},
                                       {"wcwidth", posix_wcwidth},
                                       {"narrow_pipe", posix_narrow_pipe},
                                       {"read", posix_read},
                                       {"close", posix_close},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  static const struct {
    const char *name;
    int number;
  } signals[] = {{"SIGINT", SIGINT},   {"SIGTERM", SIGTERM}, {"SIGHUP", SIGHUP},
                 {"SIGKILL", SIGKILL}, {"SIGUSR1", SIGUSR1}, {"SIGSTOP", SIGSTOP},
                 {"SIGCONT", SIGCONT}};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    lua_pushinteger(L, signals[i].number);
    lua_setfield(L, -2, signals[i].name);
  }
  return 1;
}
