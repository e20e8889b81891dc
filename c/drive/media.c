/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MediaSummary: what lies in the drive. */
#include "drive/media.h"

#define RUN_OUT 2 /* sectors behind a track that belong to it (mmc reference 2.1) */
#define TRACKS_MOST 99

/* For drives without GET CONFIGURATION, and those that name no profile although they said that
 * they are ready (Pioneer DVR-216D 1.09 says so too early, mmc reference 6: the question for
 * the disc tells): what has an ATIP can be recorded. */
static bool guess_type(struct redbook_drive *drive, enum redbook_media_type *out,
                       struct redbook_error *err) {
  struct redbook_disc_information disc;
  struct redbook_atip atip;

  if (!redbook_drive_disc_information(drive, &disc, err)) return false;
  if (disc.erasable)
    *out = REDBOOK_MEDIA_CDRW;
  else if (disc.disc_status != REDBOOK_STATUS_COMPLETE ||
           redbook_drive_atip(drive, &atip, NULL))
    *out = REDBOOK_MEDIA_CDR;
  else
    *out = REDBOOK_MEDIA_CDROM;
  return true;
}

bool redbook_media_type(struct redbook_drive *drive, enum redbook_media_type *out,
                        struct redbook_error *err) {
  struct redbook_error trouble;
  uint16_t profile;

  redbook_error_clear(&trouble);
  if (!redbook_drive_current_profile(drive, &profile, &trouble)) {
    if (trouble.code == REDBOOK_E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED)
      return guess_type(drive, out, err);
    if (err) *err = trouble;
    return false;
  }
  switch (profile) {
    case 0x00:
      if (guess_type(drive, out, &trouble)) return true;
      *out = REDBOOK_MEDIA_UNKNOWN;
      if (trouble.code == REDBOOK_E_IMAPI_RECORDER_MEDIA_NO_MEDIA) return true;
      if (err) *err = trouble;
      return false;
    case 0x08:
      *out = REDBOOK_MEDIA_CDROM;
      return true;
    case 0x09:
      *out = REDBOOK_MEDIA_CDR;
      return true;
    case 0x0A:
      *out = REDBOOK_MEDIA_CDRW;
      return true;
    default:
      *out = REDBOOK_MEDIA_UNKNOWN;
      return true;
  }
}

/* The least last possible start of a lead-out; 0 when nobody knows one. */
static int32_t lead_out_limit(struct redbook_drive *drive, const struct redbook_media *media,
                              const struct redbook_disc_information *disc) {
  struct redbook_atip atip;
  int32_t limit = disc->has_lead_out_limit ? disc->lead_out_limit : 0;

  if (media->type != REDBOOK_MEDIA_CDR && media->type != REDBOOK_MEDIA_CDRW) return limit;
  if (!redbook_drive_atip(drive, &atip, NULL)) return limit;
  return limit <= 0 || atip.lead_out_limit < limit ? atip.lead_out_limit : limit;
}

static void complete_media(struct redbook_drive *drive, const struct redbook_toc *toc,
                           const struct redbook_disc_information *disc,
                           struct redbook_media *out) {
  for (unsigned i = 0; i < toc->count; i++)
    if (toc->entries[i].track == REDBOOK_LEAD_OUT && toc->entries[i].start > 0)
      out->used = (uint32_t)toc->entries[i].start;
  if (toc->first >= 1 && toc->last >= toc->first) out->tracks = toc->last - toc->first + 1u;
  out->sessions = disc->sessions;
  int32_t limit = lead_out_limit(drive, out, disc) - RUN_OUT;
  out->total = limit > 0 && (uint32_t)limit > out->used ? (uint32_t)limit : out->used;
}

/* Blank and appendable: what stands behind number FFh is the track to come, or one that was
 * begun and never ended. Some drives give NWA -150 for a blank disc (Pioneer BDR-205): no TAO
 * track starts there (1.6). */
static void open_media(const struct redbook_track_information *track,
                       const struct redbook_disc_information *disc, int32_t limit,
                       struct redbook_media *out) {
  int32_t next = track->next_writable > track->start ? track->next_writable : track->start;
  int32_t room = limit - RUN_OUT - (next > 0 ? next : 0);

  out->incomplete_track = !track->blank;
  out->damaged = out->damaged || track->damaged;
  if (track->track > disc->first_track)
    out->tracks = track->track - (unsigned)disc->first_track;
  if (out->tracks > 0) out->used = next > 0 ? (uint32_t)next : 0;
  if (out->incomplete_track)
    out->used =
        (uint32_t)(track->next_writable_valid ? next
                                              : track->start + (int32_t)track->size + RUN_OUT);
  if (track->next_writable_valid && track->blank && track->track <= TRACKS_MOST) {
    out->next_track = track->track;
    out->next_writable = next > 0 ? next : 0;
    out->free = track->free_blocks;
    if (limit > 0 && room < (int32_t)out->free) out->free = room > 0 ? (uint32_t)room : 0;
  }
  out->total = limit > RUN_OUT ? (uint32_t)(limit - RUN_OUT) : out->used + out->free;
  if (out->disc_status == REDBOOK_STATUS_BLANK) out->total = out->free;
}

/* The last session counts once a track in it is complete. */
static unsigned full_sessions(const struct redbook_disc_information *disc, unsigned tracks) {
  if (tracks == 0 || disc->sessions == 0) return 0;
  unsigned complete = disc->sessions - 1u;
  bool last_holds_some = disc->session_status != REDBOOK_SESSION_EMPTY &&
                         tracks > (unsigned)disc->first_track_in_last - disc->first_track;
  return last_holds_some ? complete + 1 : complete;
}

/* After the 99th track there is no next one to ask about. */
static bool full_media(struct redbook_drive *drive, const struct redbook_disc_information *disc,
                       struct redbook_media *out, struct redbook_error *err) {
  struct redbook_track_information track;

  if (!redbook_drive_track_information(drive, REDBOOK_BY_TRACK, TRACKS_MOST, &track, err))
    return false;
  int32_t limit = lead_out_limit(drive, out, disc);
  out->tracks = TRACKS_MOST;
  out->used = (uint32_t)track.start + track.size + RUN_OUT;
  out->total = limit > RUN_OUT ? (uint32_t)(limit - RUN_OUT) : out->used;
  return true;
}

static bool summarise_open(struct redbook_drive *drive,
                           const struct redbook_disc_information *disc,
                           struct redbook_media *out, struct redbook_error *err) {
  struct redbook_track_information track;
  bool full =
      disc->disc_status == REDBOOK_STATUS_APPENDABLE && disc->last_track_in_last >= TRACKS_MOST;
  bool next = redbook_drive_track_information(drive, REDBOOK_BY_TRACK, REDBOOK_INVISIBLE_TRACK,
                                              &track, full ? NULL : err);

  if (!next && !full) return false;
  if (next)
    open_media(&track, disc, lead_out_limit(drive, out, disc), out);
  else if (!full_media(drive, disc, out, err))
    return false;
  if (out->disc_status == REDBOOK_STATUS_APPENDABLE) {
    out->session_open = out->session_status == REDBOOK_SESSION_INCOMPLETE;
    out->sessions = full_sessions(disc, out->tracks);
  }
  return true;
}

bool redbook_media_summary(struct redbook_drive *drive, struct redbook_media *out,
                           struct redbook_error *err) {
  struct redbook_disc_information disc;
  struct redbook_error trouble;
  struct redbook_toc toc;

  *out = (struct redbook_media){.next_writable = -1};
  redbook_error_clear(&trouble);
  if (!redbook_drive_ready(drive, &trouble)) {
    if (trouble.code == REDBOOK_E_IMAPI_RECORDER_MEDIA_NO_MEDIA) return true;
    if (err) *err = trouble;
    return false;
  }
  out->present = true;
  if (!redbook_media_type(drive, &out->type, err) ||
      !redbook_drive_disc_information(drive, &disc, err))
    return false;
  out->disc_status = disc.disc_status;
  out->session_status = disc.session_status;
  out->erasable = disc.erasable;
  out->damaged = disc.session_status == REDBOOK_SESSION_DAMAGED;
  if (disc.disc_status == REDBOOK_STATUS_BLANK || disc.disc_status == REDBOOK_STATUS_APPENDABLE)
    return summarise_open(drive, &disc, out, err);
  if (!redbook_drive_toc(drive, &toc, err)) return false;
  complete_media(drive, &toc, &disc, out);
  return true;
}
