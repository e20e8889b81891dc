/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data that the host's thread feeds: with an announced length into the FIFO, without one into a
 * spool file first, so that 0509 can come before anything is written. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "burn/track.h"

#define ASK_BYTES 65536u
#define LONGEST_BYTES \
  (UINT64_C(449850) * REDBOOK_SECTOR_BYTES) /* 99:58:00: no disc holds more */

static uint32_t least(uint64_t a, uint64_t b) {
  return (uint32_t)(a < b ? a : b);
}

/* With the mutex held. */
static void ask(struct redbook_track_job *job) {
  struct redbook_fed *fed = &job->fed;
  uint32_t wanted = 0;
  if (fed->spool >= 0) {
    wanted = fed->ended ? 0 : ASK_BYTES;
  } else if (!fed->ended) {
    uint64_t left = fed->announced - fed->received;
    uint64_t room = (uint64_t)redbook_fifo_room(job->fifo) * REDBOOK_SECTOR_BYTES;
    room = room > fed->partial_length ? room - fed->partial_length : 0;
    wanted = least(left, least(room, ASK_BYTES));
  }
  redbook_operation_want(job->op, wanted);
}

void redbook_fed_ask(struct redbook_track_job *job) {
  if (!job->options.fed || job->fed.spool >= 0) return;
  pthread_mutex_lock(&job->fed.mutex);
  ask(job);
  pthread_mutex_unlock(&job->fed.mutex);
}

bool redbook_fed_init(struct redbook_track_job *job, struct redbook_error *err) {
  pthread_mutex_init(&job->fed.mutex, NULL);
  job->fed.spool = -1;
  if (!job->options.fed) return true;
  if (job->options.sectors < 0) return (job->fed.spool = redbook_spool_file(err)) >= 0;
  job->fed.announced = (uint64_t)job->options.sectors * REDBOOK_SECTOR_BYTES;
  return true;
}

void redbook_fed_destroy(struct redbook_track_job *job) {
  if (job->fed.spool >= 0) close(job->fed.spool);
  pthread_mutex_destroy(&job->fed.mutex);
}

static bool start_spooled(struct redbook_track_job *job, struct redbook_error *err) {
  if (lseek(job->fed.spool, 0, SEEK_SET) < 0)
    return redbook_fail_errno(err, errno, "cannot read the spool file");
  job->source = redbook_source_open_raw(job->fed.spool, -1, "the data that were fed", err);
  if (!job->source) return false;
  redbook_operation_start(job->op);
  return true;
}

/* Whole sectors go into the ring, the rest waits in `partial`. */
static void into_fifo(struct redbook_track_job *job, const uint8_t *data, uint32_t length) {
  struct redbook_fed *fed = &job->fed;
  while (length) {
    uint32_t part = least(length, REDBOOK_SECTOR_BYTES - fed->partial_length);
    memcpy(fed->partial + fed->partial_length, data, part);
    fed->partial_length += part;
    data += part;
    length -= part;
    if (fed->partial_length < REDBOOK_SECTOR_BYTES) return;
    uint8_t *room;
    if (!redbook_fifo_reserve(job->fifo, 1, &room)) return;
    memcpy(room, fed->partial, REDBOOK_SECTOR_BYTES);
    redbook_fifo_commit(job->fifo, 1);
    fed->partial_length = 0;
  }
}

static void fewer(struct redbook_track_job *job) {
  struct redbook_error err;
  redbook_error_clear(&err);
  redbook_fail(&err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
               "fewer bytes than announced: the data end in sector %llu of %lld",
               (unsigned long long)(job->fed.received / REDBOOK_SECTOR_BYTES),
               (long long)job->options.sectors);
  redbook_fifo_fail(job->fifo, &err);
}

static bool live(struct redbook_track_job *job, const uint8_t *data, uint32_t length, bool end,
                 struct redbook_error *err) {
  struct redbook_fed *fed = &job->fed;
  if (length > fed->announced - fed->received) {
    redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                 "more bytes than the announced %lld sectors", (long long)job->options.sectors);
    redbook_fifo_fail(job->fifo, err);
    fed->ended = true;
    return false;
  }
  fed->received += length;
  into_fifo(job, data, length);
  fed->ended = end || fed->received == fed->announced;
  if (!fed->ended) return true;
  if (fed->received < fed->announced) fewer(job);
  redbook_fifo_finish(job->fifo);
  return true;
}

static bool receive(struct redbook_track_job *job, const uint8_t *data, uint32_t length,
                    bool end, struct redbook_error *err) {
  struct redbook_fed *fed = &job->fed;
  if (fed->spool < 0) return live(job, data, length, end, err);
  fed->ended = end;
  fed->received += length;
  if (redbook_operation_cancelled(job->op))
    return redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "the track was cancelled");
  if (fed->received > LONGEST_BYTES)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "the data that were fed are longer than any disc");
  return redbook_spool_write(fed->spool, data, length, err) &&
         (!end || start_spooled(job, err));
}

bool redbook_fed_receive(struct redbook_operation *op, void *context, const uint8_t *data,
                         uint32_t length, bool end, struct redbook_error *err) {
  struct redbook_track_job *job = context;
  pthread_mutex_lock(&job->fed.mutex);
  bool spooling = job->fed.spool >= 0;
  bool ok = job->fed.ended ? redbook_fail(err, REDBOOK_E_FAIL, "the data have ended already")
                           : receive(job, data, length, end, err);
  if (!ok && spooling) {
    job->fed.ended = true;
    if (!job->source) redbook_operation_abort(op, err);
  }
  ask(job);
  pthread_mutex_unlock(&job->fed.mutex);
  return ok;
}
