/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DiscMaster: the optical drives of this machine (imapi2 3.1). Holds nothing; every call looks
 * again. */
/***
@submodule redbook.core
*/
#include <fcntl.h>
#include <unistd.h>

#include "drive/discovery.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"

#define CLASS REDBOOK_MASTER_CLASS
#define DRIVES 64u

enum { SYS = 1, DEV = 2, VALUES = 2 }; /* user values: where to look */

struct drives {
  struct redbook_drive_entry entries[DRIVES];
  unsigned count;
};

static bool look(lua_State *L, struct drives *drives, struct redbook_error *err) {
  redbook_box_open(L, 1, CLASS);
  lua_getiuservalue(L, 1, SYS);
  lua_getiuservalue(L, 1, DEV);
  redbook_error_clear(err);
  bool ok = redbook_discover(lua_tostring(L, -2), lua_tostring(L, -1), drives->entries, DRIVES,
                             &drives->count, err);
  lua_pop(L, 2);
  if (ok && drives->count > DRIVES) drives->count = DRIVES;
  return ok;
}

static void set_root(lua_State *L, int value, const char *name, const char *fallback) {
  lua_pushstring(L, redbook_option_string(L, 1, name, fallback));
  lua_setiuservalue(L, -2, value);
}

/***
The list of optical drives.
@function DiscMaster
@tparam[opt] table options `sys` and `dev`: where /sys and /dev are mounted (containers, tests)
@treturn DiscMaster
*/
static int create(lua_State *L) {
  static const struct redbook_option known[] = {{"sys", REDBOOK_OPTION_STRING, 0, 0},
                                                {"dev", REDBOOK_OPTION_STRING, 0, 0},
                                                {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  redbook_options_check(L, 1, "DiscMaster", known);
  lua_settop(L, 1);
  struct redbook_box *box = redbook_box_new(L, CLASS, sizeof *box, VALUES);
  box->core = box;
  set_root(L, SYS, "sys", "/sys");
  set_root(L, DEV, "dev", "/dev");
  return 1;
}

/***
The id of one drive. The list is read anew at each call, so an index can shift.
@function DiscMaster:Item
@int index from 0, as IMAPI2 counts
@treturn[1] string id
@return[2] nil
@treturn[2] Error err E_INVALIDARG: there is no such index
*/
static int item(lua_State *L) {
  struct drives drives;
  struct redbook_error err;
  redbook_box_open(L, 1, CLASS);
  lua_Integer index = luaL_checkinteger(L, 2);
  if (!look(L, &drives, &err)) return redbook_return_error(L, &err);
  if (index >= 0 && index < (lua_Integer)drives.count) {
    lua_pushstring(L, drives.entries[index].id);
    return 1;
  }
  redbook_fail(&err, REDBOOK_E_INVALIDARG,
               "there is no drive with index %lld: %u found, counted from 0", (long long)index,
               drives.count);
  return redbook_return_error(L, &err);
}

static int next_id(lua_State *L) {
  lua_Integer index = lua_tointeger(L, lua_upvalueindex(2)) + 1;
  lua_pushinteger(L, index);
  lua_replace(L, lua_upvalueindex(2));
  lua_rawgeti(L, lua_upvalueindex(1), index);
  return 1;
}

/***
Iterates over the ids as they are now (_NewEnum): `for id in master:each() do ... end`.
@function DiscMaster:each
@treturn function iterator
*/
static int each(lua_State *L) {
  struct drives drives;
  struct redbook_error err;
  if (!look(L, &drives, &err)) return redbook_raise(L, &err);
  lua_createtable(L, (int)drives.count, 0);
  for (unsigned i = 0; i < drives.count; i++) {
    lua_pushstring(L, drives.entries[i].id);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_id, 2);
  return 1;
}

/***
Number of optical drives now; `#master` is the same.
@field DiscMaster.Count
*/
static int get_count(lua_State *L) {
  struct drives drives;
  struct redbook_error err;
  if (!look(L, &drives, &err)) return redbook_raise(L, &err);
  lua_pushinteger(L, drives.count);
  return 1;
}

static bool usable(const struct redbook_drive_entry *entry) {
  struct redbook_recorder *recorder = redbook_recorder_create(entry->node, NULL, NULL);
  bool ok = recorder && !faccessat(AT_FDCWD, entry->node, R_OK | W_OK, AT_EACCESS);
  redbook_recorder_unref(recorder);
  return ok;
}

/***
True when there is at least one optical drive that this user may open for burning.
@field DiscMaster.IsSupportedEnvironment
*/
static int get_supported(lua_State *L) {
  struct drives drives;
  struct redbook_error err;
  bool found = false;
  if (!look(L, &drives, &err)) return redbook_raise(L, &err);
  for (unsigned i = 0; i < drives.count && !found; i++)
    found = usable(&drives.entries[i]);
  lua_pushboolean(L, found);
  return 1;
}

/***
Watches for drives that are plugged in and out (DDiscMaster2Events). Drives that are there
already have no event. Needs no permission. It takes the kernel's uevents: a container may lack
them (then an error), or get none of its host's (then nothing comes).
@function DiscMaster:Watch
@tparam[opt] table options `settle` = seconds that a new drive may wait for udev to make its
link, 2 unless said otherwise; `uevents` = descriptor of a datagram socket that brings uevents
in place of the kernel's, from root or from this user (containers, tests)
@treturn[1] DeviceWatch
@return[2] nil
@treturn[2] Error err there are no uevents to listen to, or /sys cannot be read
*/
static int watch(lua_State *L) {
  redbook_box_open(L, 1, CLASS);
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, SYS);
  lua_getiuservalue(L, 1, DEV);
  return redbook_watch(L, lua_tostring(L, 3), lua_tostring(L, 4));
}

static int to_string(lua_State *L) {
  redbook_box_open(L, 1, CLASS);
  lua_pushliteral(L, CLASS);
  return 1;
}

void redbook_register_master(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"Item", item}, {"each", each}, {"Watch", watch}, {NULL, NULL}};
  static const struct redbook_property properties[] = {
      {"Count", get_count, NULL},
      {"IsSupportedEnvironment", get_supported, NULL},
      {NULL, NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__len", get_count}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, properties, NULL};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
