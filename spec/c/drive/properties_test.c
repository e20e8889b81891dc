/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDiscRecorder2's properties and tray, on the virtual recorder and on scripted replies. */
#include "drive/properties.h"

#include <unistd.h>

#include "drive/recorder_script.h"
#include "virtual/virtual.h"

static struct redbook_virtual *virtual_drive;
static struct redbook_recorder *recorder;
static struct redbook_error err;

static int set_up(void **state) {
  (void)state;
  const struct redbook_virtual_options options = {.disc = NULL};
  redbook_error_clear(&err);
  virtual_drive = redbook_virtual_create(&options, &err);
  if (!virtual_drive) return -1;
  struct redbook_node *node = redbook_virtual_node(virtual_drive);
  recorder = redbook_recorder_create_on(node, "virtual:", NULL, &err);
  redbook_node_unref(node);
  return recorder ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  redbook_recorder_unref(recorder);
  redbook_virtual_unref(virtual_drive);
  return 0;
}

static void names(void **state) {
  (void)state;
  struct redbook_inquiry out;
  assert_true(redbook_recorder_inquiry(recorder, &out, &err));
  assert_int_equal(out.device_type, 5);
  assert_string_equal(out.vendor, "VIRTUAL");
  assert_string_equal(out.product, "CD-R/RW RECORDER");
  assert_string_equal(out.revision, "1.00");
}

static void codes_are(const uint16_t *got, unsigned count, const uint16_t *expected,
                      unsigned n) {
  assert_int_equal(count, n);
  for (unsigned i = 0; i < n; i++)
    assert_int_equal(got[i], expected[i]);
}

static void features(void **state) {
  (void)state;
  static const uint16_t all[] = {0x00, 0x01, 0x02, 0x03, 0x1E, 0x2D, 0x2E, 0x37, 0x107};
  uint16_t codes[64];
  unsigned count;
  assert_true(redbook_recorder_features(recorder, false, codes, 64, &count, &err));
  codes_are(codes, count, all, 9);
  memset(codes, 0xEE, sizeof codes);
  assert_true(redbook_recorder_features(recorder, false, codes, 2, &count, &err));
  assert_int_equal(count, 9);
  codes_are(codes, 2, all, 2);
  assert_int_equal(codes[2], 0xEEEE);
  assert_true(redbook_recorder_features(recorder, true, codes, 64, &count, &err));
  codes_are(codes, count, all, 4);
}

static void profiles(void **state) {
  (void)state;
  static const uint16_t all[] = {0x08, 0x09, 0x0A};
  uint16_t codes[64];
  unsigned count;
  assert_true(redbook_recorder_profiles(recorder, true, codes, 64, &count, &err));
  assert_int_equal(count, 0);
  assert_true(redbook_recorder_profiles(recorder, false, codes, 64, &count, &err));
  codes_are(codes, count, all, 3);
}

static void mechanism(void **state) {
  (void)state;
  bool can = false;
  assert_true(redbook_recorder_can_load_media(recorder, &can, &err));
  assert_true(can);
}

static void no_kernel_device(void **state) {
  (void)state;
  int32_t number;
  char text[64], small[4];
  char *paths[4];
  assert_false(redbook_recorder_legacy_device_number(recorder, &number, &err));
  assert_int_equal(err.code, 0x80004005);
  assert_true(redbook_recorder_volume_name(recorder, text, sizeof text, &err));
  assert_memory_equal(text, "virtual-", 8);
  assert_false(redbook_recorder_volume_name(recorder, small, sizeof small, &err));
  assert_int_equal(err.code, 0x80070057);
  assert_int_equal(redbook_recorder_volume_path_names(recorder, paths, 4), 0);
}

static bool tray_open(void) {
  struct redbook_virtual_view view;
  redbook_virtual_look(virtual_drive, &view);
  return view.tray_open;
}

static bool prevented(void) {
  struct redbook_virtual_view view;
  redbook_virtual_look(virtual_drive, &view);
  return view.prevented;
}

static void tray(void **state) {
  (void)state;
  assert_true(redbook_recorder_eject_media(recorder, &err));
  assert_true(tray_open());
  assert_true(redbook_recorder_close_tray(recorder, &err));
  assert_false(tray_open());
  assert_int_equal(redbook_recorder_lock_count(recorder), 0);
  assert_false(prevented());
}

static void tray_during_a_burn(void **state) {
  (void)state;
  assert_true(redbook_recorder_job_acquire(recorder, "burner", &err));
  assert_false(redbook_recorder_eject_media(recorder, &err));
  assert_int_equal(err.code, 0xC0AA0210);
  assert_string_equal(err.message, "the recorder is held by the burn of \"burner\"");
  assert_false(redbook_recorder_close_tray(recorder, &err));
  assert_int_equal(err.code, 0xC0AA0210);
  assert_false(tray_open());
  assert_true(prevented());
  assert_true(redbook_recorder_job_release(recorder, &err));
  assert_true(redbook_recorder_eject_media(recorder, &err));
  assert_true(tray_open());
}

static void tray_of_a_held_drive(void **state) {
  (void)state;
  struct redbook_node *node = redbook_virtual_node(virtual_drive);
  struct redbook_recorder *other = redbook_recorder_create_on(node, "other", NULL, &err);
  redbook_node_unref(node);
  assert_true(redbook_recorder_acquire(recorder, false, "me", &err));
  assert_false(redbook_recorder_eject_media(other, &err));
  assert_int_equal(err.code, 0xC0AA0210);
  assert_string_equal(err.message, "the drive is held by \"me\"");
  assert_false(tray_open());
  assert_true(redbook_recorder_eject_media(recorder, &err));
  assert_true(tray_open());
  assert_true(redbook_recorder_close_tray(recorder, &err));
  assert_int_equal(redbook_recorder_lock_count(recorder), 1);
  assert_true(prevented());
  redbook_recorder_set_busy(recorder, true);
  assert_false(redbook_recorder_eject_media(recorder, &err));
  assert_int_equal(err.code, 0xC0AA0500);
  redbook_recorder_set_busy(recorder, false);
  redbook_recorder_unref(other);
}

#define ALL_PAGES "5a 00 3f 00 00 00 00 10 00 00"
#define PAGE(code) "5a 00 " code " 00 00 00 00 01 11 00"

static void mode_pages_at_once(void **state) {
  (void)state;
  /* Block descriptor, then pages 05h (4 bytes of data), 01h, 2Ah with its PS bit. */
  const struct step steps[] = {
      {.cdb = ALL_PAGES,
       .reply = "00 1c 00 00 00 00 00 08 00 00 00 00 00 00 08 00 05 04 01 02 03 04 01 02 00 00 "
                "aa 02 00 00"},
      {.cdb = ALL_PAGES, .reply = "00 06 00"},
      {.cdb = NULL}};
  static const uint16_t expected[] = {0x01, 0x05, 0x2A};
  struct redbook_recorder *r = script_recorder(steps);
  uint16_t codes[64];
  unsigned count;
  assert_true(redbook_recorder_mode_pages(r, REDBOOK_PAGE_CURRENT, codes, 64, &count, &err));
  codes_are(codes, count, expected, 3);
  assert_false(redbook_recorder_mode_pages(r, REDBOOK_PAGE_CURRENT, codes, 64, &count, &err));
  assert_int_equal(err.code, 0xC0AA02FF);
  script_end(r);
}

static void mode_pages_of_other_kinds(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = "5a 00 7f 00 00 00 00 10 00 00", .reply = "00 0a 00 00 00 00 00 00 05 02 01 02"},
      {.cdb = "5a 00 ff 00 00 00 00 10 00 00", .sense = SENSE(5, 0x39, 0)},
      {.cdb = NULL}};
  static const uint16_t expected[] = {0x05};
  struct redbook_recorder *r = script_recorder(steps);
  uint16_t codes[64];
  unsigned count;
  assert_true(redbook_recorder_mode_pages(r, REDBOOK_PAGE_CHANGEABLE, codes, 64, &count, &err));
  codes_are(codes, count, expected, 1);
  assert_false(redbook_recorder_mode_pages(r, REDBOOK_PAGE_SAVED, codes, 64, &count, &err));
  assert_int_equal(err.code, 0xC0AA0201);
  script_end(r);
}

static void mode_pages_one_by_one(void **state) {
  (void)state;
  const uint32_t no = SENSE(5, 0x24, 0);
  const struct step steps[] = {
      {.cdb = ALL_PAGES, .sense = no},
      {.cdb = PAGE("01"), .reply = "00 0a 00 00 00 00 00 00 01 02 00 00"},
      {.cdb = PAGE("03"), .sense = no},
      {.cdb = PAGE("05"), .reply = "00 0a 00 00 00 00 00 00 05 02 00 00"},
      {.cdb = PAGE("08"), .sense = no},
      {.cdb = PAGE("1a"), .sense = no},
      {.cdb = PAGE("1c"), .sense = no},
      {.cdb = PAGE("1d"), .sense = no},
      {.cdb = PAGE("2a"), .reply = "00 0a 00 00 00 00 00 00 2a 02 00 00"},
      {.cdb = ALL_PAGES, .sense = no},
      {.cdb = PAGE("01"), .host = 1},
      {.cdb = NULL}};
  static const uint16_t expected[] = {0x01, 0x05, 0x2A};
  struct redbook_recorder *r = script_recorder(steps);
  uint16_t codes[64];
  unsigned count;
  assert_true(redbook_recorder_mode_pages(r, REDBOOK_PAGE_CURRENT, codes, 64, &count, &err));
  codes_are(codes, count, expected, 3);
  assert_false(redbook_recorder_mode_pages(r, REDBOOK_PAGE_CURRENT, codes, 64, &count, &err));
  assert_int_equal(err.code, 0x80070037);
  assert_int_equal(count, 0);
  script_end(r);
}

/* No page 2Ah: feature 0003h, mechanism in the upper three bits of its first byte. */
static void mechanism_by_feature(void **state) {
  (void)state;
  const char *sense_2a = PAGE("2a");
  const char *asked[] = {"46 02 00 03 00 00 00 00 08 00", "46 02 00 03 00 00 00 00 10 00"};
  const char *tray_reply = "00 00 00 0c 00 00 00 00 00 03 03 04 29 00 00 00";
  const char *caddy_reply = "00 00 00 0c 00 00 00 00 00 03 03 04 09 00 00 00";
  const struct step steps[] = {{.cdb = sense_2a, .sense = SENSE(5, 0x24, 0)},
                               {.cdb = asked[0], .reply = tray_reply},
                               {.cdb = asked[1], .reply = tray_reply},
                               {.cdb = sense_2a, .sense = SENSE(5, 0x24, 0)},
                               {.cdb = asked[0], .reply = caddy_reply},
                               {.cdb = asked[1], .reply = caddy_reply},
                               {.cdb = sense_2a, .sense = SENSE(5, 0x24, 0)},
                               {.cdb = asked[0], .reply = "00 00 00 04 00 00 00 00"},
                               {.cdb = asked[0], .reply = "00 00 00 04 00 00 00 00"},
                               {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  bool can = false;
  assert_true(redbook_recorder_can_load_media(r, &can, &err));
  assert_true(can);
  assert_true(redbook_recorder_can_load_media(r, &can, &err));
  assert_false(can);
  assert_false(redbook_recorder_can_load_media(r, &can, &err));
  assert_int_equal(err.code, 0x80004005);
  script_end(r);
}

static void no_profile_list(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = "46 00 00 00 00 00 00 00 08 00", .reply = "00 00 00 0c 00 00 00 09"},
      {.cdb = "46 00 00 00 00 00 00 00 10 00",
       .reply = "00 00 00 0c 00 00 00 09 00 2d 09 04 4f 00 01 01"},
      {.cdb = NULL}};
  struct redbook_recorder *r = script_recorder(steps);
  uint16_t codes[4];
  unsigned count;
  assert_false(redbook_recorder_profiles(r, false, codes, 4, &count, &err));
  assert_int_equal(err.code, 0xC0AA020A);
  script_end(r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(names),
      TEST(features),
      TEST(profiles),
      TEST(mechanism),
      TEST(no_kernel_device),
      TEST(tray),
      TEST(tray_during_a_burn),
      TEST(tray_of_a_held_drive),
      cmocka_unit_test(mode_pages_at_once),
      cmocka_unit_test(mode_pages_of_other_kinds),
      cmocka_unit_test(mode_pages_one_by_one),
      cmocka_unit_test(mechanism_by_feature),
      cmocka_unit_test(no_profile_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
