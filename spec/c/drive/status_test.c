/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ready, finished, tray: each sense of the mmc reference's table with what becomes of it. */
#include "drive/scripted.h"

#define START_IMMED "1b 01 00 00 01 00"
#define START_SYNC "1b 00 00 00 01 00"

struct seen {
  unsigned calls;
  double elapsed[8], fraction[8];
};

static void see(void *context, double elapsed, double fraction) {
  struct seen *seen = context;
  if (seen->calls < 8) {
    seen->elapsed[seen->calls] = elapsed;
    seen->fraction[seen->calls] = fraction;
  }
  seen->calls++;
}

static void ready_row(const struct step *steps, uint32_t code, uint64_t slept_us) {
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_int_equal(redbook_drive_ready(&drive, &err), code == REDBOOK_S_OK);
  assert_int_equal(err.code, code);
  assert_int_equal(s.slept_us, slept_us);
  scripted_finish(&s);
}

static void ready_one_sense(void **state) {
  (void)state;
  static const struct {
    uint32_t sense, code;
  } rows[] = {
      {SENSE(2, 0x04, 0x00), 0xC0AA0205}, {SENSE(2, 0x04, 0x01), 0xC0AA0205},
      {SENSE(2, 0x3E, 0x00), 0xC0AA0205}, {SENSE(2, 0x04, 0x03), 0x80004005},
      {SENSE(2, 0x04, 0x04), 0xC0AA0206}, {SENSE(2, 0x04, 0x07), 0xC0AA0207},
      {SENSE(2, 0x04, 0x08), 0xC0AA0207}, {SENSE(2, 0x30, 0x00), 0xC0AA0203},
      {SENSE(2, 0x30, 0x01), 0xC0AA0203}, {SENSE(2, 0x06, 0x00), 0xC0AA0204},
      {SENSE(3, 0x30, 0x10), 0xC0AA0212}, {SENSE(4, 0x3E, 0x02), 0xC0AA020D},
      {SENSE(7, 0x27, 0x00), 0xC0AA0209}, {SENSE(1, 0x17, 0x01), 0x00000000},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct step steps[] = {{.cdb = TUR, .sense = rows[i].sense}, {.cdb = NULL}};
    ready_row(steps, rows[i].code, 0);
  }
}

static void ready_swallows_four_attentions(void **state) {
  (void)state;
  const struct step four[] = {{.cdb = TUR, .sense = SENSE(6, 0x28, 0), .times = 3},
                              {.cdb = TUR, .sense = SENSE(6, 0x29, 0)},
                              {.cdb = TUR},
                              {.cdb = NULL}};
  const struct step five[] = {{.cdb = TUR, .sense = SENSE(6, 0x28, 0), .times = 5},
                              {.cdb = NULL}};
  ready_row(four, REDBOOK_S_OK, 0);
  ready_row(five, 0xC0AA0205, 0);
}

static void ready_wants_no_medium_three_times(void **state) {
  (void)state;
  const struct step empty[] = {{.cdb = TUR, .sense = SENSE(2, 0x3A, 1), .times = 3},
                               {.cdb = NULL}};
  const struct step closing[] = {{.cdb = TUR, .sense = SENSE(2, 0x3A, 2), .times = 2},
                                 {.cdb = TUR, .sense = SENSE(6, 0x28, 0)},
                                 {.cdb = TUR},
                                 {.cdb = NULL}};
  ready_row(empty, 0xC0AA0202, 1000000);
  ready_row(closing, REDBOOK_S_OK, 1000000);
}

static void ready_starts_once(void **state) {
  (void)state;
  const struct step starts[] = {{.cdb = TUR, .sense = SENSE(2, 0x04, 2)},
                                {.cdb = START_IMMED},
                                {.cdb = START_SYNC},
                                {.cdb = TUR},
                                {.cdb = NULL}};
  const struct step no_immed[] = {{.cdb = TUR, .sense = SENSE(2, 0x04, 2)},
                                  {.cdb = START_IMMED, .sense = SENSE(5, 0x24, 0)},
                                  {.cdb = START_SYNC},
                                  {.cdb = TUR, .sense = SENSE(2, 0x04, 1)},
                                  {.cdb = NULL}};
  const struct step never[] = {{.cdb = TUR, .sense = SENSE(2, 0x04, 2)},
                               {.cdb = START_IMMED},
                               {.cdb = START_SYNC, .sense = SENSE(2, 0x04, 1)},
                               {.cdb = TUR, .sense = SENSE(2, 0x04, 2)},
                               {.cdb = NULL}};
  const struct step broken[] = {{.cdb = TUR, .sense = SENSE(2, 0x04, 2)},
                                {.cdb = START_IMMED, .sense = SENSE(4, 0x3E, 2)},
                                {.cdb = NULL}};
  ready_row(starts, REDBOOK_S_OK, 0);
  ready_row(no_immed, 0xC0AA0205, 0);
  ready_row(never, 0xC0AA0205, 0);
  ready_row(broken, 0xC0AA020D, 0);
}

static void ready_host_and_errno(void **state) {
  (void)state;
  const struct step gone[] = {{.cdb = TUR, .host = 1}, {.cdb = NULL}};
  const struct step late[] = {{.cdb = TUR, .host = 3}, {.cdb = NULL}};
  const struct step held[] = {{.cdb = TUR, .status = 0x18}, {.cdb = NULL}};
  const struct step closed[] = {{.cdb = TUR, .os_error = 9 /* EBADF */}, {.cdb = NULL}};
  ready_row(gone, 0x80070037, 0);
  ready_row(late, 0xC0AA020D, 0);
  ready_row(held, 0xC0AA0210, 0);
  ready_row(closed, 0x80070006, 0);
}

static void ready_can_be_cancelled(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR, .sense = SENSE(2, 0x3A, 0)}, {.cdb = NULL}};
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_error err;
  s.cancel_after = 1;
  redbook_error_clear(&err);
  assert_false(redbook_drive_ready(&drive, &err));
  assert_int_equal(err.code, 0xC0AA0002);
  assert_int_equal(s.slept_us, 0);
}

static void wait_row(const struct step *steps, double limit, uint32_t code, uint64_t slept_us,
                     struct seen *seen) {
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_error err;
  atomic_store(&s.cancel, true);
  redbook_error_clear(&err);
  assert_int_equal(redbook_drive_wait_finished(&drive, limit, seen ? see : NULL, seen, &err),
                   code == REDBOOK_S_OK);
  assert_int_equal(err.code, code);
  assert_int_equal(s.slept_us, slept_us);
  scripted_finish(&s);
}

#define FINISHED                  \
  {.cdb = TUR}, {                 \
    .cdb = RDI, .reply = BLANK_80 \
  }

static void finished_twice_in_a_row(void **state) {
  (void)state;
  const struct step steps[] = {FINISHED, FINISHED, {.cdb = NULL}};
  const struct step once[] = {
      FINISHED, {.cdb = TUR, .sense = SENSE(2, 0x04, 7)}, FINISHED, FINISHED, {.cdb = NULL}};
  wait_row(steps, 10, REDBOOK_S_OK, 1000000, NULL);
  wait_row(once, 10, REDBOOK_S_OK, 3000000, NULL);
}

static void finished_not_by_test_unit_ready_alone(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = TUR}, {.cdb = RDI, .sense = SENSE(2, 0x04, 7), .progress = 0x4000},
      {.cdb = TUR}, {.cdb = RDI, .sense = SENSE(2, 0x04, 7), .progress = 0xC000},
      FINISHED,     FINISHED,
      {.cdb = NULL}};
  struct seen seen = {0};
  wait_row(steps, 10, REDBOOK_S_OK, 3000000, &seen);
  assert_int_equal(seen.calls, 3);
  assert_true(seen.elapsed[0] == 0 && seen.elapsed[1] == 1 && seen.elapsed[2] == 2);
  assert_true(seen.fraction[0] == 0.25 && seen.fraction[1] == 0.75);
}

static void finished_tolerates(void **state) {
  (void)state;
  static const uint32_t busy[] = {SENSE(2, 0x04, 1), SENSE(2, 0x04, 4), SENSE(2, 0x04, 7),
                                  SENSE(2, 0x04, 8), SENSE(6, 0x28, 0), SENSE(6, 0x2A, 1),
                                  SENSE(6, 0x2E, 0), SENSE(6, 0x5A, 1)};
  for (size_t i = 0; i < sizeof busy / sizeof *busy; i++) {
    const struct step by_tur[] = {
        {.cdb = TUR, .sense = busy[i]}, FINISHED, FINISHED, {.cdb = NULL}};
    const struct step by_rdi[] = {
        {.cdb = TUR}, {.cdb = RDI, .sense = busy[i]}, FINISHED, FINISHED, {.cdb = NULL}};
    wait_row(by_tur, 10, REDBOOK_S_OK, 2000000, NULL);
    wait_row(by_rdi, 10, REDBOOK_S_OK, 2000000, NULL);
  }
}

static void finished_fails_at_once(void **state) {
  (void)state;
  static const struct {
    uint32_t sense, code;
  } rows[] = {{SENSE(2, 0x3A, 0), 0xC0AA0202},
              {SENSE(6, 0x29, 0), 0xC0AA0205},
              {SENSE(3, 0x11, 5), 0x80004005},
              {SENSE(7, 0x27, 0), 0xC0AA0209}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct step steps[] = {{.cdb = TUR, .sense = rows[i].sense}, {.cdb = NULL}};
    wait_row(steps, 10, rows[i].code, 0, NULL);
  }
  const struct step gone[] = {{.cdb = TUR}, {.cdb = RDI, .host = 1}, {.cdb = NULL}};
  const struct step late[] = {{.cdb = TUR, .host = 3}, {.cdb = NULL}};
  const struct step deferred[] = {{.cdb = TUR, .sense = SENSE(3, 0x0C, 0), .deferred = true},
                                  {.cdb = NULL}};
  wait_row(gone, 10, 0x80070037, 0, NULL);
  wait_row(late, 10, 0xC0AA020D, 0, NULL);
  wait_row(deferred, 10, 0xC0AA0301, 0, NULL);
}

static void finished_asks_an_aborted_question_again(void **state) {
  (void)state;
  const struct step once[] = {
      {.cdb = TUR, .sense = SENSE(0xB, 0, 0)}, FINISHED, FINISHED, {.cdb = NULL}};
  const struct step twice[] = {{.cdb = TUR, .sense = SENSE(0xB, 0, 0), .times = 2},
                               {.cdb = NULL}};
  wait_row(once, 10, REDBOOK_S_OK, 1000000, NULL);
  wait_row(twice, 10, 0x80004005, 0, NULL);
}

/* Polls at 0, 1, .. 6 s: the seventh is more than 5.5 s after the first. */
static void finished_believes_a_clueless_drive(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR, .sense = SENSE(2, 0x04, 0), .times = 7},
                               {.cdb = RDI, .reply = BLANK_80},
                               FINISHED,
                               {.cdb = NULL}};
  wait_row(steps, 60, REDBOOK_S_OK, 7000000, NULL);
}

static void finished_without_disc_information(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR},
                               {.cdb = RDI, .sense = SENSE(5, 0x20, 0)},
                               {.cdb = TUR},
                               {.cdb = RDI, .sense = SENSE(5, 0x20, 0)},
                               {.cdb = NULL}};
  wait_row(steps, 10, REDBOOK_S_OK, 1000000, NULL);
}

static void finished_has_a_limit(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR, .sense = SENSE(2, 0x04, 7), .times = 4},
                               {.cdb = NULL}};
  wait_row(steps, 3, 0xC0AA0207, 3000000, NULL);
}

static void sleeps_by_slices_on_a_real_clock(void **state) {
  (void)state;
  const struct step none[] = {{.cdb = NULL}};
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, none);
  struct redbook_error err;

  assert_true(redbook_drive_sleep(&drive, 1.5, NULL));
  assert_int_equal(s.sleeps, 1);
  assert_true(redbook_drive_now(&drive) == 1.5);
  s.real_time = true;
  assert_true(redbook_drive_sleep(&drive, 0.12, NULL));
  assert_int_equal(s.sleeps, 4);
  assert_int_equal(s.slept_us, 1620000);
  atomic_store(&s.cancel, true);
  redbook_error_clear(&err);
  assert_false(redbook_drive_sleep(&drive, 1, &err));
  assert_int_equal(err.code, 0xC0AA0002);
  assert_int_equal(s.slept_us, 1620000);
  drive.cancel = NULL;
  assert_true(redbook_drive_sleep(&drive, 1, NULL));
  assert_int_equal(s.sleeps, 5);
}

static void tray_row(const struct step *steps, enum redbook_start_stop what, uint32_t code) {
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_int_equal(redbook_drive_start_stop(&drive, what, &err), code == REDBOOK_S_OK);
  assert_int_equal(err.code, code);
  scripted_finish(&s);
}

static void tray(void **state) {
  (void)state;
  const struct step eject[] = {{.cdb = "1b 00 00 00 02 00", .sense = SENSE(6, 0x28, 0)},
                               {.cdb = "1b 00 00 00 02 00"},
                               {.cdb = NULL}};
  const struct step load[] = {{.cdb = "1b 00 00 00 03 00"}, {.cdb = NULL}};
  const struct step stop[] = {{.cdb = "1b 00 00 00 00 00"}, {.cdb = NULL}};
  const struct step locked2[] = {{.cdb = "1b 00 00 00 02 00", .sense = SENSE(2, 0x53, 2)},
                                 {.cdb = NULL}};
  const struct step locked5[] = {{.cdb = "1b 00 00 00 02 00", .sense = SENSE(5, 0x53, 2)},
                                 {.cdb = NULL}};
  tray_row(eject, REDBOOK_EJECT, REDBOOK_S_OK);
  tray_row(load, REDBOOK_LOAD, REDBOOK_S_OK);
  tray_row(stop, REDBOOK_STOP, REDBOOK_S_OK);
  tray_row(locked2, REDBOOK_EJECT, 0xC0AA0210);
  tray_row(locked5, REDBOOK_EJECT, 0xC0AA0210);
}

static void prevent(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = "1e 00 00 00 01 00"},
                               {.cdb = "1e 00 00 00 00 00"},
                               {.cdb = "1e 00 00 00 01 00", .sense = SENSE(5, 0x24, 0)},
                               {.cdb = "1e 00 00 00 01 00", .os_error = 1 /* EPERM */},
                               {.cdb = "1e 00 00 00 01 00", .host = 1},
                               {.cdb = NULL}};
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_true(redbook_drive_prevent(&drive, true, &err));
  assert_true(redbook_drive_prevent(&drive, false, &err));
  assert_true(redbook_drive_prevent(&drive, true, &err));
  assert_true(redbook_drive_prevent(&drive, true, &err));
  assert_int_equal(err.code, REDBOOK_S_OK);
  assert_false(redbook_drive_prevent(&drive, true, &err));
  assert_int_equal(err.code, 0x80070037);
  assert_int_equal(err.opcode, 0x1E);
  scripted_finish(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ready_one_sense),
      cmocka_unit_test(ready_swallows_four_attentions),
      cmocka_unit_test(ready_wants_no_medium_three_times),
      cmocka_unit_test(ready_starts_once),
      cmocka_unit_test(ready_host_and_errno),
      cmocka_unit_test(ready_can_be_cancelled),
      cmocka_unit_test(finished_twice_in_a_row),
      cmocka_unit_test(finished_not_by_test_unit_ready_alone),
      cmocka_unit_test(finished_tolerates),
      cmocka_unit_test(finished_fails_at_once),
      cmocka_unit_test(finished_asks_an_aborted_question_again),
      cmocka_unit_test(finished_believes_a_clueless_drive),
      cmocka_unit_test(finished_without_disc_information),
      cmocka_unit_test(finished_has_a_limit),
      cmocka_unit_test(sleeps_by_slices_on_a_real_clock),
      cmocka_unit_test(tray),
      cmocka_unit_test(prevent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
