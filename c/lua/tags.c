/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tags for Lua: of an AudioSource, and of a file that nobody has opened as sound. */
/***
@submodule redbook.core
*/
#include "audio/tag.h"

#include <stdlib.h>
#include <string.h>

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"

static void number_if_any(lua_State *L, const char *key,
                          const struct redbook_tag_number *number) {
  if (!number->known) return;
  lua_pushnumber(L, number->value);
  lua_setfield(L, -2, key);
}

static void push_texts(lua_State *L, const struct redbook_source_tags *tags) {
  redbook_field_text_if_any(L, "title", tags->title);
  redbook_field_text_if_any(L, "artist", tags->artist);
  redbook_field_text_if_any(L, "album", tags->album);
  redbook_field_text_if_any(L, "album_artist", tags->album_artist);
  redbook_field_text_if_any(L, "composer", tags->composer);
  redbook_field_text_if_any(L, "date", tags->date);
  redbook_field_text_if_any(L, "genre", tags->genre);
  redbook_field_text_if_any(L, "track_number", tags->track_number);
  redbook_field_text_if_any(L, "disc_number", tags->disc_number);
  redbook_field_text_if_any(L, "comment", tags->comment);
  redbook_field_text_if_any(L, "isrc", tags->isrc);
}

static void push_tags(lua_State *L, const struct redbook_source_tags *tags) {
  lua_createtable(L, 0, 16);
  push_texts(L, tags);
  number_if_any(L, "replaygain_track_gain", &tags->replaygain_track_gain);
  number_if_any(L, "replaygain_album_gain", &tags->replaygain_album_gain);
  number_if_any(L, "replaygain_track_peak", &tags->replaygain_track_peak);
  number_if_any(L, "replaygain_album_peak", &tags->replaygain_album_peak);
  number_if_any(L, "r128_track_gain", &tags->r128_track_gain);
  number_if_any(L, "r128_album_gain", &tags->r128_album_gain);
  if (tags->gapless) redbook_field_boolean(L, "gapless", true);
}

/* The cue sheet is not kept, it may be long: it is read from the file when it is asked for. */
static void push_cue_sheet(lua_State *L, char *sheet) {
  if (sheet) {
    lua_pushstring(L, sheet);
    lua_setfield(L, -2, "cue_sheet");
  }
  free(sheet);
}

void redbook_push_source_tags(lua_State *L, const struct redbook_source *source) {
  struct redbook_source_tags unused;
  char *sheet = NULL;
  push_tags(L, redbook_source_tags(source));
  if (strcmp(redbook_source_format(source)->container, "raw PCM") != 0)
    (void)redbook_tags_of_file(redbook_source_name(source), &unused, &sheet, NULL);
  push_cue_sheet(L, sheet);
}

/***
The tags of a file, without a look at its sound: what `AudioSource.Tags` has, of the kinds that
redbook reads itself (FLAC, Ogg, MP3, MP4, WavPack, APE, Musepack, WAV, AIFF). No tags: an
empty table, also for files that are no sound.
@function file_tags
@string path
@treturn[1] table
@return[2] nil
@treturn[2] Error err 80070002 no such file, 80070005 no permission, 050D no regular file
*/
static int file_tags(lua_State *L) {
  struct redbook_error err;
  struct redbook_source_tags tags;
  char *sheet = NULL;
  redbook_error_clear(&err);
  if (!redbook_tags_of_file(redbook_check_text(L, 1), &tags, &sheet, &err))
    return redbook_return_error(L, &err);
  push_tags(L, &tags);
  push_cue_sheet(L, sheet);
  return 1;
}

void redbook_add_tags(lua_State *L) {
  lua_pushcfunction(L, file_tags);
  lua_setfield(L, -2, "file_tags");
}
