/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing whole. */
#ifndef REDBOOK_BASE_WRITE_ALL_H
#define REDBOOK_BASE_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>

/* All `length` bytes at the descriptor's place, however many writes that takes; signals in
 * between do not end it. False and errno: what was written before stays. */
bool redbook_write_all(int fd, const void *data, size_t length);

#endif
