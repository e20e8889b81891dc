/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are to be one sound: looked at, held against each other, laid end to end. */
#include <stdlib.h>
#include <string.h>

#include "audio/input.h"
#include "audio/reel_private.h"

static const uint32_t refused = REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED;

/* What headers promise of a track before anything is decoded; -1 when they are not certain. */
static int64_t announced(const struct redbook_reel *reel,
                         const struct redbook_reel_track *track) {
  const struct redbook_run *run = &reel->runs[track->run];
  int64_t begin = redbook_reel_begin(reel, track), rate = reel->shape.rate;
  if (begin < 0 || run->header < 0) return -1;
  int64_t before = track->run == 0 ? 0 : reel->runs[track->run - 1].end;
  int64_t end = ((before + run->header) * REDBOOK_DISC_RATE + rate / 2) / rate - reel->start;
  bool cut = track->length < 0 && track->run + 1 < reel->count;
  if (cut) end = end / SECTOR * SECTOR;
  return end < begin ? 0 : end - begin;
}

/* --- life --------------------------------------------------------------------------------- */

static void unref(struct redbook_reel *reel) {
  if (!reel || atomic_fetch_sub(&reel->references, 1) != 1) return;
  if (reel->engine) reel->engine->close(reel->engine);
  for (size_t i = 0; i < reel->count; i++)
    free(reel->runs[i].path);
  free(reel->runs);
  pthread_mutex_destroy(&reel->mutex);
  free(reel);
}

static void reel_close(struct redbook_stream *stream) {
  struct redbook_reel_track *track = (struct redbook_reel_track *)stream;
  unref(track->reel);
  free(track);
}

static struct redbook_reel *new_reel(size_t count, struct redbook_error *err) {
  struct redbook_reel *reel = calloc(1, sizeof *reel);
  if (reel) reel->runs = calloc(count, sizeof *reel->runs);
  if (!reel || !reel->runs) {
    free(reel);
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  atomic_init(&reel->references, 1);
  pthread_mutex_init(&reel->mutex, NULL);
  return reel;
}

static struct redbook_reel_track *new_track(struct redbook_reel *reel,
                                            const struct redbook_segment *segment,
                                            const struct redbook_processing *processing,
                                            struct redbook_error *err) {
  struct redbook_reel_track *track = calloc(1, sizeof *track);
  if (!track) {
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  atomic_fetch_add(&reel->references, 1);
  track->reel = reel;
  track->run = reel->count - 1;
  track->offset = segment->part.start - reel->runs[track->run].start;
  track->length = segment->part.length;
  track->stream.read = redbook_reel_read;
  track->stream.rewind = redbook_reel_rewind;
  track->stream.close = reel_close;
  track->stream.rest = redbook_reel_rest;
  if (processing) track->stream.processing = *processing;
  return track;
}

/* --- opening ------------------------------------------------------------------------------ */

static bool continues(const struct redbook_reel *reel, const struct redbook_segment *segment) {
  const struct redbook_run *last = reel->count ? &reel->runs[reel->count - 1] : NULL;
  return last && last->stop == segment->part.start && strcmp(last->path, segment->path) == 0;
}

/* Sectors of the disc as frames of a file; false when a border falls between two of them. */
static bool in_source_frames(const struct redbook_reel *reel, int64_t sectors,
                             int64_t *frames) {
  int64_t rate = reel->shape.rate;
  *frames = sectors * SECTOR * rate / REDBOOK_DISC_RATE;
  return sectors * SECTOR * rate % REDBOOK_DISC_RATE == 0;
}

static bool between_samples(const struct redbook_run *run, struct redbook_error *err) {
  char label[168];
  redbook_label(label, sizeof label, run->path);
  redbook_fail(err, refused,
               "%s cannot be joined exactly: its part begins or ends between two samples",
               label);
  redbook_advise(err, "Open its part by itself.");
  return false;
}

static bool add_run(struct redbook_reel *reel, const struct redbook_segment *segment,
                    struct redbook_look *look, struct redbook_error *err) {
  if (!redbook_look(segment->path, look, err)) return false;
  struct redbook_run *run = &reel->runs[reel->count];
  const char *reason = reel->count ? redbook_shapes_differ(&reel->shape, &look->shape) : NULL;
  if (reason) {
    char label[168];
    redbook_label(label, sizeof label, segment->path);
    redbook_fail(err, refused, "%s cannot be joined: it %s than the file before", label,
                 reason);
    redbook_advise(err, "Open it by itself.");
    return false;
  }
  if (reel->count == 0) reel->shape = look->shape;
  run->path = strdup(segment->path);
  if (!run->path) return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
  run->start = segment->part.start;
  run->header = look->frames;
  run->frames = run->end = -1;
  reel->count++;
  return true;
}

/* What is known of a run when all its segments are: it begins at the file's first frame when it
 * is the reel's first, since the conversion finds its own way to where the sound begins. */
static bool finish_run(struct redbook_reel *reel, bool last, struct redbook_error *err) {
  size_t index = reel->count - 1;
  struct redbook_run *run = &reel->runs[index];
  int64_t stop = 0;
  if (index > 0 && !in_source_frames(reel, run->start, &run->first))
    return between_samples(run, err);
  if (!last && run->stop >= 0) {
    if (!in_source_frames(reel, run->stop, &stop)) return between_samples(run, err);
    run->frames = stop - run->first;
  }
  if (run->header >= 0) run->header -= run->first;
  int64_t before = index == 0 ? 0 : reel->runs[index - 1].end;
  int64_t frames = run->frames >= 0 ? run->frames : run->header;
  if (before >= 0 && frames >= 0 && !(last && run->stop >= 0)) run->end = before + frames;
  return true;
}

/* One part after the other of one file needs no more than the end of the last. */
static void set_bounds(struct redbook_reel *reel) {
  const struct redbook_run *run = &reel->runs[0];
  reel->start = run->start * SECTOR;
  bool single = reel->count == 1 && run->stop >= 0;
  reel->length = single ? (run->stop - run->start) * SECTOR : -1;
}

static bool add_segment(struct redbook_reel *reel, const struct redbook_segment *segment,
                        struct redbook_look *look, struct redbook_error *err) {
  if (!continues(reel, segment)) {
    if (reel->count && !finish_run(reel, false, err)) return false;
    if (!add_run(reel, segment, look, err)) return false;
  }
  struct redbook_run *run = &reel->runs[reel->count - 1];
  run->stop = segment->part.length < 0 ? -1 : segment->part.start + segment->part.length;
  return true;
}

static bool fits(size_t count, struct redbook_error *err) {
  if (count > 0 && count <= REDBOOK_REEL_MOST) return true;
  return redbook_fail(err, REDBOOK_E_INVALIDARG, "%zu parts are to be joined, not 1 to %u",
                      count, REDBOOK_REEL_MOST);
}

bool redbook_reel_open(const struct redbook_segment *segments, size_t count,
                       const struct redbook_processing *processing,
                       struct redbook_stream **streams, struct redbook_error *err) {
  struct redbook_reel *reel = new_reel(count, err);
  struct redbook_look look = {0};
  size_t made = 0;
  bool good = reel && fits(count, err);
  for (; good && made < count; made++) {
    good = add_segment(reel, &segments[made], &look, err);
    struct redbook_reel_track *track =
        good ? new_track(reel, &segments[made], processing, err) : NULL;
    good = track != NULL;
    if (!good) break;
    track->stream.format = look.format;
    track->stream.tags = look.tags;
    track->stream.plain = track->plain = look.plain && track->stream.format.exact;
    streams[made] = &track->stream;
  }
  good = good && finish_run(reel, true, err);
  if (good) set_bounds(reel);
  for (size_t i = 0; i < made; i++) {
    struct redbook_reel_track *track = (struct redbook_reel_track *)streams[i];
    track->last = i + 1 == count;
    if (good) {
      track->stream.announced = announced(reel, track);
      (void)redbook_reel_rewind(&track->stream, NULL);
    } else {
      track->stream.close(&track->stream);
    }
  }
  unref(reel);
  return good;
}
