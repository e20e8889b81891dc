/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in other encodings, which playlists of other machines have. */
/***
@submodule redbook.core
*/
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

#include "lua/classes.h"

/***
Text as UTF-8.
@function to_utf8
@string bytes
@string encoding as iconv(3) names it, "CP932"
@treturn ?string nil when the bytes are no text in it, or the machine does not know it
*/
static int to_utf8(lua_State *L) {
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length), *name = redbook_check_text(L, 2);
  size_t size = 4 * length + 16, room = size;
  char *text = lua_newuserdatauv(L, size, 0), *to = text; /* Lua's: nothing leaks */
  char *from = (char *)(uintptr_t)bytes;                  /* iconv(3) does not write there */
  iconv_t with = iconv_open("UTF-8", name);
  bool good = with != (iconv_t)-1;
  if (good) {
    good = iconv(with, &from, &length, &to, &room) != (size_t)-1 &&
           iconv(with, NULL, NULL, &to, &room) != (size_t)-1;
    (void)iconv_close(with);
  }
  if (good)
    lua_pushlstring(L, text, size - room);
  else
    lua_pushnil(L);
  return 1;
}

void redbook_add_charset(lua_State *L) {
  lua_pushcfunction(L, to_utf8);
  lua_setfield(L, -2, "to_utf8");
}
