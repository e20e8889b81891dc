/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operation: the Lua side of a worker's event queue. `step` and `each` are in the embedded
 * chunk, which answers the requests for data of a function source between two raw steps. */
/***
@submodule redbook.core
*/
#include "burn/operation.h"

#include <math.h>
#include <poll.h>

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"

#define CLASS REDBOOK_OPERATION_CLASS

static struct redbook_operation *check(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, CLASS);
  return box->core;
}

struct redbook_box *redbook_new_operation(lua_State *L, int owner) {
  owner = lua_absindex(L, owner);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, 1);
  lua_pushvalue(L, owner);
  lua_setiuservalue(L, -2, 1);
  return box;
}

/* IDiscFormat2TrackAtOnceEventArgs (imapi2 2.2, 2.3) and the drive's buffer. */
static void push_update(lua_State *L, const struct redbook_progress *p) {
  lua_createtable(L, 0, 15);
  lua_pushliteral(L, "update");
  lua_setfield(L, -2, "type");
  redbook_field_integer(L, "CurrentAction", p->action);
  redbook_field_integer(L, "CurrentTrackNumber", p->track);
  redbook_field_integer(L, "ElapsedTime", p->elapsed);
  redbook_field_integer(L, "RemainingTime", p->remaining);
  redbook_field_integer(L, "StartLba", p->start_lba);
  redbook_field_integer(L, "SectorCount", p->sector_count);
  redbook_field_integer(L, "LastReadLba", p->last_read_lba);
  redbook_field_integer(L, "LastWrittenLba", p->last_written_lba);
  redbook_field_integer(L, "TotalSystemBuffer", p->system_buffer_total);
  redbook_field_integer(L, "UsedSystemBuffer", p->system_buffer_used);
  redbook_field_integer(
      L, "FreeSystemBuffer",
      (lua_Integer)p->system_buffer_total - (lua_Integer)p->system_buffer_used);
  redbook_field_integer(L, "TotalDriveBuffer", p->drive_buffer_total);
  redbook_field_integer(L, "FreeDriveBuffer", p->drive_buffer_free);
  lua_pushnumber(L, p->elapsed_seconds);
  lua_setfield(L, -2, "ElapsedSeconds");
}

static void push_event(lua_State *L, const struct redbook_event *event) {
  static const char *const types[] = {[REDBOOK_EVENT_UPDATE] = "update",
                                      [REDBOOK_EVENT_WANT] = "want",
                                      [REDBOOK_EVENT_SIGNAL] = "signal",
                                      [REDBOOK_EVENT_DONE] = "done"};
  if (event->type == REDBOOK_EVENT_UPDATE) {
    push_update(L, &event->progress);
    return;
  }
  lua_createtable(L, 0, 2);
  lua_pushstring(L, types[event->type]);
  lua_setfield(L, -2, "type");
  if (event->type == REDBOOK_EVENT_WANT) redbook_field_integer(L, "bytes", event->bytes);
  if (event->type == REDBOOK_EVENT_SIGNAL) {
    lua_pushstring(L, redbook_signal_name(event->signal));
    lua_setfield(L, -2, "signal");
  }
}

/* nil waits for ever; anything above a year is as good as that. */
double redbook_check_step(lua_State *L, int index) {
  if (lua_isnoneornil(L, index)) return -1;
  if (lua_type(L, index) != LUA_TNUMBER || !(lua_tonumber(L, index) >= 0))
    redbook_misuse(L, "step: a number of seconds, 0 or more, or nil expected, got %s",
                   luaL_tolstring(L, index, NULL));
  lua_Number seconds = lua_tonumber(L, index);
  return seconds > 31536000 ? -1 : seconds;
}

/***
The next event. The table's `type` says what it is: "update" (with the fields of
IDiscFormat2TrackAtOnceEventArgs and IWriteEngine2EventArgs, plus `TotalDriveBuffer` and
`FreeDriveBuffer` in bytes, 0 when the drive does not tell), "signal" (field `signal`, "INT";
only with `trap_signals`), and last, once, "done".
@function Operation:step
@number[opt] seconds longest wait; nil waits for ever, 0 never blocks
@treturn[1] table event
@return[2] nil
@treturn[2] string "again" when the time is over or a signal interrupted the wait, "finished"
when "done" has been delivered before
*/
int redbook_operation_raw_step(lua_State *L) {
  struct redbook_operation *operation = check(L);
  struct redbook_event event;
  switch (redbook_operation_step(operation, redbook_check_step(L, 2), &event)) {
    case REDBOOK_STEP_EVENT:
      push_event(L, &event);
      return 1;
    case REDBOOK_STEP_AGAIN:
      lua_pushnil(L);
      lua_pushliteral(L, "again");
      return 2;
    default:
      lua_pushnil(L);
      lua_pushliteral(L, "finished");
      return 2;
  }
}

/***
Iterates over the events: `for event in operation:each() do ... end`. Leaving the loop by break,
return or an error closes the operation, unless "done" has been seen.
@function Operation:each
@number[opt] seconds the loop ends when nothing comes in that time
@treturn function iterator (and the closing value of a generic for)
*/
/* feed(operation, string or nil for the end) -> true, or nil, err */
int redbook_operation_raw_feed(lua_State *L) {
  struct redbook_operation *operation = check(L);
  struct redbook_error err;
  size_t length = 0;
  redbook_error_clear(&err);
  const char *data = luaL_optlstring(L, 2, "", &length);
  bool ok = redbook_operation_feed(operation, (const uint8_t *)data, (uint32_t)length,
                                   lua_isnoneornil(L, 2), &err);
  return redbook_return_done(L, ok, &err);
}

/***
Asks the operation to stop and returns at once; keep stepping until "done". The result is then
E_IMAPI_REQUEST_CANCELLED, or success when the work was complete already.
@function Operation:cancel
@treturn boolean true
*/
static int cancel(lua_State *L) {
  redbook_operation_cancel(check(L));
  lua_pushboolean(L, 1);
  return 1;
}

/***
What came of it. Raises before "done" has been delivered.
@function Operation:result
@treturn[1] boolean true
@treturn[1] ?Error remark, for success with a remark (S_IMAPI_SPEEDADJUSTED)
@return[2] nil
@treturn[2] Error err
*/
static int result(lua_State *L) {
  struct redbook_operation *operation = check(L);
  struct redbook_error err;
  uint32_t remark = 0;
  if (!redbook_operation_finished(operation))
    return redbook_misuse(L, "the operation has not ended; step it until its event 'done'");
  redbook_error_clear(&err);
  if (!redbook_operation_result(operation, &remark, &err)) return redbook_return_error(L, &err);
  return redbook_return_remark(L, remark);
}

/***
A descriptor that is readable while `step` would deliver something: for cqueues (`pollfd`),
LuaSocket and copas (`getfd`, the same), luv and GLib. Do not close it. -1 in a forked child.
@function Operation:pollfd
@treturn integer descriptor
*/
static int pollfd(lua_State *L) {
  lua_pushinteger(L, redbook_operation_fd(check(L)));
  return 1;
}

/***
What to poll the descriptor for (cqueues).
@function Operation:events
@treturn string "r"
*/
static int events(lua_State *L) {
  check(L);
  lua_pushliteral(L, "r");
  return 1;
}

/***
No time-out of its own (cqueues).
@function Operation:timeout
@return nil
*/
static int timeout(lua_State *L) {
  check(L);
  lua_pushnil(L);
  return 1;
}

/***
Nothing is buffered outside the descriptor (LuaSocket).
@function Operation:dirty
@treturn boolean false
*/
static int dirty(lua_State *L) {
  check(L);
  lua_pushboolean(L, 0);
  return 1;
}

/***
Cancels the operation if it still runs, waits for its end, and drops the object. Also `__close`:
`local operation <close> = ...`. Harmless when repeated.
@function Operation:close
@treturn boolean true
*/
static int close_operation(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_operation *operation = box->core;
  if (operation) {
    redbook_operation_close(operation);
    box->core = NULL;
    redbook_operation_unref(operation);
  }
  lua_pushboolean(L, 1);
  return 1;
}

#define WAIT_MOST 64

/***
Waits for several operations at once: until `step` of one of them would deliver something, a
trapped signal has come, or the time is over.
@function wait
@tparam {Operation,...} operations at most 64; closed and finished ones count for nothing
@number seconds longest wait, 0 never blocks
@treturn boolean whether something has come
*/
int redbook_operation_wait(lua_State *L) {
  struct pollfd fds[WAIT_MOST + 1] = {{redbook_trap_fd(), POLLIN, 0}};
  nfds_t used = 1;
  luaL_checktype(L, 1, LUA_TTABLE);
  double seconds = redbook_check_step(L, 2);
  lua_Integer count = luaL_len(L, 1);
  luaL_argcheck(L, count <= WAIT_MOST, 1, "64 operations at most");
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, 1, i);
    struct redbook_box *box = redbook_box_check(L, -1, CLASS);
    if (box->core && !redbook_operation_finished(box->core))
      fds[used++] = (struct pollfd){redbook_operation_fd(box->core), POLLIN, 0};
    lua_pop(L, 1);
  }
  int milliseconds = seconds < 0 || seconds > 1e6 ? -1 : (int)ceil(seconds * 1000);
  lua_pushboolean(L, poll(fds, used, milliseconds) > 0);
  return 1;
}

/* Collected: cancelled, and ends by itself in the background. */
static int collect(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_operation *operation = box->core;
  box->core = NULL;
  redbook_operation_unref(operation);
  return 0;
}

static int to_string(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  const char *state = !box->core                               ? "closed"
                      : redbook_operation_finished(box->core)  ? "finished"
                      : redbook_operation_cancelled(box->core) ? "cancelled"
                                                               : "running";
  lua_pushfstring(L, CLASS " (%s)", state);
  return 1;
}

void redbook_register_operation(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"cancel", cancel}, {"result", result},         {"pollfd", pollfd},
      {"getfd", pollfd},  {"events", events},         {"timeout", timeout},
      {"dirty", dirty},   {"close", close_operation}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", collect}, {"__close", close_operation}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, NULL, NULL};
  redbook_class_register(L, &class);
}
