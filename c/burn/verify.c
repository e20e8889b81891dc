/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verification: the object, and the operation from the first look at the disc to the verdict.
 */
#include "burn/verify.h"

#include <stdlib.h>

#include "burn/verify_job.h"
#include "burn/work.h"

#define REPORT_SECONDS 0.5
#define LEAST_SECTORS 300u /* of a track: 4 s, Red Book */
#define PATIENCE 150u      /* unreadable sectors until those after them are not tried again */

struct redbook_verification {
  atomic_uint references;
  unsigned count;
  struct redbook_verify_track tracks[REDBOOK_VERIFY_TRACKS];
  struct redbook_verify_result results[REDBOOK_VERIFY_TRACKS];
  int32_t speed;
  unsigned retries;
  bool running, has_offset, cached;
  int32_t offset;
};

struct redbook_verification *redbook_verification_create(struct redbook_error *err) {
  struct redbook_verification *verification = calloc(1, sizeof *verification);
  if (!verification) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a Verification");
    return NULL;
  }
  atomic_init(&verification->references, 1);
  verification->speed = REDBOOK_VERIFY_SPEED;
  verification->retries = REDBOOK_VERIFY_RETRIES;
  return verification;
}

struct redbook_verification *redbook_verification_ref(struct redbook_verification *v) {
  atomic_fetch_add(&v->references, 1);
  return v;
}

void redbook_verification_unref(struct redbook_verification *v) {
  if (!v || atomic_fetch_sub(&v->references, 1) != 1) return;
  for (unsigned i = 0; i < v->count; i++) {
    redbook_fingerprint_unref(v->tracks[i].print);
    redbook_source_unref(v->tracks[i].source);
  }
  free(v);
}

static bool idle(const struct redbook_verification *v, struct redbook_error *err) {
  return !v->running || redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_WRITE_IN_PROGRESS,
                                     "this Verification is running");
}

static bool acceptable(const struct redbook_verification *v,
                       const struct redbook_verify_track *track, struct redbook_error *err) {
  if (track->number < 1 || track->number > REDBOOK_VERIFY_TRACKS)
    return redbook_fail(err, REDBOOK_E_INVALIDARG, "a track's number is 1 to 99, not %u",
                        track->number);
  for (unsigned i = 0; i < v->count; i++)
    if (v->tracks[i].number == track->number)
      return redbook_fail(err, REDBOOK_E_INVALIDARG, "track %u is there already",
                          track->number);
  if (track->sectors < LEAST_SECTORS)
    return redbook_fail(err, REDBOOK_E_INVALIDARG,
                        "track %u: a track has 300 sectors or more, not %u", track->number,
                        track->sectors);
  uint32_t length = redbook_fingerprint_sectors(track->print);
  return length == track->sectors ||
         redbook_fail(err, REDBOOK_E_INVALIDARG,
                      "track %u: its fingerprint is one of %u sectors, not of %u",
                      track->number, length, track->sectors);
}

bool redbook_verification_add(struct redbook_verification *v,
                              const struct redbook_verify_track *track,
                              struct redbook_error *err) {
  if (!idle(v, err) || !acceptable(v, track, err)) return false;
  v->results[v->count] = (struct redbook_verify_result){.verdict = REDBOOK_VERDICT_NONE};
  v->tracks[v->count] = *track;
  redbook_fingerprint_ref(track->print);
  if (track->source) redbook_source_ref(track->source);
  v->count++;
  return true;
}

void redbook_verification_set_speed(struct redbook_verification *v, int32_t speed) {
  v->speed = speed;
}

int32_t redbook_verification_speed(const struct redbook_verification *v) {
  return v->speed;
}

void redbook_verification_set_retries(struct redbook_verification *v, unsigned retries) {
  v->retries = retries;
}

unsigned redbook_verification_retries(const struct redbook_verification *v) {
  return v->retries;
}

bool redbook_verification_running(const struct redbook_verification *v) {
  return v->running;
}

unsigned redbook_verification_count(const struct redbook_verification *v) {
  return v->count;
}

const struct redbook_verify_track *redbook_verification_track(
    const struct redbook_verification *v, unsigned i) {
  return i < v->count ? &v->tracks[i] : NULL;
}

const struct redbook_verify_result *redbook_verification_result(
    const struct redbook_verification *v, unsigned i) {
  return i < v->count ? &v->results[i] : NULL;
}

bool redbook_verification_offset(const struct redbook_verification *v, int32_t *offset) {
  *offset = v->offset;
  return v->has_offset;
}

bool redbook_verification_cached(const struct redbook_verification *v) {
  return v->cached;
}

void redbook_verify_report(struct redbook_verify_job *job,
                           const struct redbook_verify_track *track, uint32_t done) {
  struct redbook_progress *p = &job->progress;
  double now = redbook_drive_now(&job->drive);
  bool whole = track && done == track->sectors;
  if (!whole && now - job->reported < REPORT_SECONDS) return;
  job->reported = now;
  double elapsed = now - job->began;
  uint32_t all = job->done + done;
  p->elapsed_seconds = elapsed;
  p->elapsed = (int32_t)elapsed;
  p->remaining = all ? (int32_t)(elapsed * (job->total - all) / all + 0.5) : 0;
  if (track) {
    p->track = track->number;
    p->start_lba = track->start;
    p->sector_count = track->sectors;
    /* One before the start while nothing is read, so that differences are counts. */
    p->last_read_lba = p->last_written_lba = track->start + (int32_t)done - 1;
  }
  redbook_operation_report(job->op, p);
}

/* What the drive has just written or read may be answered from its buffer: when everything fits
 * into that, nothing has been proved about the disc. */
static void note_cache(struct redbook_verify_job *job) {
  struct redbook_capabilities can;
  if (redbook_drive_capabilities(&job->drive, &can, NULL))
    job->cached = (uint64_t)job->total * REDBOOK_SECTOR_BYTES < can.buffer_kib * UINT64_C(1024);
}

static bool compare_all(struct redbook_verify_job *job, struct redbook_error *err) {
  for (unsigned i = 0; i < job->count; i++) {
    bool known = job->results[i].verdict != REDBOOK_VERDICT_NONE;
    if (!known && !redbook_verify_compare(job, i, err)) return false;
    redbook_verify_describe(job, i);
    job->done += job->tracks[i].sectors;
  }
  return true;
}

/* C0AA0007 for the first track that is not identical. */
static bool judge(const struct redbook_verify_job *job, struct redbook_error *err) {
  for (unsigned i = 0; i < job->count; i++) {
    const struct redbook_verify_result *result = &job->results[i];
    if (result->verdict == REDBOOK_VERDICT_IDENTICAL) continue;
    redbook_fail(err, REDBOOK_E_IMAPI_BURN_VERIFICATION_FAILED, "%s", result->message);
    err->has_lba = result->has_lba;
    err->lba = result->lba;
    err->sense = result->sense;
    return false;
  }
  return true;
}

static bool verify(struct redbook_verify_job *job, struct redbook_error *err) {
  if (!redbook_verify_disc(job, err)) return false;
  note_cache(job);
  redbook_verify_set_speed(job, job->speed);
  bool ok = redbook_verify_find_offset(job, err) && compare_all(job, err);
  redbook_verify_set_speed(job, -1);
  return ok && judge(job, err);
}

static bool run(struct redbook_operation *op, struct redbook_drive *drive, void *context,
                uint32_t *remark, struct redbook_error *err) {
  struct redbook_verify_job *job = context;
  (void)remark;
  job->op = op;
  job->drive = *drive;
  job->began = redbook_drive_now(drive);
  job->reported = job->began - REPORT_SECONDS;
  job->progress.action = REDBOOK_ACTION_VERIFYING;
  redbook_verify_report(job, &job->tracks[0], 0);
  job->buffer = malloc((size_t)REDBOOK_VERIFY_BUFFER * REDBOOK_SECTOR_BYTES);
  bool ok = job->buffer
                ? verify(job, err)
                : redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for reading a disc back");
  free(job->buffer);
  job->buffer = NULL;
  return ok;
}

static void delivered(void *context, bool ok) {
  struct redbook_verify_job *job = context;
  struct redbook_verification *v = job->verification;
  (void)ok;
  v->has_offset = job->has_offset;
  v->offset = job->offset;
  v->cached = job->cached;
  for (unsigned i = 0; i < job->count; i++)
    v->results[i] = job->results[i];
  v->running = false;
}

static void destroy(void *context) {
  struct redbook_verify_job *job = context;
  redbook_verification_unref(job->verification);
  free(job);
}

static struct redbook_verify_job *new_job(struct redbook_verification *v,
                                          struct redbook_error *err) {
  struct redbook_verify_job *job = calloc(1, sizeof *job);
  if (!job) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a verification");
    return NULL;
  }
  job->verification = redbook_verification_ref(v);
  job->count = v->count;
  job->speed = v->speed;
  job->retries = v->retries;
  job->patience = PATIENCE;
  for (unsigned i = 0; i < v->count; i++) {
    job->tracks[i] = v->tracks[i];
    job->total += v->tracks[i].sectors;
  }
  return job;
}

struct redbook_operation *redbook_verification_begin(struct redbook_verification *v,
                                                     struct redbook_recorder *recorder,
                                                     const char *client,
                                                     struct redbook_error *err) {
  static const struct redbook_work work = {
      .thread_name = "redbook-verify", .run = run, .delivered = delivered, .destroy = destroy};
  (void)redbook_recorder_busy(recorder); /* one that nobody steps any more is settled */
  if (!idle(v, err)) return NULL;
  if (!v->count) {
    redbook_fail(err, REDBOOK_E_INVALIDARG, "there is no track to verify: call AddTrack first");
    return NULL;
  }
  struct redbook_verify_job *job = new_job(v, err);
  if (!job) return NULL;
  struct redbook_operation *op = redbook_recorder_begin(recorder, client, &work, job, err);
  if (op) v->running = true;
  return op;
}
