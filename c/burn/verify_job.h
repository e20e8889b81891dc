/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verification from the inside, shared by c/burn/verify*.c. All of it is the worker's while it
 * runs. */
#ifndef REDBOOK_BURN_VERIFY_JOB_H
#define REDBOOK_BURN_VERIFY_JOB_H

#include "burn/job.h"
#include "burn/verify.h"

#define REDBOOK_VERIFY_TRACKS 99u
#define REDBOOK_VERIFY_AT_ONCE 26u /* sectors per READ CD: below 64 KiB */
#define REDBOOK_VERIFY_MARGIN 4u   /* sectors around a block in which an offset is looked for */
#define REDBOOK_VERIFY_BUFFER (REDBOOK_BLOCK_SECTORS + 2 * REDBOOK_VERIFY_MARGIN)
#define REDBOOK_BLOCK_FRAMES (REDBOOK_BLOCK_SECTORS * REDBOOK_AUDIO_SECTOR_FRAMES)

struct redbook_verify_job {
  struct redbook_verification *verification;
  struct redbook_operation *op;
  struct redbook_drive drive;
  unsigned count;
  struct redbook_verify_track tracks[REDBOOK_VERIFY_TRACKS];
  struct redbook_verify_result results[REDBOOK_VERIFY_TRACKS];
  int32_t speed;
  unsigned retries;
  bool has_offset, cached;
  int32_t offset;
  uint32_t patience; /* unreadable sectors that are still waited for */
  uint8_t *buffer;   /* REDBOOK_VERIFY_BUFFER sectors */
  struct redbook_progress progress;
  uint32_t total, done; /* sectors of all tracks */
  double began, reported;
};

/* verify.c: reports about every half second; `track` NULL between tracks. */
void redbook_verify_report(struct redbook_verify_job *job,
                           const struct redbook_verify_track *track, uint32_t done);

/* verify_read.c: at most 32 sectors. A bit of *bad for each sector that cannot be read, also
 * not again and slower; *sense is the first one's. False: the drive cannot be asked any more,
 * or cancelled. */
bool redbook_verify_read(struct redbook_verify_job *job, int32_t lba, uint32_t count,
                         uint8_t *data, uint32_t *bad, struct redbook_sense *sense,
                         struct redbook_error *err);
/* Any number of sectors; *good only when all could be read. */
bool redbook_verify_read_all(struct redbook_verify_job *job, int32_t lba, uint32_t count,
                             uint8_t *data, bool *good, struct redbook_error *err);
void redbook_verify_set_speed(struct redbook_verify_job *job, int32_t sectors_per_second);

/* verify_disc.c: waits for the disc, reloads it when its TOC cannot be read, and judges those
 * tracks that are missing, begin elsewhere or end too early. */
bool redbook_verify_disc(struct redbook_verify_job *job, struct redbook_error *err);

/* verify_offset.c: fills has_offset and offset. */
bool redbook_verify_find_offset(struct redbook_verify_job *job, struct redbook_error *err);

/* verify_compare.c: reads track `i` and judges it. */
bool redbook_verify_compare(struct redbook_verify_job *job, unsigned i,
                            struct redbook_error *err);
/* The sums of what of block `block` can be compared at the offset; those frames are [*from,
 * *to) of the track. False when none can. */
bool redbook_verify_expected(const struct redbook_verify_job *job,
                             const struct redbook_verify_track *track, uint32_t block,
                             uint32_t *from, uint32_t *to, struct redbook_block *sums);

/* verify_locate.c: reads a block that differed once more; *same when it is right now, else
 * *lba (of the track's own layout) and *exact say where the difference is. */
bool redbook_verify_locate(struct redbook_verify_job *job, unsigned i, uint32_t block,
                           bool *same, int32_t *lba, bool *exact, struct redbook_error *err);

/* verify_text.c: the sentence of a result. */
void redbook_verify_describe(struct redbook_verify_job *job, unsigned i);

#endif
