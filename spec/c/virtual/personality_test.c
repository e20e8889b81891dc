/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each personality shows the behaviour that its source describes (reference 8.3, 6), and only
 * there does it differ from "strict". */
#include "support.h"

static const uint8_t *const rdi = (const uint8_t[16]){0x51, 0, 0, 0, 0, 0, 0, 0, 34};
static const uint8_t *const page_2a = (const uint8_t[16]){0x5A, 8, 0x2A, 0, 0, 0, 0, 1, 0};

static unsigned ready(struct rig *r) {
  return no_data(r, CDB(0x00));
}

static void pioneer(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?personality=pioneer&medium=cd-rw");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 200, 0), GOOD);
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(from(&r, rdi, 34), SENSE(2, 4, 7)); /* until all is on the disc */
  assert_int_equal(track_info(&r, 0xFF), SENSE(2, 4, 7));
  assert_int_equal(close_session(&r), SENSE(5, 0x72, 3));
  assert_int_equal(no_data(&r, CDB(0x35, 2)), GOOD);
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(from(&r, rdi, 34), SENSE(2, 4, 7));
  assert_int_equal(r.c.sense[15], 0x80);
  redbook_transport_sleep_us(r.t, 5000000);
  assert_int_equal(nwa(&r), 452); /* padded to 300 */
  assert_payload(&r, 199, 0);
  assert_silence(&r, 200);
  assert_silence(&r, 299);

  /* 1.25 MB of buffer; what does not fit is 2/04/08 and is not taken. */
  assert_int_equal(from(&r, CDB(0x5C, 0, 0, 0, 0, 0, 0, 0, 12), 12), GOOD);
  REPLY(&r, 0, 10, 0, 0, 0, 0x13, 0x18, 0, 0, 0x13, 0x18, 0);
  assert_int_equal(no_data(&r, CDB(0xBB, 0, 0xFF, 0xFF, 0x02, 0xC2)), GOOD); /* 4x */
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 452, 520, 0), GOOD);
  uint8_t *data = calloc(26, SECTOR);
  assert_int_equal(write_cdb(&r, 972, 26, data), SENSE(2, 4, 8));
  assert_int_equal(r.c.sense[15], 0);
  redbook_transport_sleep_us(r.t, 100000); /* 30 sectors at 300 a second */
  assert_int_equal(write_cdb(&r, 972, 26, data), GOOD);
  free(data);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(no_data(&r, CDB(0x5B, 1, 2)), GOOD);
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(from(&r, rdi, 34), SENSE(2, 4, 7));
  redbook_transport_sleep_us(r.t, 90000000);
  assert_int_equal(from(&r, rdi, 34), GOOD);
  assert_int_equal(r.data[2], 0x1E);
  /* BLANK shows in all three. */
  assert_int_equal(no_data(&r, CDB(0xA1, 0x11)), GOOD);
  assert_int_equal(ready(&r), SENSE(2, 4, 7));
  assert_int_equal(from(&r, rdi, 34), SENSE(2, 4, 7));
  assert_int_equal(track_info(&r, 1), SENSE(2, 4, 7));
  redbook_transport_sleep_us(r.t, 60000000);
  assert_int_equal(ready(&r), GOOD);
  rig_remove(&r);
}

static void lg(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?personality=lg");
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 1)), SENSE(5, 0x2C, 0));
  assert_int_equal(no_data(&r, CDB(0x5B, 0, 1, 0, 0, 2)), SENSE(5, 0x2C, 0));
  assert_int_equal(nwa(&r), 452);
  assert_int_equal(close_session(&r), GOOD);
  rig_remove(&r);
}

static void nwa_150(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?personality=nwa-150");
  assert_int_equal(track_info(&r, 0xFF), GOOD);
  REPLY(&r, 0, 34, 1, 1, 0, 7, 0x4F, 1, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x6A, 0, 5, 0x7D, 0xA7, 0,
        0, 0, 0, 0, 5, 0x7D, 0xA7, 0, 0, 0, 0, 0, 0, 0, 0);
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, -150, 1, 0), SENSE(5, 0x21, 2));
  burn_track(&r, 0x41, 0, 0, 300);
  assert_int_equal(nwa(&r), 452); /* of a blank disc only */
  rig_remove(&r);
}

static void mitsumi(void **state) {
  (void)state;
  for (uint8_t immed = 0; immed < 2; immed++) {
    struct rig r;
    rig_make(&r, "?personality=mitsumi");
    burn_track(&r, 0x41, 0, 0, 300);
    assert_int_equal(no_data(&r, CDB(0x5B, immed, 2)), SENSE(6, 0x2E, 0));
    assert_int_equal(r.c.duration_us, 500);
    assert_int_equal(ready(&r), SENSE(2, 4, 7));
    redbook_transport_sleep_us(r.t, 11700000);
    assert_int_equal(ready(&r), SENSE(2, 4, 7));
    redbook_transport_sleep_us(r.t, 100000);
    assert_int_equal(ready(&r), GOOD);
    assert_int_equal(from(&r, rdi, 34), GOOD);
    assert_int_equal(r.data[2], 0x0E);
    assert_int_equal(close_session(&r), SENSE(5, 0x30, 5));
    rig_remove(&r);
  }
}

static void slow(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?personality=slow");
  assert_int_equal(select05(&r, 0x01, 0), GOOD); /* no BUFE: its own pause is no underrun */
  assert_int_equal(write_run(&r, 0, 26, 0), GOOD);
  assert_int_equal(r.c.duration_us, 15000500);
  assert_int_equal(write_run(&r, 26, 208, 0), GOOD);
  assert_int_equal(r.c.duration_us, 500);
  assert_int_equal(write_run(&r, 234, 26, 0), GOOD); /* the tenth */
  assert_int_equal(r.c.duration_us, 42000500);
  assert_int_equal(write_run(&r, 260, 400, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(select05(&r, 0x01, 0), GOOD);
  assert_int_equal(write_run(&r, 812, 26, 0), GOOD);
  assert_int_equal(r.c.duration_us, 15000500);
  struct redbook_virtual_view view;
  redbook_virtual_look(r.drive, &view);
  assert_int_equal(view.underruns, 0);
  rig_remove(&r);
}

/* 256 KiB are 111 sectors: four WRITEs fit, the fifth does not. */
static void tinybuf(void **state) {
  (void)state;
  struct rig r;
  unsigned refused = 0;
  uint8_t *data = calloc(112, SECTOR);
  rig_make(&r, "?personality=tinybuf");
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_cdb(&r, 0, 112, data), SENSE(5, 0x24, 0)); /* never fits */
  assert_int_equal(write_run(&r, 0, 104, 0), GOOD);
  assert_int_equal(write_cdb(&r, 104, 26, data), SENSE(2, 4, 8));
  for (int lba = 104; lba < 1040;) {
    unsigned sense = write_cdb(&r, lba, 26, data);
    assert_true(sense == GOOD || sense == SENSE(2, 4, 8));
    lba += sense ? 0 : 26;
    refused += sense != 0;
    redbook_transport_sleep_us(r.t, 10000);
  }
  assert_in_range(refused, 30, 100);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_int_equal(nwa(&r), 1192);
  free(data);
  rig_remove(&r);
}

static void deferred(void **state) {
  (void)state;
  for (unsigned by_sync = 0; by_sync < 2; by_sync++) {
    struct rig r;
    rig_make(&r, "?personality=deferred");
    burn_track(&r, 0x41, 0, 0, 300);
    assert_int_equal(select05(&r, 0x41, 0), GOOD);
    assert_int_equal(write_run(&r, 452, 156, 0), GOOD); /* 600 is in the last of these */
    assert_int_equal(by_sync ? sync_cache(&r) : write_run(&r, 608, 26, 0), SENSE(3, 0x0C, 0));
    assert_int_equal(r.c.sense[0], 0xF1); /* deferred, information valid */
    assert_int_equal(be32(r.c.sense + 3), 600);
    assert_int_equal(write_run(&r, 608, 26, 0), SENSE(5, 0x2C, 0));
    assert_int_equal(r.c.sense[0], 0x70);
    assert_int_equal(sync_cache(&r), GOOD);
    assert_int_equal(track_info(&r, 2), GOOD);
    assert_int_equal(r.data[5], 0x20);
    assert_payload(&r, 299, 0);
    rig_remove(&r);
  }
}

static void early_ready(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?personality=early-ready&ready=2");
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(from(&r, rdi, 34), SENSE(2, 4, 1));
  assert_int_equal(from(&r, CDB(0x46, 0, 0, 0, 0, 0, 0, 0, 8), 8), GOOD);
  assert_int_equal(r.data[7], 0);
  redbook_transport_sleep_us(r.t, 2000000);
  assert_int_equal(from(&r, rdi, 34), SENSE(6, 0x28, 0));
  assert_int_equal(from(&r, rdi, 34), GOOD);
  /* START with Immed: again for a second; without it waits. */
  assert_int_equal(no_data(&r, CDB(0x1B, 1, 0, 0, 1)), GOOD);
  assert_int_equal(ready(&r), GOOD);
  assert_int_equal(from(&r, rdi, 34), SENSE(2, 4, 1));
  assert_int_equal(no_data(&r, CDB(0x1B, 0, 0, 0, 1)), GOOD);
  assert_int_equal(from(&r, rdi, 34), GOOD);
  rig_remove(&r);
}

static void block_descriptors(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?personality=bdesc");
  assert_int_equal(from(&r, CDB(0x5A, 8, 0x01, 0, 0, 0, 0, 1, 0), 256), GOOD);
  assert_int_equal(r.got, 28);
  static const uint8_t head[] = {0, 26, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 8, 0, 0x01, 0x0A};
  assert_memory_equal(r.data, head, sizeof head);
  assert_int_equal(from(&r, page_2a, 256), GOOD);
  assert_int_equal(r.got, 80);
  assert_int_equal(r.data[16], 0x2A);
  rig_remove(&r);
}

static void short_pages(void **state) {
  (void)state;
  static const struct {
    const char *query;
    unsigned length;
  } rows[] = {{"?personality=short-2a", 0x14}, {"?personality=short-2a-12", 0x12}};
  for (unsigned i = 0; i < 2; i++) {
    struct rig r;
    rig_make(&r, rows[i].query);
    for (uint8_t control = 0; control < 3; control++) {
      assert_int_equal(
          from(&r, CDB(0x5A, 8, (uint8_t)(control << 6 | 0x2A), 0, 0, 0, 0, 1, 0), 256), GOOD);
      assert_int_equal(r.got, 10 + rows[i].length);
      assert_int_equal(r.data[1], 8 + rows[i].length);
      assert_int_equal(r.data[8], 0x2A);
      assert_int_equal(r.data[9], rows[i].length);
    }
    assert_int_equal(from(&r, page_2a, 256), GOOD);
    assert_int_equal(r.data[8 + 18] << 8 | r.data[8 + 19], 9173);
    assert_int_equal(from(&r, CDB(0x5A, 8, 0x3F, 0, 0, 0, 0, 1, 0), 256), GOOD);
    assert_int_equal(r.data[r.got - 2 - rows[i].length], 0x2A); /* the last of all pages */
    rig_remove(&r);
  }
}

static void without(void **state) {
  (void)state;
  static const struct {
    const char *query;
    uint8_t cdb[16];
    unsigned sense;
  } rows[] = {
      {"?personality=no-getconfig", {0x46, 0, 0, 0, 0, 0, 0, 0, 8}, SENSE(5, 0x20, 0)},
      {"?personality=no-getconfig", {0x46, 2, 0, 0x2D, 0, 0, 0, 0, 8}, SENSE(5, 0x20, 0)},
      {"?personality=no-getconfig", {0x43, 0, 4, 0, 0, 0, 0, 0, 8}, GOOD},
      {"?personality=no-atip", {0x43, 0, 4, 0, 0, 0, 0, 0, 8}, SENSE(5, 0x24, 0)},
      {"?personality=no-atip", {0x46, 0, 0, 0, 0, 0, 0, 0, 8}, GOOD},
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct rig r;
    rig_make(&r, rows[i].query);
    assert_int_equal(from(&r, rows[i].cdb, 8), rows[i].sense);
    rig_remove(&r);
  }
}

/* Strict, with a twentieth of the delays: 0.4 s of start, 0.25 s of OPC, a twentieth of 11.7263
 * s to close. */
static void brisk(void **state) {
  (void)state;
  struct rig r;
  rig_make(&r, "?personality=brisk");
  assert_int_equal(no_data(&r, CDB(0x54, 1)), GOOD);
  assert_int_equal(r.c.duration_us, 250500);
  assert_int_equal(select05(&r, 0x41, 0), GOOD);
  assert_int_equal(write_run(&r, 0, 26, 0), GOOD);
  assert_int_equal(r.c.duration_us, 400500);
  assert_int_equal(write_run(&r, 26, 274, 0), GOOD);
  assert_int_equal(sync_cache(&r), GOOD);
  assert_in_range(r.c.duration_us, 150500 + 181635, 150500 + 181650); /* 300 sectors inside */
  assert_int_equal(close_session(&r), GOOD);
  assert_in_range(r.c.duration_us, 586800, 586830);
  rig_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pioneer),
      cmocka_unit_test(lg),
      cmocka_unit_test(nwa_150),
      cmocka_unit_test(mitsumi),
      cmocka_unit_test(slow),
      cmocka_unit_test(tinybuf),
      cmocka_unit_test(deferred),
      cmocka_unit_test(early_ready),
      cmocka_unit_test(block_descriptors),
      cmocka_unit_test(short_pages),
      cmocka_unit_test(without),
      cmocka_unit_test(brisk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
