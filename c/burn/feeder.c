/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The feeder thread: decodes a source straight into the FIFO. */
#include <errno.h>
#include <signal.h>

#include "burn/track.h"

#define AT_ONCE 128u /* sectors: 300 kB, some milliseconds of decoding */

static void *feed(void *argument) {
  struct redbook_track_job *job = argument;
  struct redbook_error err;
  redbook_error_clear(&err);
  for (;;) {
    uint8_t *room;
    uint32_t count = redbook_fifo_reserve(job->fifo, AT_ONCE, &room);
    if (!count) return NULL;
    int32_t got = redbook_source_read(job->source, room, count, &err);
    if (got > 0) {
      redbook_fifo_commit(job->fifo, (uint32_t)got);
      continue;
    }
    if (got < 0) redbook_fifo_fail(job->fifo, &err);
    redbook_fifo_finish(job->fifo);
    return NULL;
  }
}

bool redbook_feeder_start(struct redbook_track_job *job, struct redbook_error *err) {
  if (!job->source) return true;
  if (!redbook_source_rewind(job->source, err)) return false;
  int failure = pthread_create(&job->feeder, NULL, feed, job);
  if (failure) return redbook_fail_errno(err, failure, "cannot start the feeder thread");
  pthread_setname_np(job->feeder, "redbook-feeder");
  job->feeding = true;
  return true;
}

void redbook_feeder_join(struct redbook_track_job *job) {
  if (!job->feeding) return;
  redbook_fifo_stop(job->fifo);
  pthread_join(job->feeder, NULL);
  job->feeding = false;
  (void)redbook_source_rest(job->source, NULL); /* a pipe that is over cannot go back */
}
