/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A track's fingerprint as a Lua table of hexadecimal strings, which a manifest keeps, and
 * back. */
/***
@submodule redbook.core
*/
#include "audio/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/source.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"

#define S0_DIGITS 12u
#define S1_DIGITS 16u
#define BLOCK_DIGITS (S0_DIGITS + S1_DIGITS)
#define MOST_SECTORS 449850 /* 99:58:00 */
#define SECTOR REDBOOK_AUDIO_SECTOR_BYTES
#define RUN_OUT 2u /* sectors between a track-at-once track and the lead-out */

static void put_hex(char *out, uint64_t value, unsigned digits) {
  for (unsigned i = digits; i-- > 0; value >>= 4)
    out[i] = "0123456789abcdef"[value & 15];
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool get_hex(const char *text, unsigned digits, uint64_t *out) {
  *out = 0;
  for (unsigned i = 0; i < digits; i++) {
    int value = digit(text[i]);
    if (value < 0) return false;
    *out = *out << 4 | (uint64_t)value;
  }
  return true;
}

static void push_blocks(lua_State *L, const struct redbook_fingerprint *print) {
  const struct redbook_block *blocks = redbook_fingerprint_blocks(print);
  uint32_t count = redbook_fingerprint_block_count(redbook_fingerprint_sectors(print));
  luaL_Buffer buffer;
  char *out = luaL_buffinitsize(L, &buffer, (size_t)count * BLOCK_DIGITS);
  for (uint32_t i = 0; i < count; i++) {
    put_hex(out + (size_t)i * BLOCK_DIGITS, blocks[i].s0, S0_DIGITS);
    put_hex(out + (size_t)i * BLOCK_DIGITS + S0_DIGITS, blocks[i].s1, S1_DIGITS);
  }
  luaL_pushresultsize(&buffer, (size_t)count * BLOCK_DIGITS);
}

/* "" for silence. */
static void push_sector(lua_State *L, const uint8_t *data) {
  static const uint8_t silence[SECTOR];
  luaL_Buffer buffer;
  if (memcmp(data, silence, SECTOR) == 0) {
    lua_pushliteral(L, "");
    return;
  }
  char *out = luaL_buffinitsize(L, &buffer, 2 * (size_t)SECTOR);
  for (size_t i = 0; i < SECTOR; i++)
    put_hex(out + 2 * i, data[i], 2);
  luaL_pushresultsize(&buffer, 2 * (size_t)SECTOR);
}

void redbook_push_fingerprint(lua_State *L, const struct redbook_fingerprint *print) {
  lua_createtable(L, 0, 3);
  push_blocks(L, print);
  lua_setfield(L, -2, "Blocks");
  push_sector(L, redbook_fingerprint_head(print));
  lua_setfield(L, -2, "Head");
  push_sector(L, redbook_fingerprint_tail(print));
  lua_setfield(L, -2, "Tail");
}

void redbook_push_accuraterip(lua_State *L, const struct redbook_fingerprint *print) {
  static const struct {
    const char *name;
    bool first, last;
  } places[] = {{"First", true, false},
                {"Middle", false, false},
                {"Last", false, true},
                {"Only", true, true}};
  lua_createtable(L, 0, 4);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    uint32_t v1 = 0, v2 = 0;
    redbook_fingerprint_accuraterip(print, places[i].first, places[i].last, RUN_OUT, &v1, &v2);
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, v1);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, v2);
    lua_rawseti(L, -2, 2);
    lua_setfield(L, -2, places[i].name);
  }
}

/* The string `name` of the table at `index`, of this many digits or, when `empty`, none. */
static const char *check_digits(lua_State *L, int index, const char *name, size_t digits,
                                bool empty) {
  size_t length = 0;
  index = lua_absindex(L, index);
  lua_pushstring(L, name);
  lua_rawget(L, index);
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
  if (!text || (length != digits && !(empty && length == 0)))
    redbook_misuse(L, "AddTrack: Fingerprint.%s: a string of %d hexadecimal digits expected",
                   name, (int)digits);
  lua_pop(L, 1); /* the table keeps it */
  return length ? text : NULL;
}

static void read_sector(lua_State *L, const char *text, const char *name, uint8_t *out) {
  uint64_t value;
  memset(out, 0, SECTOR);
  for (size_t i = 0; text && i < SECTOR; i++) {
    if (!get_hex(text + 2 * i, 2, &value))
      redbook_misuse(L, "AddTrack: Fingerprint.%s has a character that is no hexadecimal digit",
                     name);
    out[i] = (uint8_t)value;
  }
}

struct redbook_fingerprint *redbook_check_fingerprint(lua_State *L, int index, uint32_t sectors,
                                                      uint32_t crc32,
                                                      struct redbook_error *err) {
  uint8_t head[SECTOR], tail[SECTOR];
  uint32_t count = redbook_fingerprint_block_count(sectors);
  luaL_checktype(L, index, LUA_TTABLE);
  const char *text = check_digits(L, index, "Blocks", (size_t)count * BLOCK_DIGITS, false);
  read_sector(L, check_digits(L, index, "Head", 2 * (size_t)SECTOR, true), "Head", head);
  read_sector(L, check_digits(L, index, "Tail", 2 * (size_t)SECTOR, true), "Tail", tail);
  struct redbook_block *blocks = lua_newuserdatauv(L, count * sizeof *blocks, 0);
  for (uint32_t i = 0; i < count; i++, text += BLOCK_DIGITS)
    if (!get_hex(text, S0_DIGITS, &blocks[i].s0) ||
        !get_hex(text + S0_DIGITS, S1_DIGITS, &blocks[i].s1))
      redbook_misuse(L,
                     "AddTrack: Fingerprint.Blocks has a character that is no hexadecimal "
                     "digit");
  struct redbook_fingerprint *print =
      redbook_fingerprint_restore(sectors, crc32, blocks, head, tail, err);
  lua_pop(L, 1);
  return print;
}

/* Sectors that are read at once. */
#define AT_ONCE 75

static bool read_sectors(FILE *file, uint32_t sectors, struct redbook_fingerprint *print) {
  uint8_t *data = malloc((size_t)AT_ONCE * SECTOR);
  uint32_t done = 0;
  while (data && done < sectors) {
    uint32_t most = sectors - done < AT_ONCE ? sectors - done : AT_ONCE;
    if (fread(data, SECTOR, most, file) != most) break;
    redbook_fingerprint_add(print, data, most);
    done += most;
  }
  free(data);
  return done == sectors;
}

/***
What a burn of these sectors would tell of them: the fields CRC32, Fingerprint and AccurateRip
of `TrackAtOnce.WrittenTracks`. Reads as fast as the file gives, some 100 ms for a minute of
sound at most.
@function fingerprint
@tparam file file headerless sound from where it stands on, as `AudioSource:Render` writes it
@int sectors so many of 2352 bytes
@treturn[1] table
@return[2] nil
@treturn[2] Error err
*/
static int fingerprint(lua_State *L) {
  struct redbook_error err;
  const luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  lua_Integer sectors = luaL_checkinteger(L, 2);
  luaL_argcheck(L, stream->closef != NULL, 1, "the file is closed");
  luaL_argcheck(L, sectors >= 1 && sectors <= MOST_SECTORS, 2, "1 to 449850 sectors");
  redbook_error_clear(&err);
  struct redbook_fingerprint *print = redbook_fingerprint_create((uint32_t)sectors, &err);
  if (!print) return redbook_return_error(L, &err);
  if (!read_sectors(stream->f, (uint32_t)sectors, print)) {
    redbook_fingerprint_unref(print);
    (void)redbook_fail(&err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                       "the file has fewer than %d sectors", (int)sectors);
    return redbook_return_error(L, &err);
  }
  lua_createtable(L, 0, 3);
  redbook_field_integer(L, "CRC32", redbook_fingerprint_crc32(print));
  redbook_push_fingerprint(L, print);
  lua_setfield(L, -2, "Fingerprint");
  redbook_push_accuraterip(L, print);
  lua_setfield(L, -2, "AccurateRip");
  redbook_fingerprint_unref(print);
  return 1;
}

void redbook_add_fingerprint(lua_State *L) {
  lua_pushcfunction(L, fingerprint);
  lua_setfield(L, -2, "fingerprint");
}
