/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program as a child: its arguments given one by one (no shell), its output read
 * through a pipe, what it says on standard error kept for messages.
 *
 * It has a process group of its own, so that a ^C meant for the host does not end it, no
 * signal blocked or ignored, nothing on its standard input, and limits on what it may use. A
 * host that reaps all children itself costs nothing but the exit status.
 */
#ifndef REDBOOK_BASE_CHILD_H
#define REDBOOK_BASE_CHILD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct redbook_child {
  pid_t pid;
  int out, err;      /* -1 when closed */
  char said[256];    /* the first line of its standard error, without its end */
  bool said_all;     /* that line is over */
  size_t said_bytes; /* of it */
  bool heeds;        /* reading ends when a signal has been trapped, too */
};

/* Signals that burn/operation.h has trapped and nobody has taken yet: bit n is signal n. Here
 * because whoever waits for a child in the foreground has nobody else to tell him. */
extern atomic_uint_fast64_t redbook_signals_waiting;

/* `arguments` ends with NULL; the first is looked for in PATH. `cpu_seconds` limits its
 * processor time. 80070002 when there is no such program, else what the system says. */
bool redbook_child_start(struct redbook_child *child, const char *const *arguments,
                         unsigned cpu_seconds, struct redbook_error *err);

/* Up to `length` bytes of its standard output, 0 at the end. -1 and err: cancelled
 * (C0AA0002, `cancel` may be NULL, or by a signal when the child `heeds` them), or silent for
 * `seconds`. */
ssize_t redbook_child_read(struct redbook_child *child, void *data, size_t length,
                           const atomic_bool *cancel, double seconds,
                           struct redbook_error *err);

/* Waits for its end, five seconds at most, then kills it; at once when `kill` says so. Returns
 * its exit code, 128 and the signal's number when a signal ended it, -1 when somebody else has
 * reaped it. Harmless when repeated. */
int redbook_child_end(struct redbook_child *child, bool kill);

#endif
