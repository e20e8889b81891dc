/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a disc is like track by track, from replies of drives. */
#include "drive/examine.h"

#include "drive/scripted.h"

/* TEST UNIT READY, a CD-R by its profile. */
#define CD_R                                                                   \
  {.cdb = TUR}, {                                                              \
    .cdb = "46 00 00 00 00 00 00 00 08 00", .reply = "00 00 00 04 00 00 00 09" \
  }
/* Appendable, last session incomplete, tracks 1 to 3 in session 1. */
#define OPEN_3                                                                        \
  "00 20 05 01 01 01 03 20 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 00 " \
  "00 00 00 00 00 00 00"
#define CLOSED_2                                                                      \
  "00 20 0e 01 01 01 02 20 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff 00 00 00 " \
  "00 00 00 00 00 00 00"
#define NO_ATIP \
  { .cdb = "43 00 04 00 00 00 00 00 20 00", .sense = SENSE(5, 0x24, 0) }
#define TOC_CDB "43 00 00 00 00 00 00 03 24 00"
#define NO_TOC \
  { .cdb = TOC_CDB, .sense = SENSE(5, 0x24, 0) }
#define PAGE_CDB "5a 00 05 00 00 00 00 01 11 00"
/* Header, page 05h: write type TAO; with the test bit. */
#define REAL \
  { .cdb = PAGE_CDB, .reply = "00 0c 00 00 00 00 00 00 05 32 01 00 00 00" }
#define TEST \
  { .cdb = PAGE_CDB, .reply = "00 0c 00 00 00 00 00 00 05 32 11 00 00 00" }
#define RTI(number) "52 01 00 00 00 " number " 00 00 24 00"
/* Track 1: 400 sectors at 0, complete. Track 2: 500 at 552, control 1. */
#define TRACK_1                                                                       \
  "00 22 01 01 00 00 8f 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 " \
  "90 00 00 01 8f 00 00 00 00"
#define TRACK_2                                                                       \
  "00 22 02 01 00 01 8f 02 00 00 02 28 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 " \
  "f4 00 00 04 1b 00 00 00 00"
/* Track 3 from 1204, goes on at 1304; its size is all the room that there is. */
#define OPEN_TRACK                                                                    \
  "00 22 03 01 00 00 0f 01 00 00 04 b4 00 00 05 18 00 05 00 00 00 00 00 00 00 05 00 " \
  "00 00 00 00 00 00 00 00 00"
/* The same, damaged: it cannot be gone on with; 100 sectors. */
#define DAMAGED_TRACK                                                                 \
  "00 22 03 01 00 20 0f 00 00 00 04 b4 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
  "64 00 00 00 00 00 00 00 00"
#define COMING_TRACK                                                                  \
  "00 22 03 01 00 07 4f 01 00 00 04 b4 00 00 04 b4 00 05 00 00 00 00 00 00 00 05 00 " \
  "00 00 00 00 00 00 00 00 00"
#define TOC_2 \
  "00 1a 01 02 00 10 01 00 00 00 00 00 00 11 02 00 00 00 02 28 00 10 aa 00 00 00 04 1e"

static struct redbook_examination found;

static bool examine(const struct step *steps, struct redbook_error *err) {
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  redbook_error_clear(err);
  bool ok = redbook_examine(&drive, &found, err);
  scripted_finish(&s);
  return ok;
}

static void track_is(unsigned index, const struct redbook_examined_track *expected) {
  const struct redbook_examined_track *got = &found.tracks[index];
  assert_int_equal(got->number, expected->number);
  assert_int_equal(got->session, expected->session);
  assert_int_equal(got->start, expected->start);
  assert_int_equal(got->sectors, expected->sectors);
  assert_int_equal(got->control, expected->control);
  assert_int_equal(got->complete, expected->complete);
  assert_int_equal(got->damaged, expected->damaged);
  assert_int_equal(got->listed, expected->listed);
}

static void two_tracks(bool listed) {
  track_is(0,
           &(struct redbook_examined_track){
               .number = 1, .session = 1, .sectors = 400, .complete = true, .listed = listed});
  track_is(1, &(struct redbook_examined_track){.number = 2,
                                               .session = 1,
                                               .start = 552,
                                               .sectors = 500,
                                               .control = 1,
                                               .complete = true,
                                               .listed = listed});
}

static void a_track_that_goes_on(void **state) {
  (void)state;
  static const struct step steps[] = {CD_R,
                                      {.cdb = RDI, .reply = OPEN_3},
                                      {.cdb = RTI_FF, .reply = OPEN_TRACK},
                                      NO_ATIP,
                                      REAL,
                                      {.cdb = RDI, .reply = OPEN_3},
                                      NO_TOC,
                                      {.cdb = RTI("01"), .reply = TRACK_1},
                                      {.cdb = RTI("02"), .reply = TRACK_2},
                                      {.cdb = RTI("03"), .reply = OPEN_TRACK},
                                      {0}};
  struct redbook_error err;
  assert_true(examine(steps, &err));
  assert_true(found.media.incomplete_track);
  assert_false(found.test_write);
  assert_int_equal(found.count, 3);
  two_tracks(false);
  track_is(2, &(struct redbook_examined_track){
                  .number = 3, .session = 1, .start = 1204, .sectors = 100});
}

static void a_damaged_track(void **state) {
  (void)state;
  static const struct step steps[] = {CD_R,
                                      {.cdb = RDI, .reply = OPEN_3},
                                      {.cdb = RTI_FF, .reply = DAMAGED_TRACK},
                                      NO_ATIP,
                                      TEST,
                                      {.cdb = RDI, .reply = OPEN_3},
                                      NO_TOC,
                                      {.cdb = RTI("01"), .reply = TRACK_1},
                                      {.cdb = RTI("02"), .reply = TRACK_2},
                                      {.cdb = RTI("03"), .reply = DAMAGED_TRACK},
                                      {0}};
  struct redbook_error err;
  assert_true(examine(steps, &err));
  assert_true(found.media.damaged);
  assert_true(found.test_write);
  track_is(2, &(struct redbook_examined_track){
                  .number = 3, .session = 1, .start = 1204, .sectors = 100, .damaged = true});
}

static void only_the_place_of_the_next(void **state) {
  (void)state;
  static const struct step steps[] = {CD_R,
                                      {.cdb = RDI, .reply = OPEN_3},
                                      {.cdb = RTI_FF, .reply = COMING_TRACK},
                                      NO_ATIP,
                                      {.cdb = PAGE_CDB, .sense = SENSE(5, 0x24, 0)},
                                      {.cdb = RDI, .reply = OPEN_3},
                                      NO_TOC,
                                      {.cdb = RTI("01"), .reply = TRACK_1},
                                      {.cdb = RTI("02"), .reply = TRACK_2},
                                      {.cdb = RTI("03"), .reply = COMING_TRACK},
                                      {0}};
  struct redbook_error err;
  assert_true(examine(steps, &err));
  assert_int_equal(found.count, 2);
  assert_false(found.test_write);
  two_tracks(false);
}

static void a_closed_disc(void **state) {
  (void)state;
  static const struct step steps[] = {CD_R,
                                      {.cdb = RDI, .reply = CLOSED_2},
                                      {.cdb = TOC_CDB, .reply = TOC_2},
                                      NO_ATIP,
                                      REAL,
                                      {.cdb = RDI, .reply = CLOSED_2},
                                      {.cdb = TOC_CDB, .reply = TOC_2},
                                      {.cdb = RTI("01"), .reply = TRACK_1},
                                      {.cdb = RTI("02"), .reply = TRACK_2},
                                      {0}};
  struct redbook_error err;
  assert_true(examine(steps, &err));
  assert_int_equal(found.count, 2);
  two_tracks(true);
}

/* By the table of contents alone, the last two sectors before the lead-out are run-out. */
static void a_closed_disc_without_track_information(void **state) {
  (void)state;
  static const struct step steps[] = {CD_R,
                                      {.cdb = RDI, .reply = CLOSED_2},
                                      {.cdb = TOC_CDB, .reply = TOC_2},
                                      NO_ATIP,
                                      REAL,
                                      {.cdb = RDI, .reply = CLOSED_2},
                                      {.cdb = TOC_CDB, .reply = TOC_2},
                                      {.cdb = RTI("01"), .sense = SENSE(5, 0x20, 0)},
                                      {.cdb = RTI("02"), .sense = SENSE(5, 0x20, 0)},
                                      {0}};
  struct redbook_error err;
  assert_true(examine(steps, &err));
  assert_int_equal(found.count, 2);
  track_is(0, &(struct redbook_examined_track){
                  .number = 1, .session = 1, .sectors = 550, .complete = true, .listed = true});
  track_is(1, &(struct redbook_examined_track){.number = 2,
                                               .session = 1,
                                               .start = 552,
                                               .sectors = 500,
                                               .control = 1,
                                               .complete = true,
                                               .listed = true});
}

static void an_open_track_that_is_not_told(void **state) {
  (void)state;
  static const struct step steps[] = {CD_R,
                                      {.cdb = RDI, .reply = OPEN_3},
                                      {.cdb = RTI_FF, .reply = COMING_TRACK},
                                      NO_ATIP,
                                      REAL,
                                      {.cdb = RDI, .reply = OPEN_3},
                                      NO_TOC,
                                      {.cdb = RTI("01"), .sense = SENSE(2, 0x04, 0x08)},
                                      {0}};
  struct redbook_error err;
  assert_false(examine(steps, &err));
  assert_int_equal(err.code, REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY);
  assert_true(err.transient);
}

static void no_disc(void **state) {
  (void)state;
  static const struct step steps[] = {{.cdb = TUR, .sense = SENSE(2, 0x3A, 1), .times = 3},
                                      {0}};
  struct redbook_error err;
  assert_true(examine(steps, &err));
  assert_false(found.media.present);
  assert_int_equal(found.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_track_that_goes_on),
      cmocka_unit_test(a_damaged_track),
      cmocka_unit_test(only_the_place_of_the_next),
      cmocka_unit_test(a_closed_disc),
      cmocka_unit_test(a_closed_disc_without_track_information),
      cmocka_unit_test(an_open_track_that_is_not_told),
      cmocka_unit_test(no_disc),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
