/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a layer III frame's side information hold together? libmpg123 drops a granule that does
 * not, and says so on stderr only. */
#include "audio/mpeg_side.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct bits {
  const uint8_t *data;
  size_t at;
};

static unsigned take(struct bits *bits, unsigned count) {
  unsigned value = 0;
  for (; count > 0; count--, bits->at++)
    value = value << 1 | ((unsigned)bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1u);
  return value;
}

/* 2.4.3.1: x^16 + x^15 + x^2 + 1 from FFFFh, over the header's second half and the side
 * information. */
static uint16_t sum(const uint8_t *head, size_t side_bytes) {
  uint16_t crc = 0xFFFF;
  for (size_t i = 0; i < 2 + side_bytes; i++) {
    crc ^= (uint16_t)((i < 2 ? head[2 + i] : head[4 + i]) << 8);
    for (int bit = 0; bit < 8; bit++)
      crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x8005 : 0));
  }
  return crc;
}

/* One granule of one channel: the length of its main data in bits, or -1 for a block type or a
 * number of values that does not exist. */
static int granule(struct bits *bits, bool half_rate) {
  unsigned length = take(bits, 12), big_values = take(bits, 9);
  (void)take(bits, half_rate ? 17 : 12); /* gain, compression of the scale factors */
  bool switched = take(bits, 1);
  unsigned block_type = take(bits, 2);
  (void)take(bits, half_rate ? 22 : 23);
  return big_values > 288 || (switched && block_type == 0) ? -1 : (int)length;
}

enum redbook_mpeg_side redbook_mpeg_side(const uint8_t *head, int64_t bytes) {
  bool half_rate = (head[1] & 0x08) == 0, mono = head[3] >> 6 == 3;
  bool summed = (head[1] & 1) == 0;
  size_t front = summed ? 6 : 4, side = half_rate ? (mono ? 9 : 17) : (mono ? 17 : 32);
  struct bits bits = {head + front, 0};
  unsigned begin = take(&bits, half_rate ? 8 : 9);
  if (half_rate)
    (void)take(&bits, mono ? 1 : 2);
  else
    (void)take(&bits, mono ? 5 + 4 : 3 + 8);
  int64_t length = 0, room = 8 * ((int64_t)begin + bytes - (int64_t)(front + side));
  for (int i = 0; i < (half_rate ? 1 : 2) * (mono ? 1 : 2); i++) {
    int part = granule(&bits, half_rate);
    if (part < 0) return REDBOOK_MPEG_SIDE_WRONG;
    length += part;
  }
  if (summed && redbook_get16(head + 4) != sum(head, side)) return REDBOOK_MPEG_SIDE_BAD_SUM;
  if (length > room) return REDBOOK_MPEG_SIDE_WRONG;
  return summed ? REDBOOK_MPEG_SIDE_SUMMED : REDBOOK_MPEG_SIDE_FINE;
}
