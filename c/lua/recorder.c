/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorder: the methods of IDiscRecorder2 and the object itself; its properties are in
 * recorder_properties.c. */
/***
@submodule redbook.core
*/
#include "drive/recorder.h"

#include "drive/properties.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"

#define CLASS REDBOOK_RECORDER_CLASS

static struct redbook_recorder_box *check_box(lua_State *L) {
  return redbook_box_open(L, 1, CLASS);
}

struct redbook_recorder *redbook_check_recorder(lua_State *L, int index) {
  struct redbook_recorder_box *box = redbook_box_open(L, index, CLASS);
  return box->core;
}

struct redbook_recorder *redbook_set_recorder(lua_State *L) {
  if (lua_isnil(L, 2)) return NULL;
  if (!luaL_testudata(L, 2, CLASS))
    redbook_misuse(L, "cannot set 'Recorder': " CLASS " or nil expected, got %s",
                   luaL_typename(L, 2));
  return redbook_check_recorder(L, 2);
}

struct redbook_recorder_box *redbook_new_recorder(lua_State *L) {
  return redbook_box_new(L, CLASS, sizeof(struct redbook_recorder_box), 0);
}

const char *redbook_check_trace(lua_State *L, int index) {
  static const struct redbook_option known[] = {{"trace", REDBOOK_OPTION_STRING, 0, 0},
                                                {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  redbook_options_check(L, index, "Recorder", known);
  return redbook_option_string(L, index, "trace", NULL);
}

/***
A drive by its id. Opens nothing by itself.
@function Recorder
@string id "/dev/sr0", a link to it, "virtual:disc.cue?medium=cd-rw", "replay:trace.ndjson"
@tparam[opt] table options `trace` = path of a file that records every command
@treturn[1] Recorder
@return[2] nil
@treturn[2] Error err E_INVALIDARG for an id or a disc that cannot be understood
*/
static int create(lua_State *L) {
  struct redbook_error err;
  const char *id = redbook_check_text(L, 1);
  const char *trace = redbook_check_trace(L, 2);
  redbook_error_clear(&err);
  struct redbook_recorder_box *box = redbook_new_recorder(L);
  box->core = redbook_recorder_create(id, trace, &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
Binds the object to another drive (the constructor has done it once). Refused with 0210 while
the drive is locked; a TrackAtOnce keeps the drive it was given.
@function Recorder:InitializeDiscRecorder
@string id
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
static int initialize(lua_State *L) {
  struct redbook_recorder_box *box = check_box(L);
  struct redbook_error err;
  const char *id = redbook_check_text(L, 2);
  redbook_error_clear(&err);
  if (redbook_recorder_busy(box->core) || redbook_recorder_lock_count(box->core)) {
    redbook_fail(&err, REDBOOK_E_IMAPI_RECORDER_LOCKED,
                 "%s is locked by this object; release it before binding to another drive",
                 redbook_recorder_id(box->core));
    return redbook_return_error(L, &err);
  }
  struct redbook_recorder *other = redbook_recorder_create(id, NULL, &err);
  if (!other) return redbook_return_error(L, &err);
  redbook_recorder_unref(box->core);
  box->core = other;
  return redbook_return_done(L, true, &err);
}

typedef bool simple_call(struct redbook_recorder *recorder, struct redbook_error *err);

static int simple(lua_State *L, simple_call *call) {
  struct redbook_recorder *recorder = redbook_check_recorder(L, 1);
  struct redbook_error err;
  redbook_error_clear(&err);
  bool ok = call(recorder, &err);
  return redbook_return_done(L, ok, &err);
}

/***
Opens the tray. Errors: the device errors of imapi2 0.1; 0210 while somebody else holds the
drive, and between PrepareMedia and ReleaseMedia of any TrackAtOnce; 0500 while an operation
runs.
@function Recorder:EjectMedia
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
static int eject_media(lua_State *L) {
  return simple(L, redbook_recorder_eject_media);
}

/***
Closes the tray; slot loaders cannot (see DeviceCanLoadMedia). Errors as EjectMedia.
@function Recorder:CloseTray
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
static int close_tray(lua_State *L) {
  return simple(L, redbook_recorder_close_tray);
}

/***
Stops media change notification; counted, balance it with EnableMcn. On Linux the count is all
there is to it: the kernel polls no drive that a job holds, and at other times polling and what
the desktop makes of it are the administrator's (`/sys/block/srN/events_poll_msecs`, udisks).
@function Recorder:DisableMcn
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 0503 while a TrackAtOnce has prepared the recorder; 0500 during an
operation
*/
static int disable_mcn(lua_State *L) {
  return simple(L, redbook_recorder_disable_mcn);
}

/***
Undoes one DisableMcn; without one E_FAIL.
@function Recorder:EnableMcn
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err as DisableMcn
*/
static int enable_mcn(lua_State *L) {
  return simple(L, redbook_recorder_enable_mcn);
}

/***
Locks the drive; calls are counted, the first one locks. Burning methods lock by themselves.
@function Recorder:AcquireExclusiveAccess
@bool force false: a mounted disc is 0210. true: unmounting is tried, lazily when files are open
on it, as far as this user may; a disc that is still mounted then can be used all the same, but
Linux keeps nobody else out (burn only when nothing reads from the disc)
@string client 1 to 63 of A-Z a-z 0-9 space . , : ; - _
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 0211 bad name, 0210 held by somebody (named in the message)
*/
static int acquire(lua_State *L) {
  struct redbook_recorder_box *box = check_box(L);
  struct redbook_error err;
  luaL_checktype(L, 2, LUA_TBOOLEAN);
  const char *client = redbook_check_text(L, 3);
  redbook_error_clear(&err);
  bool ok = redbook_recorder_acquire(box->core, lua_toboolean(L, 2), client, &err);
  if (ok) box->acquired++;
  return redbook_return_done(L, ok, &err);
}

/***
Undoes one AcquireExclusiveAccess of this object; at none left the drive is unlocked. The lock
of a TrackAtOnce is not this call's to drop.
@function Recorder:ReleaseExclusiveAccess
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err E_FAIL when this object holds nothing
*/
static int release_access(lua_State *L) {
  struct redbook_recorder_box *box = check_box(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!box->acquired) {
    redbook_fail(&err, REDBOOK_E_FAIL,
                 "AcquireExclusiveAccess was not called on this Recorder");
    return redbook_return_error(L, &err);
  }
  box->acquired--;
  bool ok = redbook_recorder_release(box->core, &err);
  return redbook_return_done(L, ok, &err);
}

/***
Waits on a worker until the drive is ready with a medium; `WaitReady` is the same, blocking.
@function Recorder:BeginWaitReady
@number seconds longest wait by the drive's clock, at most a day
@treturn[1] Operation its result: true, or the last reason (0205, 0207); 0202 and other reasons
that do not pass by themselves end it at once
@return[2] nil
@treturn[2] Error err 0210 held by somebody, 0500 while an operation runs
*/
static int begin_wait_ready(lua_State *L) {
  struct redbook_recorder *recorder = redbook_check_recorder(L, 1);
  struct redbook_error err;
  int number;
  lua_Number seconds = lua_tonumberx(L, 2, &number);
  if (!number || !(seconds >= 0 && seconds <= 86400))
    return redbook_misuse(L, "BeginWaitReady: 0 to 86400 seconds expected, got %s",
                          luaL_tolstring(L, 2, NULL));
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_new_operation(L, 1);
  box->core = redbook_recorder_begin_wait_ready(recorder, seconds, &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
BeginWaitReady to its end.
@function Recorder:WaitReady
@number seconds
@treturn[1] boolean true once there is a medium that is ready
@return[2] nil
@treturn[2] Error err
*/

/* Undoes what this object acquired and drops it; a TrackAtOnce that uses the drive goes on. In
 * a forked child nothing is sent; while a worker has the drive its last user lets go. */
static int release(lua_State *L) {
  struct redbook_recorder_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_recorder *recorder = box->core;
  box->core = NULL;
  if (!recorder) return 0;
  bool mine = !redbook_recorder_abandoned(recorder) && !redbook_recorder_busy(recorder);
  for (; mine && box->acquired; box->acquired--)
    redbook_recorder_release(recorder, NULL);
  redbook_recorder_unref(recorder);
  return 0;
}

/***
Releases what this object has acquired and drops it. Also `__close`. Harmless when repeated.
@function Recorder:Close
@treturn boolean true
*/
static int close_recorder(lua_State *L) {
  release(L);
  lua_pushboolean(L, 1);
  return 1;
}

/* "redbook.Recorder (virtual:disc.cue, locked)". The lock count is the worker's while busy. */
static int to_string(lua_State *L) {
  struct redbook_recorder_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_recorder *recorder = box->core;
  if (!recorder) {
    lua_pushliteral(L, CLASS " (closed)");
    return 1;
  }
  const char *state = redbook_recorder_busy(recorder)         ? ", busy"
                      : redbook_recorder_lock_count(recorder) ? ", locked"
                                                              : "";
  lua_pushfstring(L, CLASS " (%s%s)", redbook_recorder_id(recorder), state);
  return 1;
}

void redbook_register_recorder(lua_State *L) {
  static const luaL_Reg methods[] = {{"InitializeDiscRecorder", initialize},
                                     {"EjectMedia", eject_media},
                                     {"CloseTray", close_tray},
                                     {"AcquireExclusiveAccess", acquire},
                                     {"ReleaseExclusiveAccess", release_access},
                                     {"DisableMcn", disable_mcn},
                                     {"EnableMcn", enable_mcn},
                                     {"MediaSummary", redbook_recorder_media_summary},
                                     {"DiscContents", redbook_recorder_disc_contents},
                                     {"BeginWaitReady", begin_wait_ready},
                                     {"Examine", redbook_recorder_examine},
                                     {"BeginRescue", redbook_recorder_rescue},
                                     {"Close", close_recorder},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", release}, {"__close", release}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, redbook_recorder_properties,
                                             NULL};
  redbook_class_register(L, &class);
  redbook_class_add_methods(L, CLASS, redbook_recorder_commands);
  redbook_class_add_methods(L, CLASS, redbook_recorder_pages);
  lua_pushcfunction(L, create);
}
