/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of cyclic sums. With the bytes of its state reversed, a sum that takes the most
 * significant bit first is added up as any other: only the first table is made otherwise. */
#include "audio/sums.h"

#include "audio/little.h"
#include "base/bytes.h"

/* Row k holds what a byte amounts to k bytes further on. */
static void make_rows(struct redbook_sums *sums) {
  for (int k = 1; k < 8; k++)
    for (int i = 0; i < 256; i++) {
      uint32_t before = sums->table[k - 1][i];
      sums->table[k][i] = before >> 8 ^ sums->table[0][before & 255];
    }
}

void redbook_sums_low_first(struct redbook_sums *sums, uint32_t polynomial) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t sum = i;
    for (int bit = 0; bit < 8; bit++)
      sum = sum >> 1 ^ (sum & 1 ? polynomial : 0);
    sums->table[0][i] = sum;
  }
  make_rows(sums);
}

void redbook_sums_high_first(struct redbook_sums *sums, uint32_t polynomial) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t sum = i << 24;
    uint8_t bytes[4];
    for (int bit = 0; bit < 8; bit++)
      sum = sum << 1 ^ (sum >> 31 ? polynomial : 0);
    redbook_put32(bytes, sum);
    sums->table[0][i] = redbook_le32(bytes);
  }
  make_rows(sums);
}

uint32_t redbook_sums_add(const struct redbook_sums *sums, uint32_t state, const uint8_t *data,
                          size_t length) {
  const uint32_t(*table)[256] = sums->table;
  for (; length >= 8; length -= 8, data += 8) {
    uint32_t a = state ^ redbook_le32(data), b = redbook_le32(data + 4);
    state = table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^
            table[4][a >> 24] ^ table[3][b & 255] ^ table[2][b >> 8 & 255] ^
            table[1][b >> 16 & 255] ^ table[0][b >> 24];
  }
  while (length-- > 0)
    state = state >> 8 ^ table[0][(state ^ *data++) & 255];
  return state;
}
