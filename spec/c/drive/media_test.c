/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MediaSummary: of discs burned on the virtual recorder, and of replies that no sane disc
 * gives. */
#include "drive/media.h"

#include <unistd.h>

#include "drive/scripted.h"
#include "virtual/virtual.h"

#define CONFIG_8 "46 00 00 00 00 00 00 00 08 00"
#define CD_R \
  { .cdb = CONFIG_8, .reply = "00 00 00 04 00 00 00 09" }
#define ATIP_CDB "43 00 04 00 00 00 00 00 20 00"
#define ATIP_80                                                                    \
  {                                                                                \
    .cdb = ATIP_CDB,                                                               \
    .reply =                                                                       \
        "00 1a 00 00 c4 00 00 00 61 1a 41 00 4f 3b 4a 00 00 00 00 00 00 00 00 00 " \
        "00 00 00 00"                                                              \
  }

static void same(const struct redbook_media *got, const struct redbook_media *expected) {
  assert_int_equal(got->type, expected->type);
  assert_int_equal(got->present, expected->present);
  assert_int_equal(got->disc_status, expected->disc_status);
  assert_int_equal(got->session_status, expected->session_status);
  assert_int_equal(got->erasable, expected->erasable);
  assert_int_equal(got->session_open, expected->session_open);
  assert_int_equal(got->damaged, expected->damaged);
  assert_int_equal(got->incomplete_track, expected->incomplete_track);
  assert_int_equal(got->tracks, expected->tracks);
  assert_int_equal(got->sessions, expected->sessions);
  assert_int_equal(got->next_track, expected->next_track);
  assert_int_equal(got->next_writable, expected->next_writable);
  assert_int_equal(got->total, expected->total);
  assert_int_equal(got->free, expected->free);
  assert_int_equal(got->used, expected->used);
}

static char folder[64], cue[96];
static struct redbook_virtual *virtual_drive;
static struct redbook_node *node;
static struct redbook_drive on_virtual;

static void open_virtual(const char *disc, enum redbook_virtual_medium medium,
                         unsigned minutes) {
  const struct redbook_virtual_options options = {
      .disc = disc, .medium = medium, .minutes = minutes};
  struct redbook_error err;
  redbook_error_clear(&err);
  virtual_drive = redbook_virtual_create(&options, &err);
  if (!virtual_drive) fail_msg("%s", err.message);
  node = redbook_virtual_node(virtual_drive);
  on_virtual = (struct redbook_drive){
      .transport = node->ops->open(node, REDBOOK_ACCESS_EXCLUSIVE, &err), .cancel = NULL};
  if (!on_virtual.transport) fail_msg("%s", err.message);
}

static void close_virtual(void) {
  redbook_transport_close(on_virtual.transport);
  redbook_node_unref(node);
  redbook_virtual_unref(virtual_drive);
}

static int set_up(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/redbook-media-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(cue, sizeof cue, "%s/disc.cue", folder);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  char path[96];
  static const char *const files[] = {"disc.cue", "disc.bin", "disc.pre", "disc.cdt"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    unlink(path);
  }
  return rmdir(folder);
}

static void summary_is(const struct redbook_media *expected) {
  struct redbook_media media;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_media_summary(&on_virtual, &media, &err)) fail_msg("%s", err.message);
  same(&media, expected);
}

static void parameters(bool next_session) {
  const struct redbook_write_parameters page05 = {.buffer_underrun_free = true,
                                                  .next_session_allowed = next_session};
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_true(redbook_drive_ready(&on_virtual, &err));
  if (!redbook_drive_write_parameters(&on_virtual, &page05, &err)) fail_msg("%s", err.message);
}

static void write_sectors(int32_t lba, uint16_t sectors) {
  static uint8_t data[300 * 2352];
  struct redbook_error err;
  redbook_error_clear(&err);
  for (uint16_t done = 0; done < sectors; done += 20)
    if (!redbook_drive_write(&on_virtual, lba + done, 20, data, &err))
      fail_msg("%s", err.message);
}

static void end_track(void) {
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_drive_synchronize(&on_virtual, 120, NULL, NULL, &err))
    fail_msg("%s", err.message);
}

static void close_session(void) {
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_drive_close_session(&on_virtual, 1800, NULL, NULL, &err))
    fail_msg("%s", err.message);
}

static const struct redbook_media blank = {.type = REDBOOK_MEDIA_CDR,
                                           .present = true,
                                           .next_track = 1,
                                           .total = 359847,
                                           .free = 359847};

static void life_of_a_disc(void **state) {
  (void)state;
  open_virtual(cue, REDBOOK_MEDIUM_UNSPECIFIED, 0);
  summary_is(&blank);
  parameters(true);
  write_sectors(0, 300);
  end_track();
  summary_is(&(struct redbook_media){.type = REDBOOK_MEDIA_CDR,
                                     .present = true,
                                     .disc_status = REDBOOK_STATUS_APPENDABLE,
                                     .session_status = REDBOOK_SESSION_INCOMPLETE,
                                     .session_open = true,
                                     .tracks = 1,
                                     .sessions = 1,
                                     .next_track = 2,
                                     .next_writable = 452,
                                     .total = 359847,
                                     .free = 359395,
                                     .used = 452});
  parameters(true);
  close_session();
  summary_is(&(struct redbook_media){.type = REDBOOK_MEDIA_CDR,
                                     .present = true,
                                     .disc_status = REDBOOK_STATUS_APPENDABLE,
                                     .session_status = REDBOOK_SESSION_EMPTY,
                                     .tracks = 1,
                                     .sessions = 1,
                                     .next_track = 2,
                                     .next_writable = 11702,
                                     .total = 359847,
                                     .free = 348145,
                                     .used = 11702});
  parameters(false);
  write_sectors(11702, 500);
  end_track();
  close_session();
  summary_is(&(struct redbook_media){.type = REDBOOK_MEDIA_CDR,
                                     .present = true,
                                     .disc_status = REDBOOK_STATUS_COMPLETE,
                                     .session_status = REDBOOK_SESSION_COMPLETE,
                                     .tracks = 2,
                                     .sessions = 2,
                                     .next_writable = -1,
                                     .total = 359847,
                                     .used = 12204});
  close_virtual();
}

/* Under 300 sectors a track stays incomplete on a strict drive; CLOSE SESSION ends it first. */
static void incomplete_track(void **state) {
  (void)state;
  open_virtual(cue, REDBOOK_MEDIUM_CD_RW, 74);
  parameters(false);
  write_sectors(0, 100);
  end_track();
  struct redbook_media media;
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_true(redbook_media_summary(&on_virtual, &media, &err));
  assert_int_equal(media.type, REDBOOK_MEDIA_CDRW);
  assert_true(media.erasable && media.incomplete_track && media.session_open);
  assert_int_equal(media.tracks, 0);
  assert_int_equal(media.next_track, 0);
  assert_int_equal(media.next_writable, -1);
  assert_int_equal(media.free, 0);
  close_session();
  summary_is(&(struct redbook_media){.type = REDBOOK_MEDIA_CDRW,
                                     .present = true,
                                     .disc_status = REDBOOK_STATUS_COMPLETE,
                                     .session_status = REDBOOK_SESSION_COMPLETE,
                                     .erasable = true,
                                     .tracks = 1,
                                     .sessions = 1,
                                     .next_writable = -1,
                                     .total = media.total,
                                     .used = 302});
  close_virtual();
}

static void empty_drive(void **state) {
  (void)state;
  open_virtual(NULL, REDBOOK_MEDIUM_UNSPECIFIED, 0);
  summary_is(&(struct redbook_media){.next_writable = -1});
  enum redbook_media_type type = REDBOOK_MEDIA_CDR;
  assert_true(redbook_media_type(&on_virtual, &type, NULL));
  assert_int_equal(type, REDBOOK_MEDIA_UNKNOWN);
  close_virtual();
}

static void pressed(void **state) {
  (void)state;
  char bin[96];
  snprintf(bin, sizeof bin, "%s/disc.bin", folder);
  FILE *file = fopen(cue, "we");
  assert_non_null(file);
  fputs(
      "FILE \"disc.bin\" BINARY\n"
      "  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"
      "  TRACK 02 AUDIO\n    INDEX 00 00:04:00\n    INDEX 01 00:06:00\n",
      file);
  fclose(file);
  file = fopen(bin, "we");
  assert_non_null(file);
  fclose(file);
  assert_int_equal(truncate(bin, 1000 * 2352), 0);
  open_virtual(cue, REDBOOK_MEDIUM_PRESSED, 0);
  summary_is(&(struct redbook_media){.type = REDBOOK_MEDIA_CDROM,
                                     .present = true,
                                     .disc_status = REDBOOK_STATUS_COMPLETE,
                                     .session_status = REDBOOK_SESSION_COMPLETE,
                                     .tracks = 2,
                                     .sessions = 1,
                                     .next_writable = -1,
                                     .total = 1000,
                                     .used = 1000});
  close_virtual();
}

static void scripted_summary(const struct step *steps, const struct redbook_media *expected) {
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_media media;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_media_summary(&drive, &media, &err)) fail_msg("%s", err.message);
  same(&media, expected);
  scripted_finish(&s);
}

/* Pioneer BDR-205: NWA -150 on a blank disc, and so 150 more free. */
static void next_writable_before_the_start(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = TUR},
      CD_R,
      {.cdb = RDI, .reply = BLANK_80},
      {.cdb = RTI_FF,
       .reply = "00 22 01 01 00 04 40 01 00 00 00 00 ff ff ff 6a 00 05 7e 3d 00 00 00 00 00 00 "
                "00 00 00 00 00 00 00 00 00 00"},
      ATIP_80,
      {.cdb = NULL}};
  scripted_summary(steps, &blank);
}

/* What the drive announces is less than the limits would give, and a limit less than another.
 */
static void least_figure_counts(void **state) {
  (void)state;
  const char *track =
      "00 22 01 01 00 04 40 01 00 00 00 00 00 00 00 00 00 05 78 00 00 00 00 00 00 00 00 00 00 "
      "00 00 00 00 00 00 00";
  const char *long_track =
      "00 22 01 01 00 04 40 01 00 00 00 00 00 00 00 00 00 06 00 00 00 00 00 00 00 00 00 00 00 "
      "00 00 00 00 00 00 00";
  const struct step announced[] = {{.cdb = TUR},
                                   CD_R,
                                   {.cdb = RDI, .reply = BLANK_80},
                                   {.cdb = RTI_FF, .reply = track},
                                   ATIP_80,
                                   {.cdb = NULL}};
  /* ATIP: last lead-out 74:00:00 = LBA 332850. */
  const struct step by_atip[] = {
      {.cdb = TUR},
      CD_R,
      {.cdb = RDI, .reply = BLANK_80},
      {.cdb = RTI_FF, .reply = long_track},
      {.cdb = ATIP_CDB,
       .reply = "00 1a 00 00 c4 00 00 00 61 1a 41 00 4a 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                "00 00"},
      {.cdb = NULL}};
  /* No ATIP and no limit in the disc information: the drive's word alone. */
  const struct step no_limit[] = {
      {.cdb = TUR},
      CD_R,
      {.cdb = RDI,
       .reply = "00 20 00 01 01 01 01 00 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff 00 00 "
                "00 00 00 00 00 00 00 00"},
      {.cdb = RTI_FF, .reply = track},
      {.cdb = ATIP_CDB, .sense = SENSE(5, 0x24, 0)},
      {.cdb = NULL}};
  struct redbook_media expected = blank;
  expected.free = expected.total = 358400;
  scripted_summary(announced, &expected);
  scripted_summary(no_limit, &expected);
  expected.free = expected.total = 332848;
  scripted_summary(by_atip, &expected);
}

static void damaged_session(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = TUR},
      CD_R,
      {.cdb = RDI,
       .reply = "00 20 09 01 01 01 02 00 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 "
                "00 00 00 00 00 00 00 00"},
      {.cdb = RTI_FF,
       .reply = "00 22 02 01 00 24 00 00 00 00 01 c4 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                "00 64 00 00 00 00 00 00 00 00"},
      ATIP_80,
      {.cdb = NULL}};
  scripted_summary(steps, &(struct redbook_media){.type = REDBOOK_MEDIA_CDR,
                                                  .present = true,
                                                  .disc_status = REDBOOK_STATUS_APPENDABLE,
                                                  .session_status = REDBOOK_SESSION_DAMAGED,
                                                  .damaged = true,
                                                  .incomplete_track = true,
                                                  .tracks = 1,
                                                  .sessions = 1,
                                                  .next_writable = -1,
                                                  .total = 359847,
                                                  .used = 554});
}

static void ninety_nine_tracks(void **state) {
  (void)state;
  const struct step steps[] = {
      {.cdb = TUR},
      CD_R,
      {.cdb = RDI,
       .reply = "00 20 05 01 01 01 64 00 00 00 00 00 00 00 00 00 00 61 1a 41 00 4f 3b 4a 00 00 "
                "00 00 00 00 00 00 00 00"},
      {.cdb = RTI_FF,
       .reply = "00 22 64 01 00 04 40 01 00 00 ae 9c 00 00 ae 9c 00 04 cf 0b 00 00 00 00 00 00 "
                "00 00 00 00 00 00 00 00 00 00"},
      ATIP_80,
      {.cdb = NULL}};
  scripted_summary(steps, &(struct redbook_media){.type = REDBOOK_MEDIA_CDR,
                                                  .present = true,
                                                  .disc_status = REDBOOK_STATUS_APPENDABLE,
                                                  .session_status = REDBOOK_SESSION_INCOMPLETE,
                                                  .session_open = true,
                                                  .tracks = 99,
                                                  .sessions = 1,
                                                  .next_writable = -1,
                                                  .total = 359847,
                                                  .used = 44700});
}

static void type_without_get_configuration(void **state) {
  (void)state;
  const struct step no_config = {.cdb = CONFIG_8, .sense = SENSE(5, 0x20, 0)};
  const char *complete =
      "00 20 0e 01 01 01 01 00 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff";
  const char *erasable =
      "00 20 1e 01 01 01 01 00 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff";
  const struct step steps[] = {no_config,
                               {.cdb = RDI, .reply = BLANK_80},
                               no_config,
                               {.cdb = RDI, .reply = erasable},
                               no_config,
                               {.cdb = RDI, .reply = complete},
                               ATIP_80,
                               no_config,
                               {.cdb = RDI, .reply = complete},
                               {.cdb = ATIP_CDB, .sense = SENSE(5, 0x24, 0)},
                               {.cdb = CONFIG_8, .reply = "00 00 00 04 00 00 00 11"},
                               {.cdb = CONFIG_8, .reply = "00 00 00 04 00 00 00 00"},
                               {.cdb = RDI, .reply = BLANK_80},
                               {.cdb = CONFIG_8, .host = 1},
                               {.cdb = CONFIG_8, .reply = "00 00 00 04 00 00 00 00"},
                               {.cdb = RDI, .sense = SENSE(2, 0x04, 1)}, /* ready too early */
                               {.cdb = NULL}};
  static const enum redbook_media_type expected[] = {REDBOOK_MEDIA_CDR,     REDBOOK_MEDIA_CDRW,
                                                     REDBOOK_MEDIA_CDR,     REDBOOK_MEDIA_CDROM,
                                                     REDBOOK_MEDIA_UNKNOWN, REDBOOK_MEDIA_CDR};
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_error err;
  enum redbook_media_type type;
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    assert_true(redbook_media_type(&drive, &type, NULL));
    assert_int_equal(type, expected[i]);
  }
  redbook_error_clear(&err);
  assert_false(redbook_media_type(&drive, &type, &err));
  assert_int_equal(err.code, 0x80070037);
  redbook_error_clear(&err);
  assert_false(redbook_media_type(&drive, &type, &err));
  assert_int_equal(err.code, 0xC0AA0205);
  scripted_finish(&s);
}

static void not_ready(void **state) {
  (void)state;
  const struct step steps[] = {{.cdb = TUR, .sense = SENSE(2, 0x04, 1)}, {.cdb = NULL}};
  struct scripted s;
  struct redbook_drive drive = scripted_begin(&s, steps);
  struct redbook_media media;
  struct redbook_error err;
  redbook_error_clear(&err);
  assert_false(redbook_media_summary(&drive, &media, &err));
  assert_int_equal(err.code, 0xC0AA0205);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(life_of_a_disc),
      TEST(incomplete_track),
      cmocka_unit_test(empty_drive),
      TEST(pressed),
      cmocka_unit_test(next_writable_before_the_start),
      cmocka_unit_test(least_figure_counts),
      cmocka_unit_test(damaged_session),
      cmocka_unit_test(ninety_nine_tracks),
      cmocka_unit_test(type_without_get_configuration),
      cmocka_unit_test(not_ready),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
