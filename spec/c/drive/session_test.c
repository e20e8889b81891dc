/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYNCHRONIZE CACHE and CLOSE SESSION with all that drives answer to them. */
#include "drive/scripted.h"

#define SYNC_IMMED "35 02 00 00 00 00 00 00 00 00"
#define SYNC "35 00 00 00 00 00 00 00 00 00"
#define CLOSE_IMMED "5b 01 02 00 00 00 00 00 00 00"
#define CLOSE "5b 00 02 00 00 00 00 00 00 00"
#define CLOSE_TRACK_2 "5b 01 01 00 00 02 00 00 00 00"
#define FINISHED_ONCE             \
  {.cdb = TUR}, {                 \
    .cdb = RDI, .reply = BLANK_80 \
  }
#define FINISHED FINISHED_ONCE, FINISHED_ONCE

/* Appendable, last session incomplete, tracks 1 to 3, the third being the place for the next.
 */
#define OPEN_DISC                                                                           \
  "00 20 05 01 01 01 03 00 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 00 00 00 " \
  "00 00 00 00 00"
#define RTI_3 "52 01 00 00 00 03 00 00 24 00"
#define TRACK_2_BEGUN                                                                 \
  "00 22 02 01 00 04 00 01 00 00 01 c4 00 00 02 26 00 04 93 e0 00 00 00 00 00 00 00 " \
  "62 00 00 00 00 00 00 00 00"
#define TRACK_3_INVISIBLE                                                             \
  "00 22 03 01 00 04 40 01 00 00 04 50 00 00 04 50 00 04 93 e0 00 00 00 00 00 00 00 " \
  "00 00 00 00 00 00 00 00 00"

static struct scripted s;
static struct redbook_error err;
static unsigned progress_calls;

static void count_progress(void *context, double elapsed, double fraction) {
  (void)elapsed;
  (void)fraction;
  ++*(unsigned *)context;
}

static void sync_row(const struct step *steps, double limit, uint32_t code) {
  struct redbook_drive drive = scripted_begin(&s, steps);
  atomic_store(&s.cancel, true);
  redbook_error_clear(&err);
  assert_int_equal(redbook_drive_synchronize(&drive, limit, NULL, NULL, &err),
                   code == REDBOOK_S_OK);
  assert_int_equal(err.code, code);
  scripted_finish(&s);
}

static void close_row(const struct step *steps, double limit, uint32_t code) {
  struct redbook_drive drive = scripted_begin(&s, steps);
  atomic_store(&s.cancel, true);
  redbook_error_clear(&err);
  progress_calls = 0;
  assert_int_equal(
      redbook_drive_close_session(&drive, limit, count_progress, &progress_calls, &err),
      code == REDBOOK_S_OK);
  assert_int_equal(err.code, code);
  scripted_finish(&s);
}

static void synchronize_waits(void **state) {
  (void)state;
  const struct step quick[] = {{.cdb = SYNC_IMMED}, FINISHED, {.cdb = NULL}};
  const struct step slow[] = {{.cdb = SYNC_IMMED},
                              {.cdb = TUR},
                              {.cdb = RDI, .sense = SENSE(2, 0x04, 8)},
                              {.cdb = TUR, .sense = SENSE(2, 0x04, 7), .times = 4},
                              FINISHED,
                              {.cdb = NULL}};
  sync_row(quick, 120, REDBOOK_S_OK);
  assert_int_equal(s.slept_us, 1000000);
  sync_row(slow, 120, REDBOOK_S_OK);
  assert_int_equal(s.slept_us, 6000000);
}

static void synchronize_without_immed(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = SYNC_IMMED, .sense = SENSE(5, 0x24, 0)}, {.cdb = SYNC}, FINISHED, {.cdb = NULL}};
  const struct step unknown[] = {{.cdb = SYNC_IMMED, .sense = SENSE(5, 0x20, 0)},
                                 {.cdb = NULL}};
  sync_row(steps, 120, REDBOOK_S_OK);
  sync_row(unknown, 120, 0x80004005);
}

static void synchronize_is_sent_until_it_is_taken(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = SYNC_IMMED, .sense = SENSE(2, 0x04, 8), .times = 3},
                               {.cdb = SYNC_IMMED, .sense = SENSE(6, 0x2A, 1)},
                               {.cdb = SYNC_IMMED},
                               FINISHED,
                               {.cdb = NULL}};
  const struct step never[] = {{.cdb = SYNC_IMMED, .sense = SENSE(2, 0x04, 8), .times = 4},
                               {.cdb = NULL}};
  sync_row(steps, 120, REDBOOK_S_OK);
  sync_row(never, 3, 0xC0AA0207);
}

static void synchronize_has_a_limit(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = SYNC_IMMED}, {.cdb = TUR, .sense = SENSE(2, 0x04, 7), .times = 3}, {.cdb = NULL}};
  sync_row(steps, 2, 0xC0AA0207);
}

static void synchronize_fails(void **state) {
  (void)state;
  static const struct {
    uint32_t sense, code;
  } rows[] = {{SENSE(3, 0x0C, 0), 0xC0AA0301}, {SENSE(3, 0x0C, 9), 0xC0AA0300},
              {SENSE(6, 0x28, 0), 0xC0AA0301}, {SENSE(6, 0x29, 0), 0xC0AA0301},
              {SENSE(2, 0x3A, 0), 0xC0AA0202}, {SENSE(4, 0x09, 1), 0xC0AA0301}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct step at_once[] = {{.cdb = SYNC_IMMED, .sense = rows[i].sense}, {.cdb = NULL}};
    sync_row(at_once, 120, rows[i].code);
  }
  const struct step later[] = {{.cdb = SYNC_IMMED},
                               {.cdb = TUR, .sense = SENSE(2, 0x04, 7)},
                               {.cdb = TUR, .sense = SENSE(3, 0x0C, 0), .deferred = true},
                               {.cdb = NULL}};
  const struct step reset[] = {{.cdb = SYNC_IMMED},
                               {.cdb = TUR},
                               {.cdb = RDI, .sense = SENSE(6, 0x29, 0)},
                               {.cdb = NULL}};
  const struct step gone[] = {{.cdb = SYNC_IMMED, .host = 1}, {.cdb = NULL}};
  sync_row(reset, 120, 0xC0AA0301);
  sync_row(later, 120, 0xC0AA0301);
  sync_row(gone, 120, 0x80070037);
}

static void close_waits(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = CLOSE_IMMED},
                               {.cdb = TUR},
                               {.cdb = RDI, .sense = SENSE(2, 0x04, 7)},
                               {.cdb = TUR, .sense = SENSE(6, 0x28, 0)},
                               FINISHED,
                               {.cdb = NULL}};
  const struct step no_immed[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(5, 0x24, 0)},
                                  {.cdb = CLOSE},
                                  FINISHED,
                                  {.cdb = NULL}};
  close_row(steps, 1800, REDBOOK_S_OK);
  assert_int_equal(progress_calls, 3);
  close_row(no_immed, 1800, REDBOOK_S_OK);
}

/* Mitsumi and Sony answer before they are done; the disc then tells whether they took it. */
static void close_returns_early(void **state) {
  (void)state;
  static const uint32_t early[] = {SENSE(6, 0x2E, 0), SENSE(2, 0x04, 7), SENSE(2, 0x04, 8)};
  for (size_t i = 0; i < sizeof early / sizeof *early; i++) {
    const struct step taken[] = {{.cdb = CLOSE_IMMED, .sense = early[i]},
                                 {.cdb = TUR, .sense = SENSE(2, 0x04, 7)},
                                 FINISHED,
                                 {.cdb = RDI, .reply = BLANK_80},
                                 {.cdb = NULL}};
    const struct step not_taken[] = {{.cdb = CLOSE_IMMED, .sense = early[i]},
                                     FINISHED,
                                     {.cdb = RDI, .reply = OPEN_DISC},
                                     {.cdb = CLOSE_IMMED},
                                     FINISHED,
                                     {.cdb = NULL}};
    close_row(taken, 1800, REDBOOK_S_OK);
    close_row(not_taken, 1800, REDBOOK_S_OK);
  }
}

static void close_ends_an_incomplete_track(void **state) {
  (void)state;
  const struct step at_once[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(5, 0x72, 3)},
                                 {.cdb = RTI_FF, .reply = TRACK_2_BEGUN},
                                 {.cdb = CLOSE_TRACK_2},
                                 FINISHED,
                                 {.cdb = CLOSE_IMMED},
                                 FINISHED,
                                 {.cdb = NULL}};
  const struct step while_polling[] = {{.cdb = CLOSE_IMMED},
                                       {.cdb = TUR, .sense = SENSE(5, 0x72, 3)},
                                       {.cdb = RTI_FF, .reply = TRACK_2_BEGUN},
                                       {.cdb = CLOSE_TRACK_2},
                                       FINISHED,
                                       {.cdb = CLOSE_IMMED},
                                       FINISHED,
                                       {.cdb = NULL}};
  close_row(at_once, 1800, REDBOOK_S_OK);
  close_row(while_polling, 1800, REDBOOK_S_OK);
}

static void close_finds_the_incomplete_track(void **state) {
  (void)state;
  const struct step before_last[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(5, 0x72, 3)},
                                     {.cdb = RTI_FF, .reply = TRACK_3_INVISIBLE},
                                     {.cdb = RDI, .reply = OPEN_DISC},
                                     {.cdb = RTI_3, .reply = TRACK_3_INVISIBLE},
                                     {.cdb = CLOSE_TRACK_2},
                                     FINISHED,
                                     {.cdb = CLOSE_IMMED},
                                     FINISHED,
                                     {.cdb = NULL}};
  const struct step last[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(5, 0x72, 3)},
                              {.cdb = RTI_FF, .sense = SENSE(5, 0x24, 0)},
                              {.cdb = RDI, .reply = OPEN_DISC},
                              {.cdb = RTI_3, .sense = SENSE(5, 0x24, 0)},
                              {.cdb = "5b 01 01 00 00 03 00 00 00 00"},
                              FINISHED,
                              {.cdb = CLOSE_IMMED},
                              FINISHED,
                              {.cdb = NULL}};
  close_row(before_last, 1800, REDBOOK_S_OK);
  close_row(last, 1800, REDBOOK_S_OK);
}

static void close_gives_up(void **state) {
  (void)state;
  const struct step track_again[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(5, 0x72, 3)},
                                     {.cdb = RTI_FF, .reply = TRACK_2_BEGUN},
                                     {.cdb = CLOSE_TRACK_2},
                                     FINISHED,
                                     {.cdb = CLOSE_IMMED, .sense = SENSE(5, 0x72, 3)},
                                     {.cdb = NULL}};
  const struct step no_track[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(5, 0x72, 3)},
                                  {.cdb = RTI_FF, .sense = SENSE(5, 0x24, 0)},
                                  {.cdb = RDI, .sense = SENSE(5, 0x20, 0)},
                                  {.cdb = NULL}};
  close_row(track_again, 1800, 0xC0AA0301);
  assert_int_equal(err.sense.asc, 0x72);
  assert_int_equal(err.opcode, 0x5B);
  close_row(no_track, 1800, 0xC0AA0301);
  static const struct {
    uint32_t sense, code;
  } rows[] = {{SENSE(3, 0x72, 1), 0xC0AA0301}, {SENSE(3, 0x72, 2), 0xC0AA0301},
              {SENSE(5, 0x72, 4), 0xC0AA0301}, {SENSE(3, 0x0C, 0), 0xC0AA0301},
              {SENSE(5, 0x2C, 0), 0xC0AA0301}, {SENSE(6, 0x28, 0), 0xC0AA0301},
              {SENSE(5, 0x20, 0), 0x80004005}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct step steps[] = {{.cdb = CLOSE_IMMED, .sense = rows[i].sense}, {.cdb = NULL}};
    close_row(steps, 1800, rows[i].code);
  }
  const struct step late[] = {{.cdb = CLOSE_IMMED},
                              {.cdb = TUR, .sense = SENSE(2, 0x04, 7), .times = 3},
                              {.cdb = NULL}};
  close_row(late, 2, 0xC0AA0207);
}

/* Page 05h went with the reset, or with somebody's MODE SELECT: the caller's to send again. */
static void close_after_a_reset(void **state) {
  (void)state;
  const struct step reset[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(6, 0x29, 0)}, {.cdb = NULL}};
  const struct step changed[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(6, 0x2A, 1)},
                                 {.cdb = NULL}};
  const struct step button[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(6, 0x5A, 1)},
                                {.cdb = CLOSE_IMMED},
                                FINISHED,
                                {.cdb = NULL}};
  close_row(reset, 1800, 0xC0AA0301);
  close_row(changed, 1800, 0x80004005);
  close_row(button, 1800, REDBOOK_S_OK);
}

/* What was not carried out is sent again when the session is still open after a wait. */
static void close_again(void **state) {
  (void)state;
  static const uint32_t senses[] = {SENSE(0xB, 0, 0), SENSE(4, 0x08, 3), SENSE(5, 0x55, 0),
                                    SENSE(2, 0x04, 1)};
  for (size_t i = 0; i < sizeof senses / sizeof *senses; i++) {
    const struct step open[] = {{.cdb = CLOSE_IMMED, .sense = senses[i]},
                                FINISHED,
                                {.cdb = RDI, .reply = OPEN_DISC},
                                {.cdb = CLOSE_IMMED},
                                FINISHED,
                                {.cdb = NULL}};
    const struct step done[] = {{.cdb = CLOSE_IMMED, .sense = senses[i]},
                                FINISHED,
                                {.cdb = RDI, .reply = BLANK_80},
                                {.cdb = NULL}};
    close_row(open, 1800, REDBOOK_S_OK);
    close_row(done, 1800, REDBOOK_S_OK);
  }
  const struct step twice[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(0xB, 0, 0)},
                               FINISHED,
                               {.cdb = RDI, .reply = OPEN_DISC},
                               {.cdb = CLOSE_IMMED, .sense = SENSE(0xB, 0, 0)},
                               {.cdb = NULL}};
  const struct step busy[] = {{.cdb = CLOSE_IMMED, .sense = SENSE(2, 0x04, 7)},
                              FINISHED,
                              {.cdb = RDI, .reply = OPEN_DISC},
                              {.cdb = NULL}};
  close_row(twice, 1800, 0xC0AA0301);
  close_row(busy, 1, 0xC0AA0207);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(synchronize_waits),
      cmocka_unit_test(synchronize_without_immed),
      cmocka_unit_test(synchronize_is_sent_until_it_is_taken),
      cmocka_unit_test(synchronize_has_a_limit),
      cmocka_unit_test(synchronize_fails),
      cmocka_unit_test(close_waits),
      cmocka_unit_test(close_returns_early),
      cmocka_unit_test(close_ends_an_incomplete_track),
      cmocka_unit_test(close_finds_the_incomplete_track),
      cmocka_unit_test(close_gives_up),
      cmocka_unit_test(close_after_a_reset),
      cmocka_unit_test(close_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
