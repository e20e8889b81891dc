/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations without a track: scanning a source, waiting for a drive to become ready. */
#include <stdlib.h>

#include "burn/job.h"
#include "burn/tao.h"

static bool scan(struct redbook_operation *op, void *context, uint32_t *remark,
                 struct redbook_error *err) {
  (void)remark;
  return redbook_source_scan(context, redbook_operation_cancel_flag(op), NULL, err);
}

static void nothing(void *context, bool ok) {
  (void)context;
  (void)ok;
}

static void drop_source(void *context) {
  redbook_source_unref(context);
}

static const struct redbook_job scan_job = {
    .thread_name = "redbook-scan", .run = scan, .delivered = nothing, .destroy = drop_source};

struct redbook_operation *redbook_source_begin_scan(struct redbook_source *source,
                                                    struct redbook_error *err) {
  struct redbook_operation *op =
      redbook_operation_create(&scan_job, redbook_source_ref(source), err);
  if (op) redbook_operation_start(op);
  return op;
}

struct wait {
  struct redbook_recorder *recorder;
  struct redbook_drive *drive;
  double limit;
};

/* TEST UNIT READY is GOOD in some drives while they record or close, and only the questions for
 * the disc tell (MMC reference 1.7); one that cannot be asked so is believed. */
static bool answers(struct redbook_drive *drive, struct redbook_error *err) {
  struct redbook_disc_information disc;
  struct redbook_error trouble;
  if (!redbook_drive_ready(drive, err)) return false;
  redbook_error_clear(&trouble);
  if (redbook_drive_disc_information(drive, &disc, &trouble) || !trouble.transient) return true;
  *err = trouble;
  return false;
}

/* Polls every 0.5 s (MMC reference 3.2) while the reason may pass by itself. */
static bool wait_ready(struct redbook_operation *op, void *context, uint32_t *remark,
                       struct redbook_error *err) {
  struct wait *wait = context;
  struct redbook_drive drive = *wait->drive;
  struct redbook_progress progress = {.action = REDBOOK_ACTION_PREPARING};
  (void)remark;
  drive.cancel = redbook_operation_cancel_flag(op);
  double began = redbook_drive_now(&drive);
  redbook_transport_own(drive.transport);
  bool ready;
  while (!(ready = answers(&drive, err)) && err->transient) {
    double elapsed = redbook_drive_now(&drive) - began;
    progress.elapsed = (int32_t)elapsed;
    progress.elapsed_seconds = elapsed;
    progress.remaining = (int32_t)(wait->limit - elapsed);
    redbook_operation_report(op, &progress);
    if (elapsed >= wait->limit) break;
    struct redbook_error cancelled;
    redbook_error_clear(&cancelled);
    if (!redbook_drive_sleep(&drive, 0.5, &cancelled)) {
      *err = cancelled;
      break;
    }
    redbook_error_clear(err);
  }
  redbook_transport_disown(drive.transport);
  if (!ready) err->disc = REDBOOK_DISC_UNTOUCHED;
  return ready;
}

static void wait_over(void *context, bool ok) {
  struct wait *wait = context;
  (void)ok;
  redbook_recorder_set_busy(wait->recorder, false);
  redbook_recorder_leave(wait->recorder, wait->drive);
  wait->drive = NULL;
}

static void drop_wait(void *context) {
  struct wait *wait = context;
  redbook_recorder_unref(wait->recorder);
  free(wait);
}

static const struct redbook_job wait_job = {.thread_name = "redbook-wait",
                                            .run = wait_ready,
                                            .delivered = wait_over,
                                            .destroy = drop_wait};

struct redbook_operation *redbook_recorder_begin_wait_ready(struct redbook_recorder *recorder,
                                                            double seconds,
                                                            struct redbook_error *err) {
  struct redbook_drive *drive = redbook_recorder_enter(recorder, err);
  if (!drive) return NULL;
  struct wait *wait = calloc(1, sizeof *wait);
  if (!wait) {
    redbook_recorder_leave(recorder, drive);
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for waiting");
    return NULL;
  }
  *wait = (struct wait){redbook_recorder_ref(recorder), drive, seconds};
  struct redbook_operation *op = redbook_operation_create(&wait_job, wait, err);
  if (!op) {
    redbook_recorder_leave(recorder, drive);
    return NULL;
  }
  redbook_recorder_set_busy(recorder, true);
  redbook_operation_start(op);
  return op;
}
