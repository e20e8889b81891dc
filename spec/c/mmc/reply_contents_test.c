/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions, codes and CD-TEXT packs from literal replies, at every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mmc/hex.h"
#include "mmc/reply_contents.h"

/* Two sessions, tracks 1-2 and 3, as mmc reference 2.7 shows the entries. */
#define TWO_SESSIONS                                                                     \
  "00 7b 01 02 | 01 10 00 a0 00 00 00 00 01 00 00 | 01 10 00 a1 00 00 00 00 02 00 00 | " \
  "01 10 00 a2 00 00 00 00 00 0e 34 | 01 10 00 01 00 00 00 00 00 02 00 | "               \
  "01 10 00 02 00 00 00 00 00 08 02 | 01 50 00 b0 02 2c 34 03 4f 3b 4a | "               \
  "01 50 00 c0 00 00 00 00 61 1a 41 | 02 14 00 a0 00 00 00 00 03 00 00 | "               \
  "02 14 00 a1 00 00 00 00 03 00 00 | 02 14 00 a2 00 00 00 00 02 3c 00 | "               \
  "02 14 00 03 00 00 00 00 02 2e 34"

static bool parse(const char *reply, struct redbook_session *out, unsigned *count) {
  size_t n;
  uint8_t *bytes = hex_bytes(reply, &n);
  bool ok = redbook_parse_sessions(bytes, n, out, REDBOOK_SESSIONS_MOST, count);
  free(bytes);
  return ok;
}

static void test_sessions(void **state) {
  (void)state;
  struct redbook_session s[REDBOOK_SESSIONS_MOST];
  unsigned count;
  /* 02:60:00 is no position. */
  assert_false(parse(TWO_SESSIONS, s, &count));
  char reply[] = TWO_SESSIONS;
  memcpy(strstr(reply, "02 3c 00"), "02 3b 00", 8);
  assert_true(parse(reply, s, &count));
  assert_int_equal(count, 2);
  assert_int_equal(s[0].number, 1);
  assert_int_equal(s[0].first, 1);
  assert_int_equal(s[0].last, 2);
  assert_int_equal(s[0].lead_out, 14 * 75 + 52 - 150);
  assert_int_equal(s[1].number, 2);
  assert_int_equal(s[1].first, 3);
  assert_int_equal(s[1].last, 3);
  assert_int_equal(s[1].lead_out, (2 * 60 + 59) * 75 - 150);
}

#define ONE                                                                              \
  "00 2e 01 01 | 01 10 00 a0 00 00 00 00 01 00 00 | 01 10 00 a1 00 00 00 00 01 00 00 | " \
  "01 10 00 a2 00 00 00 00 00 0e 34"

static void test_cut_off(void **state) {
  (void)state;
  size_t full;
  struct redbook_session s[REDBOOK_SESSIONS_MOST];
  unsigned count;
  uint8_t *bytes = hex_bytes(ONE, &full);
  for (size_t n = 0; n <= full; n++) {
    uint8_t *part = first_bytes(bytes, n);
    assert_int_equal(redbook_parse_sessions(part, n, s, REDBOOK_SESSIONS_MOST, &count),
                     n == full);
    free(part);
  }
  free(bytes);
}

/* Each of these changes makes nonsense of ONE. */
static void test_nonsense(void **state) {
  static const struct {
    unsigned at;
    uint8_t value;
  } changes[] = {
      {4, 0},    /* session 0 */
      {4, 100},  /* more than there can be */
      {15, 2},   /* its pointers in two sessions */
      {12, 0},   /* first track 0 */
      {12, 2},   /* first behind last */
      {23, 100}, /* track 100 */
      {34, 100}, /* lead-out at 100 minutes */
      {36, 75},  /* frame 75 */
      {5, 0x50}, /* mode 5: no first track */
  };
  (void)state;
  struct redbook_session s[REDBOOK_SESSIONS_MOST];
  unsigned count;
  size_t n;
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    uint8_t *bytes = hex_bytes(ONE, &n);
    assert_true(redbook_parse_sessions(bytes, n, s, REDBOOK_SESSIONS_MOST, &count));
    bytes[changes[i].at] = changes[i].value;
    assert_false(redbook_parse_sessions(bytes, n, s, REDBOOK_SESSIONS_MOST, &count));
    free(bytes);
  }
}

#define CATALOG "00 15 00 14 02 00 00 00 80 31 32 33 34 35 36 37 38 39 30 31 32 33 00 00"
#define ISRC "00 15 00 14 03 10 01 00 80 55 53 52 43 31 37 36 30 37 38 33 39 00 00 00"

typedef bool code_fn(const uint8_t *p, size_t n, char *out);

static bool catalog(const uint8_t *p, size_t n, char *out) {
  return redbook_parse_catalog(p, n, out);
}

static bool isrc(const uint8_t *p, size_t n, char *out) {
  return redbook_parse_isrc(p, n, out);
}

static void check_code(code_fn *parse_code, const char *reply, unsigned at, int value,
                       const char *expected) {
  char out[REDBOOK_CATALOG_SIZE] = "?";
  size_t n;
  uint8_t *bytes = hex_bytes(reply, &n);
  if (value >= 0) bytes[at] = (uint8_t)value;
  assert_true(parse_code(bytes, n, out));
  assert_string_equal(out, expected);
  free(bytes);
}

static void test_codes(void **state) {
  (void)state;
  check_code(catalog, CATALOG, 0, -1, "1234567890123");
  check_code(catalog, CATALOG, 8, 0x00, "");
  check_code(catalog, CATALOG, 8, 0x7F, "");
  check_code(catalog, CATALOG, 21, 'A', "");
  check_code(catalog, CATALOG, 9, 0xFF, "");
  check_code(isrc, ISRC, 0, -1, "USRC17607839");
  check_code(isrc, ISRC, 8, 0x00, "");
  check_code(isrc, ISRC, 9, 'u', "");
  check_code(isrc, ISRC, 14, 'A', "");
  check_code(isrc, ISRC, 13, '9', "USRC97607839");
  check_code(isrc, ISRC, 20, 0, "");
}

static void test_zeros_are_no_code(void **state) {
  (void)state;
  check_code(catalog, "00 15 00 14 02 00 00 00 80 30 30 30 30 30 30 30 30 30 30 30 30 30 00 00",
             0, -1, "");
  check_code(isrc, "00 15 00 14 03 10 01 00 80 30 30 30 30 30 30 30 30 30 30 30 30 00 00 00", 0,
             -1, "");
}

static void sweep_code(code_fn *parse_code, const char *reply, size_t least) {
  char out[REDBOOK_CATALOG_SIZE];
  size_t full;
  uint8_t *bytes = hex_bytes(reply, &full);
  for (size_t n = 0; n <= full; n++) {
    uint8_t *part = first_bytes(bytes, n);
    assert_int_equal(parse_code(part, n, out), n >= least);
    free(part);
  }
  free(bytes);
}

static void test_codes_cut_off(void **state) {
  (void)state;
  sweep_code(catalog, CATALOG, 22);
  sweep_code(isrc, ISRC, 21);
  check_code(isrc, ISRC, 3, 0x11, "USRC17607839"); /* a length just enough */
  check_code(catalog, CATALOG, 3, 0x12, "1234567890123");
}

/* Byte 1 is the audio status: 00h of a drive that plays no sound, 13h after it has. */
static void test_codes_with_any_audio_status(void **state) {
  static const uint8_t known[] = {0x00, 0x11, 0x12, 0x13, 0x14, 0x15};
  (void)state;
  for (size_t i = 0; i < sizeof known; i++) {
    check_code(catalog, CATALOG, 1, known[i], "1234567890123");
    check_code(isrc, ISRC, 1, known[i], "USRC17607839");
  }
}

static void test_codes_shorter_than_they_are(void **state) {
  char out[REDBOOK_CATALOG_SIZE];
  size_t n;
  (void)state;
  uint8_t *bytes = hex_bytes(CATALOG, &n);
  bytes[3] = 0x11;
  assert_false(redbook_parse_catalog(bytes, n, out));
  free(bytes);
  bytes = hex_bytes(ISRC, &n);
  bytes[3] = 0x10;
  assert_false(redbook_parse_isrc(bytes, n, out));
  free(bytes);
}

static void test_cd_text(void **state) {
  (void)state;
  uint8_t reply[4 + 3 * 18] = {0, 2 + 2 * 18};
  const uint8_t *packs;
  assert_int_equal(redbook_parse_cd_text(reply, sizeof reply, &packs), 2);
  assert_ptr_equal(packs, reply + 4);
  assert_int_equal(redbook_parse_cd_text(reply, 4 + 2 * 18 - 1, &packs), 1);
  assert_int_equal(redbook_parse_cd_text(reply, 4 + 17, &packs), 0);
  assert_null(packs);
  assert_int_equal(redbook_parse_cd_text(reply, 0, &packs), 0);
  reply[1] = 2;
  assert_int_equal(redbook_parse_cd_text(reply, sizeof reply, &packs), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sessions),
      cmocka_unit_test(test_cut_off),
      cmocka_unit_test(test_nonsense),
      cmocka_unit_test(test_codes),
      cmocka_unit_test(test_zeros_are_no_code),
      cmocka_unit_test(test_codes_cut_off),
      cmocka_unit_test(test_codes_with_any_audio_status),
      cmocka_unit_test(test_codes_shorter_than_they_are),
      cmocka_unit_test(test_cd_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
