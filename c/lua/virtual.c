/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VirtualRecorder: a virtual drive held in the program's hands: its tray, its disc, its faults
 * (virtual_fault.c), and what can be seen from outside. */
/***
@submodule redbook.core
*/
#include "virtual/virtual.h"

#include <stdio.h>
#include <string.h>

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"
#include "lua/options.h"

#define CLASS REDBOOK_VIRTUAL_CLASS

static struct redbook_virtual *self(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, CLASS);
  return box->core;
}

static const char *const media[] = {[REDBOOK_MEDIUM_UNSPECIFIED] = "unspecified",
                                    [REDBOOK_MEDIUM_NONE] = "none",
                                    [REDBOOK_MEDIUM_CD_R] = "cd-r",
                                    [REDBOOK_MEDIUM_CD_RW] = "cd-rw",
                                    [REDBOOK_MEDIUM_PRESSED] = "pressed"};

static enum redbook_virtual_medium medium(lua_State *L, int index) {
  const char *name = redbook_option_string(L, index, "medium", NULL);
  if (!name) return REDBOOK_MEDIUM_UNSPECIFIED;
  for (unsigned i = REDBOOK_MEDIUM_NONE; i <= REDBOOK_MEDIUM_PRESSED; i++)
    if (!strcmp(media[i], name)) return (enum redbook_virtual_medium)i;
  redbook_misuse(
      L, "VirtualRecorder: option 'medium' is \"%s\"; write cd-r, cd-rw, pressed or none",
      name);
  return REDBOOK_MEDIUM_UNSPECIFIED;
}

static bool tray_open(lua_State *L, int index) {
  const char *tray = redbook_option_string(L, index, "tray", "closed");
  bool open = !strcmp(tray, "open");
  if (!open && strcmp(tray, "closed") != 0)
    redbook_misuse(L, "VirtualRecorder: option 'tray' is \"%s\"; write open or closed", tray);
  return open;
}

static enum redbook_virtual_clock which_clock(lua_State *L, int index) {
  const char *name = redbook_option_string(L, index, "clock", "simulated");
  bool real = !strcmp(name, "real");
  if (!real && strcmp(name, "simulated") != 0)
    redbook_misuse(L, "VirtualRecorder: option 'clock' is \"%s\"; write simulated or real",
                   name);
  return real ? REDBOOK_CLOCK_REAL : REDBOOK_CLOCK_SIMULATED;
}

/***
A virtual drive with a disc made of files (path: its .cue), for burning to an image and for
tests.
@function VirtualRecorder
@tparam table options `path` (none: an empty drive), `medium` ("cd-r", "cd-rw", "pressed",
"none"), `minutes` (74, 80, 90, 99), `personality` ("strict"; README lists them), `clock`
("simulated": nobody waits; "real": everything takes its time), `ready` (seconds it takes to
become ready), `tray` ("open", "closed"), `faults` (array of what AddFault takes)
@treturn[1] VirtualRecorder
@return[2] nil
@treturn[2] Error err E_INVALIDARG for options that contradict the disc, or a .cue that cannot
be understood
*/
static int create(lua_State *L) {
  static const struct redbook_option known[] = {{"path", REDBOOK_OPTION_STRING, 0, 0},
                                                {"medium", REDBOOK_OPTION_STRING, 0, 0},
                                                {"minutes", REDBOOK_OPTION_INTEGER, 1, 99},
                                                {"personality", REDBOOK_OPTION_STRING, 0, 0},
                                                {"ready", REDBOOK_OPTION_SECONDS, 0, 86400},
                                                {"tray", REDBOOK_OPTION_STRING, 0, 0},
                                                {"faults", REDBOOK_OPTION_ANY, 0, 0},
                                                {"clock", REDBOOK_OPTION_STRING, 0, 0},
                                                {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  struct redbook_error err;
  luaL_checktype(L, 1, LUA_TTABLE);
  redbook_options_check(L, 1, "VirtualRecorder", known);
  struct redbook_virtual_options options = {
      .disc = redbook_option_string(L, 1, "path", NULL),
      .medium = medium(L, 1),
      .minutes = (unsigned)redbook_option_integer(L, 1, "minutes", 0),
      .personality = redbook_option_string(L, 1, "personality", NULL),
      .ready_after = redbook_option_seconds(L, 1, "ready", 0),
      .tray_open = tray_open(L, 1),
      .clock = which_clock(L, 1)};
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, 0);
  box->core = redbook_virtual_create(&options, &err);
  if (!box->core) return redbook_return_error(L, &err);
  redbook_option_push(L, 1, "faults");
  if (!redbook_add_faults(L, -1, box->core, &err)) return redbook_return_error(L, &err);
  lua_pop(L, 1);
  return 1;
}

/* "virtual:disc.cue", '?' and '%' of the path percent-encoded. */
static const char *push_id(lua_State *L, const char *path) {
  luaL_Buffer id;
  luaL_buffinit(L, &id);
  luaL_addstring(&id, "virtual:");
  for (; *path; path++) {
    if (*path == '?')
      luaL_addstring(&id, "%3F");
    else if (*path == '%')
      luaL_addstring(&id, "%25");
    else
      luaL_addchar(&id, *path);
  }
  luaL_pushresult(&id);
  return lua_tostring(L, -1);
}

/***
A Recorder on this drive.
@function VirtualRecorder:Recorder
@tparam[opt] table options `trace` = path of a file that records every command
@treturn[1] Recorder
@return[2] nil
@treturn[2] Error err
*/
static int recorder(lua_State *L) {
  struct redbook_virtual *drive = self(L);
  struct redbook_virtual_view seen;
  struct redbook_error err;
  const char *trace = redbook_check_trace(L, 2);
  redbook_error_clear(&err);
  redbook_virtual_look(drive, &seen);
  const char *id = push_id(L, seen.path);
  struct redbook_recorder_box *box = redbook_new_recorder(L);
  struct redbook_node *node = redbook_virtual_node(drive);
  if (node)
    box->core = redbook_recorder_create_on(node, id, trace, &err);
  else
    redbook_fail(&err, REDBOOK_E_OUTOFMEMORY, "no memory for the virtual drive");
  redbook_node_unref(node);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
Presses the eject button.
@function VirtualRecorder:OpenTray
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err E_FAIL while the tray is locked
*/
static int open_tray(lua_State *L) {
  struct redbook_virtual *drive = self(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  bool ok = redbook_virtual_open_tray(drive, &err);
  return redbook_return_done(L, ok, &err);
}

/***
Pushes the tray in.
@function VirtualRecorder:CloseTray
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
static int close_tray(lua_State *L) {
  struct redbook_virtual *drive = self(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  bool ok = redbook_virtual_close_tray(drive, &err);
  return redbook_return_done(L, ok, &err);
}

/***
Puts another disc in, or with nil takes it out.
@function VirtualRecorder:Insert
@tparam ?table disc `path`, `medium`, `minutes`
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err E_FAIL while the tray is locked
*/
static int insert(lua_State *L) {
  static const struct redbook_option known[] = {{"path", REDBOOK_OPTION_STRING, 0, 0},
                                                {"medium", REDBOOK_OPTION_STRING, 0, 0},
                                                {"minutes", REDBOOK_OPTION_INTEGER, 1, 99},
                                                {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  struct redbook_virtual *drive = self(L);
  struct redbook_error err;
  redbook_options_check(L, 2, "Insert", known);
  if (lua_istable(L, 2) && !redbook_option_given(L, 2, "path"))
    return redbook_misuse(L, "Insert: option 'path' is missing (nil takes the disc out)");
  enum redbook_virtual_medium kind = medium(L, 2);
  redbook_error_clear(&err);
  bool ok = redbook_virtual_insert(drive, redbook_option_string(L, 2, "path", NULL), kind,
                                   (unsigned)redbook_option_integer(L, 2, "minutes", 0), &err);
  return redbook_return_done(L, ok, &err);
}

/***
How long a disc takes to become ready after it was put in.
@function VirtualRecorder:SetReady
@number seconds by the drive's clock
@treturn boolean true
*/
static int set_ready(lua_State *L) {
  struct redbook_virtual *drive = self(L);
  lua_Number seconds = luaL_checknumber(L, 2);
  luaL_argcheck(L, seconds >= 0 && seconds <= 86400, 2, "0 to 86400 seconds expected");
  redbook_virtual_set_ready_after(drive, seconds);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Adds a fault behind the others; the first that fits counts and acts. One of `sense` ({key=,
asc=, ascq=, deferred=, descriptor=} or "3/0C/00", hexadecimal), `status`, `host`, `errno`
(number or "EIO"), `reply` (bytes instead of the drive's), `short` (length of the reply, or of
what arrives), `stall` (seconds more), `vanish`, `lie`; and when it acts: `command` ("WRITE" or
an opcode; any), `lba`, `after` (let so many pass), `times` (hit so many; all). `damage`: a
WRITE that fails by `sense` damages its track.
@function VirtualRecorder:AddFault
@tparam table fault
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
static int add_fault(lua_State *L) {
  struct redbook_virtual *drive = self(L);
  struct redbook_error err;
  luaL_checktype(L, 2, LUA_TTABLE);
  redbook_error_clear(&err);
  bool ok = redbook_add_fault(L, 2, drive, &err);
  return redbook_return_done(L, ok, &err);
}

/***
Removes all faults; a drive that has vanished is back.
@function VirtualRecorder:ClearFaults
@treturn boolean true
*/
static int clear_faults(lua_State *L) {
  redbook_virtual_clear_faults(self(L));
  lua_pushboolean(L, 1);
  return 1;
}

static void integer(lua_State *L, const char *key, uint64_t value) {
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, key);
}

/***
What can be seen from outside: TrayOpen, HasDisc, Prevented (PREVENT is on), Held (somebody has
exclusive access), Medium, DiscStatus and SessionStatus (as READ DISC INFORMATION byte 2 gives
them), Tracks, Sessions, IncompleteTracks, ClockUs (the drive's clock in microseconds),
Commands, ForeignCommands (sent by another thread than the worker that owns the drive),
FaultHits, Underruns, IdleSeconds (that the laser waited for data inside a track), BufferLow
(the least number of bytes in the drive's buffer while the laser was on; nil before that), Path.
@function VirtualRecorder:View
@treturn table
*/
static int view(lua_State *L) {
  struct redbook_virtual_view seen;
  redbook_virtual_look(self(L), &seen);
  lua_createtable(L, 0, 18);
  redbook_field_boolean(L, "TrayOpen", seen.tray_open);
  redbook_field_boolean(L, "HasDisc", seen.has_disc);
  redbook_field_boolean(L, "Prevented", seen.prevented);
  redbook_field_boolean(L, "Held", seen.held);
  redbook_field_text(L, "Medium", media[seen.medium]);
  integer(L, "DiscStatus", (uint64_t)seen.disc_status);
  integer(L, "SessionStatus", (uint64_t)seen.session_status);
  integer(L, "Tracks", seen.tracks);
  integer(L, "Sessions", seen.sessions);
  integer(L, "IncompleteTracks", seen.incomplete_tracks);
  integer(L, "ClockUs", seen.clock_us);
  integer(L, "Commands", seen.commands);
  integer(L, "ForeignCommands", seen.foreign_commands);
  integer(L, "FaultHits", seen.fault_hits);
  integer(L, "Underruns", seen.underruns);
  lua_pushnumber(L, (lua_Number)seen.idle_us / 1e6);
  lua_setfield(L, -2, "IdleSeconds");
  if (seen.buffer_low != UINT32_MAX) integer(L, "BufferLow", seen.buffer_low);
  redbook_field_text(L, "Path", seen.path);
  return 1;
}

static void push_track(lua_State *L, const struct redbook_virtual_track *track) {
  lua_createtable(L, 0, 7);
  integer(L, "Number", track->number);
  integer(L, "Session", track->session);
  lua_pushinteger(L, track->start);
  lua_setfield(L, -2, "StartLba");
  integer(L, "Sectors", track->sectors);
  integer(L, "Control", track->control);
  redbook_field_boolean(L, "Complete", track->complete);
  redbook_field_text(L, "ISRC", track->isrc);
}

/***
Array of the tracks of the disc as it lies there: number, session, start (LBA), sectors, control
(Q control nibble), complete, isrc ("" for none).
@function VirtualRecorder:Tracks
@treturn table
*/
static int tracks(lua_State *L) {
  struct redbook_virtual *drive = self(L);
  struct redbook_virtual_track track;
  lua_newtable(L);
  for (unsigned i = 0; redbook_virtual_track_at(drive, i, &track); i++) {
    push_track(L, &track);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/***
Makes the drive a device node for other programs (c/vdrive/server.h): while one of them has it
open, it is held exclusively.
@function VirtualRecorder:Serve
@tparam[opt] table options `trace` = path of a file that records every command; `filter` =
refuse what Linux refuses users without CAP_SYS_RAWIO
@treturn[1] DriveServer
@return[2] nil
@treturn[2] Error err
*/
static int serve(lua_State *L) {
  return redbook_serve(L, self(L));
}

static int release(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_virtual *drive = box->core;
  box->core = NULL;
  redbook_virtual_unref(drive);
  return 0;
}

/***
Drops the drive; Recorders on it go on. Also `__close`. Harmless when repeated.
@function VirtualRecorder:Close
@treturn boolean true
*/
static int close_virtual(lua_State *L) {
  release(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int to_string(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_virtual_view seen;
  if (box->core) redbook_virtual_look(box->core, &seen);
  lua_pushfstring(L, CLASS " (%s)",
                  !box->core     ? "closed"
                  : seen.path[0] ? seen.path
                                 : "no disc");
  return 1;
}

void redbook_register_virtual(lua_State *L) {
  static const luaL_Reg methods[] = {{"Recorder", recorder},
                                     {"OpenTray", open_tray},
                                     {"CloseTray", close_tray},
                                     {"Insert", insert},
                                     {"SetReady", set_ready},
                                     {"AddFault", add_fault},
                                     {"ClearFaults", clear_faults},
                                     {"View", view},
                                     {"Tracks", tracks},
                                     {"Serve", serve},
                                     {"Close", close_virtual},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", release}, {"__close", release}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, NULL, NULL};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
