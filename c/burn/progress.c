/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host hears of a track: IMAPI2's event arguments (imapi2 2.2, 2.3), one report at
 * each change of action and about every half second between, by the drive's clock or by the
 * host's: decoding and filling the FIFO take no time in a simulated drive. */
#include <time.h>

#include "burn/track.h"

#define REPORT_SECONDS 0.5

static double host_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool is_due(struct redbook_track_job *job, double now, double host) {
  if (now - job->reported < REPORT_SECONDS && host - job->reported_host < REPORT_SECONDS)
    return false;
  return true;
}

/* Sectors of this track that the drive has taken, padding included. */
static uint32_t taken(const struct redbook_track_job *job) {
  return job->sent && job->session.open_sectors > job->sent ? job->session.open_sectors
                                                            : job->sent;
}

/* Counted from the end of the first WRITE, which takes spin-up and calibration too. */
static int32_t remaining(const struct redbook_track_job *job, double now) {
  uint32_t since = job->sent - job->sent_first;
  if (job->progress.action != REDBOOK_ACTION_WRITING || !since) return 0;
  double left = job->total > job->sent ? job->total - job->sent : 0;
  return (int32_t)((now - job->first_done) * left / since + 0.5);
}

static void fill(struct redbook_track_job *job, double now) {
  struct redbook_progress *p = &job->progress;
  uint32_t there = taken(job);
  p->elapsed = (int32_t)(now - job->began);
  p->elapsed_seconds = now - job->began;
  p->remaining = remaining(job, now);
  p->start_lba = job->start;
  p->sector_count = job->total;
  p->system_buffer_total = (uint32_t)redbook_fifo_total_bytes(job->fifo);
  p->system_buffer_used = (uint32_t)redbook_fifo_used_bytes(job->fifo);
  /* One before the start while nothing is written, so that differences are counts. */
  p->last_written_lba = job->start + (int32_t)there - 1;
  p->last_read_lba =
      p->last_written_lba + (int32_t)(p->system_buffer_used / REDBOOK_SECTOR_BYTES);
}

void redbook_track_report(struct redbook_track_job *job, enum redbook_action action) {
  double now = redbook_drive_now(&job->drive);
  double host = host_now();
  bool changed = action != job->progress.action;
  if (!changed && !is_due(job, now, host)) return;
  if (changed && (action == REDBOOK_ACTION_PREPARING || action == REDBOOK_ACTION_WRITING))
    job->began = now;
  job->progress.action = action;
  job->reported = now;
  job->reported_host = host;
  fill(job, now);
  redbook_operation_report(job->op, &job->progress);
}

void redbook_track_scanning(void *context, uint32_t sectors) {
  (void)sectors;
  redbook_track_report(context, REDBOOK_ACTION_PREPARING);
}

void redbook_track_finishing(void *context, double elapsed, double fraction) {
  (void)elapsed;
  (void)fraction;
  redbook_track_report(context, REDBOOK_ACTION_FINISHING);
}
