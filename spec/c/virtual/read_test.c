/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading: every form of READ CD, the Q channel, READ SUB-CHANNEL, READ CD MSF, and the
 * commands that only look at a disc. */
#include "support.h"

/* Two tracks by sheet: the second has a pregap of one second, the first an INDEX 02 and an
 * ISRC.
 */
static const uint8_t sheet[] = {
    0x02, '0',  '1',  '2',  '3', '4', '5',  '6', /* MCN */
    0x02, '7',  '8',  '9',  '0', '1', '2',  0,   /* */
    0x01, 0x00, 0x00, 0x01, 0,   0,   0,    0,   /* */
    0x23, 0x01, 'U',  'S',  'R', 'C', '1',  '7', /* ISRC */
    0x23, 0x01, '6',  '0',  '7', '8', '3',  '9', /* */
    0x21, 0x01, 0x00, 0x00, 0,   0,   0,    0,   /* */
    0x21, 0x01, 0x01, 0x00, 0,   0,   0x02, 0,   /* LBA 0 */
    0x21, 0x01, 0x02, 0x00, 0,   0,   0x04, 0,   /* LBA 150 */
    0x01, 0x02, 0x00, 0x00, 0,   0,   0x07, 0,   /* LBA 375 */
    0x01, 0x02, 0x01, 0x00, 0,   0,   0x08, 0,   /* LBA 450 */
    0x01, 0xAA, 0x01, 0x01, 0,   0,   0x0C, 0,   /* LBA 750 */
};

static int make(void **state) {
  static struct rig r;
  rig_make(&r, "");
  assert_int_equal(select05(&r, 0x42, 0), GOOD);
  assert_int_equal(to(&r, CDB(0x5D, 0, 0, 0, 0, 0, 0, 0, sizeof sheet), sheet, sizeof sheet),
                   GOOD);
  assert_int_equal(write_run(&r, -150, 900, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  *state = &r;
  return 0;
}

static int drop(void **state) {
  rig_remove(*state);
  return 0;
}

static unsigned read_form(struct rig *r, int lba, uint8_t type, uint8_t flags, uint8_t sub) {
  return from(r,
              CDB(0xBE, type, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16), (uint8_t)(lba >> 8),
                  (uint8_t)lba, 0, 0, 1, flags, sub),
              sizeof r->data);
}

/* Sector type, the five main channel flags, C2, sub-channel: what comes and how long it is. */
static void every_form(void **state) {
  struct rig *r = *state;
  static const unsigned subs[] = {0, 96, 16, 0, 96, 0, 0, 0}, errors[] = {0, 294, 296, 0};
  uint8_t main_channel[SECTOR];
  fill_sector(main_channel, 20, 0);
  for (unsigned type = 0; type < 64; type++)
    for (unsigned flags = 0; flags < 256; flags++)
      for (unsigned sub = 0; sub < 8; sub++) {
        unsigned bad = (type & 0x21) || type >> 2 > 5 || (flags & 1) || (flags & 6) == 6 ||
                       sub == 3 || sub > 4;
        unsigned got = read_form(r, 20, (uint8_t)type, (uint8_t)flags, (uint8_t)sub);
        if (bad) {
          assert_int_equal(got, SENSE(5, 0x24, 0));
          continue;
        }
        if (type >> 2 > 1) {
          assert_int_equal(got, SENSE(5, 0x64, 0));
          continue;
        }
        unsigned length = (flags & 0xF8 ? SECTOR : 0) + errors[flags >> 1 & 3] + subs[sub];
        assert_int_equal(got, GOOD);
        assert_int_equal(r->got, length);
        if (flags & 0xF8) assert_memory_equal(r->data, main_channel, SECTOR);
        for (unsigned i = flags & 0xF8 ? SECTOR : 0; i < length - subs[sub]; i++)
          assert_int_equal(r->data[i], 0); /* no C2 error */
        assert_int_equal(r->data[length], 0xEE);
      }
}

/* Q with its CRC; calculated by hand from IEC 60908. */
static void q_channel(void **state) {
  struct rig *r = *state;
  static const struct {
    int lba;
    uint8_t q[16];
  } rows[] = {
      {-150, {0x21, 1, 0, 0, 1, 0x74, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80}},
      {0, {0x22, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x20, 0, 0x00}},     /* MCN */
      {49, {0x23, 0x96, 0x38, 0x93, 0x04, 0x76, 0x07, 0x83, 0x90, 0x49}}, /* ISRC */
      {1, {0x21, 1, 1, 0, 0, 0x01, 0, 0, 2, 0x01}},
      {151, {0x21, 1, 2, 0, 2, 0x01, 0, 0, 4, 0x01}},
      {374, {0x21, 1, 2, 0, 4, 0x74, 0, 0, 6, 0x74}},
      {375, {0x01, 2, 0, 0, 0, 0x74, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0x80}},
      {449, {0x01, 2, 0, 0, 0, 0, 0, 0, 7, 0x74, 0, 0, 0, 0, 0, 0x80}},
      {451, {0x01, 2, 1, 0, 0, 0x01, 0, 0, 8, 0x01}},
      {749, {0x01, 2, 1, 0, 3, 0x74, 0, 0, 11, 0x74}},
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint8_t expected[16], q[12];
    memcpy(expected, rows[i].q, 16);
    if (rows[i].lba == 749) expected[8] = 0x11;
    assert_int_equal(read_form(r, rows[i].lba, 4, 0, 2), GOOD);
    memcpy(q, r->data, 12);
    memset(r->data + 10, 0, 2);
    assert_memory_equal(r->data, expected, 16);
    assert_int_equal(read_form(r, rows[i].lba, 4, 0, 1), GOOD);
    for (unsigned bit = 0; bit < 96; bit++) {
      assert_int_equal(r->data[bit] >> 7, expected[15] >> 7);
      assert_int_equal(r->data[bit] >> 6 & 1, q[bit / 8] >> (7 - bit % 8) & 1);
      assert_int_equal(r->data[bit] & 0x3F, 0);
    }
    assert_int_equal(read_form(r, rows[i].lba, 4, 0, 4), GOOD);
    for (unsigned n = 0; n < 96; n++)
      assert_int_equal(r->data[n], 0);
  }
}

/* The CRC of a Q that another program calculated (track 1, index 1, LBA 0; control 0). */
static void q_crc(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "");
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(read_form(&r, 0, 4, 0, 2), GOOD);
  REPLY(&r, 1, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0x5A, 0x28, 0, 0, 0, 0);
  assert_int_equal(read_form(&r, -150, 4, 0, 2), GOOD);
  REPLY(&r, 1, 1, 0, 0, 1, 0x74, 0, 0, 0, 0, 0xAA, 0xB9, 0, 0, 0, 0x80);
  rig_remove(&r);
}

static void sub_channel(void **state) {
  struct rig *r = *state;
  uint8_t sector[SECTOR];
  assert_int_equal(from(r, CDB(0x42, 0, 0, 1, 0, 0, 0, 0, 16), 16), GOOD);
  REPLY(r, 0, 0x15, 0, 0); /* without SubQ: the header */
  assert_int_equal(read_sector(r, 200, sector), GOOD);
  assert_int_equal(from(r, CDB(0x42, 0, 0x40, 1, 0, 0, 0, 0, 16), 16), GOOD);
  REPLY(r, 0, 0x15, 0, 12, 1, 0x12, 1, 2, 0, 0, 0, 200, 0, 0, 0, 200);
  assert_int_equal(from(r, CDB(0x42, 2, 0x40, 1, 0, 0, 0, 0, 16), 16), GOOD);
  REPLY(r, 0, 0x15, 0, 12, 1, 0x12, 1, 2, 0, 0, 4, 50, 0, 0, 2, 50);
  assert_int_equal(read_sector(r, 400, sector), GOOD); /* in the pause: relative is negative */
  assert_int_equal(from(r, CDB(0x42, 0, 0x40, 1, 0, 0, 0, 0, 16), 16), GOOD);
  REPLY(r, 0, 0x15, 0, 12, 1, 0x10, 2, 0, 0, 0, 1, 0x90, 0xFF, 0xFF, 0xFF, 0xCE);
  assert_int_equal(from(r, CDB(0x42, 0, 0x40, 0, 0, 0, 0, 0, 16), 16), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x42, 0, 0x40, 4, 0, 0, 0, 0, 16), 16), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x42, 0, 0x40, 3, 0, 0, 3, 0, 24), 24), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x42, 0, 0x40, 3, 0, 0, 0, 0, 24), 24), SENSE(5, 0x24, 0));
}

static void by_msf(void **state) {
  struct rig *r = *state;
  uint8_t expected[SECTOR];
  assert_int_equal(from(r, CDB(0xB9, 4, 0, 0, 2, 10, 0, 2, 11, 0x10), SECTOR), GOOD);
  fill_sector(expected, 10, 0);
  assert_int_equal(r->got, SECTOR);
  assert_memory_equal(r->data, expected, SECTOR);
  assert_int_equal(from(r, CDB(0xB9, 4, 0, 0, 2, 10, 0, 2, 10, 0x10), SECTOR), GOOD);
  assert_int_equal(r->got, 0);
  assert_int_equal(from(r, CDB(0xB9, 4, 0, 0, 2, 10, 0, 2, 9, 0x10), SECTOR),
                   SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0xB9, 4, 0, 0, 2, 75, 0, 3, 0, 0x10), SECTOR),
                   SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0xB9, 4, 0, 0, 12, 0, 0, 12, 1, 0x10), SECTOR),
                   SENSE(5, 0x21, 0));
}

/* Commands that change nothing. */
static void small_ones(void **state) {
  struct rig *r = *state;
  uint8_t streaming[28] = {0};
  assert_int_equal(no_data(r, CDB(0x01)), GOOD);
  assert_int_equal(no_data(r, CDB(0x2B, 0, 0, 0, 2, 0xED)), GOOD);
  assert_int_equal(no_data(r, CDB(0x2B, 0, 0, 0, 2, 0xEE)), SENSE(5, 0x21, 0));
  assert_int_equal(from(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 1), 2048), SENSE(5, 0x64, 0));
  assert_int_equal(from(r, CDB(0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 1), 2048), SENSE(5, 0x64, 0));
  assert_int_equal(from(r, CDB(0x28, 0, 0, 0, 2, 0xEE, 0, 0, 1), 2048), SENSE(5, 0x21, 0));
  assert_int_equal(from(r, CDB(0x28), 2048), GOOD);
  assert_int_equal(from(r, CDB(0xAD, 0, 0, 0, 0, 0, 0, 0, 0, 32), 32), SENSE(5, 0x30, 2));
  assert_int_equal(from(r, CDB(0x3C, 3, 0, 0, 0, 0, 0, 0, 4), 4), GOOD);
  REPLY(r, 0, 1, 0, 0);
  assert_int_equal(from(r, CDB(0x3C, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  REPLY(r, 0, 1, 0, 0, 0, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x3C, 2, 0, 0, 0xFF, 0xFE, 0, 0, 8), 8), GOOD);
  REPLY(r, 0, 0);
  assert_int_equal(from(r, CDB(0x3C, 1, 0, 0, 0, 0, 0, 0, 8), 8), SENSE(5, 0x24, 0));
  streaming[22] = 0x05; /* 1411 kB in 1000 ms to be written, as much to be read */
  streaming[23] = 0x83;
  streaming[26] = 0x03;
  streaming[27] = 0xE8;
  memcpy(streaming + 12, streaming + 20, 8);
  assert_int_equal(to(r, CDB(0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28), streaming, 28), GOOD);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x2A, 0, 0, 0, 0, 1, 0), 256), GOOD);
  assert_int_equal(r->data[8 + 28] << 8 | r->data[8 + 29], 1411);
  streaming[0] = 0x04; /* the drive's defaults */
  assert_int_equal(to(r, CDB(0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28), streaming, 28), GOOD);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x2A, 0, 0, 0, 0, 1, 0), 256), GOOD);
  assert_int_equal(r->data[8 + 28] << 8 | r->data[8 + 29], 9173);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
  const struct CMUnitTest tests[] = {
      TEST(every_form),  TEST(q_channel), cmocka_unit_test(q_crc),
      TEST(sub_channel), TEST(by_msf),    TEST(small_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
