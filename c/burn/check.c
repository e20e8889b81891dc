/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing what was written with what the drive tells afterwards. */
#include "burn/check.h"

#include "burn/tao_internal.h"

static bool differs(struct redbook_error *err, const char *what, long wanted, long found) {
  return redbook_fail(err, REDBOOK_E_IMAPI_BURN_VERIFICATION_FAILED,
                      "the drive reported success, but %s is %ld instead of %ld", what, found,
                      wanted);
}

/* Sizes may include the run-out and, on some drives, the next pregap (unverified): not less
 * than what was sent, and not more than that. */
static bool check_size(uint32_t size, uint32_t sectors, struct redbook_error *err) {
  if (size >= sectors && size <= sectors + 152) return true;
  return differs(err, "the track's length", (long)sectors, (long)size);
}

bool redbook_check_track(struct redbook_drive *drive, unsigned number, int32_t start,
                         uint32_t sectors, bool test_write, struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport};
  struct redbook_track_information info;
  int32_t end = start + (int32_t)sectors;
  if (!test_write) {
    if (!redbook_session_ask_track(&patient, number, &info, err)) return false;
    if (info.start != start) return differs(err, "the track's start", start, info.start);
    if (info.damaged)
      return redbook_fail(err, REDBOOK_E_IMAPI_BURN_VERIFICATION_FAILED,
                          "the drive reported success, but calls track %u damaged", number);
    if (!check_size(info.size, sectors, err)) return false;
  }
  if (number == REDBOOK_MAX_TRACKS) return true; /* there is no next one to ask about */
  if (!redbook_session_ask_track(&patient, REDBOOK_INVISIBLE_TRACK, &info, err)) return false;
  bool full = !info.next_writable_valid; /* the 99th track, or no room for another */
  if (full || (info.next_writable >= end + 150 && info.next_writable <= end + 160)) return true;
  return differs(err, "the next writable address", end + 152, info.next_writable);
}

static const struct redbook_toc_entry *find(const struct redbook_toc *toc, unsigned number) {
  for (unsigned i = 0; i < toc->count; i++)
    if (toc->entries[i].track == number) return &toc->entries[i];
  return NULL;
}

static bool check_toc(const struct redbook_toc *toc, const struct redbook_session *session,
                      struct redbook_error *err) {
  for (unsigned i = 0; i < session->track_count; i++) {
    const struct redbook_disc_track *track = &session->tracks[i];
    const struct redbook_toc_entry *entry = find(toc, track->number);
    if (!entry)
      return redbook_fail(err, REDBOOK_E_IMAPI_BURN_VERIFICATION_FAILED,
                          "the session was closed, but the TOC does not list track %u",
                          track->number);
    if (entry->start != track->start)
      return differs(err, "the start of a track in the TOC", track->start, entry->start);
    if ((entry->control & 0x4u) != (track->control & 0x4u))
      return differs(err, "a track's control field in the TOC", track->control, entry->control);
  }
  const struct redbook_toc_entry *lead_out = find(toc, REDBOOK_LEAD_OUT);
  const struct redbook_disc_track *last = &session->tracks[session->track_count - 1];
  int32_t end = last->start + (int32_t)last->sectors;
  if (!lead_out || lead_out->start < end)
    return differs(err, "the start of the lead-out", end + (int32_t)REDBOOK_RUN_OUT,
                   lead_out ? lead_out->start : -1);
  return true;
}

static bool ask_disc(struct redbook_drive *drive, struct redbook_disc_information *disc,
                     struct redbook_error *err) {
  double since = redbook_drive_now(drive);
  for (;;) {
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    if (redbook_drive_disc_information(drive, disc, &trouble)) return true;
    if (!redbook_session_ask_again(drive, since, &trouble, err)) return false;
  }
}

static bool ask_toc(struct redbook_drive *drive, struct redbook_toc *toc,
                    struct redbook_error *err) {
  double since = redbook_drive_now(drive);
  for (;;) {
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    if (redbook_drive_toc(drive, toc, &trouble)) return true;
    if (!redbook_session_ask_again(drive, since, &trouble, err)) return false;
  }
}

bool redbook_check_closed(struct redbook_drive *drive, const struct redbook_session *session,
                          bool appendable, struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport};
  struct redbook_disc_information disc;
  struct redbook_toc toc;
  if (!ask_disc(&patient, &disc, err)) return false;
  int wanted = appendable ? REDBOOK_STATUS_APPENDABLE : REDBOOK_STATUS_COMPLETE;
  if (disc.disc_status != wanted)
    return differs(err, "the disc status after closing", wanted, disc.disc_status);
  if (!session->track_count) return true;
  return ask_toc(&patient, &toc, err) && check_toc(&toc, session, err);
}

bool redbook_check_untouched(struct redbook_drive *drive, const struct redbook_session *session,
                             struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport};
  struct redbook_media media;
  if (!redbook_media_summary(&patient, &media, err)) return false;
  bool same = media.next_writable == session->first_writable &&
              media.disc_status == session->first_status &&
              media.tracks == session->first_tracks;
  if (same) return true;
  if (media.next_writable != session->first_writable)
    differs(err, "the next writable address after a test write", session->first_writable,
            media.next_writable);
  else if (media.disc_status != session->first_status)
    differs(err, "the disc status after a test write", session->first_status,
            media.disc_status);
  else
    differs(err, "the number of tracks after a test write", (long)session->first_tracks,
            (long)media.tracks);
  redbook_advise(err,
                 "The laser was off; some drives only forget a simulation when the tray is "
                 "opened and closed.");
  return false;
}
