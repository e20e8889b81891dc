/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TrackAtOnce: what it says of medium, speeds and written tracks; all read-only. */
/***
@submodule redbook.core
*/
#include "burn/tao.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"

static struct redbook_tao *self(lua_State *L) {
  return redbook_check_tao(L, 1);
}

static int fail(lua_State *L, struct redbook_tao *tao, struct redbook_error *err) {
  redbook_tao_mark_disc(tao, err);
  return redbook_raise(L, err);
}

typedef bool boolean_call(struct redbook_tao *tao, bool *out, struct redbook_error *err);

static int get_boolean(lua_State *L, boolean_call *call) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  bool value = false;
  redbook_error_clear(&err);
  if (!call(tao, &value, &err)) return fail(L, tao, &err);
  lua_pushboolean(L, value);
  return 1;
}

/***
The drive's own opinion of blankness. 050A no recorder; device errors.
@field TrackAtOnce.MediaPhysicallyBlank
*/
static int get_physically_blank(lua_State *L) {
  return get_boolean(L, redbook_tao_physically_blank);
}

/***
On CD-R and CD-RW the same as MediaPhysicallyBlank.
@field TrackAtOnce.MediaHeuristicallyBlank
*/
static int get_heuristically_blank(lua_State *L) {
  return get_boolean(L, redbook_tao_heuristically_blank);
}

/***
Array of the IMAPI_MEDIA_PHYSICAL_TYPE values that can be burned: {2, 3}, CD-R and CD-RW.
@field TrackAtOnce.SupportedMediaTypes
*/
static int get_media_types(lua_State *L) {
  self(L);
  lua_createtable(L, 2, 0);
  lua_pushinteger(L, REDBOOK_MEDIA_CDR);
  lua_rawseti(L, -2, 1);
  lua_pushinteger(L, REDBOOK_MEDIA_CDRW);
  lua_rawseti(L, -2, 2);
  return 1;
}

/***
IMAPI_MEDIA_PHYSICAL_TYPE of the loaded medium. 050A; device errors.
@field TrackAtOnce.CurrentPhysicalMediaType
*/
static int get_media_type(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  enum redbook_media_type type;
  redbook_error_clear(&err);
  if (!redbook_tao_media_type(tao, &type, &err)) return fail(L, tao, &err);
  lua_pushinteger(L, type);
  return 1;
}

/***
Completed tracks of this session. 0502 outside of a session (IMAPI2 does not say whether 0 or
0502), 0500.
@field TrackAtOnce.NumberOfExistingTracks
*/
static int get_existing_tracks(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  unsigned tracks;
  redbook_error_clear(&err);
  if (!redbook_tao_existing_tracks(tao, &tracks, &err)) return fail(L, tao, &err);
  lua_pushinteger(L, tracks);
  return 1;
}

typedef bool sectors_call(struct redbook_tao *tao, uint32_t *out, struct redbook_error *err);

static int get_sectors(lua_State *L, sectors_call *call) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  uint32_t sectors;
  redbook_error_clear(&err);
  if (!call(tao, &sectors, &err)) return fail(L, tao, &err);
  lua_pushinteger(L, sectors);
  return 1;
}

/***
Capacity in sectors if filled with one track. IMAPI2 gives no formula; here it is the LBA of the
last possible lead-out (by ATIP or disc information) less the two sectors of run-out: 359847 on
a disc of 80 minutes. Where the drive tells none, UsedSectorsOnMedia + FreeSectorsOnMedia. 0502.
@field TrackAtOnce.TotalSectorsOnMedia
*/
static int get_total(lua_State *L) {
  return get_sectors(L, redbook_tao_total_sectors);
}

/***
Room for one more track in sectors; during a track the value from before it. IMAPI2 gives no
formula; here it is what READ TRACK INFORMATION calls free blocks of the invisible track, but no
more than TotalSectorsOnMedia less the next writable address. 0502.
@field TrackAtOnce.FreeSectorsOnMedia
*/
static int get_free(lua_State *L) {
  return get_sectors(L, redbook_tao_free_sectors);
}

/***
Sectors taken by tracks and the gaps between them; during a track the value from before it.
IMAPI2 gives no formula; here it is the next writable address: run-out, pregaps and, on a disc
of several sessions, lead-outs and lead-ins count. 0502.
@field TrackAtOnce.UsedSectorsOnMedia
*/
static int get_used(lua_State *L) {
  return get_sectors(L, redbook_tao_used_sectors);
}

/***
Array with one string: the reply to READ TOC format 0 (LBA form) if the disc were closed now.
0502, 0500, 0505 while no track is there.
@field TrackAtOnce.ExpectedTableOfContents
*/
static int get_toc(lua_State *L) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  uint8_t toc[REDBOOK_TOC_BYTES];
  size_t length;
  redbook_error_clear(&err);
  if (!redbook_tao_expected_toc(tao, toc, &length, &err)) return fail(L, tao, &err);
  lua_createtable(L, 1, 0);
  lua_pushlstring(L, (const char *)toc, length);
  lua_rawseti(L, -2, 1);
  return 1;
}

/***
Speed last passed to SetWriteSpeed, sectors per second; -1 = fastest.
@field TrackAtOnce.RequestedWriteSpeed
*/
static int get_requested_speed(lua_State *L) {
  int32_t speed;
  bool pure_cav;
  redbook_tao_requested_speed(self(L), &speed, &pure_cav);
  lua_pushinteger(L, speed);
  return 1;
}

/***
Rotation last passed to SetWriteSpeed.
@field TrackAtOnce.RequestedRotationTypeIsPureCAV
*/
static int get_requested_rotation(lua_State *L) {
  int32_t speed;
  bool pure_cav;
  redbook_tao_requested_speed(self(L), &speed, &pure_cav);
  lua_pushboolean(L, pure_cav);
  return 1;
}

static void current(lua_State *L, int32_t *speed, bool *pure_cav) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_tao_current_speed(tao, speed, pure_cav, &err)) fail(L, tao, &err);
}

/***
What the drive is set to, sectors per second. 050A, device errors, 0301.
@field TrackAtOnce.CurrentWriteSpeed
*/
static int get_current_speed(lua_State *L) {
  int32_t speed = 0;
  bool pure_cav;
  current(L, &speed, &pure_cav);
  lua_pushinteger(L, speed);
  return 1;
}

/***
True only for pure CAV. 050A, device errors, 0301.
@field TrackAtOnce.CurrentRotationTypeIsPureCAV
*/
static int get_current_rotation(lua_State *L) {
  int32_t speed;
  bool pure_cav = false;
  current(L, &speed, &pure_cav);
  lua_pushboolean(L, pure_cav);
  return 1;
}

static unsigned speeds(lua_State *L, struct redbook_speed_descriptor list[REDBOOK_MAX_SPEEDS]) {
  struct redbook_tao *tao = self(L);
  struct redbook_error err;
  unsigned count = 0;
  redbook_error_clear(&err);
  if (!redbook_tao_supported_speeds(tao, list, REDBOOK_MAX_SPEEDS, &count, &err))
    fail(L, tao, &err);
  return count < REDBOOK_MAX_SPEEDS ? count : REDBOOK_MAX_SPEEDS;
}

/***
Array of the write speeds of this drive with this medium, sectors per second, each once. 050A,
device errors, 0301.
@field TrackAtOnce.SupportedWriteSpeeds
*/
static int get_speeds(lua_State *L) {
  struct redbook_speed_descriptor list[REDBOOK_MAX_SPEEDS];
  unsigned count = speeds(L, list);
  lua_Integer kept = 0;
  lua_createtable(L, (int)count, 0);
  for (unsigned i = 0; i < count; i++) {
    bool seen = false;
    for (unsigned j = 0; j < i; j++)
      seen = seen || list[j].speed == list[i].speed;
    if (seen) continue;
    lua_pushinteger(L, list[i].speed);
    lua_rawseti(L, -2, ++kept);
  }
  return 1;
}

/***
Array of IWriteSpeedDescriptor: tables of MediaType, RotationTypeIsPureCAV and WriteSpeed
(sectors per second). 050A, device errors, 0301.
@field TrackAtOnce.SupportedWriteSpeedDescriptors
*/
static int get_descriptors(lua_State *L) {
  struct redbook_speed_descriptor list[REDBOOK_MAX_SPEEDS];
  unsigned count = speeds(L, list);
  lua_createtable(L, (int)count, 0);
  for (unsigned i = 0; i < count; i++) {
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, list[i].media);
    lua_setfield(L, -2, "MediaType");
    lua_pushboolean(L, list[i].pure_cav);
    lua_setfield(L, -2, "RotationTypeIsPureCAV");
    lua_pushinteger(L, list[i].speed);
    lua_setfield(L, -2, "WriteSpeed");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static void push_written(lua_State *L, const struct redbook_written_track *track) {
  lua_createtable(L, 0, 9);
  redbook_field_integer(L, "Number", track->number);
  redbook_field_integer(L, "StartLba", track->start);
  redbook_field_integer(L, "Sectors", track->sectors);
  redbook_field_integer(L, "CRC32", redbook_fingerprint_crc32(track->print));
  redbook_field_integer(L, "ClippedSamples", (lua_Integer)track->clipped_samples);
  lua_pushnumber(L, track->seconds);
  lua_setfield(L, -2, "Seconds");
  lua_pushstring(L, track->isrc);
  lua_setfield(L, -2, "ISRC");
  redbook_push_fingerprint(L, track->print);
  lua_setfield(L, -2, "Fingerprint");
  redbook_push_accuraterip(L, track->print);
  lua_setfield(L, -2, "AccurateRip");
}

/***
Array of the tracks that this object has written in this session: Number, StartLba, Sectors
(padding included), CRC32 (of those sectors), ClippedSamples, Seconds (first WRITE to the end,
by the drive's clock), ISRC ("" for none); Fingerprint, what a Verification compares the disc
with: for each 75 sectors `Blocks` has two sums in 12 and 16 hexadecimal digits, `Head` and
`Tail` are the first and last sector ("" when silent); AccurateRip, two checksums each for the
track as the First, a Middle, the Last and the Only one of a disc, up to the next start or the
lead-out.
@field TrackAtOnce.WrittenTracks
*/
static int get_written(lua_State *L) {
  const struct redbook_written_track *tracks;
  unsigned count = redbook_tao_written(self(L), &tracks);
  lua_createtable(L, (int)count, 0);
  for (unsigned i = 0; i < count; i++) {
    push_written(L, &tracks[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

const struct redbook_property redbook_tao_figures[] = {
    {"MediaPhysicallyBlank", get_physically_blank, NULL},
    {"MediaHeuristicallyBlank", get_heuristically_blank, NULL},
    {"SupportedMediaTypes", get_media_types, NULL},
    {"CurrentPhysicalMediaType", get_media_type, NULL},
    {"NumberOfExistingTracks", get_existing_tracks, NULL},
    {"TotalSectorsOnMedia", get_total, NULL},
    {"FreeSectorsOnMedia", get_free, NULL},
    {"UsedSectorsOnMedia", get_used, NULL},
    {"ExpectedTableOfContents", get_toc, NULL},
    {"RequestedWriteSpeed", get_requested_speed, NULL},
    {"RequestedRotationTypeIsPureCAV", get_requested_rotation, NULL},
    {"CurrentWriteSpeed", get_current_speed, NULL},
    {"CurrentRotationTypeIsPureCAV", get_current_rotation, NULL},
    {"SupportedWriteSpeeds", get_speeds, NULL},
    {"SupportedWriteSpeedDescriptors", get_descriptors, NULL},
    {"WrittenTracks", get_written, NULL},
    {NULL, NULL, NULL}};
