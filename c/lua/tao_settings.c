/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TrackAtOnce: the properties of IDiscFormat2, IDiscFormat2TrackAtOnce (imapi2 1.1, 1.4),
 * IBurnVerification, and redbook's own settings. */
/***
@submodule redbook.core
*/
#include "burn/tao.h"
#include "lua/classes.h"
#include "lua/error.h"

static struct redbook_tao *self(lua_State *L) {
  return redbook_check_tao(L, 1);
}

static int fail(lua_State *L, struct redbook_tao *tao, struct redbook_error *err) {
  redbook_tao_mark_disc(tao, err);
  return redbook_raise(L, err);
}

static int settled(lua_State *L, struct redbook_tao *tao, bool ok, struct redbook_error *err) {
  return ok ? 0 : fail(L, tao, err);
}

/***
The drive to use, or nil. Set: 0500, 0503, 050E not a recorder that can write tracks.
@field TrackAtOnce.Recorder
*/
static int get_recorder(lua_State *L) {
  self(L);
  lua_getiuservalue(L, 1, REDBOOK_TAO_RECORDER);
  return 1;
}

static int set_recorder(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  struct redbook_recorder *recorder = redbook_set_recorder(L);
  redbook_error_clear(&err);
  if (!redbook_tao_set_recorder(tao, recorder, &err)) return fail(L, tao, &err);
  lua_setiuservalue(L, 1, REDBOOK_TAO_RECORDER);
  return 0;
}

/***
Who burns, recorded with the lock: 1 to 63 of A-Z a-z 0-9 space . , : ; - _ (050F otherwise;
0500, 0503). nil clears it, as NULL does in IMAPI2 (imapi2 7.18); without a name it reads "", as
at first, and PrepareMedia gives 050F.
@field TrackAtOnce.ClientName
*/
static int get_client_name(lua_State *L) {
  lua_pushstring(L, redbook_tao_client_name(self(L)));
  return 1;
}

static int set_client_name(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  const char *name = lua_isnil(L, 2) ? NULL : redbook_set_string(L, "ClientName");
  redbook_error_clear(&err);
  return settled(L, tao, redbook_tao_set_client_name(tao, name, &err), &err);
}

/***
Function `(tao, args)` that the blocking methods call for each update event, or nil. It may
raise (the track is cancelled cleanly and the error comes out of the method) and yield.
@field TrackAtOnce.OnUpdate
*/
static int get_on_update(lua_State *L) {
  self(L);
  lua_getiuservalue(L, 1, REDBOOK_TAO_ON_UPDATE);
  return 1;
}

static int set_on_update(lua_State *L) {
  self(L);
  if (!lua_isnil(L, 2) && !lua_isfunction(L, 2))
    return redbook_misuse(L, "cannot set 'OnUpdate': function or nil expected, got %s",
                          luaL_typename(L, 2));
  lua_setiuservalue(L, 1, REDBOOK_TAO_ON_UPDATE);
  return 0;
}

static int get_flag(lua_State *L, enum redbook_tao_flag flag) {
  lua_pushboolean(L, redbook_tao_flag(self(L), flag));
  return 1;
}

static int set_flag(lua_State *L, enum redbook_tao_flag flag, const char *member) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  bool value = redbook_set_boolean(L, member);
  redbook_error_clear(&err);
  return settled(L, tao, redbook_tao_set_flag(tao, flag, value, &err), &err);
}

#define FLAG(lower, member, flag)        \
  static int get_##lower(lua_State *L) { \
    return get_flag(L, flag);            \
  }                                      \
  static int set_##lower(lua_State *L) { \
    return set_flag(L, flag, member);    \
  }

/***
True leaves the disc open for another session. Fixed while prepared (0503).
@field TrackAtOnce.DoNotFinalizeMedia
*/
FLAG(no_finalize, "DoNotFinalizeMedia", REDBOOK_TAO_DO_NOT_FINALIZE)
/***
True turns buffer-underrun-free recording off. Can be set only while prepared (0502, 0500). It
keeps its value over ReleaseMedia and is used for the next disc as well.
@field TrackAtOnce.BufferUnderrunFreeDisabled
*/
FLAG(no_burn_free, "BufferUnderrunFreeDisabled", REDBOOK_TAO_BUFFER_UNDERRUN_FREE_DISABLED)
/***
True burns with the laser off. Fixed while prepared.
@field TrackAtOnce.TestWrite
*/
FLAG(test_write, "TestWrite", REDBOOK_TAO_TEST_WRITE)
/***
True lets PrepareMedia accept an appendable disc. Fixed while prepared.
@field TrackAtOnce.Append
*/
FLAG(append, "Append", REDBOOK_TAO_APPEND)
/***
True makes ReleaseMedia unlock without closing the session; players cannot see the tracks yet.
Fixed while prepared.
@field TrackAtOnce.KeepSessionOpen
*/
FLAG(keep_open, "KeepSessionOpen", REDBOOK_TAO_KEEP_SESSION_OPEN)
/***
True (the default) decodes every source completely before the first WRITE. Fixed while prepared.
@field TrackAtOnce.Prescan
*/
FLAG(prescan, "Prescan", REDBOOK_TAO_PRESCAN)

/***
Size of the FIFO in bytes, 1 MiB to 1 GiB, at first 64 MiB. Fixed while prepared.
@field TrackAtOnce.FifoBytes
*/
static int get_fifo(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)redbook_tao_fifo_bytes(self(L)));
  return 1;
}

static int set_fifo(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  lua_Integer bytes = redbook_set_integer(L, "FifoBytes");
  redbook_error_clear(&err);
  uint64_t asked = bytes < 0 ? 0 : (uint64_t)bytes;
  return settled(L, tao, redbook_tao_set_fifo_bytes(tao, asked, &err), &err);
}

/***
The disc's catalogue number, 13 digits with a right check digit (050C), or "". Fixed while
prepared (0503, 0500). IMAPI2 has no such property; its remark that the "MCN" becomes read-only
may mean this number or the notifications of Recorder:DisableMcn: here it holds for both.
@field TrackAtOnce.MediaCatalogNumber
*/
static int get_catalog(lua_State *L) {
  lua_pushstring(L, redbook_tao_catalog_number(self(L)));
  return 1;
}

static int set_catalog(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  const char *digits = redbook_set_string(L, "MediaCatalogNumber");
  redbook_error_clear(&err);
  return settled(L, tao, redbook_tao_set_catalog_number(tao, digits, &err), &err);
}

/***
IMAPI_BURN_VERIFICATION_LEVEL: NONE 0 (default) or QUICK 1; FULL 2 is E_INVALIDARG for tracks.
Fixed while prepared (0503, 0500).
@field TrackAtOnce.BurnVerificationLevel
*/
static int get_verification(lua_State *L) {
  lua_pushinteger(L, redbook_tao_verification(self(L)));
  return 1;
}

static int set_verification(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  lua_Integer level = redbook_set_integer(L, "BurnVerificationLevel");
  if (level < 0 || level > 2)
    return redbook_misuse(L, "cannot set 'BurnVerificationLevel': 0 to 2 expected, got %I",
                          (LUAI_UACINT)level);
  redbook_error_clear(&err);
  return settled(L, tao, redbook_tao_set_verification(tao, (int)level, &err), &err);
}

/***
"idle", "preparing", "prepared", "writing" or "releasing".
@field TrackAtOnce.State
*/
static int get_state(lua_State *L) {
  static const char *const names[] = {"idle", "preparing", "prepared", "writing", "releasing"};
  lua_pushstring(L, names[redbook_tao_state(self(L))]);
  return 1;
}

const struct redbook_property redbook_tao_settings[] = {
    {"Recorder", get_recorder, set_recorder},
    {"ClientName", get_client_name, set_client_name},
    {"OnUpdate", get_on_update, set_on_update},
    {"DoNotFinalizeMedia", get_no_finalize, set_no_finalize},
    {"BufferUnderrunFreeDisabled", get_no_burn_free, set_no_burn_free},
    {"TestWrite", get_test_write, set_test_write},
    {"Append", get_append, set_append},
    {"KeepSessionOpen", get_keep_open, set_keep_open},
    {"Prescan", get_prescan, set_prescan},
    {"FifoBytes", get_fifo, set_fifo},
    {"MediaCatalogNumber", get_catalog, set_catalog},
    {"BurnVerificationLevel", get_verification, set_verification},
    {"State", get_state, NULL},
    {NULL, NULL, NULL}};
