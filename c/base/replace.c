/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replacing a file as a whole. */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/write_all.h"

struct target {
  char path[PATH_MAX]; /* links followed */
  char beside[PATH_MAX];
  bool exists, regular;
  mode_t mode;
};

static bool cannot(struct redbook_error *err, int reason, const char *path) {
  return redbook_fail_file(err, reason, "%s cannot be written", path);
}

static bool find(const char *path, struct target *target, struct redbook_error *err) {
  struct stat st;
  target->exists = stat(path, &st) == 0;
  if (!target->exists && errno != ENOENT) return cannot(err, errno, path);
  target->regular = !target->exists || S_ISREG(st.st_mode);
  target->mode = target->exists ? st.st_mode & 07777 : 0;
  if (target->exists && S_ISDIR(st.st_mode)) return cannot(err, EISDIR, path);
  if (!target->exists || !realpath(path, target->path)) {
    if (strlen(path) >= sizeof target->path) return cannot(err, ENAMETOOLONG, path);
    (void)snprintf(target->path, sizeof target->path, "%s", path);
  }
  int length = snprintf(target->beside, sizeof target->beside, "%s.%ld.new", target->path,
                        (long)getpid());
  return (length > 0 && (size_t)length < sizeof target->beside) ||
         cannot(err, ENAMETOOLONG, path);
}

/* What an earlier process of the same number has left is in nobody's way. */
static int create_beside(const struct target *target) {
  int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  int fd = open(target->beside, flags, 0666);
  if (fd < 0 && errno == EEXIST && unlink(target->beside) == 0)
    fd = open(target->beside, flags, 0666);
  return fd;
}

/* The rename is on the disk when the folder is; a file system that cannot sync a folder does it
 * in its own time. */
static void sync_folder(const char *path) {
  char folder[PATH_MAX];
  const char *slash = strrchr(path, '/');
  size_t length = slash == path ? 1 : slash ? (size_t)(slash - path) : 1;
  memcpy(folder, slash ? path : ".", length);
  folder[length] = '\0';
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  (void)close(fd);
}

static bool write_into(const char *path, const void *data, size_t length,
                       struct redbook_error *err) {
  int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return cannot(err, errno, path);
  bool ok = redbook_write_all(fd, data, length);
  int reason = errno;
  if (close(fd) != 0 && ok) {
    ok = false;
    reason = errno;
  }
  return ok || cannot(err, reason, path);
}

bool redbook_replace_file(const char *path, const void *data, size_t length,
                          struct redbook_error *err) {
  struct target target = {.exists = false};
  if (!find(path, &target, err)) return false;
  if (!target.regular) return write_into(path, data, length, err);
  int fd = create_beside(&target);
  if (fd < 0) return cannot(err, errno, path);
  bool ok = (!target.exists || fchmod(fd, target.mode) == 0) &&
            redbook_write_all(fd, data, length) && fsync(fd) == 0;
  int reason = errno;
  if (close(fd) != 0 && ok) {
    ok = false;
    reason = errno;
  }
  if (ok && rename(target.beside, target.path) != 0) {
    ok = false;
    reason = errno;
  }
  if (!ok) {
    (void)unlink(target.beside);
    return cannot(err, reason, path);
  }
  sync_folder(target.path);
  return true;
}

bool redbook_replace_check(const char *path, struct redbook_error *err) {
  struct target target = {.exists = false};
  if (!find(path, &target, err)) return false;
  if (target.exists && access(path, W_OK) != 0) return cannot(err, errno, path);
  if (!target.regular) return true;
  int fd = create_beside(&target);
  if (fd < 0) return cannot(err, errno, path);
  (void)close(fd);
  (void)unlink(target.beside);
  return true;
}
