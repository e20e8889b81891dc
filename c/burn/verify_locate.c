/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in a second the disc differs: against the source, when it can be rendered again; else
 * from the sums, when one single frame explains both; else the second is all that is known. */
#include <stdlib.h>
#include <string.h>

#include "burn/verify_job.h"

#define SECTOR_FRAMES REDBOOK_AUDIO_SECTOR_FRAMES
#define BLOCK_BYTES ((size_t)REDBOOK_BLOCK_SECTORS * REDBOOK_SECTOR_BYTES)
/* One changed frame gives (s1' - s1) / (s0' - s0) = its place, a whole number. Several would
 * give one by chance in one of |s0' - s0| cases; from here on that is believed. */
#define BELIEVE 65536

/* Renders the block from the source; *ok only when it is what was burned. */
static bool render(const struct redbook_verify_track *track, uint32_t block, uint8_t *data,
                   bool *ok) {
  uint32_t skip = block * REDBOOK_BLOCK_SECTORS, have = 0;
  struct redbook_block sums = {0, 0};
  const struct redbook_block *wanted = redbook_fingerprint_blocks(track->print) + block;
  *ok = false;
  memset(data, 0, BLOCK_BYTES); /* silence that filled up a short track */
  if (!redbook_source_rewind(track->source, NULL)) return false;
  while (skip > 0) {
    uint32_t some = skip < REDBOOK_BLOCK_SECTORS ? skip : REDBOOK_BLOCK_SECTORS;
    int32_t got = redbook_source_read(track->source, data, some, NULL);
    if (got <= 0) break;
    skip -= (uint32_t)got;
  }
  if (skip > 0) return false;
  memset(data, 0, BLOCK_BYTES);
  while (have < REDBOOK_BLOCK_SECTORS) {
    int32_t got = redbook_source_read(track->source, data + (size_t)have * REDBOOK_SECTOR_BYTES,
                                      REDBOOK_BLOCK_SECTORS - have, NULL);
    if (got < 0) return false;
    if (got == 0) break;
    have += (uint32_t)got;
  }
  redbook_block_add(&sums, 1, data, REDBOOK_BLOCK_FRAMES);
  *ok = sums.s0 == wanted->s0 && sums.s1 == wanted->s1;
  return true;
}

/* First frame of [from, to) that differs, as a frame of the track. */
static bool first_different(const uint8_t *sent, uint32_t sent_first, const uint8_t *read,
                            int64_t read_first, uint32_t from, uint32_t to, uint32_t *out) {
  for (uint32_t x = from; x < to; x++) {
    const uint8_t *a = sent + (size_t)(x - sent_first) * REDBOOK_FRAME_BYTES;
    const uint8_t *b = read + (size_t)(x - read_first) * REDBOOK_FRAME_BYTES;
    if (memcmp(a, b, REDBOOK_FRAME_BYTES) == 0) continue;
    *out = x;
    return true;
  }
  return false;
}

static bool by_source(const struct redbook_verify_track *track, uint32_t block,
                      const uint8_t *read, int64_t read_first, uint32_t from, uint32_t to,
                      uint32_t *out) {
  uint8_t *sent = track->source ? malloc(BLOCK_BYTES) : NULL;
  bool ok = false;
  bool found =
      sent && render(track, block, sent, &ok) && ok &&
      first_different(sent, block * REDBOOK_BLOCK_FRAMES, read, read_first, from, to, out);
  free(sent);
  return found;
}

static bool by_sums(uint32_t block, const struct redbook_block *wanted,
                    const struct redbook_block *found, uint32_t *out) {
  int64_t change = (int64_t)(found->s0 - wanted->s0);
  int64_t moment = (int64_t)(found->s1 - wanted->s1);
  if (change == 0 || (change > -BELIEVE && change < BELIEVE)) return false;
  if (llabs(change) > UINT32_MAX || moment % change) return false;
  int64_t place = moment / change;
  if (place < 1 || place > (int64_t)REDBOOK_BLOCK_FRAMES) return false;
  *out = block * REDBOOK_BLOCK_FRAMES + (uint32_t)place - 1;
  return true;
}

bool redbook_verify_locate(struct redbook_verify_job *job, unsigned i, uint32_t block,
                           bool *same, int32_t *lba, bool *exact, struct redbook_error *err) {
  const struct redbook_verify_track *track = &job->tracks[i];
  struct redbook_block wanted, found = {0, 0};
  uint32_t from, to, place = block * REDBOOK_BLOCK_FRAMES;
  bool good = false;
  *same = *exact = false;
  *lba = track->start + (int32_t)(block * REDBOOK_BLOCK_SECTORS);
  if (!redbook_verify_expected(job, track, block, &from, &to, &wanted)) return true;
  uint32_t first = (uint32_t)((int64_t)from + job->offset) / SECTOR_FRAMES;
  uint32_t last = (uint32_t)((int64_t)to + job->offset - 1) / SECTOR_FRAMES;
  if (!redbook_verify_read_all(job, track->start + (int32_t)first, last - first + 1,
                               job->buffer, &good, err))
    return false;
  if (!good) return true;
  /* The frame of the track that the buffer begins with; before 0 when it is the gap's. */
  int64_t begins = (int64_t)first * SECTOR_FRAMES - job->offset;
  redbook_block_add(&found, from - place + 1,
                    job->buffer + (size_t)(from - begins) * REDBOOK_FRAME_BYTES, to - from);
  *same = found.s0 == wanted.s0 && found.s1 == wanted.s1;
  if (*same) return true;
  *exact = by_source(track, block, job->buffer, begins, from, to, &place) ||
           by_sums(block, &wanted, &found, &place);
  *lba = track->start + (int32_t)(place / SECTOR_FRAMES);
  return true;
}
