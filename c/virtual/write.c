/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording: WRITE, SYNCHRONIZE CACHE, CLOSE TRACK/SESSION, BLANK (reference 8.1).
 *
 * The order towards the files: payload at WRITE, the sheet at SYNCHRONIZE CACHE, CLOSE and
 * BLANK, and once before the first sector of a new disc. A test write changes the shadow only.
 */
#include <string.h>

#include "virtual/drive.h"

#define WRITE_ERROR REDBOOK_VSENSE(3, 0x0C, 0x00)
#define PMA_ERROR REDBOOK_VSENSE(3, 0x73, 0x04)
#define LEAD_IN_ERROR REDBOOK_VSENSE(3, 0x72, 0x01)
#define ERASE_ERROR REDBOOK_VSENSE(3, 0x51, 0x00)

static bool test_write(const struct redbook_virtual *drive) {
  return drive->page05[2] & 0x10;
}

/* The disc that a recording command changes: with the test bit a shadow, made when first
 * needed. */
static struct redbook_vdisc *target(struct redbook_virtual *drive) {
  if (test_write(drive) && !drive->testing) {
    drive->shadow = drive->disc;
    drive->testing = true;
  }
  return redbook_vdrive_disc(drive);
}

static bool recordable(const struct redbook_vdisc *disc) {
  bool medium = disc->medium == REDBOOK_MEDIUM_CD_R || disc->medium == REDBOOK_MEDIUM_CD_RW;
  return medium && !disc->finalised;
}

/* Page 05h is sampled when a track starts (1.4). */
static struct redbook_vtrack *begin(struct redbook_virtual *drive, struct redbook_vdisc *disc) {
  const uint8_t *page = drive->page05;
  char isrc[13] = "", catalog[14] = "";
  if (page[16] & 0x80) memcpy(catalog, page + 17, 13);
  if (page[32] & 0x80) memcpy(isrc, page + 33, 12);
  return redbook_vdisc_begin_track(disc, page[3] & 0x0B, isrc, catalog);
}

static uint32_t check_write(struct redbook_virtual *drive, struct redbook_vcall *call,
                            int32_t lba, uint32_t sectors) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  const struct redbook_vtrack *track = redbook_vdisc_unfinished_const(disc);
  int32_t nwa = 0;
  if (!recordable(disc)) return REDBOOK_VCANNOT_WRITE;
  if ((drive->page05[2] & 0x0F) != 1) return REDBOOK_VSENSE(5, 0x64, 0x00);
  if ((uint64_t)sectors * REDBOOK_SECTOR_BYTES != call->command->data_length)
    return REDBOOK_VBAD_CDB;
  if (track && track->state == REDBOOK_VTRACK_BROKEN) return REDBOOK_VSEQUENCE;
  if (!track && disc->tracks == REDBOOK_VTRACKS) return REDBOOK_VSEQUENCE;
  call->has_information = true;
  call->information = lba;
  if (!redbook_vdisc_nwa(disc, &nwa) || lba != nwa) return REDBOOK_VSENSE(5, 0x21, 0x02);
  if (sectors > redbook_vdisc_free(disc, nwa)) return REDBOOK_VSENSE(5, 0x63, 0x00);
  call->has_information = false;
  return 0;
}

/* Time: the first WRITE spins up and calibrates, any later one waits for room in the buffer. */
static void record_time(struct redbook_virtual *drive, struct redbook_vcall *call, bool first,
                        bool open, uint32_t bytes) {
  uint64_t delay = 0;
  if (!drive->spun_up) delay += REDBOOK_VCOST_SPIN_UP_US;
  if (first) delay += REDBOOK_VCOST_TRACK_US;
  if (open && redbook_vbuffer_drain(drive) == 0) drive->underruns++;
  drive->spun_up = true;
  call->cost_us += redbook_vbuffer_add(drive, bytes, delay);
}

/* A new disc's sheet, so that medium and length survive whatever happens to the first track. */
static uint32_t prepare_files(struct redbook_virtual *drive) {
  if (drive->testing || drive->image.cue_exists) return 0;
  return redbook_vimage_commit(&drive->image, &drive->disc) == 0 ? 0 : WRITE_ERROR;
}

static uint32_t store(struct redbook_virtual *drive, struct redbook_vcall *call, int32_t lba,
                      uint32_t sectors) {
  if (drive->testing || call->lie) return 0;
  if (redbook_vimage_write(&drive->image, lba, call->command->data_out, sectors) == 0) return 0;
  call->has_information = true;
  call->information = lba;
  return WRITE_ERROR;
}

uint32_t redbook_vdo_write(struct redbook_virtual *drive, struct redbook_vcall *call) {
  int32_t lba = (int32_t)redbook_get32(call->cdb + 2);
  uint32_t sectors = redbook_get16(call->cdb + 7);
  uint32_t code = check_write(drive, call, lba, sectors);
  if (code || !sectors) return code;
  struct redbook_vdisc *disc = target(drive);
  struct redbook_vtrack *track = redbook_vdisc_unfinished(disc);
  bool first = !track, open = track && track->state == REDBOOK_VTRACK_OPEN;
  code = prepare_files(drive);
  if (code) return code;
  if (first) track = begin(drive, disc);
  code = store(drive, call, lba, sectors);
  track->state = code ? REDBOOK_VTRACK_BROKEN : REDBOOK_VTRACK_OPEN;
  if (code) return code;
  track->sectors += sectors;
  record_time(drive, call, first, open, sectors * REDBOOK_SECTOR_BYTES);
  return 0;
}

static uint64_t empty_buffer(struct redbook_virtual *drive) {
  uint64_t left = redbook_vbuffer_drain(drive);
  drive->fill = 0;
  return redbook_vtime_record(drive, left);
}

uint32_t redbook_vdo_synchronize(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  struct redbook_vtrack *track = redbook_vdisc_unfinished(disc);
  if (!track || track->state != REDBOOK_VTRACK_OPEN) return 0;
  uint64_t time = empty_buffer(drive) + REDBOOK_VCOST_SYNC_US;
  redbook_vdisc_sync(disc);
  if (!drive->testing && redbook_vimage_commit(&drive->image, disc) != 0) {
    track->state = REDBOOK_VTRACK_BROKEN;
    return PMA_ERROR;
  }
  redbook_vtime_take(drive, call, time, call->cdb[1] & 2);
  return 0;
}

static uint32_t close_track(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  unsigned number = redbook_get16(call->cdb + 4);
  bool invisible = redbook_vdisc_has_invisible_track(disc);
  if (!number || number > disc->tracks + invisible) return REDBOOK_VBAD_CDB;
  if (!redbook_vdisc_unfinished(disc) || number != disc->tracks) return 0;
  disc = target(drive);
  struct redbook_vdisc before = *disc;
  uint32_t had = disc->track[number - 1].sectors;
  redbook_vdisc_close_track(disc);
  uint64_t padding = disc->track[number - 1].sectors - had;
  uint64_t time = empty_buffer(drive) + REDBOOK_VCOST_SYNC_US +
                  redbook_vtime_record(drive, padding * REDBOOK_SECTOR_BYTES);
  if (!drive->testing && redbook_vimage_commit(&drive->image, disc) != 0) {
    *disc = before;
    return PMA_ERROR;
  }
  redbook_vtime_take(drive, call, time, call->cdb[1] & 1);
  return 0;
}

static uint32_t close_session(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  if (redbook_vdisc_unfinished(disc)) return REDBOOK_VSENSE(5, 0x72, 0x03);
  if (redbook_vdisc_session_status(disc) != REDBOOK_VSESSION_INCOMPLETE) return 0;
  disc = target(drive);
  struct redbook_vdisc before = *disc;
  uint64_t sectors =
      REDBOOK_VLEAD_IN + (disc->sessions ? REDBOOK_VLEAD_OUT_NEXT : REDBOOK_VLEAD_OUT_FIRST);
  redbook_vdisc_close_session(disc, drive->page05[3] >> 6 == 3);
  if (!drive->testing && redbook_vimage_commit(&drive->image, disc) != 0) {
    *disc = before;
    return LEAD_IN_ERROR;
  }
  uint64_t time =
      REDBOOK_VCOST_CLOSE_US + redbook_vtime_record(drive, sectors * REDBOOK_SECTOR_BYTES);
  redbook_vtime_take(drive, call, time, call->cdb[1] & 1);
  return 0;
}

uint32_t redbook_vdo_close(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  unsigned function = call->cdb[2];
  if (function != 1 && function != 2) return REDBOOK_VBAD_CDB;
  if (!recordable(disc)) return REDBOOK_VCANNOT_WRITE;
  return function == 1 ? close_track(drive, call) : close_session(drive, call);
}

/* Types 0 (all) and 1 (PMA, TOC, pregap): all that P11 supports besides track tails. */
uint32_t redbook_vdo_blank(struct redbook_virtual *drive, struct redbook_vcall *call) {
  unsigned type = call->cdb[1] & 7u;
  if (type > 1 || redbook_get32(call->cdb + 2)) return REDBOOK_VBAD_CDB;
  if (drive->disc.medium != REDBOOK_MEDIUM_CD_RW) return REDBOOK_VCANNOT_WRITE;
  struct redbook_vdisc blank;
  redbook_vdisc_init(&blank, drive->disc.medium, drive->disc.minutes);
  uint64_t whole = (uint64_t)redbook_vdisc_last_lead_out(&blank) * REDBOOK_SECTOR_BYTES;
  uint64_t time = type ? REDBOOK_VCOST_BLANK_MINIMAL_US : redbook_vtime_record(drive, whole);
  if (redbook_vimage_erase(&drive->image, &blank) != 0) return ERASE_ERROR;
  drive->disc = blank;
  drive->testing = false;
  drive->fill = 0;
  redbook_vtime_take(drive, call, time, call->cdb[1] & 0x10);
  return 0;
}
