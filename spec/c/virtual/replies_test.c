/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies byte for byte on a blank 80-minute CD-R (mmc reference 1.3, 8.3), and every
 * allocation length of every reply. */
#include "support.h"

static int make(void **state) {
  static struct rig r;
  rig_make(&r, "");
  *state = &r;
  return 0;
}

static int drop(void **state) {
  rig_remove(*state);
  return 0;
}

static void inquiry(void **state) {
  struct rig *r = *state;
  assert_int_equal(from(r, CDB(0x12, 0, 0, 0, 36), 36), GOOD);
  REPLY(r, 0x05, 0x80, 0x05, 0x02, 0x1F, 0, 0, 0, 'V', 'I', 'R', 'T', 'U', 'A', 'L', ' ', 'C',
        'D', '-', 'R', '/', 'R', 'W', ' ', 'R', 'E', 'C', 'O', 'R', 'D', 'E', 'R', '1', '.',
        '0', '0');
  assert_int_equal(from(r, CDB(0x12, 1, 0, 0, 36), 36), SENSE(5, 0x24, 0)); /* EVPD */
}

static void request_sense(void **state) {
  struct rig *r = *state;
  assert_int_equal(from(r, CDB(0x03, 0, 0, 0, 18), 18), GOOD);
  REPLY(r, 0x70, 0, 0, 0, 0, 0, 0, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

static void disc_information(void **state) {
  struct rig *r = *state;
  assert_int_equal(from(r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 34), GOOD);
  REPLY(r, 0x00, 0x20, 0x00, 1, 1, 1, 1, 0x20, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x61, 0x1A, 0x41,
        0, 0x4F, 0x3B, 0x4A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x51, 1, 0, 0, 0, 0, 0, 0, 34), 34), SENSE(5, 0x24, 0));
}

static void track_information(void **state) {
  struct rig *r = *state;
  static const uint8_t cdbs[][3] = {/* type, number */
                                    {1, 0xFF},
                                    {1, 1},
                                    {0, 0},
                                    {2, 1}};
  for (unsigned i = 0; i < 4; i++) {
    assert_int_equal(from(r, CDB(0x52, cdbs[i][0], 0, 0, 0, cdbs[i][1], 0, 0, 36), 36), GOOD);
    REPLY(r, 0, 0x22, 1, 1, 0, 0x07, 0x4F, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x05, 0x7D, 0xA7, 0,
          0, 0, 0, 0, 0x05, 0x7D, 0xA7, 0, 0, 0, 0, 0, 0, 0, 0);
  }
  assert_int_equal(from(r, CDB(0x52, 1, 0, 0, 0, 0, 0, 0, 36), 36), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x52, 1, 0, 0, 0, 2, 0, 0, 36), 36), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x52, 2, 0, 0, 0, 2, 0, 0, 36), 36), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x52, 3, 0, 0, 0, 1, 0, 0, 36), 36), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x52, 0, 0, 5, 0x7D, 0xA9, 0, 0, 36), 36), SENSE(5, 0x21, 0));
}

static void toc_pma_atip(void **state) {
  struct rig *r = *state;
  for (uint8_t format = 0; format < 3; format++)
    assert_int_equal(from(r, CDB(0x43, 0, format, 0, 0, 0, 0, 0, 64), 64), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x43, 0, 5, 0, 0, 0, 0, 0, 64), 64), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x43, 0, 6, 0, 0, 0, 0, 0, 64), 64), SENSE(5, 0x24, 0));
  assert_int_equal(from(r, CDB(0x43, 0, 3, 0, 0, 0, 0, 0, 64), 64), GOOD);
  REPLY(r, 0, 2, 0, 0);
  assert_int_equal(from(r, CDB(0x43, 2, 4, 0, 0, 0, 0, 0, 28), 28), GOOD);
  REPLY(r, 0, 0x1A, 0, 0, 0xC0, 0, 0x90, 0, 0x61, 0x1A, 0x41, 0, 0x4F, 0x3B, 0x4A, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x25), 8), GOOD);
  REPLY(r, 0, 0, 0, 0, 0, 0, 8, 0);
}

static void configuration(void **state) {
  struct rig *r = *state;
  assert_int_equal(from(r, CDB(0x46, 0, 0, 0, 0, 0, 0, 2, 0), 512), GOOD);
  REPLY(r, 0, 0, 0, 84, 0, 0, 0, 0x09,                               /* */
        0, 0, 0x03, 12, 0, 0x08, 0, 0, 0, 0x09, 1, 0, 0, 0x0A, 0, 0, /* profiles */
        0, 1, 0x03, 4, 0, 0, 0, 2,                                   /* core */
        0, 2, 0x03, 4, 0, 0, 0, 0,                                   /* morphing */
        0, 3, 0x03, 4, 0x29, 0, 0, 0,                                /* removable */
        0, 0x1E, 0x09, 4, 0x83, 0, 0, 0,                             /* CD read */
        0, 0x2D, 0x01, 4, 0x46, 0, 1, 1,                             /* TAO */
        0, 0x2E, 0x01, 4, 0x67, 0, 0x0C, 0xB8,                       /* SAO */
        0, 0x37, 0x00, 4, 0, 7, 0, 0,                                /* CD-RW */
        1, 0x07, 0x01, 4, 0x1E, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x46, 1, 0, 0x2D, 0, 0, 0, 2, 0), 512), GOOD); /* current */
  REPLY(r, 0, 0, 0, 28, 0, 0, 0, 0x09, 0, 0x2D, 0x01, 4, 0x46, 0, 1, 1, 0, 0x2E, 0x01, 4, 0x67,
        0, 0x0C, 0xB8, 1, 0x07, 0x01, 4, 0x1E, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x46, 2, 0, 0x37, 0, 0, 0, 2, 0), 512), GOOD); /* one */
  REPLY(r, 0, 0, 0, 12, 0, 0, 0, 0x09, 0, 0x37, 0, 4, 0, 7, 0, 0);
  assert_int_equal(from(r, CDB(0x46, 2, 0, 0x2F, 0, 0, 0, 2, 0), 512), GOOD); /* none */
  REPLY(r, 0, 0, 0, 4, 0, 0, 0, 0x09);
  assert_int_equal(from(r, CDB(0x46, 3, 0, 0, 0, 0, 0, 2, 0), 512), SENSE(5, 0x24, 0));
}

#define PAGE01 0x01, 0x0A, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0
#define PAGE08 0x08, 0x0A, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define ZERO8 0, 0, 0, 0, 0, 0, 0, 0
#define PAGE05_DEFAULT                                                                       \
  0x05, 0x32, 0x60, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x96, ZERO8, ZERO8, ZERO8, ZERO8, \
      0, 0, 0, 0
#define PAGE2A                                                                               \
  0x2A, 0x3E, 0x03, 0x07, 0xC0, 0x7F, 0x29, 0, 0x1B, 0x90, 0, 0, 0x08, 0, 0x1B, 0x90, 0, 0,  \
      0x23, 0xD5, 0x23, 0xD5, 0, 0, 0, 0, 0, 1, 0x23, 0xD5, 0, 8, 0, 1, 0x23, 0xD5, 0, 1,    \
      0x21, 0x13, 0, 1, 0x1B, 0x90, 0, 1, 0x16, 0x0D, 0, 0, 0x10, 0x8A, 0, 0, 0x0B, 0x06, 0, \
      0, 0x05, 0x83, 0, 0, 0x02, 0xC2

static void mode_pages(void **state) {
  struct rig *r = *state;
  assert_int_equal(from(r, CDB(0x5A, 0, 0x01, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(r, 0, 18, 0, 0, 0, 0, 0, 0, PAGE01);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x05, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(r, 0, 58, 0, 0, 0, 0, 0, 0, PAGE05_DEFAULT);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x85, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(r, 0, 58, 0, 0, 0, 0, 0, 0, PAGE05_DEFAULT);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x45, 0, 0, 0, 0, 1, 0), 256), GOOD); /* changeable */
  REPLY(r, 0, 58, 0, 0, 0, 0, 0, 0, 0x05, 0x32, 0x7F, 0xCF, 0x0F, 0xFF, 0, 0x3F, 0xFF, 0, 0, 0,
        0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x2A, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(r, 0, 70, 0, 0, 0, 0, 0, 0, PAGE2A);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x3F, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(r, 0, 146, 0, 0, 0, 0, 0, 0, PAGE01, PAGE05_DEFAULT, PAGE08, PAGE2A);
  assert_int_equal(from(r, CDB(0x1A, 8, 0x3F, 0, 255), 256), GOOD); /* six bytes */
  REPLY(r, 143, 0, 0, 0, PAGE01, PAGE05_DEFAULT, PAGE08, PAGE2A);
  assert_int_equal(from(r, CDB(0x1A, 8, 0x08, 0, 255), 256), GOOD);
  REPLY(r, 15, 0, 0, 0, PAGE08);
  assert_int_equal(from(r, CDB(0x5A, 8, 0x48, 0, 0, 0, 0, 1, 0), 256), GOOD);
  REPLY(r, 0, 18, 0, 0, 0, 0, 0, 0, 0x08, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x5A, 8, 0xC5, 0, 0, 0, 0, 1, 0), 256), SENSE(5, 0x39, 0));
  assert_int_equal(from(r, CDB(0x5A, 8, 0x30, 0, 0, 0, 0, 1, 0), 256), SENSE(5, 0x24, 0));
  assert_int_equal(no_data(r, CDB(0x1E, 0, 0, 0, 1)), GOOD); /* locked shows in 2Ah */
  assert_int_equal(from(r, CDB(0x5A, 8, 0x2A, 0, 0, 0, 0, 1, 0), 256), GOOD);
  assert_int_equal(r->data[8 + 6], 0x2B);
}

static void speeds(void **state) {
  struct rig *r = *state;
  assert_int_equal(from(r, CDB(0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 9, 3), 256), GOOD);
  REPLY(r, 0, 0, 0, 132, 0, 0, 0, 0, /* 52x, 48x, 40x, 32x CAV; 24x, 16x, 8x, 4x CLV */
        8, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x23, 0xD5, /* */
        8, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x21, 0x13, /* */
        8, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x1B, 0x90, /* */
        8, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x16, 0x0D, /* */
        0, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x10, 0x8A, /* */
        0, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x0B, 0x06, /* */
        0, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x05, 0x83, /* */
        0, 0, 0, 0, 0, 5, 0x7D, 0xA8, 0, 0, 0x1B, 0x90, 0, 0, 0x02, 0xC2);
  assert_int_equal(from(r, CDB(0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3), 256), GOOD);
  assert_int_equal(r->got, 24);
  assert_int_equal(be32(r->data), 132); /* all that there are */
  assert_int_equal(from(r, CDB(0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3), 256), GOOD);
  REPLY(r, 0, 0, 0, 132, 0, 0, 0, 0);
  assert_int_equal(from(r, CDB(0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4), 256), SENSE(5, 0x24, 0));

  static const struct {
    unsigned asked, got, inside, cav;
  } rows[] = {{0xFFFF, 9173, 3881, 1}, {9172, 8467, 3582, 1}, {7056, 7056, 2985, 1},
              {5646, 5645, 2388, 1},   {5644, 4234, 4234, 0}, {2832, 2822, 2822, 0},
              {2822, 2822, 2822, 0},   {2821, 1411, 1411, 0}, {1410, 706, 706, 0},
              {706, 706, 706, 0},      {176, 706, 706, 0}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(no_data(r, CDB(0xBB, 0, 0xFF, 0xFF, (uint8_t)(rows[i].asked >> 8),
                                    (uint8_t)rows[i].asked)),
                     GOOD);
    assert_int_equal(from(r, CDB(0x5A, 8, 0x2A, 0, 0, 0, 0, 1, 0), 256), GOOD);
    assert_int_equal(r->data[8 + 28] << 8 | r->data[8 + 29], rows[i].got);
    assert_int_equal(r->data[8 + 27], rows[i].cav);
    assert_int_equal(from(r, CDB(0xAC, 0x14, 0, 0, 0, 0, 0, 0, 0, 1, 0), 256), GOOD);
    assert_int_equal(r->got, 24);
    assert_int_equal(be32(r->data + 12), rows[i].inside);
    assert_int_equal(be32(r->data + 20), rows[i].got);
  }
}

static void small_ones(void **state) {
  struct rig *r = *state;
  assert_int_equal(from(r, CDB(0x5C, 0, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
  REPLY(r, 0, 10, 0, 0, 0, 0x20, 0, 0, 0, 0x20, 0, 0);
  assert_int_equal(from(r, CDB(0x5C, 1, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
  REPLY(r, 0, 10, 0, 1, 0, 0, 0x03, 0x7B, 0, 0, 0x03, 0x7B);
  assert_int_equal(from(r, CDB(0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  REPLY(r, 0, 0, 0, 0, 0, 0, 0, 0);
  assert_int_equal(from(r, CDB(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8), 8), GOOD);
  REPLY(r, 0, 6, 4, 0x10, 0, 2, 0, 0);
  assert_int_equal(from(r, CDB(0x4A, 1, 0, 0, 0x40, 0, 0, 0, 8), 8), GOOD);
  REPLY(r, 0, 2, 0x80, 0x10);
  assert_int_equal(from(r, CDB(0x4A, 0, 0, 0, 0x10, 0, 0, 0, 8), 8), SENSE(5, 0x24, 0));
}

/* One reply with every allocation length: the same bytes, cut; the residual exact. `at` is the
 * offset of the length in the CDB, 1 or 2 bytes wide. */
static void sweep(struct rig *r, const uint8_t cdb[16], unsigned at, unsigned width) {
  uint8_t whole[4096], request[16];
  memcpy(request, cdb, 16);
  request[at] = (uint8_t)(width == 2 ? 0x08 : 0xFF);
  assert_int_equal(from(r, request, sizeof r->data), GOOD);
  unsigned full = r->got;
  assert_true(full > 0 && full < (width == 2 ? 0x800u : 0xFFu));
  memcpy(whole, r->data, full);
  for (unsigned length = 0; length <= full + 4; length++) {
    unsigned expected = length < full ? length : full;
    request[at] = (uint8_t)(width == 2 ? length >> 8 : length);
    if (width == 2) request[at + 1] = (uint8_t)length;
    for (unsigned spare = 0; spare <= 16; spare += 16) {
      assert_int_equal(from(r, request, length + spare), GOOD);
      assert_int_equal(r->got, expected);
      assert_int_equal(r->c.residual, length + spare - expected);
      assert_memory_equal(r->data, whole, expected);
      assert_int_equal(r->data[expected], 0xEE); /* nothing behind was touched */
    }
  }
}

static void every_length(void **state) {
  struct rig *r = *state;
  burn_track(r, 0x41, 0xC0, 0, 300);
  assert_int_equal(close_session(r), GOOD);
  burn_track(r, 0x41, 0xC0, 11702, 300);
  sweep(r, CDB(0x03), 4, 1);
  sweep(r, CDB(0x12), 4, 1);
  for (uint8_t format = 0; format < 6; format++)
    sweep(r, CDB(0x43, 0, format), 7, 2);
  for (uint8_t type = 0; type < 3; type++)
    sweep(r, CDB(0x46, type), 7, 2);
  sweep(r, CDB(0x4A, 1, 0, 0, 0x10), 7, 2);
  sweep(r, CDB(0x4A, 1, 0, 0, 0x02), 7, 2);
  sweep(r, CDB(0x51), 7, 2);
  sweep(r, CDB(0x52, 1, 0, 0, 0, 0xFF), 7, 2);
  sweep(r, CDB(0x52, 1, 0, 0, 0, 1), 7, 2);
  for (uint8_t control = 0; control < 3; control++) {
    sweep(r, CDB(0x5A, 8, (uint8_t)(control << 6 | 0x01)), 7, 2);
    sweep(r, CDB(0x5A, 8, (uint8_t)(control << 6 | 0x05)), 7, 2);
    sweep(r, CDB(0x5A, 8, (uint8_t)(control << 6 | 0x2A)), 7, 2);
    sweep(r, CDB(0x5A, 8, (uint8_t)(control << 6 | 0x3F)), 7, 2);
  }
  for (uint8_t control = 0; control < 3; control++) {
    sweep(r, CDB(0x5A, 8, (uint8_t)(control << 6 | 0x08)), 7, 2);
    sweep(r, CDB(0x1A, 8, (uint8_t)(control << 6 | 0x05)), 4, 1);
    sweep(r, CDB(0x1A, 8, (uint8_t)(control << 6 | 0x3F)), 4, 1);
  }
  sweep(r, CDB(0x42), 7, 2);
  for (uint8_t format = 1; format < 4; format++)
    sweep(r, CDB(0x42, 0, 0x40, format, 0, 0, 1), 7, 2);
  sweep(r, CDB(0x3C, 3), 7, 2);
  sweep(r, CDB(0x5C), 7, 2);
  sweep(r, CDB(0xBD), 8, 2);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
  const struct CMUnitTest tests[] = {
      TEST(inquiry),      TEST(request_sense), TEST(disc_information), TEST(track_information),
      TEST(toc_pma_atip), TEST(configuration), TEST(mode_pages),       TEST(speeds),
      TEST(small_ones),   TEST(every_length),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
