/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disc's contents as a table: Recorder:DiscContents and read_image. */
/***
@submodule redbook.core
*/
#include "drive/contents.h"

#include <stdio.h>

#include "drive/image.h"
#include "drive/recorder.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"

static void push_track(lua_State *L, const struct redbook_contents_track *track) {
  lua_createtable(L, 0, 12);
  redbook_field_integer(L, "Number", track->number);
  redbook_field_integer(L, "Session", track->session);
  redbook_field_boolean(L, "Open", track->open);
  redbook_field_integer(L, "Start", track->start);
  redbook_field_integer(L, "Sectors", track->sectors);
  if (track->pregap >= 0) redbook_field_integer(L, "Pregap", track->pregap);
  redbook_field_integer(L, "Control", track->control);
  redbook_field_boolean(L, "Data", track->control & REDBOOK_CONTROL_DATA);
  redbook_field_boolean(L, "PreEmphasis", (track->control & 5) == 1);
  redbook_field_boolean(L, "CopyPermitted", track->control & 2);
  redbook_field_boolean(L, "FourChannels", (track->control & 12) == 8);
  redbook_field_text_if_any(L, "ISRC", track->isrc);
}

static void push_session(lua_State *L, const struct redbook_session *session) {
  lua_createtable(L, 0, 4);
  redbook_field_integer(L, "Number", session->number);
  redbook_field_integer(L, "FirstTrack", session->first);
  redbook_field_integer(L, "LastTrack", session->last);
  redbook_field_integer(L, "LeadOut", session->lead_out);
}

static void push_atip(lua_State *L, const struct redbook_atip *atip) {
  uint8_t msf[3];
  char text[16];
  redbook_lba_to_msf(atip->lead_in, msf);
  (void)snprintf(text, sizeof text, "%02u:%02u:%02u", msf[0], msf[1], msf[2]);
  lua_createtable(L, 0, 6);
  redbook_field_integer(L, "LeadIn", atip->lead_in);
  redbook_field_text_if_any(L, "LeadInTime", text);
  redbook_field_integer(L, "LastLeadOut", atip->lead_out_limit);
  redbook_field_boolean(L, "Rewritable", atip->rewritable);
  redbook_field_integer(L, "Power", atip->power);
  redbook_field_integer(L, "ReferenceSpeed", atip->reference_speed);
}

/* A table in field `key` (of the table on top), made when it is not there; left on top. */
static void push_field(lua_State *L, const char *key) {
  if (lua_getfield(L, -1, key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, key);
}

/* The block's table on top. */
static void add_text(lua_State *L, const struct redbook_cd_text_entry *entry,
                     const char *kind) {
  int top = lua_gettop(L);
  if (entry->kind == REDBOOK_CD_TEXT_LANGUAGE || entry->kind == REDBOOK_CD_TEXT_GENRE_NAME) {
    lua_pushstring(L, entry->text);
    lua_setfield(L, -2, kind);
    return;
  }
  push_field(L, entry->track ? "Tracks" : "Album");
  if (entry->track && lua_rawgeti(L, -1, entry->track) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, entry->track);
  }
  redbook_field_text_if_any(L, kind, entry->text);
  lua_settop(L, top);
}

/* A list of blocks in their order on the disc. */
static void push_cd_text(lua_State *L, const struct redbook_cd_text *text) {
  struct redbook_cd_text_entry entry;
  size_t at = 0;
  lua_Integer count = 0;
  int block = -1;
  lua_newtable(L);
  while (redbook_cd_text_next(text, &at, &entry)) {
    const char *kind = redbook_cd_text_kind(entry.kind);
    if (!kind) continue;
    if (entry.block != block) {
      block = entry.block;
      lua_newtable(L);
      push_field(L, "Album");
      lua_pop(L, 1);
      push_field(L, "Tracks");
      lua_pop(L, 1);
      lua_rawseti(L, -2, ++count);
    }
    lua_rawgeti(L, -1, count);
    add_text(L, &entry, kind);
    lua_pop(L, 1);
  }
}

static void push_contents(lua_State *L, const struct redbook_contents *contents) {
  lua_createtable(L, 0, 9);
  lua_createtable(L, (int)contents->sessions, 0);
  for (unsigned i = 0; i < contents->sessions; i++) {
    push_session(L, &contents->session[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "Sessions");
  lua_createtable(L, (int)contents->tracks, 0);
  for (unsigned i = 0; i < contents->tracks; i++) {
    push_track(L, &contents->track[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "Tracks");
  if (contents->sessions) {
    redbook_field_integer(L, "FirstTrack", contents->session[0].first);
    redbook_field_integer(L, "LastTrack", contents->session[contents->sessions - 1].last);
    redbook_field_integer(L, "LeadOut", contents->lead_out);
  }
  redbook_field_text_if_any(L, "MediaCatalogNumber", contents->catalog);
  redbook_field_text_if_any(L, "Problem", contents->problem);
  push_cd_text(L, &contents->text);
  lua_setfield(L, -2, "CDText");
  if (!contents->has_atip) return;
  push_atip(L, &contents->atip);
  lua_setfield(L, -2, "ATIP");
}

static int push_in_peace(lua_State *L) {
  const struct redbook_contents *contents = lua_touserdata(L, 1);
  push_contents(L, contents);
  return 1;
}

/* The texts are given back whatever Lua says about memory. */
static int give(lua_State *L, struct redbook_contents *contents) {
  lua_pushcfunction(L, push_in_peace);
  lua_pushlightuserdata(L, contents);
  int status = lua_pcall(L, 1, 1, 0);
  redbook_contents_free(contents);
  return status == LUA_OK ? 1 : lua_error(L);
}

/***
What is on the disc in the drive, without preparing it: `Sessions` (closed ones: Number,
FirstTrack, LastTrack, LeadOut), `Tracks` (Number, Session, Open, Start, Sectors, Pregap,
Control, Data, PreEmphasis, CopyPermitted, FourChannels, ISRC), FirstTrack, LastTrack, LeadOut,
MediaCatalogNumber, `CDText` (a list of blocks: Language, GenreName, Album, Tracks), `ATIP`,
Problem (CD-TEXT that could not be understood). A blank disc has no tracks. Blocks for as long
as the drive takes: it is asked for every track's ISRC.
@function Recorder:DiscContents
@treturn[1] table
@return[2] nil
@treturn[2] Error err 0202 no disc, 0205 becoming ready, 0210 held by somebody, 0500 while an
operation runs
*/
int redbook_recorder_disc_contents(lua_State *L) {
  struct redbook_recorder *recorder = redbook_check_recorder(L, 1);
  struct redbook_contents contents;
  struct redbook_error err;
  redbook_error_clear(&err);
  struct redbook_drive *drive = redbook_recorder_enter(recorder, &err);
  if (!drive) return redbook_return_error(L, &err);
  bool ok = redbook_contents_read(drive, &contents, &err);
  redbook_recorder_leave(recorder, drive);
  return ok ? give(L, &contents) : redbook_return_error(L, &err);
}

/***
What is in an image of a disc: .cue with its data file, .toc of cdrdao, .nrg. libcdio reads it,
in a child process, since damaged images make it fail in every way. The same table as
Recorder:DiscContents, without ATIP; one session. What libcdio would read wrongly is refused.
@function read_image
@string path
@treturn[1] table
@return[2] nil
@treturn[2] Error err
*/
static int read_image(lua_State *L) {
  struct redbook_contents contents;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_image_read(redbook_check_text(L, 1), &contents, &err))
    return redbook_return_error(L, &err);
  return give(L, &contents);
}

void redbook_add_read_image(lua_State *L) {
  static const luaL_Reg functions[] = {{"read_image", read_image}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
