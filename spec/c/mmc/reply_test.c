/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsers of what a drive says about itself, against literal replies; each at every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmc/hex.h"
#include "mmc/reply.h"

/* Gives `parses` every beginning of a reply; it must hold from `least` bytes on, not before. */
static void sweep(const char *reply, size_t least, bool (*parses)(const uint8_t *, size_t)) {
  size_t full;
  uint8_t *bytes = hex_bytes(reply, &full);
  assert_in_range(least, 1, full);
  for (size_t n = 0; n <= full; n++) {
    uint8_t *part = first_bytes(bytes, n);
    assert_int_equal(parses(part, n), n >= least);
    free(part);
  }
  free(bytes);
}

#define INQUIRY                                                                             \
  "05 80 05 32 1f 00 00 00 50 49 4f 4e 45 45 52 20 44 56 44 2d 52 57 20 20 44 56 52 2d 31 " \
  "31 31 20 31 2e 32 39"

static bool inquiry(const uint8_t *p, size_t n) {
  struct redbook_inquiry q;
  if (!redbook_parse_inquiry(p, n, &q)) return false;
  assert_int_equal(q.device_type, 5);
  assert_true(q.removable);
  assert_string_equal(q.vendor, "PIONEER");
  assert_string_equal(q.product, "DVD-RW  DVR-111");
  assert_string_equal(q.revision, "1.29");
  return true;
}

static void test_inquiry(void **state) {
  (void)state;
  sweep(INQUIRY, 36, inquiry);
}

static void test_inquiry_with_odd_bytes(void **state) {
  (void)state;
  size_t n;
  uint8_t *p = hex_bytes(
      "25 00 00 01 00 00 00 00 41 00 42 ff 07 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "00 00 00 20 20 20 20",
      &n);
  struct redbook_inquiry q;
  assert_true(redbook_parse_inquiry(p, n, &q));
  assert_int_equal(q.device_type, 5); /* qualifier 1 is not part of it */
  assert_false(q.removable);
  assert_string_equal(q.vendor, "A B");
  assert_string_equal(q.product, "");
  assert_string_equal(q.revision, "");
  free(p);
}

#define CONFIGURATION                                               \
  "00 00 00 18 00 00 00 09 | 00 00 03 08 00 09 01 00 00 0a 00 00 |" \
  "00 2d 08 04 46 00 01 01"

static bool configuration(const uint8_t *p, size_t n) {
  uint16_t profile;
  uint32_t total;
  if (!redbook_parse_configuration(p, n, &profile, &total)) return false;
  assert_int_equal(profile, 9);
  assert_int_equal(total, 28);
  return true;
}

static void test_configuration_header(void **state) {
  (void)state;
  sweep(CONFIGURATION, 8, configuration);
  uint16_t profile;
  uint32_t total;
  const uint8_t huge[8] = {0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x0A};
  assert_true(redbook_parse_configuration(huge, 8, &profile, &total));
  assert_int_equal(total, 0xFFFFFFFF);
  const uint8_t short_one[8] = {0, 0, 0, 3, 0, 0, 0, 9};
  assert_false(redbook_parse_configuration(short_one, 8, &profile, &total));
}

/* How many features every beginning of the reply has: 12 bytes the first, 8 the second. */
static void test_features(void **state) {
  (void)state;
  size_t full;
  uint8_t *bytes = hex_bytes(CONFIGURATION, &full);
  for (size_t n = 0; n <= full; n++) {
    uint8_t *p = first_bytes(bytes, n);
    struct redbook_feature f = {0};
    size_t next = redbook_next_feature(p, n, 8, &f);
    assert_int_equal(next, n < 20 ? 0 : 20);
    if (next != 0) {
      assert_int_equal(f.code, 0);
      assert_true(f.current);
      assert_true(f.persistent);
      assert_int_equal(f.version, 0);
      assert_int_equal(f.length, 8);
      assert_ptr_equal(f.data, p + 12);
      next = redbook_next_feature(p, n, next, &f);
      assert_int_equal(next, n < 28 ? 0 : 28);
    }
    if (next != 0) {
      assert_int_equal(f.code, 0x002D);
      assert_false(f.current);
      assert_false(f.persistent);
      assert_int_equal(f.version, 2);
      assert_int_equal(f.length, 4);
      assert_ptr_equal(f.data, p + 24);
      assert_int_equal(redbook_next_feature(p, n, next, &f), 0);
    }
    free(p);
  }
  struct redbook_feature f;
  assert_int_equal(redbook_next_feature(bytes, full, 0, &f), 0);
  assert_int_equal(redbook_next_feature(bytes, full, 4096, &f), 0);
  free(bytes);
}

/* The length field ends the list, whatever the buffer holds behind it. */
static void test_features_end_where_the_drive_says(void **state) {
  (void)state;
  size_t n;
  uint8_t *p =
      hex_bytes("00 00 00 0c 00 00 00 09 00 01 0b 04 00 00 00 02 00 02 0b 04 00 00 00 00", &n);
  struct redbook_feature f;
  assert_int_equal(redbook_next_feature(p, n, 8, &f), 16);
  assert_int_equal(f.code, 1);
  assert_int_equal(f.version, 2);
  assert_int_equal(redbook_next_feature(p, n, 16, &f), 0);
  free(p);
}

/* CDEmu's page 2Ah (client traces: 54 bytes, 1f 37 71 f7 29 23, 8467 kB/s) behind its header.
 */
#define PAGE_2A                                                                               \
  "2a 36 1f 37 71 f7 29 23 21 13 01 00 02 00 16 0d 00 00 1b 90 10 8a 00 01 00 00 00 01 0b 06" \
  "00 06 | 00 00 1b 90 | 00 01 16 0d | 00 00 00 00 | 00 00 0b 06 | 00 00 05 83 | 00 00 02 c2"
#define SENSE_HEADER "00 3e 70 00 00 00 00 00"

static bool page(const uint8_t *p, size_t n) {
  const uint8_t *found;
  size_t length;
  if (!redbook_parse_mode_page(p, n, 0x2A, &found, &length)) return false;
  assert_ptr_equal(found, p + 8);
  assert_int_equal(length, n - 8);
  return true;
}

static void test_mode_page(void **state) {
  (void)state;
  sweep(SENSE_HEADER PAGE_2A, 10, page);
}

static bool page_behind_block_descriptor(const uint8_t *p, size_t n) {
  const uint8_t *found;
  size_t length;
  if (!redbook_parse_mode_page(p, n, 0x05, &found, &length)) return false;
  assert_ptr_equal(found, p + 16);
  assert_int_equal(length, n - 16 < 4 ? n - 16 : 4);
  return true;
}

static void test_mode_page_behind_block_descriptor(void **state) {
  (void)state;
  sweep("00 12 00 00 00 00 00 08 | 00 00 00 00 00 00 08 00 | 85 02 aa bb", 18,
        page_behind_block_descriptor);
  /* the same with four bytes more than the drive says it sent */
  sweep("00 12 00 00 00 00 00 08 | 00 00 00 00 00 00 08 00 | 05 02 aa bb | cc cc cc cc", 18,
        page_behind_block_descriptor);
}

static bool page_behind_pages(const uint8_t *p, size_t n) {
  const uint8_t *found;
  size_t length;
  if (!redbook_parse_mode_page(p, n, 0x0E, &found, &length)) return false;
  assert_ptr_equal(found, p + 20);
  assert_int_equal(length, n - 20);
  return true;
}

/* Page 01h, a sub-page of 0Eh, then page 0Eh itself. */
static void test_mode_page_behind_others(void **state) {
  (void)state;
  sweep("00 15 00 00 00 00 00 00 | 01 04 00 03 00 00 | 4e 01 00 02 aa bb | 0e 01 77", 22,
        page_behind_pages);
}

static void test_mode_page_that_is_not_there(void **state) {
  (void)state;
  static const char *const replies[] = {
      "00 0a 00 00 00 00 00 00 01 02 00 00", /* another page */
      "00 06 00 00 00 00 00 00 05 02 00 00", /* the header only */
      "00 00 00 00 00 00 00 00 05 02 00 00", /* nonsense length */
      "00 0a 00 00 00 00 ff ff 05 02 00 00", /* nonsense block descriptor length */
      "00 0a 00 00 00 00 00 00 45 02 00 00", /* a sub-page */
      "00 0c 00 00 00 00 00 00 41",          /* cut off in a sub-page's header */
  };
  for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
    const uint8_t *found;
    size_t n, length;
    uint8_t *p = hex_bytes(replies[i], &n);
    assert_false(redbook_parse_mode_page(p, n, 0x05, &found, &length));
    free(p);
  }
}

static bool capabilities(const uint8_t *p, size_t n) {
  struct redbook_capabilities c;
  if (!redbook_parse_capabilities(p, n, &c)) return false;
  assert_true(c.writes_cd_r && c.writes_cd_rw && c.test_write);
  assert_false(c.buffer_underrun_free);
  assert_int_equal(c.loading_mechanism, 1);
  assert_true(c.can_eject && c.can_lock);
  assert_false(c.locked);
  assert_int_equal(c.buffer_kib, 512);
  assert_int_equal(c.max_read_kbps, 8467);
  assert_int_equal(c.current_read_kbps, 5645);
  assert_int_equal(c.max_write_kbps, 7056);
  assert_int_equal(c.current_write_kbps, n < 22 ? 0 : n < 30 ? 4234 : 2822);
  assert_int_equal(c.current_pure_cav, n >= 30);
  static const uint16_t kbps[] = {7056, 5645, 2822, 1411, 706}; /* an empty one left out */
  static const unsigned counts[] = {0, 1, 2, 2, 3, 4, 5};
  assert_int_equal(c.speed_count, n < 32 ? 0 : counts[(n - 32) / 4]);
  for (unsigned i = 0; i < c.speed_count; i++) {
    assert_int_equal(c.speeds[i].kbps, kbps[i]);
    assert_int_equal(c.speeds[i].pure_cav, i == 1);
  }
  return true;
}

static void test_capabilities(void **state) {
  (void)state;
  sweep(PAGE_2A, 20, capabilities);
}

static void parse_page(const char *text, struct redbook_capabilities *c) {
  size_t n;
  uint8_t *p = hex_bytes(text, &n);
  assert_true(redbook_parse_capabilities(p, n, c));
  free(p);
}

/* Length 12h, as QEMU's first ATAPI drives had it: no current write speed, bytes behind it are
 * not the page's. A BDR-203's bytes 2-7 and buffer; bytes 18-21 zero, as MMC-6 allows. */
static void test_short_and_long_capabilities(void **state) {
  (void)state;
  struct redbook_capabilities c;
  parse_page(
      "2a 12 03 00 71 60 2b 00 02 c2 00 02 02 00 02 c2 00 00 00 00 ff ff ff ff ff ff ff ff"
      "ff ff ff ff ff ff ff ff",
      &c);
  assert_false(c.writes_cd_r || c.writes_cd_rw || c.test_write || c.buffer_underrun_free);
  assert_true(c.can_eject && c.can_lock && c.locked);
  assert_int_equal(c.loading_mechanism, 1);
  assert_int_equal(c.buffer_kib, 512);
  assert_int_equal(c.max_read_kbps, 706);
  assert_int_equal(c.max_write_kbps, 0);
  assert_int_equal(c.current_write_kbps, 0);
  assert_false(c.current_pure_cav);
  assert_int_equal(c.speed_count, 0);
  parse_page(
      "2a 42 3f 37 f1 63 28 00 1b 90 00 00 0f a0 1b 90 00 00 00 00 00 00 00 01 00 00 00 00"
      "10 8a 00 09 | 00 00 10 8a 00 00 1b 90 00 00 0b 06",
      &c);
  assert_true(c.writes_cd_r && c.writes_cd_rw && c.test_write && c.buffer_underrun_free);
  assert_int_equal(c.buffer_kib, 4000);
  assert_int_equal(c.max_write_kbps, 7056); /* the fastest descriptor */
  assert_int_equal(c.current_write_kbps, 4234);
  assert_int_equal(c.speed_count, 3);
}

static void test_other_page_is_no_capabilities(void **state) {
  (void)state;
  size_t n;
  uint8_t *p = hex_bytes("05 12 03 00 71 60 29 00 02 c2 00 02 02 00 02 c2 00 00 00 00", &n);
  struct redbook_capabilities c;
  assert_false(redbook_parse_capabilities(p, n, &c));
  p[0] = 0x2A;
  p[1] = 0x11;
  assert_false(redbook_parse_capabilities(p, n, &c));
  free(p);
}

#define PERFORMANCE                                   \
  "00 00 00 34 00 00 00 00 |"                         \
  "00 00 00 00 00 05 7d a9 00 00 21 13 00 00 1b 90 |" \
  "08 00 00 00 00 05 7d a9 00 00 21 13 00 00 10 8a |" \
  "00 00 00 00 00 05 7d a9 00 00 21 13 00 01 86 a0"

static bool performance(const uint8_t *p, size_t n) {
  struct redbook_speed speeds[3];
  unsigned count, announced;
  if (!redbook_parse_performance(p, n, speeds, 3, &count, &announced)) return false;
  assert_int_equal(announced, 3);
  assert_int_equal(count, (n - 8) / 16);
  static const uint16_t kbps[] = {7056, 4234, 65535}; /* 100000 kB/s does not fit */
  for (unsigned i = 0; i < 3 && i < count; i++) {
    assert_int_equal(speeds[i].kbps, kbps[i]);
    assert_int_equal(speeds[i].pure_cav, i == 1);
  }
  return true;
}

static void test_performance(void **state) {
  (void)state;
  sweep(PERFORMANCE, 8, performance);
  size_t n;
  uint8_t *p = hex_bytes(PERFORMANCE, &n);
  struct redbook_speed one;
  unsigned count, announced;
  assert_true(redbook_parse_performance(p, n, &one, 1, &count, &announced));
  assert_int_equal(count, 1);
  assert_int_equal(announced, 3);
  p[3] = 3; /* shorter than the header itself */
  assert_false(redbook_parse_performance(p, n, &one, 1, &count, &announced));
  p[3] = 0x14; /* one descriptor, whatever stands behind it */
  assert_true(redbook_parse_performance(p, n, &one, 1, &count, &announced));
  assert_int_equal(announced, 1);
  assert_int_equal(count, 1);
  free(p);
}

static bool buffer_capacity(const uint8_t *p, size_t n) {
  uint32_t total, room;
  if (!redbook_parse_buffer_capacity(p, n, &total, &room)) return false;
  assert_int_equal(total, 0x131800);
  assert_int_equal(room, 131584);
  return true;
}

static void test_buffer_capacity(void **state) {
  (void)state;
  sweep("00 0a 00 00 00 13 18 00 00 02 02 00", 12, buffer_capacity);
  static const char *const wrong[] = {
      "00 0a 00 01 00 13 18 00 00 02 02 00",  /* in blocks */
      "00 00 00 00 00 00 00 00 00 00 00 00",  /* empty */
      "00 0a 00 00 00 13 18 00 00 13 18 01"}; /* more free than there is */
  for (size_t i = 0; i < 3; i++) {
    size_t n;
    uint32_t total, room;
    uint8_t *p = hex_bytes(wrong[i], &n);
    assert_false(redbook_parse_buffer_capacity(p, n, &total, &room));
    free(p);
  }
}

static bool open_door(const uint8_t *p, size_t n) {
  bool open = false;
  if (!redbook_parse_mechanism_status(p, n, &open)) return false;
  assert_true(open);
  return true;
}

static bool closed_door(const uint8_t *p, size_t n) {
  bool open = true;
  if (!redbook_parse_mechanism_status(p, n, &open)) return false;
  assert_false(open);
  return true;
}

static void test_mechanism_status(void **state) {
  (void)state;
  sweep("00 10 00 00 00 01 00 00", 8, open_door);
  sweep("ff ef 00 00 00 01 00 00", 8, closed_door);
}

/* imapi2 reference 0.2. */
static void test_speed_units(void **state) {
  (void)state;
  static const uint32_t rows[][2] = {{75, 176},    {300, 706},   {600, 1411},
                                     {1800, 4234}, {3600, 8467}, {0, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(redbook_sectors_to_kbps(rows[i][0]), rows[i][1]);
    assert_int_equal(redbook_kbps_to_sectors(rows[i][1]), rows[i][0]);
  }
  assert_int_equal(redbook_kbps_to_sectors(177), 75);
  assert_int_equal(redbook_kbps_to_sectors(0xFFFFFFFF), 1826091537);
  assert_int_equal(redbook_sectors_to_kbps(0xFFFFFFFF), 0xFFFFFFFF);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_inquiry),
      cmocka_unit_test(test_inquiry_with_odd_bytes),
      cmocka_unit_test(test_configuration_header),
      cmocka_unit_test(test_features),
      cmocka_unit_test(test_features_end_where_the_drive_says),
      cmocka_unit_test(test_mode_page),
      cmocka_unit_test(test_mode_page_behind_block_descriptor),
      cmocka_unit_test(test_mode_page_behind_others),
      cmocka_unit_test(test_mode_page_that_is_not_there),
      cmocka_unit_test(test_capabilities),
      cmocka_unit_test(test_short_and_long_capabilities),
      cmocka_unit_test(test_other_page_is_no_capabilities),
      cmocka_unit_test(test_performance),
      cmocka_unit_test(test_buffer_capacity),
      cmocka_unit_test(test_mechanism_status),
      cmocka_unit_test(test_speed_units),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
