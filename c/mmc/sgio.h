/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transport to a real drive: Linux' SG_IO (interface version 3) on /dev/srN or /dev/sgN.
 *
 * All that the kernel tells of a command goes into the redbook_command: a drive that vanished
 * (host status 1) and a time-out (3) come back with status 0, and must never look like success.
 * The CDB has its nominal length, the time-out is the command's own.
 *
 * A command that /dev/sgN carries can be interrupted by a signal, and would then be sent a
 * second time by the kernel's restart: signals of the calling thread wait until it has ended.
 * (SIGSTOP does not; /dev/srN, which cannot be interrupted, is the better node.)
 */
#ifndef REDBOOK_MMC_SGIO_H
#define REDBOOK_MMC_SGIO_H

#include "mmc/transport.h"

/* The three system calls, as open(2), ioctl(2), close(2); tests put their own in. */
struct redbook_sgio_calls {
  int (*open)(const char *path, int flags);
  int (*ioctl)(int fd, unsigned long request, void *argument);
  int (*close)(int fd);
};

/* The kernel's. */
extern const struct redbook_sgio_calls redbook_sgio_kernel;

enum redbook_sgio_mode {
  REDBOOK_SGIO_LOOK,      /* O_RDONLY | O_NONBLOCK */
  REDBOOK_SGIO_EXCLUSIVE, /* O_RDWR | O_EXCL | O_NONBLOCK, on both nodes of the drive */
  REDBOOK_SGIO_SHARED     /* O_RDWR | O_NONBLOCK: beside a mounted file system */
};

struct redbook_sgio_target {
  const char *path;    /* what carries the commands */
  bool generic;        /* it is a /dev/sgN */
  const char *sibling; /* the drive's other node, held too with EXCLUSIVE; NULL: none */
};

/* Opens the nodes. 0, or the errno, with *refused the path that it is about: EBUSY is somebody
 * else's O_EXCL or a mounted file system, EACCES and EPERM rights, ENOENT, ENXIO and ENODEV
 * that there is no drive (also: a /dev/sgN of something else). A sibling that may not be
 * opened, or that is not this drive's after all, is done without; one that is held is EBUSY. */
int redbook_sgio_open(const struct redbook_sgio_calls *calls,
                      const struct redbook_sgio_target *target, enum redbook_sgio_mode mode,
                      struct redbook_transport **out, const char **refused);

#endif
