/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EraseMedia on the worker (imapi2 5.6, 6.3; mmc reference 1.9, 5.4): a suitable disc, BLANK,
 * and a look at what became of it, whatever the drive has said.
 *
 * A quick erase that the drive refuses is not turned into a full one: that takes a quarter of
 * an hour and wears the disc, so whoever wants it says so (FullErase). */
#include "burn/erase_job.h"

#include <stdio.h>

#include "burn/tao_internal.h"
#include "drive/media.h"

#define LIMIT_SECONDS 3600.0
#define QUICK_SECONDS 60.0  /* 20 to 60 s are usual (1.9) */
#define FULL_SECONDS 1200.0 /* 10 to 25 min; until the drive has told its speed */
#define LONGEST_SECTORS 359849
#define LEAST_KBPS 176u
#define LOOKS 3
#define LOOK_PAUSE 1.0

bool redbook_erase_drive_can(struct redbook_drive *drive, bool *out,
                             struct redbook_error *err) {
  struct redbook_capabilities can;
  struct redbook_error trouble;
  bool current;
  redbook_error_clear(&trouble);
  if (redbook_drive_capabilities(drive, &can, &trouble)) {
    *out = can.writes_cd_rw;
    return true;
  }
  if (trouble.code == REDBOOK_E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE)
    return redbook_drive_feature(drive, 0x0037, out, &current, err);
  if (trouble.code == REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE)
    redbook_fail(&trouble, REDBOOK_E_IMAPI_ERASE_MODE_PAGE_2A_TOO_SMALL,
                 "the drive's answer about what it can do (mode page 2Ah) is cut off");
  if (err) *err = trouble;
  return false;
}

/* START UNIT waits for its end; 0908. That there is no disc says more. */
static bool spin_up(struct redbook_drive *drive, struct redbook_error *err) {
  struct redbook_error trouble;
  redbook_error_clear(&trouble);
  bool ok = redbook_drive_start_stop(drive, REDBOOK_START, &trouble);
  bool unknown = trouble.sense.valid && trouble.sense.key == 5 && trouble.sense.asc == 0x20;
  if (ok || unknown) return true;
  *err = trouble;
  if (trouble.code == REDBOOK_E_FAIL)
    redbook_fail(err, REDBOOK_E_IMAPI_ERASE_DRIVE_FAILED_SPINUP_COMMAND,
                 "the drive cannot spin the disc up: %s", trouble.message);
  return false;
}

static bool drive_fits(struct redbook_drive *drive, struct redbook_error *err) {
  bool can = false;
  if (!redbook_erase_drive_can(drive, &can, err)) return false;
  return can || redbook_fail(err, REDBOOK_E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED,
                             "the drive cannot erase CD-RWs");
}

static bool ask_disc(struct redbook_drive *drive, struct redbook_disc_information *disc,
                     struct redbook_error *err) {
  if (redbook_drive_disc_information(drive, disc, err)) return true;
  if (err->code == REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE)
    redbook_fail(err, REDBOOK_E_IMAPI_ERASE_DISC_INFORMATION_TOO_SMALL,
                 "the drive's answer about the disc is cut off");
  return false;
}

/* 0909 no recordable CD at all, 0904 one that can be written only once. */
static bool disc_fits(struct redbook_drive *drive, struct redbook_error *err) {
  enum redbook_media_type type;
  struct redbook_disc_information disc;
  if (!redbook_media_type(drive, &type, err) || !ask_disc(drive, &disc, err)) return false;
  if (type != REDBOOK_MEDIA_CDR && type != REDBOOK_MEDIA_CDRW)
    return redbook_fail(err, REDBOOK_E_IMAPI_ERASE_MEDIA_IS_NOT_SUPPORTED,
                        "the disc is no CD-RW");
  if (type == REDBOOK_MEDIA_CDR)
    return redbook_fail(err, REDBOOK_E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE,
                        "the disc is a CD-R: what is written on it stays");
  return disc.erasable || redbook_fail(err, REDBOOK_E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE,
                                       "the drive says that the disc cannot be erased");
}

/* A disc of unknown size counts as the longest, a drive of unknown speed as the slowest. */
static double estimate(struct redbook_drive *drive, bool full) {
  struct redbook_speed speed = {.kbps = 0};
  struct redbook_atip atip = {.lead_out_limit = 0};
  if (!full) return QUICK_SECONDS;
  if (!redbook_drive_current_speed(drive, &speed, NULL) || speed.kbps < LEAST_KBPS)
    speed.kbps = LEAST_KBPS;
  if (!redbook_drive_atip(drive, &atip, NULL) || atip.lead_out_limit <= 0)
    atip.lead_out_limit = LONGEST_SECTORS;
  return (double)atip.lead_out_limit * REDBOOK_SECTOR_BYTES / (speed.kbps * 1000.0);
}

static void report(struct redbook_erase_job *job, enum redbook_action action, double fraction) {
  struct redbook_progress *p = &job->progress;
  double elapsed = redbook_drive_now(job->drive) - job->began;
  double total = fraction > 0.01 ? elapsed / fraction : job->estimate;
  if (action == REDBOOK_ACTION_VERIFYING) total = elapsed;
  p->action = action;
  p->elapsed = (int32_t)elapsed;
  p->elapsed_seconds = elapsed;
  p->remaining = total > elapsed + 1 ? (int32_t)(total - elapsed + 0.5) : 1;
  redbook_operation_report(job->op, p);
}

static void erasing(void *context, double elapsed, double fraction) {
  (void)elapsed;
  report(context, REDBOOK_ACTION_WRITING, fraction);
}

/* What a program before us has left set: with the test bit a drive would only pretend (mmc
 * reference 5.4.6). While a track is being written it takes no page: that is ended first. One
 * that refuses the page erases all the same, or the disc will tell. */
static void forget_test(struct redbook_drive *drive) {
  struct redbook_write_parameters real = {0};
  if (redbook_drive_write_parameters(drive, &real, NULL)) return;
  redbook_drive_synchronize(drive, REDBOOK_LET_GO_SECONDS, NULL, NULL, NULL);
  redbook_drive_write_parameters(drive, &real, NULL);
}

static bool is_blank(struct redbook_drive *drive, struct redbook_error *err) {
  struct redbook_disc_information disc;
  if (!ask_disc(drive, &disc, err)) return false;
  if (disc.disc_status == REDBOOK_STATUS_BLANK && disc.session_status == REDBOOK_SESSION_EMPTY)
    return true;
  return redbook_fail(err, REDBOOK_E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE,
                      "the drive reported success, but the disc is not blank");
}

static bool says_erase_failure(const struct redbook_error *err) {
  return err->sense.valid && err->sense.key == 3 && err->sense.asc == 0x51;
}

/* The family's code for what the drive said of BLANK or while it was waited for; those that
 * name the reason (no disc, wrong speed, timeout, gone) stay. */
static uint32_t family_code(const struct redbook_error *err, bool begun) {
  if (says_erase_failure(err)) return REDBOOK_E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND;
  if (err->sense.valid && err->sense.key == 5 && err->sense.asc == 0x20)
    return REDBOOK_E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED;
  switch (err->code) {
    case REDBOOK_E_IMAPI_RECORDER_MEDIA_BECOMING_READY:
      if (!begun) return err->code;
      return REDBOOK_E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE;
    case REDBOOK_E_FAIL:
    case REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE:
    case REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE:
    case REDBOOK_E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE:
      return REDBOOK_E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE;
    default:
      return err->code;
  }
}

static void translate(struct redbook_error *err, bool begun, bool full, double spent) {
  char why[REDBOOK_MESSAGE_SIZE];
  uint32_t code = family_code(err, begun);
  bool slow = code == REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY ||
              code == REDBOOK_E_IMAPI_RECORDER_COMMAND_TIMEOUT;
  if (slow && spent >= LIMIT_SECONDS) {
    redbook_fail(err, REDBOOK_E_IMAPI_ERASE_TOOK_LONGER_THAN_ONE_HOUR,
                 "the drive has not erased the disc within an hour");
    return;
  }
  (void)snprintf(why, sizeof why, "%s", err->message);
  if (code != err->code) redbook_fail(err, code, "%s", why);
  bool worn = code == REDBOOK_E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND ||
              code == REDBOOK_E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE;
  if (full && worn) redbook_advise(err, "Use another disc.");
}

/* A drive that says "blank" after an erase failure is not believed. */
static enum redbook_disc_state disc_after(struct redbook_drive *drive,
                                          const struct redbook_error *err) {
  struct redbook_session session = {.wrote = true};
  if (err->code == REDBOOK_E_IMAPI_ERASE_TOOK_LONGER_THAN_ONE_HOUR) return REDBOOK_DISC_UNKNOWN;
  enum redbook_disc_state state = redbook_session_judge(drive, &session);
  if (state != REDBOOK_DISC_UNTOUCHED) return state;
  return says_erase_failure(err) ? REDBOOK_DISC_UNKNOWN : REDBOOK_DISC_BLANK;
}

static bool erase(struct redbook_erase_job *job, bool *begun, struct redbook_error *err) {
  struct redbook_drive patient = {.transport = job->drive->transport};
  report(job, REDBOOK_ACTION_WRITING, -1);
  double since = redbook_drive_now(&patient);
  if (!redbook_drive_blank(&patient, job->full, LIMIT_SECONDS, erasing, job, begun, err)) {
    translate(err, *begun, job->full, redbook_drive_now(&patient) - since);
    return false;
  }
  report(job, REDBOOK_ACTION_VERIFYING, -1);
  return is_blank(&patient, err);
}

static bool prepare(struct redbook_erase_job *job, struct redbook_error *err) {
  struct redbook_drive *drive = job->drive;
  if (!redbook_drive_ready(drive, err) || !drive_fits(drive, err) || !spin_up(drive, err) ||
      !disc_fits(drive, err))
    return false;
  job->estimate = estimate(drive, job->full);
  forget_test(drive);
  return !redbook_operation_cancelled(job->op) ||
         redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED,
                      "cancelled before anything was erased");
}

bool redbook_erase_run(struct redbook_operation *op, struct redbook_drive *drive, void *context,
                       uint32_t *remark, struct redbook_error *err) {
  struct redbook_erase_job *job = context;
  bool begun = false;
  (void)remark;
  job->op = op;
  job->drive = drive;
  job->began = redbook_drive_now(drive);
  job->estimate = job->full ? FULL_SECONDS : QUICK_SECONDS;
  report(job, REDBOOK_ACTION_PREPARING, -1);
  bool ok = prepare(job, err) && erase(job, &begun, err);
  err->disc = ok ? REDBOOK_DISC_BLANK : begun ? disc_after(drive, err) : REDBOOK_DISC_UNTOUCHED;
  return ok;
}
