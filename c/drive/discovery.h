/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The optical drives of this machine, from /sys/class/block/sr*, no node opened (design 5). */
#ifndef REDBOOK_DRIVE_DISCOVERY_H
#define REDBOOK_DRIVE_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct redbook_drive_entry {
  char
      id[256]; /* stable: a /dev/disk/by-id or by-path link where there is one, else the node */
  char node[64]; /* /dev/sr0 */
};

#define REDBOOK_DRIVES_MOST 256u /* sr_mod has no more minors */

/* N of "srN"; -1 for any other name. */
int redbook_drive_number(const char *name, size_t length);

/* Fills at most `room` entries in order of node number; *count = all there are. `sys` and `dev`
 * are the roots to look under ("/sys", "/dev"; tests give others). */
bool redbook_discover(const char *sys, const char *dev, struct redbook_drive_entry *entries,
                      unsigned room, unsigned *count, struct redbook_error *err);

/* Mount points of the node or any link to it, from /proc/self/mountinfo; returns how many,
 * fills at most `room` malloc'ed strings. */
unsigned redbook_mount_points(const char *node, char **paths, unsigned room);

#endif
