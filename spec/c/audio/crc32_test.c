/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CRC-32 against the published check value and a bit-by-bit division. */
#include "../../support/audio/fixtures.h"

static uint32_t bit_by_bit(const uint8_t *data, size_t length) {
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < length; i++)
    for (int bit = 0; bit < 8; bit++) {
      uint32_t feed = (crc ^ (uint32_t)(data[i] >> bit)) & 1;
      crc = crc >> 1 ^ (feed ? 0xEDB88320u : 0);
    }
  return ~crc;
}

static void check_value(void **state) {
  (void)state;
  assert_int_equal(redbook_crc32(0, (const uint8_t *)"123456789", 9), 0xCBF43926u);
  assert_int_equal(redbook_crc32(0, (const uint8_t *)"", 0), 0);
  assert_int_equal(redbook_crc32(0, (const uint8_t *)"a", 1), 0xE8B7BE43u);
}

static void any_length_and_split(void **state) {
  (void)state;
  uint8_t data[200];
  for (size_t i = 0; i < sizeof data; i++)
    data[i] = (uint8_t)(i * 73 + 11);
  for (size_t length = 0; length <= sizeof data; length++)
    for (size_t cut = 0; cut <= length; cut += 7) {
      uint32_t crc = redbook_crc32(0, data, cut);
      crc = redbook_crc32(crc, data + cut, length - cut);
      assert_int_equal(crc, bit_by_bit(data, length));
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_value),
      cmocka_unit_test(any_length_and_split),
  };
  return cmocka_run_group_tests_name("audio/crc32", tests, NULL, NULL);
}
