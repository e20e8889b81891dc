/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDiscRecorder2Ex's replies, byte for byte, on scripted drives. */
#include "drive/pages.h"

#include "drive/recorder_script.h"

static struct redbook_error err;
static uint8_t data[REDBOOK_REPLY_MOST];
static size_t length;

static void bytes_are(const char *hex) {
  static uint8_t want[4096];
  size_t n = scripted_hex(hex, want, sizeof want);
  assert_int_equal(length, n);
  assert_memory_equal(data, want, n);
}

static int begin(void **state) {
  (void)state;
  memset(data, 0xEE, sizeof data);
  length = 0;
  redbook_error_clear(&err);
  return 0;
}

/* OPC entries behind the 34 bytes make a longer reply: it is asked for again, whole. */
static void disc_information(void **state) {
  (void)state;
  const char *longer =
      "00 28 00 01 01 01 01 00 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 00 00 00 "
      "00 00 00 00 01 00 b0 01 02 03 04 05 06";
  const struct step steps[] = {{.cdb = RDI, .reply = BLANK_80},
                               {.cdb = RDI, .reply = longer},
                               {.cdb = "51 00 00 00 00 00 00 00 2a 00", .reply = longer},
                               {.cdb = RDI, .reply = "00 20 00"},
                               {.cdb = RDI, .reply = "00"},
                               {.cdb = RDI, .sense = SENSE(2, 0x3A, 1)},
                               {.cdb = NULL}};
  static const uint32_t codes[] = {0xC0AA02FF, 0xC0AA02FF, 0xC0AA0202};
  struct redbook_recorder *r = script_recorder(steps);
  assert_true(redbook_recorder_disc_information(r, data, &length, &err));
  bytes_are(BLANK_80);
  assert_true(redbook_recorder_disc_information(r, data, &length, &err));
  bytes_are(longer);
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    assert_false(redbook_recorder_disc_information(r, data, &length, &err));
    assert_int_equal(err.code, codes[i]);
  }
  script_end(r);
}

/* A length field that promises more than it gives, a reply that changes, and the longest one
 * that can be asked for. */
static void lying_lengths(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = RDI, .reply = "ff ff"},
                               {.cdb = "51 00 00 00 00 00 00 ff fe 00", .reply = "ff ff"},
                               {.cdb = RDI, .reply = "00 30"},
                               {.cdb = "51 00 00 00 00 00 00 00 32 00", .reply = "00 40"},
                               {.cdb = RDI, .zeros = true},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  for (int i = 0; i < 3; i++) {
    assert_false(redbook_recorder_disc_information(r, data, &length, &err));
    assert_int_equal(err.code, 0xC0AA02FF);
  }
  script_end(r);
}

static void track_information(void **state) {
  (void)state;
  const char *reply =
      "00 22 01 01 00 07 4f 01 00 00 00 00 00 00 00 00 00 05 7d a7 00 00 00 00 00 05 7d a7 00 "
      "00 00 00 00 00 00 00";
  const struct step steps[] = {
      {.cdb = RTI_FF, .reply = reply},
      {.cdb = "52 00 ff ff ff 6a 00 00 24 00", .reply = reply},
      {.cdb = "52 02 00 00 00 02 00 00 24 00", .sense = SENSE(5, 0x24, 0)},
      {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  assert_true(
      redbook_recorder_track_information(r, REDBOOK_BY_TRACK, 0xFF, data, &length, &err));
  bytes_are(reply);
  assert_true(redbook_recorder_track_information(r, REDBOOK_BY_LBA, (uint32_t)-150, data,
                                                 &length, &err));
  assert_false(
      redbook_recorder_track_information(r, REDBOOK_BY_SESSION, 2, data, &length, &err));
  assert_int_equal(err.code, 0x80004005);
  script_end(r);
}

#define STRUCTURE(n) "ad 00 00 00 00 07 01 0e 00 " n " 80 00"

static void read_structure(void **state) {
  (void)state;
  const struct redbook_structure what = {.format = 0x0E, .layer = 1, .agid = 2, .address = 7};
  const struct step steps[] = {{.cdb = STRUCTURE("04"), .reply = "00 06 00 00"},
                               {.cdb = STRUCTURE("08"), .reply = "00 06 00 00 de ad be ef"},
                               {.cdb = STRUCTURE("04"), .reply = "00 02 00 00"},
                               {.cdb = STRUCTURE("04"), .sense = SENSE(5, 0x30, 2)},
                               {.cdb = STRUCTURE("04"), .sense = SENSE(5, 0x24, 0)},
                               {.cdb = STRUCTURE("04"), .sense = SENSE(5, 0x6F, 4)},
                               {.cdb = STRUCTURE("04"), .sense = SENSE(5, 0x20, 0)},
                               {.cdb = STRUCTURE("04"), .sense = SENSE(2, 0x3A, 0)},
                               {.cdb = NULL}};
  static const uint32_t codes[] = {0xC0AA020E, 0xC0AA020E, 0xC0AA020E, 0xC0AA020A, 0xC0AA0202};
  struct redbook_recorder *r = script_recorder(steps);
  assert_true(redbook_recorder_dvd_structure(r, &what, data, &length, &err));
  bytes_are("de ad be ef");
  assert_true(redbook_recorder_dvd_structure(r, &what, data, &length, &err));
  assert_int_equal(length, 0);
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    assert_false(redbook_recorder_dvd_structure(r, &what, data, &length, &err));
    assert_int_equal(err.code, codes[i]);
  }
  script_end(r);
}

static void send_structure(void **state) {
  (void)state;
  static const uint8_t list[] = {0, 5, 0, 0, 'a', 'b', 'c'};
  const struct step steps[] = {
      {.cdb = PREVENT},
      {.cdb = "bf 00 00 00 00 00 00 04 00 07 00 00",
       .expected = list,
       .expected_length = sizeof list},
      {.cdb = "bf 00 00 00 00 00 00 04 00 07 00 00", .sense = SENSE(5, 0x20, 0)},
      {.cdb = ALLOW},
      {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  const uint8_t *abc = (const uint8_t *)"abc";
  assert_false(redbook_recorder_send_dvd_structure(r, 4, abc, 3, &err));
  assert_int_equal(err.code, 0x80070005);
  assert_true(redbook_recorder_acquire(r, false, "spec", &err));
  assert_true(redbook_recorder_send_dvd_structure(r, 4, abc, 3, &err));
  assert_false(redbook_recorder_send_dvd_structure(r, 4, abc, 3, &err));
  assert_int_equal(err.code, 0xC0AA020A);
  assert_false(
      redbook_recorder_send_dvd_structure(r, 4, data, REDBOOK_STRUCTURE_MOST + 1, &err));
  assert_int_equal(err.code, 0x80070057);
  assert_true(redbook_recorder_release(r, &err));
  script_end(r);
}

#define CONFIG_HEAD "46 02 00 2d 00 00 00 00 08 00"
#define CONFIG_ALL "46 02 00 2d 00 00 00 00 10 00"

static void feature_page(void **state) {
  (void)state;
  const char *current = "00 00 00 0c 00 00 00 09 00 2d 09 04 4f 00 01 01";
  const char *idle = "00 00 00 0c 00 00 00 00 00 2d 08 04 4f 00 01 01";
  const char *other = "00 00 00 0c 00 00 00 09 00 2e 09 04 4f 00 01 01";
  const struct step steps[] = {{.cdb = CONFIG_HEAD, .reply = current},
                               {.cdb = CONFIG_ALL, .reply = current},
                               {.cdb = CONFIG_HEAD, .reply = idle},
                               {.cdb = CONFIG_ALL, .reply = idle},
                               {.cdb = CONFIG_HEAD, .reply = idle},
                               {.cdb = CONFIG_ALL, .reply = idle},
                               {.cdb = CONFIG_HEAD, .reply = other},
                               {.cdb = CONFIG_ALL, .reply = other},
                               {.cdb = CONFIG_HEAD, .sense = SENSE(5, 0x20, 0)},
                               {.cdb = CONFIG_HEAD, .sense = SENSE(5, 0x24, 0)},
                               {.cdb = "46 00 00 00 00 00 00 00 08 00", .reply = current},
                               {.cdb = "46 00 00 00 00 00 00 00 10 00", .reply = current},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  assert_true(redbook_recorder_feature_page(r, 0x2D, true, data, &length, &err));
  bytes_are("00 2d 09 04 4f 00 01 01");
  assert_true(redbook_recorder_feature_page(r, 0x2D, false, data, &length, &err));
  bytes_are("00 2d 08 04 4f 00 01 01");
  static const uint32_t codes[] = {0xC0AA020B, 0xC0AA020A, 0xC0AA020C};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    assert_false(redbook_recorder_feature_page(r, 0x2D, true, data, &length, &err));
    assert_int_equal(err.code, codes[i]);
  }
  assert_true(redbook_recorder_feature_page(r, 0x2D, true, data, &length, &err));
  script_end(r);
}

#define SENSE_05(control) "5a 00 " control " 00 00 00 00 01 11 00"

static void mode_page(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = SENSE_05("05"),
       .reply = "00 12 00 00 00 00 00 08 00 00 00 00 00 00 08 00 85 02 41 07"},
      {.cdb = SENSE_05("45"), .reply = "00 0a 00 00 00 00 00 00 05 02 7f ff"},
      {.cdb = SENSE_05("c5"), .sense = SENSE(5, 0x39, 0)},
      {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  assert_true(redbook_recorder_mode_page(r, 0x05, REDBOOK_PAGE_CURRENT, data, &length, &err));
  bytes_are("85 02 41 07");
  assert_true(
      redbook_recorder_mode_page(r, 0x05, REDBOOK_PAGE_CHANGEABLE, data, &length, &err));
  bytes_are("05 02 7f ff");
  assert_false(redbook_recorder_mode_page(r, 0x05, REDBOOK_PAGE_SAVED, data, &length, &err));
  assert_int_equal(err.code, 0xC0AA0201);
  assert_string_equal(err.message, "the drive does not save mode page 05h");
  assert_false(redbook_recorder_mode_page(r, 0x3F, REDBOOK_PAGE_CURRENT, data, &length, &err));
  assert_int_equal(err.code, 0x80070057);
  script_end(r);
}

/* PS, which MODE SENSE sets, is reserved in MODE SELECT. */
static void set_mode_page(void **state) {
  (void)state;
  static const uint8_t page[] = {0x85, 0x02, 0x41, 0x07};
  static const uint8_t list[] = {0, 0, 0, 0, 0, 0, 0, 0, 0x05, 0x02, 0x41, 0x07};
  const struct step steps[] = {
      {.cdb = PREVENT},
      {.cdb = "55 10 00 00 00 00 00 00 0c 00",
       .expected = list,
       .expected_length = sizeof list},
      {.cdb = "55 11 00 00 00 00 00 00 0c 00",
       .expected = list,
       .expected_length = sizeof list},
      {.cdb = "55 10 00 00 00 00 00 00 0c 00", .sense = SENSE(5, 0x26, 0)},
      {.cdb = ALLOW},
      {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  assert_false(redbook_recorder_set_mode_page(r, REDBOOK_PAGE_CURRENT, page, 4, &err));
  assert_int_equal(err.code, 0x80070005);
  assert_true(redbook_recorder_acquire(r, false, "spec", &err));
  assert_true(redbook_recorder_set_mode_page(r, REDBOOK_PAGE_CURRENT, page, 4, &err));
  assert_true(redbook_recorder_set_mode_page(r, REDBOOK_PAGE_SAVED, page, 4, &err));
  assert_false(redbook_recorder_set_mode_page(r, REDBOOK_PAGE_CURRENT, page, 4, &err));
  assert_int_equal(err.code, 0xC0AA0208);
  assert_true(redbook_recorder_release(r, &err));
  script_end(r);
}

static void no_page_to_set(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = NULL}};
  static const struct {
    enum redbook_page_control control;
    size_t length;
    const char *data, *message;
  } rows[] = {
      {REDBOOK_PAGE_CHANGEABLE, 4, "\x05\x02zz",
       "only CURRENT_VALUES and SAVED can be set, not request type 1"},
      {REDBOOK_PAGE_DEFAULT, 4, "\x05\x02zz",
       "only CURRENT_VALUES and SAVED can be set, not request type 2"},
      {REDBOOK_PAGE_CURRENT, 0, "", "not one mode page: its head says 2 bytes, 0 are given"},
      {REDBOOK_PAGE_CURRENT, 1, "\x05",
       "not one mode page: its head says 2 bytes, 1 are given"},
      {REDBOOK_PAGE_CURRENT, 3, "\x05\x02z",
       "not one mode page: its head says 4 bytes, 3 are given"},
      {REDBOOK_PAGE_CURRENT, 5, "\x05\x02zzz",
       "not one mode page: its head says 4 bytes, 5 are given"},
      {REDBOOK_PAGE_CURRENT, 4, "\x45\x02zz",
       "45h is no mode page: they are 00h to 3Eh, without subpages"},
      {REDBOOK_PAGE_CURRENT, 4, "\x3f\x02zz",
       "3Fh is no mode page: they are 00h to 3Eh, without subpages"}};
  struct redbook_recorder *r = script_recorder(steps);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_false(redbook_recorder_set_mode_page(
        r, rows[i].control, (const uint8_t *)rows[i].data, rows[i].length, &err));
    assert_int_equal(err.code, 0x80070057);
    assert_string_equal(err.message, rows[i].message);
  }
  script_end(r);
}

#define CORE_HEAD "46 02 00 01 00 00 00 00 08 00"
#define CORE_ALL "46 02 00 01 00 00 00 00 14 00"
#define CORE(bus) "00 00 00 10 00 00 00 00 00 01 0b 08 00 00 00 " bus " 01 00 00 00"

static void adapter_descriptor(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = CORE_HEAD, .reply = CORE("07")},
                               {.cdb = CORE_ALL, .reply = CORE("07")},
                               {.cdb = CORE_HEAD, .reply = CORE("08")},
                               {.cdb = CORE_ALL, .reply = CORE("08")},
                               {.cdb = CORE_HEAD, .sense = SENSE(5, 0x20, 0)},
                               {.cdb = CORE_HEAD, .host = 1},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  assert_true(redbook_recorder_adapter_descriptor(r, data, &length, &err));
  bytes_are(
      "20 00 00 00 20 00 00 00 00 00 02 00 20 00 00 00 03 00 00 00 00 00 00 00 0b 00 00 "
      "00 00 00 00 00");
  script.base.max_transfer = 1280 * 1024;
  script.base.alignment = 512;
  assert_true(redbook_recorder_adapter_descriptor(r, data, &length, &err));
  bytes_are(
      "20 00 00 00 20 00 00 00 00 00 14 00 40 01 00 00 ff 01 00 00 00 00 00 00 07 00 00 "
      "00 00 00 00 00");
  assert_true(redbook_recorder_adapter_descriptor(r, data, &length, &err));
  assert_int_equal(data[24], 0);
  assert_false(redbook_recorder_adapter_descriptor(r, data, &length, &err));
  assert_int_equal(err.code, 0x80070037);
  script_end(r);
}

#define INQUIRY "12 00 00 00 24 00"
#define ACME                                                                                   \
  "05 80 05 32 5b 00 00 00 41 43 4d 45 20 20 20 20 42 55 52 4e 45 52 20 32 30 30 30 20 20 20 " \
  "20 20 31 2e 30 31"

static void device_descriptor(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = INQUIRY, .reply = ACME},
                               {.cdb = CORE_HEAD, .reply = CORE("02")},
                               {.cdb = CORE_ALL, .reply = CORE("02")},
                               {.cdb = INQUIRY, .reply = "05 80 05 32"},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  assert_true(redbook_recorder_device_descriptor(r, data, &length, &err));
  bytes_are(
      "28 00 00 00 67 00 00 00 05 00 01 00 48 00 00 00 51 00 00 00 62 00 00 00 00 00 00 "
      "00 02 00 00 00 24 00 00 00 " ACME
      " 41 43 4d 45 20 20 20 20 00 42 55 52 4e 45 52 20 32 30 30 30 20 20 20 20 20 00 31 "
      "2e 30 31 00");
  assert_false(redbook_recorder_device_descriptor(r, data, &length, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  script_end(r);
}

#define TEST(f) cmocka_unit_test_setup(f, begin)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(disc_information),   TEST(lying_lengths),     TEST(track_information),
      TEST(read_structure),     TEST(send_structure),    TEST(feature_page),
      TEST(mode_page),          TEST(set_mode_page),     TEST(no_page_to_set),
      TEST(adapter_descriptor), TEST(device_descriptor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
