/* SPDX-License-Identifier: GPL-3.0-or-later */
/* READ CD: audio sectors back from the disc (mmc reference 1.10). */
#include "drive/send.h"

static bool read_some(struct redbook_drive *drive, int32_t lba, uint32_t sectors, uint8_t *data,
                      bool *medium_error, struct redbook_error *err) {
  struct redbook_command c;
  struct redbook_sense sense;

  *medium_error = false;
  redbook_cdb_read_cd(&c, lba, sectors, data);
  enum redbook_outcome outcome = redbook_drive_send(drive, &c, &sense);
  uint32_t received = redbook_received(&c);
  if (outcome == REDBOOK_OUTCOME_GOOD && received == sectors * REDBOOK_SECTOR_BYTES)
    return true;
  if (outcome != REDBOOK_OUTCOME_GOOD) {
    *medium_error = sense.valid && sense.key == 3 && !sense.deferred;
    return redbook_fail_command(err, &c, REDBOOK_CONTEXT_GENERAL);
  }
  redbook_fail_reply(err, &c, "fewer sectors than asked for");
  if (err) err->lba = lba + (int32_t)(received / REDBOOK_SECTOR_BYTES);
  return false;
}

static bool read_singly(struct redbook_drive *drive, int32_t lba, uint32_t sectors,
                        uint8_t *data, struct redbook_error *err) {
  bool medium_error;

  for (uint32_t i = 0; i < sectors; i++) {
    if (!redbook_drive_sleep(drive, 0, err)) return false;
    if (!read_some(drive, lba + (int32_t)i, 1, data + (size_t)i * REDBOOK_SECTOR_BYTES,
                   &medium_error, err))
      return false;
  }
  return true;
}

bool redbook_drive_read_cd(struct redbook_drive *drive, int32_t lba, uint32_t sectors,
                           uint8_t *data, struct redbook_error *err) {
  while (sectors > 0) {
    uint32_t most = redbook_drive_sectors_at_once(drive);
    uint32_t n = sectors < most ? sectors : most;
    struct redbook_error trouble;
    bool medium_error;

    if (!redbook_drive_sleep(drive, 0, err)) return false;
    redbook_error_clear(&trouble);
    if (!read_some(drive, lba, n, data, &medium_error, &trouble)) {
      if (!medium_error) {
        if (err) *err = trouble;
        return false;
      }
      if (!read_singly(drive, lba, n, data, err)) return false;
    }
    lba += (int32_t)n;
    sectors -= n;
    data += (size_t)n * REDBOOK_SECTOR_BYTES;
  }
  return true;
}
