/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that one process has to itself. */
#include "base/hold_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever held it may have removed it while it was being opened here. */
static bool has_name(int fd, const char *path) {
  struct stat held;
  struct stat named;
  return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

static int lock(int fd) {
  int rc;
  do {
    rc = flock(fd, LOCK_EX | LOCK_NB);
  } while (rc < 0 && errno == EINTR);
  return rc;
}

bool redbook_hold_file(const char *path, int *fd, struct redbook_error *err) {
  *fd = -1;
  for (;;) {
    int file =
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
    if (file < 0) return redbook_fail_file(err, errno, "%s cannot be locked", path);
    if (lock(file) == 0) {
      if (has_name(file, path)) {
        *fd = file;
        return true;
      }
    } else {
      int reason = errno;
      (void)close(file);
      return reason == EWOULDBLOCK ||
             redbook_fail_file(err, reason, "%s cannot be locked", path);
    }
    (void)close(file);
  }
}
