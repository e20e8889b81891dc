/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the drive says of the disc before, between and after tracks. */
#include <string.h>

#include "burn/tao_internal.h"

static bool add_track(struct redbook_drive *drive, struct redbook_session *session,
                      unsigned number, struct redbook_error *err) {
  struct redbook_track_information info;
  if (!redbook_drive_track_information(drive, REDBOOK_BY_TRACK, number, &info, err))
    return false;
  session->tracks[session->track_count++] = (struct redbook_disc_track){
      .number = number, .start = info.start, .sectors = info.size, .control = info.control};
  return true;
}

bool redbook_session_refresh(struct redbook_drive *drive, struct redbook_session *session,
                             struct redbook_error *err) {
  struct redbook_media media;
  if (!redbook_media_summary(drive, &media, err)) return false;
  while (session->track_count < media.tracks && session->track_count < REDBOOK_MAX_TRACKS) {
    if (!add_track(drive, session, session->track_count + 1, err)) return false;
  }
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
  memset(session, 0, sizeof *session);
  session->disc = REDBOOK_DISC_UNTOUCHED;
  if (!redbook_session_refresh(drive, session, err)) return false;
  session->earlier = session->track_count;
  session->first_writable = session->media.next_writable;
  return redbook_drive_capabilities(drive, &session->capabilities, err) &&
         redbook_drive_speeds(drive, session->speeds, REDBOOK_SPEED_MAX, &session->speed_count,
                              err) &&
         redbook_drive_current_speed(drive, &session->current_speed, err);
}

static enum redbook_disc_state judge(struct redbook_drive *drive) {
  struct redbook_disc_information disc;
  if (!redbook_drive_disc_information(drive, &disc, NULL)) return REDBOOK_DISC_UNKNOWN;
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
  session->disc = session->wrote ? judge(&patient) : REDBOOK_DISC_UNTOUCHED;
  return session->disc;
}

bool redbook_session_end_track(struct redbook_drive *drive, struct redbook_session *session,
                               double limit, struct redbook_error *err) {
  static const uint8_t silence[26 * REDBOOK_SECTOR_BYTES];
  struct redbook_drive patient = {.transport = drive->transport};
  if (!session->track_open) return true;
  while (session->open_sectors < REDBOOK_MIN_TRACK_SECTORS) {
    uint32_t left = REDBOOK_MIN_TRACK_SECTORS - session->open_sectors;
    uint16_t count = (uint16_t)(left < 26 ? left : 26);
    int32_t lba = session->open_start + (int32_t)session->open_sectors;
    if (!redbook_drive_write(&patient, lba, count, silence, err)) break;
    session->open_sectors += count;
  }
  bool padded = session->open_sectors >= REDBOOK_MIN_TRACK_SECTORS;
  if (!redbook_drive_synchronize(&patient, limit, padded ? err : NULL)) return false;
  session->track_open = false;
  return padded;
}
