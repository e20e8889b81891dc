/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of headerless files of either byte order, as cue sheets name them. */
#include "../../support/audio/fixtures.h"

#define SECTOR 2352

static uint8_t little[10 * SECTOR + 400], big[sizeof little];

static int make_files(void **state) {
  if (make_folder(state) != 0) return -1;
  for (size_t i = 0; i < sizeof little; i++) {
    little[i] = (uint8_t)(i * 7 + i / 256 + 1);
    big[i ^ 1u] = little[i];
  }
  write_file("little.bin", little, sizeof little);
  write_file("big.bin", big, sizeof big);
  write_file("odd.bin", little, 7);
  write_file("wave.bin", "RIFF1234WAVE", 12);
  return 0;
}

static struct redbook_source *open_samples(const char *name, int64_t start, int64_t length,
                                           bool big_endian, struct redbook_error *err) {
  const struct redbook_source_part part = {start, length};
  redbook_error_clear(err);
  return redbook_source_open_samples(in_folder(name), &part, big_endian, NULL, err);
}

static void assert_part(const char *name, int64_t start, int64_t length, bool big_endian) {
  struct redbook_error err;
  struct redbook_source *source = open_samples(name, start, length, big_endian, &err);
  if (!source) fail_msg("%08X %s", err.code, err.message);
  size_t from = (size_t)start * SECTOR;
  size_t want = length < 0 ? sizeof little - from : (size_t)length * SECTOR;
  size_t whole = (want + SECTOR - 1) / SECTOR * SECTOR;
  struct bytes bytes = drain(source, 3);
  assert_int_equal(bytes.size, whole);
  assert_memory_equal(bytes.data, little + from, want);
  for (size_t i = want; i < whole; i++)
    assert_int_equal(bytes.data[i], 0);
  free(bytes.data);
  redbook_source_unref(source);
}

static void parts_of_both_orders(void **state) {
  (void)state;
  for (int order = 0; order < 2; order++) {
    const char *name = order ? "big.bin" : "little.bin";
    assert_part(name, 0, -1, order);
    assert_part(name, 0, 10, order);
    assert_part(name, 3, 4, order);
    assert_part(name, 10, -1, order);
  }
}

static void assert_samples_refused(const char *name, int64_t start, int64_t length,
                                   uint32_t code, const char *what) {
  struct redbook_error err;
  struct redbook_source *source = open_samples(name, start, length, false, &err);
  assert_null(source);
  if (err.code != code || !strstr(err.message, what) || !strstr(err.message, name))
    fail_msg("%08X \"%s\" instead of \"%s\"", err.code, err.message, what);
}

static void what_is_refused(void **state) {
  (void)state;
  assert_samples_refused("little.bin", 11, -1, 0xC0AA050Du,
                         "ends before its part begins: sector 11");
  assert_samples_refused("little.bin", 8, 4, 0xC0AA050Du, "ends at sector 2 of 4");
  assert_samples_refused("little.bin", -1, 4, 0x80070057u, "start -1");
  assert_samples_refused("little.bin", 0, 0, 0x80070057u, "length 0");
  assert_samples_refused("odd.bin", 0, -1, 0xC0AA050Du, "7 bytes, not a multiple of 4");
  assert_samples_refused("wave.bin", 0, -1, 0xC0AA050Du, "is a sound file with a header");
  assert_samples_refused("none.bin", 0, -1, 0x80070002u, "cannot be opened");
  assert_samples_refused(".", 0, -1, 0xC0AA050Du, "not a regular file");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(parts_of_both_orders),
                                     cmocka_unit_test(what_is_refused)};
  return cmocka_run_group_tests(tests, make_files, remove_folder);
}
