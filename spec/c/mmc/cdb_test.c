/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every builder, byte for byte against the mmc reference 1.2; timeouts against 1.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmc/cdb.h"
#include "mmc/hex.h"

static uint8_t in[65536];
static const uint8_t out[27 * 2352];
static struct redbook_command c;

/* Whatever stood in the command before must be gone. */
static void dirty(void) {
  memset(&c, 0xA5, sizeof c);
}

static void expect(const char *cdb, uint32_t seconds) {
  size_t n;
  uint8_t *want = hex_bytes(cdb, &n);
  assert_int_equal(c.cdb_length, n);
  assert_memory_equal(c.cdb, want, n);
  for (size_t i = n; i < sizeof c.cdb; i++) {
    assert_int_equal(c.cdb[i], 0);
  }
  free(want);
  assert_int_equal(c.timeout_ms, seconds * 1000);
  assert_int_equal(c.os_error, 0);
  assert_int_equal(c.status, 0);
  assert_int_equal(c.sense_length, 0);
  assert_int_equal(c.residual, 0);
  dirty();
}

static void expect_none(const char *cdb, uint32_t seconds) {
  assert_int_equal(c.direction, REDBOOK_NO_DATA);
  assert_int_equal(c.data_length, 0);
  assert_null(c.data_in);
  assert_null(c.data_out);
  expect(cdb, seconds);
}

static void expect_in(const char *cdb, uint32_t length, uint32_t seconds) {
  assert_int_equal(c.direction, REDBOOK_FROM_DEVICE);
  assert_int_equal(c.data_length, length);
  assert_ptr_equal(c.data_in, in);
  assert_null(c.data_out);
  expect(cdb, seconds);
}

static void expect_out(const char *cdb, uint32_t length, uint32_t seconds) {
  assert_int_equal(c.direction, REDBOOK_TO_DEVICE);
  assert_int_equal(c.data_length, length);
  assert_ptr_equal(c.data_out, out);
  assert_null(c.data_in);
  expect(cdb, seconds);
}

static void test_six_byte_commands(void **state) {
  (void)state;
  dirty();
  redbook_cdb_test_unit_ready(&c);
  expect_none("00 00 00 00 00 00", 30);
  redbook_cdb_inquiry(&c, in, 36);
  expect_in("12 00 00 00 24 00", 36, 30);
  redbook_cdb_prevent(&c, true);
  expect_none("1e 00 00 00 01 00", 30);
  redbook_cdb_prevent(&c, false);
  expect_none("1e 00 00 00 00 00", 30);
}

static void test_start_stop(void **state) {
  (void)state;
  dirty();
  redbook_cdb_start_stop(&c, REDBOOK_STOP, false);
  expect_none("1b 00 00 00 00 00", 300);
  redbook_cdb_start_stop(&c, REDBOOK_START, true);
  expect_none("1b 01 00 00 01 00", 300);
  redbook_cdb_start_stop(&c, REDBOOK_EJECT, false);
  expect_none("1b 00 00 00 02 00", 300);
  redbook_cdb_start_stop(&c, REDBOOK_LOAD, true);
  expect_none("1b 01 00 00 03 00", 300);
}

static void test_write(void **state) {
  (void)state;
  dirty();
  redbook_cdb_write(&c, 0x00057DA9, 26, out);
  expect_out("2a 00 00 05 7d a9 00 00 1a 00", 61152, 200);
  redbook_cdb_write(&c, -150, 27, out);
  expect_out("2a 00 ff ff ff 6a 00 00 1b 00", 63504, 200);
}

static void test_blank(void **state) {
  (void)state;
  redbook_cdb_blank(&c, false, true);
  expect_none("A1 11 00 00 00 00 00 00 00 00 00 00", 3600);
  redbook_cdb_blank(&c, true, true);
  expect_none("A1 10 00 00 00 00 00 00 00 00 00 00", 3600);
  redbook_cdb_blank(&c, false, false);
  expect_none("A1 01 00 00 00 00 00 00 00 00 00 00", 3600);
  redbook_cdb_blank(&c, true, false);
  expect_none("A1 00 00 00 00 00 00 00 00 00 00 00", 3600);
}

static void test_synchronize_and_close(void **state) {
  (void)state;
  dirty();
  redbook_cdb_synchronize_cache(&c, true);
  expect_none("35 02 00 00 00 00 00 00 00 00", 200);
  redbook_cdb_synchronize_cache(&c, false);
  expect_none("35 00 00 00 00 00 00 00 00 00", 1200);
  redbook_cdb_close(&c, REDBOOK_CLOSE_SESSION, 0, true);
  expect_none("5b 01 02 00 00 00 00 00 00 00", 200);
  redbook_cdb_close(&c, REDBOOK_CLOSE_TRACK, 0x0102, false);
  expect_none("5b 00 01 00 01 02 00 00 00 00", 1200);
}

static void test_read_toc(void **state) {
  (void)state;
  dirty();
  redbook_cdb_read_toc(&c, REDBOOK_TOC, false, 0, in, 804);
  expect_in("43 00 00 00 00 00 00 03 24 00", 804, 60);
  redbook_cdb_read_toc(&c, REDBOOK_SESSIONS, false, 0, in, 12);
  expect_in("43 00 01 00 00 00 00 00 0c 00", 12, 60);
  redbook_cdb_read_toc(&c, REDBOOK_FULL_TOC, true, 1, in, 59);
  expect_in("43 02 02 00 00 00 01 00 3b 00", 59, 60);
  redbook_cdb_read_toc(&c, REDBOOK_PMA, true, 0, in, 4);
  expect_in("43 02 03 00 00 00 00 00 04 00", 4, 60);
  redbook_cdb_read_toc(&c, REDBOOK_ATIP, false, 0, in, 28);
  expect_in("43 00 04 00 00 00 00 00 1c 00", 28, 60);
  redbook_cdb_read_toc(&c, REDBOOK_CD_TEXT, false, 0, in, 65535);
  expect_in("43 00 05 00 00 00 00 ff ff 00", 65535, 60);
  redbook_cdb_read_sub_channel(&c, REDBOOK_CATALOG, 0, in);
  expect_in("42 00 40 02 00 00 00 00 18 00", 24, 60);
  redbook_cdb_read_sub_channel(&c, REDBOOK_ISRC, 99, in);
  expect_in("42 00 40 03 00 00 63 00 18 00", 24, 60);
}

static void test_queries(void **state) {
  (void)state;
  dirty();
  redbook_cdb_read_capacity(&c, in);
  expect_in("25 00 00 00 00 00 00 00 00 00", 8, 30);
  redbook_cdb_get_configuration(&c, 0, 0, in, 8);
  expect_in("46 00 00 00 00 00 00 00 08 00", 8, 30);
  redbook_cdb_get_configuration(&c, 2, 0x0107, in, 0x1234);
  expect_in("46 02 01 07 00 00 00 12 34 00", 0x1234, 30);
  redbook_cdb_get_event_status(&c, 0x10, in, 8);
  expect_in("4a 01 00 00 10 00 00 00 08 00", 8, 30);
  redbook_cdb_read_disc_information(&c, in, 34);
  expect_in("51 00 00 00 00 00 00 00 22 00", 34, 60);
  redbook_cdb_read_buffer_capacity(&c, in);
  expect_in("5c 00 00 00 00 00 00 00 0c 00", 12, 30);
}

static void test_read_track_information(void **state) {
  (void)state;
  dirty();
  redbook_cdb_read_track_information(&c, REDBOOK_BY_TRACK, REDBOOK_INVISIBLE_TRACK, in, 36);
  expect_in("52 01 00 00 00 ff 00 00 24 00", 36, 60);
  redbook_cdb_read_track_information(&c, REDBOOK_BY_LBA, 0x00012345, in, 28);
  expect_in("52 00 00 01 23 45 00 00 1c 00", 28, 60);
  redbook_cdb_read_track_information(&c, REDBOOK_BY_SESSION, 2, in, 48);
  expect_in("52 02 00 00 00 02 00 00 30 00", 48, 60);
}

static void test_mode_pages(void **state) {
  (void)state;
  dirty();
  redbook_cdb_mode_sense(&c, 0x2A, REDBOOK_PAGE_CURRENT, in, 140);
  expect_in("5a 00 2a 00 00 00 00 00 8c 00", 140, 30);
  redbook_cdb_mode_sense(&c, 0x05, REDBOOK_PAGE_CHANGEABLE, in, 265);
  expect_in("5a 00 45 00 00 00 00 01 09 00", 265, 30);
  redbook_cdb_mode_sense(&c, 0x3F, REDBOOK_PAGE_SAVED, in, 8);
  expect_in("5a 00 ff 00 00 00 00 00 08 00", 8, 30);
  redbook_cdb_mode_select(&c, out, 60);
  expect_out("55 10 00 00 00 00 00 00 3c 00", 60, 30);
}

static void test_speed_and_calibration(void **state) {
  (void)state;
  dirty();
  redbook_cdb_send_opc(&c);
  expect_none("54 01 00 00 00 00 00 00 00 00", 200);
  redbook_cdb_get_performance(&c, 6, in, 104);
  expect_in("ac 00 00 00 00 00 00 00 00 06 03 00", 104, 30);
  redbook_cdb_set_cd_speed(&c, false, REDBOOK_FASTEST, 7056);
  expect_none("bb 00 ff ff 1b 90 00 00 00 00 00 00", 30);
  redbook_cdb_set_cd_speed(&c, true, 8467, REDBOOK_FASTEST);
  expect_none("bb 01 21 13 ff ff 00 00 00 00 00 00", 30);
  redbook_cdb_mechanism_status(&c, in);
  expect_in("bd 00 00 00 00 00 00 00 00 08 00 00", 8, 30);
}

static void test_read_cd(void **state) {
  (void)state;
  dirty();
  redbook_cdb_read_cd(&c, 359847, 26, in);
  expect_in("be 04 00 05 7d a7 00 00 1a 10 00 00", 61152, 30);
  redbook_cdb_read_cd(&c, -1, 1, in);
  expect_in("be 04 ff ff ff ff 00 00 01 10 00 00", 2352, 30);
}

static void test_disc_structures(void **state) {
  (void)state;
  dirty();
  redbook_cdb_read_disc_structure(&c, 0x0E, 0x01020304, 1, 2, in, 2052);
  expect_in("ad 00 01 02 03 04 01 0e 08 04 80 00", 2052, 60);
  redbook_cdb_send_disc_structure(&c, 0x05, out, 8);
  expect_out("bf 00 00 00 00 00 00 05 00 08 00 00", 8, 200);
}

/* A length of 0 moves no data, and SG_IO refuses a direction without one. */
static void test_no_length_no_direction(void **state) {
  (void)state;
  dirty();
  redbook_cdb_read_disc_information(&c, in, 0);
  expect_none("51 00 00 00 00 00 00 00 00 00", 60);
  redbook_cdb_mode_select(&c, out, 0);
  expect_none("55 10 00 00 00 00 00 00 00 00", 30);
}

static void test_names(void **state) {
  (void)state;
  char buffer[24];
  static const struct {
    unsigned opcode;
    const char *name;
  } rows[] = {
      {0x00, "TEST UNIT READY"},
      {0x1B, "START STOP UNIT"},
      {0x25, "READ CAPACITY"},
      {0x2A, "WRITE(10)"},
      {0x35, "SYNCHRONIZE CACHE"},
      {0x43, "READ TOC/PMA/ATIP"},
      {0x46, "GET CONFIGURATION"},
      {0x51, "READ DISC INFORMATION"},
      {0x52, "READ TRACK INFORMATION"},
      {0x5B, "CLOSE TRACK/SESSION"},
      {0x5C, "READ BUFFER CAPACITY"},
      {0xBB, "SET CD SPEED"},
      {0xBE, "READ CD"},
      {0x5F, "command 5Fh"},
      {0xFF, "command FFh"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_string_equal(redbook_opcode_name(rows[i].opcode, buffer, sizeof buffer),
                        rows[i].name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_six_byte_commands),
      cmocka_unit_test(test_start_stop),
      cmocka_unit_test(test_write),
      cmocka_unit_test(test_synchronize_and_close),
      cmocka_unit_test(test_blank),
      cmocka_unit_test(test_read_toc),
      cmocka_unit_test(test_queries),
      cmocka_unit_test(test_read_track_information),
      cmocka_unit_test(test_mode_pages),
      cmocka_unit_test(test_speed_and_calibration),
      cmocka_unit_test(test_read_cd),
      cmocka_unit_test(test_disc_structures),
      cmocka_unit_test(test_no_length_no_direction),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
