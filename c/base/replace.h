/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that is replaced as a whole: after a crash at any moment there is the old one or the
 * new one. */
#ifndef REDBOOK_BASE_REPLACE_H
#define REDBOOK_BASE_REPLACE_H

#include "base/error.h"

/* Writes beside the file, fsync, rename, fsync of the folder. A link is followed; what is no
 * regular file (a pipe, /dev/stdout) is written to. Errors name the path. */
bool redbook_replace_file(const char *path, const void *data, size_t length,
                          struct redbook_error *err);
/* Whether that would work now, as far as can be told: tries the folder, leaves the file alone.
 */
bool redbook_replace_check(const char *path, struct redbook_error *err);

#endif
