/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands cost on the simulated clock: nobody sleeps, every run takes the same time. */
#include "virtual/drive.h"

const uint16_t redbook_vspeed[REDBOOK_VSPEEDS] = {2822, 1411, 706}; /* 16x, 8x, 4x */

/* 1 kB/s is one byte a millisecond. */
static uint64_t at_speed(uint64_t bytes, uint32_t kbps) {
  return bytes * 1000 / kbps;
}

uint64_t redbook_vtime_record(const struct redbook_virtual *drive, uint64_t bytes) {
  return at_speed(bytes, redbook_vspeed[drive->speed]);
}

uint64_t redbook_vtime_read(uint64_t bytes) {
  return at_speed(bytes, REDBOOK_VREAD_KBPS);
}

uint64_t redbook_vbuffer_drain(struct redbook_virtual *drive) {
  if (drive->clock_us > drive->fill_at) {
    uint64_t gone = (drive->clock_us - drive->fill_at) * redbook_vspeed[drive->speed] / 1000;
    drive->fill = gone < drive->fill ? drive->fill - gone : 0;
    drive->fill_at = drive->clock_us;
  }
  return drive->fill;
}

uint64_t redbook_vbuffer_add(struct redbook_virtual *drive, uint64_t bytes, uint64_t delay) {
  uint64_t fill = redbook_vbuffer_drain(drive) + bytes;
  uint64_t wait = delay;
  if (fill > REDBOOK_VBUFFER) {
    wait += redbook_vtime_record(drive, fill - REDBOOK_VBUFFER);
    fill = REDBOOK_VBUFFER;
  }
  drive->fill = fill;
  drive->fill_at = drive->clock_us + wait;
  return wait;
}

void redbook_vtime_take(struct redbook_virtual *drive, struct redbook_vcall *call,
                        uint64_t microseconds, bool immed) {
  if (!immed) {
    call->cost_us += microseconds;
    return;
  }
  drive->busy_from = drive->clock_us;
  drive->busy_until = drive->clock_us + microseconds;
}
