/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AddAudioTrack: measure, arrange, write, check (imapi2 1.3; MMC reference 1.0 H-K). */
#include "burn/track.h"

#include <stdio.h>
#include <stdlib.h>

#define PREFILL_MS 250u

static bool scan(struct redbook_track_job *job, struct redbook_error *err) {
  redbook_source_watch(job->source, redbook_track_scanning, job);
  bool ok = redbook_source_scan(job->source, redbook_operation_cancel_flag(job->op), NULL, err);
  redbook_source_watch(job->source, NULL, NULL);
  return ok;
}

/* The length in sectors, exact before anything is written. */
static bool measure(struct redbook_track_job *job, struct redbook_error *err) {
  if (!job->source) {
    job->length = (uint32_t)job->options.sectors;
    return true;
  }
  int64_t announced = redbook_source_announced_sectors(job->source);
  bool believe = !job->tao->flags[REDBOOK_TAO_PRESCAN] && announced > 0;
  if (!redbook_source_scanned(job->source) && !believe && !scan(job, err)) return false;
  const struct redbook_source_scan *known = redbook_source_scanned(job->source);
  job->length = known ? known->sectors : (uint32_t)announced;
  return true;
}

bool redbook_track_parameters(struct redbook_track_job *job, struct redbook_error *err) {
  const struct redbook_tao *tao = job->tao;
  struct redbook_write_parameters wanted = redbook_tao_parameters(tao, &job->session);
  wanted.test_write = tao->flags[REDBOOK_TAO_TEST_WRITE];
  wanted.pre_emphasis = job->options.pre_emphasis;
  wanted.copy_permitted = job->options.copy_permitted;
  (void)snprintf(wanted.isrc, sizeof wanted.isrc, "%s", job->options.isrc);
  return redbook_drive_write_parameters(&job->drive, &wanted, err);
}

/* What the drive offers for this track, and what the medium holds by ATIP and disc information:
 * the lesser counts (MMC reference 2.5). */
static bool fits(struct redbook_track_job *job, uint32_t free_blocks,
                 struct redbook_error *err) {
  uint32_t room = job->session.media.free;
  if (free_blocks < room) room = free_blocks;
  job->total =
      job->length < REDBOOK_MIN_TRACK_SECTORS ? REDBOOK_MIN_TRACK_SECTORS : job->length;
  if (job->total <= room) return true;
  return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE,
                      "track %u needs %u sectors, the disc has room for %u", job->number,
                      job->total, room);
}

/* An earlier track that was not brought to its end is ended or closed first: nothing may be
 * written into it. Asking waits for a drive that is still busy with it. */
static bool ready_for_track(struct redbook_track_job *job, struct redbook_error *err) {
  struct redbook_session *session = &job->session;
  if (session->track_open &&
      !(redbook_session_end_track(&job->drive, session, REDBOOK_SYNC_SECONDS, NULL, NULL,
                                  err) &&
        redbook_session_refresh(&job->drive, session, err)))
    return false;
  bool mend = !job->tao->flags[REDBOOK_TAO_TEST_WRITE];
  return !mend || redbook_session_mend(&job->drive, session, err);
}

/* A drive that names a place inside what was written, or before the disc's first sector, is not
 * believed; -150 on a blank disc means 0 (1.6). */
static bool place(struct redbook_track_job *job, const struct redbook_track_information *next,
                  struct redbook_error *err) {
  const struct redbook_session *session = &job->session;
  const struct redbook_disc_track *last =
      session->track_count ? &session->tracks[session->track_count - 1] : NULL;
  int32_t end = last ? last->start + (int32_t)last->sectors : 0;
  if (!next->next_writable_valid)
    return redbook_fail(err, REDBOOK_E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
                        "the drive names no next writable address: the disc takes no track");
  job->number = next->track;
  job->start = next->next_writable > next->start ? next->next_writable : next->start;
  if (!last && job->start < 0) job->start = 0;
  if (job->start >= end) return true;
  return redbook_fail(
      err, REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
      "the drive names LBA %d as writable, which lies before the end of the last "
      "track",
      job->start);
}

/* Page 05h first, then the NWA: it depends on the write type (client traces, cdrskin). */
static bool arrange(struct redbook_track_job *job, struct redbook_error *err) {
  struct redbook_track_information next;
  if (!ready_for_track(job, err) ||
      !redbook_speed_apply(&job->drive, &job->session, job->tao->requested_speed,
                           job->tao->requested_cav, err) ||
      !redbook_track_parameters(job, err) ||
      !redbook_session_ask_track(&job->drive, REDBOOK_INVISIBLE_TRACK, &next, err) ||
      !place(job, &next, err))
    return false;
  job->progress.track = job->number;
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
  if (!redbook_check_track(&job->drive, job->number, job->start, job->total, test, err)) {
    job->session.track_open = true; /* its SYNCHRONIZE CACHE is not believed: once more later */
    return false;
  }
  bool doubt = too_fast(job, seconds) || job->tao->verification != REDBOOK_VERIFY_NONE;
  return test || !doubt || redbook_sample_check(&job->sample, &job->drive, job->start, err);
}

/* The fingerprint of what is on the disc: silence fills a track up to 300 sectors. */
static struct redbook_fingerprint *print_with_padding(struct redbook_track_job *job) {
  static const uint8_t silence[REDBOOK_SECTOR_BYTES];
  for (uint32_t i = job->sent; i < job->session.open_sectors; i++)
    redbook_fingerprint_add(job->print, silence, 1);
  return redbook_fingerprint_ref(job->print);
}

static void add_result(struct redbook_track_job *job, double seconds) {
  const struct redbook_track_options *options = &job->options;
  struct redbook_written_track result = {
      .number = job->number,
      .start = job->start,
      .sectors = job->session.open_sectors,
      .print = print_with_padding(job),
      .seconds = seconds,
      .clipped_samples = job->source ? redbook_source_clipped(job->source) : 0};
  (void)snprintf(result.isrc, sizeof result.isrc, "%s", options->isrc);
  job->result = result;
  job->has_result = true;
  unsigned control = (options->pre_emphasis ? 1u : 0u) | (options->copy_permitted ? 2u : 0u);
  redbook_session_add(&job->session, &(struct redbook_disc_track){.number = job->number,
                                                                  .start = job->start,
                                                                  .sectors = result.sectors,
                                                                  .control = (uint8_t)control});
}

/* What has become of the disc: a track counts when the drive counts it. Of a drive that does
 * not tell, one that was written and `checked` does. */
static void take_stock(struct redbook_track_job *job, double seconds, bool checked) {
  struct redbook_drive patient = {.transport = job->drive.transport};
  bool known = redbook_session_refresh(&patient, &job->session, NULL);
  redbook_session_judge(&patient, &job->session);
  bool counts = known ? job->session.media.tracks > job->session.track_count : checked;
  if (counts) add_result(job, seconds);
}

static bool begin_print(struct redbook_track_job *job, struct redbook_error *err) {
  job->print = redbook_fingerprint_create(job->total, err);
  return job->print;
}

static bool set_up(struct redbook_track_job *job, struct redbook_error *err) {
  job->progress.track = job->session.track_count + 1;
  redbook_track_report(job, REDBOOK_ACTION_PREPARING);
  return measure(job, err) && arrange(job, err) &&
         redbook_sample_init(&job->sample, job->total, err) && begin_print(job, err) &&
         calibrate(job, err) && redbook_feeder_start(job, err);
}

static bool burn(struct redbook_track_job *job, struct redbook_error *err) {
  if (!set_up(job, err)) return false;
  redbook_fed_ask(job);
  while (!redbook_fifo_prefill(job->fifo, PREFILL_MS))
    redbook_track_report(job, REDBOOK_ACTION_PREPARING);
  bool ok = redbook_track_write(job, err);
  double seconds = redbook_drive_now(&job->drive) - job->first_write;
  ok = ok && check(job, seconds, err);
  redbook_feeder_join(job);
  if (job->sent) {
    take_stock(job, seconds, ok);
    err->transient = false; /* trying again would burn it twice */
  }
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
  redbook_fingerprint_unref(job->print);
  job->print = NULL;
}

static void delivered(void *context, bool ok) {
  struct redbook_track_job *job = context;
  struct redbook_tao *tao = job->tao;
  (void)ok;
  free_buffers(job);
  redbook_source_unref(job->source);
  job->source = NULL;
  if (job->drive.transport) tao->session = job->session;
  if (job->has_result && tao->written_count < REDBOOK_MAX_TRACKS) {
    tao->written[tao->written_count++] = job->result;
    job->has_result = false;
  }
  redbook_tao_ended(tao, REDBOOK_TAO_PREPARED);
}

static void interrupt(void *context) {
  struct redbook_track_job *job = context;
  redbook_fifo_stop(job->fifo);
}

static void destroy(void *context) {
  struct redbook_track_job *job = context;
  if (job->has_result) redbook_fingerprint_unref(job->result.print);
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
