/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WRITE(10): flow control and what may be sent again (mmc reference 3 and 3.1). */
#include <errno.h>

#include "drive/scripted.h"

#define LBA 1000
#define WRITE_3 "2a 00 00 00 03 e8 00 00 03 00"
#define RTI_LBA "52 00 00 00 03 e8 00 00 24 00"

/* READ TRACK INFORMATION of track 2, not blank, NWA valid, start 452, free 300000, size 548. */
#define TRACK_AT(nwa)                        \
  "00 22 02 01 00 04 00 01 00 00 01 c4 " nwa \
  " 00 04 93 e0 00 00 00 00 00 00 02 24 00 " \
  "00 00 00 00 00 00 00"
#define AT_1000 TRACK_AT("00 00 03 e8")
#define AT_1001 TRACK_AT("00 00 03 e9")
#define AT_1003 TRACK_AT("00 00 03 eb")
#define AT_990 TRACK_AT("00 00 03 de")
#define NO_NWA                                                                        \
  "00 22 02 01 00 04 00 00 00 00 01 c4 00 00 00 00 00 04 93 e0 00 00 00 00 00 00 02 " \
  "24 00 00 00 00 00 00 00 00"

static uint8_t data[3 * 2352];

static bool run(const struct step *steps, struct redbook_error *err, struct scripted *s) {
  struct redbook_drive drive = scripted_begin(s, steps);
  redbook_error_clear(err);
  bool ok = redbook_drive_write(&drive, LBA, 3, data, err);
  scripted_finish(s);
  return ok;
}

static void row(const struct step *steps, uint32_t code) {
  struct redbook_error err;
  struct scripted s;
  assert_int_equal(run(steps, &err, &s), code == REDBOOK_S_OK);
  assert_int_equal(err.code, code);
  if (code == REDBOOK_S_OK) return;
  assert_int_equal(err.opcode, 0x2A);
  assert_true(err.has_lba);
  assert_int_equal(err.lba, LBA);
}

static void good(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof data; i++)
    data[i] = (uint8_t)(i * 7);
  const struct step steps[] = {
      {.cdb = WRITE_3, .expected = data, .expected_length = sizeof data}, {.cdb = NULL}};
  const struct step recovered[] = {{.cdb = WRITE_3, .sense = SENSE(1, 0x0C, 0)}, {.cdb = NULL}};
  row(steps, REDBOOK_S_OK);
  row(recovered, REDBOOK_S_OK);
}

/* A queue that takes less at once than is to be written: several WRITEs, and READ CDs. */
static void small_queue(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = "2a 00 00 00 03 e8 00 00 02 00", .expected = data, .expected_length = 4704},
      {.cdb = "2a 00 00 00 03 ea 00 00 01 00",
       .expected = data + 4704,
       .expected_length = 2352},
      {.cdb = "be 04 00 00 03 e8 00 00 02 10 00 00", .zeros = true},
      {.cdb = "be 04 00 00 03 ea 00 00 01 10 00 00", .zeros = true},
      {.cdb = NULL}};
  uint8_t back[3 * 2352];
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  assert_int_equal(redbook_drive_sectors_at_once(&drive), 26);
  drive.transport->max_transfer = 100;
  assert_int_equal(redbook_drive_sectors_at_once(&drive), 1);
  drive.transport->max_transfer = 3 * 2352 - 1;
  assert_int_equal(redbook_drive_sectors_at_once(&drive), 2);
  assert_true(redbook_drive_write(&drive, LBA, 3, data, NULL));
  assert_true(redbook_drive_read_cd(&drive, LBA, 3, back, NULL));
  scripted_finish(&s);
}

/* 5, 10, 20, 40 and then 50 ms each. */
static void buffer_full_a_thousand_times(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = WRITE_3,
                                .sense = SENSE(2, 0x04, 8),
                                .times = 1000,
                                .expected = data,
                                .expected_length = sizeof data},
                               {.cdb = WRITE_3},
                               {.cdb = NULL}};
  struct redbook_error err;
  struct scripted s;
  assert_true(run(steps, &err, &s));
  assert_int_equal(s.count, 1001);
  assert_int_equal(s.slept_us, 5000 + 10000 + 20000 + 40000 + 996 * 50000);
}

static void buffer_full_for_two_minutes(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = WRITE_3, .sense = SENSE(2, 0x04, 8), .duration_ms = 59950, .times = 3},
      {.cdb = NULL}};
  struct redbook_error err;
  struct scripted s;
  assert_false(run(steps, &err, &s));
  assert_int_equal(err.code, 0xC0AA0207);
  assert_true(err.sense.valid);
  assert_int_equal(err.sense.key, 2);
  assert_int_equal(err.sense.asc, 0x04);
  assert_int_equal(err.sense.ascq, 0x08);
  assert_int_equal(err.lba, LBA);
}

static void not_ready_takes_nothing(void **state) {
  (void)state;
  static const uint32_t senses[] = {SENSE(2, 0x04, 0), SENSE(2, 0x04, 1), SENSE(2, 0x04, 4),
                                    SENSE(2, 0x04, 7), SENSE(2, 0x04, 8)};
  for (size_t i = 0; i < sizeof senses / sizeof *senses; i++) {
    const struct step steps[] = {
        {.cdb = WRITE_3, .sense = senses[i], .times = 3}, {.cdb = WRITE_3}, {.cdb = NULL}};
    row(steps, REDBOOK_S_OK);
  }
  const struct step busy[] = {
      {.cdb = WRITE_3, .status = 0x08}, {.cdb = WRITE_3}, {.cdb = NULL}};
  row(busy, REDBOOK_S_OK);
}

static void cancelled_between_commands(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = WRITE_3, .sense = SENSE(2, 0x04, 8), .times = 7},
                               {.cdb = NULL}};
  struct redbook_error err;
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  s.cancel_after = 7;
  redbook_error_clear(&err);
  assert_false(redbook_drive_write(&drive, LBA, 3, data, &err));
  assert_int_equal(err.code, 0xC0AA0002);
  scripted_finish(&s);
  assert_false(redbook_drive_write(&drive, LBA, 3, data, &err));
  assert_int_equal(s.count, 7);
}

static void ends_the_track(void **state) {
  (void)state;
  static const struct {
    uint32_t sense, code;
  } rows[] = {
      {SENSE(2, 0x04, 2), 0xC0AA0205}, {SENSE(2, 0x04, 3), 0x80004005},
      {SENSE(2, 0x3A, 0), 0xC0AA0202}, {SENSE(3, 0x02, 0), 0xC0AA0301},
      {SENSE(3, 0x0C, 0), 0xC0AA0301}, {SENSE(3, 0x0C, 7), 0xC0AA0300},
      {SENSE(3, 0x0C, 8), 0xC0AA0301}, {SENSE(3, 0x0C, 9), 0xC0AA0300},
      {SENSE(3, 0x73, 3), 0xC0AA0301}, {SENSE(4, 0x09, 0), 0xC0AA0301},
      {SENSE(4, 0x44, 0), 0xC0AA0301}, {SENSE(5, 0x20, 0), 0x80004005},
      {SENSE(5, 0x24, 0), 0x80004005}, {SENSE(5, 0x2C, 0), 0xC0AA0301},
      {SENSE(5, 0x30, 5), 0xC0AA020F}, {SENSE(5, 0x63, 0), 0xC0AA0509},
      {SENSE(5, 0x64, 0), 0xC0AA0203}, {SENSE(6, 0x28, 0), 0xC0AA0301},
      {SENSE(6, 0x29, 0), 0xC0AA0301}, {SENSE(6, 0x2A, 1), 0x80004005},
      {SENSE(7, 0x27, 0), 0xC0AA0209},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct step steps[] = {{.cdb = WRITE_3, .sense = rows[i].sense}, {.cdb = NULL}};
    row(steps, rows[i].code);
  }
  const struct step gone[] = {{.cdb = WRITE_3, .host = 1}, {.cdb = NULL}};
  const struct step forbidden[] = {{.cdb = WRITE_3, .os_error = EPERM}, {.cdb = NULL}};
  row(forbidden, REDBOOK_E_ACCESSDENIED);
  const struct step deferred[] = {
      {.cdb = WRITE_3, .sense = SENSE(3, 0x0C, 0), .deferred = true}, {.cdb = NULL}};
  const struct step deferred_full[] = {
      {.cdb = WRITE_3, .sense = SENSE(2, 0x04, 8), .deferred = true}, {.cdb = NULL}};
  row(gone, 0x80070037);
  row(deferred, 0xC0AA0301);
  row(deferred_full, 0xC0AA0207);
}

static void eject_button_does_not_end_it(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = WRITE_3, .sense = SENSE(6, 0x5A, 1), .times = 4},
                               {.cdb = WRITE_3},
                               {.cdb = NULL}};
  const struct step storm[] = {{.cdb = WRITE_3, .sense = SENSE(6, 0x5A, 1), .times = 5},
                               {.cdb = NULL}};
  row(steps, REDBOOK_S_OK);
  row(storm, 0x80004005);
}

static void aborted_and_not_taken(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                               {.cdb = RTI_FF, .reply = AT_1000},
                               {.cdb = WRITE_3},
                               {.cdb = NULL}};
  const struct step twice[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                               {.cdb = RTI_FF, .reply = AT_1000},
                               {.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                               {.cdb = RTI_FF, .reply = AT_1000},
                               {.cdb = NULL}};
  row(steps, REDBOOK_S_OK);
  row(twice, 0xC0AA0301);
}

static void aborted_but_taken(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0x4E, 0)},
                               {.cdb = RTI_FF, .reply = AT_1003},
                               {.cdb = NULL}};
  const struct step elsewhere[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                                   {.cdb = RTI_FF, .reply = AT_990},
                                   {.cdb = NULL}};
  row(steps, REDBOOK_S_OK);
  row(elsewhere, 0xC0AA0301);
}

static void link_error_three_times(void **state) {
  (void)state;
  const struct step again = {.cdb = WRITE_3, .sense = SENSE(4, 0x08, 3)};
  const struct step where = {.cdb = RTI_FF, .reply = AT_1000};
  const struct step three[] = {
      again, where, again, where, again, where, {.cdb = WRITE_3}, {.cdb = NULL}};
  const struct step four[] = {again, where, again, where,        again,
                              where, again, where, {.cdb = NULL}};
  row(three, REDBOOK_S_OK);
  row(four, 0xC0AA0301);
}

static void wrong_address(void **state) {
  (void)state;
  const struct step right[] = {{.cdb = WRITE_3, .sense = SENSE(5, 0x21, 2)},
                               {.cdb = RTI_FF, .reply = AT_1000},
                               {.cdb = WRITE_3},
                               {.cdb = NULL}};
  const struct step wrong[] = {{.cdb = WRITE_3, .sense = SENSE(5, 0x21, 2)},
                               {.cdb = RTI_FF, .reply = AT_990},
                               {.cdb = NULL}};
  const struct step full[] = {{.cdb = WRITE_3, .sense = SENSE(5, 0x21, 0)},
                              {.cdb = RTI_FF, .reply = AT_990},
                              {.cdb = NULL}};
  row(right, REDBOOK_S_OK);
  row(wrong, 0xC0AA0301);
  row(full, 0xC0AA0509);
}

/* A time-out and 5/55: what the drive has, its position says, unless a reset ended the track.
 */
static void unsure(void **state) {
  (void)state;
  const struct step late = {.cdb = WRITE_3, .host = 3};
  const struct step short_of = {.cdb = WRITE_3, .sense = SENSE(5, 0x55, 0)};
  const struct step alive = {.cdb = TUR};
  const struct step where = {.cdb = RTI_FF, .reply = AT_1000};
  const struct step late_once[] = {late, alive, where, {.cdb = WRITE_3}, {.cdb = NULL}};
  const struct step late_twice[] = {late, alive, where, late, alive, where, {.cdb = NULL}};
  const struct step short_once[] = {short_of, where, {.cdb = WRITE_3}, {.cdb = NULL}};
  const struct step short_twice[] = {short_of, where, short_of, where, {.cdb = NULL}};
  const struct step taken[] = {late, alive, {.cdb = RTI_FF, .reply = AT_1003}, {.cdb = NULL}};
  const struct step astray[] = {late, alive, {.cdb = RTI_FF, .reply = AT_990}, {.cdb = NULL}};
  const struct step reset[] = {late, {.cdb = TUR, .sense = SENSE(6, 0x29, 0)}, {.cdb = NULL}};
  row(late_once, REDBOOK_S_OK);
  row(late_twice, 0xC0AA020D);
  row(short_once, REDBOOK_S_OK);
  row(short_twice, 0x80004005);
  row(taken, REDBOOK_S_OK);
  row(astray, 0xC0AA020D);
  row(reset, 0xC0AA020D);
}

/* GOOD with a residual: sent again, or given up, only when the drive waits for these sectors.
 */
static void residual(void **state) {
  (void)state;
  const struct step cut = {.cdb = WRITE_3, .residual = 2352};
  const struct step waits = {.cdb = RTI_FF, .reply = AT_1000};
  const struct step again[] = {cut, waits, {.cdb = WRITE_3}, {.cdb = NULL}};
  const struct step twice[] = {cut, waits, cut, waits, {.cdb = NULL}};
  const struct step partly[] = {cut, {.cdb = RTI_FF, .reply = AT_1001}, {.cdb = NULL}};
  const struct step taken[] = {cut, {.cdb = RTI_FF, .reply = AT_1003}, {.cdb = NULL}};
  const struct step stale[] = {cut, {.cdb = RTI_FF, .reply = AT_990}, {.cdb = NULL}};
  const struct step busy[] = {
      cut, {.cdb = RTI_FF, .sense = SENSE(2, 0x04, 7), .times = 21}, {.cdb = NULL}};
  row(again, REDBOOK_S_OK);
  row(twice, 0xC0AA02FF);
  row(partly, 0xC0AA02FF);
  row(taken, REDBOOK_S_OK);
  row(stale, REDBOOK_S_OK);
  row(busy, REDBOOK_S_OK);
}

static void position_by_the_lba(void **state) {
  (void)state;
  const struct step refused[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                                 {.cdb = RTI_FF, .sense = SENSE(5, 0x24, 0)},
                                 {.cdb = RTI_LBA, .reply = AT_1000},
                                 {.cdb = WRITE_3},
                                 {.cdb = NULL}};
  const struct step unsaid[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                                {.cdb = RTI_FF, .reply = NO_NWA},
                                {.cdb = RTI_LBA, .reply = AT_1003},
                                {.cdb = NULL}};
  const struct step nowhere[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                                 {.cdb = RTI_FF, .reply = NO_NWA},
                                 {.cdb = RTI_LBA, .reply = NO_NWA},
                                 {.cdb = NULL}};
  row(refused, REDBOOK_S_OK);
  row(unsaid, REDBOOK_S_OK);
  row(nowhere, 0xC0AA0301);
}

/* Asked at 0, 0.25, .. 5 s: 21 times. */
static void position_of_a_busy_drive(void **state) {
  (void)state;
  const struct step soon[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                              {.cdb = RTI_FF, .sense = SENSE(2, 0x04, 7), .times = 5},
                              {.cdb = RTI_FF, .reply = AT_1000},
                              {.cdb = WRITE_3},
                              {.cdb = NULL}};
  const struct step never[] = {{.cdb = WRITE_3, .sense = SENSE(0xB, 0, 0)},
                               {.cdb = RTI_FF, .sense = SENSE(2, 0x04, 7), .times = 21},
                               {.cdb = NULL}};
  row(soon, REDBOOK_S_OK);
  row(never, 0xC0AA0301);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good),
      cmocka_unit_test(small_queue),
      cmocka_unit_test(buffer_full_a_thousand_times),
      cmocka_unit_test(buffer_full_for_two_minutes),
      cmocka_unit_test(not_ready_takes_nothing),
      cmocka_unit_test(cancelled_between_commands),
      cmocka_unit_test(ends_the_track),
      cmocka_unit_test(eject_button_does_not_end_it),
      cmocka_unit_test(aborted_and_not_taken),
      cmocka_unit_test(aborted_but_taken),
      cmocka_unit_test(link_error_three_times),
      cmocka_unit_test(wrong_address),
      cmocka_unit_test(unsure),
      cmocka_unit_test(residual),
      cmocka_unit_test(position_by_the_lba),
      cmocka_unit_test(position_of_a_busy_drive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
