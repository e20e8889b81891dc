/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorder: the replies of IDiscRecorder2Ex as bytes, and its lists of codes (imapi2 3.3). */
/***
@submodule redbook.core
*/
#include "drive/pages.h"

#include "drive/properties.h"
#include "lua/classes.h"
#include "lua/error.h"

/* The object at 1 first, so that wrong use of it is told before that of the arguments. */
static struct redbook_recorder *self(lua_State *L) {
  return redbook_check_recorder(L, 1);
}

/* An integer argument from `least` to `most`; raises. */
static lua_Integer check_range(lua_State *L, int index, lua_Integer least, lua_Integer most) {
  lua_Integer value = luaL_checkinteger(L, index);
  if (value < least || value > most)
    luaL_argerror(L, index,
                  lua_pushfstring(L, "%I to %I expected, got %I", (LUAI_UACINT)least,
                                  (LUAI_UACINT)most, (LUAI_UACINT)value));
  return value;
}

static enum redbook_page_control check_control(lua_State *L, int index) {
  return (enum redbook_page_control)check_range(L, index, REDBOOK_PAGE_CURRENT,
                                                REDBOOK_PAGE_SAVED);
}

static bool check_flag(lua_State *L, int index) {
  luaL_checktype(L, index, LUA_TBOOLEAN);
  return lua_toboolean(L, index);
}

static int push_reply(lua_State *L, bool ok, const uint8_t *data, size_t length,
                      const struct redbook_error *err) {
  if (!ok) return redbook_return_error(L, err);
  lua_pushlstring(L, (const char *)data, length);
  return 1;
}

/***
READ DISC INFORMATION's reply, whole.
@function Recorder:GetDiscInformation
@treturn[1] string bytes
@return[2] nil
@treturn[2] Error err the device errors of imapi2 0.1
*/
static int disc_information(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_error err;
  size_t length = 0;
  redbook_error_clear(&err);
  uint8_t *data = lua_newuserdatauv(L, REDBOOK_REPLY_MOST, 0);
  bool ok = redbook_recorder_disc_information(recorder, data, &length, &err);
  return push_reply(L, ok, data, length, &err);
}

/***
READ TRACK INFORMATION's reply, whole.
@function Recorder:GetTrackInformation
@int address LBA (may be negative), track or session; 0xFF is the track that comes next
@int type IMAPI_READ_TRACK_ADDRESS_TYPE: how `address` is meant
@treturn[1] string bytes
@return[2] nil
@treturn[2] Error err
*/
static int track_information(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_error err;
  size_t length = 0;
  uint32_t address = (uint32_t)check_range(L, 2, INT32_MIN, UINT32_MAX);
  enum redbook_track_address type =
      (enum redbook_track_address)check_range(L, 3, REDBOOK_BY_LBA, REDBOOK_BY_SESSION);
  redbook_error_clear(&err);
  uint8_t *data = lua_newuserdatauv(L, REDBOOK_REPLY_MOST, 0);
  bool ok = redbook_recorder_track_information(recorder, type, address, data, &length, &err);
  return push_reply(L, ok, data, length, &err);
}

/***
READ DISC STRUCTURE of a DVD, without the 4-byte header.
@function Recorder:ReadDvdStructure
@int format 0 to 0xFF
@int address
@int layer
@int agid 0 to 3
@treturn[1] string bytes
@return[2] nil
@treturn[2] Error err 020E the medium has no such structure, 020A the drive reads no DVDs
*/
static int read_structure(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_error err;
  size_t length = 0;
  const struct redbook_structure what = {.format = (uint8_t)check_range(L, 2, 0, 0xFF),
                                         .address = (uint32_t)check_range(L, 3, 0, UINT32_MAX),
                                         .layer = (uint8_t)check_range(L, 4, 0, 0xFF),
                                         .agid = (uint8_t)check_range(L, 5, 0, 3)};
  redbook_error_clear(&err);
  uint8_t *data = lua_newuserdatauv(L, REDBOOK_REPLY_MOST, 0);
  bool ok = redbook_recorder_dvd_structure(recorder, &what, data, &length, &err);
  return push_reply(L, ok, data, length, &err);
}

/***
SEND DISC STRUCTURE; the header is made here. Takes exclusive access (E_ACCESSDENIED).
@function Recorder:SendDvdStructure
@int format 0 to 0xFF
@string data at most 65531 bytes, without a header
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 020A the drive knows no DVDs
*/
static int send_structure(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_error err;
  size_t length = 0;
  uint8_t format = (uint8_t)check_range(L, 2, 0, 0xFF);
  luaL_checktype(L, 3, LUA_TSTRING);
  const char *data = lua_tolstring(L, 3, &length);
  redbook_error_clear(&err);
  bool ok = redbook_recorder_send_dvd_structure(recorder, format, (const uint8_t *)data, length,
                                                &err);
  return redbook_return_done(L, ok, &err);
}

/***
One feature descriptor, from its feature code on: code, version and flags, length, data.
@function Recorder:GetFeaturePage
@int feature IMAPI_FEATURE_PAGE_TYPE
@bool currentOnly true: 020B when the medium does not let the drive use it
@treturn[1] string bytes
@return[2] nil
@treturn[2] Error err 020A absent, 020B not current, 020C a drive without GET CONFIGURATION
*/
static int feature_page(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  uint8_t data[REDBOOK_FEATURE_MOST];
  struct redbook_error err;
  size_t length = 0;
  uint16_t feature = (uint16_t)check_range(L, 2, 0, UINT16_MAX);
  bool current_only = check_flag(L, 3);
  redbook_error_clear(&err);
  bool ok = redbook_recorder_feature_page(recorder, feature, current_only, data, &length, &err);
  return push_reply(L, ok, data, length, &err);
}

/***
One mode page, without the mode header.
@function Recorder:GetModePage
@int page IMAPI_MODE_PAGE_TYPE, or any code from 0 to 0x3E
@int type IMAPI_MODE_PAGE_REQUEST_TYPE
@treturn[1] string bytes
@return[2] nil
@treturn[2] Error err 0201 no such page, or not of this type
*/
static int mode_page(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  uint8_t data[REDBOOK_PAGE_MOST];
  struct redbook_error err;
  size_t length = 0;
  uint8_t page = (uint8_t)check_range(L, 2, 0, 0x3E);
  enum redbook_page_control control = check_control(L, 3);
  redbook_error_clear(&err);
  bool ok = redbook_recorder_mode_page(recorder, page, control, data, &length, &err);
  return push_reply(L, ok, data, length, &err);
}

/***
MODE SELECT of one page; the header is made here, and a page can be sent back as GetModePage
gave it. Takes exclusive access (E_ACCESSDENIED).
@function Recorder:SetModePage
@int type IMAPI_MODE_PAGE_REQUEST_TYPE: CURRENT_VALUES, or SAVED to have the drive keep it
@string data the page
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 0208 refused by the drive, E_INVALIDARG not one page or another type
*/
static int set_mode_page(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_error err;
  size_t length = 0;
  enum redbook_page_control control = check_control(L, 2);
  luaL_checktype(L, 3, LUA_TSTRING);
  const char *data = lua_tolstring(L, 3, &length);
  redbook_error_clear(&err);
  bool ok =
      redbook_recorder_set_mode_page(recorder, control, (const uint8_t *)data, length, &err);
  return redbook_return_done(L, ok, &err);
}

typedef bool list_call(struct redbook_recorder *recorder, bool current, uint16_t *codes,
                       unsigned room, unsigned *count, struct redbook_error *err);

static int push_list(lua_State *L, list_call *call) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_error err;
  unsigned count = 0;
  bool current_only = check_flag(L, 2);
  redbook_error_clear(&err);
  uint16_t *codes = lua_newuserdatauv(L, REDBOOK_CODES * sizeof *codes, 0);
  if (!call(recorder, current_only, codes, REDBOOK_CODES, &count, &err))
    return redbook_return_error(L, &err);
  return redbook_push_codes(L, codes, count);
}

/***
Codes of the features that the drive knows, as SupportedFeaturePages and CurrentFeaturePages.
@function Recorder:GetSupportedFeaturePages
@bool currentOnly
@treturn[1] table array of IMAPI_FEATURE_PAGE_TYPE
@return[2] nil
@treturn[2] Error err 020C a drive without GET CONFIGURATION
*/
static int feature_pages(lua_State *L) {
  return push_list(L, redbook_recorder_features);
}

/***
Codes of the profiles that the drive knows, as SupportedProfiles and CurrentProfiles.
@function Recorder:GetSupportedProfiles
@bool currentOnly
@treturn[1] table array of IMAPI_PROFILE_TYPE
@return[2] nil
@treturn[2] Error err 020C, 020A the drive has no list of profiles
*/
static int profiles(lua_State *L) {
  return push_list(L, redbook_recorder_profiles);
}

/***
Codes of the mode pages that have values of this type.
@function Recorder:GetSupportedModePages
@int type IMAPI_MODE_PAGE_REQUEST_TYPE
@treturn[1] table array, rising
@return[2] nil
@treturn[2] Error err 0201 the drive saves no pages
*/
static int mode_pages(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_error err;
  uint16_t codes[64];
  unsigned count = 0;
  enum redbook_page_control control = check_control(L, 2);
  redbook_error_clear(&err);
  if (!redbook_recorder_mode_pages(recorder, control, codes, 64, &count, &err))
    return redbook_return_error(L, &err);
  return redbook_push_codes(L, codes, count);
}

const luaL_Reg redbook_recorder_pages[] = {{"GetDiscInformation", disc_information},
                                           {"GetTrackInformation", track_information},
                                           {"ReadDvdStructure", read_structure},
                                           {"SendDvdStructure", send_structure},
                                           {"GetFeaturePage", feature_page},
                                           {"GetModePage", mode_page},
                                           {"SetModePage", set_mode_page},
                                           {"GetSupportedFeaturePages", feature_pages},
                                           {"GetSupportedProfiles", profiles},
                                           {"GetSupportedModePages", mode_pages},
                                           {NULL, NULL}};
