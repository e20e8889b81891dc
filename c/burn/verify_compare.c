/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One track against its fingerprint, in one pass over the disc. Frame x of the track is read as
 * frame x + offset. */
#include <string.h>

#include "burn/verify_job.h"

#define SECTOR_FRAMES REDBOOK_AUDIO_SECTOR_FRAMES
/* So many different blocks are read again, in case the drive misread; more are no accident. */
#define AGAIN 8u

struct walk {
  struct redbook_verify_job *job;
  const struct redbook_verify_track *track;
  struct redbook_verify_result *result;
  struct redbook_block sums;
  bool spoiled; /* a sector of this block could not be read */
  uint32_t crc32;
  unsigned listed;
  uint32_t different[AGAIN]; /* the first blocks that differ */
};

static uint32_t frames_of(const struct redbook_verify_track *track) {
  return track->sectors * SECTOR_FRAMES;
}

/* The frames that can be compared: [*lo, *hi). */
static void comparable(const struct redbook_verify_job *job,
                       const struct redbook_verify_track *track, uint32_t *lo, uint32_t *hi) {
  *lo = job->offset < 0 ? (uint32_t)-job->offset : 0;
  *hi = frames_of(track) - (job->offset > 0 ? (uint32_t)job->offset : 0);
}

static void take_away(struct redbook_block *sums, uint32_t index, const uint8_t *frames,
                      uint32_t count) {
  struct redbook_block less = {0, 0};
  redbook_block_add(&less, index, frames, count);
  sums->s0 -= less.s0;
  sums->s1 -= less.s1;
}

bool redbook_verify_expected(const struct redbook_verify_job *job,
                             const struct redbook_verify_track *track, uint32_t block,
                             uint32_t *from, uint32_t *to, struct redbook_block *sums) {
  uint32_t lo, hi, begin = block * REDBOOK_BLOCK_FRAMES, end = begin + REDBOOK_BLOCK_FRAMES;
  if (end > frames_of(track)) end = frames_of(track);
  comparable(job, track, &lo, &hi);
  *from = begin > lo ? begin : lo;
  *to = end < hi ? end : hi;
  *sums = redbook_fingerprint_blocks(track->print)[block];
  if (*from >= *to) return false;
  bool cut = *from > begin || *to < end;
  if (!cut) return true;
  uint32_t before = *from - begin, behind = end - *to;
  if (before > SECTOR_FRAMES || behind > SECTOR_FRAMES) return false;
  /* The tail is the track's: of a block before a very short last one it says nothing. */
  if (behind && end != frames_of(track)) return false;
  take_away(sums, 1, redbook_fingerprint_head(track->print), before);
  take_away(sums, *to - begin + 1,
            redbook_fingerprint_tail(track->print) +
                (size_t)(SECTOR_FRAMES - behind) * REDBOOK_FRAME_BYTES,
            behind);
  return true;
}

static void end_block(struct walk *walk, uint32_t block) {
  struct redbook_block wanted;
  uint32_t from, to;
  bool can = redbook_verify_expected(walk->job, walk->track, block, &from, &to, &wanted);
  bool same = wanted.s0 == walk->sums.s0 && wanted.s1 == walk->sums.s1;
  if (can && !walk->spoiled && !same) {
    if (walk->listed < AGAIN) walk->different[walk->listed++] = block;
    walk->result->differing++;
  }
  walk->sums = (struct redbook_block){0, 0};
  walk->spoiled = false;
}

/* Sector `n` of the payload as it was read. */
static void take_sector(struct walk *walk, uint32_t n, const uint8_t *data, bool bad) {
  uint32_t lo, hi;
  comparable(walk->job, walk->track, &lo, &hi);
  int64_t first = (int64_t)n * SECTOR_FRAMES - walk->job->offset;
  for (uint32_t i = 0; i < SECTOR_FRAMES;) {
    int64_t x = first + i;
    if (x < lo) {
      i++;
      continue;
    }
    if (x >= hi) return;
    uint32_t at = (uint32_t)x, block = at / REDBOOK_BLOCK_FRAMES;
    uint32_t in = at % REDBOOK_BLOCK_FRAMES;
    uint32_t run = SECTOR_FRAMES - i;
    if (run > REDBOOK_BLOCK_FRAMES - in) run = REDBOOK_BLOCK_FRAMES - in;
    if (run > hi - at) run = hi - at;
    walk->spoiled = walk->spoiled || bad;
    redbook_block_add(&walk->sums, in + 1, data + (size_t)i * REDBOOK_FRAME_BYTES, run);
    i += run;
    if (in + run == REDBOOK_BLOCK_FRAMES || at + run == hi) end_block(walk, block);
  }
}

static void note_unreadable(struct walk *walk, uint32_t n, uint32_t bad, uint32_t count,
                            const struct redbook_sense *sense) {
  struct redbook_verify_result *result = walk->result;
  for (uint32_t i = 0; i < count; i++) {
    if (!(bad >> i & 1)) continue;
    if (!result->unreadable) {
      result->lba = walk->track->start + (int32_t)(n + i);
      result->has_lba = result->exact = true;
      result->sense = *sense;
    }
    result->unreadable++;
  }
}

static bool pass_over(struct walk *walk, struct redbook_error *err) {
  struct redbook_verify_job *job = walk->job;
  for (uint32_t n = 0, count; n < walk->track->sectors; n += count) {
    struct redbook_sense sense;
    uint32_t bad;
    count = walk->track->sectors - n;
    if (count > REDBOOK_VERIFY_AT_ONCE) count = REDBOOK_VERIFY_AT_ONCE;
    if (!redbook_verify_read(job, walk->track->start + (int32_t)n, count, job->buffer, &bad,
                             &sense, err))
      return false;
    note_unreadable(walk, n, bad, count, &sense);
    walk->crc32 = redbook_crc32(walk->crc32, job->buffer, (size_t)count * REDBOOK_SECTOR_BYTES);
    for (uint32_t i = 0; i < count; i++)
      take_sector(walk, n + i, job->buffer + (size_t)i * REDBOOK_SECTOR_BYTES, bad >> i & 1);
    redbook_verify_report(job, walk->track, n + count);
    if (bad && !job->patience) break; /* a disc like that would take hours */
  }
  return true;
}

/* Reads the blocks that differ again: what is right then was the drive's mistake, not the
 * disc's. The first that still differs is the place that is told. */
static bool look_again(struct walk *walk, unsigned i, struct redbook_error *err) {
  struct redbook_verify_result *result = walk->result;
  bool placed = false;
  bool accident = result->differing <= AGAIN;
  for (unsigned k = 0; k < walk->listed && (accident || !placed); k++) {
    bool same, exact;
    int32_t lba;
    if (!redbook_verify_locate(walk->job, i, walk->different[k], &same, &lba, &exact, err))
      return false;
    if (same) {
      result->differing--;
      result->reread++;
    } else if (!placed) {
      placed = true;
      if (!result->unreadable || lba < result->lba) {
        result->lba = lba;
        result->exact = exact;
        result->has_lba = true;
      }
    }
  }
  return true;
}

/* At offset 0 the CRC-32 covers every byte; that of a track read in part says nothing. */
static bool crc_differs(const struct walk *walk) {
  return walk->job->offset == 0 && !walk->result->unreadable && !walk->result->reread &&
         walk->crc32 != redbook_fingerprint_crc32(walk->track->print);
}

static void judge(const struct walk *walk) {
  struct redbook_verify_result *result = walk->result;
  int32_t offset = walk->job->offset;
  result->edge_frames = offset < 0 ? -offset : offset;
  bool edge = result->edge_frames > (int32_t)SECTOR_FRAMES;
  if (result->differing || crc_differs(walk)) {
    result->verdict = REDBOOK_VERDICT_DIFFERS;
    result->difference = REDBOOK_DIFFERS_SOUND;
  } else if (result->unreadable) {
    result->verdict = REDBOOK_VERDICT_UNREADABLE;
  } else if (edge) {
    result->verdict = REDBOOK_VERDICT_DIFFERS;
    result->difference = REDBOOK_DIFFERS_EDGE;
    result->lba = offset < 0 ? walk->track->start
                             : walk->track->start + (int32_t)walk->track->sectors - 1;
    result->has_lba = true;
    result->exact = true;
  } else {
    result->verdict = REDBOOK_VERDICT_IDENTICAL;
  }
}

bool redbook_verify_compare(struct redbook_verify_job *job, unsigned i,
                            struct redbook_error *err) {
  struct walk walk = {.job = job, .track = &job->tracks[i], .result = &job->results[i]};
  walk.result->blocks = redbook_fingerprint_block_count(walk.track->sectors);
  if (!pass_over(&walk, err) || !look_again(&walk, i, err)) return false;
  judge(&walk);
  return true;
}
