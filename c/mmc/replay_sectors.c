/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sparse, unlinked file with the sectors of a replay, each at LBA * 2352. */
#include "mmc/replay_sectors.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/spool.h"

/* LBAs from 0 that can be kept: 99:59:74, where addresses of a CD end. */
#define SECTORS 449850

struct redbook_replay_sectors {
  int fd;
  uint8_t wanted[SECTORS / 8 + 1];
};

struct redbook_replay_sectors *redbook_replay_sectors_create(struct redbook_error *err) {
  struct redbook_replay_sectors *sectors = calloc(1, sizeof *sectors);
  if (sectors == NULL) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "there is not enough memory for a replay");
    return NULL;
  }
  sectors->fd = redbook_spool_file(err);
  if (sectors->fd >= 0) return sectors;
  free(sectors);
  return NULL;
}

void redbook_replay_sectors_free(struct redbook_replay_sectors *sectors) {
  if (sectors == NULL) return;
  (void)close(sectors->fd);
  free(sectors);
}

void redbook_replay_sectors_want(struct redbook_replay_sectors *sectors,
                                 const struct redbook_command *read_cd) {
  int64_t lba = (int32_t)redbook_get32(read_cd->cdb + 2);
  int64_t end = lba + redbook_get24(read_cd->cdb + 6);
  if (end > SECTORS) end = SECTORS;
  for (int64_t i = lba < 0 ? 0 : lba; i < end; i++) {
    sectors->wanted[i / 8] |= (uint8_t)(1u << i % 8);
  }
}

static bool is_wanted(const struct redbook_replay_sectors *sectors, int64_t lba) {
  if (lba < 0 || lba >= SECTORS) return false;
  return (sectors->wanted[lba / 8] >> lba % 8 & 1) != 0;
}

int redbook_replay_sectors_put(struct redbook_replay_sectors *sectors,
                               const struct redbook_command *write) {
  int64_t first = (int32_t)redbook_get32(write->cdb + 2);
  uint32_t count = write->data_length / REDBOOK_SECTOR_BYTES;
  for (uint32_t i = 0; i < count; i++) {
    if (!is_wanted(sectors, first + i)) continue;
    const uint8_t *data = write->data_out + (size_t)i * REDBOOK_SECTOR_BYTES;
    off_t at = (off_t)(first + i) * REDBOOK_SECTOR_BYTES;
    ssize_t done = pwrite(sectors->fd, data, REDBOOK_SECTOR_BYTES, at);
    if (done != (ssize_t)REDBOOK_SECTOR_BYTES) return done < 0 ? errno : ENOSPC;
  }
  return 0;
}

/* Holes are the zeros that data_in holds already; so is what lies behind the end. */
int redbook_replay_sectors_get(struct redbook_replay_sectors *sectors,
                               const struct redbook_command *read_cd) {
  int64_t first = (int32_t)redbook_get32(read_cd->cdb + 2);
  uint32_t count = (read_cd->data_length - read_cd->residual) / REDBOOK_SECTOR_BYTES;
  for (uint32_t i = 0; i < count; i++) {
    if (!is_wanted(sectors, first + i)) continue;
    uint8_t *data = read_cd->data_in + (size_t)i * REDBOOK_SECTOR_BYTES;
    off_t at = (off_t)(first + i) * REDBOOK_SECTOR_BYTES;
    if (pread(sectors->fd, data, REDBOOK_SECTOR_BYTES, at) < 0) return errno;
  }
  return 0;
}
