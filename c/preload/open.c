/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The C library's ways to open a file and to ask for its name, in front. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload/preload.h"

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
/* Names the C library has and its headers do not show, or only as macros. */
REDBOOK_IN_FRONT int __open_2(const char *path, int flags);
REDBOOK_IN_FRONT int __open64_2(const char *path, int flags);
REDBOOK_IN_FRONT int __openat_2(int folder, const char *path, int flags);
REDBOOK_IN_FRONT int __openat64_2(int folder, const char *path, int flags);
REDBOOK_IN_FRONT char *__realpath_chk(const char *path, char *out, size_t room);
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

/* The third argument, which is there with these flags alone. */
#define MODE_AFTER(flags)                                    \
  mode_t mode = 0;                                           \
  if ((flags)&O_CREAT || ((flags)&O_TMPFILE) == O_TMPFILE) { \
    va_list arguments;                                       \
    va_start(arguments, flags);                              \
    mode = va_arg(arguments, mode_t);                        \
    va_end(arguments);                                       \
  }

REDBOOK_IN_FRONT int open(const char *path, int flags, ...) {
  MODE_AFTER(flags)
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(open, "open")(path, flags, mode);
}

REDBOOK_IN_FRONT int open64(const char *path, int flags, ...) {
  MODE_AFTER(flags)
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(open64, "open64")(path, flags, mode);
}

REDBOOK_IN_FRONT int openat(int folder, const char *path, int flags, ...) {
  MODE_AFTER(flags)
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(openat, "openat")(folder, path, flags, mode);
}

REDBOOK_IN_FRONT int openat64(int folder, const char *path, int flags, ...) {
  MODE_AFTER(flags)
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(openat64, "openat64")(folder, path, flags, mode);
}

REDBOOK_IN_FRONT int __open_2(const char *path, int flags) {
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(__open_2, "__open_2")(path, flags);
}

REDBOOK_IN_FRONT int __open64_2(const char *path, int flags) {
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(__open64_2, "__open64_2")(path, flags);
}

REDBOOK_IN_FRONT int __openat_2(int folder, const char *path, int flags) {
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(__openat_2, "__openat_2")(folder, path, flags);
}

REDBOOK_IN_FRONT int __openat64_2(int folder, const char *path, int flags) {
  if (redbook_preload_is_node(path)) return redbook_preload_open(flags);
  return REDBOOK_NEXT(__openat64_2, "__openat64_2")(folder, path, flags);
}

/* Without O_NONBLOCK, as stdio opens: a medium must be there. A stream on the node reads as an
 * end of file. */
static FILE *open_stream(const char *mode) {
  int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
  int fd = redbook_preload_open(flags | (strchr(mode, 'e') ? O_CLOEXEC : 0));
  FILE *stream = fd < 0 ? NULL : fdopen(fd, mode);
  if (!stream && fd >= 0) (void)close(fd);
  return stream;
}

REDBOOK_IN_FRONT FILE *fopen(const char *path, const char *mode) {
  if (redbook_preload_is_node(path)) return open_stream(mode);
  return REDBOOK_NEXT(fopen, "fopen")(path, mode);
}

REDBOOK_IN_FRONT FILE *fopen64(const char *path, const char *mode) {
  if (redbook_preload_is_node(path)) return open_stream(mode);
  return REDBOOK_NEXT(fopen64, "fopen64")(path, mode);
}

/* The user is one who may open the node: in group cdrom, or root. */
REDBOOK_IN_FRONT int access(const char *path, int mode) {
  if (!redbook_preload_is_node(path)) return REDBOOK_NEXT(access, "access")(path, mode);
  if (!(mode & X_OK)) return 0;
  errno = EACCES;
  return -1;
}

REDBOOK_IN_FRONT int faccessat(int folder, const char *path, int mode, int flags) {
  if (redbook_preload_is_node(path)) return access(path, mode);
  return REDBOOK_NEXT(faccessat, "faccessat")(folder, path, mode, flags);
}

static char *copy_name(const char *path, char *out) {
  return out ? memcpy(out, path, strlen(path) + 1) : strdup(path);
}

REDBOOK_IN_FRONT char *realpath(const char *path, char *out) {
  if (redbook_preload_is_node(path)) return copy_name(path, out);
  return REDBOOK_NEXT(realpath, "realpath")(path, out);
}

REDBOOK_IN_FRONT char *__realpath_chk(const char *path, char *out, size_t room) {
  if (redbook_preload_is_node(path)) return copy_name(path, out);
  return REDBOOK_NEXT(__realpath_chk, "__realpath_chk")(path, out, room);
}

REDBOOK_IN_FRONT ssize_t readlink(const char *path, char *out, size_t room) {
  if (!redbook_preload_is_node(path))
    return REDBOOK_NEXT(readlink, "readlink")(path, out, room);
  errno = EINVAL; /* no link */
  return -1;
}
