/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PrepareMedia: lock, ready, suitable medium, write parameters (imapi2 1.3, design 4). */
#include <stdio.h>
#include <stdlib.h>

#include "burn/tao_internal.h"

struct prepare {
  struct redbook_tao *tao;
  struct redbook_session session;
};

/* 0507: only CD-R and CD-RW; 050E: the drive cannot write track at once. */
static bool medium_fits(struct redbook_drive *drive, struct redbook_error *err) {
  enum redbook_media_type type;
  bool can;
  if (!redbook_media_type(drive, &type, err)) return false;
  if (type != REDBOOK_MEDIA_CDR && type != REDBOOK_MEDIA_CDRW)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED,
                        "the disc is no CD-R or CD-RW");
  if (!redbook_session_can_write(drive, &can, err)) return false;
  return can || redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED,
                             "the drive cannot write CDs track at once");
}

static const char *what_it_is(const struct redbook_media *media) {
  if (media->incomplete_track) return "its last track was cut off";
  if (media->damaged) return "its last session or track is damaged";
  if (media->disc_status == REDBOOK_STATUS_BLANK) return "it is not usable";
  if (media->disc_status != REDBOOK_STATUS_APPENDABLE) return "it is complete";
  return media->next_writable < 0 ? "it holds tracks and can take no more"
                                  : "it holds tracks and can take more";
}

/* 0506: blank, or with Append one that can be gone on with; a cut-off track is closed first,
 * which a simulation must not. */
static bool may_write(const struct redbook_media *media, bool append, bool simulate,
                      struct redbook_error *err) {
  if (media->disc_status == REDBOOK_STATUS_BLANK && !media->damaged) return true;
  bool mendable = media->incomplete_track && !simulate;
  bool goes_on = media->disc_status == REDBOOK_STATUS_APPENDABLE &&
                 (mendable || (!media->damaged && media->next_writable >= 0) ||
                  (!media->damaged && media->session_open));
  if (append && goes_on) return true;
  redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK, "the disc is not blank: %s",
               what_it_is(media));
  if (goes_on)
    redbook_advise(
        err, "Insert a blank disc, or set Append (burn.lua --append) to add to this one.");
  return false;
}

static bool parameters(const struct redbook_tao *tao, struct redbook_drive *drive,
                       const struct redbook_session *session, struct redbook_error *err) {
  if (tao->flags[REDBOOK_TAO_TEST_WRITE] && !session->capabilities.test_write)
    return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS,
                        "this drive cannot simulate a burn (test write)");
  struct redbook_write_parameters wanted = {
      .buffer_underrun_free = session->capabilities.buffer_underrun_free,
      .test_write = tao->flags[REDBOOK_TAO_TEST_WRITE],
      .next_session_allowed = tao->flags[REDBOOK_TAO_DO_NOT_FINALIZE]};
  (void)snprintf(wanted.catalog_number, sizeof wanted.catalog_number, "%s",
                 tao->catalog_number);
  return redbook_drive_write_parameters(drive, &wanted, err);
}

static bool mend(struct redbook_drive *drive, struct redbook_session *session,
                 struct redbook_error *err) {
  if (!session->media.incomplete_track) return true;
  if (!redbook_session_mend(drive, session, err)) return false;
  session->first_writable = session->media.next_writable;
  return true;
}

static bool examine(struct redbook_tao *tao, struct redbook_drive *drive,
                    struct redbook_session *session, struct redbook_error *err) {
  return redbook_drive_ready(drive, err) && medium_fits(drive, err) &&
         redbook_session_read(drive, session, err) &&
         may_write(&session->media, tao->flags[REDBOOK_TAO_APPEND],
                   tao->flags[REDBOOK_TAO_TEST_WRITE], err) &&
         mend(drive, session, err) && parameters(tao, drive, session, err) &&
         redbook_speed_apply(drive, session, tao->requested_speed, tao->requested_cav, err);
}

static bool run(struct redbook_operation *op, void *context, uint32_t *remark,
                struct redbook_error *err) {
  struct prepare *job = context;
  struct redbook_tao *tao = job->tao;
  (void)remark;
  redbook_operation_report(op, &(struct redbook_progress){.action = REDBOOK_ACTION_PREPARING});
  bool ok = redbook_recorder_job_acquire(tao->recorder, tao->client_name, err);
  if (ok) {
    struct redbook_drive drive = *redbook_recorder_held_drive(tao->recorder);
    drive.cancel = redbook_operation_cancel_flag(op);
    redbook_transport_own(drive.transport);
    ok = examine(tao, &drive, &job->session, err);
    if (ok && redbook_operation_cancelled(op))
      ok = redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "preparing was cancelled");
    redbook_transport_disown(drive.transport);
    if (!ok) redbook_recorder_job_release(tao->recorder, NULL);
  }
  if (!ok) err->disc = REDBOOK_DISC_UNTOUCHED;
  return ok;
}

/* Prepared, but nobody has learned of it. */
static void take_back(void *context) {
  struct prepare *job = context;
  redbook_recorder_job_release(job->tao->recorder, NULL);
}

static void delivered(void *context, bool ok) {
  struct prepare *job = context;
  struct redbook_tao *tao = job->tao;
  if (ok) {
    tao->session = job->session;
    tao->session_known = true;
  }
  redbook_tao_ended(tao, ok ? REDBOOK_TAO_PREPARED : REDBOOK_TAO_IDLE);
}

static void destroy(void *context) {
  struct prepare *job = context;
  redbook_tao_unref(job->tao);
  free(job);
}

static const struct redbook_job prepare_job = {.thread_name = "redbook-prepare",
                                               .run = run,
                                               .revoke = take_back,
                                               .delivered = delivered,
                                               .destroy = destroy};

/* Another operation, of no TrackAtOnce, has the drive. */
static bool not_busy(struct redbook_recorder *recorder, struct redbook_error *err) {
  return !redbook_recorder_busy(recorder) ||
         redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_WRITE_IN_PROGRESS,
                      "another operation is running on this recorder");
}

struct redbook_operation *redbook_tao_begin_prepare(struct redbook_tao *tao,
                                                    struct redbook_error *err) {
  bool may = redbook_tao_allows(tao, REDBOOK_RULE_IDLE, "PrepareMedia", err);
  if (!may) {
    if (err && err->code == REDBOOK_E_IMAPI_DF2TAO_WRITE_IN_PROGRESS)
      redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_PREPARED,
                   "PrepareMedia is not possible while an operation is running");
    return NULL;
  }
  if (!tao->recorder) {
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED,
                 "PrepareMedia needs a Recorder");
    return NULL;
  }
  if (!tao->client_name[0]) {
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_CLIENT_NAME_IS_NOT_VALID,
                 "PrepareMedia needs a ClientName");
    return NULL;
  }
  if (!redbook_tao_alone(tao, err) || !not_busy(tao->recorder, err)) return NULL;
  struct prepare *job = calloc(1, sizeof *job);
  if (!job) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for PrepareMedia");
    return NULL;
  }
  job->tao = redbook_tao_ref(tao);
  struct redbook_operation *op =
      redbook_tao_run(tao, REDBOOK_TAO_PREPARING, &prepare_job, job, err);
  if (!op) return NULL;
  tao->session_known = false;
  redbook_tao_forget_written(tao);
  redbook_tao_hold(tao);
  redbook_operation_start(op);
  return op;
}
