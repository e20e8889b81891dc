/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which path and which descriptors are the node, what it looks like, how it is opened. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "preload/preload.h"

enum { CDROM_MAJOR = 11, CDROM_GROUP = 24 }; /* SCSI_CDROM_MAJOR; Debian's group cdrom */

static char node[256];
static struct sockaddr_un server;

/* Read once, before the program can change its environment. */
__attribute__((constructor)) static void read_environment(void) {
  const char *path = getenv(REDBOOK_WIRE_NODE), *address = getenv(REDBOOK_WIRE_SOCKET);
  if (!path || !address || strlen(path) >= sizeof node ||
      strlen(address) >= sizeof server.sun_path)
    return;
  (void)snprintf(server.sun_path, sizeof server.sun_path, "%s", address);
  server.sun_family = AF_UNIX;
  (void)snprintf(node, sizeof node, "%s", path);
}

redbook_any_function *redbook_preload_next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  redbook_any_function *function;
  memcpy(&function, &found, sizeof function); /* POSIX allows what ISO C does not */
  return function;
}

bool redbook_preload_is_node(const char *path) {
  return node[0] && path && strcmp(path, node) == 0;
}

bool redbook_preload_is_ours(int fd) {
  struct sockaddr_un peer = {.sun_family = AF_UNSPEC};
  socklen_t length = sizeof peer;
  int before = errno;
  bool ours = node[0] && getpeername(fd, (struct sockaddr *)&peer, &length) == 0 &&
              peer.sun_family == AF_UNIX && peer.sun_path[0] &&
              strncmp(peer.sun_path, server.sun_path, sizeof peer.sun_path) == 0;
  errno = before;
  return ours;
}

/* 11:N for /dev/srN. */
static unsigned minor_number(void) {
  size_t end = strlen(node);
  while (end && node[end - 1] >= '0' && node[end - 1] <= '9')
    end--;
  return (unsigned)strtoul(node + end, NULL, 10) & 0xFF;
}

void redbook_preload_stat(struct stat *out) {
  struct timespec now = {.tv_sec = time(NULL)};
  *out = (struct stat){.st_dev = makedev(0, 5), /* devtmpfs */
                       .st_ino = 0x11000 + minor_number(),
                       .st_mode = S_IFBLK | 0660,
                       .st_nlink = 1,
                       .st_gid = CDROM_GROUP,
                       .st_rdev = makedev(CDROM_MAJOR, minor_number()),
                       .st_blksize = 4096,
                       .st_atim = now,
                       .st_mtim = now,
                       .st_ctim = now};
}

/* Nothing ever comes in over the connection itself: with its reading side shut, whatever reads
 * it past this library finds an end of file instead of waiting for ever. */
static int connection(int flags) {
  int type = SOCK_SEQPACKET | ((flags & O_CLOEXEC) ? SOCK_CLOEXEC : 0);
  int fd = socket(AF_UNIX, type, 0), room = REDBOOK_WIRE_BUFFER;
  if (fd < 0) return -1;
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  if (connect(fd, (const struct sockaddr *)&server, sizeof server) == 0) {
    (void)shutdown(fd, SHUT_RD);
    return fd;
  }
  (void)close(fd);
  errno = ENXIO;
  return -1;
}

int redbook_preload_open(int flags) {
  int before = errno;
  if (flags & O_DIRECTORY || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
    errno = (flags & O_DIRECTORY) ? ENOTDIR : EEXIST;
    return -1;
  }
  int fd = connection(flags);
  if (fd < 0) return -1;
  if (redbook_preload_value(fd, REDBOOK_WIRE_OPEN, flags) < 0) {
    int error = errno == ENODEV ? ENXIO : errno;
    (void)close(fd);
    errno = error;
    return -1;
  }
  errno = before;
  return fd;
}
