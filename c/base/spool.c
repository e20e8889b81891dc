/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An unlinked temporary file, as large as a disc may be: in a folder on a disk before /tmp,
 * which is often in memory. */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/write_all.h"

static int named_and_unlinked(const char *folder) {
  char path[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s/redbook-XXXXXX", folder);
  if (length < 0 || (size_t)length >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  int fd = mkostemp(path, O_CLOEXEC);
  if (fd >= 0) (void)unlink(path);
  return fd;
}

static int spool_in(const char *folder) {
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  return fd >= 0 ? fd : named_and_unlinked(folder);
}

static int spool_somewhere(const char **folder, struct redbook_error *err) {
  const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
  int reason = ENOENT;
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    if (!folders[i] || !*folders[i]) continue;
    int fd = spool_in(folders[i]);
    *folder = folders[i];
    if (fd >= 0) return fd;
    reason = errno;
  }
  (void)redbook_fail_file(err, reason, "no temporary file can be made");
  redbook_advise(err, "Set TMPDIR to a folder with room for the sound.");
  return -1;
}

int redbook_spool_file(struct redbook_error *err) {
  const char *folder;
  return spool_somewhere(&folder, err);
}

bool redbook_spool_room(struct redbook_spool_room *room, struct redbook_error *err) {
  struct statvfs space;
  struct statfs kind;
  *room = (struct redbook_spool_room){0};
  int fd = spool_somewhere(&room->folder, err);
  if (fd < 0) return false;
  bool known = fstatvfs(fd, &space) == 0 && fstatfs(fd, &kind) == 0;
  int reason = errno;
  (void)close(fd);
  if (!known)
    return redbook_fail_file(err, reason, "the room in %s is not known", room->folder);
  room->free = (uint64_t)space.f_bavail * space.f_frsize;
  room->in_memory = kind.f_type == TMPFS_MAGIC || kind.f_type == RAMFS_MAGIC;
  return true;
}

/* Where it was made: the environment may have changed meanwhile, and the file has no name. */
static bool cannot_write(int spool, int reason, struct redbook_error *err) {
  char link[64], path[PATH_MAX];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", spool);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  char *slash = strrchr(path, '/');
  if (slash) *(slash == path ? slash + 1 : slash) = '\0';
  bool named = slash && path[0] == '/';
  (void)redbook_fail_file(err, reason, "the temporary file%s%s cannot be written",
                          named ? " in " : "", named ? path : "");
  if (reason == ENOSPC || reason == EDQUOT)
    redbook_advise(err, "Free space there, or set TMPDIR to a folder with room.");
  return false;
}

bool redbook_spool_write(int spool, const void *data, size_t length,
                         struct redbook_error *err) {
  return redbook_write_all(spool, data, length) || cannot_write(spool, errno, err);
}
