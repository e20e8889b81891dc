/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed drive operations with real-drive waiting and retry (mmc reference 1.5-1.7, 3, 3.1).
 *
 * A redbook_drive is an open transport with the job's cancel flag. Each function sends one kind
 * of command, retries what section 3 says may be retried, and reports the rest as a
 * redbook_error.
 */
#ifndef REDBOOK_DRIVE_OPERATIONS_H
#define REDBOOK_DRIVE_OPERATIONS_H

#include "mmc/cdb.h"
#include "mmc/reply.h"
#include "mmc/sense.h"
#include "mmc/transport.h"
#include "mmc/write_parameters.h"

struct redbook_drive {
  struct redbook_transport *transport;
  const atomic_bool *cancel; /* NULL: cannot be cancelled */
};

/* Sleeps by the transport's clock, on a real clock in slices; false (C0AA0002) once cancelled.
 */
bool redbook_drive_sleep(struct redbook_drive *drive, double seconds,
                         struct redbook_error *err);
double redbook_drive_now(struct redbook_drive *drive); /* seconds */

/* One TEST UNIT READY after up to 4 unit attentions have been swallowed: true when ready; else
 * 0202, 0203, 0204, 0205, 0206, 0207 ... as the sense says. "No medium" counts only when it is
 * stable for 3 polls 0.5 s apart. Sends START UNIT once on 2/04/02. */
bool redbook_drive_ready(struct redbook_drive *drive, struct redbook_error *err);

/* Polls once a second until TUR and READ DISC INFORMATION are both GOOD twice in a row (1.7:
 * TUR alone is never trusted). `limit` in seconds; over it 0207. `on_progress` may be NULL. */
typedef void redbook_progress_fn(void *context, double elapsed,
                                 double fraction /* <0 unknown */);
bool redbook_drive_wait_finished(struct redbook_drive *drive, double limit,
                                 redbook_progress_fn *on_progress, void *context,
                                 struct redbook_error *err);

bool redbook_drive_inquiry(struct redbook_drive *drive, struct redbook_inquiry *out,
                           struct redbook_error *err);
/* Whole replies for IDiscRecorder2Ex; malloc'ed into *data. */
bool redbook_drive_get_configuration(struct redbook_drive *drive, unsigned request_type,
                                     uint16_t feature, uint8_t **data, size_t *length,
                                     struct redbook_error *err);
bool redbook_drive_current_profile(struct redbook_drive *drive, uint16_t *profile,
                                   struct redbook_error *err);
/* Whether the drive has the feature, and whether the medium lets it use it. Of a drive without
 * GET CONFIGURATION, page 2Ah tells whether it has 002Dh (CD TAO). */
bool redbook_drive_feature(struct redbook_drive *drive, uint16_t feature, bool *present,
                           bool *current, struct redbook_error *err);
/* Page without header, at most 257 bytes. */
bool redbook_drive_mode_page(struct redbook_drive *drive, uint8_t page,
                             enum redbook_page_control control, uint8_t *data, size_t room,
                             size_t *length, struct redbook_error *err);
bool redbook_drive_capabilities(struct redbook_drive *drive, struct redbook_capabilities *out,
                                struct redbook_error *err);

bool redbook_drive_prevent(struct redbook_drive *drive, bool prevent,
                           struct redbook_error *err);
/* EJECT and LOAD wait for their end; 5/53/02 on eject: 0210. */
bool redbook_drive_start_stop(struct redbook_drive *drive, enum redbook_start_stop what,
                              struct redbook_error *err);

bool redbook_drive_disc_information(struct redbook_drive *drive,
                                    struct redbook_disc_information *out,
                                    struct redbook_error *err);
bool redbook_drive_track_information(struct redbook_drive *drive,
                                     enum redbook_track_address type, uint32_t number,
                                     struct redbook_track_information *out,
                                     struct redbook_error *err);
bool redbook_drive_toc(struct redbook_drive *drive, struct redbook_toc *out,
                       struct redbook_error *err);
bool redbook_drive_atip(struct redbook_drive *drive, struct redbook_atip *out,
                        struct redbook_error *err);

/* Write speeds for this drive and this medium, fastest first: GET PERFORMANCE, else page 2Ah's
 * descriptors, else its maximum. At least one. */
bool redbook_drive_speeds(struct redbook_drive *drive, struct redbook_speed *speeds,
                          unsigned room, unsigned *count, struct redbook_error *err);
bool redbook_drive_current_speed(struct redbook_drive *drive, struct redbook_speed *out,
                                 struct redbook_error *err);
/* REDBOOK_FASTEST = FFFFh. */
bool redbook_drive_set_speed(struct redbook_drive *drive, uint16_t kbps, bool pure_cav,
                             struct redbook_error *err);
/* The same for reading (kB/s, REDBOOK_FASTEST); the write speed becomes the drive's own choice.
 */
bool redbook_drive_set_read_speed(struct redbook_drive *drive, uint16_t kbps,
                                  struct redbook_error *err);
/* DoOPC once; a drive without the command is no failure (1.5). */
bool redbook_drive_send_opc(struct redbook_drive *drive, struct redbook_error *err);

/* MODE SELECT page 05h starting from the sensed page; on 5/26/00 tried once more without BUFE,
 * then built from zero. 0201 no such page, 0208 refused. */
bool redbook_drive_write_parameters(struct redbook_drive *drive,
                                    const struct redbook_write_parameters *parameters,
                                    struct redbook_error *err);

/* Sectors of a WRITE or READ CD: 61 152 bytes, below 64 KiB (1.6), or as many as the drive's
 * queue takes at once, if those are fewer; at least 1. */
#define REDBOOK_SECTORS_AT_ONCE 26u
uint16_t redbook_drive_sectors_at_once(const struct redbook_drive *drive);

/* WRITE(10), several if the sectors are more than go at once. Buffer full (2/04/08): the same
 * command again in 5-50 ms steps, at most 120 s without progress; B/xx, a wrong
 * address (5/21), 5/55, a time-out, GOOD with a residual: once, link CRC (4/08): up to 3 times,
 * if READ TRACK INFORMATION says that nothing was consumed (3.1). Cancellable only between
 * commands. */
bool redbook_drive_write(struct redbook_drive *drive, int32_t lba, uint16_t sectors,
                         const uint8_t *data, struct redbook_error *err);
/* SYNCHRONIZE CACHE with Immed, then wait. Not cancellable; `limit` seconds. */
bool redbook_drive_synchronize(struct redbook_drive *drive, double limit,
                               redbook_progress_fn *on_progress, void *context,
                               struct redbook_error *err);
/* CLOSE TRACK of one that was begun and not ended: the drive fills it up to 300 sectors and
 * enters it in the PMA (P8, P11 in mmc reference 1.7). Only for rescue: some drives refuse it.
 */
bool redbook_drive_close_track(struct redbook_drive *drive, uint16_t number, double limit,
                               struct redbook_error *err);
/* CLOSE SESSION with Immed, then wait; 5/72/03: CLOSE TRACK of the incomplete track, then
 * again; what only says "busy", or was aborted, again while the session is open. 6/29 and 6/2A
 * are errors: page 05h has to be sent again before. Not cancellable. */
bool redbook_drive_close_session(struct redbook_drive *drive, double limit,
                                 redbook_progress_fn *on_progress, void *context,
                                 struct redbook_error *err);
/* BLANK of the whole disc with Immed, then wait. Not cancellable: no drive stops in the middle.
 * Before it is sent again: 5/2C, an earlier program's data are written out; 5/30/05, the
 * slowest speed is set (mmc reference 5.4, 6). *begun: the drive has taken it, so that the disc
 * may have changed whatever comes after. Still busy after `limit` seconds: 0207. */
bool redbook_drive_blank(struct redbook_drive *drive, bool all, double limit,
                         redbook_progress_fn *on_progress, void *context, bool *begun,
                         struct redbook_error *err);
bool redbook_drive_buffer_capacity(struct redbook_drive *drive, uint32_t *total, uint32_t *free,
                                   struct redbook_error *err);
/* CD-DA sectors, split as needed; on a medium error sector by sector. */
bool redbook_drive_read_cd(struct redbook_drive *drive, int32_t lba, uint32_t sectors,
                           uint8_t *data, struct redbook_error *err);

#endif
