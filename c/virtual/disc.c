/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic of recording on the model of a disc. */
#include "virtual/disc.h"

#include <stdio.h>
#include <string.h>

void redbook_vdisc_init(struct redbook_vdisc *disc, enum redbook_virtual_medium medium,
                        unsigned minutes) {
  memset(disc, 0, sizeof *disc);
  disc->medium = medium;
  disc->minutes = minutes;
}

bool redbook_vdisc_minutes_known(unsigned minutes) {
  return minutes == 74 || minutes == 80 || minutes == 90 || minutes == 99;
}

int32_t redbook_vdisc_last_lead_out(const struct redbook_vdisc *disc) {
  return (int32_t)disc->minutes * 60 * 75 - 1 - 150;
}

static bool recordable(const struct redbook_vdisc *disc) {
  return disc->medium == REDBOOK_MEDIUM_CD_R || disc->medium == REDBOOK_MEDIUM_CD_RW;
}

int redbook_vdisc_status(const struct redbook_vdisc *disc) {
  if (disc->finalised) return REDBOOK_VDISC_COMPLETE;
  return disc->tracks ? REDBOOK_VDISC_APPENDABLE : REDBOOK_VDISC_BLANK;
}

int redbook_vdisc_session_status(const struct redbook_vdisc *disc) {
  if (disc->finalised) return REDBOOK_VSESSION_COMPLETE;
  bool empty = redbook_vdisc_first_open_track(disc) > disc->tracks;
  return empty ? REDBOOK_VSESSION_EMPTY : REDBOOK_VSESSION_INCOMPLETE;
}

const struct redbook_vtrack *redbook_vdisc_unfinished_const(const struct redbook_vdisc *disc) {
  if (!disc->tracks) return NULL;
  const struct redbook_vtrack *last = &disc->track[disc->tracks - 1];
  return last->state == REDBOOK_VTRACK_COMPLETE ? NULL : last;
}

struct redbook_vtrack *redbook_vdisc_unfinished(struct redbook_vdisc *disc) {
  return redbook_vdisc_unfinished_const(disc) ? &disc->track[disc->tracks - 1] : NULL;
}

unsigned redbook_vdisc_first_open_track(const struct redbook_vdisc *disc) {
  return disc->sessions ? disc->session[disc->sessions - 1].last + 1u : 1;
}

bool redbook_vdisc_has_invisible_track(const struct redbook_vdisc *disc) {
  return recordable(disc) && !disc->finalised && disc->tracks < REDBOOK_VTRACKS &&
         !redbook_vdisc_unfinished_const(disc);
}

int32_t redbook_vdisc_lead_in(const struct redbook_vdisc *disc, unsigned number) {
  if (number <= 1) return REDBOOK_VATIP_LEAD_IN;
  int32_t lead_out = disc->session[number - 2].lead_out;
  return lead_out + (number == 2 ? REDBOOK_VLEAD_OUT_FIRST : REDBOOK_VLEAD_OUT_NEXT);
}

int32_t redbook_vdisc_next_session(const struct redbook_vdisc *disc, unsigned number) {
  return redbook_vdisc_lead_in(disc, number + 1) + REDBOOK_VLEAD_IN + REDBOOK_VPREGAP;
}

bool redbook_vdisc_nwa(const struct redbook_vdisc *disc, int32_t *nwa) {
  const struct redbook_vtrack *unfinished = redbook_vdisc_unfinished_const(disc);
  if (unfinished) {
    *nwa = unfinished->start + (int32_t)unfinished->sectors;
    return unfinished->state != REDBOOK_VTRACK_BROKEN;
  }
  if (!redbook_vdisc_has_invisible_track(disc)) return false;
  if (redbook_vdisc_first_open_track(disc) > disc->tracks) {
    *nwa = disc->sessions ? redbook_vdisc_next_session(disc, disc->sessions) : 0;
  } else {
    const struct redbook_vtrack *last = &disc->track[disc->tracks - 1];
    *nwa = last->start + (int32_t)last->sectors + last->run_out + REDBOOK_VPREGAP;
  }
  return true;
}

uint32_t redbook_vdisc_free(const struct redbook_vdisc *disc, int32_t nwa) {
  int32_t room = redbook_vdisc_last_lead_out(disc) - nwa - REDBOOK_VRUN_OUT;
  return room > 0 ? (uint32_t)room : 0;
}

struct redbook_vtrack *redbook_vdisc_begin_track(struct redbook_vdisc *disc, uint8_t control,
                                                 const char *isrc, const char *catalog) {
  int32_t start = 0;
  if (!redbook_vdisc_has_invisible_track(disc) || !redbook_vdisc_nwa(disc, &start)) return NULL;
  struct redbook_vtrack *track = &disc->track[disc->tracks++];
  *track = (struct redbook_vtrack){.state = REDBOOK_VTRACK_OPEN,
                                   .session = (uint8_t)(disc->sessions + 1),
                                   .control = control,
                                   .start = start,
                                   .pregap = REDBOOK_VPREGAP,
                                   .run_out = REDBOOK_VRUN_OUT};
  snprintf(track->isrc, sizeof track->isrc, "%s", isrc);
  snprintf(track->catalog, sizeof track->catalog, "%s", catalog);
  return track;
}

void redbook_vdisc_sync(struct redbook_vdisc *disc) {
  struct redbook_vtrack *track = redbook_vdisc_unfinished(disc);
  if (!track || track->state != REDBOOK_VTRACK_OPEN) return;
  bool whole = track->sectors >= REDBOOK_VMIN_TRACK;
  track->state = whole ? REDBOOK_VTRACK_COMPLETE : REDBOOK_VTRACK_INCOMPLETE;
}

void redbook_vdisc_close_track(struct redbook_vdisc *disc) {
  struct redbook_vtrack *track = redbook_vdisc_unfinished(disc);
  if (!track) return;
  int32_t room = redbook_vdisc_last_lead_out(disc) - track->start - track->run_out;
  if ((int32_t)track->sectors > room) track->run_out = 0; /* a session at once, cut off */
  int32_t least = room < (int32_t)REDBOOK_VMIN_TRACK ? room : (int32_t)REDBOOK_VMIN_TRACK;
  if ((int32_t)track->sectors < least) track->sectors = (uint32_t)least;
  track->state = REDBOOK_VTRACK_COMPLETE;
}

void redbook_vdisc_close_session(struct redbook_vdisc *disc, bool next_session_allowed) {
  unsigned first = redbook_vdisc_first_open_track(disc);
  if (first > disc->tracks) return;
  const struct redbook_vtrack *last = &disc->track[disc->tracks - 1];
  disc->session[disc->sessions++] = (struct redbook_vsession){
      .first = (uint8_t)first,
      .last = (uint8_t)disc->tracks,
      .lead_out = last->start + (int32_t)last->sectors + last->run_out,
  };
  disc->finalised = !next_session_allowed;
}

void redbook_vdisc_cut(struct redbook_vdisc *disc, unsigned number) {
  if (disc->tracks >= number) disc->tracks = number - 1;
  while (disc->sessions && disc->session[disc->sessions - 1].last > disc->tracks)
    disc->sessions--;
  disc->finalised = false;
}

static int32_t end_of(const struct redbook_vtrack *track) {
  return track->start + (int32_t)track->sectors + track->run_out;
}

static const struct redbook_vtrack *last_complete(const struct redbook_vdisc *disc) {
  for (unsigned i = disc->tracks; i-- > 0;)
    if (disc->track[i].state == REDBOOK_VTRACK_COMPLETE) return &disc->track[i];
  return NULL;
}

int32_t redbook_vdisc_recorded_end(const struct redbook_vdisc *disc) {
  const struct redbook_vtrack *track = last_complete(disc);
  return track ? end_of(track) : 0;
}

int32_t redbook_vdisc_payload_end(const struct redbook_vdisc *disc) {
  const struct redbook_vtrack *track = last_complete(disc);
  return track ? end_of(track) - track->run_out : 0;
}

int redbook_vdisc_track_of(const struct redbook_vdisc *disc, int32_t lba) {
  for (unsigned i = 0; i < disc->tracks; i++) {
    const struct redbook_vtrack *track = &disc->track[i];
    bool follows = i && track[-1].session == track->session;
    int32_t from = follows ? end_of(track - 1) : track->start - (int32_t)track->pregap;
    if (lba >= from && lba < end_of(track)) return (int)i;
  }
  return -1;
}

unsigned redbook_vdisc_index_of(const struct redbook_vtrack *track, int32_t lba) {
  if (lba < track->start) return 0;
  unsigned index = 1;
  while (index - 1 < track->marks && lba >= track->mark[index - 1])
    index++;
  return index;
}

const char *redbook_vdisc_catalog(const struct redbook_vdisc *disc) {
  for (unsigned i = 0; i < disc->tracks; i++)
    if (disc->track[i].catalog[0]) return disc->track[i].catalog;
  return "";
}

bool redbook_vdisc_readable(const struct redbook_vdisc *disc, int32_t lba) {
  int index = redbook_vdisc_track_of(disc, lba);
  return index >= 0 && disc->track[index].state == REDBOOK_VTRACK_COMPLETE;
}
