/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BLANK: what a CD-RW can lose (reference 1.9).
 *
 * Of the types that leave something on the disc, all work on its end: the session that is open,
 * else the last closed one. What a type is not good for is 5/2C/00.
 */
#include "virtual/record.h"

enum { ALL, MINIMAL, TRACK, UNRESERVE, TAIL, UNCLOSE, SESSION };

/* Type 2: the last track, of an open session. */
static uint32_t cut_track(struct redbook_vdisc *disc, uint32_t number) {
  if (!number || number > disc->tracks) return REDBOOK_VBAD_CDB;
  if (number != disc->tracks || number < redbook_vdisc_first_open_track(disc))
    return REDBOOK_VSEQUENCE;
  redbook_vdisc_cut(disc, number);
  return 0;
}

/* Type 4: the last track of an open session from an LBA on; what is left of it can be gone on
 * with. */
static uint32_t cut_tail(struct redbook_vdisc *disc, int32_t lba) {
  if (disc->tracks < redbook_vdisc_first_open_track(disc)) return REDBOOK_VSEQUENCE;
  struct redbook_vtrack *track = &disc->track[disc->tracks - 1];
  if (lba < track->start || lba >= track->start + (int32_t)track->sectors)
    return REDBOOK_VOUT_OF_RANGE;
  if (lba == track->start) {
    redbook_vdisc_cut(disc, disc->tracks);
    return 0;
  }
  track->sectors = (uint32_t)(lba - track->start);
  track->state = REDBOOK_VTRACK_INCOMPLETE;
  track->run_out = REDBOOK_VRUN_OUT;
  while (track->marks && track->mark[track->marks - 1] >= lba)
    track->marks--;
  return 0;
}

/* Type 5: lead-in and lead-out of the last closed session; its tracks stay in the PMA. */
static uint32_t unclose(struct redbook_vdisc *disc) {
  if (!disc->sessions || disc->tracks != disc->session[disc->sessions - 1].last)
    return REDBOOK_VSEQUENCE;
  disc->sessions--;
  disc->finalised = false;
  return 0;
}

/* Type 6: the session that is open, else the last closed one, with its tracks. */
static uint32_t cut_session(struct redbook_vdisc *disc) {
  unsigned first = redbook_vdisc_first_open_track(disc);
  if (disc->tracks < first) {
    if (!disc->sessions) return REDBOOK_VSEQUENCE;
    first = disc->session[disc->sessions - 1].first;
  }
  redbook_vdisc_cut(disc, first);
  return 0;
}

static uint32_t change(struct redbook_vdisc *disc, unsigned type, uint32_t address) {
  if (type != TRACK && type != TAIL && address) return REDBOOK_VBAD_CDB;
  switch (type) {
    case ALL:
    case MINIMAL:
      redbook_vdisc_init(disc, disc->medium, disc->minutes);
      return 0;
    case TRACK:
      return cut_track(disc, address);
    case TAIL:
      return cut_tail(disc, (int32_t)address);
    case UNCLOSE:
      return unclose(disc);
    case SESSION:
      return cut_session(disc);
    default: /* no track is ever reserved here */
      return REDBOOK_VBAD_CDB;
  }
}

uint32_t redbook_vdo_blank(struct redbook_virtual *drive, struct redbook_vcall *call) {
  unsigned type = call->cdb[1] & 7u;
  struct redbook_vdisc disc = drive->disc;
  uint32_t code = change(&disc, type, redbook_get32(call->cdb + 2));
  if (code == REDBOOK_VBAD_CDB) return code;
  if (drive->disc.medium != REDBOOK_MEDIUM_CD_RW) return REDBOOK_VCANNOT_WRITE;
  if (code) return code;
  uint64_t time = redbook_vdelay(drive, REDBOOK_VCOST_BLANK_MINIMAL_US);
  if (type == ALL) time = redbook_vtime_path(drive, 0, redbook_vdisc_last_lead_out(&disc));
  int error = redbook_vimage_shrink(&drive->image, &disc);
  if (redbook_vfile_error(call, drive->image.cue, error)) return REDBOOK_VERASE_ERROR;
  drive->disc = disc;
  drive->testing = false;
  drive->buffer = (struct redbook_vbuffer){.writes = drive->buffer.writes};
  redbook_vsao_forget(drive);
  drive->sao.owed_us = 0;
  redbook_vtime_take(drive, call, time, call->cdb[1] & 0x10);
  return 0;
}
