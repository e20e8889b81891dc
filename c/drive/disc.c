/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the disc says of itself: disc and track information, TOC, ATIP; and how full the drive's
 * buffer is (mmc reference 1.3). */
#include "drive/send.h"

bool redbook_drive_disc_information(struct redbook_drive *drive,
                                    struct redbook_disc_information *out,
                                    struct redbook_error *err) {
  uint8_t data[34] = {0};
  struct redbook_command c;

  redbook_cdb_read_disc_information(&c, data, sizeof data);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
  if (!redbook_parse_disc_information(data, redbook_received(&c), out))
    return redbook_fail_reply(err, &c, "the disc information is cut off");
  return true;
}

bool redbook_drive_track_information(struct redbook_drive *drive,
                                     enum redbook_track_address type, uint32_t number,
                                     struct redbook_track_information *out,
                                     struct redbook_error *err) {
  uint8_t data[36] = {0};
  struct redbook_command c;

  redbook_cdb_read_track_information(&c, type, number, data, sizeof data);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
  if (!redbook_parse_track_information(data, redbook_received(&c), out))
    return redbook_fail_reply(err, &c, "the track information is cut off");
  return true;
}

bool redbook_drive_toc(struct redbook_drive *drive, struct redbook_toc *out,
                       struct redbook_error *err) {
  uint8_t data[4 + 8 * 100] = {0};
  struct redbook_command c;

  redbook_cdb_read_toc(&c, REDBOOK_TOC, false, 0, data, sizeof data);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
  if (!redbook_parse_toc(data, redbook_received(&c), false, out))
    return redbook_fail_reply(err, &c, "the table of contents is cut off");
  return true;
}

bool redbook_drive_atip(struct redbook_drive *drive, struct redbook_atip *out,
                        struct redbook_error *err) {
  uint8_t data[32] = {0};
  struct redbook_command c;

  redbook_cdb_read_toc(&c, REDBOOK_ATIP, false, 0, data, sizeof data);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
  if (!redbook_parse_atip(data, redbook_received(&c), out))
    return redbook_fail_reply(err, &c, "the ATIP is cut off or makes no sense");
  return true;
}

bool redbook_drive_buffer_capacity(struct redbook_drive *drive, uint32_t *total, uint32_t *free,
                                   struct redbook_error *err) {
  uint8_t data[12] = {0};
  struct redbook_command c;

  redbook_cdb_read_buffer_capacity(&c, data);
  if (!redbook_drive_run(drive, &c, REDBOOK_CONTEXT_GENERAL, err)) return false;
  if (!redbook_parse_buffer_capacity(data, redbook_received(&c), total, free))
    return redbook_fail_reply(err, &c, "the buffer capacity is cut off");
  return true;
}
