/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversion, several readers. */
#include <stdlib.h>
#include <string.h>

#include "audio/reel_private.h"

/* --- where tracks begin and end ----------------------------------------------------------- */

/* Where a run ends in the reel, in 44.1 kHz frames, rounded as the resampler does; -1 while
 * that is not known. */
static int64_t end_of_run(const struct redbook_reel *reel, size_t run) {
  int64_t rate = reel->shape.rate;
  if (reel->runs[run].end < 0) return -1;
  return (reel->runs[run].end * REDBOOK_DISC_RATE + rate / 2) / rate - reel->start;
}

int64_t redbook_reel_begin(const struct redbook_reel *reel,
                           const struct redbook_reel_track *track) {
  int64_t run = track->run == 0 ? 0 : end_of_run(reel, track->run - 1);
  return run < 0 ? -1 : (run / SECTOR + track->offset) * SECTOR;
}

/* As far as a track may go, INT64_MAX while that is not known, or when it is the last. */
static int64_t end_of(const struct redbook_reel *reel, const struct redbook_reel_track *track) {
  int64_t begin = redbook_reel_begin(reel, track);
  if (track->length >= 0) return begin < 0 ? INT64_MAX : begin + track->length * SECTOR;
  if (track->run + 1 == reel->count) return INT64_MAX;
  int64_t end = end_of_run(reel, track->run);
  return end < 0 ? INT64_MAX : end / SECTOR * SECTOR;
}

/* --- reading ------------------------------------------------------------------------------ */

static void learn(struct redbook_reel *reel) {
  int64_t ends[REDBOOK_REEL_MOST];
  redbook_convert_ends(reel->engine, ends);
  for (size_t i = 0; i < reel->count; i++)
    reel->runs[i].end = ends[i];
}

static void stand_at(struct redbook_reel *reel, int64_t position) {
  reel->position = position;
  reel->held = reel->taken = 0;
  reel->ended = reel->lost = false;
}

static bool copy_links(const struct redbook_reel *reel, struct redbook_link *links) {
  bool good = true;
  for (size_t i = 0; i < reel->count; i++) {
    const struct redbook_run *run = &reel->runs[i];
    links[i] = (struct redbook_link){.path = strdup(run->path),
                                     .first = run->first,
                                     .frames = run->frames,
                                     .end = run->end,
                                     .spool = -1};
    good &= links[i].path != NULL;
  }
  return good;
}

static struct redbook_stream *make_engine(const struct redbook_reel *reel,
                                          const struct redbook_stream *asked,
                                          struct redbook_error *err) {
  struct redbook_link *links = calloc(reel->count, sizeof *links);
  if (links && copy_links(reel, links))
    return redbook_convert_chain(links, reel->count, &reel->shape, reel->start, reel->length,
                                 &asked->processing, asked->cancel, err);
  redbook_links_free(links, reel->count);
  (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
  return NULL;
}

static bool restart(struct redbook_reel *reel, struct redbook_error *err) {
  if (!reel->engine->rewind(reel->engine, err)) return false;
  stand_at(reel, 0);
  return true;
}

/* Makes `sector` hold what comes next, unless it does. */
static bool load(struct redbook_reel *reel, struct redbook_error *err) {
  if (reel->taken < reel->held || reel->ended) return true;
  int64_t got = reel->engine->read(reel->engine, reel->sector, SECTOR, err);
  if (got < 0) return false;
  reel->held = (size_t)got;
  reel->taken = 0;
  reel->ended = got == 0;
  learn(reel);
  return true;
}

/* The engine's state there is the same, whether it came from the beginning or went on. */
static bool go_on_to(struct redbook_reel *reel, struct redbook_reel_track *track,
                     struct redbook_error *err) {
  for (;;) {
    int64_t begin = redbook_reel_begin(reel, track);
    if (begin >= 0 && reel->position == begin) redbook_convert_mark(reel->engine);
    if (begin >= 0 && reel->position >= begin + track->done) return true;
    if (!load(reel, err)) return false;
    if (reel->ended) return true;
    begin = redbook_reel_begin(reel, track); /* it may lie at this very sector */
    if (begin >= 0 && reel->position >= begin + track->done) continue;
    size_t left = reel->held - reel->taken;
    int64_t most = begin < 0 ? INT64_MAX : begin + track->done - reel->position;
    if ((int64_t)left > most) left = (size_t)most;
    reel->taken += left;
    reel->position += (int64_t)left;
  }
}

static bool seek(struct redbook_reel *reel, int64_t position) {
  if (!redbook_convert_seek(reel->engine, position)) return false;
  redbook_convert_mark(reel->engine);
  stand_at(reel, position);
  return true;
}

static bool go_to(struct redbook_reel *reel, struct redbook_reel_track *track,
                  struct redbook_error *err) {
  if (!reel->engine) reel->engine = make_engine(reel, &track->stream, err);
  if (!reel->engine) return false;
  reel->engine->cancel = track->stream.cancel;
  if (reel->engine->processing.gain != track->stream.processing.gain) reel->lost = true;
  reel->engine->processing = track->stream.processing;
  int64_t begin = redbook_reel_begin(reel, track),
          wanted = begin < 0 ? -1 : begin + track->done;
  if (!reel->lost && wanted >= 0 && reel->position == wanted) {
    if (track->done == 0) redbook_convert_mark(reel->engine);
    return true;
  }
  if (!reel->lost && wanted >= 0 && reel->engine->format.exact)
    return seek(reel, wanted) || (restart(reel, err) && go_on_to(reel, track, err));
  bool behind = !reel->lost && !reel->ended && (wanted < 0 || reel->position < wanted);
  return (behind || restart(reel, err)) && go_on_to(reel, track, err);
}

static int64_t read_track(struct redbook_reel *reel, struct redbook_reel_track *track,
                          uint8_t *bytes, size_t frames, struct redbook_error *err) {
  size_t done = 0;
  if (!go_to(reel, track, err)) return -1;
  redbook_convert_listen(reel->engine, track->stream.loudness);
  while (done < frames) {
    if (reel->position >= end_of(reel, track)) break;
    if (!load(reel, err)) return -1;
    if (reel->ended || reel->position >= end_of(reel, track)) break;
    size_t left = reel->held - reel->taken;
    if (left > frames - done) left = frames - done;
    memcpy(bytes + done * REDBOOK_FRAME_BYTES, reel->sector + reel->taken * REDBOOK_FRAME_BYTES,
           left * REDBOOK_FRAME_BYTES);
    reel->taken += left;
    reel->position += (int64_t)left;
    done += left;
  }
  track->done += (int64_t)done;
  track->stream.figures = reel->engine->figures;
  return (int64_t)done;
}

int64_t redbook_reel_read(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                          struct redbook_error *err) {
  struct redbook_reel_track *track = (struct redbook_reel_track *)stream;
  struct redbook_reel *reel = track->reel;
  pthread_mutex_lock(&reel->mutex);
  int64_t got = read_track(reel, track, bytes, frames, err);
  if (got < 0) reel->lost = true;
  if (reel->engine) {
    redbook_convert_listen(reel->engine, NULL);
    reel->engine->cancel = NULL;
  }
  pthread_mutex_unlock(&reel->mutex);
  return got;
}

/* Between two tracks the conversion waits for the next one. */
void redbook_reel_rest(struct redbook_stream *stream, bool kept) {
  struct redbook_reel_track *track = (struct redbook_reel_track *)stream;
  struct redbook_reel *reel = track->reel;
  (void)kept;
  if (!track->last) return;
  pthread_mutex_lock(&reel->mutex);
  if (reel->engine && reel->engine->rest) reel->engine->rest(reel->engine, false);
  reel->lost = true;
  pthread_mutex_unlock(&reel->mutex);
}

/* Nothing is decoded for it: the next track may be the one that is read. */
bool redbook_reel_rewind(struct redbook_stream *stream, struct redbook_error *err) {
  struct redbook_reel_track *track = (struct redbook_reel_track *)stream;
  (void)err;
  track->done = 0;
  stream->figures = (struct redbook_figures){0};
  bool exact = track->reel->shape.exact && stream->processing.gain == 0;
  if (stream->format.exact == exact) return true; /* others may be looking at it */
  stream->format.exact = exact;
  stream->plain = track->plain && exact;
  return true;
}
