/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoding both sense formats at every length, the words, and what an outcome asks for. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmc/cdb.h"
#include "mmc/hex.h"
#include "mmc/sense.h"

static struct redbook_sense parse(const char *text) {
  size_t n;
  uint8_t *p = hex_bytes(text, &n);
  struct redbook_sense sense;
  memset(&sense, 0xA5, sizeof sense);
  redbook_sense_parse(p, n, &sense);
  assert_int_equal(sense.raw_length, n);
  assert_memory_equal(sense.raw, p, n);
  free(p);
  return sense;
}

static void expect(const struct redbook_sense *s, bool deferred, uint32_t triple) {
  assert_true(s->valid);
  assert_int_equal(s->deferred, deferred);
  assert_int_equal(redbook_sense_triple(s), triple);
}

/* Write error at LBA 0x12345, as drives send it: 18 bytes, additional length 0Ah. */
static void test_fixed(void **state) {
  (void)state;
  struct redbook_sense s = parse("f0 00 03 00 01 23 45 0a 00 00 00 00 0c 07 00 00 00 00");
  expect(&s, false, 0x030C07);
  assert_true(s.has_information);
  assert_int_equal(s.information, 0x12345);
  assert_false(s.has_progress);
  s = parse("71 00 03 00 01 23 45 0a 00 00 00 00 0c 00 00 00 00 00");
  expect(&s, true, 0x030C00);
  assert_false(s.has_information);
}

static void test_fixed_progress(void **state) {
  (void)state;
  struct redbook_sense s = parse("70 00 02 00 00 00 00 0a 00 00 00 00 04 07 00 80 40 01");
  expect(&s, false, 0x020407);
  assert_true(s.has_progress);
  assert_int_equal(s.progress, 0x4001);
  s = parse("70 00 02 00 00 00 00 0a 00 00 00 00 04 07 00 00 40 01"); /* SKSV 0 */
  assert_false(s.has_progress);
  s = parse("70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 c0 00 02"); /* a field pointer */
  expect(&s, false, 0x052400);
  assert_false(s.has_progress);
}

/* Every length of the same sense: what has not arrived is zero, never read. */
static void test_fixed_at_every_length(void **state) {
  (void)state;
  size_t full;
  uint8_t *bytes = hex_bytes("f0 00 e2 11 22 33 44 0a 55 66 77 88 04 08 99 80 aa bb", &full);
  for (size_t n = 0; n <= full; n++) {
    uint8_t *p = first_bytes(bytes, n);
    struct redbook_sense s;
    redbook_sense_parse(p, n, &s);
    assert_int_equal(s.raw_length, n);
    assert_int_equal(s.valid, n >= 3);
    assert_int_equal(s.key, n >= 3 ? 2 : 0); /* bits 7-5 are not the key's */
    assert_int_equal(s.has_information, n >= 7);
    assert_int_equal(s.information, n >= 7 ? 0x11223344 : 0);
    assert_int_equal(s.asc, n >= 13 ? 4 : 0);
    assert_int_equal(s.ascq, n >= 14 ? 8 : 0);
    assert_int_equal(s.has_progress, n >= 18);
    assert_int_equal(s.progress, n >= 18 ? 0xAABB : 0);
    free(p);
  }
  free(bytes);
}

static void test_fixed_ends_at_its_additional_length(void **state) {
  (void)state;
  struct redbook_sense s = parse("70 00 02 00 00 00 00 00 00 00 00 00 04 08 00 80 40 01");
  expect(&s, false, 0x020000);
  s = parse("70 00 02 00 00 00 00 05 00 00 00 00 04 08 00 80 40 01");
  expect(&s, false, 0x020400);
  s = parse("70 00 02 00 00 00 00 05 00 00 00 00 04 08"); /* one byte more than it says */
  expect(&s, false, 0x020400);
  s = parse("70 00 02 00 00 00 00 06 00 00 00 00 04 08 00 80 40 01");
  expect(&s, false, 0x020408);
  assert_false(s.has_progress);
}

#define DESCRIPTORS                                                                           \
  "72 02 04 07 00 00 00 16 | 00 0a 80 00 00 00 00 00 00 01 23 45 | 02 06 00 00 80 40 01 00 |" \
  "03 00"

static void test_descriptors(void **state) {
  (void)state;
  struct redbook_sense s = parse(DESCRIPTORS);
  expect(&s, false, 0x020407);
  assert_true(s.has_information);
  assert_int_equal(s.information, 0x12345);
  assert_true(s.has_progress);
  assert_int_equal(s.progress, 0x4001);
  s = parse("73 03 0c 00 00 00 00 00");
  expect(&s, true, 0x030C00);
  assert_false(s.has_information);
  s = parse(
      "72 05 24 00 00 00 00 14 00 0a 00 00 00 00 00 00 00 01 23 45 02 06 00 00 80 40 01 00");
  expect(&s, false, 0x052400);
  assert_false(s.has_information); /* not valid */
  assert_false(s.has_progress);    /* a field pointer */
}

static void test_descriptors_at_every_length(void **state) {
  (void)state;
  size_t full;
  uint8_t *bytes = hex_bytes(DESCRIPTORS, &full);
  for (size_t n = 0; n <= full; n++) {
    uint8_t *p = first_bytes(bytes, n);
    struct redbook_sense s;
    redbook_sense_parse(p, n, &s);
    assert_int_equal(s.valid, n >= 2);
    assert_int_equal(s.key, n >= 2 ? 2 : 0);
    assert_int_equal(s.asc, n >= 3 ? 4 : 0);
    assert_int_equal(s.ascq, n >= 4 ? 7 : 0);
    assert_int_equal(s.has_information, n >= 20);
    assert_int_equal(s.has_progress, n >= 28);
    free(p);
  }
  free(bytes);
}

/* Descriptors that run over the end, or are too short for their type. */
static void test_malformed_descriptors(void **state) {
  (void)state;
  struct redbook_sense s = parse("72 03 0c 00 00 00 00 0c 00 ff 80 00 00 00 00 00 00 01 23 45");
  expect(&s, false, 0x030C00);
  assert_false(s.has_information);
  s = parse("72 02 04 07 00 00 00 07 02 06 00 00 80 40 01 00");
  assert_false(s.has_progress); /* one byte more than it says */
  s = parse("72 02 04 07 00 00 00 08 00 02 80 00 02 02 00 80");
  expect(&s, false, 0x020407);
  assert_false(s.has_information);
  assert_false(s.has_progress);
}

static void test_what_is_no_sense(void **state) {
  (void)state;
  static const char *const raw[] = {"", "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
                                    "7f 00 03 00 00 00 00 0a 00 00 00 00 0c 00 00 00 00 00",
                                    "6f 00 03", "74 03 0c 00 00 00 00 00"};
  for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
    struct redbook_sense s = parse(raw[i]);
    assert_false(s.valid);
    assert_false(s.deferred);
    assert_int_equal(redbook_sense_triple(&s), 0);
  }
}

static void test_more_than_64_bytes(void **state) {
  (void)state;
  uint8_t raw[80] = {0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20};
  struct redbook_sense s;
  redbook_sense_parse(raw, sizeof raw, &s);
  expect(&s, false, 0x052000);
  assert_int_equal(s.raw_length, 64);
}

static void expect_text(const char *raw, const char *text) {
  struct redbook_sense s = parse(raw);
  char buffer[160];
  redbook_sense_text(&s, buffer, sizeof buffer);
  assert_string_equal(buffer, text);
}

static void test_text(void **state) {
  (void)state;
  expect_text("72 03 0c 07", "medium error, write error - recovery needed (3/0C/07)");
  expect_text("72 02 04 08", "not ready, long write in progress (2/04/08)");
  expect_text("72 06 28 00", "unit attention, medium may have changed (6/28/00)");
  expect_text("72 07 27 03", "data protect, write protected (7/27/03)");
  expect_text("72 0b 9f 01", "aborted command (B/9F/01)");
  expect_text("73 03 0c 00",
              "deferred error of an earlier command: medium error, write error (3/0C/00)");
  expect_text("", "no sense data");
}

/* Every code that the references name has words, not only numbers. */
static void test_text_of_all_codes(void **state) {
  (void)state;
  static const uint16_t codes[] = {
      0x0200, 0x0400, 0x0401, 0x0402, 0x0403, 0x0404, 0x0407, 0x0408, 0x0600, 0x0803, 0x0902,
      0x0C00, 0x0C07, 0x0C08, 0x0C09, 0x0C0A, 0x1105, 0x1106, 0x1500, 0x1700, 0x1800, 0x1A00,
      0x2000, 0x2100, 0x2102, 0x2400, 0x2600, 0x2601, 0x2602, 0x2700, 0x2706, 0x2800, 0x2900,
      0x2904, 0x2A01, 0x2C00, 0x2E00, 0x3000, 0x3001, 0x3002, 0x3004, 0x3005, 0x3006, 0x3008,
      0x3009, 0x3010, 0x3100, 0x3900, 0x3A00, 0x3A01, 0x3A02, 0x3A03, 0x3A04, 0x3B0D, 0x3B0E,
      0x3E00, 0x3E02, 0x4400, 0x4E00, 0x5100, 0x5101, 0x5302, 0x5500, 0x5700, 0x5A01, 0x5A03,
      0x6300, 0x6301, 0x6400, 0x6401, 0x6F00, 0x7200, 0x7201, 0x7202, 0x7203, 0x7204, 0x7205,
      0x7300, 0x7301, 0x7302, 0x7303, 0x7304, 0x7305, 0x7306};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    struct redbook_sense s = {.valid = true, .key = 3};
    s.asc = (uint8_t)(codes[i] >> 8);
    s.ascq = (uint8_t)codes[i];
    char text[160];
    redbook_sense_text(&s, text, sizeof text);
    assert_memory_equal(text, "medium error, ", 14);
  }
}

static struct redbook_command check(uint8_t opcode, const char *raw) {
  struct redbook_command c = {.cdb = {opcode}, .cdb_length = 10, .status = 2};
  size_t n;
  uint8_t *p = hex_bytes(raw, &n);
  memcpy(c.sense, p, n);
  c.sense_length = (uint8_t)n;
  free(p);
  return c;
}

static void test_outcome_by_sense(void **state) {
  (void)state;
  static const struct {
    uint8_t opcode;
    const char *raw;
    enum redbook_outcome outcome;
  } rows[] = {
      {0x00, "72 01 17 01", REDBOOK_OUTCOME_GOOD},
      {0x2A, "70 00 01 00 00 00 00 0a 00 00 00 00 0c 00", REDBOOK_OUTCOME_GOOD},
      {0x00, "72 02 04 00", REDBOOK_OUTCOME_BECOMING_READY},
      {0x00, "72 02 04 01", REDBOOK_OUTCOME_BECOMING_READY},
      {0x00, "72 02 3e 00", REDBOOK_OUTCOME_BECOMING_READY},
      {0x00, "72 02 04 02", REDBOOK_OUTCOME_NEEDS_START},
      {0x00, "72 02 04 03", REDBOOK_OUTCOME_FAILED},
      {0x00, "72 02 04 04", REDBOOK_OUTCOME_IN_PROGRESS},
      {0x51, "72 02 04 07", REDBOOK_OUTCOME_IN_PROGRESS},
      {0x2A, "72 02 04 07", REDBOOK_OUTCOME_IN_PROGRESS},
      {0x52, "72 02 04 08", REDBOOK_OUTCOME_IN_PROGRESS},
      {0x2A, "72 02 04 08", REDBOOK_OUTCOME_BUFFER_FULL},
      {0xAA, "72 02 04 08", REDBOOK_OUTCOME_BUFFER_FULL},
      {0x00, "72 02 3a 00", REDBOOK_OUTCOME_NO_MEDIUM},
      {0x00, "72 02 3a 01", REDBOOK_OUTCOME_NO_MEDIUM},
      {0x00, "72 02 3a 02", REDBOOK_OUTCOME_NO_MEDIUM},
      {0x00, "72 02 30 00", REDBOOK_OUTCOME_FAILED},
      {0x00, "72 02 06 00", REDBOOK_OUTCOME_FAILED},
      {0x2A, "72 03 0c 00", REDBOOK_OUTCOME_FAILED},
      {0x2A, "72 04 08 03", REDBOOK_OUTCOME_ABORTED},
      {0x2A, "72 04 09 00", REDBOOK_OUTCOME_FAILED},
      {0x54, "72 05 20 00", REDBOOK_OUTCOME_UNSUPPORTED},
      {0x43, "72 05 24 00", REDBOOK_OUTCOME_UNSUPPORTED},
      {0x55, "72 05 26 00", REDBOOK_OUTCOME_UNSUPPORTED},
      {0x55, "72 05 26 02", REDBOOK_OUTCOME_UNSUPPORTED},
      {0x2A, "72 05 21 02", REDBOOK_OUTCOME_FAILED},
      {0x2A, "72 05 2c 00", REDBOOK_OUTCOME_FAILED},
      {0x2A, "72 05 30 05", REDBOOK_OUTCOME_FAILED},
      {0x00, "72 06 28 00", REDBOOK_OUTCOME_ATTENTION},
      {0x00, "72 06 29 00", REDBOOK_OUTCOME_ATTENTION},
      {0x00, "72 06 2a 01", REDBOOK_OUTCOME_ATTENTION},
      {0x00, "72 06 2e 00", REDBOOK_OUTCOME_ATTENTION},
      {0x5B, "72 06 2e 00", REDBOOK_OUTCOME_IN_PROGRESS},
      {0x5B, "72 06 28 00", REDBOOK_OUTCOME_ATTENTION},
      {0x2A, "72 07 27 00", REDBOOK_OUTCOME_FAILED},
      {0x2A, "72 0b 00 00", REDBOOK_OUTCOME_ABORTED},
      {0x2A, "72 0b 4e 00", REDBOOK_OUTCOME_ABORTED},
      {0x2A, "72 0d 21 00", REDBOOK_OUTCOME_FAILED},
      {0x00, "72 00 00 00", REDBOOK_OUTCOME_FAILED}, /* no sense with CHECK CONDITION */
      {0x00, "", REDBOOK_OUTCOME_FAILED},
      {0x00, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", REDBOOK_OUTCOME_FAILED},
      {0x00, "73 01 17 01", REDBOOK_OUTCOME_FAILED}, /* deferred, so this one was not done */
      {0x2A, "73 02 04 08", REDBOOK_OUTCOME_FAILED},
      {0x00, "71 00 06 00 00 00 00 0a 00 00 00 00 28 00", REDBOOK_OUTCOME_FAILED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c = check(rows[i].opcode, rows[i].raw);
    struct redbook_sense s;
    assert_int_equal(redbook_outcome_of(&c, &s), rows[i].outcome);
    assert_int_equal(s.raw_length, c.sense_length);
    assert_int_equal(redbook_outcome_of(&c, NULL), rows[i].outcome);
  }
}

static void test_outcome_without_sense(void **state) {
  (void)state;
  static const struct {
    int os_error;
    uint8_t status, host, driver;
    enum redbook_outcome outcome;
  } rows[] = {
      {0, 0x00, 0, 0, REDBOOK_OUTCOME_GOOD},
      {0, 0x00, 0, 8, REDBOOK_OUTCOME_GOOD},
      {0, 0x00, 0, 6, REDBOOK_OUTCOME_FAILED},
      {0, 0x00, 1, 0, REDBOOK_OUTCOME_FAILED},
      {0, 0x00, 3, 0, REDBOOK_OUTCOME_FAILED},
      {0, 0x00, 0x0E, 0, REDBOOK_OUTCOME_FAILED},
      {0, 0x02, 0, 8, REDBOOK_OUTCOME_FAILED},
      {0, 0x08, 0, 0, REDBOOK_OUTCOME_IN_PROGRESS},
      {0, 0x28, 0, 0, REDBOOK_OUTCOME_IN_PROGRESS},
      {0, 0x18, 0, 0, REDBOOK_OUTCOME_FAILED},
      {0, 0x40, 0, 0, REDBOOK_OUTCOME_FAILED},
      {EPERM, 0, 0, 0, REDBOOK_OUTCOME_UNSUPPORTED},
      {EIO, 0, 0, 0, REDBOOK_OUTCOME_FAILED},
      {ENODEV, 0, 0, 0, REDBOOK_OUTCOME_FAILED},
      {EPROTO, 0, 0, 0, REDBOOK_OUTCOME_FAILED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_command c = {.cdb = {0x2A},
                                .os_error = rows[i].os_error,
                                .status = rows[i].status,
                                .host_status = rows[i].host,
                                .driver_status = rows[i].driver};
    assert_int_equal(redbook_outcome_of(&c, NULL), rows[i].outcome);
  }
}

/* Some bridges leave the status at 0 and give sense alone; SG_IO then shows driver status 8. */
static void test_sense_with_status_good(void **state) {
  (void)state;
  struct redbook_command c = check(0x2A, "72 03 0c 00");
  c.status = 0;
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_GOOD);
  c.driver_status = 8;
  assert_int_equal(redbook_outcome_of(&c, NULL), REDBOOK_OUTCOME_FAILED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fixed),
      cmocka_unit_test(test_fixed_progress),
      cmocka_unit_test(test_fixed_at_every_length),
      cmocka_unit_test(test_fixed_ends_at_its_additional_length),
      cmocka_unit_test(test_descriptors),
      cmocka_unit_test(test_descriptors_at_every_length),
      cmocka_unit_test(test_malformed_descriptors),
      cmocka_unit_test(test_what_is_no_sense),
      cmocka_unit_test(test_more_than_64_bytes),
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_text_of_all_codes),
      cmocka_unit_test(test_outcome_by_sense),
      cmocka_unit_test(test_outcome_without_sense),
      cmocka_unit_test(test_sense_with_status_good),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
