/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cue sheets: those of other programs, and those that cannot be understood. */
#include "support.h"

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

static const char foreign_sheet[] =
    "REM GENRE Rock\r\nTITLE \"Some disc\"\r\nCATALOG 0123456789012\r\n"
    "FILE \"music file.bin\" BINARY\r\n"
    "  TRACK 01 AUDIO\r\n    INDEX 01 00:00:00\r\n"
    "  TRACK 02 AUDIO\r\n    FLAGS DCP 4CH PRE SCMS\r\n    ISRC USRC17607839\r\n        INDEX "
    "00 00:05:00\r\n    INDEX 01 00:06:00\r\n";

/* A foreign sheet with AUDIO tracks in one BINARY file is a pressed CD. */
static void foreign_disc(void **state) {
  (void)state;
  struct rig r;
  char bin[128];
  uint8_t sector[SECTOR];
  rig_make(&r, "");
  rig_close(&r);
  write_file(r.cue, foreign_sheet);
  snprintf(bin, sizeof bin, "%s/music file.bin", r.folder);
  FILE *file = fopen(bin, "w");
  for (int i = 0; i < 1000; i++) {
    fill_sector(sector, i, 9);
    fwrite(sector, SECTOR, 1, file);
  }
  fclose(file);
  rig_open(&r, "");
  assert_int_equal(from(&r, CDB(0x46, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(r.data[7], 0x08);
  assert_int_equal(from(&r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  assert_int_equal(r.data[2], 0x0E);
  assert_int_equal(from(&r, CDB(0x43, 0, 0, 0, 0, 0, 0, 0, 64), 64), GOOD);
  REPLY(&r, 0, 26, 1, 2, 0, 0x10, 1, 0, 0, 0, 0, 0, 0, 0x1B, 2, 0, 0, 0, 1, 0xC2, 0, 0x1B, 0xAA,
        0, 0, 0, 3, 0xE8);
  assert_int_equal(track_info(&r, 1), GOOD);
  assert_int_equal(r.data[6], 0x0F); /* RT 0, Blank 0 */
  assert_payload(&r, 0, 9);
  assert_payload(&r, 449, 9);
  assert_payload(&r, 999, 9);
  assert_int_equal(read_sector(&r, 1000, sector), SENSE(5, 0x21, 0));
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 1150, 26, 0), SENSE(5, 0x30, 5));
  assert_int_equal(close_session(&r), SENSE(5, 0x30, 5));
  assert_int_equal(no_data(&r, CDB(0xA1, 1)), SENSE(5, 0x30, 5));
  assert_int_equal(no_data(&r, CDB(0x54, 1)), SENSE(5, 0x30, 5));
  assert_int_equal(from(&r, CDB(0x43, 0, 4, 0, 0, 0, 0, 0, 28), 28), SENSE(5, 0x24, 0));
  assert_int_equal(from(&r, CDB(0x43, 0, 3, 0, 0, 0, 0, 0, 28), 28), SENSE(5, 0x24, 0));
  assert_int_equal(from(&r, CDB(0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 9, 3), 256), GOOD);
  REPLY(&r, 0, 0, 0, 4, 0, 0, 0, 0);
  rig_remove(&r);
}

/* What a foreign sheet says beside its tracks' starts: pauses, further indexes, numbers, and
 * CD-TEXT with the zero that some programs put behind it. */
static void foreign_details(void **state) {
  (void)state;
  struct rig r;
  char path[128];
  uint8_t sector[SECTOR] = {0}, text[37] = {0x80, 0, 0, 0, 'T', 'e', 'x', 't'};
  rig_make(&r, "");
  rig_close(&r);
  write_file(r.cue,
             "CATALOG 0123456789012\nCDTEXTFILE \"some.cdt\"\nFILE \"disc.bin\" BINARY\n"
             "TRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:01:00\nINDEX 02 00:02:00\n"
             "TRACK 02 AUDIO\nISRC USRC17607839\nINDEX 00 00:05:00\nINDEX 01 00:06:00\n");
  FILE *file = fopen(r.bin, "w");
  for (int i = 0; i < 1000; i++)
    fwrite(sector, SECTOR, 1, file);
  fclose(file);
  snprintf(path, sizeof path, "%s/some.cdt", r.folder);
  file = fopen(path, "w");
  fwrite(text, 1, 37, file);
  fclose(file);
  rig_open(&r, "");
  assert_int_equal(from(&r, CDB(0x43, 0, 5, 0, 0, 0, 0, 0, 100), 100), GOOD);
  assert_int_equal(r.got, 40);
  assert_int_equal(r.data[1], 38);
  assert_memory_equal(r.data + 4, text, 36);
  assert_int_equal(from(&r, CDB(0x42, 0, 0x40, 2, 0, 0, 0, 0, 24), 24), GOOD);
  assert_memory_equal(r.data + 8,
                      "\x80"
                      "0123456789012",
                      14);
  assert_int_equal(from(&r, CDB(0x42, 0, 0x40, 3, 0, 0, 2, 0, 24), 24), GOOD);
  assert_memory_equal(r.data + 8,
                      "\x80"
                      "USRC17607839",
                      13);
  static const struct {
    int lba;
    uint8_t track, index;
  } rows[] = {{-150, 1, 0}, {0, 1, 0},   {74, 1, 0},  {75, 1, 1},  {150, 1, 2},
              {374, 1, 2},  {375, 2, 0}, {449, 2, 0}, {450, 2, 1}, {999, 2, 1}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    int lba = rows[i].lba;
    if ((lba + 150) % 100 == 50 || (lba + 150) % 100 == 99) continue; /* MCN, ISRC */
    assert_int_equal(
        from(&r,
             CDB(0xBE, 4, (uint8_t)((unsigned)lba >> 24), (uint8_t)((unsigned)lba >> 16),
                 (uint8_t)((unsigned)lba >> 8), (uint8_t)lba, 0, 0, 1, 0, 2),
             16),
        GOOD);
    assert_int_equal(r.data[1], rows[i].track);
    assert_int_equal(r.data[2], rows[i].index);
  }
  assert_int_equal(track_info(&r, 1), GOOD);
  assert_int_equal(be32(r.data + 8), 75);
  assert_int_equal(be32(r.data + 24), 300); /* without the pause of track 2 */
  rig_remove(&r);
}

#define OURS "REM REDBOOK version 1\nREM REDBOOK medium cd-r\nREM REDBOOK minutes 80\n"
#define HEAD "FILE \"disc.bin\" BINARY\n"
#define TRACK1 "TRACK 01 AUDIO\nINDEX 01 00:00:00\n"
#define OUR_TRACK "REM REDBOOK track 1 session 1 start 0 sectors 300 control 0 state "

/* What cannot be understood is an error that names the line. */
static void bad_sheets(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } rows[] = {
      {"FILE \"a.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n",
       "line 1: the FILE must be BINARY"},
      {HEAD "TRACK 01 MODE1/2352\nINDEX 01 00:00:00\n", "line 2: only AUDIO tracks"},
      {HEAD TRACK1 "FILE \"b.bin\" BINARY\n", "line 4: only one FILE"},
      {HEAD "TRACK 02 AUDIO\n", "line 2: tracks must be numbered"},
      {HEAD "TRACK 01 AUDIO\nPREGAP 00:02:00\n", "line 3: this line is not understood"},
      {HEAD "TRACK 01 AUDIO\nINDEX 01 00:60:00\n", "line 3: expected: INDEX NN MM:SS:FF"},
      {HEAD "TRACK 01 AUDIO\nTRACK 02 AUDIO\n", "line 3: the track before this one"},
      {HEAD TRACK1 "TRACK 02 AUDIO\nINDEX 01 00:00:00\n", "line 5: INDEX 01 must come"},
      {HEAD "TRACK 01 AUDIO\n", "the last track has no INDEX 01"},
      {HEAD "TRACK 01 AUDIO\nFLAGS LOUD\n", "line 3: FLAGS are"},
      {HEAD "TRACK 01 AUDIO\nISRC SHORT\n", "line 3: an ISRC has 12"},
      {"CATALOG 123\n", "line 1: a CATALOG has 13"},
      {"CDTEXTFILE\n", "line 1: CDTEXTFILE needs"},
      {HEAD "INDEX 01 00:00:00\n", "line 2: this line belongs behind a TRACK"},
      {TRACK1, "line 1: TRACK before FILE"},
      {HEAD, "there is no TRACK"},
      {"garbage\n", "line 1: this line is not understood"},
      {"REM REDBOOK version 2\n", "line 1: this redbook understands version 1 only"},
      {"REM REDBOOK medium cd-r\n", "line 1: the version must come first"},
      {OURS "REM REDBOOK colour red\n", "line 4: unknown REM REDBOOK key"},
      {"REM REDBOOK version 1\nREM REDBOOK medium dvd\n", "line 2: medium must be"},
      {"REM REDBOOK version 1\nREM REDBOOK minutes 81\n", "line 2: minutes must be"},
      {"REM REDBOOK version 1\n" HEAD, "name no medium or no minutes"},
      {OURS OUR_TRACK "lost isrc - mcn -\n", "line 4: expected: track N"},
      {OURS OUR_TRACK "complete isrc X mcn -\n", "line 4: expected: track N"},
      {OURS OUR_TRACK "complete\n", "line 4: expected: track N"},
      {OURS OUR_TRACK "complete isrc - mcn -\n" HEAD TRACK1, "the TRACK lines are not"},
      {OURS "REM REDBOOK session 1 lead-out 302\n" OUR_TRACK "complete isrc - mcn -\n" HEAD
            "TRACK 01 AUDIO\nINDEX 01 00:00:01\n",
       "an INDEX 01 and its REM REDBOOK track line differ"},
      {HEAD TRACK1 "TRACK 02 AUDIO\nINDEX 00 00:04:00\nINDEX 01 00:03:00\n",
       "line 6: INDEX 00 is behind INDEX 01"},
      {HEAD TRACK1 "INDEX 03 00:01:00\n", "line 4: indexes must rise"},
      {HEAD TRACK1 "INDEX 02 00:00:00\n", "line 4: indexes must rise"},
      {HEAD "TRACK 01 AUDIO\nINDEX 02 00:00:00\n", "line 3: indexes must rise"},
      {OURS OUR_TRACK "complete isrc - mcn - pregap\n", "line 4: expected: track N"},
      {OURS OUR_TRACK "complete isrc - mcn - pregap 151\n", "line 4: expected: track N"},
      {OURS OUR_TRACK "complete isrc - mcn - run-out 3\n", "line 4: expected: track N"},
      {OURS OUR_TRACK "complete isrc - mcn - scms maybe\n", "line 4: expected: track N"},
      {OURS OUR_TRACK "complete isrc - mcn - colour red\n", "line 4: expected: track N"},
      {OURS "REM REDBOOK index 1 2 20\n", "line 4: expected: index N"},
      {OURS OUR_TRACK "complete isrc - mcn -\nREM REDBOOK index 1 3 20\n",
       "line 5: expected: index N"},
      {OURS OUR_TRACK "complete isrc - mcn -\nREM REDBOOK index 2 2 20\n",
       "line 5: expected: index N"},
      {OURS OUR_TRACK "complete isrc - mcn -\nREM REDBOOK index 1 2 300\n",
       "line 5: expected: index N"},
      {OURS "REM REDBOOK session 1 lead-out 302\n", "a session has no track"},
      {OURS "REM REDBOOK session 2 lead-out 302\n", "line 4: expected: session N"},
      {OURS OUR_TRACK
       "complete isrc - mcn -\nREM REDBOOK track 2 session 1 start 301 sectors 300 "
       "control 0 state complete isrc - mcn -\n",
       "line 5: the track overlaps"},
      {OURS OUR_TRACK "complete isrc - mcn -\n" HEAD, "is cut off"},
      {OURS "REM REDBOOK finalised yes\n" HEAD, "cannot have an open session"},
      {OURS "REM REDBOOK finalised perhaps\n", "line 4: finalised must be yes or no"},
      {OURS "REM REDBOOK erasing perhaps\n", "line 4: erasing must be yes or no"},
      {OURS "REM REDBOOK erasing yes\n" HEAD, "only a cd-rw can be erasing"},
  };
  struct rig r;
  rig_make(&r, "");
  rig_close(&r);
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct redbook_error err = {0};
    struct redbook_virtual_options options = {.disc = r.cue};
    write_file(r.cue, rows[i].text);
    assert_null(redbook_virtual_create(&options, &err));
    assert_int_equal(err.code, REDBOOK_E_INVALIDARG);
    if (!strstr(err.message, rows[i].message) || !strstr(err.message, "/disc."))
      fail_msg("row %u: %s", i, err.message);
  }
  struct redbook_error err = {0};
  struct redbook_virtual_options options = {.disc = r.cue};
  write_file(r.cue, HEAD TRACK1);
  unlink(r.bin);
  assert_null(redbook_virtual_create(&options, &err));
  assert_int_equal(err.code, REDBOOK_E_FILE_NOT_FOUND);
  unlink(r.cue); /* data without a sheet */
  write_file(r.bin, "xxxx");
  assert_null(redbook_virtual_create(&options, &err));
  assert_non_null(strstr(err.message, "holds data but"));
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(foreign_disc),
      cmocka_unit_test(foreign_details),
      cmocka_unit_test(bad_sheets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
