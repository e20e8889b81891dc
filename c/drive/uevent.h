/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's messages about devices that come and go, as far as they are optical drives. */
#ifndef REDBOOK_DRIVE_UEVENT_H
#define REDBOOK_DRIVE_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

enum redbook_uevent_action { REDBOOK_UEVENT_ADD, REDBOOK_UEVENT_REMOVE };

struct redbook_uevent {
  enum redbook_uevent_action action;
  unsigned number; /* N of srN */
};

/* One message as the kernel broadcasts it: "ACTION@DEVPATH", then "KEY=value" strings, each
 * ended by a zero byte. True when it says that a block device srN was added or removed; false
 * for every other message, for udev's own format, and for what is no message at all. */
bool redbook_uevent_parse(const char *message, size_t length, struct redbook_uevent *out);

#endif
