/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that Lua's own library cannot write safely. */
/***
@submodule redbook.core
*/
#include "base/replace.h"

#include "lua/classes.h"
#include "lua/error.h"

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

void redbook_add_files(lua_State *L) {
  lua_pushcfunction(L, replace_file);
  lua_setfield(L, -2, "replace_file");
}
