/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Error objects: a table with metatable `redbook.Error` made from a struct redbook_error, the
 * only way by which failures of the world reach Lua. */
#ifndef REDBOOK_LUA_ERROR_H
#define REDBOOK_LUA_ERROR_H

#include <lua.h>

#include "base/error.h"

/* Creates the metatable. */
void redbook_error_register(lua_State *L);
/* The table of a sense that is valid. */
void redbook_push_sense(lua_State *L, const struct redbook_sense *sense);
void redbook_push_error(lua_State *L, const struct redbook_error *err);
/* nil, err */
int redbook_return_error(lua_State *L, const struct redbook_error *err);
/* true, or nil, err */
int redbook_return_done(lua_State *L, bool ok, const struct redbook_error *err);
/* true, with a success code other than S_OK: true, remark */
int redbook_return_remark(lua_State *L, uint32_t code);
/* Raises the error object (properties do). */
int redbook_raise(lua_State *L, const struct redbook_error *err);
/* The error object of a bare code (remarks). */
void redbook_push_code(lua_State *L, uint32_t code);
/* `redbook.errors`: name -> code, code -> row. */
void redbook_push_errors(lua_State *L);

#endif
