/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Userdata classes: registration, member lookup, boxes, setters' arguments. */
#include "lua/class.h"

#include <stdarg.h>
#include <string.h>

/* Upvalues of __index and __newindex. */
enum {
  CLASS = lua_upvalueindex(1),
  METHODS = lua_upvalueindex(2),
  MEMBERS = lua_upvalueindex(3)
};

const char *redbook_class_noun(const char *class) {
  const char *dot = strrchr(class, '.');
  return dot ? dot + 1 : class;
}

static void push_place(lua_State *L) {
  lua_Debug frame;
  for (int level = 1; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline <= 0 || !strcmp(frame.source, REDBOOK_CHUNK_NAME)) continue;
    lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
    return;
  }
  lua_pushliteral(L, "");
}

int redbook_misuse(lua_State *L, const char *format, ...) {
  va_list arguments;
  push_place(L);
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  lua_concat(L, 2);
  lua_error(L);
  __builtin_unreachable();
}

static int return_one(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  lua_settop(L, 1);
  return 1;
}

/* A property whose getter is written in Lua (embedded chunk): called so that it may yield. */
static int call_getter(lua_State *L) {
  lua_replace(L, 2);
  lua_pushvalue(L, 1);
  lua_remove(L, 1);
  lua_callk(L, 1, 1, 0, return_one);
  return return_one(L, LUA_OK, 0);
}

static int get_member(lua_State *L) {
  redbook_box_check(L, 1, lua_tostring(L, CLASS));
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, METHODS) != LUA_TNIL) return 1;
  lua_pushvalue(L, 2);
  int type = lua_rawget(L, MEMBERS);
  if (type == LUA_TTABLE) type = lua_rawgeti(L, -1, 1);
  if (type == LUA_TFUNCTION) {
    lua_replace(L, 3);
    lua_settop(L, 3);
    return call_getter(L);
  }
  if (type != LUA_TLIGHTUSERDATA) return 0;
  const struct redbook_property *property = lua_touserdata(L, -1);
  lua_settop(L, 1);
  return property->get(L);
}

static int refuse_member(lua_State *L, const char *why) {
  const char *key = luaL_tolstring(L, 2, NULL);
  return redbook_misuse(L, "cannot set '%s' of a %s: %s", key,
                        redbook_class_noun(lua_tostring(L, CLASS)), why);
}

static int set_member(lua_State *L) {
  redbook_box_check(L, 1, lua_tostring(L, CLASS));
  lua_settop(L, 3);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, METHODS) != LUA_TNIL) return refuse_member(L, "it is a method");
  lua_pushvalue(L, 2);
  int type = lua_rawget(L, MEMBERS);
  if (type == LUA_TNIL) return refuse_member(L, "there is no such member");
  if (type == LUA_TTABLE) {
    lua_rawgeti(L, -1, 2);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    lua_call(L, 2, 0);
    return 0;
  }
  const struct redbook_property *property = lua_touserdata(L, -1);
  if (!property || !property->set) return refuse_member(L, "it is read-only");
  lua_settop(L, 3);
  lua_remove(L, 2);
  return property->set(L);
}

static void add_properties(lua_State *L, const struct redbook_property *property) {
  for (; property && property->name; property++) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)property);
    lua_setfield(L, -2, property->name);
  }
}

static void add_property_names(lua_State *L, const struct redbook_property *property) {
  for (; property && property->name; property++) {
    lua_pushstring(L, property->set ? "read-write" : "read-only");
    lua_setfield(L, -2, property->name);
  }
}

static void add_method_names(lua_State *L, const luaL_Reg *method) {
  for (; method->name; method++) {
    lua_pushliteral(L, "method");
    lua_setfield(L, -2, method->name);
  }
}

static void push_members(lua_State *L, const struct redbook_class *class) {
  lua_newtable(L);
  add_method_names(L, class->methods);
  add_property_names(L, class->properties);
  add_property_names(L, class->more);
}

void redbook_class_register(lua_State *L, const struct redbook_class *class) {
  luaL_newmetatable(L, class->name);
  int meta = lua_gettop(L);
  luaL_setfuncs(L, class->metamethods, 0);
  lua_newtable(L);
  luaL_setfuncs(L, class->methods, 0);
  lua_setfield(L, meta, "__methods");
  lua_newtable(L);
  add_properties(L, class->properties);
  add_properties(L, class->more);
  lua_setfield(L, meta, "__properties");
  push_members(L, class);
  lua_setfield(L, meta, "__members");
  static const luaL_Reg access[] = {
      {"__index", get_member}, {"__newindex", set_member}, {NULL, NULL}};
  lua_pushstring(L, class->name);
  lua_getfield(L, meta, "__methods");
  lua_getfield(L, meta, "__properties");
  lua_pushvalue(L, meta);
  lua_insert(L, -4);
  luaL_setfuncs(L, access, 3);
  lua_settop(L, meta - 1);
}

void redbook_class_add_methods(lua_State *L, const char *class, const luaL_Reg *methods) {
  int top = lua_gettop(L);
  luaL_getmetatable(L, class);
  lua_getfield(L, -1, "__methods");
  luaL_setfuncs(L, methods, 0);
  lua_getfield(L, -2, "__members");
  add_method_names(L, methods);
  lua_settop(L, top);
}

void *redbook_box_new(lua_State *L, const char *class, size_t size, int values) {
  void *box = lua_newuserdatauv(L, size, values);
  memset(box, 0, size);
  luaL_setmetatable(L, class);
  return box;
}

void *redbook_box_check(lua_State *L, int index, const char *class) {
  void *box = luaL_testudata(L, index, class);
  if (!box) redbook_misuse(L, "%s expected, got %s", class, luaL_typename(L, index));
  return box;
}

void *redbook_box_open(lua_State *L, int index, const char *class) {
  struct redbook_box *box = redbook_box_check(L, index, class);
  if (!box->core) redbook_misuse(L, "attempt to use a closed %s", redbook_class_noun(class));
  return box;
}

static void expect(lua_State *L, int type, const char *member) {
  if (lua_type(L, 2) != type)
    redbook_misuse(L, "cannot set '%s': %s expected, got %s", member, lua_typename(L, type),
                   luaL_typename(L, 2));
}

bool redbook_set_boolean(lua_State *L, const char *member) {
  expect(L, LUA_TBOOLEAN, member);
  return lua_toboolean(L, 2);
}

lua_Integer redbook_set_integer(lua_State *L, const char *member) {
  expect(L, LUA_TNUMBER, member);
  int whole;
  lua_Integer value = lua_tointegerx(L, 2, &whole);
  if (!whole) redbook_misuse(L, "cannot set '%s': an integer expected", member);
  return value;
}

const char *redbook_set_string(lua_State *L, const char *member) {
  expect(L, LUA_TSTRING, member);
  size_t length;
  const char *text = lua_tolstring(L, 2, &length);
  if (strlen(text) != length)
    redbook_misuse(L, "cannot set '%s': it holds a zero byte", member);
  return text;
}

const char *redbook_check_text(lua_State *L, int index) {
  luaL_checktype(L, index, LUA_TSTRING);
  size_t length;
  const char *text = lua_tolstring(L, index, &length);
  luaL_argcheck(L, strlen(text) == length, index, "the string holds a zero byte");
  return text;
}
