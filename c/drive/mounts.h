/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parser behind redbook_mount_points. Private to c/drive. */
#ifndef REDBOOK_DRIVE_MOUNTS_H
#define REDBOOK_DRIVE_MOUNTS_H

/* As redbook_mount_points, reading `mountinfo` instead of /proc/self/mountinfo. */
unsigned redbook_mounts_from(const char *mountinfo, const char *node, char **paths,
                             unsigned room);

#endif
