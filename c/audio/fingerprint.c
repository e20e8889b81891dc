/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CRC-32, AccurateRip's sums and sliding block sums of a track, in one pass. */
#include "audio/fingerprint.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "audio/little.h"
#include "audio/source.h"

#define SECTOR_BYTES REDBOOK_AUDIO_SECTOR_BYTES
#define SECTOR_FRAMES REDBOOK_AUDIO_SECTOR_FRAMES
/* AccurateRip leaves out so many sectors at the very ends of a disc, at the beginning one frame
 * less. */
#define LEFT_OUT 5u

/* Of x[i] * i over the frames of the track, i from 1: AccurateRip 1 is the sum of the low
 * halves of these products, AccurateRip 2 adds that of the high ones. */
struct products {
  uint32_t low, high;
};

struct redbook_fingerprint {
  atomic_uint references;
  uint32_t sectors, room;
  uint32_t crc32;
  bool restored;
  struct products all;   /* of the whole track */
  struct products begun; /* of its first 5 sectors less one frame */
  uint8_t head[SECTOR_BYTES];
  uint8_t last[LEFT_OUT][SECTOR_BYTES]; /* ring: sector n lies at n % LEFT_OUT */
  struct redbook_block blocks[];
};

void redbook_block_add(struct redbook_block *block, uint32_t index, const uint8_t *frames,
                       uint32_t count) {
  uint64_t s0 = 0, s1 = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t x = redbook_le32(frames + (size_t)i * REDBOOK_FRAME_BYTES);
    s0 += x;
    s1 += x * i;
  }
  block->s0 += s0;
  block->s1 += s1 + index * s0;
}

uint32_t redbook_fingerprint_block_count(uint32_t sectors) {
  return sectors / REDBOOK_BLOCK_SECTORS + (sectors % REDBOOK_BLOCK_SECTORS != 0);
}

struct redbook_fingerprint *redbook_fingerprint_create(uint32_t sectors,
                                                       struct redbook_error *err) {
  size_t blocks = redbook_fingerprint_block_count(sectors);
  struct redbook_fingerprint *print =
      calloc(1, sizeof *print + blocks * sizeof(struct redbook_block));
  if (!print) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the fingerprint of a track");
    return NULL;
  }
  atomic_init(&print->references, 1);
  print->room = sectors;
  return print;
}

struct redbook_fingerprint *redbook_fingerprint_restore(uint32_t sectors, uint32_t crc32,
                                                        const struct redbook_block *blocks,
                                                        const uint8_t *head,
                                                        const uint8_t *tail,
                                                        struct redbook_error *err) {
  struct redbook_fingerprint *print = redbook_fingerprint_create(sectors, err);
  if (!print) return NULL;
  print->restored = true;
  print->sectors = sectors;
  print->crc32 = crc32;
  memcpy(print->blocks, blocks, redbook_fingerprint_block_count(sectors) * sizeof *blocks);
  memcpy(print->head, head, SECTOR_BYTES);
  if (sectors) memcpy(print->last[(sectors - 1) % LEFT_OUT], tail, SECTOR_BYTES);
  return print;
}

struct redbook_fingerprint *redbook_fingerprint_ref(struct redbook_fingerprint *print) {
  atomic_fetch_add(&print->references, 1);
  return print;
}

void redbook_fingerprint_unref(struct redbook_fingerprint *print) {
  if (print && atomic_fetch_sub(&print->references, 1) == 1) free(print);
}

/* `frames` frames from the position `first` (from 1) in the track. */
static struct products multiply(const uint8_t *data, uint32_t first, uint32_t frames) {
  struct products sum = {0, 0};
  for (uint32_t i = 0; i < frames; i++) {
    uint64_t product =
        (uint64_t)redbook_le32(data + (size_t)i * REDBOOK_FRAME_BYTES) * (first + i);
    sum.low += (uint32_t)product;
    sum.high += (uint32_t)(product >> 32);
  }
  return sum;
}

static void add(struct products *to, struct products more) {
  to->low += more.low;
  to->high += more.high;
}

static void subtract(struct products *from, struct products less) {
  from->low -= less.low;
  from->high -= less.high;
}

static void add_sector(struct redbook_fingerprint *print, const uint8_t *data) {
  uint32_t n = print->sectors;
  uint32_t in_block = n % REDBOOK_BLOCK_SECTORS * SECTOR_FRAMES;
  redbook_block_add(&print->blocks[n / REDBOOK_BLOCK_SECTORS], in_block + 1, data,
                    SECTOR_FRAMES);
  add(&print->all, multiply(data, n * SECTOR_FRAMES + 1, SECTOR_FRAMES));
  if (n < LEFT_OUT)
    add(&print->begun,
        multiply(data, n * SECTOR_FRAMES + 1, SECTOR_FRAMES - (n == LEFT_OUT - 1)));
  if (n == 0) memcpy(print->head, data, SECTOR_BYTES);
  memcpy(print->last[n % LEFT_OUT], data, SECTOR_BYTES);
  print->sectors = n + 1;
}

void redbook_fingerprint_add(struct redbook_fingerprint *print, const uint8_t *data,
                             uint32_t sectors) {
  print->crc32 = redbook_crc32(print->crc32, data, (size_t)sectors * SECTOR_BYTES);
  for (uint32_t i = 0; i < sectors && print->sectors < print->room; i++)
    add_sector(print, data + (size_t)i * SECTOR_BYTES);
}

uint32_t redbook_fingerprint_sectors(const struct redbook_fingerprint *print) {
  return print->sectors;
}

uint32_t redbook_fingerprint_crc32(const struct redbook_fingerprint *print) {
  return print->crc32;
}

const struct redbook_block *redbook_fingerprint_blocks(
    const struct redbook_fingerprint *print) {
  return print->blocks;
}

const uint8_t *redbook_fingerprint_head(const struct redbook_fingerprint *print) {
  return print->head;
}

const uint8_t *redbook_fingerprint_tail(const struct redbook_fingerprint *print) {
  return print->last[(print->sectors + LEFT_OUT - 1) % LEFT_OUT];
}

/* What the last `count` sectors, 5 at most, have added. */
static struct products of_last(const struct redbook_fingerprint *print, uint32_t count) {
  struct products sum = {0, 0};
  for (uint32_t n = print->sectors - count; n < print->sectors; n++)
    add(&sum, multiply(print->last[n % LEFT_OUT], n * SECTOR_FRAMES + 1, SECTOR_FRAMES));
  return sum;
}

bool redbook_fingerprint_accuraterip(const struct redbook_fingerprint *print, bool first,
                                     bool last, uint32_t silent, uint32_t *version1,
                                     uint32_t *version2) {
  struct products sum = print->all;
  /* On a track of less than 10 sectors what is left out at both ends would overlap. */
  if (print->restored || print->sectors < 2 * LEFT_OUT) return false;
  if (first) subtract(&sum, print->begun);
  if (last && silent < LEFT_OUT) subtract(&sum, of_last(print, LEFT_OUT - silent));
  *version1 = sum.low;
  *version2 = sum.low + sum.high;
  return true;
}
