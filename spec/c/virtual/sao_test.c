/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session at once: cue sheets as cdrskin, cdrdao and wodim send them, CD-TEXT in the lead-in,
 * audio in pregaps, codes, test write, what is left of a recording that was broken off. */
#include "support.h"

/* SEND CUE SHEET of cdrdao for three tracks, the second with a pregap. */
static const uint8_t cdrdao_sheet[] = {
    0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, /* lead-in */
    0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* */
    0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, /* */
    0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, /* */
    0x01, 0x02, 0x01, 0x00, 0x00, 0x00, 0x09, 0x00, /* */
    0x01, 0x03, 0x01, 0x00, 0x00, 0x00, 0x10, 0x00, /* */
    0x01, 0xAA, 0x01, 0x01, 0x00, 0x00, 0x1B, 0x00, /* lead-out */
};

static unsigned send_sheet(struct rig *r, const uint8_t *sheet, unsigned length) {
  return to(r,
            CDB(0x5D, 0, 0, 0, 0, 0, (uint8_t)(length >> 16), (uint8_t)(length >> 8),
                (uint8_t)length),
            sheet, length);
}

static void text_is(const char *path, const char *expected) {
  char text[8192];
  read_text(path, text, sizeof text);
  assert_string_equal(text, expected);
}

#define HEAD(medium, finalised)                       \
  "REM REDBOOK version 1\nREM REDBOOK medium " medium \
  "\nREM REDBOOK minutes 80\nREM REDBOOK finalised " finalised "\n"

static void three_tracks(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x42, 0), GOOD);
  assert_int_equal(nwa(&r), -150);
  assert_int_equal(be32(r.data + 8), 0); /* track start */
  assert_int_equal(send_sheet(&r, cdrdao_sheet, sizeof cdrdao_sheet), GOOD);
  assert_int_equal(write_run(&r, -150, 2024, 0), GOOD);
  assert_int_equal(nwa(&r), 1874);
  assert_int_equal(write_run(&r, 1874, 1, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  for (unsigned again = 0; again < 2; again++) {
    assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
    assert_int_equal(r.data[2], 0x0E); /* complete: no CLOSE SESSION was sent */
    assert_int_equal(from(&r, CDB(0x43, 2, 2, 0, 0, 0, 0, 0, 100), 100), GOOD);
    REPLY(&r, 0, 68, 1, 1, /* A0, A1, A2, 1, 2, 3 */
          1, 0x10, 0, 0xA0, 0, 0, 0, 0, 1, 0, 0, 1, 0x10, 0, 0xA1, 0, 0, 0, 0, 3, 0, 0, 1, 0x10,
          0, 0xA2, 0, 0, 0, 0, 0, 27, 0, 1, 0x10, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 0x10, 0, 2, 0,
          0, 0, 0, 0, 9, 0, 1, 0x10, 0, 3, 0, 0, 0, 0, 0, 16, 0);
    assert_payload(&r, -150, 0);
    assert_payload(&r, -1, 0);
    assert_payload(&r, 0, 0);
    assert_payload(&r, 400, 0); /* in the pregap of track 2 */
    assert_payload(&r, 1874, 0);
    rig_close(&r);
    rig_open(&r, "");
  }
  uint8_t sector[SECTOR];
  assert_int_equal(read_sector(&r, 1875, sector), SENSE(5, 0x21, 0));
  assert_int_equal(file_size(r.bin), 1875 * 2352);
  text_is(r.cue,
          HEAD("cd-r", "yes") "REM REDBOOK session 1 lead-out 1875\n"
                              "REM REDBOOK track 1 session 1 start 0 sectors 375 control 0 state "
                              "complete isrc - mcn - run-out 0\n"
                              "REM REDBOOK track 2 session 1 start 525 sectors 525 control 0 "
                              "state complete isrc - mcn - run-out 0\n"
                              "REM REDBOOK track 3 session 1 start 1050 sectors 825 control 0 "
                              "state complete isrc - mcn - pregap 0 run-out 0\n"
                              "FILE \"disc.bin\" BINARY\n"
                              "  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"
                              "  TRACK 02 AUDIO\n    INDEX 00 00:05:00\n    INDEX 01 00:07:00\n"
                              "  TRACK 03 AUDIO\n    INDEX 01 00:14:00\n");
  rig_remove(&r);
}

/* As wodim sends it: MCN first, ISRC without control bits, pregaps without length, SCMS;
 * and further indexes as cdrdao. */
static void codes_flags_indexes(void **state) {
  (void)state;
  static const uint8_t sheet[] = {
      0x02, '0',  '1',  '2',  '3',  '4', '5',  '6',  /* */
      0x02, '7',  '8',  '9',  '0',  '1', '2',  0,    /* */
      0x01, 0x00, 0x00, 0x01, 0,    0,   0,    0,    /* */
      0x03, 0x01, 'U',  'S',  'R',  'C', '1',  '7',  /* */
      0x03, 0x01, '6',  '0',  '7',  '8', '3',  '9',  /* */
      0x31, 0x01, 0x00, 0x00, 0x80, 0,   0,    0,    /* */
      0x31, 0x01, 0x01, 0x00, 0x80, 0,   0x06, 0,    /* hidden: 300 sectors from LBA 0 on */
      0x31, 0x01, 0x02, 0x00, 0x80, 0,   0x07, 0,    /* */
      0x31, 0x01, 0x03, 0x00, 0x80, 0,   0x08, 0x05, /* */
      0x81, 0x02, 0x00, 0x00, 0,    0,   0x0A, 0,    /* */
      0x81, 0x02, 0x01, 0x00, 0,    0,   0x0A, 0,    /* */
      0x01, 0xAA, 0x01, 0x01, 0,    0,   0x0E, 0,    /* */
  };
  struct rig r;
  char pre[96];
  uint8_t sector[SECTOR];
  rig_make(&r, "");
  snprintf(pre, sizeof pre, "%s/disc.pre", r.folder);
  assert_int_equal(select05(&r, 0x42, 0xC0), GOOD);
  assert_int_equal(send_sheet(&r, sheet, sizeof sheet), GOOD);
  memset(sector, 0, sizeof sector);
  for (int lba = -150; lba < 0; lba++)
    assert_int_equal(write_cdb(&r, lba, 1, sector), GOOD);
  assert_int_equal(write_run(&r, 0, 900, 5), GOOD);
  assert_int_equal(file_size(pre), -1); /* silence needs no file */
  assert_silence(&r, -150);
  assert_payload(&r, 0, 5);
  assert_int_equal(from(&r, CDB(0x42, 0, 0x40, 2, 0, 0, 0, 0, 24), 24), GOOD);
  REPLY(&r, 0, 0x15, 0, 20, 2, 0, 0, 0, 0x80, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
        '0', '1', '2', 0, 0);
  assert_int_equal(from(&r, CDB(0x42, 0, 0x40, 3, 0, 0, 1, 0, 24), 24), GOOD);
  REPLY(&r, 0, 0x15, 0, 20, 3, 0x33, 1, 0, 0x80, 'U', 'S', 'R', 'C', '1', '7', '6', '0', '7',
        '8', '3', '9', 0, 0, 0);
  assert_int_equal(from(&r, CDB(0x42, 0, 0x40, 3, 0, 0, 2, 0, 24), 24), GOOD);
  REPLY(&r, 0, 0x15, 0, 20, 3, 0x38, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  rig_close(&r);
  rig_open(&r, "");
  text_is(r.cue,
          HEAD("cd-r", "no") "REM REDBOOK session 1 lead-out 900\n"
                             "REM REDBOOK track 1 session 1 start 300 sectors 300 control 3 "
                             "state complete isrc USRC17607839 mcn 0123456789012 pregap 450 "
                             "run-out 0 scms yes\n"
                             "REM REDBOOK index 1 2 375\nREM REDBOOK index 1 3 455\n"
                             "REM REDBOOK track 2 session 1 start 600 sectors 300 control 8 "
                             "state complete isrc - mcn 0123456789012 pregap 0 run-out 0\n"
                             "CATALOG 0123456789012\n"
                             "FILE \"disc.bin\" BINARY\n"
                             "  TRACK 01 AUDIO\n    FLAGS DCP PRE SCMS\n"
                             "    ISRC USRC17607839\n"
                             "    INDEX 00 00:00:00\n    INDEX 01 00:04:00\n"
                             "    INDEX 02 00:05:00\n    INDEX 03 00:06:05\n"
                             "  TRACK 02 AUDIO\n    FLAGS 4CH\n    INDEX 01 00:08:00\n");
  assert_int_equal(nwa(&r), 12300); /* 900 + 11400: another session may follow */
  rig_remove(&r);
}

/* Three bytes are four symbols of six bits. */
static void symbols(const uint8_t pack[18], uint8_t out[24]) {
  for (unsigned i = 0; i < 6; i++, pack += 3, out += 4) {
    unsigned whole = (unsigned)pack[0] << 16 | (unsigned)pack[1] << 8 | pack[2];
    for (unsigned n = 0; n < 4; n++)
      out[n] = (uint8_t)(whole >> (18 - 6 * n) & 0x3F);
  }
}

#define TEXT_SHEET(m, s, f)                                                                    \
  {                                                                                            \
    0x01, 0x00, 0x00, 0x41, 0, m, s, f, /* */                                                  \
        0x01, 0x01, 0x00, 0x00, 0, 0, 0, 0, 0x01, 0x01, 0x01, 0x00, 0, 0, 0x02, 0, 0x01, 0xAA, \
        0x01, 0x01, 0, 0, 0x06, 0                                                              \
  }

static const uint8_t packs[5][18] = {
    {0x80, 0x00, 0x00, 0x00, 'D', 'i', 's', 'c', 0, 'S', 'o', 'n', 'g', 0, 0, 0, 0xAB, 0xCD},
    {0x81, 0x00, 0x01, 0x00, 'B', 'a', 'n', 'd', 0, 0xFF, 0xFE, 0x80, 0x7F, 0, 0, 0, 0x12,
     0x34},
    {0x8F, 0x00, 0x02, 0x00, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0x55, 0xAA},
    {0x8F, 0x01, 0x03, 0x00, 0, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0x0F, 0xF0},
    {0x8F, 0x02, 0x04, 0x00, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0x77, 0x88},
};

/* Five packs looped from the start of the lead-in, 97:26:65, up to LBA -150. */
static void write_lead_in(struct rig *r) {
  unsigned next = 0;
  uint8_t data[85 * 96];
  for (int lba = -11635, n; lba < -150; lba += n) {
    n = -150 - lba < 85 ? -150 - lba : 85;
    for (int i = 0; i < 4 * n; i++, next++)
      symbols(packs[next % 5], data + 24 * i);
    assert_int_equal(nwa(r), lba);
    assert_int_equal(to(r,
                        CDB(0x2A, 0, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16),
                            (uint8_t)(lba >> 8), (uint8_t)lba, 0, 0, (uint8_t)n),
                        data, (uint32_t)n * 96),
                     GOOD);
  }
}

static void cd_text(void **state) {
  (void)state;
  static const uint8_t with_time[] = TEXT_SHEET(97, 26, 65), without[] = TEXT_SHEET(0, 0, 0);
  struct rig r;
  char cdt[96];
  uint8_t reply[94] = {0, 92, 0, 0};
  memcpy(reply + 4, packs, 90);
  for (unsigned i = 0; i < 2; i++) {
    rig_make(&r, "?medium=cd-rw");
    snprintf(cdt, sizeof cdt, "%s/disc.cdt", r.folder);
    assert_int_equal(select05(&r, 0x42, 0), GOOD);
    assert_int_equal(send_sheet(&r, i ? with_time : without, sizeof without), GOOD);
    assert_int_equal(write_run(&r, -150, 1, 0),
                     SENSE(5, 0x24, 0)); /* the lead-in comes first */
    write_lead_in(&r);
    assert_int_equal(write_run(&r, -150, 450, 0), GOOD);
    assert_int_equal(sync_cache(&r), GOOD);
    rig_close(&r);
    rig_open(&r, "");
    for (uint8_t room = 0; room <= 100; room++) {
      assert_int_equal(from(&r, CDB(0x43, 0, 5, 0, 0, 0, 0, 0, room), 120), GOOD);
      assert_int_equal(r.got, room < 94 ? room : 94);
      assert_memory_equal(r.data, reply, r.got);
      assert_int_equal(r.data[r.got], 0xEE);
    }
    FILE *file = fopen(cdt, "r");
    uint8_t bytes[100];
    assert_int_equal(fread(bytes, 1, 100, file), 90);
    assert_memory_equal(bytes, packs, 90);
    fclose(file);
    char text[4096];
    read_text(r.cue, text, sizeof text);
    assert_non_null(strstr(text, "CDTEXTFILE \"disc.cdt\"\nFILE \"disc.bin\" BINARY\n"));
    assert_int_equal(no_data(&r, CDB(0xA1, 1)), GOOD);
    assert_int_equal(file_size(cdt), -1);
    rig_remove(&r);
  }
}

/* A tested session is gone when it has been waited for; page 05h still says test. */
static void test_write(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x52, 0), GOOD);
  assert_int_equal(send_sheet(&r, cdrdao_sheet, sizeof cdrdao_sheet), GOOD);
  assert_int_equal(write_run(&r, -150, 2025, 0), GOOD);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x0E);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x00);
  assert_int_equal(nwa(&r), -150);
  assert_int_equal(file_size(r.bin), 0);
  assert_int_equal(file_size(r.cue), -1);
  rig_remove(&r);
}

/* A sheet for the session behind a tested one goes with it: when that was waited for, and when
 * page 05h no longer says test. */
static void sheet_behind_a_test(void **state) {
  (void)state;
  static const uint8_t sheet[] = {
      0x01, 0x00, 0x00, 0x01, 0, 0, 0,    0, /* */
      0x01, 0x04, 0x00, 0x00, 0, 2, 0x39, 0, /* LBA 13125 is 02:57:00 */
      0x01, 0x04, 0x01, 0x00, 0, 2, 0x3B, 0, /* */
      0x01, 0xAA, 0x01, 0x01, 0, 3, 0x03, 0, /* */
  };
  uint8_t sector[SECTOR] = {0};
  for (unsigned how = 0; how < 2; how++) {
    struct rig r;
    rig_make(&r, "");
    assert_int_equal(select05(&r, 0x52, 0xC0), GOOD);
    assert_int_equal(send_sheet(&r, cdrdao_sheet, sizeof cdrdao_sheet), GOOD);
    assert_int_equal(write_run(&r, -150, 2025, 0), GOOD);
    assert_int_equal(send_sheet(&r, sheet, sizeof sheet), GOOD);
    assert_int_equal(how ? sync_cache(&r) : select05(&r, 0x42, 0xC0), GOOD);
    assert_int_equal(nwa(&r), -150);
    assert_int_equal(write_cdb(&r, 13125, 1, sector), SENSE(5, 0x2C, 0));
    assert_int_equal(file_size(r.bin), 0);
    rig_remove(&r);
  }
}

/* A second session by a sheet: absolute addresses, track numbers go on (as cdrdao does). */
static void second_session(void **state) {
  (void)state;
  static const uint8_t sheet[] = {
      0x01, 0x00, 0x00, 0x01, 0, 0, 0,    0,    /* */
      0x01, 0x02, 0x00, 0x00, 0, 2, 0x24, 0x02, /* LBA 11552 is 02:36:02 */
      0x01, 0x02, 0x01, 0x00, 0, 2, 0x26, 0x02, /* */
      0x01, 0xAA, 0x01, 0x01, 0, 2, 0x2A, 0x02, /* */
  };
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0xC0, 0, 300);
  assert_int_equal(close_session(&r), GOOD);
  assert_int_equal(select05(&r, 0x42, 0), GOOD);
  assert_int_equal(nwa(&r), 11552);
  assert_int_equal(send_sheet(&r, sheet, sizeof sheet), GOOD);
  assert_int_equal(write_run(&r, 11552, 450, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 0, 64), 64), GOOD);
  REPLY(&r, 0, 26, 1, 2, 0, 0x10, 1, 0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 0x2D, 0xB6, 0, 0x10,
        0xAA, 0, 0, 0, 0x2E, 0xE2);
  assert_payload(&r, 11702, 0);
  rig_remove(&r);
}

/* Cut off: SYNCHRONIZE CACHE too early, or the power fails. One broken track is left, which
 * CLOSE TRACK and CLOSE SESSION make a disc of. */
static void broken_off(void **state) {
  (void)state;
  static const unsigned written[] = {1, 100, 151, 1000};
  for (unsigned way = 0; way < 2; way++)
    for (unsigned i = 0; i < 4; i++) {
      struct rig r;
      rig_make(&r, "");
      assert_int_equal(select05(&r, 0x42, 0), GOOD);
      assert_int_equal(send_sheet(&r, cdrdao_sheet, sizeof cdrdao_sheet), GOOD);
      assert_int_equal(sync_cache(&r), GOOD); /* nothing came yet: the sheet holds */
      assert_int_equal(write_run(&r, -150, written[i], 0), GOOD);
      if (way == 0) {
        assert_int_equal(sync_cache(&r), GOOD);
      } else {
        rig_close(&r);
        rig_open(&r, "");
      }
      assert_int_equal(select05(&r, 0x42, 0), GOOD);
      assert_int_equal(write_run(&r, -150 + (int)written[i], 1, 0), SENSE(5, 0x2C, 0));
      assert_int_equal(send_sheet(&r, cdrdao_sheet, sizeof cdrdao_sheet), SENSE(5, 0x2C, 0));
      assert_int_equal(track_info(&r, 1), GOOD);
      assert_int_equal(r.data[5] & 0x20, 0x20); /* Damage */
      assert_int_equal(r.data[7] & 1, 0);
      assert_int_equal(be32(r.data + 24), written[i] <= 151 ? 1 : 850);
      assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
      assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 1)), GOOD);
      assert_int_equal(close_session(&r), GOOD);
      assert_int_equal(from(&r, CDB(0x25), 8), GOOD);
      assert_int_equal(be32(r.data), written[i] <= 151 ? 301 : 851);
      if (written[i] == 1000) assert_payload(&r, 849, 0);
      rig_remove(&r);
    }
}

/* The host stops for two seconds. Without protection the session is lost; with it, and after
 * the last sector, nothing happens. */
static void underrun(void **state) {
  (void)state;
  for (uint8_t bufe = 0; bufe <= 0x40; bufe += 0x40) {
    struct rig r;
    struct redbook_virtual_view view;
    rig_make(&r, "");
    assert_int_equal(select05(&r, 0x02 | bufe, 0), GOOD);
    assert_int_equal(send_sheet(&r, cdrdao_sheet, sizeof cdrdao_sheet), GOOD);
    assert_int_equal(write_run(&r, -150, 1300, 0), GOOD);
    redbook_transport_sleep_us(r.t, 20000000);
    assert_int_equal(write_run(&r, 1150, 725, 0), bufe ? GOOD : SENSE(3, 0x0C, 9));
    redbook_transport_sleep_us(r.t, 20000000);
    assert_int_equal(sync_cache(&r), GOOD);
    redbook_virtual_look(r.drive, &view);
    assert_int_equal(view.underruns, 1);
    assert_int_equal(view.disc_status, bufe ? 2 : 1);
    assert_int_equal(view.incomplete_tracks, bufe ? 0 : 1);
    assert_int_equal(write_run(&r, 1150, 1, 0), bufe ? SENSE(5, 0x30, 5) : SENSE(5, 0x2C, 0));
    rig_remove(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(three_tracks),
      cmocka_unit_test(codes_flags_indexes),
      cmocka_unit_test(cd_text),
      cmocka_unit_test(test_write),
      cmocka_unit_test(sheet_behind_a_test),
      cmocka_unit_test(second_session),
      cmocka_unit_test(broken_off),
      cmocka_unit_test(underrun),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
