/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock file of a drive: says to other programs that it is held, and by whom (design 5).
 *
 * A file redbook-KEY in /run/lock, else in $XDG_RUNTIME_DIR, held by flock for as long as the
 * descriptor is open: exclusively for a job, shared for a look. Its content, client name and
 * pid of the holder, is information only; the file is never deleted. Private to c/drive.
 */
#ifndef REDBOOK_DRIVE_LOCKFILE_H
#define REDBOOK_DRIVE_LOCKFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define REDBOOK_NO_LOCK_FILE (-1)

enum redbook_lock { REDBOOK_LOCK_SHARED, REDBOOK_LOCK_EXCLUSIVE };

/* Folders in order of preference; returns how many (at most 2). $REDBOOK_LOCK_FOLDER, an
 * absolute path, takes the place of both. */
size_t redbook_lock_folders(const char *folders[2]);

enum redbook_lock_result {
  REDBOOK_LOCK_TAKEN,
  REDBOOK_LOCK_LOOKED_AT, /* others hold it for a look: worth waiting a moment */
  REDBOOK_LOCK_HELD       /* somebody holds it for a job: 0210 with the owner's name */
};

/* Tries once, in the first folder that can be used. *fd: the descriptor, or
 * REDBOOK_NO_LOCK_FILE with REDBOOK_LOCK_TAKEN when there is no such folder: the drive's own
 * lock must do then. */
enum redbook_lock_result redbook_lock_take(const char *const *folders, size_t count,
                                           const char *key, enum redbook_lock kind, int *fd,
                                           struct redbook_error *err);

/* Writes the holder's name into a file that is held exclusively, as far as it is writable. */
void redbook_lock_sign(int fd, const char *client);

/* Empties an exclusively held file and gives it back. REDBOOK_NO_LOCK_FILE is fine. */
void redbook_lock_drop(int fd, enum redbook_lock kind);

/* In a forked child: closes the descriptor. The lock stays with the parent's. */
void redbook_lock_abandon(int fd);

/* Name of the one who holds the lock exclusively: "" when nobody does, "unknown" when the file
 * does not tell. */
void redbook_lock_owner(const char *const *folders, size_t count, const char *key, char *buffer,
                        size_t size);

#endif
