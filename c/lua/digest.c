/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests for Lua: what a manifest and a disc id are made of. */
/***
@submodule redbook.core
*/
#include "base/digest.h"

#include "lua/classes.h"
#include "lua/error.h"

/***
The SHA-256 of a whole file, as sha256sum prints it.
@function sha256_file
@string path
@treturn[1] string 64 hexadecimal digits
@return[2] nil
@treturn[2] Error err
*/
static int sha256_file(lua_State *L) {
  struct redbook_error err;
  uint8_t digest[REDBOOK_SHA256_SIZE];
  char text[REDBOOK_HEX_SIZE(REDBOOK_SHA256_SIZE)];
  redbook_error_clear(&err);
  if (!redbook_sha256_file(redbook_check_text(L, 1), digest, &err))
    return redbook_return_error(L, &err);
  lua_pushstring(L, redbook_hex(digest, sizeof digest, text));
  return 1;
}

/***
The SHA-1 of a string of bytes.
@function sha1
@string bytes
@treturn string 20 bytes
*/
static int sha1(lua_State *L) {
  size_t length;
  uint8_t digest[REDBOOK_SHA1_SIZE];
  const char *bytes = luaL_checklstring(L, 1, &length);
  redbook_sha1(bytes, length, digest);
  lua_pushlstring(L, (const char *)digest, sizeof digest);
  return 1;
}

/***
Bytes in base64 (RFC 4648), padded with `=`, without line ends.
@function base64
@string bytes
@treturn string
*/
static int base64(lua_State *L) {
  size_t length;
  luaL_Buffer buffer;
  const char *bytes = luaL_checklstring(L, 1, &length);
  char *text = luaL_buffinitsize(L, &buffer, REDBOOK_BASE64_SIZE(length));
  redbook_base64(bytes, length, text);
  luaL_pushresultsize(&buffer, REDBOOK_BASE64_SIZE(length) - 1);
  return 1;
}

void redbook_add_digests(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"sha256_file", sha256_file}, {"sha1", sha1}, {"base64", base64}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
