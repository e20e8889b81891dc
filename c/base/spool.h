/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Temporary files for sound. */
#ifndef REDBOOK_BASE_SPOOL_H
#define REDBOOK_BASE_SPOOL_H

#include "base/error.h"

/* An unlinked temporary file under $TMPDIR, /var/tmp or /tmp, O_CLOEXEC; -1 and err on failure.
 */
int redbook_spool_file(struct redbook_error *err);

/* Where the next one would be, and what it may hold. */
struct redbook_spool_room {
  const char *folder; /* valid until the environment changes */
  uint64_t free;      /* bytes, for this user */
  bool in_memory;     /* a tmpfs or ramfs: what is written there is memory */
};
bool redbook_spool_room(struct redbook_spool_room *room, struct redbook_error *err);

/* Writes all of it at the descriptor's place. E_FAIL and the like: the disk is full, ... */
bool redbook_spool_write(int spool, const void *data, size_t length, struct redbook_error *err);

#endif
