/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Lua cannot ask the system: who this process is, and what it may do with a node. */
/***
@submodule redbook.core
*/
#include "drive/inspect.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "drive/mounts.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/field.h"
#include "lua/options.h"

#define GROUPS_MOST 65536 /* NGROUPS_MAX of Linux */
#define MOUNTS 64u
#define NAMES 4096 /* bytes for an entry of the user or group database */

/* The name, or the number as text when there is none. */
static void push_user(lua_State *L, uid_t id) {
  char buffer[NAMES];
  struct passwd entry, *found = NULL;
  if (getpwuid_r(id, &entry, buffer, sizeof buffer, &found) == 0 && found)
    lua_pushstring(L, found->pw_name);
  else
    lua_pushfstring(L, "%I", (LUAI_UACINT)id);
}

/* A group with thousands of members does not fit; its number does. */
static void push_group(lua_State *L, gid_t id) {
  char buffer[NAMES * 4];
  struct group entry, *found = NULL;
  if (getgrgid_r(id, &entry, buffer, sizeof buffer, &found) == 0 && found)
    lua_pushstring(L, found->gr_name);
  else
    lua_pushfstring(L, "%I", (LUAI_UACINT)id);
}

static const char *kind_of(mode_t mode) {
  if (S_ISBLK(mode)) return "block";
  if (S_ISCHR(mode)) return "character";
  if (S_ISDIR(mode)) return "directory";
  return S_ISREG(mode) ? "file" : "other";
}

static const char *tag_name(enum redbook_acl_tag tag) {
  switch (tag) {
    case REDBOOK_ACL_OWNER:
      return "owner";
    case REDBOOK_ACL_USER:
      return "user";
    case REDBOOK_ACL_FILE_GROUP:
      return "file_group";
    case REDBOOK_ACL_GROUP:
      return "group";
    case REDBOOK_ACL_MASK:
      return "mask";
    case REDBOOK_ACL_OTHERS:
      return "others";
  }
  return "unknown";
}

static void push_acl(lua_State *L, const struct redbook_node_facts *facts) {
  lua_createtable(L, (int)facts->acl_count, 0);
  for (unsigned i = 0; i < facts->acl_count; i++) {
    const struct redbook_acl_entry *entry = &facts->acl[i];
    lua_createtable(L, 0, 4);
    lua_pushstring(L, tag_name(entry->tag));
    lua_setfield(L, -2, "tag");
    redbook_field_integer(L, "permissions", entry->permissions);
    if (entry->tag == REDBOOK_ACL_USER || entry->tag == REDBOOK_ACL_GROUP) {
      redbook_field_integer(L, "id", entry->id);
      if (entry->tag == REDBOOK_ACL_USER)
        push_user(L, entry->id);
      else
        push_group(L, entry->id);
      lua_setfield(L, -2, "name");
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_mounts(lua_State *L, const char *mountinfo, const char *path) {
  char *paths[MOUNTS];
  unsigned count = redbook_mounts_from(mountinfo, path, paths, MOUNTS);
  lua_newtable(L);
  for (unsigned i = 0; i < count && i < MOUNTS; i++) {
    lua_pushstring(L, paths[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
    free(paths[i]);
  }
}

/***
What the file system says of a node; opens nothing. `kind` ("block", "character", "file",
"directory", "other"), `target` (its path without links), `device` (st_rdev), `major`, `minor`,
`mode` (permission bits), `uid`, `owner`, `gid`, `group` (names, or numbers as text), `readable`
and `writable` (by this process, whatever the reason), `acl` (list of `tag`, `permissions`,
`id`, `name`; empty without one), `mounts` (list of folders).
@function inspect_node
@string path
@tparam[opt] table options `mountinfo` = path of a file as proc(5) describes it
@treturn[1] table
@return[2] nil
@treturn[2] Error err
*/
static int inspect_node(lua_State *L) {
  static const struct redbook_option known[] = {{"mountinfo", REDBOOK_OPTION_STRING, 0, 0},
                                                {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  struct redbook_node_facts facts;
  struct redbook_error err;
  const char *path = redbook_check_text(L, 1);
  redbook_options_check(L, 2, "inspect_node", known);
  redbook_error_clear(&err);
  if (!redbook_inspect_node(path, &facts, &err)) return redbook_return_error(L, &err);
  const char *mountinfo = redbook_option_string(L, 2, "mountinfo", "/proc/self/mountinfo");
  lua_createtable(L, 0, 14);
  lua_pushstring(L, kind_of(facts.mode));
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, facts.target);
  lua_setfield(L, -2, "target");
  redbook_field_integer(L, "device", (lua_Integer)facts.device);
  redbook_field_integer(L, "major", major(facts.device));
  redbook_field_integer(L, "minor", minor(facts.device));
  redbook_field_integer(L, "mode", facts.mode & 07777);
  redbook_field_integer(L, "uid", facts.owner);
  push_user(L, facts.owner);
  lua_setfield(L, -2, "owner");
  redbook_field_integer(L, "gid", facts.group);
  push_group(L, facts.group);
  lua_setfield(L, -2, "group");
  redbook_field_boolean(L, "readable", facts.readable);
  redbook_field_boolean(L, "writable", facts.writable);
  push_acl(L, &facts);
  lua_setfield(L, -2, "acl");
  push_mounts(L, mountinfo, path);
  lua_setfield(L, -2, "mounts");
  return 1;
}

/* A list of { id, name } without repetition. */
static void push_groups(lua_State *L, const gid_t *groups, int count) {
  lua_newtable(L);
  for (int i = 0, n = 0; i < count; i++) {
    int before = 0;
    while (before < i && groups[before] != groups[i])
      before++;
    if (before < i) continue;
    lua_createtable(L, 0, 2);
    redbook_field_integer(L, "id", groups[i]);
    push_group(L, groups[i]);
    lua_setfield(L, -2, "name");
    lua_rawseti(L, -2, ++n);
  }
}

/* The effective group and the supplementary ones. */
static void push_present_groups(lua_State *L, gid_t *room) {
  room[0] = getegid();
  int count = getgroups(GROUPS_MOST, room + 1);
  push_groups(L, room, count < 0 ? 1 : count + 1);
}

/* What a new login of that user would have. */
static void push_login_groups(lua_State *L, uid_t user, gid_t *room) {
  char buffer[NAMES];
  struct passwd entry, *found = NULL;
  int count = GROUPS_MOST;
  bool known = getpwuid_r(user, &entry, buffer, sizeof buffer, &found) == 0 && found &&
               getgrouplist(found->pw_name, found->pw_gid, room, &count) >= 0;
  push_groups(L, room, known ? count : 0);
}

/***
Who this process is: `uid`, `user` (the effective one), `groups` (list of `id`, `name`: those it
has) and `login_groups` (those that a new login would give it).
@function identity
@treturn table
*/
static int identity(lua_State *L) {
  gid_t *room = lua_newuserdatauv(L, (GROUPS_MOST + 1) * sizeof *room, 0);
  lua_createtable(L, 0, 4);
  redbook_field_integer(L, "uid", geteuid());
  push_user(L, geteuid());
  lua_setfield(L, -2, "user");
  push_present_groups(L, room);
  lua_setfield(L, -2, "groups");
  push_login_groups(L, geteuid(), room);
  lua_setfield(L, -2, "login_groups");
  return 1;
}

void redbook_add_inspection(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"inspect_node", inspect_node}, {"identity", identity}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
