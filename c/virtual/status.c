/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the drive as such: who it is, is it ready, tray and lock, events. */
#include <string.h>

#include "virtual/drive.h"

/* What the dispatcher found wrong before is all that there is to say. */
uint32_t redbook_vdo_test_unit_ready(struct redbook_virtual *drive,
                                     struct redbook_vcall *call) {
  (void)drive;
  (void)call;
  return 0;
}

/* Sense of a failed command goes with the command (autosense), so what is left to report is the
 * drive's condition: an attention (taken by this), not ready, or an operation with progress. */
uint32_t redbook_vdo_request_sense(struct redbook_virtual *drive, struct redbook_vcall *call) {
  uint32_t code = redbook_vdrive_condition(drive, call);
  redbook_vsense_bytes(redbook_vreply(call, 18, call->cdb[4]), call, code, false);
  return 0;
}

uint32_t redbook_vdo_inquiry(struct redbook_virtual *drive, struct redbook_vcall *call) {
  (void)drive;
  uint8_t *p = redbook_vreply(call, 36, redbook_get16(call->cdb + 3));
  p[0] = 0x05; /* CD/DVD */
  p[1] = 0x80; /* removable */
  p[2] = 0x05; /* SPC-3 */
  p[3] = 0x02;
  p[4] = 0x1F;
  static const char names[] = "VIRTUAL CD-R/RW RECORDER1.00"; /* vendor, product, revision */
  memcpy(p + 8, names, sizeof names - 1);
  return 0;
}

static uint32_t eject(struct redbook_virtual *drive, struct redbook_vcall *call) {
  if (drive->prevented) return REDBOOK_VSENSE(5, 0x53, 0x02);
  const struct redbook_vtrack *track =
      redbook_vdisc_unfinished_const(redbook_vdrive_disc(drive));
  if (drive->has_disc && track && track->state == REDBOOK_VTRACK_OPEN) return REDBOOK_VSEQUENCE;
  if (drive->tray_open) return 0;
  redbook_vtime_take(drive, call, redbook_vdelay(drive, REDBOOK_VCOST_EJECT_US),
                     call->cdb[1] & 1);
  drive->tray_open = true;
  redbook_vdrive_medium_changed(drive);
  return 0;
}

/* Without Immed the command lasts until the medium is ready; with it the drive becomes ready
 * by and by. */
static uint32_t load(struct redbook_virtual *drive, struct redbook_vcall *call) {
  if (!drive->tray_open) return 0;
  drive->tray_open = false;
  redbook_vdrive_medium_changed(drive);
  drive->ready_at += redbook_vdelay(drive, REDBOOK_VCOST_LOAD_US);
  if (!(call->cdb[1] & 1)) call->cost_us += drive->ready_at - drive->clock_us;
  return 0;
}

static uint32_t start(struct redbook_virtual *drive, struct redbook_vcall *call) {
  if (!redbook_vdrive_present(drive))
    return REDBOOK_VSENSE(2, 0x3A, drive->tray_open ? 0x02 : 0x01);
  bool immed = call->cdb[1] & 1;
  uint64_t wait = drive->ready_at > drive->clock_us ? drive->ready_at - drive->clock_us : 0;
  if (!drive->spun_up && !wait) {
    wait = redbook_vdelay(drive, REDBOOK_VCOST_START_US);
    if (immed && drive->personality->ready_early) drive->ready_at = drive->clock_us + wait;
  }
  if (!immed) call->cost_us += wait;
  return 0;
}

uint32_t redbook_vdo_start_stop(struct redbook_virtual *drive, struct redbook_vcall *call) {
  switch (call->cdb[4]) {
    case 0x02:
      return eject(drive, call);
    case 0x03:
      return load(drive, call);
    case 0x01:
      return start(drive, call);
    default:
      drive->spun_up = false;
      return 0;
  }
}

uint32_t redbook_vdo_prevent(struct redbook_virtual *drive, struct redbook_vcall *call) {
  drive->prevented = call->cdb[4] & 1;
  return 0;
}

/* Polled media events only; any other class is not offered (NEA). */
uint32_t redbook_vdo_get_event_status(struct redbook_virtual *drive,
                                      struct redbook_vcall *call) {
  if (!(call->cdb[1] & 1)) return REDBOOK_VBAD_CDB;
  bool media = call->cdb[4] & 0x10;
  uint8_t *p = redbook_vreply(call, media ? 8 : 4, redbook_get16(call->cdb + 7));
  redbook_put16(p, media ? 6 : 2);
  p[2] = media ? 0x04 : 0x80;
  p[3] = 0x10;
  if (!media) return 0;
  bool loading = redbook_vdrive_present(drive) && !redbook_vdrive_ready(drive);
  if (call->room > 4 && !loading) {
    p[4] = drive->event;
    drive->event = 0;
  }
  p[5] = (uint8_t)((redbook_vdrive_ready(drive) ? 0x02 : 0) | (drive->tray_open ? 0x01 : 0));
  return 0;
}

uint32_t redbook_vdo_mechanism_status(struct redbook_virtual *drive,
                                      struct redbook_vcall *call) {
  uint8_t *p = redbook_vreply(call, 8, redbook_get16(call->cdb + 8));
  p[1] = drive->tray_open ? 0x10 : 0;
  return 0;
}
