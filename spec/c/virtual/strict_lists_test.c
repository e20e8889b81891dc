/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong parameter lists, MODE SELECT and SEND CUE SHEET: each gets its exact sense, and the
 * disc does not change. */
#include "strict.h"

/* One byte of MODE SELECT's page 05h. */
static const struct {
  enum scene scene;
  const char *what;
  uint8_t offset, value;
  unsigned sense;
} pages[] = {
    {TAO, "PS", 0, 0x85, SENSE(5, 0x26, 0)},
    {TAO, "page 2Ah", 0, 0x2A, SENSE(5, 0x26, 0)},
    {TAO, "page length 31h", 1, 0x31, SENSE(5, 0x26, 0)},
    {TAO, "page length 36h", 1, 0x36, SENSE(5, 0x1A, 0)},
    {TAO, "reserved bit", 2, 0x81, SENSE(5, 0x26, 0)},
    {TAO, "packet", 2, 0x40, SENSE(5, 0x26, 0)},
    {TAO, "RAW", 2, 0x43, SENSE(5, 0x26, 0)},
    {TAO, "write type 4", 2, 0x44, SENSE(5, 0x26, 0)},
    {TAO, "write type 8", 2, 0x48, SENSE(5, 0x26, 0)},
    {TAO, "multi-session 01b", 3, 0x40, SENSE(5, 0x26, 0)},
    {TAO, "multi-session 10b", 3, 0x80, SENSE(5, 0x26, 0)},
    {TAO, "fixed packets", 3, 0x20, SENSE(5, 0x26, 0)},
    {TAO, "data track of audio blocks", 3, 0x04, SENSE(5, 0x26, 0)},
    {TAO, "raw with P-Q", 4, 0x01, SENSE(5, 0x26, 0)},
    {TAO, "raw with R-W", 4, 0x03, SENSE(5, 0x26, 0)},
    {TAO, "audio track of mode 1 blocks", 4, 0x08, SENSE(5, 0x26, 0)},
    {TAO, "reserved bits of byte 4", 4, 0x10, SENSE(5, 0x26, 0)},
    {TAO, "reserved bits of byte 7", 7, 0x40, SENSE(5, 0x26, 0)},
    {TAO, "session format", 8, 0x30, SENSE(5, 0x26, 0)},
    {TAO, "MCN without digits", 16, 0x80, SENSE(5, 0x26, 0)},
    {TAO, "ISRC without characters", 32, 0x80, SENSE(5, 0x26, 0)},
    {SAO, "SAO with raw P-W", 4, 0x03, SENSE(5, 0x26, 0)},
    {TRACK, "MODE SELECT in a track", 3, 0xC0, SENSE(5, 0x2C, 0)},
    {SESSION, "MODE SELECT in a session", 3, 0xC0, SENSE(5, 0x2C, 0)},
};

static void wrong_pages(void **state) {
  (void)state;
  for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++) {
    uint8_t list[60];
    page05_list(list, pages[i].scene == SAO ? 0x42 : 0x41, 0);
    list[8 + pages[i].offset] = pages[i].value;
    wrong(pages[i].scene, pages[i].what, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), OUT, list, 60,
          pages[i].sense);
  }
  uint8_t list[60], six[56] = {0};
  const unsigned cut = SENSE(5, 0x1A, 0), field = SENSE(5, 0x24, 0), bad = SENSE(5, 0x26, 0);
  page05_list(list, 0x41, 0);
  memcpy(six + 4, list + 8, 52);
  wrong(TAO, "without PF", CDB(0x55, 0, 0, 0, 0, 0, 0, 0, 60), OUT, list, 60, field);
  wrong(TAO, "with SP", CDB(0x55, 0x11, 0, 0, 0, 0, 0, 0, 60), OUT, list, 60, field);
  wrong(TAO, "cut list", CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 59), OUT, list, 59, cut);
  wrong(TAO, "cut header", CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 7), OUT, list, 7, cut);
  wrong(TAO, "less data", CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), OUT, list, 59, field);
  list[7] = 12;
  wrong(TAO, "descriptor of 12", CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 60), OUT, list, 60, bad);
  wrong(TAO, "six bytes, cut", CDB(0x15, 0x10, 0, 0, 55), OUT, six, 55, cut);
  six[6] = 0x43;
  wrong(TAO, "six bytes, RAW", CDB(0x15, 0x10, 0, 0, 56), OUT, six, 56, bad);
}

/* One byte of the cue sheet; all 5/26/00. */
static const struct {
  const char *what;
  uint8_t offset, value;
} sheets[] = {
    {"lead-in of ADR 0", 0, 0x00},
    {"lead-in of data", 0, 0x41},
    {"lead-in of track 1", 1, 1},
    {"lead-in of index 1", 2, 1},
    {"lead-in with audio of the host", 3, 0x00},
    {"lead-in of packed R-W", 3, 0xC1},
    {"alternate copy in the lead-in", 4, 0x80},
    {"lead-in somewhere", 6, 2},
    {"data track", 8, 0x41},
    {"ADR 5", 8, 0x05},
    {"pregap of track 2", 9, 2},
    {"no pregap of track 1", 10, 1},
    {"pregap made by the drive", 11, 0x01},
    {"pregap with P-W", 11, 0x40},
    {"reserved SCMS bits", 12, 0x01},
    {"pregap from elsewhere", 15, 1},
    {"pregap at second 60", 14, 60},
    {"pregap at frame 75", 15, 75},
    {"pregap at minute 100", 13, 100},
    {"other control in a track", 16, 0x11},
    {"track 2 without INDEX 01 of track 1", 17, 2},
    {"track 0", 17, 0},
    {"INDEX 02 after INDEX 00", 18, 2},
    {"INDEX 00 twice", 18, 0},
    {"mode 1", 19, 0x10},
    {"SCMS in INDEX 01 only", 20, 0x80},
    {"pregap under two seconds", 22, 1},
    {"track behind the lead-out", 22, 9},
    {"lead-out of track 2", 25, 2},
    {"lead-out of index 0", 26, 0},
    {"lead-out with audio", 27, 0},
    {"lead-out of data", 24, 0x41},
    {"lead-out at the track", 30, 2},
    {"lead-out behind the last possible", 29, 80},
};

static void wrong_sheets(void **state) {
  (void)state;
  uint8_t bytes[48];
  const unsigned bad = SENSE(5, 0x26, 0);
  for (unsigned i = 0; i < sizeof sheets / sizeof *sheets; i++) {
    memcpy(bytes, sheet, 32);
    bytes[sheets[i].offset] = sheets[i].value;
    wrong(SAO, sheets[i].what, CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, 32), OUT, bytes, 32, bad);
  }
  wrong(SAO, "no lead-out", CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, 24), OUT, sheet, 24, bad);
  wrong(SAO, "no lead-in", CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, 24), OUT, sheet + 8, 24, bad);
  memcpy(bytes, sheet, 32);
  memcpy(bytes + 32, sheet + 24, 8);
  wrong(SAO, "two lead-outs", CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, 40), OUT, bytes, 40, bad);
  memset(bytes, '0', 16);
  bytes[0] = bytes[8] = 0x02;
  bytes[15] = 0;
  memcpy(bytes + 16, sheet, 32);
  bytes[5] = 'A';
  wrong(SAO, "MCN with a letter", CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, 48), OUT, bytes, 48, bad);
  bytes[5] = '0';
  wrong(SAO, "half an MCN", CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, 40), OUT, bytes + 8, 40, bad);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_pages),
      cmocka_unit_test(wrong_sheets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
