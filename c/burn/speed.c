/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Write speeds in IMAPI2's sectors per second (imapi2 0.2, 1.3, 1.4). */
#include <stdlib.h>

#include "burn/tao_internal.h"

/* The listed speed that lies nearest; of two, the slower; the wanted rotation before the other.
 */
static const struct redbook_speed *nearest(const struct redbook_speed *speeds, unsigned count,
                                           int32_t requested, bool pure_cav) {
  const struct redbook_speed *best = NULL;
  int32_t best_distance = INT32_MAX;
  for (unsigned i = 0; i < count; i++) {
    int32_t speed = (int32_t)redbook_kbps_to_sectors(speeds[i].kbps);
    int32_t distance = requested < 0 ? -speed : abs(speed - requested);
    bool better = !best || distance < best_distance;
    bool tie = best && distance == best_distance &&
               (speeds[i].kbps < best->kbps ||
                (speeds[i].pure_cav == pure_cav && best->pure_cav != pure_cav));
    if (better || tie) {
      best = &speeds[i];
      best_distance = distance;
    }
  }
  return best;
}

/* A drive that does not know the command or this figure goes on at its own speed; that is no
 * reason to fail a burn (imapi2 7.4). */
static bool refused(const struct redbook_error *err) {
  const struct redbook_sense *sense = &err->sense;
  return sense->valid && sense->key == 5 &&
         (sense->asc == 0x20 || sense->asc == 0x24 || sense->asc == 0x26);
}

bool redbook_speed_apply(struct redbook_drive *drive, const struct redbook_session *session,
                         int32_t requested, bool pure_cav, struct redbook_error *err) {
  const struct redbook_speed *speed =
      nearest(session->speeds, session->speed_count, requested, pure_cav);
  uint16_t kbps = requested < 0 || !speed ? REDBOOK_FASTEST : speed->kbps;
  bool cav = requested < 0 || !speed ? pure_cav : speed->pure_cav;
  struct redbook_error trouble;
  redbook_error_clear(&trouble);
  if (redbook_drive_set_speed(drive, kbps, cav, &trouble) || refused(&trouble)) return true;
  if (err) *err = trouble;
  return false;
}

static uint32_t remark_of(const struct redbook_speed *chosen, int32_t requested,
                          bool pure_cav) {
  bool speed = requested >= 0 && (int32_t)redbook_kbps_to_sectors(chosen->kbps) != requested;
  bool rotation = chosen->pure_cav != pure_cav;
  if (speed && rotation) return REDBOOK_S_IMAPI_BOTHADJUSTED;
  if (speed) return REDBOOK_S_IMAPI_SPEEDADJUSTED;
  return rotation ? REDBOOK_S_IMAPI_ROTATIONADJUSTED : REDBOOK_S_OK;
}

/* Outside a session the speed is sent by PrepareMedia: the drive may be another's, and one that
 * is only looked at takes no SET CD SPEED (its descriptor is read-only). */
static bool choose(struct redbook_drive *drive, bool held, struct redbook_session *session,
                   int32_t requested, bool pure_cav, uint32_t *remark,
                   struct redbook_error *err) {
  if (!redbook_drive_speeds(drive, session->speeds, REDBOOK_SPEED_MAX, &session->speed_count,
                            err))
    return false;
  if (held && !redbook_speed_apply(drive, session, requested, pure_cav, err)) return false;
  if (held) redbook_drive_current_speed(drive, &session->current_speed, NULL);
  *remark = remark_of(nearest(session->speeds, session->speed_count, requested, pure_cav),
                      requested, pure_cav);
  return true;
}

bool redbook_tao_set_speed(struct redbook_tao *tao, int32_t sectors_per_second, bool pure_cav,
                           uint32_t *remark, struct redbook_error *err) {
  redbook_tao_settle(tao);
  if (!tao->recorder)
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_REQUIRED,
                        "SetWriteSpeed needs a Recorder");
  if (sectors_per_second < -1 || sectors_per_second == 0)
    return redbook_fail(
        err, REDBOOK_E_INVALIDARG,
        "SetWriteSpeed takes sectors per second (75 is 1x) or -1 for the fastest");
  struct redbook_drive *drive = redbook_recorder_enter(tao->recorder, err);
  if (!drive) return false;
  struct redbook_session session = tao->session;
  bool held = tao->state == REDBOOK_TAO_PREPARED;
  bool ok = choose(drive, held, &session, sectors_per_second, pure_cav, remark, err);
  redbook_recorder_leave(tao->recorder, drive);
  if (!ok) return false;
  tao->session = session;
  tao->requested_speed = sectors_per_second;
  tao->requested_cav = pure_cav;
  return true;
}

void redbook_tao_requested_speed(const struct redbook_tao *tao, int32_t *speed,
                                 bool *pure_cav) {
  *speed = tao->requested_speed;
  *pure_cav = tao->requested_cav;
}
