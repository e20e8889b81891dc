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
 * open, appended to after that; each command is one write of one line). Takes its own reference
 * on `inner`. NULL and err on failure: E_INVALIDARG for a file that is there, not empty and no
 * trace, which is left alone (asked again at the first open); pipes and devices are written to.
 * A file that cannot be opened fails the open of the drive; one that cannot be written to later
 * ends the recording, never the job. */
struct redbook_node *redbook_trace_node(struct redbook_node *inner, const char *path,
                                        struct redbook_error *err);

/* 0 while every command was recorded; else the errno that ended the recording. */
int redbook_trace_errno(const struct redbook_node *trace);

/* A node whose drive answers as the trace at `path` says: commands must come in the recorded
 * order (CDB, direction and length equal). A trace holds no sound, so READ CD gives the sectors
 * that this replay was given by WRITE(10), zeros where it was given none: a burn that was
 * verified can be replayed with the same sources. What a trace's READ CD commands want is kept
 * in an unlinked file in TMPDIR (else /var/tmp, /tmp), as large as those sectors. The clock is
 * simulated from the recorded durations. A command that does not fit gives os_error EPROTO and
 * says so in the command's problem text and in redbook_replay_problem. Errors: E_FILE_NOT_FOUND
 * and other system errors; E_INVALIDARG for a file that is no trace, naming the line and what
 * is wrong with it. */
struct redbook_node *redbook_replay_node(const char *path, struct redbook_error *err);

/* NULL while the replay fits; otherwise a clause that names the trace and the line. */
const char *redbook_replay_problem(const struct redbook_node *replay);

#endif
