/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trap_signals: for scripts, INT, TERM and HUP as events instead of a sudden end. */
/***
@submodule redbook.core
*/
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "burn/operation.h"
#include "lua/classes.h"
#include "lua/error.h"

#define CLASS REDBOOK_TRAP_CLASS
#define MOST 8

static const struct {
  const char *name;
  int number;
} known[] = {{"INT", SIGINT},   {"TERM", SIGTERM}, {"HUP", SIGHUP},
             {"QUIT", SIGQUIT}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};

const char *redbook_signal_name(int signal) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].number == signal) return known[i].name;
  return "?";
}

static int signal_number(lua_State *L, const char *name) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(known[i].name, name)) return known[i].number;
  return redbook_misuse(L, "trap_signals: '%s' is none of INT, TERM, HUP, QUIT, USR1, USR2",
                        name);
}

static unsigned read_signals(lua_State *L, int numbers[MOST]) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Unsigned count = lua_rawlen(L, 1);
  luaL_argcheck(L, count >= 1 && count <= MOST, 1, "1 to 8 names of signals expected");
  for (unsigned i = 0; i < count; i++) {
    if (lua_rawgeti(L, 1, (lua_Integer)i + 1) != LUA_TSTRING)
      redbook_misuse(L, "trap_signals: name of a signal expected, got %s",
                     luaL_typename(L, -1));
    numbers[i] = signal_number(L, lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  return (unsigned)count;
}

/***
Turns signals into events (scripts only): while the object lives, a caught signal sets a flag
and makes a descriptor readable; every `step` returns `{type="signal"}`, a blocking method
cancels and ends with `nil, err` where `err.signal` names it. One at a time in a process. Close
it after the release, so that signals end the script again.
@function trap_signals
@tparam table names "INT", "TERM", "HUP", "QUIT", "USR1", "USR2"
@treturn[1] SignalTrap
@return[2] nil
@treturn[2] Error err E_FAIL: signals are trapped already
*/
static int create(lua_State *L) {
  int numbers[MOST];
  struct redbook_error err;
  unsigned count = read_signals(L, numbers);
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, 0);
  if (!redbook_trap_arm(numbers, count, &err)) return redbook_return_error(L, &err);
  box->core = box;
  return 1;
}

/***
A descriptor that is readable while a caught signal has not been taken. Also `pollfd`.
@function SignalTrap:getfd
@treturn integer descriptor
*/
static int getfd(lua_State *L) {
  redbook_box_open(L, 1, CLASS);
  lua_pushinteger(L, redbook_trap_fd());
  return 1;
}

/***
Takes one caught signal that no operation has reported.
@function SignalTrap:take
@treturn ?string "INT"; nil when there is none
*/
static int take(lua_State *L) {
  redbook_box_open(L, 1, CLASS);
  int signal = redbook_trap_take();
  if (!signal) return 0;
  lua_pushstring(L, redbook_signal_name(signal));
  return 1;
}

/***
Lets time pass until a signal comes, and takes it.
@function SignalTrap:wait
@number seconds at most a day
@treturn ?string "INT"; nil when the time is over
*/
static int wait_signal(lua_State *L) {
  redbook_box_open(L, 1, CLASS);
  lua_Number seconds = luaL_checknumber(L, 2);
  luaL_argcheck(L, seconds >= 0 && seconds <= 86400, 2, "0 to 86400 seconds expected");
  struct pollfd fd = {redbook_trap_fd(), POLLIN, 0};
  poll(&fd, 1, (int)(seconds * 1000)); /* a caught signal ends it either way */
  return take(L);
}

static int release(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  if (box->core) redbook_trap_disarm();
  box->core = NULL;
  return 0;
}

/***
Restores the handlers that were there before. Also `__close`. Harmless when repeated.
@function SignalTrap:close
@treturn boolean true
*/
static int close_trap(lua_State *L) {
  release(L);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Closes the trap and has its signals do nothing from then on. For a program that has said its
last word and is about to end: signals that come while the process is taken down must not turn
its exit code into that of a crash. No child process may be started afterwards, it would inherit
this.
@function SignalTrap:ignore
@treturn boolean true
*/
static int ignore(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, CLASS);
  redbook_trap_ignore();
  box->core = NULL;
  lua_pushboolean(L, 1);
  return 1;
}

static int to_string(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  lua_pushfstring(L, CLASS " (%s)", box->core ? "armed" : "closed");
  return 1;
}

void redbook_register_trap(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"getfd", getfd},      {"pollfd", getfd},  {"take", take}, {"wait", wait_signal},
      {"close", close_trap}, {"ignore", ignore}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", release}, {"__close", release}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, NULL, NULL};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
