/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source that keeps what a scan has decoded, and reads that from then on. */
#include "audio/source_private.h"

struct redbook_stream *redbook_source_input(const struct redbook_source *source) {
  bool kept = source->kept_stream && !atomic_load(&source->kept_failed);
  return kept ? source->kept_stream : source->stream;
}

void redbook_source_drop_kept(struct redbook_source *source) {
  if (source->kept_stream) source->kept_stream->close(source->kept_stream);
  redbook_kept_unref(source->kept);
  source->kept_stream = NULL;
  source->kept = NULL;
  atomic_store(&source->kept_failed, false);
}

/* Nothing is gained by keeping what lies in its file as it is read. */
void redbook_source_begin_keeping(struct redbook_source *source) {
  if (redbook_source_input(source) != source->stream) return;
  redbook_source_drop_kept(source);
  bool worth = source->keep_plain || !source->stream->plain;
  if (source->keep > 0 && worth) source->kept = redbook_kept_new(source->keep);
}

/* Keeping is a favour: whatever goes wrong with it, the source is decoded again instead. */
void redbook_source_keep_sectors(struct redbook_source *source, const uint8_t *data,
                                 uint32_t sectors) {
  if (!source->kept || source->kept_stream) return;
  if (!redbook_kept_add(source->kept, data, sectors)) redbook_source_drop_kept(source);
}

void redbook_source_end_keeping(struct redbook_source *source, bool good) {
  if (!source->kept || source->kept_stream) return;
  if (good)
    source->kept_stream = redbook_kept_open(source->kept, source->stream, source->scan.frames,
                                            source->label, NULL);
  if (!source->kept_stream) redbook_source_drop_kept(source);
}

bool redbook_source_rest(struct redbook_source *source, struct redbook_error *err) {
  struct redbook_stream *from = redbook_source_input(source), *stream = source->stream;
  source->frames = 0;
  source->ended = false;
  source->resting = stream->rest != NULL;
  if (source->resting) stream->rest(stream, from != stream);
  return (source->resting && from == stream) || from->rewind(from, err);
}

/* Reading goes on from the beginning. */
static bool wake(struct redbook_source *source, struct redbook_error *err) {
  bool asleep = source->resting;
  source->resting = false;
  return !asleep || source->stream->rewind(source->stream, err);
}

/* The temporary file's disk has failed: decodes once more, up to where it did. `data` has room
 * for `want` frames. */
static bool decode_instead(struct redbook_source *source, uint8_t *data, uint64_t want,
                           struct redbook_error *err) {
  struct redbook_stream *stream = source->stream;
  atomic_store(&source->kept_failed, true);
  source->resting = false;
  if (!stream->rewind(stream, err)) return false;
  for (uint64_t left = source->frames; left > 0;) {
    int64_t got = stream->read(stream, data, (size_t)(left < want ? left : want), err);
    if (got < 0) return false;
    if (got == 0)
      return redbook_fail(err, REDBOOK_E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
                          "%s has changed since it was measured", source->label);
    left -= (uint64_t)got;
  }
  return true;
}

int64_t redbook_source_read_frames(struct redbook_source *source, uint8_t *data, uint64_t want,
                                   struct redbook_error *err) {
  struct redbook_stream *from = redbook_source_input(source);
  bool kept = from != source->stream;
  if (!kept && !wake(source, err)) return -1;
  int64_t got = from->read(from, data, (size_t)want, kept ? NULL : err);
  if (got >= 0 || !kept) return got;
  if (!decode_instead(source, data, want, err)) return -1;
  return source->stream->read(source->stream, data, (size_t)want, err);
}

void redbook_source_keep(struct redbook_source *source, uint64_t limit, bool plain) {
  source->keep = limit;
  source->keep_plain = plain;
}

uint64_t redbook_source_kept(const struct redbook_source *source) {
  return source->kept ? redbook_kept_bytes(source->kept) : 0;
}

struct redbook_source *redbook_source_clone(const struct redbook_source *source,
                                            struct redbook_error *err) {
  if (!source->scanned || !source->kept_stream || atomic_load(&source->kept_failed)) {
    (void)redbook_fail(err, REDBOOK_E_FAIL, "the sound of %s has not been kept", source->label);
    return NULL;
  }
  struct redbook_source *clone = redbook_source_new(source->name, err);
  if (!clone) return NULL;
  clone->part = source->part;
  clone->scan = source->scan;
  clone->scanned = clone->is_clone = true;
  clone->stream = redbook_kept_open(source->kept, source->kept_stream, source->scan.frames,
                                    source->label, err);
  if (clone->stream) return clone;
  redbook_source_unref(clone);
  return NULL;
}
