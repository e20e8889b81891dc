/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speeds, the drive's buffer, power calibration. */
#include "virtual/drive.h"

static bool writable(const struct redbook_virtual *drive) {
  return drive->disc.medium == REDBOOK_MEDIUM_CD_R ||
         drive->disc.medium == REDBOOK_MEDIUM_CD_RW;
}

/* Write speed descriptors, fastest first. The length field counts all of them, whatever the
 * host has room for. */
static uint32_t write_speeds(const struct redbook_virtual *drive, struct redbook_vcall *call) {
  unsigned all = writable(drive) ? drive->personality->speed_count : 0;
  unsigned wanted = redbook_get16(call->cdb + 8);
  unsigned count = wanted < all ? wanted : all;
  uint8_t *p = redbook_vreply(call, 8 + 16 * count, UINT32_MAX);
  redbook_put32(p, 4 + 16 * all);
  for (unsigned i = 0; i < count; i++) {
    uint8_t *d = p + 8 + 16 * (size_t)i;
    const struct redbook_vspeed *speed = &drive->personality->speeds[i];
    d[0] = speed->cav ? 0x08 : 0; /* write rotation control */
    redbook_put32(d + 4, (uint32_t)redbook_vdisc_last_lead_out(&drive->disc) - 1);
    redbook_put32(d + 8, REDBOOK_VREAD_KBPS);
    redbook_put32(d + 12, speed->kbps);
  }
  return 0;
}

/* Nominal performance: one descriptor from the inside to the rim. */
static uint32_t nominal(const struct redbook_virtual *drive, struct redbook_vcall *call) {
  bool write = call->cdb[1] & 4;
  if (call->cdb[1] & 3) return REDBOOK_VBAD_CDB; /* no exceptions to list */
  unsigned count = redbook_get16(call->cdb + 8) && (!write || writable(drive));
  uint8_t *p = redbook_vreply(call, 8 + 16 * count, UINT32_MAX);
  redbook_put32(p, 4 + 16);
  p[4] = write ? 2 : 0;
  if (!count) return 0;
  uint32_t speed = write ? redbook_vspeed_now(drive)->kbps : REDBOOK_VREAD_KBPS;
  uint32_t inside =
      write ? (uint32_t)(redbook_vspeed_at(drive, 0) * REDBOOK_SECTOR_BYTES / 1000 + 0.5)
            : REDBOOK_VREAD_KBPS;
  redbook_put32(p + 12, inside);
  redbook_put32(p + 16, (uint32_t)redbook_vdisc_last_lead_out(&drive->disc) - 1);
  redbook_put32(p + 20, speed);
  return 0;
}

uint32_t redbook_vdo_get_performance(struct redbook_virtual *drive,
                                     struct redbook_vcall *call) {
  if (call->cdb[10] == 0x03 && !(call->cdb[1] & 0x1F)) return write_speeds(drive, call);
  if (call->cdb[10] == 0x00) return nominal(drive, call);
  return REDBOOK_VBAD_CDB;
}

/* Rounds down to an offered speed, up only below the slowest; rotation is the speed's own
 * whatever is asked, as page 2Ah then shows. */
void redbook_vset_speed(struct redbook_virtual *drive, unsigned wanted) {
  unsigned i = 0;
  while (i + 1 < drive->personality->speed_count && drive->personality->speeds[i].kbps > wanted)
    i++;
  drive->speed = i;
}

uint32_t redbook_vdo_set_speed(struct redbook_virtual *drive, struct redbook_vcall *call) {
  if ((call->cdb[1] & 3) > 1) return REDBOOK_VBAD_CDB;
  redbook_vset_speed(drive, redbook_get16(call->cdb + 4));
  return 0;
}

uint32_t redbook_vdo_send_opc(struct redbook_virtual *drive, struct redbook_vcall *call) {
  if (redbook_get16(call->cdb + 7)) return REDBOOK_VBAD_CDB;
  if (!writable(drive)) return REDBOOK_VCANNOT_WRITE;
  const struct redbook_vtrack *track =
      redbook_vdisc_unfinished_const(redbook_vdrive_disc(drive));
  if (track && track->state == REDBOOK_VTRACK_OPEN) return REDBOOK_VSEQUENCE;
  if (call->cdb[1] & 1)
    redbook_vtime_take(drive, call, redbook_vdelay(drive, REDBOOK_VCOST_OPC_US), false);
  return 0;
}

uint32_t redbook_vdo_buffer_capacity(struct redbook_virtual *drive,
                                     struct redbook_vcall *call) {
  bool blocks = call->cdb[1] & 1;
  uint32_t unit = blocks ? REDBOOK_SECTOR_BYTES : 1;
  uint8_t *p = redbook_vreply(call, 12, redbook_get16(call->cdb + 7));
  uint32_t size = drive->personality->buffer, fill = redbook_vbuffer_drain(drive);
  redbook_put16(p, 10);
  p[3] = blocks;
  redbook_put32(p + 4, size / unit);
  redbook_put32(p + 8, (size - fill) / unit);
  return 0;
}
