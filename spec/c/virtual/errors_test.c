/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every wrong thing gives its exact sense and leaves the disc as it was. */
#include "support.h"

/* What can be seen of the disc: files, disc information, the last track's information. */
struct picture {
  char cue[8192];
  long long bin;
  uint8_t disc[34], track[36];
};

static void take(struct rig *r, struct picture *p) {
  memset(p, 0, sizeof *p);
  if (file_size(r->cue) >= 0) read_text(r->cue, p->cue, sizeof p->cue);
  p->bin = file_size(r->bin);
  assert_int_equal(from(r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  memcpy(p->disc, r->data, 34);
  if (track_info(r, 0xFF) == GOOD) memcpy(p->track, r->data, 36);
}

#define UNCHANGED(r, what)                                  \
  do {                                                      \
    static struct picture before_, after_;                  \
    take((r), &before_);                                    \
    what;                                                   \
    take((r), &after_);                                     \
    assert_memory_equal(&before_, &after_, sizeof before_); \
  } while (0)

#define REFUSED(r, sense, call) UNCHANGED(r, assert_int_equal((call), (sense)))

static void write_without_parameters(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  REFUSED(&r, SENSE(5, 0x64, 0), write_run(&r, 0, 26, 0)); /* page 05h is packet by default */
  assert_int_equal(file_size(r.cue), -1);
  rig_remove(&r);
}

static void write_elsewhere(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, 1, 26, 0));
  assert_int_equal(write_run(&r, 1, 26, 0), SENSE(5, 0x21, 2));
  assert_int_equal(r.c.sense[0], 0xF0); /* Information: the LBA */
  assert_int_equal(be32(r.c.sense + 3), 1);
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, -150, 26, 0));
  assert_int_equal(write_run(&r, 0, 310, 0), GOOD);
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, 0, 26, 0));
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, 309, 26, 0));
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, 311, 26, 0));
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, 462, 26, 0)); /* next NWA, but no SYNC yet */
  assert_int_equal(sync_cache(&r), GOOD);
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, 310, 26, 0));
  assert_int_equal(write_run(&r, 462, 300, 0), GOOD);
  rig_remove(&r);
}

static void wrong_length(void **state) {
  (void)state;
  struct rig r;
  uint8_t data[3 * SECTOR] = {0};
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  const uint8_t *cdb = CDB(0x2A, 0, 0, 0, 0, 0, 0, 0, 2);
  REFUSED(&r, SENSE(5, 0x24, 0), to(&r, cdb, data, SECTOR));
  REFUSED(&r, SENSE(5, 0x24, 0), to(&r, cdb, data, 3 * SECTOR));
  REFUSED(&r, SENSE(5, 0x24, 0), to(&r, cdb, data, 2 * 2048));
  REFUSED(&r, SENSE(5, 0x24, 0), no_data(&r, cdb));
  REFUSED(&r, GOOD, no_data(&r, CDB(0x2A))); /* nothing to write: nothing happens */
  rig_remove(&r);
}

static void open_track(void **state) {
  (void)state;
  struct rig r;
  uint8_t sector[SECTOR];
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 400, 0), GOOD);
  REFUSED(&r, SENSE(5, 0x2C, 0), select05(&r, 0x41, 0xC0));
  REFUSED(&r, SENSE(5, 0x72, 3), close_session(&r));
  REFUSED(&r, SENSE(5, 0x2C, 0), read_sector(&r, 0, sector));
  REFUSED(&r, SENSE(5, 0x2C, 0), no_data(&r, CDB(0x54, 1)));
  REFUSED(&r, SENSE(5, 0x2C, 0), no_data(&r, CDB(0x1B, 0, 0, 0, 2)));
  assert_int_equal(nwa(&r), 400);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(select05(&r, 0x41, 0xC0), GOOD);
  assert_int_equal(close_session(&r), GOOD);
  rig_remove(&r);
}

static void finalised_disc(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  REFUSED(&r, GOOD, close_session(&r)); /* an empty session: nothing to do */
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(close_session(&r), GOOD);
  REFUSED(&r, SENSE(5, 0x30, 5), write_run(&r, 452, 26, 0));
  REFUSED(&r, SENSE(5, 0x30, 5), write_run(&r, 11702, 26, 0));
  REFUSED(&r, SENSE(5, 0x30, 5), close_session(&r));
  REFUSED(&r, SENSE(5, 0x30, 5), no_data(&r, CDB(0x5B, 0, 1, 0, 0, 1)));
  REFUSED(&r, SENSE(5, 0x30, 5), no_data(&r, CDB(0xA1, 1))); /* a CD-R cannot be blanked */
  REFUSED(&r, GOOD, sync_cache(&r));
  rig_remove(&r);
}

static void appendable_disc(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0xC0, 0, 300);
  assert_int_equal(close_session(&r), GOOD);
  REFUSED(&r, GOOD, close_session(&r));
  REFUSED(&r, SENSE(5, 0x21, 2), write_run(&r, 452, 26, 0));
  rig_remove(&r);
}

static void fields(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  static const uint8_t bad[][16] = {
      {0x00, 1},
      {0x1B, 0, 0, 0, 0x10},
      {0x1E, 0, 0, 0, 2},
      {0x25, 1},
      {0x35, 4},
      {0x35, 0, 0, 0, 0, 1},
      {0x54, 2},
      {0x54, 1, 0, 0, 0, 0, 0, 0, 6},
      {0x5B, 0, 0},
      {0x5B, 0, 3},
      {0x5B, 0, 1, 0, 0, 0},
      {0x5B, 0, 1, 0, 0, 2},
      {0xA1, 2},
      {0xA1, 3},
      {0xA1, 7},
      {0xA1, 0, 0, 0, 0, 1},
      {0xBB, 2},
      {0xBE, 0x18, 0, 0, 0, 0, 0, 0, 1, 0x10},
      {0xBE, 4, 0, 0, 0, 0, 0, 0, 1, 0x16},
      {0xBE, 4, 0, 0, 0, 0, 0, 0, 1, 0x10, 3},
      {0xBE, 4, 0, 0, 0, 0, 0, 0, 1, 0x10, 5},
      {0xBE, 5, 0, 0, 0, 0, 0, 0, 1, 0x10},
  };
  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
    REFUSED(&r, SENSE(5, 0x24, 0), no_data(&r, bad[i]));
  static const uint8_t unknown[] = {0x04, 0x08, 0x0A, 0x2E, 0x2F, 0x3B, 0x45, 0x47, 0x4B, 0x53,
                                    0x58, 0xA4, 0xA6, 0xAA, 0xBA, 0xBF, 0xD8, 0xE9, 0xFF};
  for (unsigned i = 0; i < sizeof unknown; i++)
    REFUSED(&r, SENSE(5, 0x20, 0), no_data(&r, CDB(unknown[i])));
  REFUSED(&r, SENSE(5, 0x21, 0), no_data(&r, CDB(0xBE, 4, 0, 0, 0, 0, 0, 0, 1, 0x10)));
  rig_remove(&r);
}

static void mode_select(void **state) {
  (void)state;
  struct rig r;
  uint8_t good[60], list[72] = {0};
  rig_make(&r, "");
  page05_list(good, 0x41, 0);
  static const struct {
    uint8_t offset, value;
    int sense;
  } rows[] = {
      {0, 0x85, SENSE(5, 0x26, 0)},  /* PS */
      {0, 0x2A, SENSE(5, 0x26, 0)},  /* not a page to be set */
      {1, 0x31, SENSE(5, 0x26, 0)},  /* page length */
      {1, 0x33, SENSE(5, 0x1A, 0)},  /* longer than the list */
      {2, 0x40, SENSE(5, 0x26, 0)},  /* packet */
      {2, 0x43, SENSE(5, 0x26, 0)},  /* RAW */
      {3, 0x40, SENSE(5, 0x26, 0)},  /* multi-session 01b */
      {3, 0x20, SENSE(5, 0x26, 0)},  /* fixed packet */
      {3, 0x04, SENSE(5, 0x26, 0)},  /* data track */
      {4, 0x08, SENSE(5, 0x26, 0)},  /* mode 1 blocks */
      {4, 0x01, SENSE(5, 0x26, 0)},  /* raw with P-Q */
      {8, 0x05, SENSE(5, 0x26, 0)},  /* session format */
      {16, 0x80, SENSE(5, 0x26, 0)}, /* MCN of NULs */
      {32, 0x80, SENSE(5, 0x26, 0)}, /* ISRC of NULs */
      {2, 0x01, GOOD},
      {2, 0x51, GOOD},
      {2, 0x61, GOOD}, /* LS_V, which is of packets alone */
      {3, 0xC3, GOOD},
      {3, 0x10, GOOD}, /* copy: ignored (P11) */
      {8, 0x20, GOOD},
      {14, 0xFF, GOOD}, /* audio pause: ignored (P11) */
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(select05(&r, 0x41, 0), GOOD);
    memcpy(list, good, 60);
    list[8 + rows[i].offset] = rows[i].value;
    REFUSED(&r, rows[i].sense, to(&r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), list, 60));
    assert_int_equal(from(&r, CDB(0x5A, 8, 5, 0, 0, 0, 0, 0, 60), 60), GOOD);
    assert_memory_equal(r.data + 8, rows[i].sense ? good + 8 : list + 8, 52);
  }
  memcpy(list, good, 60);
  REFUSED(&r, SENSE(5, 0x24, 0), to(&r, CDB(0x55, 0, 0, 0, 0, 0, 0, 0, 60), list, 60));
  REFUSED(&r, SENSE(5, 0x24, 0), to(&r, CDB(0x55, 0x11, 0, 0, 0, 0, 0, 0, 60), list, 60));
  for (uint8_t cut = 1; cut < 60; cut++)
    if (cut != 8)
      REFUSED(&r, SENSE(5, 0x1A, 0), to(&r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, cut), list, cut));
  REFUSED(&r, GOOD, to(&r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 8), list, 8));
  REFUSED(&r, SENSE(5, 0x26, 0), to(&r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 61), list, 61));
  memmove(list + 16, good + 8, 52); /* with a block descriptor: accepted, ignored */
  memset(list, 0, 16);
  list[7] = 8;
  list[14] = 9;
  list[15] = 0x30;
  REFUSED(&r, GOOD, to(&r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 68), list, 68));
  REFUSED(&r, GOOD, to(&r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 16), list, 16));
  rig_remove(&r);
}

/* Control bits, ISRC and MCN of page 05h end up on the disc. */
static void what_a_track_keeps(void **state) {
  (void)state;
  struct rig r;
  uint8_t list[60];
  char text[8192];
  rig_make(&r, "");
  page05_list(list, 0x41, 0x03);
  memcpy(list + 8 + 16,
         "\x80"
         "0123456789012",
         14);
  memcpy(list + 8 + 32,
         "\x80"
         "USRC17607839",
         13);
  assert_int_equal(to(&r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), list, 60), GOOD);
  assert_int_equal(write_run(&r, 0, 300, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  burn_track(&r, 0x41, 0x00, 452, 300);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 0, 64), 64), GOOD);
  assert_int_equal(r.data[5], 0x13);
  assert_int_equal(r.data[13], 0x10);
  read_text(r.cue, text, sizeof text);
  assert_string_equal(
      text,
      "REM REDBOOK version 1\n"
      "REM REDBOOK medium cd-r\n"
      "REM REDBOOK minutes 80\n"
      "REM REDBOOK finalised yes\n"
      "REM REDBOOK session 1 lead-out 754\n"
      "REM REDBOOK track 1 session 1 start 0 sectors 300 control 3 state complete isrc "
      "USRC17607839 mcn 0123456789012\n"
      "REM REDBOOK track 2 session 1 start 452 sectors 300 control 0 state complete isrc - mcn "
      "-\n"
      "CATALOG 0123456789012\n"
      "FILE \"disc.bin\" BINARY\n"
      "  TRACK 01 AUDIO\n"
      "    FLAGS DCP PRE\n"
      "    ISRC USRC17607839\n"
      "    INDEX 01 00:00:00\n"
      "  TRACK 02 AUDIO\n"
      "    INDEX 00 00:04:02\n"
      "    INDEX 01 00:06:02\n");
  struct redbook_virtual_track track;
  assert_true(redbook_virtual_track_at(r.drive, 0, &track));
  assert_int_equal(track.number, 1);
  assert_int_equal(track.session, 1);
  assert_int_equal(track.start, 0);
  assert_int_equal(track.sectors, 300);
  assert_int_equal(track.control, 3);
  assert_true(track.complete);
  assert_string_equal(track.isrc, "USRC17607839");
  assert_true(redbook_virtual_track_at(r.drive, 1, &track));
  assert_int_equal(track.start, 452);
  assert_string_equal(track.isrc, "");
  assert_false(redbook_virtual_track_at(r.drive, 2, &track));
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(write_without_parameters),
      cmocka_unit_test(write_elsewhere),
      cmocka_unit_test(wrong_length),
      cmocka_unit_test(open_track),
      cmocka_unit_test(finalised_disc),
      cmocka_unit_test(appendable_disc),
      cmocka_unit_test(fields),
      cmocka_unit_test(mode_select),
      cmocka_unit_test(what_a_track_keeps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
