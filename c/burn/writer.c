/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The track writer: sectors from the FIFO to consecutive LBAs, from the NWA to SYNCHRONIZE
 * CACHE (MMC reference 1.6, 1.7). */
#include <string.h>

#include "burn/track.h"

#define SETTINGS_TRIES 4    /* of a WRITE that finds changed mode pages */
#define CAPACITY_EVERY 64u  /* sectors between two READ BUFFER CAPACITY (section 4) */
#define CAPACITY_AFTER 446u /* not before the first MiB */

static void look_at_buffer(struct redbook_track_job *job, uint32_t before) {
  if (job->sent < CAPACITY_AFTER || job->sent / CAPACITY_EVERY == before / CAPACITY_EVERY)
    return;
  redbook_drive_buffer_capacity(&job->drive, &job->progress.drive_buffer_total,
                                &job->progress.drive_buffer_free, NULL);
}

/* 6/2A: somebody changed the mode pages, and this WRITE was not carried out (MMC reference 3).
 * Page 05h was sampled with the track's first sector; before that it has to be sent again. */
static bool settings_changed(const struct redbook_error *err) {
  return err->sense.valid && err->sense.key == 6 && err->sense.asc == 0x2A;
}

static bool write(struct redbook_track_job *job, int32_t lba, uint32_t count,
                  const uint8_t *data, struct redbook_error *err) {
  struct redbook_error trouble;
  for (unsigned again = 0; again < SETTINGS_TRIES; again++) {
    redbook_error_clear(&trouble);
    if (redbook_drive_write(&job->drive, lba, (uint16_t)count, data, &trouble)) return true;
    if (!settings_changed(&trouble)) break;
    if (!job->sent && !redbook_track_parameters(job, err)) return false;
  }
  *err = trouble;
  return false;
}

static bool send(struct redbook_track_job *job, const uint8_t *data, uint32_t count,
                 struct redbook_error *err) {
  struct redbook_session *session = &job->session;
  int32_t lba = job->start + (int32_t)job->sent;
  bool test = job->tao->flags[REDBOOK_TAO_TEST_WRITE];
  session->wrote = session->wrote || !test;
  session->tested = session->tested || test;
  if (!write(job, lba, count, data, err)) return false;
  uint32_t before = job->sent;
  job->sent += count;
  if (!before) {
    job->sent_first = count;
    job->first_done = redbook_drive_now(&job->drive);
  }
  session->track_open = true;
  session->open_start = job->start;
  session->open_sectors = job->sent;
  redbook_sample_take(&job->sample, before, count, data);
  redbook_fingerprint_add(job->print, data, count);
  look_at_buffer(job, before);
  return true;
}

/* Why the FIFO gave nothing although the track is not whole. */
static bool cut_off(struct redbook_track_job *job, struct redbook_error *err) {
  if (redbook_operation_cancelled(job->op))
    return redbook_fail(err, REDBOOK_E_IMAPI_REQUEST_CANCELLED, "track %u was cancelled",
                        job->number);
  if (!redbook_fifo_good(job->fifo, err)) return false;
  return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                      "%s: fewer sectors than announced: %u of %u",
                      job->source ? redbook_source_name(job->source) : "the data that were fed",
                      job->sent, job->length);
}

static bool stream(struct redbook_track_job *job, struct redbook_error *err) {
  uint32_t most = redbook_drive_sectors_at_once(&job->drive);
  while (job->sent < job->length) {
    const uint8_t *data;
    uint32_t left = job->length - job->sent;
    uint32_t count = redbook_fifo_peek(job->fifo, left < most ? left : most, &data);
    if (!count) return cut_off(job, err);
    if (!send(job, data, count, err)) return false;
    redbook_fifo_consume(job->fifo, count);
    redbook_fed_ask(job);
    redbook_track_report(job, REDBOOK_ACTION_WRITING);
  }
  return true;
}

/* The source must give what its scan promised: neither more nor other sound. */
static bool as_scanned(struct redbook_track_job *job, struct redbook_error *err) {
  const struct redbook_source_scan *scan =
      job->source ? redbook_source_scanned(job->source) : NULL;
  const uint8_t *data;
  bool more = redbook_fifo_peek(job->fifo, 1, &data) > 0;
  if (!more && (!scan || scan->crc32 == redbook_fingerprint_crc32(job->print))) return true;
  return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                      "%s changed while it was being burned",
                      job->source ? redbook_source_name(job->source) : "the source");
}

/* Who cancels may be letting go, and waits for this. */
static double patience(const struct redbook_track_job *job) {
  return redbook_operation_cancelled(job->op) ? REDBOOK_LET_GO_SECONDS : REDBOOK_SYNC_SECONDS;
}

/* Nothing more can be put into this track. What the drive's buffer holds and the PMA entries
 * may still be saved; a track too short to be ended is filled up by the drive itself, if it
 * can. */
static void save(struct redbook_track_job *job) {
  struct redbook_drive patient = {.transport = job->drive.transport};
  struct redbook_session *session = &job->session;
  double limit = patience(job);
  if (!redbook_drive_synchronize(&patient, limit, redbook_track_finishing, job, NULL)) return;
  session->track_open = false;
  if (job->sent && job->sent < REDBOOK_MIN_TRACK_SECTORS &&
      redbook_drive_close_track(&patient, (uint16_t)job->number, limit, NULL))
    session->open_sectors = REDBOOK_MIN_TRACK_SECTORS;
}

bool redbook_track_write(struct redbook_track_job *job, struct redbook_error *err) {
  job->first_write = redbook_drive_now(&job->drive);
  redbook_track_report(job, REDBOOK_ACTION_WRITING);
  bool sent = stream(job, err);
  job->last_write = redbook_drive_now(&job->drive);
  bool ok = sent && as_scanned(job, err);
  redbook_track_report(job, REDBOOK_ACTION_FINISHING);
  if (!sent && err->opcode == REDBOOK_WRITE_10) {
    save(job);
    return false;
  }
  bool ended = redbook_session_end_track(&job->drive, &job->session, patience(job),
                                         redbook_track_finishing, job, ok ? err : NULL);
  return ok && ended;
}
