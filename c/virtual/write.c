/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording: WRITE, SYNCHRONIZE CACHE, CLOSE TRACK/SESSION (reference 8.1), track at once.
 *
 * The order towards the files: payload at WRITE, the sheet at SYNCHRONIZE CACHE, CLOSE and
 * BLANK, and once before the first sector of a new disc. A test write changes the shadow only.
 */
#include "virtual/record.h"

#include <string.h>

static bool test_write(const struct redbook_virtual *drive) {
  return drive->page05[2] & 0x10;
}

struct redbook_vdisc *redbook_vrecord_target(struct redbook_virtual *drive) {
  if (test_write(drive) && !drive->testing) {
    drive->shadow = drive->disc;
    drive->testing = true;
  }
  return redbook_vdrive_disc(drive);
}

bool redbook_vrecord_possible(const struct redbook_vdisc *disc) {
  bool medium = disc->medium == REDBOOK_MEDIUM_CD_R || disc->medium == REDBOOK_MEDIUM_CD_RW;
  return medium && !disc->finalised;
}

/* A changed disc into its files; true when that failed. */
static bool commit_failed(struct redbook_virtual *drive, struct redbook_vcall *call,
                          const struct redbook_vdisc *disc) {
  if (drive->testing) return false;
  int error = redbook_vimage_commit(&drive->image, disc);
  return redbook_vfile_error(call, drive->image.cue, error);
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
  if (!redbook_vrecord_possible(disc)) return REDBOOK_VCANNOT_WRITE;
  /* Packets, and the 2048-byte blocks of a data track, are not written here. */
  if (redbook_vwrite_type(drive) != REDBOOK_VTYPE_TAO || drive->page05[4] & 0x0F)
    return REDBOOK_VSENSE(5, 0x64, 0x00);
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

uint32_t redbook_vrecord_prepare(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vimage *image = &drive->image;
  if (drive->testing) return 0;
  int error = drive->disc.tracks ? 0 : redbook_vimage_fresh(image);
  if (!error && !image->cue_exists) error = redbook_vimage_commit(image, &drive->disc);
  return redbook_vfile_error(call, image->cue, error) ? REDBOOK_VWRITE_ERROR : 0;
}

uint32_t redbook_vrecord_store(struct redbook_virtual *drive, struct redbook_vcall *call,
                               int32_t lba, uint32_t sectors) {
  if (drive->testing || call->lie) return 0;
  int error = redbook_vimage_write(&drive->image, lba, call->command->data_out, sectors);
  if (!redbook_vfile_error(call, drive->image.bin, error)) return 0;
  call->has_information = true;
  call->information = lba;
  return REDBOOK_VWRITE_ERROR;
}

uint32_t redbook_vdo_write(struct redbook_virtual *drive, struct redbook_vcall *call) {
  int32_t lba = (int32_t)redbook_get32(call->cdb + 2);
  uint32_t sectors = redbook_get16(call->cdb + 7);
  if (redbook_vwrite_type(drive) == REDBOOK_VTYPE_SAO)
    return redbook_vsao_write(drive, call, lba, sectors);
  uint32_t code = redbook_vbuffer_verdict(drive, call);
  if (!code) code = check_write(drive, call, lba, sectors);
  if (code || !sectors) return code;
  code = redbook_vbuffer_admit(drive, sectors);
  if (code) return code;
  struct redbook_vdisc *disc = redbook_vrecord_target(drive);
  struct redbook_vtrack *track = redbook_vdisc_unfinished(disc);
  bool first = !track, open = track && track->state == REDBOOK_VTRACK_OPEN;
  if (first) code = redbook_vrecord_prepare(drive, call);
  if (code) return code;
  if (first) track = begin(drive, disc);
  code = redbook_vrecord_store(drive, call, lba, sectors);
  track->state = code ? REDBOOK_VTRACK_BROKEN : REDBOOK_VTRACK_OPEN;
  if (code) return code;
  track->sectors += sectors;
  redbook_vbuffer_take(drive, call, first, open);
  return 0;
}

static uint64_t padding_time(const struct redbook_virtual *drive,
                             const struct redbook_vtrack *track, uint32_t had) {
  double end = track->start + (double)track->sectors;
  return redbook_vtime_path(drive, end - (track->sectors - had), end);
}

/* Returns the time of padding, for drives that pad. */
static uint64_t end_track(struct redbook_virtual *drive, struct redbook_vdisc *disc) {
  const struct redbook_vtrack *track = redbook_vdisc_unfinished_const(disc);
  uint32_t had = track->sectors;
  if (drive->personality->pads)
    redbook_vdisc_close_track(disc);
  else
    redbook_vdisc_sync(disc);
  return padding_time(drive, track, had);
}

uint32_t redbook_vdo_synchronize(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  struct redbook_vtrack *track = redbook_vdisc_unfinished(disc);
  uint32_t code = redbook_vbuffer_verdict(drive, call);
  if (code) redbook_vsao_forget(drive);
  if (code || redbook_vsao_synchronize(drive, call)) return code;
  if (!track || track->state != REDBOOK_VTRACK_OPEN) return 0;
  uint64_t time = redbook_vbuffer_flush(drive) + redbook_vdelay(drive, REDBOOK_VCOST_SYNC_US);
  time += end_track(drive, disc);
  if (commit_failed(drive, call, disc)) {
    track->state = REDBOOK_VTRACK_BROKEN;
    return REDBOOK_VPMA_ERROR;
  }
  redbook_vtime_take(drive, call, time, call->cdb[1] & 2);
  return 0;
}

static uint32_t close_track(struct redbook_virtual *drive, struct redbook_vcall *call) {
  if (drive->personality->close_track_fails) return REDBOOK_VSEQUENCE;
  struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  unsigned number = redbook_get16(call->cdb + 4);
  bool invisible = redbook_vdisc_has_invisible_track(disc);
  if (!number || number > disc->tracks + invisible) return REDBOOK_VBAD_CDB;
  const struct redbook_vtrack *track = redbook_vdisc_unfinished_const(disc);
  if (!track || number != disc->tracks) return 0;
  if (drive->sao.begun && track->state == REDBOOK_VTRACK_OPEN) return REDBOOK_VSEQUENCE;
  redbook_vsao_forget(drive);
  disc = redbook_vrecord_target(drive);
  struct redbook_vdisc before = *disc;
  uint32_t had = disc->track[number - 1].sectors;
  redbook_vdisc_close_track(disc);
  uint64_t time = redbook_vbuffer_flush(drive) + redbook_vdelay(drive, REDBOOK_VCOST_SYNC_US) +
                  padding_time(drive, &disc->track[number - 1], had);
  if (commit_failed(drive, call, disc)) {
    *disc = before;
    return REDBOOK_VPMA_ERROR;
  }
  redbook_vtime_take(drive, call, time, call->cdb[1] & 1);
  return 0;
}

uint64_t redbook_vrecord_close_time(const struct redbook_virtual *drive,
                                    const struct redbook_vdisc *disc) {
  const struct redbook_vtrack *last = &disc->track[disc->tracks - 1];
  double end = last->start + (double)last->sectors;
  uint32_t lead_out = disc->sessions ? REDBOOK_VLEAD_OUT_NEXT : REDBOOK_VLEAD_OUT_FIRST;
  uint64_t time = REDBOOK_VCOST_CLOSE_US + redbook_vtime_path(drive, -REDBOOK_VLEAD_IN, 0) +
                  redbook_vtime_path(drive, end, end + lead_out);
  return redbook_vdelay(drive, time);
}

static uint32_t close_session(struct redbook_virtual *drive, struct redbook_vcall *call) {
  struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  if (redbook_vdisc_unfinished(disc)) return REDBOOK_VSENSE(5, 0x72, 0x03);
  if (redbook_vdisc_session_status(disc) != REDBOOK_VSESSION_INCOMPLETE) return 0;
  disc = redbook_vrecord_target(drive);
  struct redbook_vdisc before = *disc;
  uint64_t time = redbook_vrecord_close_time(drive, disc);
  redbook_vdisc_close_session(disc, drive->page05[3] >> 6 == 3);
  if (commit_failed(drive, call, disc)) {
    *disc = before;
    return REDBOOK_VLEAD_IN_ERROR;
  }
  uint32_t early = drive->personality->close_sense;
  redbook_vtime_take(drive, call, time, early || call->cdb[1] & 1);
  return early;
}

uint32_t redbook_vdo_close(struct redbook_virtual *drive, struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  unsigned function = call->cdb[2];
  if (function != 1 && function != 2) return REDBOOK_VBAD_CDB;
  if (!redbook_vrecord_possible(disc)) return REDBOOK_VCANNOT_WRITE;
  return function == 1 ? close_track(drive, call) : close_session(drive, call);
}
