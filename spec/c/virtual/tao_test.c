/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Track-at-once on the virtual recorder: the vectors of the mmc reference, 8.6. */
#include "support.h"

/* 2 tracks of 300 and 500 sectors: NWA 0, 452, 1104; lead-out 954. */
static void two_tracks_finalised(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(nwa(&r), 0);
  burn_track(&r, 0x41, 0x00, 0, 300);
  assert_int_equal(nwa(&r), 452);
  burn_track(&r, 0x41, 0x00, 452, 500);
  assert_int_equal(nwa(&r), 1104);
  assert_int_equal(be32(r.data + 16), 359849 - 1104 - 2);

  /* Open session: no TOC yet, both tracks in the PMA. */
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 1, 0), 256), SENSE(5, 0x24, 0));
  assert_int_equal(from(&r, CDB(0x43, 0, 3, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(&r, 0, 24, 0, 0, 1, 0x10, 0, 1, 0, 6, 0, 0, 0, 2, 0, 1, 0x10, 0, 2, 0, 14, 52, 0, 0, 8,
        2);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  REPLY(&r, 0, 32, 0x05, 1, 1, 1, 3, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 97, 26, 65, 0, 79, 59, 74,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(&r, 0, 26, 1, 2, 0, 0x10, 1, 0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 1, 0xC4, 0, 0x10, 0xAA,
        0, 0, 0, 3, 0xBA);
  assert_int_equal(from(&r, CDB(0x43, 2, 0, 0, 0, 0, 2, 1, 0), 256), GOOD);
  REPLY(&r, 0, 18, 1, 2, 0, 0x10, 2, 0, 0, 0, 8, 2, 0, 0x10, 0xAA, 0, 0, 0, 14, 54);
  assert_int_equal(from(&r, CDB(0x43, 0, 1, 0, 0, 0, 0, 0, 12), 12), GOOD);
  REPLY(&r, 0, 10, 1, 1, 0, 0x10, 1, 0, 0, 0, 0, 0);
  assert_int_equal(from(&r, CDB(0x43, 2, 2, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(&r, 0, 57, 1, 1, /* A0, A1, A2, 1, 2 */
        1, 0x10, 0, 0xA0, 0, 0, 0, 0, 1, 0, 0, 1, 0x10, 0, 0xA1, 0, 0, 0, 0, 2, 0, 0, 1, 0x10,
        0, 0xA2, 0, 0, 0, 0, 0, 14, 54, 1, 0x10, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 0x10, 0, 2, 0, 0,
        0, 0, 0, 8, 2);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  REPLY(&r, 0, 32, 0x0E, 1, 1, 1, 2, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert_int_equal(from(&r, CDB(0x25), 8), GOOD);
  REPLY(&r, 0, 0, 3, 0xB9, 0, 0, 8, 0);
  assert_int_equal(track_info(&r, 2), GOOD);
  REPLY(&r, 0, 34, 2, 1, 0, 0, 0x8F, 2, 0, 0, 1, 0xC4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 0xF4, 0, 0, 3, 0xB7, 0, 0, 0, 0);
  assert_int_equal(track_info(&r, 0xFF), SENSE(5, 0x24, 0));
  rig_remove(&r);
}

/* Payload bit for bit, run-out and pregap silent, nothing behind. */
static void reads_back(void **state) {
  (void)state;
  struct rig r;
  uint8_t sector[SECTOR];
  rig_make(&r, "");
  burn_track(&r, 0x41, 0x00, 0, 300);
  burn_track(&r, 0x41, 0x00, 452, 310);
  for (int open = 1; open >= 0; open--) { /* open session first, then the closed disc */
    for (int lba = 0; lba < 300; lba += 23)
      assert_payload(&r, lba, 0);
    assert_payload(&r, 299, 0);
    for (int lba = 300; lba < 452; lba += 50)
      assert_silence(&r, lba);
    assert_payload(&r, 452, 0);
    assert_payload(&r, 761, 0);
    assert_silence(&r, 763);
    assert_int_equal(read_sector(&r, 764, sector), SENSE(5, 0x21, 0));
    assert_silence(&r, -150);
    assert_int_equal(read_sector(&r, -151, sector), SENSE(5, 0x21, 0));
    if (open) assert_int_equal(close_session(&r), GOOD);
  }
  rig_remove(&r);
}

static void second_session(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0xC0, 0, 300);
  burn_track(&r, 0x41, 0xC0, 452, 500);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(nwa(&r), 12354);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  /* Appendable, empty session 2; its lead-in at 954 + 6750 = LBA 7704 = 01:44:54. */
  REPLY(&r, 0, 32, 0x01, 1, 2, 3, 3, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 44, 54, 0, 79, 59, 74,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  /* B0: 954 + 11250 = LBA 12204 = 02:44:54, last lead-out; C0: first lead-in. */
  assert_int_equal(from(&r, CDB(0x43, 2, 2, 0, 0, 0, 0, 1, 0), 256), GOOD);
  assert_int_equal(r.got, 4 + 7 * 11);
  static const uint8_t pointers[] = {1, 0x50, 0, 0xB0, 2, 44, 54, 2, 79, 59, 74,
                                     1, 0x50, 0, 0xC0, 0, 0,  0,  0, 97, 26, 65};
  assert_memory_equal(r.data + 4 + 55, pointers, sizeof pointers);

  burn_track(&r, 0x41, 0xC0, 12354, 300);
  assert_int_equal(close_session(&r), GOOD);
  /* Lead-out 12656; later sessions + 6900. */
  assert_int_equal(nwa(&r), 12656 + 6900);
  burn_track(&r, 0x41, 0x00, 19556, 300);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x0E);
  assert_int_equal(r.data[4], 3);
  assert_int_equal(from(&r, CDB(0x43, 0, 1, 0, 0, 0, 0, 0, 12), 12), GOOD);
  REPLY(&r, 0, 10, 1, 3, 0, 0x10, 4, 0, 0, 0, 0x4C, 0x64);
  assert_payload(&r, 0, 0);
  assert_payload(&r, 12354, 0);
  assert_payload(&r, 19556, 0);
  uint8_t sector[SECTOR];
  assert_int_equal(read_sector(&r, 954, sector), SENSE(5, 0x21, 0));
  assert_int_equal(read_sector(&r, 12203, sector), SENSE(5, 0x21, 0));
  assert_silence(&r, 12204);
  assert_int_equal(write_run(&r, 30000, 1, 0), SENSE(5, 0x30, 5));
  rig_remove(&r);
}

/* The same NWAs on a shadow; nothing on disc; blank again with the test bit cleared. */
static void test_write(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x51, 0x00, 0, 300);
  assert_int_equal(nwa(&r), 452);
  burn_track(&r, 0x51, 0x00, 452, 500);
  assert_int_equal(nwa(&r), 1104);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x0E); /* goes on pretending */
  assert_int_equal(file_size(r.bin), 0);
  assert_int_equal(file_size(r.cue), -1);
  struct redbook_virtual_view view;
  redbook_virtual_look(r.drive, &view);
  assert_int_equal(view.disc_status, 0);
  assert_int_equal(view.tracks, 0);

  assert_int_equal(select05(&r, 0x41, 0x00), GOOD);
  assert_int_equal(nwa(&r), 0);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x00);

  /* A reload drops it as well. */
  burn_track(&r, 0x51, 0x00, 0, 300);
  assert_int_equal(nwa(&r), 452);
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 2)), GOOD);
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 3)), GOOD);
  assert_int_equal(no_data(&r, CDB(0x00)), SENSE(6, 0x28, 0));
  assert_int_equal(nwa(&r), 0);
  rig_remove(&r);
}

/* A test write behind real tracks leaves those as they are. */
static void test_write_on_open_disc(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0x00, 0, 300);
  long long before = file_size(r.bin);
  burn_track(&r, 0x51, 0x00, 452, 400);
  assert_int_equal(nwa(&r), 1004);
  assert_int_equal(file_size(r.bin), before);
  burn_track(&r, 0x41, 0x00, 452, 300);
  assert_int_equal(nwa(&r), 904);
  assert_payload(&r, 452, 0);
  rig_remove(&r);
}

/* Under 300 sectors: incomplete after SYNC, CLOSE SESSION 5/72/03, CLOSE TRACK pads. */
static void short_track(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0x00, 0, 299);
  assert_int_equal(track_info(&r, 0xFF), GOOD);
  REPLY(&r, 0, 34, 1, 1, 0, 0, 0x0F, 3, 0, 0, 0, 0, 0, 0, 1, 0x2B, 0, 5, 0x7C, 0x7C, 0, 0, 0, 0,
        0, 0, 1, 0x2B, 0, 0, 1, 0x2A, 0, 0, 0, 0);
  assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
  assert_int_equal(write_run(&r, 451, 1, 0), SENSE(5, 0x21, 2));
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 1)), GOOD);
  assert_int_equal(nwa(&r), 452);
  assert_silence(&r, 299);
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 2)), GOOD); /* invisible: no-op */
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 3)), SENSE(5, 0x24, 0));
  assert_int_equal(nwa(&r), 452);
  assert_int_equal(close_session(&r), GOOD);
  rig_remove(&r);
}

/* A short track can be gone on with where it ended. */
static void short_track_goes_on(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0x00, 0, 100);
  assert_int_equal(nwa(&r), 100);
  burn_track(&r, 0x41, 0x00, 100, 200);
  assert_int_equal(nwa(&r), 452);
  assert_payload(&r, 99, 0);
  assert_payload(&r, 100, 0);
  rig_remove(&r);
}

/* 359847 sectors fit on a blank 80-minute disc, one more does not. Test write: no data. */
static void capacity(void **state) {
  (void)state;
  static const struct {
    const char *query;
    int free;
  } media[] = {
      {"", 359847}, {"?minutes=74", 332847}, {"?minutes=90", 404847}, {"?minutes=99", 445347}};
  uint8_t *data = calloc(26, SECTOR);
  for (unsigned i = 0; i < 4; i++) {
    struct rig r;
    rig_make(&r, media[i].query);
    assert_int_equal(nwa(&r), 0);
    assert_int_equal(be32(r.data + 16), media[i].free);
    assert_int_equal(select05(&r, 0x51, 0), GOOD);
    int lba = 0;
    for (; lba + 26 <= media[i].free; lba += 26)
      assert_int_equal(write_cdb(&r, lba, 26, data), GOOD);
    unsigned rest = (unsigned)(media[i].free - lba);
    assert_int_equal(write_cdb(&r, lba, rest + 1, data), SENSE(5, 0x63, 0));
    if (rest) assert_int_equal(write_cdb(&r, lba, rest, data), GOOD);
    assert_int_equal(write_cdb(&r, media[i].free, 1, data), SENSE(5, 0x63, 0));
    assert_int_equal(sync_cache(&r), GOOD);
    assert_int_equal(close_session(&r), GOOD);
    rig_remove(&r);
  }
  free(data);
}

/* Padding ends where the disc ends: a second track with room for 195 sectors. */
static void short_track_at_the_end(void **state) {
  (void)state;
  struct rig r;
  struct redbook_error err = {0};
  const struct redbook_virtual_fault lie = {.kind = REDBOOK_FAULT_LIE, .opcode = 0x2A};
  uint8_t *data = calloc(500, SECTOR);
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_true(redbook_virtual_add_fault(r.drive, &lie, &err)); /* nothing is stored */
  for (int lba = 0; lba < 359500; lba += 500)
    assert_int_equal(write_cdb(&r, lba, 500, data), GOOD);
  redbook_virtual_clear_faults(r.drive);
  assert_int_equal(sync_cache(&r), GOOD);
  burn_track(&r, 0x41, 0, 359652, 1);
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 2)), GOOD);
  assert_int_equal(track_info(&r, 2), GOOD);
  assert_int_equal(be32(r.data + 24), 195);
  assert_int_equal(close_session(&r), GOOD);
  rig_close(&r);
  rig_open(&r, "");
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0xAA, 0, 12), 12), GOOD);
  REPLY(&r, 0, 10, 1, 2, 0, 0x10, 0xAA, 0, 0, 5, 0x7D, 0xA9); /* LBA 359849 */
  rig_remove(&r);
  free(data);
}

static void ninety_nine_tracks(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x51, 0), GOOD);
  for (int i = 0; i < 99; i++) {
    assert_int_equal(write_run(&r, i * 452, 300, 0), GOOD);
    assert_int_equal(sync_cache(&r), GOOD);
  }
  assert_int_equal(track_info(&r, 0xFF), SENSE(5, 0x24, 0));
  assert_int_equal(write_run(&r, 99 * 452, 1, 0), SENSE(5, 0x2C, 0));
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x05);
  assert_int_equal(r.data[6], 99);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 8, 0), 2048), GOOD);
  assert_int_equal(r.got, 4 + 8 * 100);
  rig_remove(&r);
}

static void cd_rw_blanks(void **state) {
  (void)state;
  for (uint8_t type = 0; type <= 1; type++) {
    struct rig r;
    rig_make(&r, "?medium=cd-rw");
    burn_track(&r, 0x41, 0x00, 0, 300);
    assert_int_equal(close_session(&r), GOOD);
    assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
    assert_int_equal(r.data[2], 0x1E);
    assert_int_equal(no_data(&r, CDB(0xA1, (uint8_t)(0x10 | type))), GOOD);
    assert_int_equal(no_data(&r, CDB(0x00)), SENSE(2, 4, 7));
    assert_int_equal(r.c.sense[15], 0x80);
    redbook_transport_sleep_us(r.t, 3000000000u);
    assert_int_equal(no_data(&r, CDB(0x00)), GOOD);
    assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
    REPLY(&r, 0, 32, 0x10, 1, 1, 1, 1, 0x20, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 97, 26, 65, 0, 79,
          59, 74, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assert_int_equal(file_size(r.bin), 0);
    burn_track(&r, 0x41, 0x00, 0, 300);
    assert_payload(&r, 299, 0);
    rig_remove(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_tracks_finalised),
      cmocka_unit_test(reads_back),
      cmocka_unit_test(second_session),
      cmocka_unit_test(test_write),
      cmocka_unit_test(test_write_on_open_disc),
      cmocka_unit_test(short_track),
      cmocka_unit_test(short_track_goes_on),
      cmocka_unit_test(capacity),
      cmocka_unit_test(short_track_at_the_end),
      cmocka_unit_test(ninety_nine_tracks),
      cmocka_unit_test(cd_rw_blanks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
