/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorder: what a disc is like track by track, and the steps that rescue one. */
/***
@submodule redbook.core
*/
#include "burn/rescue.h"

#include "drive/examine.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"
#include "lua/options.h"

static void push_track(lua_State *L, const struct redbook_examined_track *track) {
  lua_createtable(L, 0, 8);
  redbook_field_integer(L, "Number", track->number);
  redbook_field_integer(L, "Session", track->session);
  redbook_field_integer(L, "StartLba", track->start);
  redbook_field_integer(L, "Sectors", track->sectors);
  redbook_field_integer(L, "Control", track->control);
  redbook_field_boolean(L, "Complete", track->complete);
  redbook_field_boolean(L, "Damaged", track->damaged);
  redbook_field_boolean(L, "Listed", track->listed);
}

/***
What lies in the drive, track by track: the fields of MediaSummary, and Tracks (a list of tables
with Number, Session, StartLba, Sectors, Control (Q control nibble), Complete (false: its
writing was cut off), Damaged, Listed (the table of contents has it there, so players find it))
and TestWrite (the drive is set to simulate; after a simulation some drives show a disc that was
never written until that is cleared, see BeginRescue). Writes nothing.
@function Recorder:Examine
@treturn[1] table
@return[2] nil
@treturn[2] Error err 0205 becoming ready, 0207 busy, 0210 held by somebody, 0500 while an
operation runs
*/
int redbook_recorder_examine(lua_State *L) {
  struct redbook_recorder *recorder = redbook_check_recorder(L, 1);
  struct redbook_examination found;
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_drive *drive = redbook_recorder_enter(recorder, &err);
  if (!drive) return redbook_return_error(L, &err);
  bool ok = redbook_examine(drive, &found, &err);
  redbook_recorder_leave(recorder, drive);
  if (!ok) return redbook_return_error(L, &err);
  redbook_push_media_summary(L, &found.media);
  redbook_field_boolean(L, "TestWrite", found.test_write);
  lua_createtable(L, (int)found.count, 0);
  for (unsigned i = 0; i < found.count; i++) {
    push_track(L, &found.tracks[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "Tracks");
  return 1;
}

/***
One step of bringing a disc whose burn was cut off into a good state, with the drive held
exclusively; `Rescue` is the same, blocking. In this order, looking at the disc in between
(`redbook.recipe.rescue` does):
"settle" waits until the drive answers and lets it record what it still holds;
"forget_test" makes it forget a disc that was only simulated;
"close_track" ends a track whose writing was cut off;
"close_session" writes lead-in and lead-out.
@function Recorder:BeginRescue
@string step
@tparam[opt] table options `client` = who holds the drive (default "redbook rescue"), `multi` =
close_session leaves the disc appendable, `patience` = seconds that a drive may stay busy
(default 600)
@treturn[1] Operation its result: true, or an error whose `disc` is the state of the disc
@return[2] nil
@treturn[2] Error err 0210 held by somebody, 0211 bad client name, 0500 while an operation runs
*/
int redbook_recorder_rescue(lua_State *L) {
  static const struct redbook_option known[] = {{"client", REDBOOK_OPTION_STRING, 0, 0},
                                                {"multi", REDBOOK_OPTION_BOOLEAN, 0, 0},
                                                {"patience", REDBOOK_OPTION_SECONDS, 0, 86400},
                                                {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  static const char *const steps[] = {[REDBOOK_RESCUE_SETTLE] = "settle",
                                      [REDBOOK_RESCUE_FORGET_TEST] = "forget_test",
                                      [REDBOOK_RESCUE_CLOSE_TRACK] = "close_track",
                                      [REDBOOK_RESCUE_CLOSE_SESSION] = "close_session",
                                      NULL};
  struct redbook_recorder *recorder = redbook_check_recorder(L, 1);
  struct redbook_error err;
  int step = luaL_checkoption(L, 2, NULL, steps);
  redbook_options_check(L, 3, "BeginRescue", known);
  const struct redbook_rescue_options options = {
      .client = redbook_option_string(L, 3, "client", "redbook rescue"),
      .next_session_allowed = redbook_option_boolean(L, 3, "multi", false),
      .patience = redbook_option_seconds(L, 3, "patience", REDBOOK_RESCUE_PATIENCE)};
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_new_operation(L, 1);
  box->core =
      redbook_recorder_begin_rescue(recorder, (enum redbook_rescue_step)step, &options, &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
BeginRescue to its end.
@function Recorder:Rescue
@string step
@tparam[opt] table options
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
