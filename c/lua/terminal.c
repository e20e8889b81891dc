/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How wide the window is that somebody looks at. */
/***
@submodule redbook.core
*/
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lua/classes.h"

/***
How many columns a terminal has, asked anew each time: a window may have changed its size.
@function terminal_columns
@tparam file file an open file of Lua's io
@treturn[1] integer columns, 0 when the terminal does not know
@return[2] nil when `file` is closed or no terminal
*/
static int terminal_columns(lua_State *L) {
  const luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  struct winsize size = {0};
  int fd = stream->closef ? fileno(stream->f) : -1;
  if (fd < 0 || !isatty(fd)) {
    lua_pushnil(L);
    return 1;
  }
  if (ioctl(fd, TIOCGWINSZ, &size) < 0) size.ws_col = 0;
  lua_pushinteger(L, size.ws_col);
  return 1;
}

void redbook_add_terminal(lua_State *L) {
  lua_pushcfunction(L, terminal_columns);
  lua_setfield(L, -2, "terminal_columns");
}
