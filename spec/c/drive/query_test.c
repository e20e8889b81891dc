/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to the drive and about the disc: bytes asked, fields answered, codes. */
#include "drive/scripted.h"

#define INQUIRY "12 00 00 00 24 00"
#define CONFIG_8 "46 00 00 00 00 00 00 00 08 00"

static struct scripted s;
static struct redbook_error err;

static struct redbook_drive begin(const struct step *steps) {
  redbook_error_clear(&err);
  return scripted_begin(&s, steps);
}

static void inquiry(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = INQUIRY, .sense = SENSE(6, 0x29, 0)},
      {.cdb = INQUIRY,
       .reply = "05 80 05 32 1f 00 00 00 50 49 4f 4e 45 45 52 20 44 56 44 2d 52 57 20 20 44 56 "
                "52 2d 31 31 31 44 31 2e 32 39"},
      {.cdb = INQUIRY, .reply = "05 80 05 32"},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_inquiry out;
  assert_true(redbook_drive_inquiry(&drive, &out, &err));
  assert_int_equal(out.device_type, 5);
  assert_true(out.removable);
  assert_string_equal(out.vendor, "PIONEER");
  assert_string_equal(out.product, "DVD-RW  DVR-111D");
  assert_string_equal(out.revision, "1.29");
  assert_false(redbook_drive_inquiry(&drive, &out, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  scripted_finish(&s);
}

/* Profile list with CD-R current, CD TAO current, CD mastering not current. */
#define CONFIG                                                                           \
  "00 00 00 28 00 00 00 09 00 00 03 08 00 09 01 00 00 0a 00 00 00 2d 09 04 4f 00 01 01 " \
  "00 2e 08 04 7f 00 0c b8 01 05 00 00"

static void whole_configuration(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = CONFIG_8, .reply = CONFIG},
                               {.cdb = "46 00 00 00 00 00 00 00 2c 00", .reply = CONFIG},
                               {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  uint8_t expected[64];
  size_t n = scripted_hex(CONFIG, expected, sizeof expected);
  uint8_t *data;
  size_t length;
  assert_true(redbook_drive_get_configuration(&drive, 0, 0, &data, &length, &err));
  assert_int_equal(n, 40);
  assert_int_equal(length, 40);
  assert_memory_equal(data, expected, 40);
  free(data);
  scripted_finish(&s);
}

static void configuration_fails(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = CONFIG_8, .sense = SENSE(5, 0x20, 0)},
                               {.cdb = CONFIG_8, .reply = "00 00 00"},
                               {.cdb = CONFIG_8, .reply = CONFIG},
                               {.cdb = "46 00 00 00 00 00 00 00 2c 00", .host = 1},
                               {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  uint8_t *data;
  size_t length;
  assert_false(redbook_drive_get_configuration(&drive, 0, 0, &data, &length, &err));
  assert_int_equal(err.code, 0xC0AA020C);
  assert_false(redbook_drive_get_configuration(&drive, 0, 0, &data, &length, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  assert_false(redbook_drive_get_configuration(&drive, 0, 0, &data, &length, &err));
  assert_int_equal(err.code, 0x80070037);
  scripted_finish(&s);
}

static void profile(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = CONFIG_8, .reply = "00 00 00 04 00 00 00 0a"},
                               {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  uint16_t out;
  assert_true(redbook_drive_current_profile(&drive, &out, &err));
  assert_int_equal(out, 0x000A);
  scripted_finish(&s);
}

#define SENSE_2A "5a 00 2a 00 00 00 00 01 11 00"
#define MMC1_PAGE(writes)                          \
  "00 1a 00 00 00 00 00 00 2a 12 03 " writes       \
  " 00 00 00 00 1b 90 00 00 08 00 1b 90 00 00 0b " \
  "06"
#define WRITER_OF_MMC1 MMC1_PAGE("07")
#define READER_OF_MMC1 MMC1_PAGE("00")
#define FEATURE_2D(length) "46 02 00 2d 00 00 00 00 " length " 00"

static void features(void **state) {
  (void)state;
  const char *current = "00 00 00 0c 00 00 00 09 00 2d 09 04 4f 00 01 01";
  const char *not_current = "00 00 00 0c 00 00 00 00 00 2d 08 04 4f 00 01 01";
  const char *none = "00 00 00 04 00 00 00 09";
  const struct step steps[] = {
      {.cdb = FEATURE_2D("08"), .reply = current},
      {.cdb = FEATURE_2D("10"), .reply = current},
      {.cdb = FEATURE_2D("08"), .reply = not_current},
      {.cdb = FEATURE_2D("10"), .reply = not_current},
      {.cdb = FEATURE_2D("08"), .reply = none},
      {.cdb = FEATURE_2D("08"), .reply = none},
      {.cdb = FEATURE_2D("08"), .sense = SENSE(5, 0x24, 0)},
      {.cdb = CONFIG_8, .reply = CONFIG},
      {.cdb = "46 00 00 00 00 00 00 00 2c 00", .reply = CONFIG},
      {.cdb = FEATURE_2D("08"), .sense = SENSE(5, 0x20, 0)},
      {.cdb = SENSE_2A, .reply = WRITER_OF_MMC1},
      {.cdb = FEATURE_2D("08"), .sense = SENSE(5, 0x20, 0)},
      {.cdb = SENSE_2A, .reply = READER_OF_MMC1},
      {.cdb = "46 02 00 37 00 00 00 00 08 00", .sense = SENSE(5, 0x20, 0)},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  bool present, is_current;
  assert_true(redbook_drive_feature(&drive, 0x2D, &present, &is_current, &err));
  assert_true(present && is_current);
  assert_true(redbook_drive_feature(&drive, 0x2D, &present, &is_current, &err));
  assert_true(present && !is_current);
  assert_true(redbook_drive_feature(&drive, 0x2D, &present, &is_current, &err));
  assert_int_equal(err.code, REDBOOK_S_OK);
  assert_false(present || is_current);
  assert_true(redbook_drive_feature(&drive, 0x2D, &present, &is_current, &err));
  assert_true(present && is_current);
  assert_int_equal(err.code, REDBOOK_S_OK);
  /* Without GET CONFIGURATION page 2Ah knows who writes, and no more. */
  assert_true(redbook_drive_feature(&drive, 0x2D, &present, &is_current, &err));
  assert_true(present && is_current);
  assert_int_equal(err.code, REDBOOK_S_OK);
  assert_false(redbook_drive_feature(&drive, 0x2D, &present, &is_current, &err));
  assert_false(present || is_current);
  assert_int_equal(err.code, 0xC0AA020C);
  redbook_error_clear(&err);
  assert_false(redbook_drive_feature(&drive, 0x37, &present, &is_current, &err));
  assert_int_equal(err.code, 0xC0AA020C);
  scripted_finish(&s);
}

#define SENSE_01 "5a 00 01 00 00 00 00 01 11 00"

static void mode_page(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = SENSE_01, .reply = "00 12 00 00 00 00 00 00 01 0a c0 20 00 00 00 00 00 00 00 00"},
      {.cdb = SENSE_01,
       .reply = "00 1a 00 00 00 00 00 08 00 00 00 00 00 00 08 00 01 0a c0 20 00 00 00 00 00 00 "
                "00 00"},
      {.cdb = "5a 00 c1 00 00 00 00 01 11 00", .sense = SENSE(5, 0x39, 0)},
      {.cdb = SENSE_01, .sense = SENSE(5, 0x24, 0)},
      {.cdb = SENSE_01, .reply = "00 12 00 00 00 00 00 00 05 0a c0 20 00 00 00 00 00 00 00 00"},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  const uint8_t expected[12] = {0x01, 0x0A, 0xC0, 0x20};
  uint8_t page[257];
  size_t length;
  for (int i = 0; i < 2; i++) {
    memset(page, 0xEE, sizeof page);
    assert_true(redbook_drive_mode_page(&drive, 1, REDBOOK_PAGE_CURRENT, page, sizeof page,
                                        &length, &err));
    assert_int_equal(length, 12);
    assert_memory_equal(page, expected, 12);
  }
  assert_false(
      redbook_drive_mode_page(&drive, 1, REDBOOK_PAGE_SAVED, page, sizeof page, &length, &err));
  assert_int_equal(err.code, 0xC0AA0201);
  redbook_error_clear(&err);
  assert_false(redbook_drive_mode_page(&drive, 1, REDBOOK_PAGE_CURRENT, page, sizeof page,
                                       &length, &err));
  assert_int_equal(err.code, 0xC0AA0201);
  assert_false(redbook_drive_mode_page(&drive, 1, REDBOOK_PAGE_CURRENT, page, sizeof page,
                                       &length, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  scripted_finish(&s);
}

static void disc_information(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = RDI, .reply = BLANK_80},
      {.cdb = RDI,
       .reply = "00 20 15 01 02 03 05 00 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a"},
      {.cdb = RDI, .reply = "00 20 00"},
      {.cdb = RDI, .sense = SENSE(2, 0x3A, 1)},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_disc_information out;
  assert_true(redbook_drive_disc_information(&drive, &out, &err));
  assert_false(out.erasable);
  assert_int_equal(out.disc_status, REDBOOK_STATUS_BLANK);
  assert_int_equal(out.session_status, REDBOOK_SESSION_EMPTY);
  assert_int_equal(out.first_track, 1);
  assert_int_equal(out.sessions, 1);
  assert_int_equal(out.first_track_in_last, 1);
  assert_int_equal(out.last_track_in_last, 1);
  assert_true(out.has_lead_out_limit);
  assert_int_equal(out.lead_out_limit, 359849);
  assert_true(redbook_drive_disc_information(&drive, &out, &err));
  assert_true(out.erasable);
  assert_int_equal(out.disc_status, REDBOOK_STATUS_APPENDABLE);
  assert_int_equal(out.session_status, REDBOOK_SESSION_INCOMPLETE);
  assert_int_equal(out.sessions, 2);
  assert_int_equal(out.first_track_in_last, 3);
  assert_int_equal(out.last_track_in_last, 5);
  assert_false(redbook_drive_disc_information(&drive, &out, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  assert_false(redbook_drive_disc_information(&drive, &out, &err));
  assert_int_equal(err.code, 0xC0AA0202);
  scripted_finish(&s);
}

static void track_information(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = RTI_FF,
       .reply = "00 22 02 01 00 24 40 01 00 00 01 c4 00 00 01 c4 00 05 7a 00 00 00 00 00 00 00 "
                "00 00 00 00 00 00 00 00 00 00"},
      {.cdb = "52 00 ff ff ff 6a 00 00 24 00", .sense = SENSE(5, 0x24, 0)},
      {.cdb = "52 02 00 00 00 01 00 00 24 00", .reply = "00 22 02 01"},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_track_information out;
  assert_true(redbook_drive_track_information(&drive, REDBOOK_BY_TRACK, 0xFF, &out, &err));
  assert_int_equal(out.track, 2);
  assert_int_equal(out.session, 1);
  assert_true(out.damaged && out.blank && out.next_writable_valid);
  assert_false(out.copy || out.reserved || out.packet || out.fixed_packet);
  assert_int_equal(out.control, 4);
  assert_int_equal(out.data_mode, 0);
  assert_int_equal(out.start, 452);
  assert_int_equal(out.next_writable, 452);
  assert_int_equal(out.free_blocks, 358912);
  assert_int_equal(out.size, 0);
  assert_false(
      redbook_drive_track_information(&drive, REDBOOK_BY_LBA, (uint32_t)-150, &out, &err));
  assert_int_equal(err.code, 0x80004005);
  assert_false(redbook_drive_track_information(&drive, REDBOOK_BY_SESSION, 1, &out, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  scripted_finish(&s);
}

#define TOC "43 00 00 00 00 00 00 03 24 00"
#define ATIP "43 00 04 00 00 00 00 00 20 00"

static void toc(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = TOC,
       .reply = "00 1a 01 02 00 10 01 00 00 00 00 00 00 12 02 00 00 00 01 c4 00 10 aa 00 00 00 "
                "03 ba"},
      {.cdb = TOC, .sense = SENSE(5, 0x24, 0)},
      {.cdb = TOC, .sense = SENSE(3, 0x57, 0)},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_toc out;
  assert_true(redbook_drive_toc(&drive, &out, &err));
  assert_int_equal(out.first, 1);
  assert_int_equal(out.last, 2);
  assert_int_equal(out.count, 3);
  assert_int_equal(out.entries[0].track, 1);
  assert_int_equal(out.entries[0].start, 0);
  assert_int_equal(out.entries[0].adr, 1);
  assert_int_equal(out.entries[0].control, 0);
  assert_int_equal(out.entries[1].track, 2);
  assert_int_equal(out.entries[1].start, 452);
  assert_int_equal(out.entries[1].control, 2);
  assert_int_equal(out.entries[2].track, 0xAA);
  assert_int_equal(out.entries[2].start, 954);
  assert_false(redbook_drive_toc(&drive, &out, &err));
  assert_int_equal(err.code, 0xC0AA0505);
  redbook_error_clear(&err);
  assert_false(redbook_drive_toc(&drive, &out, &err));
  assert_int_equal(err.code, 0xC0AA0505);
  scripted_finish(&s);
}

static void atip(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = ATIP,
       .reply = "00 1a 00 00 c4 00 40 00 61 1a 41 00 4f 3b 4a 00 00 00 00 00 00 00 00 00 00 00 "
                "00 00"},
      {.cdb = ATIP, .sense = SENSE(5, 0x24, 0)},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  struct redbook_atip out;
  assert_true(redbook_drive_atip(&drive, &out, &err));
  assert_true(out.rewritable);
  assert_int_equal(out.lead_in, -11635);
  assert_int_equal(out.lead_out_limit, 359849);
  assert_false(redbook_drive_atip(&drive, &out, &err));
  assert_int_equal(err.code, 0x80004005);
  scripted_finish(&s);
}

static void buffer_capacity(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = "5c 00 00 00 00 00 00 00 0c 00", .reply = "00 0a 00 00 00 13 18 00 00 02 02 00"},
      {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  uint32_t total, available;
  assert_true(redbook_drive_buffer_capacity(&drive, &total, &available, &err));
  assert_int_equal(total, 1251328);
  assert_int_equal(available, 131584);
  scripted_finish(&s);
}

/* Retries that hold for every question. */
static void asks_again(void **state) {
  (void)state;
  const char *reply = "00 0a 00 00 00 13 18 00 00 02 02 00";
  const char *cdb = "5c 00 00 00 00 00 00 00 0c 00";
  const struct step steps[] = {{.cdb = cdb, .sense = SENSE(6, 0x28, 0), .times = 4},
                               {.cdb = cdb, .sense = SENSE(0xB, 0x08, 3)},
                               {.cdb = cdb, .reply = reply},
                               {.cdb = cdb, .sense = SENSE(5, 0x55, 0)},
                               {.cdb = cdb, .reply = reply},
                               {.cdb = cdb, .sense = SENSE(6, 0x28, 0), .times = 5},
                               {.cdb = cdb, .sense = SENSE(0xB, 0x08, 3), .times = 2},
                               {.cdb = NULL}};
  struct redbook_drive drive = begin(steps);
  uint32_t total, available;
  assert_true(redbook_drive_buffer_capacity(&drive, &total, &available, &err));
  assert_int_equal(s.slept_us, 0);
  assert_true(redbook_drive_buffer_capacity(&drive, &total, &available, &err));
  assert_int_equal(s.slept_us, 1000000);
  assert_false(redbook_drive_buffer_capacity(&drive, &total, &available, &err));
  assert_int_equal(err.code, 0xC0AA0205);
  assert_false(redbook_drive_buffer_capacity(&drive, &total, &available, &err));
  assert_int_equal(err.code, 0x80004005);
  scripted_finish(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(inquiry),
      cmocka_unit_test(whole_configuration),
      cmocka_unit_test(configuration_fails),
      cmocka_unit_test(profile),
      cmocka_unit_test(features),
      cmocka_unit_test(mode_page),
      cmocka_unit_test(disc_information),
      cmocka_unit_test(track_information),
      cmocka_unit_test(toc),
      cmocka_unit_test(atip),
      cmocka_unit_test(buffer_capacity),
      cmocka_unit_test(asks_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
