/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optical drives that come and go (IDiscMaster2's events, imapi2 2.5), without blocking: one
 * descriptor to poll, one function that gives the next event.
 *
 * The kernel broadcasts a uevent when a drive is attached or detached; anyone may listen. When
 * a drive is new, udev makes its by-id link a moment later, so its event waits until the link
 * is there, or until it has been waited for long enough. A removed drive has the id that it had
 * when it was there. When messages were lost, the list of drives is read again and compared.
 *
 * In a network namespace of its own that belongs to another user namespace (most rootless
 * containers) the socket opens, but the kernel sends nothing to it.
 *
 * Threads: one at a time. In a forked child a watch is dead.
 */
#ifndef REDBOOK_DRIVE_WATCH_H
#define REDBOOK_DRIVE_WATCH_H

#include "drive/discovery.h"

#define REDBOOK_SETTLE_SECONDS 2.0

struct redbook_watch;

struct redbook_watch_options {
  const char *sys, *dev; /* as redbook_discover */
  double settle;         /* longest wait for a new drive's link, seconds */
  int uevents;           /* a datagram socket that brings uevents instead of the kernel's (it is
                          * duplicated; its sender must be root or this user), or -1 */
};

/* Drives that are there already have no event. Errors: those of the system's calls;
 * E_ACCESSDENIED or E_FAIL where there are no uevents to listen to. */
struct redbook_watch *redbook_watch_open(const struct redbook_watch_options *options,
                                         struct redbook_error *err);
void redbook_watch_close(struct redbook_watch *watch); /* NULL is fine */

/* Readable while redbook_watch_next would do something. -1 in a forked child. */
int redbook_watch_fd(const struct redbook_watch *watch);

struct redbook_watch_event {
  bool added; /* false: removed */
  struct redbook_drive_entry drive;
};
/* Never blocks. *found: whether there was an event. False and err when the drives cannot be
 * listed or the socket fails. */
bool redbook_watch_next(struct redbook_watch *watch, struct redbook_watch_event *out,
                        bool *found, struct redbook_error *err);
/* Makes the descriptor readable until redbook_watch_next has been called. */
void redbook_watch_wake(struct redbook_watch *watch);

#endif
