/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stat in all its forms: today's names, and __xstat as programs built before glibc 2.33 call
 * it. struct stat64 is struct stat on the 64-bit machines this is for. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "preload/preload.h"

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "a 64-bit machine");

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
REDBOOK_IN_FRONT int __xstat(int version, const char *path, struct stat *out);
REDBOOK_IN_FRONT int __xstat64(int version, const char *path, struct stat64 *out);
REDBOOK_IN_FRONT int __lxstat(int version, const char *path, struct stat *out);
REDBOOK_IN_FRONT int __lxstat64(int version, const char *path, struct stat64 *out);
REDBOOK_IN_FRONT int __fxstat(int version, int fd, struct stat *out);
REDBOOK_IN_FRONT int __fxstat64(int version, int fd, struct stat64 *out);
REDBOOK_IN_FRONT int __fxstatat(int version, int folder, const char *path, struct stat *out,
                                int flags);
REDBOOK_IN_FRONT int __fxstatat64(int version, int folder, const char *path, struct stat64 *out,
                                  int flags);
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static int node_stat(void *out) {
  struct stat node;
  redbook_preload_stat(&node);
  memcpy(out, &node, sizeof node);
  return 0;
}

#define BY_PATH(name, type)                                       \
  REDBOOK_IN_FRONT int name(const char *path, struct type *out) { \
    if (redbook_preload_is_node(path)) return node_stat(out);     \
    return REDBOOK_NEXT(name, #name)(path, out);                  \
  }
#define BY_PATH_VERSION(name, type)                                            \
  REDBOOK_IN_FRONT int name(int version, const char *path, struct type *out) { \
    if (redbook_preload_is_node(path)) return node_stat(out);                  \
    return REDBOOK_NEXT(name, #name)(version, path, out);                      \
  }
#define BY_FD(name, type)                                   \
  REDBOOK_IN_FRONT int name(int fd, struct type *out) {     \
    if (redbook_preload_is_ours(fd)) return node_stat(out); \
    return REDBOOK_NEXT(name, #name)(fd, out);              \
  }
#define BY_FD_VERSION(name, type)                                    \
  REDBOOK_IN_FRONT int name(int version, int fd, struct type *out) { \
    if (redbook_preload_is_ours(fd)) return node_stat(out);          \
    return REDBOOK_NEXT(name, #name)(version, fd, out);              \
  }

BY_PATH(stat, stat)
BY_PATH(stat64, stat64)
BY_PATH(lstat, stat)
BY_PATH(lstat64, stat64)
BY_PATH_VERSION(__xstat, stat)
BY_PATH_VERSION(__xstat64, stat64)
BY_PATH_VERSION(__lxstat, stat)
BY_PATH_VERSION(__lxstat64, stat64)
BY_FD(fstat, stat)
BY_FD(fstat64, stat64)
BY_FD_VERSION(__fxstat, stat)
BY_FD_VERSION(__fxstat64, stat64)

static bool meant(int folder, const char *path, int flags) {
  bool itself = flags & AT_EMPTY_PATH && path && !*path;
  return redbook_preload_is_node(path) || (itself && redbook_preload_is_ours(folder));
}

REDBOOK_IN_FRONT int fstatat(int folder, const char *path, struct stat *out, int flags) {
  if (meant(folder, path, flags)) return node_stat(out);
  return REDBOOK_NEXT(fstatat, "fstatat")(folder, path, out, flags);
}

REDBOOK_IN_FRONT int fstatat64(int folder, const char *path, struct stat64 *out, int flags) {
  if (meant(folder, path, flags)) return node_stat(out);
  return REDBOOK_NEXT(fstatat64, "fstatat64")(folder, path, out, flags);
}

REDBOOK_IN_FRONT int __fxstatat(int version, int folder, const char *path, struct stat *out,
                                int flags) {
  if (meant(folder, path, flags)) return node_stat(out);
  return REDBOOK_NEXT(__fxstatat, "__fxstatat")(version, folder, path, out, flags);
}

REDBOOK_IN_FRONT int __fxstatat64(int version, int folder, const char *path, struct stat64 *out,
                                  int flags) {
  if (meant(folder, path, flags)) return node_stat(out);
  return REDBOOK_NEXT(__fxstatat64, "__fxstatat64")(version, folder, path, out, flags);
}

static struct statx_timestamp moment(const struct timespec *time) {
  return (struct statx_timestamp){.tv_sec = time->tv_sec};
}

static int node_statx(struct statx *out) {
  struct stat node;
  redbook_preload_stat(&node);
  *out = (struct statx){.stx_mask = STATX_BASIC_STATS,
                        .stx_blksize = (uint32_t)node.st_blksize,
                        .stx_nlink = (uint32_t)node.st_nlink,
                        .stx_uid = node.st_uid,
                        .stx_gid = node.st_gid,
                        .stx_mode = (uint16_t)node.st_mode,
                        .stx_ino = node.st_ino,
                        .stx_atime = moment(&node.st_atim),
                        .stx_mtime = moment(&node.st_mtim),
                        .stx_ctime = moment(&node.st_ctim),
                        .stx_rdev_major = major(node.st_rdev),
                        .stx_rdev_minor = minor(node.st_rdev),
                        .stx_dev_major = major(node.st_dev),
                        .stx_dev_minor = minor(node.st_dev)};
  return 0;
}

REDBOOK_IN_FRONT int statx(int folder, const char *path, int flags, unsigned mask,
                           struct statx *out) {
  if (meant(folder, path, flags)) return node_statx(out);
  return REDBOOK_NEXT(statx, "statx")(folder, path, flags, mask, out);
}
