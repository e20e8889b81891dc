/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The constant sample offset: blocks with sound are looked for at every offset of the window,
 * and the offset at which most are found is the disc's. */
#include <stdlib.h>

#include "audio/little.h"
#include "burn/verify_job.h"

#define WINDOW REDBOOK_VERIFY_WINDOW
#define PROBES 24u /* at most */
#define ENOUGH 3u  /* that agree on one offset */
#define EDGES 6u   /* seconds at ends of tracks that are looked at, at most */
#define ROUNDS 8u

/* For each offset from -WINDOW on: blocks that were found there. */
struct votes {
  unsigned of[2 * WINDOW + 1];
  unsigned probes, found;
};

static uint32_t frame(const uint8_t *data, uint32_t i) {
  return redbook_le32(data + (size_t)i * REDBOOK_FRAME_BYTES);
}

/* `data` holds `have` frames, the block of `length` frames begins at `at` of them when the
 * offset is 0. The sums slide: s0' = s0 - x[0] + x[L]; s1' = s1 - s0 + L * x[L]. */
static void slide(struct votes *votes, const struct redbook_block *wanted, const uint8_t *data,
                  uint32_t have, uint32_t at, uint32_t length) {
  uint32_t from = at > WINDOW ? at - WINDOW : 0;
  uint32_t to = at + WINDOW < have - length ? at + WINDOW : have - length;
  struct redbook_block sums = {0, 0};
  unsigned found = 0;
  redbook_block_add(&sums, 1, data + (size_t)from * REDBOOK_FRAME_BYTES, length);
  for (uint32_t i = from; i <= to; i++) {
    if (sums.s0 == wanted->s0 && sums.s1 == wanted->s1) {
      votes->of[i + WINDOW - at]++;
      found = 1;
    }
    if (i == to) break;
    uint64_t enters = frame(data, i + length);
    sums.s1 += length * enters - sums.s0;
    sums.s0 += enters - frame(data, i);
  }
  votes->found += found;
}

static bool probe(struct redbook_verify_job *job, const struct redbook_verify_track *track,
                  uint32_t block, struct votes *votes, struct redbook_error *err) {
  uint32_t begin = block * REDBOOK_BLOCK_SECTORS, end = begin + REDBOOK_BLOCK_SECTORS;
  if (end > track->sectors) end = track->sectors;
  uint32_t first = begin > REDBOOK_VERIFY_MARGIN ? begin - REDBOOK_VERIFY_MARGIN : 0;
  uint32_t last = end + REDBOOK_VERIFY_MARGIN;
  if (last > track->sectors) last = track->sectors;
  bool good;
  if (!redbook_verify_read_all(job, track->start + (int32_t)first, last - first, job->buffer,
                               &good, err))
    return false;
  votes->probes++;
  if (good)
    slide(votes, redbook_fingerprint_blocks(track->print) + block, job->buffer,
          (last - first) * REDBOOK_AUDIO_SECTOR_FRAMES,
          (begin - first) * REDBOOK_AUDIO_SECTOR_FRAMES,
          (end - begin) * REDBOOK_AUDIO_SECTOR_FRAMES);
  return true;
}

/* The window of such a block lies inside the track. */
static bool is_inside(const struct redbook_verify_track *track, uint32_t block) {
  return block > 0 &&
         (block + 1) * REDBOOK_BLOCK_SECTORS + REDBOOK_VERIFY_MARGIN <= track->sectors;
}

/* The next block with sound from `from` on, round about; one inside before one at an end. False
 * in a silent track: silence is the same at any offset. */
static bool next_telling(const struct redbook_verify_track *track, uint32_t from,
                         uint32_t *out) {
  const struct redbook_block *blocks = redbook_fingerprint_blocks(track->print);
  uint32_t count = redbook_fingerprint_block_count(track->sectors);
  for (int inside = 1; inside >= 0; inside--)
    for (uint32_t i = 0; i < count; i++) {
      uint32_t block = (from + i) % count;
      if (!blocks[block].s1 || is_inside(track, block) != inside) continue;
      *out = block;
      return true;
    }
  return false;
}

static unsigned most(const struct votes *votes) {
  unsigned most = 0;
  for (unsigned i = 0; i <= 2 * WINDOW; i++)
    if (votes->of[i] > most) most = votes->of[i];
  return most;
}

static bool is_settled(const struct votes *votes) {
  unsigned best = most(votes), holders = 0;
  for (unsigned i = 0; i <= 2 * WINDOW; i++)
    holders += votes->of[i] == best;
  return best >= ENOUGH && holders == 1;
}

/* Of several with as many votes (a steady tone fits at every period) the smallest. */
static void take_best(struct redbook_verify_job *job, const struct votes *votes) {
  unsigned best = most(votes);
  job->offset = 0;
  job->has_offset = best > 0;
  for (int distance = 0; best && distance <= WINDOW; distance++)
    for (int sign = 1; sign >= -1; sign -= 2)
      if (votes->of[WINDOW + sign * distance] == best) {
        job->offset = sign * distance;
        return;
      }
}

/* The middle of each track, then the quarters, then the eighths between. */
static uint32_t place(uint32_t blocks, unsigned round) {
  static const unsigned eighths[ROUNDS] = {4, 2, 6, 1, 3, 5, 7, 0};
  return (uint32_t)((uint64_t)blocks * eighths[round] / 8);
}

static bool vote(struct redbook_verify_job *job, struct votes *votes,
                 struct redbook_error *err) {
  for (unsigned round = 0; round < ROUNDS; round++)
    for (unsigned i = 0; i < job->count; i++) {
      const struct redbook_verify_track *track = &job->tracks[i];
      uint32_t blocks = redbook_fingerprint_block_count(track->sectors), block;
      if (votes->probes == PROBES || is_settled(votes)) return true;
      if (job->results[i].verdict != REDBOOK_VERDICT_NONE ||
          !next_telling(track, place(blocks, round), &block))
        continue;
      if (!probe(job, track, block, votes, err)) return false;
      redbook_verify_report(job, track, 0);
    }
  return true;
}

/* Whether the block is the one of the fingerprint at this offset; sectors [first, last) of the
 * track have been read. At the edges of a track only a part of the block is there. */
static bool fits(struct redbook_verify_job *job, const struct redbook_verify_track *track,
                 uint32_t block, uint32_t first, uint32_t last, int32_t offset) {
  struct redbook_block wanted, sums = {0, 0};
  uint32_t from, to;
  job->offset = offset;
  if (!redbook_verify_expected(job, track, block, &from, &to, &wanted)) return false;
  int64_t at = (int64_t)from + offset - (int64_t)first * REDBOOK_AUDIO_SECTOR_FRAMES;
  uint32_t have = (last - first) * REDBOOK_AUDIO_SECTOR_FRAMES;
  if (at < 0 || at + (to - from) > have) return false;
  redbook_block_add(&sums, from - block * REDBOOK_BLOCK_FRAMES + 1,
                    job->buffer + (size_t)at * REDBOOK_FRAME_BYTES, to - from);
  return sums.s0 == wanted.s0 && sums.s1 == wanted.s1;
}

static bool vote_at_edge(struct redbook_verify_job *job,
                         const struct redbook_verify_track *track, uint32_t block,
                         const struct votes *votes, struct votes *edges,
                         struct redbook_error *err) {
  const int edge = (int)REDBOOK_AUDIO_SECTOR_FRAMES;
  uint32_t begin = block * REDBOOK_BLOCK_SECTORS, last = track->sectors;
  uint32_t first = begin > REDBOOK_VERIFY_MARGIN ? begin - REDBOOK_VERIFY_MARGIN : 0;
  if (last > begin + REDBOOK_BLOCK_SECTORS + REDBOOK_VERIFY_MARGIN)
    last = begin + REDBOOK_BLOCK_SECTORS + REDBOOK_VERIFY_MARGIN;
  unsigned best = most(votes);
  bool good;
  if (!redbook_verify_read_all(job, track->start + (int32_t)first, last - first, job->buffer,
                               &good, err))
    return false;
  edges->probes++;
  for (int n = -edge; good && n <= edge; n++)
    if (votes->of[WINDOW + n] == best && fits(job, track, block, first, last, n))
      edges->of[WINDOW + n]++;
  return true;
}

/* Several offsets fit the inner blocks (a steady tone repeats itself), or none does, because
 * the only sound is at an end: the first and last seconds of some tracks decide, where sound
 * begins and ends. */
static bool ask_edges(struct redbook_verify_job *job, const struct votes *votes,
                      struct votes *edges, struct redbook_error *err) {
  for (unsigned i = 0; i < job->count; i++) {
    const struct redbook_verify_track *track = &job->tracks[i];
    const struct redbook_block *blocks = redbook_fingerprint_blocks(track->print);
    uint32_t ends[] = {0, redbook_fingerprint_block_count(track->sectors) - 1};
    if (job->results[i].verdict != REDBOOK_VERDICT_NONE) continue;
    for (unsigned k = 0; k < 2 && edges->probes < EDGES; k++)
      if (blocks[ends[k]].s1 && !vote_at_edge(job, track, ends[k], votes, edges, err))
        return false;
  }
  return true;
}

static bool break_tie(struct redbook_verify_job *job, struct votes *votes,
                      struct redbook_error *err) {
  unsigned best = most(votes), holders = 0;
  for (unsigned i = 0; i <= 2 * WINDOW; i++)
    holders += votes->of[i] == best;
  if (!votes->probes || holders == 1) return true;
  struct votes *edges = calloc(1, sizeof *edges);
  if (!edges)
    return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for comparing the disc");
  bool ok = ask_edges(job, votes, edges, err);
  for (unsigned i = 0; ok && i <= 2 * WINDOW; i++)
    votes->of[i] += edges->of[i];
  free(edges);
  return ok;
}

bool redbook_verify_find_offset(struct redbook_verify_job *job, struct redbook_error *err) {
  struct votes *votes = calloc(1, sizeof *votes);
  if (!votes)
    return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for comparing the disc");
  bool ok = vote(job, votes, err) && break_tie(job, votes, err);
  if (ok) take_best(job, votes);
  if (ok && !votes->probes) job->has_offset = true; /* nothing but silence */
  free(votes);
  return ok;
}
