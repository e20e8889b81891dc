/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CRC-32 of IEEE 802.3, eight bytes at a time ("slicing by 8"), and the s16le packer. */
#include <pthread.h>
#include <string.h>

#include "audio/little.h"
#include "audio/source.h"
#include "audio/stages.h"

#define POLYNOMIAL 0xEDB88320u /* bit-reversed 04C11DB7h */

static uint32_t table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
    table[0][i] = crc;
  }
  for (int k = 1; k < 8; k++)
    for (int i = 0; i < 256; i++)
      table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255];
}

uint32_t redbook_crc32(uint32_t crc, const uint8_t *data, size_t length) {
  (void)pthread_once(&once, make_tables);
  crc = ~crc;
  for (; length >= 8; length -= 8, data += 8) {
    uint32_t a = crc ^ redbook_le32(data), b = redbook_le32(data + 4);
    crc = table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^
          table[4][a >> 24] ^ table[3][b & 255] ^ table[2][b >> 8 & 255] ^
          table[1][b >> 16 & 255] ^ table[0][b >> 24];
  }
  while (length-- > 0)
    crc = crc >> 8 ^ table[0][(crc ^ *data++) & 255];
  return ~crc;
}

void redbook_pack(uint8_t *bytes, const int16_t *samples, size_t count) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy(bytes, samples, count * sizeof *samples);
#else
  for (size_t i = 0; i < count; i++) {
    bytes[2 * i] = (uint8_t)((uint16_t)samples[i] & 0xFF);
    bytes[2 * i + 1] = (uint8_t)((uint16_t)samples[i] >> 8);
  }
#endif
}
