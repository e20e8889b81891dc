/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDiscRecorder2's properties and tray methods. */
#include "drive/properties.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/device.h"
#include "drive/discovery.h"
#include "drive/recorder_private.h"
#include "drive/send.h"

#define PROFILE_LIST 0x0000
#define REMOVABLE_MEDIUM 0x0003
#define ALL_PAGES 0x3F
#define MODE_PAGES_REPLY 4096
#define TRAY_CLIENT "redbook"

bool redbook_recorder_inquiry(struct redbook_recorder *recorder, struct redbook_inquiry *out,
                              struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  bool ok = drive && redbook_drive_inquiry(drive, out, err);

  redbook_recorder_leave(recorder, drive);
  return ok;
}

/* The whole configuration, malloc'ed. */
static bool configuration(struct redbook_recorder *recorder, uint8_t **data, size_t *length,
                          struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  bool ok = drive && redbook_drive_get_configuration(drive, 0, 0, data, length, err);

  redbook_recorder_leave(recorder, drive);
  return ok;
}

struct code_list {
  uint16_t *codes;
  unsigned room;
  unsigned *count;
};

static void put_code(struct code_list *list, uint16_t code) {
  if (*list->count < list->room) list->codes[*list->count] = code;
  ++*list->count;
}

bool redbook_recorder_features(struct redbook_recorder *recorder, bool current_only,
                               uint16_t *codes, unsigned room, unsigned *count,
                               struct redbook_error *err) {
  struct code_list list = {codes, room, count};
  struct redbook_feature feature;
  uint8_t *data;
  size_t length;
  size_t offset = 8;

  *count = 0;
  if (!configuration(recorder, &data, &length, err)) return false;
  while ((offset = redbook_next_feature(data, length, offset, &feature)) != 0)
    if (feature.current || !current_only) put_code(&list, feature.code);
  free(data);
  return true;
}

/* Profile list: four bytes each, number and bit 0 of the third = current (mmc reference 1.3).
 */
static void put_profiles(const struct redbook_feature *feature, bool current_only,
                         struct code_list *list) {
  for (unsigned i = 0; i + 4 <= feature->length; i += 4) {
    const uint8_t *p = feature->data + i;
    if ((p[2] & 1) || !current_only) put_code(list, (uint16_t)(p[0] << 8 | p[1]));
  }
}

bool redbook_recorder_profiles(struct redbook_recorder *recorder, bool current_only,
                               uint16_t *codes, unsigned room, unsigned *count,
                               struct redbook_error *err) {
  struct code_list list = {codes, room, count};
  struct redbook_feature feature;
  uint8_t *data;
  size_t length;
  size_t offset = 8;
  bool found = false;

  *count = 0;
  if (!configuration(recorder, &data, &length, err)) return false;
  while (!found && (offset = redbook_next_feature(data, length, offset, &feature)) != 0) {
    found = feature.code == PROFILE_LIST;
    if (found) put_profiles(&feature, current_only, &list);
  }
  free(data);
  if (!found)
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_NO_SUCH_FEATURE,
                        "the drive has no list of profiles");
  return true;
}

/* Marks the codes of all pages behind the mode header and its block descriptors. */
static void mark_pages(const uint8_t *p, size_t n, bool known[64]) {
  size_t claimed = n >= 8 ? ((size_t)p[0] << 8 | p[1]) + 2 : 0;
  size_t end = claimed < n ? claimed : n;
  size_t at = n >= 8 ? 8 + ((size_t)p[6] << 8 | p[7]) : 0;

  while (at + 2 <= end) {
    known[p[at] & 0x3F] = true;
    /* Bit 6: sub-page format with a 16-bit length (SPC); no CD recorder is known to use it. */
    if (p[at] & 0x40) break;
    at += 2 + (size_t)p[at + 1];
  }
}

static bool ask_all_pages(struct redbook_drive *drive, enum redbook_page_control control,
                          bool known[64], bool *unsupported, struct redbook_error *err) {
  uint8_t data[MODE_PAGES_REPLY] = {0};
  struct redbook_command c;
  struct redbook_sense sense;

  redbook_cdb_mode_sense(&c, ALL_PAGES, control, data, sizeof data);
  enum redbook_outcome outcome = redbook_drive_send(drive, &c, &sense);
  *unsupported = outcome == REDBOOK_OUTCOME_UNSUPPORTED;
  if (*unsupported) return true;
  if (outcome != REDBOOK_OUTCOME_GOOD)
    return redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
  if (redbook_received(&c) < 8)
    return redbook_fail_reply(err, &c, "the mode header is cut off");
  mark_pages(data, redbook_received(&c), known);
  return true;
}

static bool ask_each_page(struct redbook_drive *drive, enum redbook_page_control control,
                          bool known[64], struct redbook_error *err) {
  static const uint8_t pages[] = {0x01, 0x03, 0x05, 0x08, 0x1A, 0x1C, 0x1D, 0x2A};
  uint8_t page[257];
  size_t length;

  for (size_t i = 0; i < sizeof pages; i++) {
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    if (redbook_drive_mode_page(drive, pages[i], control, page, sizeof page, &length,
                                &trouble)) {
      known[pages[i]] = true;
    } else if (trouble.code != REDBOOK_E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE) {
      if (err) *err = trouble;
      return false;
    }
  }
  return true;
}

bool redbook_recorder_mode_pages(struct redbook_recorder *recorder,
                                 enum redbook_page_control control, uint16_t *codes,
                                 unsigned room, unsigned *count, struct redbook_error *err) {
  struct code_list list = {codes, room, count};
  bool known[64] = {false};
  bool unsupported = false;
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  bool ok = drive && ask_all_pages(drive, control, known, &unsupported, err);

  if (ok && unsupported) ok = ask_each_page(drive, control, known, err);
  redbook_recorder_leave(recorder, drive);
  *count = 0;
  for (uint16_t code = 0; ok && code < 64; code++)
    if (known[code]) put_code(&list, code);
  return ok;
}

/* 1 tray, 4 and 5 changers; a caddy and a pop-up drive (0, 2) want a hand. */
static bool loads(unsigned mechanism) {
  return mechanism == 1 || mechanism == 4 || mechanism == 5;
}

static bool mechanism_from_feature(struct redbook_drive *drive, bool *out,
                                   struct redbook_error *err) {
  struct redbook_feature feature;
  uint8_t *data;
  size_t length;

  if (!redbook_drive_get_configuration(drive, 2, REMOVABLE_MEDIUM, &data, &length, err))
    return false;
  bool found = redbook_next_feature(data, length, 8, &feature) != 0 &&
               feature.code == REMOVABLE_MEDIUM && feature.length > 0;
  if (found) *out = loads(feature.data[0] >> 5);
  free(data);
  if (!found)
    return redbook_fail(err, REDBOOK_E_FAIL, "the drive does not say how it is loaded");
  return true;
}

bool redbook_recorder_can_load_media(struct redbook_recorder *recorder, bool *out,
                                     struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  struct redbook_capabilities can;

  if (!drive) return false;
  bool ok = redbook_drive_capabilities(drive, &can, NULL);
  if (ok)
    *out = loads(can.loading_mechanism);
  else
    ok = mechanism_from_feature(drive, out, err);
  redbook_recorder_leave(recorder, drive);
  return ok;
}

/* The block node, malloc'ed; NULL for a recorder that has none. */
static char *device_path(const struct redbook_recorder *recorder) {
  return redbook_device_block(recorder->id);
}

bool redbook_recorder_legacy_device_number(struct redbook_recorder *recorder, int32_t *out,
                                           struct redbook_error *err) {
  char *path = device_path(recorder);
  const char *name = path ? strrchr(path, '/') : NULL;
  char *end = NULL;
  long number = name && strncmp(name, "/sr", 3) == 0 ? strtol(name + 3, &end, 10) : -1;
  bool ok = end && end != name + 3 && *end == '\0' && number >= 0 && number <= INT32_MAX;

  free(path);
  if (!ok)
    return redbook_fail(err, REDBOOK_E_FAIL, "%s is not one of the kernel's numbered drives",
                        recorder->id);
  *out = (int32_t)number;
  return true;
}

bool redbook_recorder_volume_name(struct redbook_recorder *recorder, char *buffer, size_t size,
                                  struct redbook_error *err) {
  char *path = device_path(recorder);
  int n = snprintf(buffer, size, "%s", path ? path : recorder->node->key);

  free(path);
  if (n < 0 || (size_t)n >= size)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "no room for the volume name");
  return true;
}

unsigned redbook_recorder_volume_path_names(struct redbook_recorder *recorder, char **paths,
                                            unsigned room) {
  char *path = device_path(recorder);
  unsigned count = path ? redbook_mount_points(path, paths, room) : 0;

  free(path);
  return count;
}

/* ALLOW, move the tray, and PREVENT again where a longer hold goes on. */
static bool move_tray(struct redbook_recorder *recorder, enum redbook_start_stop what,
                      struct redbook_error *err) {
  bool goes_on = redbook_recorder_lock_count(recorder) > 0;

  if (!redbook_recorder_busy(recorder) && !redbook_recorder_free_of_jobs(recorder, err))
    return false;
  if (!redbook_recorder_acquire(recorder, false, TRAY_CLIENT, err)) return false;
  struct redbook_drive *drive = redbook_recorder_held_drive(recorder);
  bool ok =
      redbook_drive_prevent(drive, false, err) && redbook_drive_start_stop(drive, what, err);
  if (goes_on) redbook_drive_prevent(drive, true, NULL);
  bool released = redbook_recorder_release(recorder, ok ? err : NULL);
  return ok && released;
}

bool redbook_recorder_eject_media(struct redbook_recorder *recorder,
                                  struct redbook_error *err) {
  return move_tray(recorder, REDBOOK_EJECT, err);
}

bool redbook_recorder_close_tray(struct redbook_recorder *recorder, struct redbook_error *err) {
  return move_tray(recorder, REDBOOK_LOAD, err);
}
