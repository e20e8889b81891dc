/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Erase: IDiscFormat2Erase (imapi2 6.3). The blocking EraseMedia is in the embedded chunk. */
/***
@submodule redbook.core
*/
#include "burn/erase.h"

#include "lua/classes.h"
#include "lua/error.h"

#define CLASS REDBOOK_ERASE_CLASS

enum { RECORDER = 1, ON_UPDATE = 2, VALUES = 2 }; /* user values */

static struct redbook_erase *self(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, CLASS);
  return box->core;
}

static int settled(lua_State *L, bool ok, struct redbook_error *err) {
  if (ok) return 0;
  if (err->disc == REDBOOK_DISC_UNKNOWN) err->disc = REDBOOK_DISC_UNTOUCHED;
  return redbook_raise(L, err);
}

/***
Erases CD-RWs. Holds the drive only while it erases.
@function Erase
@treturn[1] Erase
@return[2] nil
@treturn[2] Error err E_OUTOFMEMORY
*/
static int create(lua_State *L) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, VALUES);
  box->core = redbook_erase_create(&err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
BeginEraseMedia and its events to the end; calls OnUpdate about once a second by the drive's
clock. What OnUpdate raises comes out when the disc is erased: no drive stops in the middle.
@function Erase:EraseMedia
@treturn[1] boolean true once the drive says that the disc is blank
@return[2] nil
@treturn[2] Error err as BeginEraseMedia and its operation; C0AA0002 with `signal` when a
trapped signal came before the drive had begun (later ones leave true and a remark with
`signal`)
*/
/***
Erases the disc: locks the drive under ClientName, spins up, sends BLANK, waits, and asks
whether the disc is blank, whatever the drive has said. Everything on a CD-RW goes: open and
damaged sessions too. A quick erase that the drive refuses is not made a full one: set
FullErase. The drive cannot be stopped once it has begun: `cancel` then changes nothing, and
closing the operation or the Lua state waits for the end. Events have ElapsedTime and
RemainingTime (seconds; an estimate until the drive tells of its progress) and CurrentAction 1
preparing, 2 erasing, 4 checking. An error's `disc` is "untouched", "blank", or what the drive
says is left.
@function Erase:BeginEraseMedia
@treturn[1] Operation
@return[2] nil
@treturn[2] Error err 80AA0900 it is erasing already, C0AA0003 no recorder, C0AA090B no client
name, 0500 another operation runs, 0210 a TrackAtOnce has prepared the recorder. The operation's
result: 0210, 0202, 0203, 0204, 0205, 0207 and the other device errors, 80AA0908 cannot spin up,
C0AA090A the drive cannot erase, 80AA0903 it does not say, C0AA0909 no recordable CD,
80AA0904 a CD-R, 80AA0902 nothing is known of the disc, 80AA0905 the drive failed to erase,
80AA0906 it takes more than an hour by the drive's clock, 80AA0907 anything unexpected, a disc
that is not blank afterwards among it; C0AA0002 cancelled in time
*/
static int begin(lua_State *L) {
  struct redbook_erase *erase = self(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_new_operation(L, 1);
  box->core = redbook_erase_begin(erase, &err);
  if (box->core) return 1;
  err.disc = REDBOOK_DISC_UNTOUCHED;
  return redbook_return_error(L, &err);
}

typedef bool support_call(struct redbook_recorder *recorder, bool *out,
                          struct redbook_error *err);

static int supported(lua_State *L, support_call *call) {
  struct redbook_error err;
  bool answer = false;
  self(L);
  struct redbook_recorder *recorder = redbook_check_recorder(L, 2);
  redbook_error_clear(&err);
  if (!call(recorder, &answer, &err)) return redbook_return_error(L, &err);
  lua_pushboolean(L, answer);
  return 1;
}

/***
Can this drive erase CD-RWs, whatever is in it?
@function Erase:IsRecorderSupported
@tparam Recorder recorder
@treturn[1] boolean
@return[2] nil
@treturn[2] Error err 80AA0903 the drive does not say; device errors
*/
static int recorder_supported(lua_State *L) {
  return supported(L, redbook_erase_recorder_supported);
}

/***
Can the drive erase the disc that is in it? An empty drive gives 0202.
@function Erase:IsCurrentMediaSupported
@tparam Recorder recorder
@treturn[1] boolean
@return[2] nil
@treturn[2] Error err
*/
static int media_supported(lua_State *L) {
  return supported(L, redbook_erase_media_supported);
}

/***
Drops the object; waits for an erase that runs. Also `__close`. Harmless when repeated.
@function Erase:Close
@treturn boolean true
*/
static int close_erase(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_erase *erase = box->core;
  if (erase) {
    box->core = NULL;
    redbook_erase_let_go(erase);
    redbook_erase_unref(erase);
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* Collected: what runs ends by itself; lua_close and exit wait for it. */
static int collect(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_erase *erase = box->core;
  box->core = NULL;
  redbook_erase_unref(erase);
  return 0;
}

static int to_string(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  const char *state = !box->core                         ? "closed"
                      : redbook_erase_running(box->core) ? "erasing"
                                                         : "idle";
  lua_pushfstring(L, CLASS " (%s)", state);
  return 1;
}

/***
The drive to use, or nil. Set: 80AA0900 while it erases; 80AA0901 another one is set (nil
first); C0AA090A a drive that cannot erase.
@field Erase.Recorder
*/
static int get_recorder(lua_State *L) {
  self(L);
  lua_getiuservalue(L, 1, RECORDER);
  return 1;
}

static int set_recorder(lua_State *L) {
  struct redbook_erase *erase = self(L);
  struct redbook_error err;
  struct redbook_recorder *recorder = redbook_set_recorder(L);
  redbook_error_clear(&err);
  if (!redbook_erase_set_recorder(erase, recorder, &err)) return settled(L, false, &err);
  lua_setiuservalue(L, 1, RECORDER);
  return 0;
}

/***
Who erases, recorded with the lock: 1 to 63 of A-Z a-z 0-9 space . , : ; - _ (C0AA090B
otherwise; 80AA0900). nil clears it; without a name it reads "", and EraseMedia gives C0AA090B.
@field Erase.ClientName
*/
static int get_client_name(lua_State *L) {
  lua_pushstring(L, redbook_erase_client_name(self(L)));
  return 1;
}

static int set_client_name(lua_State *L) {
  struct redbook_erase *erase = self(L);
  struct redbook_error err;
  const char *name = lua_isnil(L, 2) ? NULL : redbook_set_string(L, "ClientName");
  redbook_error_clear(&err);
  return settled(L, redbook_erase_set_client_name(erase, name, &err), &err);
}

/***
False, the default, erases what makes the disc readable: about a minute. True erases all of it:
as long as writing a full disc. 80AA0900 while it erases.
@field Erase.FullErase
*/
static int get_full(lua_State *L) {
  lua_pushboolean(L, redbook_erase_full(self(L)));
  return 1;
}

static int set_full(lua_State *L) {
  struct redbook_erase *erase = self(L);
  struct redbook_error err;
  bool full = redbook_set_boolean(L, "FullErase");
  redbook_error_clear(&err);
  return settled(L, redbook_erase_set_full(erase, full, &err), &err);
}

/***
Function `(erase, elapsed, estimated_total)`, both in seconds, that EraseMedia calls, or nil. It
may raise and yield.
@field Erase.OnUpdate
*/
static int get_on_update(lua_State *L) {
  self(L);
  lua_getiuservalue(L, 1, ON_UPDATE);
  return 1;
}

static int set_on_update(lua_State *L) {
  self(L);
  if (!lua_isnil(L, 2) && !lua_isfunction(L, 2))
    return redbook_misuse(L, "cannot set 'OnUpdate': function or nil expected, got %s",
                          luaL_typename(L, 2));
  lua_setiuservalue(L, 1, ON_UPDATE);
  return 0;
}

/***
IMAPI_MEDIA_PHYSICAL_TYPE of the loaded medium. C0AA0003 no recorder; device errors.
@field Erase.CurrentPhysicalMediaType
*/
static int get_media_type(lua_State *L) {
  struct redbook_erase *erase = self(L);
  struct redbook_error err;
  enum redbook_media_type type;
  redbook_error_clear(&err);
  if (!redbook_erase_media_type(erase, &type, &err)) return settled(L, false, &err);
  lua_pushinteger(L, type);
  return 1;
}

/***
Array of the IMAPI_MEDIA_PHYSICAL_TYPE values that can be erased: {3}, CD-RW.
@field Erase.SupportedMediaTypes
*/
static int get_media_types(lua_State *L) {
  self(L);
  lua_createtable(L, 1, 0);
  lua_pushinteger(L, REDBOOK_MEDIA_CDRW);
  lua_rawseti(L, -2, 1);
  return 1;
}

/***
The drive's own opinion of blankness. C0AA0003 no recorder; device errors.
@field Erase.MediaPhysicallyBlank
*/
/***
On CDs the same as MediaPhysicallyBlank.
@field Erase.MediaHeuristicallyBlank
*/
static int get_blank(lua_State *L) {
  struct redbook_erase *erase = self(L);
  struct redbook_error err;
  bool blank = false;
  redbook_error_clear(&err);
  if (!redbook_erase_physically_blank(erase, &blank, &err)) return settled(L, false, &err);
  lua_pushboolean(L, blank);
  return 1;
}

void redbook_register_erase(lua_State *L) {
  static const luaL_Reg methods[] = {{"BeginEraseMedia", begin},
                                     {"IsRecorderSupported", recorder_supported},
                                     {"IsCurrentMediaSupported", media_supported},
                                     {"Close", close_erase},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", collect}, {"__close", close_erase}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_property properties[] = {
      {"Recorder", get_recorder, set_recorder},
      {"ClientName", get_client_name, set_client_name},
      {"FullErase", get_full, set_full},
      {"OnUpdate", get_on_update, set_on_update},
      {"CurrentPhysicalMediaType", get_media_type, NULL},
      {"SupportedMediaTypes", get_media_types, NULL},
      {"MediaPhysicallyBlank", get_blank, NULL},
      {"MediaHeuristicallyBlank", get_blank, NULL},
      {NULL, NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, properties, NULL};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
