/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls on an open node: ioctl, fcntl, reading, writing, seeking. close, dup, poll and the like
 * need no help: the descriptor is a real one. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "preload/preload.h"

// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
REDBOOK_IN_FRONT ssize_t __read_chk(int fd, void *out, size_t bytes, size_t room);

int redbook_preload_ioctl(int fd, unsigned long request, uintptr_t argument) {
  int result = redbook_preload_sg(fd, request, argument);
  if (result == REDBOOK_NOT_MINE) result = redbook_preload_cdrom(fd, request, argument);
  if (result == REDBOOK_NOT_MINE) result = redbook_preload_toc(fd, request, argument);
  return result == REDBOOK_NOT_MINE ? -EINVAL
                                    : result; /* sr's answer to what it does not know */
}

REDBOOK_IN_FRONT int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  uintptr_t argument = va_arg(arguments, uintptr_t);
  va_end(arguments);
  if (!redbook_preload_is_ours(fd)) return REDBOOK_NEXT(ioctl, "ioctl")(fd, request, argument);
  int before = errno, result = redbook_preload_ioctl(fd, request, argument);
  errno = result < 0 ? -result : before;
  return result < 0 ? -1 : result;
}

/* Flags and locks are the open node's; all else is the descriptor's own, which is real. A lock
 * by fcntl is always had: whom it would keep out is kept out by O_EXCL. */
static bool control(int fd, int command, uintptr_t argument, int *result) {
  switch (command) {
    case F_GETFL:
      *result = redbook_preload_value(fd, REDBOOK_WIRE_GET_FLAGS, 0);
      return true;
    case F_SETFL:
      *result = redbook_preload_value(fd, REDBOOK_WIRE_SET_FLAGS, (int)argument);
      return true;
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      *result = 0;
      return true;
    case F_GETLK:
    case F_OFD_GETLK:
      ((struct flock *)argument)->l_type = F_UNLCK; /* NOLINT(performance-no-int-to-ptr) */
      *result = 0;
      return true;
    default:
      return false;
  }
}

REDBOOK_IN_FRONT int fcntl(int fd, int command, ...) {
  int result = 0;
  va_list arguments;
  va_start(arguments, command);
  uintptr_t argument = va_arg(arguments, uintptr_t);
  va_end(arguments);
  if (redbook_preload_is_ours(fd) && control(fd, command, argument, &result)) return result;
  return REDBOOK_NEXT(fcntl, "fcntl")(fd, command, argument);
}

REDBOOK_IN_FRONT int fcntl64(int fd, int command, ...) {
  int result = 0;
  va_list arguments;
  va_start(arguments, command);
  uintptr_t argument = va_arg(arguments, uintptr_t);
  va_end(arguments);
  if (redbook_preload_is_ours(fd) && control(fd, command, argument, &result)) return result;
  return REDBOOK_NEXT(fcntl64, "fcntl64")(fd, command, argument);
}

/* A disc without data tracks cannot be read as a disk, and no CD be written as one. */
static ssize_t refuse(int number) {
  errno = number;
  return -1;
}

REDBOOK_IN_FRONT ssize_t read(int fd, void *out, size_t bytes) {
  if (redbook_preload_is_ours(fd)) return bytes ? refuse(EIO) : 0;
  return REDBOOK_NEXT(read, "read")(fd, out, bytes);
}

REDBOOK_IN_FRONT ssize_t __read_chk(int fd, void *out, size_t bytes, size_t room) {
  if (redbook_preload_is_ours(fd)) return bytes ? refuse(EIO) : 0;
  return REDBOOK_NEXT(__read_chk, "__read_chk")(fd, out, bytes, room);
}

REDBOOK_IN_FRONT ssize_t pread(int fd, void *out, size_t bytes, off_t at) {
  if (redbook_preload_is_ours(fd)) return bytes ? refuse(EIO) : 0;
  return REDBOOK_NEXT(pread, "pread")(fd, out, bytes, at);
}

REDBOOK_IN_FRONT ssize_t pread64(int fd, void *out, size_t bytes, off64_t at) {
  if (redbook_preload_is_ours(fd)) return bytes ? refuse(EIO) : 0;
  return REDBOOK_NEXT(pread64, "pread64")(fd, out, bytes, at);
}

REDBOOK_IN_FRONT ssize_t write(int fd, const void *data, size_t bytes) {
  if (redbook_preload_is_ours(fd)) return refuse(EPERM);
  return REDBOOK_NEXT(write, "write")(fd, data, bytes);
}

/* Every position reads the same. */
REDBOOK_IN_FRONT off_t lseek(int fd, off_t offset, int whence) {
  if (!redbook_preload_is_ours(fd)) return REDBOOK_NEXT(lseek, "lseek")(fd, offset, whence);
  return whence == SEEK_SET ? offset : 0;
}

REDBOOK_IN_FRONT off64_t lseek64(int fd, off64_t offset, int whence) {
  if (!redbook_preload_is_ours(fd)) return REDBOOK_NEXT(lseek64, "lseek64")(fd, offset, whence);
  return whence == SEEK_SET ? offset : 0;
}
