/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BLANK with all that drives answer to it. */
#include "drive/scripted.h"

#define QUICK "a1 11 00 00 00 00 00 00 00 00 00 00"
#define ALL "a1 10 00 00 00 00 00 00 00 00 00 00"
#define QUICK_NO_IMMED "a1 01 00 00 00 00 00 00 00 00 00 00"
#define SYNC_IMMED "35 02 00 00 00 00 00 00 00 00"
#define PERFORMANCE "ac 00 00 00 00 00 00 00 00 01 03 00"
#define PERFORMANCE_2 "ac 00 00 00 00 00 00 00 00 02 03 00"
#define SLOW_AND_FAST                                                                       \
  "00 00 00 24 00 00 00 00 00 00 00 00 00 05 7d a9 00 00 06 e4 00 00 06 e4 00 00 00 00 00 " \
  "05 7d a9 00 00 02 c2 00 00 02 c2"
#define SLOWEST "bb 00 ff ff 02 c2 00 00 00 00 00 00"
#define FINISHED_ONCE             \
  {.cdb = TUR}, {                 \
    .cdb = RDI, .reply = BLANK_80 \
  }
#define FINISHED FINISHED_ONCE, FINISHED_ONCE

static struct scripted s;
static struct redbook_error err;
static double last_fraction;
static unsigned progress_calls;

static void note(void *context, double elapsed, double fraction) {
  (void)context;
  (void)elapsed;
  progress_calls++;
  last_fraction = fraction;
}

/* The cancel flag is set all the time: nothing stops a drive that erases. */
static void row(const struct step *steps, bool all, double limit, uint32_t code, bool begun) {
  struct redbook_drive drive = scripted_begin(&s, steps);
  bool has_begun = !begun;
  atomic_store(&s.cancel, true);
  redbook_error_clear(&err);
  progress_calls = 0;
  last_fraction = -1;
  assert_int_equal(redbook_drive_blank(&drive, all, limit, note, NULL, &has_begun, &err),
                   code == REDBOOK_S_OK);
  assert_int_equal(err.code, code);
  assert_int_equal(has_begun, begun);
  scripted_finish(&s);
}

static void blank_waits_with_progress(void **state) {
  (void)state;
  const struct step quick[] = {{.cdb = QUICK},
                               {.cdb = TUR, .sense = SENSE(2, 0x04, 7), .progress = 0x4000},
                               {.cdb = TUR, .sense = SENSE(2, 0x04, 4), .progress = 0x8000},
                               FINISHED,
                               {.cdb = NULL}};
  const struct step all[] = {{.cdb = ALL},
                             {.cdb = TUR}, /* Pioneer: GOOD while it erases */
                             {.cdb = RDI, .sense = SENSE(2, 0x04, 7), .progress = 0x2000},
                             {.cdb = TUR, .sense = SENSE(6, 0x28, 0)},
                             FINISHED,
                             {.cdb = NULL}};
  row(quick, false, 3600, REDBOOK_S_OK, true);
  assert_int_equal(progress_calls, 3);
  assert_true(last_fraction == 0.5);
  row(all, true, 3600, REDBOOK_S_OK, true);
  assert_true(last_fraction == 0.125);
}

static void blank_without_immed(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = QUICK, .sense = SENSE(5, 0x24, 0)},
                               {.cdb = QUICK_NO_IMMED, .duration_ms = 40000},
                               FINISHED,
                               {.cdb = NULL}};
  const struct step refused[] = {{.cdb = QUICK, .sense = SENSE(5, 0x24, 0)},
                                 {.cdb = QUICK_NO_IMMED, .sense = SENSE(5, 0x24, 0)},
                                 {.cdb = NULL}};
  row(steps, false, 3600, REDBOOK_S_OK, true);
  row(refused, false, 3600, 0x80004005, false);
}

static void blank_is_sent_until_it_is_taken(void **state) {
  (void)state;
  const struct step busy[] = {{.cdb = QUICK, .sense = SENSE(2, 0x04, 8), .times = 2},
                              {.cdb = QUICK, .sense = SENSE(6, 0x29, 0)},
                              {.cdb = QUICK},
                              FINISHED,
                              {.cdb = NULL}};
  const struct step never[] = {{.cdb = QUICK, .sense = SENSE(2, 0x04, 7), .times = 4},
                               {.cdb = NULL}};
  const struct step storm[] = {{.cdb = QUICK, .sense = SENSE(6, 0x29, 0), .times = 5},
                               {.cdb = NULL}};
  const struct step aborted[] = {
      {.cdb = QUICK, .sense = SENSE(0xB, 0x4E, 0)}, {.cdb = QUICK}, FINISHED, {.cdb = NULL}};
  const struct step always[] = {{.cdb = QUICK, .sense = SENSE(0xB, 0x4E, 0), .times = 5},
                                {.cdb = NULL}};
  row(aborted, false, 3600, REDBOOK_S_OK, true);
  row(always, false, 3600, 0x80004005, true);
  row(busy, false, 3600, REDBOOK_S_OK, true);
  row(never, false, 3, 0xC0AA0207, false);
  row(storm, false, 3600, 0xC0AA0205, false);
}

/* Nobody has agreed to erase a disc that was put in afterwards. */
static void another_disc_is_not_erased(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = QUICK, .sense = SENSE(6, 0x28, 0)}, {.cdb = NULL}};
  row(steps, false, 3600, 0xC0AA0205, false);
}

static void leftovers_are_written_out_first(void **state) {
  (void)state;
  const struct step mended[] = {{.cdb = QUICK, .sense = SENSE(5, 0x2C, 0)},
                                {.cdb = SYNC_IMMED},
                                FINISHED,
                                {.cdb = QUICK},
                                FINISHED,
                                {.cdb = NULL}};
  const struct step not_mended[] = {{.cdb = QUICK, .sense = SENSE(5, 0x2C, 0)},
                                    {.cdb = SYNC_IMMED, .sense = SENSE(5, 0x2C, 0)},
                                    {.cdb = QUICK, .sense = SENSE(5, 0x2C, 0)},
                                    {.cdb = NULL}};
  row(mended, false, 3600, REDBOOK_S_OK, true);
  row(not_mended, false, 3600, 0x80004005, false);
}

/* A 4x medium in a drive that would go at 10x. */
static void a_slow_medium_is_erased_slowly(void **state) {
  (void)state;
  const struct step slowed[] = {{.cdb = QUICK, .sense = SENSE(5, 0x30, 5)},
                                {.cdb = PERFORMANCE, .reply = SLOW_AND_FAST},
                                {.cdb = PERFORMANCE_2, .reply = SLOW_AND_FAST},
                                {.cdb = SLOWEST},
                                {.cdb = QUICK},
                                FINISHED,
                                {.cdb = NULL}};
  const struct step in_vain[] = {{.cdb = QUICK, .sense = SENSE(5, 0x30, 5)},
                                 {.cdb = PERFORMANCE, .reply = SLOW_AND_FAST},
                                 {.cdb = PERFORMANCE_2, .reply = SLOW_AND_FAST},
                                 {.cdb = SLOWEST},
                                 {.cdb = QUICK, .sense = SENSE(5, 0x30, 5)},
                                 {.cdb = NULL}};
  row(slowed, false, 3600, REDBOOK_S_OK, true);
  row(in_vain, false, 3600, 0xC0AA020F, false);
}

static void blank_fails(void **state) {
  (void)state;
  static const struct {
    uint32_t sense, code;
    bool begun;
  } rows[] = {{SENSE(3, 0x51, 0), 0x80AA0905, true},  {SENSE(5, 0x30, 0), 0xC0AA0203, false},
              {SENSE(2, 0x3A, 0), 0xC0AA0202, false}, {SENSE(7, 0x27, 0), 0xC0AA0209, false},
              {SENSE(5, 0x20, 0), 0x80004005, false}, {SENSE(4, 0x09, 0), 0x80004005, true},
              {SENSE(2, 0x04, 3), 0x80004005, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct step at_once[] = {{.cdb = QUICK, .sense = rows[i].sense}, {.cdb = NULL}};
    row(at_once, false, 3600, rows[i].code, rows[i].begun);
  }
  const struct step gone[] = {{.cdb = QUICK, .host = 1}, {.cdb = NULL}};
  const struct step timeout[] = {{.cdb = QUICK, .host = 3}, {.cdb = NULL}};
  const struct step reset[] = {
      {.cdb = QUICK}, {.cdb = TUR, .sense = SENSE(6, 0x29, 0)}, {.cdb = NULL}};
  const struct step later[] = {
      {.cdb = QUICK}, {.cdb = TUR, .sense = SENSE(3, 0x51, 0)}, {.cdb = NULL}};
  row(gone, false, 3600, 0x80070037, true);
  row(timeout, false, 3600, 0xC0AA020D, true);
  row(reset, false, 3600, 0xC0AA0205, true);
  row(later, false, 3600, 0x80004005, true);
}

static void blank_has_a_limit(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = QUICK}, {.cdb = TUR, .sense = SENSE(2, 0x04, 7), .times = 11}, {.cdb = NULL}};
  row(steps, false, 10, 0xC0AA0207, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blank_waits_with_progress),
      cmocka_unit_test(blank_without_immed),
      cmocka_unit_test(blank_is_sent_until_it_is_taken),
      cmocka_unit_test(another_disc_is_not_erased),
      cmocka_unit_test(leftovers_are_written_out_first),
      cmocka_unit_test(a_slow_medium_is_erased_slowly),
      cmocka_unit_test(blank_fails),
      cmocka_unit_test(blank_has_a_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
