/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all drive operations share: sending one command with the retries that are right outside
 * of a burn (mmc reference 3, column REC), and waiting (1.7). Private to c/drive.
 */
#ifndef REDBOOK_DRIVE_SEND_H
#define REDBOOK_DRIVE_SEND_H

#include "drive/operations.h"

#define REDBOOK_ATTENTIONS_SWALLOWED 4
#define REDBOOK_LINK_CRC_TRIES 3 /* 4/08 */
#define REDBOOK_OTHER_TRIES 1    /* B/xx, 5/55 */

/* Carries the command once and says what came of it; `sense` is filled. */
enum redbook_outcome redbook_drive_once(struct redbook_drive *drive, struct redbook_command *c,
                                        struct redbook_sense *sense);

/* Whether a command that has no effect twice, or was not carried out, is worth another try:
 * after a link CRC error (4/08) up to 3, an aborted command (B/xx) 1, a system resource failure
 * (5/55) 1, for which it waits a second. `again` counts them, from 0. */
bool redbook_drive_again(struct redbook_drive *drive, enum redbook_outcome outcome,
                         const struct redbook_sense *sense, unsigned *again);

/* As redbook_drive_once, but unit attentions are swallowed (4 at most), and what
 * redbook_drive_again says is tried again. */
enum redbook_outcome redbook_drive_send(struct redbook_drive *drive, struct redbook_command *c,
                                        struct redbook_sense *sense);

/* redbook_drive_send, then success or redbook_fail_command. */
bool redbook_drive_run(struct redbook_drive *drive, struct redbook_command *c,
                       enum redbook_context context, struct redbook_error *err);

/* redbook_fail_command between the first sector of a track and the end of the session, where a
 * changed disc or a reset drive (6/28, 6/29) is no "try again" but 0301. */
bool redbook_fail_burn(struct redbook_error *err, const struct redbook_command *c,
                       const struct redbook_sense *sense, enum redbook_context context);

/* Bytes of data_in that the drive filled. */
uint32_t redbook_received(const struct redbook_command *c);

/* redbook_drive_wait_finished whose failures count as the given family's. Never cancelled. */
bool redbook_drive_wait(struct redbook_drive *drive, double limit, enum redbook_context context,
                        redbook_progress_fn *on_progress, void *progress_context,
                        struct redbook_error *err);

#endif
