/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Userdata classes with methods and Get/Set properties.
 *
 * An object is a box that holds a pointer to a reference counted C core. The box is made inert
 * (NULL), then gets its metatable, then its resources, so that __gc may meet it at any moment.
 * Reading looks a member up among the methods, then among the properties; an unknown one is
 * nil. Writing an unknown or read-only member raises.
 */
#ifndef REDBOOK_LUA_CLASS_H
#define REDBOOK_LUA_CLASS_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* `get` finds the object at 1 and returns one value; `set` the object at 1, the value at 2.
 * NULL `set`: read-only. */
struct redbook_property {
  const char *name;
  lua_CFunction get, set;
};

struct redbook_class {
  const char *name;            /* "redbook.Recorder": the registry's key and __name */
  const luaL_Reg *methods;     /* ends with {NULL, NULL} */
  const luaL_Reg *metamethods; /* __gc, __close, __tostring, ... */
  const struct redbook_property *properties; /* ends with {NULL, NULL, NULL}; may be NULL */
  const struct redbook_property *more;       /* a second list; may be NULL */
};

/* What every userdata of a redbook class begins with. */
struct redbook_box {
  void *core; /* NULL: not open yet, or closed */
};

/* Creates the metatable. Pushes nothing. Its fields `__methods`, `__properties` (name ->
 * property, Lua getter, or { getter, setter }) let the embedded chunk add members; `__members`
 * (name -> "method", "read-only" or "read-write") is what the stubs are compared with. */
void redbook_class_register(lua_State *L, const struct redbook_class *class);
/* Methods from another file. */
void redbook_class_add_methods(lua_State *L, const char *class, const luaL_Reg *methods);

/* Pushes a new inert object of `size` bytes (zeroed) with `values` user values. */
void *redbook_box_new(lua_State *L, const char *class, size_t size, int values);
/* The object at `index`, open or closed; raises when it is of another class. */
void *redbook_box_check(lua_State *L, int index, const char *class);
/* The same, and raises "attempt to use a closed X" when it is closed. */
void *redbook_box_open(lua_State *L, int index, const char *class);

#define REDBOOK_CHUNK_NAME "=redbook.core"

/* As luaL_error, blaming the first Lua code outside the embedded chunk: wrong use is the
 * caller's. */
int redbook_misuse(lua_State *L, const char *format, ...) __attribute__((noreturn));

/* "Recorder" of "redbook.Recorder". */
const char *redbook_class_noun(const char *class);

/* The value at 2 of a setter, strictly of its type; raises naming `member`. */
bool redbook_set_boolean(lua_State *L, const char *member);
lua_Integer redbook_set_integer(lua_State *L, const char *member);
const char *redbook_set_string(lua_State *L, const char *member);

/* A string argument without zero bytes (paths, ids). */
const char *redbook_check_text(lua_State *L, int index);

#endif
