/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DriveServer: a virtual drive as a device node for other programs, and running them on it. */
/***
@submodule redbook.core
*/
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"
#include "vdrive/message.h"
#include "vdrive/server.h"

#define CLASS REDBOOK_SERVER_CLASS

enum { NOT_RUNNABLE = 126, NOT_FOUND = 127, SIGNALLED = 128 };

static const struct redbook_option serve_options[] = {{"trace", REDBOOK_OPTION_STRING, 0, 0},
                                                      {"filter", REDBOOK_OPTION_BOOLEAN, 0, 0},
                                                      {NULL, REDBOOK_OPTION_ANY, 0, 0}};

int redbook_serve(lua_State *L, struct redbook_virtual *drive) {
  struct redbook_error err;
  redbook_options_check(L, 2, "Serve", serve_options);
  const struct redbook_server_options options = {
      .trace = redbook_option_string(L, 2, "trace", NULL),
      .filter = redbook_option_boolean(L, 2, "filter", false)};
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, 0);
  box->core = redbook_server_start(drive, &options, &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

static struct redbook_server *self(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, CLASS);
  return box->core;
}

/***
Path of the socket, for programs that are started by other means than `Run`: with it in
`REDBOOK_VDRIVE_SOCKET`, the node's path in `REDBOOK_VDRIVE_NODE` and `Library` in `LD_PRELOAD`
they see the drive.
@function DriveServer:Socket
@treturn string path
*/
static int server_socket(lua_State *L) {
  lua_pushstring(L, redbook_server_socket(self(L)));
  return 1;
}

/* The library lies beside the C module. */
static void push_library(lua_State *L) {
  Dl_info here;
  if (!dladdr((const void *)serve_options, &here) || !here.dli_fname)
    luaL_error(L, "the folder of redbook.core cannot be found out");
  char *path = realpath(here.dli_fname, NULL);
  lua_pushstring(L, path ? path : here.dli_fname);
  free(path);
  const char *name = lua_tostring(L, -1), *slash = strrchr(name, '/');
  lua_pushlstring(L, name, slash ? (size_t)(slash - name) + 1 : 0);
  lua_pushliteral(L, "redbook-vdrive.so");
  lua_concat(L, 2);
  lua_remove(L, -2);
}

/***
Path of the library for `LD_PRELOAD`.
@function DriveServer:Library
@treturn string path
*/
static int library(lua_State *L) {
  self(L);
  push_library(L);
  return 1;
}

/* A NULL-terminated array of the strings of the table at `index`, in a userdata. */
static char **push_words(lua_State *L, int index) {
  lua_Unsigned count = lua_rawlen(L, index);
  char **words = lua_newuserdatauv(L, (count + 1) * sizeof *words, 0);
  for (lua_Unsigned i = 0; i < count; i++) {
    if (lua_rawgeti(L, index, (lua_Integer)i + 1) != LUA_TSTRING)
      redbook_misuse(L, "Run: word %I is a %s, not a string", (LUAI_UACINT)i + 1,
                     luaL_typename(L, -1));
    words[i] = (char *)(uintptr_t)lua_tostring(L, -1); /* the table holds it */
    lua_pop(L, 1);
  }
  words[count] = NULL;
  return words;
}

/* The environment with these variables instead of its own ones of the same names. */
static void push_environment(lua_State *L, const char *node) {
  static const char *const ours[] = {"LD_PRELOAD=", REDBOOK_WIRE_SOCKET "=",
                                     REDBOOK_WIRE_NODE "=", REDBOOK_LOCK_FOLDER "="};
  lua_Integer count = 0;
  const char *preload = getenv("LD_PRELOAD");
  lua_newtable(L);
  for (char **entry = environ; *entry; entry++) {
    bool replaced = false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
      replaced = replaced || !strncmp(*entry, ours[i], strlen(ours[i]));
    if (replaced) continue;
    lua_pushstring(L, *entry);
    lua_rawseti(L, -2, ++count);
  }
  push_library(L);
  const char *path = lua_tostring(L, -1);
  lua_pushfstring(L, "LD_PRELOAD=%s%s%s", preload ? preload : "",
                  preload && *preload ? ":" : "", path);
  lua_rawseti(L, -3, ++count);
  lua_pop(L, 1);
  const char *address = redbook_server_socket(self(L));
  lua_pushfstring(L, REDBOOK_WIRE_SOCKET "=%s", address);
  lua_rawseti(L, -2, ++count);
  lua_pushliteral(L, REDBOOK_LOCK_FOLDER "=");
  lua_pushlstring(L, address, (size_t)(strrchr(address, '/') - address));
  lua_concat(L, 2);
  lua_rawseti(L, -2, ++count);
  lua_pushfstring(L, REDBOOK_WIRE_NODE "=%s", node);
  lua_rawseti(L, -2, ++count);
}

/* Signals that are looked at while the program runs, instead of ending this one. */
static void watch(sigset_t *watched) {
  sigemptyset(watched);
  sigaddset(watched, SIGINT);
  sigaddset(watched, SIGQUIT);
  sigaddset(watched, SIGTERM);
  sigaddset(watched, SIGHUP);
  sigaddset(watched, SIGCHLD);
}

/* The terminal's signals reach the program by themselves; others are handed on. */
static int wait_for(pid_t pid, const sigset_t *watched) {
  int status = 0;
  for (;;) {
    pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid) break;
    if (ended < 0 && errno != EINTR) return 1;
    siginfo_t signal;
    struct timespec second = {.tv_sec = 1};
    int number = sigtimedwait(watched, &signal, &second);
    if (number > 0 && number != SIGCHLD && signal.si_code != SI_KERNEL) (void)kill(pid, number);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
}

static int spawn(char **words, char **environment, const sigset_t *mask, pid_t *pid) {
  posix_spawnattr_t attributes;
  int error = posix_spawnattr_init(&attributes);
  if (error) return error;
  (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  (void)posix_spawnattr_setsigmask(&attributes, mask);
  error = posix_spawnp(pid, words[0], NULL, &attributes, words, environment);
  (void)posix_spawnattr_destroy(&attributes);
  return error;
}

/***
Runs a program that sees the drive at `device`, and waits for its end (scripts only: it blocks,
and while it waits TERM and HUP go to the program).
@function DriveServer:Run
@tparam table words the program, looked for in PATH, and its arguments
@string[opt="/dev/sr0"] device path of the node for it
@treturn[1] integer its exit code; 128 + number when a signal ended it
@return[2] nil
@treturn[2] string why it could not be started
@treturn[2] integer 127 when there is no such program, else 126
*/
static int run(lua_State *L) {
  self(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  const char *device = lua_isnoneornil(L, 3) ? "/dev/sr0" : redbook_check_text(L, 3);
  char **words = push_words(L, 2);
  if (!words[0]) return luaL_argerror(L, 2, "the name of a program expected");
  push_environment(L, device);
  char **environment = push_words(L, lua_absindex(L, -1));
  sigset_t watched, before;
  pid_t pid = 0;
  watch(&watched);
  pthread_sigmask(SIG_BLOCK, &watched, &before);
  int error = spawn(words, environment, &before, &pid);
  int code = error ? 0 : wait_for(pid, &watched);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!error) {
    lua_pushinteger(L, code);
    return 1;
  }
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", words[0], strerror(error)); /* NOLINT(concurrency-mt-unsafe) */
  lua_pushinteger(L, error == ENOENT ? NOT_FOUND : NOT_RUNNABLE);
  return 3;
}

static int stop(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_server *server = box->core;
  box->core = NULL;
  redbook_server_stop(server);
  return 0;
}

/***
Ends the server: whoever has the node open finds the drive gone. Also `__close`. Harmless when
repeated.
@function DriveServer:Close
@treturn boolean true
*/
static int close_server(lua_State *L) {
  stop(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int to_string(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  lua_pushfstring(L, CLASS " (%s)", box->core ? redbook_server_socket(box->core) : "closed");
  return 1;
}

/***
As `Recorder.TraceProblem`, of the server's trace.
@field DriveServer.TraceProblem
*/
static int get_trace_problem(lua_State *L) {
  return redbook_push_trace_problem(L, redbook_server_trace_errno(self(L)));
}

void redbook_register_server(lua_State *L) {
  static const struct redbook_property properties[] = {
      {"TraceProblem", get_trace_problem, NULL}, {NULL, NULL, NULL}};
  static const luaL_Reg methods[] = {{"Socket", server_socket},
                                     {"Library", library},
                                     {"Run", run},
                                     {"Close", close_server},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", stop}, {"__close", stop}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, properties, NULL};
  redbook_class_register(L, &class);
}
