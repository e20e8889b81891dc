/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AudioSource: sound as whole CD-DA sectors. `Scan`, `Sectors`, `CRC32` and `ClippedSamples`
 * are in the embedded chunk, since they may have to wait for a scan. */
/***
@submodule redbook.core
*/
#include "audio/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "burn/operation.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"
#include "lua/options.h"

#define CLASS REDBOOK_SOURCE_CLASS

static struct redbook_source *check(lua_State *L) {
  struct redbook_box *box = redbook_box_open(L, 1, CLASS);
  return box->core;
}

/* Bytes that a stream has read ahead of its user: they are lost to whoever reads the descriptor
 * of a pipe. stdio has no portable word for it. */
static size_t read_ahead(FILE *file) {
#ifdef __GLIBC__
  return (size_t)(file->_IO_read_end - file->_IO_read_ptr);
#else
  (void)file;
  return 0;
#endif
}

/* Moves the descriptor to where the Lua file stands: stdio reads ahead in blocks. */
static bool align_descriptor(FILE *file, struct redbook_error *err) {
  off_t offset = ftello(file);
  if (offset < 0) {
    if (!read_ahead(file)) return true;
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "%zu bytes of the pipe are in the Lua file's buffer already; call its "
                        "setvbuf(\"no\") before reading from it",
                        read_ahead(file));
  }
  if (fflush(file) || lseek(fileno(file), offset, SEEK_SET) < 0)
    return redbook_fail_file(err, errno, "cannot find the place in the open file");
  return true;
}

static struct redbook_source *open_stream(luaL_Stream *stream, int64_t sectors,
                                          struct redbook_error *err) {
  if (!align_descriptor(stream->f, err)) return NULL;
  return redbook_source_open_raw(fileno(stream->f), sectors, "the open file", err);
}

static struct redbook_source *open_part(lua_State *L, int index, struct redbook_error *err) {
  struct redbook_source_part part = {redbook_option_sectors(L, index, "start", 0),
                                     redbook_option_sectors(L, index, "length", -1)};
  const char *path = redbook_option_string(L, index, "path", "");
  const char *raw = redbook_option_string(L, index, "raw", "");
  struct redbook_processing processing = redbook_check_processing(L, index);
  if (!*raw) return redbook_source_open(path, &part, &processing, err);
  return redbook_source_open_samples(path, &part, strcmp(raw, "big") == 0, &processing, err);
}

static void check_part(lua_State *L, int index) {
  static const struct redbook_option known[] = {
      {"path", REDBOOK_OPTION_STRING, 0, 0},
      {"start", REDBOOK_OPTION_SECTORS, 0, INT32_MAX},
      {"length", REDBOOK_OPTION_SECTORS, 1, INT32_MAX},
      {"raw", REDBOOK_OPTION_STRING, 0, 0},
      {"quality", REDBOOK_OPTION_STRING, 0, 0},
      {"dither", REDBOOK_OPTION_STRING, 0, 0},
      {"limit", REDBOOK_OPTION_BOOLEAN, 0, 0},
      {"loudness", REDBOOK_OPTION_BOOLEAN, 0, 0},
      {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  redbook_options_check(L, index, "a part of a file", known);
  if (!redbook_option_given(L, index, "path"))
    redbook_misuse(L, "a part of a file: option 'path' is missing");
  const char *raw = redbook_option_string(L, index, "raw", "little");
  if (strcmp(raw, "little") != 0 && strcmp(raw, "big") != 0)
    redbook_misuse(L, "a part of a file: option 'raw' is \"little\" or \"big\", got \"%s\"",
                   raw);
  (void)redbook_check_processing(L, index);
}

static luaL_Stream *check_stream(lua_State *L, int index) {
  luaL_Stream *stream = luaL_testudata(L, index, LUA_FILEHANDLE);
  if (!stream)
    redbook_misuse(L,
                   "a source must be a path, an AudioSource, an open file or a table, got %s",
                   luaL_typename(L, index));
  else if (!stream->closef)
    redbook_misuse(L, "attempt to use a closed file as a source");
  return stream;
}

struct redbook_source *redbook_resolve_source(lua_State *L, int index, int64_t sectors,
                                              struct redbook_error *err) {
  int type = lua_type(L, index);
  luaL_Stream *stream = NULL;
  if (luaL_testudata(L, index, CLASS)) {
    struct redbook_box *given = redbook_box_open(L, index, CLASS);
    lua_pushvalue(L, index);
    return given->core;
  }
  if (type == LUA_TSTRING)
    redbook_check_text(L, index);
  else if (type == LUA_TTABLE)
    check_part(L, index);
  else
    stream = check_stream(L, index);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, 0);
  box->core = stream ? open_stream(stream, sectors, err)
              : type == LUA_TSTRING
                  ? redbook_source_open(lua_tostring(L, index), NULL, NULL, err)
                  : open_part(L, index, err);
  return box->core;
}

/***
A sound file (WAV, FLAC, MP3 and more, found out by content), or an open Lua file with
headerless 44.1 kHz 16-bit little-endian stereo from its current offset.
@function AudioSource
@tparam string|table|file source a path; `{path=, start=, length=, raw=, quality=, dither=,
limit=, loudness=}` with start and length in sectors or "MM:SS:FF", for headerless 44.1 kHz
16-bit stereo raw = "little" or "big" (endian), quality "hq" (default) or "vhq" of a change of
the sample rate, dither "tpdf" (default), "shaped" or "none", limit = true for a limiter instead
of clipping, loudness = true to measure it; an open file (dup'ed)
@treturn[1] AudioSource
@return[2] nil
@treturn[2] Error err 80070002 no such file, 80070005 no permission, 050D not audio that can be
burned; C0AA0002 with `signal` when a trapped signal came while ffprobe looked at it (the signal
is still to be taken)
*/
static int create(lua_State *L) {
  struct redbook_error err;
  lua_settop(L, 1);
  redbook_error_clear(&err);
  if (redbook_resolve_source(L, 1, -1, &err)) return 1;
  int signal = err.code == REDBOOK_E_IMAPI_REQUEST_CANCELLED ? redbook_trap_waiting() : 0;
  (void)redbook_return_error(L, &err);
  if (signal) redbook_field_text(L, "signal", redbook_signal_name(signal));
  return 2;
}

/***
Decodes everything once on a worker thread.
@function AudioSource:BeginScan
@treturn[1] Operation
@return[2] nil
@treturn[2] Error err
*/
static int begin_scan(lua_State *L) {
  struct redbook_source *source = check(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_new_operation(L, 1);
  box->core = redbook_source_begin_scan(source, &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
BeginScan to its end.
@function AudioSource:Scan
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 050D with the place where it cannot be decoded; 0500 while it is read
*/
/***
Writes the sectors that a burn would write (44.1 kHz, 16-bit, stereo, little-endian; the last
one padded) into an open file at its place, on a worker thread. A scan besides. Events:
LastReadLba counts sectors.
@function AudioSource:BeginRender
@tparam file file open for writing (dup'ed)
@treturn[1] Operation
@return[2] nil
@treturn[2] Error err
*/
static int begin_render(lua_State *L) {
  struct redbook_source *source = check(L);
  luaL_Stream *stream = check_stream(L, 2);
  struct redbook_error err;
  redbook_error_clear(&err);
  if (fflush(stream->f) != 0) {
    redbook_fail_file(&err, errno, "the file to render into cannot be written");
    return redbook_return_error(L, &err);
  }
  struct redbook_box *box = redbook_new_operation(L, 1);
  box->core = redbook_source_begin_render(source, fileno(stream->f), &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
BeginRender to its end.
@function AudioSource:Render
@tparam file file
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
/***
Lets the next scan keep its sectors in an unlinked temporary file (`TMPDIR`, else `/var/tmp`),
so that what reads the source afterwards (a burn, BeginRender, Verification) need not decode it
once more, nor the file itself. Whatever is wrong with the temporary file, from too little room
to a dead disk, the source is decoded again: no error. PCM of 44.1 kHz and 16 bit is kept only
with `plain`: it lies in its file as it is read.
@function AudioSource:Keep
@int limit bytes at most, 0 = keep nothing
@bool[opt=false] plain
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err 0500 while it is read
*/
static int keep(lua_State *L) {
  struct redbook_source *source = check(L);
  lua_Integer limit = luaL_checkinteger(L, 2);
  luaL_argcheck(L, limit >= 0, 2, "0 or more bytes expected");
  redbook_source_keep(source, (uint64_t)limit, lua_toboolean(L, 3));
  lua_pushboolean(L, 1);
  return 1;
}

/***
Another AudioSource with the same sound, scanned already, which can be read at the same time:
both read what the scan has kept (see Keep).
@function AudioSource:Clone
@treturn[1] AudioSource
@return[2] nil
@treturn[2] Error err E_FAIL: nothing has been kept; 0500 while it is read
*/
static int clone_source(lua_State *L) {
  struct redbook_source *source = check(L);
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, 0);
  box->core = redbook_source_clone(source, &err);
  return box->core ? 1 : redbook_return_error(L, &err);
}

/***
Bytes that the last scan has kept, 0 when none. 0500 is raised while an operation reads the
source.
@field AudioSource.Kept
*/
static int kept(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)redbook_source_kept(check(L)));
  return 1;
}

/***
Length in sectors, the last one padded. Scans when the header does not tell for certain.
@field AudioSource.Sectors
*/
/***
CRC-32 (IEEE 802.3) of all sectors, padding included. Scans when nobody has; 0500 is raised
while an operation reads the source.
@field AudioSource.CRC32
*/
/***
How many samples had to be clipped. Scans when nobody has.
@field AudioSource.ClippedSamples
*/
/***
How many frames the limiter has turned down. Scans when nobody has.
@field AudioSource.LimitedFrames
*/
/***
The highest sample of the sound at 44.1 kHz, after the gain, before dither and clamp; 1 = full
scale. Scans when nobody has.
@field AudioSource.Peak
*/

/* For the chunk. scanned(source) -> sectors, crc32, clipped samples, peak, limited
 * frames; or nothing */
static int scanned(lua_State *L) {
  const struct redbook_source_scan *scan = redbook_source_scanned(check(L));
  if (!scan) return 0;
  lua_pushinteger(L, scan->sectors);
  lua_pushinteger(L, scan->crc32);
  lua_pushinteger(L, (lua_Integer)scan->clipped_samples);
  lua_pushnumber(L, (lua_Number)scan->peak);
  lua_pushinteger(L, (lua_Integer)scan->limited_frames);
  return 5;
}

/* For the chunk. announced(source) -> sectors; or nothing */
static int announced(lua_State *L) {
  int64_t sectors = redbook_source_announced_sectors(check(L));
  if (sectors < 0) return 0;
  lua_pushinteger(L, sectors);
  return 1;
}

int redbook_source_figures(lua_State *L) {
  lua_pushcfunction(L, scanned);
  lua_pushcfunction(L, announced);
  lua_pushcfunction(L, kept);
  return 3;
}

/***
What the file is: container, encoding, sample_rate (Hz), channels, bits (0 when lossy), exact
(true when it passes bit-exactly), announced_frames (at its own rate; nil when unknown).
@field AudioSource.Format
*/
static int get_format(lua_State *L) {
  const struct redbook_source_format *format = redbook_source_format(check(L));
  lua_createtable(L, 0, 7);
  redbook_field_text_if_any(L, "container", format->container);
  redbook_field_text_if_any(L, "encoding", format->encoding);
  redbook_field_integer(L, "sample_rate", format->sample_rate);
  redbook_field_integer(L, "channels", format->channels);
  redbook_field_integer(L, "bits", format->bits);
  lua_pushboolean(L, format->exact);
  lua_setfield(L, -2, "exact");
  if (format->announced_frames >= 0)
    redbook_field_integer(L, "announced_frames", format->announced_frames);
  return 1;
}

/***
Tags in UTF-8; those that are absent are nil: title, artist, album, album_artist, composer,
date, genre, track_number, disc_number, comment, isrc (12 characters); replaygain_track_gain and
replaygain_album_gain (dB), replaygain_track_peak and replaygain_album_peak (1 = full scale),
r128_track_gain and r128_album_gain (dB to -23 LUFS); gapless (true); cue_sheet (the embedded
one, in whatever encoding it has). Several artists, composers or genres are joined by ", ".
@field AudioSource.Tags
*/
static int get_tags(lua_State *L) {
  redbook_push_source_tags(L, check(L));
  return 1;
}

/***
The path, or what else the messages call it.
@field AudioSource.Name
*/
static int get_name(lua_State *L) {
  lua_pushstring(L, redbook_source_name(check(L)));
  return 1;
}

static int release(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  struct redbook_source *source = box->core;
  box->core = NULL;
  redbook_source_unref(source);
  return 0;
}

/***
Drops the file; a track that is being written keeps its own hold of it. Also `__close`.
@function AudioSource:Close
@treturn boolean true
*/
static int close_source(lua_State *L) {
  release(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int to_string(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  lua_pushfstring(L, CLASS " (%s)", box->core ? redbook_source_name(box->core) : "closed");
  return 1;
}

void redbook_register_source(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"BeginScan", begin_scan}, {"BeginRender", begin_render}, {"Keep", keep},
      {"Clone", clone_source},   {"Close", close_source},       {NULL, NULL}};
  static const struct redbook_property properties[] = {{"Format", get_format, NULL},
                                                       {"Tags", get_tags, NULL},
                                                       {"Name", get_name, NULL},
                                                       {NULL, NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", release}, {"__close", release}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, properties,
                                             redbook_source_measures};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
