/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mute_stderr: for scripts, whose screen libmpg123 would write its remarks on. */
/***
@submodule redbook.core
*/
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/write_all.h"
#include "lua/classes.h"
#include "lua/error.h"

#define CLASS REDBOOK_MUTE_CLASS

struct mute {
  struct redbook_box box;
  int fd; /* where descriptor 2 went before */
};

/* Descriptor 2 becomes /dev/null; the old one, or -1 and errno. The old one is looked at first:
 * were 2 closed, /dev/null would be opened in its place. */
static int turn_away(void) {
  int old = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (old < 0) return -1;
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  int reason = null >= 0 && dup2(null, STDERR_FILENO) >= 0 ? 0 : errno;
  if (null >= 0) (void)close(null);
  if (!reason) return old;
  (void)close(old);
  errno = reason;
  return -1;
}

/***
Sends what anybody writes to the process's standard error to /dev/null until it is closed
(scripts only: descriptor 2 belongs to the program, not to a library). libmpg123 inside
libsndfile prints remarks on files that it reads all the same. Several: close the last first.
@function mute_stderr
@treturn[1] StderrMute
@return[2] nil
@treturn[2] Error err no standard error is open, or no descriptor is free
*/
static int create(lua_State *L) {
  struct redbook_error err;
  redbook_error_clear(&err);
  struct mute *mute = redbook_box_new(L, CLASS, sizeof *mute, 0);
  (void)fflush(stderr);
  mute->fd = turn_away();
  if (mute->fd < 0) {
    redbook_fail_file(&err, errno, "standard error cannot be muted");
    return redbook_return_error(L, &err);
  }
  mute->box.core = mute;
  return 1;
}

/***
Writes to where standard error went before.
@function StderrMute:write
@string text
@treturn boolean true, false when it could not be written whole
*/
static int write_text(lua_State *L) {
  const struct mute *mute = redbook_box_open(L, 1, CLASS);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  lua_pushboolean(L, redbook_write_all(mute->fd, text, length));
  return 1;
}

static int release(lua_State *L) {
  struct mute *mute = redbook_box_check(L, 1, CLASS);
  if (!mute->box.core) return 0;
  (void)fflush(stderr);
  (void)dup2(mute->fd, STDERR_FILENO);
  (void)close(mute->fd);
  mute->box.core = NULL;
  return 0;
}

/***
Standard error is what it was before. Also `__close`. Harmless when repeated.
@function StderrMute:close
@treturn boolean true
*/
static int close_mute(lua_State *L) {
  release(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int to_string(lua_State *L) {
  struct redbook_box *box = redbook_box_check(L, 1, CLASS);
  lua_pushfstring(L, CLASS " (%s)", box->core ? "muted" : "closed");
  return 1;
}

void redbook_register_mute(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"write", write_text}, {"close", close_mute}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", release}, {"__close", release}, {"__tostring", to_string}, {NULL, NULL}};
  static const struct redbook_class class = {CLASS, methods, meta, NULL, NULL};
  redbook_class_register(L, &class);
  lua_pushcfunction(L, create);
}
