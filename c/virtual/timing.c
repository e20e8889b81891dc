/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What things cost, on either clock: mechanical delays, and the way of the laser over the disc.
 */
#include <math.h>

#include "virtual/drive.h"

/* CAV inside: 22x of 52x (audio reference 7). */
#define INNER (22.0 / 52.0)

/* 1 kB/s is one byte a millisecond. */
static uint64_t at_speed(uint64_t bytes, uint32_t kbps) {
  return bytes * 1000 / kbps;
}

uint64_t redbook_vdelay(const struct redbook_virtual *drive, uint64_t microseconds) {
  return microseconds * drive->personality->delay_percent / 100;
}

const struct redbook_vspeed *redbook_vspeed_now(const struct redbook_virtual *drive) {
  return &drive->personality->speeds[drive->speed];
}

/* Sectors a second at the rim, or everywhere. */
static double full_speed(const struct redbook_virtual *drive) {
  return redbook_vspeed_now(drive)->kbps * 1000.0 / REDBOOK_SECTOR_BYTES;
}

/* Of the medium: as many sectors as its spiral has to the rim. */
static double rim(const struct redbook_virtual *drive) {
  return redbook_vdisc_last_lead_out(&drive->disc);
}

/* Radius as a share of the rim's, which with CAV is the speed's share too. The area inside a
 * radius, and so its square, grows by the same amount with each sector. */
static double share_at(const struct redbook_virtual *drive, double lba) {
  return sqrt(INNER * INNER + (1 - INNER * INNER) * lba / rim(drive));
}

/* With CAV the share rises evenly with time: so much a second. It is the derivative of share_at
 * by the LBA, times the speed at it, full_speed * share_at. */
static double share_rate(const struct redbook_virtual *drive) {
  return full_speed(drive) * (1 - INNER * INNER) / (2 * rim(drive));
}

double redbook_vspeed_at(const struct redbook_virtual *drive, double lba) {
  double full = full_speed(drive);
  if (!redbook_vspeed_now(drive)->cav) return full;
  return full * (lba > 0 ? share_at(drive, lba) : INNER);
}

static double seconds_to(const struct redbook_virtual *drive, double from, double to) {
  if (!redbook_vspeed_now(drive)->cav || to <= 0)
    return (to - from) / redbook_vspeed_at(drive, from);
  double seconds = from < 0 ? -from / redbook_vspeed_at(drive, from) : 0;
  double begin = share_at(drive, from > 0 ? from : 0);
  return seconds + (share_at(drive, to) - begin) / share_rate(drive);
}

uint64_t redbook_vtime_path(const struct redbook_virtual *drive, double from, double to) {
  return to > from ? (uint64_t)ceil(seconds_to(drive, from, to) * 1e6) : 0;
}

double redbook_vpath_after(const struct redbook_virtual *drive, double from, uint64_t time) {
  double seconds = (double)time / 1e6;
  if (!redbook_vspeed_now(drive)->cav) return from + seconds * full_speed(drive);
  if (from < 0) {
    double inside = redbook_vspeed_at(drive, from);
    if (from + seconds * inside <= 0) return from + seconds * inside;
    seconds += from / inside;
    from = 0;
  }
  double share = share_at(drive, from) + seconds * share_rate(drive);
  return rim(drive) * (share * share - INNER * INNER) / (1 - INNER * INNER);
}

uint64_t redbook_vtime_record(const struct redbook_virtual *drive, uint64_t bytes) {
  return redbook_vtime_path(drive, -(double)bytes / REDBOOK_SECTOR_BYTES, 0);
}

uint64_t redbook_vtime_read(uint64_t bytes) {
  return at_speed(bytes, REDBOOK_VREAD_KBPS);
}

void redbook_vtime_take(struct redbook_virtual *drive, struct redbook_vcall *call,
                        uint64_t microseconds, bool immed) {
  if (!immed) call->cost_us += microseconds;
  drive->busy_from = drive->clock_us;
  drive->busy_until = drive->clock_us + microseconds;
  drive->blanking = call->cdb[0] == 0xA1;
}
