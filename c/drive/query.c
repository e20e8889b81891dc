/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the drive is and can: INQUIRY, GET CONFIGURATION, MODE SENSE (mmc reference 1.3). */
#include <stdlib.h>
#include <string.h>

#include "drive/send.h"

#define CONFIGURATION_HEADER 8
/* Allocation length is 16 bits; even, as some bridges want it (unverified). */
#define CONFIGURATION_MOST 65534u
/* Mode header, one block descriptor that some drives send in spite of DBD, the longest page. */
#define MODE_REPLY (8 + 8 + 257)

bool redbook_drive_inquiry(struct redbook_drive *drive, struct redbook_inquiry *out,
                           struct redbook_error *err) {
  uint8_t data[36] = {0};
  struct redbook_command c;

  redbook_cdb_inquiry(&c, data, sizeof data);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
  if (!redbook_parse_inquiry(data, redbook_received(&c), out))
    return redbook_fail_reply(err, &c, "the drive does not say who it is");
  return true;
}

static bool ask_configuration(struct redbook_drive *drive, unsigned request_type,
                              uint16_t feature, uint8_t *data, uint16_t room, size_t *length,
                              uint16_t *profile, struct redbook_error *err) {
  struct redbook_command c;
  uint32_t total = 0;

  redbook_cdb_get_configuration(&c, request_type, feature, data, room);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
  if (!redbook_parse_configuration(data, redbook_received(&c), profile, &total))
    return redbook_fail_reply(err, &c, "the configuration header is cut off");
  *length = total;
  return true;
}

bool redbook_drive_get_configuration(struct redbook_drive *drive, unsigned request_type,
                                     uint16_t feature, uint8_t **data, size_t *length,
                                     struct redbook_error *err) {
  uint8_t header[CONFIGURATION_HEADER] = {0};
  uint16_t profile = 0;
  size_t total = 0;

  if (!ask_configuration(drive, request_type, feature, header, sizeof header, &total, &profile,
                         err))
    return false;
  if (total < CONFIGURATION_HEADER) total = CONFIGURATION_HEADER;
  if (total > CONFIGURATION_MOST) total = CONFIGURATION_MOST;
  uint8_t *reply = calloc(1, total);
  if (!reply)
    return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the configuration");
  struct redbook_command c;
  redbook_cdb_get_configuration(&c, request_type, feature, reply, (uint16_t)total);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) {
    free(reply);
    return false;
  }
  uint32_t said = 0;
  size_t received = redbook_received(&c);
  if (!redbook_parse_configuration(reply, received, &profile, &said)) {
    free(reply);
    return redbook_fail_reply(err, &c, "the configuration header is cut off");
  }
  *data = reply;
  *length = said < received ? said : received;
  return true;
}

bool redbook_drive_current_profile(struct redbook_drive *drive, uint16_t *profile,
                                   struct redbook_error *err) {
  uint8_t header[CONFIGURATION_HEADER] = {0};
  size_t total;

  return ask_configuration(drive, 0, 0, header, sizeof header, &total, profile, err);
}

static bool find_feature(const uint8_t *data, size_t length, uint16_t wanted, bool *current) {
  struct redbook_feature feature;
  size_t offset = CONFIGURATION_HEADER;

  while ((offset = redbook_next_feature(data, length, offset, &feature)) != 0) {
    if (feature.code != wanted) continue;
    *current = feature.current;
    return true;
  }
  return false;
}

/* Before GET CONFIGURATION, page 2Ah said whether a drive writes; all that do know track at
 * once (mmc reference 8.3, libburn's fallback). */
static bool writes_by_page(struct redbook_drive *drive, bool *present, bool *current) {
  struct redbook_capabilities can;

  if (!redbook_drive_capabilities(drive, &can, NULL)) return false;
  *present = *current = can.writes_cd_r || can.writes_cd_rw;
  return *present;
}

bool redbook_drive_feature(struct redbook_drive *drive, uint16_t feature, bool *present,
                           bool *current, struct redbook_error *err) {
  struct redbook_error trouble;
  uint8_t *data = NULL;
  size_t length = 0;

  *present = *current = false;
  redbook_error_clear(&trouble);
  bool ok = redbook_drive_get_configuration(drive, 2, feature, &data, &length, &trouble);
  if (!ok && trouble.sense.valid && trouble.sense.key == 5 && trouble.sense.asc == 0x24)
    ok = redbook_drive_get_configuration(drive, 0, 0, &data, &length, err);
  else if (!ok && feature == 0x002D &&
           trouble.code == REDBOOK_E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED &&
           writes_by_page(drive, present, current))
    return true;
  else if (!ok && err)
    *err = trouble;
  if (!ok) return false;
  *present = find_feature(data, length, feature, current);
  free(data);
  if (err) redbook_error_clear(err);
  return true;
}

static bool no_such_page(const struct redbook_sense *sense) {
  return sense->valid && sense->key == 5 &&
         (sense->asc == 0x20 || sense->asc == 0x24 || sense->asc == 0x26 || sense->asc == 0x39);
}

bool redbook_drive_mode_page(struct redbook_drive *drive, uint8_t page,
                             enum redbook_page_control control, uint8_t *data, size_t room,
                             size_t *length, struct redbook_error *err) {
  uint8_t reply[MODE_REPLY] = {0};
  const uint8_t *found = NULL;
  size_t found_length = 0;
  struct redbook_command c;
  struct redbook_sense sense;

  redbook_cdb_mode_sense(&c, page, control, reply, sizeof reply);
  if (redbook_drive_send(drive, &c, &sense) != REDBOOK_OUTCOME_GOOD) {
    redbook_fail_command(err, &c, REDBOOK_CONTEXT_MODE);
    if (no_such_page(&sense))
      redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE,
                   sense.asc == 0x39 ? "the drive does not save mode page %02Xh"
                                     : "the drive has no mode page %02Xh",
                   page);
    return false;
  }
  if (!redbook_parse_mode_page(reply, redbook_received(&c), page, &found, &found_length))
    return redbook_fail_reply(err, &c, "the mode page is cut off or another one");
  *length = found_length < room ? found_length : room;
  memcpy(data, found, *length);
  return true;
}

bool redbook_drive_capabilities(struct redbook_drive *drive, struct redbook_capabilities *out,
                                struct redbook_error *err) {
  uint8_t page[257];
  size_t length = 0;

  if (!redbook_drive_mode_page(drive, 0x2A, REDBOOK_PAGE_CURRENT, page, sizeof page, &length,
                               err))
    return false;
  if (!redbook_parse_capabilities(page, length, out))
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
                        "mode page 2Ah is too short: %zu bytes", length);
  return true;
}
