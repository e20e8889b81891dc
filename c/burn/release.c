/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ReleaseMedia: closes the session as asked, compares the TOC, unlocks (imapi2 1.3, design 4).
 */
#include <stdlib.h>

#include "burn/check.h"
#include "burn/tao_internal.h"

#define CLOSE_TRIES 4

struct release {
  struct redbook_tao *tao;
  struct redbook_operation *op;
  struct redbook_session session;
  struct redbook_progress progress;
};

static void report(void *context, double elapsed, double fraction) {
  struct release *job = context;
  job->progress.elapsed = (int32_t)elapsed;
  job->progress.elapsed_seconds = elapsed;
  job->progress.remaining =
      fraction > 0.01 ? (int32_t)(elapsed * (1 - fraction) / fraction + 0.5) : 0;
  redbook_operation_report(job->op, &job->progress);
}

/* The multi-session bits of that moment decide (MMC reference 1.4). */
static bool closing_parameters(struct release *job, struct redbook_drive *drive,
                               struct redbook_error *err) {
  struct redbook_write_parameters wanted = redbook_tao_parameters(job->tao, &job->session);
  return redbook_drive_write_parameters(drive, &wanted, err);
}

/* A reset (6/29) or somebody's mode parameters (6/2A) took page 05h away just before CLOSE
 * SESSION, which was not carried out: both once more (MMC reference 3, "reinit"). */
static bool settings_gone(const struct redbook_error *err) {
  const struct redbook_sense *sense = &err->sense;
  return err->opcode == REDBOOK_CLOSE_TRACK_SESSION && sense->valid && sense->key == 6 &&
         (sense->asc == 0x29 || sense->asc == 0x2A);
}

static bool send_close(struct release *job, struct redbook_drive *drive,
                       struct redbook_error *err) {
  struct redbook_error trouble;
  for (unsigned again = 0; again < CLOSE_TRIES; again++) {
    redbook_error_clear(&trouble);
    if (!closing_parameters(job, drive, err)) return false;
    if (redbook_drive_close_session(drive, REDBOOK_CLOSE_SECONDS, report, job, &trouble))
      return true;
    if (!settings_gone(&trouble)) break;
  }
  *err = trouble;
  return false;
}

static bool close_session(struct release *job, struct redbook_drive *drive,
                          struct redbook_error *err) {
  redbook_operation_report(job->op, &job->progress);
  if (!send_close(job, drive, err)) return false;
  job->progress.action = REDBOOK_ACTION_VERIFYING;
  redbook_operation_report(job->op, &job->progress);
  return redbook_check_closed(drive, &job->session,
                              job->tao->flags[REDBOOK_TAO_DO_NOT_FINALIZE], err);
}

/* A test write leaves nothing to close; the drive must forget it. */
static bool forget(struct release *job, struct redbook_drive *drive,
                   struct redbook_error *err) {
  if (!job->session.tested) return true;
  return redbook_session_forget_test(drive, &job->session, err) &&
         redbook_check_untouched(drive, &job->session, err);
}

/* An open track is ended and counted; the disc's own list is what the TOC is compared with. */
static bool end_track(struct release *job, struct redbook_drive *drive,
                      struct redbook_error *err) {
  if (!job->session.track_open) return true;
  return redbook_session_end_track(drive, &job->session, REDBOOK_SYNC_SECONDS, report, job,
                                   err) &&
         redbook_session_refresh(drive, &job->session, err);
}

/* A first WRITE that failed may have left the disc blank: then there is nothing to close,
 * unless a track is said to be written. */
static bool something_to_close(struct release *job, struct redbook_drive *drive) {
  struct redbook_session *session = &job->session;
  if (session->in_session > 0 || !session->wrote) return session->in_session > 0;
  return job->tao->written_count > 0 ||
         redbook_session_judge(drive, session) != REDBOOK_DISC_UNTOUCHED;
}

static bool finish(struct release *job, struct redbook_drive *drive,
                   struct redbook_error *err) {
  const struct redbook_tao *tao = job->tao;
  job->progress.action = REDBOOK_ACTION_FINISHING;
  job->progress.track = job->session.track_count;
  if (tao->flags[REDBOOK_TAO_TEST_WRITE]) return forget(job, drive, err);
  if (!end_track(job, drive, err)) return false;
  if (tao->flags[REDBOOK_TAO_KEEP_SESSION_OPEN] || !something_to_close(job, drive)) return true;
  if (redbook_operation_cancelled(job->op))
    return redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED,
                        "releasing was cancelled before the session was closed");
  return close_session(job, drive, err);
}

static bool run(struct redbook_operation *op, void *context, uint32_t *remark,
                struct redbook_error *err) {
  struct release *job = context;
  struct redbook_recorder *recorder = job->tao->recorder;
  struct redbook_drive *drive = redbook_recorder_held_drive(recorder);
  (void)remark;
  job->op = op;
  bool ok = drive != NULL;
  if (ok) {
    redbook_transport_own(drive->transport);
    ok = finish(job, drive, err);
    if (job->session.wrote && !job->tao->flags[REDBOOK_TAO_TEST_WRITE])
      redbook_session_judge(drive, &job->session);
    redbook_transport_disown(drive->transport);
  } else {
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED,
                 "the drive is not held any more");
  }
  if (!ok) err->disc = job->session.disc;
  bool released = redbook_recorder_job_release(recorder, ok ? err : NULL);
  if (ok && !released) err->disc = job->session.disc;
  return ok && released;
}

static void delivered(void *context, bool ok) {
  struct release *job = context;
  (void)ok;
  job->tao->session = job->session;
  redbook_tao_ended(job->tao, REDBOOK_TAO_IDLE);
}

static void destroy(void *context) {
  struct release *job = context;
  redbook_tao_unref(job->tao);
  free(job);
}

static const struct redbook_job release_job = {
    .thread_name = "redbook-release", .run = run, .delivered = delivered, .destroy = destroy};

struct redbook_operation *redbook_tao_begin_release(struct redbook_tao *tao,
                                                    struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_PREPARED, "ReleaseMedia", err)) return NULL;
  struct release *job = calloc(1, sizeof *job);
  if (!job) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for ReleaseMedia");
    return NULL;
  }
  job->tao = redbook_tao_ref(tao);
  job->session = tao->session;
  struct redbook_operation *op =
      redbook_tao_run(tao, REDBOOK_TAO_RELEASING, &release_job, job, err);
  if (op) redbook_operation_start(op);
  return op;
}
