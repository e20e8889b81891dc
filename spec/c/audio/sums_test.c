/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cyclic sums against published check values and a bit-by-bit division. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audio/sums.h"

#define OGG 0x04C11DB7u
#define LAME 0xA001u

static const uint8_t digits[] = "123456789";

static uint32_t high_first(const uint8_t *data, size_t length) {
  uint32_t sum = 0;
  for (size_t i = 0; i < 8 * length; i++) {
    uint32_t feed = (sum >> 31) ^ (uint32_t)(data[i / 8] >> (7 - i % 8) & 1);
    sum = sum << 1 ^ (feed ? OGG : 0);
  }
  return sum;
}

static uint32_t low_first(const uint8_t *data, size_t length) {
  uint32_t sum = 0;
  for (size_t i = 0; i < 8 * length; i++) {
    uint32_t feed = (sum ^ (uint32_t)(data[i / 8] >> i % 8)) & 1;
    sum = sum >> 1 ^ (feed ? LAME : 0);
  }
  return sum;
}

/* CRC-16/ARC, and CRC-32/CKSUM without its last inversion, bytes reversed. */
static void check_values(void **state) {
  (void)state;
  struct redbook_sums sums;
  redbook_sums_low_first(&sums, LAME);
  assert_int_equal(redbook_sums_add(&sums, 0, digits, 9), 0xBB3D);
  redbook_sums_high_first(&sums, OGG);
  assert_int_equal(__builtin_bswap32(redbook_sums_add(&sums, 0, digits, 9)), ~0x765E7680u);
}

static void any_length_and_split(void **state) {
  (void)state;
  uint8_t data[100];
  struct redbook_sums low, high;
  redbook_sums_low_first(&low, LAME);
  redbook_sums_high_first(&high, OGG);
  for (size_t i = 0; i < sizeof data; i++)
    data[i] = (uint8_t)(i * 73 + 11);
  for (size_t length = 0; length <= sizeof data; length++)
    for (size_t cut = 0; cut <= length; cut += 3) {
      uint32_t sum = redbook_sums_add(&low, 0, data, cut);
      sum = redbook_sums_add(&low, sum, data + cut, length - cut);
      assert_int_equal(sum, low_first(data, length));
      sum = redbook_sums_add(&high, 0, data, cut);
      sum = redbook_sums_add(&high, sum, data + cut, length - cut);
      assert_int_equal(__builtin_bswap32(sum), high_first(data, length));
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_values),
      cmocka_unit_test(any_length_and_split),
  };
  return cmocka_run_group_tests_name("audio/sums", tests, NULL, NULL);
}
