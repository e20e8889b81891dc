/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CRC-32 of IEEE 802.3, by folding where the processor multiplies without carries, else
 * by tables; and the s16le packer. */
#include <pthread.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "audio/source.h"
#include "audio/stages.h"
#include "audio/sums.h"

#define POLYNOMIAL 0xEDB88320u /* bit-reversed 04C11DB7h */

static struct redbook_sums sums;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
  redbook_sums_low_first(&sums, POLYNOMIAL);
}

#ifdef __x86_64__
#define CARRYLESS __attribute__((target("pclmul")))

/* 16 bytes times x^n modulo the polynomial, which is what they amount to n bits further on: its
 * halves are multiplied with x^(n+32) and x^(n-32), bit-reversed and one place up. */
static inline CARRYLESS __m128i folded(__m128i value, __m128i powers) {
  return _mm_xor_si128(_mm_clmulepi64_si128(value, powers, 0x00),
                       _mm_clmulepi64_si128(value, powers, 0x11));
}

static inline __m128i load(const uint8_t *data) {
  return _mm_loadu_si128((const __m128i *)(const void *)data);
}

/* 64 bytes at a time by carry-less multiplication: everything becomes the last 16 bytes, and
 * these, which have the same sum, go through the tables. `length` is 64 or more. */
static CARRYLESS uint32_t by_folding(uint32_t state, const uint8_t *data, size_t length) {
  const __m128i by_512 = _mm_set_epi64x(0x1C6E41596, 0x154442BD4); /* n = 512 */
  const __m128i by_128 = _mm_set_epi64x(0x0CCAA009E, 0x1751997D0); /* n = 128 */
  __m128i part[4];
  for (int i = 0; i < 4; i++)
    part[i] = load(data + (size_t)16 * (size_t)i);
  part[0] = _mm_xor_si128(part[0], _mm_cvtsi32_si128((int)state));
  for (data += 64, length -= 64; length >= 64; data += 64, length -= 64)
    for (int i = 0; i < 4; i++)
      part[i] = _mm_xor_si128(folded(part[i], by_512), load(data + (size_t)16 * (size_t)i));
  for (int i = 1; i < 4; i++)
    part[i] = _mm_xor_si128(folded(part[i - 1], by_128), part[i]);
  for (; length >= 16; data += 16, length -= 16)
    part[3] = _mm_xor_si128(folded(part[3], by_128), load(data));
  uint8_t last[16];
  _mm_storeu_si128((__m128i *)(void *)last, part[3]);
  return redbook_sums_add(&sums, redbook_sums_add(&sums, 0, last, sizeof last), data, length);
}
#endif

uint32_t redbook_crc32(uint32_t crc, const uint8_t *data, size_t length) {
  (void)pthread_once(&once, make_tables);
#ifdef __x86_64__
  if (length >= 64 && __builtin_cpu_supports("pclmul")) return ~by_folding(~crc, data, length);
#endif
  return ~redbook_sums_add(&sums, ~crc, data, length);
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
