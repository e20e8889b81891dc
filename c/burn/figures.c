/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of a TrackAtOnce: the medium, its room, its speeds, the coming TOC.
 *
 * Getters that imapi2 0.3 allows during a write answer from what was read before; outside a
 * session they look at the drive.
 */
#include "burn/tao_internal.h"

bool redbook_tao_recorder_supported(struct redbook_tao *tao, struct redbook_recorder *recorder,
                                    bool *out, struct redbook_error *err) {
  (void)tao;
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  if (!drive) return false;
  bool ok = redbook_session_can_write(drive, out, err);
  redbook_recorder_leave(recorder, drive);
  return ok;
}

/* Windows 7's reading: an empty drive is 0202, not a plain "no" (imapi2 1.1, 7.19). */
static bool media_supported(struct redbook_drive *drive, bool *out, struct redbook_error *err) {
  struct redbook_media media;
  if (!redbook_session_can_write(drive, out, err)) return false;
  if (!*out) return true;
  *out = false;
  if (!redbook_drive_ready(drive, err) || !redbook_media_summary(drive, &media, err))
    return false;
  *out = (media.type == REDBOOK_MEDIA_CDR || media.type == REDBOOK_MEDIA_CDRW) &&
         media.disc_status == REDBOOK_STATUS_BLANK && !media.damaged;
  return true;
}

bool redbook_tao_media_supported(struct redbook_tao *tao, struct redbook_recorder *recorder,
                                 bool *out, struct redbook_error *err) {
  (void)tao;
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  if (!drive) return false;
  bool ok = media_supported(drive, out, err);
  redbook_recorder_leave(recorder, drive);
  return ok;
}

enum source { FROM_SESSION, FROM_DRIVE };

/* Where an always-allowed getter answers from. */
static bool find_source(struct redbook_tao *tao, const char *what, enum source *out,
                        struct redbook_error *err) {
  redbook_tao_settle(tao);
  *out = FROM_DRIVE;
  if (!tao->recorder)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED,
                        "%s needs a Recorder", what);
  if (tao->state == REDBOOK_TAO_IDLE || tao->state == REDBOOK_TAO_PREPARED) return true;
  *out = FROM_SESSION;
  return tao->session_known ||
         redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_WRITE_IN_PROGRESS,
                      "%s is not known yet: the medium is being prepared", what);
}

static bool status_is_blank(struct redbook_tao *tao, const char *what, bool *out,
                            struct redbook_error *err) {
  enum source source = FROM_DRIVE;
  if (!find_source(tao, what, &source, err)) return false;
  if (source == FROM_SESSION) {
    *out = tao->session.media.disc_status == REDBOOK_STATUS_BLANK;
    return true;
  }
  struct redbook_disc_information disc;
  struct redbook_drive *drive = redbook_recorder_enter(tao->recorder, err);
  if (!drive) return false;
  bool ok =
      redbook_drive_ready(drive, err) && redbook_drive_disc_information(drive, &disc, err);
  redbook_recorder_leave(tao->recorder, drive);
  *out = ok && disc.disc_status == REDBOOK_STATUS_BLANK;
  return ok;
}

bool redbook_tao_physically_blank(struct redbook_tao *tao, bool *out,
                                  struct redbook_error *err) {
  return status_is_blank(tao, "MediaPhysicallyBlank", out, err);
}

/* On CD-R and CD-RW it equals "physically blank" (imapi2 1.1). */
bool redbook_tao_heuristically_blank(struct redbook_tao *tao, bool *out,
                                     struct redbook_error *err) {
  return status_is_blank(tao, "MediaHeuristicallyBlank", out, err);
}

bool redbook_tao_media_type(struct redbook_tao *tao, enum redbook_media_type *out,
                            struct redbook_error *err) {
  enum source source = FROM_DRIVE;
  if (!find_source(tao, "CurrentPhysicalMediaType", &source, err)) return false;
  if (source == FROM_SESSION) {
    *out = tao->session.media.type;
    return true;
  }
  struct redbook_drive *drive = redbook_recorder_enter(tao->recorder, err);
  if (!drive) return false;
  bool ok = redbook_drive_ready(drive, err) && redbook_media_type(drive, out, err);
  redbook_recorder_leave(tao->recorder, drive);
  return ok;
}

bool redbook_tao_existing_tracks(struct redbook_tao *tao, unsigned *out,
                                 struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_PREPARED, "NumberOfExistingTracks", err))
    return false;
  *out = tao->session.in_session;
  return true;
}

bool redbook_tao_total_sectors(struct redbook_tao *tao, uint32_t *out,
                               struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_SESSION, "TotalSectorsOnMedia", err)) return false;
  *out = tao->session.media.total;
  return true;
}

bool redbook_tao_free_sectors(struct redbook_tao *tao, uint32_t *out,
                              struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_SESSION, "FreeSectorsOnMedia", err)) return false;
  *out = tao->session.media.free;
  return true;
}

bool redbook_tao_used_sectors(struct redbook_tao *tao, uint32_t *out,
                              struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_SESSION, "UsedSectorsOnMedia", err)) return false;
  *out = tao->session.media.used;
  return true;
}

bool redbook_tao_expected_toc(struct redbook_tao *tao, uint8_t toc[REDBOOK_TOC_BYTES],
                              size_t *length, struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_PREPARED, "ExpectedTableOfContents", err))
    return false;
  if (!tao->session.track_count)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_TABLE_OF_CONTENTS_EMPTY_DISC,
                        "there is no table of contents yet: no track was written");
  *length = redbook_toc_build(&tao->session, toc);
  return true;
}

/* Fills speeds and current speed of `session` from the drive where that is allowed. */
static bool speeds(struct redbook_tao *tao, const char *what, struct redbook_session *session,
                   struct redbook_error *err) {
  enum source source = FROM_DRIVE;
  *session = tao->session;
  if (!find_source(tao, what, &source, err)) return false;
  if (source == FROM_SESSION) return true;
  struct redbook_drive *drive = redbook_recorder_enter(tao->recorder, err);
  if (!drive) return false;
  bool ok = redbook_drive_ready(drive, err) &&
            redbook_media_type(drive, &session->media.type, err) &&
            redbook_drive_speeds(drive, session->speeds, REDBOOK_SPEED_MAX,
                                 &session->speed_count, err) &&
            redbook_drive_current_speed(drive, &session->current_speed, err);
  redbook_recorder_leave(tao->recorder, drive);
  return ok;
}

bool redbook_tao_current_speed(struct redbook_tao *tao, int32_t *speed, bool *pure_cav,
                               struct redbook_error *err) {
  struct redbook_session session;
  if (!speeds(tao, "CurrentWriteSpeed", &session, err)) return false;
  *speed = (int32_t)redbook_kbps_to_sectors(session.current_speed.kbps);
  *pure_cav = session.current_speed.pure_cav;
  return true;
}

bool redbook_tao_supported_speeds(struct redbook_tao *tao, struct redbook_speed_descriptor *out,
                                  unsigned room, unsigned *count, struct redbook_error *err) {
  struct redbook_session session;
  if (!speeds(tao, "SupportedWriteSpeeds", &session, err)) return false;
  *count = session.speed_count < room ? session.speed_count : room;
  for (unsigned i = 0; i < *count; i++)
    out[i] = (struct redbook_speed_descriptor){
        .media = session.media.type,
        .pure_cav = session.speeds[i].pure_cav,
        .speed = (int32_t)redbook_kbps_to_sectors(session.speeds[i].kbps)};
  return true;
}
