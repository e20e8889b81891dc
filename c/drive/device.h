/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node of a real drive: /dev/srN, /dev/sgN, or a link to one. Private to c/drive.
 *
 * A drive has two nodes, sr and sg, whose locks know nothing of each other: both are held for a
 * job, and both have one key, that of sr, so that there is one lock file.
 */
#ifndef REDBOOK_DRIVE_DEVICE_H
#define REDBOOK_DRIVE_DEVICE_H

#include <sys/stat.h>

#include "mmc/sgio.h"

/* Where the machine is looked at: the real one, or a test's. */
struct redbook_machine {
  const char *sys;  /* "/sys" */
  const char *dev;  /* "/dev" */
  const char *proc; /* "/proc" */
  const struct redbook_sgio_calls *calls;
  int (*stat)(const char *path, struct stat *out);
  int (*unmount)(const char *path, int flags); /* umount2(2) */
};
extern const struct redbook_machine redbook_this_machine;

/* What /sys tells of one node of a drive; empty where it tells nothing. */
struct redbook_siblings {
  char block[16];        /* "sr0" */
  char generic[16];      /* "sg1" */
  unsigned major, minor; /* of `block` */
  bool other_kind;       /* a device that is no CD drive: a disk behind /dev/sgN */
};
void redbook_siblings_find(const char *sys, bool generic, unsigned major, unsigned minor,
                           struct redbook_siblings *out);

/* A node for the path. Opens nothing. Errors: 80070037 no such path, E_INVALIDARG no CD drive.
 */
struct redbook_node *redbook_device_node(const struct redbook_machine *machine,
                                         const char *path, struct redbook_error *err);

/* The block node of the drive that `path` names: itself resolved, or the sibling of a /dev/sgN.
 * malloc'ed; NULL when it is no drive's or has none. */
char *redbook_device_block(const char *path);

/* Why a drive cannot be opened, and what to do: fills `err` from the errno of an open of
 * `path`. `mount_point` is where its disc is mounted, NULL for nowhere. Returns false. */
bool redbook_device_refused(const struct redbook_machine *machine, const char *path,
                            int errno_value, const char *mount_point,
                            struct redbook_error *err);

#endif
