/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verification: a burned disc compared with what was sent. VerifyMedia is in the embedded
 * chunk. */
/***
@submodule redbook.core
*/
#include "burn/verify.h"

#include <stdio.h>

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"
#include "lua/options.h"

#define CLASS REDBOOK_VERIFICATION_CLASS

enum { RECORDER = 1, VALUES = 1 };

struct box {
  struct redbook_verification *core;
  char client[REDBOOK_CLIENT_NAME_MAX + 1];
};

static struct box *self(lua_State *L) {
  return redbook_box_open(L, 1, CLASS);
}

/***
Compares a disc with the fingerprints of the tracks that were written to it. Holds nothing until
BeginVerifyMedia.
@function Verification
@treturn[1] Verification
@return[2] nil
@treturn[2] Error err E_OUTOFMEMORY
*/
static int create(lua_State *L) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct box *box = redbook_box_new(L, CLASS, sizeof *box, VALUES);
  (void)snprintf(box->client, sizeof box->client, "redbook verification");
  box->core = redbook_verification_create(&err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

static void check_track(lua_State *L) {
  static const struct redbook_option known[] = {
      {"Number", REDBOOK_OPTION_INTEGER, 1, 99},
      {"StartLba", REDBOOK_OPTION_INTEGER, 0, 449849},
      {"Sectors", REDBOOK_OPTION_INTEGER, 300, 449850},
      {"CRC32", REDBOOK_OPTION_INTEGER, 0, UINT32_MAX},
      {"Fingerprint", REDBOOK_OPTION_ANY, 0, 0},
      {"Source", REDBOOK_OPTION_ANY, 0, 0},
      {"AccurateRip", REDBOOK_OPTION_ANY, 0, 0},
      {"ClippedSamples", REDBOOK_OPTION_ANY, 0, 0},
      {"Seconds", REDBOOK_OPTION_ANY, 0, 0},
      {"ISRC", REDBOOK_OPTION_ANY, 0, 0},
      {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  static const char *const needed[] = {"Number", "StartLba", "Sectors", "CRC32", "Fingerprint"};
  luaL_checktype(L, 2, LUA_TTABLE);
  redbook_options_check(L, 2, "AddTrack", known);
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (!redbook_option_given(L, 2, needed[i]))
      redbook_misuse(L, "AddTrack: '%s' is missing", needed[i]);
}

/* The `Source` of the track at 2, left on the stack, or NULL. */
static struct redbook_source *check_source(lua_State *L) {
  if (redbook_option_push(L, 2, "Source") == LUA_TNIL) return NULL;
  struct redbook_box *box = luaL_testudata(L, -1, REDBOOK_SOURCE_CLASS);
  if (!box || !box->core)
    redbook_misuse(L, "AddTrack: Source: an open AudioSource expected, got %s",
                   luaL_typename(L, -1));
  return box->core;
}

/***
Adds a track to verify: an element of `TrackAtOnce.WrittenTracks` as it is, or a table with its
Number, StartLba, Sectors, CRC32 and Fingerprint (of a manifest). `Source`: the AudioSource that
it was made from; with it the very sector of a difference is found, without it the second.
@function Verification:AddTrack
@tparam table track
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err E_INVALIDARG a number twice, 0500 while it runs
*/
static int add_track(lua_State *L) {
  struct box *box = self(L);
  struct redbook_error err;
  lua_settop(L, 2);
  check_track(L);
  struct redbook_verify_track track = {
      .number = (unsigned)redbook_option_integer(L, 2, "Number", 0),
      .start = (int32_t)redbook_option_integer(L, 2, "StartLba", 0),
      .sectors = (uint32_t)redbook_option_integer(L, 2, "Sectors", 0),
      .source = check_source(L)};
  uint32_t crc32 = (uint32_t)redbook_option_integer(L, 2, "CRC32", 0);
  redbook_error_clear(&err);
  if (redbook_option_push(L, 2, "Fingerprint") != LUA_TTABLE)
    redbook_misuse(L, "AddTrack: Fingerprint: a table expected, got %s", luaL_typename(L, -1));
  track.print = redbook_check_fingerprint(L, -1, track.sectors, crc32, &err);
  bool ok = track.print && redbook_verification_add(box->core, &track, &err);
  redbook_fingerprint_unref(track.print);
  return redbook_return_done(L, ok, &err);
}

/***
Locks the drive under ClientName and reads all tracks back on a worker; `VerifyMedia` is the
same, blocking. Events have CurrentAction VERIFYING (4) and the track's figures, where
LastReadLba is the last sector that was compared.
@function Verification:BeginVerifyMedia
@treturn[1] Operation its result: true when every track is identical; 0007 with the place of the
first one that is not; device errors; C0AA0002. Whatever it is, `Results` has the details
@return[2] nil
@treturn[2] Error err C0AA0003 no Recorder, E_INVALIDARG no tracks, 0211, 0210, 0500
*/
static int begin_verify(lua_State *L) {
  struct box *box = self(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  lua_getiuservalue(L, 1, RECORDER);
  if (lua_isnil(L, -1)) {
    redbook_fail(&err, REDBOOK_E_IMAPI_RECORDER_REQUIRED, "VerifyMedia needs a Recorder");
    return redbook_return_error(L, &err);
  }
  struct redbook_recorder *recorder = redbook_check_recorder(L, -1);
  struct redbook_box *operation = redbook_new_operation(L, 1);
  operation->core = redbook_verification_begin(box->core, recorder, box->client, &err);
  return operation->core ? 1 : redbook_return_error(L, &err);
}

/***
BeginVerifyMedia to its end.
@function Verification:VerifyMedia
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/

/***
The drive to read with, or nil.
@field Verification.Recorder
*/
static int get_recorder(lua_State *L) {
  self(L);
  lua_getiuservalue(L, 1, RECORDER);
  return 1;
}

static int set_recorder(lua_State *L) {
  self(L);
  (void)redbook_set_recorder(L);
  lua_settop(L, 2);
  lua_setiuservalue(L, 1, RECORDER);
  return 0;
}

/***
Who verifies, recorded with the lock: 1 to 63 of A-Z a-z 0-9 space . , : ; - _ (0211 otherwise).
@field Verification.ClientName
*/
static int get_client_name(lua_State *L) {
  lua_pushstring(L, self(L)->client);
  return 1;
}

static int set_client_name(lua_State *L) {
  struct box *box = self(L);
  const char *name = redbook_set_string(L, "ClientName");
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_client_name_valid(name)) {
    redbook_fail(&err, REDBOOK_E_IMAPI_RECORDER_CLIENT_NAME_IS_NOT_VALID,
                 "a client name has 1 to 63 of A-Z a-z 0-9 space . , : ; - _");
    return redbook_raise(L, &err);
  }
  (void)snprintf(box->client, sizeof box->client, "%s", name);
  return 0;
}

/***
How fast is read, sectors per second; -1 as fast as the drive likes. 1200 (16x) at first.
@field Verification.ReadSpeed
*/
static int get_speed(lua_State *L) {
  lua_pushinteger(L, redbook_verification_speed(self(L)->core));
  return 1;
}

static int set_speed(lua_State *L) {
  struct box *box = self(L);
  lua_Integer speed = redbook_set_integer(L, "ReadSpeed");
  if (speed != -1 && (speed < 75 || speed > 20000))
    return redbook_misuse(L,
                          "cannot set 'ReadSpeed': 75 to 20000 sectors per second or -1 "
                          "expected, got %I",
                          (LUAI_UACINT)speed);
  redbook_verification_set_speed(box->core, (int32_t)speed);
  return 0;
}

/***
How often a sector that cannot be read is tried again, slower: 0 to 100; 3 at first.
@field Verification.Retries
*/
static int get_retries(lua_State *L) {
  lua_pushinteger(L, redbook_verification_retries(self(L)->core));
  return 1;
}

static int set_retries(lua_State *L) {
  struct box *box = self(L);
  lua_Integer retries = redbook_set_integer(L, "Retries");
  if (retries < 0 || retries > 100)
    return redbook_misuse(L, "cannot set 'Retries': 0 to 100 expected, got %I",
                          (LUAI_UACINT)retries);
  redbook_verification_set_retries(box->core, (unsigned)retries);
  return 0;
}

/***
Samples by which the disc is read later (above 0) or earlier than it was sent: the drive's write
and read offset together, one for the disc. nil when none was found, or nothing has been read.
@field Verification.Offset
*/
static int get_offset(lua_State *L) {
  int32_t offset;
  if (redbook_verification_offset(self(L)->core, &offset))
    lua_pushinteger(L, offset);
  else
    lua_pushnil(L);
  return 1;
}

/***
True when all that was read fits into the drive's buffer: it may have come from there instead of
from the disc.
@field Verification.Cached
*/
static int get_cached(lua_State *L) {
  lua_pushboolean(L, redbook_verification_cached(self(L)->core));
  return 1;
}

static void push_place(lua_State *L, const struct redbook_verify_result *result) {
  if (result->has_lba) {
    redbook_field_integer(L, "Lba", result->lba);
    lua_pushboolean(L, result->exact);
    lua_setfield(L, -2, "Exact");
  }
  if (result->sense.valid) {
    redbook_push_sense(L, &result->sense);
    lua_setfield(L, -2, "Sense");
  }
}

static void push_result(lua_State *L, const struct redbook_verify_track *track,
                        const struct redbook_verify_result *result) {
  static const char *const verdicts[] = {"none", "identical", "differs", "unreadable"};
  static const char *const differences[] = {NULL,    "sound",  "edge",
                                            "start", "length", "missing"};
  lua_createtable(L, 0, 12);
  redbook_field_integer(L, "Number", track->number);
  redbook_field_integer(L, "StartLba", track->start);
  redbook_field_integer(L, "Sectors", track->sectors);
  redbook_field_text(L, "Verdict", verdicts[result->verdict]);
  if (result->difference) redbook_field_text(L, "Difference", differences[result->difference]);
  redbook_field_integer(L, "EdgeSamples", result->edge_frames);
  redbook_field_integer(L, "Blocks", result->blocks);
  redbook_field_integer(L, "DifferingBlocks", result->differing);
  redbook_field_integer(L, "UnreadableSectors", result->unreadable);
  redbook_field_integer(L, "RereadBlocks", result->reread);
  redbook_field_text(L, "Message", result->message);
  push_place(L, result);
}

/***
Array with one table per track, as the last run left them: Number, StartLba, Sectors; Verdict
("identical", "differs", "unreadable", "none": not looked at); Difference ("sound", "edge":
shifted by more than a sector, "start", "length", "missing"); Lba of the first difference or of
the first unreadable sector, and Exact: false when it is only the beginning of the second in
which it lies; EdgeSamples that could not be compared; Blocks (seconds), DifferingBlocks,
RereadBlocks (right only when read again), UnreadableSectors, Sense; Message, a sentence.
@field Verification.Results
*/
static int get_results(lua_State *L) {
  struct box *box = self(L);
  unsigned count = redbook_verification_count(box->core);
  lua_createtable(L, (int)count, 0);
  for (unsigned i = 0; i < count; i++) {
    push_result(L, redbook_verification_track(box->core, i),
                redbook_verification_result(box->core, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/***
Drops the object; a verification that runs goes on to its end, which its Operation has. Also
`__close`. Harmless when repeated.
@function Verification:Close
@treturn boolean true
*/
static int close_verification(lua_State *L) {
  struct box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_verification *core = box->core;
  box->core = NULL;
  redbook_verification_unref(core);
  lua_pushboolean(L, 1);
  return 1;
}

static int to_string(lua_State *L) {
  struct box *box = redbook_box_check(L, 1, CLASS);
  const char *state = !box->core                                ? "closed"
                      : redbook_verification_running(box->core) ? "running"
                                                                : "idle";
  lua_pushfstring(L, CLASS " (%s)", state);
  return 1;
}

void redbook_register_verification(lua_State *L) {
  static const luaL_Reg methods[] = {{"AddTrack", add_track},
                                     {"BeginVerifyMedia", begin_verify},
                                     {"Close", close_verification},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", close_verification},
                                  {"__close", close_verification},
                                  {"__tostring", to_string},
                                  {NULL, NULL}};
  static const struct redbook_property properties[] = {
      {"Recorder", get_recorder, set_recorder},
      {"ClientName", get_client_name, set_client_name},
      {"ReadSpeed", get_speed, set_speed},
      {"Retries", get_retries, set_retries},
      {"Results", get_results, NULL},
      {"Offset", get_offset, NULL},
      {"Cached", get_cached, NULL},
      {NULL, NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, properties, NULL};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
