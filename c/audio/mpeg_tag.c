/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts and check sums of an MPEG file's tag (gabriel.mp3-tech.org/mp3infotag.html, revision
 * 1).
 */
#include "audio/mpeg_tag.h"

#include <string.h>

#include "audio/sums.h"
#include "base/bytes.h"

#define LONGEST_FRAME 1441 /* layer III, 320 kbit/s at 32 kHz */
#define WORD_ROOM 65536    /* how far mp3gain's own tag is looked for */

/* CRC-16 as LAME has it: x^16 + x^15 + x^2 + 1, least significant bit first, from 0. */
#define POLYNOMIAL 0xA001u

/* From the nine letters of the encoder on: +25 what mp3gain has done, +28 length, +32 sum of
 * the frames, +34 sum of the tag's frame up to there. Only LAME's own word is taken. */
static void read_sums(const uint8_t *frame, size_t offset, struct redbook_mpeg_tag *tag) {
  const uint8_t *lame = frame + offset;
  struct redbook_sums sums;
  if (memcmp(lame, "LAME3.", 6) != 0 || lame[25] != 0) return;
  redbook_sums_low_first(&sums, POLYNOMIAL);
  if (redbook_sums_add(&sums, 0, frame, offset + 34) != redbook_get16(lame + 34)) return;
  tag->summed = true;
  tag->bytes = redbook_get32(lame + 28);
  tag->sum = redbook_get16(lame + 32);
}

/* "Xing" or "Info" sits where layer III data would begin: flags, [frames], [bytes], [100 of
 * TOC], [quality]; LAME adds delay and padding at +21 (24 bits). "VBRI" begins 32 bytes after
 * the header whatever the channels. */
bool redbook_mpeg_tag_read(const struct redbook_input *input, int64_t at, unsigned side,
                           struct redbook_mpeg_tag *tag) {
  uint8_t frame[LONGEST_FRAME] = {0};
  ssize_t got = redbook_read_at(input->fd, frame, sizeof frame, at);
  *tag = (struct redbook_mpeg_tag){0};
  if (got >= 36 + 18 && memcmp(frame + 36, "VBRI", 4) == 0) {
    tag->frames = redbook_get32(frame + 36 + 14);
    return true;
  }
  const uint8_t *p = frame + side;
  if (got < (ssize_t)side + 16 || (memcmp(p, "Xing", 4) != 0 && memcmp(p, "Info", 4) != 0))
    return false;
  uint32_t flags = redbook_get32(p + 4);
  p += 8;
  if (flags & 1) tag->frames = redbook_get32(p);
  p += (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (*p == 0) return true;
  tag->delay = redbook_get24(p + 21) >> 12;
  tag->padding = redbook_get24(p + 21) & 0xFFF;
  read_sums(frame, (size_t)(p - frame), tag);
  return true;
}

/* mp3gain changes the gain of every frame and leaves its undo data in an APE or ID3v2 tag. */
static bool says_mp3gain(const struct redbook_input *input, int64_t from, int64_t to) {
  uint8_t block[4096];
  while (from < to) {
    size_t room = to - from < (int64_t)sizeof block ? (size_t)(to - from) : sizeof block;
    ssize_t got = redbook_read_at(input->fd, block, room, from);
    if (got < 8) return false;
    if (memmem(block, (size_t)got, "MP3GAIN_", 8)) return true;
    from += got == (ssize_t)sizeof block ? got - 7 : got;
  }
  return false;
}

bool redbook_mpeg_tag_fits(const struct redbook_input *input, int64_t at, int64_t from,
                           int64_t end, const struct redbook_mpeg_tag *tag) {
  if (!tag->summed || tag->bytes != end - at) return true;
  struct redbook_sums sums;
  uint32_t crc = 0;
  uint8_t block[16384];
  redbook_sums_low_first(&sums, POLYNOMIAL);
  for (int64_t place = from; place < end;) {
    size_t room = end - place < (int64_t)sizeof block ? (size_t)(end - place) : sizeof block;
    ssize_t got = redbook_read_at(input->fd, block, room, place);
    if (got <= 0) return true; /* the decoder will say what is wrong with the disk */
    crc = redbook_sums_add(&sums, crc, block, (size_t)got);
    place += got;
  }
  int64_t before = at < WORD_ROOM ? at : WORD_ROOM, left = input->size - end;
  int64_t behind = left < WORD_ROOM ? left : WORD_ROOM;
  return crc == tag->sum || says_mp3gain(input, 0, before) ||
         says_mp3gain(input, input->size - behind, input->size);
}
