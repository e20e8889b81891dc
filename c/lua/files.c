/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that Lua's own library cannot write safely. */
/***
@submodule redbook.core
*/
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

void redbook_add_files(lua_State *L) {
  lua_pushcfunction(L, replace_file);
  lua_setfield(L, -2, "replace_file");
  lua_pushcfunction(L, temporary_room);
  lua_setfield(L, -2, "temporary_room");
}
