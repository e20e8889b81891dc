/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speeds, power calibration, write parameters, READ CD. */
#include <errno.h>

#include "drive/scripted.h"

#define PERFORMANCE(n) "ac 00 00 00 00 00 00 00 00 " n " 03 00"
#define SENSE_2A "5a 00 2a 00 00 00 00 01 11 00"
#define SENSE_05 "5a 00 05 00 00 00 00 01 11 00"
#define SELECT_58 "55 10 00 00 00 00 00 00 3c 00"

static struct scripted s;
static struct redbook_error err;

static struct redbook_drive begin(const struct step *steps) {
  redbook_error_clear(&err);
  return scripted_begin(&s, steps);
}

/* Write speed descriptor: first byte (b4-3 rotation), 8467 kB/s reading, so many writing. */
#define DESCRIPTOR(first, kbps) " " first " 00 00 00 00 05 7d a9 00 00 21 13 00 00 " kbps

static void speeds_of_the_drive(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = PERFORMANCE("01"), .reply = "00 00 00 34 00 00 00 00" DESCRIPTOR("00", "02 c2")},
      {.cdb = PERFORMANCE("03"),
       .reply = "00 00 00 44 00 00 00 00" DESCRIPTOR("00", "02 c2") DESCRIPTOR("08", "21 13")
           DESCRIPTOR("00", "0b 06")},
      {.cdb = PERFORMANCE("04"),
       .reply = "00 00 00 44 00 00 00 00" DESCRIPTOR("00", "02 c2") DESCRIPTOR("08", "21 13")
           DESCRIPTOR("00", "0b 06") DESCRIPTOR("00", "02 c2")},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_speed out[8];
  unsigned count;
  assert_true(redbook_drive_speeds(&drive, out, 8, &count, &err));
  assert_int_equal(count, 3);
  assert_int_equal(out[0].kbps, 8467);
  assert_true(out[0].pure_cav);
  assert_int_equal(out[1].kbps, 2822);
  assert_false(out[1].pure_cav);
  assert_int_equal(out[2].kbps, 706);
  assert_false(out[2].pure_cav);
  scripted_finish(&s);
}

/* Page 2Ah: current 1411 kB/s, maximum 2822, with n descriptors of write speeds. */
#define PAGE_2A(total, length, count, tail)                                         \
  "00 " total " 00 00 00 00 00 00 2a " length                                       \
  " 03 07 f1 63 29 03 1b 90 01 00 08 00 1b 90 00 10 0b 06 05 83 00 01 00 00 00 00 " \
  "05 83 00 " count tail

static void speeds_of_page_2a(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = PERFORMANCE("01"), .sense = SENSE(5, 0x20, 0)},
      {.cdb = SENSE_2A, .reply = PAGE_2A("2e", "26", "02", " 00 00 05 83 00 01 0b 06")},
      {.cdb = PERFORMANCE("01"), .reply = "00 00"},
      {.cdb = SENSE_2A, .reply = PAGE_2A("26", "1e", "00", "")},
      {.cdb = PERFORMANCE("01"), .reply = "00 00 00 04 00 00 00 00"},
      {.cdb = SENSE_2A, .sense = SENSE(5, 0x24, 0)},
      {.cdb = PERFORMANCE("01"), .sense = SENSE(2, 0x3A, 1)},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_speed out[8];
  unsigned count;
  assert_true(redbook_drive_speeds(&drive, out, 8, &count, &err));
  assert_int_equal(count, 2);
  assert_int_equal(out[0].kbps, 2822);
  assert_true(out[0].pure_cav);
  assert_int_equal(out[1].kbps, 1411);
  assert_false(out[1].pure_cav);
  assert_true(redbook_drive_speeds(&drive, out, 8, &count, &err));
  assert_int_equal(count, 1);
  assert_int_equal(out[0].kbps, 2822);
  assert_false(redbook_drive_speeds(&drive, out, 8, &count, &err));
  assert_int_equal(err.code, 0xC0AA0201);
  assert_false(redbook_drive_speeds(&drive, out, 8, &count, &err));
  assert_int_equal(err.code, 0xC0AA0202);
  scripted_finish(&s);
}

static void current_speed(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = SENSE_2A, .reply = PAGE_2A("26", "1e", "00", "")},
      {.cdb = SENSE_2A, /* of MMC-1: no current speed */
       .reply = "00 1a 00 00 00 00 00 00 2a 12 03 07 00 00 00 00 1b 90 00 00 08 00 1b 90 00 00 "
                "0b 06"},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_speed out;
  assert_true(redbook_drive_current_speed(&drive, &out, &err));
  assert_int_equal(out.kbps, 1411);
  assert_false(out.pure_cav);
  assert_true(redbook_drive_current_speed(&drive, &out, &err));
  assert_int_equal(out.kbps, 2822);
  assert_false(out.pure_cav);
  scripted_finish(&s);
}

static void set_read_speed(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = "bb 00 0b 06 ff ff 00 00 00 00 00 00"},
      {.cdb = "bb 00 ff ff ff ff 00 00 00 00 00 00"},
      {.cdb = "bb 00 02 c2 ff ff 00 00 00 00 00 00", .sense = SENSE(5, 0x20, 0)},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  assert_true(redbook_drive_set_read_speed(&drive, 2822, &err));
  assert_true(redbook_drive_set_read_speed(&drive, REDBOOK_FASTEST, &err));
  assert_false(redbook_drive_set_read_speed(&drive, 706, &err));
  assert_true(err.sense.valid);
  scripted_finish(&s);
}

static void set_speed(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = "bb 00 ff ff ff ff 00 00 00 00 00 00"},
      {.cdb = "bb 01 ff ff 0b 06 00 00 00 00 00 00"},
      {.cdb = "bb 00 ff ff 02 c2 00 00 00 00 00 00", .sense = SENSE(5, 0x24, 0)},
      {.cdb = "bb 00 ff ff 03 73 00 00 00 00 00 00"},
      {.cdb = "bb 00 ff ff 02 c2 00 00 00 00 00 00", .sense = SENSE(5, 0x20, 0)},
      {.cdb = "bb 00 ff ff 02 c2 00 00 00 00 00 00", .sense = SENSE(5, 0x24, 0)},
      {.cdb = "bb 00 ff ff 03 73 00 00 00 00 00 00", .sense = SENSE(5, 0x24, 0)},
      {.cdb = "bb 00 ff ff ff ff 00 00 00 00 00 00", .sense = SENSE(5, 0x24, 0)},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  assert_true(redbook_drive_set_speed(&drive, REDBOOK_FASTEST, false, &err));
  assert_true(redbook_drive_set_speed(&drive, 2822, true, &err));
  assert_true(redbook_drive_set_speed(&drive, 706, false, &err));
  assert_true(redbook_drive_set_speed(&drive, 706, false, &err));
  assert_int_equal(err.code, REDBOOK_S_OK);
  assert_false(redbook_drive_set_speed(&drive, 706, false, &err));
  assert_int_equal(err.code, 0xC0AA020F);
  redbook_error_clear(&err);
  assert_false(redbook_drive_set_speed(&drive, REDBOOK_FASTEST, false, &err));
  assert_int_equal(err.code, 0xC0AA020F);
  scripted_finish(&s);
}

static void opc(void **state) {
  (void)state;
  static const struct {
    uint32_t sense, code;
  } rows[] = {{0, 0},
              {SENSE(1, 0x73, 1), 0},
              {SENSE(3, 0x73, 1), 0},
              {SENSE(6, 0x5A, 3), 0},
              {SENSE(5, 0x20, 0), 0},
              {SENSE(5, 0x24, 0), 0},
              {SENSE(5, 0x2C, 0), 0},
              {SENSE(3, 0x73, 2), 0xC0AA0301},
              {SENSE(3, 0x73, 3), 0xC0AA0301},
              {SENSE(4, 0x09, 0), 0xC0AA0301},
              {SENSE(2, 0x3A, 0), 0xC0AA0202}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct step steps[] = {
        {.cdb = "54 01 00 00 00 00 00 00 00 00", .sense = rows[i].sense}, {.cdb = NULL}};
    struct redbook_drive drive = begin(steps);
    assert_int_equal(redbook_drive_send_opc(&drive, &err), rows[i].code == 0);
    assert_int_equal(err.code, rows[i].code);
    scripted_finish(&s);
  }
  const struct step forbidden[] = {{.cdb = "54 01 00 00 00 00 00 00 00 00", .os_error = EPERM},
                                   {.cdb = NULL}};
  struct redbook_drive drive = scripted_begin(&s, forbidden);
  assert_true(redbook_drive_send_opc(&drive, NULL));
}

/* The page as a Pioneer has it at power-on: packet writing, link size 10h (1.4). */
#define SENSED_05                                                                        \
  "00 3a 00 00 00 00 00 00 05 32 60 05 08 10 00 00 00 00 00 00 00 10 00 96 00 00 00 00 " \
  "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
  "00 00 00 00"

static void write_parameters_fall_back(void **state) {
  (void)state;
  static uint8_t with_bufe[60] = {[8] = 0x05, [9] = 0x32, [10] = 0x41, [11] = 0xC0};
  static uint8_t without[60] = {[8] = 0x05, [9] = 0x32, [10] = 0x01, [11] = 0xC0};
  const struct step refused = {.cdb = SELECT_58, .sense = SENSE(5, 0x26, 0)};
  const struct step steps[] = {{.cdb = SENSE_05, .reply = SENSED_05},
                               {.cdb = SELECT_58, .expected = with_bufe, .expected_length = 13},
                               {.cdb = SENSE_05, .reply = SENSED_05},
                               {.cdb = SELECT_58,
                                .sense = SENSE(5, 0x26, 0),
                                .expected = with_bufe,
                                .expected_length = 13},
                               {.cdb = SELECT_58, .expected = without, .expected_length = 13},
                               {.cdb = SENSE_05, .reply = SENSED_05},
                               refused,
                               refused,
                               refused,
                               {.cdb = SELECT_58},
                               {.cdb = SENSE_05, .reply = SENSED_05},
                               refused,
                               refused,
                               refused,
                               refused,
                               {.cdb = SENSE_05, .sense = SENSE(5, 0x24, 0)},
                               {.cdb = SENSE_05, .reply = SENSED_05},
                               {.cdb = SELECT_58, .host = 3},
                               {.cdb = NULL}};
  const struct redbook_write_parameters parameters = {.buffer_underrun_free = true,
                                                      .next_session_allowed = true};
  struct redbook_drive drive = begin(steps);
  for (int i = 0; i < 3; i++) {
    assert_true(redbook_drive_write_parameters(&drive, &parameters, &err));
    assert_int_equal(err.code, REDBOOK_S_OK);
  }
  assert_false(redbook_drive_write_parameters(&drive, &parameters, &err));
  assert_int_equal(err.code, 0xC0AA0208);
  assert_int_equal(err.sense.asc, 0x26);
  assert_false(redbook_drive_write_parameters(&drive, &parameters, &err));
  assert_int_equal(err.code, 0xC0AA0201);
  assert_false(redbook_drive_write_parameters(&drive, &parameters, &err));
  assert_int_equal(err.code, 0xC0AA020D);
  scripted_finish(&s);
}

static void write_parameters_without_bufe(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = SENSE_05, .reply = SENSED_05},
                               {.cdb = SELECT_58, .sense = SENSE(5, 0x26, 2)},
                               {.cdb = SELECT_58, .sense = SENSE(5, 0x26, 2)},
                               {.cdb = NULL}};
  const struct redbook_write_parameters parameters = {.test_write = true};
  struct redbook_drive drive = begin(steps);
  assert_false(redbook_drive_write_parameters(&drive, &parameters, &err));
  assert_int_equal(err.code, 0xC0AA0208);
  scripted_finish(&s);
}

static uint8_t sectors[60 * 2352];

static void read_cd_splits(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = "be 04 00 00 00 64 00 00 1a 10 00 00", .zeros = true},
                               {.cdb = "be 04 00 00 00 7e 00 00 1a 10 00 00", .zeros = true},
                               {.cdb = "be 04 00 00 00 98 00 00 08 10 00 00", .zeros = true},
                               {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  memset(sectors, 0xEE, sizeof sectors);
  assert_true(redbook_drive_read_cd(&drive, 100, 60, sectors, &err));
  for (size_t i = 0; i < sizeof sectors; i++)
    assert_int_equal(sectors[i], 0);
  scripted_finish(&s);
}

static void read_cd_names_the_bad_sector(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = "be 04 00 00 00 64 00 00 03 10 00 00", .sense = SENSE(3, 0x11, 5)},
      {.cdb = "be 04 00 00 00 64 00 00 01 10 00 00", .zeros = true},
      {.cdb = "be 04 00 00 00 65 00 00 01 10 00 00", .zeros = true},
      {.cdb = "be 04 00 00 00 66 00 00 01 10 00 00", .sense = SENSE(3, 0x11, 5)},
      {.cdb = "be 04 00 00 00 64 00 00 03 10 00 00", .sense = SENSE(3, 0x11, 5)},
      {.cdb = "be 04 00 00 00 64 00 00 01 10 00 00", .zeros = true},
      {.cdb = "be 04 00 00 00 65 00 00 01 10 00 00", .zeros = true},
      {.cdb = "be 04 00 00 00 66 00 00 01 10 00 00", .zeros = true},
      {.cdb = "be 04 00 00 00 64 00 00 03 10 00 00", .sense = SENSE(5, 0x64, 0)},
      {.cdb = "be 04 00 00 00 64 00 00 03 10 00 00", .reply = "01 02 03"},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  assert_false(redbook_drive_read_cd(&drive, 100, 3, sectors, &err));
  assert_true(err.has_lba);
  assert_int_equal(err.lba, 102);
  redbook_error_clear(&err);
  assert_true(redbook_drive_read_cd(&drive, 100, 3, sectors, &err));
  assert_int_equal(err.code, REDBOOK_S_OK);
  assert_false(redbook_drive_read_cd(&drive, 100, 3, sectors, &err));
  assert_int_equal(err.code, 0xC0AA0203);
  assert_int_equal(err.lba, 100);
  assert_false(redbook_drive_read_cd(&drive, 100, 3, sectors, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  assert_int_equal(err.lba, 100);
  scripted_finish(&s);
}

static void read_cd_can_be_cancelled(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = "be 04 00 00 00 64 00 00 1a 10 00 00", .zeros = true},
                               {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  s.cancel_after = 1;
  assert_false(redbook_drive_read_cd(&drive, 100, 60, sectors, &err));
  assert_int_equal(err.code, 0xC0AA0002);
  scripted_finish(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(speeds_of_the_drive),
      cmocka_unit_test(speeds_of_page_2a),
      cmocka_unit_test(current_speed),
      cmocka_unit_test(set_speed),
      cmocka_unit_test(set_read_speed),
      cmocka_unit_test(opc),
      cmocka_unit_test(write_parameters_fall_back),
      cmocka_unit_test(write_parameters_without_bufe),
      cmocka_unit_test(read_cd_splits),
      cmocka_unit_test(read_cd_names_the_bad_sector),
      cmocka_unit_test(read_cd_can_be_cancelled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
