/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BLANK: what each type takes away, what it leaves, and what can be recorded afterwards. */
#include "support.h"

static void open_again(struct rig *r) {
  rig_close(r);
  rig_open(r, "");
  assert_int_equal(select05(r, 0x41, 0xC0), GOOD);
}

/* READ DISC INFORMATION byte 2, then sessions, first and last track of the last session. */
static void disc_is(struct rig *r, uint8_t status, uint8_t sessions, uint8_t first,
                    uint8_t last) {
  assert_int_equal(from(r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  const uint8_t expected[] = {status, 1, sessions, first, last};
  assert_memory_equal(r->data + 2, expected, sizeof expected);
}

#define TRACK(n, session, start, sectors, state)                                 \
  "REM REDBOOK track " n " session " session " start " start " sectors " sectors \
  " control 0 state " state " isrc - mcn -\n"
#define HEAD "REM REDBOOK version 1\nREM REDBOOK medium cd-rw\nREM REDBOOK minutes 80\n"
#define OPEN HEAD "REM REDBOOK finalised no\n"
#define BIN "FILE \"disc.bin\" BINARY\n"
#define SHEET1 "  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"

static void sheet_is(struct rig *r, const char *expected, long sectors) {
  char text[4096];
  read_text(r->cue, text, sizeof text);
  assert_string_equal(text, expected);
  assert_int_equal(file_size(r->bin), sectors * 2352);
}

static void make_disc(struct rig *r) {
  burn_three_sessions(r);
  disc_is(r, 0x15, 3, 3, 4);
}

static void last_track(void **state) {
  (void)state;
  struct rig r;
  make_disc(&r);
  assert_int_equal(blank(&r, 2, 0), SENSE(5, 0x24, 0));
  assert_int_equal(blank(&r, 2, 4), SENSE(5, 0x24, 0));
  assert_int_equal(blank(&r, 2, 2), SENSE(5, 0x2C, 0)); /* of a closed session */
  assert_int_equal(blank(&r, 2, 3), GOOD);
  disc_is(&r, 0x11, 3, 3, 3);
  open_again(&r);
  disc_is(&r, 0x11, 3, 3, 3);
  assert_int_equal(nwa(&r), 18904);
  assert_payload(&r, 11702, 0);
  assert_int_equal(write_run(&r, 18904, 300, 8), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_payload(&r, 18904, 8);
  assert_int_equal(blank(&r, 2, 3), GOOD);
  assert_int_equal(blank(&r, 2, 2), SENSE(5, 0x2C, 0));
  rig_remove(&r);
}

static void track_tail(void **state) {
  (void)state;
  struct rig r;
  make_disc(&r);
  assert_int_equal(blank(&r, 4, 18903), SENSE(5, 0x21, 0));
  assert_int_equal(blank(&r, 4, 19304), SENSE(5, 0x21, 0));
  assert_int_equal(blank(&r, 4, 0), SENSE(5, 0x21, 0));
  assert_int_equal(blank(&r, 4, 19004), GOOD);
  open_again(&r);
  sheet_is(&r,
           OPEN
           "REM REDBOOK session 1 lead-out 302\nREM REDBOOK session 2 lead-out 12004\n" TRACK(
               "1", "1", "0", "300", "complete") TRACK("2", "2", "11702", "300", "complete")
               TRACK("3", "3", "18904", "100", "incomplete") BIN SHEET1
           "  TRACK 02 AUDIO\n    INDEX 00 02:34:02\n    INDEX 01 02:36:02\n",
           19004);
  assert_int_equal(nwa(&r), 19004); /* it goes on where it was cut */
  assert_int_equal(write_run(&r, 19004, 300, 3), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_payload(&r, 19003, 0);
  assert_payload(&r, 19004, 3);
  assert_int_equal(blank(&r, 4, 18904), GOOD); /* all of it */
  disc_is(&r, 0x11, 3, 3, 3);
  assert_int_equal(blank(&r, 4, 11702), SENSE(5, 0x2C, 0));
  rig_remove(&r);
}

static void unclose(void **state) {
  (void)state;
  struct rig r;
  make_disc(&r);
  assert_int_equal(blank(&r, 5, 1), SENSE(5, 0x24, 0));
  assert_int_equal(blank(&r, 5, 0), SENSE(5, 0x2C, 0)); /* a track lies behind it */
  assert_int_equal(blank(&r, 2, 3), GOOD);
  assert_int_equal(blank(&r, 5, 0), GOOD);
  open_again(&r);
  disc_is(&r, 0x15, 2, 2, 3);
  assert_int_equal(nwa(&r), 11702 + 300 + 152);
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 0, 64), 64), GOOD);
  REPLY(&r, 0, 18, 1, 1, 0, 0x10, 1, 0, 0, 0, 0, 0, 0, 0x10, 0xAA, 0, 0, 0, 1, 0x2E);
  assert_int_equal(write_run(&r, 12154, 300, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(blank(&r, 5, 0), GOOD);
  assert_int_equal(close_session(&r), GOOD);
  disc_is(&r, 0x11, 3, 4, 4);
  rig_remove(&r);
}

static void finalised(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?medium=cd-rw");
  assert_int_equal(blank(&r, 5, 0), SENSE(5, 0x2C, 0)); /* a blank disc has none of these */
  assert_int_equal(blank(&r, 6, 0), SENSE(5, 0x2C, 0));
  assert_int_equal(blank(&r, 2, 1), SENSE(5, 0x24, 0));
  assert_int_equal(blank(&r, 4, 0), SENSE(5, 0x2C, 0));
  assert_int_equal(blank(&r, 3, 0), SENSE(5, 0x24, 0));
  assert_int_equal(blank(&r, 7, 0), SENSE(5, 0x24, 0));
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(close_session(&r), GOOD);
  disc_is(&r, 0x1E, 1, 1, 1);
  assert_int_equal(blank(&r, 2, 1), SENSE(5, 0x2C, 0));
  assert_int_equal(blank(&r, 4, 100), SENSE(5, 0x2C, 0));
  assert_int_equal(blank(&r, 5, 0), GOOD);
  disc_is(&r, 0x15, 1, 1, 2);
  sheet_is(&r, OPEN TRACK("1", "1", "0", "300", "complete") BIN, 302);
  assert_int_equal(close_session(&r), GOOD);
  disc_is(&r, 0x1E, 1, 1, 1);
  assert_int_equal(blank(&r, 6, 0), GOOD);
  sheet_is(&r, OPEN BIN, 0);
  open_again(&r);
  disc_is(&r, 0x10, 1, 1, 1);
  rig_remove(&r);
}

static void sessions(void **state) {
  (void)state;
  struct rig r;
  make_disc(&r);
  assert_int_equal(blank(&r, 6, 7), SENSE(5, 0x24, 0));
  assert_int_equal(blank(&r, 0x16, 0), GOOD); /* the open one, at once */
  assert_int_equal(no_data(&r, CDB(0)), SENSE(2, 4, 7));
  redbook_transport_sleep_us(r.t, 60000000);
  disc_is(&r, 0x11, 3, 3, 3);
  assert_int_equal(blank(&r, 6, 0), GOOD); /* then the second */
  open_again(&r);
  disc_is(&r, 0x11, 2, 2, 2);
  assert_int_equal(nwa(&r), 11702);
  sheet_is(&r,
           OPEN "REM REDBOOK session 1 lead-out 302\n" TRACK("1", "1", "0", "300", "complete")
               BIN SHEET1,
           302);
  assert_int_equal(blank(&r, 6, 0), GOOD);
  sheet_is(&r, OPEN BIN, 0);
  rig_remove(&r);
}

/* A recordable disc refuses each, and does not change. */
static void not_rewritable(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0xC0, 0, 300);
  static const struct {
    uint8_t type, address;
  } rows[] = {{0, 0}, {1, 0}, {2, 1}, {4, 100}, {5, 0}, {6, 0}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(blank(&r, rows[i].type, rows[i].address), SENSE(5, 0x30, 5));
  disc_is(&r, 0x05, 1, 1, 2);
  assert_payload(&r, 299, 0);
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(last_track), cmocka_unit_test(track_tail),
      cmocka_unit_test(unclose),    cmocka_unit_test(finalised),
      cmocka_unit_test(sessions),   cmocka_unit_test(not_rewritable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
