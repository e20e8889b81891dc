/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Never believe a drive's GOOD: what was written is compared with what the drive tells
 * afterwards (design 1, principle 2). A difference is C0AA0007. */
#ifndef REDBOOK_BURN_CHECK_H
#define REDBOOK_BURN_CHECK_H

#include "burn/tao_internal.h"

#define REDBOOK_SAMPLE_SECTORS 75u /* one second */
#define REDBOOK_SAMPLES 3u         /* first, middle and last second */

/* One second each of the beginning, the middle and the end of a track, as it is sent. */
struct redbook_sample {
  uint32_t total; /* sectors of the track, at least 300 */
  uint8_t *data;  /* REDBOOK_SAMPLES * REDBOOK_SAMPLE_SECTORS sectors, zero at first */
};
bool redbook_sample_init(struct redbook_sample *sample, uint32_t total,
                         struct redbook_error *err);
void redbook_sample_free(struct redbook_sample *sample);
/* Keeps what of `sectors` at `offset` from the start of the track belongs to a sample. */
void redbook_sample_take(struct redbook_sample *sample, uint32_t offset, uint32_t sectors,
                         const uint8_t *data);
/* READ CD of the three seconds; they must be equal at one constant offset of at most 2000
 * frames (drives shift what they write and read by a constant: MMC reference 1.10). */
bool redbook_sample_check(const struct redbook_sample *sample, struct redbook_drive *drive,
                          int32_t start, struct redbook_error *err);

/* After a track: READ TRACK INFORMATION of it and of the next one (NWA 150..160 past the end,
 * MMC reference 2.2). In a test write only the NWA is asked. */
bool redbook_check_track(struct redbook_drive *drive, unsigned number, int32_t start,
                         uint32_t sectors, bool test_write, struct redbook_error *err);
/* After closing: disc state, and the TOC's number, start and control of every track. */
bool redbook_check_closed(struct redbook_drive *drive, const struct redbook_session *session,
                          bool appendable, struct redbook_error *err);
/* After a test write: the disc is what it was at PrepareMedia. */
bool redbook_check_untouched(struct redbook_drive *drive, const struct redbook_session *session,
                             struct redbook_error *err);

#endif
