/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of a rescue (mmc reference 5.4). */
#include "burn/rescue.h"

#include <stdlib.h>

#include "burn/tao_internal.h"
#include "burn/work.h"

#define SLICE 8.0       /* s of waiting between two looks at the cancel flag */
#define CLOSE_TRIES 3   /* CLOSE SESSION that 5/72/03 refuses */
#define PAD_AT_ONCE 26u /* sectors per WRITE (1.6) */

static const uint32_t INCOMPLETE_TRACK = REDBOOK_TRIPLE(5, 0x72, 0x03);

struct rescue {
  enum redbook_rescue_step step;
  bool next_session_allowed;
  double patience;
  struct redbook_operation *op;
  struct redbook_progress progress;
  double waited; /* s before the slice that reports now */
};

static void report(void *context, double elapsed, double fraction) {
  struct rescue *job = context;
  double since = job->waited + elapsed;
  job->progress.elapsed = (int32_t)since;
  job->progress.elapsed_seconds = since;
  job->progress.remaining =
      fraction > 0.01 ? (int32_t)(elapsed * (1 - fraction) / fraction + 0.5) : 0;
  redbook_operation_report(job->op, &job->progress);
}

static bool give_up(const struct rescue *job, struct redbook_error *err) {
  if (err->code != REDBOOK_E_IMAPI_RECORDER_COMMAND_TIMEOUT)
    redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_MEDIA_BUSY,
                 "the drive is still busy after %.0f seconds", job->waited);
  redbook_advise(err,
                 "Switch the drive off and on (unplug it if it has no switch), leave the "
                 "disc in it, and try again.");
  return false;
}

/* A drive that was left in the middle of something answers when that is over. */
static bool wait_for_answer(struct rescue *job, struct redbook_drive *drive,
                            struct redbook_error *err) {
  double since = redbook_drive_now(drive);
  job->progress.action = REDBOOK_ACTION_PREPARING;
  for (;;) {
    job->waited = redbook_drive_now(drive) - since;
    redbook_error_clear(err);
    if (redbook_drive_wait_finished(drive, SLICE, report, job, err)) break;
    if (!err->transient) return false;
    job->waited = redbook_drive_now(drive) - since;
    if (job->waited >= job->patience) return give_up(job, err);
    if (redbook_operation_cancelled(job->op))
      return redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED,
                          "waiting for the drive was cancelled");
    redbook_drive_sleep(drive, 1, NULL);
  }
  job->waited = 0;
  return true;
}

static bool settle(struct rescue *job, struct redbook_drive *drive, struct redbook_error *err) {
  if (!wait_for_answer(job, drive, err)) return false;
  job->progress.action = REDBOOK_ACTION_FINISHING;
  redbook_drive_synchronize(drive, job->patience, report, job, NULL);
  return wait_for_answer(job, drive, err);
}

static bool parameters(const struct rescue *job, struct redbook_drive *drive,
                       struct redbook_error *err) {
  struct redbook_capabilities can = {.buffer_underrun_free = false};
  redbook_drive_capabilities(drive, &can, NULL);
  struct redbook_write_parameters real = {.buffer_underrun_free = can.buffer_underrun_free,
                                          .next_session_allowed = job->next_session_allowed};
  return redbook_drive_write_parameters(drive, &real, err);
}

/* A simulated track that is still being "written" keeps the page from being changed; ending it
 * writes nothing either. */
static bool forget_test(struct rescue *job, struct redbook_drive *drive,
                        struct redbook_error *err) {
  if (parameters(job, drive, NULL)) return true;
  redbook_drive_synchronize(drive, job->patience, report, job, NULL);
  return parameters(job, drive, err);
}

/* The track that was begun and not ended; false when there is none. */
static bool find_open_track(struct redbook_drive *drive,
                            struct redbook_track_information *track) {
  struct redbook_error err;
  redbook_error_clear(&err);
  return redbook_session_ask_track(drive, REDBOOK_INVISIBLE_TRACK, track, &err) &&
         !track->blank;
}

/* Silence where the track goes on, until it is as long as a track must be, and then its end. At
 * least one WRITE: without one there is nothing for SYNCHRONIZE CACHE to end (unverified). How
 * long it is, is told by where it goes on: some drives give the room that it could take as its
 * size (unverified). */
static bool fill_up(struct rescue *job, struct redbook_drive *drive,
                    const struct redbook_track_information *track) {
  static const uint8_t silence[PAD_AT_ONCE * REDBOOK_SECTOR_BYTES];
  int32_t lba = track->next_writable;
  if (!track->next_writable_valid || lba < track->start) return false;
  uint32_t there = (uint32_t)(lba - track->start);
  uint32_t missing = there < REDBOOK_MIN_TRACK_SECTORS ? REDBOOK_MIN_TRACK_SECTORS - there : 1;
  for (uint32_t count; missing; missing -= count, lba += (int32_t)count) {
    count = missing < PAD_AT_ONCE ? missing : PAD_AT_ONCE;
    if (!redbook_drive_write(drive, lba, (uint16_t)count, silence, NULL)) return false;
  }
  return redbook_drive_synchronize(drive, REDBOOK_SYNC_SECONDS, report, job, NULL);
}

static bool close_track(struct rescue *job, struct redbook_drive *drive,
                        struct redbook_error *err) {
  struct redbook_track_information track;
  struct redbook_track_information after;
  if (!find_open_track(drive, &track)) return true;
  parameters(job, drive, NULL); /* a drive may refuse it as long as the track is open */
  if (!redbook_drive_close_track(drive, track.track, REDBOOK_SYNC_SECONDS, err) &&
      !fill_up(job, drive, &track))
    return false;
  redbook_error_clear(err);
  if (!find_open_track(drive, &after)) return true;
  return redbook_fail(err, REDBOOK_E_IMAPI_BURN_VERIFICATION_FAILED,
                      "the drive reported success, but track %u is still open", after.track);
}

static bool complains_of_track(const struct redbook_error *err) {
  return err->sense.valid && redbook_sense_triple(&err->sense) == INCOMPLETE_TRACK;
}

static bool close_session(struct rescue *job, struct redbook_drive *drive,
                          struct redbook_error *err) {
  for (int left = CLOSE_TRIES; left > 0; left--) {
    redbook_error_clear(err);
    if (!parameters(job, drive, err)) return false;
    if (redbook_drive_close_session(drive, REDBOOK_CLOSE_SECONDS, report, job, err))
      return true;
    struct redbook_error trouble;
    redbook_error_clear(&trouble);
    if (!complains_of_track(err) || !close_track(job, drive, &trouble)) return false;
  }
  return false;
}

static bool take_step(struct rescue *job, struct redbook_drive *drive,
                      struct redbook_error *err) {
  job->progress.action = REDBOOK_ACTION_FINISHING;
  switch (job->step) {
    case REDBOOK_RESCUE_SETTLE:
      return settle(job, drive, err);
    case REDBOOK_RESCUE_FORGET_TEST:
      return forget_test(job, drive, err);
    case REDBOOK_RESCUE_CLOSE_TRACK:
      return close_track(job, drive, err);
    default:
      return close_session(job, drive, err);
  }
}

static bool run(struct redbook_operation *op, struct redbook_drive *drive, void *context,
                uint32_t *remark, struct redbook_error *err) {
  struct rescue *job = context;
  struct redbook_drive patient = {.transport = drive->transport};
  (void)remark;
  job->op = op;
  if (redbook_operation_cancelled(op)) {
    redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "the rescue was cancelled");
    err->disc = REDBOOK_DISC_UNTOUCHED;
    return false;
  }
  if (take_step(job, &patient, err)) return true;
  err->disc = redbook_session_disc(&patient);
  return false;
}

static const struct redbook_work work = {
    .thread_name = "redbook-rescue", .run = run, .destroy = free};

struct redbook_operation *redbook_recorder_begin_rescue(
    struct redbook_recorder *recorder, enum redbook_rescue_step step,
    const struct redbook_rescue_options *options, struct redbook_error *err) {
  struct rescue *job = calloc(1, sizeof *job);
  if (!job) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a rescue");
    return NULL;
  }
  job->step = step;
  job->next_session_allowed = options->next_session_allowed;
  job->patience = options->patience;
  return redbook_recorder_begin(recorder, options->client, &work, job, err);
}
