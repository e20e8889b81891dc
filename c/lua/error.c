/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Error objects and the table of all codes. */
/***
@submodule redbook.core
*/
#include "lua/error.h"
#include "lua/field.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "mmc/cdb.h"
#include "mmc/sense.h"

#define CLASS "redbook.Error"

void redbook_push_sense(lua_State *L, const struct redbook_sense *sense) {
  char text[160];
  redbook_sense_text(sense, text, sizeof text);
  lua_createtable(L, 0, 6);
  redbook_field_integer(L, "key", sense->key);
  redbook_field_integer(L, "asc", sense->asc);
  redbook_field_integer(L, "ascq", sense->ascq);
  redbook_field_boolean(L, "deferred", sense->deferred);
  redbook_field_text(L, "text", text);
  lua_pushlstring(L, (const char *)sense->raw, sense->raw_length);
  lua_setfield(L, -2, "raw");
}

static const char *code_name(uint32_t code) {
  const struct redbook_code *row = redbook_code_find(code);
  return row ? row->name : "E_UNKNOWN";
}

void redbook_push_error(lua_State *L, const struct redbook_error *err) {
  luaL_checkstack(L, 4, "error object");
  lua_createtable(L, 0, 10);
  redbook_field_integer(L, "code", (lua_Integer)err->code);
  redbook_field_text(L, "name", code_name(err->code));
  redbook_field_text(L, "message", err->message);
  redbook_field_text(L, "advice", err->advice);
  redbook_field_boolean(L, "transient", err->transient);
  redbook_field_text(L, "disc", redbook_disc_state_name(err->disc));
  if (err->sense.valid) {
    redbook_push_sense(L, &err->sense);
    lua_setfield(L, -2, "sense");
  }
  if (err->opcode >= 0) {
    char opcode[48];
    redbook_field_text(L, "command",
                       redbook_opcode_name((unsigned)err->opcode, opcode, sizeof opcode));
  }
  if (err->has_lba) redbook_field_integer(L, "lba", err->lba);
  if (err->errno_value) redbook_field_integer(L, "errno", err->errno_value);
  luaL_setmetatable(L, CLASS);
}

int redbook_return_error(lua_State *L, const struct redbook_error *err) {
  lua_pushnil(L);
  redbook_push_error(L, err);
  return 2;
}

int redbook_return_done(lua_State *L, bool ok, const struct redbook_error *err) {
  if (!ok) return redbook_return_error(L, err);
  lua_pushboolean(L, 1);
  return 1;
}

void redbook_push_code(lua_State *L, uint32_t code) {
  struct redbook_error remark;
  const struct redbook_code *row = redbook_code_find(code);
  redbook_error_clear(&remark);
  redbook_fail(&remark, code, "%s", row ? row->message : "no further word about this code");
  redbook_push_error(L, &remark);
}

int redbook_return_remark(lua_State *L, uint32_t code) {
  lua_pushboolean(L, 1);
  if (code == REDBOOK_S_OK) return 1;
  redbook_push_code(L, code);
  return 2;
}

int redbook_raise(lua_State *L, const struct redbook_error *err) {
  redbook_push_error(L, err);
  return lua_error(L);
}

/* Copies the table at `index`; byte strings of sense data become hexadecimal, as in traces. */
static void push_copy(lua_State *L, int index) {
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pushvalue(L, -2);
    if (lua_istable(L, -2)) {
      push_copy(L, lua_absindex(L, -2));
    } else {
      lua_pushvalue(L, -2);
    }
    lua_rawset(L, -5);
    lua_pop(L, 1);
  }
}

static void push_hex(lua_State *L, const char *bytes, size_t length) {
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (size_t i = 0; i < length; i++) {
    char digits[4];
    snprintf(digits, sizeof digits, i ? " %02x" : "%02x", (unsigned char)bytes[i]);
    luaL_addstring(&buffer, digits);
  }
  luaL_pushresult(&buffer);
}

static void check_error(lua_State *L, int index) {
  luaL_checktype(L, index, LUA_TTABLE);
  if (lua_getmetatable(L, index)) {
    luaL_getmetatable(L, CLASS);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (same) return;
  }
  luaL_typeerror(L, index, CLASS);
}

/***
A plain copy without a metatable, for JSON: `sense.raw` is hexadecimal ("70 00 03 ...").
@function Error:as_table
@treturn table
*/
static int as_table(lua_State *L) {
  check_error(L, 1);
  push_copy(L, 1);
  if (lua_getfield(L, -1, "sense") == LUA_TTABLE && lua_getfield(L, -1, "raw") == LUA_TSTRING) {
    size_t length;
    const char *raw = lua_tolstring(L, -1, &length);
    push_hex(L, raw, length);
    lua_setfield(L, -3, "raw");
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return 1;
}

/* "There is no disc in the drive (E_IMAPI_RECORDER_MEDIA_NO_MEDIA, 0xC0AA0202)", one line. */
static int to_string(lua_State *L) {
  check_error(L, 1);
  lua_getfield(L, 1, "message");
  lua_getfield(L, 1, "name");
  lua_getfield(L, 1, "code");
  char code[16];
  snprintf(code, sizeof code, "0x%08X", (unsigned)lua_tointeger(L, -1));
  const char *message = luaL_tolstring(L, 2, NULL);
  size_t length = strlen(message);
  if (length && message[length - 1] == '.') length--;
  lua_pushlstring(L, message, length);
  const char *name = luaL_tolstring(L, 3, NULL);
  lua_pushfstring(L, "%s (%s, %s)", lua_tostring(L, -2), name, code);
  return 1;
}

static int concat(lua_State *L) {
  lua_settop(L, 2);
  luaL_tolstring(L, 1, NULL);
  luaL_tolstring(L, 2, NULL);
  lua_concat(L, 2);
  return 1;
}

void redbook_error_register(lua_State *L) {
  static const luaL_Reg meta[] = {
      {"__tostring", to_string}, {"__concat", concat}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"as_table", as_table}, {NULL, NULL}};
  luaL_newmetatable(L, CLASS);
  luaL_setfuncs(L, meta, 0);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

void redbook_push_errors(lua_State *L) {
  size_t count;
  const struct redbook_code *rows = redbook_codes(&count);
  lua_createtable(L, (int)count, (int)count);
  for (size_t i = 0; i < count; i++) {
    const struct redbook_code *row = &rows[i];
    lua_createtable(L, 0, 5);
    redbook_field_integer(L, "code", (lua_Integer)row->code);
    redbook_field_text(L, "name", row->name);
    redbook_field_text(L, "message", row->message);
    redbook_field_text(L, "advice", row->advice);
    redbook_field_boolean(L, "transient", row->transient);
    lua_rawseti(L, -2, (lua_Integer)row->code);
    redbook_field_integer(L, row->name, (lua_Integer)row->code);
  }
}
