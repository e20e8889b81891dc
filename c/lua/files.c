/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that Lua's own library cannot write safely. */
/***
@submodule redbook.core
*/
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hold_file.h"
#include "base/replace.h"
#include "base/spool.h"

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"

/***
Replaces a file as a whole: after a crash at any moment there is the old one or the new one.
Without `data` nothing is written: it is tried whether that would work.
@function replace_file
@string path
@string[opt] data
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
static int replace_file(lua_State *L) {
  struct redbook_error err;
  size_t length = 0;
  const char *path = redbook_check_text(L, 1);
  const char *data = luaL_optlstring(L, 2, NULL, &length);
  redbook_error_clear(&err);
  bool ok =
      data ? redbook_replace_file(path, data, length, &err) : redbook_replace_check(path, &err);
  return redbook_return_done(L, ok, &err);
}

/***
Makes a folder that only this user can look into, if it is not there yet; not what is missing
above it.
@function private_folder
@string path
@treturn[1] boolean true
@return[2] nil
@treturn[2] Error err
*/
static int private_folder(lua_State *L) {
  struct redbook_error err;
  struct stat st;
  const char *path = redbook_check_text(L, 1);
  redbook_error_clear(&err);
  bool ok = mkdir(path, S_IRWXU) == 0 || (errno == EEXIST && stat(path, &st) == 0 &&
                                          (S_ISDIR(st.st_mode) || (errno = ENOTDIR, false)));
  if (!ok) (void)redbook_fail_file(&err, errno, "the folder %s cannot be made", path);
  return redbook_return_done(L, ok, &err);
}

/***
Where temporary files for sound go (`TMPDIR`, else `/var/tmp`, else `/tmp`), and what is free
there.
@function temporary_room
@treturn[1] table folder, free (bytes, for this user), in_memory (true: a file there is memory)
@return[2] nil
@treturn[2] Error err
*/
static int temporary_room(lua_State *L) {
  struct redbook_spool_room room;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_spool_room(&room, &err)) return redbook_return_error(L, &err);
  lua_createtable(L, 0, 3);
  redbook_field_text_if_any(L, "folder", room.folder);
  redbook_field_integer(L, "free", (lua_Integer)room.free);
  lua_pushboolean(L, room.in_memory);
  lua_setfield(L, -2, "in_memory");
  return 1;
}

static int close_held(lua_State *L) {
  luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  return luaL_fileresult(L, fclose(stream->f) == 0, NULL);
}

/***
Makes a file for this user alone, and locks it (flock(2)) as long as it stays open here: two
processes, or two parts of one, do not do the same. Its holder may remove it.
@function hold_file
@string path
@treturn[1] file file open file of Lua's io; closing it lets go
@treturn[2] boolean false when somebody else holds it
@return[3] nil
@treturn[3] Error err
*/
static int hold_file(lua_State *L) {
  struct redbook_error err;
  int fd;
  const char *path = redbook_check_text(L, 1);
  luaL_Stream *stream = lua_newuserdatauv(L, sizeof *stream, 0);
  stream->closef = NULL; /* closed, until there is a file */
  luaL_setmetatable(L, LUA_FILEHANDLE);
  redbook_error_clear(&err);
  if (!redbook_hold_file(path, &fd, &err)) return redbook_return_error(L, &err);
  if (fd < 0) {
    lua_pushboolean(L, false);
    return 1;
  }
  stream->f = fdopen(fd, "r+");
  if (!stream->f) {
    (void)redbook_fail_errno(&err, errno, "%s cannot be locked", path);
    (void)close(fd);
    return redbook_return_error(L, &err);
  }
  stream->closef = close_held;
  return 1;
}

void redbook_add_files(lua_State *L) {
  lua_pushcfunction(L, replace_file);
  lua_setfield(L, -2, "replace_file");
  lua_pushcfunction(L, hold_file);
  lua_setfield(L, -2, "hold_file");
  lua_pushcfunction(L, private_folder);
  lua_setfield(L, -2, "private_folder");
  lua_pushcfunction(L, temporary_room);
  lua_setfield(L, -2, "temporary_room");
}
