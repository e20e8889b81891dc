/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that ffmpeg decodes, as a stream: decoded into a spool before it is read for the first
 * time, from then on the stream of the spool. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/outside.h"
#include "audio/tag.h"

struct outside_stream {
  struct redbook_stream stream;
  struct redbook_outside outside;
  char *path;
  int64_t start, length;
  struct redbook_stream *inner; /* NULL: not decoded yet, or at rest */
};

bool redbook_outside_complete(const struct redbook_outside *outside, int64_t frames,
                              struct redbook_error *err) {
  if (outside->frames < 0 || frames + outside->slack >= outside->frames) return true;
  return redbook_cut_off(err, outside->label, (double)frames / outside->rate,
                         (double)outside->frames / outside->rate);
}

static bool exact(const struct redbook_outside *outside) {
  bool integer = outside->bits > 0 && outside->bits <= 16;
  return integer && outside->rate == 44100 && outside->channels <= 2;
}

/* The decoded sound says now what ffprobe could only say before. */
static void follow(struct outside_stream *self) {
  struct redbook_stream *stream = &self->stream;
  const struct redbook_stream *inner = self->inner;
  stream->format.exact =
      inner ? inner->format.exact : exact(&self->outside) && stream->processing.gain == 0;
  if (!inner) return;
  stream->announced = inner->announced;
  stream->plain = inner->plain;
  stream->figures = inner->figures;
}

static bool outside_prepare(struct redbook_stream *stream, const atomic_bool *cancel,
                            struct redbook_error *err) {
  struct outside_stream *self = (struct outside_stream *)stream;
  if (self->inner) return true;
  int spool = redbook_outside_decode(&self->outside, cancel, err);
  if (spool < 0) return false;
  struct redbook_stream *inner = redbook_convert_spool(spool, self->path, self->start,
                                                       self->length, &stream->processing, err);
  if (!inner) return false;
  if (!redbook_outside_complete(&self->outside, inner->format.announced_frames, err)) {
    inner->close(inner);
    return false;
  }
  self->inner = inner;
  follow(self);
  return true;
}

static int64_t outside_read(struct redbook_stream *stream, uint8_t *bytes, size_t frames,
                            struct redbook_error *err) {
  struct outside_stream *self = (struct outside_stream *)stream;
  if (!outside_prepare(stream, stream->cancel, err)) return -1;
  self->inner->cancel = stream->cancel;
  int64_t got = self->inner->read(self->inner, bytes, frames, err);
  stream->figures = self->inner->figures;
  return got;
}

static bool outside_rewind(struct redbook_stream *stream, struct redbook_error *err) {
  struct outside_stream *self = (struct outside_stream *)stream;
  if (self->inner) {
    self->inner->processing = stream->processing;
    self->inner->loudness = stream->loudness;
  }
  bool good = !self->inner || self->inner->rewind(self->inner, err);
  follow(self);
  return good;
}

static void outside_rest(struct redbook_stream *stream, bool kept) {
  struct outside_stream *self = (struct outside_stream *)stream;
  struct redbook_stream *inner = self->inner;
  if (inner && !kept && inner->rest) inner->rest(inner, false);
  if (!inner || !kept) return;
  inner->close(inner);
  self->inner = NULL;
}

static void outside_close(struct redbook_stream *stream) {
  struct outside_stream *self = (struct outside_stream *)stream;
  if (self->inner) self->inner->close(self->inner);
  free(self->path);
  free(self);
}

void redbook_outside_introduce(const struct redbook_outside *outside,
                               struct redbook_source_format *format,
                               struct redbook_source_tags *tags) {
  *format = (struct redbook_source_format){.sample_rate = outside->rate,
                                           .channels = outside->channels,
                                           .bits = outside->bits,
                                           .exact = exact(outside),
                                           .announced_frames = outside->frames};
  (void)snprintf(format->container, sizeof format->container, "%s", outside->name);
  (void)snprintf(format->encoding, sizeof format->encoding, "%s", outside->codec);
  /* Of kinds that are not read here, and of a file that has gone meanwhile, ffprobe's remain.
   */
  (void)redbook_tags_of_file(outside->path, tags, NULL, NULL);
  redbook_tags_fill(tags, &outside->tags);
}

struct redbook_stream *redbook_outside_open(const char *path,
                                            const struct redbook_container *container,
                                            int64_t start, int64_t length,
                                            const struct redbook_processing *processing,
                                            struct redbook_error *err) {
  struct outside_stream *self = calloc(1, sizeof *self);
  if (self) self->path = strdup(path);
  if (!self || !self->path) {
    free(self);
    (void)redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "out of memory");
    return NULL;
  }
  self->stream = (struct redbook_stream){.prepare = outside_prepare,
                                         .read = outside_read,
                                         .rewind = outside_rewind,
                                         .close = outside_close,
                                         .rest = outside_rest,
                                         .announced = -1};
  if (processing) self->stream.processing = *processing;
  self->start = start;
  self->length = length;
  self->outside = redbook_outside_of(self->path, container);
  if (redbook_outside_probe(&self->outside, NULL, err)) {
    redbook_outside_introduce(&self->outside, &self->stream.format, &self->stream.tags);
    follow(self);
    return &self->stream;
  }
  outside_close(&self->stream);
  return NULL;
}
