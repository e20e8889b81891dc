/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TrackAtOnce: the methods of IDiscFormat2TrackAtOnce and the object itself. The blocking
 * PrepareMedia, AddAudioTrack and ReleaseMedia are in the embedded chunk; properties are in
 * tao_settings.c and tao_figures.c. */
/***
@submodule redbook.core
*/
#include "burn/tao.h"

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"
#include "mmc/write_parameters.h"

#define CLASS REDBOOK_TAO_CLASS

struct redbook_tao *redbook_check_tao(lua_State *L, int index) {
  struct redbook_box *box = redbook_box_open(L, index, CLASS);
  return box->core;
}

static struct redbook_tao *self(lua_State *L) {
  return redbook_check_tao(L, 1);
}

void redbook_tao_mark_disc(struct redbook_tao *tao, struct redbook_error *err) {
  if (err->disc == REDBOOK_DISC_UNKNOWN) err->disc = redbook_tao_disc_state(tao);
}

static int done(lua_State *L, struct redbook_tao *tao, bool ok, struct redbook_error *err) {
  if (!ok) redbook_tao_mark_disc(tao, err);
  return redbook_return_done(L, ok, err);
}

/***
A track-at-once burner of audio CDs. Holds nothing until PrepareMedia.
@function TrackAtOnce
@treturn[1] TrackAtOnce
@return[2] nil
@treturn[2] Error err E_OUTOFMEMORY
*/
static int create(lua_State *L) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, REDBOOK_TAO_VALUES);
  box->core = redbook_tao_create(&err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
BeginPrepareMedia and its events to the end; calls OnUpdate. A failure leaves the object idle
and the drive unlocked.
@function TrackAtOnce:PrepareMedia
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 0503, 050A, 050F, 0210, 0202, 0205, 0206, 0207, 0507, 0506, 0201, 0208,
device errors, in this order; C0AA0002 with `signal` when a trapped signal ended it (this holds
for every blocking method; one that succeeds all the same gives true and a remark with
`signal`). While an operation runs it is 0503 as well, not 0500: IMAPI2 names only "is
prepared". Two codes of IMAPI2 never come: 0504 (a property for blank media only), because each
property works on every disc that can be prepared, blank or with Append; and 020E (no DVD
structure), because no DVD gets that far: 0507.
*/
/***
BeginAddAudioTrack and its events to the end; calls OnUpdate. When OnUpdate or a function source
raises, the track is cancelled cleanly and that very error comes out.
@function TrackAtOnce:AddAudioTrack
@tparam string|AudioSource|file|function|table source
@tparam[opt] table options
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
/***
BeginReleaseMedia and its events to the end; calls OnUpdate. Closes the session (unless
KeepSessionOpen) and finalises the disc (unless DoNotFinalizeMedia). The drive is unlocked and
the object idle even when the closing fails. With no track written it unlocks and leaves the
disc as it is. Update events come here too (IMAPI2 does not say): FINISHING while the session is
closed, VERIFYING while it is compared.
@function TrackAtOnce:ReleaseMedia
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 0502, 0500, device errors, 0007 the disc is not as it was sent
*/
typedef struct redbook_operation *begin_call(struct redbook_tao *tao,
                                             struct redbook_error *err);

static int begin(lua_State *L, begin_call *call) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_new_operation(L, 1);
  box->core = call(tao, &err);
  return box->core ? 1 : done(L, tao, false, &err);
}

/***
Locks the drive under ClientName and opens the track-writing session. OnUpdate is not called:
the events are the caller's.
@function TrackAtOnce:BeginPrepareMedia
@treturn[1] Operation
@return[2] nil
@treturn[2] Error err 0503 prepared already, 050A no recorder, 050F client name; the operation's
result: 0210, 0202, 0205, 0206, 0207, 0507, 0506, 0201, 0208 and the other device errors
*/
static int begin_prepare(lua_State *L) {
  return begin(L, redbook_tao_begin_prepare);
}

/***
Closes the session (unless KeepSessionOpen) and unlocks the drive.
@function TrackAtOnce:BeginReleaseMedia
@treturn[1] Operation
@return[2] nil
@treturn[2] Error err 0502 not prepared, 0500 a track is being written
*/
static int begin_release(lua_State *L) {
  return begin(L, redbook_tao_begin_release);
}

/* Fills `out` from the options table at 3; false (050B) for a wrong ISRC. */
static bool read_options(lua_State *L, struct redbook_track_options *out,
                         struct redbook_error *err) {
  const char *isrc = redbook_option_string(L, 3, "ISRC", "");
  *out = (struct redbook_track_options){
      .pre_emphasis = redbook_option_boolean(L, 3, "PreEmphasis", false),
      .copy_permitted = redbook_option_boolean(L, 3, "CopyPermitted", false),
      .fed = lua_isfunction(L, 2),
      .sectors = redbook_option_sectors(L, 3, "length", -1)};
  if (*isrc && !redbook_isrc_compact(isrc, out->isrc))
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_INVALID_ISRC,
                        "\"%.40s\" is no ISRC: CC-OOO-YY-NNNNN, two letters, three letters or "
                        "digits, seven digits",
                        isrc);
  return true;
}

static void check_options(lua_State *L) {
  static const struct redbook_option known[] = {
      {"ISRC", REDBOOK_OPTION_STRING, 0, 0},
      {"PreEmphasis", REDBOOK_OPTION_BOOLEAN, 0, 0},
      {"CopyPermitted", REDBOOK_OPTION_BOOLEAN, 0, 0},
      {"length", REDBOOK_OPTION_SECTORS, 1, INT32_MAX},
      {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  redbook_options_check(L, 3, "AddAudioTrack", known);
  bool measured = !lua_isfunction(L, 2) && !luaL_testudata(L, 2, LUA_FILEHANDLE);
  if (measured && redbook_option_given(L, 3, "length"))
    redbook_misuse(L,
                   "AddAudioTrack: option 'length' announces the data of a function or an open "
                   "file; for a part of a file pass {path=, start=, length=}");
}

/* Opens the source at 2 unless it is fed; leaves it on the stack. */
static bool open_source(lua_State *L, const struct redbook_track_options *options,
                        struct redbook_source **out, struct redbook_error *err) {
  *out = NULL;
  if (options->fed) return true;
  *out = redbook_resolve_source(L, 2, options->sectors, err);
  return *out;
}

/* A wrong state is told before a source is opened: it asks for a track that has no source. */
static bool state_allows(struct redbook_tao *tao, struct redbook_error *err) {
  static const struct redbook_track_options fed = {.fed = true, .sectors = 300};
  if (redbook_tao_state(tao) == REDBOOK_TAO_PREPARED) return true;
  struct redbook_operation *never = redbook_tao_begin_track(tao, NULL, &fed, err);
  redbook_operation_unref(never);
  return false;
}

/***
Writes the next track. Options: `ISRC` (hyphens allowed), `PreEmphasis`, `CopyPermitted`, and
for a function or an open file `length` (sectors or "MM:SS:FF"): what is announced is written
while it comes; without it the data are spooled first. Shorter than 300 sectors (4 s): padded
with silence; so is a length that is no multiple of 2352 bytes, to whole sectors. One that is no
multiple of 4 bytes, a stereo sample, is refused: 050D (IMAPI2 says neither). Update events come
at each change of action and about every half second by the drive's clock (IMAPI2 names no
interval).
@function TrackAtOnce:BeginAddAudioTrack
@tparam string|AudioSource|file|function|table source a path; an AudioSource; an open Lua file
or a function `(bytes) -> string|nil` with headerless 44.1 kHz s16le stereo; `{path=, start=,
length=}`
@tparam[opt] table options
@treturn[1] Operation
@return[2] nil
@treturn[2] Error err 0502, 0500, 0508 more than 99, 050B wrong ISRC, 050D stream, 80070002; the
operation's result: 0509 does not fit (before anything is written), C0AA0002 cancelled, 0300,
0301 and the other device errors
*/
static int begin_track(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_track_options options;
  struct redbook_source *source;
  struct redbook_error err;
  lua_settop(L, 3);
  check_options(L);
  redbook_error_clear(&err);
  bool ok = state_allows(tao, &err) && read_options(L, &options, &err) &&
            open_source(L, &options, &source, &err);
  if (!ok) return done(L, tao, false, &err);
  struct redbook_box *box = redbook_new_operation(L, 1);
  box->core = redbook_tao_begin_track(tao, source, &options, &err);
  return box->core ? 1 : done(L, tao, false, &err);
}

/***
Asks the running AddAudioTrack to stop. What was written stays as a shorter track, and
AddAudioTrack ends with E_IMAPI_REQUEST_CANCELLED, up to three minutes later.
@function TrackAtOnce:CancelAddTrack
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 0501 no track is being written
*/
static int cancel_track(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  bool ok = redbook_tao_cancel_track(tao, &err);
  return done(L, tao, ok, &err);
}

/***
Asks for a speed; the nearest that drive and medium offer is taken. Works while idle and while
prepared; while an operation runs it is 0500 (IMAPI2 does not say).
@function TrackAtOnce:SetWriteSpeed
@int speed sectors per second (75 = 1x), -1 = fastest
@bool[opt=false] pureCAV
@treturn[1] boolean true
@treturn[1] ?Error remark S_IMAPI_SPEEDADJUSTED, S_IMAPI_ROTATIONADJUSTED, S_IMAPI_BOTHADJUSTED
@return[2] nil
@treturn[2] Error err C0AA0003 no recorder, 0500, device errors, 0301
*/
static int set_speed(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  int whole;
  lua_Integer speed = lua_tointegerx(L, 2, &whole);
  if (!whole || speed == 0 || speed < -1 || speed > INT32_MAX)
    return redbook_misuse(L,
                          "SetWriteSpeed: sectors per second (75 is 1x) or -1 for the fastest "
                          "expected, got %s",
                          luaL_tolstring(L, 2, NULL));
  if (!lua_isnoneornil(L, 3)) luaL_checktype(L, 3, LUA_TBOOLEAN);
  uint32_t remark = 0;
  redbook_error_clear(&err);
  if (!redbook_tao_set_speed(tao, (int32_t)speed, lua_toboolean(L, 3), &remark, &err))
    return done(L, tao, false, &err);
  return redbook_return_remark(L, remark);
}

typedef bool support_call(struct redbook_tao *tao, struct redbook_recorder *recorder, bool *out,
                          struct redbook_error *err);

static int supported(lua_State *L, support_call *call) {
  struct redbook_tao *tao = self(L);
  struct redbook_recorder *recorder = redbook_check_recorder(L, 2);
  struct redbook_error err;
  bool answer = false;
  redbook_error_clear(&err);
  if (!call(tao, recorder, &answer, &err)) return redbook_return_error(L, &err);
  lua_pushboolean(L, answer);
  return 1;
}

/***
Can this drive write audio tracks at all, whatever medium is in it?
@function TrackAtOnce:IsRecorderSupported
@tparam Recorder recorder
@treturn[1] boolean
@return[2] nil
@treturn[2] Error err
*/
static int recorder_supported(lua_State *L) {
  return supported(L, redbook_tao_recorder_supported);
}

/***
Can the drive write audio tracks on the medium that is in it? An empty drive gives 0202.
@function TrackAtOnce:IsCurrentMediaSupported
@tparam Recorder recorder
@treturn[1] boolean
@return[2] nil
@treturn[2] Error err
*/
static int media_supported(lua_State *L) {
  return supported(L, redbook_tao_media_supported);
}

/***
Lets go of everything, in this order: cancels what runs, ends an open track, unlocks the drive.
The session is not closed: only ReleaseMedia does that. What fails on the way is in
`last_release_error()`. Also `__close`. Harmless when repeated.
@function TrackAtOnce:Close
@treturn boolean true
*/
static int close_tao(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_tao *tao = box->core;
  if (tao) {
    box->core = NULL;
    redbook_tao_let_go(tao);
    redbook_tao_unref(tao);
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* Collected: lets go in the background, since a garbage collector must not wait for a drive. */
static int collect(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_tao *tao = box->core;
  box->core = NULL;
  if (!tao) return 0;
  bool held = redbook_tao_state(tao) != REDBOOK_TAO_IDLE;
  if (held) redbook_tao_let_go_later(tao);
  redbook_tao_unref(tao);
  if (held)
    lua_warning(L, "redbook: a prepared TrackAtOnce was collected; close it explicitly", 0);
  return 0;
}

static int to_string(lua_State *L) {
  static const char *const states[] = {"idle", "preparing", "prepared", "writing", "releasing"};
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  lua_pushfstring(L, CLASS " (%s)",
                  box->core ? states[redbook_tao_state(box->core)] : "closed");
  return 1;
}

void redbook_register_tao(lua_State *L) {
  static const luaL_Reg methods[] = {{"BeginPrepareMedia", begin_prepare},
                                     {"BeginAddAudioTrack", begin_track},
                                     {"BeginReleaseMedia", begin_release},
                                     {"CancelAddTrack", cancel_track},
                                     {"SetWriteSpeed", set_speed},
                                     {"IsRecorderSupported", recorder_supported},
                                     {"IsCurrentMediaSupported", media_supported},
                                     {"Close", close_tao},
                                     {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", collect}, {"__close", close_tao}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, redbook_tao_settings,
                                             redbook_tao_figures};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
