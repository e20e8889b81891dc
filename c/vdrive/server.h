/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtual drive as a device node for other programs: behind a Unix socket it does what
 * Linux does between /dev/sr0 and the drive (open flags, exclusive users, command filter,
 * unlock at the last close), as measured on Linux 6.1.
 *
 * One thread serves all connections, one request after the other: Linux holds a lock of the
 * drive during open and ioctl too. While the node is open anywhere the server holds the drive
 * exclusively (its disc's files are locked); while it is closed, others may use it.
 *
 * On a simulated clock each not-ready answer in a row (2/04/xx) lets ten times as much of the
 * drive's time pass as the one before, from 10 s on: programs poll by their own clock, and a
 * blanking that takes twenty minutes by the drive's is over at the third poll.
 */
#ifndef REDBOOK_VDRIVE_SERVER_H
#define REDBOOK_VDRIVE_SERVER_H

#include "virtual/virtual.h"

struct redbook_server_options {
  const char *trace; /* a file for every command, see mmc/trace.h; NULL: none */
  bool filter;       /* refuse with EPERM what Linux refuses users without CAP_SYS_RAWIO */
};

struct redbook_server;

/* Listens on a socket in a private folder below $TMPDIR or /tmp. Takes its own reference on the
 * drive. Errors: E_INVALIDARG for a $TMPDIR too long for a socket, errno's of the system. */
struct redbook_server *redbook_server_start(struct redbook_virtual *drive,
                                            const struct redbook_server_options *options,
                                            struct redbook_error *err);
/* Path of the socket, for the environment of programs. It lies alone in a folder of its own, to
 * which programs may add files (locks): all go with the server. */
const char *redbook_server_socket(const struct redbook_server *server);
/* What ended the recording of the trace, an errno; 0: nothing, or there is none. */
int redbook_server_trace_errno(const struct redbook_server *server);
/* Ends the command that runs, closes all connections, removes the folder. In a forked child:
 * closes the child's descriptors and nothing else. NULL is fine. */
void redbook_server_stop(struct redbook_server *server);

/* filter.c: whether Linux 6.1 lets a user without CAP_SYS_RAWIO send the opcode through a
 * descriptor of /dev/sr0. */
bool redbook_server_allows(uint8_t opcode, bool writable);

#endif
