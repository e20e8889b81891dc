/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading back: in chunks, and what cannot be read sector by sector, slower and again. */
#include <string.h>

#include "burn/tao_internal.h"
#include "burn/verify_job.h"

#define SLOW 300 /* sectors per second: 4x, for what cannot be read at speed */

void redbook_verify_set_speed(struct redbook_verify_job *job, int32_t sectors_per_second) {
  uint32_t kbps = sectors_per_second < 0
                      ? REDBOOK_FASTEST
                      : redbook_sectors_to_kbps((uint32_t)sectors_per_second);
  struct redbook_drive patient = {.transport = job->drive.transport};
  /* A drive that cannot be slowed down is read as it is. */
  (void)redbook_drive_set_read_speed(
      &patient, kbps < REDBOOK_FASTEST ? (uint16_t)kbps : REDBOOK_FASTEST, NULL);
}

/* The disc, not the drive: the sector is there and cannot be read (3, 4), or cannot be read as
 * sound (5). */
static bool is_of_the_disc(const struct redbook_error *err) {
  const struct redbook_sense *sense = &err->sense;
  return sense->valid && !sense->deferred &&
         (sense->key == 3 || sense->key == 4 || sense->key == 5);
}

/* One sector, as often as is asked for. */
static bool read_one(struct redbook_verify_job *job, int32_t lba, uint8_t *data, bool *good,
                     struct redbook_sense *sense, struct redbook_error *err) {
  for (unsigned try = 0;; try++) {
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    *good = redbook_session_read_cd(&job->drive, lba, 1, data, &trouble);
    if (*good) return true;
    if (!is_of_the_disc(&trouble)) {
      *err = trouble;
      return false;
    }
    *sense = trouble.sense;
    if (try == 0) redbook_verify_set_speed(job, SLOW);
    if (try >= job->retries || !job->patience) return true;
  }
}

static bool read_singly(struct redbook_verify_job *job, int32_t lba, uint32_t count,
                        uint8_t *data, uint32_t *bad, struct redbook_sense *sense,
                        struct redbook_error *err) {
  for (uint32_t n = 0; n < count; n++) {
    uint8_t *sector = data + (size_t)n * REDBOOK_SECTOR_BYTES;
    struct redbook_sense trouble = {0};
    bool good;
    if (!read_one(job, lba + (int32_t)n, sector, &good, &trouble, err)) return false;
    if (good) continue;
    if (!*bad) *sense = trouble;
    *bad |= UINT32_C(1) << n;
    memset(sector, 0, REDBOOK_SECTOR_BYTES);
    if (job->patience) job->patience--;
  }
  return true;
}

bool redbook_verify_read(struct redbook_verify_job *job, int32_t lba, uint32_t count,
                         uint8_t *data, uint32_t *bad, struct redbook_sense *sense,
                         struct redbook_error *err) {
  struct redbook_error trouble;
  *bad = 0;
  redbook_error_clear(&trouble);
  if (redbook_session_read_cd(&job->drive, lba, count, data, &trouble)) return true;
  if (!is_of_the_disc(&trouble)) {
    *err = trouble;
    return false;
  }
  bool ok = read_singly(job, lba, count, data, bad, sense, err);
  redbook_verify_set_speed(job, job->speed);
  return ok;
}

bool redbook_verify_read_all(struct redbook_verify_job *job, int32_t lba, uint32_t count,
                             uint8_t *data, bool *good, struct redbook_error *err) {
  struct redbook_sense sense;
  *good = true;
  for (uint32_t n = 0; n < count && *good; n += REDBOOK_VERIFY_AT_ONCE) {
    uint32_t some = count - n < REDBOOK_VERIFY_AT_ONCE ? count - n : REDBOOK_VERIFY_AT_ONCE;
    uint32_t bad;
    if (!redbook_verify_read(job, lba + (int32_t)n, some,
                             data + (size_t)n * REDBOOK_SECTOR_BYTES, &bad, &sense, err))
      return false;
    *good = !bad;
  }
  return true;
}
