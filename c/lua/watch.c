/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DeviceWatch: drives that come and go, stepped and polled as an Operation is; `each` is in the
 * embedded chunk. */
/***
@submodule redbook.core
*/
#include "drive/watch.h"

#include <poll.h>
#include <time.h>

#include "burn/operation.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"

#define CLASS REDBOOK_WATCH_CLASS
#define SETTLE_MOST 3600

struct watch_box {
  struct redbook_watch *core;
  bool cancelled, finished, failed;
  struct redbook_error err; /* when failed */
};

int redbook_watch(lua_State *L, const char *sys, const char *dev) {
  static const struct redbook_option known[] = {
      {"settle", REDBOOK_OPTION_SECONDS, 0, SETTLE_MOST},
      {"uevents", REDBOOK_OPTION_INTEGER, 0, INT32_MAX},
      {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  struct redbook_error err;
  redbook_options_check(L, 2, "Watch", known);
  const struct redbook_watch_options options = {
      .sys = sys,
      .dev = dev,
      .settle = redbook_option_seconds(L, 2, "settle", REDBOOK_SETTLE_SECONDS),
      .uevents = (int)redbook_option_integer(L, 2, "uevents", -1)};
  redbook_error_clear(&err);
  struct watch_box *box = redbook_box_new(L, CLASS, sizeof *box, 0);
  box->core = redbook_watch_open(&options, &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

static struct watch_box *self(lua_State *L) {
  return redbook_box_open(L, 1, CLASS);
}

static int push_event(lua_State *L, const char *type) {
  lua_createtable(L, 0, 3);
  lua_pushstring(L, type);
  lua_setfield(L, -2, "type");
  return 1;
}

static int push_drive(lua_State *L, const struct redbook_watch_event *event) {
  push_event(L, event->added ? "added" : "removed");
  lua_pushstring(L, event->drive.id);
  lua_setfield(L, -2, "id");
  lua_pushstring(L, event->drive.node);
  lua_setfield(L, -2, "node");
  return 1;
}

static int push_signal(lua_State *L, int number) {
  push_event(L, "signal");
  lua_pushstring(L, redbook_signal_name(number));
  lua_setfield(L, -2, "signal");
  return 1;
}

/* What there is now; 0 when there is nothing. */
static int take(lua_State *L, struct watch_box *box) {
  struct redbook_watch_event event;
  bool found = false;
  int caught = redbook_trap_take();
  if (caught) return push_signal(L, caught);
  if (!box->cancelled) {
    redbook_error_clear(&box->err);
    box->failed = !redbook_watch_next(box->core, &event, &found, &box->err);
  }
  if (found) return push_drive(L, &event);
  if (!box->cancelled && !box->failed) return 0;
  box->finished = true;
  return push_event(L, "done");
}

static double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* False when the time is over or a handler ran. */
static bool wait_readable(const struct watch_box *box, double until) {
  struct pollfd fds[2] = {{redbook_watch_fd(box->core), POLLIN, 0},
                          {redbook_trap_fd(), POLLIN, 0}};
  int milliseconds = -1;
  if (until >= 0) {
    double left = until - monotonic();
    milliseconds = left <= 0 ? 0 : left > 1e6 ? 1000000000 : (int)(left * 1000) + 1;
  }
  return poll(fds, 2, milliseconds) > 0;
}

static int push_nothing(lua_State *L, const char *why) {
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

/***
The next event. The table's `type` says what it is: "added" or "removed" with `id` (what
`DiscMaster:Item` gives, for a removed drive what it gave) and `node` ("/dev/sr0"); "signal"
(field `signal`, only with `trap_signals`); and last, once, "done", after `cancel` or when the
watch cannot go on.
@function DeviceWatch:step
@number[opt] seconds longest wait; nil waits for ever, 0 never blocks
@treturn[1] table event
@return[2] nil
@treturn[2] string "again" when the time is over or a signal interrupted the wait, "finished"
when "done" has been delivered before
*/
static int step(lua_State *L) {
  struct watch_box *box = self(L);
  double seconds = redbook_check_step(L, 2);
  double until = seconds < 0 ? -1 : monotonic() + seconds;
  if (box->finished) return push_nothing(L, "finished");
  for (;;) {
    int count = take(L, box);
    if (count) return count;
    if (!wait_readable(box, until)) return push_nothing(L, "again");
  }
}

/***
Iterates over the events: `for event in watch:each() do ... end`. The loop ends after `cancel`;
leaving it otherwise leaves the watch open.
@function DeviceWatch:each
@number[opt] seconds the loop ends when nothing comes in that time
@treturn function iterator
*/

/***
Ends the watch: the next step delivers "done".
@function DeviceWatch:cancel
@treturn boolean true
*/
static int cancel(lua_State *L) {
  struct watch_box *box = self(L);
  box->cancelled = true;
  redbook_watch_wake(box->core);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Why the watch has ended. Raises before "done" has been delivered.
@function DeviceWatch:result
@treturn[1] boolean true after `cancel`
@return[2] nil
@treturn[2] Error err
*/
static int result(lua_State *L) {
  struct watch_box *box = self(L);
  if (!box->finished)
    return redbook_misuse(L, "the watch has not ended; cancel it, and step it until 'done'");
  return redbook_return_done(L, !box->failed, &box->err);
}

/***
A descriptor that is readable while `step` would deliver something: for cqueues (`pollfd`),
LuaSocket and copas (`getfd`, the same), luv and GLib. Do not close it. -1 in a forked child.
@function DeviceWatch:pollfd
@treturn integer descriptor
*/
static int pollfd(lua_State *L) {
  lua_pushinteger(L, redbook_watch_fd(self(L)->core));
  return 1;
}

/***
What to poll the descriptor for (cqueues).
@function DeviceWatch:events
@treturn string "r"
*/
static int events(lua_State *L) {
  self(L);
  lua_pushliteral(L, "r");
  return 1;
}

/***
No time-out of its own (cqueues).
@function DeviceWatch:timeout
@return nil
*/
static int timeout(lua_State *L) {
  self(L);
  lua_pushnil(L);
  return 1;
}

/***
Nothing is buffered outside the descriptor (LuaSocket).
@function DeviceWatch:dirty
@treturn boolean false
*/
static int dirty(lua_State *L) {
  self(L);
  lua_pushboolean(L, 0);
  return 1;
}

static int release(lua_State *L) {
  struct watch_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_watch *watch = box->core;
  box->core = NULL;
  redbook_watch_close(watch);
  return 0;
}

/***
Drops the watch. Also `__close`: `local watch <close> = ...`. Harmless when repeated.
@function DeviceWatch:close
@treturn boolean true
*/
static int close_watch(lua_State *L) {
  release(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int to_string(lua_State *L) {
  struct watch_box *box = redbook_box_check(L, 1, CLASS);
  lua_pushfstring(L, CLASS " (%s)",
                  !box->core      ? "closed"
                  : box->finished ? "finished"
                                  : "watching");
  return 1;
}

void redbook_register_watch(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"step", step},         {"cancel", cancel}, {"result", result},   {"pollfd", pollfd},
      {"getfd", pollfd},      {"events", events}, {"timeout", timeout}, {"dirty", dirty},
      {"close", close_watch}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", release}, {"__close", release}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, NULL, NULL};
  redbook_class_register(L, &class);
}
