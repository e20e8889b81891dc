/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mode page 05h byte for byte (mmc reference 1.4); the syntax of ISRC and MCN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmc/hex.h"
#include "mmc/write_parameters.h"

#define HEADER "00 00 00 00 00 00 00 00"
#define NOTHING_16 "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"

static void expect_list(const struct redbook_write_parameters *parameters, const char *sensed,
                        const char *expected) {
  size_t sensed_length = 0, n = 0;
  uint8_t *page = sensed == NULL ? NULL : hex_bytes(sensed, &sensed_length);
  uint8_t *want = hex_bytes(expected, &n);
  uint8_t *list = malloc(n);
  assert_int_equal(redbook_write_parameters_list(parameters, page, sensed_length, list, n), n);
  assert_memory_equal(list, want, n);
  assert_int_equal(redbook_write_parameters_list(parameters, page, sensed_length, list, n - 1),
                   0);
  free(list);
  free(want);
  free(page);
}

static void test_from_zero(void **state) {
  (void)state;
  struct redbook_write_parameters plain = {.buffer_underrun_free = true};
  expect_list(&plain, NULL,
              HEADER "05 32 41 00 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                     "00 00 00 00");
}

static void test_each_flag(void **state) {
  (void)state;
  struct redbook_write_parameters p = {.test_write = true};
  expect_list(&p, NULL,
              HEADER "05 32 11 00 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                     "00 00 00 00");
  p = (struct redbook_write_parameters){.next_session_allowed = true};
  expect_list(&p, NULL,
              HEADER "05 32 01 c0 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                     "00 00 00 00");
  p = (struct redbook_write_parameters){.pre_emphasis = true};
  expect_list(&p, NULL,
              HEADER "05 32 01 01 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                     "00 00 00 00");
  p = (struct redbook_write_parameters){.copy_permitted = true};
  expect_list(&p, NULL,
              HEADER "05 32 01 02 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                     "00 00 00 00");
}

static void test_numbers(void **state) {
  (void)state;
  struct redbook_write_parameters p = {.buffer_underrun_free = true,
                                       .test_write = true,
                                       .next_session_allowed = true,
                                       .pre_emphasis = true,
                                       .copy_permitted = true,
                                       .catalog_number = "4006381333931",
                                       .isrc = "USRC17607839"};
  expect_list(&p, NULL,
              HEADER
              "05 32 51 c3 00 00 00 00 00 00 00 00 00 00 00 96"
              "80 34 30 30 36 33 38 31 33 33 33 39 33 31 00 00"
              "80 55 53 52 43 31 37 36 30 37 38 33 39 00 00 00"
              "00 00 00 00");
}

/* A drive's page with PS set, left-overs of a data program and four bytes of the vendor's. */
static void test_vendor_tail_is_kept(void **state) {
  (void)state;
  struct redbook_write_parameters plain = {.buffer_underrun_free = true};
  expect_list(&plain,
              "85 36 f0 e4 08 10 07 3f 20 ff 00 00 00 20 00 97"
              "80 31 31 31 31 31 31 31 31 31 31 31 31 31 11 22"
              "80 41 41 41 41 41 41 41 41 41 41 41 41 33 44 55"
              "66 77 88 99 de ad be ef",
              HEADER "05 36 41 00 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                     "00 00 00 00 de ad be ef");
}

/* libburn's way of asking for the length alone: ten bytes, of which two are the page's. */
static void test_length_of_a_cut_page_is_kept(void **state) {
  (void)state;
  struct redbook_write_parameters plain = {0};
  expect_list(&plain, "05 36",
              HEADER "05 36 01 00 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                     "00 00 00 00 00 00 00 00");
}

static void test_garbage_pages_are_not_used(void **state) {
  (void)state;
  static const char *const pages[] = {"", "05", "2a 36 11 22", "05 12 11 22"};
  struct redbook_write_parameters plain = {0};
  for (size_t i = 0; i < 4; i++) {
    expect_list(&plain, pages[i],
                HEADER "05 32 01 00 00 00 00 00 00 00 00 00 00 00 00 96" NOTHING_16 NOTHING_16
                       "00 00 00 00");
  }
}

static void test_isrc(void **state) {
  (void)state;
  char out[13];
  static const struct {
    const char *text, *compact;
  } good[] = {{"USRC17607839", "USRC17607839"},
              {"US-RC1-76-07839", "USRC17607839"},
              {"GB-AYE-68-00023", "GBAYE6800023"},
              {"-FRZ039800212-", "FRZ039800212"}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_true(redbook_isrc_compact(good[i].text, out));
    assert_string_equal(out, good[i].compact);
  }
  static const char *const wrong[] = {"",
                                      "USRC1760783",
                                      "USRC176078390",
                                      "U1RC17607839",
                                      "usRC17607839",
                                      "USrC17607839",
                                      "USRC1760783X",
                                      "USRC1X607839",
                                      "US RC17607839",
                                      "US_RC17607839",
                                      "12RC17607839",
                                      "US/RC/76/07839",
                                      "------------"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_false(redbook_isrc_compact(wrong[i], out));
  }
  assert_false(redbook_isrc_compact(NULL, out));
}

static void test_catalog_number(void **state) {
  (void)state;
  assert_true(redbook_catalog_number_valid("4006381333931"));
  assert_true(redbook_catalog_number_valid("0724384260958"));
  assert_true(redbook_catalog_number_valid("0000000000000"));
  for (int digit = '0'; digit <= '9'; digit++) {
    char number[] = "400638133393?";
    number[12] = (char)digit;
    assert_int_equal(redbook_catalog_number_valid(number), digit == '1');
  }
  assert_false(redbook_catalog_number_valid("400638133393"));
  assert_false(redbook_catalog_number_valid("40063813339310"));
  assert_false(redbook_catalog_number_valid("4006381333 31"));
  assert_false(redbook_catalog_number_valid("400638133393X"));
  assert_false(redbook_catalog_number_valid(""));
  assert_false(redbook_catalog_number_valid(NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_from_zero),
      cmocka_unit_test(test_each_flag),
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_vendor_tail_is_kept),
      cmocka_unit_test(test_length_of_a_cut_page_is_kept),
      cmocka_unit_test(test_garbage_pages_are_not_used),
      cmocka_unit_test(test_isrc),
      cmocka_unit_test(test_catalog_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
