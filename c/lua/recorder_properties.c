/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorder: the properties of IDiscRecorder2 (imapi2 3.2) and MediaSummary. */
/***
@submodule redbook.core
*/
#include <stdlib.h>
#include <string.h>

#include "drive/media.h"
#include "drive/properties.h"
#include "drive/quirks.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"

#define MOUNTS 64u

static struct redbook_recorder *self(lua_State *L) {
  return redbook_check_recorder(L, 1);
}

/***
The id the object was bound to.
@field Recorder.ActiveDiscRecorder
*/
static int get_id(lua_State *L) {
  lua_pushstring(L, redbook_recorder_id(self(L)));
  return 1;
}

/***
Client name of who holds the drive, here or in another process; "" when nobody does.
@field Recorder.ExclusiveAccessOwner
*/
static int get_owner(lua_State *L) {
  char name[128];
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_owner(self(L), name, sizeof name, &err)) return redbook_raise(L, &err);
  lua_pushstring(L, name);
  return 1;
}

static void inquire(lua_State *L, struct redbook_inquiry *out) {
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_inquiry(self(L), out, &err)) redbook_raise(L, &err);
}

/***
INQUIRY vendor identification, at most 8 characters.
@field Recorder.VendorId
*/
static int get_vendor(lua_State *L) {
  struct redbook_inquiry inquiry;
  inquire(L, &inquiry);
  lua_pushstring(L, inquiry.vendor);
  return 1;
}

/***
INQUIRY product identification, at most 16 characters.
@field Recorder.ProductId
*/
static int get_product(lua_State *L) {
  struct redbook_inquiry inquiry;
  inquire(L, &inquiry);
  lua_pushstring(L, inquiry.product);
  return 1;
}

int redbook_push_trace_problem(lua_State *L, int errno_value) {
  lua_pushnil(L);
  if (errno_value) {
    char reason[96];
    lua_pushstring(L, strerror_r(errno_value, reason, sizeof reason));
  }
  return 1;
}

/***
Why the file of `trace` does not have all commands ("No space left on device"); nil as long as
it has, and without a trace. The drive's work goes on without it.
@field Recorder.TraceProblem
*/
static int get_trace_problem(lua_State *L) {
  return redbook_push_trace_problem(L, redbook_recorder_trace_errno(self(L)));
}

/***
What is known to be odd about this model of drive: an array of tables with `Behaviour`,
`Handling` ("avoided", "by reply", "told" in the error, "ignored"), `How` and `Source`. Empty
for drives that nothing is known of. For people: nothing is decided by a name.
@field Recorder.KnownQuirks
*/
static int get_quirks(lua_State *L) {
  struct redbook_inquiry inquiry;
  size_t count;
  const struct redbook_quirk *quirks = redbook_quirks(&count);
  inquire(L, &inquiry);
  lua_newtable(L);
  for (size_t i = 0, n = 0; i < count; i++) {
    if (!redbook_quirk_is_of(&quirks[i], &inquiry)) continue;
    lua_createtable(L, 0, 4);
    redbook_field_text(L, "Behaviour", quirks[i].behaviour);
    redbook_field_text(L, "Handling", redbook_quirk_handling_name(quirks[i].handling));
    redbook_field_text(L, "How", quirks[i].how);
    redbook_field_text(L, "Source", quirks[i].source);
    lua_rawseti(L, -2, (lua_Integer)++n);
  }
  return 1;
}

/***
INQUIRY product revision, at most 4 characters.
@field Recorder.ProductRevision
*/
static int get_revision(lua_State *L) {
  struct redbook_inquiry inquiry;
  inquire(L, &inquiry);
  lua_pushstring(L, inquiry.revision);
  return 1;
}

/***
One name that is the same for all links to the drive: its node, or its key when it has none.
@field Recorder.VolumeName
*/
static int get_volume_name(lua_State *L) {
  char name[128];
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_volume_name(self(L), name, sizeof name, &err))
    return redbook_raise(L, &err);
  lua_pushstring(L, name);
  return 1;
}

/* The malloc'ed strings become Lua strings in a protected call, so that they are freed even
 * when memory runs out between two of them. */
struct mounts {
  char *paths[MOUNTS];
  unsigned count;
};

static int push_mounts(lua_State *L) {
  const struct mounts *mounts = lua_touserdata(L, 1);
  lua_createtable(L, (int)mounts->count, 0);
  for (unsigned i = 0; i < mounts->count; i++) {
    lua_pushstring(L, mounts->paths[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/***
Array of the mount points of the medium.
@field Recorder.VolumePathNames
*/
static int get_volume_paths(lua_State *L) {
  struct mounts mounts;
  struct redbook_recorder *recorder = self(L);
  lua_pushcfunction(L, push_mounts);
  lua_pushlightuserdata(L, &mounts);
  unsigned found = redbook_recorder_volume_path_names(recorder, mounts.paths, MOUNTS);
  mounts.count = found < MOUNTS ? found : MOUNTS;
  int status = lua_pcall(L, 1, 1, 0);
  for (unsigned i = 0; i < mounts.count; i++)
    free(mounts.paths[i]);
  return status == LUA_OK ? 1 : lua_error(L);
}

/***
True for a tray that can close itself; some slim drives say so wrongly.
@field Recorder.DeviceCanLoadMedia
*/
static int get_can_load(lua_State *L) {
  bool value;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_can_load_media(self(L), &value, &err)) return redbook_raise(L, &err);
  lua_pushboolean(L, value);
  return 1;
}

/***
N of /dev/srN; not stable. Raises E_FAIL for a drive that is no device of the kernel's.
@field Recorder.LegacyDeviceNumber
*/
static int get_number(lua_State *L) {
  int32_t value;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_legacy_device_number(self(L), &value, &err))
    return redbook_raise(L, &err);
  lua_pushinteger(L, value);
  return 1;
}

int redbook_push_codes(lua_State *L, const uint16_t *codes, unsigned count) {
  lua_createtable(L, (int)count, 0);
  for (unsigned i = 0; i < count && i < REDBOOK_CODES; i++) {
    lua_pushinteger(L, codes[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

typedef bool list_call(struct redbook_recorder *recorder, bool current, uint16_t *codes,
                       unsigned room, unsigned *count, struct redbook_error *err);

static int get_list(lua_State *L, list_call *call, bool current) {
  uint16_t codes[REDBOOK_CODES];
  unsigned count = 0;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!call(self(L), current, codes, REDBOOK_CODES, &count, &err))
    return redbook_raise(L, &err);
  return redbook_push_codes(L, codes, count);
}

/***
Array of IMAPI_FEATURE_PAGE_TYPE codes that the drive knows.
@field Recorder.SupportedFeaturePages
*/
static int get_features(lua_State *L) {
  return get_list(L, redbook_recorder_features, false);
}

/***
Array of IMAPI_FEATURE_PAGE_TYPE codes current with this medium.
@field Recorder.CurrentFeaturePages
*/
static int get_current_features(lua_State *L) {
  return get_list(L, redbook_recorder_features, true);
}

/***
Array of IMAPI_PROFILE_TYPE codes that the drive knows.
@field Recorder.SupportedProfiles
*/
static int get_profiles(lua_State *L) {
  return get_list(L, redbook_recorder_profiles, false);
}

/***
Array of IMAPI_PROFILE_TYPE codes current with this medium.
@field Recorder.CurrentProfiles
*/
static int get_current_profiles(lua_State *L) {
  return get_list(L, redbook_recorder_profiles, true);
}

static bool mode_pages(struct redbook_recorder *recorder, bool current, uint16_t *codes,
                       unsigned room, unsigned *count, struct redbook_error *err) {
  (void)current;
  return redbook_recorder_mode_pages(recorder, REDBOOK_PAGE_CURRENT, codes, room, count, err);
}

/***
Array of mode page codes.
@field Recorder.SupportedModePages
*/
static int get_mode_pages(lua_State *L) {
  return get_list(L, mode_pages, false);
}

static const char *media_state(const struct redbook_media *media) {
  static const char *const names[] = {[REDBOOK_STATUS_BLANK] = "blank",
                                      [REDBOOK_STATUS_APPENDABLE] = "appendable",
                                      [REDBOOK_STATUS_COMPLETE] = "complete"};
  if (!media->present) return "none";
  return media->disc_status < REDBOOK_STATUS_OTHER ? names[media->disc_status] : "other";
}

void redbook_push_media_summary(lua_State *L, const struct redbook_media *media) {
  lua_createtable(L, 0, 15);
  redbook_field_integer(L, "MediaType", media->type);
  lua_pushstring(L, media_state(media));
  lua_setfield(L, -2, "State");
  redbook_field_boolean(L, "Erasable", media->erasable);
  redbook_field_boolean(L, "SessionOpen", media->session_open);
  redbook_field_boolean(L, "Damaged", media->damaged);
  redbook_field_boolean(L, "LastTrackIncomplete", media->incomplete_track);
  redbook_field_integer(L, "NumberOfTracks", media->tracks);
  redbook_field_integer(L, "NumberOfSessions", media->sessions);
  if (media->next_track) redbook_field_integer(L, "NextTrack", media->next_track);
  if (media->next_writable >= 0)
    redbook_field_integer(L, "NextWritableAddress", media->next_writable);
  redbook_field_integer(L, "TotalSectors", media->total);
  redbook_field_integer(L, "FreeSectors", media->free);
  redbook_field_integer(L, "UsedSectors", media->used);
}

/***
What lies in the drive, without preparing it: MediaType (IMAPI_MEDIA_PHYSICAL_TYPE), State
("none", "blank", "appendable", "complete", "other"), Erasable, SessionOpen, Damaged,
LastTrackIncomplete (its writing was cut off; PrepareMedia with Append closes it),
NumberOfTracks (complete ones), NumberOfSessions, NextTrack (number of the next track; nil when
none can follow), NextWritableAddress (LBA; nil when there is none), TotalSectors, FreeSectors,
UsedSectors.
@function Recorder:MediaSummary
@treturn[1] table
@return[2] nil
@treturn[2] Error err 0205 becoming ready, 0210 held by somebody, 0500 while an operation runs
*/
int redbook_recorder_media_summary(lua_State *L) {
  struct redbook_recorder *recorder = self(L);
  struct redbook_media media;
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_drive *drive = redbook_recorder_enter(recorder, &err);
  if (!drive) return redbook_return_error(L, &err);
  bool ok = redbook_media_summary(drive, &media, &err);
  redbook_recorder_leave(recorder, drive);
  if (!ok) return redbook_return_error(L, &err);
  redbook_push_media_summary(L, &media);
  return 1;
}

const struct redbook_property redbook_recorder_properties[] = {
    {"ActiveDiscRecorder", get_id, NULL},
    {"ExclusiveAccessOwner", get_owner, NULL},
    {"VendorId", get_vendor, NULL},
    {"ProductId", get_product, NULL},
    {"ProductRevision", get_revision, NULL},
    {"KnownQuirks", get_quirks, NULL},
    {"TraceProblem", get_trace_problem, NULL},
    {"VolumeName", get_volume_name, NULL},
    {"VolumePathNames", get_volume_paths, NULL},
    {"DeviceCanLoadMedia", get_can_load, NULL},
    {"LegacyDeviceNumber", get_number, NULL},
    {"SupportedFeaturePages", get_features, NULL},
    {"CurrentFeaturePages", get_current_features, NULL},
    {"SupportedProfiles", get_profiles, NULL},
    {"CurrentProfiles", get_current_profiles, NULL},
    {"SupportedModePages", get_mode_pages, NULL},
    {NULL, NULL, NULL}};
