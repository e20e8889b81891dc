/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AddAudioTrack: measure, arrange, write, check (imapi2 1.3; MMC reference 1.0 H-K). */
#include "burn/track.h"

#include <stdio.h>
#include <stdlib.h>

/* The length in sectors, exact before anything is written. */
static bool measure(struct redbook_track_job *job, struct redbook_error *err) {
  if (!job->source) {
    job->length = (uint32_t)job->options.sectors;
    return true;
  }
  const struct redbook_source_scan *scan = redbook_source_scanned(job->source);
  int64_t announced = redbook_source_announced_sectors(job->source);
  bool believe = !job->tao->flags[REDBOOK_TAO_PRESCAN] && announced > 0;
  if (!scan && !believe) {
    if (!redbook_source_scan(job->source, redbook_operation_cancel_flag(job->op), NULL, err))
      return false;
    scan = redbook_source_scanned(job->source);
  }
  job->length = scan ? scan->sectors : (uint32_t)announced;
  return true;
}

static bool parameters(struct redbook_track_job *job, struct redbook_error *err) {
  const struct redbook_tao *tao = job->tao;
  struct redbook_write_parameters wanted = {
      .buffer_underrun_free = job->session.capabilities.buffer_underrun_free &&
                              !tao->flags[REDBOOK_TAO_BUFFER_UNDERRUN_FREE_DISABLED],
      .test_write = tao->flags[REDBOOK_TAO_TEST_WRITE],
      .next_session_allowed = tao->flags[REDBOOK_TAO_DO_NOT_FINALIZE],
      .pre_emphasis = job->options.pre_emphasis,
      .copy_permitted = job->options.copy_permitted};
  (void)snprintf(wanted.catalog_number, sizeof wanted.catalog_number, "%s",
                 tao->catalog_number);
  (void)snprintf(wanted.isrc, sizeof wanted.isrc, "%s", job->options.isrc);
  return redbook_drive_write_parameters(&job->drive, &wanted, err);
}

static bool fits(struct redbook_track_job *job, uint32_t free_blocks,
                 struct redbook_error *err) {
  job->total =
      job->length < REDBOOK_MIN_TRACK_SECTORS ? REDBOOK_MIN_TRACK_SECTORS : job->length;
  if (job->total <= free_blocks) return true;
  return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE,
                      "track %u needs %u sectors, the disc has room for %u", job->number,
                      job->total, free_blocks);
}

/* Page 05h first, then the NWA: it depends on the write type (client traces, cdrskin). */
static bool arrange(struct redbook_track_job *job, struct redbook_error *err) {
  struct redbook_track_information next;
  if (!redbook_speed_apply(&job->drive, &job->session, job->tao->requested_speed,
                           job->tao->requested_cav, err) ||
      !parameters(job, err) ||
      !redbook_drive_track_information(&job->drive, REDBOOK_BY_TRACK, REDBOOK_INVISIBLE_TRACK,
                                       &next, err))
    return false;
  job->number = next.track;
  job->progress.track = next.track;
  if (!next.next_writable_valid)
    return redbook_fail(err, REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
                        "the drive names no next writable address: the disc takes no track");
  /* Some drives report -150 on a blank disc although the track starts at 0 (1.6). */
  job->start = next.next_writable > next.start ? next.next_writable : next.start;
  const struct redbook_session *session = &job->session;
  if (session->track_count) {
    const struct redbook_disc_track *last = &session->tracks[session->track_count - 1];
    if (job->start < last->start + (int32_t)last->sectors)
      return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
                          "the drive names LBA %d as writable, which lies before the end of "
                          "track %u",
                          job->start, last->number);
  }
  return fits(job, next.free_blocks, err);
}

/* Power calibration surfaces here instead of in the first WRITE; never twice, as it uses up
 * room on a CD-R (1.5). */
static bool calibrate(struct redbook_track_job *job, struct redbook_error *err) {
  if (job->session.calibrated || job->tao->flags[REDBOOK_TAO_TEST_WRITE]) return true;
  job->session.calibrated = true;
  return redbook_drive_send_opc(&job->drive, err);
}

/* Faster than 1.5 times the fastest listed speed (design 1, principle 2): over the whole track,
 * or while it was sent, where what the drive's buffer can hold does not count. */
static bool too_fast(const struct redbook_track_job *job, double seconds) {
  const struct redbook_session *session = &job->session;
  double fastest = session->speed_count ? redbook_kbps_to_sectors(session->speeds[0].kbps) : 0;
  double buffered = session->capabilities.buffer_kib * 1024.0 / REDBOOK_SECTOR_BYTES;
  return job->total > 1.5 * fastest * seconds ||
         job->sent - buffered > 1.5 * fastest * (job->last_write - job->first_write);
}

static bool check(struct redbook_track_job *job, double seconds, struct redbook_error *err) {
  bool test = job->tao->flags[REDBOOK_TAO_TEST_WRITE];
  redbook_track_report(job, REDBOOK_ACTION_VERIFYING);
  if (!redbook_check_track(&job->drive, job->number, job->start, job->total, test, err))
    return false;
  bool doubt = too_fast(job, seconds) || job->tao->verification != REDBOOK_VERIFY_NONE;
  return test || !doubt || redbook_sample_check(&job->sample, &job->drive, job->start, err);
}

/* What has become of the disc, for the result and for the figures. */
static void take_stock(struct redbook_track_job *job, double seconds) {
  struct redbook_drive patient = {.transport = job->drive.transport};
  unsigned before = job->session.track_count;
  bool known = redbook_session_refresh(&patient, &job->session, NULL);
  redbook_session_judge(&patient, &job->session);
  if (!known || job->session.track_count == before) return;
  const struct redbook_disc_track *track = &job->session.tracks[job->session.track_count - 1];
  const struct redbook_source_scan *scan =
      job->source ? redbook_source_scanned(job->source) : NULL;
  static const uint8_t silence[REDBOOK_SECTOR_BYTES];
  uint32_t crc = job->crc32;
  for (uint32_t i = job->sent; i < track->sectors; i++)
    crc = redbook_crc32(crc, silence, sizeof silence);
  job->has_result = true;
  job->result =
      (struct redbook_written_track){.number = track->number,
                                     .start = track->start,
                                     .sectors = track->sectors,
                                     .crc32 = crc,
                                     .seconds = seconds,
                                     .clipped_samples = scan ? scan->clipped_samples : 0};
  (void)snprintf(job->result.isrc, sizeof job->result.isrc, "%s", job->options.isrc);
}

static bool burn(struct redbook_track_job *job, struct redbook_error *err) {
  redbook_track_report(job, REDBOOK_ACTION_PREPARING);
  bool ready = measure(job, err) && arrange(job, err) &&
               redbook_sample_init(&job->sample, job->total, err) && calibrate(job, err) &&
               redbook_feeder_start(job, err);
  if (!ready) return false;
  redbook_fed_ask(job);
  redbook_fifo_prefill(job->fifo);
  bool ok = redbook_track_write(job, err);
  double seconds = redbook_drive_now(&job->drive) - job->first_write;
  ok = ok && check(job, seconds, err);
  if (job->sent) take_stock(job, seconds);
  return ok;
}

static bool run(struct redbook_operation *op, void *context, uint32_t *remark,
                struct redbook_error *err) {
  struct redbook_track_job *job = context;
  struct redbook_drive *drive = redbook_recorder_held_drive(job->tao->recorder);
  (void)remark;
  if (!drive)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED,
                        "the drive is not held any more");
  job->drive = *drive;
  job->drive.cancel = redbook_operation_cancel_flag(op);
  redbook_transport_own(drive->transport);
  bool ok = burn(job, err);
  redbook_feeder_join(job);
  if (!ok) err->disc = redbook_session_judge(&job->drive, &job->session);
  redbook_transport_disown(drive->transport);
  return ok;
}

/* The operation may stay with the host for long; its buffers need not. */
static void free_buffers(struct redbook_track_job *job) {
  redbook_fifo_destroy(job->fifo);
  job->fifo = NULL;
  redbook_sample_free(&job->sample);
}

static void delivered(void *context, bool ok) {
  struct redbook_track_job *job = context;
  struct redbook_tao *tao = job->tao;
  (void)ok;
  free_buffers(job);
  if (job->drive.transport) tao->session = job->session;
  if (job->has_result && tao->written_count < REDBOOK_MAX_TRACKS)
    tao->written[tao->written_count++] = job->result;
  redbook_tao_ended(tao, REDBOOK_TAO_PREPARED);
}

static void interrupt(void *context) {
  struct redbook_track_job *job = context;
  redbook_fifo_stop(job->fifo);
}

static void destroy(void *context) {
  struct redbook_track_job *job = context;
  redbook_fed_destroy(job);
  free_buffers(job);
  redbook_source_unref(job->source);
  redbook_tao_unref(job->tao);
  free(job);
}

static const struct redbook_job track_job = {.thread_name = "redbook-writer",
                                             .run = run,
                                             .delivered = delivered,
                                             .feed = redbook_fed_receive,
                                             .interrupt = interrupt,
                                             .destroy = destroy};

static bool acceptable(struct redbook_tao *tao, const struct redbook_track_options *options,
                       struct redbook_error *err) {
  if (!redbook_tao_allows(tao, REDBOOK_RULE_PREPARED, "AddAudioTrack", err)) return false;
  if (tao->session.track_count >= REDBOOK_MAX_TRACKS)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED,
                        "the disc holds 99 tracks already");
  if (options->fed && options->sectors == 0)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                        "a track needs at least one sector");
  if (options->fed && options->sectors > (int64_t)tao->session.media.free)
    return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE,
                        "the track needs %lld sectors, the disc has room for %u",
                        (long long)options->sectors, tao->session.media.free);
  return true;
}

static struct redbook_track_job *new_job(struct redbook_tao *tao, struct redbook_source *source,
                                         const struct redbook_track_options *options,
                                         struct redbook_error *err) {
  struct redbook_track_job *job = calloc(1, sizeof *job);
  if (!job) {
    redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for a track");
    return NULL;
  }
  job->tao = redbook_tao_ref(tao);
  job->source = source ? redbook_source_ref(source) : NULL;
  job->options = *options;
  job->session = tao->session;
  bool ok = redbook_fed_init(job, err);
  job->fifo = ok ? redbook_fifo_create(tao->fifo_bytes, err) : NULL;
  if (job->fifo) return job;
  destroy(job);
  return NULL;
}

struct redbook_operation *redbook_tao_begin_track(struct redbook_tao *tao,
                                                  struct redbook_source *source,
                                                  const struct redbook_track_options *options,
                                                  struct redbook_error *err) {
  if (!acceptable(tao, options, err)) {
    if (err) err->disc = redbook_tao_disc_state(tao);
    return NULL;
  }
  struct redbook_track_job *job = new_job(tao, source, options, err);
  if (!job) return NULL;
  struct redbook_operation *op =
      redbook_tao_run(tao, REDBOOK_TAO_WRITING, &track_job, job, err);
  if (!op) return NULL;
  job->op = op;
  if (options->fed && options->sectors < 0)
    redbook_operation_want(op, 65536);
  else
    redbook_operation_start(op);
  return op;
}
