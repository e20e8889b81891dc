/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fingerprint of a track: what has to be kept of its sound so that a disc can be compared
 * with it later without the source, at whatever constant offset a drive reads it.
 *
 *   - CRC-32 of all sectors;
 *   - AccurateRip's two checksums;
 *   - for each block of 75 sectors (a second) two sums over its 32-bit stereo frames x[0],
 * x[1],
 *     ...: s0 = sum of x[i], s1 = sum of (i + 1) * x[i], both exact (below 2^48 and 2^62). They
 *     slide: of the same window one frame later they are known from the frame that leaves and
 *     the one that enters, so that a block is found at any offset in one pass. One or two
 * frames that are not the same always show, and where one has changed follows from the sums;
 *   - the first and the last sector as they are: at an offset of n frames n frames at one end
 * of the track lie outside of what is read, and their share in the sums of the block must be
 *     known frame by frame.
 *
 * Knows no drive. Reference counted (atomically); filled by one thread, unchanging afterwards.
 */
#ifndef REDBOOK_AUDIO_FINGERPRINT_H
#define REDBOOK_AUDIO_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define REDBOOK_BLOCK_SECTORS 75u
#define REDBOOK_FRAME_BYTES 4u /* one stereo frame: two samples of 16 bits */

struct redbook_block {
  uint64_t s0, s1;
};

/* Adds `count` frames to a block's sums; the first of them has the index `index` in the block,
 * counted from 1. */
void redbook_block_add(struct redbook_block *block, uint32_t index, const uint8_t *frames,
                       uint32_t count);

struct redbook_fingerprint;

/* Empty, with room for `sectors`. NULL and E_OUTOFMEMORY on failure. */
struct redbook_fingerprint *redbook_fingerprint_create(uint32_t sectors,
                                                       struct redbook_error *err);
/* As one was that is kept somewhere. `blocks`: redbook_fingerprint_block_count(sectors) of
 * them; `head` and `tail`: a sector each. It has no AccurateRip sums. */
struct redbook_fingerprint *redbook_fingerprint_restore(uint32_t sectors, uint32_t crc32,
                                                        const struct redbook_block *blocks,
                                                        const uint8_t *head,
                                                        const uint8_t *tail,
                                                        struct redbook_error *err);
struct redbook_fingerprint *redbook_fingerprint_ref(struct redbook_fingerprint *print);
void redbook_fingerprint_unref(struct redbook_fingerprint *print); /* NULL is fine */

/* Takes the next sectors of the track. What exceeds the room is only counted in the CRC. */
void redbook_fingerprint_add(struct redbook_fingerprint *print, const uint8_t *data,
                             uint32_t sectors);

uint32_t redbook_fingerprint_sectors(const struct redbook_fingerprint *print);
uint32_t redbook_fingerprint_crc32(const struct redbook_fingerprint *print);
/* 75 sectors each, the last one what is left. */
const struct redbook_block *redbook_fingerprint_blocks(const struct redbook_fingerprint *print);
uint32_t redbook_fingerprint_block_count(uint32_t sectors);
const uint8_t *redbook_fingerprint_head(const struct redbook_fingerprint *print);
const uint8_t *redbook_fingerprint_tail(const struct redbook_fingerprint *print);

/* AccurateRip's checksums, versions 1 and 2, of the track as the first and/or last one of a
 * disc. They leave out the first 5 sectors less one frame of the first track and the last 5
 * sectors of the last one. A ripper's track goes to the start of the next one, or to the
 * lead-out: `silent` sectors of silence lie between the end of the sound and there (track at
 * once: 2 of run-out and 150 of pregap, before the lead-out only the 2). They add nothing to
 * the sums, but at the end of the disc they are part of what is left out.
 * False when the sums are not known (a restored fingerprint). */
bool redbook_fingerprint_accuraterip(const struct redbook_fingerprint *print, bool first,
                                     bool last, uint32_t silent, uint32_t *version1,
                                     uint32_t *version2);

#endif
