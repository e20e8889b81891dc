/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the drive says of the disc before, between and after tracks, and mending what is open.
 */
#include "burn/tao_internal.h"

#define BUSY_SECONDS 60.0   /* a drive may keep its track information to itself so long */
#define JUDGE_SECONDS 120.0 /* and the state of the disc, after something failed */
#define BUSY_PAUSE 0.5
#define LONGEST_TRACK 449850u /* 99:58:00: no disc holds more */

bool redbook_session_can_write(struct redbook_drive *drive, bool *out,
                               struct redbook_error *err) {
  bool current;
  return redbook_drive_feature(drive, 0x002D, out, &current, err);
}

static bool is_busy(const struct redbook_error *err) {
  return err->code == REDBOOK_E_IMAPI_RECORDER_MEDIA_BECOMING_READY ||
         err->code == REDBOOK_E_IMAPI_RECORDER_MEDIA_FORMAT_IN_PROGRESS ||
         err->code == REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY;
}

static bool wants_start(const struct redbook_error *err) {
  return err->sense.valid && redbook_sense_triple(&err->sense) == REDBOOK_TRIPLE(2, 0x04, 0x02);
}

bool redbook_session_ask_again(struct redbook_drive *drive, double since,
                               const struct redbook_error *trouble, struct redbook_error *err) {
  if (!is_busy(trouble) || redbook_drive_now(drive) - since >= BUSY_SECONDS) {
    if (err) *err = *trouble;
    return false;
  }
  if (wants_start(trouble)) redbook_drive_ready(drive, NULL); /* sends START UNIT */
  return redbook_drive_sleep(drive, BUSY_PAUSE, err);
}

bool redbook_session_ask_track(struct redbook_drive *drive, uint32_t number,
                               struct redbook_track_information *out,
                               struct redbook_error *err) {
  double since = redbook_drive_now(drive);
  for (;;) {
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    if (redbook_drive_track_information(drive, REDBOOK_BY_TRACK, number, out, &trouble))
      return true;
    if (!redbook_session_ask_again(drive, since, &trouble, err)) return false;
  }
}

bool redbook_session_read_cd(struct redbook_drive *drive, int32_t lba, uint32_t sectors,
                             uint8_t *data, struct redbook_error *err) {
  double since = redbook_drive_now(drive);
  for (;;) {
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    if (redbook_drive_read_cd(drive, lba, sectors, data, &trouble)) return true;
    if (!redbook_session_ask_again(drive, since, &trouble, err)) return false;
  }
}

void redbook_session_add(struct redbook_session *session,
                         const struct redbook_disc_track *track) {
  if (session->track_count < REDBOOK_MAX_TRACKS)
    session->tracks[session->track_count++] = *track;
}

/* A track that somebody else wrote, or that the drive has ended by itself. */
static bool ask_and_add(struct redbook_drive *drive, struct redbook_session *session,
                        struct redbook_error *err) {
  struct redbook_track_information info;
  unsigned number = session->track_count + 1;
  if (!redbook_session_ask_track(drive, number, &info, err)) return false;
  if (info.size > LONGEST_TRACK)
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
                        "the drive gives track %u a length of %u sectors", number, info.size);
  redbook_session_add(session, &(struct redbook_disc_track){.number = number,
                                                            .start = info.start,
                                                            .sectors = info.size,
                                                            .control = info.control});
  return true;
}

static bool add_missing(struct redbook_drive *drive, struct redbook_session *session,
                        struct redbook_error *err) {
  while (session->track_count < session->media.tracks &&
         session->track_count < REDBOOK_MAX_TRACKS)
    if (!ask_and_add(drive, session, err)) return false;
  return true;
}

bool redbook_session_refresh(struct redbook_drive *drive, struct redbook_session *session,
                             struct redbook_error *err) {
  struct redbook_media media;
  if (!redbook_media_summary(drive, &media, err)) return false;
  session->media = media;
  session->in_session = 0;
  if (!media.session_open) return true;
  struct redbook_disc_information disc;
  if (!redbook_drive_disc_information(drive, &disc, err)) return false;
  if (disc.first_track_in_last && media.tracks >= disc.first_track_in_last)
    session->in_session = media.tracks - disc.first_track_in_last + 1u;
  return true;
}

bool redbook_session_read(struct redbook_drive *drive, struct redbook_session *session,
                          struct redbook_error *err) {
  *session = (struct redbook_session){.disc = REDBOOK_DISC_UNTOUCHED};
  if (!redbook_session_refresh(drive, session, err) || !add_missing(drive, session, err) ||
      !redbook_drive_capabilities(drive, &session->capabilities, err) ||
      !redbook_drive_speeds(drive, session->speeds, REDBOOK_SPEED_MAX, &session->speed_count,
                            err))
    return false;
  /* Some drives do not tell it; nothing depends on it. */
  if (!redbook_drive_current_speed(drive, &session->current_speed, NULL))
    session->current_speed = session->speeds[0];
  session->first_writable = session->media.next_writable;
  session->first_status = session->media.disc_status;
  session->first_tracks = session->media.tracks;
  return true;
}

enum redbook_disc_state redbook_session_disc(struct redbook_drive *drive) {
  struct redbook_disc_information disc;
  struct redbook_error err;
  double since = redbook_drive_now(drive);
  for (;;) {
    redbook_error_clear(&err);
    if (redbook_drive_disc_information(drive, &disc, &err)) break;
    if (!is_busy(&err) || redbook_drive_now(drive) - since >= JUDGE_SECONDS)
      return REDBOOK_DISC_UNKNOWN;
    redbook_drive_sleep(drive, BUSY_PAUSE, &err);
  }
  if (disc.disc_status == REDBOOK_STATUS_BLANK) return REDBOOK_DISC_UNTOUCHED;
  if (disc.disc_status == REDBOOK_STATUS_COMPLETE) return REDBOOK_DISC_FINALISED;
  if (disc.disc_status != REDBOOK_STATUS_APPENDABLE) return REDBOOK_DISC_UNKNOWN;
  if (disc.session_status == REDBOOK_SESSION_DAMAGED) return REDBOOK_DISC_SPOILED;
  return disc.session_status == REDBOOK_SESSION_INCOMPLETE ? REDBOOK_DISC_OPEN
                                                           : REDBOOK_DISC_APPENDABLE;
}

enum redbook_disc_state redbook_session_judge(struct redbook_drive *drive,
                                              struct redbook_session *session) {
  struct redbook_drive patient = {.transport = drive->transport};
  session->disc = session->wrote ? redbook_session_disc(&patient) : REDBOOK_DISC_UNTOUCHED;
  return session->disc;
}

bool redbook_session_end_track(struct redbook_drive *drive, struct redbook_session *session,
                               double limit, redbook_progress_fn *on_progress, void *context,
                               struct redbook_error *err) {
  static const uint8_t silence[REDBOOK_SECTORS_AT_ONCE * REDBOOK_SECTOR_BYTES];
  struct redbook_drive patient = {.transport = drive->transport};
  uint32_t most = redbook_drive_sectors_at_once(&patient);
  if (!session->track_open) return true;
  while (session->open_sectors < REDBOOK_MIN_TRACK_SECTORS) {
    uint32_t left = REDBOOK_MIN_TRACK_SECTORS - session->open_sectors;
    uint16_t count = (uint16_t)(left < most ? left : most);
    int32_t lba = session->open_start + (int32_t)session->open_sectors;
    if (!redbook_drive_write(&patient, lba, count, silence, err)) break;
    session->open_sectors += count;
  }
  bool padded = session->open_sectors >= REDBOOK_MIN_TRACK_SECTORS;
  if (!redbook_drive_synchronize(&patient, limit, on_progress, context, padded ? err : NULL))
    return false;
  session->track_open = false;
  return padded;
}

bool redbook_session_mend(struct redbook_drive *drive, struct redbook_session *session,
                          struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport};
  struct redbook_track_information info;
  if (!redbook_session_ask_track(&patient, REDBOOK_INVISIBLE_TRACK, &info, err)) return false;
  if (info.blank) return true;
  session->wrote = true;
  return redbook_drive_close_track(&patient, info.track, REDBOOK_SYNC_SECONDS, err) &&
         redbook_session_refresh(&patient, session, err) && add_missing(&patient, session, err);
}

bool redbook_session_forget_test(struct redbook_drive *drive, struct redbook_session *session,
                                 struct redbook_error *err) {
  struct redbook_drive patient = {.transport = drive->transport};
  struct redbook_write_parameters real = {.buffer_underrun_free =
                                              session->capabilities.buffer_underrun_free};
  if (!session->tested) return true;
  if (!redbook_drive_write_parameters(&patient, &real, err)) return false;
  session->tested = false;
  session->track_open = false;
  return true;
}
