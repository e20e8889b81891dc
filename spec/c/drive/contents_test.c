/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disc's contents: which questions are asked, and what is made of the answers. */
#include "drive/contents.h"
#include "drive/scripted.h"

#define TOC "43 00 00 00 00 00 00 03 24 00"
#define FULL "43 02 02 00 00 00 01 19 8a 00"
#define ATIP "43 00 04 00 00 00 00 00 20 00"
#define CATALOG "42 00 40 02 00 00 00 00 18 00"
#define ISRC_OF(track) "42 00 40 03 00 00 " track " 00 18 00"
#define TEXT(length) "43 00 05 00 00 00 00 " length " 00"
#define BAD_FIELD SENSE(5, 0x24, 0)

/* Tracks 1 (copies permitted) and 2 (data), lead-out at 1200. */
#define TOC_REPLY \
  "00 1a 01 02 00 12 01 00 00 00 00 00 00 14 02 00 00 00 01 c2 00 14 aa 00 00 00 04 b0"
#define FULL_REPLY(lead_out)                                                       \
  "00 2e 01 01 01 12 00 a0 00 00 00 00 01 00 00 01 14 00 a1 00 00 00 00 02 00 00 " \
  "01 14 00 a2 00 00 00 00 " lead_out

#define COMPLETE                                                                               \
  "00 20 0e 01 01 01 02 20 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff 00 00 00 00 00 00 " \
  "00 00 00 00"

static struct scripted s;
static struct redbook_error err;
static struct redbook_contents contents;

static bool read_with(const struct step *steps) {
  redbook_error_clear(&err);
  struct redbook_drive drive = scripted_begin(&s, steps);
  bool ok = redbook_contents_read(&drive, &contents, &err);
  scripted_finish(&s);
  return ok;
}

static void check_tracks(void) {
  assert_int_equal(contents.tracks, 2);
  assert_int_equal(contents.sessions, 1);
  assert_int_equal(contents.lead_out, 1200);
  assert_int_equal(contents.session[0].first, 1);
  assert_int_equal(contents.session[0].last, 2);
  assert_int_equal(contents.session[0].lead_out, 1200);
  assert_int_equal(contents.track[0].start, 0);
  assert_int_equal(contents.track[0].sectors, 450);
  assert_int_equal(contents.track[0].control, 2);
  assert_int_equal(contents.track[1].number, 2);
  assert_int_equal(contents.track[1].start, 450);
  assert_int_equal(contents.track[1].sectors, 750);
  assert_int_equal(contents.track[1].control, 4);
  assert_int_equal(contents.track[1].session, 1);
}

static void whole(void **state) {
  (void)state;
  const struct step list[] = {
      {.cdb = TUR},
      {.cdb = RDI, .reply = COMPLETE},
      {.cdb = ATIP,
       .reply =
           "00 1a 00 00 d4 00 98 00 61 1a 41 00 4f 3b 4a 00 00 00 00 00 00 00 00 00 00 00 00 "
           "00"},
      {.cdb = TOC, .reply = TOC_REPLY},
      {.cdb = FULL, .reply = FULL_REPLY("00 12 00")},
      {.cdb = CATALOG,
       .reply = "00 15 00 14 02 00 00 00 80 31 32 33 34 35 36 37 38 39 30 31 32 33 00 00"},
      {.cdb = ISRC_OF("01"),
       .reply = "00 15 00 14 03 10 01 00 80 55 53 52 43 31 37 36 30 37 38 33 39 00 00 00"},
      {.cdb = TEXT("00 04"), .reply = "00 02 00 00"},
      {.cdb = NULL}};
  assert_true(read_with(list));
  check_tracks();
  assert_true(contents.has_atip);
  assert_int_equal(contents.atip.lead_in, -11635);
  assert_int_equal(contents.atip.power, 5);
  assert_int_equal(contents.atip.reference_speed, 4);
  assert_string_equal(contents.catalog, "1234567890123");
  assert_string_equal(contents.track[0].isrc, "USRC17607839");
  assert_string_equal(contents.track[1].isrc, "");
  redbook_contents_free(&contents);
}

/* A drive that knows nothing but the TOC; the full one in BCD does not agree with it. */
static void what_is_missing(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR},
                               {.cdb = RDI, .reply = COMPLETE},
                               {.cdb = ATIP, .sense = BAD_FIELD},
                               {.cdb = TOC, .reply = TOC_REPLY},
                               {.cdb = FULL, .reply = FULL_REPLY("00 18 00")},
                               {.cdb = CATALOG, .sense = SENSE(5, 0x20, 0)},
                               {.cdb = ISRC_OF("01"), .sense = BAD_FIELD},
                               {.cdb = TEXT("00 04"), .sense = BAD_FIELD},
                               {.cdb = NULL}};
  assert_true(read_with(steps));
  check_tracks();
  assert_false(contents.has_atip);
  assert_string_equal(contents.catalog, "");
  assert_null(contents.text.data);
}

static void a_disc_taken_away(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR},
                               {.cdb = RDI, .reply = COMPLETE},
                               {.cdb = ATIP, .sense = BAD_FIELD},
                               {.cdb = TOC, .reply = TOC_REPLY},
                               {.cdb = FULL, .sense = BAD_FIELD},
                               {.cdb = CATALOG, .sense = SENSE(2, 0x3A, 1)},
                               {.cdb = NULL}};
  assert_false(read_with(steps));
  assert_int_equal(err.code, 0xC0AA0202);
}

static void a_drive_that_is_gone(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR},
                               {.cdb = RDI, .reply = COMPLETE},
                               {.cdb = ATIP, .sense = BAD_FIELD},
                               {.cdb = TOC, .reply = TOC_REPLY},
                               {.cdb = FULL, .reply = FULL_REPLY("00 12 00")},
                               {.cdb = CATALOG, .sense = BAD_FIELD},
                               {.cdb = ISRC_OF("01"), .host = 1},
                               {.cdb = NULL}};
  assert_false(read_with(steps));
  assert_int_equal(err.code, 0x80070037);
}

static void blank(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR},
                               {.cdb = RDI, .reply = BLANK_80},
                               {.cdb = ATIP, .sense = BAD_FIELD},
                               {.cdb = NULL}};
  assert_true(read_with(steps));
  assert_int_equal(contents.tracks, 0);
  assert_int_equal(contents.sessions, 0);
}

/* Nothing closed: track 1 of 300 sectors, then the track to come. */
static void open_session(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = TUR},
      {.cdb = RDI,
       .reply =
           "00 20 05 01 01 01 02 20 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 00 "
           "00 00 00 00 00 00 00"},
      {.cdb = ATIP, .sense = BAD_FIELD},
      {.cdb = "52 01 00 00 00 01 00 00 24 00",
       .reply = "00 22 01 01 00 02 8f 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                "01 2c "
                "00 00 00 00 00 00 00 00"},
      {.cdb = "52 01 00 00 00 02 00 00 24 00",
       .reply = "00 22 02 01 00 0f 4f 01 00 00 01 c4 00 00 01 c4 00 05 7d 00 00 00 00 00 00 00 "
                "00 00 "
                "00 00 00 00 00 00 00 00"},
      {.cdb = NULL}};
  assert_true(read_with(steps));
  assert_int_equal(contents.tracks, 1);
  assert_int_equal(contents.sessions, 0);
  assert_true(contents.track[0].open);
  assert_int_equal(contents.track[0].session, 1);
  assert_int_equal(contents.track[0].sectors, 300);
  assert_int_equal(contents.track[0].control, 2);
}

static void a_toc_without_sense(void **state) {
  static const char *const replies[] = {
      /* track 2 before track 1; a track missing; the lead-out before the last track */
      "00 1a 01 02 00 10 01 00 00 00 01 c2 00 10 02 00 00 00 00 00 00 10 aa 00 00 00 04 b0",
      "00 12 01 02 00 10 01 00 00 00 00 00 00 10 aa 00 00 00 04 b0",
      "00 1a 01 02 00 10 01 00 00 00 00 00 00 10 02 00 00 00 01 c2 00 10 aa 00 00 00 00 b0"};
  (void)state;
  for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
    const struct step steps[] = {{.cdb = TUR},
                                 {.cdb = RDI, .reply = COMPLETE},
                                 {.cdb = ATIP, .sense = BAD_FIELD},
                                 {.cdb = TOC, .reply = replies[i]},
                                 {.cdb = NULL}};
    assert_false(read_with(steps));
    assert_int_equal(err.code, 0xC0AA02FF);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole),
      cmocka_unit_test(what_is_missing),
      cmocka_unit_test(blank),
      cmocka_unit_test(a_disc_taken_away),
      cmocka_unit_test(open_session),
      cmocka_unit_test(a_drive_that_is_gone),
      cmocka_unit_test(a_toc_without_sense),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
