/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive's buffer between WRITE and the laser. */
#include "virtual/buffer.h"

#include "virtual/drive.h"

static double capacity(const struct redbook_virtual *drive) {
  return (double)drive->personality->buffer / REDBOOK_SECTOR_BYTES;
}

static void lose_track(struct redbook_virtual *drive) {
  struct redbook_vtrack *track = redbook_vdisc_unfinished(redbook_vdrive_disc(drive));
  if (track && track->state == REDBOOK_VTRACK_OPEN) track->state = REDBOOK_VTRACK_BROKEN;
}

/* From here on the laser waits for data. */
static void starve(struct redbook_virtual *drive, uint64_t moment) {
  drive->buffer.starving = true;
  drive->buffer.starving_since = moment;
}

uint64_t redbook_vbuffer_idle(const struct redbook_virtual *drive, uint64_t moment) {
  const struct redbook_vbuffer *b = &drive->buffer;
  bool more = b->starving && moment > b->starving_since;
  return drive->idle_us + (more ? moment - b->starving_since : 0);
}

static void end_starving(struct redbook_virtual *drive, uint64_t moment) {
  drive->idle_us = redbook_vbuffer_idle(drive, moment);
  drive->buffer.starving = false;
}

static void ran_empty(struct redbook_virtual *drive, uint64_t moment) {
  struct redbook_vbuffer *b = &drive->buffer;
  b->recording = false;
  if (b->ending) return;
  drive->underruns++;
  drive->low_water = 0;
  starve(drive, moment);
  if (b->protection) {
    b->linking = true;
    return;
  }
  b->lost = true;
  lose_track(drive);
}

static void start_laser(struct redbook_virtual *drive, uint64_t moment) {
  struct redbook_vbuffer *b = &drive->buffer;
  if (b->recording) return;
  if (b->at < moment) b->at = moment;
  end_starving(drive, b->at);
  if (b->linking) b->at += redbook_vdelay(drive, REDBOOK_VCOST_LINK_US);
  b->linking = false;
  b->recording = true;
}

/* How low the buffer ever was while the laser was on; its last fill does not count. */
static void note_fill(struct redbook_virtual *drive) {
  const struct redbook_vbuffer *b = &drive->buffer;
  double bytes = (b->fed - b->head) * REDBOOK_SECTOR_BYTES;
  if (!b->recording || b->ending || bytes >= (double)drive->low_water) return;
  drive->low_water = (uint32_t)bytes;
}

void redbook_vbuffer_run(struct redbook_virtual *drive) {
  struct redbook_vbuffer *b = &drive->buffer;
  if (b->head < b->fed && drive->clock_us >= b->fed_at + REDBOOK_VCOST_IDLE_US)
    start_laser(drive, b->fed_at + REDBOOK_VCOST_IDLE_US);
  if (drive->clock_us <= b->at) return;
  if (b->recording) {
    double head = redbook_vpath_after(drive, b->head, drive->clock_us - b->at);
    bool empty = head >= b->fed;
    uint64_t empty_at = empty ? b->at + redbook_vtime_path(drive, b->head, b->fed) : 0;
    b->head = empty ? b->fed : head;
    if (empty) ran_empty(drive, empty_at);
    note_fill(drive);
  }
  b->at = drive->clock_us;
}

uint32_t redbook_vbuffer_drain(struct redbook_virtual *drive) {
  redbook_vbuffer_run(drive);
  double fill = (drive->buffer.fed - drive->buffer.head) * REDBOOK_SECTOR_BYTES;
  uint32_t most = drive->personality->buffer;
  return fill < most ? (uint32_t)fill : most;
}

void redbook_vbuffer_lose(struct redbook_virtual *drive) {
  struct redbook_vbuffer *b = &drive->buffer;
  b->defect = b->recording = false;
  b->head = b->fed;
  lose_track(drive);
}

uint32_t redbook_vbuffer_verdict(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vbuffer *b = &drive->buffer;
  if (b->lost) {
    b->lost = false;
    end_starving(drive, drive->clock_us);
    return REDBOOK_VSENSE(3, 0x0C, 0x09);
  }
  if (!b->defect) return 0;
  redbook_vbuffer_lose(drive);
  call->deferred = call->has_information = true;
  call->information = drive->personality->defect;
  return REDBOOK_VSENSE(3, 0x0C, 0x00);
}

/* Until the laser has come to an LBA. */
static uint64_t until_at(const struct redbook_virtual *drive, double lba) {
  const struct redbook_vbuffer *b = &drive->buffer;
  uint64_t ahead = b->at > drive->clock_us ? b->at - drive->clock_us : 0;
  return lba > b->head ? ahead + redbook_vtime_path(drive, b->head, lba) : ahead;
}

uint32_t redbook_vbuffer_admit(struct redbook_virtual *drive, uint32_t sectors) {
  const struct redbook_vbuffer *b = &drive->buffer;
  if (!drive->personality->full_is_refused) return 0;
  if (sectors > capacity(drive)) return REDBOOK_VBAD_CDB;
  if (b->fed + (double)sectors - b->head <= capacity(drive)) return 0;
  start_laser(drive, drive->clock_us);
  return REDBOOK_VSENSE(2, 0x04, 0x08);
}

/* Spin-up, calibration, pregap; and what some drives add. */
static uint64_t delay_of(struct redbook_virtual *drive, bool first) {
  const struct redbook_vpersonality *like = drive->personality;
  uint64_t delay = 0;
  if (!drive->spun_up) delay += redbook_vdelay(drive, REDBOOK_VCOST_SPIN_UP_US);
  if (first) delay += redbook_vdelay(drive, REDBOOK_VCOST_TRACK_US);
  if (first && like->first_write_us) delay = like->first_write_us;
  drive->spun_up = true;
  if (++drive->buffer.writes == like->long_write_at) delay += like->long_write_us;
  return delay;
}

static void begin(struct redbook_virtual *drive, int32_t lba) {
  end_starving(drive, drive->clock_us);
  drive->buffer = (struct redbook_vbuffer){.protection = drive->page05[2] & 0x40,
                                           .writes = drive->buffer.writes,
                                           .fed = lba,
                                           .head = lba,
                                           .at = drive->clock_us};
}

void redbook_vbuffer_take(struct redbook_virtual *drive, struct redbook_vcall *call, bool first,
                          bool open) {
  struct redbook_vbuffer *b = &drive->buffer;
  int32_t lba = (int32_t)redbook_get32(call->cdb + 2);
  uint32_t sectors = redbook_get16(call->cdb + 7);
  int32_t bad = drive->personality->defect;
  if (!open) begin(drive, lba);
  uint64_t delay = delay_of(drive, first);
  if (delay) b->at = (b->at > drive->clock_us ? b->at : drive->clock_us) + delay;
  b->fed += (int32_t)sectors;
  b->fed_at = b->at > drive->clock_us ? b->at : drive->clock_us;
  if (call->lie) b->head += sectors; /* never reaches the laser */
  if (bad && lba <= bad && bad < b->fed && !drive->testing) b->defect = true;
  if (b->fed - b->head >= capacity(drive) * 3 / 4) start_laser(drive, drive->clock_us);
  double room_at = b->fed - capacity(drive);
  uint64_t wait = b->head < room_at ? until_at(drive, room_at) : 0;
  call->cost_us += wait > delay ? wait : delay;
}

uint64_t redbook_vbuffer_flush(struct redbook_virtual *drive) {
  struct redbook_vbuffer *b = &drive->buffer;
  redbook_vbuffer_run(drive);
  end_starving(drive, drive->clock_us);
  b->ending = true;
  b->lost = b->defect = false;
  if (b->head >= b->fed) return 0;
  start_laser(drive, drive->clock_us);
  return until_at(drive, b->fed);
}
