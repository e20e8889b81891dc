/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that one process has to itself. */
#ifndef REDBOOK_BASE_HOLD_FILE_H
#define REDBOOK_BASE_HOLD_FILE_H

#include <stdbool.h>

#include "base/error.h"

/* Opens a file, making it for this user alone, and takes its lock (flock(2)), which ends with
 * the descriptor, so also with the process. `*fd` is the descriptor, or -1 when somebody else
 * has the lock; false when there can be no such file. The holder may remove the file: who waits
 * for another's end then never holds a file that has no name any more. */
bool redbook_hold_file(const char *path, int *fd, struct redbook_error *err);

#endif
