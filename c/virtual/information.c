/* SPDX-License-Identifier: GPL-3.0-or-later */
/* READ DISC INFORMATION and READ TRACK INFORMATION (reference 1.3, 2.4). */
#include <string.h>

#include "virtual/record.h"

uint32_t redbook_vdo_disc_information(struct redbook_virtual *drive,
                                      struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  if (call->cdb[1] & 7) return REDBOOK_VBAD_CDB;
  uint8_t *p = redbook_vreply(call, 34, redbook_get16(call->cdb + 7));
  unsigned sessions = disc->finalised ? disc->sessions : disc->sessions + 1;
  unsigned first = redbook_vdisc_first_open_track(disc);
  if (disc->finalised) first = disc->session[sessions - 1].first;
  unsigned last = disc->tracks + redbook_vdisc_has_invisible_track(disc);
  redbook_put16(p, 32);
  p[2] = (uint8_t)((disc->medium == REDBOOK_MEDIUM_CD_RW ? 0x10 : 0) |
                   redbook_vdisc_session_status(disc) << 2 | redbook_vdisc_status(disc));
  p[3] = 1;
  p[4] = (uint8_t)sessions;
  p[5] = (uint8_t)(first > last ? last : first);
  p[6] = (uint8_t)last;
  p[7] = 0x20; /* unrestricted use */
  p[8] = disc->tracks ? 0x00 : 0xFF;
  if (disc->finalised) {
    memset(p + 16, 0xFF, 8);
  } else {
    redbook_vput_msf(p + 17, redbook_vdisc_lead_in(disc, sessions));
    redbook_vput_msf(p + 21, redbook_vdisc_last_lead_out(disc));
  }
  return 0;
}

/* The track to come: Blank, NWA, and all the room that is left. Its mode is not known yet. */
static uint32_t invisible_track(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  int32_t nwa = 0;
  if (!redbook_vdisc_has_invisible_track(disc) || !redbook_vdisc_nwa(disc, &nwa))
    return REDBOOK_VBAD_CDB;
  uint8_t *p = redbook_vreply(call, 36, redbook_get16(call->cdb + 7));
  redbook_put16(p, 34);
  p[2] = (uint8_t)(disc->tracks + 1);
  p[3] = (uint8_t)(disc->sessions + 1);
  p[5] = 0x07;
  p[6] = 0x4F;
  p[7] = 0x01;
  redbook_put32(p + 8, (uint32_t)nwa);
  redbook_put32(p + 12, (uint32_t)nwa);
  redbook_put32(p + 16, redbook_vdisc_free(disc, nwa));
  redbook_put32(p + 24, redbook_vdisc_free(disc, nwa));
  return 0;
}

/* State coding after P8 table 29: RT marks a complete track on a recordable medium, pressed
 * ones have none; a track that is not complete has neither RT nor Blank. Damage says that it
 * was cut off and cannot be gone on with (MMC; P8 itself never sets it on CD). Track size
 * counts the payload, without run-out (unverified). */
static uint32_t known_track(const struct redbook_vdisc *disc, unsigned index,
                            struct redbook_vcall *call) {
  const struct redbook_vtrack *track = &disc->track[index];
  uint8_t *p = redbook_vreply(call, 36, redbook_get16(call->cdb + 7));
  bool complete = track->state == REDBOOK_VTRACK_COMPLETE;
  bool broken = track->state == REDBOOK_VTRACK_BROKEN;
  redbook_put16(p, 34);
  p[2] = (uint8_t)(index + 1);
  p[3] = track->session;
  p[5] = (uint8_t)((broken ? 0x20 : 0) | track->control);
  p[6] = complete && disc->medium != REDBOOK_MEDIUM_PRESSED ? 0x8F : 0x0F;
  redbook_put32(p + 8, (uint32_t)track->start);
  redbook_put32(p + 24, track->sectors);
  if (track->sectors) {
    p[7] |= 0x02;
    redbook_put32(p + 28, (uint32_t)track->start + track->sectors - 1);
  }
  if (!complete && !broken) {
    int32_t nwa = track->start + (int32_t)track->sectors;
    p[7] |= 0x01;
    redbook_put32(p + 12, (uint32_t)nwa);
    redbook_put32(p + 16, redbook_vdisc_free(disc, nwa));
  }
  return 0;
}

static uint32_t track_by_number(const struct redbook_vdisc *disc, uint32_t number,
                                struct redbook_vcall *call) {
  if (number == 0xFF) {
    if (redbook_vdisc_unfinished_const(disc)) return known_track(disc, disc->tracks - 1, call);
    return invisible_track(disc, call);
  }
  if (number >= 1 && number <= disc->tracks) return known_track(disc, number - 1, call);
  if (number == disc->tracks + 1) return invisible_track(disc, call);
  return REDBOOK_VBAD_CDB;
}

static uint32_t track_by_session(const struct redbook_vdisc *disc, uint32_t number,
                                 struct redbook_vcall *call) {
  if (number >= 1 && number <= disc->sessions)
    return known_track(disc, disc->session[number - 1].first - 1u, call);
  if (number == disc->sessions + 1 && !disc->finalised)
    return track_by_number(disc, redbook_vdisc_first_open_track(disc), call);
  return REDBOOK_VBAD_CDB;
}

static uint32_t track_by_lba(const struct redbook_vdisc *disc, int32_t lba,
                             struct redbook_vcall *call) {
  int32_t nwa = 0;
  int index = redbook_vdisc_track_of(disc, lba);
  if (index >= 0) return known_track(disc, (unsigned)index, call);
  if (!redbook_vdisc_has_invisible_track(disc) || !redbook_vdisc_nwa(disc, &nwa) ||
      lba < nwa - REDBOOK_VPREGAP || lba >= redbook_vdisc_last_lead_out(disc))
    return REDBOOK_VOUT_OF_RANGE;
  return invisible_track(disc, call);
}

static uint32_t track_by(const struct redbook_vdisc *disc, struct redbook_vcall *call) {
  uint32_t number = redbook_get32(call->cdb + 2);
  switch (call->cdb[1] & 3) {
    case 0:
      return track_by_lba(disc, (int32_t)number, call);
    case 1:
      return track_by_number(disc, number, call);
    case 2:
      return track_by_session(disc, number, call);
    default:
      return REDBOOK_VBAD_CDB;
  }
}

/* A session at once begins with its first pregap (1.8); while it is recorded, the position is
 * the sheet's. */
static void next_by_sheet(const struct redbook_virtual *drive, const struct redbook_vdisc *disc,
                          uint8_t *p) {
  int32_t nwa = 0;
  if (!(p[7] & 0x01) || !redbook_vdisc_nwa(disc, &nwa)) return;
  if (drive->sao.ready)
    redbook_put32(p + 12, (uint32_t)drive->sao.position);
  else if (redbook_vwrite_type(drive) == REDBOOK_VTYPE_SAO &&
           redbook_vdisc_session_status(disc) == REDBOOK_VSESSION_EMPTY)
    redbook_put32(p + 12, (uint32_t)(nwa - REDBOOK_VPREGAP));
}

uint32_t redbook_vdo_track_information(struct redbook_virtual *drive,
                                       struct redbook_vcall *call) {
  const struct redbook_vdisc *disc = redbook_vdrive_disc(drive);
  uint32_t code = track_by(disc, call);
  if (!code) next_by_sheet(drive, disc, call->reply);
  if (!code && !disc->tracks && drive->personality->nwa_before_start)
    redbook_put32(call->reply + 12, (uint32_t)-REDBOOK_VPREGAP);
  return code;
}
