/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracing: every command as one line of JSON, and a drive that answers from such a file.
 *
 * A line: {"n":1,"t_us":0,"cdb":"5a 00 ...","dir":"in","len":34,"resid":0,"status":2,"host":0,
 * "driver":8,"errno":0,"sense":"70 00 ...","ms":1.250,"data":"..."} - data = hex of what a
 * drive returned or of a parameter list; never audio (WRITE, READ CD), of which only the length
 * stands there. The first line is a header: {"redbook_trace":1,...}.
 */
#ifndef REDBOOK_MMC_TRACE_H
#define REDBOOK_MMC_TRACE_H

#include "mmc/transport.h"

/* A node that opens `inner` and records what passes to `path` (created or emptied at the first
 * open, appended to after that; the file is flushed after every command). Takes its own
 * reference on `inner`. NULL and err on failure. */
struct redbook_node *redbook_trace_node(struct redbook_node *inner, const char *path,
                                        struct redbook_error *err);

/* A node whose drive answers as the trace at `path` says: commands must come in the recorded
 * order (CDB and length equal), READ CD data are zeros; the clock is simulated from the
 * recorded durations. A command that does not fit gives os_error EPROTO and says so in
 * redbook_replay_problem. */
struct redbook_node *redbook_replay_node(const char *path, struct redbook_error *err);

/* NULL while the replay fits; otherwise a sentence that names the line. */
const char *redbook_replay_problem(const struct redbook_node *replay);

#endif
